package web

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

// namesOf gives what the catalogue of a snapshot knows of figures.
func namesOf(s *publish.Snapshot) view.Names { return view.Names{Catalog: s.Catalog} }

// nameOf gives the name of a code in both languages; a code that the list does not have is its own name.
func nameOf(s *publish.Snapshot, codelist, code string) catalog.Label {
	return namesOf(s).Code(codelist, code)
}

// noteOf gives a further column of a code ("unit", "decimals", "symbol_vi"…), or "".
func noteOf(s *publish.Snapshot, codelist, code, column string) string {
	return namesOf(s).Note(codelist, code, column)
}

// unitOf gives the unit of an observation with its multiplier, "tỷ đồng" and "billion VND".
func unitOf(s *publish.Snapshot, f *catalog.Dataflow, o cube.Version) catalog.Label {
	return namesOf(s).Unit(f, o)
}

// unitLabel writes a unit and a power of ten.
func unitLabel(s *publish.Snapshot, unit, mult string) catalog.Label {
	return namesOf(s).UnitLabel(unit, mult)
}

// decimalsOf gives the digits after the mark with which an observation is published.
func decimalsOf(s *publish.Snapshot, f *catalog.Dataflow, o cube.Version) int {
	return namesOf(s).Decimals(f, o)
}

// attribute gives the words of an attribute: codes by their list, anything else as it stands.
func attribute(s *publish.Snapshot, name, value string) catalog.Label {
	lists := map[string]string{stat.AttrSource: "CL_SOURCE", stat.AttrMark: "CL_EVIDENCE", stat.AttrConf: "CL_CONF_STATUS",
		stat.AttrComment: "CL_NOTE", stat.AttrCoverage: "CL_NOTE", stat.AttrDenominator: "CL_NOTE", stat.AttrText: "CL_NOTE",
		stat.AttrComparator: "CL_COMPARATOR", stat.AttrAreaSet: "CL_AREA_SET", stat.AttrUnit: "CL_UNIT_MEASURE", stat.AttrUnitMult: "CL_UNIT_MULT"}
	if l := lists[name]; l != "" {
		return nameOf(s, l, value)
	}
	return catalog.Label{Vi: value, En: value}
}

// seriesName names a series by the codes of its dimensions, leaving out those to be skipped.
func seriesName(s *publish.Snapshot, f *catalog.Dataflow, k stat.Key, skip map[string]bool) catalog.Label {
	return namesOf(s).Series(f, k, skip)
}

// shortName is seriesName for labels inside drawings, where definitions go by the short names of their publishers.
func shortName(s *publish.Snapshot, f *catalog.Dataflow, k stat.Key, skip map[string]bool) catalog.Label {
	l := seriesName(s, f, k, skip)
	code := f.CodeOf(k, "DEFINITION")
	if id := "common.def-" + code; code != "" && hasWord(id) {
		long, short := nameOf(s, "CL_DEFINITION", code), both(id)
		l = catalog.Label{Vi: strings.Replace(l.Vi, long.Vi, short.Vi, 1), En: strings.Replace(l.En, long.En, short.En, 1)}
	}
	return l
}

// common gives the dimensions whose code is the same in all series.
func common(f *catalog.Dataflow, keys []stat.Key) map[string]bool { return view.Shared(f, keys) }

// num writes the value of an observation as it is published: in the words of its source where those are no plain number.
func (v *visit) num(o cube.Version) string {
	if printed := o.Printed(); printed != "" {
		return attribute(v.snap, stat.AttrText, printed).In(v.lang)
	}
	f, err := v.snap.Catalog.Dataflow(o.Dataflow)
	if err != nil || o.Value == nil {
		return v.missing(o.Status)
	}
	if p, is := v.probabilityOf(o); is {
		return p.In(v.lang)
	}
	return text.FormatNumber(v.lang, *o.Value, decimalsOf(v.snap, f, o))
}

// interval writes the bounds of an observation, "13,9–15,3", or "" when it has none. A range that a source prints is no interval of confidence.
func (v *visit) interval(o cube.Version) string {
	if o.Printed() != "" {
		return ""
	}
	lo, err1 := stat.ParseDecimal(o.Attributes[stat.AttrLower])
	hi, err2 := stat.ParseDecimal(o.Attributes[stat.AttrUpper])
	f, err3 := v.snap.Catalog.Dataflow(o.Dataflow)
	if err1 != nil || err2 != nil || err3 != nil {
		return ""
	}
	d := decimalsOf(v.snap, f, o)
	return text.FormatNumber(v.lang, lo, d) + "–" + text.FormatNumber(v.lang, hi, d)
}

// level is the confidence level of an interval, "95".
func (v *visit) level(o cube.Version) string {
	if l := o.Attributes[stat.AttrLevel]; l != "" {
		return l
	}
	return "95"
}

// vintage writes when a figure was published.
func (v *visit) vintage(x stat.Vintage) string { return view.Vintage(v.lang, x) }

// sources names the documents of figures, each once, in order.
func (v *visit) sources(list []cube.Version) string {
	var out []string
	seen := map[string]bool{}
	for _, o := range list {
		s := attribute(v.snap, stat.AttrSource, o.Attributes[stat.AttrSource]).In(v.lang)
		if !cube.Reported(o.Observation) {
			s = v.say("common.own-estimate")
		}
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	if len(out) > 4 {
		return strings.Join(out[:4], "; ") + "; " + v.say("common.and-more", "n", len(out)-4)
	}
	return strings.Join(out, "; ")
}

// vintageLine says to when the figures on the page are.
func (v *visit) vintageLine() string {
	if !v.asOf.IsZero() {
		return v.say("common.as-of-line", "date", text.FormatDate(v.lang, v.asOf))
	}
	return v.say("common.release-line", "release", v.snap.Release.Title.In(v.lang), "date", text.FormatDate(v.lang, v.snap.Catalog.Day(v.snap.Release.PublishAt)))
}

// sourceLine is what stands under a drawing: the documents, and the vintage shown.
func (v *visit) sourceLine(list []cube.Version) string {
	if s := v.sources(list); s != "" {
		return v.say("common.source-line", "sources", s, "vintage", v.vintageLine())
	}
	return v.vintageLine()
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
