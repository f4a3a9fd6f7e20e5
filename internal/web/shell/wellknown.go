package shell

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"

	"nhipso/internal/middleware"
)

// robots tells crawlers what not to walk: explanations and searches are endless.
func (s *Site) robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", middleware.Public)
	out := "User-agent: *\n"
	for _, m := range s.modules {
		for _, d := range m.Disallow {
			out += "Disallow: " + d + "\n"
		}
	}
	io.WriteString(w, out+"Allow: /\nSitemap: "+s.Origin(r)+"/sitemap.xml\n") //nolint:errcheck // the client may have gone
}

type sitemapURL struct {
	Loc     string        `xml:"loc"`
	LastMod string        `xml:"lastmod,omitempty"`
	Links   []sitemapLink `xml:"xhtml:link"`
}

type sitemapLink struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

// mostAddresses is how many addresses a sitemap may have (sitemaps.org); what is beyond is found by the links of pages.
const mostAddresses = 50_000

// sitemap lists the pages, each language of each by itself and with the other one beside it.
func (s *Site) sitemap(w http.ResponseWriter, r *http.Request) {
	snap, err := s.View(r)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	var paths []string
	for _, m := range s.modules {
		for _, e := range m.Menu {
			paths = append(paths, e.URL)
		}
		if m.Paths != nil {
			paths = append(paths, m.Paths(snap)...)
		}
	}
	doc := struct {
		XMLName xml.Name     `xml:"urlset"`
		NS      string       `xml:"xmlns,attr"`
		XHTML   string       `xml:"xmlns:xhtml,attr"`
		URLs    []sitemapURL `xml:"url"`
	}{NS: "http://www.sitemaps.org/schemas/sitemap/0.9", XHTML: "http://www.w3.org/1999/xhtml"}
	day := snap.Release.PublishAt.UTC().Format("2006-01-02")
	for _, p := range paths[:min(len(paths), mostAddresses/2)] {
		vi := s.Origin(r) + (&url.URL{Path: p}).String()
		en := vi + "?lang=en"
		links := []sitemapLink{{"alternate", "vi", vi}, {"alternate", "en", en}, {"alternate", "x-default", vi}}
		doc.URLs = append(doc.URLs, sitemapURL{Loc: vi, LastMod: day, Links: links}, sitemapURL{Loc: en, LastMod: day, Links: links})
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.Header().Set("Cache-Control", middleware.Public)
	io.WriteString(w, xml.Header) //nolint:errcheck
	xml.NewEncoder(w).Encode(doc) //nolint:errcheck
}

func (s *Site) favicon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", middleware.Public)
	io.WriteString(w, favicon) //nolint:errcheck
}

// favicon is a pulse: one beat on a rule.
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="4" fill="#00639b"/><path d="M3 18h7l3-9 5 15 4-10 2 4h5" fill="none" stroke="#fff" stroke-width="2.6" stroke-linejoin="round" stroke-linecap="round"/></svg>`
