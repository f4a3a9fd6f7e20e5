package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
	"sync"

	"nhipso/internal/geo"
	"nhipso/internal/text"
)

const (
	mapLabel  = 11.0
	legendRow = 18.0
)

// mapScale is how many pixels a unit of the map takes at a width.
func mapScale(width float64) float64 { return math.Min(width/geo.Width, 700/geo.Height) }

func (s *Spec) mapHeight(width int) int {
	if s.Kind == Map {
		return int(math.Ceil(mapScale(float64(width)) * geo.Height))
	}
	_, _, rows, h := s.tileSize(float64(width))
	high := float64(rows) * h
	if width < narrow { // no room beside the tiles
		high += 10 + legendRow*float64(2+(3+len(s.classify().colours))/2)
	}
	return int(math.Ceil(high))
}

// set names the map that the items are on.
func (s *Spec) set() string {
	if s.Scale.Areas != "" {
		return s.Scale.Areas
	}
	return "VN34"
}

func (s *Spec) drawMap(o Options) (string, error) {
	m := &mapDrawing{s: s, o: o, classes: s.classify(), at: map[string]int{}}
	for i, it := range s.Items {
		m.at[it.ID] = i
	}
	m.rank()
	var err error
	if s.Kind == Map {
		err = m.choropleth()
	} else {
		err = m.tiles()
	}
	return m.b.String(), err
}

