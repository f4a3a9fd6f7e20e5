package chart

import (
	"math"
	"strings"
)

// paint draws the chart from its layout, what lies below first. The browser draws the same from the option, in the same order.
func (p *plot) paint(c canvas) {
	p.paintAxes(c)
	p.paintKeys(c)
	for _, b := range p.bands {
		for _, edge := range p.outlines(b) {
			c.path(polygon(edge), look{fill: b.colour, fade: bandOpacity})
		}
	}
	p.paintTraces(c, true)
	for k := range p.bars {
		p.paintBars(c, k)
	}
	p.paintTraces(c, false)
	for _, r := range p.rules {
		r = r.crisp()
		c.path(straight(r.x0, r.y0, r.x1, r.y1), look{edge: r.pen})
	}
	for _, m := range p.marks {
		p.paintMark(c, m)
	}
	for _, d := range p.dotted {
		for i, dot := range d.cells {
			if dot.ok {
				x, y := p.at(i, dot.v)
				c.circle(x, y, dotSize/2, look{fill: dot.fill, edge: pen{colour: d.colour, width: pointEdge}})
			}
		}
	}
	p.paintLabels(c)
}

// paintAxes draws a thin line at each tick, the line at the foot of the figures, and what stands beside both axes.
func (p *plot) paintAxes(c canvas) {
	values, texts := p.ticks()
	right, bottom := p.w-p.right, p.h-p.bottom
	across := func(v float64) string { // through the plot at a figure
		r := rule{p.left, p.val(v), right, p.val(v), pen{width: 1}}
		if p.rows {
			r = rule{p.val(v), p.top, p.val(v), bottom, r.pen}
		}
		r = r.crisp()
		return straight(r.x0, r.y0, r.x1, r.y1)
	}
	var grid strings.Builder
	var numbers []word
	figures := lettering{size: labelSize, colour: muted, align: finish}
	if p.rows {
		figures.align = middle
	}
	for i, v := range values {
		grid.WriteString(across(v))
		if p.rows {
			numbers = append(numbers, word{p.val(v), figures.middleOf(bottom + axisGap + labelSize/2), texts[i]})
		} else {
			numbers = append(numbers, word{p.left - axisGap, figures.middleOf(p.val(v)), texts[i]})
		}
	}
	c.path(grid.String(), look{edge: pen{colour: hair, width: 1}})
	if p.foot {
		at := p.min
		switch {
		case p.min < 0 && p.max >= 0:
			at = 0
		case p.down():
			at = p.max
		}
		c.path(across(at), look{edge: pen{colour: axis, width: 1}})
	}
	c.words(figures, numbers...)
	p.paintNames(c)
}

// paintNames writes the periods below the plot, or the items at its left.
func (p *plot) paintNames(c canvas) {
	plain, strong := lettering{size: labelSize, colour: muted, align: middle}, lettering{}
	if p.rows {
		plain = lettering{size: nameSize, colour: ink, align: finish}
		strong = plain
		strong.bold = true
	}
	var names, bold []word
	for i, name := range p.names {
		for k, line := range name.lines {
			if line == "" {
				continue
			}
			if !p.rows {
				names = append(names, word{p.cat(i), plain.middleOf(p.h - p.bottom + axisGap + labelSize/2 + lineHeight*float64(k)), line})
				continue
			}
			y := p.cat(i) + lineHeight*(float64(k)-float64(len(name.lines)-1)/2)
			if name.bold {
				bold = append(bold, word{p.left - nameGap, strong.middleOf(y), line})
			} else {
				names = append(names, word{p.left - nameGap, plain.middleOf(y), line})
			}
		}
	}
	c.words(plain, names...)
	c.words(strong, bold...)
}

// paintKeys draws the rows of names of series above the plot.
func (p *plot) paintKeys(c canvas) {
	f := lettering{size: labelSize, colour: ink, align: start}
	var names []word
	for row, keys := range p.keys {
		x, y := 0.0, keyRow*float64(row)
		for _, k := range keys {
			c.rect(box{x, y + 2, x + keyBox, y + 10}, look{fill: k.colour})
			names = append(names, word{x + keyMark, f.middleOf(y + 6), clip(k.name, labelSize, false, p.w-keyMark)})
			x += keyMark + textWidth(k.name, labelSize, false) + keyGap
		}
	}
	c.words(f, names...)
}

