package view

import (
	_ "embed"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

//go:embed provinces.csv
var provinceWordsFile string

var provinceBook = words.MustRead(provinceWordsFile)

// ProvinceSpeaker says what the figures of provinces mean, in one language. Every number in its sentences can be found again in a group: rank, largest
// and smallest, growth. What was not verified is never said without saying so.
type ProvinceSpeaker struct {
	*Provinces
	*Speaker
}

// Speak gives the speaker of the figures in one language.
func (p *Provinces) Speak(s *Speaker) *ProvinceSpeaker { return &ProvinceSpeaker{p, s} }

func (p *ProvinceSpeaker) say(id string, pairs ...any) string {
	return provinceBook.Say(p.Lang, id, pairs...)
}

// MeasureName names a measure inside a sentence.
func (p *ProvinceSpeaker) MeasureName(m ProvinceMeasure) string { return p.say("measure-" + m.ID) }

// nameOf names an area as it is listed.
func (p *ProvinceSpeaker) nameOf(id string) string {
	if a, err := p.areas.Area(id); err == nil {
		return a.Name.In(p.Lang)
	}
	return id
}

// by says whose definition a figure follows, at the end of a clause; "" for a measure without.
func (p *ProvinceSpeaker) by(definition string) string { return p.whose(definition, "") }

// whose is by; within a clause something follows.
func (p *ProvinceSpeaker) whose(definition, inside string) string {
	switch {
	case definition == "":
		return ""
	case p.names.Note("CL_DEFINITION", definition, "stated") == "no":
		return p.say("by-unstated" + inside)
	}
	return p.say("by"+inside, "by", p.DefinitionBy(definition))
}

const inside = "-inside"

// DefinitionBy names whose definition a code stands for, as it follows “according to”.
func (p *ProvinceSpeaker) DefinitionBy(definition string) string {
	if by := p.names.Note("CL_DEFINITION", definition, "by_"+p.Lang); by != "" {
		return by
	}
	return p.names.Code("CL_DEFINITION", definition).In(p.Lang)
}

// mapName names a set of areas.
func (p *ProvinceSpeaker) mapName(set territory.Set) string {
	d, _ := p.areas.Division(set)
	return d.Name.In(p.Lang)
}

// listed joins names: "A, B và C".
func (p *ProvinceSpeaker) listed(list []string) string {
	if n := len(list); n > 1 {
		return p.say("and", "list", strings.Join(list[:n-1], ", "), "last", list[n-1])
	}
	return strings.Join(list, "")
}

// mostNamed is how many provinces a sentence names; more are counted.
const mostNamed = 3

func (p *ProvinceSpeaker) namesOf(g *ProvinceGroup, list []cube.Version) string {
	if len(list) > mostNamed {
		return p.say("several", "n", p.count(len(list)))
	}
	var out []string
	for _, o := range list {
		out = append(out, p.nameOf(g.areaOf(o)))
	}
	return p.listed(out)
}

// GroupName names a group: measure, definition, year and map.
func (p *ProvinceSpeaker) GroupName(g *ProvinceGroup) string {
	return capital(p.say("group", "measure", p.MeasureName(g.Measure), "by", p.by(g.Definition), "year", g.Year.Year(), "map", p.mapName(g.Set)))
}

// Lack says that there are no figures of what was asked for.
func (p *ProvinceSpeaker) Lack(asked ProvinceChoice) string {
	id, measure, year, set := "lack-any", "", "", ""
	if i := slices.IndexFunc(provinceMeasures, func(m ProvinceMeasure) bool { return m.ID == asked.Measure }); i >= 0 {
		id, measure = "lack", p.MeasureName(provinceMeasures[i])
	}
	if !asked.Year.IsZero() {
		year = p.say("lack-year", "year", asked.Year.Year())
	}
	if asked.Set != "" {
		set = p.say("lack-map", "map", p.mapName(asked.Set))
	}
	return p.say(id, "measure", measure, "by", p.by(asked.Definition), "year", year, "map", set)
}

// Answer says what a group shows: the largest and the smallest where they can be compared, else which provinces have a figure.
func (p *ProvinceSpeaker) Answer(g *ProvinceGroup) string {
	pairs := []any{"year", g.Year.Year(), "measure", p.MeasureName(g.Measure), "by", p.by(g.Definition), "Measure", capital(p.MeasureName(g.Measure)), "n", p.count(len(g.Figures)), "all", p.count(g.All), "own", p.count(g.Own)}
	var out []string
	switch {
	case g.Ranked() > 0:
		top, bottom := g.extremes(1), g.extremes(-1)
		pairs = append(pairs, "top", p.namesOf(g, top), "high", p.Value(top[0]), "bottom", p.namesOf(g, bottom), "low", p.Value(bottom[0]))
		pairs[5] = p.whose(g.Definition, inside)
		id := "answer"
		if len(top) == g.Ranked() {
			id = "answer-alike"
		}
		out = append(out, p.say(id, pairs...))
		if g.Full() {
			out = append(out, p.say("answer-full", pairs...))
		} else {
			out = append(out, p.say("answer-known", pairs...))
		}
		if left := len(g.Figures) - g.Ranked(); left > 0 {
			out = append(out, p.say("answer-left", "left", p.count(left)))
		}
	case g.Rough:
		return p.say("answer-rough", pairs...)
	case slices.ContainsFunc(g.Figures, func(o cube.Version) bool { return g.Sound(g.areaOf(o)) }):
		out = append(out, p.say("answer-few", append(pairs, "list", p.figuresOf(g))...))
	default:
		out = append(out, p.say("answer-unsound", append(pairs, "list", p.figuresOf(g))...))
	}
	switch {
	case g.Own == len(g.Figures):
		out = append(out, p.say("answer-own-all", pairs...))
	case g.Own > 0:
		out = append(out, p.say("answer-own", pairs...))
	}
	return strings.Join(out, " ")
}

// Weakness says of a group none of whose documents was read itself through whom they were seen, "" of others; of what we derived, the documents below it.
func (p *ProvinceSpeaker) Weakness(g *ProvinceGroup) string {
	id, list := "answer-through", g.Figures
	if g.Own == len(g.Figures) || g.Own > 0 && g.Set != p.areas.Earlier() {
		id = "answer-base"
		if list = p.below(g); len(list) == 0 {
			return ""
		}
	}
	var through []string
	for _, o := range list {
		d, ok := p.names.Document(o.Attributes[stat.AttrSource])
		switch {
		case !cube.Reported(o.Observation):
		case !ok || d.Seen():
			return ""
		case !slices.Contains(through, d.Through.In(p.Lang)):
			through = append(through, d.Through.In(p.Lang))
		}
	}
	if len(through) == 0 {
		return ""
	}
	return p.say(id, "through", strings.Join(through, "; "))
}

// below gives the figures of the provinces before the merger from which a group on the present map was derived.
func (p *ProvinceSpeaker) below(g *ProvinceGroup) []cube.Version {
	for _, x := range p.Of(g.Measure) {
		if x.Set == p.areas.Earlier() && x.Set != g.Set && x.Year == g.Year && x.Definition == g.Definition {
			return x.Figures
		}
	}
	return nil
}

// figuresOf names the provinces of a group with their figures, the largest first.
func (p *ProvinceSpeaker) figuresOf(g *ProvinceGroup) string {
	list := slices.Clone(g.Figures)
	slices.SortStableFunc(list, func(a, b cube.Version) int { return b.Value.Cmp(*a.Value) })
	if len(list) >= territory.LeastRanked {
		return p.say("several", "n", p.count(len(list)))
	}
	var out []string
	for _, o := range list {
		out = append(out, p.say("figure-of", "name", p.nameOf(g.areaOf(o)), "value", p.Value(o)))
	}
	return p.listed(out)
}

// shareMeasure is the measure of which a province is told first.
var shareMeasure = provinceMeasures[0]

// Headline says what share the digital economy has of a province, in one or two sentences. A figure that was not verified does not lead: the first
// sentence says that there is none, and the next one what is claimed, by whom. leads is the figure that the first sentence is about.
func (p *ProvinceSpeaker) Headline(area string) (said []string, leads *cube.Version) {
	groups := p.sharesOf(area)
	name := p.nameOf(area)
	if i := slices.IndexFunc(groups, func(g *ProvinceGroup) bool { return g.Sound(area) }); i >= 0 {
		g := groups[i]
		o, _ := g.Figure(area)
		g, o = p.unchanged(g, o, area)
		said = append(said, p.headOf(g, o, name))
		if through := p.through(o); through != "" {
			said = append(said, through)
		}
		leads = &o
	} else if len(groups) > 0 {
		said = append(said, p.say("head-unsound", "name", name))
	} else {
		return append([]string{p.say("head-none", "name", name)}, p.earlier(area)...), nil
	}
	for _, g := range groups {
		if o, _ := g.Figure(area); !g.Sound(area) && (leads == nil || g.Year.Compare(leads.Period) >= 0) {
			id := "head-claim"
			if !g.Stated {
				id = "head-claim-unstated"
			}
			said = append(said, p.say(id, "n", p.number(o), "name", name, "year", g.Year.Year(), "by", p.DefinitionBy(g.Definition),
				"source", p.names.Attribute(stat.AttrSource, o.Attributes[stat.AttrSource]).In(p.Lang)))
		}
	}
	return said, leads
}

// unchanged gives, for a figure that was derived for a province which went on as it was, the published one that it was derived from.
func (p *ProvinceSpeaker) unchanged(g *ProvinceGroup, o cube.Version, area string) (*ProvinceGroup, cube.Version) {
	parts := p.areas.Predecessors(area)
	if cube.Reported(o.Observation) || len(parts) != 1 {
		return g, o
	}
	for _, x := range p.Of(g.Measure) {
		if before, ok := x.Figure(parts[0].ID); ok && x.Definition == g.Definition && x.Year == g.Year && cube.Reported(before.Observation) {
			return x, before
		}
	}
	return g, o
}

// earlier says what share was published of the provinces that one was made of.
func (p *ProvinceSpeaker) earlier(area string) (out []string) {
	for _, a := range p.areas.Predecessors(area) {
		for _, g := range p.sharesOf(a.ID) {
			if o, _ := g.Figure(a.ID); g.Sound(a.ID) && cube.Reported(o.Observation) {
				out = append(out, p.say("head-before", "said", lower(p.headOf(g, o, a.Name.In(p.Lang)))))
				break
			}
		}
	}
	return out
}

// sharesOf gives the groups of shares that have a province: what was published before what we derive, definitions in order, the newest year of each.
func (p *ProvinceSpeaker) sharesOf(area string) []*ProvinceGroup {
	var out []*ProvinceGroup
	seen := map[string]bool{}
	for _, g := range p.Of(shareMeasure) {
		if newest := p.Newest(shareMeasure, g.Definition, area); newest != nil && !seen[g.Definition] {
			seen[g.Definition] = true
			out = append(out, newest)
		}
	}
	reported := func(g *ProvinceGroup) int {
		if o, _ := g.Figure(area); cube.Reported(o.Observation) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b *ProvinceGroup) int { return reported(a) - reported(b) })
	return out
}

