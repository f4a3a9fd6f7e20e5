package publish

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// relation ties cells together: with all of them known but one, that one can be computed. Of a linear relation the weights are known, so
// that several relations can be solved together.
type relation struct {
	how     string // the fault that says what ties them
	cells   []cube.Cell
	weights []int64 // nil when the relation is not linear
}

// Disclosed gives a fault for every figure that a release withholds and that a reader could compute back from what it publishes: a total less
// its other parts, parts of a table from its margins, a figure from what was derived of it, a figure that all was published to derive, or one
// that an earlier day still shows.
func (g *Gate) Disclosed(ctx context.Context, r Release) []error {
	figures, err := g.Source.All(ctx)
	if err != nil {
		return []error{err}
	}
	v := NewView(Parts{Release: r, Audience: Everybody(), Moment: g.Now(), Catalog: g.Catalog, Recipes: g.Recipes, Zone: g.Zone, Source: g.Source, Figures: figures})
	if len(v.hidden) == 0 {
		return nil
	}
	d := newDiscloser(v)
	d.published()
	d.hierarchies()
	d.identities()
	if err := d.derivations(ctx); err != nil {
		return []error{err}
	}
	return d.faults()
}

// discloser knows the newest figures of a release, withheld ones too, and what ties them.
type discloser struct {
	view      *View
	value     map[cube.Cell]cube.Version // newest of each cell that has a value
	secret    map[cube.Cell]bool
	inherited map[cube.Cell]bool // secrets that are so only because something they were derived from is
	relations []relation
	found     map[cube.Cell]string // secrets that can be computed, and how
	order     []cube.Cell
}

func newDiscloser(v *View) *discloser {
	d := &discloser{view: v, value: map[cube.Cell]cube.Version{}, secret: map[cube.Cell]bool{}, inherited: map[cube.Cell]bool{}, found: map[cube.Cell]string{}}
	for _, list := range v.newest {
		for _, o := range list {
			if o.Value != nil {
				d.value[o.Cell()] = o
			}
		}
	}
	for _, o := range v.hidden {
		if c := o.Cell(); v.closed[c] && o.Value != nil {
			if have, ok := d.value[c]; !ok || o.Supersedes(have) {
				d.value[c] = o
			}
			d.secret[c] = true
		}
	}
	return d
}

func (d *discloser) find(c cube.Cell, how string) {
	if _, known := d.found[c]; !known {
		d.found[c] = how
		d.order = append(d.order, c)
	}
}

// published finds secrets of which an earlier version, which says the same, is free: an earlier day shows it. A derived figure that stayed the
// same when a secret came says nothing of the secret.
func (d *discloser) published() {
	for c := range d.secret {
		if !cube.Reported(d.value[c].Observation) {
			continue
		}
		for _, o := range narrow(d.view.past[c.Dataflow], string(c.Key)) {
			if o.Cell() == c && o.Value != nil && o.Value.Cmp(*d.value[c].Value) == 0 {
				d.find(c, "publish.disclosed-published")
			}
		}
	}
}

