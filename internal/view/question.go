package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// Asker answers questions for figures: "tỷ trọng 2024", "mục tiêu 2030", "tỷ trọng Bắc Ninh", "14,02". What the words mean it knows from the
// catalogue and the registry of areas; the figures it reads from the snapshot that it is given, so that it tells nobody more than that shows. It is
// safe for use by many goroutines.
type Asker struct {
	Names
	areas       map[string][]string // name without blanks → areas
	definitions map[string]string   // name without blanks → code
	topics      []topic
	targets     []topic
	stop        map[string]bool // words of a question that say nothing of what is asked for
	aim         map[string]bool // words that ask for a target
}

// topic is what may be asked about: series of a dataflow, or a target.
type topic struct {
	flow, key string   // a key may leave dimensions open
	id        string   // of a target
	main      bool     // the share of the digital economy, which the country is asked for first
	names     []string // plain, in both languages
}

// question is a query as it was read.
type question struct {
	words      []string // what is asked about
	areas      []string
	definition string
	period     stat.Period
	target     bool
}

// plain folds a text for comparison; i and y are one letter, as in tỉ and tỷ.
func plain(s string) string { return strings.ReplaceAll(text.Fold(s), "y", "i") }

// longestName bounds the words of the name of an area or a definition.
const longestName = 6

// longestQuery bounds what is read of a query.
const longestQuery = 200

// NewAsker makes an asker.
func NewAsker(c *catalog.Catalog, areas *territory.Registry) *Asker {
	a := &Asker{Names: Names{c}, areas: map[string][]string{}, definitions: map[string]string{}, stop: map[string]bool{}, aim: map[string]bool{}}
	for _, lang := range text.Languages {
		for _, w := range strings.Fields(plain(book.Say(lang, "ask-stop"))) {
			a.stop[w] = true
		}
		for _, phrase := range strings.Split(book.Say(lang, "ask-target"), "|") {
			a.aim[squeeze(phrase)] = true
		}
	}
	for _, x := range areas.Areas() {
		if x.IsProvince() {
			a.callArea(x.ID, append(areas.Aliases(x.ID), x.Name.Vi, x.Name.En)...)
		}
	}
	nation := c.Country().ID
	named := a.Code("CL_AREA", nation)
	a.callArea(nation, append(areas.Aliases(nation), c.Country().Name.Vi, c.Country().Name.En, named.Vi, named.En)...)
	if l, err := c.Codelist("CL_DEFINITION"); err == nil {
		for _, x := range l.Codes {
			for _, n := range []string{x.ID, x.Notes["short_vi"], x.Notes["short_en"]} {
				name, _, _ := strings.Cut(n, "(")
				if s := squeeze(name); s != "" && a.definitions[s] == "" {
					a.definitions[s] = x.ID
				}
			}
		}
	}
	a.addTopics()
	return a
}

func (a *Asker) callArea(id string, names ...string) {
	for _, n := range names {
		if s := squeeze(n); s != "" && !slices.Contains(a.areas[s], id) {
			a.areas[s] = append(a.areas[s], id)
		}
	}
}

// addTopics lists what may be asked about: the main indicator, the other ones, the dataflows; and the targets.
func (a *Asker) addTopics() {
	named := func(labels ...catalog.Label) (out []string) {
		for _, l := range labels {
			out = append(out, plain(l.Vi), plain(l.En))
		}
		return out
	}
	mainTarget := a.Country().Target
	mainIndicator := a.Note("CL_TARGET", mainTarget, "indicator")
	for _, i := range a.Indicators() {
		if i.Dataflow == "" {
			continue
		}
		t := topic{flow: i.Dataflow, key: i.Key, main: i.ID == mainIndicator, names: named(i.Name)}
		if t.main {
			f, err := a.Dataflow(i.Dataflow)
			if err != nil {
				continue
			}
			t.names = append(t.names, named(f.Name, a.Code("CL_TOPIC", i.Topic))...)
			a.topics = append(append([]topic{t}, a.partsOf(t)...), a.topics...)
			continue
		}
		a.topics = append(a.topics, t)
	}
	for _, f := range a.Dataflows() {
		if f.ID != targetFlow && f.ID != goalFlow && !foreign(f) {
			a.topics = append(a.topics, topic{flow: f.ID, names: named(f.Name)})
		}
	}
	if l, err := a.Codelist("CL_TARGET"); err == nil {
		for _, x := range l.Codes {
			t := topic{flow: goalFlow, id: x.ID, main: x.ID == mainTarget, names: append(named(x.Name, a.Code("CL_INSTRUMENT", x.Notes["instrument"])), plain(x.ID))}
			if t.main {
				a.targets = slices.Insert(a.targets, 0, t)
			} else {
				a.targets = append(a.targets, t)
			}
		}
	}
}

// partsOf lists the components of the main indicator, each a topic of its own.
func (a *Asker) partsOf(t topic) (out []topic) {
	f, err := a.Dataflow(t.flow)
	at := -1
	if err == nil {
		at = f.Position("COMPONENT")
	}
	codes := stat.Key(t.key).Codes()
	if at < 0 || at >= len(codes) {
		return nil
	}
	l, err := a.Codelist(f.Dimensions[at].Codelist)
	if err != nil {
		return nil
	}
	for _, c := range l.Codes {
		if c.ID != codes[at] {
			own := slices.Clone(codes)
			own[at] = c.ID
			out = append(out, topic{flow: t.flow, key: string(stat.NewKey(own...)), names: append([]string{plain(c.Name.Vi), plain(c.Name.En)}, t.names...)})
		}
	}
	return out
}

// goalFlow holds what the targets demand.
const goalFlow = "TARGET"

