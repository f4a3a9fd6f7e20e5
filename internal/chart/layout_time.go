package chart

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// overTime lays out lines and bars over periods.
func (p *plot) overTime() {
	s := p.s
	steps := 4
	if p.h > 240 {
		steps = 5
	}
	p.fit(steps, s.FromZero || s.Kind != Line)
	p.foot = true
	p.bottom, p.top = 26, 10
	named := 0
	for _, x := range s.Series {
		if x.Style != Ghost {
			named++
		}
	}
	keyed := named > 6 || named > 1 && (p.narrow || s.Kind == Bar) // bars side by side have no end at which a name could stand
	if keyed {
		p.top += keyRow * float64(p.addKey())
	}
	ends := p.endTexts(keyed)
	p.air = s.Kind != Line || p.labelAll() || len(s.Periods) == 1 // bars and figures above points need half a step of air at both ends
	p.sides(ends)
	years := p.yearRow()
	if years != nil {
		p.bottom = 40
	}
	base := p.targetRoom()
	p.top += base
	events := p.eventRows(base)
	p.board.frame = box{p.left, p.top - base - 8, p.w - 1, p.h - p.bottom - 2}
	for i := range s.Series {
		if s.Kind == Line {
			p.line(&s.Series[i])
		} else {
			p.columns(&s.Series[i])
		}
	}
	p.obstacles()
	for _, e := range ends { // where words belong, no others may stand
		if x, y := p.at(e.at, e.y); s.Kind == Line {
			p.board.points = append(p.board.points, box{x, y, x, y}.grown(3))
		}
	}
	p.events(events)
	p.targetLines()
	p.marginEnds(ends)
	p.targetWords()
	if p.labelAll() {
		p.pointLabels()
	}
	p.innerEnds(ends)
	for _, l := range years {
		l.y = p.h - p.bottom + axisGap + labelSize/2 + lineHeight
		p.labels = append(p.labels, l)
	}
}

// axisGap is the room between the plot and what stands below it.
const axisGap = 8.0

// sides gives the plot room at its sides for the figures of the axis, the names at the ends of lines, and the periods, which
// stand with their middle below their figure.
func (p *plot) sides(ends []end) {
	_, texts := p.ticks()
	p.left = widest(texts, labelSize, false) + 10
	p.right = 12
	for _, e := range ends {
		if e.margin {
			p.right = math.Max(p.right, widest(e.lines, labelSize, true)+14)
		}
	}
	p.names = make([]category, len(p.s.Periods))
	for range 2 { // what fits depends on the width of the plot, which depends on what stands at its sides
		for i, lines := range periodLabels(p.lang, p.s.Periods, p.stride()) {
			p.names[i] = category{lines: lines}
		}
		edge := 0.0
		if p.air {
			edge = p.stride() / 2
		}
		n := len(p.names)
		p.left = math.Max(p.left, widest(p.names[0].lines, labelSize, false)/2-edge)
		p.right = math.Max(p.right, widest(p.names[n-1].lines, labelSize, false)/2-edge+1)
	}
	p.left, p.right = round1(p.left), round1(p.right)
}

// yearRow takes the years from below quarters and months, for a row of their own.
func (p *plot) yearRow() []label {
	var out []label
	for i := range p.names {
		if c := &p.names[i]; len(c.lines) > 1 {
			out = append(out, label{x: p.cat(i), align: middle, lines: c.lines[1:], size: labelSize, colour: muted})
			c.lines = c.lines[:1]
		}
	}
	return out
}

// end is a direct label at the last figure of a series.
type end struct {
	at     int
	y      float64 // value
	lines  []string
	colour string
	bold   bool
	margin bool // stands at the right of the plot
}

