package portal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"html"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"nhipso/internal/web/shell"
)

// Pages with figures, of every kind.
var withFigures = []string{"/", "/tinh", "/tinh/VN34-24", "/muc-tieu", "/muc-tieu/KTS-1", "/nhiem-vu", "/so-lieu", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/kich-ban", "/lich-su", "/tai-lieu",
	"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/so-lieu/DE_SHARE/bang?cot=DEFINITION", "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL"}

var (
	pinnedTo = regexp.MustCompile(`readonly value="([^"]+)"`)
	client   = regexp.MustCompile(`(?s)<code data-client="([a-z]+)">(.*?)</code>`)
	dotted   = regexp.MustCompile(`href="[^"]*dot=2026-Q3[^"]*#`)
	framedBy = regexp.MustCompile(`^<iframe src="([^"]+)" title="([^"]+)" lang="(vi|en)" width="100%" height="(\d+)" loading="lazy" style="border:0"></iframe>$`)
)

// local is an address of the test site without its host.
func local(t *testing.T, address string) string {
	t.Helper()
	out, ok := strings.CutPrefix(html.UnescapeString(address), "https://nhipso.test")
	if !ok {
		t.Errorf("%s is not whole", address)
	}
	return out
}

func in(address, lang string) string {
	if lang == "vi" {
		return address
	}
	if strings.Contains(address, "?") {
		return address + "&lang=en"
	}
	return address + "?lang=en"
}

// Every figure of every page has one panel; all that it gives is whole, pinned to the release, and answers with what it promises.
func TestEveryFigureCanBeUsed(t *testing.T) {
	s, _ := newSite(t)
	for _, page := range withFigures {
		for _, lang := range []string{"vi", "en"} {
			body := get(s, in(page, lang)).Body.String()
			takes := strings.Count(body, `<div class="take">`)
			if n := strings.Count(body, `<details class="use"`); n == 0 || n != takes {
				t.Errorf("%s: %d panels for %d figures", page, n, takes)
			}
			for _, m := range pinnedTo.FindAllStringSubmatch(body, -1) {
				address, id, _ := strings.Cut(local(t, m[1]), "#")
				if w := get(s, address); w.Code != 200 || !strings.Contains(address, "dot=2026-Q3") || !strings.Contains(w.Body.String(), `id="`+id+`"`) {
					t.Errorf("%s: %s gives %d or has no %q", page, address, w.Code, id)
				}
			}
			for _, m := range client.FindAllStringSubmatch(body, -1) {
				usable(t, s, lang, m[1], html.UnescapeString(m[2]))
			}
		}
	}
}

// usable holds what a reader copies for one client to what it gives.
func usable(t *testing.T, s *shell.Site, lang, name, code string) {
	t.Helper()
	if name == "iframe" {
		m := framedBy.FindStringSubmatch(code)
		if m == nil {
			t.Fatalf("the frame is %s", code)
		}
		w := get(s, local(t, m[1]))
		body := w.Body.String()
		if w.Code != 200 || m[3] != lang || !strings.Contains(m[1], "dot=2026-Q3") || strings.Count(body, "<figure") != 1 || strings.Contains(body, "<nav") || strings.Contains(body, "<script") ||
			!strings.Contains(body, `<html lang="`+lang+`">`) || !strings.Contains(body, `<a href="/`) || !dotted.MatchString(body) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors *") {
			t.Errorf("%s: %d\n%s", m[1], w.Code, body)
		}
		return
	}
	found := regexp.MustCompile(`https://nhipso\.test[^'"]+`).FindString(code)
	q, err := url.Parse(found)
	if err != nil || q.Query().Get("dot") != "2026-Q3" || q.Query().Get("hinh") == "" || q.Query().Get("ma") != "1" || !strings.HasSuffix(q.Path, ".csv") {
		t.Fatalf("%s asks for %q", name, found)
	}
	w := get(s, local(t, found))
	rows, err := csv.NewReader(w.Body).ReadAll()
	if w.Code != 200 || err != nil || len(rows) == 0 {
		t.Errorf("%s: %d, %v, %d rows", found, w.Code, err, len(rows))
	}
}

