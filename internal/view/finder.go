package view

import (
	"cmp"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// Kinds of things that can be found.
const (
	ProvinceKind  = "province"
	DataflowKind  = "dataflow"
	IndicatorKind = "indicator"
	TargetKind    = "target"
	CodelistKind  = "codelist"
	MethodKind    = "method"
	PageKind      = "page"
)

// Thing is something that can be found: by its name in either language, by its identifier, by other names that it goes by, and by what is said of
// it. Where it lies is for who shows it: pages and the API have addresses of their own.
type Thing struct {
	Kind, ID     string
	Name, Detail catalog.Label
	Also         []string // other names and codes
}

// Finder finds things by words, without regard to case, diacritics, đ or blanks between syllables. It is safe for use by many goroutines.
type Finder struct{ things []findable }

// findable is a thing with its texts folded.
type findable struct {
	Thing
	head     string   // name in both languages and other names
	all      string   // the same with identifier and detail
	squeezed []string // each name without blanks: "hanoi"
}

// NewFinder makes a finder.
func NewFinder(things []Thing) *Finder {
	f := &Finder{things: make([]findable, len(things))}
	for i, t := range things {
		names := append([]string{t.Name.Vi, t.Name.En}, t.Also...)
		x := findable{Thing: t, head: text.Fold(strings.Join(names, " "))}
		x.all = x.head + " " + text.Fold(t.ID+" "+t.Detail.Vi+" "+t.Detail.En)
		for _, n := range append(names, t.ID) {
			if s := squeeze(n); s != "" && !slices.Contains(x.squeezed, s) {
				x.squeezed = append(x.squeezed, s)
			}
		}
		f.things[i] = x
	}
	return f
}

// squeeze folds a name and leaves out everything but letters and digits: "TP.HCM" and "tp hcm" are the same.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text.Fold(s))
}

// Find gives what bears all the words of a query, best first, of some kinds or of all.
func (f *Finder) Find(query string, kinds ...string) []Thing {
	words, whole := strings.Fields(text.Fold(query)), squeeze(query)
	if whole == "" {
		return nil
	}
	type hit struct {
		at    int
		score int
	}
	var hits []hit
	for i, x := range f.things {
		if len(kinds) > 0 && !slices.Contains(kinds, x.Kind) {
			continue
		}
		if n := x.match(words, whole); n > 0 {
			hits = append(hits, hit{i, n})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	out := make([]Thing, len(hits))
	for i, h := range hits {
		out[i] = f.things[h.at].Thing
	}
	return out
}

// match scores a thing. A query that is one of its names is best, and one that a name begins with comes next; otherwise every word must be in it:
// the start of its names counts most, the start of a word more than its middle.
func (x findable) match(words []string, whole string) int {
	best := 0
	for _, name := range x.squeezed {
		switch {
		case name == whole:
			return 1000
		case strings.HasPrefix(name, whole):
			best = 100
		}
	}
	score := 0
	for _, w := range words {
		switch {
		case strings.HasPrefix(x.head, w):
			score += 8
		case strings.Contains(" "+x.head, " "+w):
			score += 5
		case strings.Contains(" "+x.all, " "+w):
			score += 2
		case strings.Contains(x.all, w):
			score++
		default:
			if len(whole) > 3 && strings.Contains(strings.Join(x.squeezed, " "), whole) {
				return max(best, 2)
			}
			return best
		}
	}
	return max(best, score)
}

// Things lists what a catalogue and a registry of areas have that can be found.
func Things(c *catalog.Catalog, areas *territory.Registry) []Thing {
	var out []Thing
	for _, a := range areas.Areas() {
		if a.IsProvince() {
			out = append(out, Thing{Kind: ProvinceKind, ID: a.ID, Name: catalog.Label(a.Name), Also: append(areas.Aliases(a.ID), a.Code)})
		}
	}
	for _, f := range c.Dataflows() {
		out = append(out, Thing{Kind: DataflowKind, ID: f.ID, Name: f.Name, Detail: f.Description})
	}
	for _, i := range c.Indicators() {
		out = append(out, Thing{Kind: IndicatorKind, ID: i.ID, Name: i.Name})
	}
	if l, err := c.Codelist("CL_TARGET"); err == nil {
		for _, t := range l.Codes {
			i := t.Notes["instrument"]
			out = append(out, Thing{Kind: TargetKind, ID: t.ID, Name: t.Name, Detail: catalog.Label{Vi: c.Name("CL_INSTRUMENT", i, "vi"), En: c.Name("CL_INSTRUMENT", i, "en")}})
		}
	}
	for _, l := range c.Codelists() {
		out = append(out, Thing{Kind: CodelistKind, ID: l.ID, Name: l.Name})
	}
	return out
}
