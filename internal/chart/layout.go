package chart

import (
	"html"
	"math"

	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Sizes of drawings, in CSS pixels.
const (
	minWidth, maxWidth = 240, 2400
	minHeight          = 40
	maxHeight          = 4000
	labelSize          = 12.0
	smallSize          = 11.5
	lineHeight         = 15.0
	nameGap            = 10.0 // between the names of items and the plot
	keyRow             = 18.0
	narrow             = 560 // below it, names of series move from the line to a key above the plot
)

func checkSize(width, height int) error {
	if width < minWidth || width > maxWidth || height < minHeight || height > maxHeight {
		return fault.New("chart.bad-size", "width", width, "height", height, "least", minWidth, "most", maxWidth)
	}
	return nil
}

// plot is a chart laid out at a size: every line, bar, point and word has its place. draw.go paints it on a canvas; option.go
// writes it as the option object from which ECharts draws in the browser.
type plot struct {
	s      *Spec
	lang   string
	w, h   float64
	narrow bool
	rows   bool // categories run down and figures to the right; else categories run to the right and figures up

	top, right, bottom, left float64 // room around the plot
	names                    []category
	air                      bool    // half a step of air at both ends of the categories
	foot                     bool    // a line at the foot of the figures
	min, max, step           float64 // of the value axis
	keys                     [][]key // rows of names of series above the plot
	bands                    []band
	traces                   []trace
	bars                     []barSet
	dotted                   []dotSet
	rules                    []rule
	marks                    []mark
	labels                   []label
	board                    board
}

// category is what stands beside the axis at one period or item.
type category struct {
	lines []string
	bold  bool
}

type key struct{ name, colour string }

// cell is one figure on its way into a drawing.
type cell struct {
	v    float64
	ok   bool
	fill string // of its point or bar; "" draws no point
}

// pen draws a line.
type pen struct {
	colour  string
	width   float64
	dash    []float64
	round   bool
	opacity float64 // 0 is full
}

// trace is a line over the periods, broken where figures are missing.
type trace struct {
	id, name string
	cells    []cell
	pen      pen
	under    bool // behind the others
}

// band is the area between the bounds of intervals.
type band struct {
	id, name, colour string
	low, high        []cell
}

// barSet is one series as bars from zero, or on top of the series before where they are stacked.
type barSet struct {
	id, name, colour string
	cells            []cell
	faint            []bool
	width, gap       float64 // gap between the bars of one place, as a share of the width
	stack            bool
}

// dotSet is one series as dots in rows.
type dotSet struct {
	id, name, colour string
	cells            []cell
}

// rule is a straight line in pixels.
type rule struct {
	x0, y0, x1, y1 float64
	pen            pen
}

// mark is a symbol at a figure.
type mark struct {
	at           int
	v            float64
	shape        string // "circle", "diamond" or "rect"
	w, h         float64
	fill, stroke string
	strokeWidth  float64 // 0 has no outline
}

// label is words in pixels; x is where they begin, end or have their middle, y is the middle of all the lines.
type label struct {
	x, y    float64
	align   align
	lines   []string
	size    float64
	bold    bool
	colour  string
	halo    bool // an edge in the colour of the paper keeps the words readable on a line
	crowded bool // no free place was found
}

type align string

const (
	start  align = "start"
	middle align = "middle"
	finish align = "end"
)

// box is the room that the words take.
func (l label) box() box {
	w, h := widest(l.lines, l.size, l.bold), lineHeight*float64(len(l.lines))-2
	x := l.x
	switch l.align {
	case middle:
		x -= w / 2
	case finish:
		x -= w
	}
	return box{x, l.y - h/2, x + w, l.y + h/2}
}

// lay lays the chart out at a size.
func (s *Spec) lay(lang string, width, height int) (*plot, error) {
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
	case Map, Tiles, Multiples, Swarm, Slope, Goals, Grid:
		return nil, fault.New("chart.bad-kind", "id", s.ID, "kind", string(s.Kind))
	default:
		p.overItems()
	}
	return p, nil
}

func (p *plot) plotW() float64 { return p.w - p.left - p.right }
func (p *plot) plotH() float64 { return p.h - p.top - p.bottom }

