package publish

import (
	"context"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// relation ties cells together: with all of them known but one, that one can be computed. Of a linear relation the weights are known, so
// that several relations can be solved together.
type relation struct {
	how     string // the fault that says what ties them
	cells   []cube.Cell
	weights []int64        // nil when the relation is not linear
	derived bool           // a recipe computed the first cell from the others
	series  []pipeline.Ref // and from these
}

// hierarchies ties totals to their parts, wherever a codelist says what is part of what and the figures do add up: parts of a mean or of an
// index do not, and tie nothing. The parts of one code may be cut in several ways; a column "partition" or "set" of the codelist tells them apart.
func (d *discloser) hierarchies() {
	byFlow := map[string][]cube.Cell{}
	for c := range d.value {
		byFlow[c.Dataflow] = append(byFlow[c.Dataflow], c)
	}
	for _, flow := range d.shown.Catalog.Dataflows() {
		if !slices.ContainsFunc(byFlow[flow.ID], func(c cube.Cell) bool { return d.secret[c] }) {
			continue
		}
		for i, dimension := range flow.Dimensions {
			list, err := d.shown.Catalog.Codelist(dimension.Codelist)
			if err != nil {
				continue
			}
			for _, whole := range inOrder(byFlow[flow.ID]) {
				code := whole.Key.Codes()[i]
				cuts := partitions(list, code)
				for _, how := range slices.Sorted(maps.Keys(cuts)) {
					d.sum(whole, i, cuts[how])
				}
			}
		}
	}
}

// partitions gives the ways in which a code is cut into parts.
func partitions(list *catalog.Codelist, code string) map[string][]string {
	out := map[string][]string{}
	for _, x := range list.Children(code) {
		how := x.Notes["partition"] + x.Notes["set"]
		out[how] = append(out[how], x.ID)
	}
	return out
}

// sum ties a whole to its parts along a dimension when those that are there add up to it, within what rounding can do.
func (d *discloser) sum(whole cube.Cell, i int, parts []string) {
	r := relation{how: "publish.disclosed-sum", cells: []cube.Cell{whole}, weights: []int64{-1}}
	total := d.value[whole]
	digits, rest := total.Value.Decimals(), *total.Value
	tied := d.secret[whole]
	for _, part := range parts {
		codes := whole.Key.Codes()
		codes[i] = part
		c := cube.Cell{Dataflow: whole.Dataflow, Key: stat.NewKey(codes...), Period: whole.Period}
		o, ok := d.value[c]
		if !ok {
			continue
		}
		r.cells, r.weights = append(r.cells, c), append(r.weights, 1)
		digits, rest, tied = min(digits, o.Value.Decimals()), rest.Sub(*o.Value), tied || d.secret[c]
	}
	if len(r.cells) < 3 || !tied {
		return
	}
	// Each figure is off by half a unit of its last digit at most.
	unit := stat.MustDecimal("1")
	for range digits {
		unit = unit.Mul(stat.MustDecimal("0.1"))
	}
	if rest.Abs().Mul(stat.Int(2)).Cmp(unit.Mul(stat.Int(int64(len(r.cells))))) <= 0 {
		d.relations = append(d.relations, r)
	}
}

// identities ties figures by what the catalogue declares to hold among them, such as a share, its base and the product of the two.
func (d *discloser) identities() {
	for _, t := range cube.Ties(d.shown.Catalog, d.value) {
		r := relation{how: "publish.disclosed-sum", cells: t.Cells, weights: t.Weights}
		if t.Weights == nil {
			r.how = "publish.disclosed-derived"
		}
		left := d.unknown(r)
		if !t.Holds && slices.ContainsFunc(left, func(i int) bool { return d.doubted(r.cells[i]) }) {
			continue // it would give a wrong figure, which nobody has a reason to believe
		}
		if len(left) > 0 {
			d.relations = append(d.relations, r)
		}
	}
}

// derivations ties every derived figure to what it was computed from, unless its recipe is shown to disclose nothing. One that shows gives
// away whatever still waits of that: what is derived waits as long as its inputs.
func (d *discloser) derivations(ctx context.Context) error {
	safe := map[string]bool{}
	for _, r := range d.gate.Recipes {
		safe[r.ID] = r.DisclosureSafe != ""
	}
	var derived []cube.Cell
	for c, o := range d.value {
		recipe, _, ran := strings.Cut(o.Attributes[stat.AttrRun], "#")
		if ran && !safe[recipe] {
			derived = append(derived, c)
		}
	}
	for _, c := range inOrder(derived) {
		id := d.value[c].Attributes[stat.AttrRun]
		from, err := d.from(ctx, id, c)
		if err != nil {
			return err
		}
		saw, err := d.saw(ctx, id)
		if err != nil {
			return err
		}
		r := relation{how: "publish.disclosed-derived", cells: []cube.Cell{c}, derived: true}
		for _, ref := range from {
			for _, x := range d.named(ref, saw) {
				d.inherited[c] = append(d.inherited[c], x)
				if _, waits := d.until(x); waits && !d.secret[c] {
					d.find(x, r.how, r.cells[:1])
				}
				if ref.Whole() { // one secret of a whole series may be solved for, several not
					r.cells = append(r.cells, x)
				}
			}
			if ref.Whole() {
				r.series = append(r.series, ref)
			} else {
				r.cells = append(r.cells, ref.Cell())
			}
		}
		if len(from) > 0 && (d.secret[c] || len(d.inherited[c]) > 0) {
			d.relations = append(d.relations, r)
		}
	}
	return nil
}

// named gives the secrets that a reference of a run names: of a confidential cell whatever version, of one that waits the version that does.
func (d *discloser) named(ref pipeline.Ref, saw cube.AsOf) []cube.Cell {
	if !ref.Whole() {
		c := ref.Cell()
		if d.secret[c] && (d.shown.closed[c] || ref.Names(d.value[c])) {
			return []cube.Cell{c}
		}
		return nil
	}
	var out []cube.Cell
	for _, c := range d.secrets[ref.Dataflow] {
		if o := d.value[c]; ref.Names(o) && saw.Holds(o.Message) {
			out = append(out, c)
		}
	}
	return out
}

// from gives what a run computed a cell from.
func (a *audit) from(ctx context.Context, run string, c cube.Cell) ([]pipeline.Ref, error) {
	key := lineageOf{run, c}
	l, known := a.lineage[key]
	if !known {
		var err error
		if l, _, err = a.gate.Source.LineageOf(ctx, run, c); err != nil {
			return nil, err
		}
		a.lineage[key] = l
		for _, ref := range l.From {
			if a.around.lacks(ref.Dataflow) {
				a.lacks[ref.Dataflow] = true
			}
		}
	}
	return l.From, nil
}

// saw gives what a run could see; of a run that is not known, everything.
func (a *audit) saw(ctx context.Context, id string) (cube.AsOf, error) {
	at, known := a.runs[id]
	if !known {
		run, _, err := a.gate.Source.RunByID(ctx, id)
		if err != nil {
			return at, err
		}
		at = run.Bound()
		a.runs[id] = at
	}
	return at, nil
}
