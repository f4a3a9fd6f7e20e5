package portal

import (
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// colours of the categories that have one everywhere.
var colours = map[string]chart.Colour{"NSO": chart.NSO, "MIC": chart.MIC, "CORE": chart.Core, "DIGITALISED": chart.Digitalised,
	"ICT": chart.ICT, "NON_ICT": chart.Platform, "AGR": chart.ICT, "IND": chart.Sector, "SRV": chart.Platform}

// plainColours are for series that are no such category, in order.
var plainColours = []chart.Colour{chart.Accent, chart.MIC, chart.ICT, chart.Platform, chart.Digitalised, chart.Sector}

// chartID makes an identifier that package chart accepts.
func chartID(s string) string {
	return "c" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, s)
}

// calendar lists the periods of the figures that lie on one calendar frequency, the most frequent one, so that a line has even steps.
func calendar(list []cube.Version) []stat.Period {
	byFreq := map[stat.Frequency]map[stat.Period]bool{}
	var best stat.Frequency
	for _, o := range list {
		f := o.Period.Frequency()
		if f.PerYear() == 0 || o.Value == nil {
			continue
		}
		if byFreq[f] == nil {
			byFreq[f] = map[stat.Period]bool{}
		}
		byFreq[f][o.Period] = true
		if len(byFreq[f]) > len(byFreq[best]) || len(byFreq[f]) == len(byFreq[best]) && f > best {
			best = f
		}
	}
	var out []stat.Period
	for p := range byFreq[best] {
		out = append(out, p)
	}
	slices.SortFunc(out, stat.Period.Compare)
	if len(out) < 2 {
		return nil
	}
	// Years without a figure are gaps in the line, not steps left out of the axis.
	var full []stat.Period
	for p := out[0]; p.Compare(out[len(out)-1]) <= 0 && len(full) < 400; p = p.Next() {
		full = append(full, p)
	}
	return full
}

// values puts figures on periods; a period without one is missing.
func values(list []cube.Version, span []stat.Period) []chart.Value {
	at := make(map[stat.Period]int, len(span))
	for i, p := range span {
		at[p] = i
	}
	out := make([]chart.Value, len(span))
	for _, o := range list {
		if i, ok := at[o.Period]; ok {
			out[i] = chart.FigureOf(o.Observation)
		}
	}
	return out
}

// spec starts a drawing with what all of them say: source, vintage, address.
func (v *visit) spec(kind chart.Kind, id string, title, subtitle, unit catalog.Label, digits int, list []cube.Version) *chart.Spec {
	en, vi := v.in("en"), v.in("vi")
	return &chart.Spec{ID: chartID(id), Kind: kind, Printed: v.printed(list), Title: title, Subtitle: subtitle, Unit: unit, Decimals: digits,
		Source: catalog.Label{Vi: vi.orNone(vi.Credits(list)), En: en.orNone(en.Credits(list))}, Vintage: v.VintageLine(), URL: v.Site.Origin(v.R) + v.Here("lang", "")}
}

// printed gives the words of what the sources of figures print in place of plain numbers.
func (v *visit) printed(list []cube.Version) map[string]catalog.Label {
	out := map[string]catalog.Label{}
	for _, o := range list {
		if code := o.Printed(); code != "" {
			out[code] = attribute(v.Snap, stat.AttrText, code)
		}
	}
	return out
}

func (v *visit) orNone(s string) string {
	if s == "" {
		return v.Say("common.own-estimate")
	}
	return s
}

