package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/recipe"
	"nhipso/internal/releasefile"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
)

// office is an installation at which several programs work. It has one quick recipe, and no periodic publications.
type office struct {
	dir, url string
	now      func() time.Time
	reach    reach // how letters go out
}

// opened is one more program at work.
func (o *office) opened(t *testing.T) *app {
	t.Helper()
	e := &env{in: strings.NewReader(""), out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: o.now, lang: "en"}
	a, err := e.open(t.Context(), &installation{data: o.dir, database: o.url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	a.log, a.reach = slog.New(slog.DiscardHandler), o.reach
	a.recipes = slices.DeleteFunc(a.recipes, func(r pipeline.Recipe) bool { return r.ID != "digital-annual" })
	a.publications = nil
	return a
}

// prepared loads the reference data, runs the recipe and publishes.
func (o *office) prepared(t *testing.T) *app {
	t.Helper()
	a := o.opened(t)
	e := &env{out: io.Discard, err: io.Discard, now: o.now, lang: "en"}
	for _, step := range []func() error{
		func() error { return a.firstFigures(t.Context(), e) },
		func() error { return a.runStale(t.Context(), e, a.recipes) },
		func() error { return a.publishFirst(t.Context(), e) },
	} {
		if err := step(); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
	}
	return a
}

// load1 brings one new figure of the digital share.
func load1(t *testing.T, a *app, value, vintage string) {
	t.Helper()
	d := stat.MustDecimal(value)
	if _, err := a.intake().Take(t.Context(), cube.Message{Header: cube.Header{Sender: "test", File: "new.csv"}, Entries: []cube.Entry{{Dataflow: "DE_SHARE", Row: 2, Observation: stat.Observation{
		Key: "A.VN.NSO.TOTAL", Period: stat.MustPeriod("2025"), Vintage: stat.Vintage{Date: stat.MustDate(vintage), Written: vintage}, Value: &d, Status: stat.Normal,
		Attributes: stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}}}}}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
}

// approve brings a release with all there is to its approval for a minute.
func approve(t *testing.T, a *app, id string, minute time.Time) publish.Release {
	t.Helper()
	ctx, desk := t.Context(), a.desk()
	if _, err := desk.Open(ctx, id, catalog.Label{Vi: id, En: id}, catalog.Label{}, "lan"); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if _, err := desk.Add(ctx, id, publish.Selection{All: true}, "lan"); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if _, err := desk.Check(ctx, id, "lan"); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	r, err := desk.Approve(ctx, id, "minh", minute)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	return r
}

// testServer is a server of the test: what it shows, and where it works.
type testServer struct {
	*app
	gate *publish.Gate
	at   *station
}

func (o *office) serve(t *testing.T) *testServer {
	t.Helper()
	s := &testServer{app: o.opened(t)}
	ctx, stop := context.WithCancel(context.Background())
	front, err := newFront(s.app)
	if err != nil {
		t.Fatal(err)
	}
	s.gate = front.now.Load().gate
	s.gate.Warn = func(err error) { t.Error(fault.In(err, "en")) }
	if _, err := s.gate.Refresh(ctx); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if s.at, err = front.openStation(ctx, 10*time.Second); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	var following sync.WaitGroup
	following.Go(func() {
		s.follow(ctx, s.gate.Source, func(ctx context.Context) {
			if err := s.at.plan(ctx); err != nil && ctx.Err() == nil {
				t.Error(fault.In(err, "en"))
			}
			if _, err := s.gate.Refresh(ctx); err != nil && ctx.Err() == nil {
				t.Error(fault.In(err, "en"))
			}
		})
	})
	t.Cleanup(func() { stop(); following.Wait(); s.at.wait(); front.close() })
	return s
}

// shows gives the release that a reader of the server sees.
func (s *testServer) shows(t *testing.T) string {
	t.Helper()
	v, err := s.gate.View(t.Context(), publish.Everybody())
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	return v.Release.ID
}

// within waits for something to hold.
func within(t *testing.T, d time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(d); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %s: not %s", d, what)
		}
	}
}

func databases() map[string]storetest.Database {
	return map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres}
}

