package chart

// canvas is what a chart is drawn on: the SVG of a page, or the bitmap of a file. Both are told the same, in the order in which
// things lie on each other, so that both show the same picture. Corners of lines are round.
type canvas interface {
	path(data string, look look) // of the commands that geo.Lines reads
	rect(b box, look look)
	circle(x, y, r float64, look look)
	words(f lettering, list ...word)
	open(g group) // everything until the close that belongs to it
	close()
	hatches(scale float64, fills ...string) // that areas in a group of this scale will ask for
}

// look is how a shape is filled and edged.
type look struct {
	fill string  // a light colour of the palette or a hatch; "" is open
	edge pen     // without a width there is none
	fade float64 // how much of the fill is seen; 0 is all
}

// Hatches stand for the fill of an area without a figure.
const (
	noFigure = "none"
	secret   = "secret"
)

func hatched(fill string) bool { return fill == noFigure || fill == secret }

// lettering is how words are written.
type lettering struct {
	size   float64
	bold   bool
	colour string
	align  align
	halo   bool // an edge in the colour of the paper
}

// word is a line of text at the point of its baseline to which it is aligned.
type word struct {
	x, y float64
	s    string
}

// middleOf gives the baseline of words whose middle is at y.
func (f lettering) middleOf(y float64) float64 { return y + faceFor(f.bold).middle*f.size }

// group moves what is in it, and may be a place to go to.
type group struct {
	dx, dy float64
	scale  float64 // 0 is 1
	class  string
	title  string // what a screen reader says, and a browser beside the pointer
	area   *area
	again  string // what a first touch of a place to go to says: that a second one leads there
	still  bool   // it lies over the places to go to, and says nothing that they do not say
}

// area is a province on a map: a link where it leads somewhere, else a place that the keyboard reaches as well.
type area struct{ id, name, figure, rank, href string }

// label is everything about an area in one sentence.
func (a *area) label() string {
	s := a.name + ": " + a.figure
	if a.rank != "" {
		s += ", " + a.rank
	}
	return s
}
