package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/store/storetest"
)

// clock is one that a test moves; it goes on by itself too, as the libraries expect.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// maker opens the same queue once more.
type maker func(o jobs.Options) jobs.Queue

// each runs a test on every kind of queue.
func each(t *testing.T, test func(t *testing.T, open maker, c *clock)) {
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		c := &clock{}
		q := jobs.NewMemory(c.now)
		test(t, func(jobs.Options) jobs.Queue { return q }, c)
	})
	for name, database := range map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, c := database(t), &clock{}
			test(t, func(o jobs.Options) jobs.Queue {
				if o.Now == nil {
					o.Now = c.now
				}
				q, err := jobs.Open(t.Context(), url, o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { q.Close() })
				return q
			}, c)
		})
	}
}

// work has a worker at work until the function given is called or the test ends.
func work(t *testing.T, q jobs.Queue, w jobs.Workers) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Work(ctx, w) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error("work:", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// eventually waits for a job to be as wanted.
func eventually(t *testing.T, q jobs.Queue, id int64, what string, ok func(jobs.Info) bool) jobs.Info {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		i, err := q.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if ok(i) {
			return i
		}
		if time.Now().After(deadline) {
			t.Fatalf("job %d is not %s but %+v", id, what, i)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func inState(s jobs.State) func(jobs.Info) bool {
	return func(i jobs.Info) bool { return i.State == s }
}

func add(t *testing.T, q jobs.Queue, j jobs.Job) jobs.Info {
	t.Helper()
	i, fresh, err := q.Add(t.Context(), j)
	if err != nil || !fresh {
		t.Fatal("added:", fresh, err)
	}
	return i
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestEachJobIsDoneByExactlyOneOfSeveralWorkers(t *testing.T) {
	each(t, func(t *testing.T, open maker, _ *clock) {
		const workers, n = 3, 25
		var mu sync.Mutex
		began := map[string]int{}
		first := open(jobs.Options{})
		for i := range n {
			add(t, first, jobs.Job{Kind: "sum", Args: map[string]string{"n": fmt.Sprint(i)}})
		}
		for i := range workers {
			q := first
			if i > 0 {
				q = open(jobs.Options{})
			}
			work(t, q, jobs.Workers{Name: fmt.Sprint("w", i), Handlers: map[string]jobs.Handler{"sum": func(_ context.Context, task *jobs.Task) error {
				var a map[string]string
				if err := task.Into(&a); err != nil {
					return err
				}
				mu.Lock()
				defer mu.Unlock()
				began[a["n"]]++
				return nil
			}}})
		}
		deadline := time.Now().Add(60 * time.Second)
		for {
			c, err := first.Counts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c[jobs.Done] == n {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("not all done: ", c)
			}
			time.Sleep(50 * time.Millisecond)
		}
		mu.Lock()
		defer mu.Unlock()
		for i := range n {
			if began[fmt.Sprint(i)] != 1 {
				t.Errorf("job %d began %d times", i, began[fmt.Sprint(i)])
			}
		}
	})
}

func TestAJobOfOneKeyIsInTheQueueOnce(t *testing.T) {
	each(t, func(t *testing.T, open maker, _ *clock) {
		q, other := open(jobs.Options{}), open(jobs.Options{})
		one := add(t, q, jobs.Job{Kind: "aa", Key: "x"})
		again, fresh, err := other.Add(t.Context(), jobs.Job{Kind: "aa", Key: "x"})
		if err != nil || fresh || again.ID != one.ID {
			t.Error("the same key: ", again.ID, fresh, err)
		}
		add(t, q, jobs.Job{Kind: "bb", Key: "x"})
		add(t, q, jobs.Job{Kind: "aa", Key: "y"})
		add(t, q, jobs.Job{Kind: "aa"})
		add(t, q, jobs.Job{Kind: "aa"})
		for _, end := range []jobs.State{jobs.Cancelled, jobs.Done} { // whatever became of it
			key := string(end)
			i := add(t, q, jobs.Job{Kind: "cc", Key: key})
			if end == jobs.Cancelled {
				if _, err := q.Cancel(t.Context(), i.ID); err != nil {
					t.Fatal(err)
				}
			} else {
				work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"cc": func(context.Context, *jobs.Task) error { return nil }}})
			}
			eventually(t, q, i.ID, key, inState(end))
			if again, fresh, err := q.Add(t.Context(), jobs.Job{Kind: "cc", Key: key}); err != nil || fresh || again.State != end {
				t.Errorf("added again after it was %s: %v %v %v", end, again.State, fresh, err)
			}
		}
	})
}

func TestAJobWaitsForItsMinute(t *testing.T) {
	each(t, func(t *testing.T, open maker, c *clock) {
		q := open(jobs.Options{})
		var began atomic.Int64
		minute := c.now().Add(time.Hour).Truncate(time.Second)
		i := add(t, q, jobs.Job{Kind: "publish", Key: "R1", At: minute})
		if i.State != jobs.Scheduled || !i.At.Equal(minute) {
			t.Errorf("state %s at %s, want scheduled at %s", i.State, i.At, minute)
		}
		work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"publish": func(context.Context, *jobs.Task) error {
			began.Store(c.now().UnixNano())
			return nil
		}}})
		if _, fresh, err := q.Add(t.Context(), jobs.Job{Kind: "publish", Key: "R1", At: minute}); fresh || err != nil {
			t.Error(fresh, err)
		}
		c.forward(59 * time.Minute)
		time.Sleep(700 * time.Millisecond) // longer than workers wait between looks
		if began.Load() != 0 {
			t.Fatal("it began before its minute")
		}
		c.forward(time.Minute)
		if _, _, err := q.Add(t.Context(), jobs.Job{Kind: "publish", Key: "R1", At: minute}); err != nil { // as whoever watches the clock does
			t.Fatal(err)
		}
		eventually(t, q, i.ID, "done", inState(jobs.Done))
		if late := time.Unix(0, began.Load()).Sub(minute); late < 0 || late > 10*time.Second {
			t.Errorf("it began %s after its minute", late)
		}
	})
}

