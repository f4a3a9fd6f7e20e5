package publish

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// The minutes of the releases of these tests: what showed before is the content of 2026-Q1, message 1.
var (
	soon  = noon.Add(24 * time.Hour)
	later = noon.Add(48 * time.Hour)
	first = Release{ID: "2026-Q1", State: Published, PublishAt: published, AsOf: cube.AsOf{Message: 1, Only: cube.UpTo(1)}}
)

// holding is a draft of the messages 1 to 9 with embargoes, each "FLOW" until soon or "FLOW+" until later.
func holding(flows ...string) Release {
	r := Release{ID: "2026-Q2", State: Draft, AsOf: cube.AsOf{Message: 9, Only: cube.UpTo(9)}, given: cube.UpTo(1)}
	for _, flow := range flows {
		e := Embargo{Dataflow: strings.TrimSuffix(flow, "+"), Until: soon, Before: cube.UpTo(1)}
		if e.Dataflow != flow {
			e.Until = later
		}
		r.Embargoes = append(r.Embargoes, e)
	}
	return r
}

// early gives what is found in a draft: each the code after "publish." and the cell.
func early(t *testing.T, g *Gate, r Release) (out []string, found []error) {
	t.Helper()
	a := g.Source.(*archive)
	a.releases = append(a.releases, first)
	slices.SortStableFunc(a.figures, func(x, y cube.Version) int {
		return strings.Compare(x.Dataflow+"/"+string(x.Key), y.Dataflow+"/"+string(y.Key))
	})
	found = g.Disclosed(t.Context(), r)
	for _, err := range found {
		f, ok := err.(*fault.Error)
		if !ok {
			t.Fatal(err)
		}
		out = append(out, strings.TrimPrefix(f.Code, "publish.")+" "+f.Args["cell"].(string))
	}
	return out, found
}

