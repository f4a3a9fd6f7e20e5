package main

import (
	"bytes"
	"context"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

const cloudland = "../../internal/testpack/cloudland"

var abroadDir string

// abroad is an installation of another country, begun from its pack, with its release out. Tests of this room share one and only read it.
var abroad = sync.OnceValues(func() (*vault, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "abroad")
	if err != nil {
		return nil, err
	}
	abroadDir = dir
	v := &vault{dir: dir, out: &bytes.Buffer{}}
	now := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	v.e = &env{in: strings.NewReader(""), out: v.out, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }, lang: "vi"}
	if v.app, err = v.e.open(ctx, &installation{data: dir, pack: cloudland}); err != nil {
		return nil, err
	}
	return v, v.prepare(ctx, v.e)
})

func country(t *testing.T) *vault {
	t.Helper()
	v, err := abroad()
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	return v
}

// native are words of the country that the program came with. A page of another country has none of them. The name of the typeface and of the
// interface's language are no words about a country.
var (
	native = regexp.MustCompile(`(?i)Việt Nam|Viet ?Nam|\bVND|\bđồng\b|\bdong\b|VN\d\d-|\bA\.VN\b|Hà Nội|Ha ?Noi|Hồ Chí Minh|Ho Chi Minh|Đà Nẵng|Hoàng Sa|Trường Sa|Thủ tướng|\bGSO\b|\bVSIC\b|QĐ-TTg|\b(63|34) (tỉnh|provinces)`)
	// Addresses and names of parts of a page are Vietnamese words without their signs: exempt where they stand in a path, a part or an attribute that
	// names one, or fill the cell of a file as several words joined, and nowhere in what a reader reads.
	exempt = regexp.MustCompile(`(?i)be-vietnam-pro|Be Vietnam Pro|Vietnamese|/vnd\.|(?:[/#]|\b(?:id|for|headers|aria-[a-z]+)=")[a-z0-9-]*\bdong\b[a-z0-9-]*|(?m:^|")(?:(?:[a-z0-9]+-)+dong(?:-[a-z0-9]+)*|dong(?:-[a-z0-9]+)+)[",]`)
)

// links finds the addresses that a page leads to within the site.
var links = regexp.MustCompile(`(?:href|src|action)="([^"#]+)`)

// follow reads every page that can be reached from some, and holds each to answering, to naming no other country and to saying what it is.
func follow(t *testing.T, site http.Handler, from ...string) (pages int) {
	t.Helper()
	seen := map[string]bool{}
	queue := from
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		if seen[address] || strings.HasPrefix(address, "/static/") {
			continue
		}
		seen[address] = true
		r, w := httptest.NewRequest(http.MethodGet, address, nil), httptest.NewRecorder()
		site.ServeHTTP(w, r)
		pages++
		switch body := w.Body.String(); {
		case w.Code >= 300 && w.Code < 400:
			queue = append(queue, w.Header().Get("Location"))
		case w.Code != http.StatusOK:
			t.Errorf("%s answers %d: %.200s", address, w.Code, body)
		case packed(r.URL):
		default:
			wantOwn(t, address, body)
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				wantMarked(t, address, body)
				if _, title, _ := strings.Cut(body, "<title>"); utf8.RuneCountInString(html.UnescapeString(title[:strings.Index(title, "</title>")])) > 90 {
					t.Errorf("%s: the window has a title of more than 90 characters: %.200s", address, title)
				}
				queue = append(queue, inside(t, r, body, len(seen))...)
			}
		}
	}
	return pages
}

// packed reports whether an address gives a file that is no text.
func packed(u *url.URL) bool {
	return strings.HasSuffix(u.Path, ".xlsx") || strings.HasSuffix(u.Path, ".png") || u.Query().Get("format") == "xlsx"
}

// hints are what a line has, in small letters, wherever native matches in it: searching for them takes a tenth of the time.
var hints = []string{"t nam", "tnam", "vn", "đồng", "dong", "hà nội", "ha noi", "hanoi", "chí minh", "chi minh", "đà nẵng", "hoàng sa", "trường sa", "thủ tướng", "gso", "vsic", "qđ-ttg",
	"63 tỉnh", "34 tỉnh", "63 provinces", "34 provinces"}

// foreign gives the first word of the country that the program came with in a text, as native and exempt have it, neither of which goes beyond a line.
func foreign(text string) string {
	for line := range strings.Lines(text) {
		small := strings.ToLower(line)
		if slices.ContainsFunc(hints, func(hint string) bool { return strings.Contains(small, hint) }) {
			if word := native.FindString(exempt.ReplaceAllString(line, "")); word != "" {
				return word
			}
		}
	}
	return ""
}

