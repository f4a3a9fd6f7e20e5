package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/pipeline"
)

// TestAServerDoesJobsUnlessItIsToldNotTo: with jobs off it shows what there is and leaves the queue alone; a worker then does them.
func TestAServerDoesJobsUnlessItIsToldNotTo(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.prepared(t)
	q, err := a.openQueue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	count := func() (n int) {
		c, err := q.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c[jobs.Done]
	}
	for n, program := range []struct {
		args []string
		does bool
	}{
		{[]string{"serve", "--addr", "127.0.0.1:0", "--jobs", "off"}, false},
		{[]string{"worker"}, true},
		{[]string{"serve", "--addr", "127.0.0.1:0"}, true},
	} {
		load1(t, a, "14.9", fmt.Sprintf("2026-11-%02d", 1+n)) // so that there is something to do
		before := count()
		ctx, stop := context.WithCancel(t.Context())
		e := &env{in: strings.NewReader(""), out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: o.now}
		ended := make(chan int, 1)
		go func() {
			ended <- dispatch(ctx, e, append([]string{"--lang", "en"}, append(program.args, "--data", o.dir)...))
		}()
		if program.does {
			within(t, 60*time.Second, strings.Join(program.args, " ")+" does a job", func() bool { return count() > before })
		} else {
			time.Sleep(4 * time.Second) // longer than a server waits between looks
			if list, err := q.List(t.Context(), 10); err != nil || len(list) != 0 {
				t.Errorf("%v: %+v (%v)", program.args, list, err)
			}
		}
		stop()
		if status := <-ended; status != exitOK {
			t.Errorf("%v ended with %d", program.args, status)
		}
	}
}

