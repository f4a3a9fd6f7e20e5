package chart

import (
	"encoding/xml"
	"io"
	"math"
	"strconv"
	"strings"

	"nhipso/internal/fault"
)

// node is an element of a drawing.
type node struct {
	tag  string
	attr map[string]string
	kids []*node
	text string
}

// parseSVG reads a drawing of ours into a tree, with the elements that have an identifier.
func parseSVG(svg string) (root *node, byID map[string]*node, err error) {
	d := xml.NewDecoder(strings.NewReader(svg))
	byID = map[string]*node{}
	var stack []*node
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fault.New("chart.bad-svg").Because(err)
		}
		switch x := t.(type) {
		case xml.StartElement:
			n := &node{tag: x.Name.Local, attr: map[string]string{}}
			for _, a := range x.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			if id := n.attr["id"]; id != "" {
				byID[id] = n
			}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.kids = append(top.kids, n)
			} else {
				root = n
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(x)
			}
		}
	}
	if root == nil || root.tag != "svg" {
		return nil, nil, fault.New("chart.bad-svg")
	}
	return root, byID, nil
}

// number reads an attribute that is a number, without its unit.
func (n *node) number(name string, otherwise float64) float64 {
	f, err := strconv.ParseFloat(strings.TrimSuffix(n.attr[name], "px"), 64)
	if err != nil {
		return otherwise
	}
	return f
}

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f), as in SVG.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{1, 0, 0, 1, 0, 0}

func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m matrix) at(x, y float64) (float64, float64) { return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f }

// scale is how much lengths grow, for the width of lines.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

func (m matrix) inverse() matrix {
	det := m.a*m.d - m.b*m.c
	if det == 0 {
		return identity
	}
	return matrix{m.d / det, -m.b / det, -m.c / det, m.a / det, (m.c*m.f - m.d*m.e) / det, (m.b*m.e - m.a*m.f) / det}
}

// transform reads translate, scale, rotate and matrix.
func transform(s string) matrix {
	m := identity
	for _, part := range strings.Split(s, ")") {
		name, args, ok := strings.Cut(part, "(")
		if !ok {
			continue
		}
		var v []float64
		for _, a := range strings.FieldsFunc(args, func(r rune) bool { return r == ',' || r == ' ' }) {
			f, err := strconv.ParseFloat(a, 64)
			if err != nil {
				return m
			}
			v = append(v, f)
		}
		for len(v) < 2 && strings.TrimSpace(name) == "translate" {
			v = append(v, 0)
		}
		switch name = strings.TrimSpace(name); {
		case name == "translate":
			m = m.times(matrix{1, 0, 0, 1, v[0], v[1]})
		case name == "scale" && len(v) == 1:
			m = m.times(matrix{v[0], 0, 0, v[0], 0, 0})
		case name == "scale" && len(v) == 2:
			m = m.times(matrix{v[0], 0, 0, v[1], 0, 0})
		case name == "rotate" && len(v) >= 1:
			sin, cos := math.Sincos(v[0] * math.Pi / 180)
			r := matrix{cos, sin, -sin, cos, 0, 0}
			if len(v) == 3 {
				r = matrix{1, 0, 0, 1, v[1], v[2]}.times(r).times(matrix{1, 0, 0, 1, -v[1], -v[2]})
			}
			m = m.times(r)
		case name == "matrix" && len(v) == 6:
			m = m.times(matrix{v[0], v[1], v[2], v[3], v[4], v[5]})
		}
	}
	return m
}

// outline is a shape as lines: each part is closed or open.
type outline []part

type part struct {
	points [][2]float64
	closed bool
}

