package view

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// Kinds of things that can be found.
const (
	ProvinceKind  = "province"
	DataflowKind  = "dataflow"
	IndicatorKind = "indicator"
	TargetKind    = "target"
	CodelistKind  = "codelist"
	MethodKind    = "method"
	SeriesKind    = "series"
	DocumentKind  = "document"
	PageKind      = "page"
	TermKind      = "term"
)

// Thing is something that can be found: by its name in either language, by its identifier, by other names that it goes by, and by what is said of
// it. Where it lies is for who shows it: pages and the API have addresses of their own.
type Thing struct {
	Kind, ID     string
	Name, Detail catalog.Label
	Also         []string // other names and codes
	Foreign      bool     // it is of another country: whatever else is found comes first
}

// Finder finds things by words, without regard to case, diacritics, đ or blanks between syllables. It is safe for use by many goroutines.
//
// The texts of all things lie behind each other, so that the things in which a word can be are found in one pass over them; only these are looked at.
type Finder struct {
	things    []Thing
	words     texts // " " + name in both languages and other names, then identifier and detail
	heads     []int // of each thing how much of its words are names
	names     texts // each name without blanks, between two: " hanoi thudohanoi "
	areaNames placeNames

	spelling spelling
}

// texts are the folded texts of things, behind each other.
type texts struct {
	all    string
	starts []int // of each thing, and the end
}

func (t *texts) at(i int) string { return t.all[t.starts[i]:t.starts[i+1]] }

// NewFinder makes a finder.
func NewFinder(things []Thing) *Finder {
	f := &Finder{things: slices.Clone(things), heads: make([]int, len(things)), areaNames: placeNames{}}
	var words, names strings.Builder
	for i, t := range things {
		f.words.starts, f.names.starts = append(f.words.starts, words.Len()), append(f.names.starts, names.Len())
		called := append([]string{t.Name.Vi, t.Name.En}, t.Also...)
		if t.Kind == ProvinceKind {
			f.areaNames.add(called)
		}
		head := plain(strings.Join(called, " "))
		f.heads[i] = len(head) + 1
		words.WriteString(" " + head + " " + plain(t.ID+" "+t.Detail.Vi+" "+t.Detail.En))
		names.WriteByte(' ')
		var seen []string
		for _, n := range append(called, t.ID) {
			if s := squeeze(n); s != "" && !slices.Contains(seen, s) {
				seen = append(seen, s)
				names.WriteString(s + " ")
			}
		}
	}
	f.words.starts, f.names.starts = append(f.words.starts, words.Len()), append(f.names.starts, names.Len())
	f.words.all, f.names.all = words.String(), names.String()
	return f
}

// squeeze folds a name and leaves out everything but letters and digits: "TP.HCM" and "tp hcm" are the same.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, plain(s))
}

// Hits are things that were found, best first.
type Hits struct {
	Exact bool   // the first bears the query as a name
	Meant string // the words that were looked for in place of the query's, where these find nothing and differ by a letter; else ""

	things []Thing
	order  []int
}

// Len gives how many there are.
func (h *Hits) Len() int { return len(h.order) }

// At gives one of them.
func (h *Hits) At(i int) Thing { return h.things[h.order[i]] }

// Find gives what bears all the words of a query, best first, of some kinds or of all. A query that finds nothing is read again with one letter of a
// word corrected.
func (f *Finder) Find(query string, kinds ...string) *Hits {
	found := f.find(query, kinds...)
	if found.Len() > 0 {
		return found
	}
	for _, meant := range f.respell(query) {
		if again := f.find(meant, kinds...); again.Len() > 0 {
			again.Meant = meant
			return again
		}
	}
	return found
}

// Thing gives one thing, or false.
func (f *Finder) Thing(kind, id string) (Thing, bool) {
	i := slices.IndexFunc(f.things, func(t Thing) bool { return t.Kind == kind && t.ID == id })
	if i < 0 {
		return Thing{}, false
	}
	return f.things[i], true
}

func (f *Finder) find(query string, kinds ...string) *Hits {
	q := asked{whole: squeeze(query)}
	if q.whole == "" {
		return &Hits{}
	}
	words := strings.Fields(plain(query))
	var named bool
	if q.words, named = f.areaNames.words(words); named {
		if found := f.look(q, kinds); found.Len() > 0 {
			return found
		}
		q.words, _ = placeNames{}.words(words) // the words were meant one by one
	}
	return f.look(q, kinds)
}

