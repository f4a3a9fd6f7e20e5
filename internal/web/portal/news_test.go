package portal

import (
	"encoding/xml"
	"strings"
	"testing"
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
