// Package shell is the site around its pages: it takes a request through limits, budgets and the memory of pages to the module that answers
// it, reads the request once (Visit), and sets every page in one frame with its tables, drawings and files.
//
// Modules bring the pages (Module); the shell knows none of them, uses no word of theirs and no address. It holds no statistics, no SQL and no
// rule about who may see what: all that it reads is what Library gives.
package shell

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/chart"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
	"nhipso/internal/view"
	"nhipso/static"
)

// Config says what a site is made of. Library is needed; the rest has defaults.
type Config struct {
	Library   view.Library
	Log       *slog.Logger
	Now       func() time.Time
	BaseURL   string             // "https://…" when it is known; else each request's own host is used
	Publisher string             // the agency that publishes; "" when nobody said
	Contact   string             // an e-mail address or the address of a page; "" when nobody said
	Trusted   []netip.Prefix     // proxies whose X-Forwarded headers are believed
	Rate      float64            // requests a second and client; 0 means 50
	Burst     int                // requests that a client may make at once; 0 means 200
	Shared    *middleware.Shared // makes the limits of several servers one; nil for a server of its own
	Preview   bool               // what is shown is not out yet: every page says so, and no search engine keeps it
	Demo      bool               // an installation to try the program with: every page says so, and no search engine keeps it
	Memory    int                // bytes of rendered pages to keep; 0 means 64 MiB
	Renderer  Renderer           // to share drawings with others; nil makes one
	Deadline  time.Duration      // after which work on a request stops; 0 means a minute
}

// Renderer draws; chart.Renderer does. It stops when the context ends.
type Renderer interface {
	SVG(ctx context.Context, s *chart.Spec, o chart.Options) (string, error)
	PNG(ctx context.Context, s *chart.Spec, o chart.Options, scale float64) ([]byte, error)
	Card(ctx context.Context, c chart.Card) ([]byte, error)
}

// Site is the frame with its modules: it answers every request.
type Site struct {
	library            view.Library
	renderer           Renderer
	log                *slog.Logger
	now                func() time.Time
	base               string
	publisher, contact string
	memory             *middleware.Memory
	trusted            []netip.Prefix
	shared             *middleware.Shared
	preview, demo      bool
	modules            []Module
	templates          map[string]*template.Template
	api                bool              // there is an API beside the pages
	mux, pages         *http.ServeMux    // pages are behind the formats, see formats
	routes             map[string]Route  // of pages, by pattern
	works              map[string]string // classes of heavy work of answers, by pattern
	unlimited          map[string]bool   // paths by which machines watch the server
	programs           map[string]bool   // paths to which programs send what they have a right to send
	handler            http.Handler
	patterns           []string // of all routes, in the order of declaration
}

// New makes the site of modules.
func New(c Config, modules ...Maker) *Site {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rate == 0 {
		c.Rate = 50
	}
	if c.Burst == 0 {
		c.Burst = 200
	}
	if c.Renderer == nil {
		c.Renderer = chart.NewRenderer(600)
	}
	if c.Deadline == 0 {
		c.Deadline = time.Minute
	}
	if c.Memory == 0 {
		c.Memory = 64 << 20
	}
	s := &Site{library: c.Library, renderer: c.Renderer, log: c.Log, now: c.Now, base: strings.TrimSuffix(c.BaseURL, "/"), publisher: c.Publisher, contact: c.Contact, memory: middleware.NewMemory(c.Memory), trusted: c.Trusted, shared: c.Shared, preview: c.Preview, demo: c.Demo,
		mux: http.NewServeMux(), pages: http.NewServeMux(), routes: map[string]Route{}, works: map[string]string{}, unlimited: map[string]bool{}, programs: map[string]bool{}}
	for _, makes := range modules {
		s.modules = append(s.modules, makes(s))
	}
	s.templates = parse(s.modules)
	s.declare()
	limit := middleware.Limit{Rate: c.Rate, Burst: c.Burst, Now: c.Now, Trusted: c.Trusted, Shared: c.Shared, Name: "all",
		Exempt: func(r *http.Request) bool {
			return strings.HasPrefix(r.URL.Path, static.Prefix) || s.unlimited[r.URL.Path] || r.Method == http.MethodPost && s.programs[r.URL.Path]
		}}
	s.handler = middleware.Chain(s.mux,
		middleware.RequestID,
		middleware.Logging{Log: c.Log, Now: c.Now, Trusted: c.Trusted, Path: s.shownPath, Quiet: func(r *http.Request) bool { return s.unlimited[r.URL.Path] }}.Wrap(),
		middleware.Security(middleware.Policy{}),
		framed,
		middleware.Ranges(),
		middleware.Fresh(c.Now),
		middleware.Recovering(c.Log, s.Failing(http.StatusInternalServerError, "web.broken"), s.shownPath),
		limit.Wrap(s.Failing(http.StatusTooManyRequests, "web.too-many")),
		middleware.Longest(longest, s.Failing(http.StatusRequestURITooLong, "web.long-address")),
		middleware.SameOrigin(s.Failing(http.StatusForbidden, "web.cross-origin")),
		middleware.Budgets(budgets, s.classOf, s.Failing(http.StatusServiceUnavailable, "web.busy")),
		middleware.Within(c.Deadline))
	return s
}

