package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"nhipso/internal/fault"
)

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
			lost := errors.Is(err, river.ErrNotFound) || err == nil && (is.State != rivertype.JobStateRunning || is.Attempt != r.Attempt)
			if err == nil && !lost && asked.Sub(held) >= q.lease/3 {
				if is, err = q.exec.JobUpdateFull(bounded, q.sign(is)); err == nil {
					held = asked
				}
			}
			cancel()
			switch {
			case err == nil && !lost && q.info(is).Cancelling:
				stop(errCancelled)
				return
			case lost, time.Since(held) > q.lease:
				stop(errLost)
				return
			}
		}
	}, func(any, []byte) { stop(errLost) })
}

// sign is a sign of life of whoever works on a job: a time that is not the one before, whatever the clock does.
func (q *queue) sign(r *row) *riverdriver.JobUpdateFullParams {
	now := q.now().UTC()
	if r.AttemptedAt != nil && now.Sub(*r.AttemptedAt).Abs() < 2*time.Millisecond {
		now = r.AttemptedAt.Add(2 * time.Millisecond)
	}
	return &riverdriver.JobUpdateFullParams{ID: r.ID, AttemptedAtDoUpdate: true, AttemptedAt: &now, Schema: q.at.schema}
}

// signs are what a worker saw of the jobs that run, and when by the time that passed here. Clocks are not compared: those of two machines differ,
// and one that was set would take jobs from workers that live, or leave them for ever with those that died.
type signs map[int64]seen

// seen is the newest sign of life of an attempt.
type seen struct {
	attempt  int
	at       time.Time
	received time.Time
}

func (s seen) same(r *row) bool {
	return s.attempt == r.Attempt && r.AttemptedAt != nil && s.at.Equal(*r.AttemptedAt)
}

// look takes in the jobs that run now, and gives those whose workers were silent for as long as a lease.
func (s signs) look(running []*row, lease time.Duration) (silent []*row) {
	there := map[int64]bool{}
	for _, r := range running {
		there[r.ID] = true
		if !s[r.ID].same(r) {
			s[r.ID] = seen{r.Attempt, *r.AttemptedAt, time.Now()}
		}
		if time.Since(s[r.ID].received) >= lease {
			silent = append(silent, r)
		}
	}
	for id := range s {
		if !there[id] {
			delete(s, id)
		}
	}
	return silent
}

// ever is later than every sign of life.
var ever = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// giveOn lets other workers take the jobs whose lease ran out. River does so by one leader, for which others wait when it dies, and by the clock.
func (q *queue) giveOn(ctx context.Context, known signs) error {
	ctx, cancel := context.WithTimeout(ctx, q.lease)
	defer cancel()
	running := &riverdriver.JobGetStuckParams{Max: 1000, Schema: q.at.schema, StuckHorizon: ever}
	list, err := q.exec.JobGetStuck(ctx, running)
	if err != nil || len(known.look(list, q.lease)) == 0 {
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
	if list, err = tx.JobGetStuck(ctx, running); err != nil { // another worker may have been first
		return err
	}
	p := &riverdriver.JobRescueManyParams{Schema: q.at.schema}
	for _, r := range known.look(list, q.lease) {
		if err := q.rescue(p, r); err != nil {
			return err
		}
	}
	if len(p.ID) == 0 {
		return nil
	}
	if _, err := tx.JobRescueMany(ctx, p); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// rescue adds a job to those that are given on, or that end because it was the last attempt.
func (q *queue) rescue(p *riverdriver.JobRescueManyParams, r *row) error {
	now := q.now().UTC()
	state, ended, why := rivertype.JobStateAvailable, (*time.Time)(nil), fault.New("jobs.lease-lost")
	switch i := q.info(r); {
	case i.Cancelling:
		state, ended, why = rivertype.JobStateCancelled, &now, fault.New("jobs.cancelled", "id", r.ID)
	case i.Attempt >= i.Attempts:
		state, ended, why = rivertype.JobStateDiscarded, &now, fault.New("jobs.worker-lost", "id", r.ID)
	}
	text, _ := json.Marshal(sayFault(why)) // texts alone
	said, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: r.Attempt, Error: string(text)})
	if err != nil {
		return err
	}
	if after := r.AttemptedAt.Add(time.Millisecond); after.After(p.StuckHorizon) { // whoever gives a sign of life meanwhile keeps the job
		p.StuckHorizon = after
	}
	p.ID, p.Error, p.FinalizedAt = append(p.ID, r.ID), append(p.Error, said), append(p.FinalizedAt, ended)
	p.ScheduledAt, p.State = append(p.ScheduledAt, now), append(p.State, string(state))
	return nil
}

// leads is how far ahead the end of a leader's term may lie; River gives a quarter of a minute.
const leads = time.Minute

// depose takes the lead from a leader whose term was written by a clock that was ahead: nobody could follow one that died before it was set right,
// and without a leader no job is tried again.
func (q *queue) depose(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.lease)
	defer cancel()
	l, err := q.exec.LeaderGetElectedLeader(ctx, &riverdriver.LeaderGetElectedLeaderParams{Schema: q.at.schema})
	if errors.Is(err, rivertype.ErrNotFound) || err == nil && !l.ExpiresAt.After(q.now().Add(leads)) {
		return nil
	}
	if err == nil {
		after := l.ExpiresAt.Add(time.Second)
		_, err = q.exec.LeaderDeleteExpired(ctx, &riverdriver.LeaderDeleteExpiredParams{Now: &after, Schema: q.at.schema})
	}
	return err
}
