package chart

import (
	"strconv"
	"strings"
)

// clean takes the content out of the <svg> of ECharts and makes it the same at every run, small, and fit for a page that forbids
// inline styles and for programs that know less of SVG than a browser: no groups that clip at nothing, nothing that cannot be
// seen, no attributes for a pointer, styles of texts as attributes, texts on their baseline, two digits a coordinate.
func clean(svg string) string {
	var b strings.Builder
	b.Grow(len(svg) / 2)
	for {
		from := strings.IndexByte(svg, '<')
		if from < 0 {
			return b.String()
		}
		svg = svg[from:]
		to := strings.IndexByte(svg, '>')
		if to < 0 {
			return b.String()
		}
		tag := svg[1:to]
		svg = svg[to+1:]
		name, rest, _ := strings.Cut(tag, " ")
		switch name {
		case "defs": // of the groups that clip
			if end := strings.Index(svg, "</defs>"); end >= 0 {
				svg = svg[end:]
			}
		case "text":
			e := elementOf(rest)
			e.settleText()
			words, after, _ := strings.Cut(svg, "</text>")
			e.write(&b, name)
			b.WriteString(">")
			b.WriteString(words)
			b.WriteString("</text>\n")
			svg = after
		case "path", "rect", "circle", "polygon", "polyline", "line":
			if e := elementOf(rest); e.seen() {
				e.write(&b, name)
				b.WriteString("/>\n")
			}
		}
	}
}

// element holds the attributes of an element, in order.
type element []attribute

type attribute struct{ name, value string }

// elementOf reads attributes as ECharts writes them: name="value".
func elementOf(s string) element {
	var e element
	for {
		name, rest, ok := strings.Cut(s, `="`)
		if !ok {
			return e
		}
		value, after, _ := strings.Cut(rest, `"`)
		name = strings.TrimSpace(name)
		s = after
		switch {
		case name == "class" || name == "pointer-events" || name == "xml:space" || strings.HasPrefix(name, "ecmeta_"):
		case name == "style":
			e = append(e, styles(value)...)
		default:
			e = append(e, attribute{name, value})
		}
	}
}

// styles turns the style of a text into attributes; the family is that of the root.
func styles(s string) element {
	var e element
	for _, rule := range strings.Split(s, ";") {
		name, value, ok := strings.Cut(rule, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if ok && name != "font-family" && !(name == "font-weight" && (value == "normal" || value == "400")) {
			e = append(e, attribute{name, strings.TrimSuffix(value, "px")})
		}
	}
	return e
}

func (e element) get(name string) string {
	for _, a := range e {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

func (e element) number(name string) float64 {
	f, _ := strconv.ParseFloat(e.get(name), 64)
	return f
}

// seen reports whether a shape leaves a mark: boxes that only catch the pointer, and the ground of a key, do not.
func (e element) seen() bool {
	filled := e.get("fill") != "none" && e.get("fill-opacity") != "0"
	drawn := e.get("stroke") != "" && e.get("stroke") != "none" && e.get("stroke-width") != "0" && e.get("stroke-opacity") != "0"
	return filled || drawn
}

// settleText gives a text its place as x and y of the baseline: ECharts moves it by a transform and centres it, which few
// programs but browsers know how to do.
func (e *element) settleText() {
	x, y := e.number("x"), e.number("y")
	if move, ok := strings.CutPrefix(e.get("transform"), "translate("); ok {
		dx, dy, _ := strings.Cut(strings.TrimSuffix(move, ")"), " ")
		mx, _ := strconv.ParseFloat(dx, 64)
		my, _ := strconv.ParseFloat(dy, 64)
		x, y = x+mx, y+my
	}
	if e.get("dominant-baseline") == "central" {
		y += faceFor(e.get("font-weight") == "600").middle * e.number("font-size")
	}
	out := element{{"x", trim(x)}, {"y", trim(y)}}
	for _, a := range *e {
		switch {
		case a.name == "x", a.name == "y", a.name == "transform", a.name == "dominant-baseline", a.name == "text-anchor" && a.value == "start":
		case a.name == "font-size" && a.value == "12": // which the root has
		default:
			out = append(out, a)
		}
	}
	*e = out
}

func (e element) write(b *strings.Builder, name string) {
	b.WriteByte('<')
	b.WriteString(name)
	for _, a := range e {
		b.WriteByte(' ')
		b.WriteString(a.name)
		b.WriteString(`="`)
		short(b, a.value)
		b.WriteByte('"')
	}
}

// short writes a value with at most two digits after the point of each number.
func short(b *strings.Builder, s string) {
	for {
		dot := strings.IndexByte(s, '.')
		if dot < 0 {
			b.WriteString(s)
			return
		}
		from, to := dot, dot+1
		for from > 0 && isDigit(s[from-1]) {
			from--
		}
		for to < len(s) && isDigit(s[to]) {
			to++
		}
		if from > 0 && s[from-1] == '-' {
			from--
		}
		b.WriteString(s[:from])
		if f, err := strconv.ParseFloat(s[from:to], 64); err == nil && to-dot > 3 {
			b.WriteString(trim(f))
		} else {
			b.WriteString(s[from:to])
		}
		s = s[to:]
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
