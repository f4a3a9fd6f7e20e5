package view

import (
	"slices"
	"strings"
	"testing"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/territory"

	"pgregory.net/rapid"
)

// A query that names a place finds what speaks of that place, by whichever of its names, and nothing that only has the same syllables.
func TestWordsThatTogetherNameAPlaceAreThatPlace(t *testing.T) {
	hcm := Thing{Kind: ProvinceKind, ID: "A", Name: catalog.Label{Vi: "TP. Hồ Chí Minh", En: "Ho Chi Minh City"}, Also: []string{"TP.HCM", "HCM", "TPHCM", "Sài Gòn", "Hồ Chí Minh", "79"}}
	hue := Thing{Kind: ProvinceKind, ID: "B", Name: catalog.Label{Vi: "Huế", En: "Hue"}, Also: []string{"46"}}
	series := Thing{Kind: SeriesKind, ID: "S", Name: catalog.Label{Vi: "GRDP của TP. Hồ Chí Minh", En: "GRDP of Ho Chi Minh City"}}
	demo := Thing{Kind: SeriesKind, ID: "D", Name: catalog.Label{Vi: "Minh họa: chi phí của hộ, 79 ngành", En: "Demonstration"}}
	taxes := Thing{Kind: SeriesKind, ID: "T", Name: catalog.Label{Vi: "Thuế sản phẩm, cây hoa huệ", En: "Taxes"}}
	f := NewFinder([]Thing{demo, hcm, series, taxes, hue})
	for query, want := range map[string]string{
		"ho chi minh": "A S", "Hồ Chí Minh": "A S", "tp.hcm": "A S", "hcm": "A S", "TPHCM": "A S", "tp hcm": "A S", "sài gòn": "A S", "saigon": "A S", "hochiminh": "A S", "grdp sai gon": "S", "sài gòn GRDP": "S", "ho chi minh city": "A S",
		"minh hoa": "D", "minh ho": "A D S", "chi": "A D S", "79": "A D", "hue": "B T", "huế": "B T", "thue": "T", "sản phẩm huế": "T", "ho chi minh chi": "A S", "ue": "B T",
		"chi phi ho chi minh": "D", // nothing has both, so the words are taken one by one
	} {
		hits := f.Find(query)
		var got []string
		for i := range hits.Len() {
			got = append(got, hits.At(i).ID)
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q finds %q, want %q", query, s, want)
		}
	}
}

// Whatever else is asked with a province by any of its names, what is found bears one of its names whole; and each name finds the province.
func TestANamedProvinceIsInWhatIsFound(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	things := Things(c, areas)
	var places []Thing
	for _, x := range things {
		if x.Kind == ProvinceKind {
			places = append(places, x)
			things = append(things, Thing{Kind: SeriesKind, ID: "S-" + x.ID, Name: catalog.Label{Vi: "GRDP của " + x.Name.Vi, En: "GRDP of " + x.Name.En}})
		}
	}
	f := NewFinder(things)
	rapid.Check(t, func(t *rapid.T) {
		place := rapid.SampledFrom(places).Draw(t, "place")
		names := append([]string{place.Name.Vi, place.Name.En}, place.Also...)
		names = slices.DeleteFunc(names, func(s string) bool { return strings.Trim(s, "0123456789") == "" })
		name := rapid.SampledFrom(names).Draw(t, "name")
		query := name
		if rapid.Bool().Draw(t, "with another word") {
			query = rapid.SampledFrom([]string{"grdp " + name, name + " grdp"}).Draw(t, "query")
		}
		if rapid.Bool().Draw(t, "without diacritics") {
			query = plain(query)
		}
		hits := f.Find(query)
		found := false
		for i := range hits.Len() {
			x := hits.At(i)
			found = found || x.ID == place.ID || x.ID == "S-"+place.ID
			all := " " + strings.Join(strings.Fields(plain(strings.Join(append([]string{x.Name.Vi, x.Name.En, x.ID, x.Detail.Vi, x.Detail.En}, x.Also...), " "))), " ") + " "
			bears := slices.ContainsFunc(f.areaNames[strings.Join(strings.Fields(plain(name)), " ")], func(n string) bool { return strings.Contains(all, " "+n+" ") }) ||
				strings.Contains(f.names.at(slices.IndexFunc(things, func(y Thing) bool { return y.Kind == x.Kind && y.ID == x.ID })), squeeze(query))
			if !bears {
				t.Fatalf("%q finds %s %q", query, x.ID, x.Name.Vi)
			}
		}
		if !found {
			t.Fatalf("%q does not find %s among %d", query, place.Name.Vi, hits.Len())
		}
	})
}
