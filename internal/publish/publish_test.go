package publish

import (
	"context"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// shelf keeps releases in memory.
type shelf struct {
	list []Release
}

func (s *shelf) CreateRelease(_ context.Context, r Release) error {
	for _, x := range s.list {
		if x.ID == r.ID {
			return fault.New("publish.exists", "id", r.ID)
		}
	}
	s.list = append(s.list, r)
	return nil
}

func (s *shelf) UpdateRelease(_ context.Context, r Release, from State) error {
	for i, x := range s.list {
		if x.ID == r.ID && x.State == from {
			s.list[i] = r
			return nil
		}
	}
	return fault.New("publish.wrong-state", "id", r.ID)
}

func (s *shelf) ReleaseByID(_ context.Context, id string) (Release, error) {
	for _, x := range s.list {
		if x.ID == id {
			return x, nil
		}
	}
	return Release{}, fault.New("publish.no-release", "id", id)
}

func (s *shelf) Releases(context.Context) ([]Release, error) { return s.list, nil }

type counter struct {
	cube.Store
	last int64
}

func (c counter) LastMessage(context.Context) (int64, error) { return c.last, nil }

func TestReleaseGoesFromDraftToItsMinute(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 11, 22, 8, 30, 12, 0, time.UTC)
	s := &shelf{}
	d := Desk{Store: s, Cube: counter{last: 41}, Now: func() time.Time { return now }}
	if _, err := d.Open(ctx, "2026-Q3", catalog.Label{}, catalog.Label{}, "an"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(ctx, "2026-Q3", catalog.Label{}, catalog.Label{}, "an"); fault.CodeOf(err) != "publish.exists" {
		t.Errorf("a second release of that name: %v", err)
	}
	if _, err := d.Current(ctx); fault.CodeOf(err) != "publish.none" {
		t.Errorf("a draft is public: %v", err)
	}
	minute := now.Add(30 * time.Minute)
	r, err := d.Approve(ctx, "2026-Q3", "binh", minute)
	if err != nil || r.State != Approved || r.AsOf.Message != 41 || r.PublishAt.Second() != 0 {
		t.Fatalf("%+v (%v)", r, err)
	}
	if _, err := d.Approve(ctx, "2026-Q3", "binh", minute); fault.CodeOf(err) != "publish.wrong-state" {
		t.Errorf("approved twice: %v", err)
	}
	if out, _ := d.PublishDue(ctx); len(out) != 0 {
		t.Error("published before its minute")
	}
	now = now.Add(29*time.Minute + 48*time.Second) // 09:00:00, the minute itself
	if out, _ := d.PublishDue(ctx); len(out) != 1 {
		t.Error("not published at its minute")
	}
	if r, err := d.Current(ctx); err != nil || r.ID != "2026-Q3" {
		t.Errorf("current %v (%v)", r.ID, err)
	}
}

func TestCurrentIsTheReleaseOfTheLatestMinuteWhateverTheOrderOfOpening(t *testing.T) {
	minute := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := &shelf{list: []Release{
		{ID: "2026-Q3", State: Published, PublishAt: minute.AddDate(0, 3, 0)},
		{ID: "2026-Q2.1", State: Published, PublishAt: minute},
		{ID: "2026-Q4", State: Approved, PublishAt: minute.AddDate(1, 0, 0)},
		{ID: "2027-Q1", State: Draft},
	}}
	d := Desk{Store: s, Cube: counter{last: 1}, Now: func() time.Time { return minute }}
	if r, err := d.Current(context.Background()); err != nil || r.ID != "2026-Q3" {
		t.Errorf("current is %q (%v)", r.ID, err)
	}
	s.list = append(s.list, Release{ID: "2026-Q3.1", State: Published, PublishAt: minute.AddDate(0, 3, 0)})
	if r, err := d.Current(context.Background()); err != nil || r.ID != "2026-Q3.1" {
		t.Errorf("of two releases of one minute the later opened one counts, not %q (%v)", r.ID, err)
	}
}

func TestRefusalNamesTheStateInTheReadersLanguage(t *testing.T) {
	d := Desk{Store: &shelf{list: []Release{{ID: "2026-Q3", State: Published}}}, Cube: counter{last: 1}, Now: time.Now}
	_, err := d.Approve(context.Background(), "2026-Q3", "binh", time.Now())
	for lang, words := range map[string][2]string{"vi": {"“đã công bố”", "“dự thảo”"}, "en": {"“published”", "“draft”"}} {
		if s := fault.In(err, lang); !strings.Contains(s, words[0]) || !strings.Contains(s, words[1]) {
			t.Errorf("%s", s)
		}
	}
}

func TestDeskRefusesBadNamesAndEmptyCubes(t *testing.T) {
	ctx := context.Background()
	d := Desk{Store: &shelf{}, Cube: counter{}, Now: time.Now}
	for _, id := range []string{"", "2026", "2026-Q3", "2026-Q3.1", "2026-M07"} {
		_, err := d.Open(ctx, id, catalog.Label{}, catalog.Label{}, "an")
		if (id == "") != (fault.CodeOf(err) == "publish.bad-id") {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, id := range []string{"Q3-2026", "2026-Q5", "2026-Q3 ", "../x", "2026-Q3.x"} {
		if _, err := d.Open(ctx, id, catalog.Label{}, catalog.Label{}, "an"); fault.CodeOf(err) != "publish.bad-id" {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := d.Approve(ctx, "2026-Q3", "an", time.Now()); fault.CodeOf(err) != "publish.nothing" {
		t.Errorf("approved with nothing in the cube: %v", err)
	}
	if _, err := d.Approve(ctx, "1999-Q1", "an", time.Now()); fault.CodeOf(err) != "publish.no-release" {
		t.Errorf("%v", err)
	}
}

func versions() []cube.Version {
	mk := func(key, period, value, vintage string, message int64, conf string) cube.Version {
		v := stat.MustDecimal(value)
		a := stat.Attributes{}
		if conf != "" {
			a[stat.AttrConf] = conf
		}
		return cube.Version{Dataflow: "F", Message: message, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Value: &v,
			Vintage: stat.Vintage{Date: stat.MustDate(vintage)}, Status: stat.Normal, Attributes: a}}
	}
	return []cube.Version{
		mk("A.b", "2022", "12.67", "2023-12-04", 1, ""), mk("A.b", "2022", "12.83", "2025-01-06", 1, ""),
		mk("A.a", "2022", "1", "2025-01-06", 1, ""), mk("A.a", "2023", "2", "2025-01-06", 1, "C"), mk("A.a", "2024", "3", "2026-01-05", 9, ""),
	}
}

func testSnapshot(t *testing.T) *Snapshot {
	t.Helper()
	l, err := catalog.NewCodelist("CL", catalog.Label{}, "", []catalog.Code{{ID: "A"}, {ID: "b"}, {ID: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.New("T", []*catalog.Dataflow{{ID: "F", Dimensions: []catalog.Dimension{{ID: "FREQ", Codelist: "CL"}, {ID: "X", Codelist: "CL"}}}}, []*catalog.Codelist{l}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return NewView(Parts{Release: Release{ID: "2026-Q3", AsOf: cube.AsOf{Message: 5}}, Catalog: c, Figures: versions()}).Snapshot
}

func TestSnapshotHoldsTheReleaseAndNothingElse(t *testing.T) {
	s := testSnapshot(t)
	if _, ok := s.Cell(cube.Cell{Dataflow: "F", Key: "A.a", Period: stat.Year(2024)}); ok {
		t.Error("a message after the release is visible")
	}
	if _, ok := s.Cell(cube.Cell{Dataflow: "F", Key: "A.a", Period: stat.Year(2023)}); ok {
		t.Error("a confidential figure is visible")
	}
	if h := s.CellHistory(cube.Cell{Dataflow: "F", Key: "A.a", Period: stat.Year(2023)}); len(h) != 0 {
		t.Error("a confidential figure is visible in the history")
	}
	v, ok := s.Cell(cube.Cell{Dataflow: "F", Key: "A.b", Period: stat.Year(2022)})
	if !ok || v.Value.String() != "12.83" {
		t.Errorf("newest of 2022: %v", v.Value)
	}
	if list := s.Series("F", ""); len(list) != 2 || list[0].Key != "A.b" {
		t.Errorf("series come in the order of the codelist: %+v", list)
	}
}

func TestSnapshotAsOfAnOlderDay(t *testing.T) {
	s := testSnapshot(t)
	old := s.At(stat.MustDate("2024-01-01"))
	v, ok := old.Cell(cube.Cell{Dataflow: "F", Key: "A.b", Period: stat.Year(2022)})
	if !ok || v.Value.String() != "12.67" {
		t.Errorf("2022 as of January 2024: %v", v.Value)
	}
	if h := old.History("F", "A.b"); len(h) != 1 {
		t.Errorf("an older day knows %d vintages", len(h))
	}
	if s.At(stat.Date{}) != s || old.At(stat.MustDate("2024-01-01")) != old {
		t.Error("the same day is the same view")
	}
	if s.At(stat.MustDate("2024-01-01")) != old {
		t.Error("a day is made once")
	}
	if n := len(s.At(stat.MustDate("2000-01-01")).Read("F", "")); n != 0 {
		t.Errorf("%d figures before anything was published", n)
	}
}

func TestSeriesGivesItsFiguresByPeriodAndItsLastValue(t *testing.T) {
	s := testSnapshot(t)
	b := s.One("F", "A.b")
	if v, ok := b.Last(); !ok || v.Value.String() != "12.83" {
		t.Errorf("last of %v", b.Obs)
	}
	missing := cube.Version{Dataflow: "F", Observation: stat.Observation{Key: "A.b", Period: stat.Year(2023), Status: stat.Unpublished}}
	b.Obs = append(b.Obs, missing)
	if v, ok := b.Last(); !ok || v.Period != stat.Year(2022) {
		t.Errorf("a figure that is missing counts as the last: %v", v)
	}
	if v, ok := b.At(stat.Year(2023)); !ok || v.Value != nil {
		t.Errorf("2023 is %v, %v", v, ok)
	}
	if _, ok := b.At(stat.Year(2021)); ok {
		t.Error("there is a figure of 2021")
	}
	if _, ok := (Series{Obs: []cube.Version{missing}}).Last(); ok {
		t.Error("a series without values has a last one")
	}
}

func TestSnapshotCountsWithinItsViewAndListsEveryDay(t *testing.T) {
	s := testSnapshot(t)
	if cells, versions := s.Count("F"); cells != 2 || versions != 3 {
		t.Errorf("%d cells, %d versions", cells, versions)
	}
	if cells, versions := s.At(stat.MustDate("2024-01-01")).Count("F"); cells != 1 || versions != 1 {
		t.Errorf("as of January 2024: %d cells, %d versions", cells, versions)
	}
	if days := s.Vintages("F"); len(days) != 2 || days[0] != stat.MustDate("2023-12-04") || days[1] != stat.MustDate("2025-01-06") {
		t.Errorf("days %v", days)
	}
}

func TestSnapshotKeepsABoundedNumberOfDays(t *testing.T) {
	s := testSnapshot(t)
	for i := range 3 * maxOlder {
		s.At(stat.MustDate("2024-01-01").AddDays(i))
		if len(s.older) > maxOlder {
			t.Fatalf("%d days are kept", len(s.older))
		}
	}
	if v, ok := s.At(stat.MustDate("2024-01-01")).Cell(cube.Cell{Dataflow: "F", Key: "A.b", Period: stat.Year(2022)}); !ok || v.Value.String() != "12.67" {
		t.Error("a day that was let go reads differently")
	}
}