// TestTwoServersGoThroughAReleaseMinute: what a third program loads and approves, each of the jobs one of two servers does, once, and both show the
// release at its second, not before.
func TestTwoServersGoThroughAReleaseMinute(t *testing.T) {
	for name, at := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &office{dir: t.TempDir(), url: at(t), now: time.Now}
			desk := o.prepared(t)
			first := "2026-Q3"
			if r, err := desk.desk().Current(t.Context()); err != nil {
				t.Fatal(err)
			} else {
				first = r.ID
			}
			servers := []*testServer{o.serve(t), o.serve(t)}
			load1(t, desk, "14.9", "2026-11-01")
			q := servers[0].at.queue
			done := func(kind string) (n int) {
				list, err := q.List(t.Context(), 1000, jobs.Done)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range list {
					if i.Kind == kind {
						n++
					}
				}
				return n
			}
			within(t, 30*time.Second, "recomputed after the load", func() bool { return done(recipesJob) > 0 })
			runs, err := desk.store.Runs(t.Context())
			if err != nil || len(runs) != 2 {
				t.Fatalf("%d runs of the recipe, want one at first and one after the load (%v)", len(runs), err)
			}
			minute := time.Now().Add(12 * time.Second).Truncate(time.Second)
			r := approve(t, desk, "2027-Q1", minute)
			file := filepath.Join(o.dir, releaseFolder, releaseFileName(r, minute))
			within(t, time.Until(minute)-time.Second, "written ahead", func() bool { _, err := os.Stat(file); return err == nil })
			for time.Until(minute) > 20*time.Millisecond {
				for i, s := range servers {
					if got := s.shows(t); got != first {
						t.Fatalf("server %d shows %s %s before the minute", i, got, time.Until(minute))
					}
				}
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(time.Until(minute))
			within(t, time.Second, "shown by both", func() bool { return servers[0].shows(t) == "2027-Q1" && servers[1].shows(t) == "2027-Q1" })
			state := func() publish.State {
				r, err := desk.store.ReleaseByID(t.Context(), "2027-Q1")
				if err != nil {
					t.Fatal(err)
				}
				return r.State
			}
			within(t, 3*time.Second, "recorded", func() bool { return state() == publish.Published })
			acts, err := desk.store.Acts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lives := 0
			for _, a := range acts {
				if a.Kind == publish.LiveAct && a.Release == "2027-Q1" {
					lives++
					if late := a.At.Sub(minute); late < 0 || late > 3*time.Second {
						t.Errorf("recorded %s after its minute", late)
					}
				}
			}
			within(t, 5*time.Second, "all done", func() bool {
				c, _ := q.Counts(t.Context())
				return c[jobs.Running]+c[jobs.Waiting]+c[jobs.Scheduled] == 0
			})
			if lives != 1 || done(publishJob) != 1 || done(fileJob) != 1 {
				t.Errorf("recorded %d times by %d jobs, %d jobs for the file", lives, done(publishJob), done(fileJob))
			}
			if c, _ := q.Counts(t.Context()); c[jobs.Failed]+c[jobs.Retrying] > 0 {
				list, _ := q.List(t.Context(), 100, jobs.Failed, jobs.Retrying)
				t.Errorf("%+v", list)
			}
		})
	}
}

