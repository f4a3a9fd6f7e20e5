package publish

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Of a dataflow that nothing else is tied to, only the series near a secret are held: of all others none can be a part of a total with it.
func TestOnlyWhatIsNearASecretIsHeld(t *testing.T) {
	codes := []string{"T", "a", "b", "c"}
	var all []cube.Version
	for _, x := range codes {
		for _, y := range codes {
			value := "1"
			if x == "a" && y == "b" {
				value = "!1"
			}
			all = append(all, at(x+"."+y, value))
		}
	}
	held := func(g *Gate) int {
		a, err := g.secretive(t.Context(), Release{AsOf: cube.AsOf{Message: 2}}, noon)
		if err != nil {
			t.Fatal(err)
		}
		list, err := a.figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	for _, code := range []string{"x", "A"} { // no part of T
		all = append(all, at(code+".b", "1"), at("a."+code, "1"))
	}
	if n := held(table(t, &archive{figures: all})); n != 7 {
		t.Errorf("%d of %d figures are held, want those of a row and a column", n, len(all))
	}
	read := table(t, &archive{figures: all})
	read.Recipes = append(read.Recipes, pipeline.Recipe{ID: "reads", Inputs: []pipeline.Input{{Dataflow: "F"}}})
	if n := held(read); n != len(all) {
		t.Errorf("%d of %d figures are held of what a recipe reads", n, len(all))
	}
	derived := figure("F", "A.c.c", "2024", "5", "2026-01-05", 1)
	derived.Attributes[stat.AttrRun] = "safe#1"
	if n := held(table(t, &archive{figures: append(all, derived)})); n != len(all)+1 {
		t.Errorf("%d of %d figures are held of what is computed in part", n, len(all)+1)
	}
}

// What is found does not depend on whether a dataflow is held whole.
func TestWhatIsNearGivesAwayWhatTheWholeDoes(t *testing.T) {
	found := 0
	rapid.Check(t, func(r *rapid.T) {
		parts := []string{"a", "b", "c"}
		cells := map[string]int{}
		for _, x := range parts {
			for _, y := range parts {
				n := rapid.IntRange(0, 9).Draw(r, x+y)
				for _, row := range []string{x, "T"} {
					for _, column := range []string{y, "T"} {
						cells[row+"."+column] += n
					}
				}
			}
		}
		var all []cube.Version
		for _, x := range append(parts, "T") {
			for _, y := range append(parts, "T") {
				mark := rapid.SampledFrom([]string{"", "", "", "!"}).Draw(r, "mark "+x+y)
				if rapid.IntRange(0, 9).Draw(r, "gap") > 0 {
					all = append(all, at(x+"."+y, mark+strconv.Itoa(cells[x+"."+y])))
				}
			}
		}
		whole := table(t, &archive{figures: all})
		whole.Recipes = append(whole.Recipes, pipeline.Recipe{ID: "reads", Inputs: []pipeline.Input{{Dataflow: "F"}}})
		told := func(g *Gate) (out []string) {
			for _, err := range g.Disclosed(t.Context(), Release{ID: "2026-Q1", AsOf: cube.AsOf{Message: 2}}) {
				out = append(out, fault.In(err, "en"))
			}
			return out
		}
		near, all2 := told(table(t, &archive{figures: all})), told(whole)
		found += len(near)
		if fmt.Sprint(near) != fmt.Sprint(all2) {
			r.Fatalf("%v, but of the whole %v", near, all2)
		}
	})
	if found == 0 {
		t.Error("nothing was ever given away: the test looks at nothing")
	}
}
