package cube

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// quantity is a value and how far rounding of the figures in it can have moved it.
type quantity struct{ value, error stat.Decimal }

// evaluation is an identity being computed at one figure.
type evaluation struct {
	*view
	rule      *catalog.Rule
	anchor    Version
	day       stat.Date // of all references, for an identity of one vintage
	digits    map[table]int
	used      []Version
	got, want quantity
	facts     map[string]stat.Decimal
}

// table is what is printed together, to one digit.
type table struct {
	dataflow string
	vintage  stat.Date
}

// all computes both sides and the facts; false when a figure is missing or a divisor is zero.
func (e *evaluation) all() (ok bool) {
	e.used, e.facts = nil, map[string]stat.Decimal{}
	if e.got, ok = e.of(e.rule.Got); !ok {
		return false
	}
	if e.want, ok = e.of(e.rule.Want); !ok {
		return false
	}
	seen := len(e.used)
	for name, x := range e.rule.Facts {
		q, ok := e.of(x)
		if !ok {
			return false
		}
		e.facts[name] = q.value
	}
	e.used = e.used[:seen] // what only a sentence needs takes no part
	return true
}

// learnDigits notes to how many digits the figures of each table are printed. The figure that the rule stands at speaks for itself: a
// total printed as 13.2 beside parts of two digits is good to one.
func (e *evaluation) learnDigits() {
	e.digits = map[table]int{}
	for _, x := range e.used {
		at := table{x.Dataflow, x.Vintage.Date}
		e.digits[at] = max(e.digits[at], printedDigits(x.Observation))
	}
}

// later reports whether a figure is not older than the one that the rule stands at, and not all are of its day.
func (e *evaluation) later() bool {
	day := e.anchor.Vintage.Date
	return slices.ContainsFunc(e.used, func(x Version) bool { return !x.Vintage.Date.Before(day) }) &&
		slices.ContainsFunc(e.used, func(x Version) bool { return x.Vintage.Date != day })
}

// residue gives the rounding residue that derived parts say with them, in the unit of their dataflow: their total less all of them.
func (e *evaluation) residue() stat.Decimal {
	for _, x := range e.used {
		if d, err := stat.ParseDecimal(x.Attributes[stat.AttrResidue]); err == nil && !Reported(x.Observation) {
			flow := e.flows[x.Dataflow].flow
			return shift(d, power(flow, x.Observation)-flow.UnitMult)
		}
	}
	return stat.Decimal{}
}

// figure is a version as a quantity.
func (e *evaluation) figure(x Version) quantity {
	n := printedDigits(x.Observation)
	if known, ok := e.digits[table{x.Dataflow, x.Vintage.Date}]; ok && x.Cell() != e.anchor.Cell() {
		n = known
	}
	flow := e.flows[x.Dataflow].flow
	return quantity{scaled(flow, x.Observation), shift(halfUnit(n), power(flow, x.Observation)-flow.UnitMult)}
}

func (e *evaluation) of(x *catalog.Expr) (quantity, bool) {
	switch x.Op {
	case 'n':
		return quantity{value: x.N}, true
	case 'r':
		q, _, ok := e.sum(x.Ref)
		return q, ok
	case 'm':
		q, n, ok := e.sum(x.L.Ref)
		if !ok {
			return q, false
		}
		return quotient(q, quantity{value: stat.Int(int64(n))})
	case 'e':
		if q, ok := e.of(x.L); ok {
			return q, true
		}
		return e.of(x.R)
	}
	before := len(e.used)
	a, ok := e.of(x.L)
	b, had := quantity{}, false
	if ok {
		b, had = e.of(x.R)
	}
	if !ok || !had {
		e.used = e.used[:before] // what a failed alternative read takes no part
		return quantity{}, false
	}
	switch x.Op {
	case '+':
		return quantity{a.value.Add(b.value), a.error.Add(b.error)}, true
	case '-':
		return quantity{a.value.Sub(b.value), a.error.Add(b.error)}, true
	case '*':
		return quantity{a.value.Mul(b.value), a.value.Abs().Mul(b.error).Add(b.value.Abs().Mul(a.error))}, true
	default:
		return quotient(a, b)
	}
}

