package publish

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

func national(t *testing.T) (*catalog.Catalog, []Publication) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	list, err := LoadPublications(data.FS, c)
	if err != nil {
		t.Fatal(err)
	}
	return c, list
}

// reported stores a figure of a full key.
func (s *shelf) reported(cell, value, status, mark string, message int64) {
	parts := strings.Split(cell, "/")
	v := stat.MustDecimal(value)
	s.figures = append(s.figures, cube.Version{Dataflow: parts[0], Message: message, Observation: stat.Observation{Key: stat.Key(parts[1]), Period: stat.MustPeriod(parts[2]), Value: &v,
		Vintage: stat.Vintage{Date: stat.MustDate("2027-01-06")}, Status: stat.Status(status), Attributes: stat.Attributes{stat.AttrSource: "doc", stat.AttrMark: mark}}})
}

// preparer is a desk for the national publications whose recipe gives the quarterly estimate.
func preparer(t *testing.T) (*office, Preparer) {
	o := newOffice(t)
	o.now = time.Date(2027, 1, 7, 3, 0, 0, 0, time.UTC)
	c, list := national(t)
	p := Preparer{Desk: o.Desk, Catalog: c, Publications: list}
	p.Run = func(ctx context.Context, only cube.Messages) ([]pipeline.Run, error) {
		last, _ := o.s.LastMessage(ctx)
		x := pipeline.Run{ID: "q#1", Recipe: "q", ReadTo: last, Only: only, Message: last + 1}
		o.s.reported("DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q4", "14.9312", "F", "I", x.Message)
		o.s.reported("DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.VA/2026-Q4", "3912345.6", "F", "I", x.Message)
		o.s.runs = append(o.s.runs, x)
		return []pipeline.Run{x}, nil
	}
	p.Desk.Checks = []Check{p.TextStands}
	return o, p
}

func TestQuarterIsPreparedWhenItsInputsAreThereAndNeverApproved(t *testing.T) {
	ctx := t.Context()
	o, p := preparer(t)
	o.s.reported("NA_GROWTH/Q.VN.B1GQ/2026-Q4", "8.5", "A", "S", 1)
	o.s.reported("NA_VA/A.VN.B1GQ.V/2026", "14000000", "A", "S", 2)
	o.s.reported("DE_SHARE/A.VN.NSO.TOTAL/2026", "14.9", "A", "S2", 3)
	o.s.reported("TRADE/X/2026", "1", "A", "S", 4) // an unfinished load of something else

	list, err := p.Prepare(ctx)
	if err != nil || len(list) != 2 || list[0].Done || len(list[0].Missing) != 1 || list[0].Missing[0].Key != "A.VN.B1GQ" {
		t.Fatalf("%+v (%v)", list, err)
	}
	if acts, _ := o.s.Acts(ctx); len(acts) != 0 {
		t.Fatal("something was done before the inputs were there")
	}
	waiting, err := p.Waiting(ctx, o.now)
	if err != nil || waiting[0].ID != "2026-Q4" || len(waiting[0].Waits) != 1 || waiting[0].Waits[0].Name.En != "GDP growth of the year" {
		t.Errorf("the calendar says %+v (%v)", waiting, err)
	}

	o.s.reported("NA_GROWTH/A.VN.B1GQ/2026", "8.4", "A", "S", 5)
	list, err = p.Prepare(ctx)
	if err != nil || !list[0].Done || list[0].Against != nil || list[1].Done {
		t.Fatalf("%+v (%v)", list, err)
	}
	r, _ := o.s.ReleaseByID(ctx, "2026-Q4")
	if r.State != Checked || r.Content().String() != "1-3,5-6" || r.CreatedBy != Program {
		t.Errorf("%s %s by %s", r.State, r.Content(), r.CreatedBy)
	}
	bulletinStands(t, r.Notes)
	acts, _ := o.s.Acts(ctx)
	if list, err = p.Prepare(ctx); err != nil || list[0].Done {
		t.Errorf("again: %+v (%v)", list, err)
	}
	if again, _ := o.s.Acts(ctx); len(again) != len(acts) {
		t.Error("a second look did something")
	}
}

