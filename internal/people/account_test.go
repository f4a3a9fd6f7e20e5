package people_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

// clock is one that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

const good = "một con ngựa đau cả tàu bỏ cỏ"

func accounts(t *testing.T) (*people.Accounts, *clock, *store.Store) {
	t.Helper()
	types, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)}
	s := storetest.OpenWith(t, storetest.EmptySQLite(t), store.Options{Now: c.now})
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return types }, Today: func() stat.Date { return stat.DateOf(c.now()) }, Now: c.now}
	do(t, r, add(people.OrganisationType, "GOV", "2020-01-01", "name_vi", "Chính phủ", "name_en", "Government", "kind", "government"),
		add(people.PersonType, "lan", "2020-01-01", "name", "Nguyễn Thị Lan", "email", "lan@gov.example", "organisation", "GOV"))
	a := &people.Accounts{Store: s, Register: r, Now: c.now}
	if err := a.SetPassword(t.Context(), "lan", good); err != nil {
		t.Fatal(err)
	}
	return a, c, s
}

func TestSomebodyIsWhoTheyProveToBe(t *testing.T) {
	a, _, s := accounts(t)
	for _, x := range []struct{ email, password, code string }{
		{"lan@gov.example", good, ""}, {" LAN@gov.example ", good, ""}, {"lan@gov.example", good + " ", "people.wrong"}, {"lan@gov.example", "", "people.wrong"},
		{"ai@gov.example", good, "people.wrong"}, {"", "", "people.wrong"},
	} {
		who, err := a.SignIn(t.Context(), people.Try{Email: x.email, Password: x.password})
		if fault.CodeOf(err) != x.code || (who == "lan") != (x.code == "") {
			t.Errorf("%q with %q: %q, %v", x.email, x.password, who, err)
		}
	}
	kept, _, err := s.Account(t.Context(), "lan")
	if err != nil || !strings.HasPrefix(kept.Password, "$argon2id$v=19$m=65536,t=3,p=1$") {
		t.Errorf("kept as %s, %v", kept.Password, err)
	}
}

func TestWrongPasswordsAreTriedEverMoreSlowly(t *testing.T) {
	a, c, s := accounts(t)
	for range 5 {
		_, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: "wrong"})
		if fault.CodeOf(err) != "people.wrong" {
			t.Fatal(err)
		}
	}
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good}); fault.CodeOf(err) != "people.wait" {
		t.Errorf("the right password at once: %v", err)
	}
	c.pass(3 * time.Second)
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: "wrong"}); fault.CodeOf(err) != "people.wrong" {
		t.Error(err)
	}
	c.pass(3 * time.Second)
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good}); fault.CodeOf(err) != "people.wait" {
		t.Errorf("the wait does not grow: %v", err)
	}
	if err := s.KeepAccount(t.Context(), "lan", func(x *people.Account) error { x.Failures = 10_000; return nil }); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: "wrong"}); fault.CodeOf(err) != "people.wrong" {
		t.Error(err)
	}
	c.pass(15*time.Minute + time.Second) // the owner is not kept out for ever
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good}); err != nil {
		t.Error(err)
	}
	if kept, _, _ := s.Account(t.Context(), "lan"); kept.Failures != 0 {
		t.Error("a right password does not end the count")
	}
}

func TestACodeIsTakenOnce(t *testing.T) {
	a, c, s := accounts(t)
	address, err := a.NewCode(t.Context(), "lan", "Nhịp Số", "lan@gov.example")
	if err != nil || !strings.HasPrefix(address, "otpauth://totp/") {
		t.Fatal(address, err)
	}
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good}); err != nil {
		t.Errorf("a secret that was not proven asks for codes: %v", err)
	}
	kept, _, _ := s.Account(t.Context(), "lan")
	code := func() string {
		out, err := totp.GenerateCode(kept.Secret, c.now())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if err := a.ProveCode(t.Context(), "lan", "000000"); fault.CodeOf(err) != "people.wrong-code" {
		t.Error(err)
	}
	if err := a.ProveCode(t.Context(), "lan", code()); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ code, want string }{{"", "people.code-needed"}, {code(), "people.wrong"}, {"123", "people.wrong"}} {
		if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good, Code: x.code}); fault.CodeOf(err) != x.want {
			t.Errorf("with the code %q: %v, want %s", x.code, err, x.want)
		}
	}
	c.pass(time.Minute)
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good, Code: code()}); err != nil {
		t.Error(err)
	}
	if _, err := a.NewCode(t.Context(), "lan", "Nhịp Số", "x"); fault.CodeOf(err) != "people.code-there" {
		t.Errorf("a session that was left open gets a new secret: %v", err)
	}
}

