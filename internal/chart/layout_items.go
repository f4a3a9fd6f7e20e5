package chart

import (
	"html"
	"math"
	"strings"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// overItems lays out rankings, dot plots and bullets: one row an item, names at the left, figures at the right of the marks.
func (p *plot) overItems() {
	s := p.s
	p.rows, p.foot = true, s.Kind != Dots
	limit := math.Min(260, 0.42*p.w)
	for _, it := range s.Items {
		name := it.Name.In(p.lang)
		lines := []string{clip(name, nameSize, it.Strong, limit)}
		if s.Kind == Bullet || s.Kind == Bridge { // whose rows are high enough for two lines
			if lines = wrap(name, nameSize, it.Strong, limit); len(lines) > 2 {
				lines = []string{lines[0], strings.Join(lines[1:], " ")}
			}
			for i := range lines {
				lines[i] = clip(lines[i], nameSize, it.Strong, limit)
			}
		}
		p.names = append(p.names, category{lines, it.Strong})
		p.left = math.Max(p.left, round1(widest(lines, nameSize, it.Strong)+12))
	}
	p.top, p.bottom = 6, 24
	if len(s.Targets) > 0 {
		p.top += 16
	}
	if len(s.Series) > 1 {
		p.top += 20 + keyRow*float64(p.addKey()-1)
	}
	p.fitRows()
	strong := false
	for _, it := range s.Items {
		strong = strong || it.Strong
	}
	for i := range s.Series {
		switch s.Kind {
		case Dots:
			p.dots(&s.Series[i])
		case Bridge:
			p.spans(&s.Series[i])
		default:
			p.rowBars(&s.Series[i], strong)
		}
	}
	if s.Kind == Dots && len(s.Series) > 1 {
		p.connect()
	}
	p.rowTargets()
	p.rowLabels()
}

const nameSize = labelSize + 0.5

// fitRows sets the value axis with as many steps as its figures have room for.
func (p *plot) fitRows() {
	steps := 5
	if p.narrow {
		steps = 4
	}
	for ; steps > 0; steps-- {
		p.fit(steps, p.s.FromZero || p.s.Kind != Dots)
		values, texts := p.ticks()
		p.right = round1(math.Max(p.valueRoom(), textWidth(texts[len(texts)-1], labelSize, false)/2+1))
		if widest(texts, labelSize, false)+8 < p.plotW()/float64(len(values)-1) {
			return
		}
	}
}

// valueRoom is the room at the right that the figures need.
func (p *plot) valueRoom() float64 {
	w := 16.0
	for i := range p.s.Items {
		for _, x := range p.s.Series {
			// Words for a missing figure stand at the foot of the bar, where there is room.
			if _, ok := x.Values[i].Shown(); ok {
				w = math.Max(w, textWidth(p.rowText(i), labelSize, true)+14)
			}
		}
	}
	return w
}

// rowText is the figure printed beside the mark of an item.
func (p *plot) rowText(i int) string {
	v := p.s.Series[len(p.s.Series)-1].Values[i]
	if p.s.Kind == Bullet {
		v = p.s.Series[0].Values[i]
	}
	if _, ok := v.Shown(); !ok {
		return p.missing(v)
	}
	if p.s.Kind == Bridge && !p.s.Items[i].Strong && v.V.Sign() > 0 {
		return "+" + p.number(v)
	}
	return p.number(v)
}

func (p *plot) rowLabels() {
	s := p.s
	for i := range s.Items {
		last := math.Inf(-1)
		for _, x := range s.Series {
			if f, ok := x.Values[i].Shown(); ok {
				last = math.Max(last, f)
				if h := x.Values[i].High; h != nil && (s.Kind == Dots || s.Kind == Bridge) {
					last = math.Max(last, h.Float64())
				}
			}
		}
		l := label{y: p.cat(i), align: start, lines: []string{p.rowText(i)}, size: labelSize, bold: s.Items[i].Strong, colour: ink, halo: true}
		away := 6.0
		switch t := s.Items[i].Target; {
		case math.IsInf(last, -1):
			last = math.Max(p.min, 0)
			l.colour, l.bold = muted, false
			if t != nil && p.val(t.Float64())-p.left < p.plotW()/2 {
				last = math.Max(last, t.Float64())
			}
		case last < 0 && s.Kind != Dots && s.Kind != Bridge:
			last = 0
		case s.Kind == Dots:
			away = 9
		case s.Kind == Bullet && t != nil:
			// The figure must not lie under the tick of the target.
			if t := t.Float64(); t >= last && p.val(t)-p.val(last) < textWidth(l.lines[0], labelSize, true)+12 {
				last = t
			}
		}
		l.x = p.val(last) + away
		p.words(l)
	}
}

func (p *plot) rowBars(x *Series, strong bool) {
	row := p.stride()
	width := math.Min(row*0.68, 20)
	if n := len(p.s.Series); n > 1 {
		width = math.Min(row*0.8/float64(n), 14)
	} else if p.s.Kind == Bullet {
		width = math.Min(row*0.4, 12)
	}
	n := len(x.Values)
	set := barSet{id: x.ID, name: x.Name.In(p.lang), colour: x.Colour.fill(), cells: make([]cell, n), faint: make([]bool, n), width: width, gap: 0.15}
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			continue
		}
		colour := set.colour
		if strong && !p.s.Items[i].Strong && len(p.s.Series) == 1 {
			colour = Context.fill()
		}
		set.cells[i] = cell{v: f, ok: true, fill: colour}
		set.faint[i] = v.Status == stat.Forecast
		if v.Low != nil && v.High != nil {
			p.across(i, v.Low.Float64(), v.High.Float64(), pen{colour: ink, width: 1.2})
		}
	}
	p.bars = append(p.bars, set)
}