func TestWhatWaitsCanNotBeComputedBackBeforeItsMinute(t *testing.T) {
	c, _ := national(t)
	share := func(value, vintage string, message int64) cube.Version {
		return figure("NA_STRUCTURE", "A.VN.C", "2024", value, vintage, message)
	}
	gdp := func(value string, message int64) cube.Version {
		return figure("NA_VA", "A.VN.B1GQ.V", "2024", value, "2025-01-06", message)
	}
	industry := func(value, vintage string, message int64) cube.Version {
		return figure("NA_VA", "A.VN.C.V", "2024", value, vintage, message)
	}
	digital := func(component, value string, message int64) cube.Version {
		return figure("DE_SHARE", "A.VN.NSO."+component, "2025", value, "2026-01-06", message)
	}
	split := func(component, value string, message int64) cube.Version {
		return figure("DE_SPLIT", "A.VN.NSO."+component, "2025", value, "2026-01-06", message)
	}
	const early1, known = "early NA_STRUCTURE/A.VN.C/2024", "early-known NA_STRUCTURE/A.VN.C/2024"
	for name, x := range map[string]struct {
		release Release
		figures []cube.Version
		want    string
	}{
		"nothing waits":                                   {holding(), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 2), industry("2760000", "2025-01-06", 2)}, ""},
		"a share, with the level and the base":            {holding("NA_STRUCTURE"), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 3), industry("2760000", "2025-01-06", 3)}, early1},
		"a share, with the base alone":                    {holding("NA_STRUCTURE"), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 3)}, ""},
		"the level waits as long":                         {holding("NA_STRUCTURE", "NA_VA"), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 3), industry("2760000", "2025-01-06", 3)}, ""},
		"the level waits less long":                       {holding("NA_STRUCTURE+", "NA_VA"), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 3), industry("2760000", "2025-01-06", 3)}, early1},
		"the level waits longer":                          {holding("NA_STRUCTURE", "NA_VA+"), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 1), industry("2760000", "2025-01-06", 3)}, "early NA_VA/A.VN.C.V/2024"},
		"what gives it away is public":                    {holding("NA_STRUCTURE"), []cube.Version{share("24", "2025-01-06", 2), gdp("11500000", 1), industry("2760000", "2025-01-06", 1)}, known},
		"a revision that the public does not see":         {holding("NA_STRUCTURE"), []cube.Version{share("23.9", "2025-01-06", 1), share("24", "2026-01-06", 2), gdp("11500000", 1), industry("2760000", "2025-01-06", 1)}, ""},
		"a revision that another one shows":               {holding("NA_STRUCTURE"), []cube.Version{share("23.9", "2025-01-06", 1), share("24", "2026-01-06", 2), gdp("11500000", 1), industry("2748500", "2025-01-06", 1), industry("2760000", "2026-01-06", 3)}, early1},
		"a revision that fits nothing":                    {holding("NA_STRUCTURE"), []cube.Version{share("23.9", "2025-01-06", 1), share("29", "2026-01-06", 2), gdp("11500000", 1), industry("2748500", "2025-01-06", 1), industry("2760000", "2026-01-06", 3)}, ""},
		"the same figure again":                           {holding("NA_STRUCTURE"), []cube.Version{share("24", "2025-01-06", 1), share("24.0", "2026-01-06", 2), gdp("11500000", 3), industry("2760000", "2025-01-06", 3)}, ""},
		"withdrawn, and shown again as of an earlier day": {holding("NA_STRUCTURE"), []cube.Version{share("24", "2025-01-06", 1), without(share("24", "2025-06-06", 1)), share("24", "2026-01-06", 2)}, known},
		"what an earlier day shows, and today does not":   {holding("NA_STRUCTURE"), []cube.Version{share("24", "2025-01-06", 1), share("23.5", "2025-06-06", 1), share("24", "2026-01-06", 2)}, ""},
		"what waits is confidential besides":              {holding("NA_STRUCTURE"), []cube.Version{secretly(share("24", "2025-01-06", 2)), gdp("11500000", 1), industry("2760000", "2025-01-06", 1)}, "disclosed-derived NA_STRUCTURE/A.VN.C/2024"},
		"the ratio of a part":                             {holding("DE_SHARE"), []cube.Version{digital("TOTAL", "14", 1), digital("CORE", "7", 2), split("CORE", "50", 3)}, "early DE_SHARE/A.VN.NSO.CORE/2025"},
		"the ratio of a part, while the total waits too":  {holding("DE_SHARE"), []cube.Version{digital("TOTAL", "14", 2), digital("CORE", "7", 2), split("CORE", "50", 3)}, ""},
		"a complement that was out before":                {holding("DE_SHARE"), []cube.Version{digital("TOTAL", "14", 1), digital("CORE", "9", 1), digital("DIGITALISED", "5", 2)}, "early-known DE_SHARE/A.VN.NSO.DIGITALISED/2025"},
		"a chain: a ratio gives a part, the part the other": {holding("DE_SHARE"), []cube.Version{digital("TOTAL", "14", 1), digital("CORE", "7", 2), digital("DIGITALISED", "7", 2), split("CORE", "50", 3)},
			"early DE_SHARE/A.VN.NSO.CORE/2025 early-known DE_SHARE/A.VN.NSO.DIGITALISED/2025"},
		"a confidential part whose total comes out later": {holding("NA_VA"), []cube.Version{secretly(share("24", "2025-01-06", 1)), gdp("11500000", 1), industry("2760000", "2025-01-06", 3)}, "disclosed-derived NA_STRUCTURE/A.VN.C/2024"},
	} {
		t.Run(name, func(t *testing.T) {
			g := &Gate{Source: &archive{figures: x.figures}, Catalog: c, Now: func() time.Time { return noon }}
			if got, found := early(t, g, x.release); strings.Join(got, " ") != x.want {
				t.Errorf("found %q, want %q: %v", got, x.want, found)
			}
		})
	}
}

// without makes a version one that has no figure.
func without(v cube.Version) cube.Version {
	v.Value, v.Status = nil, stat.Missing
	return v
}

