package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
)

// Sizes and shades that the drawing of the server and the option of the browser share.
const (
	bandOpacity  = 0.16
	faintOpacity = 0.45
	pointSize    = 6.0
	dotSize      = 9.0
	haloWidth    = 3.0
)

// svg writes the laid-out chart.
func (p *plot) svg() string {
	d := &drawing{}
	p.drawAxes(d)
	for i, row := range p.keys {
		x, y := 0.0, keyRow*float64(i)
		for _, k := range row {
			d.open("rect").num("x", x).num("y", y+2).num("width", 14).num("height", 8).attr("fill", k.colour).close()
			d.text(label{x: x + keyMark, y: y + 6, align: start, lines: []string{k.name}, size: labelSize, colour: ink})
			x += keyMark + textWidth(k.name, labelSize, false) + keyGap
		}
	}
	for _, b := range p.bands {
		d.open("path").attr("d", p.bandPath(b)).attr("fill", b.colour).num("fill-opacity", bandOpacity).close()
	}
	for _, under := range []bool{true, false} {
		for _, t := range p.traces {
			if path := p.tracePath(t); t.under == under && path != "" {
				d.open("path").attr("d", path).attr("fill", "none").pen(t.pen).attr("stroke-linejoin", "round").close()
			}
		}
		if under {
			p.drawBars(d)
		}
	}
	for _, t := range p.traces {
		for i, c := range t.cells {
			if c.ok && c.fill != "" {
				x, y := p.at(i, c.v)
				d.circle(x, y, pointSize/2, c.fill, t.pen.colour, 1.6)
			}
		}
	}
	for _, r := range p.rules {
		d.line(r)
	}
	for _, m := range p.marks {
		x, y := p.at(m.at, m.v)
		switch m.shape {
		case "circle":
			d.circle(x, y, m.w/2, m.fill, m.stroke, m.strokeWidth)
		case "diamond":
			d.open("path").attr("d", path{}.to('M', x, y-m.h/2).to('L', x+m.w/2, y).to('L', x, y+m.h/2).to('L', x-m.w/2, y).end()).
				attr("fill", m.fill).attr("stroke", m.stroke).num("stroke-width", m.strokeWidth).close()
		case "rect":
			d.open("rect").num("x", x-m.w/2).num("y", y-m.h/2).num("width", m.w).num("height", m.h).attr("fill", m.fill).close()
		}
	}
	for _, s := range p.dotted {
		for i, c := range s.cells {
			if c.ok {
				x, y := p.at(i, c.v)
				d.circle(x, y, dotSize/2, c.fill, s.colour, 1.6)
			}
		}
	}
	for _, l := range p.labels {
		d.text(l)
	}
	return d.b.String()
}

// drawAxes draws the grid, the foot, and what stands beside the axes.
func (p *plot) drawAxes(d *drawing) {
	x0, y0, x1, y1 := p.left, p.top, p.w-p.right, p.h-p.bottom
	across := func(v float64, with pen) {
		if r := (rule{x0, p.val(v), x1, p.val(v), with}); p.rows {
			d.line(rule{p.val(v), y0, p.val(v), y1, with})
		} else {
			d.line(r)
		}
	}
	values, texts := p.ticks()
	for _, v := range values {
		across(v, pen{colour: hair, width: 1})
	}
	if p.foot {
		across(p.foundation(), pen{colour: axis, width: 1, round: true})
	}
	for i, v := range values {
		l := label{x: x0 - 8, y: p.val(v), align: finish, lines: texts[i : i+1], size: labelSize, colour: muted}
		if p.rows {
			l.x, l.y, l.align = p.val(v), y1+8+labelSize/2, middle
		}
		d.text(l)
	}
	for i, c := range p.names {
		l := label{x: p.cat(i), align: middle, lines: c.lines, size: labelSize, colour: muted}
		l.y = y1 + 8 + lineHeight*float64(len(c.lines))/2
		if p.rows {
			l = label{x: x0 - 10, y: p.cat(i), align: finish, lines: c.lines, size: nameSize, bold: c.bold, colour: ink}
		}
		d.text(l)
	}
}

func (p *plot) drawBars(d *drawing) {
	for k, s := range p.bars {
		for i, c := range s.cells {
			if !c.ok {
				continue
			}
			b := p.bar(k, i)
			d.open("rect").num("x", b.x0).num("y", b.y0).num("width", b.x1-b.x0).num("height", b.y1-b.y0).attr("fill", c.fill)
			if s.faint[i] {
				d.num("opacity", faintOpacity)
			}
			d.close()
		}
	}
}

// bar gives the place of one bar: side by side with those of the other series, or on top of those before it.
func (p *plot) bar(k, i int) box {
	s := p.bars[k]
	from, to := p.foundation(), s.cells[i].v
	side, n := k, len(p.s.Series)
	if s.stack {
		side, n = 0, 1
		for _, below := range p.bars[:k] {
			if c := below.cells[i]; c.ok && (c.v > 0) == (to > 0) {
				from += c.v
			}
		}
		to += from
	}
	pitch := s.width * (1 + s.gap)
	whole := pitch*float64(n) - s.gap*s.width
	at := p.cat(i) - whole/2 + pitch*float64(side)
	lo, hi := p.val(from), p.val(to)
	if lo > hi {
		lo, hi = hi, lo
	}
	if p.rows {
		return box{lo, at, hi, at + s.width}
	}
	return box{at, lo, at + s.width, hi}
}

