package geo

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"

	"nhipso/internal/fault"
)

// Width and Height are the size of the map in its own units: all of the mainland and both archipelagos.
const (
	Width  = 812.0
	Height = 873.0
)

// Credit is what the licence of the outlines asks everyone who shows them to print.
const Credit = "@svg-maps/vietnam (CC BY 4.0)"

var (
	//go:embed vietnam.svg
	drawing string
	//go:embed provinces.csv
	provincesFile string
	//go:embed tiles34.csv
	tilesFile string
)

// Area is a province, or a group of whole provinces, on the map.
type Area struct {
	ID      string
	Path    string  // SVG path data, without the archipelagos
	X, Y    float64 // a place well inside its largest part, for a label
	Left    float64 // box of the mainland part
	Top     float64
	Right   float64
	Bottom  float64
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
	byID         map[string]int
}

// Area finds an area.
func (a *Atlas) Area(id string) (Area, bool) {
	i, ok := a.byID[id]
	if !ok {
		return Area{}, false
	}
	return a.Areas[i], true
}

// province is a row of provinces.csv: the hand-checked table that joins the paths of the source to the codes.
type province struct {
	code63, path, name, code34 string
	column, row                int
}

var provinces = sync.OnceValue(func() []province {
	var out []province
	for _, r := range mustRows(provincesFile) {
		out = append(out, province{r[0], r[1], r[2], r[3], mustInt(r[4]), mustInt(r[5])})
	}
	return out
})

func mustRows(text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(err) // embedded at build time
	}
	return rows[1:]
}

