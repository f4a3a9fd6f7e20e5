package chart

import "strings"

// obj is an object of the ECharts option.
type obj = map[string]any

// Option gives the option object for ECharts at a size: plain JSON, in which a value {"$fn": name, …} stands for one of the
// functions in functions.js. With it the browser draws what the server drew, and answers the pointer. Maps have none: each of
// their areas carries its own words.
func (s *Spec) Option(lang string, width, height int) (map[string]any, error) {
	p, err := s.lay(lang, width, height)
	if err != nil {
		return nil, err
	}
	return p.option(), nil
}

func (p *plot) option() obj {
	trigger, pointer, tips := "item", obj{"type": "none"}, p.itemTips
	if p.s.Kind.overTime() {
		trigger, tips = "axis", p.timeTips
	}
	if p.s.Kind == Line {
		pointer = obj{"type": "line", "lineStyle": obj{"color": axis, "width": 1, "type": "solid"}}
	}
	o := obj{
		"animation": false,
		"textStyle": obj{"fontFamily": family, "fontSize": labelSize, "color": muted},
		"grid":      obj{"left": round1(p.left), "right": round1(p.right), "top": round1(p.top), "bottom": round1(p.bottom), "containLabel": false, "outerBoundsMode": "none"},
		"series":    p.seriesOption(),
		"tooltip": obj{
			"trigger": trigger, "confine": true, "transitionDuration": 0,
			"backgroundColor": paper, "borderColor": axis, "borderWidth": 1, "padding": []int{8, 10}, "extraCssText": "box-shadow:none;border-radius:2px",
			"textStyle":   obj{"color": ink, "fontSize": 13, "fontFamily": family},
			"axisPointer": pointer,
			"formatter":   obj{"$fn": "tip", "rows": tips()},
		},
	}
	if p.rows {
		o["xAxis"], o["yAxis"] = p.valueAxis(), p.categoryAxis()
	} else {
		o["xAxis"], o["yAxis"] = p.categoryAxis(), p.valueAxis()
	}
	var legends []obj
	for i, row := range p.keys {
		var data []obj
		for _, k := range row {
			data = append(data, obj{"name": k.name, "itemStyle": obj{"color": k.colour, "opacity": 1}})
		}
		legends = append(legends, obj{
			"data": data, "left": 0, "top": keyRow * float64(i), "itemWidth": 14, "itemHeight": 8, "itemGap": keyGap, "padding": 0, "icon": "rect",
			"selectedMode": false, "textStyle": obj{"color": ink, "fontSize": labelSize, "fontFamily": family},
		})
	}
	if legends != nil {
		o["legend"] = legends
	}
	return o
}

// valueAxis gives the axis of figures.
func (p *plot) valueAxis() obj {
	return obj{
		"type": "value", "min": p.min, "max": p.max, "interval": p.step,
		"axisLabel": obj{"color": muted, "fontSize": labelSize, "margin": 8, "formatter": obj{"$fn": "num", "lang": p.lang, "decimals": digits(p.step)}},
		"axisLine":  obj{"show": false}, "axisTick": obj{"show": false},
		"splitLine": obj{"lineStyle": obj{"color": hair, "width": 1}},
	}
}

// categoryAxis gives the axis of periods or items.
func (p *plot) categoryAxis() obj {
	texts := make([]string, len(p.names))
	for i, c := range p.names {
		texts[i] = strings.Join(c.lines, "\n")
	}
	label := obj{"interval": 0, "hideOverlap": false, "color": muted, "fontSize": labelSize, "lineHeight": lineHeight, "margin": 8, "formatter": obj{"$fn": "pick", "texts": texts}}
	o := obj{
		"type": "category", "axisLabel": label, "axisTick": obj{"show": false}, "splitLine": obj{"show": false},
		"axisLine": obj{"show": p.foot, "onZero": p.min < 0, "lineStyle": obj{"color": axis, "width": 1}},
	}
	if !p.rows {
		o["data"], o["boundaryGap"] = codes(p.s.Periods), p.air
		return o
	}
	label["color"], label["fontSize"], label["margin"] = ink, nameSize, 10
	data := make([]any, len(p.s.Items))
	for i, it := range p.s.Items {
		data[i] = obj{"value": it.ID, "textStyle": obj{"color": ink, "fontWeight": weight(it.Strong)}}
	}
	o["data"], o["inverse"] = data, true
	return o
}

func weight(bold bool) int {
	if bold {
		return 600
	}
	return 400
}

