package publish

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// drawn draws a dataflow of a few series with its history: reported and derived figures, withdrawals, and some that nobody may read.
func drawn(t *rapid.T) (out []cube.Version) {
	n := rapid.IntRange(1, 60).Draw(t, "n")
	seen := map[string]bool{}
	for i := range n {
		d := stat.Int(int64(rapid.IntRange(1, 3).Draw(t, "value")))
		day := stat.NewDate(2020+rapid.IntRange(0, 4).Draw(t, "day"), 1, 5)
		v := cube.Version{Dataflow: "F", Message: int64(i + 1), Observation: stat.Observation{
			Key:    stat.NewKey(rapid.SampledFrom([]string{"A", "B"}).Draw(t, "a"), rapid.SampledFrom([]string{"X", "Y", "Z"}).Draw(t, "b")),
			Period: stat.Year(2000 + rapid.IntRange(0, 3).Draw(t, "period")), Value: &d, Status: stat.Normal, Vintage: stat.Vintage{Date: day, Written: day.String()}, Attributes: stat.Attributes{}}}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			v.Attributes[stat.AttrRun] = "recipe#" + strconv.Itoa(i)
		case 1:
			v.Value, v.Status = nil, stat.Missing
			v.Attributes[stat.AttrSource] = "S1"
		case 2:
			v.Attributes[stat.AttrSource], v.Attributes[stat.AttrConf] = "S1", string(stat.Confidential)
		default:
			v.Attributes[stat.AttrSource] = rapid.SampledFrom([]string{"S1", "S2"}).Draw(t, "source")
		}
		if at := v.Cell().String() + day.String(); !seen[at] {
			seen[at] = true
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, cube.InOrder)
	return out
}

