package portal

import (
	"encoding/xml"
	"strings"
	"testing"

	"nhipso/internal/web/shell"
)

// A feed tells what releases brought to what stands at the address before it, and every figure that it tells leads to its page.
func TestWhateverHasAPageOfFiguresHasAFeed(t *testing.T) {
	s, _ := newSite(t)
	for page, says := range map[string][2]string{
		"/so-lieu/DE_SHARE":                {"14,02", "14.02"},
		"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL": {"14,02", "14.02"},
		"/tinh/VN34-24":                    {"Bắc Ninh", "Bac Ninh"},
		"/tinh/VN63-24":                    {"Bắc Giang", "Bac Giang"},
		"/muc-tieu/KTS-1":                  {"20", "20"},
	} {
		for i, lang := range []string{"vi", "en"} {
			address := page + "/tin.atom"
			if lang == "en" {
				address += "?lang=en"
			}
			if w := get(s, with(page, "lang="+lang)); !strings.Contains(w.Body.String(), `type="application/atom+xml" title="`) || strings.Count(w.Body.String(), `href="`+address+`"`) != 2 {
				t.Errorf("%s does not lead to %s, in its head and for people", page, address)
			}
			w := get(s, address)
			var feed struct {
				XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
				Title   string   `xml:"title"`
				Links   []struct {
					Rel  string `xml:"rel,attr"`
					Href string `xml:"href,attr"`
				} `xml:"link"`
				Entries []struct {
					ID      string `xml:"id"`
					Content string `xml:"content"`
				} `xml:"entry"`
			}
			if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil || w.Code != 200 {
				t.Fatalf("%s: %d, %v", address, w.Code, err)
			}
			if len(feed.Entries) == 0 || !strings.Contains(w.Body.String(), says[i]) || !strings.HasSuffix(feed.Links[0].Href, address) {
				t.Errorf("%s: %+v", address, feed)
				continue
			}
			_, link, _ := strings.Cut(feed.Entries[0].Content, `<a href="`)
			link, _, _ = strings.Cut(link, `"`)
			if link == "" {
				t.Fatalf("%s tells no figure: %s", address, w.Body)
			}
			if w := get(s, strings.ReplaceAll(link, "&amp;", "&")); w.Code != 200 {
				t.Errorf("%s leads to %q: %d", address, link, w.Code)
			}
		}
	}
	for _, none := range []string{"/so-lieu/X/tin.atom", "/so-lieu/DE_SHARE/A.VN.NSO.NONE/tin.atom", "/tinh/VN34-00/tin.atom", "/muc-tieu/X/tin.atom"} {
		if w := get(s, none); w.Code != 404 {
			t.Errorf("%s: %d", none, w.Code)
		}
	}
}

// A page with a feed takes the address of a reader as well, at its end and where its figures say how to use them; where nobody writes letters none does.
func TestWhateverHasAFeedCanBeFollowedByLetters(t *testing.T) {
	lib, reg := newShelf(t)
	c := shell.Config{Library: lib, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6, Renderer: drawings()}
	portal := New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles})
	letters := func(*shell.Site) shell.Module { return shell.Module{Subscribe: "/theo-doi"} }
	with, without := shell.New(c, portal, letters), shell.New(c, portal)
	for _, page := range []string{"/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/tinh/VN34-24", "/muc-tieu/KTS-1"} {
		w := get(with, page)
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(body, `<form class="subscribe" method="post" action="/theo-doi"><input type="hidden" name="trang" value="`+page+`">`) || !strings.Contains(body, `id="trang-thu"`) {
			t.Errorf("%s cannot be followed by letters", page)
		}
		if figures, forms := strings.Count(body, `<details class="use"`), strings.Count(body, `name="thu"`); forms != figures+1 {
			t.Errorf("%s: %d forms for %d figures and the page", page, forms, figures)
		}
		if body := get(without, page).Body.String(); strings.Contains(body, `name="thu"`) || !strings.Contains(body, "/tin.atom") {
			t.Errorf("%s asks for an address where nobody writes", page)
		}
	}
	if body := get(with, "/gioi-thieu").Body.String(); strings.Contains(body, `name="thu"`) {
		t.Error("a page without news asks for an address")
	}
}
