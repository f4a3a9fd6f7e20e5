package view

import (
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// UnitCode gives the unit of an observation and its power of ten: as the observation says, else as its measure says, else as its dataflow
// says, else as its indicator or its target says.
func (n Names) UnitCode(f *catalog.Dataflow, o cube.Version) (unit, mult string) {
	unit, mult = o.Attributes[stat.AttrUnit], o.Attributes[stat.AttrUnitMult]
	if unit == "" {
		unit = n.fromMeasure(f, o.Key, "unit")
		if mult == "" {
			mult = n.fromMeasure(f, o.Key, "unit_mult")
		}
	}
	if unit == "" {
		unit = f.Unit
		if mult == "" && f.UnitMult != 0 {
			mult = strconv.Itoa(f.UnitMult)
		}
	}
	if unit == "" {
		if i, ok := n.Indicator(f.CodeOf(o.Key, "INDICATOR")); ok {
			unit = i.Unit
		}
	}
	if unit == "" && f.Position("MEASURE") < 0 { // the measures of a standing are not all in the unit of the target
		unit = n.Note("CL_TARGET", f.CodeOf(o.Key, "TARGET"), "unit")
	}
	if set, _, ok := strings.Cut(f.CodeOf(o.Key, "REF_AREA"), "-"); unit == "PC_GDP" && ok && set != "" {
		unit = "PC_GRDP" // the same dataflow holds shares of GDP and, for provinces, of GRDP
	}
	return unit, mult
}

// Unit gives the unit of an observation with its multiplier.
func (n Names) Unit(f *catalog.Dataflow, o cube.Version) catalog.Label {
	return n.UnitLabel(n.UnitCode(f, o))
}

// UnitLabel writes a unit and a power of ten.
func (n Names) UnitLabel(unit, mult string) catalog.Label {
	if unit == "" {
		return catalog.Label{}
	}
	l := catalog.Label{Vi: n.Note("CL_UNIT_MEASURE", unit, "symbol_vi"), En: n.Note("CL_UNIT_MEASURE", unit, "symbol_en")}
	if l.Vi == "" && l.En == "" && unit != "COUNT" {
		l = n.Code("CL_UNIT_MEASURE", unit)
	}
	switch mult {
	case "3", "6", "9", "12":
		return catalog.Label{Vi: strings.TrimSpace(book.Say("vi", "mult-"+mult, "unit", l.Vi)), En: strings.TrimSpace(book.Say("en", "mult-"+mult, "unit", l.En))}
	}
	return l
}

// unitText writes a unit in a sentence, where money has its name and not its code.
func (s *Speaker) unitText(unit, mult string) string {
	if unit == "FRACTION" || unit == "COUNT" { // a bare number
		return ""
	}
	l := s.UnitLabel(unit, mult)
	if vi, en := s.Note("CL_UNIT_MEASURE", unit, "inline_vi"), s.Note("CL_UNIT_MEASURE", unit, "inline_en"); vi != "" && en != "" {
		l = catalog.Label{Vi: strings.Replace(l.Vi, s.Note("CL_UNIT_MEASURE", unit, "symbol_vi"), vi, 1),
			En: strings.Replace(l.En, s.Note("CL_UNIT_MEASURE", unit, "symbol_en"), en, 1)}
	}
	return l.In(s.Lang)
}

// isPercent reports whether a unit is a part of a hundred of something.
func isPercent(unit string) bool {
	switch unit {
	case "PC", "PC_GDP", "PC_GRDP", "PC_DVA", "PC_VA":
		return true
	}
	return false
}
