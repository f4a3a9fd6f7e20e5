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
	p.fit(map[bool]int{true: 4, false: 5}[p.narrow], s.FromZero || s.Kind != Dots)
	names := make([]string, len(s.Items))
	limit := math.Min(260, 0.42*p.w)
	for i, it := range s.Items {
		name := it.Name.In(p.lang)
		lines := []string{clip(name, labelSize+0.5, it.Strong, limit)}
		if s.Kind == Bullet { // whose rows are high enough for two lines
			if lines = wrap(name, labelSize+0.5, it.Strong, limit); len(lines) > 2 {
				lines = []string{lines[0], clip(strings.Join(lines[1:], " "), labelSize+0.5, it.Strong, limit)}
			}
		}
		names[i] = plain(lines...)
		p.left = math.Max(p.left, widest(lines, labelSize+0.5, it.Strong)+12)
	}
	p.top, p.bottom = 6, 24
	if len(s.Targets) > 0 {
		p.top += 16
	}
	if len(s.Series) > 1 {
		p.top += 20 * float64(p.keyRows())
	}
	p.right = p.valueRoom()
	data := make([]any, len(s.Items))
	for i, it := range s.Items {
		data[i] = obj{"value": it.ID, "textStyle": obj{"color": ink, "fontWeight": map[bool]int{true: 600, false: 400}[it.Strong]}}
	}
	p.y = obj{
		"type": "category", "data": data, "inverse": true,
		"axisLabel": obj{"interval": 0, "hideOverlap": false, "color": ink, "fontSize": labelSize + 0.5, "lineHeight": 15, "margin": 10, "formatter": obj{"$fn": "pick", "texts": names}},
		"axisLine":  obj{"show": s.Kind != Dots, "lineStyle": obj{"color": axis, "width": 1}}, "axisTick": obj{"show": false},
		"splitLine": obj{"show": false},
	}
	p.x = p.valueAxis()
	row := (p.h - p.top - p.bottom) / float64(len(s.Items))
	strong := false
	for _, it := range s.Items {
		strong = strong || it.Strong
	}
	for i := range s.Series {
		switch s.Kind {
		case Dots:
			p.dots(&s.Series[i])
		default:
			p.rowBars(&s.Series[i], i, row, strong)
		}
	}
	if s.Kind == Dots && len(s.Series) > 1 {
		p.connect()
	}
	p.rowTargets(row)
	p.rowLabels()
	p.itemTips()
}

