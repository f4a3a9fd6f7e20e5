package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/fault"
)

// ministry is an installation worked from the command line, with a clock that the test sets.
type ministry struct {
	t    *testing.T
	data string
	now  time.Time
}

// do runs a command; it must end with a status, and its output is given.
func (m *ministry) do(status int, args ...string) string {
	m.t.Helper()
	var out bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &out, getenv: func(string) string { return "" }, now: func() time.Time { return m.now }}
	if got := dispatch(context.Background(), e, append([]string{"--lang", "en", args[0], "--data", m.data}, args[1:]...)); got != status {
		m.t.Fatalf("%v ended with %d, not %d:\n%s", args, got, status, out.String())
	}
	return out.String()
}

// says wants words in an output.
func (m *ministry) says(out string, want ...string) {
	m.t.Helper()
	for _, w := range want {
		if !strings.Contains(out, w) {
			m.t.Errorf("it does not say %q:\n%s", w, out)
		}
	}
}

// load brings rows of a dataflow.
func (m *ministry) load(header string, rows ...string) {
	m.t.Helper()
	file := filepath.Join(m.t.TempDir(), "figures.csv")
	if err := os.WriteFile(file, []byte(header+"\n"+strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		m.t.Fatal(err)
	}
	m.do(exitOK, "load", file)
}

func vn(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04", text, time.FixedZone("+07", 7*3600))
	if err != nil {
		panic(err)
	}
	return t
}

const (
	growthHeader = "DATAFLOW,FREQ,REF_AREA,ACTIVITY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE"
	levelHeader  = "DATAFLOW,FREQ,REF_AREA,ACTIVITY,PRICES,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE"
	shareHeader  = "DATAFLOW,FREQ,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE"
	grdpHeader   = "DATAFLOW,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE"
)

// TestAQuarterIsReleasedEndToEnd walks a quarter as people live it: an unfinished load beside it, two approvers, a postponement, its minute, a
// correction, and the figures as of the days between.
func TestAQuarterIsReleasedEndToEnd(t *testing.T) {
	m := &ministry{t: t, data: t.TempDir(), now: vn("2026-11-30T09:00")}
	m.do(exitOK, "load", "--reference")
	m.do(exitInput, "release", "open", "--by", "an", "--all", "--id", "Q3")
	m.says(m.do(exitOK, "release", "open", "--by", "an", "--all", "--id", "2026-Q3"), "2026-Q3")
	m.says(m.do(exitInput, "release", "check", "--id", "2026-Q3", "--by", "an"), "has not run with the content", "nhipso release run --id 2026-Q3")
	m.says(m.do(exitOK, "release", "run", "--id", "2026-Q3", "--by", "an"), "Ran ")
	m.do(exitOK, "release", "check", "--id", "2026-Q3", "--by", "an")
	m.says(m.do(exitUsage, "release", "approve", "--id", "2026-Q3", "--by", "An"), "second person")
	m.says(m.do(exitInput, "release", "approve", "--id", "2026-Q3", "--by", "binh", "--at", "2020-01-01T09:00"), "is past")
	m.says(m.do(exitOK, "release", "approve", "--id", "2026-Q3", "--by", "binh"), "binh has approved")
	m.says(m.do(exitOK, "release", "list"), "published")

	m.now = vn("2027-01-07T10:00")
	m.load(grdpHeader, "GRDP_GROWTH,A,VN34-08,2026,4.5,A,2027-01-06,S2,NSO-GRDP-2026-10") // of the other provinces there is nothing yet
	m.load(growthHeader, "NA_GROWTH,Q,VN,B1GQ,2026-Q4,8.5,A,2027-01-06,S,NSO-PXWEB-2026-10", "NA_GROWTH,A,VN,B1GQ,2026,8.4,A,2027-01-06,S,NSO-PXWEB-2026-10")
	m.says(m.do(exitOK, "release", "prepare"), "2026-Q4 still lacks: GDP of the year at current prices; digital share of GDP of the year")
	m.load(levelHeader, "NA_VA,A,VN,B1GQ,V,2026,14000000,E,2027-01-06,S,NSO-PXWEB-2026-10")
	m.load(shareHeader, "DE_SHARE,A,VN,NSO,TOTAL,2026,14.9,E,2027-01-06,S,NSO-2026-01")
	m.says(m.do(exitOK, "release", "prepare"), "Release 2026-Q4 is prepared", "checked")
	m.says(m.do(exitOK, "release", "prepare"), "2027-Q1 still lacks") // and of 2026-Q4 nothing: it is done
	shown := m.do(exitOK, "release", "show", "--id", "2026-Q4")
	m.says(shown, "GDP grew by 8.50\u00a0% in Q4 2026", "14.90\u00a0% (estimate)", "NA_GROWTH: 2 figures", "nhipso")
	if strings.Contains(shown, "GRDP_GROWTH") {
		t.Errorf("the unfinished load is in it:\n%s", shown)
	}
	m.says(m.do(exitOK, "message", "list", "--dataflow", "GRDP_GROWTH"), "+")
	m.says(m.do(exitOK, "release", "approve", "--id", "2026-Q4", "--by", "binh", "--at", "2027-01-12T09:00"), "2027-01-12 09:00")
	m.says(m.do(exitInput, "release", "approve", "--id", "2026-Q4", "--by", "chi"), "binh approved release “2026-Q4” first")
	m.says(m.do(exitOK, "release", "postpone", "--id", "2026-Q4", "--by", "binh", "--at", "2027-01-13T09:00", "--reason", "waiting"), "2027-01-13 09:00")
	m.says(m.do(exitOK, "release", "calendar"), "2027-01-13 09:00  2026-Q4      embargoed")

	public := func(args ...string) string {
		return m.do(exitOK, append([]string{"export", "NA_GROWTH", "--key", "Q.VN.B1GQ"}, args...)...)
	}
	for at, out := range map[string]bool{"2027-01-12T09:01": false, "2027-01-13T08:59": false, "2027-01-13T09:00": true} {
		m.now = vn(at)
		if strings.Contains(public(), "2026-Q4") != out {
			t.Errorf("at %s the quarter is out: %t", at, !out)
		}
	}
	m.now = vn("2027-01-13T09:00")
	m.says(m.do(exitOK, "release", "publish"), "2026-Q4 is published")
	m.says(m.do(exitOK, "release", "publish"), "No release is due")
	if strings.Contains(m.do(exitOK, "export", "GRDP_GROWTH"), ",2026,") {
		t.Error("the unfinished load is out")
	}
	m.says(m.do(exitInput, "release", "withdraw", "--id", "2026-Q4", "--by", "binh", "--reason", "late"), "never changes again", "2026-Q4.1")

	m.now = vn("2027-02-01T09:00")
	m.load(growthHeader, "NA_GROWTH,Q,VN,B1GQ,2026-Q4,8.6,A,2027-01-31,S,NSO-PXWEB-2026-10")
	m.says(m.do(exitOK, "release", "open", "--by", "an", "--id", "2026-Q4.1"), "2026-Q4.1")
	m.says(m.do(exitInput, "release", "check", "--id", "2026-Q4.1", "--by", "an"), "holds nothing new", "must tell readers")
	m.says(m.do(exitUsage, "release", "add", "--id", "2026-Q4.1", "--by", "an", "--dataflow", "NA_GROWTH", "--to", "9999"), "no messages 9999")
	m.do(exitOK, "release", "add", "--id", "2026-Q4.1", "--by", "an", "--dataflow", "NA_GROWTH")
	m.do(exitOK, "release", "run", "--id", "2026-Q4.1", "--by", "an")
	m.do(exitOK, "release", "describe", "--id", "2026-Q4.1", "--by", "an", "--vi", "Tăng trưởng GDP quý IV sửa từ 8,5 thành 8,6 %.", "--en", "GDP growth of Q4 corrected from 8.5 to 8.6%.")
	m.do(exitOK, "release", "check", "--id", "2026-Q4.1", "--by", "an")
	m.do(exitOK, "release", "approve", "--id", "2026-Q4.1", "--by", "binh")
	m.says(m.do(exitOK, "release", "show", "--id", "2026-Q4.1"), "NA_GROWTH: 0 added, 1 revised, 0 withdrawn", "Q.VN.B1GQ 2026-Q4: 8.5 → 8.6")
	m.says(public(), "2026-Q4,8.6")
	m.says(public("--asof", "2027-01-20"), "2026-Q4,8.5")
	if strings.Contains(public("--asof", "2026-12-31"), "2026-Q4") {
		t.Error("as of the year before, the quarter is there")
	}

	m.do(exitOK, "release", "open", "--by", "an", "--id", "2027-Q1")
	m.says(m.do(exitInput, "release", "check", "--id", "2027-Q1", "--by", "an"), "holds nothing new")
	m.says(m.do(exitUsage, "release", "approve", "--id", "2027-Q1", "--reason", "x"), "--reason has no effect on `release approve`")
	m.says(m.do(exitUsage, "release", "nothing"), "postpone")
	m.do(exitOK, "release", "list", "--head-note", filepath.Join(m.data, "audit-head.json"))
	m.says(m.do(exitUsage, "release", "describe", "--id", "2027-Q1", "--by", "an"), "--by has no effect")
	m.says(m.do(exitUsage, "release", "show"), "lacks --id")
}

// TestServersThatStartTogetherPrepareOnce: each of several servers on an empty database finds it ready, and one has prepared it.
func TestServersThatStartTogetherPrepareOnce(t *testing.T) {
	dir := t.TempDir()
	opened := func() (*app, *env) {
		e := &env{in: strings.NewReader(""), out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }, now: time.Now, lang: "vi"}
		a, err := e.open(t.Context(), &installation{data: dir})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(a.close)
		return a, e
	}
	var servers sync.WaitGroup
	for range 2 {
		a, e := opened()
		servers.Go(func() {
			if err := a.prepare(t.Context(), e); err != nil {
				t.Error(fault.In(err, "en"))
			}
		})
	}
	servers.Wait()
	a, _ := opened()
	runs, err := a.store.Runs(t.Context())
	releases, err2 := a.store.Releases(t.Context())
	if err != nil || err2 != nil || len(releases) != 1 || len(runs) != len(a.recipes) {
		t.Errorf("%d releases, %d runs of %d recipes (%v, %v)", len(releases), len(runs), len(a.recipes), err, err2)
	}
}