// bulletinStands wants the sentences of the quarter with their figures, and no gap in either language.
func bulletinStands(t *testing.T, notes catalog.Label) {
	t.Helper()
	for _, want := range []string{"quý IV/2026 tăng 8,50\u00a0%", "3.912.346 (dự báo, bằng chứng I) tỷ đồng", "14,93\u00a0% (dự báo, bằng chứng I)", "14,90\u00a0% (bằng chứng S2)"} {
		if !strings.Contains(notes.Vi, want) {
			t.Errorf("the bulletin lacks %q: %s", want, notes.Vi)
		}
	}
	if !strings.Contains(notes.En, "8.50\u00a0%") || strings.Contains(notes.En+notes.Vi, "{") || strings.Contains(notes.En, "year before, the share") {
		t.Errorf("in English: %s", notes.En)
	}
}

func TestQuarterIsPreparedOnceByManyServersAndTakenUpAfterACrash(t *testing.T) {
	ctx := t.Context()
	o, p := preparer(t)
	var log bytes.Buffer
	p.Desk.Log = slog.New(slog.NewTextHandler(&log, nil))
	for m, cell := range []string{"NA_GROWTH/Q.VN.B1GQ/2026-Q4", "NA_GROWTH/A.VN.B1GQ/2026", "NA_VA/A.VN.B1GQ.V/2026", "DE_SHARE/A.VN.NSO.TOTAL/2026"} {
		o.s.reported(cell, "8", "A", "S", int64(m+1))
	}
	run := p.Run
	p.Run = func(context.Context, cube.Messages) ([]pipeline.Run, error) {
		return nil, fault.New("store.locked", "database", "x")
	}
	if _, err := p.Prepare(ctx); err == nil {
		t.Fatal("a run that failed went unnoticed")
	}
	p.Run = run
	var wg sync.WaitGroup
	if list, err := p.Prepare(ctx); err != nil || !list[0].Done || list[0].Release.State != Checked {
		t.Fatalf("%+v (%v)", list, err)
	}
	for range 6 {
		wg.Go(func() {
			if list, err := p.Prepare(context.Background()); err != nil || list[0].Done {
				t.Errorf("%+v (%v)", list, err)
			}
		})
	}
	wg.Wait()
	if n := strings.Count(log.String(), "release prepared"); n != 1 {
		t.Errorf("prepared %d times\n%s", n, log.String())
	}
}

func TestWordsOfTheProgramFollowTheFigures(t *testing.T) {
	ctx := t.Context()
	o, p := preparer(t)
	for m, cell := range []string{"NA_GROWTH/Q.VN.B1GQ/2026-Q4", "NA_GROWTH/A.VN.B1GQ/2026", "NA_VA/A.VN.B1GQ.V/2026", "DE_SHARE/A.VN.NSO.TOTAL/2026"} {
		o.s.reported(cell, "8", "A", "S", int64(m+1))
	}
	if _, err := p.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	o.s.reported("NA_GROWTH/Q.VN.B1GQ/2026-Q4", "9", "A", "S", 9)
	o.done(p.Desk.Add(ctx, "2026-Q4", Selection{Messages: cube.NewMessages(9)}, "an"))
	o.refused("publish.text-outdated", func() error { _, err := p.Desk.Check(ctx, "2026-Q4", "an"); return err })
	notes, err := p.Bulletin(ctx, "2026-Q4")
	if err != nil || !strings.Contains(notes.En, "9.00\u00a0%") {
		t.Fatalf("%s (%v)", notes.En, err)
	}
	o.done(p.Desk.Describe(ctx, "2026-Q4", notes, Program))
	o.done(p.Desk.Check(ctx, "2026-Q4", "an"))
	o.done(p.Desk.Describe(ctx, "2026-Q4", both("lời riêng", "own words"), "an"))
	o.done(p.Desk.Check(ctx, "2026-Q4", "an"))
	if _, err := p.Bulletin(ctx, "2026-M07"); fault.CodeOf(err) != "publish.no-release" {
		t.Error(err)
	}
}