func TestACitationFileIsThatOfTheFigure(t *testing.T) {
	s, _ := newSite(t)
	bib := get(s, "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL.bib?dot=2026-Q3&hinh=cac-lan-cong-bo")
	if got := bib.Body.String(); bib.Code != 200 || !strings.HasPrefix(bib.Header().Get("Content-Type"), "application/x-bibtex") || !strings.HasPrefix(bib.Header().Get("Content-Disposition"), "attachment") ||
		!strings.Contains(got, "url = {https://nhipso.test/so-lieu/DE_SHARE/A.VN.NSO.TOTAL?dot=2026-Q3#cac-lan-cong-bo}") || !strings.Contains(got, "Tỷ trọng kinh tế số trong GDP của Việt Nam") {
		t.Errorf("%d %v\n%s", bib.Code, bib.Header(), got)
	}
	ris := get(s, "/muc-tieu/KTS-1.ris?lang=en")
	if got := ris.Body.String(); ris.Code != 200 || !strings.HasPrefix(ris.Header().Get("Content-Type"), "application/x-research-info-systems") || !strings.HasPrefix(got, "TY  - DATA\r\n") || !strings.Contains(got, "LA  - en\r\n") {
		t.Errorf("%d %v\n%s", ris.Code, ris.Header(), got)
	}
	if w := get(s, "/tim.bib"); w.Code != 404 {
		t.Errorf("of a page without figures: %d", w.Code)
	}
}

// A page that is shared has a picture of its own, with the number on it.
func TestAPageThatIsSharedHasAPicture(t *testing.T) {
	s, _ := newSite(t)
	tags := regexp.MustCompile(`<meta (?:property|name)="((?:og|twitter):[a-z:_]+)" content="([^"]*)">`)
	for _, lang := range []string{"vi", "en"} {
		for _, page := range withFigures {
			if lang == "en" && page != "/" {
				continue // the pictures differ in their words alone
			}
			found := map[string]string{}
			for _, m := range tags.FindAllStringSubmatch(get(s, in(page, lang)).Body.String(), -1) {
				found[m[1]] = m[2]
			}
			for _, name := range []string{"og:title", "og:url", "og:type", "og:locale", "og:site_name", "og:image", "og:image:alt", "twitter:card"} {
				if found[name] == "" {
					t.Errorf("%s lacks %s", page, name)
				}
			}
			if found["og:locale"][:2] != lang || found["twitter:card"] != "summary_large_image" {
				t.Errorf("%s: %v", page, found)
			}
			w := get(s, local(t, found["og:image"]))
			config, err := png.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
			if w.Code != 200 || err != nil || config.Width != 1200 || config.Height != 630 || w.Header().Get("Content-Type") != "image/png" {
				t.Errorf("%s: %s gives %d, %v, %v", page, found["og:image"], w.Code, err, config)
			}
		}
	}
	if body := get(s, "/").Body.String(); !strings.Contains(body, "14,02") || !regexp.MustCompile(`og:image:alt" content="[^"]*14,02[^"]*2025`).MatchString(body) {
		t.Error("the picture of the front page does not say its number")
	}
	if body := get(s, "/so-lieu/DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE").Body.String(); !regexp.MustCompile(`og:image:alt" content="[^"]*khoảng tin cậy \d+\x{a0}%: `).MatchString(body) {
		t.Error("a picture of an estimate does not say its interval")
	}
	for _, none := range []string{"/khong-co", "/tim?q=gdp"} {
		if strings.Contains(get(s, none).Body.String(), "og:image") {
			t.Errorf("%s has a picture", none)
		}
	}
}

// What nobody may pass on cannot be taken along.
func TestAPreviewIsNotForUse(t *testing.T) {
	lib, reg := newShelf(t)
	s := shell.New(shell.Config{Library: lib, Preview: true, Rate: 1e6, Burst: 1e6, Renderer: drawings()}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords()}))
	if body := get(s, "/so-lieu/DE_SHARE").Body.String(); strings.Contains(body, `class="use"`) || strings.Contains(body, "og:image") || !strings.Contains(body, `class="take"`) {
		t.Error("a preview can be cited or shared")
	}
}

