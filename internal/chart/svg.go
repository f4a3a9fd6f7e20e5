package chart

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// svg is a canvas that writes SVG for a page that forbids inline styles, and for programs that know less of SVG than a browser:
// attributes only, texts on their baseline. Identifiers begin with that of the specification, which is unique on its page.
type svg struct {
	b      bytes.Buffer
	id     string
	dark   bool
	scale  float64 // of the group that is open
	hatch  float64 // the scale for which the hatches of areas are made
	groups []opened
}

// opened is a group that is open: how it ends, and the scale that holds after it.
type opened struct {
	end   string
	scale float64
}

func (c *svg) raw(parts ...string) {
	for _, s := range parts {
		c.b.WriteString(s)
	}
}

// attr writes an attribute; text in it is escaped.
func (c *svg) attr(name, value string) {
	c.raw(" ", name, `="`)
	c.text(value)
	c.raw(`"`)
}

// text writes words so that they stay words; what XML cannot hold becomes the sign for an unknown letter.
func (c *svg) text(s string) { _ = xml.EscapeText(&c.b, []byte(s)) } // a buffer does not fail

func (c *svg) number(name string, f float64) { c.raw(" ", name, `="`, trim(f), `"`) }

// place writes an attribute that is a coordinate, to a tenth of a pixel.
func (c *svg) coordinate(name string, f float64) { c.raw(" ", name, `="`, tenth(f), `"`) }

// tint gives the value of a colour of the light palette in the scheme of the drawing.
func (c *svg) tint(colour string) string {
	if c.dark {
		return darkOf[colour]
	}
	return colour
}

// head begins the drawing: its size, its name and its description for those who do not see it.
func (c *svg) head(w, h float64, role, title, description, style string) {
	size := trim(w) + `" height="` + trim(h)
	c.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="ns-chart" width="`, size, `" viewBox="0 0 `, trim(w), " ", trim(h), `" role="`, role,
		`" aria-labelledby="`, c.id, `-t" aria-describedby="`, c.id, `-d" font-family="`, family, `" font-size="`, trim(labelSize), `" stroke-linejoin="round">`)
	c.raw("\n<title id=\"", c.id, "-t\">")
	c.text(title)
	c.raw("</title>\n<desc id=\"", c.id, "-d\">")
	c.text(description)
	c.raw("</desc>\n")
	if style != "" {
		c.raw("<style>", style, "</style>\n")
	}
	c.scale, c.hatch = 1, 1
}

// hatches defines the hatches that a map needs, for areas in a group of a scale and, where that is not 1, for the key outside it.
func (c *svg) hatches(scale float64, fills ...string) {
	c.hatch = scale
	if len(fills) == 0 {
		return
	}
	c.raw("<defs>")
	for _, fill := range fills {
		c.pattern(fill, 1/scale)
		if scale != 1 {
			c.pattern(fill, 1)
		}
	}
	c.raw("</defs>\n")
}

// pattern defines one hatch; in a scaled group it is scaled back, so that it looks like that of the key.
func (c *svg) pattern(fill string, scale float64) {
	var moves []string
	if scale != 1 {
		moves = append(moves, "scale("+trim4(scale)+")")
	}
	side, line, colour, width := trim(hatchSide), "M0 0V"+trim(hatchSide), hatch, hatchWidth
	if fill == noFigure {
		moves = append(moves, "rotate(45)")
	} else {
		half := trim(netSide / 2)
		side, line, colour, width = trim(netSide), "M0 "+half+"H"+trim(netSide)+"M"+half+" 0V"+trim(netSide), axis, netWidth
	}
	c.raw(`<pattern id="`, c.hatchID(fill, scale == 1 && c.hatch != 1), `" patternUnits="userSpaceOnUse" width="`, side, `" height="`, side, `"`)
	if moves != nil {
		c.attr("patternTransform", strings.Join(moves, " "))
	}
	c.raw(`><rect width="`, side, `" height="`, side, `" fill="`, c.tint(noData), `"/><path d="`, line, `" stroke="`, c.tint(colour), `" stroke-width="`, trim(width), `"/></pattern>`)
}

func (c *svg) hatchID(fill string, key bool) string {
	if key {
		return c.id + "-" + fill + "-key"
	}
	return c.id + "-" + fill
}

