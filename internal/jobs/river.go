package jobs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"nhipso/internal/fault"
)

type (
	row          = rivertype.JobRow
	insertResult = rivertype.JobInsertResult
)

// queue is a queue in a database.
type queue struct {
	at     where
	now    func() time.Time
	lease  time.Duration
	client client
	exec   riverdriver.Executor
	make   func(*river.Config) (client, error)
	anew   func(context.Context) error // makes the tables where there are none
}

var _ Queue = (*queue)(nil)

// args is what River keeps of a job. A job without a key has a made-up one.
type args struct {
	kind string
	Key  string          `json:"key" river:"unique"`
	Args json.RawMessage `json:"args"`

	Serial int64     `json:"serial,omitempty"`
	Since  time.Time `json:"since,omitzero"` // when the first was added of those whose place it takes
}

// Kind implements river.JobArgs.
func (a args) Kind() string { return a.kind }

// clock lets River know the time by our clock.
type clock func() time.Time

// Now implements rivertype.TimeGenerator.
func (c clock) Now() time.Time { return c() }

// NowOrNil implements rivertype.TimeGenerator.
func (c clock) NowOrNil() *time.Time { t := c(); return &t }

// Kept are how long ended jobs can be seen.
const (
	keptDone   = 24 * time.Hour
	keptFailed = 7 * 24 * time.Hour
)

// config is that of every client of the queue.
func (q *queue) config(log *slog.Logger) *river.Config {
	return &river.Config{Schema: q.at.schema, Logger: log, Test: river.TestConfig{Time: clock(q.now)}}
}

// everyState makes a key unique whatever became of its job: one that failed is not begun again by being added again.
var everyState = slices.DeleteFunc(rivertype.JobStates(), func(s rivertype.JobState) bool { return s == "" })

// Add implements Queue.
func (q *queue) Add(ctx context.Context, j Job) (Info, bool, error) {
	b, err := encode(j)
	if err != nil {
		return Info{}, false, err
	}
	o := &river.InsertOpts{Queue: j.Kind, MaxAttempts: cmp.Or(j.Attempts, DefaultAttempts)}
	if !j.At.IsZero() {
		o.ScheduledAt = j.At.UTC()
	}
	if j.Key != "" {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: everyState}
	}
	r, err := q.insert(ctx, args{kind: j.Kind, Key: j.Key, Args: b, Serial: j.Serial}, o)
	for try := 0; err != nil && gone(err) && try < 2*connections; try++ { // each connection may remember the tables that were
		if err = q.anew(ctx); err == nil { // what was in the queue follows from what is stored; whoever plans adds it again
			r, err = q.insert(ctx, args{kind: j.Kind, Key: j.Key, Args: b, Serial: j.Serial}, o)
		}
	}
	if err != nil {
		return Info{}, false, q.at.fault(err)
	}
	if j.Serial > 0 && !r.UniqueSkippedAsDuplicate {
		newer, err := q.fold(ctx, r.Job)
		if err != nil {
			return Info{}, false, q.at.fault(err)
		}
		if newer != nil {
			return q.info(newer), false, nil
		}
	}
	// River's own scheduler looks every few seconds; whoever adds a job at its time need not wait for it.
	now, waits := q.now(), slices.Contains([]rivertype.JobState{rivertype.JobStateScheduled, rivertype.JobStateAvailable, rivertype.JobStateRetryable}, r.Job.State)
	due := r.Job.State == rivertype.JobStateScheduled && !r.Job.ScheduledAt.After(now)
	if r.UniqueSkippedAsDuplicate && (due || waits && astray(r.Job.ScheduledAt, j.At, now)) {
		if r.Job, err = q.client.JobRetry(ctx, r.Job.ID); err != nil {
			return Info{}, false, q.at.fault(err)
		}
	}
	return q.info(r.Job), !r.UniqueSkippedAsDuplicate, nil
}

