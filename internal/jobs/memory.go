package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"nhipso/internal/fault"
)

// Memory is a queue of one process: for tests, and for what needs no second server. It behaves as the others do.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	jobs    map[int64]*kept
	last    int64
	changed chan struct{} // closed when something is to be looked at again
}

type kept struct {
	Info
	stop   context.CancelCauseFunc // of a running one
	serial int64
	since  time.Time // when the first was added of those whose place it takes
}

var _ Queue = (*Memory)(nil)

// NewMemory makes an empty queue with a clock; nil means the system's.
func NewMemory(now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	return &Memory{now: now, jobs: map[int64]*kept{}, changed: make(chan struct{})}
}

// touch wakes everybody who waits; the lock is held.
func (m *Memory) touch() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// Add implements Queue.
func (m *Memory) Add(_ context.Context, j Job) (Info, bool, error) {
	args, err := encode(j)
	if err != nil {
		return Info{}, false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.touch()
	now := m.now()
	for _, k := range m.jobs {
		if j.Key != "" && k.Kind == j.Kind && k.Key == j.Key {
			k.begin(j.At, now)
			return k.Info, false, nil
		}
	}
	since := now
	for _, k := range m.jobs {
		if j.Serial == 0 || k.Kind != j.Kind || k.serial == 0 || k.State.Ended() || k.State == Running {
			continue
		}
		if k.serial > j.Serial {
			return k.Info, false, nil
		}
		if k.since.Before(since) {
			since = k.since
		}
	}
	if latest := since.Add(PutOff); j.Serial > 0 && j.At.After(latest) {
		j.At = latest
	}
	m.last++
	k := &kept{serial: j.Serial, since: since, Info: Info{ID: m.last, Kind: j.Kind, Key: j.Key, State: Waiting, Args: args, At: now, Created: now,
		Attempts: cmp.Or(j.Attempts, DefaultAttempts)}}
	if j.At.After(now) {
		k.At, k.State = j.At, Scheduled
	}
	maps.DeleteFunc(m.jobs, func(_ int64, x *kept) bool {
		return x.Kind == k.Kind && x.serial > 0 && x.serial < k.serial && !x.State.Ended() && x.State != Running
	})
	m.jobs[k.ID] = k
	return k.Info, true, nil
}

// begin lets a job that is added again wait no longer, where its time has come or lies astray.
func (k *kept) begin(asked, now time.Time) {
	waits := k.State == Scheduled || k.State == Retrying
	if k.State == Scheduled && !k.At.After(now) || waits && astray(k.At, asked, now) {
		k.State, k.At = Waiting, now
	}
}

func encode(j Job) (json.RawMessage, error) {
	if j.Args == nil {
		return json.RawMessage("{}"), nil
	}
	b, err := json.Marshal(j.Args)
	if err != nil {
		return nil, fault.New("jobs.bad-args", "kind", j.Kind, "id", 0).Because(err)
	}
	return b, nil
}

func (m *Memory) find(id int64) (*kept, error) {
	if k := m.jobs[id]; k != nil {
		return k, nil
	}
	return nil, fault.New("jobs.no-job", "id", id)
}

// Get implements Queue.
func (m *Memory) Get(_ context.Context, id int64) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.find(id)
	if err != nil {
		return Info{}, err
	}
	return k.Info, nil
}

// List implements Queue.
func (m *Memory) List(_ context.Context, most int, states ...State) ([]Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Info
	for _, k := range m.jobs {
		if len(states) == 0 || slices.Contains(states, k.State) {
			out = append(out, k.Info)
		}
	}
	slices.SortFunc(out, func(a, b Info) int { return cmp.Compare(b.ID, a.ID) })
	return out[:min(len(out), most)], nil
}

// Counts implements Queue.
func (m *Memory) Counts(context.Context) (map[State]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[State]int{}
	for _, k := range m.jobs {
		out[k.State]++
	}
	return out, nil
}