func TestAnEarlierDayGivesNothingAwayEither(t *testing.T) {
	f := func(key, value, vintage string, message int64) cube.Version {
		return figure("F", "A."+key, "2025", value, vintage, message)
	}
	for name, x := range map[string]struct {
		figures []cube.Version
		want    string
	}{
		"the total has been closed since": {[]cube.Version{f("T.T", "10", "2025-01-05", 1), secretly(f("T.T", "10.5", "2026-01-05", 2)), f("T.a", "1", "2025-01-05", 1), f("T.a", "1.5", "2026-01-05", 2),
			secretly(f("T.b", "2", "2025-01-05", 1)), f("T.c", "7", "2025-01-05", 1)}, "disclosed-sum F/A.T.b/2025"},
		"the total has been closed and the part revised since": {[]cube.Version{f("T.T", "10", "2025-01-05", 1), secretly(f("T.T", "13", "2026-01-05", 2)), f("T.a", "1", "2025-01-05", 1),
			secretly(f("T.b", "2", "2025-01-05", 1)), secretly(f("T.b", "5", "2026-01-05", 2)), f("T.c", "7", "2025-01-05", 1)}, "disclosed-sum F/A.T.b/2025"},
		"a part of an older day, free since": {[]cube.Version{f("T.T", "10", "2025-01-05", 1), f("T.a", "1", "2025-01-05", 1), secretly(f("T.b", "2", "2025-01-05", 1)), f("T.b", "2", "2026-01-05", 2), f("T.c", "7", "2025-01-05", 1)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, found := early(t, table(t, &archive{figures: x.figures}), holding()); strings.Join(got, " ") != x.want {
				t.Errorf("found %q, want %q: %v", got, x.want, found)
			}
		})
	}
}

// What was derived from a figure that waits waits with it, whatever program derived it.
func TestWhatWasDerivedOfWhatWaitsWaitsToo(t *testing.T) {
	part := func(y, value string, message int64) cube.Version {
		return figure("F", "A.T."+y, "2025", value, "2026-01-05", message)
	}
	derived := func(run string, message int64) cube.Version {
		return figure("D", "A.T.a", "2025", "20", "2026-01-06", message, stat.AttrRun, run)
	}
	refs := func(list ...cube.Version) map[string][]pipeline.Ref {
		var out []pipeline.Ref
		for _, v := range list {
			out = append(out, pipeline.RefTo(v, "x"))
		}
		return map[string][]pipeline.Ref{derived("", 0).Cell().String(): out}
	}
	whole := func(r pipeline.Ref) map[string][]pipeline.Ref {
		r.Dataflow, r.Key = "F", "A.T.a"
		return map[string][]pipeline.Ref{derived("", 0).Cell().String(): {r}}
	}
	a, b := part("a", "10", 2), part("b", "200", 2)
	old := part("a", "9", 1)
	const found = "early F/A.T.a/2025"
	for name, x := range map[string]struct {
		release Release
		a       *archive
		want    string
	}{
		"of it and an open figure":                  {holding("F"), &archive{figures: []cube.Version{a, part("b", "200", 1), derived("r#1", 3)}, lineage: refs(a, part("b", "200", 1))}, found},
		"of two that wait":                          {holding("F"), &archive{figures: []cube.Version{a, b, derived("r#1", 3)}, lineage: refs(a, b)}, found + ", F/A.T.b/2025"},
		"and waits too":                             {holding("F", "D"), &archive{figures: []cube.Version{a, b, derived("r#1", 3)}, lineage: refs(a, b)}, ""},
		"and waits longer":                          {holding("F", "D+"), &archive{figures: []cube.Version{a, b, derived("r#1", 3)}, lineage: refs(a, b)}, "early D/A.T.a/2025"},
		"and waits less long":                       {holding("F+", "D"), &archive{figures: []cube.Version{a, derived("r#1", 3)}, lineage: refs(a)}, found},
		"of an older figure, which shows":           {holding("F"), &archive{figures: []cube.Version{old, a, derived("r#1", 3)}, lineage: refs(old)}, ""},
		"by a recipe that is shown to be safe":      {holding("F"), &archive{figures: []cube.Version{a, derived("safe#1", 3)}, lineage: refs(a)}, ""},
		"of a whole series":                         {holding("F"), &archive{figures: []cube.Version{a, derived("r#1", 3)}, lineage: whole(pipeline.Ref{})}, found},
		"of a whole series, in a run that did not":  {holding("F"), &archive{figures: []cube.Version{a, derived("r#1", 3)}, lineage: whole(pipeline.Ref{}), runs: []pipeline.Run{{ID: "r#1", ReadTo: 2, Only: cube.NewMessages(1)}}}, ""},
		"of the end of a series":                    {holding("F"), &archive{figures: []cube.Version{a, derived("r#1", 3)}, lineage: whole(pipeline.Ref{Since: stat.Year(2026)})}, ""},
		"a derived figure waits, its inputs do not": {holding("D"), &archive{figures: []cube.Version{a, b, derived("r#1", 3)}, lineage: refs(a, b)}, "early D/A.T.a/2025"},
		"a derived figure is revised from open series": {holding("D"), &archive{figures: []cube.Version{a, figure("D", "A.T.a", "2025", "19", "2026-01-06", 1, stat.AttrRun, "r#0"), derived("r#1", 3)}, lineage: whole(pipeline.Ref{})},
			"early D/A.T.a/2025"},
		"of an older figure, confidential both": {holding(), &archive{figures: []cube.Version{secretly(old), secretly(a), part("b", "200", 1), derived("r#1", 3)}, lineage: refs(old, part("b", "200", 1))}, "disclosed-derived F/A.T.a/2025"},
		"what waits by descent, given away by its sum": {holding("F", "D"), &archive{figures: []cube.Version{a, b, derived("r#1", 3), figure("D", "A.T.T", "2025", "30", "2026-01-06", 1), figure("D", "A.T.b", "2025", "5", "2026-01-06", 1),
			figure("D", "A.T.c", "2025", "5", "2026-01-06", 1)}, lineage: refs(a, b)}, "early-known D/A.T.a/2025"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, errs := early(t, table(t, x.a), x.release); strings.Join(got, " ") != x.want {
				t.Errorf("found %q, want %q: %v", got, x.want, errs)
			}
		})
	}
}

