package geo

import (
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/needs"
	"nhipso/internal/tabular/record"
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
		t.Run(set+" shows the same coast", func(t *testing.T) {
			if strings.Count(a.Country, "M") < 2 || a.Country != mustOf(t, "VN34").Country {
				t.Error("the outline of the country differs")
			}
		})
	}
	if _, err := Of("VN62"); !errors.Is(err, fault.New("geo.no-set")) {
		t.Errorf("VN62: %v", err)
	}
}

func mustOf(t *testing.T, set string) *Atlas {
	t.Helper()
	a, err := Of(set)
	if err != nil {
		t.Fatal(err)
	}
	return a
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
			if !slices.ContainsFunc(a.Areas, func(y Area) bool { return y.ID == x.ID }) {
				t.Errorf("tile %s is no area", x.ID)
			}
		}
	}
}

// The official crosswalk is kept beside the repository while it is built; the join table must agree with it wherever it is.
func TestTheJoinTableAgreesWithTheOfficialCrosswalk(t *testing.T) {
	b, err := os.ReadFile(needs.Shared(t, "domain/tables/province_crosswalk_63_34.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string][]string{}
	for _, p := range record.MustExactly(provincesFile, "code63", "path", "name", "code34", "column", "row") {
		ours[p.Cells[0]] = p.Cells
	}
	if len(rows)-1 != len(ours) {
		t.Fatalf("%d rows, want %d", len(rows)-1, len(ours))
	}
	for _, r := range rows[1:] {
		if p := ours[r[0]]; p == nil || p[2] != r[1] || p[3] != r[2] {
			t.Errorf("%s %s → %s; the table has %v", r[0], r[1], r[2], p)
		}
	}
}
