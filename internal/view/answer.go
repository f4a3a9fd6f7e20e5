package view

import (
	"cmp"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Answer is a figure that answers a question.
type Answer struct {
	cube.Version
	Title catalog.Label // of its series
}

// Answers are the figures that answer a question, best first: of several definitions each its own.
type Answers struct {
	List    []Answer
	Total   int         // how many there are; the list is bounded
	Asked   stat.Period // that was asked for; zero when none was
	Missing bool        // of the period asked for nothing is published: the list has the newest
	Number  bool        // a number was asked for: the list has the figures that are it
	Areas   []string    // that were asked for
}

// mostAnswers bounds a list of answers.
const mostAnswers = 6

// Ask answers a query that asks for figures; a query that does not has no answers.
func (a *Asker) Ask(s *publish.Snapshot, query string) Answers {
	if len(query) > longestQuery {
		query = strings.ToValidUTF8(query[:longestQuery], "")
	}
	if list := numbersIn(query); len(list) > 0 {
		return a.numbers(s, list, strings.Contains(query, "%"))
	}
	q := a.read(query)
	switch {
	case q.target:
		return a.goals(s, q)
	case q.period.IsZero() && len(q.words) == 0: // a province alone is no question
		return Answers{}
	case q.period.IsZero() && len(q.areas) == 0 && q.definition == "" && !a.asks(query):
		return Answers{}
	}
	var newest Answers
	for _, t := range a.about(a.topics, q.words) {
		out := a.figures(s, t, q)
		switch {
		case len(out.List) == 0:
		case !out.Missing:
			return out
		case len(newest.List) == 0:
			newest = out
		}
	}
	return newest
}

// asks reports whether a query without a period is still one for a figure: it is the name of the main indicator, or asks how much.
func (a *Asker) asks(query string) bool {
	words := strings.Fields(plain(query))
	if strings.Contains(squeezed(words), "baonhieu") || strings.Contains(squeezed(words), "howmuch") || strings.Contains(squeezed(words), "whatshare") {
		return true
	}
	return len(words) > 0 && len(a.topics) > 0 && a.topics[0].main && a.fits(a.topics[0], words, false) > 4
}

func squeezed(words []string) string { return strings.Join(words, "") }

// figures reads the figures of a topic for the areas, the definition and the period of a question.
func (a *Asker) figures(s *publish.Snapshot, t topic, q question) Answers {
	areas := q.areas
	if len(areas) == 0 {
		areas = []string{a.Country().ID}
	}
	out := Answers{Asked: q.period, Areas: q.areas}
	var exact, newest []Answer
	collect := func(flow, pattern string) {
		if !readable(s, flow) {
			return
		}
		f, _ := s.Catalog.Dataflow(flow)
		for _, x := range s.Series(flow, pattern) {
			if o, ok := x.At(q.period); ok && said(o) {
				exact = append(exact, Answer{o, a.Title(f, x.Key)})
			}
			if o, ok := x.Last(); ok {
				newest = append(newest, Answer{o, a.Title(f, x.Key)})
			}
		}
	}
	for _, area := range areas {
		collect(t.flow, a.pattern(t, area, q))
		if t.main && q.period.Frequency() == stat.Quarterly {
			if x := Quarterly(s, area, "TOTAL", "SHARE"); x.Key != "" {
				collect(quarterFlow, string(x.Key))
			}
		}
	}
	if len(exact) == 0 && t.main && len(newest) == 0 {
		for _, area := range areas { // what is not published may be estimated
			if f, err := s.Catalog.Dataflow(provinceFlow); err == nil {
				collect(provinceFlow, string(f.KeyOf(map[string]string{"REF_AREA": area, "MEASURE": "SHARE_RESTATED"})))
			}
		}
	}
	out.List = exact
	if q.period.IsZero() || len(exact) == 0 {
		out.List, out.Missing = newest, !q.period.IsZero()
	}
	return bounded(out)
}

// provinceFlow holds what is known and reckoned of the digital economy of provinces.
const provinceFlow = "DE_PROVINCE"

// pattern is the key of the series that a question asks for: those of the topic, in the area, by the definition asked for or by any.
func (a *Asker) pattern(t topic, area string, q question) string {
	f, err := a.Dataflow(t.flow)
	if err != nil {
		return ""
	}
	codes := map[string]string{}
	if t.key != "" {
		for i, code := range stat.Key(t.key).Codes() {
			if i < len(f.Dimensions) {
				codes[f.Dimensions[i].ID] = code
			}
		}
	}
	if f.Position("REF_AREA") >= 0 {
		codes["REF_AREA"] = area
	}
	delete(codes, "DEFINITION")
	if f.Position("DEFINITION") >= 0 && q.definition != "" {
		codes["DEFINITION"] = q.definition
	}
	if !q.period.IsZero() {
		delete(codes, "FREQ") // a quarter may stand among dated intervals
	}
	return string(f.KeyOf(codes))
}

// said reports whether a figure says anything: a number, or what its source prints in place of one.
func said(o cube.Version) bool { return o.Value != nil || o.Printed() != "" }

func bounded(out Answers) Answers {
	out.Total = len(out.List)
	out.List = out.List[:min(len(out.List), mostAnswers)]
	return out
}

// goals reads what targets demand: of the one that the words name, else of that for the main indicator and of the others for it.
func (a *Asker) goals(s *publish.Snapshot, q question) Answers {
	out := Answers{Asked: q.period, Areas: q.areas}
	if !readable(s, goalFlow) {
		return out
	}
	f, _ := s.Catalog.Dataflow(goalFlow)
	targets := a.about(a.targets, q.words)
	if len(q.words) == 0 {
		main := a.Note("CL_TARGET", a.Country().Target, "indicator")
		targets = slices.DeleteFunc(targets, func(t topic) bool { return a.Note("CL_TARGET", t.id, "indicator") != main })
	}
	var newest []Answer
	for _, t := range targets {
		codes := map[string]string{"TARGET": t.id}
		var list []publish.Series
		if len(q.areas) > 0 {
			for _, area := range q.areas {
				codes["REF_AREA"] = area
				list = append(list, s.Series(goalFlow, string(f.KeyOf(codes)))...)
			}
		} else {
			list = s.Series(goalFlow, string(f.KeyOf(codes)))
		}
		for _, x := range list {
			for _, o := range x.Obs {
				switch {
				case !said(o):
				case q.period.IsZero() || o.Period == q.period || o.Period.Frequency() == stat.Annual && o.Period.Year() == q.period.Year():
					out.List = append(out.List, Answer{o, a.Title(f, x.Key)})
				default:
					newest = append(newest, Answer{o, a.Title(f, x.Key)})
				}
			}
		}
	}
	if len(out.List) == 0 {
		out.List, out.Missing = newest, true
	}
	return bounded(out)
}

// numbersIn reads a query that is a number and nothing else, in the writing of either language.
func numbersIn(query string) []stat.Decimal {
	written := strings.TrimSpace(strings.ReplaceAll(query, "%", ""))
	if written == "" || yearOf(written) > 0 {
		return nil
	}
	var out []stat.Decimal
	for _, lang := range text.Languages {
		if d, err := text.ParseLocalNumber(lang, written); err == nil && !slices.ContainsFunc(out, func(x stat.Decimal) bool { return x.Cmp(d) == 0 }) {
			out = append(out, d)
		}
	}
	return out
}

// numbers finds the figures that show as one of some numbers: those of the nation first, then what is reported before what is computed.
func (a *Asker) numbers(s *publish.Snapshot, list []stat.Decimal, percent bool) Answers {
	type found struct {
		Answer
		score int
	}
	var all []found
	total := 0
	for _, f := range a.Dataflows() {
		if f.ID == targetFlow || !readable(s, f.ID) { // the standing of targets repeats what stands elsewhere
			continue
		}
		for _, o := range s.Read(f.ID, "") {
			if o.Value == nil || !slices.ContainsFunc(list, func(d stat.Decimal) bool { return a.shows(f, o, d) }) {
				continue
			}
			if unit, _ := a.UnitCode(f, o); percent && !isPercent(unit) {
				continue
			}
			total++
			all = append(all, found{Answer{o, catalog.Label{}}, a.weight(f, o)})
		}
	}
	slices.SortStableFunc(all, func(x, y found) int {
		return cmp.Or(y.score-x.score, y.Period.Compare(x.Period))
	})
	out := Answers{Number: true, Total: total}
	for _, x := range all[:min(len(all), mostAnswers)] {
		f, _ := s.Catalog.Dataflow(x.Dataflow)
		x.Title = a.Title(f, x.Key)
		out.List = append(out.List, x.Answer)
	}
	return out
}

// shows reports whether a figure reads as a number: a figure is written with so many digits.
func (a *Asker) shows(f *catalog.Dataflow, o cube.Version, d stat.Decimal) bool {
	if o.Value.Cmp(d) == 0 {
		return true
	}
	digits := a.Decimals(f, o)
	return d.Decimals() == digits && o.Value.Round(digits).Cmp(d) == 0
}

// weight says how likely a figure is the one meant.
func (a *Asker) weight(f *catalog.Dataflow, o cube.Version) int {
	n := 0
	if f.CodeOf(o.Key, "REF_AREA") == a.Country().ID {
		n += 4
	}
	if cube.Reported(o.Observation) {
		n += 2
	}
	switch {
	case f.ID == goalFlow && f.CodeOf(o.Key, "TARGET") == a.Country().Target, len(a.topics) > 0 && a.topics[0].main && f.ID == a.topics[0].flow:
		n += 3
	case foreign(f):
		n -= 9
	}
	if f.CodeOf(o.Key, "DEFINITION") == a.Country().Official {
		n++
	}
	return n
}

// quarterFlow holds the digital economy by quarter.
const quarterFlow = "DE_QUARTERLY"

// Quarterly gives the quarterly series of a component and measure of an area by the official definition: of the methods on record, the first in the
// order of its list whose newest figure has an interval, else the first.
func Quarterly(s *publish.Snapshot, area, component, measure string) publish.Series {
	f, err := s.Catalog.Dataflow(quarterFlow)
	if err != nil {
		return publish.Series{}
	}
	pattern := f.KeyOf(map[string]string{"FREQ": "Q", "REF_AREA": area, "DEFINITION": s.Catalog.Country().Official, "COMPONENT": component, "MEASURE": measure})
	var best publish.Series
	for _, x := range s.Series(quarterFlow, string(pattern)) {
		last, ok := x.Last()
		if !ok {
			continue
		}
		ranged := last.Attributes[stat.AttrLower] != "" && last.Attributes[stat.AttrUpper] != ""
		if best.Key == "" || ranged {
			best = x
		}
		if ranged {
			break
		}
	}
	return best
}