// paintTraces draws the lines behind the bars, or those before them, and then their points.
func (p *plot) paintTraces(c canvas, under bool) {
	for _, t := range p.traces {
		if t.under == under {
			if data := p.run(t); data != "" {
				c.path(data, look{edge: t.pen})
			}
		}
	}
	for _, t := range p.traces {
		for i, point := range t.cells {
			if t.under == under && point.ok && point.fill != "" {
				x, y := p.at(i, point.v)
				c.circle(x, y, pointSize/2, look{fill: point.fill, edge: pen{colour: t.pen.colour, width: pointEdge}})
			}
		}
	}
}

// run gives the path of a line, which breaks where a figure is missing. A figure without neighbours has none.
func (p *plot) run(t trace) string {
	var b strings.Builder
	shown := func(i int) bool { return i >= 0 && i < len(t.cells) && t.cells[i].ok }
	for i, cell := range t.cells {
		switch x, y := p.at(i, cell.v); {
		case !cell.ok:
		case shown(i - 1):
			b.WriteString("L" + tenth(x) + " " + tenth(y))
		case shown(i + 1):
			b.WriteString("M" + tenth(x) + " " + tenth(y))
		}
	}
	return b.String()
}

func (p *plot) paintBars(c canvas, k int) {
	set := p.bars[k]
	for i, cell := range set.cells {
		if !cell.ok || cell.fill == "" {
			continue
		}
		l := look{fill: cell.fill}
		if set.faint[i] {
			l.fade = faintOpacity
		}
		if b := p.bar(k, i); b.x1 > b.x0 && b.y1 > b.y0 {
			c.rect(b, l)
		}
	}
}

func (p *plot) paintMark(c canvas, m mark) {
	x, y := p.at(m.at, m.v)
	l := look{fill: m.fill, edge: pen{colour: m.stroke, width: m.strokeWidth}}
	switch m.shape {
	case "circle":
		c.circle(x, y, m.w/2, l)
	case "diamond":
		c.path(polygon([][2]float64{{x, y - m.h/2}, {x + m.w/2, y}, {x, y + m.h/2}, {x - m.w/2, y}}), l)
	case "rect":
		c.rect(box{x - m.w/2, y - m.h/2, x + m.w/2, y + m.h/2}, l)
	}
}

// paintLabels writes the words beside what they belong to; neighbours in the list that look alike are written together.
func (p *plot) paintLabels(c canvas) {
	var now lettering
	var words []word
	for _, l := range p.labels {
		f := lettering{l.size, l.bold, l.colour, l.align, l.halo}
		if f != now && words != nil {
			c.words(now, words...)
			words = nil
		}
		now = f
		for k, line := range l.lines {
			words = append(words, word{l.x, f.middleOf(l.y + lineHeight*(float64(k)-float64(len(l.lines)-1)/2)), line})
		}
	}
	c.words(now, words...)
}

// outlines gives the edge of each piece of a band: along the upper bounds and back along the lower ones.
func (p *plot) outlines(b band) [][][2]float64 {
	var out [][][2]float64
	for i := 0; i < len(b.low); i++ {
		first := i
		for i < len(b.low) && b.low[i].ok {
			i++
		}
		if i-first < 2 {
			continue
		}
		var edge [][2]float64
		put := func(at int, v float64) {
			x, y := p.at(at, v)
			edge = append(edge, [2]float64{round1(x), round1(y)})
		}
		for j := first; j < i; j++ {
			put(j, b.high[j].v)
		}
		for j := i - 1; j >= first; j-- {
			put(j, b.low[j].v)
		}
		out = append(out, edge)
	}
	return out
}

// straight gives the path of a straight line.
func straight(x0, y0, x1, y1 float64) string {
	from := "M" + tenth(x0) + " " + tenth(y0)
	switch {
	case tenth(y0) == tenth(y1):
		return from + "H" + tenth(x1)
	case tenth(x0) == tenth(x1):
		return from + "V" + tenth(y1)
	}
	return from + "L" + tenth(x1) + " " + tenth(y1)
}

// polygon gives the path of a closed shape.
func polygon(points [][2]float64) string {
	var b strings.Builder
	for i, q := range points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		b.WriteString(step + tenth(q[0]) + " " + tenth(q[1]))
	}
	return b.String() + "Z"
}

// crisp moves an upright or level line to the middle of a pixel, or to the edge of one where its width is even, so that it is sharp.
func (r rule) crisp() rule {
	sharp := func(at float64) float64 {
		twice := math.Round(at * 2)
		if math.Mod(twice+math.Round(r.pen.width), 2) == 0 {
			return twice / 2
		}
		return (twice + 1) / 2
	}
	if round1(r.x0) == round1(r.x1) {
		r.x0 = sharp(r.x0)
		r.x1 = r.x0
	}
	if round1(r.y0) == round1(r.y1) {
		r.y0 = sharp(r.y0)
		r.y1 = r.y0
	}
	return r
}