// foreign reports whether a dataflow shows a method on figures of another country.
func foreign(f *catalog.Dataflow) bool { return f.Topic == "DEMO" }

// read takes a query apart.
func (a *Asker) read(query string) question {
	var q question
	tokens := strings.Fields(plain(query))
	tokens = a.take(tokens, func(name string) bool {
		if !a.aim[name] {
			return false
		}
		q.target = true
		return true
	})
	tokens = a.take(tokens, func(name string) bool {
		found := a.areas[name]
		q.areas = append(q.areas, found...)
		return len(found) > 0
	})
	tokens, q.period = takePeriod(tokens) // behind the areas: a name may end in what reads like "năm"
	tokens = a.take(tokens, func(name string) bool {
		code := a.definitions[name]
		if code != "" {
			q.definition = code
		}
		return code != ""
	})
	q.words = tokens
	return q
}

// take removes the longest names from the words of a query.
func (a *Asker) take(tokens []string, is func(name string) bool) []string {
	var rest []string
	for i := 0; i < len(tokens); {
		n := min(longestName, len(tokens)-i)
		for n > 0 && !is(strings.Join(tokens[i:i+n], "")) {
			n--
		}
		if n == 0 {
			rest = append(rest, tokens[i])
			n = 1
		}
		i += n
	}
	return rest
}

var romans = map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}

// takePeriod finds the first period in the words of a query and takes it out: a year, a quarter, a month or half a year.
func takePeriod(tokens []string) ([]string, stat.Period) {
	at := slices.IndexFunc(tokens, func(w string) bool { return yearOf(w) > 0 })
	if at < 0 {
		return tokens, stat.Period{}
	}
	year := yearOf(tokens[at])
	from, to := at, at+1
	if from > 0 && (tokens[from-1] == "nam" || tokens[from-1] == "of" || tokens[from-1] == "in") {
		from--
	}
	before := func(n int) string {
		if from-n < 0 {
			return ""
		}
		return tokens[from-n]
	}
	behind := func(n int) string {
		if to+n > len(tokens) {
			return ""
		}
		return tokens[to+n-1]
	}
	cut := func(a, b int, p stat.Period) ([]string, stat.Period) {
		return slices.Concat(tokens[:a], tokens[b:]), p
	}
	if number, ahead, after := quarterBeside(before, behind); number > 0 {
		return cut(from-ahead, to+after, stat.Quarter(year, number))
	}
	switch n, month := 0, 0; {
	case before(3) == "6" && before(2) == "thang" && before(1) == "dau":
		if p, err := stat.ParsePeriod(strconv.Itoa(year) + "-S1"); err == nil {
			return cut(from-3, to, p)
		}
	case before(2) == "thang":
		if n, _ = strconv.Atoi(before(1)); n >= 1 && n <= 12 {
			month = n
			return cut(from-2, to, stat.Month(year, month))
		}
	}
	return cut(from, to, stat.Year(year))
}

// quarterBeside finds the number of a quarter beside a year, and how many words before and after the year say it.
func quarterBeside(before, behind func(int) string) (number, ahead, after int) {
	named := func(w string) bool { return w == "qui" || w == "quarter" || w == "q" }
	short := func(w string) int { // "q4"
		if len(w) == 2 && w[0] == 'q' {
			return romans[w[1:]]
		}
		return 0
	}
	switch {
	case named(before(2)) && romans[before(1)] > 0:
		return romans[before(1)], 2, 0
	case short(before(1)) > 0:
		return short(before(1)), 1, 0
	case short(behind(1)) > 0:
		return short(behind(1)), 0, 1
	case named(behind(1)) && romans[behind(2)] > 0:
		return romans[behind(2)], 0, 2
	}
	return 0, 0, 0
}

// yearOf reads a year of the times that figures are about; 0 for any other word.
func yearOf(w string) int {
	if n, err := strconv.Atoi(w); err == nil && len(w) == 4 && n >= 1990 && n <= 2100 {
		return n
	}
	return 0
}

// about gives the topics that bear all words of a question, best first.
func (a *Asker) about(topics []topic, words []string) []topic {
	type scored struct {
		topic
		score int
	}
	var out []scored
	for _, misspelt := range []bool{false, true} {
		for _, t := range topics {
			if n := a.fits(t, words, misspelt); n > 0 {
				out = append(out, scored{t, n})
			}
		}
		if len(out) > 0 {
			break
		}
	}
	// Of two that fit alike the one that says less beside is meant.
	slices.SortStableFunc(out, func(a, b scored) int { return cmp.Or(b.score-a.score, len(a.names[0])-len(b.names[0])) })
	list := make([]topic, len(out))
	for i, x := range out {
		list[i] = x.topic
	}
	return list
}

// fits scores a topic: every word that says something must be one of its names', or begin one. A name that begins with the first word counts most.
func (a *Asker) fits(t topic, words []string, misspelt bool) int {
	all := strings.Fields(strings.Join(t.names, " "))
	score, said := 1, 0
	first := ""
	for _, w := range words {
		has := slices.ContainsFunc(all, func(x string) bool { return strings.HasPrefix(x, w) || misspelt && close1(w, x) })
		if !has {
			if a.stop[w] {
				continue
			}
			return 0
		}
		if first == "" {
			first = w
		}
		if !a.stop[w] {
			said++
		}
	}
	if len(words) > 0 && said == 0 {
		return 0
	}
	if t.main {
		score += 3
	}
	if first != "" && slices.ContainsFunc(t.names, func(n string) bool { return strings.HasPrefix(n, first) }) {
		score += 4
	}
	return score
}

// readable reports whether the figures of a dataflow may be read for an answer.
func readable(s *publish.Snapshot, flow string) bool {
	_, err := s.Catalog.Dataflow(flow)
	return err == nil && !s.Large(flow)
}