// What search engines for data ask of a page of data.
func TestAPageOfDataIsDescribedToSearchEngines(t *testing.T) {
	s, _ := newSite(t)
	for _, page := range []string{"/", "/tinh", "/tinh/VN34-24", "/muc-tieu", "/muc-tieu/KTS-1", "/nhiem-vu", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_SHARE?lang=en", "/so-lieu/IND"} {
		body := get(s, page).Body.String()
		_, rest, _ := strings.Cut(body, `<script type="application/ld+json">`)
		text, _, _ := strings.Cut(rest, "</script>")
		var d struct {
			Type                              string `json:"@type"`
			Name, Description, License, URL   string
			SameAs, Version, TemporalCoverage string
			Creator, IncludedInDataCatalog    struct{ Name, URL string }
			Distribution                      []struct{ ContentURL, EncodingFormat string }
			VariableMeasured, IsBasedOn       []struct{ Name string }
		}
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Errorf("%s: %v in %q", page, err, text)
			continue
		}
		if d.Type != "Dataset" || d.Name == "" || utf8.RuneCountInString(d.Description) < 50 || utf8.RuneCountInString(d.Description) > 5000 || !strings.HasPrefix(d.License, "https://") || d.Creator.Name == "" ||
			d.IncludedInDataCatalog.Name == "" || d.Version != "2026-Q3" || !regexp.MustCompile(`^\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d$`).MatchString(d.TemporalCoverage) || len(d.VariableMeasured) == 0 || len(d.IsBasedOn) == 0 {
			t.Errorf("%s: %+v", page, d)
		}
		for _, address := range []string{d.URL, d.SameAs, d.IncludedInDataCatalog.URL} {
			if w := get(s, local(t, address)); w.Code != 200 {
				t.Errorf("%s: %s gives %d", page, address, w.Code)
			}
		}
		if !strings.Contains(d.SameAs, "dot=2026-Q3") || len(d.Distribution) != 3 {
			t.Errorf("%s: %s, %v", page, d.SameAs, d.Distribution)
		}
		for _, f := range d.Distribution {
			if w := get(s, local(t, f.ContentURL)); w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), f.EncodingFormat) {
				t.Errorf("%s: %s gives %d, %s", page, f.ContentURL, w.Code, w.Header().Get("Content-Type"))
			}
		}
	}
}

// The sitemap lists each language of each page by itself, with both beside it, and the pages of series.
func TestTheSitemapHasBothLanguages(t *testing.T) {
	s, _ := newSite(t)
	var doc struct {
		URL []struct {
			Loc  string `xml:"loc"`
			Link []struct {
				Lang string `xml:"hreflang,attr"`
				Href string `xml:"href,attr"`
			} `xml:"http://www.w3.org/1999/xhtml link"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(get(s, "/sitemap.xml").Body.Bytes(), &doc); err != nil || len(doc.URL) > 50_000 {
		t.Fatalf("%v, %d addresses", err, len(doc.URL))
	}
	there := map[string]bool{}
	for _, u := range doc.URL {
		if there[u.Loc] {
			t.Errorf("%s twice", u.Loc)
		}
		there[u.Loc] = true
	}
	for _, u := range doc.URL {
		langs := map[string]string{}
		for _, l := range u.Link {
			langs[l.Lang] = l.Href
			if !there[l.Href] {
				t.Errorf("%s leads to %s, which is not listed", u.Loc, l.Href)
			}
		}
		if langs["vi"] == "" || langs["en"] != langs["vi"]+"?lang=en" || langs["x-default"] != langs["vi"] || u.Loc != langs["vi"] && u.Loc != langs["en"] {
			t.Errorf("%s: %v", u.Loc, langs)
		}
	}
	for _, want := range []string{"https://nhipso.test/", "https://nhipso.test/?lang=en", "https://nhipso.test/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "https://nhipso.test/so-lieu/DE_SHARE/A.VN.NSO.TOTAL?lang=en"} {
		if !there[want] {
			t.Errorf("lacks %s", want)
		}
	}
	for address := range there {
		if strings.Contains(address, "/so-lieu/DE_SHARE") {
			if w := get(s, local(t, address)); w.Code != 200 {
				t.Errorf("%s: %d", address, w.Code)
			}
		}
	}
}

// A file or a drawing that names its figure is that figure or none: never another one of the page.
func TestAFileIsOfTheFigureThatItsAddressNames(t *testing.T) {
	s, _ := newSite(t)
	for address, want := range map[string]int{"/trang-chu.png?hinh=theo-quy": 200, "/trang-chu.png?hinh=x": 404, "/trang-chu.svg?hinh=x": 404, "/trang-chu.csv?hinh=x": 404, "/nhung/trang-chu?hinh=x": 404, "/so-lieu/DE_SHARE.csv?hinh=x": 404, "/trang-chu.bib?hinh=x": 404} {
		if w := get(s, address); w.Code != want {
			t.Errorf("%s: %d, want %d", address, w.Code, want)
		}
	}
	if a, b := get(s, "/trang-chu.svg?hinh=ty-trong").Body.String(), get(s, "/trang-chu.svg?hinh=theo-quy").Body.String(); a == b || a != get(s, "/trang-chu.svg").Body.String() {
		t.Error("the name of a figure changes nothing, or the first figure is another one by its name")
	}
}
