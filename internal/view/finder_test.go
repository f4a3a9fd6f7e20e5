package view

import (
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/territory"
)

func TestThingsAreFoundAsPeopleWriteThem(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f := NewFinder(Things(c, areas))
	for query, want := range map[string]string{
		"hanoi": "VN34-01", "Hà Nội": "VN34-01", "ha noi": "VN34-01", "HANOI": "VN34-01", "TPHCM": "VN34-79", "tp.hcm": "VN34-79", "tp hcm": "VN34-79", "hcm": "VN34-79", "sai gon": "VN34-79", "Sài Gòn": "VN34-79",
		"saigon": "VN34-79", "thaibinh": "VN63-34", "thái bình": "VN63-34", "bà rịa": "VN63-77", "da nang": "VN34-48", "đà nẵng": "VN34-48", "tỷ trọng giá trị tăng thêm": "DE_SHARE", "DE_SHARE": "DE_SHARE", "KTS-1": "KTS-1",
	} {
		hits := f.Find(query)
		found := -1
		for i, h := range hits {
			if h.ID == want {
				found = i
				break
			}
		}
		if found < 0 || found > 2 { // a province of the old map may bear the same name
			t.Errorf("%q finds %s in place %d of %d", query, want, found, len(hits))
		}
	}
	for _, query := range []string{"", "  ", "++", "zzzzzz", "hà nội zzzz"} {
		if hits := f.Find(query); len(hits) != 0 {
			t.Errorf("%q finds %d things, %s first", query, len(hits), hits[0].ID)
		}
	}
	for _, h := range f.Find("kinh te", TargetKind) {
		if h.Kind != TargetKind {
			t.Errorf("%s %s is no target", h.Kind, h.ID)
		}
	}
	if a, b := len(f.Find("tinh")), len(f.Find("tỉnh")); a != b || a == 0 {
		t.Errorf("with and without diacritics: %d and %d", b, a)
	}
}