// TestAPersonSeesTheQueueAndStepsIn works the command in both languages.
func TestAPersonSeesTheQueueAndStepsIn(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.opened(t)
	do := func(lang string, status int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &out, getenv: func(string) string { return "" }, now: o.now}
		if got := dispatch(t.Context(), e, append([]string{"--lang", lang, args[0], "--data", o.dir}, args[1:]...)); got != status {
			t.Fatalf("%v ended with %d, not %d:\n%s", args, got, status, out.String())
		}
		return out.String()
	}
	says := func(out string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("it does not say %q:\n%s", w, out)
			}
		}
	}
	says(do("en", exitOK, "jobs"), "There are no jobs.")
	says(do("vi", exitOK, "jobs", "list"), "Không có công việc nào.")
	q, err := a.openQueue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	waits, _, err := q.Add(t.Context(), jobs.Job{Kind: prepareJob, Key: "3 2026-12-01", At: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	fails, _, err := q.Add(t.Context(), jobs.Job{Kind: recipesJob, Args: recipesArgs{Only: []string{"no-such"}}, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() {
		if err := q.Work(ctx, jobs.Workers{Handlers: map[string]jobs.Handler{recipesJob: a.recipesHandler}}); err != nil {
			t.Error(err)
		}
	})
	within(t, 20*time.Second, "failed", func() bool { i, _ := q.Get(t.Context(), fails.ID); return i.State == jobs.Failed })
	stop()
	work.Wait()
	id := fmt.Sprint(fails.ID)
	says(do("en", exitOK, "jobs"), "1 scheduled; 1 failed", "There is no recipe “no-such”", "3 2026-12-01")
	says(do("vi", exitOK, "jobs", "--state", "failed"), "hỏng", "Không có công thức “no-such”")
	if out := do("en", exitOK, "jobs", "list", "--state", "failed"); strings.Contains(out, "3 2026-12-01") {
		t.Error(out)
	}
	says(do("en", exitOK, "jobs", "show", "--id", id), "run recipes", "failed", "1/1", "There is no recipe “no-such”")
	says(do("vi", exitOK, "jobs", "show", "--id", id), "chạy công thức", "hỏng", "Không có công thức “no-such”")
	says(do("en", exitInput, "jobs", "cancel", "--id", id), "has ended")
	says(do("en", exitOK, "jobs", "retry", "--id", id), "begins again now", "waiting")
	says(do("en", exitOK, "jobs", "cancel", "--id", fmt.Sprint(waits.ID)), "is to be cancelled", "cancelled")
	says(do("en", exitUsage, "jobs", "show", "--id", "4711"), "There is no job 4711")
	says(do("en", exitUsage, "jobs", "show"), "lacks --id")
	says(do("en", exitUsage, "jobs", "drop"), "no action “drop”", "list, show, cancel, retry")
	says(do("en", exitUsage, "jobs", "list", "--id", "1"), "--id has no effect")
	says(do("en", exitUsage, "jobs", "--state", "lost"), "no state “lost”", "waiting, scheduled")
	says(do("en", exitUsage, "worker", "--addr", ":0"), "--addr has no effect")
}

// TestRecipesStopWithWhoeverRunsThem: whoever stops `nhipso run` stops its job, and nothing of it is stored.
func TestRecipesStopWithWhoeverRunsThem(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.opened(t)
	ctx, stop := context.WithCancel(t.Context())
	a.recipes[0].Compute = func(ctx context.Context, _ *pipeline.Inputs) (*pipeline.Result, error) {
		stop()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	err := a.runAsJob(ctx, &env{err: io.Discard, lang: "en"}, recipesArgs{})
	if fault.CodeOf(err) != "jobs.cancelled" {
		t.Error(err)
	}
	if runs, err := a.store.Runs(t.Context()); err != nil || len(runs) != 0 {
		t.Errorf("%d runs are on record (%v)", len(runs), err)
	}
	if err := a.runAsJob(t.Context(), &env{err: io.Discard, lang: "en"}, recipesArgs{Only: []string{"no-such"}}); fault.CodeOf(err) != "pipeline.no-recipe" {
		t.Errorf("a fault of a job that is done here: %v", err)
	}
}

// TestDoctorLooksAtTheQueue: what failed, with its fault, and what nobody does; not what waits its turn or its time.
func TestDoctorLooksAtTheQueue(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.opened(t)
	q, err := a.openQueue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	says := func(failed int, want ...string) {
		t.Helper()
		var out bytes.Buffer
		x := &examination{env: &env{out: &out, lang: "en"}}
		if err := x.jobsOf(t.Context(), a); err != nil || x.failed != failed {
			t.Errorf("%d do not pass, want %d (%v)", x.failed, failed, err)
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("it does not say %q:\n%s", w, out.String())
			}
		}
	}
	put := func(j jobs.Job) jobs.Info {
		t.Helper()
		i, _, err := q.Add(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	put(jobs.Job{Kind: "aa", At: time.Now().Add(-lateAfter / 2)})
	put(jobs.Job{Kind: "aa", At: time.Now().Add(lateAfter * 2)})
	says(0, "0 failed, 0 past their time")
	put(jobs.Job{Kind: "bb", At: time.Now().Add(-lateAfter * 2)})
	says(1, "0 failed, 1 past their time", "nhipso worker")
	bad := put(jobs.Job{Kind: recipesJob, Args: recipesArgs{Only: []string{"no-such"}}, Attempts: 1})
	running := put(jobs.Job{Kind: "bb", At: time.Now().Add(-lateAfter * 3)})
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() {
		if err := q.Work(ctx, jobs.Workers{Handlers: map[string]jobs.Handler{recipesJob: a.recipesHandler, "bb": func(ctx context.Context, _ *jobs.Task) error { <-ctx.Done(); return ctx.Err() }}}); err != nil {
			t.Error(err)
		}
	})
	defer func() { stop(); work.Wait() }()
	within(t, 20*time.Second, "failed, and running", func() bool {
		i, _ := q.Get(t.Context(), bad.ID)
		r, _ := q.Get(t.Context(), running.ID)
		return i.State == jobs.Failed && r.State == jobs.Running
	})
	says(1, "1 failed, 0 past their time", fmt.Sprintf("Job %d was not done", bad.ID), "There is no recipe “no-such”")
}

func TestWhatIsWrongWithJobs(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	begun := func(since, heard time.Duration) jobs.Info {
		return jobs.Info{Kind: "aa", State: jobs.Running, At: ago(since), Begun: ago(since), Heard: ago(heard)}
	}
	for name, c := range map[string]struct {
		list       []jobs.Info
		failed     int
		late, long int
	}{
		"at work":                    {[]jobs.Info{begun(time.Hour, time.Second)}, 0, 0, 0},
		"at work for long":           {[]jobs.Info{begun(longAfter+time.Second, time.Second)}, 0, 0, 1},
		"its worker is silent":       {[]jobs.Info{begun(time.Hour, lateAfter+time.Second)}, 0, 1, 0},
		"waits its turn":             {[]jobs.Info{begun(time.Hour, time.Second), {Kind: "aa", State: jobs.Waiting, At: ago(time.Hour)}}, 0, 0, 0},
		"waits beside another kind":  {[]jobs.Info{begun(time.Hour, time.Second), {Kind: "bb", State: jobs.Waiting, At: ago(time.Hour)}}, 0, 1, 0},
		"waits to be tried again":    {[]jobs.Info{{Kind: "aa", State: jobs.Retrying, At: ago(-time.Minute)}}, 0, 0, 0},
		"was to be tried again":      {[]jobs.Info{{Kind: "aa", State: jobs.Retrying, At: ago(time.Hour)}}, 0, 1, 0},
		"failed, done and cancelled": {[]jobs.Info{{State: jobs.Failed}, {State: jobs.Done, At: ago(time.Hour)}, {State: jobs.Cancelled, At: ago(time.Hour)}}, 1, 0, 0},
	} {
		if got := troubleOf(c.list, now); len(got.failed) != c.failed || got.late != c.late || got.long != c.long {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
