package chart

import "math"

// stripe is one item of a slope, and whole the group that it runs into.
type stripe struct {
	item      int
	y         float64 // of its row
	from, to  float64 // top of its ribbon at the left and at the right
	thickness float64
}

type whole struct {
	group   Group
	top, y  float64 // of its rows; the middle of them
	height  float64
	sum     float64 // thickness of all
	stripes []stripe
}

// Sizes of a slope.
const (
	slopeRow   = 18.0
	slopeApart = 7.0
	slopeThick = 30.0 // of the thickest sum
)

// slope draws a row for each item at the left and one for each group at the right, and a ribbon from the one to the other that is as thick as
// the figure: where items come together, so do their ribbons.
func (d *still) slope() float64 {
	left, right := d.slopeSides()
	wholes, high := d.slopeRows()
	for _, w := range wholes {
		d.slopeWhole(w, left, right)
	}
	return high
}

// slopeSides gives where the ribbons begin and end: beyond the names and figures of both sides.
func (d *still) slopeSides() (left, right float64) {
	s := d.s
	for i, it := range s.Items {
		left = math.Max(left, d.beside(it.Name.In(d.lang), d.figure(s.Series[0].Values[i]), false))
	}
	for _, g := range s.Groups {
		right = math.Max(right, d.beside(g.Name.In(d.lang), d.figure(g.Value), true))
	}
	return left + 8, d.w - right - 8
}

func (d *still) figure(v Value) string {
	if _, ok := v.Shown(); !ok {
		return d.said(v)
	}
	return d.number(v)
}

// beside is the room that a name and its figure take: beside each other, or one above the other where there is little.
func (d *still) beside(name, figure string, bold bool) float64 {
	a, b := textWidth(name, labelSize, bold), textWidth(figure, labelSize, bold)
	if d.narrow() {
		return math.Max(a, b)
	}
	return a + 10 + b
}

func (d *still) slopeRows() (wholes []whole, high float64) {
	s := d.s
	row := slopeRow
	if d.narrow() {
		row = 2*lineHeight + 2
	}
	most := 0.0
	for _, g := range s.Groups {
		w := whole{group: g, top: high}
		sum := 0.0
		for i, it := range s.Items {
			if it.Group == g.ID {
				f, _ := s.Series[0].Values[i].Shown()
				w.stripes = append(w.stripes, stripe{item: i, y: high + row*(float64(len(w.stripes))+0.5), thickness: math.Max(0, f)})
				sum += math.Max(0, f)
			}
		}
		if len(w.stripes) == 0 {
			continue
		}
		w.height = row * float64(len(w.stripes))
		w.y = high + w.height/2
		w.sum, most = sum, math.Max(most, sum)
		high += w.height + slopeApart
		wholes = append(wholes, w)
	}
	if most == 0 {
		most = 1
	}
	scale := slopeThick / most
	for i := range wholes {
		w := &wholes[i]
		w.sum *= scale
		at := w.y - w.sum/2
		for k := range w.stripes {
			x := &w.stripes[k]
			x.thickness *= scale
			x.from, x.to = x.y-x.thickness/2, at
			at += x.thickness
		}
	}
	return wholes, high
}

func (d *still) slopeWhole(w whole, left, right float64) {
	s := d.s
	colour := Context
	if len(w.stripes) > 1 {
		colour = Accent
	}
	for _, x := range w.stripes {
		it, v := s.Items[x.item], s.Series[0].Values[x.item]
		d.titled(it.Name.In(d.lang)+": "+d.said(v)+" → "+w.group.Name.In(d.lang)+": "+d.said(w.group.Value), func() {
			if _, ok := v.Shown(); ok {
				t := math.Max(x.thickness, 1) // the thinnest can still be seen
				lift := (t - x.thickness) / 2
				a, b := left+(right-left)*0.2, right-(right-left)*0.2
				d.path(polygon([][2]float64{{left, x.from - lift}, {a, x.from - lift}, {b, x.to - lift}, {right, x.to - lift},
					{right, x.to - lift + t}, {b, x.to - lift + t}, {a, x.from - lift + t}, {left, x.from - lift + t}}), look{fill: colour.fill(), fade: 0.75})
			}
			d.slopeWords(0, left-8, x.y, it.Name.In(d.lang), d.figure(v), false)
		})
	}
	d.slopeWords(right+8, d.w, w.y, w.group.Name.In(d.lang), d.figure(w.group.Value), true)
}

// slopeWords writes a name and its figure between two edges.
func (d *still) slopeWords(x0, x1, y float64, name, figure string, bold bool) {
	f := lettering{size: labelSize, bold: bold, colour: ink}
	g := lettering{size: labelSize, bold: bold, colour: muted, align: finish}
	if bold {
		g.colour = ink
	}
	if d.narrow() {
		if !bold {
			f.align = finish
			d.words(f, word{x1, f.middleOf(y - lineHeight/2), name})
			d.words(g, word{x1, g.middleOf(y + lineHeight/2), figure})
			return
		}
		g.align = start
		d.words(f, word{x0, f.middleOf(y - lineHeight/2), name})
		d.words(g, word{x0, g.middleOf(y + lineHeight/2), figure})
		return
	}
	d.words(f, word{x0, f.middleOf(y), name})
	d.words(g, word{x1, g.middleOf(y), figure})
}
