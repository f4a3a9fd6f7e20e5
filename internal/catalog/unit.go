package catalog

import (
	"strconv"

	"nhipso/internal/stat"
)

// unit is what a codelist says of how a code is counted.
type unit struct {
	code string // of CL_UNIT_MEASURE
	mult int    // power of ten
}

// learnUnits finds the dimension whose codes say their unit: an indicator, a target or a measure is counted in one unit only. It is asked
// of reported dataflows; those that are derived say the unit with each figure, for a target's status is not counted in the target's unit.
func (d *Dataflow) learnUnits(lists map[string]*Codelist) {
	d.unitAt, d.units = -1, nil
	if d.Kind != Reported {
		return
	}
	for i, x := range d.Dimensions {
		known := map[string]unit{}
		for _, code := range lists[x.Codelist].Codes {
			if u := code.Notes["unit"]; u != "" {
				mult, _ := strconv.Atoi(code.Notes["unit_mult"])
				known[code.ID] = unit{u, mult}
			}
		}
		if len(known) > 0 {
			d.unitAt, d.units = i, known
			return
		}
	}
}

// unitOfCode gives what the code of an indicator, a target or a measure in a key says of its unit.
func (d *Dataflow) unitOfCode(k stat.Key) unit {
	if len(d.units) == 0 {
		return unit{}
	}
	return d.units[d.CodeOf(k, d.Dimensions[d.unitAt].ID)]
}

// UnitOfKey gives the one unit that figures of a key can have, as the list of indicators, targets or measures says; "" when none does.
func (d *Dataflow) UnitOfKey(k stat.Key) string { return d.unitOfCode(k).code }

// MultOf gives the power of ten that a figure is to be multiplied with: what it says itself, else its indicator or measure, else its dataflow.
func (d *Dataflow) MultOf(o stat.Observation) int {
	if n, err := strconv.Atoi(o.Attributes[stat.AttrUnitMult]); err == nil {
		return n
	}
	if u := d.unitOfCode(o.Key); u.code != "" && d.Unit == "" {
		return u.mult
	}
	return d.UnitMult
}

// UnitOf gives the unit of a figure: that of its indicator, target or measure, else what it says itself, else that of its dataflow. What a
// row says cannot take a figure out of the bounds of its indicator.
func (d *Dataflow) UnitOf(o stat.Observation) string {
	if u := d.UnitOfKey(o.Key); u != "" {
		return u
	}
	if u := o.Attributes[stat.AttrUnit]; u != "" {
		return u
	}
	return d.Unit
}