// Publisher is the agency that publishes, "" when nobody said.
func (s *Site) Publisher() string { return s.publisher }

// Now is the present moment.
func (s *Site) Now() time.Time { return s.now() }

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Handle adds a route beside the portal's own, such as the API; it passes through the same middlewares.
func (s *Site) Handle(pattern string, h http.Handler) {
	s.api = s.api || pattern == apiPage
	s.patterns = append(s.patterns, pattern)
	s.mux.Handle(pattern, h)
}

// HandleWatch adds a route by which machines watch the server: it has no limit, and is logged only where everything is.
func (s *Site) HandleWatch(path string, h http.Handler) {
	s.unlimited[path] = true
	s.Handle("GET "+path, h)
}

// HandlePrograms adds routes by which programs work with the server. What is sent by POST is not counted with the requests of readers: who may send,
// and how much, is the affair of those routes.
func (s *Site) HandlePrograms(routes map[string]http.Handler) {
	for _, pattern := range slices.Sorted(maps.Keys(routes)) {
		if path, post := strings.CutPrefix(pattern, "POST "); post {
			s.programs[path] = true
		}
		s.Handle(pattern, routes[pattern])
	}
}

// Missing answers as for a page that there is not, or not with this method.
func (s *Site) Missing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.bare(w, r) {
			return
		}
		if allowed := s.methods(r); len(allowed) > 0 && !slices.Contains(allowed, r.Method) {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			s.Failing(http.StatusMethodNotAllowed, "web.bad-method").ServeHTTP(w, r)
			return
		}
		if s.slashed(w, r) {
			return
		}
		s.Fail(w, r, fault.New("web.no-page", "path", r.URL.Path))
	})
}

// Kept gives how the memory of pages does.
func (s *Site) Kept() middleware.Kept { return s.memory.Kept() }

// apiPage is where the API has its page, when there is one.
const apiPage = "/api"

// Warm renders the main pages in both languages, so that the first visitor does not wait for drawings, and searches once on pages and in the API, so
// that the first search does not wait for what is searched to be put in order. It is called after a release is taken up, with the host by which
// visitors know the portal, off the way of readers; one thing is made after another.
func (s *Site) Warm(ctx context.Context, host string) {
	static.Warm()
	// A page that panics is left to its first reader, who is told; the others are drawn.
	pages := middleware.Chain(s.mux, middleware.Recover(s.log, s.Failing(http.StatusInternalServerError, "web.broken")))
	for _, address := range s.warmed() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil || ctx.Err() != nil {
			return
		}
		r.Host = host
		r.Header.Set("Accept-Encoding", "br")
		pages.ServeHTTP(nowhere{}, r)
	}
}

// warmed lists what is made before anybody asks: pages first, since more readers come by them than search.
func (s *Site) warmed() (out []string) {
	for _, m := range s.Menu() {
		out = append(out, m.URL, m.URL+"?lang=en")
	}
	const anything = "?q=gdp"
	for _, m := range s.modules {
		if m.Search != "" {
			out = append(out, m.Search+anything)
		}
	}
	if s.api {
		out = append(out, apiPage+"/v1/search"+anything)
	}
	return out
}

// nowhere is a response that nobody reads.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) WriteHeader(int)             {}

