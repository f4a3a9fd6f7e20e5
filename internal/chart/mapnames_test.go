package chart

import (
	"slices"
	"strings"
	"testing"

	"nhipso/internal/geo"
)

// namesOn gives the names of a map with their places.
func namesOn(t *testing.T, set string, width int) (*mapDrawing, []namedArea) {
	t.Helper()
	s := sampleMap(set, Map)
	m := &mapDrawing{canvas: &svg{scale: 1, hatch: 1}, s: s, o: Options{Lang: "vi", Width: width}.filled(s), classes: s.classify(), at: map[string]int{}}
	for i, it := range s.Items {
		m.at[it.ID] = i
	}
	m.rank()
	if _, err := s.svg(m.o); err != nil { // which finds the places and keeps them
		t.Fatal(err)
	}
	return m, m.placeNames(mustAtlas(t, set), mapScale(s.Maps, float64(width)), nil).areas
}

func TestNamesOnAMap(t *testing.T) {
	for _, c := range []struct {
		set          string
		width, least int
	}{{"34", 600, 34}, {"34", 720, 34}, {"34", 1024, 34}, {"63", 600, 45}, {"34", 340, 20}, {"63", 340, 15}} {
		m, areas := namesOn(t, c.set, c.width)
		n, written := m.nameAreas(mustAtlas(t, c.set), mapScale(m.s.Maps, float64(c.width))), 0
		for i, a := range areas {
			if a.written == nil {
				continue
			}
			written++
			var lines []string
			for _, w := range a.written {
				lines = append(lines, w.s)
			}
			if name, _, _ := m.said(a.id); strings.Join(lines, " ") != name {
				t.Errorf("%s at %d: %q stands for %s", c.set, c.width, lines, name)
			}
			owner := i
			if a.leader {
				owner = nobody
			}
			if !n.room(owner).free(a.at) {
				t.Errorf("%s at %d: %s reaches over another area or the edge", c.set, c.width, a.name)
			}
			for _, b := range areas[:i] {
				if b.written != nil && a.at.meets(b.at) {
					t.Errorf("%s at %d: %s stands on %s", c.set, c.width, a.name, b.name)
				}
				if a.leader && b.leader && (anchor{a.x, a.x, a.y}).to(a.at).meets((anchor{b.x, b.x, b.y}).to(b.at)) {
					t.Errorf("%s at %d: the lines to %s and %s cross", c.set, c.width, a.name, b.name)
				}
			}
		}
		if written < c.least {
			t.Errorf("%s at %d: %d names, want %d", c.set, c.width, written, c.least)
		}
	}
}

func TestTilesHaveEveryNameInFull(t *testing.T) {
	for _, set := range []string{"34", "63"} {
		for _, width := range []int{280, 340, 600, 1024} {
			for _, lang := range []string{"vi", "en"} {
				s := sampleMap(set, Tiles)
				g := s.tileGrid(float64(width), lang)
				if g.names < tileLeast-0.6 {
					t.Errorf("%s at %d: letters of %.1f", set, width, g.names)
				}
				for _, tile := range mustAtlas(t, set).Tiles {
					name := s.tileName(tile, lang, g.w-tileInset)
					if tile.Island != nil && lang == "vi" && name != tile.Island.Name.Vi {
						t.Errorf("%s at %d: %q for %s", set, width, name, tile.Island.Name.Vi)
					}
					lines := g.lines(name)
					if strings.Join(lines, " ") != name || strings.Contains(name, "…") {
						t.Errorf("%s at %d: %q is cut to %q", set, width, name, lines)
					}
					if high := g.line()*float64(len(lines)) + g.figures*1.2; high > g.h {
						t.Errorf("%s at %d: %s is %.0f high in a tile of %.0f", set, width, name, high, g.h)
					}
					for _, line := range lines {
						if w := textWidth(line, g.names, false); w > g.w-2 {
							t.Errorf("%s at %d: %q is %.0f wide in a tile of %.0f", set, width, line, w, g.w)
						}
					}
				}
			}
		}
	}
}

func TestFiguresThatDoNotFitTheirTilesAreLeftOut(t *testing.T) {
	s := sampleMap("63", Tiles)
	if s.tileGrid(340, "vi").figures == 0 {
		t.Error("short figures are left out")
	}
	s.Series[0].Values[3] = fig("123456789012.5")
	if s.tileGrid(340, "vi").figures != 0 {
		t.Error("a figure wider than its tile is written")
	}
	if s.tileGrid(1024, "vi").figures == 0 {
		t.Error("a figure that fits is left out")
	}
}

func TestWhatTheReaderShouldLookAtHasAnEdge(t *testing.T) {
	s := sampleMap("34", Map)
	plain, err := s.svg(Options{Width: 600, Scheme: Page}.filled(s))
	if err != nil {
		t.Fatal(err)
	}
	s.Items = slices.Clone(s.Items)
	s.Items[3].Strong = true
	strong, err := s.svg(Options{Width: 600, Scheme: Page}.filled(s))
	if err != nil {
		t.Fatal(err)
	}
	edges := func(b []byte) int { return strings.Count(string(b), `stroke="`+ink+`"`) }
	if edges(strong) != edges(plain)+1 {
		t.Errorf("%d edges beside %d", edges(strong), edges(plain))
	}
}

func mustAtlas(t *testing.T, set string) *geo.Atlas {
	t.Helper()
	a, err := testMaps().Of(set)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRanksOnAMap(t *testing.T) {
	s := mapOf(1, "3.04", "3.01", "7", "1")
	for i := range s.Series[0].Values {
		s.Items = append(s.Items, Item{ID: string(rune('a' + i)), Name: l("x", "x")})
	}
	m := mapDrawing{s: s, o: Options{Lang: "vi"}, at: map[string]int{"a": 0, "b": 1, "c": 2, "d": 3}}
	m.rank()
	for id, want := range map[string]string{"a": "hạng 2/4", "b": "hạng 2/4", "c": "hạng 1/4", "d": "hạng 4/4"} {
		if _, _, got := m.said(id); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
	s.Scale.Unranked = true
	if _, _, got := m.said("c"); got != "" {
		t.Errorf("figures that cannot be ranked have rank %q", got)
	}
}

func TestAMapSaysWhatASecondTouchDoes(t *testing.T) {
	for _, kind := range []Kind{Map, Tiles} {
		s := sampleMap("34", kind)
		for _, leads := range []bool{true, false} {
			for i := range s.Items {
				if !leads {
					s.Items[i].Href = ""
				}
			}
			b, err := s.svg(Options{Lang: "en", Width: 600, Scheme: Page}.filled(s))
			if err != nil || strings.Contains(string(b), "data-again=") != leads {
				t.Errorf("%s, provinces lead somewhere: %v: %v", kind, leads, err)
			}
		}
	}
}