func mustInt(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

var source = sync.OnceValue(func() map[string][]ring {
	shapes, err := readSVG(drawing)
	if err != nil {
		panic(err)
	}
	return shapes
})

var mainland = sync.OnceValue(func() *net {
	shapes := map[string][]ring{}
	for _, p := range provinces() {
		shapes[p.code63] = source()[p.path]
	}
	return newNet(shapes)
})

// The two sets of provinces.
var (
	atlas63 = sync.OnceValue(func() *Atlas { return mustAtlas("VN63-", func(p province) string { return p.code63 }) })
	atlas34 = sync.OnceValue(func() *Atlas { return mustAtlas("VN34-", func(p province) string { return p.code34 }) })
)

func mustAtlas(prefix string, code func(province) string) *Atlas {
	groups := map[string][]string{}
	for _, p := range provinces() {
		id := prefix + code(p)
		groups[id] = append(groups[id], p.code63)
	}
	a, err := Group(groups)
	if err != nil {
		panic(err)
	}
	return a
}

// Of gives the map of a set of provinces: "VN63" until 30 June 2025, "VN34" since 1 July 2025.
func Of(set string) (*Atlas, error) {
	switch set {
	case "VN63":
		return atlas63(), nil
	case "VN34":
		return atlas34(), nil
	}
	return nil, fault.New("geo.no-set", "set", set)
}

// Group gives the map of any grouping of the 63 provinces, by their two-digit codes; each must be in exactly one group.
func Group(groups map[string][]string) (*Atlas, error) {
	n := mainland()
	where := map[string]string{}
	outlines := map[string][][]int{}
	for id, members := range groups {
		for _, m := range members {
			if n.rings[m] == nil {
				return nil, fault.New("geo.no-province", "code", m, "area", id)
			}
			if where[m] != "" {
				return nil, fault.New("geo.twice", "code", m, "area", id, "other", where[m])
			}
			where[m] = id
		}
	}
	for m := range n.rings {
		if where[m] == "" {
			return nil, fault.New("geo.left-out", "code", m)
		}
	}
	for id, members := range groups {
		outlines[id] = n.outline(members)
	}
	lines := n.simplified(outlines, 0.6)
	a := &Atlas{byID: map[string]int{}}
	a.Archipelagos = [2]Archipelago{archipelago("hoangsa", where["48"]), archipelago("truongsa", where["56"])}
	for id := range groups {
		rings := lines[id]
		sort.SliceStable(rings, func(i, j int) bool { return rings[i].area() > rings[j].area() })
		ar := Area{ID: id, Path: pathOf(rings, 1)}
		ar.X, ar.Y = inside(rings[0])
		ar.Left, ar.Top, ar.Right, ar.Bottom = box(rings)
		for _, isl := range a.Archipelagos {
			if isl.Area == id {
				ar.Islands += isl.Path
			}
		}
		a.Areas = append(a.Areas, ar)
	}
	sort.Slice(a.Areas, func(i, j int) bool { return a.Areas[i].ID < a.Areas[j].ID })
	for i, x := range a.Areas {
		a.byID[x.ID] = i
	}
	return a, nil
}

// archipelago thins the reefs of one archipelago but drops none of them.
func archipelago(id, area string) Archipelago {
	n := &net{}
	var rings []ring
	for _, r := range source()[id] {
		walk := make([]int, len(r)+1)
		base := len(n.at)
		n.at = append(n.at, r...)
		for i := range r {
			walk[i] = base + i
		}
		walk[len(r)] = base
		mid := len(r) / 2
		thin := append(n.thin(walk[:mid+1], 0.12), n.thin(walk[mid:], 0.12)[1:]...)
		rings = append(rings, thin[:len(thin)-1])
	}
	a := Archipelago{ID: id, Area: area, Path: pathOf(rings, 2)}
	a.Left, a.Top, a.Right, a.Bottom = box(rings)
	return a
}

func box(rings []ring) (left, top, right, bottom float64) {
	left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, r := range rings {
		for _, p := range r {
			left, right = math.Min(left, p.x), math.Max(right, p.x)
			top, bottom = math.Min(top, p.y), math.Max(bottom, p.y)
		}
	}
	return
}

// inside finds a place far from the edge of a ring, on a coarse grid: good enough for a label, and always inside.
func inside(r ring) (x, y float64) {
	left, top, right, bottom := box([]ring{r})
	best := -1.0
	const steps = 24
	for i := 1; i < steps; i++ {
		for j := 1; j < steps; j++ {
			p := point{left + (right-left)*float64(i)/steps, top + (bottom-top)*float64(j)/steps}
			if !r.holds(p) {
				continue
			}
			d := math.Inf(1)
			for k, a := range r {
				d = math.Min(d, distance(p, a, r[(k+1)%len(r)]))
			}
			if d > best {
				best, x, y = d, p.x, p.y
			}
		}
	}
	if best < 0 {
		return r[0].x, r[0].y
	}
	return math.Round(x*10) / 10, math.Round(y*10) / 10
}

// pathOf writes rings as relative path data, rounding absolute positions so that errors do not add up.
func pathOf(rings []ring, decimals int) string {
	p := math.Pow(10, float64(decimals))
	var b strings.Builder
	for _, r := range rings {
		var x, y float64
		for i, q := range r {
			nx, ny := math.Round(q.x*p), math.Round(q.y*p)
			if i == 0 {
				b.WriteString("M" + short(nx/p) + pair(ny/p))
			} else if nx != x || ny != y {
				if i == 1 {
					b.WriteString("l")
					b.WriteString(short((nx-x)/p) + pair((ny-y)/p))
				} else {
					b.WriteString(pair((nx-x)/p) + pair((ny-y)/p))
				}
			}
			x, y = nx, ny
		}
		b.WriteString("z")
	}
	return b.String()
}

// short writes a number as briefly as path data allows; pair puts a separator before it where one is needed.
func short(f float64) string {
	s := strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64)
	s = strings.Replace(s, "-0.", "-.", 1)
	if strings.HasPrefix(s, "0.") {
		s = s[1:]
	}
	if s == "-0" {
		return "0"
	}
	return s
}

func pair(f float64) string {
	s := short(f)
	if s[0] == '-' {
		return s
	}
	return " " + s
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
		for _, p := range provinces() {
			tiles = append(tiles, Tile{"VN63-" + p.code63, p.column, p.row})
		}
		return tiles, [2]Tile{{"hoangsa", 7, 11}, {"truongsa", 7, 15}}, nil
	case "VN34":
		for _, r := range mustRows(tilesFile) {
			tiles = append(tiles, Tile{"VN34-" + r[0], mustInt(r[2]), mustInt(r[3])})
		}
		return tiles, [2]Tile{{"hoangsa", 6, 9}, {"truongsa", 6, 13}}, nil
	}
	return nil, islands, fault.New("geo.no-set", "set", set)
}

// String names the atlas, for messages.
func (a *Atlas) String() string { return fmt.Sprintf("atlas of %d areas", len(a.Areas)) }