// endTexts chooses what stands at the end of each line: its name and last figure; only the figure when there is a key or a
// single series; nothing when every point of a single series is labelled anyway.
func (p *plot) endTexts(keyed bool) []end {
	s := p.s
	if s.Kind == Bar || s.Kind == Stacked && keyed || p.labelAll() {
		return nil
	}
	var out []end
	limit := math.Min(170, 0.3*p.w)
	n := len(s.Periods)
	for i := range s.Series {
		x := &s.Series[i]
		at := x.last()
		if at < 0 {
			continue
		}
		e := end{at: at, colour: x.Colour.text(), bold: true}
		e.y, _ = x.Values[at].Shown()
		name := x.Name.In(p.lang)
		value := p.number(x.Values[at])
		switch {
		case s.Kind == Stacked:
			e.y, e.at = 0, n-1
			for j := 0; j <= i; j++ {
				if f, ok := s.Series[j].Values[e.at].Shown(); ok {
					e.y += f
					if j == i {
						e.y -= f / 2
					}
				}
			}
			e.lines = wrap(name, labelSize, true, limit)
		case x.Style == Ghost:
			if keyed {
				continue
			}
			e.colour, e.bold = muted, false
			e.lines = []string{clip(name, labelSize, false, limit)}
		case keyed || len(s.Series) == 1:
			e.lines = []string{value}
		default:
			e.lines = wrap(name+" "+value, labelSize, true, limit)
		}
		e.margin = e.at == n-1
		out = append(out, e)
	}
	return out
}

// labelAll reports whether a single short series has room for the figure at each of its points.
func (p *plot) labelAll() bool {
	return p.s.Kind == Line && len(p.s.Series) == 1 && len(p.s.Periods) <= 8 && p.s.Series[0].Style == Solid && !p.s.Series[0].hasInterval() &&
		(p.w-60)/float64(len(p.s.Periods)) > 44
}

func (e end) label() label {
	return label{lines: e.lines, size: labelSize, bold: e.bold, colour: e.colour, halo: true, align: start}
}

// marginEnds places the direct labels at the right of the plot, pushed apart where they would overlap.
func (p *plot) marginEnds(all []end) {
	type slot struct {
		end
		want, at, h float64
	}
	var slots []slot
	for _, e := range all {
		if e.margin {
			y := p.val(e.y)
			slots = append(slots, slot{e, y, y, lineHeight * float64(len(e.lines))})
		}
	}
	sort.SliceStable(slots, func(a, b int) bool { return slots[a].want < slots[b].want })
	// Push down from the top, then up from the bottom: every label stays within the plot and near its line.
	floor := p.top - 8
	for i := range slots {
		b := &slots[i]
		b.at = math.Max(b.want, floor+b.h/2)
		floor = b.at + b.h/2
	}
	ceiling := p.h - p.bottom + 8
	for i := len(slots) - 1; i >= 0; i-- {
		b := &slots[i]
		b.at = math.Min(b.at, ceiling-b.h/2)
		ceiling = b.at - b.h/2
	}
	led := false // some label is so far from its line that a thin line leads to it; then all stand clear of those
	for _, b := range slots {
		led = led || math.Abs(b.at-b.want) > far && p.s.Kind == Line
	}
	for _, b := range slots {
		x := p.cat(b.end.at)
		l := b.label()
		l.x, l.y, l.crowded = x+8, b.at, ceiling < p.top-8.5
		switch {
		case p.s.Kind == Stacked:
			l.x = x + p.columnWidth()/2 + 6
		case led:
			l.x = x + 14
			if b.at != b.want {
				p.draw(rule{x + 4, b.want, x + 12, b.at, pen{colour: l.colour, width: 0.8}})
			}
		}
		p.words(l)
	}
}

// innerEnds places the labels of lines that end within the plot: first what is official, then earlier vintages.
func (p *plot) innerEnds(all []end) {
	for _, bold := range []bool{true, false} {
		for _, e := range all {
			if e.bold == bold && !e.margin {
				p.beside(p.cat(e.at), p.val(e.y), e.label())
			}
		}
	}
}

