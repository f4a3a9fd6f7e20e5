package portal

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"nhipso/internal/publish"
)

// The window of every page of which there are many – a series, a dataflow, a target, a province – has a title that lists of windows and of hits show
// whole. Titles of the catalogue are longer than that; those of the window leave parts out.
func TestWindowsHaveTitlesThatAreShownWhole(t *testing.T) {
	p, lib := newTestPortal(t, manyRows...)
	known, err := lib.View(t.Context(), publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	shortened := 0
	for _, path := range p.paths(known) {
		if !strings.HasPrefix(path, "/muc-tieu/") && !strings.HasPrefix(path, "/so-lieu/") && !strings.HasPrefix(path, "/tinh/VN34-0") {
			continue
		}
		for _, lang := range []string{"vi", "en"} {
			body := get(p.site, path+"?lang="+lang).Body.String()
			title := windowOf(body)
			if n := utf8.RuneCountInString(title); n > 90 || n < 12 {
				t.Errorf("%s in %s: the window is called %q, of %d characters", path, lang, title, n)
			}
			if name, _, _ := strings.Cut(title, " – "); !strings.Contains(body, ">"+name+"<") {
				shortened++
			}
		}
	}
	if shortened == 0 {
		t.Error("no title is too long, so that nothing was tested")
	}
}

// A drawing leaves the site: it names all documents that it rests on, or says how many there are, and never some of them.
func TestADrawingNamesAllItsDocumentsOrCountsThem(t *testing.T) {
	var more []row
	for i := range 7 {
		more = append(more, row{"GRDP", "A.VN34-01", fmt.Sprint(2015 + i), "900", "2026-10-06", "A", []string{"SOURCE", fmt.Sprintf("Nguồn thử %d", i)}})
	}
	s, _ := newSite(t, more...)
	for lang, want := range map[string]string{"vi": "7 tài liệu, liệt kê đủ", "en": "7 documents, all listed"} {
		drawing := get(s, "/so-lieu/GRDP/A.VN34-01.svg?lang="+lang).Body.String()
		if strings.Contains(drawing, "Nguồn thử") || !strings.Contains(drawing, want) {
			t.Errorf("%s: the drawing names some of its documents, or none", lang)
		}
		cite := get(s, "/so-lieu/GRDP/A.VN34-01?lang="+lang).Body.String()
		if !strings.Contains(cite, "Nguồn thử 0; Nguồn thử 1; Nguồn thử 2; Nguồn thử 3; Nguồn thử 4; Nguồn thử 5; Nguồn thử 6.") {
			t.Errorf("%s: the citation is cut", lang)
		}
	}
}
