package portal

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/stat"
)

// A name that a page has not is told: no file, drawing or frame gives the figures of one thing for those of another.
func TestAFigureThatThereIsNotIsTold(t *testing.T) {
	s, _ := newSite(t)
	for _, address := range []string{"/trang-chu.csv?hinh=nothing", "/trang-chu.json?hinh=nothing", "/trang-chu.xlsx?hinh=nothing", "/trang-chu.svg?hinh=nothing", "/trang-chu.bib?hinh=nothing", "/nhung/trang-chu?hinh=nothing",
		"/tinh.csv?hinh=theo-quy", "/muc-tieu/KTS-1.csv?hinh=%00"} {
		w := get(s, address)
		if body := w.Body.String(); w.Code != http.StatusNotFound || strings.Contains(body, "nothing") && !strings.HasPrefix(address, "/nhung") {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	if body := get(s, "/trang-chu.csv?hinh=nothing&lang=en").Body.String(); !strings.Contains(body, "ty-trong") || !strings.Contains(body, "theo-quy") {
		t.Error("nothing says which figures there are")
	}
	for _, address := range []string{"/trang-chu.csv", "/trang-chu.svg", "/trang-chu.csv?hinh=theo-quy", "/nhung/trang-chu?hinh=theo-quy"} {
		if w := get(s, address); w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}

// What a drawing shows as a band its file has as numbers, in columns that name the level.
func TestAFileHasTheBoundsThatItsDrawingHas(t *testing.T) {
	s, _ := newSite(t)
	for address, want := range map[string][]string{
		"/trang-chu.csv?hinh=theo-quy&lang=en": {"Lower bound, 95 % (% of GDP)", "Upper bound, 95 % (% of GDP)"},
	} {
		records := fileOf(t, get(s, address).Body.String())
		for i := range records[0] {
			records[0][i] = strings.ReplaceAll(records[0][i], "\u00a0", " ")
		}
		for _, head := range want {
			at := slices.Index(records[0], head)
			if at < 0 {
				t.Errorf("%s has no %q, but %q", address, head, records[0])
				continue
			}
			if records[1][at] == "" || strings.ContainsAny(records[1][at], "– ,") {
				t.Errorf("%s: %q is %q", address, head, records[1][at])
			}
		}
	}
}

// A unit is told once under the title of a figure.
func TestAUnitIsToldOnce(t *testing.T) {
	s, _ := newSite(t, everyProvince(t)...)
	for _, page := range append(slices.Clone(kindsOfPages), "/tinh/VN34-24") {
		for _, part := range strings.Split(get(s, page).Body.String(), `<p class="sub">`)[1:] {
			sub, _, _ := strings.Cut(part, "</p>")
			unit, rest, ok := strings.Cut(strings.TrimPrefix(sub, "Đơn vị: "), ". ")
			if ok && strings.HasPrefix(sub, "Đơn vị: ") && strings.HasPrefix(rest, unit+".") {
				t.Errorf("%s: %s", page, sub)
			}
		}
	}
}

// A figure that stands alone says its unit and how to read it, as it does on its page.
func TestAFigureAloneSaysItsUnit(t *testing.T) {
	s, _ := newSite(t)
	for _, address := range []string{"/nhung/trang-chu?lang=en", "/nhung/so-lieu/DE_SHARE/A.VN.NSO.TOTAL?lang=en"} {
		_, part, _ := strings.Cut(get(s, address).Body.String(), `<p class="sub">`)
		sub, _, _ := strings.Cut(part, "</p>")
		if !strings.Contains(sub, "of GDP") {
			t.Errorf("%s: %q", address, sub)
		}
	}
}

// No course of an index runs from one edition to another, which scores otherwise.
func TestACourseIsOfOneEdition(t *testing.T) {
	years := []stat.Period{stat.Year(2020), stat.Year(2021), stat.Year(2022), stat.Year(2023), stat.Year(2024), stat.Year(2025)}
	for _, x := range []struct {
		editions []string
		want     []stat.Period
	}{
		{[]string{"", "", "", "", "", ""}, years},
		{[]string{"A", "B", "B", "B", "C", "C"}, years[1:4]},
		{[]string{"A", "A", "B", "B", "C", "D"}, years[2:4]}, // the newer of two
		{[]string{"A", "B", "C", "D", "E", "F"}, years[5:]},
	} {
		of := map[stat.Period]string{}
		for i, e := range x.editions {
			of[years[i]] = e
		}
		if got := ofOneEdition(years, of); !slices.Equal(got, x.want) {
			t.Errorf("%v: %v, want %v", x.editions, got, x.want)
		}
	}
}
