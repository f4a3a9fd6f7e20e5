package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"nhipso/internal/fault"
)

// How often workers look, where they are not told. On PostgreSQL River tells its workers of a new job by NOTIFY; what it made ready ahead of its
// time is found by looking. On SQLite it would have a table of its own for that and ask it twenty times a second: there every job is found by looking.
const pollEvery = time.Second

// working is a worker of one queue.
type working struct {
	queue *queue
	Workers
}

// worker does the jobs of one kind, for River.
type worker struct {
	river.WorkerDefaults[args]
	working
}

// Timeout implements river.Worker: a job may take as long as its worker is alive.
func (*worker) Timeout(*river.Job[args]) time.Duration { return -1 }

// NextRetry implements river.Worker.
func (w *worker) NextRetry(j *river.Job[args]) time.Time {
	return w.queue.now().Add(Backoff(j.Attempt))
}

// Work implements river.Worker.
func (w *worker) Work(ctx context.Context, j *river.Job[args]) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w.renew(ctx, j.JobRow, stop)
	t := &Task{Info: w.queue.info(j.JobRow)}
	t.report = func(p Progress) {
		w.queue.client.JobUpdate(ctx, j.ID, &river.JobUpdateParams{Output: reported{p, t.Begun}}) //nolint:errcheck // a courtesy
	}
	t.Begun = w.queue.now().UTC()
	t.Report(0, 0, "", nil)
	err := w.do(ctx, t)
	switch cause := context.Cause(ctx); {
	case err == nil:
		return nil
	case errors.Is(cause, errCancelled), errors.Is(cause, rivertype.ErrJobCancelledRemotely):
		return river.JobCancel(errCancelled)
	case cause == nil, errors.Is(cause, errLost):
		b, _ := json.Marshal(sayFault(err)) // texts alone
		return errors.New(string(b))
	default: // the worker stops: River gives the job back without counting the attempt
		return ctx.Err()
	}
}

// lookEvery is how often a worker looks whether the job at hand is still its own, and wanted. River tells it of a cancellation on PostgreSQL only.
const lookEvery = 500 * time.Millisecond

// renew renews the lease of a job while its context lasts. It stops the job when it was cancelled, when another worker has it, and when the lease
// could not be renewed for as long as it is.
func (w *worker) renew(ctx context.Context, r *row, stop context.CancelCauseFunc) {
	q := w.queue
	fault.Go(func() {
		tick := time.NewTicker(min(lookEvery, q.lease/3))
		defer tick.Stop()
		for held := time.Now(); ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			asked := time.Now()
			bounded, cancel := context.WithTimeout(ctx, q.lease/3)
			is, err := q.exec.JobGetByID(bounded, &riverdriver.JobGetByIDParams{ID: r.ID, Schema: q.at.schema})
			if err == nil && asked.Sub(held) >= q.lease/3 {
				now := q.now().UTC()
				if is, err = q.exec.JobUpdateFull(bounded, &riverdriver.JobUpdateFullParams{ID: r.ID, AttemptedAtDoUpdate: true, AttemptedAt: &now, Schema: q.at.schema}); err == nil {
					held = asked
				}
			}
			cancel()
			switch {
			case err == nil && q.info(is).Cancelling:
				stop(errCancelled)
				return
			case err == nil && (is.State != rivertype.JobStateRunning || is.Attempt != r.Attempt), time.Since(held) > q.lease:
				stop(errLost)
				return
			}
		}
	}, func(any, []byte) { stop(errLost) })
}

// Work implements Queue.
func (q *queue) Work(ctx context.Context, w Workers) error {
	if w.Name == "" {
		host, _ := os.Hostname() // without one the rest tells programs apart
		w.Name = fmt.Sprintf("%s-%d-%d", host, os.Getpid(), time.Now().UnixNano()%1e6)
	}
	if w.Log == nil {
		w.Log = slog.New(slog.DiscardHandler)
	}
	c := q.config(slog.New(atLeast{w.Log.Handler(), slog.LevelWarn}))
	c.ID = w.Name
	c.FetchPollInterval, c.PollOnly = pollEvery, q.at.schema == ""
	c.JobTimeout = -1
	c.SoftStopTimeout = max(w.Patience, time.Millisecond)
	c.CancelledJobRetentionPeriod, c.CompletedJobRetentionPeriod, c.DiscardedJobRetentionPeriod = keptDone, keptDone, keptFailed
	c.Queues, c.Workers = map[string]river.QueueConfig{}, river.NewWorkers()
	for kind := range w.Handlers {
		c.Queues[kind] = river.QueueConfig{MaxWorkers: 1}
		river.AddWorkerArgs(c.Workers, args{kind: kind}, &worker{working: working{q, w}})
	}
	client, err := q.make(c)
	if err != nil {
		return q.at.fault(err)
	}
	if err := client.Start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return q.at.fault(err)
	}
	tick := time.NewTicker(q.lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-client.Stopped():
			return nil
		case <-tick.C:
			if err := q.giveOn(ctx); err != nil && ctx.Err() == nil {
				w.Log.Warn("jobs of workers that died were not given on", "error", q.at.fault(err))
			}
		}
	}
}

// giveOn lets other workers take the jobs whose lease ran out. River does so every half minute, by one leader, for which others wait when it dies.
func (q *queue) giveOn(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.lease)
	defer cancel()
	before := q.now().Add(-q.lease).UTC()
	stuck := &riverdriver.JobGetStuckParams{Max: 100, Schema: q.at.schema, StuckHorizon: before}
	if list, err := q.exec.JobGetStuck(ctx, stuck); err != nil || len(list) == 0 {
		return err
	}
	tx, err := q.exec.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit it does nothing
	if q.at.exclusive != "" {
		if err := tx.Exec(ctx, q.at.exclusive); err != nil {
			return err
		}
	}
	list, err := tx.JobGetStuck(ctx, stuck) // another worker may have been first
	if err != nil || len(list) == 0 {
		return err
	}
	now := q.now().UTC()
	text, _ := json.Marshal(sayFault(fault.New("jobs.lease-lost"))) // texts alone
	p := &riverdriver.JobRescueManyParams{Schema: q.at.schema, StuckHorizon: before}
	for _, r := range list {
		state, ended := rivertype.JobStateAvailable, (*time.Time)(nil)
		switch i := q.info(r); {
		case i.Cancelling:
			state, ended = rivertype.JobStateCancelled, &now
		case i.Attempt >= i.Attempts:
			state, ended = rivertype.JobStateDiscarded, &now
		}
		said, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: r.Attempt, Error: string(text)})
		if err != nil {
			return err
		}
		p.ID, p.Error, p.FinalizedAt = append(p.ID, r.ID), append(p.Error, said), append(p.FinalizedAt, ended)
		p.ScheduledAt, p.State = append(p.ScheduledAt, now), append(p.State, string(state))
	}
	if _, err := tx.JobRescueMany(ctx, p); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// atLeast hands on what is at least as grave as a level: River tells much.
type atLeast struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}