func TestTheSentenceNamesTheFigureWhatGivesItAwayAndWhatToDo(t *testing.T) {
	c, _ := national(t)
	a := &archive{figures: []cube.Version{figure("NA_STRUCTURE", "A.VN.C", "2024", "24", "2025-01-06", 2), figure("NA_VA", "A.VN.B1GQ.V", "2024", "11500000", "2025-01-06", 1),
		figure("NA_VA", "A.VN.C.V", "2024", "2760000", "2025-01-06", 3)}}
	g := &Gate{Source: a, Catalog: c, Now: func() time.Time { return noon }, Zone: c.Zone()}
	_, found := early(t, g, holding("NA_STRUCTURE"))
	if len(found) != 1 {
		t.Fatal(found)
	}
	for _, lang := range []string{"vi", "en"} {
		for _, want := range []string{"NA_STRUCTURE/A.VN.C/2024", "NA_VA/A.VN.C.V/2024 (2025-01-06)", "NA_VA/A.VN.B1GQ.V/2024 (2025-01-06)", soon.In(c.Zone()).Format("2006-01-02 15:04"),
			"nhipso release embargo --id 2026-Q2 --dataflow NA_VA --at " + soon.In(c.Zone()).Format("2006-01-02T15:04"), "nhipso release drop --id 2026-Q2 --messages 2"} {
			if s := fault.In(found[0], lang); !strings.Contains(s, want) {
				t.Errorf("%s does not say %q", s, want)
			}
		}
	}
}

// What showed before is judged as the release will be approved: after another one that is out or approved before it.
func TestWhatAnotherReleaseBringsOutMeanwhileIsPublic(t *testing.T) {
	c, _ := national(t)
	g := &Gate{Catalog: c, Now: func() time.Time { return noon }, Source: &archive{figures: []cube.Version{figure("NA_STRUCTURE", "A.VN.C", "2024", "24", "2025-01-06", 4),
		figure("NA_VA", "A.VN.B1GQ.V", "2024", "11500000", "2025-01-06", 2), figure("NA_VA", "A.VN.C.V", "2024", "2760000", "2025-01-06", 2)},
		releases: []Release{{ID: "2026-Q1.1", State: Approved, PublishAt: published.Add(time.Hour), AsOf: cube.AsOf{Message: 2, Only: cube.UpTo(2)}}}}}
	const found = "early-known NA_STRUCTURE/A.VN.C/2024"
	r := holding("NA_STRUCTURE", "NA_VA")
	if got, _ := early(t, g, r); strings.Join(got, " ") != found {
		t.Error(got)
	}
	next := &g.Source.(*archive).releases[0]
	next.PublishAt = noon.Add(time.Hour)
	if got, _ := early(t, g, r); len(got) != 0 {
		t.Error("what is not out is public:", got)
	}
	r.PublishAt = noon.Add(2 * time.Hour)
	if got, _ := early(t, g, r); strings.Join(got, " ") != found {
		t.Error("of what comes out between:", got)
	}
}

