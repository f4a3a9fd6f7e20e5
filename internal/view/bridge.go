package view

import (
	"slices"
	"strconv"

	"nhipso/internal/cube"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// Bridge says what became of a province when the provinces were merged, or what it was made of, and what its code meant before and after.
func (p *ProvinceSpeaker) Bridge(area string) (out []string) {
	a, err := p.areas.Area(area)
	if err != nil || p.areas.Earlier() == "" {
		return nil
	}
	pairs := []any{"since", p.since(), "until", p.until(), "name", a.Name.In(p.Lang)}
	if now, ok := p.areas.Successor(area); ok {
		var others []string
		same := text.Fold(now.Name.Vi) == text.Fold(a.Name.Vi)
		for _, x := range p.areas.Predecessors(now.ID) {
			if x.ID != area {
				others = append(others, x.Name.In(p.Lang))
			}
		}
		id := "bridge-to"
		if same && len(others) > 0 {
			id = "bridge-with"
		} else if same {
			id = "bridge-on"
		}
		out = append(out, p.say(id, append(pairs, "now", now.Name.In(p.Lang), "others", p.listed(others))...))
	} else if parts := p.areas.Predecessors(area); len(parts) > 1 {
		var names []string
		for _, x := range parts {
			names = append(names, x.Name.In(p.Lang))
		}
		out = append(out, p.say("bridge-of", append(pairs, "parts", p.listed(names))...))
	} else if len(parts) == 1 {
		out = append(out, p.say("bridge-same", pairs...))
	}
	return append(out, p.codeOf(a)...)
}

// codeOf says what a code meant before and after, where it was given to another province.
func (p *ProvinceSpeaker) codeOf(a *territory.Area) []string {
	other := p.areas.Namesake(a)
	if other == nil || !slices.Contains(p.areas.Reused(), a.Code) {
		return nil
	}
	now, was := a, other
	if a.Set != p.areas.Current() {
		now, was = other, a
	}
	return []string{p.say("bridge-code", "since", p.since(), "until", p.until(), "code", a.Code, "now", now.Name.In(p.Lang), "was", was.Name.In(p.Lang))}
}

// Gaps says what is not published of a province, and why as far as that is known: what its measures lack by the official definition, years left out,
// and what we had to derive.
func (p *ProvinceSpeaker) Gaps(area, official string) (out []string) {
	a, err := p.areas.Area(area)
	if err != nil {
		return nil
	}
	name := a.Name.In(p.Lang)
	if now, ok := p.areas.Successor(area); ok {
		out = append(out, p.say("gap-ended", "name", name, "until", text.FormatDate(p.Lang, a.To), "now", now.Name.In(p.Lang)))
	}
	for _, m := range provinceMeasures {
		definition := ""
		if m.Defined {
			definition = official
		}
		pairs := []any{"Measure", capital(p.MeasureName(m)), "by", p.by(definition), "name", name}
		own := p.Newest(m, definition, area)
		switch {
		case own == nil && m.ID == "gia-tri":
			out = append(out, p.say("gap-implied", pairs...))
		case own == nil:
			out = append(out, p.lacking(m, definition, a, pairs))
		case !m.Defined:
			if o, _ := own.Figure(area); !cube.Reported(o.Observation) && a.To.IsZero() {
				out = append(out, p.say("gap-own", append(pairs, "year", own.Year.Year())...))
			}
			if said := p.yearsLeftOut(m, area, pairs); said != "" {
				out = append(out, said)
			}
		}
	}
	return out
}

// lacking says that a province has no figure, and how many others have one.
func (p *ProvinceSpeaker) lacking(m ProvinceMeasure, definition string, a *territory.Area, pairs []any) string {
	for _, g := range p.Of(m) {
		if g.Set == a.Set && g.Definition == definition && g.Own < len(g.Figures) {
			return p.say("gap", append(pairs, "year", g.Year.Year(), "n", p.count(len(g.Figures)-g.Own), "all", p.count(g.All))...)
		}
	}
	return p.say("gap-none", pairs...)
}

// yearsLeftOut says which years between the first and the last are not published.
func (p *ProvinceSpeaker) yearsLeftOut(m ProvinceMeasure, area string, pairs []any) string {
	has := map[int]bool{}
	first, last := 0, 0
	for _, g := range p.Of(m) {
		if o, ok := g.Figure(area); ok && cube.Reported(o.Observation) {
			y := g.Year.Year()
			if has[y] = true; first == 0 || y < first {
				first = y
			}
			last = max(last, y)
		}
	}
	var years, lacks []string
	for y := first; y <= last && y > 0; y++ {
		if has[y] {
			years = append(years, strconv.Itoa(y))
		} else {
			lacks = append(lacks, strconv.Itoa(y))
		}
	}
	if len(lacks) == 0 {
		return ""
	}
	return p.say("gap-years", append(pairs, "years", p.listed(years), "lacks", p.listed(lacks))...)
}

// BridgeStep is a measure of a year of which both sides of a merger are known: the figures of the old provinces, and that of the new one.
type BridgeStep struct{ Before, After *ProvinceGroup }

// Steps gives, for each measure, the newest year in which all parts of a province and the province itself have a figure.
func (p *Provinces) Steps(now string) (out []BridgeStep) {
	parts := p.areas.Predecessors(now)
	if len(parts) < 2 {
		return nil
	}
	for _, m := range provinceMeasures {
		var best BridgeStep
		for _, before := range p.Of(m) {
			if before.Set != p.areas.Earlier() || before.Rough || best.Before != nil && before.Year.Compare(best.Before.Year) <= 0 ||
				slices.ContainsFunc(parts, func(a *territory.Area) bool { _, ok := before.Figure(a.ID); return !ok }) {
				continue
			}
			for _, after := range p.Of(m) {
				if _, ok := after.Figure(now); ok && after.Set == p.areas.Current() && after.Year == before.Year && after.Definition == before.Definition {
					best = BridgeStep{before, after}
				}
			}
		}
		if best.Before != nil {
			out = append(out, best)
		}
	}
	return out
}
