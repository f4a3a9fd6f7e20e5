package view

import (
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Meaning is what a number stands for when it is shown, whoever shows it: its unit, the power of ten that it counts, and the digits after the mark
// with which it is published.
type Meaning struct {
	Unit           string // a code of CL_UNIT_MEASURE, or ""
	Mult, Decimals int
	UnitName       catalog.Label // unit with its multiplier: "tỷ đồng"
}

// Meaning gives what an observation of a dataflow stands for.
func (n Names) Meaning(f *catalog.Dataflow, o cube.Version) Meaning {
	unit, mult := n.UnitCode(f, o)
	m := Meaning{Unit: unit, Decimals: n.Decimals(f, o), UnitName: n.UnitLabel(unit, mult)}
	m.Mult, _ = strconv.Atoi(mult) // none is 0
	return m
}

// Published gives the value of an observation with the digits with which it is published, or nil. What is computed from figures takes all digits;
// this is for what a reader sees.
func (n Names) Published(f *catalog.Dataflow, o cube.Version) *stat.Decimal {
	if o.Value == nil {
		return nil
	}
	d := o.Value.Round(n.Decimals(f, o))
	return &d
}
