package chart

import (
	"math"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// still draws a chart that the server alone draws. Its layout is a function of the specification, the language and the width, so that the
// height is known before anything is painted.
type still struct {
	canvas // nil while the height is asked for
	s      *Spec
	lang   string
	w      float64
}

// stillHeight is the natural height of such a chart.
func (s *Spec) stillHeight(width int) float64 {
	d := &still{canvas: nowhere{}, s: s, lang: "vi", w: float64(width)}
	high := d.draw()
	d.lang = "en"
	return math.Max(high, d.draw())
}

func (s *Spec) paintStill(c canvas, o Options) error {
	d := &still{canvas: c, s: s, lang: o.Lang, w: float64(o.Width)}
	d.draw()
	return nil
}

// draw draws the chart and says how high it is.
func (d *still) draw() float64 {
	switch d.s.Kind {
	case Multiples:
		return d.multiples()
	case Swarm:
		return d.swarm()
	case Slope:
		return d.slope()
	case Goals:
		return d.goals()
	}
	return d.grid()
}

func (d *still) narrow() bool { return d.w < narrow }

// number writes a figure of the chart.
func (d *still) number(v Value) string { return d.s.write(d.lang, v) }

// said writes a figure with its unit and status, or why there is none.
func (d *still) said(v Value) string {
	if _, ok := v.Shown(); !ok {
		return (&plot{s: d.s, lang: d.lang}).missing(v)
	}
	out := text.WithUnit(d.number(v), d.s.Unit.In(d.lang))
	if word := statusWord(d.lang, v.Status); word != "" {
		out += ", " + word
	}
	return out
}

// tick writes a figure at a tick of an axis whose steps are known.
func (d *still) tick(f, step float64) string {
	n := digits(step)
	x, err := stat.FromFloat(f, n)
	if err != nil {
		return ""
	}
	return text.FormatNumber(d.lang, x, n)
}

// extent gives the least and the greatest figure of the chart.
func (s *Spec) extent() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, x := range s.Series {
		for _, v := range x.Values {
			if f, ok := v.Shown(); ok {
				low, high = math.Min(low, f), math.Max(high, f)
			}
		}
	}
	for _, t := range s.Targets {
		f := t.Value.Float64()
		low, high = math.Min(low, f), math.Max(high, f)
	}
	if math.IsInf(low, 1) {
		return 0, 1
	}
	return low, high
}

// entry is one entry of a key.
type entry struct {
	name string
	mark func(x, y float64) // draws its mark in a box of side 10 whose corner is given
}

// key writes entries into as many rows as they need and gives where they end. An entry wider than the drawing is broken into lines.
func (d *still) key(y float64, entries []entry) float64 {
	const mark, apart = 15.0, 16.0
	f := lettering{size: labelSize, colour: ink}
	x := 0.0
	for _, e := range entries {
		lines := wrap(e.name, labelSize, false, d.w-mark)
		w := mark + widest(lines, labelSize, false)
		if x > 0 && x+w > d.w {
			x, y = 0, y+keyRow
		}
		e.mark(x, y+3)
		for k, line := range lines {
			d.words(f, word{x + mark, f.middleOf(y + 8 + lineHeight*float64(k)), line})
		}
		x += w + apart
		if len(lines) > 1 {
			x, y = 0, y+lineHeight*float64(len(lines)-1)+keyRow
		}
	}
	if x > 0 {
		y += keyRow
	}
	return y
}

// titled opens a group that tells the name and figure of a mark beside the pointer.
func (d *still) titled(title string, paint func()) {
	d.open(group{title: title})
	paint()
	d.close()
}

// nowhere is a canvas on which nothing is drawn.
type nowhere struct{}

func (nowhere) path(string, look)                      {}
func (nowhere) rect(box, look)                         {}
func (nowhere) circle(float64, float64, float64, look) {}
func (nowhere) words(lettering, ...word)               {}
func (nowhere) open(group)                             {}
func (nowhere) close()                                 {}
func (nowhere) hatches(float64, ...string)             {}