// twoLists is a catalogue of one dataflow, whose lists have an order of their own.
func twoLists(t *testing.T) *catalog.Catalog {
	first, err := catalog.NewCodelist("CL_1", catalog.Label{}, "", []catalog.Code{{ID: "T"}, {ID: "B"}, {ID: "A"}})
	if err != nil {
		t.Fatal(err)
	}
	second, err := catalog.NewCodelist("CL_2", catalog.Label{}, "", []catalog.Code{{ID: "Z"}, {ID: "X"}, {ID: "Y"}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.New("T", []*catalog.Dataflow{{ID: "F", Dimensions: []catalog.Dimension{{ID: "ONE", Codelist: "CL_1"}, {ID: "TWO", Codelist: "CL_2"}}}}, []*catalog.Codelist{first, second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// revisionsOf gives the revisions that an outline names of a day, those of cells that show, and those that reading tells.
func revisionsOf(t *rapid.T, s *Snapshot, o *Outline) (names, told []Revised) {
	for r := range o.revisions(s.AsOf.Vintage) {
		if !s.closed[cube.Cell{Dataflow: "F", Key: r.Key, Period: r.Period}] {
			names = append(names, r)
		}
	}
	replaced, err := s.Replacements(context.Background(), []string{"F"}, 99)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range replaced {
		told = append(told, Revised{r.After.Key, r.After.Period, r.After.Vintage.Date})
	}
	return names, told
}

// An outline made once tells of every day what reading all figures of that day tells, and so do selections of it.
func TestAnOutlineTellsWhatReadingTells(t *testing.T) {
	c := twoLists(t)
	rapid.Check(t, func(t *rapid.T) {
		figures := drawn(t)
		today := NewView(Parts{Audience: Everybody(), Release: Release{AsOf: cube.AsOf{Message: 99}}, Catalog: c, Figures: figures}).Snapshot
		x := outliner{}
		for _, v := range figures {
			if Everybody().mayRead(confidentiality(v)) {
				x.add(v)
			}
		}
		var full Outline
		written, err := json.Marshal(x.outline())
		if err == nil {
			err = json.Unmarshal(written, &full)
		}
		if err != nil {
			t.Fatal(err)
		}
		for year := range 6 {
			s := today
			if year > 0 {
				s = today.by(stat.NewDate(2018+year, 6, 1))
			}
			if len(full.Days) == 0 {
				continue
			}
			made, read := s.arrange("F", &full, s.unseen("F")), s.outlineOf("F")
			got, want := made.extent, read.extent
			if len(made.less) > 0 { // the span may name a period of which nothing shows any more
				got.First, got.Last = want.First, want.Last
			}
			got.Stated, want.Stated = nil, nil // days on which only such figures were published are told too
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("as of %s: outlined %+v, read %+v", s.AsOf.Vintage, got, want)
			}
			if names, told := revisionsOf(t, s, &full); !slices.Equal(names, told) || len(told) != want.Revised {
				t.Fatalf("as of %s: revisions %v, read %v, counted %d", s.AsOf.Vintage, names, told, want.Revised)
			}
			for _, pattern := range []string{"", "A.", ".X", "B.Y+Z", "B.X", "all", "C.", "A"} {
				a, b := choiceOf(made, pattern), choiceOf(read, pattern)
				series := s.Series("F", pattern)
				for i, key := range a.Keys(0, 99) {
					if series[i].Key != key {
						t.Fatalf("%q: series %d is %s, read %s", pattern, i, key, series[i].Key)
					}
				}
				if !slices.Equal(a.Keys(0, 99), b.Keys(0, 99)) || a.Len() != len(series) {
					t.Fatalf("%q as of %s: %v, read %v", pattern, s.AsOf.Vintage, a.Keys(0, 99), b.Keys(0, 99))
				}
				if n, known := a.Cells(); known && n != len(s.Read("F", pattern)) {
					t.Fatalf("%q as of %s: %d cells, read %d", pattern, s.AsOf.Vintage, n, len(s.Read("F", pattern)))
				}
				for d := range 2 {
					if p, q := slices.Sorted(slices.Values(a.Codes(d))), slices.Sorted(slices.Values(b.Codes(d))); !slices.Equal(p, q) {
						t.Fatalf("%q: codes %v, read %v", pattern, p, q)
					}
				}
			}
			if got := s.Some("F", choiceOf(made, "").Keys(0, 2)); len(got) != min(2, want.Series) {
				t.Fatalf("%d series, wanted two", len(got))
			}
		}
	})
}

// What a shelf with a large dataflow tells is what the same figures tell when they are read.
func TestALargeDataflowIsToldWithoutReadingIt(t *testing.T) {
	w := stacked()
	s, err := newSnapshot(Release{AsOf: cube.AsOf{Message: 9}}, twoLists(t), cube.AsOf{Message: 9}, nil, w)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Snapshot{s, s.by(stat.MustDate("2025-06-01"))} {
		x, all := s.Extent("F"), s.Read("F", "")
		if series := s.Series("F", ""); x.Cells != len(all) || x.Series != len(series) || x.Versions != len(s.History("F", "")) || x.Documents["S"] != len(all) {
			t.Errorf("as of %s: %d series and %d cells, read %d and %d", s.AsOf.Vintage, x.Series, x.Cells, len(series), len(all))
		}
		n := 0
		for _, err := range s.EachReplacement(t.Context(), "F") {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if x.Revised != n {
			t.Errorf("as of %s: %d revisions, read %d", s.AsOf.Vintage, x.Revised, n)
		}
		list, err := s.Replacements(t.Context(), []string{"F"}, 10)
		if err != nil || len(list) != min(10, n) {
			t.Errorf("as of %s: %d revisions of %d (%v)", s.AsOf.Vintage, len(list), n, err)
		}
		for i, r := range list {
			if !r.Differs() || i > 0 && r.After.Cell().Compare(list[i-1].After.Cell()) <= 0 {
				t.Errorf("%v after %v", r.After.Cell(), r.Before.Cell())
			}
		}
		keys := s.Choose("F", ".000003+000007").Keys(0, 5)
		some := s.Some("F", keys)
		if len(some) != 2 || some[0].Key != "T.000003" || len(some[1].Obs) != len(s.Read("F", "T.000007")) {
			t.Errorf("series %v", keys)
		}
	}
}
