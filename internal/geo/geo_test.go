package geo

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"nhipso/internal/fault"
)

func TestAtlas(t *testing.T) {
	for set, want := range map[string]int{"VN63": 63, "VN34": 34} {
		a, err := Of(set)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(set+" has its provinces and both archipelagos", func(t *testing.T) {
			if len(a.Areas) != want {
				t.Errorf("%d areas, want %d", len(a.Areas), want)
			}
			if h := a.Archipelagos[0]; h.Area != set+"-48" || strings.Count(h.Path, "M") != 19 {
				t.Errorf("Hoàng Sa belongs to %s with %d reefs", h.Area, strings.Count(h.Path, "M"))
			}
			if s := a.Archipelagos[1]; s.Area != set+"-56" || strings.Count(s.Path, "M") < 50 {
				t.Errorf("Trường Sa belongs to %s with %d reefs", s.Area, strings.Count(s.Path, "M"))
			}
			for _, x := range a.Areas {
				if (x.Islands != "") != (x.ID == set+"-48" || x.ID == set+"-56") {
					t.Errorf("%s: islands %q", x.ID, x.Islands)
				}
			}
		})
		t.Run(set+" keeps the size of the country", func(t *testing.T) {
			sum, whole := 0.0, 0.0
			for _, x := range a.Areas {
				rings, err := readPath(x.Path)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rings {
					sum += r.area()
				}
				if !rings[0].holds(point{x.X, x.Y}) {
					t.Errorf("the label of %s lies outside it", x.ID)
				}
			}
			for _, p := range provinces() {
				for _, r := range source()[p.path] {
					whole += math.Abs(r.area())
				}
			}
			if math.Abs(sum/whole-1) > 0.003 {
				t.Errorf("drawn area %.1f, source %.1f", sum, whole)
			}
		})
	}
}

func TestDissolving(t *testing.T) {
	t.Run("joins neighbours into one outline without seams", func(t *testing.T) {
		a, _ := Of("VN34")
		// Provinces without islands in the source: one ring each, whatever they were merged from.
		for _, id := range []string{"VN34-08", "VN34-15", "VN34-19", "VN34-24", "VN34-25", "VN34-44", "VN34-68", "VN34-86", "VN34-92", "VN34-96", "VN34-80", "VN34-82", "VN34-52", "VN34-66"} {
			x, ok := a.Area(id)
			if !ok {
				t.Fatal(id)
			}
			islands := 0
			for _, p := range provinces() {
				if "VN34-"+p.code34 == id {
					islands += len(source()[p.path]) - 1
				}
			}
			pieces := 0
			rings, _ := readPath(x.Path)
			for _, r := range rings {
				if r.area() > 0 { // a closed bay is a hole, not a piece
					pieces++
				}
			}
			if pieces != 1+islands {
				t.Errorf("%s is drawn in %d pieces, want %d", id, pieces, 1+islands)
			}
		}
	})
	t.Run("the whole country is one outline with its coastal islands", func(t *testing.T) {
		var all []string
		for _, p := range provinces() {
			all = append(all, p.code63)
		}
		a, err := Group(map[string][]string{"VN": all})
		if err != nil {
			t.Fatal(err)
		}
		rings, _ := readPath(a.Areas[0].Path)
		if share := rings[0].area(); share < 0.97*sumArea(rings) {
			t.Errorf("the mainland is only %.2f of the country", share/sumArea(rings))
		}
	})
}

func sumArea(rings []ring) float64 {
	s := 0.0
	for _, r := range rings {
		s += r.area()
	}
	return s
}

func TestGroupRefuses(t *testing.T) {
	for code, groups := range map[string]map[string][]string{
		"geo.no-province": {"X": {"03"}},
		"geo.twice":       {"X": {"01"}, "Y": {"01"}},
		"geo.left-out":    {"X": {"01"}},
	} {
		if _, err := Group(groups); !errors.Is(err, fault.New(code)) {
			t.Errorf("want %s, got %v", code, err)
		}
	}
	if _, err := Of("VN62"); !errors.Is(err, fault.New("geo.no-set")) {
		t.Errorf("VN62: %v", err)
	}
}

func TestGrid(t *testing.T) {
	for set, want := range map[string]int{"VN63": 63, "VN34": 34} {
		tiles, islands, err := Grid(set)
		if err != nil || len(tiles) != want {
			t.Fatalf("%s: %d tiles, %v", set, len(tiles), err)
		}
		a, _ := Of(set)
		taken := map[[2]int]string{}
		for _, x := range append(tiles, islands[:]...) {
			if other := taken[[2]int{x.Column, x.Row}]; other != "" {
				t.Errorf("%s: %s and %s share a tile", set, x.ID, other)
			}
			taken[[2]int{x.Column, x.Row}] = x.ID
		}
		for _, x := range tiles {
			if _, ok := a.Area(x.ID); !ok {
				t.Errorf("tile %s is no area", x.ID)
			}
		}
	}
}

// The official crosswalk is kept beside the repository while it is built; the join table must agree with it wherever it is.
func TestTheJoinTableAgreesWithTheOfficialCrosswalk(t *testing.T) {
	b, err := os.ReadFile("../../../shared/domain/tables/province_crosswalk_63_34.csv")
	if err != nil {
		t.Skip("the official crosswalk is not beside this repository")
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]province{}
	for _, p := range provinces() {
		ours[p.code63] = p
	}
	if len(rows)-1 != len(ours) {
		t.Fatalf("%d rows, want %d", len(rows)-1, len(ours))
	}
	for _, r := range rows[1:] {
		if p := ours[r[0]]; p.name != r[1] || p.code34 != r[2] {
			t.Errorf("%s %s → %s; the table has %s → %s", r[0], r[1], r[2], p.name, p.code34)
		}
	}
}
