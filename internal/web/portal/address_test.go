package portal

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// parts of which addresses are made that somebody may try: routes, identifiers, formats of this site and of others, and nonsense.
var (
	beginnings = []string{"/", "/tinh", "/muc-tieu", "/nhiem-vu", "/kich-ban", "/so-lieu", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/tai-lieu", "/vi-sao", "/phuong-phap", "/phuong-phap/digital-quarterly",
		"/gioi-thieu", "/phat-hien", "/lich-su", "/lich", "/lich.ics", "/phat-hanh.atom", "/tim", "/trang-chu", "/tinh/VN34-24", "/muc-tieu/KTS-1", "/robots.txt", "/sitemap.xml", "/favicon.svg", "/static/site.css", "/kich-ban/x", "/so-lieu/IND", "/so-sanh", "/so-lieu/DE_SHARE/bang"}
	endings = []string{"", ".csv", ".json", ".xlsx", ".svg", ".png", ".option", ".html", ".php", ".bak", ".csv.csv", ".option.option", ".", "..", "/", "//", "/.option", "/.csv", "/..", "%00", "%2e", "%2F..%2F", ".OPTION", ".xlsx/", " ", "\u00e9",
		".optio", ".svgz", "/x.option", "/x/y/z.option", ".option/x"}
	questions = []string{"", "?lang=en", "?asof=2025-06-01", "?hinh=x", "?hinh=bang", "?hinh=bang-2", "?hinh=ban-do", "?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "?o=x", "?w=1&h=1", "?w=99999999999999999999", "?trang=2", "?lich-su=1", "?q=", "?q=ha+noi",
		"?nam=2025", "?nam=x", "?dinh-nghia=NSO", "?DEFINITION=MIC", "?bom=1&ma=1", "?%zz", "?gdp=8,5",
		"?chuoi=DE_SHARE/A.VN.NSO.TOTAL", "?chuoi=DE_SHARE/A.VN.NSO.TOTAL&chuoi=TARGET/A.VN.KTS-1&kieu=cot", "?chuoi=x/y", "?chuoi=%2B,,", "?bo=DE_SHARE&REF_AREA=VN", "?bo=x&FREQ=A", "?ky=2025&chuoi=IND/M.VN.SMARTPHONE", "?cot=x", "?cot=REF_AREA+TIME_PERIOD", "?REF_AREA=VN&REF_AREA=VN34-24", "?tu=2024&den=x"}
)

// answered holds an address to what every address keeps: no failure of the server, and a page or a file, whole.
func answered(t interface{ Fatalf(string, ...any) }, s http.Handler, path, question string) {
	u, err := url.ParseRequestURI(path)
	if err != nil {
		return // no client can ask for it
	}
	u.RawQuery = strings.TrimPrefix(question, "?")
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := httptest.NewRequest(method, "/", nil)
		r.URL, r.RequestURI = u, u.RequestURI()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%s %s%s: %d", method, path, question, w.Code)
		}
		if method == http.MethodHead && w.Code == http.StatusOK && w.Body.Len() > 0 {
			t.Fatalf("HEAD %s%s has a body of %d bytes", path, question, w.Body.Len())
		}
		if w.Code == http.StatusOK && w.Header().Get("Content-Type") == "" {
			t.Fatalf("%s %s%s has no type", method, path, question)
		}
	}
}

func TestNoAddressMakesTheServerFail(t *testing.T) {
	s, _ := newSite(t)
	t.Run("every page in every format", func(t *testing.T) {
		for _, b := range beginnings {
			for _, e := range endings {
				answered(t, s, b+e, "")
			}
		}
	})
	t.Run("any beginning, ending and question", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			path := rapid.SampledFrom(beginnings).Draw(t, "beginning") + rapid.OneOf(rapid.SampledFrom(endings), rapid.StringMatching(`[/.a-zA-Z0-9%_-]{0,12}`)).Draw(t, "ending")
			question := rapid.OneOf(rapid.SampledFrom(questions), rapid.StringMatching(`\?[a-z]{1,8}=[a-zA-Z0-9%+./-]{0,12}`)).Draw(t, "question")
			answered(t, s, path, question)
		})
	})
}

// FuzzAddress asks for paths and queries that no reader would.
func FuzzAddress(f *testing.F) {
	for i, b := range beginnings {
		f.Add(b+endings[i%len(endings)], strings.TrimPrefix(questions[i%len(questions)], "?"))
	}
	s, _ := newSite(f)
	f.Fuzz(func(t *testing.T, path, query string) {
		if !strings.HasPrefix(path, "/") || len(path)+len(query) > 3000 {
			return // the server does not read it whole
		}
		answered(t, s, path, query)
	})
}

func TestWhatAPageDoesNotHaveInAFormatIsNotFound(t *testing.T) {
	s, _ := newSite(t)
	for _, a := range []string{"/gioi-thieu.option", "/gioi-thieu.svg", "/tinh.optio", "/khong-co.option", "/tinh/VN99-99.option", "/so-lieu/NOPE.csv", "/so-lieu/NOPE.option", "/static/none.css", "/so-lieu/DE_SHARE/x.option"} {
		if w := get(s, a); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", a, w.Code)
		}
	}
}
