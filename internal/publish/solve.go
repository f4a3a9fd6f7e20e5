package publish

import (
	"math/big"
	"slices"

	"nhipso/internal/cube"
)

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

// target gives the one secret that a relation can be solved for, or -1. Secrets that are known well enough do not stand in the way.
func (d *discloser) target(r relation) int {
	left := slices.DeleteFunc(d.unknown(r), func(i int) bool { return d.fitting[r.cells[i]] })
	if len(left) != 1 {
		return -1
	}
	return left[0]
}

// free reports whether a secret can be computed by whoever likes, and nobody asked for more.
func (d *discloser) free(c cube.Cell) bool {
	clue, found := d.found[c]
	return found && clue.how == ""
}

// solve finds every secret that the relations determine, together or one after the other. Only when nothing more is found by what is new do
// older figures that fit as well stand in for what they hide.
func (d *discloser) solve() {
	for again := true; again; {
		before := len(d.found)
		var fits []cube.Cell
		for _, r := range d.relations {
			i := d.target(r)
			if i < 0 {
				continue
			}
			switch c := r.cells[i]; {
			case d.descends(c.Dataflow) && (r.derived && i == 0 || slices.ContainsFunc(r.cells, d.free)): // what it rests on is known, so it holds no secret
				d.found[c] = clue{}
			case d.tells(r, c):
				d.find(c, r.how, r.cells, r.series...)
			case r.weights != nil:
				fits = append(fits, c)
			}
		}
		fits = append(fits, d.eliminate()...)
		again = len(d.found) > before || len(fits) > 0
		if len(d.found) == before {
			for _, c := range fits {
				d.fitting[c] = true
			}
		}
	}
}

// eliminate solves the linear relations together: a secret is determined when some combination of them holds it alone. It gives those that are
// determined but of which nothing new tells.
func (d *discloser) eliminate() (fits []cube.Cell) {
	column := map[cube.Cell]int{}
	var cells []cube.Cell
	var rows [][]*big.Rat
	news := false
	for _, r := range d.relations {
		left := slices.DeleteFunc(d.unknown(r), func(i int) bool { return d.fitting[r.cells[i]] })
		if r.weights == nil || len(left) < 2 { // one alone has been looked at
			continue
		}
		news = news || slices.ContainsFunc(r.cells, d.news)
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
		if d.doubted(cells[j]) && !news {
			fits = append(fits, cells[j])
			continue
		}
		for _, r := range d.relations {
			if r.weights != nil && slices.Contains(r.cells, cells[j]) {
				d.find(cells[j], "publish.disclosed-sum", r.cells)
			}
		}
	}
	return fits
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
