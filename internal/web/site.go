package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/chart"
	"nhipso/internal/fault"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
	"nhipso/internal/scenario"
	"nhipso/internal/territory"
	"nhipso/static"
)

// Config says what a portal is made of. Library and Territory are needed; the rest has defaults.
type Config struct {
	Library   Library
	Methods   fs.FS // doc/methods: <slug>.vi.md, <slug>.en.md or <slug>.md
	Territory *territory.Registry
	Log       *slog.Logger
	Now       func() time.Time
	BaseURL   string         // "https://…" when it is known; else each request's own host is used
	Trusted   []netip.Prefix // proxies whose X-Forwarded headers are believed
	Rate      float64        // requests a second and client; 0 means 50
	Burst     int            // requests that a client may make at once; 0 means 200
	Memory    int            // bytes of rendered pages to keep; 0 means 64 MiB
	Renderer  Renderer       // to share drawings with others; nil makes one
	Deadline  time.Duration  // after which work on a request stops; 0 means a minute
	// Publications are the periodic ones that the calendar tells of.
	Publications []publish.Publication
	Scenarios    scenario.Store // where named scenarios are kept; nil keeps none
	Random       io.Reader      // chance of their addresses; nil means the system's
}

// Renderer draws; chart.Renderer does. It stops when the context ends.
type Renderer interface {
	SVG(ctx context.Context, s *chart.Spec, o chart.Options) (string, error)
	PNG(ctx context.Context, s *chart.Spec, o chart.Options, scale float64) ([]byte, error)
}

// Site is the portal.
type Site struct {
	library      Library
	methodFiles  fs.FS
	territory    *territory.Registry
	renderer     Renderer
	search       finders
	log          *slog.Logger
	now          func() time.Time
	base         string
	memory       *middleware.Memory
	scenarios    scenario.Store
	publications []publish.Publication
	random       io.Reader
	trusted      []netip.Prefix
	api          bool            // there is an API beside the portal
	mux, pages   *http.ServeMux  // pages are behind the formats, see formats
	unlimited    map[string]bool // paths by which machines watch the server
	handler      http.Handler
	patterns     []string // of all routes, in the order of declaration
}

// New makes the portal.
func New(c Config) *Site {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Methods == nil {
		c.Methods = noFiles{}
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
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Memory == 0 {
		c.Memory = 64 << 20
	}
	s := &Site{library: c.Library, methodFiles: c.Methods, territory: c.Territory, renderer: c.Renderer, log: c.Log, now: c.Now, base: strings.TrimSuffix(c.BaseURL, "/"),
		memory: middleware.NewMemory(c.Memory), scenarios: c.Scenarios, publications: c.Publications, random: c.Random, trusted: c.Trusted, mux: http.NewServeMux(), unlimited: map[string]bool{}}
	s.routes()
	limit := middleware.Limit{Rate: c.Rate, Burst: c.Burst, Now: c.Now, Trusted: c.Trusted,
		Exempt: func(r *http.Request) bool {
			return strings.HasPrefix(r.URL.Path, static.Prefix) || s.unlimited[r.URL.Path]
		}}
	s.handler = middleware.Chain(s.mux,
		middleware.RequestID,
		middleware.Logging{Log: c.Log, Now: c.Now, Trusted: c.Trusted, Path: s.shownPath, Quiet: func(r *http.Request) bool { return s.unlimited[r.URL.Path] }}.Wrap(),
		middleware.Security(middleware.Policy{}),
		middleware.Recovering(c.Log, s.failing(http.StatusInternalServerError, "web.broken"), s.shownPath),
		limit.Wrap(s.failing(http.StatusTooManyRequests, "web.too-many")),
		middleware.SameOrigin(s.failing(http.StatusForbidden, "web.cross-origin")),
		middleware.Budgets(budgets, classOf, s.failing(http.StatusServiceUnavailable, "web.busy")),
		middleware.Within(c.Deadline))
	return s
}

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

// Missing answers as for a page that there is not.
func (s *Site) Missing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, fault.New("web.no-page", "path", r.URL.Path))
	})
}

// Kept gives how the memory of pages does.
func (s *Site) Kept() middleware.Kept { return s.memory.Kept() }

// apiPage is where the API has its page, when there is one.
const apiPage = "/api"