func TestAJobThatFailsIsTriedAgainWithinBounds(t *testing.T) {
	each(t, func(t *testing.T, open maker, c *clock) {
		q := open(jobs.Options{})
		var tries atomic.Int64
		work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{
			"fails": func(context.Context, *jobs.Task) error {
				tries.Add(1)
				return fault.New("store.locked", "database", "d")
			},
			"panics": func(context.Context, *jobs.Task) error { panic("a defect") },
		}})
		i := add(t, q, jobs.Job{Kind: "fails", Attempts: 2})
		first := eventually(t, q, i.ID, "retrying", inState(jobs.Retrying))
		if wait := first.At.Sub(first.Faults[0].At); wait < 500*time.Millisecond || wait > 5*time.Second {
			t.Errorf("tried again after %s, want about %s", wait, jobs.Backoff(1))
		}
		end := eventually(t, q, i.ID, "failed", inState(jobs.Failed))
		last, some := end.Last()
		if !some || len(end.Faults) != 2 || last.Code != "store.locked" || last.Attempt != 2 {
			t.Errorf("faults %+v", end.Faults)
		}
		if !strings.Contains(last.In("vi"), "d") || last.In("vi") == last.In("en") {
			t.Errorf("sentences %q and %q", last.In("vi"), last.In("en"))
		}
		if tries.Load() != 2 {
			t.Errorf("tried %d times", tries.Load())
		}
		if _, err := q.Retry(t.Context(), i.ID); err != nil {
			t.Fatal(err)
		}
		eventually(t, q, i.ID, "failed again", func(i jobs.Info) bool { return i.State == jobs.Failed && len(i.Faults) == 3 })
		p := add(t, q, jobs.Job{Kind: "panics", Attempts: 1})
		died := eventually(t, q, p.ID, "failed", inState(jobs.Failed))
		if last, _ := died.Last(); last.Code != "jobs.panic" {
			t.Errorf("a panic was told as %+v", last)
		}
	})
}

