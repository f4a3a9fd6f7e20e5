package register

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
)

// TestPagesOfASortedListHaveEveryRecordOnce, in the order of the values, whatever the size of a page.
func TestPagesOfASortedListHaveEveryRecordOnce(t *testing.T) {
	f := catalog.Field{ID: "cost", Kind: catalog.NumberField}
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.SampledFrom([]string{"", "-3", "2", "10", "10", "9.5"}), 0, 12).Draw(t, "values")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		down := rapid.Bool().Draw(t, "down")
		var all []Version
		for i, s := range values {
			all = append(all, Version{ID: fmt.Sprintf("r%02d", i), Values: map[string]string{"cost": s}})
		}
		var got []string
		var after *Mark
		for {
			page := sortedPage(f, slices.Clone(all), down, after, limit)
			if len(page.Records) > limit {
				t.Fatalf("a page of %d", len(page.Records))
			}
			for _, v := range page.Records {
				got = append(got, v.Values["cost"])
			}
			if page.Next == "" {
				break
			}
			after = MarkOf(page.Next)
		}
		order := []string{"", "-3", "2", "9.5", "10"}
		want := slices.Clone(values)
		slices.SortFunc(want, func(x, y string) int { return slices.Index(order, x) - slices.Index(order, y) })
		if down {
			slices.Reverse(want)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
