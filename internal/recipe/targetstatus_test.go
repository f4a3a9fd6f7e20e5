package recipe

import (
	"math"
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

func TestStandingOfATargetComesWithItsNumbers(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	version := func(flow string, key stat.Key, year int, value string, attributes stat.Attributes) cube.Version {
		v := stat.MustDecimal(value)
		return cube.Version{Dataflow: flow, Message: 1, Observation: stat.Observation{Key: key, Period: stat.Year(year), Value: &v, Status: stat.Normal, Attributes: attributes}}
	}
	// A share that gains a point a year, nine points short of its target five years on: 12, 13, 14, 15 → 20 expected against 24.
	nso := stat.NewKey("A", country, nso, total)
	in := pipeline.NewInputs(nil, map[string][]cube.Version{
		"target":   {version("TARGET", stat.NewKey("A", country, "KTS-1"), 2030, "24", stat.Attributes{stat.AttrComparator: "="})},
		"DE_SHARE": {version("DE_SHARE", nso, 2022, "12", nil), version("DE_SHARE", nso, 2023, "13", nil), version("DE_SHARE", nso, 2024, "14.5", nil), version("DE_SHARE", nso, 2025, "15", nil)},
	})
	in.Day = stat.MustDate("2026-11-28")
	r, err := targetStatus(c, in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, o := range r.Outputs {
		if measure := o.Key.Codes()[3]; measure == "CLASS" {
			if class := o.Attributes[stat.AttrText]; class != "FOCUS" {
				t.Errorf("class %s", class)
			}
		} else {
			got[measure] = o.Value.Float64()
		}
	}
	for measure, want := range map[string]float64{"TARGET": 24, "ACTUAL": 15, "GAP": 9} {
		if got[measure] != want {
			t.Errorf("%s is %v, want %v", measure, got[measure], want)
		}
	}
	if math.Abs(got["FORECAST"]-20) > 0.01 {
		t.Errorf("forecast %v, want 20", got["FORECAST"])
	}
	// s² = (0 + 0.25 + 0.25)/2 in changes a year; variance s²·h(1+h/H) = 0.25·5·(1+5/3); P = Φ(−4/√(10/3)) = 1.4 per cent.
	if p := got["PROB"]; math.Abs(p-1.42) > 0.05 {
		t.Errorf("probability %v per cent, want 1.42", p)
	}
}
