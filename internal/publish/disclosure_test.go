package publish

import (
	"context"
	"errors"
	"iter"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// table is a gate over one flow with two dimensions, each a total T of the parts a, b and c, and a flow D derived from it.
func table(t *testing.T, a *archive) *Gate {
	t.Helper()
	list, err := catalog.NewCodelist("CL", catalog.Label{}, "", []catalog.Code{{ID: "A"}, {ID: "T"}, {ID: "a", Parent: "T"}, {ID: "b", Parent: "T"}, {ID: "c", Parent: "T"}})
	if err != nil {
		t.Fatal(err)
	}
	flow := func(id string) *catalog.Dataflow {
		return &catalog.Dataflow{ID: id, Dimensions: []catalog.Dimension{{ID: "FREQ", Codelist: "CL"}, {ID: "X", Codelist: "CL"}, {ID: "Y", Codelist: "CL"}}}
	}
	c, err := catalog.New("T", []*catalog.Dataflow{flow("D"), flow("F")}, []*catalog.Codelist{list}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Gate{Source: a, Catalog: c, Now: func() time.Time { return noon }, Recipes: []pipeline.Recipe{{ID: "r"}, {ID: "safe", DisclosureSafe: "a test"}}}
}

// at gives a figure of 2025; "!" before the value makes it confidential.
func at(key, value string) cube.Version {
	open, secret := strings.CutPrefix(value, "!")
	v := figure("F", "A."+key, "2025", open, "2026-01-05", 1)
	if secret {
		v.Attributes[stat.AttrConf] = "C"
	}
	return v
}

func TestWhatCanBeComputedBackBlocksARelease(t *testing.T) {
	one := func(values ...string) []cube.Version {
		var out []cube.Version
		for i, x := range []string{"T.T", "T.a", "T.b", "T.c"} {
			if values[i] != "" {
				out = append(out, at(x, values[i]))
			}
		}
		return out
	}
	square := func(values ...string) []cube.Version { // T, a, b by T, a, b
		var out []cube.Version
		for i, v := range values {
			out = append(out, at([]string{"T", "a", "b"}[i/3]+"."+[]string{"T", "a", "b"}[i%3], v))
		}
		return out
	}
	for name, c := range map[string]struct {
		figures []cube.Version
		want    string
	}{
		"nothing is secret":                              {one("10", "1", "2", "7"), ""},
		"one part of a total":                            {one("10", "1", "!2", "7"), "F/A.T.b/2025"},
		"two parts of a total":                           {one("10", "1", "!2", "!7"), ""},
		"a total with open parts":                        {one("!10", "1", "2", "7"), "F/A.T.T/2025"},
		"a total and a part":                             {one("!10", "1", "!2", "7"), ""},
		"parts that do not add up, as of a mean":         {one("3.3", "1", "!2", "7"), ""},
		"parts that add up as far as rounding lets them": {one("10.0", "1.04", "!2.0", "7.0"), "F/A.T.b/2025"},
		"one part is not collected":                      {one("3", "1", "!2", ""), "F/A.T.b/2025"},
		"a block of four between open margins":           {square("10", "4", "6", "5", "!1", "!4", "5", "!3", "!2"), ""},
		"three of four: each row or column gives one":    {square("10", "4", "6", "5", "!1", "!4", "5", "!3", "2"), "F/A.a.a/2025 F/A.a.b/2025 F/A.b.a/2025"},
		"margins withheld too":                           {square("10", "!4", "!6", "!5", "!1", "!4", "!5", "!3", "!2"), ""},
		"a margin withheld and given away by the other":  {square("10", "!4", "6", "5", "1", "4", "5", "3", "2"), "F/A.T.a/2025"},
		"published before with the same value":           {[]cube.Version{at("T.a", "5"), secretly(figure("F", "A.T.a", "2025", "5.0", "2026-02-05", 2))}, "F/A.T.a/2025"},
		"published before with another value":            {[]cube.Version{at("T.a", "4"), secretly(figure("F", "A.T.a", "2025", "5.0", "2026-02-05", 2))}, ""},
		"closed once and free now":                       {[]cube.Version{at("T.a", "!5"), figure("F", "A.T.a", "2025", "5", "2026-02-05", 2)}, ""},
		"a secret of another release":                    {append(one("10", "1", "", "7"), secretly(figure("F", "A.T.b", "2025", "2", "2026-02-05", 3))), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := disclosed(t, &archive{figures: c.figures}); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// secretly makes a figure confidential.
func secretly(v cube.Version) cube.Version {
	v.Attributes = v.Attributes.Clone()
	v.Attributes[stat.AttrConf] = "C"
	return v
}

// disclosed names the cells that are found in a release of the messages 1 and 2.
func disclosed(t *testing.T, a *archive) string {
	t.Helper()
	slices.SortStableFunc(a.figures, func(x, y cube.Version) int {
		return strings.Compare(x.Dataflow+"/"+string(x.Key), y.Dataflow+"/"+string(y.Key))
	})
	var out []string
	for _, err := range table(t, a).Disclosed(t.Context(), Release{ID: "2026-Q1", AsOf: cube.AsOf{Message: 2}}) {
		var f *fault.Error
		if !errors.As(err, &f) || !strings.HasPrefix(f.Code, "publish.disclosed-") {
			t.Fatal(err)
		}
		out = append(out, f.Args["cell"].(string))
	}
	return strings.Join(out, " ")
}

func TestWhatWasDerivedGivesAwayItsOneSecretInput(t *testing.T) {
	derived := func(run string, conf bool) cube.Version {
		v := figure("D", "A.T.a", "2025", "20", "2026-01-06", 2, stat.AttrRun, run)
		if conf {
			v = secretly(v)
		}
		return v
	}
	derivedAt := func(key, value string, conf bool) cube.Version {
		v := figure("D", "A."+key, "2025", value, "2026-01-06", 2, stat.AttrRun, "r#1")
		if conf {
			v = secretly(v)
		}
		return v
	}
	share, base := at("T.a", "!10"), at("T.b", "200")
	from := func(list ...cube.Version) map[string][]pipeline.Ref {
		var refs []pipeline.Ref
		for _, v := range list {
			refs = append(refs, pipeline.RefTo(v, "x"))
		}
		return map[string][]pipeline.Ref{derived("", false).Cell().String(): refs}
	}
	for name, c := range map[string]struct {
		a    *archive
		want string
	}{
		"share × base with an open base":                            {&archive{figures: []cube.Version{share, base, derived("r#1", false)}, lineage: from(share, base)}, "F/A.T.a/2025"},
		"the product is closed too":                                 {&archive{figures: []cube.Version{share, base, derived("r#1", true)}, lineage: from(share, base)}, ""},
		"both inputs are closed":                                    {&archive{figures: []cube.Version{share, secretly(base), derived("r#1", false)}, lineage: from(share, base)}, ""},
		"a closed product of open inputs":                           {&archive{figures: []cube.Version{at("T.a", "10"), at("T.b", "200"), derived("r#1", true)}, lineage: from(at("T.a", "10"), at("T.b", "200"))}, "D/A.T.a/2025"},
		"a closed product that did not change when the secret came": {&archive{figures: []cube.Version{share, base, figure("D", "A.T.a", "2025", "20", "2026-01-06", 1, stat.AttrRun, "r#0"), derived("r#1", true)}, lineage: from(share, base)}, ""},
		"a closed product that its open parts give away":            {&archive{figures: []cube.Version{share, base, derivedAt("T.T", "30", false), derivedAt("T.a", "20", true), derivedAt("T.b", "10", false)}, lineage: from(share, base)}, "F/A.T.a/2025"},
		"a recipe that is shown to disclose nothing":                {&archive{figures: []cube.Version{share, at("T.b", "200"), derived("safe#1", false)}, lineage: from(share, base)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := disclosed(t, c.a); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// Whatever is called determined has one value, and whatever is not has another one that fits as well.
func TestDeterminedUnknownsAreThoseWithOneSolution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(1, 6).Draw(t, "unknowns"), rapid.IntRange(1, 6).Draw(t, "equations")
		rows := make([][]*big.Rat, m)
		original := make([][]int64, m)
		for i := range rows {
			for range n {
				x := rapid.Int64Range(-1, 1).Draw(t, "weight")
				rows[i], original[i] = append(rows[i], big.NewRat(x, 1)), append(original[i], x)
			}
		}
		found := determined(rows, n)
		for j := range n {
			// x_j has one value when adding the equation x_j = 0 to the homogeneous system changes nothing: no solution of it has x_j ≠ 0.
			free := false
			walk(original, make([]int64, n), 0, func(x []int64) { free = free || x[j] != 0 })
			if free && slices.Contains(found, j) {
				t.Fatalf("unknown %d of %v is called determined", j, original)
			}
		}
	})
}

// walk gives the solutions of a homogeneous system among small whole numbers.
func walk(rows [][]int64, x []int64, at int, solution func([]int64)) {
	if at == len(x) {
		for _, row := range rows {
			sum := int64(0)
			for j := range row {
				sum += row[j] * x[j]
			}
			if sum != 0 {
				return
			}
		}
		solution(x)
		return
	}
	for v := int64(-2); v <= 2; v++ {
		x[at] = v
		walk(rows, x, at+1, solution)
	}
}

// No relation holds one secret alone, yet the three together determine all of them.
func TestRelationsAreSolvedTogether(t *testing.T) {
	cell := func(key string) cube.Cell {
		return cube.Cell{Dataflow: "F", Key: stat.Key(key), Period: stat.Year(2025)}
	}
	a, b, c, e := cell("A.a"), cell("A.b"), cell("A.c"), cell("A.e")
	pair := func(x, y cube.Cell) relation {
		return relation{how: "publish.disclosed-sum", cells: []cube.Cell{x, y}, weights: []int64{1, 1}}
	}
	all := func(relations ...relation) *discloser {
		v := NewView(Parts{Audience: Everybody()})
		d := newDiscloser(&audit{view: v}, v.Snapshot)
		d.secret, d.relations = map[cube.Cell]bool{a: true, b: true, c: true, e: true}, relations
		return d
	}
	d := all(pair(a, b), pair(b, c), pair(a, c))
	d.solve()
	if len(d.found) != 3 || d.found[e].how != "" {
		t.Errorf("found %v", d.found)
	}
	d = all(pair(a, b), pair(b, c), pair(c, e), pair(e, a))
	if d.solve(); len(d.found) != 0 {
		t.Errorf("a ring of four determines none, found %v", d.found)
	}
}

// A share of GDP, beside GDP, gives away the level that was withheld: the catalogue declares how the three hang together.
func TestDeclaredIdentitiesGiveASecretAway(t *testing.T) {
	c, _ := national(t)
	a := &archive{figures: []cube.Version{
		figure("NA_STRUCTURE", "A.VN.C", "2024", "24", "2025-01-06", 1), figure("NA_VA", "A.VN.B1GQ.V", "2024", "11500000", "2025-01-06", 1),
		secretly(figure("NA_VA", "A.VN.C.V", "2024", "2760000", "2025-01-06", 1)), secretly(figure("NA_VA", "A.VN.D.V", "2024", "400000", "2025-01-06", 1))}}
	g := &Gate{Source: a, Catalog: c, Now: func() time.Time { return noon }}
	found := g.Disclosed(t.Context(), Release{ID: "2026-Q1", AsOf: cube.AsOf{Message: 1}})
	if len(found) != 1 || fault.CodeOf(found[0]) != "publish.disclosed-derived" || !strings.Contains(fault.In(found[0], "en"), "NA_VA/A.VN.C.V/2024") {
		t.Errorf("%v", found)
	}
}

// watched is a source that counts, by dataflow, what is read to be held.
type watched struct {
	*archive
	read map[string]int
}

func (w watched) Versions(ctx context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for v, err := range w.archive.Versions(ctx, q) {
			if q.Dataflow != "" {
				w.read[v.Dataflow]++
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// Only the figures of dataflows that can tell of a secret are held, and what is computed from a secret is among them whoever computed it; where there
// is no secret, none are.
func TestDisclosuresAreLookedForAroundTheSecrets(t *testing.T) {
	derived := func(flow, run string) cube.Version {
		v := figure(flow, "A.T.T", "2025", "5", "2026-01-05", 1)
		v.Attributes = stat.Attributes{stat.AttrRun: run}
		return v
	}
	for name, x := range map[string]struct {
		secret string
		runs   []pipeline.Run
		want   []string
	}{
		"no secret":                       {"1", nil, nil},
		"unrelated":                       {"!1", []pipeline.Run{{ID: "other#1", Recipe: "other"}}, []string{"F"}},
		"computed from it":                {"!1", []pipeline.Run{{ID: "other#1", Recipe: "reads"}}, []string{"D", "F"}},
		"by a recipe as it was":           {"!1", []pipeline.Run{{ID: "other#1", Recipe: "other", Version: "0"}}, []string{"D", "F"}},
		"by a run that nobody knows":      {"!1", nil, []string{"D", "F"}},
		"by a recipe that is no more":     {"!1", []pipeline.Run{{ID: "other#1", Recipe: "gone"}}, []string{"D", "F"}},
		"what its lineage names":          {"!1", nil, []string{"D", "F", "G"}},
		"what it is computed from beside": {"!1", []pipeline.Run{{ID: "other#1", Recipe: "beside"}}, []string{"D", "F", "G"}},
	} {
		a := &archive{runs: x.runs, figures: []cube.Version{derived("D", "other#1"), at("T.T", "6"), at("T.a", x.secret)}}
		if name == "what its lineage names" {
			a.lineage = map[string][]pipeline.Ref{"D/A.T.T/2025": {{Dataflow: "F", Key: "A.T.a", Period: stat.Year(2025)}, {Dataflow: "G", Key: "A.a.b", Period: stat.Year(1990)}}}
		}
		for i := range 500 {
			a.figures = append(a.figures, figure("G", "A.a.b", strconv.Itoa(1500+i), "1", "2026-01-05", 1))
		}
		g := table(t, a)
		g.Recipes = []pipeline.Recipe{{ID: "other", Inputs: []pipeline.Input{{Dataflow: "H"}}}, {ID: "reads", Inputs: []pipeline.Input{{Dataflow: "F"}}}}
		if name == "what it is computed from beside" {
			g.Recipes = append(g.Recipes, pipeline.Recipe{ID: "beside", Inputs: []pipeline.Input{{Dataflow: "F"}, {Dataflow: "G"}}, Outputs: []string{"D"}})
		}
		w := watched{a, map[string]int{}}
		g.Source = w
		g.Disclosed(t.Context(), Release{ID: "2026-Q1", AsOf: cube.AsOf{Message: 2}})
		if got := slices.Sorted(maps.Keys(w.read)); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v was held, want %v", name, got, x.want)
		}
	}
}
