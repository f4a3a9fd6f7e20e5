package chart

import (
	"math"
	"strings"

	"nhipso/internal/text"
)

// Sizes of a panel.
const (
	panelWidth  = 132.0 // at least
	panelApart  = 18.0
	panelPlot   = 52.0
	panelBelow  = 34.0 // first and last figure, their periods, and air
	panelSteps  = 8    // of the scale that all share: its ends lie near the figures
	panelInsets = 4.0  // of the plot within its panel
)

// multiples draws each series in a panel of its own, all with the same axes. A panel names its series in full, and writes its first and its
// last figure below the line, each with its period.
func (d *still) multiples() float64 {
	s := d.s
	var panels []*Series
	var behind []*Series // drawn in every panel, to compare with
	for i := range s.Series {
		if s.Series[i].Style == Ghost {
			behind = append(behind, &s.Series[i])
		} else {
			panels = append(panels, &s.Series[i])
		}
	}
	columns := max(1, int((d.w+panelApart)/(panelWidth+panelApart)))
	width := (d.w - panelApart*float64(columns-1)) / float64(columns)
	low, high := s.extent()
	least, most, _ := ticks(low, high, panelSteps, s.FromZero)
	y := 0.0
	for first := 0; first < len(panels); first += columns {
		row := panels[first:min(first+columns, len(panels))]
		lines := 1
		for _, x := range row {
			lines = max(lines, len(wrap(x.Name.In(d.lang), labelSize, true, width)))
		}
		for i, x := range row {
			d.panel(x, behind, float64(i)*(width+panelApart), y, width, lines, least, most)
		}
		y += lineHeight*float64(lines) + panelPlot + panelBelow + 8
	}
	return y
}

func (d *still) panel(x *Series, behind []*Series, left, top, width float64, lines int, least, most float64) {
	name := wrap(x.Name.In(d.lang), labelSize, true, width)
	f := lettering{size: labelSize, bold: true, colour: ink}
	var words []word
	for k, line := range name {
		words = append(words, word{left, f.middleOf(top + lineHeight*(float64(k)+0.5)), line})
	}
	foot := top + lineHeight*float64(lines) + panelPlot
	at := func(i int, v float64) (float64, float64) {
		n := math.Max(1, float64(len(d.s.Periods)-1))
		return left + panelInsets + (width-2*panelInsets)*float64(i)/n, foot - 3 - (panelPlot-9)*(v-least)/(most-least)
	}
	first, last := x.firstShown(), x.last()
	title := x.Name.In(d.lang)
	for i, p := range d.s.Periods {
		if _, ok := x.Values[i].Shown(); ok {
			title += " · " + text.FormatPeriod(d.lang, p) + ": " + d.said(x.Values[i])
		}
	}
	d.titled(title, func() {
		d.rect(box{left, top, left + width, foot}, look{fill: paper}) // the whole panel answers the pointer
		d.canvas.words(f, words...)
		d.path(straight(left, foot, left+width, foot), look{edge: pen{colour: axis, width: 1}})
		for _, b := range behind {
			d.strokes(b, at, pen{colour: ghost, width: 1.1})
		}
		d.strokes(x, at, pen{colour: x.Colour.fill(), width: 2, round: true})
		if last < 0 {
			none := lettering{size: smallSize, colour: muted}
			d.canvas.words(none, word{left, none.middleOf(foot + 10), d.said(Value{Status: x.Values[len(x.Values)-1].Status})})
			return
		}
		px, py := at(last, x.Values[last].V.Float64())
		d.circle(px, py, 2.6, look{fill: pointFill(x.Values[last], x.Colour.fill()), edge: pen{colour: x.Colour.fill(), width: 1.4}})
		when := lettering{size: smallSize, colour: muted}
		value := lettering{size: smallSize, colour: ink}
		newest := lettering{size: smallSize, bold: true, colour: ink, align: finish}
		newestWhen := when
		newestWhen.align = finish
		if first != last {
			d.canvas.words(value, word{left, value.middleOf(foot + 10), d.number(x.Values[first])})
			d.canvas.words(when, word{left, when.middleOf(foot + 23), text.FormatPeriod(d.lang, d.s.Periods[first])})
		}
		d.canvas.words(newest, word{left + width, newest.middleOf(foot + 10), d.number(x.Values[last])})
		d.canvas.words(newestWhen, word{left + width, newestWhen.middleOf(foot + 23), text.FormatPeriod(d.lang, d.s.Periods[last])})
	})
}

// strokes draws the line of a series, which breaks where a figure is missing; a figure between two gaps is a dot.
func (d *still) strokes(x *Series, at func(int, float64) (float64, float64), with pen) {
	var b strings.Builder
	open := false
	for i, v := range x.Values {
		f, ok := v.Shown()
		if !ok {
			open = false
			continue
		}
		px, py := at(i, f)
		switch {
		case open:
			b.WriteString("L" + tenth(px) + " " + tenth(py))
		case alone(x.Values, i):
			d.circle(px, py, 1.8, look{fill: with.colour})
		default:
			b.WriteString("M" + tenth(px) + " " + tenth(py))
		}
		open = true
	}
	if b.Len() > 0 {
		d.path(b.String(), look{edge: with})
	}
}

func (x *Series) firstShown() int {
	for i, v := range x.Values {
		if _, ok := v.Shown(); ok {
			return i
		}
	}
	return -1
}