// What an earlier release held back is no public figure yet, so that it can be held back longer.
func TestWhatAnEarlierReleaseHoldsCanBeHeldLonger(t *testing.T) {
	c, _ := national(t)
	g := &Gate{Catalog: c, Now: func() time.Time { return noon }, Source: &archive{figures: []cube.Version{figure("NA_STRUCTURE", "A.VN.C", "2024", "24", "2025-01-06", 3),
		figure("NA_VA", "A.VN.B1GQ.V", "2024", "11500000", "2025-01-06", 2), figure("NA_VA", "A.VN.C.V", "2024", "2760000", "2025-01-06", 2)},
		releases: []Release{{ID: "2026-Q1.1", State: Approved, PublishAt: published.Add(time.Hour), AsOf: cube.AsOf{Message: 2, Only: cube.UpTo(2)},
			Embargoes: []Embargo{{Dataflow: "NA_VA", Until: soon, Before: cube.UpTo(1)}}}}}}
	got, found := early(t, g, holding("NA_STRUCTURE+", "NA_VA"))
	if strings.Join(got, " ") != "early NA_STRUCTURE/A.VN.C/2024" || found[0].(*fault.Error).Args["dataflow"] != "NA_VA" {
		t.Error(found)
	}
}

// Of dataflows that wait only because of what they are computed from, nobody asked to keep what open figures give; but they may lead to what
// was asked for.
func TestWhatWaitsByDescentIsNoSecretOfItsOwn(t *testing.T) {
	in := func(y, value string, message int64) cube.Version {
		return figure("F", "A.T."+y, "2025", value, "2026-01-05", message)
	}
	out := func(y, value string, message int64) cube.Version {
		v := figure("D", "A.T."+y, "2025", value, "2026-01-06", message, stat.AttrRun, "r#1")
		return v
	}
	a, b, open := in("a", "10", 2), in("b", "20", 2), in("c", "30", 1)
	from := func(y string, list ...cube.Version) map[string][]pipeline.Ref {
		var refs []pipeline.Ref
		for _, v := range list {
			refs = append(refs, pipeline.RefTo(v, "x"))
		}
		return map[string][]pipeline.Ref{out(y, "1", 0).Cell().String(): refs}
	}
	and := func(all ...map[string][]pipeline.Ref) map[string][]pipeline.Ref {
		together := map[string][]pipeline.Ref{}
		for _, m := range all {
			for k, v := range m {
				together[k] = v
			}
		}
		return together
	}
	ofOpen := and(from("a", open), from("b", open), from("c", open))
	for name, x := range map[string]struct {
		a    *archive
		want string
		held []string // F and D when nothing else is said
	}{
		"and longer than that":                    {&archive{figures: []cube.Version{a, out("a", "1", 3)}, lineage: from("a", a)}, "early D/A.T.a/2025", []string{"F", "D+"}},
		"and is confidential for good":            {&archive{figures: []cube.Version{a, secretly(out("a", "1", 3))}, lineage: from("a", a)}, "disclosed-derived D/A.T.a/2025", nil},
		"computed from open figures":              {&archive{figures: []cube.Version{a, open, out("a", "1", 3)}, lineage: ofOpen}, "", nil},
		"the sum of such figures":                 {&archive{figures: []cube.Version{a, b, open, out("a", "1", 3), out("b", "2", 3), out("c", "3", 3), out("T", "6", 3)}, lineage: and(ofOpen, from("T", a, b))}, "", nil},
		"the sum of public figures":               {&archive{figures: []cube.Version{a, b, open, out("a", "1", 1), out("b", "2", 1), out("c", "3", 1), out("T", "6", 3)}, lineage: and(ofOpen, from("T", a, b))}, "early-known D/A.T.T/2025", nil},
		"the sum of public figures, of one input": {&archive{figures: []cube.Version{a, open, out("a", "1", 1), out("b", "2", 1), out("c", "3", 1), out("T", "6", 3)}, lineage: and(ofOpen, from("T", a, open))}, "early-known F/A.T.a/2025", nil},
	} {
		t.Run(name, func(t *testing.T) {
			g, held := table(t, x.a), x.held
			if held == nil {
				held = []string{"F", "D"}
			}
			g.Recipes = []pipeline.Recipe{{ID: "r", Inputs: []pipeline.Input{{Dataflow: "F"}}, Outputs: []string{"D"}}}
			if got, errs := early(t, g, holding(held...)); strings.Join(got, " ") != x.want {
				t.Errorf("found %q, want %q: %v", got, x.want, errs)
			}
		})
	}
}

