package chart

import (
	"math"
	"slices"
	"strings"

	"nhipso/internal/geo"
	"nhipso/internal/text"
)

const (
	mapLabel    = 11.0
	legendRow   = 18.0
	legendSign  = 14.0
	legendWords = 20.0 // where the words of an entry begin
	mostRows    = 8    // of a legend: the unit, five classes, two hatches
	borderWidth = 0.7
	strongWidth = 2.2
)

// mapScale is how many pixels a unit of the map takes at a width.
func mapScale(m *geo.Maps, width float64) float64 { return math.Min(width/m.Width, 700/m.Height) }

func (s *Spec) mapHeight(width int) int {
	if s.Maps == nil {
		return width
	}
	if s.Kind == Map {
		return int(math.Ceil(mapScale(s.Maps, float64(width)) * s.Maps.Height))
	}
	high := 0.0 // whatever the language: the page has one place for the drawing
	for _, lang := range []string{"vi", "en"} {
		g := s.tileGrid(float64(width), lang)
		high = math.Max(high, float64(g.rows)*g.h)
	}
	if width < narrow { // no room beside the tiles
		high += 10 + legendRow*float64(1+2+len(s.classify().colours))
	}
	return int(math.Ceil(high))
}

// paintMap draws a map directly: every province must be a place to go to, in any browser.
func (s *Spec) paintMap(c canvas, o Options) error {
	m := &mapDrawing{canvas: c, s: s, o: o, classes: s.classify(), at: map[string]int{}}
	for i, it := range s.Items {
		m.at[it.ID] = i
	}
	m.rank()
	g := group{class: "ns-places"}
	if slices.ContainsFunc(s.Items, func(it Item) bool { return it.Href != "" }) {
		g.again = book.Say(o.Lang, "again")
	}
	m.open(g)
	defer m.close()
	if s.Kind == Map {
		return m.choropleth()
	}
	return m.tiles()
}

// mapDrawing draws one map.
type mapDrawing struct {
	canvas
	s       *Spec
	o       Options
	classes classes
	at      map[string]int // place of an area among the items
	ranks   []int
	of      int
	lacks   []string // the hatches that some area has
}

// rank counts from the highest figure; those that are printed alike share a rank.
func (m *mapDrawing) rank() {
	v := m.s.Series[0].Values
	m.ranks = make([]int, len(v))
	for i, a := range v {
		x, ok := m.s.printedFigure(a)
		if !ok {
			continue
		}
		m.of++
		m.ranks[i] = 1
		for _, b := range v {
			if y, ok := m.s.printedFigure(b); ok && y > x {
				m.ranks[i]++
			}
		}
	}
}

// hatching finds out which hatches the areas need, before any of them is drawn.
func (m *mapDrawing) hatching(ids []string, scale float64) {
	for _, fill := range []string{noFigure, secret} {
		if slices.ContainsFunc(ids, func(id string) bool { return m.fill(id) == fill }) {
			m.lacks = append(m.lacks, fill)
		}
	}
	m.hatches(scale, m.lacks...)
}

// fill gives the fill of an area.
func (m *mapDrawing) fill(id string) string {
	i, ok := m.at[id]
	if !ok {
		return noFigure
	}
	v := m.s.Series[0].Values[i]
	if v.Secret() {
		return secret
	}
	if f, shown := m.s.printedFigure(v); shown {
		return m.classes.colours[m.classes.of(f)]
	}
	return noFigure
}

// said gives name, figure and rank of an area.
func (m *mapDrawing) said(id string) (name, figure, rank string) {
	i, ok := m.at[id]
	if !ok {
		return id, book.Say(m.o.Lang, "no-data"), ""
	}
	p := plot{s: m.s, lang: m.o.Lang}
	name = m.s.Items[i].Name.In(m.o.Lang)
	v := m.s.Series[0].Values[i]
	if _, shown := v.Shown(); !shown {
		return name, p.missing(v), ""
	}
	figure = text.WithUnit(p.number(v), m.s.Unit.In(m.o.Lang))
	if word := statusWord(m.o.Lang, v.Status); word != "" {
		figure += ", " + word
	}
	if m.s.Scale.Unranked {
		return name, figure, ""
	}
	return name, figure, book.Say(m.o.Lang, "rank", "rank", m.ranks[i], "of", m.of)
}

