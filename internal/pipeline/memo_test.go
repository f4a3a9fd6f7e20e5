package pipeline

import (
	"slices"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Whatever a recipe can see of its inputs is part of what its runs are remembered by; what only says which run made an input is not.
func TestTheMemoHoldsAllThatARecipeSees(t *testing.T) {
	recipe := Recipe{ID: "r", Version: "1", Inputs: []Input{{Name: "in", Dataflow: "IN"}}}
	figure := func(change func(*cube.Version)) string {
		one := stat.Int(1)
		v := cube.Version{Dataflow: "IN", Message: 1, Observation: stat.Observation{Key: "A.x", Period: stat.Year(2025), Value: &one, Status: stat.Normal,
			Vintage: stat.Vintage{Date: stat.MustDate("2026-01-05")}, Attributes: stat.Attributes{stat.AttrSource: "S", stat.AttrMark: "S"}}}
		change(&v)
		return Memo(recipe, NewInputs(Country{}, nil, map[string][]cube.Version{"in": {v}}))
	}
	attribute := func(name, value string) func(*cube.Version) {
		return func(v *cube.Version) { v.Attributes[name] = value }
	}
	derived := func(more func(*cube.Version)) func(*cube.Version) {
		return func(v *cube.Version) {
			v.Attributes = stat.Attributes{stat.AttrMark: "D", stat.AttrRun: "q#1", stat.AttrRecipe: "q@1"}
			more(v)
		}
	}
	same := func(*cube.Version) {}
	for name, c := range map[string]struct {
		before, after func(*cube.Version)
		changes       bool
	}{
		"nothing":                            {same, same, false},
		"the value":                          {same, func(v *cube.Version) { two := stat.Int(2); v.Value = &two }, true},
		"no value any more":                  {same, func(v *cube.Version) { v.Value = nil }, true},
		"the status":                         {same, func(v *cube.Version) { v.Status = stat.Provisional }, true},
		"the period":                         {same, func(v *cube.Version) { v.Period = stat.Year(2024) }, true},
		"the key":                            {same, func(v *cube.Version) { v.Key = "A.y" }, true},
		"the vintage of a reported figure":   {same, func(v *cube.Version) { v.Vintage.Date = stat.MustDate("2026-06-01") }, true},
		"its evidence":                       {same, attribute(stat.AttrMark, "S2"), true},
		"its source":                         {same, attribute(stat.AttrSource, "T"), true},
		"its confidentiality":                {same, attribute(stat.AttrConf, "C"), true},
		"the message that brought it":        {same, func(v *cube.Version) { v.Message = 2 }, false},
		"the run of a derived figure":        {derived(same), derived(attribute(stat.AttrRun, "q#2")), false},
		"the recipe version that derived it": {derived(same), derived(attribute(stat.AttrRecipe, "q@2")), false},
		"the day of its run":                 {derived(same), derived(func(v *cube.Version) { v.Vintage.Date = stat.MustDate("2026-06-01") }), false},
		"the evidence of a derived figure":   {derived(same), derived(attribute(stat.AttrMark, "I")), true},
	} {
		if changed := figure(c.before) != figure(c.after); changed != c.changes {
			t.Errorf("%s: the memo changes is %v", name, changed)
		}
	}
}

// A part of a series begins with its first period and ends with its last: a longer period that only overlaps it is outside.
func TestAPartOfASeriesHoldsWholePeriods(t *testing.T) {
	period := stat.MustPeriod
	for name, c := range map[string]struct {
		ref  Ref
		of   string
		want bool
	}{
		"the whole series":           {Ref{}, "2025", true},
		"from the first":             {Ref{Since: period("2025")}, "2025", true},
		"before the first":           {Ref{Since: period("2025")}, "2024", false},
		"a year that begins before":  {Ref{Since: period("2025-Q2")}, "2025", false},
		"a quarter of the first":     {Ref{Since: period("2025")}, "2025-Q3", true},
		"up to the last":             {Ref{Until: period("2025")}, "2025", true},
		"after the last":             {Ref{Until: period("2025")}, "2026", false},
		"a year that ends after":     {Ref{Until: period("2025-Q2")}, "2025", false},
		"a quarter of the last":      {Ref{Until: period("2025")}, "2025-Q4", true},
		"between the two, and whole": {Ref{Since: period("2024"), Until: period("2025-Q3")}, "2025-Q3", true},
	} {
		if got := c.ref.spans(period(c.of)); got != c.want {
			t.Errorf("%s: %s is inside: %v", name, c.of, got)
		}
	}
}

// The documents of an explanation are those that reported figures name; what a derived one carries along is not a document of its own.
func TestOnlyReportedFiguresNameDocuments(t *testing.T) {
	version := func(attrs stat.Attributes) cube.Version {
		return cube.Version{Observation: stat.Observation{Attributes: attrs}}
	}
	n := Node{Versions: []cube.Version{version(stat.Attributes{stat.AttrSource: "carried", stat.AttrRun: "q#1"})}, From: []Node{
		{Versions: []cube.Version{version(stat.Attributes{stat.AttrSource: "one"}), version(stat.Attributes{stat.AttrSource: "two"})}},
		{Versions: []cube.Version{version(stat.Attributes{stat.AttrSource: "one"}), version(nil)}},
	}}
	if got := n.Documents(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%v", got)
	}
}
