package geo

import (
	"slices"
	"testing"
	"testing/fstest"
)

// The neighbours below are those of the maps of the administrative atlas, keyed by hand.
func TestNeighboursOfTheBuiltInPack(t *testing.T) {
	m := built(t)
	for set, cases := range map[string]map[string][]string{
		"34": {
			"VN34-01": {"VN34-19", "VN34-24", "VN34-25", "VN34-33", "VN34-37"},            // Hà Nội
			"VN34-24": {"VN34-01", "VN34-19", "VN34-20", "VN34-22", "VN34-31", "VN34-33"}, // Bắc Ninh
			"VN34-96": {"VN34-91", "VN34-92"},                                             // Cà Mau
			"VN34-46": {"VN34-44", "VN34-48"},                                             // Huế
		},
		"63": {
			"VN63-27": {"VN63-01", "VN63-24", "VN63-30", "VN63-33"},                       // Bắc Ninh
			"VN63-48": {"VN63-46", "VN63-49"},                                             // Đà Nẵng
			"VN63-79": {"VN63-72", "VN63-74", "VN63-75", "VN63-77", "VN63-80", "VN63-82"}, // Thành phố Hồ Chí Minh
		},
	} {
		a, err := m.Of(set)
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range cases {
			if got := a.Neighbours(id); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", id, got, want)
			}
		}
		for _, x := range a.Areas {
			list := a.Neighbours(x.ID)
			if len(list) == 0 || slices.Contains(list, x.ID) {
				t.Errorf("%s lies beside %v", x.ID, list)
			}
			for _, y := range list {
				if !slices.Contains(a.Neighbours(y), x.ID) {
					t.Errorf("%s lies beside %s, which does not lie beside it", x.ID, y)
				}
			}
		}
	}
}

func TestACornerIsNoBorder(t *testing.T) {
	m, err := Load(fstest.MapFS{
		"geo/map.yaml": {Data: []byte("width: 10\nheight: 20\n")},
		"geo/outlines.csv": {Data: []byte("set,id,path,left,top,right,bottom\na,A-1,M0 0h1v1h-1z,,,,\na,A-2,M1 1h1v1h-1z,,,,\na,A-3,M1 0h.3h.7v1h-1z,,,,\n" +
			"country,A,M0 0z,,,,\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := m.Of("a")
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Neighbours("A-1"); !slices.Equal(got, []string{"A-3"}) {
		t.Errorf("A-1 lies beside %v", got)
	}
}