// Cancel implements Queue.
func (m *Memory) Cancel(_ context.Context, id int64) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.find(id)
	switch {
	case err != nil:
		return Info{}, err
	case k.State.Ended():
		return k.Info, fault.New("jobs.ended", "id", id, "state", k.State)
	case k.State == Running:
		k.Cancelling = true
		k.stop(errCancelled)
	default:
		k.State, k.Ended = Cancelled, m.now()
	}
	return k.Info, nil
}

// Retry implements Queue.
func (m *Memory) Retry(_ context.Context, id int64) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, err := m.find(id)
	if err != nil {
		return Info{}, err
	}
	if k.State == Running {
		return k.Info, fault.New("jobs.running", "id", id)
	}
	if k.Attempt >= k.Attempts {
		k.Attempts = k.Attempt + 1
	}
	k.State, k.At, k.Ended, k.Cancelling = Waiting, m.now(), time.Time{}, false
	m.touch()
	return k.Info, nil
}

// Close implements Queue.
func (m *Memory) Close() error { return nil }

// Work implements Queue.
func (m *Memory) Work(ctx context.Context, w Workers) error {
	working, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	var at fault.Group
	for kind := range w.Handlers {
		at.Go(func() { m.workKind(ctx, working, w, kind) })
	}
	ended := make(chan struct{})
	fault.Go(func() { defer close(ended); at.Wait() }, func(any, []byte) {})
	<-ctx.Done()
	select {
	case <-ended:
	case <-time.After(w.Patience):
		stop(errGivenBack)
		<-ended
	}
	return nil
}

// workKind does the jobs of one kind, one after another.
func (m *Memory) workKind(ctx, working context.Context, w Workers, kind string) {
	for ctx.Err() == nil {
		k, jobCtx, wait := m.take(working, w, kind)
		if k == nil {
			select {
			case <-ctx.Done():
			case <-wait:
			case <-time.After(50 * time.Millisecond): // the clock may be one that a test moves
			}
			continue
		}
		t := &Task{Info: k.Info, report: func(p Progress) {
			m.mu.Lock()
			defer m.mu.Unlock()
			k.Progress = p
		}}
		m.finish(jobCtx, k, w.do(jobCtx, t))
	}
}

// take begins the oldest job of a kind whose time has come, or gives what to wait for.
func (m *Memory) take(working context.Context, w Workers, kind string) (*kept, context.Context, chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next *kept
	for _, k := range m.jobs {
		ready := k.State == Waiting || (k.State == Scheduled || k.State == Retrying) && !k.At.After(m.now())
		if k.Kind == kind && ready && (next == nil || k.ID < next.ID) {
			next = k
		}
	}
	if next == nil {
		return nil, nil, m.changed
	}
	ctx, stop := context.WithCancelCause(working)
	next.State, next.Begun, next.Heard, next.Worker, next.stop = Running, m.now(), m.now(), w.Name, stop
	next.Attempt++
	return next, ctx, nil
}

// finish writes down how an attempt ended.
func (m *Memory) finish(ctx context.Context, k *kept, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.touch()
	defer k.stop(nil)
	now := m.now()
	if err != nil && context.Cause(ctx) == errGivenBack {
		k.State, k.Attempt = Waiting, k.Attempt-1
		return
	}
	if err != nil && context.Cause(ctx) == errCancelled {
		err = fault.New("jobs.cancelled", "id", k.ID)
	}
	if err != nil {
		s := sayFault(err)
		k.Faults = append(k.Faults, Fault{At: now, Attempt: k.Attempt, Code: s.Code, Vi: s.Vi, En: s.En})
	}
	switch {
	case err == nil:
		k.State, k.Ended = Done, now
	case context.Cause(ctx) == errCancelled:
		k.State, k.Ended = Cancelled, now
	case k.Attempt >= k.Attempts:
		k.State, k.Ended = Failed, now
	default:
		k.State, k.At = Retrying, now.Add(Backoff(k.Attempt))
	}
	k.Cancelling = false
}