// insert puts a job into River's table. One with a serial keeps since when what it does is waited for, and begins in time.
func (q *queue) insert(ctx context.Context, a args, o *river.InsertOpts) (*insertResult, error) {
	if a.Serial > 0 {
		a.Since = q.now().UTC()
		waits, err := q.replaceable(ctx, a.kind)
		if err != nil {
			return nil, err
		}
		for _, w := range waits {
			if w.args.Since.Before(a.Since) {
				a.Since = w.args.Since
			}
		}
		if latest := a.Since.Add(PutOff); o.ScheduledAt.After(latest) {
			o.ScheduledAt = latest
		}
	}
	return q.client.Insert(ctx, a, o)
}

// waiting is a job with a serial that has not begun.
type waiting struct {
	row  *row
	args args
}

// replaceable gives the jobs of a kind that one of a higher serial takes the place of.
func (q *queue) replaceable(ctx context.Context, kind string) ([]waiting, error) {
	r, err := q.client.JobList(ctx, river.NewJobListParams().Kinds(kind).First(10_000).States(
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateScheduled, rivertype.JobStateRetryable))
	if err != nil {
		return nil, err
	}
	var out []waiting
	for _, x := range r.Jobs {
		w := waiting{row: x}
		if json.Unmarshal(x.EncodedArgs, &w.args) == nil && w.args.Serial > 0 {
			out = append(out, w)
		}
	}
	return out, nil
}

// fold takes away the jobs whose place another one takes, and gives that one where it is not the one just added. Programs that add at once
// need no lock: whoever looks last sees all of them.
func (q *queue) fold(ctx context.Context, added *row) (newer *row, err error) {
	waits, err := q.replaceable(ctx, added.Kind)
	if err != nil {
		return nil, err
	}
	var top int64
	for _, w := range waits {
		if w.args.Serial > top {
			top, newer = w.args.Serial, w.row
		}
	}
	replaced := false
	for _, w := range waits {
		if w.args.Serial == top {
			continue
		}
		replaced = replaced || w.row.ID == added.ID
		if err := q.remove(ctx, w.row); err != nil {
			return nil, err
		}
	}
	if !replaced {
		return nil, nil
	}
	return newer, nil
}