func TestBulletinTellsNothingThatIsNotFree(t *testing.T) {
	c, list := national(t)
	v := stat.MustDecimal("8")
	notes, cells := list[0].Bulletin(c, stat.MustPeriod("2026-Q4"), func(x cube.Cell) (cube.Version, bool) {
		return cube.Version{Dataflow: x.Dataflow, Observation: stat.Observation{Value: &v, Status: stat.Normal, Attributes: stat.Attributes{stat.AttrConf: "C", stat.AttrMark: "S"}}}, true
	})
	if notes.Vi != "" || len(cells) != 0 {
		t.Errorf("it tells %s of %v", notes.Vi, cells)
	}
	notes, cells = list[0].Bulletin(c, stat.MustPeriod("2026-Q3"), func(x cube.Cell) (cube.Version, bool) {
		return cube.Version{Dataflow: x.Dataflow, Observation: stat.Observation{Value: &v, Status: stat.Normal, Attributes: stat.Attributes{stat.AttrText: "gần 8", stat.AttrMark: "S"}}}, true
	})
	if !strings.Contains(notes.Vi, "tăng gần 8\u00a0%") || strings.Contains(notes.Vi, "Năm 2026") || len(cells) != 4 {
		t.Errorf("%s of %v", notes.Vi, cells)
	}
}

func TestDeclarationsThatCannotBeFollowedAreRefused(t *testing.T) {
	c, list := national(t)
	if at := list[0].DueAt(stat.MustPeriod("2026-Q4")); at.Format("2006-01-02T15:04") != "2027-01-12T09:00" {
		t.Errorf("due %v", at)
	}
	if at := list[0].DueAt(stat.MustPeriod("2027-Q2")); at.Weekday() != time.Monday || at.Day() != 12 {
		t.Errorf("12 July 2027 is a Monday, not %v", at)
	}
	if at := list[0].DueAt(stat.MustPeriod("2027-Q3")); at.Format("2006-01-02") != "2027-10-12" {
		t.Errorf("due %v", at)
	}
	if at := list[0].DueAt(stat.MustPeriod("2027-Q4")); at.Format("2006-01-02") != "2028-01-12" {
		t.Errorf("due %v", at)
	}
	if at := list[0].DueAt(stat.MustPeriod("2028-Q3")); at.Format("2006-01-02") != "2028-10-12" {
		t.Errorf("due %v", at)
	}
	if at := list[0].DueAt(stat.MustPeriod("2028-Q4")); at.Format("2006-01-02") != "2029-01-12" {
		t.Errorf("due %v", at)
	}
	if at := list[0].DueAt(stat.MustPeriod("2030-Q4")); at.Format("2006-01-02") != "2031-01-13" { // the 12th is a Sunday
		t.Errorf("due %v", at)
	}
	good, err := os.ReadFile("../../data/govern/publications.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for old, broken := range map[string]string{"2026-Q4": "2026-Q5", "day: 12": "day: 31", "09:00": "9 am", "Q.VN.B1GQ,": "Q.VN.NOSUCH,", "NA_VA": "NA_VB", "{va} tỷ": "tỷ",
		`"{before}"`: `"{after}"`} {
		bad := strings.Replace(string(good), old, broken, 1)
		if bad == string(good) {
			t.Fatalf("%q is not there", old)
		}
		if _, err := LoadPublications(fstest.MapFS{"govern/publications.yaml": {Data: []byte(bad)}}, c); fault.CodeOf(err) != "publish.bad-publication" {
			t.Errorf("%q: %v", broken, err)
		}
	}
	unknown := strings.Replace(string(good), "programme: 8", "colour: red", 1)
	if _, err := LoadPublications(fstest.MapFS{"govern/publications.yaml": {Data: []byte(unknown)}}, c); fault.CodeOf(err) != "catalog.bad-file" || !strings.Contains(err.Error(), "colour") {
		t.Errorf("an unknown key: %v", err)
	}
}
