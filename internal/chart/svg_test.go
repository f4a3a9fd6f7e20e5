package chart

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"testing"
)

// placed is a text of a drawing as a browser places it.
type placed struct {
	s                   string
	left, right, y, mid float64 // y is that of the baseline, mid that of the middle of the line
}

// inherited is what an element passes on to those in it.
type inherited struct {
	dx, dy, scale, size float64
	anchor              string
	bold                bool
}

// texts reads a drawing as any program does and gives every text of it.
func texts(t *testing.T, svg string) (out []placed) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	now := inherited{scale: 1, size: labelSize}
	var outer []inherited
	var open *placed
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			outer = append(outer, now)
			now = now.with(t, e)
			if e.Name.Local == "text" {
				open = &placed{}
			}
			for _, a := range e.Attr {
				if open != nil && a.Name.Local == "x" {
					open.left = now.dx + now.scale*number(t, a.Value)
				} else if open != nil && a.Name.Local == "y" {
					open.y = now.dy + now.scale*number(t, a.Value)
				}
			}
		case xml.CharData:
			if open != nil {
				open.s += string(e)
			}
		case xml.EndElement:
			if open != nil {
				width := textWidth(open.s, now.size, now.bold)
				switch now.anchor {
				case "middle":
					open.left -= width / 2
				case "end":
					open.left -= width
				}
				open.right, open.mid = open.left+width, open.y-faceFor(now.bold).middle*now.size
				out, open = append(out, *open), nil
			}
			now, outer = outer[len(outer)-1], outer[:len(outer)-1]
		}
	}
}

func (i inherited) with(t *testing.T, e xml.StartElement) inherited {
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "font-size":
			i.size = number(t, a.Value)
		case "text-anchor":
			i.anchor = a.Value
		case "font-weight":
			i.bold = a.Value == "600"
		case "transform":
			if move, ok := strings.CutPrefix(a.Value, "translate("); ok {
				x, y, _ := strings.Cut(strings.TrimSuffix(move, ")"), " ")
				i.dx, i.dy = i.dx+number(t, x), i.dy+number(t, y)
			} else {
				i.scale *= number(t, strings.TrimSuffix(strings.TrimPrefix(a.Value, "scale("), ")"))
			}
		}
	}
	return i
}

// marks gives every box, dot and line of a drawing without groups: the edges of those that have some, the data of a path.
func marks(t *testing.T, svg string, mark func(kind string, edges [4]float64, data string)) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		is := map[string]string{"x": "0", "y": "0"}
		for _, a := range e.Attr {
			is[a.Name.Local] = a.Value
		}
		switch e.Name.Local {
		case "rect":
			x, y := number(t, is["x"]), number(t, is["y"])
			mark("rect", [4]float64{x, y, x + number(t, is["width"]), y + number(t, is["height"])}, "")
		case "circle":
			x, y, r := number(t, is["cx"]), number(t, is["cy"]), number(t, is["r"])
			mark("circle", [4]float64{x - r, y - r, x + r, y + r}, "")
		case "path":
			mark("path", [4]float64{}, is["d"])
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheDrawingIsWrittenBriefly(t *testing.T) {
	draw := func(f func(c *svg)) string {
		c := &svg{id: "x", scale: 1, hatch: 1}
		f(c)
		return strings.TrimSpace(c.b.String())
	}
	for _, x := range []struct {
		name, want string
		draw       func(c *svg)
	}{
		{"coordinates have one digit, and level lines name no second y", `<path d="M1.3 2H10" fill="none" stroke="#E4E7EA"/>`,
			func(c *svg) { c.path(straight(1.26, 2.04, 10, 1.96), look{edge: pen{colour: hair, width: 1}}) }},
		{"texts that look alike say it once", "<g text-anchor=\"end\" fill=\"#56606A\">\n<text x=\"1\" y=\"2\">a</text>\n<text x=\"1\" y=\"9\">b</text>\n</g>",
			func(c *svg) {
				c.words(lettering{size: labelSize, colour: muted, align: finish}, word{1, 2, "a"}, word{1, 9, "b"})
			}},
		{"nothing is written for no texts", "", func(c *svg) { c.words(lettering{size: labelSize}) }},
		{"words stay words", `<text x="0" y="0" fill="#1B1F24">&lt;b&gt; &amp; �</text>`,
			func(c *svg) { c.words(lettering{size: labelSize, colour: ink}, word{0, 0, "<b> & \x01"}) }},
		{"a faint bar and a dashed line", "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" fill=\"#0072B2\" opacity=\"0.45\"/>\n<path d=\"M0 0L1 1\" fill=\"none\" stroke=\"#0072B2\" stroke-width=\"2.2\" stroke-dasharray=\"5,4\"/>",
			func(c *svg) {
				c.rect(box{1, 2, 4, 6}, look{fill: Core.fill(), fade: faintOpacity})
				c.path("M0 0L1 1", look{edge: pen{colour: Core.fill(), width: 2.2, dash: []float64{5, 4}}})
			}},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := draw(x.draw); got != x.want {
				t.Errorf("got  %s\nwant %s", got, x.want)
			}
		})
	}
	t.Run("a hatch is defined only where an area has it, once for the map and once for its key", func(t *testing.T) {
		r := NewRenderer(1)
		for _, c := range []struct {
			spoil func(s *Spec)
			want  int
		}{
			{func(s *Spec) {}, 4},
			{func(s *Spec) {
				for i := range s.Items {
					s.Series[0].Values[i] = fig("5")
				}
			}, 0},
		} {
			s := sampleMap("34", Map)
			c.spoil(s)
			svg, err := r.SVG(t.Context(), s, Options{})
			if err != nil || strings.Count(svg, "<pattern ") != c.want {
				t.Errorf("%d hatches, want %d (%v)", strings.Count(svg, "<pattern "), c.want, err)
			}
			for _, use := range strings.Split(svg, "url(#")[1:] {
				id, _, _ := strings.Cut(use, ")")
				if strings.Count(svg, `id="`+id+`"`) != 1 {
					t.Errorf("%s is not defined once", id)
				}
			}
		}
	})
}
