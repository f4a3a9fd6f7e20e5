package cube_test

import (
	"context"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func TestTheUnitIsThatOfTheIndicatorOrTarget(t *testing.T) {
	in := cube.Intake{Catalog: reference(t), Store: &memory{}}
	for name, x := range map[string]struct {
		e      cube.Entry
		code   string // of the fault; "" when it passes
		column string
	}{
		"a part above its whole, unit left out":    {give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "184"), "cube.rule", "OBS_VALUE"},
		"the same in dong":                         {give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "184", stat.AttrUnit, "VND"), "cube.unit", stat.AttrUnit},
		"the same as a rank":                       {give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "84", stat.AttrUnit, "RANK"), "cube.unit", stat.AttrUnit},
		"the same in tasks":                        {give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "84", stat.AttrUnit, "TASKS"), "cube.unit", stat.AttrUnit},
		"a percentage that can be":                 {give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "84"), "", ""},
		"a percentage that says so":                {give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "84", stat.AttrUnit, "PC"), "", ""},
		"half a place":                             {give("IND", "A.VN.EGDI", "2024", "2025-10-06", "70.5"), "cube.rule", "OBS_VALUE"},
		"a target above its whole":                 {give("TARGET", "A.VN.749-1", "2025", "2020-06-03", "800", stat.AttrUnit, "PC"), "cube.rule", "OBS_VALUE"},
		"a target above its whole, unit left out":  {give("TARGET", "A.VN.749-1", "2025", "2020-06-03", "800"), "cube.rule", "OBS_VALUE"},
		"a target share of GDP above it":           {give("TARGET", "A.VN.NQ57-1", "2030", "2024-12-22", "101"), "cube.rule", "OBS_VALUE"},
		"a target below nothing":                   {give("TARGET", "A.VN.749-9", "2025", "2020-06-03", "-7"), "cube.rule", "OBS_VALUE"},
		"a target in another unit":                 {give("TARGET", "A.VN.749-1", "2025", "2020-06-03", "80", stat.AttrUnit, "RANK"), "cube.unit", stat.AttrUnit},
		"a target that adds to what is there":      {give("TARGET", "A.VN.749-17b", "2030", "2020-06-03", "150"), "", ""},
		"a target for half a place":                {give("TARGET", "A.VN.749-6", "2025", "2020-06-03", "70.5"), "cube.rule", "OBS_VALUE"},
		"growth below nothing, unit left out":      {give("DE_GROWTH", "A.VN.NSO.G_CUR", "2025", "2026-01-05", "-130"), "cube.rule", "OBS_VALUE"},
		"growth below nothing as a ratio":          {give("DE_GROWTH", "A.VN.NSO.G_CUR", "2025", "2026-01-05", "-130", stat.AttrUnit, "RATIO"), "cube.unit", stat.AttrUnit},
		"a rate of tasks above all, unit left out": {give("TASKS", "A.QD749.PRT_DONE", "2025", "2026-01-05", "130"), "cube.rule", "OBS_VALUE"},
		"a size in the currency of its city":       {give("DE_LEVEL", "A.VN63-79.CITY.TOTAL", "2024", "2025-01-05", "300000", stat.AttrUnit, "VND"), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := in.Review(context.Background(), send(x.e))
			all := fault.All(err)
			if x.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(all) != 1 || all[0].Code != x.code || all[0].Where.Column != x.column {
				t.Fatalf("%v", err)
			}
			for _, lang := range []string{"vi", "en"} {
				if s := all[0].In(lang); strings.ContainsAny(s, "{}") || x.code == "cube.unit" && !strings.Contains(s, map[string]string{"vi": "“Phần trăm”", "en": "“Per cent”"}[lang]) {
					t.Error(s)
				}
			}
		})
	}
}

func TestAnEmptyUnitIsFilledIn(t *testing.T) {
	in, s := with(t, slips)
	given := send(give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "84"), give("DE_LEVEL", "A.VN.NSO.TOTAL", "2025", "2026-01-05", "72.1"))
	if _, err := in.Take(context.Background(), given); err != nil {
		t.Fatal(err)
	}
	if u := s.held[1].Attributes[stat.AttrUnit]; u != "PC" {
		t.Errorf("stored in %q", u)
	}
	if _, said := s.held[0].Attributes[stat.AttrUnit]; said {
		t.Error("a dataflow of one unit was given it again")
	}
	if _, said := given.Entries[0].Attributes[stat.AttrUnit]; said {
		t.Error("the message of the sender was changed")
	}
	full := send(give("IND", "M.VN.SMARTPHONE", "2026-M09", "2026-10-06", "84", stat.AttrUnit, "PC"))
	if f := found(t, in, full); len(f) != 0 {
		t.Errorf("%v", f)
	}
}

// A target is held to its own past, as a figure is.
func TestATargetThatSlipsIsNoticed(t *testing.T) {
	past := send(give("TARGET", "A.VN.749-1", "2025", "2020-06-03", "80"), give("TARGET", "A.VN.749-1", "2030", "2020-06-03", "100"))
	s := &memory{}
	if _, err := s.Append(context.Background(), ready(t, past)); err != nil {
		t.Fatal(err)
	}
	in := cube.Intake{Catalog: reference(t), Store: s}
	for value, want := range map[string]string{"8": "unit-slip target-revised", "50": "target-revised", "75": ""} {
		var rules []string
		for _, f := range found(t, in, send(give("TARGET", "A.VN.749-1", "2025", "2021-06-03", value))) {
			rules = append(rules, f.Rule)
		}
		if got := strings.Join(rules, " "); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}
