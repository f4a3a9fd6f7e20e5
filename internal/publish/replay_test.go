package publish

import (
	"context"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// doubling is a gate with a recipe that gives twice every figure of F in G.
func doubling(t *testing.T, a *archive) *Gate {
	g := gateOf(t, a)
	g.Recipes = []pipeline.Recipe{{ID: "double", Version: "1", Inputs: []pipeline.Input{{Name: "in", Dataflow: "F"}}, Outputs: []string{"G"}, Compute: func(_ context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
		var r pipeline.Result
		for _, v := range in.Newest("in") {
			twice := v.Value.Add(*v.Value)
			r.Outputs = append(r.Outputs, pipeline.Output{Dataflow: "G", From: []pipeline.Ref{pipeline.RefTo(v, "input")},
				Observation: stat.Observation{Key: v.Key, Period: v.Period, Value: &twice, Status: stat.Estimated}})
		}
		return &r, nil
	}}}
	return g
}

func TestAnEarlierDayReplaysOurEstimatesWithWhatWasKnown(t *testing.T) {
	a := &archive{releases: []Release{{ID: "2026-Q1", State: Published, PublishAt: published, AsOf: cube.AsOf{Message: 9}}}, figures: []cube.Version{
		figure("F", "A.a", "2020", "12", "2025-01-05", 1), figure("F", "A.a", "2020", "13", "2026-01-05", 2), figure("F", "A.a", "2021", "14", "2026-01-05", 2),
		figure("F", "A.b", "2020", "77", "2025-01-05", 1, stat.AttrConf, "C"),
		figure("G", "A.a", "2020", "26", "2026-11-19", 3, stat.AttrRun, "double#1"), figure("G", "A.a", "2021", "28", "2026-11-19", 3, stat.AttrRun, "double#1")}}
	v, err := doubling(t, a).View(t.Context(), Everybody())
	if err != nil {
		t.Fatal(err)
	}
	shown := func(v *View) string {
		var out []string
		for _, o := range v.Read("G", "") {
			out = append(out, o.Value.String()+strings.TrimPrefix(" "+o.Attributes[stat.AttrReplay], " "))
		}
		return strings.Join(out, " ")
	}
	for day, want := range map[string]string{
		"2024-12-31": "", "2025-01-05": "242025-01-05", "2025-12-31": "242025-01-05", // the figure withheld is not doubled
		"2026-01-05": "262026-01-05 282026-01-05", "2026-10-01": "262026-01-05 282026-01-05", "2026-11-19": "26 28", // computed by then
	} {
		on := v.On(stat.MustDate(day))
		if got := shown(on); got != want || on.Replayed("G") != strings.Contains(want, "-") {
			t.Errorf("as of %s: %q, want %q", day, got, want)
		}
	}
	on := v.On(stat.MustDate("2025-06-30"))
	cell := cube.Cell{Dataflow: "G", Key: "A.a", Period: stat.Year(2020)}
	n, err := on.Explain(t.Context(), cell)
	if err != nil || len(n.From) != 1 || len(n.From[0].Versions) != 1 || n.From[0].Versions[0].Value.String() != "12" || n.Run == nil {
		t.Errorf("%+v (%v)", n, err)
	}
	if h := on.CellHistory(cell); len(h) != 1 || h[0].Value.String() != "24" {
		t.Errorf("its history is %v", h)
	}
	if shown(v) != "26 28" {
		t.Error("today changed")
	}
}

func TestDaysOnWhichAsMuchWasKnownAreOneView(t *testing.T) {
	v := viewOf(t, secrets(), Everybody())
	for _, same := range [][2]string{{"2025-03-01", "2025-12-31"}, {"2026-01-05", "2026-11-19"}, {"2019-01-01", "2019-12-31"}} {
		if v.At(stat.MustDate(same[0])) != v.At(stat.MustDate(same[1])) {
			t.Errorf("%s and %s are apart", same[0], same[1])
		}
	}
	for _, other := range [][2]string{{"2025-12-31", "2026-01-01"}, {"2026-01-04", "2026-01-05"}} {
		if v.At(stat.MustDate(other[0])) == v.At(stat.MustDate(other[1])) {
			t.Errorf("%s and %s are one", other[0], other[1])
		}
	}
}
