package geo

import (
	_ "embed"
	"strconv"
	"sync"

	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

// Width and Height are the size of the map in its own units: all of the mainland and both archipelagos.
const (
	Width  = 812.0
	Height = 873.0
)

// Credit is what the licence of the outlines asks everyone who shows them to print.
const Credit = "@svg-maps/vietnam (CC BY 4.0)"

var (
	//go:embed outlines.csv
	outlinesFile string
	//go:embed provinces.csv
	provincesFile string
	//go:embed tiles34.csv
	tilesFile string
)

// Area is a province on the map.
type Area struct {
	ID      string
	Path    string // SVG path data, without the archipelagos
	Islands string // path of the archipelago that belongs to the area; "" for all but two
}

// Archipelago is Hoàng Sa or Trường Sa.
type Archipelago struct {
	ID                       string // "hoangsa" or "truongsa"
	Area                     string // the area that it belongs to
	Path                     string
	Left, Top, Right, Bottom float64
}

// Atlas is the map at one date: every province in exactly one area, and both archipelagos.
type Atlas struct {
	Areas        []Area // by identifier
	Archipelagos [2]Archipelago
	Country      string // path of the mainland with its coastal islands
}

// owners are the provinces that the archipelagos belong to: Đà Nẵng and Khánh Hòa, whose codes outlived the merger.
var owners = map[string]string{"hoangsa": "-48", "truongsa": "-56"}

// atlases are the two sets of provinces.
var atlases = sync.OnceValue(func() map[string]*Atlas {
	out := map[string]*Atlas{"VN63": {}, "VN34": {}}
	for _, r := range record.MustExactly(outlinesFile, "set", "id", "path", "left", "top", "right", "bottom") {
		id, path := r.Get("id"), r.Get("path")
		switch kind := r.Get("set"); kind {
		case "country":
			for _, a := range out {
				a.Country = path
			}
		case "archipelago":
			for set, a := range out {
				a.add(Archipelago{ID: id, Area: set + owners[id], Path: path, Left: mustFloat(r.Get("left")), Top: mustFloat(r.Get("top")),
					Right: mustFloat(r.Get("right")), Bottom: mustFloat(r.Get("bottom"))})
			}
		default:
			out[kind].Areas = append(out[kind].Areas, Area{ID: id, Path: path})
		}
	}
	return out
})

func (a *Atlas) add(x Archipelago) {
	i := 0
	if x.ID == "truongsa" {
		i = 1
	}
	a.Archipelagos[i] = x
	for i := range a.Areas {
		if a.Areas[i].ID == x.Area {
			a.Areas[i].Islands = x.Path
		}
	}
}

// Of gives the map of a set of provinces: "VN63" until 30 June 2025, "VN34" since 1 July 2025.
func Of(set string) (*Atlas, error) {
	if a := atlases()[set]; a != nil {
		return a, nil
	}
	return nil, fault.New("geo.no-set", "set", set)
}

func mustInt(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func mustFloat(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err)
	}
	return f
}

// Tile is the place of an area on the grid of equal tiles, counted from the top left.
type Tile struct {
	ID          string
	Column, Row int
}

// Grid gives the tiles of a set of provinces by identifier, and those of Hoàng Sa and Trường Sa.
func Grid(set string) (tiles []Tile, islands [2]Tile, err error) {
	switch set {
	case "VN63":
		for _, r := range record.MustExactly(provincesFile, "code63", "path", "name", "code34", "column", "row") {
			tiles = append(tiles, Tile{"VN63-" + r.Get("code63"), mustInt(r.Get("column")), mustInt(r.Get("row"))})
		}
		return tiles, [2]Tile{{"hoangsa", 7, 11}, {"truongsa", 7, 15}}, nil
	case "VN34":
		for _, r := range record.MustExactly(tilesFile, "code34", "name", "column", "row") {
			tiles = append(tiles, Tile{"VN34-" + r.Get("code34"), mustInt(r.Get("column")), mustInt(r.Get("row"))})
		}
		return tiles, [2]Tile{{"hoangsa", 6, 9}, {"truongsa", 6, 13}}, nil
	}
	return nil, islands, fault.New("geo.no-set", "set", set)
}
