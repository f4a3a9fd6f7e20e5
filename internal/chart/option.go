package chart

import (
	"slices"
	"strings"
)

// obj is an object of the ECharts option.
type obj = map[string]any

// Option gives the option object for ECharts at a size: plain JSON, in which a value {"$fn": name, …} stands for one of the
// functions in static/src/functions.js. With it the browser draws what the server drew, and answers the pointer. Maps have none: each
// of their areas carries its own words.
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
		"grid":      obj{"left": p.left, "right": p.right, "top": p.top, "bottom": p.bottom, "containLabel": false, "outerBoundsMode": "none"},
		"series":    p.seriesOption(),
		"graphic":   p.graphicOption(),
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
			data = append(data, obj{"name": k.name, "itemStyle": obj{"color": k.colour, "opacity": 1, "borderWidth": 0}})
		}
		style := obj{"color": ink, "fontSize": labelSize, "lineHeight": labelSize, "fontFamily": family}
		if textWidth(row[0].name, labelSize, false) > p.w-keyMark { // it has the row to itself
			style["width"], style["overflow"] = p.w-keyMark, "truncate"
		}
		legends = append(legends, obj{
			"data": data, "left": 0, "top": keyRow * float64(i), "itemWidth": keyBox, "itemHeight": 8, "itemGap": keyGap, "padding": 0, "icon": "rect",
			"selectedMode": false, "textStyle": style,
		})
	}
	if legends != nil {
		o["legend"] = legends
	}
	return o
}

// valueAxis gives the axis of figures. The height of a line is said, since ECharts would take it from a Chinese letter that the reader's
// machine may lack, and put words some pixels higher than the server.
func (p *plot) valueAxis() obj {
	o := obj{
		"type": "value", "min": p.min, "max": p.max, "interval": p.step,
		"axisLabel": obj{"color": muted, "fontSize": labelSize, "lineHeight": labelSize, "margin": axisGap, "formatter": obj{"$fn": "num", "lang": p.lang, "decimals": digits(p.step)}},
		"axisLine":  obj{"show": false}, "axisTick": obj{"show": false},
		"splitLine": obj{"lineStyle": obj{"color": hair, "width": 1}},
	}
	if p.down() {
		o["inverse"] = true
	}
	return o
}