func TestNoWordOfAnotherCountryIsMissed(t *testing.T) {
	for _, word := range []string{"Việt Nam", "Viet Nam", "VIETNAM", "VND", "dong", "VN63-24", "A.VN", "Hà Nội", "HÀ NỘI", "Ha Noi", "Hanoi", "Hồ Chí Minh", "Ho Chi Minh", "Đà Nẵng", "Hoàng Sa", "Trường Sa", "Thủ tướng",
		"GSO", "VSIC", "QĐ-TTg", "63 tỉnh", "34 tỉnh", "63 provinces", "34 provinces"} {
		if got := foreign("<p>\nof a cloud (" + word + ")\n</p>"); got == "" {
			t.Errorf("%q is taken for a word of Cloudland", word)
		}
	}
	if got := foreign(`<a href="/so-lieu-dong">Be Vietnam Pro</a>`); got != "" {
		t.Errorf("%q is a word of the country that the program came with", got)
	}
}

func wantOwn(t *testing.T, address, body string) {
	t.Helper()
	if word := foreign(body); word != "" {
		at := strings.Index(body, word)
		t.Errorf("%s says %q: …%s…", address, word, strings.Join(strings.Fields(body[max(0, at-80):min(len(body), at+80)]), " "))
	}
}

func wantMarked(t *testing.T, address, body string) {
	t.Helper()
	if !strings.HasPrefix(address, "/api") && !strings.Contains(body, "số giả định") && !strings.Contains(body, "synthetic") {
		t.Errorf("%s does not say that its figures are made up", address)
	}
}

// inside lists the addresses within the site that a page leads to.
func inside(t *testing.T, r *http.Request, body string, seen int) (out []string) {
	t.Helper()
	for _, m := range links.FindAllStringSubmatch(body, -1) {
		u, err := r.URL.Parse(html.UnescapeString(m[1]))
		if err != nil {
			t.Errorf("%s leads to %q", r.URL, m[1])
			continue
		}
		if (u.Host == "" || u.Host == r.URL.Host || u.Host == r.Host) && (u.Scheme == "" || u.Scheme == "http") && worthFollowing(u, seen) {
			out = append(out, u.RequestURI())
		}
	}
	return out
}

// worthFollowing leaves out what is endless: explanations beyond some, days and orders of pages.
func worthFollowing(u *url.URL, seen int) bool {
	q := u.Query()
	q.Del("lang")
	switch {
	case strings.HasSuffix(u.Path, ".png"): // drawn from the same layout as the SVG, and slow
		return false
	case u.Path == "/vi-sao" || strings.HasPrefix(u.Path, "/vi-sao."):
		return seen < 260 && !strings.HasSuffix(u.Path, ".svg")
	case q.Has("asof"):
		return seen < 220
	case strings.HasPrefix(u.Path, "/so-lieu/") && strings.Count(u.Path, "/") == 3: // a series; there are hundreds alike
		return seen < 500
	}
	return seen < 900
}

func siteOf(t *testing.T, a *app) (http.Handler, *publish.Gate) {
	t.Helper()
	gate := a.gate()
	if _, err := gate.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.log = slog.New(slog.DiscardHandler)
	site, err := a.site(gate, a.log, watched(t, a, settled(t, "", "NHIPSO_RATE_LIMIT=1000000", "NHIPSO_RATE_BURST=1000000")))
	if err != nil {
		t.Fatal(err)
	}
	return site, gate
}

func TestTheWholeProgramRunsOnAnotherCountry(t *testing.T) {
	v := country(t)
	site, _ := siteOf(t, v.app)
	starts := []string{"/", "/?lang=en", "/sitemap.xml", "/robots.txt", "/tim?q=may", "/tim?q=cloud&lang=en", "/phat-hanh.atom", "/so-lieu.csv", "/api", "/api?lang=en", "/api/v1/openapi.json", "/api/v1/openapi.json?lang=en",
		"/api/v1/provinces", "/api/v1/provinces?date=2023-12-31", "/api/v1/provinces/XM5-01", "/api/v1/provinces/01?date=2025-01-01", "/api/v1/targets", "/api/v1/codelists", "/api/v1/recipes", "/api/v1/runs", "/api/v1/findings", "/api/v1/search?q=cloud",
		"/api/v1/restate/GRDP_EST?key=A.&period=2023&from=5&to=3", "/api/v1/restate/GRDP?key=A.&period=2025&from=3&to=XM"}
	for _, f := range v.catalog.Dataflows() {
		starts = append(starts, "/so-lieu/"+f.ID, "/so-lieu/"+f.ID+"?lang=en", "/so-lieu/"+f.ID+".csv", "/api/v1/dataflows/"+f.ID, "/api/v1/data/"+f.ID, "/api/v1/data/"+f.ID+"?format=csv&lang=en")
	}
	for _, l := range v.catalog.Codelists() {
		starts = append(starts, "/api/v1/codelists/"+l.ID, "/api/v1/codelists/"+l.ID+"?lang=en")
	}
	if n := follow(t, site, starts...); n < 300 {
		t.Errorf("only %d pages were reached", n)
	}
}

