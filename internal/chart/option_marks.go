package chart

import (
	"fmt"
	"math"
	"sort"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// targetRoom is the room above the plot that the words of a target at the very top need.
func (p *plot) targetRoom() float64 {
	for _, t := range p.s.Targets {
		if (p.max-t.Value.Float64())/(p.max-p.min)*(p.h-p.top-p.bottom) < 22 {
			return 20
		}
	}
	return 0
}

// targets draws each target as a thin dashed line with its words above it.
func (p *plot) targets(xs func(int) float64, plotW float64) {
	n := len(p.s.Periods)
	for _, t := range p.s.Targets {
		y := t.Value.Float64()
		style := obj{"color": ink, "width": 1, "type": []float64{2, 3}, "opacity": 1}
		at := sort.Search(n, func(i int) bool { return p.s.Periods[i].Compare(t.Period) >= 0 })
		label := clip(t.Name.In(p.lang), labelSize, true, plotW)
		w := textWidth(label, labelSize, true)
		if t.Period.IsZero() || at == n {
			p.lines = append(p.lines, obj{"yAxis": y, "lineStyle": style})
			p.label(0, y, label, obj{"color": ink, "fontWeight": 600, "offset": []float64{round1(2 - xs(0)), -9}})
			continue
		}
		p.lines = append(p.lines, []any{obj{"coord": []any{0, y}, "lineStyle": style}, obj{"coord": []any{at, y}}})
		p.labels = append(p.labels, obj{"value": []any{at, y}, "symbol": "diamond", "symbolSize": 10, "label": obj{"show": false},
			"itemStyle": obj{"color": paper, "borderColor": ink, "borderWidth": 1.5}})
		// The words end at the target where there is room to their left, else they begin at the axis.
		if xs(at) > w {
			dx := 0.0
			if right := xs(at) + 4; right > plotW+p.right {
				dx = plotW + p.right - right
			}
			p.label(at, y, label, obj{"color": ink, "fontWeight": 600, "position": "left", "offset": []float64{round1(dx + 4), -13}})
		} else {
			p.label(0, y, label, obj{"color": ink, "fontWeight": 600, "offset": []float64{round1(2 - xs(0)), -13}})
		}
	}
}

// events marks periods with a thin vertical line; the words stand in rows of their own above the plot, where no figure is.
func (p *plot) events(xs func(int) float64, plotW float64) {
	const rowHeight = 16.0
	s := p.s
	type placed struct {
		at, row    int
		left       bool
		label      string
		start, end float64
	}
	var all []placed
	ends := []float64{}
	for _, e := range s.Events {
		at := sort.Search(len(s.Periods), func(i int) bool { return s.Periods[i].Compare(e.Period) >= 0 })
		if at == len(s.Periods) {
			continue
		}
		label := clip(e.Name.In(p.lang), 11.5, false, math.Min(260, plotW-8))
		w := textWidth(label, 11.5, false) + 10
		ev := placed{at: at, label: label, start: xs(at), end: xs(at) + w}
		if ev.end > plotW+p.right {
			ev.left, ev.start, ev.end = true, xs(at)-w, xs(at)
		}
		for ev.row < len(ends) && ends[ev.row] > ev.start {
			ev.row++
		}
		if ev.row == len(ends) {
			ends = append(ends, 0)
		}
		ends[ev.row] = ev.end
		all = append(all, ev)
	}
	rows := float64(len(ends))
	base := p.targetRoom()
	p.top += rows * rowHeight
	for _, e := range all {
		above := base + (rows-float64(e.row))*rowHeight - 2
		p.lines = append(p.lines, []any{
			obj{"coord": []any{e.at, p.min}, "lineStyle": obj{"color": axis, "width": 1, "type": "solid"}},
			obj{"coord": []any{e.at, p.max}}})
		style := obj{"color": muted, "fontSize": 11.5, "offset": []float64{0, round1(-above + rowHeight/2)}}
		if e.left {
			style["position"] = "left"
		}
		p.label(e.at, p.max, e.label, style)
	}
}

// periodLabels gives what stands below each period so that nothing overlaps: years alone where quarters or months are too
// dense, years below the first quarter or month where they fit. Periods without words get "".
func periodLabels(lang string, periods []stat.Period, step float64) (texts []string, twoRows bool) {
	texts = make([]string, len(periods))
	sub := func(q stat.Period) string {
		switch q.Frequency() {
		case stat.Quarterly:
			return book.Say(lang, "quarter-short", "n", q.Sub())
		case stat.Monthly:
			return book.Say(lang, "month-short", "n", q.Sub())
		case stat.HalfYearly:
			return book.Say(lang, "half-short", "n", q.Sub())
		}
		return ""
	}
	if len(periods) > 0 && sub(periods[0]) != "" {
		if step >= widestSub(periods, sub)+6 {
			for i, q := range periods {
				texts[i] = sub(q)
				if i == 0 || q.Sub() == 1 {
					texts[i] += "\n" + fmt.Sprint(q.Year())
				}
			}
			return texts, true
		}
		var starts []int
		for i, q := range periods {
			if q.Sub() == 1 {
				starts = append(starts, i)
			}
		}
		per := float64(periods[0].Frequency().PerYear())
		every := int(math.Max(1, math.Ceil(40/(step*per))))
		for k, i := range starts {
			if (len(starts)-1-k)%every == 0 {
				texts[i] = fmt.Sprint(periods[i].Year())
			}
		}
		return texts, false
	}
	w := 0.0
	all := make([]string, len(periods))
	for i, q := range periods {
		all[i] = text.FormatPeriod(lang, q)
		w = math.Max(w, textWidth(all[i], labelSize, false))
	}
	every := int(math.Max(1, math.Ceil((w+10)/step)))
	for i := range periods {
		if (len(periods)-1-i)%every == 0 {
			texts[i] = all[i]
		}
	}
	return texts, false
}

func widestSub(periods []stat.Period, sub func(stat.Period) string) float64 {
	w := 0.0
	for _, q := range periods {
		w = math.Max(w, textWidth(sub(q), labelSize, false))
	}
	return w
}