func (p *ProvinceSpeaker) headOf(g *ProvinceGroup, o cube.Version, name string) string {
	pairs := []any{"year", g.Year.Year(), "n", p.number(o), "name", name, "by", p.DefinitionBy(g.Definition)}
	if !cube.Reported(o.Observation) {
		return p.say("head-restated", append(pairs, "since", p.since())...)
	}
	return p.say("head", append(pairs, "published", p.published(o.Vintage))...)
}

// number writes a figure without its unit.
func (p *ProvinceSpeaker) number(o cube.Version) string {
	q, _ := p.of(o)
	return text.FormatNumber(p.Lang, q.value, q.decimals)
}

// published says when a figure was published, as it stands in brackets.
func (p *ProvinceSpeaker) published(x stat.Vintage) string {
	switch len(x.Written) {
	case 10, 7:
		return p.say("published", "vintage", Vintage(p.Lang, x))
	case 4:
		return p.say("published-year", "vintage", x.Written)
	}
	return p.say("published-unknown")
}

// through says that the document of a figure was seen only through others, "" when it was read itself.
func (p *ProvinceSpeaker) through(o cube.Version) string {
	d, ok := p.names.Document(o.Attributes[stat.AttrSource])
	if !cube.Reported(o.Observation) || !ok || d.Seen() {
		return ""
	}
	return p.say("head-through", "through", d.Through.In(p.Lang))
}