func TestPagesThatACountryHasNothingForAreNotThere(t *testing.T) {
	v := country(t)
	site, _ := siteOf(t, v.app)
	get := func(address string) (int, string) {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		return w.Code, w.Body.String()
	}
	for address, want := range map[string]int{"/nhiem-vu": 404, "/nhiem-vu.csv": 404, "/tinh": 200, "/muc-tieu": 200, "/kich-ban": 200, "/phuong-phap/gdp-quarterly": 404, "/phuong-phap/provinces": 200} {
		if code, _ := get(address); code != want {
			t.Errorf("%s answers %d, want %d", address, code, want)
		}
	}
	if _, body := get("/"); strings.Contains(body, `href="/nhiem-vu"`) || !strings.Contains(body, `href="/tinh"`) {
		t.Error("the menu leads to what is not there, or not to what is")
	}
}

func TestAMirrorOfAnotherCountry(t *testing.T) {
	v := country(t)
	releases, err := v.store.Releases(t.Context())
	if err != nil || len(releases) == 0 {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x"+releasefile.Extension)
	if err := v.writeReleaseFile(t.Context(), v.e, releaseOptions{id: releases[0].ID, out: file}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	f, err := releasefile.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Verify(t.Context(), nil); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if f.Country != "XM" {
		t.Error(f.Country)
	}
	a, err := mirrored(t.Context(), f, v.e.now)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	site, _ := siteOf(t, a)
	for _, address := range []string{"/", "/?lang=en", "/tinh", "/muc-tieu", "/so-lieu/DE_SHARE", "/api/v1/data/GRDP"} {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if w.Code != http.StatusOK || foreign(w.Body.String()) != "" {
			t.Errorf("%s answers %d", address, w.Code)
		}
	}
}

func TestAnInstallationStaysWithItsCountry(t *testing.T) {
	v := country(t)
	for name, other := range map[string]string{"the pack that comes with the program": "../../data", "none named": ""} {
		a, err := v.e.open(t.Context(), &installation{data: v.dir, pack: other})
		switch {
		case other != "" && fault.CodeOf(err) != "catalog.other-country":
			t.Errorf("%s: %v", name, err)
		case other == "" && (err != nil || a.catalog.Country().ID != "XM"):
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			a.close()
		}
	}
	// What is unchanged is no edition, and its figures are no news.
	before, err := v.store.LastMessage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	from, err := pack.Folder(cloudland)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.update(t.Context(), v.e, from, "an", "again"); err != nil {
		t.Fatal(err)
	}
	editions, err := v.store.Editions(t.Context())
	if after, _ := v.store.LastMessage(t.Context()); err != nil || len(editions) != 1 || after != before {
		t.Error(len(editions), before, after, err)
	}
}

// TestACommandThatNeedsThePackOfItsCountrySaysSo: an installation of which only the catalogue came in goes on with what it says to do.
func TestACommandThatNeedsThePackOfItsCountrySaysSo(t *testing.T) {
	dir := t.TempDir()
	bad := t.TempDir()
	if err := os.CopyFS(bad, os.DirFS(cloudland)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(bad, "observations", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, name := range files { // no figure comes in
		if err := os.WriteFile(name, []byte("DATAFLOW,FREQ\nNONE,A\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	do := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &out, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }}
		if got := dispatch(t.Context(), e, append([]string{"--lang", "en"}, append(args, "--data", dir)...)); got != want {
			t.Fatalf("%v ended with %d, not %d:\n%s", args, got, want, out.String())
		}
		return out.String()
	}
	do(exitInput, "load", "--pack", bad)
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"load", "--reference"}} {
		if said := do(exitInput, args...); !strings.Contains(said, "--pack DIR") || !strings.Contains(said, "XM") {
			t.Errorf("%v says no way out: %s", args, said)
		}
	}
	do(exitOK, "load", "--pack", cloudland)
}