// TestWhatIsToBeDoneFollowsFromWhatIsStored: the jobs that are added, with their times and keys, from plans, postponements and loads.
func TestWhatIsToBeDoneFollowsFromWhatIsStored(t *testing.T) {
	now := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	o := &office{dir: t.TempDir(), now: func() time.Time { return now }}
	a := o.prepared(t)
	due := func() (out []string) {
		list, err := dueOf(t, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range list {
			at := "now"
			switch {
			case j.At.Equal(now.Add(settling)):
				at = "soon"
			case !j.At.IsZero():
				at = j.At.UTC().Format("02T15:04:05")
			}
			out = append(out, j.Kind+" "+at)
		}
		slices.Sort(out)
		return out
	}
	want := func(what string, list ...string) {
		t.Helper()
		if got := due(); !slices.Equal(got, list) {
			t.Errorf("%s: %v, want %v", what, got, list)
		}
	}
	want("nothing new", "export now", "prepare soon")
	load1(t, a, "14.9", "2026-11-01")
	want("after a load", "export now", "prepare soon", "recipes soon")
	if err := a.runStale(t.Context(), &env{err: io.Discard, lang: "en"}, a.recipes); err != nil {
		t.Fatal(err)
	}
	want("after the recipes", "export now", "prepare soon")
	minute := now.Add(24 * time.Hour)
	approve(t, a, "2027-Q1", minute)
	want("approved", "export 02T02:55:00", "export now", "prepare soon", "publish 02T03:00:00", "release-file 02T02:50:00")
	before, err := dueOf(t, a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.desk().Postpone(t.Context(), "2027-Q1", "minh", "a figure is missing", minute.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	want("postponed", "export 02T03:55:00", "export now", "prepare soon", "publish 02T04:00:00", "release-file 02T03:50:00")
	after, err := dueOf(t, a)
	if err != nil {
		t.Fatal(err)
	}
	for i := range before {
		if before[i].Kind != prepareJob && !before[i].At.IsZero() && before[i].Key == after[i].Key {
			t.Errorf("%s: the same key for another minute", before[i].Key)
		}
	}
	front, err := newFront(a)
	if err != nil {
		t.Fatal(err)
	}
	defer front.close()
	do := func(j jobs.Job) error {
		k, found := front.now.Load().modules.Kind(j.Kind)
		if !found {
			t.Fatal(j.Kind)
		}
		return k.Do(t.Context(), task(t, j))
	}
	// The job of the earlier minute writes no file and records nothing.
	now = minute.Add(time.Minute)
	for _, j := range before {
		if err := do(j); err != nil {
			t.Errorf("%s: %v", j.Kind, err)
		}
	}
	if list, _ := filepath.Glob(filepath.Join(o.dir, releaseFolder, "2027-Q1*"+releasefile.Extension)); len(list) != 0 {
		t.Error("written for a minute that is no more: ", list)
	}
	if list, _ := filepath.Glob(filepath.Join(o.dir, releaseFolder, "2027-Q1*"+archiveExtension)); len(list) != 0 {
		t.Error("written for a minute that is no more: ", list)
	}
	if r, _ := a.store.ReleaseByID(t.Context(), "2027-Q1"); r.State != publish.Approved {
		t.Error("recorded before its minute: ", r.State)
	}
	now = minute.Add(time.Hour)
	want("at its minute", "export now", "prepare soon", "publish 02T04:00:00")
	for _, j := range after {
		if err := do(j); err != nil {
			t.Errorf("%s: %v", j.Kind, err)
		}
	}
	if r, _ := a.store.ReleaseByID(t.Context(), "2027-Q1"); r.State != publish.Published {
		t.Error("not recorded: ", r.State)
	}
	want("out", "export now", "prepare soon")
	a.number = 2
	want("another edition of the catalogue", "export now", "prepare soon", "recipes soon", "records soon")
}

// TestRecipesGoOnWhereAWorkerThatDiedLeftThem: what it had computed is stored, and a job does what is left.
func TestRecipesGoOnWhereAWorkerThatDiedLeftThem(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.prepared(t)
	all := a.recipes
	a.recipes = append(a.recipes, recipe.DigitalSplit(pipeline.CountryOf(a.catalog)))
	if err := a.runStale(t.Context(), &env{err: io.Discard, lang: "en"}, a.recipes); err != nil {
		t.Fatal(err)
	}
	load1(t, a, "14.9", "2026-11-01")
	list, err := dueOf(t, a)
	if err != nil || list[len(list)-1].Kind != recipesJob {
		t.Fatal(list, err)
	}
	job := list[len(list)-1]
	if err := a.runStale(t.Context(), &env{err: io.Discard, lang: "en"}, all); err != nil { // as far as the first worker came
		t.Fatal(err)
	}
	before, _ := a.store.LastMessage(t.Context())
	if err := a.recipesHandler(t.Context(), task(t, job)); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if after, _ := a.store.LastMessage(t.Context()); after != before+1 {
		t.Errorf("the second recipe wrote %d messages", after-before)
	}
	load1(t, a, "14.8", "2026-11-02")
	before, _ = a.store.LastMessage(t.Context())
	if err := a.recipesHandler(t.Context(), task(t, job)); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	// A job works on all that is loaded when it begins: where loads never end, the next job never comes to its turn.
	after, _ := a.store.LastMessage(t.Context())
	if after == before {
		t.Error("a job of before a load leaves the load to the next one")
	}
	if err := a.recipesHandler(t.Context(), task(t, job)); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if again, _ := a.store.LastMessage(t.Context()); again != after {
		t.Error("the next job does again what is done")
	}
}

// TestABurstOfLoadsLeavesAJobOfEachKind: whoever plans adds one for every load that it sees.
func TestABurstOfLoadsLeavesAJobOfEachKind(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.prepared(t)
	if err := a.runStale(t.Context(), &env{err: io.Discard, lang: "en"}, a.recipes); err != nil {
		t.Fatal(err)
	}
	q := jobs.NewMemory(o.now)
	for n := range 5 {
		load1(t, a, "14.9", fmt.Sprintf("2026-11-%02d", 1+n))
		list, err := dueOf(t, a)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range list {
			if _, _, err := q.Add(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
	}
	list, err := q.List(t.Context(), 100)
	if err != nil || len(list) != 3 || list[0].Kind == list[1].Kind || list[2].Kind != exportJob {
		t.Errorf("in the queue are %+v (%v)", list, err)
	}
}

// TestAFileThatWasLeftWithoutItsSignatureGetsIt: whoever wrote it was ended in between.
func TestAFileThatWasLeftWithoutItsSignatureGetsIt(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.prepared(t)
	r, err := a.desk().Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(o.dir, releaseFolder, releaseFileName(r, r.PublishAt))
	for _, lost := range []string{"", releasefile.SignatureExtension} {
		if lost != "" {
			if err := os.Remove(name + lost); err != nil {
				t.Fatal(err)
			}
		}
		kept := newFiles(a) // as a server that starts
		gate := a.gate()
		_, err := kept.source(t.Context(), r, r.PublishAt, func(ctx context.Context) (publish.Content, error) { return gate.Content(ctx, r.ID, r.PublishAt) })
		if err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		kept.shut()
		for _, end := range []string{"", releasefile.HashExtension, releasefile.SignatureExtension} {
			if _, err := os.Stat(name + end); err != nil {
				t.Errorf("after the loss of %q: %v", lost, err)
			}
		}
	}
}

// dueOf gives the jobs that the modules of an installation have due.
func dueOf(t *testing.T, a *app) ([]jobs.Job, error) {
	t.Helper()
	list, err := a.modules(a.gate(), newFiles(a))
	if err != nil {
		t.Fatal(err)
	}
	return list.Due(t.Context())
}

// task is a job as a handler meets it.
func task(t *testing.T, j jobs.Job) *jobs.Task {
	t.Helper()
	q := jobs.NewMemory(nil)
	i, _, err := q.Add(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return &jobs.Task{Info: i}
}
