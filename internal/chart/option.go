package chart

import (
	"html"
	"math"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// obj is an object of the ECharts option.
type obj = map[string]any

// Sizes of drawings, in CSS pixels.
const (
	minWidth, maxWidth = 240, 2400
	minHeight          = 40
	maxHeight          = 4000
	labelSize          = 12.0
	narrow             = 560 // below it, names of series move from the line to a key above the plot
)

// Option gives the option object for ECharts at a size: plain JSON, in which a value {"$fn": name, …} stands for one of the
// functions in functions.js. The browser and the server draw from the same object. Maps have none: they are drawn by package geo.
func (s *Spec) Option(lang string, width, height int) (map[string]any, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	p := &plot{s: s, lang: lang, w: float64(width), h: float64(height), narrow: width < narrow}
	switch s.Kind {
	case Line, Bar, Stacked:
		p.overTime()
	case Map, Tiles:
		return nil, fault.New("chart.bad-kind", "id", s.ID, "kind", string(s.Kind))
	default:
		p.overItems()
	}
	return p.option(), nil
}

func checkSize(width, height int) error {
	if width < minWidth || width > maxWidth || height < minHeight || height > maxHeight {
		return fault.New("chart.bad-size", "width", width, "height", height, "least", minWidth, "most", maxWidth)
	}
	return nil
}

// plot gathers the parts of one option object.
type plot struct {
	s      *Spec
	lang   string
	w, h   float64
	narrow bool

	top, right, bottom, left float64
	x, y                     obj
	min, max, step           float64 // of the value axis
	series                   []obj
	labels                   []obj // items of the series that carries direct labels and markers
	lines                    []any // reference lines
	legend                   []obj
	tips                     []string
	cross                    bool // tooltip follows the axis, not one item
}

func (p *plot) option() obj {
	if len(p.lines) > 0 || len(p.labels) > 0 {
		marks := obj{
			"type": "scatter", "id": "marks", "data": p.labels, "silent": true, "symbol": "circle", "symbolSize": 0, "z": 10,
			"tooltip": obj{"show": false}, "animation": false, "clip": false, "itemStyle": obj{"opacity": 1},
		}
		if len(p.lines) > 0 {
			marks["markLine"] = obj{"silent": true, "symbol": "none", "animation": false, "data": p.lines, "label": obj{"show": false}}
		}
		p.series = append(p.series, marks)
	}
	o := obj{
		"animation": false,
		"textStyle": obj{"fontFamily": family, "fontSize": labelSize, "color": muted},
		"grid":      obj{"left": round1(p.left), "right": round1(p.right), "top": round1(p.top), "bottom": round1(p.bottom), "containLabel": false, "outerBoundsMode": "none"},
		"xAxis":     p.x,
		"yAxis":     p.y,
		"series":    p.series,
		"tooltip": obj{
			"trigger": map[bool]string{true: "axis", false: "item"}[p.cross], "confine": true, "transitionDuration": 0,
			"backgroundColor": paper, "borderColor": axis, "borderWidth": 1, "padding": []int{8, 10}, "extraCssText": "box-shadow:none;border-radius:2px",
			"textStyle":   obj{"color": ink, "fontSize": 13, "fontFamily": family},
			"axisPointer": obj{"type": "line", "lineStyle": obj{"color": axis, "width": 1, "type": "solid"}},
			"formatter":   obj{"$fn": "tip", "rows": p.tips},
		},
	}
	if p.s.Kind != Line {
		o["tooltip"].(obj)["axisPointer"] = obj{"type": "none"}
	}
	if len(p.legend) > 0 {
		o["legend"] = obj{
			"data": p.legend, "left": 0, "top": 0, "itemWidth": 14, "itemHeight": 8, "itemGap": 14, "padding": 0, "icon": "rect",
			"selectedMode": false, "textStyle": obj{"color": ink, "fontSize": labelSize, "fontFamily": family},
		}
	}
	return o
}

// number writes a value as the chart prints its figures.
func (p *plot) number(v Value) string { return text.FormatNumber(p.lang, *v.V, p.s.Decimals) }

// label makes an item of the label series: a text beside a point.
func (p *plot) label(x, y any, s string, style obj) {
	l := obj{"show": true, "formatter": s, "color": ink, "fontSize": labelSize, "fontFamily": family, "position": "right", "distance": 0,
		"textBorderColor": paper, "textBorderWidth": 3, "opacity": 1}
	for k, v := range style {
		l[k] = v
	}
	p.labels = append(p.labels, obj{"value": []any{x, y}, "label": l, "symbolSize": 0})
}

// valueAxis gives the axis of figures.
func (p *plot) valueAxis() obj {
	return obj{
		"type": "value", "min": p.min, "max": p.max, "interval": p.step,
		"axisLabel": obj{"color": muted, "fontSize": labelSize, "margin": 8, "formatter": obj{"$fn": "num", "lang": p.lang, "decimals": digits(p.step)}},
		"axisLine":  obj{"show": false}, "axisTick": obj{"show": false},
		"splitLine": obj{"lineStyle": obj{"color": rule, "width": 1}},
	}
}

// tickTexts gives what stands at the ticks of the value axis.
func (p *plot) tickTexts() []string {
	var out []string
	n := digits(p.step)
	for i := 0; i < 50; i++ {
		v := p.min + float64(i)*p.step
		if v > p.max+p.step/2 {
			break
		}
		d, err := stat.FromFloat(v, n)
		if err == nil {
			out = append(out, text.FormatNumber(p.lang, d, n))
		}
	}
	return out
}

// fit sets the value axis so that it shows all figures, intervals and targets.
func (p *plot) fit(steps int, fromZero bool) {
	low, high := math.Inf(1), math.Inf(-1)
	see := func(f float64) { low, high = math.Min(low, f), math.Max(high, f) }
	see2 := func(d *stat.Decimal) {
		if d != nil {
			see(d.Float64())
		}
	}
	for i := range p.s.Series {
		for _, v := range p.s.Series[i].Values {
			if f, ok := v.Shown(); ok {
				see(f)
				see2(v.Low)
				see2(v.High)
			}
		}
	}
	if p.s.Kind == Stacked {
		for i := range p.s.Periods {
			up, down := 0.0, 0.0
			for _, x := range p.s.Series {
				if f, ok := x.Values[i].Shown(); ok {
					up += math.Max(f, 0)
					down += math.Min(f, 0)
				}
			}
			see(up)
			see(down)
		}
	}
	for _, t := range p.s.Targets {
		see(t.Value.Float64())
	}
	for _, it := range p.s.Items {
		see2(it.Target)
	}
	if math.IsInf(low, 1) {
		low, high = 0, 1
	}
	p.min, p.max, p.step = ticks(low, high, steps, fromZero)
}

// tipRow writes one line of a tooltip.
func (p *plot) tipRow(name string, v Value) string {
	s := html.EscapeString(name)
	if s != "" {
		s += ": "
	}
	if _, ok := v.Shown(); !ok {
		return s + html.EscapeString(p.missing(v))
	}
	s += "<b>" + p.number(v) + "</b> " + html.EscapeString(p.s.Unit.In(p.lang))
	if v.Low != nil && v.High != nil {
		s += " (" + book.Say(p.lang, "interval", "low", text.FormatNumber(p.lang, *v.Low, p.s.Decimals), "high", text.FormatNumber(p.lang, *v.High, p.s.Decimals)) + ")"
	}
	if word := statusWord(p.lang, v.Status); word != "" {
		s += ", " + html.EscapeString(word)
	}
	return s
}

// missing says why there is no figure.
func (p *plot) missing(v Value) string {
	switch {
	case v.Secret():
		return book.Say(p.lang, "confidential")
	case v.Status == stat.Unpublished:
		return book.Say(p.lang, "not-published")
	}
	return book.Say(p.lang, "no-data")
}

func round1(f float64) float64 { return math.Round(f*10) / 10 }

// plain joins lines as ECharts breaks them.
func plain(lines ...string) string { return strings.Join(lines, "\n") }