// stride is the distance from one category to the next.
func (p *plot) stride() float64 {
	n := float64(len(p.names))
	switch {
	case p.rows:
		return p.plotH() / n
	case p.air:
		return p.plotW() / n
	}
	return p.plotW() / math.Max(1, n-1)
}

// cat gives the place of a category along its axis.
func (p *plot) cat(i int) float64 {
	switch {
	case p.rows:
		return p.top + (float64(i)+0.5)*p.stride()
	case p.air:
		return p.left + (float64(i)+0.5)*p.stride()
	}
	return p.left + float64(i)*p.stride()
}

// val gives the place of a figure along its axis.
func (p *plot) val(v float64) float64 {
	share := (v - p.min) / (p.max - p.min)
	if p.rows {
		return p.left + share*p.plotW()
	}
	if p.down() {
		return p.top + share*p.plotH()
	}
	return p.h - p.bottom - share*p.plotH()
}

// down reports whether the axis of figures points down. Bars grow from zero and never do.
func (p *plot) down() bool { return p.s.Down && p.s.Kind == Line }

// at gives the place of a figure of a category.
func (p *plot) at(i int, v float64) (x, y float64) {
	if p.rows {
		return p.val(v), p.cat(i)
	}
	return p.cat(i), p.val(v)
}

// foundation is where bars begin: zero, or the limit of the axis that is nearest to it.
func (p *plot) foundation() float64 { return math.Max(p.min, math.Min(0, p.max)) }

// number writes a value as the chart prints its figures.
func (p *plot) number(v Value) string { return p.s.write(p.lang, v) }

// ticks gives the values at the ticks of the value axis, with what stands there.
func (p *plot) ticks() (values []float64, texts []string) {
	n := digits(p.step)
	for i := range 50 {
		v := p.min + float64(i)*p.step
		if v > p.max+p.step/2 {
			break
		}
		if d, err := stat.FromFloat(v, n); err == nil {
			values, texts = append(values, v), append(texts, text.FormatNumber(p.lang, d, n))
		}
	}
	return values, texts
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
				if p.s.Kind != Bridge { // whose bars stand between their ends, whatever they change
					see(f)
				}
				see2(v.Low)
				see2(v.High)
				for _, r := range v.Fan {
					see(r.Low.Float64())
					see(r.High.Float64())
				}
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
	if p.down() && p.min <= 0 && low >= p.step {
		p.min = p.step // no rank is 0
	}
}

// addKey puts the names of the series into rows above the plot and says how many rows they take.
func (p *plot) addKey() int {
	x := p.w + 1
	for _, v := range p.s.Series {
		if v.Style == Ghost && p.s.Kind.overTime() {
			continue
		}
		name := v.Name.In(p.lang)
		w := keyMark + textWidth(name, labelSize, false) + keyGap
		if x+w > p.w+keyGap {
			p.keys, x = append(p.keys, nil), 0
		}
		last := &p.keys[len(p.keys)-1]
		*last = append(*last, key{name, v.Colour.fill()})
		x += w
	}
	return len(p.keys)
}

const (
	keyBox  = 14.0
	keyMark = keyBox + 5 // the coloured box and the gap behind it
	keyGap  = 14.0
)

// tipRow writes one line of a tooltip.
func (p *plot) tipRow(name string, v Value) string {
	s := html.EscapeString(name)
	if s != "" {
		s += ": "
	}
	if _, ok := v.Shown(); !ok {
		return s + html.EscapeString(p.missing(v))
	}
	s += "<b>" + html.EscapeString(p.number(v)) + "</b>" + html.EscapeString(text.AfterNumber(p.s.Unit.In(p.lang)))
	if v.Low != nil && v.High != nil && p.s.Kind != Bridge {
		s += " (" + book.Say(p.lang, "interval", "low", text.FormatNumber(p.lang, *v.Low, p.s.Decimals), "high", text.FormatNumber(p.lang, *v.High, p.s.Decimals)) + ")"
	}
	for _, r := range v.Fan {
		s += "<br>" + html.EscapeString(book.Say(p.lang, "level", "level", r.Level)) + ": " + book.Say(p.lang, "interval", "low", text.FormatNumber(p.lang, r.Low, p.s.Decimals), "high", text.FormatNumber(p.lang, r.High, p.s.Decimals))
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

func statusWord(lang string, s stat.Status) string { return export.StatusName(lang, s) }

func round1(f float64) float64 { return math.Round(f*10) / 10 }