func (x *Series) last() int {
	for i := len(x.Values) - 1; i >= 0; i-- {
		if _, ok := x.Values[i].Shown(); ok {
			return i
		}
	}
	return -1
}

// mostPoints is how many figures of a line have a point each.
const mostPoints = 13

// line lays out one series: its band, its dashed part, its solid part, and points where there is room for them.
func (p *plot) line(x *Series) {
	n := len(x.Values)
	solid, dash, low, high := make([]cell, n), make([]cell, n), make([]cell, n), make([]cell, n)
	colour, width := x.Colour.fill(), 2.2
	if x.Style == Ghost {
		colour, width = ghost, 1.1
	}
	points := n <= mostPoints && x.Style == Solid
	prev := -1
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			prev = -1
			continue
		}
		c := cell{v: f, ok: true}
		if points {
			c.fill = pointFill(v, colour)
		}
		if v.Status == stat.Forecast || x.Style == Dashed {
			dash[i] = c
			if prev >= 0 && !dash[prev].ok {
				dash[prev] = cell{v: solid[prev].v, ok: true} // so that the dashes begin where the line ends
			}
		} else {
			solid[i] = c
		}
		if v.Low != nil && v.High != nil {
			low[i], high[i] = cell{v: v.Low.Float64(), ok: true}, cell{v: v.High.Float64(), ok: true}
		}
		// A figure without neighbours has no line; an open dot shows it.
		if !points && alone(x.Values, i) {
			p.symbol(mark{at: i, v: f, shape: "circle", w: 5, h: 5, fill: paper, stroke: colour, strokeWidth: 1.2})
		}
		prev = i
	}
	name := x.Name.In(p.lang)
	if has(low) {
		p.bands = append(p.bands, band{x.ID, name, colour, low, high})
	}
	p.fan(x)
	if has(dash) {
		thin := pen{colour: colour, width: width, dash: []float64{5, 4}}
		if x.Style == Dashed {
			thin.width = 1.5
		}
		p.traces = append(p.traces, trace{x.ID + "-dashed", name, dash, thin, false})
	}
	if has(solid) {
		p.traces = append(p.traces, trace{x.ID, name, solid, pen{colour: colour, width: width, round: true}, x.Style == Ghost})
	}
	// The last figure gets a dot even on a long line: that is what the direct label speaks of.
	if last := x.last(); last >= 0 && !points && x.Style == Solid {
		f, _ := x.Values[last].Shown()
		p.symbol(mark{at: last, v: f, shape: "circle", w: 7, h: 7, fill: pointFill(x.Values[last], colour), stroke: colour, strokeWidth: 1.6})
	}
}

// fan lays out the intervals of a forecast as bands on each other, the widest first. They open from the last figure before them, which is known.
func (p *plot) fan(x *Series) {
	for _, level := range slices.Backward(x.levels()) {
		low, high := make([]cell, len(x.Values)), make([]cell, len(x.Values))
		for i, v := range x.Values {
			for _, r := range v.Fan {
				if r.Level == level {
					low[i], high[i] = cell{v: r.Low.Float64(), ok: true}, cell{v: r.High.Float64(), ok: true}
				}
			}
			if i == 0 || !low[i].ok || low[i-1].ok {
				continue
			}
			if f, ok := x.Values[i-1].Shown(); ok {
				low[i-1], high[i-1] = cell{v: f, ok: true}, cell{v: f, ok: true}
			}
		}
		p.bands = append(p.bands, band{x.ID + "-" + strconv.Itoa(level), x.Name.In(p.lang), x.Colour.fill(), low, high})
	}
}

// levels lists the levels of the intervals of a fan, the narrowest first.
func (x *Series) levels() []int {
	var out []int
	for _, v := range x.Values {
		if v.Secret() {
			continue
		}
		for _, r := range v.Fan {
			if !slices.Contains(out, r.Level) {
				out = append(out, r.Level)
			}
		}
	}
	slices.Sort(out)
	return out
}