// valueRoom is the room at the right that the figures need.
func (p *plot) valueRoom() float64 {
	w := 16.0
	for i := range p.s.Items {
		for _, x := range p.s.Series {
			// Words for a missing figure stand at the foot of the bar, where there is room.
			if _, ok := x.Values[i].Shown(); ok {
				w = math.Max(w, textWidth(p.number(x.Values[i]), labelSize, true)+14)
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
	return p.number(v)
}

func (p *plot) rowLabels() {
	s := p.s
	for i := range s.Items {
		far := math.Inf(-1)
		for _, x := range s.Series {
			if f, ok := x.Values[i].Shown(); ok {
				far = math.Max(far, f)
				if h := x.Values[i].High; h != nil && s.Kind == Dots {
					far = math.Max(far, h.Float64())
				}
			}
		}
		style := obj{"color": ink, "fontWeight": 400, "offset": []float64{6, 0}, "position": "right"}
		if s.Items[i].Strong {
			style["fontWeight"] = 600
		}
		switch {
		case math.IsInf(far, -1):
			far = math.Max(p.min, 0)
			style["color"] = muted
			if t := s.Items[i].Target; t != nil && p.px(t.Float64()) < p.px(p.max)/2 {
				far = math.Max(far, t.Float64())
			}
		case far < 0 && s.Kind != Dots:
			far = 0
		case s.Kind == Dots:
			style["offset"] = []float64{9, 0}
		case s.Kind == Bullet && s.Items[i].Target != nil:
			// The figure must not lie under the tick of the target.
			if t := s.Items[i].Target.Float64(); t >= far && p.px(t)-p.px(far) < textWidth(p.rowText(i), labelSize, true)+12 {
				far = t
			}
		}
		p.label(far, i, p.rowText(i), style)
	}
}

// px gives the place of a value along the horizontal axis.
func (p *plot) px(v float64) float64 { return (v - p.min) / (p.max - p.min) * (p.w - p.left - p.right) }

func (p *plot) rowBars(x *Series, at int, row float64, strong bool) {
	width := math.Min(row*0.68, 20)
	if p.s.Kind == Bullet {
		width = math.Min(row*0.4, 12)
	} else if n := len(p.s.Series); n > 1 {
		width = math.Min(row*0.8/float64(n), 14)
	}
	data := make([]any, len(x.Values))
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			continue
		}
		colour := x.Colour.fill()
		if strong && !p.s.Items[i].Strong && len(p.s.Series) == 1 {
			colour = Context.fill()
		}
		style := obj{"color": colour}
		if v.Status == stat.Forecast {
			style["opacity"] = 0.45
		}
		data[i] = obj{"value": f, "itemStyle": style}
		if v.Low != nil && v.High != nil {
			p.whisker(i, v)
		}
	}
	p.series = append(p.series, obj{"type": "bar", "id": x.ID, "name": x.Name.In(p.lang), "data": data, "color": x.Colour.fill(),
		"barWidth": round1(width), "barGap": "15%", "z": 3, "emphasis": obj{"disabled": true}})
}

func (p *plot) whisker(i int, v Value) {
	p.lines = append(p.lines, []any{
		obj{"coord": []any{v.Low.Float64(), i}, "lineStyle": obj{"color": ink, "width": 1.2, "type": "solid"}},
		obj{"coord": []any{v.High.Float64(), i}}})
}

func (p *plot) dots(x *Series) {
	data := make([]any, 0, len(x.Values))
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			data = append(data, nil) // keeps positions, which the tooltips count by
			continue
		}
		fill := x.Colour.fill()
		if x.Style == Ghost || v.Status == stat.Forecast {
			fill = paper
		}
		data = append(data, obj{"value": []any{f, i}, "itemStyle": obj{"color": fill, "borderColor": x.Colour.fill(), "borderWidth": 1.6, "opacity": 1}})
		if v.Low != nil && v.High != nil {
			p.lines = append(p.lines, []any{
				obj{"coord": []any{v.Low.Float64(), i}, "lineStyle": obj{"color": x.Colour.fill(), "width": 2, "type": "solid", "opacity": 0.45}},
				obj{"coord": []any{v.High.Float64(), i}}})
		}
	}
	p.series = append(p.series, obj{"type": "scatter", "id": x.ID, "name": x.Name.In(p.lang), "data": data, "symbol": "circle", "symbolSize": 9,
		"color": x.Colour.fill(), "z": 11, "emphasis": obj{"disabled": true}})
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
			p.lines = append(p.lines, []any{
				obj{"coord": []any{low, i}, "lineStyle": obj{"color": axis, "width": 1.4, "type": "solid"}},
				obj{"coord": []any{high, i}}})
		}
	}
}

// rowTargets draws the target of an item as an upright tick, and targets of the whole chart as lines.
func (p *plot) rowTargets(row float64) {
	for i, it := range p.s.Items {
		if it.Target == nil {
			continue
		}
		p.labels = append(p.labels, obj{"value": []any{it.Target.Float64(), i}, "symbol": "rect", "symbolSize": []float64{2.5, round1(math.Min(row*0.72, 22))},
			"label": obj{"show": false}, "itemStyle": obj{"color": ink, "opacity": 1}})
	}
	for _, t := range p.s.Targets {
		x := t.Value.Float64()
		p.lines = append(p.lines, obj{"xAxis": x, "lineStyle": obj{"color": ink, "width": 1, "type": []float64{2, 3}}})
		label := clip(t.Name.In(p.lang), labelSize, true, p.w*0.6)
		half := textWidth(label, labelSize, true) / 2
		at := p.left + p.px(x)
		dx := math.Max(half-at, 0) + math.Min(p.w-half-at, 0)
		p.label(x, 0, label, obj{"color": ink, "fontWeight": 600, "position": "inside", "offset": []float64{round1(dx), round1(-row/2 - 9)}})
	}
}

func (p *plot) itemTips() {
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
		p.tips = append(p.tips, strings.Join(rows, "<br>"))
	}
}
