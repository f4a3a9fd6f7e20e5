package geo

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"slices"
	"strconv"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

// Maps are the maps of a country, one a set of provinces.
type Maps struct {
	Width, Height float64       // in the units of the outlines
	Credit        catalog.Label // what the licence of the outlines asks everyone who shows them to print; empty when it asks nothing
	Legend        float64       // how far right the map has room for its legend
	sets          map[string]*Atlas
}

// Area is a province on the map.
type Area struct {
	ID      string
	Path    string // SVG path data, without its far islands
	Islands string // path of the islands that belong to the area; "" for most
}

// Island is an island or a group of islands far from the mainland.
type Island struct {
	ID                       string
	Area                     string // the area that it belongs to
	Name, Short              catalog.Label
	Path                     string
	Left, Top, Right, Bottom float64
}

// Tile is the place of an area on the grid of equal tiles, counted from the top left.
type Tile struct {
	ID          string // of the area, or of the island
	Column, Row int
	Island      *Island // nil for an area
}

// Corner is a place on the grid, in tiles.
type Corner struct{ Column, Row float64 }

// Atlas is the map at one date: every province in exactly one area, and all islands.
type Atlas struct {
	Areas   []Area // by identifier
	Islands []Island
	Country string // path of the mainland with its coastal islands
	Tiles   []Tile // areas, then islands; empty when there is no grid
	Legend  Corner // where the grid has room for its legend

	beside map[string][]string // area → those that share a border with it
}

// Neighbours lists the areas that share a border with an area, in the order of their identifiers. Areas that only meet at a corner are none, and
// neither are those that water parts.
func (a *Atlas) Neighbours(id string) []string { return slices.Clone(a.beside[id]) }

// border finds out which areas lie beside each other. The outlines were made from one set of lines, so that a border is the same corners on both
// of its sides, to the last digit.
func (a *Atlas) border() {
	at := map[[2]float64][]int{} // corner → the areas that have it
	shared := map[[2]int]int{}   // two areas → how many corners both have
	for i, area := range a.Areas {
		for _, line := range Lines(area.Path) {
			for _, p := range line.Points {
				// The steps of a path add up with the noise of binary fractions; corners have one digit.
				p = [2]float64{math.Round(p[0] * 10), math.Round(p[1] * 10)}
				if list := at[p]; len(list) > 0 && list[len(list)-1] == i {
					continue
				}
				for _, j := range at[p] {
					shared[[2]int{j, i}]++
				}
				at[p] = append(at[p], i)
			}
		}
	}
	a.beside = map[string][]string{}
	for pair, corners := range shared {
		if corners < 2 {
			continue
		}
		one, other := a.Areas[pair[0]].ID, a.Areas[pair[1]].ID
		a.beside[one] = append(a.beside[one], other)
		a.beside[other] = append(a.beside[other], one)
	}
	for _, list := range a.beside {
		slices.Sort(list)
	}
}

// Of gives the map of a set of provinces.
func (m *Maps) Of(set string) (*Atlas, error) {
	if m != nil && m.sets[set] != nil {
		return m.sets[set], nil
	}
	return nil, fault.New("geo.no-set", "set", set)
}

// Files of a pack that hold its map.
const (
	layoutFile   = "geo/map.yaml"
	outlinesFile = "geo/outlines.csv"
	tilesFile    = "geo/tiles.csv"
	islandsFile  = "geo/islands.csv"
)

