package recipe

import (
	"math"
	"strings"
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// standing runs the recipe over some targets and figures on a day and gives its outputs by the measure and the rest of their cell.
func standing(t *testing.T, day string, history map[string][]cube.Version) map[string]pipeline.Output {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	in := pipeline.NewInputs(vn, nil, history)
	in.Day = stat.MustDate(day)
	r, err := targetStatus(t.Context(), c, in)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]pipeline.Output{}
	for _, o := range r.Outputs {
		out[o.Key.Codes()[2]+" "+o.Key.Codes()[3]+" "+o.Period.String()] = o
	}
	return out
}

// told is a version of a figure or a target.
func told(flow, key, period, value string, status stat.Status, attributes stat.Attributes) cube.Version {
	v := stat.MustDecimal(value)
	return cube.Version{Dataflow: flow, Message: 1, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Value: &v, Status: status, Attributes: attributes}}
}

func TestWhatIsCarriedOverKeepsItsOwnEvidence(t *testing.T) {
	atLeast := stat.Attributes{stat.AttrComparator: ">="}
	out := standing(t, "2026-11-28", map[string][]cube.Version{
		"target": {told("TARGET", "A.VN.XHS-1", "2030", "95", stat.Normal, atLeast)},
		"IND":    {told("IND", "A.VN.SMARTPHONE", "2020", "60", stat.Normal, nil), told("IND", "M.VN.SMARTPHONE", "2022-03", "73.5", stat.Normal, nil), told("IND", "M.VN.SMARTPHONE", "2023-12", "84", stat.Provisional, nil)},
	})
	from := func(measure string) string {
		var flows []string
		for _, r := range out["XHS-1 "+measure+" 2030"].From {
			if !r.Condition { // what it was only held against
				flows = append(flows, r.Dataflow+" "+r.Period.String())
			}
		}
		return strings.Join(flows, ", ")
	}
	for measure, want := range map[string]string{
		"TARGET": "TARGET 2030", "ACTUAL": "IND 2023-M12", "GAP": "TARGET 2030, IND 2023-M12", "FORECAST": "IND 2020, IND 2022-M03, IND 2023-M12",
		"PROB": "TARGET 2030, IND 2020, IND 2022-M03, IND 2023-M12", "PATH": "TARGET 2030",
	} {
		if got := from(measure); got != want {
			t.Errorf("%s comes from %s, want %s", measure, got, want)
		}
	}
	if o := out["XHS-1 ACTUAL 2030"]; o.Status != stat.Provisional || o.Attributes[stat.AttrText] != "2023-M12" {
		t.Errorf("the actual figure is %s of %s", o.Status, o.Attributes[stat.AttrText])
	}
	for cell, want := range map[string]stat.Status{"TARGET 2030": stat.Normal, "PATH 2020": stat.Normal, "PATH 2025": stat.Estimated, "PATH 2030": stat.Normal, "TRAJECTORY 2030": stat.Estimated} {
		if o, ok := out["XHS-1 "+cell]; !ok || o.Status != want {
			t.Errorf("%s has status %q, want %q", cell, o.Status, want)
		}
	}
}

func TestRanksAreWholeNumbersOnOnePath(t *testing.T) {
	first := stat.Attributes{stat.AttrComparator: "<="}
	out := standing(t, "2024-11-28", map[string][]cube.Version{
		"target": {told("TARGET", "A.VN.749-12", "2025", "35", stat.Normal, first), told("TARGET", "A.VN.749-12", "2030", "30", stat.Normal, first)},
		"IND":    {told("IND", "A.VN.GII", "2021", "44", stat.Normal, nil), told("IND", "A.VN.GII", "2022", "48", stat.Normal, nil), told("IND", "A.VN.GII", "2023", "45", stat.Normal, nil)},
	})
	for cell, o := range out {
		if strings.Contains(cell, "PROB") || o.Value == nil {
			continue
		}
		if o.Value.Decimals() != 0 {
			t.Errorf("%s is %s", cell, o.Value)
		}
	}
	for _, year := range []string{"2025", "2030"} { // both targets lie on one path, so at the newest figure both need the same
		if got, want := out["749-12 TRAJECTORY "+year].Value, out["749-12 PATH 2023"].Value; got == nil || want == nil || got.Cmp(*want) != 0 {
			t.Errorf("needed at the newest figure for %s: %v, the path is at %v", year, got, want)
		}
	}
}

func TestAMilestoneThatIsNoneIsNotOnThePath(t *testing.T) {
	reach := stat.Attributes{stat.AttrComparator: ">="}
	out := standing(t, "2026-11-28", map[string][]cube.Version{
		"target":   {told("TARGET", "A.VN34-01.LOCAL-1", "2025", "30", stat.Normal, reach), told("TARGET", "A.VN34-01.LOCAL-1", "2026", "22", stat.Normal, reach), told("TARGET", "A.VN34-01.LOCAL-1", "2030", "40", stat.Normal, reach)},
		"DE_SHARE": {told("DE_SHARE", "A.VN34-01.NSO.TOTAL", "2025", "17", stat.Normal, nil)},
	})
	for cell, want := range map[string]string{"PATH 2025": "17", "PATH 2026": "22", "PATH 2030": "40"} { // 30 by 2025 is not before the first figure
		if o := out["LOCAL-1 "+cell]; o.Value == nil || o.Value.Cmp(stat.MustDecimal(want)) != 0 {
			t.Errorf("%s is %v, want %s", cell, o.Value, want)
		}
	}
	met := standing(t, "2026-11-28", map[string][]cube.Version{
		"target":   {told("TARGET", "A.VN34-24.LOCAL-1", "2030", "45", stat.Normal, reach)},
		"DE_SHARE": {told("DE_SHARE", "A.VN34-24.NSO.TOTAL", "2024", "46.3", stat.Normal, nil), told("DE_SHARE", "A.VN34-24.NSO.TOTAL", "2025", "46.5", stat.Normal, nil)},
	})
	if _, ok := met["LOCAL-1 PATH 2026"]; ok {
		t.Error("a path leads down to a target that the first figure already satisfies")
	}
	if _, ok := out["LOCAL-1 TRAJECTORY 2026"]; ok {
		t.Error("a first figure is compared with itself")
	}
}

