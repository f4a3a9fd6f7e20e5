// Package view says what an explanation means: a sentence with its numbers in the reader's language, the parts of its formula, and a workbook
// in which a reader can compute the figure again. Pages, API, command line and files take the words from here, so that they say the same.
//
// It speaks of the pipeline.Node that it is given and of nothing else: what a gate has withheld from that tree it cannot say, and where an
// input is missing it shows no other from which the missing one could be solved. It reads no store and no clock, computes no figure, and
// draws no page.
package view

import (
	_ "embed"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Speaker speaks of explanations in one language.
type Speaker struct {
	Names
	Lang    string
	Recipes []pipeline.Recipe
	// Beside finds the newest figure of a cell that the reader may see: some figures are made from others of the same run.
	Beside func(cube.Cell) (cube.Version, bool)
}

// NewSpeaker makes a speaker over a catalogue. beside may be nil.
func NewSpeaker(c *catalog.Catalog, recipes []pipeline.Recipe, lang string, beside func(cube.Cell) (cube.Version, bool)) *Speaker {
	if beside == nil {
		beside = func(cube.Cell) (cube.Version, bool) { return cube.Version{}, false }
	}
	return &Speaker{Names: Names{c}, Lang: lang, Recipes: recipes, Beside: beside}
}

func (s *Speaker) say(id string, pairs ...any) string { return book.Say(s.Lang, id, pairs...) }

// Role gives the words for what a figure was used as: "chỉ báo theo quý". A role without words of its own is an input.
func Role(id string) catalog.Label {
	switch w := "role-" + slug(id); {
	case id == "":
		return catalog.Label{}
	case book.Has(w):
		return catalog.Label{Vi: book.Say("vi", w), En: book.Say("en", w)}
	}
	return catalog.Label{Vi: book.Say("vi", "role"), En: book.Say("en", "role")}
}

// slug writes a role as it stands in the file of words.
func slug(id string) string {
	b := []byte(text.Fold(id))
	for i, c := range b {
		if c == ' ' {
			b[i] = '-'
		}
	}
	return string(b)
}

// Title gives the title of the recipe of a run, and its method page; a recipe that is no longer declared is called one.
func (s *Speaker) Title(run *pipeline.Run) (title catalog.Label, method string) {
	for _, r := range s.Recipes {
		if r.ID == run.Recipe {
			return r.Title, r.Method
		}
	}
	return catalog.Label{Vi: book.Say("vi", "old-recipe"), En: book.Say("en", "old-recipe")}, ""
}

// Shown gives the figures of a node that are worth printing, at most n, and how many are left out: of a series the last ones, of a block of a
// table the largest.
func Shown(node pipeline.Node, n int) (list []cube.Version, left int) {
	list = node.Versions
	if node.Condition && node.Cell.Key.Open() {
		n = min(n, 5) // of a block that is only a condition
	}
	if len(list) <= n {
		return list, 0
	}
	if !node.Cell.Key.Open() {
		return list[len(list)-n:], len(list) - n
	}
	size := func(v cube.Version) stat.Decimal {
		if v.Value == nil {
			return stat.Int(-1)
		}
		return v.Value.Abs()
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b cube.Version) int { return size(b).Cmp(size(a)) })
	return list[:n], len(list) - n
}