// spans draws the bars of a bridge, each from its lower to its upper end, joined where one ends and the next begins. The bars of the layout lie
// over them unseen, for the pointer.
func (p *plot) spans(x *Series) {
	width := math.Min(p.stride()*0.6, 20)
	set := barSet{id: x.ID, name: x.Name.In(p.lang), cells: make([]cell, len(x.Values)), faint: make([]bool, len(x.Values)), width: width, gap: 0.15}
	stands := math.NaN() // where the bridge stands before the item
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok || v.Low == nil || v.High == nil {
			continue
		}
		low, high := v.Low.Float64(), v.High.Float64()
		set.cells[i] = cell{v: high, ok: true}
		colour := x.Colour.fill()
		switch {
		case p.s.Items[i].Strong:
			colour = NSO.fill()
		case p.s.Items[i].Pale:
			colour = Context.fill()
		}
		if !math.IsNaN(stands) {
			at := p.val(stands)
			p.draw(rule{at, p.cat(i-1) + width/2, at, p.cat(i) - width/2, pen{colour: axis, width: 1}})
		}
		if low < high {
			p.across(i, low, high, pen{colour: colour, width: math.Round(width)})
		}
		if stands = high; !p.s.Items[i].Strong && f < 0 {
			stands = low
		}
	}
	p.bars = append(p.bars, set)
}

// across draws a line along a row from one value to another.
func (p *plot) across(i int, low, high float64, with pen) {
	x0, y := p.at(i, low)
	x1, _ := p.at(i, high)
	p.draw(rule{x0, y, x1, y, with})
}

func (p *plot) dots(x *Series) {
	set := dotSet{id: x.ID, name: x.Name.In(p.lang), colour: x.Colour.fill(), cells: make([]cell, len(x.Values))}
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			continue
		}
		set.cells[i] = cell{v: f, ok: true, fill: set.colour}
		if x.Style == Ghost || v.Status == stat.Forecast {
			set.cells[i].fill = paper
		}
		if v.Low != nil && v.High != nil {
			p.across(i, v.Low.Float64(), v.High.Float64(), pen{colour: set.colour, width: 2, opacity: 0.45})
		}
	}
	p.dotted = append(p.dotted, set)
}

// connect joins the dots of an item by a thin line.
func (p *plot) connect() {
	for i := range p.s.Items {
		low, high := math.Inf(1), math.Inf(-1)
		for _, x := range p.s.Series {
			if f, ok := x.Values[i].Shown(); ok {
				low, high = math.Min(low, f), math.Max(high, f)
			}
		}
		if low < high {
			p.across(i, low, high, pen{colour: axis, width: 1.4})
		}
	}
}

// rowTargets draws the target of an item as an upright tick, and targets of the whole chart as lines.
func (p *plot) rowTargets() {
	row := p.stride()
	for i, it := range p.s.Items {
		if it.Target != nil {
			p.symbol(mark{at: i, v: it.Target.Float64(), shape: "rect", w: 2.5, h: round1(math.Min(row*0.72, 22)), fill: ink})
		}
	}
	for _, t := range p.s.Targets {
		x := p.val(t.Value.Float64())
		p.draw(rule{x, p.h - p.bottom, x, p.top, pen{colour: ink, width: 1, dash: []float64{2, 3}}})
		l := label{y: p.top - 9, align: middle, lines: []string{clip(t.Name.In(p.lang), labelSize, true, p.w*0.6)}, size: labelSize, bold: true, colour: ink, halo: true}
		half := textWidth(l.lines[0], labelSize, true) / 2
		l.x = x + math.Max(half-x, 0) + math.Min(p.w-half-x, 0)
		p.words(l)
	}
}

// itemTips writes the tooltip of each item.
func (p *plot) itemTips() (tips []string) {
	for i, it := range p.s.Items {
		rows := []string{"<b>" + html.EscapeString(it.Name.In(p.lang)) + "</b>"}
		for _, x := range p.s.Series {
			name := x.Name.In(p.lang)
			if len(p.s.Series) == 1 {
				name = ""
			}
			rows = append(rows, p.tipRow(name, x.Values[i]))
		}
		if it.Target != nil {
			rows = append(rows, html.EscapeString(book.Say(p.lang, "target"))+": <b>"+text.FormatNumber(p.lang, *it.Target, p.s.Decimals)+"</b>")
		}
		tips = append(tips, strings.Join(rows, "<br>"))
	}
	return tips
}
