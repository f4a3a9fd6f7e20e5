package web

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// nameOf gives the name of a code in both languages; a code that the list does not have is its own name.
func nameOf(s *publish.Snapshot, codelist, code string) catalog.Label {
	if l, err := s.Catalog.Codelist(codelist); err == nil {
		if c, ok := l.Code(code); ok {
			return c.Name
		}
	}
	return catalog.Label{Vi: code, En: code}
}

// noteOf gives a further column of a code ("unit", "decimals", "symbol_vi"…), or "".
func noteOf(s *publish.Snapshot, codelist, code, column string) string {
	if l, err := s.Catalog.Codelist(codelist); err == nil {
		if c, ok := l.Code(code); ok {
			return c.Notes[column]
		}
	}
	return ""
}

// fromMeasure gives what the code of a dataflow's MEASURE dimension says of its unit, multiplier or decimals, or "".
func fromMeasure(s *publish.Snapshot, f *catalog.Dataflow, k stat.Key, column string) string {
	i := f.Position("MEASURE")
	if i < 0 {
		return ""
	}
	return noteOf(s, f.Dimensions[i].Codelist, f.CodeOf(k, "MEASURE"), column)
}

// unitOf gives the unit of an observation with its multiplier, "tỷ đồng" and "billion VND": as the observation says, else as
// its measure says, else as its dataflow says.
func unitOf(s *publish.Snapshot, f *catalog.Dataflow, o cube.Version) catalog.Label {
	unit, mult := o.Attributes["UNIT_MEASURE"], o.Attributes[stat.AttrUnitMult]
	if unit == "" {
		unit = fromMeasure(s, f, o.Key, "unit")
		if mult == "" {
			mult = fromMeasure(s, f, o.Key, "unit_mult")
		}
	}
	if unit == "" {
		unit = f.Unit
		if mult == "" && f.UnitMult != 0 {
			mult = strconv.Itoa(f.UnitMult)
		}
	}
	if unit == "" {
		if i, ok := s.Catalog.Indicator(f.CodeOf(o.Key, "INDICATOR")); ok {
			unit = i.Unit
		}
	}
	if unit == "PC_GDP" && setOf(f.CodeOf(o.Key, "REF_AREA")) != "" {
		unit = "PC_GRDP" // the same dataflow holds shares of GDP and, for provinces, of GRDP
	}
	return unitLabel(s, unit, mult)
}

// unitLabel writes a unit and a power of ten.
func unitLabel(s *publish.Snapshot, unit, mult string) catalog.Label {
	if unit == "" {
		return catalog.Label{}
	}
	l := catalog.Label{Vi: noteOf(s, "CL_UNIT_MEASURE", unit, "symbol_vi"), En: noteOf(s, "CL_UNIT_MEASURE", unit, "symbol_en")}
	if l.Vi == "" && l.En == "" && unit != "COUNT" {
		l = nameOf(s, "CL_UNIT_MEASURE", unit)
	}
	switch mult {
	case "3", "6", "9", "12":
		return catalog.Label{Vi: strings.TrimSpace(say("vi", "common.mult-"+mult, "unit", l.Vi)), En: strings.TrimSpace(say("en", "common.mult-"+mult, "unit", l.En))}
	}
	return l
}

// decimalsOf gives the digits after the mark with which an observation is published.
// A reported figure never loses digits that its source prints.
func decimalsOf(s *publish.Snapshot, f *catalog.Dataflow, o cube.Version) int {
	if d, err := strconv.Atoi(o.Attributes[stat.AttrDecimals]); err == nil {
		return d
	}
	digits := f.Decimals
	if d, err := strconv.Atoi(fromMeasure(s, f, o.Key, "decimals")); err == nil {
		digits = d
	}
	if o.Value != nil && cube.Reported(o.Observation) {
		digits = max(digits, o.Value.Decimals())
	}
	return digits
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

// seriesName names a series by the codes of its dimensions, leaving out those that all the given series share when some differ.
func seriesName(s *publish.Snapshot, f *catalog.Dataflow, k stat.Key, skip map[string]bool) catalog.Label {
	var vi, en []string
	codes := k.Codes()
	for i, d := range f.Dimensions {
		if i >= len(codes) || skip[d.ID] || d.ID == "FREQ" || codes[i] == "" {
			continue
		}
		l := nameOf(s, d.Codelist, codes[i])
		vi, en = append(vi, l.Vi), append(en, l.En)
	}
	return catalog.Label{Vi: strings.Join(vi, ", "), En: strings.Join(en, ", ")}
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
func common(f *catalog.Dataflow, keys []stat.Key) map[string]bool {
	out := map[string]bool{}
	for i, d := range f.Dimensions {
		same := true
		for _, k := range keys[min(1, len(keys)):] {
			if a, b := k.Codes(), keys[0].Codes(); i >= len(a) || i >= len(b) || a[i] != b[i] {
				same = false
				break
			}
		}
		out[d.ID] = same && len(keys) > 1
	}
	return out
}

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
func (v *visit) vintage(x stat.Vintage) string {
	switch len(x.Written) {
	case 10:
		return text.FormatDate(v.lang, x.Date)
	case 7:
		if p, err := stat.ParsePeriod(x.Written); err == nil {
			return text.FormatPeriodInline(v.lang, p)
		}
	case 4:
		return x.Written
	}
	return v.say("common.vintage-unknown", "date", text.FormatDate(v.lang, x.Date))
}

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