// since is the day from which the present map is in force.
func (p *ProvinceSpeaker) since() string {
	d, _ := p.areas.Division(p.areas.Current())
	return text.FormatDate(p.Lang, d.From)
}

// until is the last day of the map before it.
func (p *ProvinceSpeaker) until() string {
	d, _ := p.areas.Division(p.areas.Earlier())
	return text.FormatDate(p.Lang, d.To)
}

// Standing is what is said of a province by one measure, with the group that it stands in.
type Standing struct {
	Group  *ProvinceGroup
	Figure cube.Version
	Text   string
	Change string // since the first year that was published beside it, or ""
}

// Standings says how a province stands by every measure but the share, which leads: its newest figure, and its rank where there is one.
func (p *ProvinceSpeaker) Standings(area string) (out []Standing) {
	for _, m := range provinceMeasures[1:] {
		g := p.newestReported(m, area)
		if g == nil {
			continue
		}
		o, _ := g.Figure(area)
		out = append(out, Standing{Group: g, Figure: o, Text: p.standing(g, o, area), Change: p.change(g, o, area)})
	}
	return out
}

// newestReported is Newest by the definition that is the first of those that have the province.
func (p *ProvinceSpeaker) newestReported(m ProvinceMeasure, area string) *ProvinceGroup {
	if !m.Defined {
		return p.Newest(m, "", area)
	}
	for _, g := range p.Of(m) {
		if newest := p.Newest(m, g.Definition, area); newest != nil && newest.Sound(area) {
			return newest
		}
	}
	return nil
}

