// Package static holds the built front end — styles, scripts, fonts — and serves it compressed under names that carry the hash of
// the content, so that browsers may keep a file for ever. It also hands the fonts to package chart.
//
// Sources are in src, built by `go run ./devtools/assets` into dist; what others made is in vendor with its licences.
// This package knows no page.
package static

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
)

//go:embed dist
var dist embed.FS

// FontRegular and FontSemiBold are Be Vietnam Pro 400 and 600 as TrueType, for measuring text and drawing bitmaps.
var (
	//go:embed vendor/be-vietnam-pro/be-vietnam-pro-400.ttf
	FontRegular []byte
	//go:embed vendor/be-vietnam-pro/be-vietnam-pro-600.ttf
	FontSemiBold []byte
)

// Prefix is where Handler is mounted.
const Prefix = "/static/"

var manifest = sync.OnceValue(func() map[string]string {
	b, err := dist.ReadFile("dist/manifest.json")
	out := map[string]string{}
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err) // embedded at build time
	}
	return out
})

// URL gives the address of a built file by its plain name: URL("app.css") is "/static/app-<hash>.css". A name that is not
// built gives "", which the test of the pages notices.
func URL(name string) string {
	hashed, ok := manifest()[name]
	if !ok {
		return ""
	}
	return Prefix + hashed
}

// Fonts gives the addresses of the fonts whose name contains all the parts, for preloading: Fonts("400", "vietnamese").
func Fonts(parts ...string) []string {
	files, _ := fs.Glob(dist, "dist/*.woff2")
	var out []string
next:
	for _, f := range files {
		for _, p := range parts {
			if !strings.Contains(f, p) {
				continue next
			}
		}
		out = append(out, Prefix+path.Base(f))
	}
	return out
}

// Text gives the content of a built file by its plain name, for what a page carries inside itself.
func Text(name string) string {
	b, err := dist.ReadFile("dist/" + manifest()[name])
	if err != nil {
		return ""
	}
	return string(b)
}

// file is one built file with its compressed forms; each is made once, when first asked for.
type file struct {
	plain []byte
	kind  string
	gz    func() []byte
	br    func() []byte
}

var files = sync.OnceValue(func() map[string]*file {
	out := map[string]*file{}
	entries, err := dist.ReadDir("dist")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		b, err := dist.ReadFile("dist/" + e.Name())
		if err != nil || e.Name() == "manifest.json" {
			continue
		}
		f := &file{plain: b, kind: contentType(e.Name())}
		if !strings.HasSuffix(e.Name(), ".woff2") { // woff2 is brotli inside
			f.gz = sync.OnceValue(func() []byte { return squeeze(b, false) })
			f.br = sync.OnceValue(func() []byte { return squeeze(b, true) })
		}
		out[e.Name()] = f
	}
	return out
})

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func squeeze(b []byte, br bool) []byte {
	var out bytes.Buffer
	if br {
		w := brotli.NewWriterLevel(&out, 9)
		_, _ = w.Write(b) // a bytes.Buffer does not fail
		_ = w.Close()
		return out.Bytes()
	}
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// Warm makes the compressed forms of everything, so that the first visitor does not wait for them.
func Warm() {
	for _, f := range files() {
		if f.br != nil {
			f.br()
			f.gz()
		}
	}
}

// Handler serves the built files under Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files()[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		body, encoding := f.plain, ""
		if f.br != nil {
			h.Set("Vary", "Accept-Encoding")
			switch {
			case r.Header.Get("Range") != "": // a part is one of the file as it is
			case Accepts(r, "br"):
				body, encoding = f.br(), "br"
			case Accepts(r, "gzip"):
				body, encoding = f.gz(), "gzip"
			}
		}
		if encoding != "" {
			h.Set("Content-Encoding", encoding)
			h.Set("Content-Length", strconv.Itoa(len(body))) // ServeContent leaves it out beside an encoding
		}
		h.Set("ETag", `"`+strings.TrimPrefix(r.URL.Path, Prefix)+encoding+`"`) // the name has the hash of the content
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}

// Accepts reports whether a request takes a content encoding ("br", "gzip"); one with q=0 is refused, as RFC 9110 says.
func Accepts(r *http.Request, encoding string) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !found || err == nil && weight > 0
	}
	return false
}
