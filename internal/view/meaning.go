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

// Meanings gives what many observations of one dataflow stand for, and works out once what those of one series share. It serves one goroutine.
type Meanings struct {
	names  Names
	flow   *catalog.Dataflow
	of     shared
	means  Meaning
	digits int
}

// shared is all that the meaning of an observation hangs on, but for the digits that it is printed with.
type shared struct {
	key                  stat.Key
	unit, mult, decimals string
}

// Meanings starts with a dataflow.
func (n Names) Meanings(f *catalog.Dataflow) *Meanings { return &Meanings{names: n, flow: f} }

// Of is Names.Meaning.
func (m *Meanings) Of(o cube.Version) Meaning {
	of := shared{o.Key, o.Attributes[stat.AttrUnit], o.Attributes[stat.AttrUnitMult], o.Attributes[stat.AttrDecimals]}
	if of != m.of || m.of.key == "" {
		m.of, m.means, m.digits = of, m.names.Meaning(m.flow, o), m.names.digits(m.flow, o)
	}
	out := m.means
	out.Decimals = printed(o, m.digits)
	return out
}
