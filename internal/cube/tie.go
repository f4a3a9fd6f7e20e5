package cube

import (
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// Tie is an identity of the catalogue at one figure: with all of its cells known but one, that one can be computed.
type Tie struct {
	Rule    *catalog.Rule
	Cells   []Cell  // the figure that the rule stands at among them
	Weights []int64 // of each cell in a sum that gives nothing or a number of the rule; nil when the identity is not a sum
	Holds   bool    // the figures do fit, as far as the rule asks: with one of them unknown it would be computed right
}

// Ties gives the identities of the catalogue among figures, one version a cell: those of which every cell is there. What by nature does not
// add up (severity note) ties nothing, nor does a bound; what is tried of later parts is tied by the rule for one day.
func Ties(c *catalog.Catalog, figures map[Cell]Version) []Tie {
	v := &view{in: Intake{Catalog: c}, flows: map[string]*held{}}
	for _, f := range c.Dataflows() {
		v.flows[f.ID] = &held{flow: f, series: map[stat.Key]*series{}}
	}
	for cell, x := range figures {
		if h := v.flows[cell.Dataflow]; h != nil && x.Value != nil {
			if h.series[cell.Key] == nil {
				h.series[cell.Key] = &series{versions: map[stat.Period][]Version{}}
				h.keys = append(h.keys, cell.Key)
			}
			h.series[cell.Key].versions[cell.Period] = []Version{x}
		}
	}
	for id, h := range v.flows {
		slices.Sort(h.keys)
		for _, k := range h.keys {
			h.series[k].order(id, k)
		}
	}
	var out []Tie
	for _, rule := range c.Rules() {
		r := *rule
		if r.Kind != catalog.IdentityRule || r.Severity == catalog.Note || r.Most || r.Basis == catalog.LaterParts {
			continue
		}
		r.Basis = catalog.NewestNow // there is one version of each cell
		for _, f := range c.Dataflows() {
			if !r.AboutFlow(f) {
				continue
			}
			h := v.flows[f.ID]
			for _, k := range h.keys {
				for _, cell := range h.series[k].cells {
					anchor := figures[cell]
					if !r.About(f, anchor.Observation) {
						continue
					}
					if t, ok := v.tie(rule, anchor); ok {
						trial, tried := v.trial(&r, anchor)
						t.Holds = tried && !trial.breaks(trial.got.Sub(trial.want))
						out = append(out, t)
					}
				}
			}
		}
	}
	return out
}

// tie gathers the cells of an identity at a figure; false when one of them is missing.
func (v *view) tie(r *catalog.Rule, anchor Version) (Tie, bool) {
	got := r.Got
	if got == nil { // the figure itself
		got = &catalog.Expr{Op: 'r', Ref: &catalog.Ref{This: true}}
	}
	left, ok1 := v.terms(got, anchor)
	right, ok2 := v.terms(r.Want, anchor)
	if !ok1 || !ok2 {
		return Tie{}, false
	}
	t := Tie{Rule: r}
	weight := map[Cell]int64{}
	linear := left.linear && right.linear
	for side, terms := range []terms{left, right} {
		for i, c := range terms.cells {
			if _, known := weight[c]; !known {
				t.Cells = append(t.Cells, c)
			}
			if linear {
				weight[c] += terms.weights[i] * int64(1-2*side)
			} else {
				weight[c] = 0
			}
		}
	}
	if linear {
		for _, c := range t.Cells {
			t.Weights = append(t.Weights, weight[c])
		}
	}
	return t, true
}

// terms are the cells of an expression, and their weights where it is a sum.
type terms struct {
	cells   []Cell
	weights []int64
	linear  bool
}

func (v *view) terms(e *catalog.Expr, anchor Version) (terms, bool) {
	switch e.Op {
	case 'n':
		return terms{linear: true}, true
	case 'r':
		cells := []Cell{anchor.Cell()}
		if !e.Ref.This {
			var ok bool
			if cells, ok = v.cellsOf(e.Ref, anchor); !ok {
				return terms{}, false
			}
		}
		t := terms{cells: cells, linear: true}
		for _, c := range cells {
			if len(v.versions(c)) == 0 {
				return terms{}, false
			}
			t.weights = append(t.weights, 1)
		}
		return t, true
	case 'e':
		if t, ok := v.terms(e.L, anchor); ok {
			return t, true
		}
		return v.terms(e.R, anchor)
	}
	left, ok := v.terms(e.L, anchor)
	if !ok || e.R == nil { // a mean
		left.linear = left.linear && e.R != nil
		return left, ok
	}
	right, ok := v.terms(e.R, anchor)
	if e.Op == '-' {
		for i := range right.weights {
			right.weights[i] = -right.weights[i]
		}
	}
	return terms{cells: slices.Concat(left.cells, right.cells), weights: slices.Concat(left.weights, right.weights),
		linear: left.linear && right.linear && (e.Op == '+' || e.Op == '-')}, ok
}
