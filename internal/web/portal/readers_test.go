package portal

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"nhipso/doc"
)

// TestMethodsAreForReadersFirst opens the list and every page of it in both languages: each says its question and why it matters before anything else,
// and what is written for developers stands on the page for developers.
func TestMethodsAreForReadersFirst(t *testing.T) {
	p, _ := newTestPortal(t)
	files, err := fs.Sub(doc.Methods, "methods")
	if err != nil {
		t.Fatal(err)
	}
	p.methodFiles = files
	for _, f := range builtIn().Dataflows() {
		if f.Method != "" && kindOf(f.Method) == ofEngine {
			t.Errorf("%s rests on %s, which says nothing to readers", f.ID, f.Method)
		}
	}
	readers, developers := 0, 0
	for _, slug := range p.slugs() {
		if kindOf(slug) == ofEngine {
			developers++
			continue
		}
		readers++
		if !hasWord("methods.what-"+slug) || !hasWord("methods.why-"+slug) {
			t.Errorf("%s does not say what it answers and why that matters", slug)
		}
		for _, lang := range []string{"vi", "en"} {
			d, _, ok := p.document(slug, lang)
			if !ok {
				t.Fatalf("%s cannot be read", slug)
			}
			for _, theirs := range []string{"internal/", "[INFER", "goroutine"} {
				if strings.Contains(string(d.body), theirs) {
					t.Errorf("%s in %s speaks to developers: %s", slug, lang, theirs)
				}
			}
		}
	}
	if readers < 19 || developers < 10 {
		t.Errorf("%d pages for readers, %d for developers", readers, developers)
	}
}

func TestTheListForDevelopersIsAPageOfItsOwn(t *testing.T) {
	s, _ := newSite(t)
	for _, address := range []string{"/phuong-phap", enginePath, enginePath + "?lang=en"} {
		if w := get(s, address); w.Code != http.StatusOK {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
}

// TestThePageOfTwoFigures asks for what exists and for what does not, in both languages.
func TestThePageOfTwoFigures(t *testing.T) {
	s, _ := newSite(t)
	for address, want := range map[string][]string{
		twoPath:                              {"12,83", "14,26", "1,43", "Chưa giải thích được", "nam=2021"},
		twoPath + "?nam=2021":                {"12,87", "11,91", "0,96"},
		twoPath + "?nam=2021&lang=en":        {"12.87", "11.91", "0.96", "Unexplained"},
		twoPath + "?nam=2022&tu=MIC&den=NSO": {"−1,43"},
	} {
		w := get(s, address)
		for _, x := range want {
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), x) {
				t.Errorf("%s: %d without %q", address, w.Code, x)
			}
		}
	}
	for _, address := range []string{"?nam=2025", "?nam=MMXX", "?tu=NSO&den=NSO", "?tu=ADB", "?dia-ban=VN34-99", "?den=NHIPSO"} {
		if w := get(s, twoPath+address); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	if body := get(s, twoPath).Body.String(); strings.Contains(body, "nam=2023") || strings.Contains(body, "nam=2025") {
		t.Error("years are offered that have one definition only")
	}
	for _, address := range []string{"/", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2022", "/tim?q=hai+con+so"} {
		if !strings.Contains(get(s, address).Body.String(), `href="`+twoPath) {
			t.Errorf("%s does not lead to why two figures differ", address)
		}
	}
}
