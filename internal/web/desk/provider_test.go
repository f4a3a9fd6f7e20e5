package desk_test

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"nhipso/internal/people"
	"nhipso/internal/web/desk"
)

// abroad is a provider of sign-in, which a test lets give whatever tokens it likes.
type abroad struct {
	*mockoidc.MockOIDC
	forge func(jwt.MapClaims) // what the next token says otherwise; nil for nothing
}

func newAbroad(t *testing.T) *abroad {
	t.Helper()
	m, err := mockoidc.NewServer(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &abroad{MockOIDC: m}
	if err := a.AddMiddleware(a.forging(t)); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Start(listener, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Shutdown() }) //nolint:errcheck // the test is over
	return a
}

// forging lets a test change what tokens say.
func (a *abroad) forging(t *testing.T) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if a.forge == nil || !strings.HasSuffix(r.URL.Path, "/token") {
				next.ServeHTTP(w, r)
				return
			}
			k := &kept{ResponseWriter: w}
			next.ServeHTTP(k, r)
			a.forged(t, w, k.body)
		})
	}
}

// forged changes the token that the provider gives, and signs it as the provider does.
func (a *abroad) forged(t *testing.T, w http.ResponseWriter, body []byte) {
	t.Helper()
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Error(err)
	}
	given, some := answer["id_token"].(string)
	if !some { // the provider refuses
		w.WriteHeader(http.StatusBadRequest)
		w.Write(body) //nolint:errcheck // the client is told by what it misses
		return
	}
	token, _, err := jwt.NewParser().ParseUnverified(given, jwt.MapClaims{})
	if err != nil {
		t.Error(err)
		return
	}
	claims := token.Claims.(jwt.MapClaims)
	a.forge(claims)
	if answer["id_token"], err = a.Keypair.SignJWT(claims); err != nil {
		t.Error(err)
	}
	json.NewEncoder(w).Encode(answer) //nolint:errcheck // the client is told by what it misses
}

// kept is an answer that is looked at before it is given.
type kept struct {
	http.ResponseWriter
	body []byte
}

func (k *kept) Write(b []byte) (int, error) { k.body = append(k.body, b...); return len(b), nil }
func (k *kept) WriteHeader(int)             {}

// withProvider is a desk with a provider, at which who is asked about is signed in.
func withProvider(t *testing.T) (*place, *abroad, *people.Provider) {
	t.Helper()
	a := newAbroad(t)
	provider, err := people.NewProvider(&people.Provider{Issuer: a.Issuer(), Client: a.ClientID, Secret: a.ClientSecret, Name: "VNeID", Return: "https://so.example.vn" + desk.Path + "/nha-cung-cap/ve", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return newPlaceWith(t, func(c *desk.Config) { c.Provider = provider }), a, provider
}

// browse follows a browser: it keeps the session under a name.
func (p *place) browse(who, path string) *http.Response {
	w := p.ask(who, http.MethodGet, path, nil)
	if i := slices.IndexFunc(w.Cookies(), func(c *http.Cookie) bool { return c.Name == "nhipso_session" }); i >= 0 {
		p.cookies[who] = w.Cookies()[i]
	}
	return w
}

// sent begins a sign-in, has the provider confirm it for a user, and gives where the browser is sent back to.
func (p *place) sent(a *abroad, who string, user *mockoidc.MockUser) string {
	p.Helper()
	w := p.browse(who, desk.Path+"/nha-cung-cap")
	to := w.Header.Get("Location")
	if w.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, a.Issuer()) || !strings.Contains(to, "code_challenge_method=S256") {
		p.Fatalf("%d to %s", w.StatusCode, to)
	}
	a.QueueUser(user)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(to)
	if err != nil {
		p.Fatal(err)
	}
	res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		p.Fatal(res.Status, back, err)
	}
	return back.Path + "?" + back.RawQuery
}

func user(subject, email string, verified bool) *mockoidc.MockUser {
	return &mockoidc.MockUser{Subject: subject, Email: email, EmailVerified: verified}
}

