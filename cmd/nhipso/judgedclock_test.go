package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

// wrong is a machine whose clock is off, and can be set.
type wrong struct{ by time.Duration }

func (w *wrong) now() time.Time { return time.Now().Add(w.by) }

func TestAClockFollowsThatOfTheDatabaseServerWhereTheyDiffer(t *testing.T) {
	s := storetest.Open(t, storetest.EmptyPostgres(t))
	for name, c := range map[string]struct {
		by    time.Duration
		apart bool
	}{"right": {0, false}, "within what servers may differ by": {store.ClockSkew / 2, false}, "ahead": {365 * 24 * time.Hour, true}, "behind": {-time.Hour, true}} {
		m := &wrong{c.by}
		clock := &judgedClock{machine: m.now}
		if d := time.Until(clock.Now()); (d - c.by).Abs() > time.Second {
			t.Errorf("%s: before it is compared it is %s off", name, d)
		}
		err := clock.compare(t.Context(), s)
		if code := fault.CodeOf(err); (code == "store.clock-apart") != c.apart || !c.apart && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := c.by
		if c.apart {
			want = 0
		}
		if d := time.Until(clock.Now()); (d - want).Abs() > time.Second {
			t.Errorf("%s: then it is %s off", name, d)
		}
		if again := clock.compare(t.Context(), s); again != err {
			t.Errorf("%s: what is said changes with every look: %v, %v", name, err, again)
		}
		m.by += 24 * time.Hour // somebody sets it
		if d := time.Until(clock.Now()); (d - want).Abs() > time.Second {
			t.Errorf("%s: a clock that is set moves it by %s", name, d)
		}
	}
	file := storetest.SQLite(t)
	clock := &judgedClock{machine: (&wrong{time.Hour}).now}
	if err := clock.compare(t.Context(), file); err != nil || time.Until(clock.Now()) < 59*time.Minute {
		t.Errorf("a file has no clock to go by: %v", err)
	}
}

// TestAServerWhoseClockIsAheadPublishesNothingEarly: neither for its own readers nor for those of others, and whoever works there is told.
func TestAServerWhoseClockIsAheadPublishesNothingEarly(t *testing.T) {
	url := storetest.EmptyPostgres(t)
	e, told := clerk(t)
	e.now = time.Now
	p := installation{data: t.TempDir(), database: url, pack: cloudland}
	prepared1(t, e, p)
	right, err := e.open(t.Context(), &p)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	defer right.close()
	figure := filepath.Join(t.TempDir(), "more.csv")
	if err := os.WriteFile(figure, []byte("DATAFLOW,FREQ,REF_AREA,ACTIVITY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\nNA_GROWTH,A,XM,B1GQ,2019,7.5,A,2025-02-01,S,XMS-2025\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	typed(t, e, told, exitOK, "load", figure, "--data", p.data, "--database", url)
	typed(t, e, told, exitOK, "run", "--data", p.data, "--database", url)
	r := approve(t, right, "2027-Q1", time.Now().Add(48*time.Hour).Truncate(time.Minute))
	var said bytes.Buffer
	clock := &judgedClock{machine: (&wrong{365 * 24 * time.Hour}).now}
	ahead := &env{in: strings.NewReader(""), out: io.Discard, err: &said, getenv: func(string) string { return "" }, now: clock.Now, judged: clock, lang: "en"}
	a, err := ahead.open(t.Context(), &p)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	defer a.close()
	if !strings.Contains(said.String(), "that of the database server") {
		t.Errorf("nobody is told: %s", said.String())
	}
	if out, err := a.desk().PublishDue(t.Context()); err != nil || len(out) != 0 {
		t.Errorf("it publishes %v (%v)", out, err)
	}
	if view, err := a.gate().View(t.Context(), publish.Everybody()); err != nil || view.Release.ID == r.ID {
		t.Errorf("it shows %s (%v)", view.Release.ID, err)
	}
	var out bytes.Buffer
	ahead.out = &out
	dispatch(t.Context(), ahead, []string{"--lang", "en", "doctor", "--data", filepath.Clean(p.data), "--database", url})
	if !strings.Contains(out.String(), "✗ Clock ") {
		t.Errorf("doctor does not tell:\n%s", out.String())
	}
}
