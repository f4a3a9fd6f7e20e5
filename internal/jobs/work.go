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
	"github.com/riverqueue/river/rivertype"
)

// How often workers look, where they are not told. On PostgreSQL River tells its workers of a new job by NOTIFY; what it made ready ahead of its
// time is found by looking. On SQLite it would have a table of its own for that and ask it twenty times a second: there every job is found by looking.
const pollEvery = time.Second

// never is longer than a job may take.
const never = 100 * 365 * 24 * time.Hour

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
	c.JobTimeout, c.RescueStuckJobsAfter = -1, never // see giveOn
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
	for known := (signs{}); ; {
		select {
		case <-client.Stopped():
			return nil
		case <-tick.C:
			if err := errors.Join(q.giveOn(ctx, known), q.depose(ctx)); err != nil && ctx.Err() == nil {
				w.Log.Warn("jobs of workers that died were not given on", "error", q.at.fault(err))
			}
		}
	}
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
