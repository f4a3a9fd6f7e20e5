package chart

import (
	"fmt"
	"html"
	"strings"
)

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

// frame puts the words around the plot — title, unit, notes, source — and makes the whole a picture that a screen reader can name.
func frame(s *Spec, o Options, body string) string {
	var b strings.Builder
	w, h := float64(o.Width), float64(o.Height)
	var above, below []textLine
	x0, y0 := 0.0, 0.0
	if !o.Bare {
		above, below = frameText(s, o)
		x0 = sidePad
		y0 = framePad
		for _, l := range above {
			y0 += l.height
		}
		y0 += 6
		h += y0 + framePad + sourceSkip
		for _, l := range below {
			h += l.height
		}
		w += 2 * sidePad
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="ns-chart" width="%s" height="%s" viewBox="0 0 %s %s" role="%s" aria-labelledby="%s-t" aria-describedby="%s-d" font-family="%s" font-size="12">`,
		trim(w), trim(h), trim(w), trim(h), s.role(), s.ID, s.ID, family)
	fmt.Fprintf(&b, "\n<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n", s.ID, html.EscapeString(s.Title.In(o.Lang)), s.ID, html.EscapeString(s.describe(o.Lang)))
	if o.Scheme == Auto {
		fmt.Fprintf(&b, "<style>%s</style>\n", SchemeCSS())
	}
	if !o.Bare {
		fmt.Fprintf(&b, "<rect width=\"%s\" height=\"%s\" fill=\"%s\"/>\n", trim(w), trim(h), paper)
		y := framePad
		for _, l := range above {
			l.write(&b, sidePad, &y)
		}
		fmt.Fprintf(&b, "<g transform=\"translate(%s %s)\">\n", trim(x0), trim(y0))
	}
	b.WriteString(body)
	if !o.Bare {
		b.WriteString("</g>\n")
		y := y0 + float64(o.Height) + sourceSkip
		for _, l := range below {
			l.write(&b, sidePad, &y)
		}
	}
	b.WriteString("</svg>\n")
	svg := b.String()
	if o.Scheme == Dark {
		svg = recolour(svg)
	}
	return svg
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

func (l textLine) write(b *strings.Builder, x float64, y *float64) {
	*y += l.height
	weight := ""
	if l.bold {
		weight = ` font-weight="600"`
	}
	fmt.Fprintf(b, "<text x=\"%s\" y=\"%s\" font-size=\"%s\"%s fill=\"%s\">%s</text>\n", trim(x), trim(*y-l.height*0.28), trim(l.size), weight, l.colour, html.EscapeString(l.s))
}

func frameText(s *Spec, o Options) (above, below []textLine) {
	width := float64(o.Width)
	for _, l := range wrap(s.Title.In(o.Lang), titleSize, true, width) {
		above = append(above, textLine{l, titleSize, titleLine, true, ink})
	}
	if sub := s.subtitle(o.Lang); sub != "" {
		for _, l := range wrap(sub, subSize, false, width) {
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
	if s.Kind == Map {
		parts = append(parts, book.Say(lang, "map-credit"))
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
