package geo

import (
	"testing"
	"testing/fstest"

	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strings"

	"nhipso/data"
	"nhipso/internal/fault"
	"nhipso/internal/needs"
)

func built(t *testing.T) *Maps {
	t.Helper()
	m, err := Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMapsOfTheBuiltInPack(t *testing.T) {
	m := built(t)
	for set, want := range map[string]int{"63": 63, "34": 34} {
		a, err := m.Of(set)
		if err != nil {
			t.Fatal(err)
		}
		prefix := "VN" + set
		t.Run(set+" has its provinces and both archipelagos", func(t *testing.T) {
			if len(a.Areas) != want || len(a.Islands) != 2 {
				t.Fatalf("%d areas, want %d, and %d archipelagos", len(a.Areas), want, len(a.Islands))
			}
			if h := a.Islands[0]; h.Area != prefix+"-48" || strings.Count(h.Path, "M") != 19 {
				t.Errorf("Hoàng Sa belongs to %s with %d reefs", h.Area, strings.Count(h.Path, "M"))
			}
			if s := a.Islands[1]; s.Area != prefix+"-56" || strings.Count(s.Path, "M") < 50 {
				t.Errorf("Trường Sa belongs to %s with %d reefs", s.Area, strings.Count(s.Path, "M"))
			}
			for _, x := range a.Areas {
				if (x.Islands != "") != (x.ID == prefix+"-48" || x.ID == prefix+"-56") {
					t.Errorf("%s: islands %q", x.ID, x.Islands)
				}
			}
		})
		t.Run(set+" shows the same coast", func(t *testing.T) {
			other, err := m.Of("34")
			if err != nil || strings.Count(a.Country, "M") < 2 || a.Country != other.Country {
				t.Error("the outline of the country differs", err)
			}
		})
		t.Run(set+" has a grid on which no two share a tile", func(t *testing.T) {
			taken := map[[2]int]string{}
			for _, x := range a.Tiles {
				if other := taken[[2]int{x.Column, x.Row}]; other != "" {
					t.Errorf("%s and %s share a tile", x.ID, other)
				}
				taken[[2]int{x.Column, x.Row}] = x.ID
				if x.Island == nil && !slices.ContainsFunc(a.Areas, func(y Area) bool { return y.ID == x.ID }) {
					t.Errorf("tile %s is no area", x.ID)
				}
			}
			if len(a.Tiles) != want+2 {
				t.Errorf("%d tiles", len(a.Tiles))
			}
		})
	}
	for _, none := range []*Maps{m, nil} {
		if _, err := none.Of("62"); !errors.Is(err, fault.New("geo.no-set")) {
			t.Errorf("62: %v", err)
		}
	}
}

func TestAPackWithoutAMapHasNone(t *testing.T) {
	if m, err := Load(fstest.MapFS{}); m != nil || err != nil {
		t.Error(m, err)
	}
}

func TestAMapThatDoesNotFitTogetherIsRefusedWithFileAndRow(t *testing.T) {
	good := func() fstest.MapFS {
		return fstest.MapFS{
			"geo/map.yaml":     {Data: []byte("width: 10\nheight: 20\nlegend: {map: 1, tiles: {a: {column: 1, row: 0}}}\n")},
			"geo/outlines.csv": {Data: []byte("set,id,path,left,top,right,bottom\na,A-1,M0 0z,,,,\nislands,i,M1 1z,1,2,3,4\ncountry,A,M0 0z,,,,\n")},
			"geo/islands.csv":  {Data: []byte("id,set,area,name_vi,name_en,short_vi,short_en\ni,a,A-1,Đảo,Isle,Đ,I\n")},
			"geo/tiles.csv":    {Data: []byte("set,id,column,row\na,A-1,0,0\na,i,1,1\n")},
		}
	}
	m, err := Load(good())
	if err != nil {
		t.Fatal(err)
	}
	if a, err := m.Of("a"); err != nil || a.Areas[0].Islands != "M1 1z" || a.Tiles[1].Island == nil || a.Legend.Column != 1 || a.Islands[0].Bottom != 4 {
		t.Errorf("%+v %v", a, err)
	}
	for name, change := range map[string]struct{ file, old, new, want string }{
		"a layout without a size":        {"geo/map.yaml", "width: 10", "width: 0", "geo/map.yaml"},
		"a key of the layout unknown":    {"geo/map.yaml", "width: 10", "wide: 10", "geo/map.yaml"},
		"a grid without a legend":        {"geo/map.yaml", "a: {", "b: {", "geo/map.yaml"},
		"an outline without a path":      {"geo/outlines.csv", "M0 0z,,,,\ni", ",,,,\ni", "geo/outlines.csv:2"},
		"an island without its edges":    {"geo/outlines.csv", "1,2,3,4", "1,2,3,x", "geo/outlines.csv:3"},
		"an island without an outline":   {"geo/islands.csv", "\ni,", "\nj,", "geo/islands.csv:2"},
		"an island of nobody":            {"geo/islands.csv", "A-1", "A-2", "geo/islands.csv:2"},
		"a tile that is not on the grid": {"geo/tiles.csv", "A-1,0,0", "A-1,-1,0", "geo/tiles.csv:2"},
	} {
		t.Run(name, func(t *testing.T) {
			files := good()
			text := string(files[change.file].Data)
			if !strings.Contains(text, change.old) {
				t.Fatal("the case changes nothing")
			}
			files[change.file].Data = []byte(strings.Replace(text, change.old, change.new, 1))
			_, err := Load(files)
			if fault.CodeOf(err) != "geo.bad-file" || !strings.HasPrefix(err.Error(), change.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// The official crosswalk is keyed in testdata; the collection beside the repository, where there is one, must say the same.
func TestTheJoinTableAgreesWithTheOfficialCrosswalk(t *testing.T) {
	t.Run("as keyed here", func(t *testing.T) { agreesWith(t, "testdata/crosswalk.csv") })
	t.Run("as the collection has it", func(t *testing.T) { agreesWith(t, needs.Shared(t, "domain/tables/province_crosswalk_63_34.csv")) })
}

func agreesWith(t *testing.T, crosswalk string) {
	t.Helper()
	b, err := os.ReadFile(crosswalk)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("../../devtools/outlines/provinces.csv")
	if err != nil {
		t.Fatal(err)
	}
	joined, err := csv.NewReader(strings.NewReader(string(table))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string][]string{}
	for _, p := range joined[1:] {
		ours[p[0]] = p
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
