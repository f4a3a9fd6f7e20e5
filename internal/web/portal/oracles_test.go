package portal

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/doc"
	"nhipso/internal/web/shell"
)

// slugsOf lists the methods of the program.
func slugsOf(t *testing.T) []string {
	t.Helper()
	files, err := fs.Sub(doc.Methods, "methods")
	if err != nil {
		t.Fatal(err)
	}
	return newPortal(nil, Config{Methods: files, Catalog: builtIn()}).slugs()
}

func newDocumentedSite(t *testing.T) *shell.Site {
	t.Helper()
	s, reg := newShelf(t)
	files, err := fs.Sub(doc.Methods, "methods")
	if err != nil {
		t.Fatal(err)
	}
	return shell.New(shell.Config{Library: s, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: files}))
}

func TestEveryMethodPageOfTheProgramRenders(t *testing.T) {
	s := newDocumentedSite(t)
	for _, slug := range slugsOf(t) {
		for _, lang := range []string{"vi", "en"} {
			w := get(s, "/phuong-phap/"+slug+"?lang="+lang)
			if p := markup(t, w.Body.String()); w.Code != 200 || len(p) > 0 {
				t.Errorf("%s in %s: %d %v", slug, lang, w.Code, p)
			}
		}
	}
}

func TestAMethodPageShowsWhatItWasHeldAgainst(t *testing.T) {
	s := newDocumentedSite(t)
	for lang, want := range map[string][]string{
		"vi": {"Đối chiếu với kết quả độc lập", "Swisspharma 1975–2010", "× 10⁻", "Mức cho phép", "internal/measure/temporal", "Lần chạy đối chiếu:"},
		"en": {"Held against independent results", "Chow–Lin by maximum likelihood, 144 quarters", "× 10⁻", "Tolerance", "func Disaggregate(", "Oracles run on"},
	} {
		body := get(s, "/phuong-phap/temporal?lang="+lang).Body.String()
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s does not say %q", lang, x)
			}
		}
	}
	t.Run("the page of a recipe shows the oracles of its packages and leads to their documentation", func(t *testing.T) {
		body := get(s, "/phuong-phap/demo-adb").Body.String()
		for _, x := range []string{"Phương trình ADB: các số hạng và hai dạng", "Đức 1995", "/phuong-phap/inputoutput", "không phải số liệu Việt Nam"} {
			if !strings.Contains(body, x) {
				t.Errorf("does not say %q", x)
			}
		}
	})
	t.Run("the results can be taken along", func(t *testing.T) {
		if w := get(s, "/phuong-phap/chain.csv?hinh=doi-chieu"); w.Code != 200 || !strings.Contains(w.Body.String(), "IMF") {
			t.Errorf("%d", w.Code)
		}
	})
	t.Run("formulas of the code can be scrolled by keyboard", func(t *testing.T) {
		if body := get(s, "/phuong-phap/smallarea").Body.String(); strings.Contains(body, "<pre>") || !strings.Contains(body, `<pre tabindex="0">`) {
			t.Error("a formula that the keyboard cannot reach")
		}
	})
	t.Run("pages without results stay as they are", func(t *testing.T) {
		plain, _ := newSite(t)
		if strings.Contains(get(plain, "/phuong-phap/digital-quarterly").Body.String(), "doi-chieu") {
			t.Error("an empty table")
		}
	})
	t.Run("damaged results are an error of the program, not of the reader", func(t *testing.T) {
		shelf, reg := newShelf(t)
		bad := shell.New(shell.Config{Library: shelf}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: fstest.MapFS{"x.md": {Data: []byte("# X\n\ny\n")}, "oracles.json": {Data: []byte("{")}}}))
		if w := get(bad, "/phuong-phap/x"); w.Code != 500 {
			t.Errorf("%d", w.Code)
		}
	})
}