// linesOf draws series of a dataflow as lines, when they share a unit and a frequency and there is something to see.
func (v *visit) linesOf(f *catalog.Dataflow, series []publish.Series) *chart.Spec {
	var all []cube.Version
	var keys []stat.Key
	codes, units := map[[2]string]bool{}, map[catalog.Label]bool{} // the names of a unit are looked up once
	digits := 0
	for _, s := range series {
		keys = append(keys, s.Key)
		for _, o := range s.Obs {
			all = append(all, o)
			if unit, mult := namesOf(v.Snap).UnitCode(f, o); !codes[[2]string{unit, mult}] {
				codes[[2]string{unit, mult}] = true
				units[namesOf(v.Snap).UnitLabel(unit, mult)] = true
			}
			digits = max(digits, decimalsOf(v.Snap, f, o))
		}
	}
	span := calendar(all)
	if span == nil || len(units) != 1 {
		return nil
	}
	unit := unitOf(v.Snap, f, all[0])
	s := v.spec(chart.Line, f.ID, f.Called(keys...), unit, unit, digits, all)
	s.Periods = span
	skip := common(f, keys)
	if len(keys) < 2 {
		skip = nil
	}
	used := 0
	for _, x := range series {
		vals := values(x.Obs, span)
		if !slices.ContainsFunc(vals, func(y chart.Value) bool { return y.V != nil }) {
			continue
		}
		c, ok := chart.Colour(""), false
		for i, d := range f.Dimensions {
			if !skip[d.ID] || len(keys) < 2 {
				if c2, has := colours[x.Key.Codes()[i]]; has {
					c, ok = c2, true
				}
			}
		}
		if !ok || slices.ContainsFunc(s.Series, func(y chart.Series) bool { return y.Colour == c }) {
			c = plainColours[used%len(plainColours)]
			used++
		}
		s.Series = append(s.Series, chart.Series{ID: "s" + string(x.Key), Name: shortName(v.Snap, f, x.Key, skip), Colour: c, Values: vals})
	}
	// Two points are a table, not a line.
	if !slices.ContainsFunc(s.Series, func(x chart.Series) bool { return countValues(x.Values) >= 3 }) {
		return nil
	}
	return s
}

// vintageLines draws a series with its earlier vintages as ghosts.
func (v *visit) vintageLines(f *catalog.Dataflow, s publish.Series, history []cube.Version) *chart.Spec {
	out := v.linesOf(f, []publish.Series{s})
	if out == nil {
		return nil
	}
	out.ID = chartID(f.ID + "-" + string(s.Key))
	name := seriesName(v.Snap, f, s.Key, nil)
	flow := f.Called(s.Key)
	out.Title = catalog.Label{Vi: flow.Vi + " – " + name.Vi, En: flow.En + " – " + name.En}
	out.Series[0].Name = both("data.newest-line")
	out.Series[0].Colour = chart.Accent
	for _, ghost := range ghosts(history, s.Obs) {
		vals := values(ghost.obs, out.Periods)
		if n := countValues(vals); n < 1 {
			continue
		}
		day := ghost.vintage
		out.Series = append(out.Series, chart.Series{ID: "v" + day.Date.String(), Style: chart.Ghost, Colour: chart.Context, Values: vals,
			Name: catalog.Label{Vi: view.Vintage("vi", day), En: view.Vintage("en", day)}})
	}
	return out
}

func countValues(list []chart.Value) int {
	n := 0
	for _, x := range list {
		if x.V != nil {
			n++
		}
	}
	return n
}

type vintageOf struct {
	vintage stat.Vintage
	obs     []cube.Version
}

// maxGhosts bounds the earlier vintages drawn, the newest being kept.
const maxGhosts = 6

// ghosts gives the earlier vintages of which some figure has since changed.
func ghosts(history, newest []cube.Version) []vintageOf {
	current := make(map[stat.Period]*stat.Decimal, len(newest))
	for _, o := range newest {
		current[o.Period] = o.Value
	}
	changed := map[stat.Date]bool{}
	for _, o := range history {
		if now := current[o.Period]; now != nil && o.Value != nil && now.Cmp(*o.Value) != 0 {
			changed[o.Vintage.Date] = true
		}
	}
	days := slices.SortedFunc(maps.Keys(changed), stat.Date.Compare)
	if len(days) > maxGhosts {
		days = days[len(days)-maxGhosts:]
	}
	var out []vintageOf
	for _, d := range days {
		var g vintageOf
		for _, o := range history {
			if o.Vintage.Date != d {
				continue
			}
			if g.obs == nil {
				g.vintage = o.Vintage
			}
			g.obs = append(g.obs, o)
		}
		out = append(out, g)
	}
	return out
}