// A revision that rounding hides is as good as known, and what it helps to compute is given away.
func TestARevisionThatRoundingHidesHelpsToComputeOthers(t *testing.T) {
	f := func(key, value string, message int64) cube.Version {
		return figure("F", "A."+key, "2025", value, "2026-01-05", message)
	}
	a := &archive{figures: []cube.Version{f("T.T", "10.0", 1), f("T.a", "1.0", 1), f("T.b", "2.0", 1), f("T.c", "7.0", 1), figure("F", "A.T.b", "2025", "2.04", "2026-02-05", 2),
		f("a.b", "1.0", 1), f("b.b", "0.5", 2), f("c.b", "0.5", 1)}}
	if got, errs := early(t, table(t, a), holding("F")); strings.Join(got, " ") != "early-known F/A.b.b/2025" {
		t.Error(got, errs)
	}
}

func TestASentenceNamesNoMoreThanCanBeRead(t *testing.T) {
	if got := named(strings.Fields("a b a c d e f g h")); got != "a, b, c, d, e, f, … (+2)" {
		t.Error(got)
	}
}

// Leaving a derived figure out does not help, since it is computed again: the message to leave out is that of what gives it away.
func TestWhatIsDerivedIsLeftOutWithItsInputs(t *testing.T) {
	a, d := figure("F", "A.T.a", "2025", "10", "2026-01-05", 2), figure("D", "A.T.a", "2025", "20", "2026-01-06", 3, stat.AttrRun, "r#1")
	for message, x := range map[string]*archive{
		"2": {figures: []cube.Version{a, d}, lineage: map[string][]pipeline.Ref{d.Cell().String(): {pipeline.RefTo(a, "x")}}},
		"3": {figures: []cube.Version{a, d}, lineage: map[string][]pipeline.Ref{d.Cell().String(): {{Dataflow: "F", Key: "A.T.a"}}}},
	} {
		_, found := early(t, table(t, x), holding("D"))
		if len(found) != 1 || found[0].(*fault.Error).Args["message"] != message || found[0].(*fault.Error).Args["dataflow"] != "F" {
			t.Errorf("%v", found)
		}
	}
}

