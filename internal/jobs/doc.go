// Package jobs is the queue of work that one of several servers does for all: a release that is written and comes out at its minute, recipes
// that are stale, publications that are to be prepared.
//
// A job is kept with its state, progress and faults where every server sees it. Whoever works takes a job under a lease and renews it while it
// works; when a worker dies its lease runs out and another one takes the job. So a job may begin more than once, and what it does must bear that:
// it looks what there is to do, and does it whole or not at all.
//
// The queue decides nothing about figures and holds nothing that could not be made again: what is to be done follows from what is stored. It lies
// beside the cube, never in it: a file or a schema of its own, of which seals, backups and the note of the audit log know nothing. River, the
// library under it, is seen by no other room.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"nhipso/internal/fault"
)

// State says where a job stands.
type State string

// The states of a job.
const (
	Waiting   State = "waiting"   // for a worker
	Scheduled State = "scheduled" // for its time
	Retrying  State = "retrying"  // for its next attempt, after a fault
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled"
	Failed    State = "failed" // every attempt ended with a fault
)

// States lists all states, from those that come first in the life of a job.
func States() []State {
	return []State{Waiting, Scheduled, Retrying, Running, Done, Cancelled, Failed}
}

// Ended reports whether nothing more happens to a job in this state unless a person asks for it.
func (s State) Ended() bool { return s == Done || s == Cancelled || s == Failed }

// Job is work to be put into the queue.
type Job struct {
	Kind     string
	Key      string    // a job of one kind and key is in the queue once, whatever became of it; "" for as many as are added
	At       time.Time // not before; the zero time is now
	Args     any       // what the handler is told, written as JSON; nil for nothing
	Attempts int       // after so many faults it has failed; 0 means DefaultAttempts
	// Serial, above 0, says that the job does what those of its kind with a lower one would have done: it takes the place of those that have not
	// begun, and does not wait longer than PutOff after the first of them was added. One of a lower serial than one that waits is not added.
	Serial int64
}

// PutOff is how long jobs that take each other's place may put off the work: a stream of them that never ends may not keep it from being done.
const PutOff = 30 * time.Second

// DefaultAttempts is how often a job is tried.
const DefaultAttempts = 5

// Progress is how far a job has come.
type Progress struct {
	Done   int             `json:"done"`
	Of     int             `json:"of"` // 0 when nobody can tell
	What   string          `json:"what,omitempty"`
	Detail json.RawMessage `json:"detail,omitempty"` // for whoever knows the kind
}

// Fault is how an attempt ended.
type Fault struct {
	At      time.Time
	Attempt int
	Code    string // of package fault; "" for what is not ours
	Vi, En  string
}

// In gives the sentence in "vi" or "en".
func (f Fault) In(lang string) string {
	if lang == "vi" {
		return f.Vi
	}
	return f.En
}

// Info is a job as it stands.
type Info struct {
	ID                int64
	Kind, Key         string
	State             State
	Cancelling        bool // running, and asked to stop
	Args              json.RawMessage
	At                time.Time // when it may begin
	Created           time.Time
	Begun, Ended      time.Time // zero when it has not
	Heard             time.Time // when its worker was last heard of
	Attempt, Attempts int       // which attempt this is, and how many there may be
	Worker            string    // who works on it, or did last
	Progress          Progress
	Faults            []Fault // oldest first
}

// Last gives the last fault, or false.
func (i Info) Last() (Fault, bool) {
	if len(i.Faults) == 0 {
		return Fault{}, false
	}
	return i.Faults[len(i.Faults)-1], true
}

// Task is a job at work.
type Task struct {
	Info
	report func(Progress)
}

// Into reads what the handler is told.
func (t *Task) Into(v any) error {
	if err := json.Unmarshal(t.Args, v); err != nil {
		return fault.New("jobs.bad-args", "kind", t.Kind, "id", t.ID).Because(err)
	}
	return nil
}

// Report says how far the job has come. It is a courtesy to whoever looks: that it could not be told stops nothing.
func (t *Task) Report(done, of int, what string, detail any) {
	p := Progress{Done: done, Of: of, What: what}
	if detail != nil {
		if b, err := json.Marshal(detail); err == nil {
			p.Detail = b
		}
	}
	if t.Progress = p; t.report != nil {
		t.report(p)
	}
}

// Handler does a job. It stops soon after its context has ended, and leaves nothing half done.
type Handler func(ctx context.Context, t *Task) error

// Queue keeps jobs. It is safe for use by many goroutines and processes.
type Queue interface {
	// Add puts a job into the queue, and reports whether it was new. One of the same kind and key that is there already is given as it stands;
	// when its time has come, or lies years off since a clock was ahead, it no longer waits for it. So is one of a higher serial that waits.
	Add(ctx context.Context, j Job) (i Info, fresh bool, err error)
	// Get gives a job, or jobs.no-job.
	Get(ctx context.Context, id int64) (Info, error)
	// List gives the jobs in some states, or in all, newest first, at most as many as told.
	List(ctx context.Context, most int, states ...State) ([]Info, error)
	// Counts gives the number of jobs in each state.
	Counts(ctx context.Context) (map[State]int, error)
	// Cancel takes a job out of the queue; one that is running is asked to stop. One that has ended is refused with jobs.ended.
	Cancel(ctx context.Context, id int64) (Info, error)
	// Retry lets a job begin now that waits for a time or has ended. One that is running is refused with jobs.running.
	Retry(ctx context.Context, id int64) (Info, error)
	// Work does jobs of the kinds that have a handler until the context ends. Then it takes no more, waits for those at work, and gives back
	// those that are not done in time.
	Work(ctx context.Context, w Workers) error
	// Close ends the use of the queue. Nothing may be at work.
	Close() error
}

// Workers say how jobs are done.
type Workers struct {
	Name     string // of this worker, for whoever looks; must differ between programs. "" for one that is made up
	Handlers map[string]Handler
	Patience time.Duration // for jobs at work when the context ends, before they are stopped and given back; 0 stops them at once
	Log      *slog.Logger  // nil for nobody
}

// longestWait is the longest between two attempts.
const longestWait = 10 * time.Minute

// astray reports that a job which is wanted about now has a time further off than any wait takes it: a clock that was ahead has written it, and it
// would wait for years.
func astray(at, asked, now time.Time) bool {
	return asked.Before(now.Add(PutOff)) && at.After(now.Add(2*longestWait))
}

// Backoff is how long to wait after a fault: longer each time.
func Backoff(attempt int) time.Duration {
	return min(time.Second<<min(2*max(attempt-1, 0), 12), longestWait)
}

// do does a job and gives its fault; a panic is one.
func (w Workers) do(ctx context.Context, t *Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if w.Log != nil {
				w.Log.Error("panic in a job", "kind", t.Kind, "id", t.ID, "value", p, "stack", string(debug.Stack()))
			}
			err = fault.New("jobs.panic", "kind", t.Kind)
		}
	}()
	return w.Handlers[t.Kind](ctx, t)
}

// Faults that end an attempt from outside.
var (
	errCancelled = errors.New("the job was cancelled")
	errLost      = errors.New("another worker took the job")
	errGivenBack = errors.New("the job was given back")
)

// said is a fault as it is kept: in both languages, since whoever reads it may not be who met it.
type said struct {
	Code string `json:"code,omitempty"`
	Vi   string `json:"vi"`
	En   string `json:"en"`
}

func sayFault(err error) said {
	return said{Code: fault.CodeOf(err), Vi: fault.In(err, "vi"), En: fault.In(err, "en")}
}
