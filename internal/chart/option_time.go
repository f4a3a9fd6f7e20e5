package chart

import (
	"math"
	"sort"
	"strings"

	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

func statusWord(lang string, s stat.Status) string { return export.StatusName(lang, s) }

// overTime lays out lines and bars over periods.
func (p *plot) overTime() {
	s := p.s
	p.cross = true
	p.fit(map[bool]int{true: 5, false: 4}[p.h > 240], s.FromZero || s.Kind != Line)
	p.left = widest(p.tickTexts(), labelSize, false) + 10
	p.bottom = 26
	p.top = 10
	named := 0
	for _, x := range s.Series {
		if x.Style != Ghost {
			named++
		}
	}
	key := named > 6 || p.narrow && named > 1
	if key {
		p.top += 18 * float64(p.keyRows())
	}
	ends := p.endTexts(key)
	p.right = 12
	for _, e := range ends {
		p.right = math.Max(p.right, widest(e.lines, labelSize, true)+14)
	}
	band := s.Kind != Line || p.labelAll() // bars and figures above points need half a step of air at both ends
	n := len(s.Periods)
	plotW := p.w - p.left - p.right
	step := plotW / float64(n)
	first := step / 2
	if !band {
		step, first = plotW/math.Max(1, float64(n-1)), 0
		if n == 1 {
			first = plotW / 2
		}
	}
	xs := func(i int) float64 { return first + float64(i)*step }
	p.top += p.targetRoom()
	p.events(xs, plotW)
	names, twoRows := periodLabels(p.lang, s.Periods, step)
	if twoRows {
		p.bottom = 40
	}
	p.x = obj{
		"type": "category", "data": codes(s.Periods), "boundaryGap": band,
		"axisLabel": obj{"interval": 0, "hideOverlap": false, "color": muted, "fontSize": labelSize, "lineHeight": 15, "margin": 8, "formatter": obj{"$fn": "pick", "texts": names}},
		"axisLine":  obj{"show": true, "onZero": p.min < 0, "lineStyle": obj{"color": axis, "width": 1}}, "axisTick": obj{"show": false}, "splitLine": obj{"show": false},
	}
	if n == 1 {
		p.x["boundaryGap"] = true
	}
	p.y = p.valueAxis()
	for i := range s.Series {
		x := &s.Series[i]
		if s.Kind == Line {
			p.line(x, i)
		} else {
			p.bars(x, i, step)
		}
	}
	p.ends(ends, step)
	p.targets(xs, plotW)
	p.timeTips()
}

// keyRows adds the names of the series to the key and says how many rows it takes.
func (p *plot) keyRows() int {
	rows, x := 1, 0.0
	for _, v := range p.s.Series {
		if v.Style == Ghost {
			continue
		}
		name := v.Name.In(p.lang)
		w := textWidth(name, labelSize, false) + 14 + 5 + 14
		if x > 0 && x+w > p.w {
			rows, x = rows+1, 0
		}
		x += w
		p.legend = append(p.legend, obj{"name": name, "itemStyle": obj{"color": v.Colour.fill(), "opacity": 1}})
	}
	return rows
}

// end is a direct label at the right of the last figure of a series.
type end struct {
	series, at int
	y          float64 // value
	lines      []string
	colour     string
	bold       bool
}

// endTexts chooses what stands at the end of each line: its name and last figure; only the figure when there is a key or a
// single series; nothing when every point of a single series is labelled anyway.
func (p *plot) endTexts(key bool) []end {
	s := p.s
	if s.Kind == Bar || s.Kind == Stacked && key || p.labelAll() {
		return nil
	}
	var out []end
	limit := math.Min(170, 0.3*p.w)
	for i := range s.Series {
		x := &s.Series[i]
		at := x.last()
		if at < 0 {
			continue
		}
		e := end{series: i, at: at, colour: x.Colour.text(), bold: true}
		e.y, _ = x.Values[at].Shown()
		name := x.Name.In(p.lang)
		value := p.number(x.Values[at])
		switch {
		case s.Kind == Stacked:
			e.y = 0
			at = len(s.Periods) - 1
			e.at = at
			for j := 0; j <= i; j++ {
				if f, ok := s.Series[j].Values[at].Shown(); ok {
					e.y += f
					if j == i {
						e.y -= f / 2
					}
				}
			}
			e.lines = wrap(name, labelSize, true, limit)
		case x.Style == Ghost:
			if key {
				continue
			}
			e.colour, e.bold = muted, false
			e.lines = []string{clip(name, labelSize, false, limit)}
		case key || len(s.Series) == 1:
			e.lines = []string{value}
		default:
			e.lines = wrap(name+" "+value, labelSize, true, limit)
		}
		out = append(out, e)
	}
	return out
}

// labelAll reports whether a single short series has room for the figure at each of its points.
func (p *plot) labelAll() bool {
	return p.s.Kind == Line && len(p.s.Series) == 1 && len(p.s.Periods) <= 8 && p.s.Series[0].Style == Solid && !p.s.Series[0].hasInterval() &&
		(p.w-60)/float64(len(p.s.Periods)) > 44
}

// ends places the direct labels, pushed apart where they would overlap.
func (p *plot) ends(ends []end, step float64) {
	const lineHeight = 15.0
	height := p.h - p.top - p.bottom
	px := func(v float64) float64 { return (p.max - v) / (p.max - p.min) * height }
	type box struct{ want, at, h float64 }
	boxes := make([]box, len(ends))
	order := make([]int, len(ends))
	for i, e := range ends {
		boxes[i] = box{want: px(e.y), h: lineHeight * float64(len(e.lines))}
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return boxes[order[a]].want < boxes[order[b]].want })
	// Push down from the top, then up from the bottom: every label stays within the plot and near its line.
	floor := -8.0
	for _, i := range order {
		b := &boxes[i]
		b.at = math.Max(b.want, floor+b.h/2)
		floor = b.at + b.h/2
	}
	ceiling := height + 8
	for k := len(order) - 1; k >= 0; k-- {
		b := &boxes[order[k]]
		b.at = math.Min(b.at, ceiling-b.h/2)
		ceiling = b.at - b.h/2
	}
	for i, e := range ends {
		if p.s.Kind == Line && e.at < len(p.s.Periods)-3 {
			// A line that ends early is labelled above its end, where no later figure of its own follows.
			weight := map[bool]int{true: 600, false: 400}[e.bold]
			style := obj{"color": e.colour, "fontWeight": weight, "lineHeight": lineHeight, "position": "top", "distance": 14}
			for _, t := range p.s.Targets {
				// The line of a target would run through the label: it goes to the right, where the line has ended.
				if above := px(e.y) - px(t.Value.Float64()); above > 0 && above < 14+boxes[i].h+lineHeight {
					style["position"], style["distance"] = "right", 8
				}
			}
			p.label(e.at, e.y, plain(e.lines...), style)
			continue
		}
		dx := 8.0
		if p.s.Kind == Stacked {
			dx = math.Min(step*0.35, 32) + 6
		}
		weight := 400
		if e.bold {
			weight = 600
		}
		p.label(e.at, e.y, plain(e.lines...), obj{"color": e.colour, "fontWeight": weight, "lineHeight": lineHeight,
			"offset": []float64{round1(dx), round1(boxes[i].at - boxes[i].want)}})
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

// line draws one series: its band, its solid part, its dashed part, and points where there is room for them.
func (p *plot) line(x *Series, at int) {
	n := len(x.Values)
	solid, dash, low, wide := make([]any, n), make([]any, n), make([]any, n), make([]any, n)
	solids, dashes := 0, 0
	prev := -1
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			prev = -1
			continue
		}
		if v.Status == stat.Forecast || x.Style == Dashed {
			dash[i] = f
			dashes++
			if prev >= 0 && dash[prev] == nil {
				dash[prev] = solid[prev]
			}
		} else {
			solid[i] = f
			solids++
		}
		if v.Low != nil && v.High != nil {
			low[i], wide[i] = v.Low.Float64(), tidy(v.High.Float64()-v.Low.Float64())
		}
		prev = i
	}
	colour, width, z := x.Colour.fill(), 2.2, 4
	if x.Style == Ghost {
		colour, width, z = ghost, 1.1, 2
	}
	name := x.Name.In(p.lang)
	base := func(id string, data []any) obj {
		return obj{"type": "line", "id": x.ID + id, "name": name, "data": data, "symbol": "none", "showSymbol": false, "z": z,
			"color": colour, "lineStyle": obj{"color": colour, "width": width, "cap": "round", "join": "round"}, "emphasis": obj{"disabled": true}}
	}
	if x.hasInterval() {
		// An interval is two stacked areas: an invisible one up to the lower bound, and the band itself.
		hidden := obj{"color": colour, "width": 0, "opacity": 0}
		a, b := base("-low", low), base("-band", wide)
		for _, o := range []obj{a, b} {
			o["stack"], o["stackStrategy"], o["lineStyle"], o["silent"], o["z"] = x.ID, "all", hidden, true, 1
		}
		b["areaStyle"] = obj{"color": colour, "opacity": 0.16}
		p.series = append(p.series, a, b)
	}
	points := n <= 13 && x.Style == Solid
	mark := func(o obj, data []any) {
		if !points {
			return
		}
		items := make([]any, n)
		for i, f := range data {
			if f == nil {
				continue
			}
			fill := colour
			if st := x.Values[i].Status; st == stat.Forecast || st == stat.Provisional {
				fill = paper
			}
			items[i] = obj{"value": f, "itemStyle": obj{"color": fill, "borderColor": colour, "borderWidth": 1.6}}
		}
		o["data"], o["symbol"], o["symbolSize"], o["showSymbol"] = items, "circle", 6, true
	}
	if dashes > 0 {
		o := base("-dashed", dash)
		o["lineStyle"].(obj)["type"] = []float64{5, 4}
		o["lineStyle"].(obj)["cap"] = "butt"
		if x.Style == Dashed {
			o["lineStyle"].(obj)["width"] = 1.5
		}
		mark(o, dash)
		p.series = append(p.series, o)
	}
	if solids > 0 {
		o := base("", solid)
		mark(o, solid)
		p.series = append(p.series, o)
	}
	// The last figure gets a dot even on a long line: that is what the direct label speaks of.
	if last := x.last(); last >= 0 && !points && x.Style == Solid {
		f, _ := x.Values[last].Shown()
		fill := colour
		if x.Values[last].Status == stat.Forecast {
			fill = paper
		}
		p.labels = append(p.labels, obj{"value": []any{last, f}, "symbol": "circle", "symbolSize": 7, "label": obj{"show": false},
			"itemStyle": obj{"color": fill, "borderColor": colour, "borderWidth": 1.6}})
	}
	if p.labelAll() {
		for i, v := range x.Values {
			if f, ok := v.Shown(); ok {
				style := obj{"position": "top", "distance": 7, "color": x.Colour.text(), "fontWeight": 600}
				if i+1 < n {
					if next, ok := x.Values[i+1].Shown(); ok && next-f > 0.2*(p.max-p.min) {
						style["offset"] = []float64{-12, 0} // away from a line that climbs through the figure
					}
				}
				p.label(i, f, p.number(v), style)
			}
		}
	}
}