func TestConditionsAreJudgedEach(t *testing.T) {
	top := stat.Attributes{stat.AttrComparator: "<="}
	history := map[string][]cube.Version{
		"target": {told("TARGET", "A.VN.942-E", "2025", "50", stat.Normal, top), told("TARGET", "A.VN.942-E", "2030", "30", stat.Normal, top)},
		"IND":    {told("IND", "A.VN.EGDI", "2025", "49", stat.Normal, nil), told("IND", "A.VN.EPI", "2025", "50", stat.Normal, nil), told("IND", "A.VN.OPEN_DATA_RANK", "2025", "51", stat.Normal, nil)},
	}
	class := func(out map[string]pipeline.Output, cell string) string { return out[cell].Attributes[stat.AttrText] }
	out := standing(t, "2026-11-28", history)
	for cell, want := range map[string]string{"942-Ea CLASS 2025": "MET", "942-Eb CLASS 2025": "MET", "942-Ec CLASS 2025": "MISSED", "942-E CLASS 2025": "MISSED", "942-Ea CLASS 2030": "NOT_ASSESSABLE", "942-E CLASS 2030": "NOT_ASSESSABLE"} {
		if got := class(out, cell); got != want {
			t.Errorf("%s is %q, want %s", cell, got, want)
		}
	}
	if _, ok := out["942-Eb CLASS 2030"]; ok {
		t.Error("a condition of 2025 is asked for in 2030")
	}
	fifty := stat.MustDecimal("50")
	history["IND"][2].Value = &fifty
	if got := class(standing(t, "2026-11-28", history), "942-E CLASS 2025"); got != "MET" {
		t.Errorf("all three are met, the target is %s", got)
	}
}

func TestTheCalendarChangesTheStandingOnTheDayAfterADeadline(t *testing.T) {
	phase := func(day string) string {
		in := pipeline.NewInputs(vn, nil, map[string][]cube.Version{"target": {told("TARGET", "A.VN.A", "2025", "1", stat.Normal, nil), told("TARGET", "A.VN.B", "2025", "1", stat.Normal, nil), told("TARGET", "A.VN.C", "2026", "1", stat.Normal, nil)}})
		in.Day = stat.MustDate(day)
		return deadlinesPassed(in)
	}
	c, err := catalog.Load(data.FS)
	if err != nil || TargetStatus(c).Phase == nil {
		t.Fatal("the calendar is no part of the memo", err)
	}
	for day, want := range map[string]string{"2025-12-31": "", "2026-01-01": "2025", "2026-12-31": "2025", "2027-01-01": "2025 2026"} {
		if got := phase(day); got != want {
			t.Errorf("on %s: %q, want %q", day, got, want)
		}
	}
}

func TestSectorSharesOf2025(t *testing.T) {
	n := newNational(t)
	for component, want := range map[string]string{"AGR": "1.1", "IND": "17.7", "SRV": "16.9"} {
		s := n.series(t, "DE_SECTOR", "A", "VN", "NSO", component)
		v, ok := s.value(stat.Year(2025))
		if !ok || v.Round(1).String() != want {
			t.Errorf("%s: %s, want %s", component, v, want)
		}
		o := s.at[stat.Year(2025)]
		if o.Status != stat.Estimated || o.Mark() == stat.MarkSeen || o.Mark() == stat.MarkSecondary {
			t.Errorf("%s has status %s and mark %s, as if it were printed somewhere", component, o.Status, o.Mark())
		}
	}
}

func TestASectorNeedsEachOfItsSections(t *testing.T) {
	history := map[string][]cube.Version{"points": {told("DE_SHARE", "A.VN.NSO.IND", "2025", "6", stat.Normal, nil)}}
	for _, code := range "BCDE" {
		history["structure"] = append(history["structure"], told("NA_STRUCTURE", "A.VN."+string(code), "2025", "10", stat.Normal, nil))
	}
	r, err := digitalSectors(t.Context(), pipeline.NewInputs(vn, nil, history))
	if err != nil || len(r.Outputs) != 0 {
		t.Fatalf("a share of four sections out of five: %v (%v)", r.Outputs, err)
	}
	history["structure"] = append(history["structure"], told("NA_STRUCTURE", "A.VN.F", "2025", "8", stat.Provisional, nil))
	r, err = digitalSectors(t.Context(), pipeline.NewInputs(vn, nil, history))
	if err != nil || len(r.Outputs) != 1 || r.Outputs[0].Value.Cmp(stat.MustDecimal("12.5")) != 0 || r.Outputs[0].Status != stat.Provisional || len(r.Outputs[0].From) != 6 {
		t.Errorf("%+v (%v)", r, err)
	}
}

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
	in := pipeline.NewInputs(vn, nil, map[string][]cube.Version{
		"target":   {version("TARGET", stat.NewKey("A", country, "KTS-1"), 2030, "24", stat.Attributes{stat.AttrComparator: "="})},
		"DE_SHARE": {version("DE_SHARE", nso, 2022, "12", nil), version("DE_SHARE", nso, 2023, "13", nil), version("DE_SHARE", nso, 2024, "14.5", nil), version("DE_SHARE", nso, 2025, "15", nil)},
	})
	in.Day = stat.MustDate("2026-11-28")
	r, err := targetStatus(t.Context(), c, in)
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
