package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"nhipso/internal/tabular/record"
)

// smooth is how far, in units of the map, a simplified border may lie from the one in the source.
const smooth = 0.6

// source is what the outlines are made from: the shapes of the source drawing, and the table that joins them to the codes.
type source struct {
	shapes    map[string][]ring
	provinces []province
}

type province struct{ code63, path, code34 string }

func read(root string) (*source, error) {
	drawing, err := os.ReadFile(filepath.Join(root, "devtools", "outlines", "vietnam.svg"))
	if err != nil {
		return nil, err
	}
	table, err := os.ReadFile(filepath.Join(root, "devtools", "outlines", "provinces.csv"))
	if err != nil {
		return nil, err
	}
	s := &source{}
	if s.shapes, err = readSVG(string(drawing)); err != nil {
		return nil, err
	}
	rows, err := record.Exactly(table, "code63", "path", "name", "code34")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		p := province{code63: r.Get("code63"), path: r.Get("path"), code34: r.Get("code34")}
		if s.shapes[p.path] == nil {
			return nil, fmt.Errorf("province %s: the drawing has no path %q", p.code63, p.path)
		}
		s.provinces = append(s.provinces, p)
	}
	return s, nil
}

// table writes the outlines of both sets of provinces, of the country and of the archipelagos.
func (s *source) table() ([]byte, error) {
	n := s.net()
	rows := [][]string{{"set", "id", "path", "left", "top", "right", "bottom"}}
	country := map[string][]string{}
	for _, p := range s.provinces {
		country["VN"] = append(country["VN"], p.code63)
	}
	for _, set := range []struct {
		id     string
		groups map[string][]string
	}{
		{"63", s.groups(func(p province) string { return "VN63-" + p.code63 })},
		{"34", s.groups(func(p province) string { return "VN34-" + p.code34 })},
		{"country", country},
	} {
		areas, err := n.group(set.groups)
		if err != nil {
			return nil, err
		}
		for _, id := range sortedKeys(areas) {
			rows = append(rows, []string{set.id, id, pathOf(areas[id], 1), "", "", "", ""})
		}
	}
	for _, id := range []string{"hoangsa", "truongsa"} {
		reefs := archipelago(s.shapes[id])
		row := []string{"islands", id, pathOf(reefs, 2)}
		for _, edge := range box(reefs) {
			row = append(row, strconv.FormatFloat(edge, 'f', -1, 64))
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (s *source) net() *net {
	shapes := map[string][]ring{}
	for _, p := range s.provinces {
		shapes[p.code63] = s.shapes[p.path]
	}
	return newNet(shapes)
}

func (s *source) groups(of func(province) string) map[string][]string {
	out := map[string][]string{}
	for _, p := range s.provinces {
		out[of(p)] = append(out[of(p)], p.code63)
	}
	return out
}

// group dissolves the provinces of each group into the rings around it, the largest first; each province must be in exactly one group.
func (n *net) group(groups map[string][]string) (map[string][]ring, error) {
	where := map[string]string{}
	outlines := map[string][][]int{}
	for _, id := range sortedKeys(groups) {
		for _, m := range groups[id] {
			if n.rings[m] == nil {
				return nil, fmt.Errorf("%s: there is no province %s", id, m)
			}
			if where[m] != "" {
				return nil, fmt.Errorf("province %s is in both %s and %s", m, where[m], id)
			}
			where[m] = id
		}
		outlines[id] = n.outline(groups[id])
	}
	for _, m := range sortedKeys(n.rings) {
		if where[m] == "" {
			return nil, fmt.Errorf("province %s is in no group", m)
		}
	}
	out := n.simplified(outlines, smooth)
	for _, rings := range out {
		sort.SliceStable(rings, func(i, j int) bool { return rings[i].area() > rings[j].area() })
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// box gives the left, top, right and bottom edge of rings.
func box(rings []ring) [4]float64 {
	b := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, r := range rings {
		for _, p := range r {
			b = [4]float64{math.Min(b[0], p.x), math.Min(b[1], p.y), math.Max(b[2], p.x), math.Max(b[3], p.y)}
		}
	}
	return b
}

// archipelago thins the reefs of one archipelago but drops none of them.
func archipelago(reefs []ring) []ring {
	n := &net{}
	var rings []ring
	for _, r := range reefs {
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
	return rings
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