func TestAJobCanBeCancelled(t *testing.T) {
	each(t, func(t *testing.T, open maker, _ *clock) {
		q, other := open(jobs.Options{}), open(jobs.Options{})
		waits := add(t, q, jobs.Job{Kind: "none"})
		if i, err := other.Cancel(t.Context(), waits.ID); err != nil || i.State != jobs.Cancelled {
			t.Error(i.State, err)
		}
		_, err := other.Cancel(t.Context(), waits.ID)
		code(t, err, "jobs.ended")
		_, err = other.Cancel(t.Context(), 987654)
		code(t, err, "jobs.no-job")
		_, err = other.Get(t.Context(), 987654)
		code(t, err, "jobs.no-job")
		work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"long": func(ctx context.Context, task *jobs.Task) error {
			task.Report(1, 3, "first", map[string]int{"x": 1})
			<-ctx.Done()
			return ctx.Err()
		}}})
		i := add(t, other, jobs.Job{Kind: "long"})
		running := eventually(t, other, i.ID, "running with progress", func(i jobs.Info) bool { return i.State == jobs.Running && i.Progress.Done == 1 })
		if p := running.Progress; p.Of != 3 || p.What != "first" || string(p.Detail) != `{"x":1}` && string(p.Detail) != `{"x": 1}` {
			t.Errorf("progress %+v %s", p, p.Detail)
		}
		_, err = other.Retry(t.Context(), i.ID)
		code(t, err, "jobs.running")
		begun := time.Now()
		if i, err := other.Cancel(t.Context(), i.ID); err != nil || !i.Cancelling {
			t.Error("cancelling:", i.Cancelling, err)
		}
		end := eventually(t, other, i.ID, "cancelled", inState(jobs.Cancelled))
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("it took %s to stop", took)
		}
		if last, _ := end.Last(); last.Code != "jobs.cancelled" || last.Vi == last.En {
			t.Errorf("told as %+v", last)
		}
	})
}

func TestAJobAtWorkIsFinishedOrGivenBackWhenItsWorkerStops(t *testing.T) {
	each(t, func(t *testing.T, open maker, _ *clock) {
		q, other := open(jobs.Options{}), open(jobs.Options{})
		begun, let := make(chan bool, 4), make(chan bool)
		stop := work(t, q, jobs.Workers{Name: "first", Patience: 20 * time.Second, Handlers: map[string]jobs.Handler{"short": func(ctx context.Context, _ *jobs.Task) error {
			begun <- true
			<-let
			return ctx.Err()
		}}})
		finished := add(t, other, jobs.Job{Kind: "short"})
		<-begun
		ended := make(chan bool)
		go func() { stop(); close(ended) }()
		time.Sleep(100 * time.Millisecond)
		close(let)
		<-ended
		eventually(t, other, finished.ID, "done", inState(jobs.Done))

		stop = work(t, q, jobs.Workers{Name: "second", Handlers: map[string]jobs.Handler{"endless": func(ctx context.Context, _ *jobs.Task) error {
			begun <- true
			<-ctx.Done()
			return errors.Join(errors.New("half done"), ctx.Err())
		}}})
		back := add(t, other, jobs.Job{Kind: "endless", Attempts: 1})
		<-begun
		stop()
		i := eventually(t, other, back.ID, "waiting", inState(jobs.Waiting))
		if len(i.Faults) != 0 || i.Attempt != 0 {
			t.Errorf("being given back counts as a fault: %+v", i)
		}
		work(t, other, jobs.Workers{Name: "third", Handlers: map[string]jobs.Handler{"endless": func(context.Context, *jobs.Task) error { return nil }}})
		if i := eventually(t, other, back.ID, "done", inState(jobs.Done)); i.Worker != "third" {
			t.Errorf("done by %s", i.Worker)
		}
	})
}

func TestJobsAreListedByState(t *testing.T) {
	each(t, func(t *testing.T, open maker, c *clock) {
		q := open(jobs.Options{})
		a := add(t, q, jobs.Job{Kind: "aa"})
		b := add(t, q, jobs.Job{Kind: "aa", At: c.now().Add(time.Hour)})
		x := add(t, q, jobs.Job{Kind: "aa"})
		if _, err := q.Cancel(t.Context(), x.ID); err != nil {
			t.Fatal(err)
		}
		ids := func(most int, s ...jobs.State) (out []int64) {
			list, err := q.List(t.Context(), most, s...)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range list {
				out = append(out, i.ID)
			}
			return out
		}
		for _, w := range []struct {
			got, want []int64
		}{
			{ids(10), []int64{x.ID, b.ID, a.ID}}, {ids(2), []int64{x.ID, b.ID}}, {ids(10, jobs.Scheduled), []int64{b.ID}},
			{ids(10, jobs.Waiting, jobs.Cancelled), []int64{x.ID, a.ID}}, {ids(10, jobs.Failed), nil},
		} {
			if fmt.Sprint(w.got) != fmt.Sprint(w.want) {
				t.Errorf("listed %v, want %v", w.got, w.want)
			}
		}
		n, err := q.Counts(t.Context())
		if err != nil || n[jobs.Waiting] != 1 || n[jobs.Scheduled] != 1 || n[jobs.Cancelled] != 1 || n[jobs.Running] != 0 {
			t.Error(n, err)
		}
	})
}