// TestSomebodySignsInByAProvider once they have linked their identity, or were invited and have an address that the provider has verified; nobody comes
// into being by it.
func TestSomebodySignsInByAProvider(t *testing.T) {
	p, a, _ := withProvider(t)
	if w := p.browse("x", p.sent(a, "x", user("s-east", "east@gov.example", true))); w.StatusCode != http.StatusForbidden {
		t.Errorf("somebody with a password is let in by their address: %d", w.StatusCode)
	}
	if w := p.browse("east", desk.Path+"/nha-cung-cap"); w.Header.Get("Location") != desk.Path {
		t.Errorf("another site sends somebody off to link an identity: %s", w.Header.Get("Location"))
	}
	if got := p.body(p.ask("east", http.MethodPost, desk.Path+"/tai-khoan", url.Values{"_viec": {"gan"}})); !strings.Contains(got, desk.Path+"/nha-cung-cap") {
		t.Error("the page does not lead on")
	}
	if w := p.browse("east", p.sent(a, "east", user("s-east", "elsewhere@mail.example", false))); w.StatusCode != http.StatusSeeOther || !strings.Contains(w.Header.Get("Location"), "tai-khoan") {
		t.Fatalf("the identity is not linked: %d", w.StatusCode)
	}
	before := p.sent(a, "new", user("s-east", "", false))
	fixed := p.cookies["new"].Value
	if w := p.browse("new", before); w.StatusCode != http.StatusSeeOther || w.Header.Get("Location") != desk.Path {
		t.Fatalf("a linked identity is not let in: %d", w.StatusCode)
	}
	if p.cookies["new"].Value == fixed {
		t.Error("the session keeps its token")
	}
	if got := p.body(p.browse("new", desk.Path+"/tai-khoan")); !strings.Contains(got, "east@gov.example") {
		t.Error("somebody else is in")
	}
	if w := p.browse("again", before); w.StatusCode != http.StatusForbidden {
		t.Errorf("what came back is good twice, or in another browser: %d", w.StatusCode)
	}
	// West links the identity of east: it is somebody's.
	p.ask("west", http.MethodPost, desk.Path+"/tai-khoan", url.Values{"_viec": {"gan"}})
	if w := p.browse("west", p.sent(a, "west", user("s-east", "", false))); w.StatusCode != http.StatusForbidden {
		t.Errorf("one identity is linked to two: %d", w.StatusCode)
	}
	_, _, err := p.office.Add(t.Context(), "root", "", people.Newcomer{Name: "Mới", Email: "moi@gov.example", Organisation: "EAST", Roles: []people.Role{people.Reporter}}, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range []struct {
		user *mockoidc.MockUser
		want int
	}{
		{user("s-1", "moi@gov.example", false), http.StatusForbidden}, {user("s-2", "ai@gov.example", true), http.StatusForbidden},
		{user("s-3", "MOI@gov.example", true), http.StatusSeeOther}, {user("s-4", "moi@gov.example", true), http.StatusForbidden}, {user("s-3", "", false), http.StatusSeeOther},
	} {
		who := "invited" + rand.Text()
		if w := p.browse(who, p.sent(a, who, x.user)); w.StatusCode != x.want {
			t.Errorf("%d: %s is answered %d, want %d", i, x.user.Email, w.StatusCode, x.want)
		}
	}
	if err := p.office.Accounts.Store.LockAccount(t.Context(), "east", "root", true); err != nil {
		t.Fatal(err)
	}
	if w := p.browse("locked", p.sent(a, "locked", user("s-east", "", false))); w.StatusCode != http.StatusForbidden {
		t.Errorf("a locked person is let in: %d", w.StatusCode)
	}
}

// TestWhatComesFromAProviderIsHeldToWhatWasAsked: nobody is let in by a token for somebody else, of another time, or by what another browser was given.
func TestWhatComesFromAProviderIsHeldToWhatWasAsked(t *testing.T) {
	p, a, provider := withProvider(t)
	if err := p.office.Accounts.Store.AddIdentity(t.Context(), people.Identity{Issuer: provider.Issuer, Subject: "s-east", Person: "east", Made: time.Now()}); err != nil {
		t.Fatal(err)
	}
	east := user("s-east", "east@gov.example", true)
	for what, forge := range map[string]func(jwt.MapClaims){
		"":                   nil,
		"another nonce":      func(c jwt.MapClaims) { c["nonce"] = "x" },
		"no nonce":           func(c jwt.MapClaims) { delete(c, "nonce") },
		"another audience":   func(c jwt.MapClaims) { c["aud"] = "another" },
		"another issuer":     func(c jwt.MapClaims) { c["iss"] = "https://evil.example" },
		"an expired token":   func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"no subject":         func(c jwt.MapClaims) { delete(c, "sub") },
		"no subject, a name": func(c jwt.MapClaims) { c["sub"] = "" },
	} {
		who := "w" + rand.Text()
		back := p.sent(a, who, east)
		a.forge = forge
		w := p.browse(who, back)
		a.forge = nil
		if in := w.StatusCode == http.StatusSeeOther; in != (what == "") {
			t.Errorf("with %q: %d", what, w.StatusCode)
		}
	}
	mine, theirs := p.sent(a, "mine", east), p.sent(a, "theirs", user("s-evil", "evil@x.example", true))
	if w := p.browse("mine", theirs); w.StatusCode != http.StatusForbidden {
		t.Errorf("the way of another browser is taken: %d", w.StatusCode)
	}
	if w := p.browse("mine", mine); w.StatusCode != http.StatusForbidden {
		t.Errorf("a way is good after a wrong try: %d", w.StatusCode)
	}
	if w := p.browse("none", desk.Path+"/nha-cung-cap/ve?code=x&state=y"); w.StatusCode != http.StatusForbidden {
		t.Errorf("without having been sent: %d", w.StatusCode)
	}
	p.browse("no", desk.Path+"/nha-cung-cap")
	if w := p.browse("no", desk.Path+"/nha-cung-cap/ve?error=access_denied&state=y"); w.StatusCode != http.StatusForbidden {
		t.Errorf("the provider refuses: %d", w.StatusCode)
	}
	back := p.sent(a, "down", east)
	if err := a.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if w := p.browse("down", back); w.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the provider is down: %d", w.StatusCode)
	}
	if w := p.ask("", http.MethodPost, desk.Path+"/dang-nhap", url.Values{"thu": {"east@gov.example"}, "mat-khau": {password}}); w.StatusCode != http.StatusSeeOther {
		t.Errorf("and nobody signs in by a password either: %d", w.StatusCode)
	}
}
