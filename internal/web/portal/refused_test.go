package portal

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// free are the parameters that take any text: a name, words to look for, a number that is checked beside its field.
var free = map[string]bool{"q": true, "tim": true, "trang": true, "lang": true, "ten": true, "nguoi": true}

// A value that a parameter does not have is said to be none, on every kind of page, and no page quotes nothing as what was asked for.
func TestNoValueOfAParameterIsDroppedInSilence(t *testing.T) {
	p, _ := newTestPortal(t)
	const compared = "/so-sanh?chuoi=DE_SHARE%2FA.VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL"
	asked := 0
	for _, page := range append([]string{compared, "/tim?q=gdp&nhom=page", "/tinh.csv?ma=1", "/so-lieu/DE_SHARE.csv?bom=1"}, kindsOfPages...) {
		at, _ := url.Parse(page)
		r := httptest.NewRequest("GET", page, nil)
		path := strings.TrimSuffix(at.Path, ".csv")
		var takes []string
		for _, route := range p.module().Pages {
			if strings.TrimPrefix(p.site.Route(httptest.NewRequest("GET", path, nil)), "GET ") == strings.TrimPrefix(route.Path, "GET ") {
				takes = route.Takes(r)
			}
		}
		if path != at.Path {
			takes = []string{"ma", "bom"}
		}
		for _, name := range takes {
			if free[name] {
				continue
			}
			q := at.Query()
			q.Set(name, "zz")
			w := get(p.site, at.Path+"?"+q.Encode())
			if asked++; w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), "zz") {
				t.Errorf("%s with %s=zz: %d", page, name, w.Code)
			}
		}
	}
	if asked < 25 {
		t.Errorf("only %d parameters were asked with another value", asked)
	}
	for _, page := range append([]string{"/vi-sao", "/vi-sao?lang=en", "/so-sanh", "/tim", "/hai-con-so"}, kindsOfPages...) {
		at, _, _ := strings.Cut(page, "?")
		if body := get(p.site, at).Body.String(); strings.Contains(body, "“”") {
			t.Errorf("%s quotes nothing", at)
		}
	}
	if w := get(p.site, "/vi-sao"); w.Code != 400 || !strings.Contains(w.Body.String(), "chưa nêu con số cần giải thích") {
		t.Errorf("no figure is asked for: %d", w.Code)
	}
}