// begin opens an area.
func (m *mapDrawing) begin(id string) {
	a := area{id: id}
	a.name, a.figure, a.rank = m.said(id)
	if i, ok := m.at[id]; ok {
		a.href = m.s.Items[i].Href
	}
	m.open(group{class: "ns-area", title: a.label(), area: &a})
}

func (m *mapDrawing) choropleth() error {
	maps := m.s.Maps
	atlas, err := maps.Of(m.s.Scale.Areas)
	if err != nil {
		return err
	}
	var ids []string
	for _, a := range atlas.Areas {
		ids = append(ids, a.ID)
	}
	k := mapScale(maps, float64(m.o.Width))
	m.hatching(ids, k)
	m.open(group{scale: k})
	m.path(atlas.Country, look{edge: pen{colour: sea, width: 1.6 / k}})
	for _, a := range atlas.Areas {
		fill := m.fill(a.ID)
		m.begin(a.ID)
		m.path(a.Path, look{fill: fill, edge: pen{colour: border, width: borderWidth / k}})
		if a.Islands != "" {
			m.path(a.Islands, look{fill: fill, edge: pen{colour: sea, width: 1.4 / k}})
		}
		m.close()
	}
	m.close()
	var used []box
	for _, isl := range atlas.Islands {
		owner, _, _ := m.said(isl.Area)
		name := isl.Name.In(m.o.Lang)
		x, y := k*(isl.Left+isl.Right)/2, k*isl.Bottom+14
		if y+13 > k*maps.Height { // islands that reach the lower edge of the map have their name above them
			x, y = k*(isl.Left+isl.Right*1.12)/2.12, k*isl.Top-26
		}
		half := textWidth(name, mapLabel, false) / 2
		x = math.Max(half, math.Min(x, k*maps.Width-half))
		m.words(lettering{size: mapLabel, colour: muted, align: middle}, word{x, y, name})
		m.words(lettering{size: mapLabel - 0.5, colour: muted, align: middle}, word{x, y + 13, "(" + owner + ")"})
		used = append(used, box{k * isl.Left, k * isl.Top, k * isl.Right, k * isl.Bottom}, box{x - half, y - mapLabel, x + half, y + 16})
	}
	x, y := math.Min(math.Max(k*maps.Legend, math.Min(float64(m.o.Width)*0.5, maps.Legend)), float64(m.o.Width)-m.legendWidth()), 6.0
	m.legend(x, y, 1)
	used = append(used, box{x, y, float64(m.o.Width), y + legendRow*mostRows})
	m.open(group{class: "ns-names", still: true})
	m.strong(atlas, k)
	m.placeNames(atlas, k, used).write(m)
	m.close()
	return nil
}

// strong draws an edge around the areas that the reader should look at.
func (m *mapDrawing) strong(atlas *geo.Atlas, k float64) {
	m.open(group{scale: k})
	for _, a := range atlas.Areas {
		if i, ok := m.at[a.ID]; ok && m.s.Items[i].Strong {
			m.path(a.Path+a.Islands, look{edge: pen{colour: ink, width: strongWidth / k}})
		}
	}
	m.close()
}

// meant is what a ground of the map means.
type meant struct{ fill, words string }

// meanings gives the classes from the highest to the lowest, then what the hatches mean.
func (m *mapDrawing) meanings() (all []meant) {
	for i := len(m.classes.colours) - 1; i >= 0 && m.of > 0; i-- {
		all = append(all, meant{m.classes.colours[i], m.classes.words(m.o.Lang, i)})
	}
	for _, fill := range m.lacks {
		all = append(all, meant{fill, book.Say(m.o.Lang, map[string]string{noFigure: "no-data", secret: "confidential"}[fill])})
	}
	return all
}