// mapDrawing writes one map.
type mapDrawing struct {
	b       strings.Builder
	s       *Spec
	o       Options
	classes classes
	at      map[string]int // place of an area among the items
	ranks   []int
	of      int
	secret  bool   // some figure is confidential
	unknown bool   // some figure is missing
	key     string // suffix of the hatches in the legend
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

// patterns defines the hatches. Those of the areas, in a scaled drawing, are scaled back, so that they look like those of the legend.
func (m *mapDrawing) patterns(k float64) {
	m.b.WriteString("<defs>")
	for _, x := range []struct {
		suffix string
		scale  float64
	}{{"", 1 / k}, {"-key", 1}} {
		if x.suffix != "" && k == 1 {
			continue
		}
		scale := ""
		if x.scale != 1 {
			scale = "scale(" + trim4(x.scale) + ")"
		}
		none, secret := strings.TrimSpace(scale+" rotate(45)"), ""
		if scale != "" {
			secret = ` patternTransform="` + scale + `"`
		}
		fmt.Fprintf(&m.b, `<pattern id="%[1]s-none%[2]s" patternUnits="userSpaceOnUse" width="6" height="6" patternTransform="%[3]s"><rect width="6" height="6" fill="%[4]s"/><path d="M0 0V6" stroke="%[5]s" stroke-width="1.6"/></pattern>`,
			m.s.ID, x.suffix, none, noData, hatch)
		fmt.Fprintf(&m.b, `<pattern id="%[1]s-secret%[2]s" patternUnits="userSpaceOnUse" width="5" height="5"%[3]s><rect width="5" height="5" fill="%[4]s"/><path d="M0 2.5H5M2.5 0V5" stroke="%[5]s" stroke-width="1"/></pattern>`,
			m.s.ID, x.suffix, secret, noData, axis)
	}
	m.b.WriteString("</defs>\n")
	if k != 1 {
		m.key = "-key"
	}
}

// fill gives the fill of an area and the colour of text on it.
func (m *mapDrawing) fill(id string) (fill, on string) {
	i, ok := m.at[id]
	if ok {
		v := m.s.Series[0].Values[i]
		if f, shown := v.Shown(); shown {
			c := m.classes.colours[m.classes.of(f)]
			if bright(c) {
				return c, ink
			}
			return c, onDark
		}
		if v.Secret() {
			m.secret = true
			return "url(#" + m.s.ID + "-secret)", ink
		}
	}
	m.unknown = true
	return "url(#" + m.s.ID + "-none)", ink
}

// words gives name, figure and rank of an area.
func (m *mapDrawing) words(id string) (name, figure, rank string) {
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

// open begins an area: a link where it leads somewhere, else a group that the keyboard reaches as well.
func (m *mapDrawing) open(id string) (closing string) {
	name, figure, rank := m.words(id)
	label := name + ": " + figure
	if rank != "" {
		label += ", " + rank
	}
	attrs := fmt.Sprintf(`class="ns-area" data-id="%s" data-name="%s" data-figure="%s" data-rank="%s" aria-label="%s"`,
		id, html.EscapeString(name), html.EscapeString(figure), html.EscapeString(rank), html.EscapeString(label))
	if i, ok := m.at[id]; ok && m.s.Items[i].Href != "" {
		fmt.Fprintf(&m.b, `<a href="%s" %s>`, html.EscapeString(m.s.Items[i].Href), attrs)
		closing = "</a>\n"
	} else {
		fmt.Fprintf(&m.b, `<g tabindex="0" role="img" %s>`, attrs)
		closing = "</g>\n"
	}
	fmt.Fprintf(&m.b, "<title>%s</title>", html.EscapeString(label))
	return closing
}

// country is the outline of the mainland and its coastal islands.
var country = sync.OnceValues(func() (string, error) {
	var all []string
	a, err := geo.Of("VN63")
	if err != nil {
		return "", err
	}
	for _, x := range a.Areas {
		all = append(all, strings.TrimPrefix(x.ID, "VN63-"))
	}
	whole, err := geo.Group(map[string][]string{"VN": all})
	if err != nil {
		return "", err
	}
	return whole.Areas[0].Path, nil
})

func (m *mapDrawing) choropleth() error {
	atlas, err := geo.Of(m.s.set())
	if err != nil {
		return err
	}
	coast, err := country()
	if err != nil {
		return err
	}
	k := mapScale(float64(m.o.Width))
	m.patterns(k)
	fmt.Fprintf(&m.b, "<g transform=\"scale(%s)\" stroke-linejoin=\"round\">\n", trim4(k))
	fmt.Fprintf(&m.b, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>\n", coast, sea, trim(1.6/k))
	for _, a := range atlas.Areas {
		fill, _ := m.fill(a.ID)
		closing := m.open(a.ID)
		fmt.Fprintf(&m.b, `<path d="%s" fill="%s" stroke="%s" stroke-width="%s"/>`, a.Path, fill, border, trim(0.8/k))
		if a.Islands != "" {
			fmt.Fprintf(&m.b, `<path d="%s" fill="%s" stroke="%s" stroke-width="%s"/>`, a.Islands, fill, sea, trim(1.4/k))
		}
		m.b.WriteString(closing)
	}
	m.b.WriteString("</g>\n")
	for i, isl := range atlas.Archipelagos {
		name, _, _ := m.words(isl.Area)
		x, y := k*(isl.Left+isl.Right)/2, k*isl.Bottom+14
		if i == 1 { // the reefs of Trường Sa reach the lower edge of the map; its name stands above them
			x, y = k*(isl.Left+isl.Right*1.12)/2.12, k*isl.Top-26
		}
		half := textWidth(book.Say(m.o.Lang, isl.ID), mapLabel, false) / 2
		x = math.Max(half, math.Min(x, k*geo.Width-half))
		m.text(x, y, book.Say(m.o.Lang, isl.ID), "middle", muted, mapLabel, false)
		m.text(x, y+13, "("+name+")", "middle", muted, mapLabel-0.5, false)
	}
	// The open sea north-east of the mainland has room for the legend.
	m.legend(math.Max(k*400, math.Min(float64(m.o.Width)*0.5, 400)), 6, 1)
	return nil
}

func (m *mapDrawing) text(x, y float64, s, anchor, colour string, size float64, bold bool) {
	weight := ""
	if bold {
		weight = ` font-weight="600"`
	}
	if anchor != "" {
		anchor = ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(&m.b, "<text x=\"%s\" y=\"%s\" font-size=\"%s\"%s%s fill=\"%s\">%s</text>\n", trim(x), trim(y), trim(size), anchor, weight, colour, html.EscapeString(s))
}

// legend writes the classes from the highest to the lowest, then what the hatches mean, in one column or two.
func (m *mapDrawing) legend(x, y float64, columns int) {
	type entry struct{ fill, words string }
	var all []entry
	for i := len(m.classes.colours) - 1; i >= 0 && m.of > 0; i-- {
		all = append(all, entry{m.classes.colours[i], m.classes.words(m.o.Lang, i)})
	}
	if m.unknown {
		all = append(all, entry{"url(#" + m.s.ID + "-none" + m.key + ")", book.Say(m.o.Lang, "no-data")})
	}
	if m.secret {
		all = append(all, entry{"url(#" + m.s.ID + "-secret" + m.key + ")", book.Say(m.o.Lang, "confidential")})
	}
	m.b.WriteString("<g class=\"ns-legend\">\n")
	m.text(x, y+9, m.s.Unit.In(m.o.Lang), "", ink, labelSize, true)
	rows := (len(all) + columns - 1) / columns
	for i, e := range all {
		ex, ey := x+float64(i/rows)*float64(m.o.Width)/2, y+legendRow*float64(1+i%rows)
		fmt.Fprintf(&m.b, "<rect x=\"%s\" y=\"%s\" width=\"18\" height=\"12\" fill=\"%s\" stroke=\"%s\" stroke-width=\"0.6\"/>\n", trim(ex), trim(ey), e.fill, axis)
		m.text(ex+25, ey+10, e.words, "", ink, labelSize, false)
	}
	m.b.WriteString("</g>\n")
}

// tileSize gives the size of the grid and of a tile at a width.
func (s *Spec) tileSize(width float64) (w float64, cols, rows int, h float64) {
	tiles, islands, err := geo.Grid(s.set())
	if err != nil {
		return width, 1, 1, width
	}
	for _, t := range append(tiles, islands[:]...) {
		cols, rows = max(cols, t.Column+1), max(rows, t.Row+1)
	}
	w = math.Min(width/float64(cols), 92)
	return w, cols, rows, math.Max(42, math.Min(w*0.56, 46))
}

func (m *mapDrawing) tiles() error {
	tiles, islands, err := geo.Grid(m.s.set())
	if err != nil {
		return err
	}
	w, _, rows, h := m.s.tileSize(float64(m.o.Width))
	m.patterns(1)
	tile := func(t geo.Tile, fill, on, name, figure string, owner bool) {
		x, y := float64(t.Column)*w, float64(t.Row)*h
		dash := ""
		if !owner {
			dash = ` stroke-dasharray="3 2"`
		}
		fmt.Fprintf(&m.b, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s" stroke="%s" stroke-width="0.6"%s/>`, trim(x+1), trim(y+1), trim(w-2), trim(h-2), fill, axis, dash)
		if strings.HasPrefix(fill, "url") { // keep the words readable on a hatch
			fmt.Fprintf(&m.b, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s" opacity="0.75"/>`, trim(x+1), trim(y+1), trim(w-2), trim(h-2), paper)
		}
		size := 10.5
		lines := wrap(name, size, false, w-6)
		if len(lines) > 2 {
			lines = []string{lines[0], strings.Join(lines[1:], " ")}
		}
		for i := range lines {
			lines[i] = clip(lines[i], size, false, w-4)
		}
		n := float64(len(lines))
		if figure != "" {
			n++
		}
		at := y + h/2 - (n-1)*6 + 3.6
		for _, l := range lines {
			m.text(x+w/2, at, l, "middle", on, size, false)
			at += 12
		}
		if figure != "" {
			m.text(x+w/2, at, figure, "middle", on, size+0.5, true)
		}
	}
	for _, t := range tiles {
		fill, on := m.fill(t.ID)
		closing := m.open(t.ID)
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
		tile(t, fill, on, name, figure, true)
		m.b.WriteString(closing)
	}
	for i, isl := range islands {
		id := m.s.set() + []string{"-48", "-56"}[i]
		fill, on := m.fill(id)
		fmt.Fprintf(&m.b, "<g><title>%s</title>", html.EscapeString(book.Say(m.o.Lang, isl.ID)))
		tile(isl, fill, on, book.Say(m.o.Lang, isl.ID+"-short"), "", false)
		m.b.WriteString("</g>\n")
	}
	// The upper right of the grid is sea; on a phone it is too narrow, and the legend goes below.
	switch {
	case m.o.Width < narrow:
		m.legend(1, float64(rows)*h+10, 2)
	case m.s.set() == "VN34":
		m.legend(5*w+14, 4, 1)
	default:
		m.legend(math.Min(7*w+10, float64(m.o.Width)-150), h*4.6, 1)
	}
	return nil
}

func trim4(f float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.4f", f), "0"), ".")
}