// Load reads the map of a pack. A pack without a layout has no map, which is nil; it draws none.
func Load(fsys fs.FS) (*Maps, error) {
	text, err := fs.ReadFile(fsys, layoutFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, refused(layoutFile, 0, err)
	}
	var layout struct {
		Width, Height float64
		Credit        catalog.Label
		Legend        struct {
			Map   float64
			Tiles map[string]Corner
		}
	}
	if err := catalog.DecodeYAML(bytes.NewReader(text), &layout); err != nil {
		return nil, refused(layoutFile, 0, err)
	}
	if layout.Width <= 0 || layout.Height <= 0 {
		return nil, refused(layoutFile, 0, errors.New("width, height"))
	}
	m := &Maps{Width: layout.Width, Height: layout.Height, Credit: layout.Credit, Legend: layout.Legend.Map, sets: map[string]*Atlas{}}
	r := reader{m: m, fsys: fsys, islands: map[string]Island{}}
	for _, f := range []struct {
		name    string
		columns []string
		take    func(record.Row) error
	}{
		{outlinesFile, []string{"set", "id", "path", "left", "top", "right", "bottom"}, r.outline},
		{islandsFile, []string{"id", "set", "area", "name_vi", "name_en", "short_vi", "short_en"}, r.island},
		{tilesFile, []string{"set", "id", "column", "row"}, r.tile},
	} {
		if err := r.each(f.name, f.columns, f.take); err != nil {
			return nil, err
		}
	}
	for set, a := range m.sets {
		a.Country = r.country
		a.border()
		corner, ok := layout.Legend.Tiles[set]
		if !ok && len(a.Tiles) > 0 {
			return nil, refused(layoutFile, 0, errors.New("legend.tiles: "+set))
		}
		a.Legend = corner
	}
	return m, nil
}

func refused(file string, row int, err error) error {
	f := fault.Unread("geo.bad-file", file, err)
	if row != 0 {
		f = f.At(file, row, "")
	}
	return f
}

// reader takes the files up row by row.
type reader struct {
	m       *Maps
	fsys    fs.FS
	islands map[string]Island // outlines, before it is known where they belong
	country string
}

func (r *reader) each(name string, columns []string, take func(record.Row) error) error {
	b, err := fs.ReadFile(r.fsys, name)
	if errors.Is(err, fs.ErrNotExist) && name != outlinesFile {
		return nil // no islands, no grid
	}
	if err != nil {
		return refused(name, 0, err)
	}
	rows, err := record.Exactly(b, columns...)
	if err != nil {
		return refused(name, 0, err)
	}
	for _, row := range rows {
		if err := take(row); err != nil {
			return refused(name, row.Line, err)
		}
	}
	return nil
}

func (r *reader) atlas(set string) *Atlas {
	if r.m.sets[set] == nil {
		r.m.sets[set] = &Atlas{}
	}
	return r.m.sets[set]
}

func (r *reader) outline(row record.Row) error {
	id, path := row.Get("id"), row.Get("path")
	if id == "" || path == "" {
		return errors.New("id, path")
	}
	switch set := row.Get("set"); set {
	case "country":
		r.country = path
	case "islands":
		x := Island{ID: id, Path: path}
		for column, edge := range map[string]*float64{"left": &x.Left, "top": &x.Top, "right": &x.Right, "bottom": &x.Bottom} {
			var err error
			if *edge, err = strconv.ParseFloat(row.Get(column), 64); err != nil {
				return errors.New(column + ": " + row.Get(column))
			}
		}
		r.islands[id] = x
	default:
		a := r.atlas(set)
		a.Areas = append(a.Areas, Area{ID: id, Path: path})
	}
	return nil
}

func (r *reader) island(row record.Row) error {
	x, ok := r.islands[row.Get("id")]
	if !ok {
		return errors.New("id: " + row.Get("id"))
	}
	x.Area = row.Get("area")
	x.Name, x.Short = catalog.Label{Vi: row.Get("name_vi"), En: row.Get("name_en")}, catalog.Label{Vi: row.Get("short_vi"), En: row.Get("short_en")}
	a := r.atlas(row.Get("set"))
	a.Islands = append(a.Islands, x)
	for i := range a.Areas {
		if a.Areas[i].ID == x.Area {
			a.Areas[i].Islands += x.Path
			return nil
		}
	}
	return errors.New("area: " + x.Area)
}

func (r *reader) tile(row record.Row) error {
	t := Tile{ID: row.Get("id")}
	for column, at := range map[string]*int{"column": &t.Column, "row": &t.Row} {
		var err error
		if *at, err = strconv.Atoi(row.Get(column)); err != nil || *at < 0 {
			return errors.New(column + ": " + row.Get(column))
		}
	}
	a := r.atlas(row.Get("set"))
	for i := range a.Islands {
		if a.Islands[i].ID == t.ID {
			t.Island = &a.Islands[i]
		}
	}
	a.Tiles = append(a.Tiles, t)
	return nil
}
