package chart

import (
	"math"
	"strings"
)

// Sign is the shape of a standing of a target, named by the letter that looks like it: tables and methods print that letter (view.Symbol),
// drawings have the outline. It is never told by colour alone, and it is filled, which paper keeps.
type Sign string

// Signs. What is still open is round or points upwards; what is over has corners.
const (
	SignAchieved Sign = "●"
	SignLikely   Sign = "◐"
	SignFocus    Sign = "▲"
	SignOpen     Sign = "○"
	SignNoData   Sign = "–"
	SignMet      Sign = "◆"
	SignMissed   Sign = "■"
	SignNoFigure Sign = "□"
)

// Signs lists them: those of what is open from the best, then those of what is over.
func Signs() []Sign {
	return []Sign{SignAchieved, SignLikely, SignFocus, SignOpen, SignNoData, SignMet, SignMissed, SignNoFigure}
}

// signSide is the side of the square in which a sign is drawn by itself.
const signSide = 10.0

// colour gives the fill of a sign: the palest ones say that nothing is known.
func (g Sign) colour() string {
	switch g {
	case SignAchieved, SignMet:
		return ICT.text()
	case SignLikely:
		return Digitalised.text()
	case SignFocus, SignMissed:
		return MIC.text()
	}
	return muted
}

// Path gives the outline of a sign in a square of side 10, as data of an SVG path; "" for one that nobody knows.
func (g Sign) Path() string { return g.path(0, 0, signSide) }

// path gives the outline of a sign in a square. Holes run the other way round, so that every renderer leaves them open.
func (g Sign) path(left, top, side float64) string {
	ring := func(r float64, from, to float64) [][2]float64 {
		const steps = 24
		var out [][2]float64
		for i := range steps + 1 {
			a := from + (to-from)*float64(i)/steps
			out = append(out, [2]float64{5 + r*math.Cos(a), 5 + r*math.Sin(a)})
		}
		return out
	}
	full := 2 * math.Pi
	var parts [][][2]float64
	switch g {
	case SignAchieved:
		parts = append(parts, ring(4.8, 0, full))
	case SignLikely: // an edge, and its left half filled
		parts = append(parts, ring(4.8, 0, full), ring(3.6, math.Pi/2, -math.Pi/2))
	case SignFocus:
		parts = append(parts, [][2]float64{{5, 0.2}, {10, 9.4}, {0, 9.4}})
	case SignOpen:
		parts = append(parts, ring(4.8, 0, full), ring(3.4, full, 0))
	case SignNoData:
		parts = append(parts, [][2]float64{{0.6, 4}, {9.4, 4}, {9.4, 6}, {0.6, 6}})
	case SignMet:
		parts = append(parts, [][2]float64{{5, -0.4}, {10.4, 5}, {5, 10.4}, {-0.4, 5}})
	case SignMissed:
		parts = append(parts, [][2]float64{{0.8, 0.8}, {9.2, 0.8}, {9.2, 9.2}, {0.8, 9.2}})
	case SignNoFigure:
		parts = append(parts, [][2]float64{{0.8, 0.8}, {9.2, 0.8}, {9.2, 9.2}, {0.8, 9.2}}, [][2]float64{{2.2, 2.2}, {2.2, 7.8}, {7.8, 7.8}, {7.8, 2.2}})
	}
	var b strings.Builder
	for _, p := range parts {
		for i := range p {
			p[i] = [2]float64{left + p[i][0]*side/signSide, top + p[i][1]*side/signSide}
		}
		b.WriteString(polygon(p))
	}
	return b.String()
}