// Warm renders the main pages in both languages, so that the first visitor does not wait for drawings. It is called after a
// release is taken up, with the host by which visitors know the portal.
func (s *Site) Warm(ctx context.Context, host string) {
	static.Warm()
	// A page that panics is left to its first reader, who is told; the others are drawn.
	pages := middleware.Chain(s.mux, middleware.Recover(s.log, s.failing(http.StatusInternalServerError, "web.broken")))
	for _, m := range menu {
		for _, lang := range []string{"", "?lang=en"} {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL+lang, nil)
			if err != nil || ctx.Err() != nil {
				return
			}
			r.Host = host
			r.Header.Set("Accept-Encoding", "br")
			pages.ServeHTTP(nowhere{}, r)
		}
	}
}

// nowhere is a response that nobody reads.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) WriteHeader(int)             {}

// Routes lists the patterns of all routes, so that tests of what readers may see can forget none.
func (s *Site) Routes() []string { return slices.Clone(s.patterns) }

// routes maps addresses to pages. An address with a format (.csv, .json, .xlsx, .svg, .png) reaches the same page.
func (s *Site) routes() {
	pages := http.NewServeMux()
	s.pages = pages
	declare := func(mux *http.ServeMux, pattern string, h http.Handler) {
		s.patterns = append(s.patterns, pattern)
		mux.Handle(pattern, h)
	}
	page := func(path, template string, read func(*visit) (page, error), parameters known) {
		declare(pages, "GET "+path, s.onlyKnown(parameters, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, template, read) })))
	}
	page("/{$}", "home", (*visit).home, takes())
	page("/tinh", "provinces", (*visit).provinces, takes("so-do", "dinh-nghia", "nam", "bo", "ban-do"))
	page("/tinh/{area}", "province", (*visit).province, takes())
	page("/muc-tieu", "targets", (*visit).targets, takes("van-ban", "xep-loai", "chu-de", "dia-ban", "nam"))
	page("/muc-tieu/{target}", "target", (*visit).target, takes())
	page("/nhiem-vu", "tasks", (*visit).tasks, takes())
	page(scenarioPath, "scenario", (*visit).scenario, scenarioParameters)
	page(scenarioPath+"/{id}", "scenario", (*visit).savedScenario, takes())
	saving := middleware.Limit{Rate: savesPerSecond, Burst: savesAtOnce, Now: s.now, Trusted: s.trusted}
	declare(pages, "POST "+scenarioPath, saving.Wrap(s.failing(http.StatusTooManyRequests, "web.too-many"))(http.HandlerFunc(s.saveScenario)))
	page("/so-lieu", "data", (*visit).data, takes())
	page("/so-lieu/{dataflow}", "dataflow", (*visit).dataflow, dataflowParameters)
	page("/so-lieu/{dataflow}/{key}", "series", (*visit).series, takes())
	page("/tai-lieu", "documents", (*visit).register, takes())
	page("/vi-sao", "why", (*visit).explain, takes("o"))
	page("/phuong-phap", "methods", (*visit).methods, takes())
	page("/phuong-phap/{slug}", "method", (*visit).method, takes())
	page("/gioi-thieu", "about", (*visit).about, takes())
	page("/phat-hien", "findings", (*visit).findings, takes())
	page("/lich-su", "releases", (*visit).releases, takes())
	page(calendarPath, "calendar", (*visit).calendar, takes())
	page("/tim", "search", (*visit).search, takes("q"))
	pages.Handle("/", s.Missing())
	s.mux.Handle("/", s.rememberLanguage(s.memory.Remember(s.key)(formats(pages))))
	declare(s.mux, static.Prefix, static.Handler())
	declare(s.mux, "GET "+calendarFile, http.HandlerFunc(s.calendarFeed))
	declare(s.mux, "GET "+feedPath, http.HandlerFunc(s.releaseFeed))
	declare(s.mux, "GET /robots.txt", http.HandlerFunc(s.robots))
	declare(s.mux, "GET /sitemap.xml", http.HandlerFunc(s.sitemap))
	declare(s.mux, "GET /favicon.svg", http.HandlerFunc(s.favicon))
	declare(s.mux, "GET /favicon.ico", http.HandlerFunc(s.favicon))
}

// rememberLanguage keeps the language of an address in a cookie. It stands before the memory of pages, which keeps nothing that sets one.
func (s *Site) rememberLanguage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if lang := r.URL.Query().Get("lang"); lang == "vi" || lang == "en" {
			http.SetCookie(w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(s.origin(r), "https:")})
		}
		next.ServeHTTP(w, r)
	})
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

// view gives what the reader of a request may know.
func (s *Site) view(r *http.Request) (*publish.View, error) {
	return s.library.View(r.Context(), s.audience(r))
}