func (p *ProvinceSpeaker) standing(g *ProvinceGroup, o cube.Version, area string) string {
	pairs := []any{"n", p.count(g.Ranked()), "all", p.count(g.All)}
	place := p.say("rank-unsound")
	if rank, of, ok := g.Rank(area); ok {
		id := "rank"
		if of < g.All {
			id = "rank-known"
		}
		place = p.say(id, append(pairs, "rank", p.count(rank))...)
	} else if g.Sound(area) {
		place = p.say("rank-few", "n", p.count(len(g.Figures)), "all", p.count(g.All))
	}
	return p.say("standing", "year", g.Year.Year(), "measure", p.MeasureName(g.Measure), "name", p.nameOf(area), "by", p.whose(g.Definition, inside), "value", p.Value(o), "status", p.status(g, o, area), "rank", place)
}

// Status says what a figure is when it is not final, "" when it is.
func (p *ProvinceSpeaker) Status(g *ProvinceGroup, area string) string {
	o, _ := g.Figure(area)
	return strings.Trim(p.status(g, o, area), " ()")
}

// status says in brackets what a figure is when it is not final, and when it was seen only as somebody else quotes it.
func (p *ProvinceSpeaker) status(g *ProvinceGroup, o cube.Version, area string) string {
	quoted := o.Mark() == stat.MarkSecondary
	switch id := "status-" + string(o.Status); {
	case !g.Sound(area):
		return p.say("status-unsound")
	case !cube.Reported(o.Observation):
		return p.say("status-own")
	case quoted && provinceBook.Has(id+"-quoted"):
		return p.say(id + "-quoted")
	case quoted:
		return p.say("status-quoted")
	case provinceBook.Has(id):
		return p.say(id)
	}
	return ""
}

// levelMeasure is the measure in money of which a change over years is told.
const levelMeasure = "grdp"

// change says by how much a level has grown since the first year that was published beside it. What we derive is not set against what was published.
func (p *ProvinceSpeaker) change(g *ProvinceGroup, o cube.Version, area string) string {
	if g.Measure.ID != levelMeasure || !cube.Reported(o.Observation) || !g.Sound(area) {
		return ""
	}
	var first cube.Version
	for _, x := range p.Of(g.Measure) {
		if f, ok := x.Figure(area); ok && x.Set == g.Set && cube.Reported(f.Observation) && f.Value.Sign() > 0 && f.Period.Compare(o.Period) < 0 && (first.Value == nil || f.Period.Compare(first.Period) < 0) {
			first = f
		}
	}
	if first.Value == nil {
		return ""
	}
	growth, err := o.Value.Sub(*first.Value).Mul(stat.Int(100)).Quo(*first.Value)
	if err != nil {
		return ""
	}
	growth = growth.Round(1)
	id := map[int]string{1: "change-up", -1: "change-down", 0: "change-none"}[growth.Sign()]
	return p.say(id, "before", first.Period.Year(), "measure", p.MeasureName(g.Measure), "by", text.WithUnit(text.FormatNumber(p.Lang, growth.Abs(), 1), "%"))
}

// Beside says how many of the neighbours of a province have a higher figure, and how many a lower one.
func (p *ProvinceSpeaker) Beside(g *ProvinceGroup, area string, neighbours []string) string {
	own, ok := g.byArea[area]
	if !ok || !own.sound {
		return ""
	}
	n, higher, lower := 0, 0, 0
	for _, id := range neighbours {
		f, ok := g.byArea[id]
		if !ok || !f.sound {
			continue
		}
		n++
		switch c := f.printed.Cmp(own.printed); {
		case c > 0:
			higher++
		case c < 0:
			lower++
		}
	}
	if n == 0 {
		return ""
	}
	id := "beside"
	switch {
	case lower == n:
		id = "beside-top"
	case higher == n:
		id = "beside-bottom"
	case higher+lower < n:
		id = "beside-alike"
	}
	return p.say(id, "Measure", capital(p.MeasureName(g.Measure)), "n", p.count(n), "higher", p.count(higher), "lower", p.count(lower), "alike", p.count(n-higher-lower), "measure", p.MeasureName(g.Measure), "year", g.Year.Year(), "name", p.nameOf(area))
}
