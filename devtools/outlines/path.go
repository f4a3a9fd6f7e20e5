package main

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// point is a place on the map, in units of the source drawing.
type point struct{ x, y float64 }

// ring is a closed line; the last point is joined to the first.
type ring []point

// readSVG gives the rings of each path of a drawing by its id.
func readSVG(svg string) (map[string][]ring, error) {
	var doc struct {
		Paths []struct {
			ID string `xml:"id,attr"`
			D  string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(svg), &doc); err != nil {
		return nil, err
	}
	out := map[string][]ring{}
	for _, p := range doc.Paths {
		rings, err := readPath(p.D)
		if err != nil {
			return nil, fmt.Errorf("path %s: %w", p.ID, err)
		}
		out[p.ID] = rings
	}
	return out, nil
}

// readPath reads the part of the SVG path grammar that the map uses: m, l, h, v, c and z, absolute and relative. Curves, which
// only tiny islets have, become the lines between three of their points.
func readPath(d string) ([]ring, error) {
	var rings []ring
	var now ring
	var at, start point
	cmd := byte(0)
	s := &scanner{s: d}
	for {
		c, number := s.next()
		if c == 0 && !number {
			break
		}
		if !number {
			cmd = c
			if c == 'z' || c == 'Z' {
				if len(now) > 2 {
					rings = append(rings, now)
				}
				now, at = nil, start
			}
			continue
		}
		relative := cmd >= 'a'
		to := func() point {
			p := point{s.number(), s.number()}
			if relative {
				p.x, p.y = p.x+at.x, p.y+at.y
			}
			return p
		}
		switch cmd | 0x20 {
		case 'm':
			if len(now) > 2 {
				rings = append(rings, now)
			}
			at = to()
			start, now = at, ring{at}
			cmd-- // further pairs are lines: l follows m
		case 'l':
			at = to()
			now = append(now, at)
		case 'h':
			x := s.number()
			if relative {
				x += at.x
			}
			at.x = x
			now = append(now, at)
		case 'v':
			y := s.number()
			if relative {
				y += at.y
			}
			at.y = y
			now = append(now, at)
		case 'c':
			a, b, c := to(), to(), to()
			for _, t := range []float64{1. / 3, 2. / 3, 1} {
				u := 1 - t
				now = append(now, point{
					u*u*u*at.x + 3*u*u*t*a.x + 3*u*t*t*b.x + t*t*t*c.x,
					u*u*u*at.y + 3*u*u*t*a.y + 3*u*t*t*b.y + t*t*t*c.y})
			}
			at = c
		default:
			return nil, fmt.Errorf("command %q", string(cmd))
		}
		if s.err != nil {
			return nil, s.err
		}
	}
	if len(now) > 2 {
		rings = append(rings, now)
	}
	return rings, nil
}

// scanner cuts path data into commands and numbers.
type scanner struct {
	s   string
	err error
}

// next skips blanks and gives the command that follows, or reports that a number does.
func (s *scanner) next() (cmd byte, number bool) {
	s.s = strings.TrimLeft(s.s, " ,\t\r\n")
	if s.s == "" || s.err != nil {
		return 0, false
	}
	if c := s.s[0]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
		s.s = s.s[1:]
		return c, false
	}
	return 0, true
}

func (s *scanner) number() float64 {
	s.s = strings.TrimLeft(s.s, " ,\t\r\n")
	n := 0
	for n < len(s.s) {
		c := s.s[n]
		sign := (c == '-' || c == '+') && (n == 0 || s.s[n-1] == 'e')
		if !(c >= '0' && c <= '9' || c == '.' || c == 'e' || sign) {
			break
		}
		n++
	}
	f, err := strconv.ParseFloat(s.s[:n], 64)
	if err != nil && s.err == nil {
		s.err = err
	}
	s.s = s.s[n:]
	return f
}

// area is the signed area of a ring.
func (r ring) area() float64 {
	a := 0.0
	for i, p := range r {
		q := r[(i+1)%len(r)]
		a += p.x*q.y - q.x*p.y
	}
	return a / 2
}