// quotient divides; its error is that of the first order.
func quotient(a, b quantity) (quantity, bool) {
	q, err := a.value.Quo(b.value)
	if err != nil {
		return quantity{}, false
	}
	moved, err := a.error.Mul(b.value.Abs()).Add(a.value.Abs().Mul(b.error)).Quo(b.value.Mul(b.value))
	return quantity{q, moved}, err == nil
}

// sum adds the figures of a reference; false when there are none or one is missing.
func (e *evaluation) sum(ref *catalog.Ref) (q quantity, n int, ok bool) {
	if ref.This {
		return e.figure(e.anchor), 1, true
	}
	cells, ok := e.cellsOf(ref, e.anchor)
	if !ok {
		return q, 0, false
	}
	before := len(e.used)
	for _, cell := range cells {
		x, ok := e.taken(cell)
		if !ok {
			e.used = e.used[:before]
			return quantity{}, 0, false
		}
		f := e.figure(x)
		q = quantity{q.value.Add(f.value), q.error.Add(f.error)}
		e.used = append(e.used, x)
	}
	return q, len(cells), len(cells) > 0
}

// taken gives the version of a cell that an identity takes.
func (e *evaluation) taken(cell Cell) (Version, bool) {
	versions := e.versions(cell)
	for i := len(versions) - 1; i >= 0; i-- {
		x := versions[i]
		day := e.anchor.Vintage.Date
		switch e.rule.Basis {
		case catalog.OneVintage:
			if x.Vintage.Date != e.day {
				continue
			}
		case catalog.SameVintage:
			if x.Vintage.Date != day {
				continue
			}
		case catalog.AsOfDay:
			if x.Vintage.Date.After(day) {
				continue
			}
		}
		return x, x.Value != nil
	}
	return Version{}, false
}

// cellsOf gives the cells that a reference names at a figure: its own codes, and the figure's for the others.
func (v *view) cellsOf(ref *catalog.Ref, anchor Version) ([]Cell, bool) {
	var out []Cell
	for _, k := range keysOf(ref, v.flows[anchor.Dataflow].flow, anchor.Key) {
		periods, ok := v.periodsOf(ref, k, anchor.Period)
		if !ok {
			return nil, false
		}
		for _, p := range periods {
			out = append(out, Cell{ref.Flow.ID, k, p})
		}
	}
	return out, true
}

// keysOf gives the series that a reference names at a series of a dataflow.
func keysOf(ref *catalog.Ref, from *catalog.Dataflow, anchor stat.Key) []stat.Key {
	keys := []stat.Key{""}
	for i, d := range ref.Flow.Dimensions {
		codes := ref.Codes[d.ID]
		if codes == nil {
			codes = []string{from.CodeOf(anchor, d.ID)}
		}
		var longer []stat.Key
		for _, k := range keys {
			for _, code := range codes {
				if i > 0 {
					longer = append(longer, k+stat.Key("."+code))
				} else {
					longer = append(longer, stat.Key(code))
				}
			}
		}
		keys = longer
	}
	return keys
}

func (v *view) periodsOf(ref *catalog.Ref, key stat.Key, at stat.Period) ([]stat.Period, bool) {
	switch {
	case ref.Fixed != nil:
		return []stat.Period{*ref.Fixed}, true
	case ref.Within != 0:
		list := at.Within(ref.Within)
		return list, len(list) > 0
	case ref.Years != 0:
		n := at.Frequency().PerYear()
		return []stat.Period{at.Add(ref.Years * n)}, n > 0
	case ref.Last:
		cells := v.flows[ref.Flow.ID].of(key).cells
		for i := len(cells) - 1; i >= 0; i-- {
			if !cells[i].Period.From().After(at.From()) {
				return []stat.Period{cells[i].Period}, true
			}
		}
		return nil, false
	}
	return []stat.Period{at}, true
}
