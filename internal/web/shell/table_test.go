package shell

import (
	"strings"
	"testing"

	"nhipso/internal/catalog"
)

// A table with sentences beside its heads stands as lists on a phone, unless it has very many rows; its gaps take no line there.
func TestATableOfSentencesStandsAsListsOnAPhone(t *testing.T) {
	v := &Visit{Lang: "en"}
	for _, c := range []struct {
		name, words string
		rows        int
		want        bool
	}{{"short", "% of GDP", 3, false}, {"a sentence", strings.Repeat("word ", 10), 3, true}, {"too many", strings.Repeat("word ", 10), MostStacked + 1, false}} {
		table := NewTable("t", catalog.Label{Vi: "t", En: "t"}, Text("head", catalog.Label{Vi: "h", En: "h"}), Text("words", catalog.Label{Vi: "w", En: "w"}))
		for range c.rows {
			table.Add(Same("a head that is longer than any cell may be"), Same(c.words))
		}
		if got := v.View(table).Stack; got != c.want {
			t.Errorf("%s: stacked %t", c.name, got)
		}
	}
}
