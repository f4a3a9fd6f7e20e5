package chart

import (
	"math"
	"slices"
	"strings"

	"nhipso/internal/geo"
	"nhipso/internal/text"
)

const (
	mapLabel  = 11.0
	legendRow = 18.0
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
	_, _, rows, h := s.tileSize(float64(width))
	high := float64(rows) * h
	if width < narrow { // no room beside the tiles
		high += 10 + legendRow*float64(2+(3+len(s.classify().colours))/2)
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

// rank counts from the highest figure; equal figures share a rank.
func (m *mapDrawing) rank() {
	v := m.s.Series[0].Values
	m.ranks = make([]int, len(v))
	for i, a := range v {
		x, ok := a.Shown()
		if !ok {
			continue
		}
		m.of++
		m.ranks[i] = 1
		for _, b := range v {
			if y, ok := b.Shown(); ok && y > x {
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
	if f, shown := v.Shown(); shown {
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
		m.path(a.Path, look{fill: fill, edge: pen{colour: border, width: 0.8 / k}})
		if a.Islands != "" {
			m.path(a.Islands, look{fill: fill, edge: pen{colour: sea, width: 1.4 / k}})
		}
		m.close()
	}
	m.close()
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
	}
	m.legend(math.Max(k*maps.Legend, math.Min(float64(m.o.Width)*0.5, maps.Legend)), 6, 1)
	return nil
}

// legend writes the classes from the highest to the lowest, then what the hatches mean, in one column or two.
func (m *mapDrawing) legend(x, y float64, columns int) {
	type entry struct{ fill, words string }
	var all []entry
	for i := len(m.classes.colours) - 1; i >= 0 && m.of > 0; i-- {
		all = append(all, entry{m.classes.colours[i], m.classes.words(m.o.Lang, i)})
	}
	for _, fill := range m.lacks {
		all = append(all, entry{fill, book.Say(m.o.Lang, map[string]string{noFigure: "no-data", secret: "confidential"}[fill])})
	}
	m.open(group{class: "ns-legend"})
	m.words(lettering{size: labelSize, bold: true, colour: ink}, word{x, y + 9, m.s.Unit.In(m.o.Lang)})
	rows := (len(all) + columns - 1) / columns
	var names []word
	for i, e := range all {
		ex, ey := x+float64(i/rows)*float64(m.o.Width)/2, y+legendRow*float64(1+i%rows)
		m.rect(box{ex, ey, ex + 18, ey + 12}, look{fill: e.fill, edge: pen{colour: axis, width: 0.6}})
		names = append(names, word{ex + 25, ey + 10, e.words})
	}
	m.words(lettering{size: labelSize, colour: ink}, names...)
	m.close()
}

// tileSize gives the size of the grid and of a tile at a width.
func (s *Spec) tileSize(width float64) (w float64, cols, rows int, h float64) {
	atlas, err := s.Maps.Of(s.Scale.Areas)
	if err != nil || len(atlas.Tiles) == 0 {
		return width, 1, 1, width
	}
	for _, t := range atlas.Tiles {
		cols, rows = max(cols, t.Column+1), max(rows, t.Row+1)
	}
	w = math.Min(width/float64(cols), 92)
	return w, cols, rows, math.Max(42, math.Min(w*0.56, 46))
}

func (m *mapDrawing) tiles() error {
	atlas, err := m.s.Maps.Of(m.s.Scale.Areas)
	if err != nil {
		return err
	}
	w, _, rows, h := m.s.tileSize(float64(m.o.Width))
	var ids []string
	for _, t := range atlas.Tiles {
		if t.Island == nil {
			ids = append(ids, t.ID)
		}
	}
	m.hatching(ids, 1)
	for _, t := range atlas.Tiles {
		if isl := t.Island; isl != nil {
			l := m.tileLook(isl.Area)
			l.edge.dash = []float64{3, 2}
			m.open(group{title: isl.Name.In(m.o.Lang)})
			m.tile(t, w, h, l, isl.Short.In(m.o.Lang), "")
			m.close()
			continue
		}
		name, figure := t.ID, ""
		if i, ok := m.at[t.ID]; ok {
			it := m.s.Items[i]
			if name = it.Short.In(m.o.Lang); name == "" {
				name = it.Name.In(m.o.Lang)
			}
			if v := m.s.Series[0].Values[i]; v.V != nil && !v.Secret() {
				figure = m.s.write(m.o.Lang, v)
			}
		}
		m.begin(t.ID)
		m.tile(t, w, h, m.tileLook(t.ID), name, figure)
		m.close()
	}
	// The grid has room for the legend where the map says; on a phone that is too narrow, and the legend goes below.
	if at := atlas.Legend; m.o.Width < narrow {
		m.legend(1, float64(rows)*h+10, 2)
	} else {
		m.legend(math.Min(at.Column*w+14, float64(m.o.Width)-150), at.Row*h+4, 1)
	}
	return nil
}

// tileLook gives the look of the tile of an area.
func (m *mapDrawing) tileLook(id string) look {
	return look{fill: m.fill(id), edge: pen{colour: axis, width: 0.6}}
}

// tile draws one tile with its name and its figure.
func (m *mapDrawing) tile(t geo.Tile, w, h float64, l look, name, figure string) {
	x, y := float64(t.Column)*w, float64(t.Row)*h
	inside := box{x + 1, y + 1, x + w - 1, y + h - 1}
	m.rect(inside, l)
	on := ink
	if hatched(l.fill) { // keep the words readable on a hatch
		m.rect(inside, look{fill: paper, fade: 0.75})
	} else if !bright(l.fill) {
		on = onDark
	}
	const size = 10.5
	lines := wrap(name, size, false, w-6)
	if len(lines) > 2 {
		lines = []string{lines[0], strings.Join(lines[1:], " ")}
	}
	n := float64(len(lines))
	if figure != "" {
		n++
	}
	at := y + h/2 - (n-1)*6 + 3.6
	var names []word
	for _, l := range lines {
		names = append(names, word{x + w/2, at, clip(l, size, false, w-4)})
		at += 12
	}
	m.words(lettering{size: size, colour: on, align: middle}, names...)
	if figure != "" {
		m.words(lettering{size: size + 0.5, bold: true, colour: on, align: middle}, word{x + w/2, at, figure})
	}
}
