package chart

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// targetRoom is the room above the plot that the words of a target at the very top need.
func (p *plot) targetRoom() float64 {
	for _, t := range p.s.Targets {
		room := p.max - t.Value.Float64()
		if p.down() {
			room = t.Value.Float64() - p.min
		}
		if room/(p.max-p.min)*p.plotH() < 24 {
			return 22
		}
	}
	return 0
}

// due gives the place of the period in which a target is due; false when it has none on the axis.
func (p *plot) due(t Target) (int, bool) {
	n := len(p.s.Periods)
	at := sort.Search(n, func(i int) bool { return p.s.Periods[i].Compare(t.Period) >= 0 })
	return at, !t.Period.IsZero() && at < n
}

// targetLines draws each target as a thin dotted line, ending at a diamond where it has a period.
func (p *plot) targetLines() {
	for _, t := range p.s.Targets {
		v := t.Value.Float64()
		end := p.w - p.right
		if at, ok := p.due(t); ok {
			end = p.cat(at)
			p.symbol(mark{at: at, v: v, shape: "diamond", w: 10, h: 10, fill: paper, stroke: ink, strokeWidth: 1.5})
		}
		p.draw(rule{p.left, p.val(v), end, p.val(v), pen{colour: ink, width: 1, dash: []float64{2, 3}}})
	}
}

// targetWords puts the words of each target above its line, at its end where it has one; else wherever there is room along it.
func (p *plot) targetWords() {
	for _, t := range p.s.Targets {
		l := label{lines: []string{clip(t.Name.In(p.lang), labelSize, true, p.plotW())}, size: labelSize, bold: true, colour: ink, halo: true}
		own := l.box()
		w, h := own.x1-own.x0, own.y1-own.y0
		y := p.val(t.Value.Float64())
		end := p.w - p.right
		var spots []spot
		along := func(left float64, a align) {
			for _, top := range []float64{y - h - 7, y + 7} {
				spots = append(spots, spot{box{left, top, left + w, top + h}, a})
			}
		}
		if at, ok := p.due(t); ok {
			end = p.cat(at)
			along(math.Max(p.left, math.Min(end+5, p.board.frame.x1)-w), finish)
			spots = append(spots, spot{box{end + 9, y - h/2, end + 9 + w, y + h/2}, start})
		}
		for k := range 9 {
			along(p.left+2+float64(k)/8*math.Max(0, end-p.left-2-w), start)
		}
		p.settle(anchor{p.left, end, y}, l, spots)
	}
}

// event is a vertical line with words in a row above the plot, where no figure is.
type event struct {
	at, row int
	left    bool
	label   string
	above   float64
}

const (
	eventRow  = 16.0
	eventSkip = 6.0 // below the rows, where points at the upper edge of the plot reach
)

// eventRows spreads the words of events over as many rows as they need and gives the plot room below them.
func (p *plot) eventRows(base float64) []event {
	s := p.s
	var all []event
	var ends []float64
	for _, e := range s.Events {
		at := sort.Search(len(s.Periods), func(i int) bool { return s.Periods[i].Compare(e.Period) >= 0 })
		if at == len(s.Periods) {
			continue
		}
		ev := event{at: at, label: clip(e.Name.In(p.lang), smallSize, false, math.Min(260, p.plotW()-8))}
		w := textWidth(ev.label, smallSize, false) + 10
		from, to := p.cat(at), p.cat(at)+w
		if to > p.w {
			ev.left, from, to = true, p.cat(at)-w, p.cat(at)
		}
		for ev.row < len(ends) && ends[ev.row] > from {
			ev.row++
		}
		if ev.row == len(ends) {
			ends = append(ends, 0)
		}
		ends[ev.row] = to
		all = append(all, ev)
	}
	if len(ends) > 0 {
		p.top += float64(len(ends))*eventRow + eventSkip
	}
	for i := range all {
		all[i].above = base + eventSkip + (float64(len(ends)-all[i].row)-0.5)*eventRow
	}
	return all
}

// events marks periods with a thin vertical line and their words.
func (p *plot) events(all []event) {
	for _, e := range all {
		x := p.cat(e.at)
		p.draw(rule{x, p.h - p.bottom, x, p.top, pen{colour: axis, width: 1}})
		l := label{x: x, y: p.top - e.above, align: start, lines: []string{e.label}, size: smallSize, colour: muted, halo: true}
		if e.left {
			l.align = finish
		}
		p.words(l)
	}
}

// periodLabels gives what stands below each period so that nothing overlaps: years alone where quarters or months are too
// dense, years below the first quarter or month where they fit. Periods without words get none.
func periodLabels(lang string, periods []stat.Period, step float64) [][]string {
	out := make([][]string, len(periods))
	parts := partNames(lang, periods)
	if parts != nil {
		if len(periods) == 1 || step >= widest(parts, labelSize, false)+6 {
			for i, q := range periods {
				out[i] = []string{parts[i]}
				if i == 0 || q.Sub() == 1 {
					out[i] = append(out[i], fmt.Sprint(q.Year()))
				}
			}
			return out
		}
		var starts []int
		for i, q := range periods {
			if q.Sub() == 1 {
				starts = append(starts, i)
			}
		}
		if starts == nil { // part of one year
			starts = []int{0}
		}
		per := float64(periods[0].Frequency().PerYear())
		every := int(math.Max(1, math.Ceil(40/(step*per))))
		for k, i := range starts {
			if (len(starts)-1-k)%every == 0 {
				out[i] = []string{fmt.Sprint(periods[i].Year())}
			}
		}
		return out
	}
	w := 0.0
	for i, q := range periods {
		out[i] = []string{text.FormatPeriod(lang, q)}
		w = math.Max(w, textWidth(out[i][0], labelSize, false))
	}
	every := int(math.Max(1, math.Ceil((w+8)/step)))
	for i := range periods {
		if (len(periods)-1-i)%every != 0 {
			out[i] = nil
		}
	}
	return out
}

// partNames gives the short names of parts of a year: I to IV, as Vietnamese tables print quarters; nil where periods are no
// such parts.
func partNames(lang string, periods []stat.Period) []string {
	id := map[stat.Frequency]string{stat.HalfYearly: "halves", stat.Quarterly: "quarters", stat.Monthly: "months"}[periods[0].Frequency()]
	if id == "" {
		return nil
	}
	names := strings.Split(book.Say(lang, id), "|")
	out := make([]string, len(periods))
	for i, q := range periods {
		if q.Frequency() != periods[0].Frequency() {
			return nil
		}
		out[i] = names[q.Sub()-1]
	}
	if len(periods) == 1 && id == "quarters" {
		out[0] = book.Say(lang, "quarter-alone", "quarter", out[0])
	}
	return out
}