// tracePath gives the line of a trace; a figure without neighbours has none.
func (p *plot) tracePath(t trace) string {
	out := path{}
	for i, c := range t.cells {
		before := i > 0 && t.cells[i-1].ok
		after := i+1 < len(t.cells) && t.cells[i+1].ok
		switch x, y := p.at(i, c.v); {
		case !c.ok:
		case before:
			out = out.to('L', x, y)
		case after:
			out = out.to('M', x, y)
		}
	}
	return string(out)
}

// bandPath gives the outline of a band: along the upper bounds and back along the lower ones, run by run.
func (p *plot) bandPath(b band) string {
	out := path{}
	for i := 0; i < len(b.low); i++ {
		first := i
		for i < len(b.low) && b.low[i].ok {
			i++
		}
		if i-first < 2 {
			continue
		}
		for j := first; j < i; j++ {
			x, y := p.at(j, b.high[j].v)
			out = out.to(map[bool]byte{true: 'M', false: 'L'}[j == first], x, y)
		}
		for j := i - 1; j >= first; j-- {
			x, y := p.at(j, b.low[j].v)
			out = out.to('L', x, y)
		}
		out = append(out, 'Z')
	}
	return string(out)
}

// path is path data under way.
type path []byte

func (b path) to(cmd byte, x, y float64) path {
	b = append(b, cmd)
	b = strconv.AppendFloat(b, tenth(x), 'f', -1, 64)
	b = append(b, ' ')
	return strconv.AppendFloat(b, tenth(y), 'f', -1, 64)
}

func (b path) end() string { return string(append(b, 'Z')) }

// tenth rounds to a tenth of a pixel, without a negative zero.
func tenth(f float64) float64 { return math.Round(f*10)/10 + 0 }

// drawing writes elements of SVG.
type drawing struct{ b strings.Builder }

func (d *drawing) open(tag string) *drawing {
	d.b.WriteByte('<')
	d.b.WriteString(tag)
	return d
}

func (d *drawing) attr(name, value string) *drawing {
	d.b.WriteByte(' ')
	d.b.WriteString(name)
	d.b.WriteString(`="`)
	d.b.WriteString(value)
	d.b.WriteByte('"')
	return d
}

func (d *drawing) num(name string, v float64) *drawing { return d.attr(name, trim(v)) }

func (d *drawing) close() { d.b.WriteString("/>\n") }

// pen writes how a line is drawn.
func (d *drawing) pen(with pen) *drawing {
	d.attr("stroke", with.colour)
	if with.width != 1 {
		d.num("stroke-width", with.width)
	}
	if with.opacity != 0 {
		d.num("stroke-opacity", with.opacity)
	}
	if with.dash != nil {
		parts := make([]string, len(with.dash))
		for i, f := range with.dash {
			parts[i] = trim(f)
		}
		d.attr("stroke-dasharray", strings.Join(parts, ","))
	}
	if with.round {
		d.attr("stroke-linecap", "round")
	}
	return d
}

// line draws a straight line, on whole pixels where it is upright or level, so that it is sharp.
func (d *drawing) line(r rule) {
	if tenth(r.x0) == tenth(r.x1) {
		r.x0 = crisp(r.x0, r.pen.width)
		r.x1 = r.x0
	}
	if tenth(r.y0) == tenth(r.y1) {
		r.y0 = crisp(r.y0, r.pen.width)
		r.y1 = r.y0
	}
	d.open("path").attr("d", string(path{}.to('M', r.x0, r.y0).to('L', r.x1, r.y1))).attr("fill", "none").pen(r.pen).close()
}

// crisp moves a line of odd width to the middle of a pixel and one of even width to the edge of one, as ECharts does.
func crisp(at, width float64) float64 {
	twice := math.Round(at * 2)
	if math.Mod(twice+math.Round(width), 2) == 0 {
		return twice / 2
	}
	return (twice + 1) / 2
}

func (d *drawing) circle(x, y, r float64, fill, stroke string, width float64) {
	d.open("circle").num("cx", x).num("cy", y).num("r", r).attr("fill", fill).attr("stroke", stroke).num("stroke-width", width).close()
}

// text writes the lines of a label. The baseline is computed, since few programs but browsers know dominant-baseline.
func (d *drawing) text(l label) {
	y := l.y - lineHeight*float64(len(l.lines)-1)/2 + faceFor(l.bold).middle*l.size
	for _, s := range l.lines {
		if s != "" {
			d.open("text").num("x", l.x).num("y", y)
			if l.align != start {
				d.attr("text-anchor", string(l.align))
			}
			if l.size != labelSize { // which the root has
				d.num("font-size", l.size)
			}
			if l.bold {
				d.attr("font-weight", "600")
			}
			d.attr("fill", l.colour)
			if l.halo {
				d.attr("stroke", paper).num("stroke-width", haloWidth).attr("paint-order", "stroke").attr("stroke-linejoin", "round")
			}
			d.b.WriteByte('>')
			d.b.WriteString(html.EscapeString(s))
			d.b.WriteString("</text>\n")
		}
		y += lineHeight
	}
}

// trim writes a coordinate with two digits at most.
func trim(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100+0, 'f', -1, 64)
}