// legendWidth is how wide one column of the legend is: a sign, and the longest of its words.
func (m *mapDrawing) legendWidth() float64 {
	words := []string{}
	for _, e := range m.meanings() {
		words = append(words, e.words)
	}
	return math.Ceil(math.Max(legendWords+widest(words, labelSize, false), textWidth(m.s.Unit.In(m.o.Lang), labelSize, true))) + 1
}

// legend writes what the grounds mean, in one column or two; what would not fit on the drawing stands further to the left.
func (m *mapDrawing) legend(x, y float64, columns int) {
	all := m.meanings()
	m.open(group{class: "ns-legend"})
	m.words(lettering{size: labelSize, bold: true, colour: ink}, word{x, y + 9, m.s.Unit.In(m.o.Lang)})
	rows := (len(all) + columns - 1) / columns
	var names []word
	for i, e := range all {
		ex, ey := x+float64(i/rows)*math.Min(float64(m.o.Width)/2, float64(m.o.Width)-x-m.legendWidth()), y+legendRow*float64(1+i%rows)
		m.rect(box{ex, ey, ex + legendSign, ey + 12}, look{fill: e.fill, edge: pen{colour: axis, width: 0.6}})
		names = append(names, word{ex + legendWords, ey + 10, e.words})
	}
	m.words(lettering{size: labelSize, colour: ink}, names...)
	m.close()
}

// tileGrid is the grid of tiles at a width: how large a tile is, and how large letters may be so that no name and no figure is cut.
type tileGrid struct {
	cols, rows int
	w, h       float64
	names      float64 // size of the letters of names
	figures    float64 // of figures; 0 where the widest does not fit, and none is written
}

const (
	tileName  = 10.5
	tileLeast = 8.0
	tileInset = 5.0 // between a name and the edges of its tile, both together
)

// tileName gives what is written on a tile: the name in full, of an island that is too wide for the smallest letters the short one.
func (s *Spec) tileName(t geo.Tile, lang string, room float64) string {
	if isl := t.Island; isl != nil {
		if name := isl.Name.In(lang); widest(strings.Fields(name), tileLeast, false) <= room {
			return name
		}
		return isl.Short.In(lang)
	}
	for _, it := range s.Items {
		if it.ID == t.ID {
			return it.Name.In(lang)
		}
	}
	return t.ID
}

// tileFigure gives the figure of an area, "" where there is none to show.
func (s *Spec) tileFigure(id, lang string) string {
	for i, it := range s.Items {
		if v := s.Series[0].Values[i]; it.ID == id && v.V != nil && !v.Secret() {
			return s.write(lang, v)
		}
	}
	return ""
}

// tileGrid measures the grid in the words of a language.
func (s *Spec) tileGrid(width float64, lang string) tileGrid {
	g := tileGrid{w: width, cols: 1, rows: 1, h: width, names: tileName}
	atlas, err := s.Maps.Of(s.Scale.Areas)
	if err != nil || len(atlas.Tiles) == 0 {
		return g
	}
	for _, t := range atlas.Tiles {
		g.cols, g.rows = max(g.cols, t.Column+1), max(g.rows, t.Row+1)
	}
	g.w = math.Min(width/float64(g.cols), 92)
	room := g.w - tileInset
	fit := func(size float64, bold bool, words []string) float64 {
		return math.Min(size, room/widest(words, 1, bold))
	}
	var words, figures []string
	for _, t := range atlas.Tiles {
		words = append(words, strings.Fields(s.tileName(t, lang, room))...)
		if t.Island == nil {
			figures = append(figures, s.tileFigure(t.ID, lang))
		}
	}
	g.names = fit(tileName, false, words)
	if g.figures = fit(tileName+0.5, true, figures); g.figures < tileLeast-0.5 {
		g.figures = 0
	}
	lines := 1
	for _, t := range atlas.Tiles {
		lines = max(lines, len(g.lines(s.tileName(t, lang, room))))
	}
	g.h = math.Max(42, 8+g.line()*float64(lines)+g.figures*1.2)
	return g
}

// lines breaks a name to the width of a tile; two lines are made as alike as they can be.
func (g tileGrid) lines(name string) []string {
	lines := wrap(name, g.names, false, g.w-tileInset)
	if len(lines) == 2 {
		return halves(name, g.names)
	}
	return lines
}

