package desk_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/people"
)

var secretShown = regexp.MustCompile(`<code class="secret">([^<]+)</code>`)

// TestSomebodyMakesATokenOfTheirOwn: its secret is shown once, with what it may do; an administrator sees that there is one, and ends it.
func TestSomebodyMakesATokenOfTheirOwn(t *testing.T) {
	p := newPlace(t)
	form := url.Values{"_viec": {"tao"}, "ten": {"<b>máy</b>"}, "den-ngay": {p.day(30)}, "lam": {"doc"}, "loai": {"station"}, "mat-khau": {password}}
	for name, want := range map[string]string{"loai": "", "den-ngay": "hôm qua", "ten": ""} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad[name] = []string{want}
		if want == "" {
			bad.Del(name)
		}
		if w := p.ask("east", http.MethodPost, "/lam-viec/ma-truy-cap", bad); w.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("without a good %s: %d", name, w.StatusCode)
		}
	}
	body := p.body(p.ask("east", http.MethodPost, "/lam-viec/ma-truy-cap", form))
	m := secretShown.FindStringSubmatch(body)
	if m == nil || strings.Contains(body, "<b>máy") {
		t.Fatal(body)
	}
	if again := p.body(p.ask("east", http.MethodGet, "/lam-viec/ma-truy-cap", nil)); strings.Contains(again, m[1]) || !strings.Contains(again, "&lt;b&gt;máy") {
		t.Error("the secret is shown again, or the token is not listed")
	}
	if a, _, err := p.office.Bearer(t.Context(), m[1]); err != nil || a.Person != "east" {
		t.Fatal(err)
	}
	list, err := p.office.Accounts.Store.PersonTokens(t.Context(), "east")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	id := list[0].ID
	if w := p.ask("west", http.MethodPost, "/lam-viec/ma-truy-cap", url.Values{"_viec": {"cham-dut"}, "_ma": {id}}); w.StatusCode != http.StatusNotFound {
		t.Errorf("another person ends it: %d", w.StatusCode)
	}
	if got := p.body(p.ask("root", http.MethodGet, "/lam-viec/nguoi-dung/east", nil)); !strings.Contains(got, id) || strings.Contains(got, m[1]) {
		t.Error("an administrator does not see it, or sees its secret")
	}
	if w := p.ask("root", http.MethodPost, "/lam-viec/nguoi-dung/east", url.Values{"_viec": {"cham-dut"}, "_ma": {id}}); w.StatusCode != http.StatusSeeOther {
		t.Errorf("an administrator ends it: %d", w.StatusCode)
	}
	if _, _, err := p.office.Bearer(t.Context(), m[1]); fault.CodeOf(err) != "people.token" {
		t.Errorf("it lives: %v", err)
	}
}

// TestAnAdministratorLooksAfterAnAccount: who is locked is out at once and stays out, also with the right password, until they are unlocked; nobody
// locks themselves out.
func TestAnAdministratorLooksAfterAnAccount(t *testing.T) {
	p := newPlace(t)
	do := func(who, what string) int {
		whom := "east"
		if what == "self" {
			whom, what = "root", "khoa"
		}
		return p.ask(who, http.MethodPost, "/lam-viec/nguoi-dung/"+whom, url.Values{"_viec": {what}}).StatusCode
	}
	if got := do("root", "self"); got != http.StatusConflict {
		t.Errorf("an administrator locks themselves out: %d", got)
	}
	if got := do("root", "khoa"); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	if w := p.ask("east", http.MethodGet, "/lam-viec", nil); w.StatusCode != http.StatusSeeOther {
		t.Errorf("a locked person is in: %d", w.StatusCode)
	}
	enter := url.Values{"thu": {"east@gov.example"}, "mat-khau": {password}}
	if w := p.ask("", http.MethodPost, "/lam-viec/dang-nhap", enter); w.StatusCode != http.StatusForbidden {
		t.Errorf("a locked person signs in: %d", w.StatusCode)
	}
	if got := do("root", "mo-khoa"); got != http.StatusSeeOther {
		t.Fatal(got)
	}
	if w := p.ask("", http.MethodPost, "/lam-viec/dang-nhap", enter); w.StatusCode != http.StatusSeeOther {
		t.Errorf("an unlocked person does not sign in: %d", w.StatusCode)
	}
	link := secretShown.FindStringSubmatch(p.body(p.ask("root", http.MethodPost, "/lam-viec/nguoi-dung/east", url.Values{"_viec": {"lien-ket"}})))
	if link == nil || !strings.Contains(link[1], "/lam-viec/mat-khau?ma=") {
		t.Fatalf("no link: %v", link)
	}
	_, secret, _ := strings.Cut(link[1], "ma=")
	if who, err := p.office.Accounts.Redeem(t.Context(), people.RecoveryLink, secret, password+" nhé"); err != nil || who != "east" {
		t.Error(who, err)
	}
}
