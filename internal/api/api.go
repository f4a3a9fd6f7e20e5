package api

import (
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
	"nhipso/internal/territory"
	"nhipso/internal/view"
)

// Root is where the API is mounted: its page is at Root itself, its endpoints under Root + "/v1".
const Root = "/api"

// Bounds that keep one request from taking more than its share.
const (
	longest     = 4096     // bytes of an address
	remembered  = 32 << 20 // bytes of responses kept
	longestName = 600      // bytes of the name under which a response is kept
)

// Options say what an API is made of beside its library. Territory and Methods are needed; the rest has defaults.
type Options struct {
	Methods   fs.FS // holds <slug>.vi.md, <slug>.en.md or <slug>.md
	Territory *territory.Registry
	Catalog   *catalog.Catalog // of the country
	Log       *slog.Logger
	Now       func() time.Time
	BaseURL   string // "https://…" when it is known; else the document names no host
	Publisher string // the agency that publishes; "" when nobody said
	// Beside describe, each in a language, operations that others serve under the same root (OpenAPI 3.1).
	Beside []func(lang string) []byte
	// Frame shows the page for people within a site: its title and what it says. Nil shows it bare.
	Frame func(w http.ResponseWriter, r *http.Request, title string, body template.HTML)
	// Publications are the periodic ones that the calendar tells of.
	Publications []publish.Publication
}

// service is the API.
type service struct {
	library      view.Library
	methods      []method
	publications []publish.Publication
	territory    *territory.Registry
	catalog      *catalog.Catalog
	log          *slog.Logger
	publisher    string
	base         string // the address of the installation, "" when it is not known
	now          func() time.Time
	documents    map[string]*document
	order        []string // operations as registered
	index        index
	mux          *http.ServeMux
	memory       *middleware.Memory
	counts       *counts
	inside       http.Handler
	frame        func(http.ResponseWriter, *http.Request, string, template.HTML)
}

// Route gives the pattern of the operation that answers a request, or "" when none does.
func (s *service) Route(r *http.Request) string {
	if _, pattern := s.mux.Handler(r); pattern != "/" {
		return pattern
	}
	return ""
}

// Kept gives how the memory of answers does.
func (s *service) Kept() middleware.Kept { return s.memory.Kept() }

// Handler makes the API, to be mounted at Root and at Root + "/". It answers with whole responses, compressed and under entity tags.
func Handler(lib view.Library, o Options) (http.Handler, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Frame == nil {
		o.Frame = bare
	}
	s := &service{frame: o.Frame, library: lib, territory: o.Territory, catalog: o.Catalog, publications: o.Publications, publisher: o.Publisher, base: strings.TrimSuffix(o.BaseURL, "/"), log: o.Log, now: o.Now, documents: map[string]*document{}}
	var err error
	if s.methods, err = readMethods(o.Methods); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, lang := range languages {
		target := mux
		if lang != languages[0] {
			target = http.NewServeMux() // the same operations once more, to be described in the other language only
		}
		a := humago.NewWithPrefix(target, Root+"/v1", config(lang))
		a.UseMiddleware(s.settle(a))
		s.register(a)
		if o.BaseURL != "" {
			a.OpenAPI().Servers = []*huma.Server{{URL: strings.TrimSuffix(o.BaseURL, "/") + Root + "/v1"}}
		}
		s.bound(a.OpenAPI())
		if s.documents[lang], err = s.describe(a.OpenAPI(), lang, s.order); err != nil {
			return nil, err
		}
		for _, beside := range o.Beside {
			if err := s.documents[lang].join(beside(lang)); err != nil {
				return nil, err
			}
		}
	}
	mux.HandleFunc("GET "+Root+"/v1/openapi.json", s.openapi("application/openapi+json;version=3.1", func(d *document) []byte { return d.json }))
	mux.HandleFunc("GET "+Root+"/v1/openapi.yaml", s.openapi("application/openapi+yaml;version=3.1", func(d *document) []byte { return d.yaml }))
	mux.HandleFunc("GET "+Root, s.page)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fault.New("api.no-path", "path", short(r.URL.Path)))
	})
	s.mux, s.memory = mux, middleware.NewMemory(remembered)
	s.counts = newCounts()
	kept := s.memory.Remember(s.key)(mux)
	s.inside = middleware.Chain(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tag, streams := s.download(r); streams {
			middleware.Stream(tag, mux).ServeHTTP(w, r)
			return
		}
		kept.ServeHTTP(w, r)
	}),
		middleware.Since(), middleware.Recover(s.log, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, fault.New("api.broken")) })))
	return s, nil
}

// register declares every operation.
func (s *service) register(a huma.API) {
	s.registerReleases(a)
	s.registerStructures(a)
	s.registerTerms(a)
	s.registerData(a)
	s.registerTargets(a)
	s.registerProvinces(a)
	s.registerRecords(a)
	s.registerSearch(a)
	s.registerComparison(a)
	s.registerScenarios(a)
}

// ServeHTTP sets what every response of the API carries and turns away what no operation could answer.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Last-Modified, Content-Language, Content-Disposition, Link, Retry-After, X-Total-Count")
	h.Set("Vary", "Accept, Accept-Encoding, Accept-Language")
	h.Set("Content-Language", languageOf(r))
	h.Set("Cache-Control", middleware.Public)
	switch {
	case len(r.URL.RequestURI()) > longest:
		s.refuse(w, r, fault.New("api.long-address", "max", longest))
		return
	case r.Method == http.MethodOptions:
		h.Set("Allow", allowed)
		h.Set("Access-Control-Allow-Methods", allowed)
		h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, If-None-Match, If-Modified-Since")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", allowed)
		s.refuse(w, r, fault.New("api.bad-method", "method", short(r.Method)))
		return
	}
	// The address as it was written counts: an escaped slash belongs to a parameter.
	written := r.URL.EscapedPath()
	if p := strings.TrimRight(written, "/"); p != written && p == Root {
		http.Redirect(w, r, (&url.URL{Path: Root, RawQuery: r.URL.RawQuery}).String(), http.StatusMovedPermanently) // a page has one address
		return
	} else if p != written && p != "" {
		r2 := r.Clone(r.Context())
		if plain, err := url.PathUnescape(p); err == nil {
			r2.URL.Path, r2.URL.RawPath, written = plain, p, p
		}
		r = r2
	}
	if path.Clean(written) != written {
		s.refuse(w, r, fault.New("api.no-path", "path", short(r.URL.Path))) // the router would redirect, with a page for a body
		return
	}
	s.inside.ServeHTTP(w, r)
}

const allowed = "GET, HEAD, OPTIONS"

// key names a response in memory: the release, what is asked and in which language and format. What does not follow from the release
// alone is made anew, and so are searches, of which there are as many as visitors.
func (s *service) key(r *http.Request) (string, bool) {
	v1, ok := strings.CutPrefix(r.URL.Path, Root+"/v1/")
	if !ok {
		return "", false
	}
	switch first, _, _ := strings.Cut(v1, "/"); first {
	case "data", "series", "observation", "explain", "dataflows", "codelists", "indicators", "restate", "definitions", "comparison", "terms":
	default:
		return "", false
	}
	view, err := s.library.View(r.Context(), publish.Everybody())
	if err != nil {
		return "", false
	}
	k := strings.Join([]string{view.Key(), languageOf(r),
		bestFormat(r.Header.Get("Accept"), formats), r.URL.EscapedPath(), r.URL.RawQuery}, "\x00")
	return k, len(k) <= longestName
}