// line is the height of a line of a name.
func (g tileGrid) line() float64 { return g.names * 1.15 }

func (m *mapDrawing) tiles() error {
	atlas, err := m.s.Maps.Of(m.s.Scale.Areas)
	if err != nil {
		return err
	}
	g := m.s.tileGrid(float64(m.o.Width), m.o.Lang)
	var ids []string
	for _, t := range atlas.Tiles {
		if t.Island == nil {
			ids = append(ids, t.ID)
		}
	}
	m.hatching(ids, 1)
	for _, t := range atlas.Tiles {
		name := m.s.tileName(t, m.o.Lang, g.w-tileInset)
		if isl := t.Island; isl != nil {
			l := m.tileLook(isl.Area)
			l.edge.dash = []float64{3, 2}
			m.open(group{title: isl.Name.In(m.o.Lang)})
			m.tile(t, g, l, name, "")
			m.close()
			continue
		}
		m.begin(t.ID)
		m.tile(t, g, m.tileLook(t.ID), name, m.s.tileFigure(t.ID, m.o.Lang))
		m.close()
	}
	m.tileLegend(atlas, g)
	return nil
}

// tileLegend puts the legend where the map says that the grid has room; if it is too wide there, further down, where it covers no tile. On a phone
// it goes below the tiles.
func (m *mapDrawing) tileLegend(atlas *geo.Atlas, g tileGrid) {
	w := m.legendWidth()
	if m.o.Width < narrow {
		columns := 2
		if 2*w > float64(m.o.Width) {
			columns = 1
		}
		m.legend(1, float64(g.rows)*g.h+10, columns)
		return
	}
	at := atlas.Legend
	l := box{x0: math.Min(at.Column*g.w+14, float64(m.o.Width)-w), y0: at.Row*g.h + 4}
	l.x1, l.y1 = l.x0+w, l.y0+legendRow*float64(1+len(m.meanings()))
	covers := func(t geo.Tile) bool {
		x, y := float64(t.Column)*g.w, float64(t.Row)*g.h
		return l.meets(box{x, y, x + g.w, y + g.h})
	}
	for slices.ContainsFunc(atlas.Tiles, covers) && l.y1+g.h <= float64(g.rows)*g.h {
		l.y0, l.y1 = l.y0+g.h, l.y1+g.h
	}
	m.legend(l.x0, l.y0, 1)
}

// tileLook gives the look of the tile of an area.
func (m *mapDrawing) tileLook(id string) look {
	l := look{fill: m.fill(id), edge: pen{colour: axis, width: 0.6}}
	if i, ok := m.at[id]; ok && m.s.Items[i].Strong {
		l.edge = pen{colour: ink, width: strongWidth}
	}
	return l
}

// tile draws one tile with its name and its figure.
func (m *mapDrawing) tile(t geo.Tile, g tileGrid, l look, name, figure string) {
	x, y := float64(t.Column)*g.w, float64(t.Row)*g.h
	inside := box{x + 1, y + 1, x + g.w - 1, y + g.h - 1}
	m.rect(inside, l)
	on := ink
	if hatched(l.fill) { // keep the words readable on a hatch
		m.rect(inside, look{fill: paper, fade: 0.75})
	} else if !bright(l.fill) {
		on = onDark
	}
	if g.figures == 0 {
		figure = ""
	}
	f := lettering{size: g.names, colour: on, align: middle}
	lines := g.lines(name)
	high := g.line() * float64(len(lines))
	if figure != "" {
		high += g.figures * 1.2
	}
	at := y + (g.h-high)/2
	var names []word
	for _, line := range lines {
		names = append(names, word{x + g.w/2, f.middleOf(at + g.line()/2), line})
		at += g.line()
	}
	m.words(f, names...)
	if figure != "" {
		n := lettering{size: g.figures, bold: true, colour: on, align: middle}
		m.words(n, word{x + g.w/2, n.middleOf(at + g.figures*0.6), figure})
	}
}
