package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nhipso/internal/people"
	"nhipso/internal/web/desk"
	"nhipso/internal/web/shell"
)

// TestOneClickSignsInTheCastOnly, and nobody at all where there is no cast.
func TestOneClickSignsInTheCastOnly(t *testing.T) {
	p := newPlace(t)
	click := func(who string) int {
		return p.ask("", http.MethodPost, desk.Path+"/thu", url.Values{"nguoi": {who}, "den": {"//elsewhere.example"}}).StatusCode
	}
	if got := click("east"); got != http.StatusNotFound {
		t.Errorf("a real installation answers %d", got)
	}
	if got := p.body(p.ask("", http.MethodGet, desk.Path+"/dang-nhap", nil)); strings.Contains(got, desk.Path+"/thu") || strings.Contains(got, "DEMO DATA") {
		t.Error("a real installation offers it")
	}
	p.site = shell.New(shell.Config{Library: nothing{}, Rate: 1e6, Burst: 1e6, Demo: true}, desk.New(desk.Config{Office: p.office, Sessions: p.sessions,
		Demo: people.Cast{Players: []people.Player{{Person: "east", Organisation: "EAST", Role: people.Reporter}}}}))
	if got := click("root"); got != http.StatusForbidden {
		t.Errorf("somebody outside the cast: %d", got)
	}
	w := p.ask("", http.MethodPost, desk.Path+"/thu", url.Values{"nguoi": {"east"}, "den": {"//elsewhere.example"}})
	if w.StatusCode != http.StatusSeeOther || w.Header.Get("Location") != desk.Path {
		t.Fatalf("%d %v", w.StatusCode, w.Header)
	}
	for _, c := range w.Cookies() {
		if c.Name == "nhipso_session" {
			p.cookies["click"] = c
		}
	}
	if p.cookies["click"] == nil {
		t.Fatal("no session has begun")
	}
	for _, path := range []string{desk.Path, desk.Path + "/dang-nhap?lang=en", desk.Path + "/khong-co", desk.Path + "/ho-so/station/CS-1"} {
		for _, who := range []string{"", "click"} {
			w := p.ask(who, http.MethodGet, path, nil)
			if got := p.body(w); w.StatusCode != http.StatusSeeOther && !strings.Contains(got, "DEMO DATA") {
				t.Errorf("%s as %q is not marked", path, who)
			}
		}
	}
}

// TestAFormThatWasOpenedEarlierIsTheSameForm: who opens it again meets what somebody else did meanwhile, and loses nothing.
func TestAFormThatWasOpenedEarlierIsTheSameForm(t *testing.T) {
	p := newPlace(t)
	seen := p.newest("station", "CS-1")
	if w := p.ask("east", http.MethodPost, "/lam-viec/ho-so/station/CS-1", url.Values{"_viec": {"changed"}, "_lan": {seen}, "contact": {"Bà Mới"}}); w.StatusCode != http.StatusSeeOther {
		t.Fatal(w.StatusCode)
	}
	form := p.body(p.ask("east", http.MethodGet, "/lam-viec/ho-so/station/CS-1?sua=1&lan="+seen, nil))
	if !strings.Contains(form, `name="_lan" value="`+seen+`"`) || !strings.Contains(form, `value="Ông Kín"`) {
		t.Errorf("another form: %s", form)
	}
	if w := p.ask("east", http.MethodPost, "/lam-viec/ho-so/station/CS-1", url.Values{"_viec": {"changed"}, "_lan": {seen}, "contact": {"Cô Ba"}}); w.StatusCode != http.StatusConflict {
		t.Errorf("no conflict: %d", w.StatusCode)
	}
	for _, bad := range []string{"x", "0", "-1"} {
		if w := p.ask("east", http.MethodGet, "/lam-viec/ho-so/station/CS-1?sua=1&lan="+bad, nil); w.StatusCode < 400 || w.StatusCode >= 500 {
			t.Errorf("%s: %d", bad, w.StatusCode)
		}
	}
}