// Routes lists the patterns of all routes, so that tests of what readers may see can forget none.
func (s *Site) Routes() []string { return slices.Clone(s.patterns) }

// declare maps addresses to the pages and answers of the modules.
func (s *Site) declare() {
	for _, m := range s.modules {
		for _, route := range m.Pages {
			pattern := "GET " + route.Path
			s.routes[pattern] = route
			s.patterns = append(s.patterns, pattern)
			s.pages.Handle(pattern, s.onlyAccepted(route, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, m, route) })))
		}
	}
	s.pages.Handle("/", s.Missing())
	s.mux.Handle("/", s.answering(formats(s.pages)))
	answer := func(pattern string, h http.Handler) {
		s.patterns = append(s.patterns, pattern)
		s.mux.Handle(pattern, h)
	}
	for _, m := range s.modules {
		for _, a := range m.Answers {
			h := a.Handler
			if a.Takes != nil {
				h = s.only(a.Takes, h)
			}
			if a.Rate > 0 {
				limit := middleware.Limit{Rate: a.Rate, Burst: a.Burst, Now: s.now, Trusted: s.trusted, Shared: s.shared, Name: a.Pattern}
				h = limit.Wrap(s.Failing(http.StatusTooManyRequests, "web.too-many"))(h)
			}
			s.works[a.Pattern] = a.Work
			answer(a.Pattern, h)
		}
	}
	answer(static.Prefix, static.Handler())
	whole := middleware.Whole()
	for pattern, h := range map[string]http.HandlerFunc{"GET /robots.txt": s.robots, "GET /sitemap.xml": s.sitemap, "GET /favicon.svg": s.favicon, "GET /favicon.ico": s.favicon} {
		answer(pattern, s.only(Takes(), whole(h)))
	}
	slices.Sort(s.patterns[len(s.patterns)-4:])
}

// Menu is the main navigation of all modules.
func (s *Site) Menu() (out []MenuEntry) {
	for _, m := range s.modules {
		out = append(out, m.Menu...)
	}
	return out
}

// formats takes the format off the address, so that the routes see the page's own path; visit.read finds it again.
func formats(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plain, format := split(r.URL.Path)
		if format == "" {
			next.ServeHTTP(w, r)
			return
		}
		r2 := r.Clone(context.WithValue(r.Context(), formatKey{}, format))
		r2.URL.Path, r2.URL.RawPath = plain, ""
		next.ServeHTTP(w, r2)
	})
}

type formatKey struct{}

// audience says who reads. Nobody signs in yet, so it is everybody.
func (s *Site) audience(*http.Request) publish.Audience { return publish.Everybody() }

// View gives what the reader of a request may know.
func (s *Site) View(r *http.Request) (*publish.View, error) {
	return s.library.View(r.Context(), s.audience(r))
}

// key names a response in memory: what the reader may know (audience, release, moment), the language and the address. What a route does not keep
// is not kept, nor is anything while nothing is published.
func (s *Site) key(r *http.Request) (string, bool) {
	route, is := s.routeOf(r)
	if q := r.URL.Query(); len(r.URL.RawQuery) > 300 || is && !route.Keep.keeps(q) {
		return "", false
	}
	view, err := s.View(r)
	if err != nil {
		return "", false
	}
	return strings.Join([]string{view.Key(), language(r), s.Origin(r), r.URL.Path, r.URL.Query().Encode()}, "\x00"), true
}

// Origin is the scheme and host of the portal.
func (s *Site) Origin(r *http.Request) string {
	if s.base != "" {
		return s.base
	}
	return middleware.Origin(r, s.trusted)
}

