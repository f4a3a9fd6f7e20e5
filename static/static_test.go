package static

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func TestHandler(t *testing.T) {
	get := func(url, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", url, nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		return w
	}
	css := URL("fonts.css")
	plain := get(css, "").Body.String()
	if !strings.Contains(plain, "Be Vietnam Pro") {
		t.Fatalf("%s: %q", css, plain)
	}
	t.Run("gives brotli, gzip or plain as the browser asks, with the same content", func(t *testing.T) {
		w := get(css, "gzip, deflate, br")
		b, err := io.ReadAll(brotli.NewReader(w.Body))
		if err != nil || string(b) != plain || w.Header().Get("Content-Encoding") != "br" {
			t.Errorf("brotli: %v %v", err, w.Header())
		}
		w = get(css, "gzip, br;q=0")
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil || string(b) != plain {
			t.Errorf("gzip: %v", err)
		}
	})
	t.Run("lets browsers keep a file for ever, since a change changes its name", func(t *testing.T) {
		if c := get(css, "br").Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Error(c)
		}
	})
	t.Run("serves every font that the style sheet names", func(t *testing.T) {
		fonts := Fonts()
		if len(fonts) != 4 || len(Fonts("vietnamese", "400")) != 1 {
			t.Fatalf("%q", fonts)
		}
		for _, f := range fonts {
			if w := get(f, "br"); w.Code != 200 || w.Header().Get("Content-Type") != "font/woff2" || w.Header().Get("Content-Encoding") != "" {
				t.Errorf("%s: %d %v", f, w.Code, w.Header())
			}
			if !strings.Contains(plain, strings.TrimPrefix(f, Prefix)) {
				t.Errorf("%s is used by nothing", f)
			}
		}
	})
	t.Run("knows nothing else", func(t *testing.T) {
		for _, url := range []string{"/static/manifest.json", "/static/", "/static/../static.go", "/static/nothing.js"} {
			if w := get(url, ""); w.Code != 404 {
				t.Errorf("%s: %d", url, w.Code)
			}
		}
		if URL("nothing.js") != "" {
			t.Error("an address for a file that is not built")
		}
	})
}