// categoryAxis gives the axis of periods or items.
func (p *plot) categoryAxis() obj {
	texts := make([]string, len(p.names))
	var named []int
	high := 1
	for i, c := range p.names {
		if texts[i] = strings.Join(c.lines, "\n"); texts[i] != "" {
			named = append(named, i)
		}
		high = max(high, len(c.lines))
	}
	label := obj{"interval": 0, "hideOverlap": false, "color": muted, "fontSize": labelSize, "lineHeight": labelSize, "margin": axisGap, "formatter": obj{"$fn": "pick", "texts": texts}}
	if len(named) < len(texts) {
		label["customValues"] = named
	}
	if high > 1 {
		label["lineHeight"] = lineHeight
	}
	o := obj{
		"type": "category", "axisLabel": label, "axisTick": obj{"show": false}, "splitLine": obj{"show": false},
		"axisLine": obj{"show": p.foot, "onZero": p.min < 0, "lineStyle": obj{"color": axis, "width": 1}},
	}
	if !p.rows {
		o["data"], o["boundaryGap"] = codes(p.s.Periods), p.air
		return o
	}
	label["color"], label["fontSize"], label["margin"] = ink, nameSize, nameGap
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

// seriesOption gives what ECharts draws on the axes, and what the pointer finds. Figures are plain numbers where they look alike.
func (p *plot) seriesOption() []obj {
	var out []obj
	for _, t := range p.traces {
		points := slices.ContainsFunc(t.cells, func(c cell) bool { return c.fill != "" })
		open := obj{"color": paper, "borderColor": t.pen.colour, "borderWidth": pointEdge}
		data := make([]any, len(t.cells))
		for i, c := range t.cells {
			switch {
			case !c.ok:
			case points && c.fill == "":
				data[i] = obj{"value": c.v, "symbol": "none"}
			case points && c.fill != t.pen.colour:
				data[i] = obj{"value": c.v, "itemStyle": open}
			default:
				data[i] = c.v
			}
		}
		o := p.lineOption(t, data)
		if points {
			o["symbol"], o["symbolSize"], o["showSymbol"] = "circle", pointSize, true
			o["itemStyle"] = obj{"color": t.pen.colour, "borderColor": t.pen.colour, "borderWidth": pointEdge}
		}
		out = append(out, o)
	}
	for _, b := range p.bars {
		data := make([]any, len(b.cells))
		for i, c := range b.cells {
			switch {
			case !c.ok:
			case b.faint[i]:
				data[i] = obj{"value": c.v, "itemStyle": obj{"color": c.fill, "opacity": faintOpacity}}
			case c.fill != b.colour:
				data[i] = obj{"value": c.v, "itemStyle": obj{"color": c.fill}}
			default:
				data[i] = c.v
			}
		}
		colour := b.colour
		if colour == "" {
			colour = "transparent" // only the pointer finds it
		}
		o := obj{"type": "bar", "id": b.id, "name": b.name, "data": data, "color": colour, "barWidth": round1(b.width), "barGap": trim(100*b.gap) + "%",
			"z": 3, "emphasis": obj{"disabled": true}}
		if b.stack {
			o["stack"] = "whole"
		}
		out = append(out, o)
	}
	for _, d := range p.dotted {
		data := make([]any, len(d.cells)) // missing ones keep their place, which the tooltips count by
		for i, c := range d.cells {
			switch {
			case !c.ok:
			case c.fill != d.colour:
				data[i] = obj{"value": []any{c.v, i}, "itemStyle": obj{"color": c.fill}}
			default:
				data[i] = []any{c.v, i}
			}
		}
		out = append(out, obj{"type": "scatter", "id": d.id, "name": d.name, "data": data, "symbol": "circle", "symbolSize": dotSize, "color": d.colour,
			"itemStyle": obj{"color": d.colour, "borderColor": d.colour, "borderWidth": pointEdge, "opacity": 1}, "clip": false, "z": 11, "emphasis": obj{"disabled": true}})
	}
	return out
}

func (p *plot) lineOption(t trace, data []any) obj {
	style := obj{"color": t.pen.colour, "width": t.pen.width, "cap": "butt", "join": "round"}
	if t.pen.round {
		style["cap"] = "round"
	}
	if t.pen.dash != nil {
		style["type"] = t.pen.dash
	}
	z := 4
	if t.under {
		z = 2
	}
	return obj{"type": "line", "id": t.id, "name": t.name, "data": data, "symbol": "none", "showSymbol": false, "clip": false, "z": z,
		"color": t.pen.colour, "lineStyle": style, "emphasis": obj{"disabled": true}}
}

// graphicOption gives what has its place in pixels: bands, straight lines, symbols and words.
func (p *plot) graphicOption() []obj {
	var out []obj
	add := func(kind string, z int, shape, style obj) {
		out = append(out, obj{"type": kind, "silent": true, "z": z, "shape": shape, "style": style})
	}
	for _, b := range p.bands {
		for _, points := range p.outlines(b) {
			add("polygon", 1, obj{"points": points}, obj{"fill": b.colour, "opacity": bandOpacity})
		}
	}
	for _, r := range p.rules {
		r = r.crisp()
		style := obj{"stroke": r.pen.colour, "lineWidth": r.pen.width}
		if r.pen.dash != nil {
			style["lineDash"] = r.pen.dash
		}
		if r.pen.opacity != 0 {
			style["opacity"] = r.pen.opacity
		}
		add("line", 5, obj{"x1": r.x0, "y1": r.y0, "x2": r.x1, "y2": r.y1}, style)
	}
	for _, m := range p.marks {
		x, y := p.at(m.at, m.v)
		style := obj{"fill": m.fill}
		if m.strokeWidth > 0 {
			style["stroke"], style["lineWidth"] = m.stroke, m.strokeWidth
		}
		switch m.shape {
		case "circle":
			add("circle", 10, obj{"cx": x, "cy": y, "r": m.w / 2}, style)
		case "diamond":
			add("polygon", 10, obj{"points": [][2]float64{{x, y - m.h/2}, {x + m.w/2, y}, {x, y + m.h/2}, {x - m.w/2, y}}}, style)
		case "rect":
			add("rect", 10, obj{"x": x - m.w/2, "y": y - m.h/2, "width": m.w, "height": m.h}, style)
		}
	}
	for _, l := range p.labels {
		style := obj{"text": strings.Join(l.lines, "\n"), "x": round1(l.x), "y": round1(l.y), "fill": l.colour, "fontSize": l.size, "fontFamily": family,
			"fontWeight": weight(l.bold), "align": map[align]string{start: "left", middle: "center", finish: "right"}[l.align], "verticalAlign": "middle"}
		if len(l.lines) > 1 {
			style["lineHeight"] = lineHeight
		}
		if l.halo {
			style["stroke"], style["lineWidth"] = paper, haloWidth
		}
		out = append(out, obj{"type": "text", "silent": true, "z": 12, "style": style})
	}
	return out
}