func (c *svg) look(l look) {
	switch {
	case l.fill == "":
		c.raw(` fill="none"`)
	case hatched(l.fill):
		c.raw(` fill="url(#`, c.hatchID(l.fill, c.scale != c.hatch), `)"`)
	default:
		c.attr("fill", c.tint(l.fill))
	}
	if l.fade != 0 {
		c.number("opacity", l.fade)
	}
	if l.edge.width == 0 {
		return
	}
	c.attr("stroke", c.tint(l.edge.colour))
	if l.edge.width != 1 {
		c.number("stroke-width", l.edge.width)
	}
	if l.edge.dash != nil {
		var dash []string
		for _, d := range l.edge.dash {
			dash = append(dash, trim(d))
		}
		c.attr("stroke-dasharray", strings.Join(dash, ","))
	}
	if l.edge.round {
		c.raw(` stroke-linecap="round"`)
	}
	if l.edge.opacity != 0 {
		c.number("stroke-opacity", l.edge.opacity)
	}
}

func (c *svg) path(data string, l look) {
	c.raw(`<path d="`, data, `"`)
	c.look(l)
	c.raw("/>\n")
}

func (c *svg) rect(b box, l look) {
	c.raw("<rect")
	if b.x0 != 0 || b.y0 != 0 {
		c.coordinate("x", b.x0)
		c.coordinate("y", b.y0)
	}
	c.coordinate("width", b.x1-b.x0)
	c.coordinate("height", b.y1-b.y0)
	c.look(l)
	c.raw("/>\n")
}

func (c *svg) circle(x, y, r float64, l look) {
	c.raw("<circle")
	c.coordinate("cx", x)
	c.coordinate("cy", y)
	c.number("r", r)
	c.look(l)
	c.raw("/>\n")
}

// words writes what several texts have in common once.
func (c *svg) words(f lettering, list ...word) {
	if len(list) > 1 {
		c.raw("<g")
		c.lettering(f)
		c.raw(">\n")
	}
	for _, w := range list {
		c.raw("<text")
		c.coordinate("x", w.x)
		c.coordinate("y", w.y)
		if len(list) == 1 {
			c.lettering(f)
		}
		c.raw(">")
		c.text(w.s)
		c.raw("</text>\n")
	}
	if len(list) > 1 {
		c.raw("</g>\n")
	}
}

func (c *svg) lettering(f lettering) {
	if f.size != labelSize {
		c.number("font-size", f.size)
	}
	if f.align == middle || f.align == finish {
		c.attr("text-anchor", string(f.align))
	}
	if f.bold {
		c.raw(` font-weight="600"`)
	}
	c.attr("fill", c.tint(f.colour))
	if f.halo {
		c.raw(` stroke="`, c.tint(paper), `" stroke-width="`, trim(haloWidth), `" paint-order="stroke"`)
	}
}

func (c *svg) open(g group) {
	tag, outer := "g", c.scale
	switch {
	case g.area == nil:
		c.raw("<g")
	case g.area.href == "":
		c.raw(`<g tabindex="0" role="img"`)
	default:
		tag = "a"
		c.raw("<a")
		c.attr("href", g.area.href)
	}
	if g.class != "" {
		c.attr("class", g.class)
	}
	if g.again != "" {
		c.attr("data-again", g.again)
	}
	if g.still {
		c.raw(` pointer-events="none" aria-hidden="true"`)
	}
	if g.dx != 0 || g.dy != 0 {
		c.attr("transform", "translate("+trim(g.dx)+" "+trim(g.dy)+")")
	}
	if g.scale != 0 {
		c.attr("transform", "scale("+trim4(g.scale)+")")
		c.scale *= g.scale
	}
	if a := g.area; a != nil {
		c.attr("data-id", a.id)
		c.attr("data-name", a.name)
		c.attr("data-figure", a.figure)
		c.attr("data-rank", a.rank)
		c.attr("aria-label", a.label())
	}
	c.raw(">")
	if g.title != "" {
		c.raw("<title>")
		c.text(g.title)
		c.raw("</title>")
	}
	c.raw("\n")
	c.groups = append(c.groups, opened{"</" + tag + ">\n", outer})
}

func (c *svg) close() {
	last := c.groups[len(c.groups)-1]
	c.raw(last.end)
	c.scale, c.groups = last.scale, c.groups[:len(c.groups)-1]
}

// finish ends the drawing.
func (c *svg) finish() []byte {
	c.raw("</svg>\n")
	return c.b.Bytes()
}
