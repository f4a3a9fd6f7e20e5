package chart

import "strings"

// Sizes of the words around a plot.
const (
	titleSize  = 17.0
	subSize    = 13.0
	noteSize   = 11.5
	sidePad    = 16.0
	titleLine  = 23.0
	subLine    = 18.0
	noteLine   = 16.0
	framePad   = 14.0
	sourceSkip = 8.0
)

// frame is the words around the plot — title, unit, notes, source — and the size of the whole.
type frame struct {
	above, below []textLine
	w, h         float64
	y0           float64 // where the plot begins
}

func (s *Spec) frame(o Options) frame {
	f := frame{w: float64(o.Width), h: float64(o.Height)}
	if o.Bare {
		return f
	}
	f.above, f.below = frameText(s, o)
	f.y0 = framePad + 6
	for _, l := range f.above {
		f.y0 += l.height
	}
	f.w += 2 * sidePad
	f.h += f.y0 + framePad + sourceSkip
	for _, l := range f.below {
		f.h += l.height
	}
	return f
}

// paint draws the whole picture: the frame and what is inside it.
func (s *Spec) paint(c canvas, o Options, f frame) error {
	plot := s.paintPlot
	switch {
	case s.Kind == Map || s.Kind == Tiles:
		plot = s.paintMap
	case s.Kind.Still():
		plot = s.paintStill
	}
	if o.Bare {
		return plot(c, o)
	}
	c.rect(box{0, 0, f.w, f.h}, look{fill: paper})
	writeLines(c, f.above, framePad)
	c.open(group{dx: sidePad, dy: f.y0})
	if err := plot(c, o); err != nil {
		return err
	}
	c.close()
	writeLines(c, f.below, f.y0+float64(o.Height)+sourceSkip)
	return nil
}

func (s *Spec) paintPlot(c canvas, o Options) error {
	p, err := s.lay(o.Lang, o.Width, o.Height)
	if err != nil {
		return err
	}
	p.paint(c)
	return nil
}

// role of the drawing for a screen reader: a map is a group, since each of its areas can be reached by itself.
func (s *Spec) role() string {
	if s.Kind == Map || s.Kind == Tiles {
		return "group"
	}
	return "img"
}

// textLine is one line of the frame.
type textLine struct {
	s            string
	size, height float64
	bold         bool
	colour       string
}

// writeLines writes lines below y.
func writeLines(c canvas, lines []textLine, y float64) {
	for _, l := range lines {
		y += l.height
		c.words(lettering{size: l.size, bold: l.bold, colour: l.colour}, word{sidePad, y - l.height*0.28, l.s})
	}
}

func frameText(s *Spec, o Options) (above, below []textLine) {
	width := float64(o.Width)
	for _, l := range wrap(s.Title.In(o.Lang), titleSize, true, width) {
		above = append(above, textLine{l, titleSize, titleLine, true, ink})
	}
	if says := s.Says.In(o.Lang); says != "" {
		for _, l := range wrap(says, subSize, false, width) {
			above = append(above, textLine{l, subSize, subLine, false, ink})
		}
	}
	if sub := s.Reading(o.Lang); sub != "." {
		for _, l := range wrap(strings.TrimSuffix(sub, "."), subSize, false, width) {
			above = append(above, textLine{l, subSize, subLine, false, muted})
		}
	}
	note := func(t string) {
		for _, l := range wrap(t, noteSize, false, width) {
			below = append(below, textLine{l, noteSize, noteLine, false, muted})
		}
	}
	for _, n := range s.Notes {
		note(n.In(o.Lang))
	}
	note(s.SourceLine(o.Lang))
	return above, below
}

func (s *Spec) subtitle(lang string) string {
	if sub := s.Subtitle.In(lang); sub != "" {
		return sub
	}
	return s.Unit.In(lang)
}

// SourceLine gives source, vintage and address as they stand under the chart.
func (s *Spec) SourceLine(lang string) string {
	parts := []string{book.Say(lang, "source", "source", s.Source.In(lang))}
	if s.Vintage != "" {
		parts = append(parts, book.Say(lang, "vintage", "vintage", s.Vintage))
	}
	if s.Kind == Map && s.Maps != nil && s.Maps.Credit.In(lang) != "" {
		parts = append(parts, book.Say(lang, "map-credit", "credit", s.Maps.Credit.In(lang)))
	}
	if s.URL != "" {
		parts = append(parts, s.URL)
	}
	return strings.Join(parts, " · ")
}

// describe gives the words for those who do not see the picture: what the caller wrote, or else title, unit and the last
// figure of each series.
func (s *Spec) describe(lang string) string {
	if alt := s.Alt.In(lang); alt != "" {
		return alt
	}
	if says := s.Says.In(lang); says != "" {
		return says
	}
	parts := []string{s.Title.In(lang), s.subtitle(lang)}
	p := plot{s: s, lang: lang}
	for i := range s.Series {
		x := &s.Series[i]
		last := x.last()
		if last < 0 || !s.Kind.overTime() || x.Style == Ghost {
			continue
		}
		parts = append(parts, x.Name.In(lang)+" "+formatPeriod(lang, s.Periods[last])+": "+p.number(x.Values[last]))
	}
	return strings.Join(parts, ". ") + "."
}
