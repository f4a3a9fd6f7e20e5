package publish

import (
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

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
	if x := s.Extent("F"); x.Cells != 2 || x.Versions != 3 {
		t.Errorf("%d cells, %d versions", x.Cells, x.Versions)
	}
	if x := s.At(stat.MustDate("2024-01-01")).Extent("F"); x.Cells != 1 || x.Versions != 1 {
		t.Errorf("as of January 2024: %d cells, %d versions", x.Cells, x.Versions)
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