// remove takes a job away, unless it has begun. SQLite gives the number of a job that is gone to the next one, which somebody else may have added
// since the row was read: that one stays.
func (q *queue) remove(ctx context.Context, r *row) error {
	tx, err := q.exec.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit it does nothing
	is, err := tx.JobGetByID(ctx, &riverdriver.JobGetByIDParams{ID: r.ID, Schema: q.at.schema})
	if err == nil && bytes.Equal(is.EncodedArgs, r.EncodedArgs) {
		_, err = tx.JobDelete(ctx, &riverdriver.JobDeleteParams{ID: r.ID, Schema: q.at.schema})
	}
	if errors.Is(err, river.ErrNotFound) || errors.Is(err, rivertype.ErrJobRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// states gives River's states as ours.
var states = map[rivertype.JobState]State{
	rivertype.JobStateAvailable: Waiting,
	rivertype.JobStatePending:   Waiting,
	rivertype.JobStateScheduled: Scheduled,
	rivertype.JobStateRetryable: Retrying,
	rivertype.JobStateRunning:   Running,
	rivertype.JobStateCompleted: Done,
	rivertype.JobStateCancelled: Cancelled,
	rivertype.JobStateDiscarded: Failed,
}

// metadata is what River keeps beside a job.
type metadata struct {
	Output    reported  `json:"output"`
	Cancelled time.Time `json:"cancel_attempted_at"`
}

// reported is what a worker writes down of its job.
type reported struct {
	Progress
	Begun time.Time `json:"begun"` // River's time of the attempt is that of the lease
}

// info reads a row.
func (q *queue) info(r *row) Info {
	var a args
	var m metadata
	json.Unmarshal(r.EncodedArgs, &a) //nolint:errcheck // what is no job of ours has no arguments of ours
	json.Unmarshal(r.Metadata, &m)    //nolint:errcheck // the same
	i := Info{ID: r.ID, Kind: r.Kind, Key: a.Key, State: states[r.State], Args: a.Args, At: r.ScheduledAt, Created: r.CreatedAt,
		Attempt: r.Attempt, Attempts: r.MaxAttempts, Progress: m.Output.Progress}
	if i.State == Waiting && r.ScheduledAt.After(q.now()) { // River lets its workers see what is near
		i.State = Scheduled
		if len(r.Errors) > 0 {
			i.State = Retrying
		}
	}
	i.Cancelling = i.State == Running && !m.Cancelled.IsZero()
	if r.AttemptedAt != nil {
		i.Begun, i.Heard = m.Output.Begun, *r.AttemptedAt
	}
	if r.FinalizedAt != nil {
		i.Ended = *r.FinalizedAt
	}
	if n := len(r.AttemptedBy); n > 0 {
		i.Worker = r.AttemptedBy[n-1]
	}
	for _, e := range r.Errors {
		s := said{Vi: e.Error, En: e.Error}
		if json.Unmarshal([]byte(e.Error), &s) != nil && i.State == Cancelled { // River's own word for it
			s = sayFault(fault.New("jobs.cancelled", "id", r.ID))
		}
		i.Faults = append(i.Faults, Fault{At: e.At, Attempt: e.Attempt, Code: s.Code, Vi: s.Vi, En: s.En})
	}
	return i
}

// found gives a row, or why there is none.
func (q *queue) found(id int64, r *row, err error) (Info, error) {
	if errors.Is(err, river.ErrNotFound) {
		return Info{}, fault.New("jobs.no-job", "id", id)
	}
	if err != nil {
		return Info{}, q.at.fault(err)
	}
	return q.info(r), nil
}

// Get implements Queue.
func (q *queue) Get(ctx context.Context, id int64) (Info, error) {
	r, err := q.client.JobGet(ctx, id)
	return q.found(id, r, err)
}

// List implements Queue.
func (q *queue) List(ctx context.Context, most int, wanted ...State) ([]Info, error) {
	p := river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(min(most, 10_000))
	if len(wanted) > 0 {
		var in []rivertype.JobState
		for theirs, ours := range states {
			near := ours == Waiting && (slices.Contains(wanted, Scheduled) || slices.Contains(wanted, Retrying))
			if slices.Contains(wanted, ours) || near {
				in = append(in, theirs)
			}
		}
		p = p.States(in...)
	}
	r, err := q.client.JobList(ctx, p)
	if err != nil {
		return nil, q.at.fault(err)
	}
	var out []Info
	for _, x := range r.Jobs {
		if i := q.info(x); len(wanted) == 0 || slices.Contains(wanted, i.State) {
			out = append(out, i)
		}
	}
	return out, nil
}

// Counts implements Queue.
func (q *queue) Counts(ctx context.Context) (map[State]int, error) {
	r, err := q.exec.JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{Schema: q.at.schema})
	if err != nil {
		return nil, q.at.fault(err)
	}
	out := map[State]int{}
	for theirs, n := range r {
		if n > 0 {
			out[states[theirs]] += n
		}
	}
	return out, nil
}

// Cancel implements Queue.
func (q *queue) Cancel(ctx context.Context, id int64) (Info, error) {
	before, err := q.Get(ctx, id)
	if err != nil {
		return Info{}, err
	}
	if before.State.Ended() {
		return before, fault.New("jobs.ended", "id", id, "state", before.State)
	}
	r, err := q.client.JobCancel(ctx, id)
	return q.found(id, r, err)
}

// Retry implements Queue.
func (q *queue) Retry(ctx context.Context, id int64) (Info, error) {
	r, err := q.client.JobRetry(ctx, id)
	i, err := q.found(id, r, err)
	if err == nil && i.State == Running {
		return i, fault.New("jobs.running", "id", id)
	}
	return i, err
}

// Close implements Queue.
func (q *queue) Close() error { return q.at.close() }