// serve reads the request, asks the page for its content and sends it as a page or as a file.
func (s *Site) serve(w http.ResponseWriter, r *http.Request, m Module, route Route) {
	if s.moved(w, r, m, route) {
		return
	}
	v, err := s.Visit(r, m.Words)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", middleware.Public)
	if route.Secret {
		h.Set("Cache-Control", "private, no-cache")
	}
	if route.Keep == KeepAll {
		h.Set("Last-Modified", v.Current.Changed().Format(http.TimeFormat))
	}
	p, err := route.Read(v)
	if elsewhere := (Elsewhere{}); errors.As(err, &elsewhere) {
		elsewhere.lead(w, r, v)
		return
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if v.Format == embedFormat {
		if err := s.embed(w, r, v, p); err != nil {
			s.Fail(w, r, err)
		}
		return
	}
	if v.Format != "" {
		if err := s.send(w, v, p.Base()); err != nil {
			s.Fail(w, r, err)
		}
		return
	}
	s.Render(w, r, route.Template, p)
}

// Render writes a page. The template runs into memory first, so that an error gives an error page and not half a page.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, template string, p Page) {
	err := s.execute(template, p, func(body []byte) {
		if p.Base().v.late {
			w.Header().Set("Cache-Control", "no-store")
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Language", p.Base().Lang)
		if status := p.Base().Status; status != 0 {
			w.WriteHeader(status)
		}
		w.Write(body) //nolint:errcheck // the client may have gone
	})
	if err != nil {
		panic(err) // a defect of the template, which a test runs with every page
	}
}

// failurePage says what went wrong and what to do.
type failurePage struct {
	Frame
	Code int
	Text []string
	Seek bool   // a search may help
	Way  *Crumb // to the nearest that there is
}

// Fail writes the page of an error. An error of the program is logged and its details are kept from the reader.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if over := r.Context().Err(); over != nil { // nobody waits, or time ran out: whatever failed, that is why
		s.log.LogAttrs(r.Context(), slog.LevelInfo, "given up", slog.String("path", s.shownPath(r)), slog.String("cause", over.Error()))
		err = fault.New("web.unavailable")
	}
	status := statusOf(err)
	v := s.failed(r)
	w.Header().Del("Last-Modified")
	if cause := fault.KindOf(err); cause == fault.Unavailable {
		// What is out of reach, and where it lies, is the operator's to know.
		s.log.LogAttrs(r.Context(), slog.LevelError, "unavailable", slog.String("path", s.shownPath(r)), slog.String("error", err.Error()))
		err = fault.New("web.unavailable")
	}
	if status == http.StatusInternalServerError {
		s.log.LogAttrs(r.Context(), slog.LevelError, "failed", slog.String("path", s.shownPath(r)), slog.String("error", err.Error()))
		err = fault.New("web.broken")
	}
	p := &failurePage{Frame: v.NewFrame("", v.Say("errors.title-"+strconv.Itoa(status))), Code: status, Seek: status == 404 || status == 410 || status == 400}
	p.Status, p.NoIndex = status, true
	p.Text = strings.Split(fault.In(err, v.Lang), "\n")
	if day, is := nearest(err, v); is {
		p.Way, p.Seek = s.wayOut(v, r.URL.Query(), day), false
	}
	w.Header().Set("Cache-Control", "no-store")
	s.Render(w, r, "failure", p)
}

// Failing is a handler that fails with a status.
func (s *Site) Failing(status int, code string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.failed(r)
		if strings.HasPrefix(r.URL.Path, apiPage+"/") {
			problem(w, status, code, fault.In(fault.New(code), v.Lang))
			return
		}
		p := &failurePage{Frame: v.NewFrame("", v.Say("errors.title-"+strconv.Itoa(status))), Code: status}
		p.Status, p.NoIndex = status, true
		p.Text = []string{fault.In(fault.New(code), v.Lang)}
		w.Header().Set("Cache-Control", "no-store")
		s.Render(w, r, "failure", p)
	})
}

// failed reads a request that has no answer. The page that says so does not repeat what was asked: that may be of any length, and stands in every
// address of the frame.
func (s *Site) failed(r *http.Request) *Visit {
	v, _ := s.Visit(r, s.frameWords())
	v.Query = url.Values{}
	if len(v.Path) > longestPath {
		v.Path = "/"
	}
	return v
}

// frameWords are those of a page of no module: the frame's as the country has them, which the modules know.
func (s *Site) frameWords() *Words {
	for _, m := range s.modules {
		if m.Words != nil && len(m.Words.facts) > 0 {
			return m.Words
		}
	}
	return common()
}

// problem answers a program with a problem (RFC 9457) in place of a page.
func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The status is sent; a reader that has gone away cannot be told more.
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": detail})
}

func statusOf(err error) int {
	if errors.Is(err, fault.New("publish.none")) {
		return http.StatusServiceUnavailable
	}
	return middleware.Status(err, http.StatusBadRequest)
}