// look gives what bears all that is asked.
func (f *Finder) look(q asked, kinds []string) *Hits {
	var rare []string // every thing that bears all has one of these
	longest := 0
	for i, w := range q.words {
		switch {
		case w.names != nil:
			rare, longest = w.names, len(f.words.all)
		case len(w.word) > longest:
			rare, longest = []string{w.word[1:]}, len(w.word)
		}
		q.words[i].only = strings.Contains(f.words.all, w.word)
	}
	byScore := map[int][]int{}
	for i := range f.candidates(rare, q.whole) {
		if len(kinds) > 0 && !slices.Contains(kinds, f.things[i].Kind) {
			continue
		}
		if n := q.match(f.words.at(i), f.heads[i], f.names.at(i)); n > 0 {
			byScore[n] = append(byScore[n], i)
		}
	}
	out := &Hits{things: f.things}
	for _, score := range slices.Backward(slices.Sorted(maps.Keys(byScore))) {
		out.order = append(out.order, byScore[score]...)
	}
	// Of whatever score, what is of another country comes last.
	slices.SortStableFunc(out.order, func(a, b int) int { return order(f.things[a].Foreign) - order(f.things[b].Foreign) })
	out.Exact = len(out.order) > 0 && slices.Contains(byScore[exactly], out.order[0])
	return out
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

// candidates gives, in order, the things whose words hold one of some texts or whose names without blanks hold another.
func (f *Finder) candidates(words []string, name string) iter.Seq[int] {
	return func(yield func(int) bool) {
		next := make([]int, len(words)+1)
		find := func(at, from int) int {
			if at == len(words) {
				return f.names.next(name, from)
			}
			return f.words.next(words[at], from)
		}
		for at := range next {
			next[at] = find(at, 0)
		}
		for i := slices.Min(next); i < len(f.things); i = slices.Min(next) {
			if !yield(i) {
				return
			}
			for at, has := range next {
				if has == i {
					next[at] = find(at, i+1)
				}
			}
		}
	}
}

// next gives the first thing from one on whose text holds a part; how many there are, when none does.
func (t *texts) next(part string, from int) int {
	things := len(t.starts) - 1
	if from >= things {
		return things
	}
	at := strings.Index(t.all[t.starts[from]:], part)
	if at < 0 {
		return things
	}
	at += t.starts[from]
	step := 1 // mostly it is near
	for from+step < things && t.starts[from+step] <= at {
		step *= 2
	}
	low := from + step/2
	i, exactly := slices.BinarySearch(t.starts[low:min(from+step+1, things)], at)
	if exactly {
		return low + i
	}
	return low + i - 1
}

// asked is a query: its words, and all of it without blanks.
type asked struct {
	words []wanted
	whole string
}

// exactly is the score of a thing that bears a query as one of its names.
const exactly = 1000

// match scores a thing. A query that is one of its names is best, and one that a name begins with comes next; otherwise every word must be in it:
// the start of its names counts most, the start of a word more than its middle, and the middle only of a word that nothing begins with.
func (q asked) match(words string, head int, names string) int {
	best := 0
	switch begun := " " + q.whole; {
	case strings.Contains(names, begun+" "):
		return exactly
	case strings.Contains(names, begun):
		best = 100
	}
	score := 0
	for _, w := range q.words {
		n := w.score(words, head)
		if n == 0 {
			if len(q.whole) > 3 && strings.Contains(names, q.whole) {
				return max(best, 2)
			}
			return best
		}
		score += n
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
		out = append(out, Thing{Kind: DataflowKind, ID: f.ID, Name: f.Name, Detail: f.Description, Foreign: foreign(f)})
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

// SeriesThings lists the series that a snapshot shows, each by its title; of a dataflow too large to be read whole none.
func SeriesThings(s *publish.Snapshot) []Thing {
	n := Names{s.Catalog}
	var out []Thing
	for _, f := range s.Catalog.Dataflows() {
		if s.Large(f.ID) {
			continue
		}
		var last stat.Key
		for _, o := range s.Read(f.ID, "") {
			if o.Key != last {
				last = o.Key
				out = append(out, Thing{Kind: SeriesKind, ID: f.ID + "/" + string(o.Key), Name: n.Title(f, o.Key), Foreign: foreign(f)})
			}
		}
	}
	return out
}

// DocumentThings lists the documents that figures rest on.
func DocumentThings(c *catalog.Catalog) []Thing {
	var out []Thing
	for _, d := range c.Documents() {
		out = append(out, Thing{Kind: DocumentKind, ID: d.ID, Name: d.Title, Detail: d.Publisher})
	}
	return out
}
