package catalog_test

import (
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
)

// Seven plans set a target called "digital economy / GDP", and two maps have a province called Bắc Ninh: what stands alone says which it is.
func TestNoTwoFullNamesAreTheSame(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"CL_TARGET", "CL_AREA"} {
		l, err := c.Codelist(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"vi", "en"} {
			seen := map[string]string{}
			for _, x := range l.Codes {
				name := c.FullName(list, x.ID).In(lang)
				if other := seen[name]; other != "" {
					t.Errorf("%s and %s are both %q", x.ID, other, name)
				}
				seen[name] = x.ID
			}
		}
	}
	if vi := c.FullName("CL_AREA", "VN34-24").Vi; vi != "Bắc Ninh (bản đồ 34 tỉnh)" {
		t.Error(vi)
	}
	for code, want := range map[string]string{"KTS-1": "Digital economy as a share of GDP (Decision 411/QĐ-TTg of 31 March 2022)", "749-14": "4G/5G and smartphones", "no-such": "no-such"} {
		if got := c.FullName("CL_TARGET", code).En; got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
	if got := c.FullName("NO_LIST", "x").Vi; got != "x" {
		t.Errorf("%q", got)
	}
}
