package chart

import (
	"math"
	"slices"
	"strconv"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

const (
	gridSign  = 11.0
	gridPitch = 16.0
	gridApart = 14.0 // between columns; half of it where there is little room
)

// gridRow is a group with its items by column.
type gridRow struct {
	name  []string
	cells [][]int
	lines int // of signs
}

// grid draws the sign of each item in the row of its group and the column of its period, with the number of them all at the end of the row.
func (d *still) grid() float64 {
	y := d.key(0, d.signKey()) + 6
	names := math.Min(250, 0.28*d.w)
	if d.narrow() {
		names = 0
	}
	apart := gridApart
	if d.narrow() {
		apart /= 2
	}
	rows, widths := d.gridRows(names, apart)
	head := lettering{size: labelSize, colour: muted}
	x := names
	for k, p := range d.s.Periods {
		d.words(head, word{x, head.middleOf(y + 8), text.FormatPeriod(d.lang, p)})
		x += widths[k] + apart
	}
	y += 20
	for _, r := range rows {
		d.path(straight(0, y, d.w, y), look{edge: pen{colour: hair, width: 1}})
		f := lettering{size: labelSize, colour: ink, bold: true}
		for k, line := range r.name {
			d.words(f, word{0, f.middleOf(y + 11 + lineHeight*float64(k)), line})
		}
		top := y + 5
		if d.narrow() {
			top = y + 6 + lineHeight*float64(len(r.name))
		}
		x := names
		for k, cell := range r.cells {
			each := perLine(widths[k])
			for i, item := range cell {
				d.gridSign(item, x+gridPitch*float64(i%each), top+gridPitch*float64(i/each))
			}
			x += widths[k] + apart
		}
		next := top + gridPitch*float64(r.lines) + 3
		y = math.Max(next, y+lineHeight*float64(len(r.name))+7)
	}
	d.path(straight(0, y, d.w, y), look{edge: pen{colour: hair, width: 1}})
	return y + 2
}

func perLine(width float64) int { return max(1, int((width+gridPitch-gridSign)/gridPitch)) }

func (d *still) gridSign(item int, x, y float64) {
	it := d.s.Items[item]
	d.titled(it.Name.In(d.lang)+" · "+text.FormatPeriod(d.lang, it.Period)+": "+d.s.meaning(it.Sign, d.lang), func() {
		d.path(it.Sign.path(x, y, gridSign), look{fill: it.Sign.colour()})
	})
}

func (s *Spec) meaning(g Sign, lang string) string {
	for _, n := range s.Signs {
		if n.Sign == g {
			return n.Name.In(lang)
		}
	}
	return string(g)
}

// signKey says what each sign stands for, and how many items have it.
func (d *still) signKey() []entry {
	var out []entry
	for _, n := range d.s.Signs {
		count := 0
		for _, it := range d.s.Items {
			if it.Sign == n.Sign {
				count++
			}
		}
		if count > 0 {
			out = append(out, entry{n.Name.In(d.lang) + " (" + strconv.Itoa(count) + ")", func(x, y float64) {
				d.path(n.Sign.path(x, y, 10), look{fill: n.Sign.colour()})
			}})
		}
	}
	return out
}

// gridRows parts the items and gives each column the width that its fullest cell asks for, within what there is.
func (d *still) gridRows(names, apart float64) (rows []gridRow, widths []float64) {
	s := d.s
	order := func(g Sign) int { return slices.IndexFunc(s.Signs, func(n Named) bool { return n.Sign == g }) }
	n := len(s.Periods)
	want := make([]float64, n)
	for k, p := range s.Periods {
		want[k] = textWidth(text.FormatPeriod(d.lang, p), labelSize, false)
	}
	for _, g := range s.Groups {
		r := gridRow{cells: make([][]int, n)}
		size := d.w
		if names > 0 {
			size = names - 16
		}
		r.name = wrap(g.Name.In(d.lang), labelSize, true, size)
		any := false
		for i, it := range s.Items {
			if it.Group == g.ID {
				k := slices.IndexFunc(s.Periods, func(p stat.Period) bool { return p == it.Period })
				r.cells[k] = append(r.cells[k], i)
				any = true
			}
		}
		if !any {
			continue
		}
		for k := range r.cells {
			slices.SortStableFunc(r.cells[k], func(a, b int) int { return order(s.Items[a].Sign) - order(s.Items[b].Sign) })
			want[k] = math.Max(want[k], gridPitch*float64(len(r.cells[k])))
		}
		rows = append(rows, r)
	}
	widths = share(want, d.w-names-apart*float64(n-1))
	for i := range rows {
		rows[i].lines = 1
		for k, cell := range rows[i].cells {
			each := perLine(widths[k])
			rows[i].lines = max(rows[i].lines, (len(cell)+each-1)/each)
		}
	}
	return rows, widths
}

// share gives each what it wants, and where that is too much, the widest ones less, all the same.
func share(want []float64, room float64) []float64 {
	out := slices.Clone(want)
	total := 0.0
	for _, w := range want {
		total += w
	}
	for limit := slices.Max(want); total > room && limit > gridPitch; limit-- {
		total = 0
		for i, w := range want {
			out[i] = math.Min(w, limit)
			total += out[i]
		}
	}
	return out
}