// hierarchies ties totals to their parts, wherever a codelist says what is part of what and the figures do add up: parts of a mean or of an
// index do not, and tie nothing. The parts of one code may be cut in several ways; a column "partition" or "set" of the codelist tells them apart.
func (d *discloser) hierarchies() {
	byFlow := map[string][]cube.Cell{}
	for c := range d.value {
		byFlow[c.Dataflow] = append(byFlow[c.Dataflow], c)
	}
	for _, flow := range d.view.Catalog.Dataflows() {
		if !slices.ContainsFunc(byFlow[flow.ID], func(c cube.Cell) bool { return d.secret[c] }) {
			continue
		}
		for i, dimension := range flow.Dimensions {
			list, err := d.view.Catalog.Codelist(dimension.Codelist)
			if err != nil {
				continue
			}
			for _, whole := range byFlow[flow.ID] {
				code := whole.Key.Codes()[i]
				for _, parts := range partitions(list, code) {
					d.sum(whole, i, parts)
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
	for _, t := range cube.Ties(d.view.Catalog, d.value) {
		r := relation{how: "publish.disclosed-sum", cells: t.Cells, weights: t.Weights}
		if t.Weights == nil {
			r.how = "publish.disclosed-derived"
		}
		if len(d.unknown(r)) > 0 {
			d.relations = append(d.relations, r)
		}
	}
}

// derivations ties every derived figure to what it was computed from, unless its recipe is shown to disclose nothing.
func (d *discloser) derivations(ctx context.Context) error {
	safe := map[string]bool{}
	for _, r := range d.view.recipes {
		safe[r.ID] = r.DisclosureSafe != ""
	}
	for c, o := range d.value {
		id := o.Attributes[stat.AttrRun]
		recipe, _, _ := strings.Cut(id, "#")
		if id == "" || safe[recipe] {
			continue
		}
		l, ok, err := d.view.source.LineageOf(ctx, id, c)
		if err != nil {
			return err
		}
		r := relation{how: "publish.disclosed-derived", cells: []cube.Cell{c}}
		fromSecret := false
		for _, ref := range l.From {
			if ref.Whole() {
				for x := range d.secret { // one secret of a whole series may be solved for, several not
					if x.Dataflow == ref.Dataflow && x.Key.Matches(string(ref.Key)) {
						r.cells, fromSecret = append(r.cells, x), true
					}
				}
				continue
			}
			r.cells, fromSecret = append(r.cells, ref.Cell()), fromSecret || d.secret[ref.Cell()]
		}
		tied := d.secret[c] || fromSecret
		d.inherited[c] = d.secret[c] && fromSecret
		if ok && tied && len(l.From) > 0 {
			d.relations = append(d.relations, r)
		}
	}
	return nil
}

// unknown gives the secrets of a relation that nothing has given away yet.
func (d *discloser) unknown(r relation) []int {
	var out []int
	for i, c := range r.cells {
		if _, found := d.found[c]; d.secret[c] && !found {
			out = append(out, i)
		}
	}
	return out
}

// solve finds every secret that the relations determine, together or one after the other.
func (d *discloser) solve() {
	for before := -1; before != len(d.found); {
		before = len(d.found)
		for _, r := range d.relations {
			if left := d.unknown(r); len(left) == 1 {
				d.find(r.cells[left[0]], r.how)
			}
		}
		d.eliminate()
	}
}

// eliminate solves the linear relations together: a secret is determined when some combination of them holds it alone.
func (d *discloser) eliminate() {
	column := map[cube.Cell]int{}
	var cells []cube.Cell
	var rows [][]*big.Rat
	for _, r := range d.relations {
		left := d.unknown(r)
		if r.weights == nil || len(left) == 0 {
			continue
		}
		row := map[int]int64{}
		for _, i := range left {
			c := r.cells[i]
			if _, known := column[c]; !known {
				column[c] = len(cells)
				cells = append(cells, c)
			}
			row[column[c]] += r.weights[i]
		}
		dense := make([]*big.Rat, 0, len(cells))
		for j := range cells {
			dense = append(dense, big.NewRat(row[j], 1))
		}
		rows = append(rows, dense)
	}
	for i := range rows {
		for len(rows[i]) < len(cells) {
			rows[i] = append(rows[i], new(big.Rat))
		}
	}
	for _, j := range determined(rows, len(cells)) {
		d.find(cells[j], "publish.disclosed-sum")
	}
}

// determined gives the unknowns that a system of linear equations has one value for, by the reduced echelon form of its rows.
func determined(rows [][]*big.Rat, n int) []int {
	rank := 0
	for j := 0; j < n && rank < len(rows); j++ {
		pivot := slices.IndexFunc(rows[rank:], func(row []*big.Rat) bool { return row[j].Sign() != 0 })
		if pivot < 0 {
			continue
		}
		rows[rank], rows[rank+pivot] = rows[rank+pivot], rows[rank]
		scale := new(big.Rat).Inv(rows[rank][j])
		for k := range rows[rank] {
			rows[rank][k].Mul(rows[rank][k], scale)
		}
		for i := range rows {
			if i == rank || rows[i][j].Sign() == 0 {
				continue
			}
			f := new(big.Rat).Set(rows[i][j])
			for k := range rows[i] {
				rows[i][k].Sub(rows[i][k], new(big.Rat).Mul(f, rows[rank][k]))
			}
		}
		rank++
	}
	var out []int
	for _, row := range rows[:rank] {
		alone := -1
		for j, x := range row {
			if x.Sign() != 0 {
				if alone >= 0 {
					alone = -2
					break
				}
				alone = j
			}
		}
		if alone >= 0 {
			out = append(out, alone)
		}
	}
	return out
}

// faults solves and says what was found, in the order of dataflow, series and period. Figures that are secret only by descent are left out:
// whoever could compute one back to its secret input has found that input, which is named, and it is the input that somebody can act on.
func (d *discloser) faults() []error {
	d.solve()
	slices.SortFunc(d.order, func(a, b cube.Cell) int { return strings.Compare(a.String(), b.String()) })
	var out []error
	for _, c := range d.order {
		if !d.inherited[c] {
			out = append(out, fault.New(d.found[c], "cell", c.String(), "message", d.value[c].Message, "id", d.view.Release.ID))
		}
	}
	return out
}