// bars draws one series as bars from zero, labelled where there is room.
func (p *plot) bars(x *Series, at int, step float64) {
	n := len(x.Values)
	per := 1
	if p.s.Kind == Bar {
		per = len(p.s.Series)
	}
	width := step * 0.72 / float64(per)
	if width > 64 {
		width = 64
	}
	height := p.h - p.top - p.bottom
	data := make([]any, n)
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			continue
		}
		item := obj{"value": f}
		style := obj{"color": x.Colour.fill()}
		if v.Status == stat.Forecast {
			style = obj{"color": x.Colour.fill(), "opacity": 0.45}
		}
		item["itemStyle"] = style
		s := p.number(v)
		if fits := textWidth(s, 11.5, false) < width*1.25; fits && p.s.Kind == Bar {
			pos := "top"
			if f < 0 {
				pos = "bottom"
			}
			item["label"] = obj{"show": true, "formatter": s, "position": pos, "distance": 4, "color": ink, "fontSize": 11.5, "opacity": 1}
		} else if fits && p.s.Kind == Stacked && math.Abs(f)/(p.max-p.min)*height > 17 && textWidth(s, 11.5, false) < width-4 {
			colour := onDark
			if bright(x.Colour.fill()) {
				colour = onHue
			}
			item["label"] = obj{"show": true, "formatter": s, "position": "inside", "color": colour, "fontSize": 11.5}
		}
		data[i] = item
	}
	o := obj{"type": "bar", "id": x.ID, "name": x.Name.In(p.lang), "data": data, "color": x.Colour.fill(), "barWidth": round1(width), "barGap": "8%", "z": 3, "emphasis": obj{"disabled": true}}
	if p.s.Kind == Stacked {
		o["stack"] = "whole"
	}
	p.series = append(p.series, o)
}

// timeTips writes the tooltip of each period.
func (p *plot) timeTips() {
	for i, per := range p.s.Periods {
		rows := []string{"<b>" + text.FormatPeriod(p.lang, per) + "</b>"}
		for _, x := range p.s.Series {
			name := x.Name.In(p.lang)
			if len(p.s.Series) == 1 {
				name = ""
			}
			rows = append(rows, p.tipRow(name, x.Values[i]))
		}
		p.tips = append(p.tips, strings.Join(rows, "<br>"))
	}
}

func codes(periods []stat.Period) []string {
	out := make([]string, len(periods))
	for i, p := range periods {
		out[i] = p.String()
	}
	return out
}

func formatPeriod(lang string, q stat.Period) string { return text.FormatPeriodInline(lang, q) }