// key names a response in memory: what the reader may know (audience, release, moment), the language and the address. Searches and scenarios are not kept, since they are as many
// as visitors, nor is the calendar, which changes between releases; nor is anything while nothing is published.
func (s *Site) key(r *http.Request) (string, bool) {
	if plain, _ := split(r.URL.Path); plain == "/tim" || plain == calendarPath || len(r.URL.RawQuery) > 300 || strings.HasPrefix(r.URL.Path, scenarioPath) && r.URL.RawQuery != "" && r.URL.RawQuery != "lang=en" {
		return "", false
	}
	view, err := s.view(r)
	if err != nil {
		return "", false
	}
	q := r.URL.Query()
	return strings.Join([]string{view.Key(), language(r), s.origin(r), r.URL.Path, q.Encode()}, "\x00"), true
}

// origin is the scheme and host of the portal.
func (s *Site) origin(r *http.Request) string {
	if s.base != "" {
		return s.base
	}
	return middleware.Origin(r, s.trusted)
}

// serve reads the request, asks the page for its content and sends it as a page or as a file.
func (s *Site) serve(w http.ResponseWriter, r *http.Request, template string, read func(*visit) (page, error)) {
	v, err := s.visit(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Vary", "Cookie")
	w.Header().Set("Cache-Control", "private, no-cache")
	p, err := read(v)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if v.format != "" {
		if err := s.send(w, v, p.frame()); err != nil {
			s.fail(w, r, err)
		}
		return
	}
	s.render(w, r, template, p)
}

// render writes a page. The template runs into memory first, so that an error gives an error page and not half a page.
func (s *Site) render(w http.ResponseWriter, r *http.Request, template string, p page) {
	body, err := execute(template, p)
	if err != nil {
		panic(err) // a defect of the template, which a test runs with every page
	}
	if p.frame().v.late {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.frame().Lang)
	if status := p.frame().Status; status != 0 {
		w.WriteHeader(status)
	}
	w.Write(body) //nolint:errcheck // the client may have gone
}

// failurePage says what went wrong and what to do.
type failurePage struct {
	Frame
	Code   int
	Text   []string
	Search bool
}

// fail writes the page of an error. An error of the program is logged and its details are kept from the reader.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	if over := r.Context().Err(); over != nil { // nobody waits, or time ran out: whatever failed, that is why
		s.log.LogAttrs(r.Context(), slog.LevelInfo, "given up", slog.String("path", s.shownPath(r)), slog.String("cause", over.Error()))
		err = fault.New("web.unavailable")
	}
	status := statusOf(err)
	v, _ := s.visit(r)
	if cause := fault.KindOf(err); cause == fault.Unavailable {
		// What is out of reach, and where it lies, is the operator's to know.
		s.log.LogAttrs(r.Context(), slog.LevelError, "unavailable", slog.String("path", s.shownPath(r)), slog.String("error", err.Error()))
		err = fault.New("web.unavailable")
	}
	if status == http.StatusInternalServerError {
		s.log.LogAttrs(r.Context(), slog.LevelError, "failed", slog.String("path", s.shownPath(r)), slog.String("error", err.Error()))
		err = fault.New("web.broken")
	}
	p := &failurePage{Frame: v.newFrame("", v.say("errors.title-"+strconv.Itoa(status))), Code: status, Search: status == 404 || status == 410 || status == 400}
	p.Status, p.NoIndex = status, true
	p.Text = strings.Split(fault.In(err, v.lang), "\n")
	w.Header().Set("Cache-Control", "no-store")
	s.render(w, r, "failure", p)
}

// failing is a handler that fails with a status.
func (s *Site) failing(status int, code string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, _ := s.visit(r)
		if strings.HasPrefix(r.URL.Path, apiPage+"/") {
			problem(w, status, code, fault.In(fault.New(code), v.lang))
			return
		}
		p := &failurePage{Frame: v.newFrame("", v.say("errors.title-"+strconv.Itoa(status))), Code: status}
		p.Status, p.NoIndex = status, true
		p.Text = []string{fault.In(fault.New(code), v.lang)}
		w.Header().Set("Cache-Control", "no-store")
		s.render(w, r, "failure", p)
	})
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
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.NotFound:
		if errors.Is(err, fault.New("publish.none")) {
			return http.StatusServiceUnavailable
		}
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// noFiles is a folder without files.
type noFiles struct{}

func (noFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