func TestALinkIsGoodOnceAndForATime(t *testing.T) {
	a, c, _ := accounts(t)
	secret, err := a.NewLink(t.Context(), people.RecoveryLink, "lan", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Redeem(t.Context(), people.InviteLink, secret, good+" nhé"); fault.CodeOf(err) != "people.link" {
		t.Errorf("taken for another kind: %v", err)
	}
	if _, err := a.Redeem(t.Context(), people.RecoveryLink, secret, "short"); fault.CodeOf(err) != "people.password-length" {
		t.Error(err)
	}
	var group sync.WaitGroup
	results := make(chan error, 4)
	for range cap(results) {
		group.Go(func() {
			_, err := a.Redeem(t.Context(), people.RecoveryLink, secret, good+" nhé")
			results <- err
		})
	}
	group.Wait()
	close(results)
	taken := 0
	for err := range results {
		if err == nil {
			taken++
		} else if fault.CodeOf(err) != "people.link" {
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times", taken)
	}
	late, err := a.NewLink(t.Context(), people.RecoveryLink, "lan", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour)
	if _, err := a.Redeem(t.Context(), people.RecoveryLink, late, good); fault.CodeOf(err) != "people.link" {
		t.Errorf("after its end: %v", err)
	}
}

func TestAPasswordThatIsEasilyGuessedIsRefused(t *testing.T) {
	for password, want := range map[string]string{"ngắn": "people.password-length", "aaaaaaaaaaaaaa": "people.password-guessed", "NguyenThiLan1": "people.password-guessed", "matkhau123456": "people.password-guessed",
		"trời xanh mây trắng": "", strings.Repeat("dài ", 60): "people.password-length"} {
		if err := people.Fresh(password, "Nguyễn Thị Lan", "lan"); fault.CodeOf(err) != want {
			t.Errorf("%q: %v, want %s", password, err, want)
		}
	}
}

// TestASessionIsItsOwnersUntilItEnds walks a browser through signing in, being idle, being revoked and leaving.
func TestASessionIsItsOwnersUntilItEnds(t *testing.T) {
	_, c, s := accounts(t)
	sessions := people.NewSessions(s.Sessions(), "/", true, c.now)
	server := httptest.NewTLSServer(sessions.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		switch r.URL.Path {
		case "/in":
			err = sessions.Begin(r.Context(), "lan", r.UserAgent())
		case "/out":
			err = sessions.End(r.Context())
		case "/others":
			err = sessions.Revoke(r.Context(), "lan", "")
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		who, _ := sessions.Person(r.Context())
		w.Write([]byte(who))
	})))
	defer server.Close()
	type browser struct{ cookie *http.Cookie }
	ask := func(b *browser, path string) string {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if b.cookie != nil {
			req.AddCookie(b.cookie)
		}
		res, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		for _, x := range res.Cookies() {
			if !x.Secure || !x.HttpOnly || x.SameSite != http.SameSiteLaxMode {
				t.Errorf("the cookie is %v", x)
			}
			b.cookie = x
			if x.MaxAge < 0 {
				b.cookie = nil
			}
		}
		body := make([]byte, 100)
		n, _ := res.Body.Read(body)
		return string(body[:n])
	}
	fixed := &browser{cookie: &http.Cookie{Name: "nhipso_session", Value: "chosen-by-an-attacker"}}
	ask(fixed, "/in")
	if fixed.cookie.Value == "chosen-by-an-attacker" {
		t.Error("the token that came before the sign-in is good after it")
	}
	one, two := &browser{}, &browser{}
	if ask(one, "/") != "" || ask(one, "/in") != "lan" || ask(two, "/in") != "lan" || ask(one, "/") != "lan" {
		t.Fatal("the sessions do not begin")
	}
	old := *one
	ask(one, "/in")
	if ask(&old, "/") != "" {
		t.Error("a token is good after it was renewed")
	}
	ask(one, "/others")
	if ask(two, "/") != "" || ask(one, "/") != "lan" {
		t.Error("a session that was revoked lives, or the wrong one died")
	}
	left := *one
	ask(one, "/out")
	if ask(&left, "/") != "" {
		t.Error("a session outlives its end")
	}
	if u, _ := url.Parse(server.URL); u.Scheme != "https" {
		t.Error("not over TLS")
	}
}