// pathLines turns path data into lines. Curves and arcs are cut finely enough for the sizes that we draw.
func pathLines(d string) outline {
	var out outline
	var x, y, sx, sy, cx, cy float64
	cmd, prev := byte(0), byte(0)
	i := 0
	skip := func() {
		for i < len(d) && (d[i] == ' ' || d[i] == ',' || d[i] == '\n' || d[i] == '\t') {
			i++
		}
	}
	num := func() float64 {
		skip()
		j := i
		if j < len(d) && (d[j] == '-' || d[j] == '+') {
			j++
		}
		dot := false
		for j < len(d) {
			c := d[j]
			if c == '.' && !dot {
				dot = true
			} else if c == 'e' && j+1 < len(d) {
				j++
			} else if c < '0' || c > '9' {
				break
			}
			j++
		}
		f, err := strconv.ParseFloat(d[i:j], 64)
		if err != nil {
			i = len(d)
			return 0
		}
		i = j
		return f
	}
	flag := func() bool { // a flag of an arc may stand without a blank after it
		skip()
		if i < len(d) {
			i++
			return d[i-1] == '1'
		}
		return false
	}
	line := func(nx, ny float64) {
		if len(out) == 0 || out[len(out)-1].closed {
			out = append(out, part{points: [][2]float64{{x, y}}})
		}
		p := &out[len(out)-1]
		p.points = append(p.points, [2]float64{nx, ny})
		x, y = nx, ny
	}
	for skip(); i < len(d); skip() {
		if c := d[i]; c >= 'A' && c != 'e' {
			cmd = c
			i++
			if cmd == 'z' || cmd == 'Z' {
				if len(out) > 0 {
					out[len(out)-1].closed = true
				}
				x, y = sx, sy
				prev = cmd
				continue
			}
		}
		relX, relY := 0.0, 0.0
		if cmd >= 'a' {
			relX, relY = x, y
		}
		switch cmd | 0x20 {
		case 'm':
			x, y = relX+num(), relY+num()
			sx, sy = x, y
			out = append(out, part{points: [][2]float64{{x, y}}})
			cmd-- // further pairs are lines: L follows M
		case 'l':
			line(relX+num(), relY+num())
		case 'h':
			line(relX+num(), y)
		case 'v':
			line(x, relY+num())
		case 'c', 's', 'q':
			x0, y0 := x, y
			x1, y1 := x, y
			switch {
			case cmd|0x20 != 's':
				x1, y1 = relX+num(), relY+num()
			case prev|0x20 == 'c' || prev|0x20 == 's':
				x1, y1 = 2*x-cx, 2*y-cy
			}
			x2, y2 := x1, y1
			if cmd|0x20 != 'q' {
				x2, y2 = relX+num(), relY+num()
			}
			x3, y3 := relX+num(), relY+num()
			cx, cy = x2, y2
			if cmd|0x20 == 'q' { // a quadratic curve as a cubic one
				x1, y1, x2, y2 = x0+2*(x1-x0)/3, y0+2*(y1-y0)/3, x3+2*(x2-x3)/3, y3+2*(y2-y3)/3
			}
			const n = 12
			for k := 1; k <= n; k++ {
				t := float64(k) / n
				u := 1 - t
				line(u*u*u*x0+3*u*u*t*x1+3*u*t*t*x2+t*t*t*x3, u*u*u*y0+3*u*u*t*y1+3*u*t*t*y2+t*t*t*y3)
			}
		case 'a':
			rx, ry, rot := num(), num(), num()
			large, sweep := flag(), flag()
			arc(x, y, rx, ry, rot, large, sweep, relX+num(), relY+num(), line)
		default:
			return out
		}
		prev = cmd
	}
	return out
}

// arc follows the implementation notes of SVG 1.1, F.6.5: from two ends to a centre, then along the angle.
func arc(x1, y1, rx, ry, rot float64, large, sweep bool, x2, y2 float64, line func(x, y float64)) {
	if rx == 0 || ry == 0 || x1 == x2 && y1 == y2 {
		line(x2, y2)
		return
	}
	rx, ry = math.Abs(rx), math.Abs(ry)
	sin, cos := math.Sincos(rot * math.Pi / 180)
	dx, dy := (x1-x2)/2, (y1-y2)/2
	px, py := cos*dx+sin*dy, -sin*dx+cos*dy
	if l := px*px/(rx*rx) + py*py/(ry*ry); l > 1 {
		rx, ry = rx*math.Sqrt(l), ry*math.Sqrt(l)
	}
	k := (rx*rx*ry*ry - rx*rx*py*py - ry*ry*px*px) / (rx*rx*py*py + ry*ry*px*px)
	k = math.Sqrt(math.Max(0, k))
	if large == sweep {
		k = -k
	}
	cx, cy := k*rx*py/ry, -k*ry*px/rx
	mx, my := cos*cx-sin*cy+(x1+x2)/2, sin*cx+cos*cy+(y1+y2)/2
	from := math.Atan2((py-cy)/ry, (px-cx)/rx)
	turn := math.Atan2((-py-cy)/ry, (-px-cx)/rx) - from
	if sweep && turn < 0 {
		turn += 2 * math.Pi
	} else if !sweep && turn > 0 {
		turn -= 2 * math.Pi
	}
	n := int(math.Ceil(math.Abs(turn)/(math.Pi/24))) + 1
	for i := 1; i <= n; i++ {
		s, c := math.Sincos(from + turn*float64(i)/float64(n))
		if i == n {
			line(x2, y2)
		} else {
			line(mx+rx*c*cos-ry*s*sin, my+rx*c*sin+ry*s*cos)
		}
	}
}