// An embargo that is set on an approved release is looked at like the others: nobody checks it again.
func TestAnEmbargoOnAnApprovedReleaseIsCheckedToo(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("TRADE", 2025, "1", 2, "")
	o.done(o.Open(ctx, "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(ctx, "2026-Q4", Selection{All: true}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.done(o.Approve(ctx, "2026-Q4", "bình", o.now.Add(time.Hour)))
	var asked Release
	o.Checks = []Check{func(_ context.Context, r Release) []error {
		asked = r
		if !r.EmbargoOf("GDP").Equal(r.PublishAt) {
			return []error{fault.New("publish.nothing", "id", r.ID)}
		}
		return nil
	}}
	week := o.now.Add(7 * 24 * time.Hour)
	o.refused("publish.past-minute", func() error { _, err := o.Embargo(ctx, "2026-Q4", "GDP", o.now, "an"); return err })
	o.refused("publish.nothing", func() error { _, err := o.Embargo(ctx, "2026-Q4", "GDP", week, "an"); return err })
	if r, _ := o.s.ReleaseByID(ctx, "2026-Q4"); len(r.Embargoes) != 0 || len(r.Changes) != 2 {
		t.Errorf("what was refused was done: %+v", r)
	}
	if !asked.PublishAt.Equal(o.now.Add(time.Hour)) {
		t.Errorf("it is looked at for %v", asked.PublishAt)
	}
	r := o.done(o.Embargo(ctx, "2026-Q4", "TRADE", week, "an"))
	if !asked.EmbargoOf("TRADE").Equal(week) || len(r.Changes) != 1 || r.Changes[0].Dataflow != "GDP" {
		t.Errorf("the changes of what waits are told: %+v", r.Changes)
	}
}

// An approval is looked at as for its minute, and an embargo set after it shows what the release before shows, not what the draft began with.
func TestWhatShowsUntilAMinuteIsWhatShowedBefore(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	for m := int64(1); m <= 3; m++ {
		o.s.figure("GDP", 2020+int(m), "1", m, "")
	}
	o.released("2026-Q3", 1)
	o.now = monday.Add(time.Hour)
	o.done(o.Open(ctx, "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.done(o.Open(ctx, "2026-Q3.1", both("a", "a"), both("x", "x"), "an"))
	o.done(o.Add(ctx, "2026-Q3.1", Selection{Messages: cube.NewMessages(2)}, "an"))
	o.done(o.Check(ctx, "2026-Q3.1", "an"))
	o.done(o.Approve(ctx, "2026-Q3.1", "bình", time.Time{}))
	o.done(o.Add(ctx, "2026-Q4", Selection{All: true}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	minute := o.now.Add(time.Hour)
	var asked Release
	o.Checks = []Check{func(_ context.Context, r Release) []error { asked = r; return nil }}
	o.done(o.Approve(ctx, "2026-Q4", "bình", minute))
	if !asked.PublishAt.Equal(minute) {
		t.Errorf("it is looked at for %v", asked.PublishAt)
	}
	r := o.done(o.Embargo(ctx, "2026-Q4", "GDP", minute.Add(time.Hour), "an"))
	if got := r.Bound("GDP", minute).Only.String(); got != "1-2" {
		t.Errorf("until its minute it shows %s", got)
	}
	if again, _ := o.s.ReleaseByID(ctx, "2026-Q4"); again.Bound("GDP", minute).Only.String() != "1-2" {
		t.Errorf("and again %v", again.Embargoes)
	}
}

// A finding quotes figures: one that quotes what waits is not told, though an older figure of the cell shows.
func TestAFindingThatQuotesWhatWaitsIsNotTold(t *testing.T) {
	v := figure("NA_GROWTH", "A.VN.B1GQ", "2025", "7", "2026-01-01", 1)
	c, _ := national(t)
	r := Release{ID: "2026-Q3", State: Approved, PublishAt: published, AsOf: cube.AsOf{Message: 3, Only: cube.UpTo(3)}, Embargoes: []Embargo{{Dataflow: "NA_GROWTH", Until: soon, Before: cube.UpTo(1)}}}
	a := &archive{releases: []Release{r}, figures: []cube.Version{v, figure("NA_GROWTH", "A.VN.B1GQ", "2025", "8", "2026-11-01", 2)}, findings: []Finding{{Message: 3, Rule: "quotes", Cells: []cube.Cell{v.Cell()}}}}
	now := noon
	g := &Gate{Source: a, Catalog: c, Now: func() time.Time { return now }}
	for n, at := range []time.Time{noon, soon} {
		now = at
		view, err := g.View(t.Context(), Everybody())
		if err != nil {
			t.Fatal(err)
		}
		if found, _ := view.Findings(t.Context()); len(found) != n {
			t.Errorf("at %v %d findings are told", at, len(found))
		}
	}
}

func TestRefusalsTellMinutesInTheZoneOfTheCountry(t *testing.T) {
	west := time.FixedZone("-03:30", -3*3600-1800)
	a := Act{Release: "2026-Q3", Kind: PlanAct, By: "an", At: noon, Minute: noon.Add(-time.Hour), Title: catalog.Label{}}
	for zone, want := range map[*time.Location]string{west: "2026-11-20 00:30:00", nil: "2026-11-20 04:00:00"} {
		a.Zone = zone
		if _, err := Apply(nil, a); !strings.Contains(fault.In(err, "en"), want) {
			t.Errorf("in %v it says %v, not %s", zone, fault.In(err, "en"), want)
		}
	}
	o := newOffice(t)
	o.Zone = west
	_, err := o.Plan(t.Context(), "2026-Q3", both("a", "a"), "an", o.now.Add(-time.Hour))
	if want := o.now.In(west).Format("2006-01-02 15:04:05"); !strings.Contains(fault.In(err, "en"), want) {
		t.Errorf("it says %v, not %s", fault.In(err, "en"), want)
	}

	o.s.figure("TRADE", 2025, "1", 1, "")
	o.done(o.Open(t.Context(), "2026-Q4", both("a", "a"), both("", ""), "an"))
	o.done(o.Add(t.Context(), "2026-Q4", Selection{All: true}, "an"))
	o.Recipes = []pipeline.Recipe{copyOf("TRADE", "BALANCE")}
	week := o.now.Add(7 * 24 * time.Hour)
	o.done(o.Embargo(t.Context(), "2026-Q4", "TRADE", week, "an"))
	_, short := o.Embargo(t.Context(), "2026-Q4", "BALANCE", week.Add(-time.Hour), "an")
	if want := week.Add(-time.Hour).In(west).Format("2006-01-02 15:04:05"); !strings.Contains(fault.In(short, "en"), want) {
		t.Errorf("it says %v, not %s", fault.In(short, "en"), want)
	}
	o.Recipes = append(o.Recipes, copyOf("TRADE", "GROWTH"))
	open, _ := o.openDerived(t.Context(), must(o.s.ReleaseByID(t.Context(), "2026-Q4")), nil)
	for _, err := range append(open, short) {
		if want := week.In(west).Format("2006-01-02 15:04:05"); len(open) != 1 || !strings.Contains(fault.In(err, "en"), want) {
			t.Errorf("it says %v, not %s", fault.In(err, "en"), want)
		}
	}
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// An older figure stands in for what it hides only when nothing new tells of it, however late that is found.
func TestWhatIsNewIsSolvedBeforeWhatFits(t *testing.T) {
	r := holding("F")
	v := NewView(Parts{Release: r, Audience: Everybody(), Moment: noon})
	cell := func(flow, key string) cube.Cell {
		return cube.Cell{Dataflow: flow, Key: stat.Key("A." + key), Period: stat.Year(2025)}
	}
	x, y, old, fresh := cell("F", "x"), cell("F", "y"), cell("G", "old"), cell("G", "new")
	sum := func(cells ...cube.Cell) relation {
		return relation{how: "sum", cells: cells, weights: []int64{1, 1, 1}[:len(cells)]}
	}
	less := relation{how: "sum", cells: []cube.Cell{x, y}, weights: []int64{1, -1}}
	for name, c := range map[string]struct {
		revised   []cube.Cell
		relations []relation
		want      []cube.Cell
	}{
		"a relation that tells late":     {[]cube.Cell{x}, []relation{sum(x, y), sum(x, old), sum(y, fresh)}, []cube.Cell{x, y}},
		"two that old figures determine": {[]cube.Cell{x, y}, []relation{sum(x, y, old), less}, nil},
		"two that a new one determines":  {[]cube.Cell{x, y}, []relation{sum(x, y, fresh), less}, []cube.Cell{x, y}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDiscloser(&audit{gate: &Gate{}, view: v, public: cube.UpTo(1)}, v.Snapshot)
			for i, c := range []cube.Cell{x, y, old, fresh} {
				d.value[c] = figure(c.Dataflow, string(c.Key), "2025", "1", "2026-01-05", []int64{2, 2, 1, 2}[i])
			}
			d.secret = map[cube.Cell]bool{x: true, y: true}
			for _, c := range c.revised {
				d.revises[c] = true
			}
			d.relations = c.relations
			d.solve()
			if got := inOrder(d.order); !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v", got, c.want)
			}
		})
	}
}
