package geo

import (
	"strconv"
	"strings"
)

// Line is a part of a shape: corners in their order, which come back to the first where it is closed.
type Line struct {
	Points [][2]float64
	Closed bool
}

// Lines turns path data into lines. It reads the commands that drawings and the outlines of provinces are made of — M, L, H, V
// and Z, absolute or relative — and ends at any other.
func Lines(data string) []Line {
	var out []Line
	var x, y float64
	r := pathReader{rest: data}
	line := func() {
		if len(out) == 0 || out[len(out)-1].Closed {
			out = append(out, Line{Points: [][2]float64{{x, y}}})
		}
	}
	for command := byte(0); r.more(); {
		if c := r.command(); c != 0 {
			command = c
		}
		ox, oy := 0.0, 0.0
		if command >= 'a' {
			ox, oy = x, y
		}
		switch command | 0x20 {
		case 'm':
			x, y = ox+r.number(), oy+r.number()
			out = append(out, Line{})
			command-- // further pairs are lines: L follows M
		case 'l':
			line()
			x, y = ox+r.number(), oy+r.number()
		case 'h':
			line()
			x = ox + r.number()
		case 'v':
			line()
			y = oy + r.number()
		case 'z':
			if len(out) > 0 && len(out[len(out)-1].Points) > 0 {
				last := &out[len(out)-1]
				last.Closed = true
				x, y = last.Points[0][0], last.Points[0][1]
			}
			command = 0
			continue
		default:
			return out
		}
		last := &out[len(out)-1]
		last.Points = append(last.Points, [2]float64{x, y})
	}
	return out
}

// pathReader cuts path data into commands and numbers; what is no number ends it.
type pathReader struct{ rest string }

func (r *pathReader) more() bool {
	r.rest = strings.TrimLeft(r.rest, " ,\n\t")
	return r.rest != ""
}

// command takes the command that is next, if one is.
func (r *pathReader) command() byte {
	c := r.rest[0]
	if c < 'A' || c == 'e' {
		return 0
	}
	r.rest = r.rest[1:]
	return c
}

func (r *pathReader) number() float64 {
	r.more()
	n, point := 0, false
	for n < len(r.rest) {
		c := r.rest[n]
		if !(c >= '0' && c <= '9' || c == '-' && n == 0 || c == '.' && !point) {
			break
		}
		point = point || c == '.'
		n++
	}
	f, err := strconv.ParseFloat(r.rest[:n], 64)
	if err != nil {
		r.rest = ""
		return 0
	}
	r.rest = r.rest[n:]
	return f
}
