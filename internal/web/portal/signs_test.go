package portal

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"nhipso/doc"
	"nhipso/internal/monitor"
	"nhipso/internal/view"
)

// The page of the method of targets has before the name of each class that its rule gives the sign that tables have for it.
func TestAMethodShowsTheSignsOfTables(t *testing.T) {
	p, s := newTestPortal(t)
	shipped, err := fs.Sub(doc.Methods, "methods")
	if err != nil {
		t.Fatal(err)
	}
	p.methodFiles = shipped
	for _, lang := range []string{"vi", "en"} {
		body := get(p.site, "/phuong-phap/target-status?lang="+lang).Body.String()
		for _, class := range monitor.Classes() {
			l, err := s.catalog.Codelist("CL_TARGET_CLASS")
			if err != nil {
				t.Fatal(err)
			}
			code, _ := l.Code(string(class))
			name := `(?i)<(?:em|td)>%s` + regexp.QuoteMeta(code.Name.In(lang)) + `</`
			signed := regexp.MustCompile(fmt.Sprintf(name, `<span class="seal seal-[A-Z_]+" aria-hidden="true">`+view.Symbol(string(class))+`</span> `))
			if !signed.MatchString(body) || regexp.MustCompile(fmt.Sprintf(name, "")).MatchString(body) {
				t.Errorf("%s: %s stands without its sign, or not at all", lang, code.Name.In(lang))
			}
		}
	}
}

// How fast a computation is, and on what machine, is for developers to know: no page of a method tells it.
func TestMethodsTellNoRunTimes(t *testing.T) {
	times := regexp.MustCompile(`(?i)\d ?(?:ms|µs|giây|seconds?)\b|\d s(?:[^\pL]|$)|two (?:\w+ )?cores|hai (?:lõi|nhân)|^## (?:Speed|Tốc độ)$`)
	files, err := fs.Glob(doc.Methods, "methods/*.md")
	if err != nil || len(files) < 40 {
		t.Fatal(len(files), err)
	}
	for _, name := range files {
		b, err := fs.ReadFile(doc.Methods, name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if m := times.FindString(line); m != "" {
				t.Errorf("%s:%d: %q", name, i+1, m)
			}
		}
	}
	s, _ := newSite(t)
	for _, lang := range []string{"vi", "en"} {
		if body := get(s, "/phuong-phap/digital-quarterly?lang="+lang).Body.String(); !strings.Contains(body, "digital-quarterly#1") || regexp.MustCompile(`\d ms\b`).MatchString(body) {
			t.Errorf("%s: the last run is not named, or with its time", lang)
		}
	}
}