// pointFill gives the fill of a point: what is not final is open.
func pointFill(v Value, colour string) string {
	if v.Status == stat.Forecast || v.Status == stat.Provisional {
		return paper
	}
	return colour
}

func alone(list []Value, i int) bool {
	shown := func(i int) bool {
		if i < 0 || i >= len(list) {
			return false
		}
		_, ok := list[i].Shown()
		return ok
	}
	return !shown(i-1) && !shown(i+1)
}

func has(list []cell) bool {
	for _, c := range list {
		if c.ok {
			return true
		}
	}
	return false
}

// pointLabels prints the figure at each point of a single short line.
func (p *plot) pointLabels() {
	x := &p.s.Series[0]
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			continue
		}
		l := label{lines: []string{p.number(v)}, size: labelSize, bold: true, colour: x.Colour.text(), halo: true}
		px, py := p.at(i, f)
		own := l.box()
		spots := spotsAround(px, py, own.x1-own.x0, own.y1-own.y0)
		// Above first, so that figures stand in a row; then above to the left, where a line climbs.
		p.settle(anchor{px, px, py}, l, append([]spot{spots[1], spots[6], spots[4], spots[2]}, spots...))
	}
}

// columnWidth is the width of one bar.
func (p *plot) columnWidth() float64 {
	per := 1
	if p.s.Kind == Bar {
		per = len(p.s.Series)
	}
	return math.Min(p.stride()*0.72/float64(per), 64)
}

// columns lays out one series as bars from zero, labelled where there is room.
func (p *plot) columns(x *Series) {
	at := 0
	for i := range p.s.Series {
		if &p.s.Series[i] == x {
			at = i
		}
	}
	width := p.columnWidth()
	n := len(x.Values)
	set := barSet{id: x.ID, name: x.Name.In(p.lang), colour: x.Colour.fill(), cells: make([]cell, n), faint: make([]bool, n),
		width: width, gap: 0.08, stack: p.s.Kind == Stacked}
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			continue
		}
		set.cells[i] = cell{v: f, ok: true, fill: set.colour}
		set.faint[i] = v.Status == stat.Forecast
	}
	p.bars = append(p.bars, set)
	for i, v := range x.Values {
		if !set.cells[i].ok {
			continue
		}
		b := p.bar(at, i)
		l := label{lines: []string{p.number(v)}, size: smallSize, colour: ink, x: (b.x0 + b.x1) / 2, align: middle}
		w := textWidth(l.lines[0], smallSize, false)
		switch {
		case p.s.Kind == Bar && w < width*1.25:
			l.y = b.y0 - 4 - smallSize/2
			if set.cells[i].v < 0 {
				l.y = b.y1 + 4 + smallSize/2
			}
			p.words(l)
		case p.s.Kind == Stacked && b.y1-b.y0 > 17 && w < width-4:
			l.y = (b.y0 + b.y1) / 2
			l.colour = onDark
			if bright(set.colour) {
				l.colour = onHue
			}
			p.words(l)
		}
	}
}

// timeTips writes the tooltip of each period.
func (p *plot) timeTips() (tips []string) {
	for i, per := range p.s.Periods {
		rows := []string{"<b>" + text.FormatPeriod(p.lang, per) + "</b>"}
		for _, x := range p.s.Series {
			name := x.Name.In(p.lang)
			if len(p.s.Series) == 1 {
				name = ""
			}
			rows = append(rows, p.tipRow(name, x.Values[i]))
		}
		tips = append(tips, strings.Join(rows, "<br>"))
	}
	return tips
}

func codes(periods []stat.Period) []string {
	out := make([]string, len(periods))
	for i, p := range periods {
		out[i] = p.String()
	}
	return out
}

func formatPeriod(lang string, q stat.Period) string { return text.FormatPeriodInline(lang, q) }
