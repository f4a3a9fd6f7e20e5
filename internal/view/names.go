package view

import (
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Names gives the names, units and digits of figures as the catalogue knows them, in both languages.
type Names struct{ *catalog.Catalog }

// Code gives the name of a code in both languages; a code that the list does not have is its own name.
func (n Names) Code(codelist, code string) catalog.Label {
	if l, err := n.Codelist(codelist); err == nil {
		if c, ok := l.Code(code); ok {
			return c.Name
		}
	}
	return catalog.Label{Vi: code, En: code}
}

// Note gives a further column of a code ("unit", "decimals", "symbol_vi"…), or "".
func (n Names) Note(codelist, code, column string) string {
	if l, err := n.Codelist(codelist); err == nil {
		if c, ok := l.Code(code); ok {
			return c.Notes[column]
		}
	}
	return ""
}

// Attribute gives the words of an attribute: a code by the list of its concept, anything else as it stands.
func (n Names) Attribute(name, value string) catalog.Label {
	if concept, ok := n.Concept(name); ok && concept.Codelist != "" {
		return n.Code(concept.Codelist, value)
	}
	return catalog.Label{Vi: value, En: value}
}

// Worded gives the words in which an observation shows when it is more or less than a plain number: as its source prints it, the class of a
// target, a probability. It is false for any other figure.
func (n Names) Worded(o cube.Version) (catalog.Label, bool) {
	switch printed := o.Printed(); {
	case printed != "":
		return n.Attribute(stat.AttrText, printed), true
	case o.Dataflow != targetFlow:
		return catalog.Label{}, false
	case o.Value != nil && strings.HasSuffix(string(o.Key), ".PROB"):
		return catalog.Label{Vi: text.FormatProbability("vi", *o.Value), En: text.FormatProbability("en", *o.Value)}, true
	case o.Value == nil && o.Attributes[stat.AttrText] != "":
		return n.Code("CL_TARGET_CLASS", o.Attributes[stat.AttrText]), true
	}
	return catalog.Label{}, false
}

// fromMeasure gives what the code of a dataflow's MEASURE dimension says of its unit, multiplier or decimals, or "".
func (n Names) fromMeasure(f *catalog.Dataflow, k stat.Key, column string) string {
	i := f.Position("MEASURE")
	if i < 0 {
		return ""
	}
	return n.Note(f.Dimensions[i].Codelist, f.CodeOf(k, "MEASURE"), column)
}

// Decimals gives the digits after the mark with which an observation is published. A reported figure never loses digits that its source
// prints.
func (n Names) Decimals(f *catalog.Dataflow, o cube.Version) int {
	return printed(o, n.digits(f, o))
}

// digits gives the digits that an observation says, or that its series has by declaration.
func (n Names) digits(f *catalog.Dataflow, o cube.Version) int {
	for _, s := range []string{o.Attributes[stat.AttrDecimals], n.fromMeasure(f, o.Key, "decimals")} {
		if s == "" { // as nearly always
			continue
		}
		if d, err := strconv.Atoi(s); err == nil {
			return d
		}
	}
	return f.Decimals
}

// printed gives the digits of an observation whose series has some: its own, and those that its source prints.
func printed(o cube.Version, digits int) int {
	if o.Value != nil && o.Attributes[stat.AttrDecimals] == "" && cube.Reported(o.Observation) {
		digits = max(digits, o.Value.Decimals())
	}
	return digits
}

// Series names a series by the codes of its dimensions, leaving out those that are to be skipped and those that a pattern leaves open. A province
// is named as on the map of its day.
func (n Names) Series(f *catalog.Dataflow, k stat.Key, skip map[string]bool) catalog.Label {
	return n.series(f, k, skip, func(codelist, code string) catalog.Label {
		if codelist == "CL_AREA" {
			return n.Code(codelist, code)
		}
		return n.FullName(codelist, code)
	})
}

// FullSeries is Series where nothing around it says which of two provinces of one name is meant.
func (n Names) FullSeries(f *catalog.Dataflow, k stat.Key) catalog.Label {
	return n.series(f, k, nil, n.FullName)
}

func (n Names) series(f *catalog.Dataflow, k stat.Key, skip map[string]bool, name func(codelist, code string) catalog.Label) catalog.Label {
	var vi, en []string
	codes := k.Codes()
	for i, d := range f.Dimensions {
		if i >= len(codes) || skip[d.ID] || d.ID == "FREQ" || codes[i] == "" {
			continue
		}
		l := name(d.Codelist, codes[i])
		vi, en = append(vi, l.Vi), append(en, l.En)
	}
	return catalog.Label{Vi: strings.Join(vi, ", "), En: strings.Join(en, ", ")}
}

// Shared gives the dimensions whose code is the same in all of several series; of a single series none.
func Shared(f *catalog.Dataflow, keys []stat.Key) map[string]bool {
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
