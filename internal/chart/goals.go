package chart

import (
	"math"
	"strings"
)

// Sizes of a drawing of goals.
const (
	goalRow   = 25.0
	goalHead  = 26.0 // of a group
	goalBar   = 10.0
	goalStack = 40.0 // of a row whose words stand above its bar
)

// goals draws a bar from zero for each item with an upright tick at its target, under the name of its group: what was reached, what was to be
// reached, and what lies between, in words.
func (d *still) goals() float64 {
	s := d.s
	y := 0.0
	if len(s.Signs) > 0 {
		y = d.key(0, d.signKey()) + 4
	}
	left, right := 0.0, 0.0
	for i, it := range s.Items {
		left = math.Max(left, 15+textWidth(it.Name.In(d.lang), labelSize, false)+10)
		right = math.Max(right, textWidth(d.goalText(i), labelSize, false)+12)
	}
	if d.narrow() {
		left, right = 0, 2
	}
	_, high := s.extent()
	for _, it := range s.Items {
		if it.Target != nil {
			high = math.Max(high, it.Target.Float64())
		}
	}
	_, most, step := ticks(0, high, 5, true)
	at := func(v float64) float64 { return left + (d.w-left-right)*math.Max(0, v)/most }
	head := lettering{size: labelSize, bold: true, colour: ink}
	for _, g := range s.Groups {
		first := true
		for i, it := range s.Items {
			if it.Group != g.ID {
				continue
			}
			if first {
				for k, line := range wrap(g.Name.In(d.lang), labelSize, true, d.w) {
					d.words(head, word{0, head.middleOf(y + 15 + lineHeight*float64(k)), line})
					if k > 0 {
						y += lineHeight
					}
				}
				y, first = y+goalHead, false
			}
			y += d.goal(i, y, left, at)
		}
	}
	f := lettering{size: labelSize, colour: muted, align: middle}
	for v := 0.0; v <= most+step/2; v += step {
		name := d.tick(v, step)
		half := textWidth(name, labelSize, false) / 2
		d.words(f, word{math.Max(half, math.Min(at(v), d.w-half)), f.middleOf(y + 12), name})
		d.path(straight(at(v), y, at(v), y+4), look{edge: pen{colour: axis, width: 1}})
	}
	d.path(straight(at(0), y, at(most), y), look{edge: pen{colour: axis, width: 1}})
	return y + 24
}

// goalText is the figure of an item and how far it is from its target.
func (d *still) goalText(i int) string {
	out := d.figure(d.s.Series[0].Values[i])
	if note := d.s.Items[i].Note.In(d.lang); note != "" {
		out += " · " + note
	}
	return out
}

// goal draws one item and says how high its row is.
func (d *still) goal(i int, y, left float64, at func(float64) float64) float64 {
	it, v := d.s.Items[i], d.s.Series[0].Values[i]
	f := lettering{size: labelSize, colour: ink}
	title := it.Name.In(d.lang) + ": " + d.said(v)
	if note := it.Note.In(d.lang); note != "" {
		title += ", " + note
	}
	high, bar := goalRow, y+goalRow/2
	lines := []string{d.goalText(i)}
	if d.narrow() {
		lines = wrap(it.Name.In(d.lang)+": "+d.goalText(i), labelSize, false, d.w-15)
		high = goalStack + lineHeight*float64(len(lines)-1)
		bar = y + lineHeight*float64(len(lines)) + 11
	}
	d.titled(title, func() {
		if d.narrow() {
			for k, line := range lines {
				d.words(f, word{15, f.middleOf(y + 8 + lineHeight*float64(k)), line})
			}
			d.path(it.Sign.path(0, y+3, 10), look{fill: it.Sign.colour()})
		} else {
			d.words(f, word{15, f.middleOf(bar), it.Name.In(d.lang)})
			d.path(it.Sign.path(0, bar-5, 10), look{fill: it.Sign.colour()})
		}
		end := at(0)
		if x, ok := v.Shown(); ok {
			end = at(x)
			d.rect(box{at(0), bar - goalBar/2, math.Max(end, at(0)+1), bar + goalBar/2}, look{fill: d.s.Series[0].Colour.fill()})
		}
		if it.Target != nil {
			x := at(it.Target.Float64())
			d.rect(box{x - 1.25, bar - 9, x + 1.25, bar + 9}, look{fill: ink})
			end = math.Max(end, x)
		}
		if !d.narrow() {
			d.words(f, word{end + 8, f.middleOf(bar), strings.Join(lines, "")})
		}
	})
	return high
}