func (p *plot) seriesOption() []obj {
	var out []obj
	for _, b := range p.bands {
		// An interval is two stacked areas: an invisible one up to the lower bound, and the band itself.
		low, wide := make([]any, len(b.low)), make([]any, len(b.low))
		for i, c := range b.low {
			if c.ok {
				low[i], wide[i] = c.v, tidy(b.high[i].v-c.v)
			}
		}
		lower, area := p.lineOption(b.id+"-low", b.name, pen{colour: b.colour}, low, 1), p.lineOption(b.id+"-band", b.name, pen{colour: b.colour}, wide, 1)
		for _, o := range []obj{lower, area} {
			o["stack"], o["stackStrategy"], o["silent"] = b.id, "all", true
			o["lineStyle"] = obj{"color": b.colour, "width": 0, "opacity": 0}
		}
		area["areaStyle"] = obj{"color": b.colour, "opacity": bandOpacity}
		out = append(out, lower, area)
	}
	for _, t := range p.traces {
		data := make([]any, len(t.cells))
		points := false
		for i, c := range t.cells {
			switch {
			case c.ok && c.fill != "":
				points = true
				data[i] = obj{"value": c.v, "itemStyle": obj{"color": c.fill, "borderColor": t.pen.colour, "borderWidth": 1.6}}
			case c.ok:
				data[i] = obj{"value": c.v, "symbol": "none"}
			}
		}
		if !points {
			for i, c := range t.cells {
				if c.ok {
					data[i] = c.v
				}
			}
		}
		o := p.lineOption(t.id, t.name, t.pen, data, map[bool]int{true: 2, false: 4}[t.under])
		if points {
			o["symbol"], o["symbolSize"], o["showSymbol"] = "circle", pointSize, true
		}
		out = append(out, o)
	}
	for _, b := range p.bars {
		data := make([]any, len(b.cells))
		for i, c := range b.cells {
			if c.ok {
				style := obj{"color": c.fill}
				if b.faint[i] {
					style["opacity"] = faintOpacity
				}
				data[i] = obj{"value": c.v, "itemStyle": style}
			}
		}
		o := obj{"type": "bar", "id": b.id, "name": b.name, "data": data, "color": b.colour, "barWidth": round1(b.width), "barGap": trim(100*b.gap) + "%",
			"z": 3, "emphasis": obj{"disabled": true}}
		if b.stack {
			o["stack"] = "whole"
		}
		out = append(out, o)
	}
	for _, d := range p.dotted {
		data := make([]any, len(d.cells)) // missing ones keep their place, which the tooltips count by
		for i, c := range d.cells {
			if c.ok {
				data[i] = obj{"value": []any{c.v, i}, "itemStyle": obj{"color": c.fill, "borderColor": d.colour, "borderWidth": 1.6, "opacity": 1}}
			}
		}
		out = append(out, obj{"type": "scatter", "id": d.id, "name": d.name, "data": data, "symbol": "circle", "symbolSize": dotSize,
			"color": d.colour, "z": 11, "emphasis": obj{"disabled": true}})
	}
	return append(out, p.marksOption())
}

func (p *plot) lineOption(id, name string, with pen, data []any, z int) obj {
	style := obj{"color": with.colour, "width": with.width, "cap": "butt", "join": "round"}
	if with.round {
		style["cap"] = "round"
	}
	if with.dash != nil {
		style["type"] = with.dash
	}
	return obj{"type": "line", "id": id, "name": name, "data": data, "symbol": "none", "showSymbol": false, "clip": false, "z": z,
		"color": with.colour, "lineStyle": style, "emphasis": obj{"disabled": true}}
}

// marksOption carries symbols, words and straight lines. Words and lines have their places in pixels; ECharts wants a point of
// data for each text, so they all hang on the first one of the axes.
func (p *plot) marksOption() obj {
	value := func(i int, v float64) []any {
		if p.rows {
			return []any{v, i}
		}
		return []any{i, v}
	}
	data := []obj{}
	for _, m := range p.marks {
		data = append(data, obj{"value": value(m.at, m.v), "symbol": m.shape, "symbolSize": []float64{m.w, m.h}, "label": obj{"show": false},
			"itemStyle": obj{"color": m.fill, "borderColor": m.stroke, "borderWidth": m.strokeWidth, "opacity": 1}})
	}
	x0, y0 := p.at(0, p.min)
	for _, l := range p.labels {
		o := obj{"show": true, "formatter": strings.Join(l.lines, "\n"), "color": l.colour, "fontSize": l.size, "fontFamily": family, "fontWeight": weight(l.bold),
			"lineHeight": lineHeight, "distance": 0, "position": map[align]string{start: "right", middle: "inside", finish: "left"}[l.align],
			"offset": []float64{round1(l.x - x0), round1(l.y - y0)}, "textBorderColor": paper, "textBorderWidth": 0, "opacity": 1}
		if l.halo {
			o["textBorderWidth"] = haloWidth
		}
		data = append(data, obj{"value": value(0, p.min), "symbolSize": 0, "label": o})
	}
	lines := []any{}
	for _, r := range p.rules {
		style := obj{"color": r.pen.colour, "width": r.pen.width, "type": "solid", "opacity": 1}
		if r.pen.dash != nil {
			style["type"] = r.pen.dash
		}
		if r.pen.opacity != 0 {
			style["opacity"] = r.pen.opacity
		}
		lines = append(lines, []any{obj{"x": round1(r.x0), "y": round1(r.y0), "lineStyle": style}, obj{"x": round1(r.x1), "y": round1(r.y1)}})
	}
	return obj{
		"type": "scatter", "id": "marks", "data": data, "silent": true, "symbol": "circle", "symbolSize": 0, "z": 10,
		"tooltip": obj{"show": false}, "animation": false, "clip": false, "itemStyle": obj{"opacity": 1},
		"markLine": obj{"silent": true, "symbol": "none", "animation": false, "data": lines, "label": obj{"show": false}},
	}
}
