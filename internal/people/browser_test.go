package people_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/people"
)

// TestNobodyKeepsTheOwnerOut: while somebody tries passwords of a person without end, that person signs in from a browser of theirs; and from such a
// browser passwords cannot be tried any faster.
func TestNobodyKeepsTheOwnerOut(t *testing.T) {
	a, c, s := accounts(t)
	sessions := people.NewSessions(s.Sessions(), "/", true, c.now)
	w := httptest.NewRecorder()
	must(t, sessions.Remember(t.Context(), a, w, httptest.NewRequest(http.MethodGet, "/", nil), "lan"))
	cookie := w.Result().Cookies()[0]
	if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie is %v", cookie)
	}
	try := people.Try{Email: "lan@gov.example", Password: good}
	for range 8 { // hours of somebody who never rests
		must(t, s.KeepAccount(t.Context(), "lan", func(x *people.Account) error { x.Failures, x.Retry = 100, c.now().Add(15*time.Minute); return nil }))
		if _, err := a.SignIn(t.Context(), try); fault.CodeOf(err) != "people.wait" {
			t.Errorf("from anywhere: %v", err)
		}
		known := try
		known.Browser = cookie.Value
		if who, err := a.SignIn(t.Context(), known); err != nil || who != "lan" {
			t.Errorf("the owner is kept out: %v", err)
		}
		if x, _, _ := s.Account(t.Context(), "lan"); x.Failures != 100 {
			t.Error("the owner's success sets the others free")
		}
		c.pass(time.Hour)
	}
	wrong := people.Try{Email: "lan@gov.example", Password: "wrong", Browser: cookie.Value}
	codes := map[string]int{}
	for range 12 {
		_, err := a.SignIn(t.Context(), wrong)
		codes[fault.CodeOf(err)]++
	}
	if codes["people.wrong"] != 5 || codes["people.wait"] != 7 {
		t.Errorf("from a known browser: %v", codes)
	}
	forged := try
	forged.Browser = "chosen"
	must(t, s.KeepAccount(t.Context(), "lan", func(x *people.Account) error { x.Retry = c.now().Add(time.Minute); return nil }))
	if _, err := a.SignIn(t.Context(), forged); fault.CodeOf(err) != "people.wait" {
		t.Errorf("a browser that nobody knows is let through: %v", err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(cookie)
	if w := httptest.NewRecorder(); sessions.Remember(t.Context(), a, w, r, "lan") != nil || len(w.Result().Cookies()) != 0 {
		t.Error("a browser is remembered twice")
	}
}

// TestAFloodOfPasswordsHoldsUpNothingButItself: of very many tries at once most are sent away at once, and those at an address of nobody are
// answered as those of somebody.
func TestAFloodOfPasswordsHoldsUpNothingButItself(t *testing.T) {
	a, _, _ := accounts(t)
	var group sync.WaitGroup
	var mu sync.Mutex
	codes := map[string]int{}
	for range 100 {
		group.Go(func() {
			_, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: "wrong"})
			mu.Lock()
			codes[fault.CodeOf(err)]++
			mu.Unlock()
		})
	}
	group.Wait()
	if codes["people.busy"] < 40 || codes["people.wrong"] < 5 || codes["people.wrong"] > 40 {
		t.Errorf("answered: %v", codes)
	}
	told := map[string]int{}
	for range 10 {
		_, err := a.SignIn(t.Context(), people.Try{Email: "ai@gov.example", Password: "wrong"})
		told[fault.CodeOf(err)]++
	}
	if told["people.wrong"] != 5 || told["people.wait"] != 5 {
		t.Errorf("an address of nobody is answered otherwise: %v", told)
	}
}

// TestALockedAccountTellsItsOwnerOnly: whoever knows the password is told that it is locked; nobody else learns so.
func TestALockedAccountTellsItsOwnerOnly(t *testing.T) {
	a, _, s := accounts(t)
	must(t, s.LockAccount(t.Context(), "lan", "root", true))
	for password, want := range map[string]string{good: "people.locked", "wrong": "people.wrong"} {
		if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: password}); fault.CodeOf(err) != want {
			t.Errorf("with %q: %v", password, err)
		}
	}
	must(t, s.LockAccount(t.Context(), "lan", "root", false))
	if _, err := a.SignIn(t.Context(), people.Try{Email: "lan@gov.example", Password: good}); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}

// TestASessionThatWasEndedDoesNotComeBack by a request that was under way; it ends by itself when nobody uses it, and after a day's work at most.
func TestASessionThatWasEndedDoesNotComeBack(t *testing.T) {
	_, c, s := accounts(t)
	kept := s.Sessions()
	must(t, kept.CommitCtx(t.Context(), "hash", []byte("data"), c.now().Add(time.Hour)))
	must(t, kept.DeleteCtx(t.Context(), "hash"))
	must(t, kept.CommitCtx(t.Context(), "hash", []byte("data"), c.now().Add(2*time.Hour)))
	if _, found, err := kept.FindCtx(t.Context(), "hash"); found || err != nil {
		t.Error("it comes back", err)
	}
	if all, err := kept.AllCtx(t.Context()); len(all) != 0 || err != nil {
		t.Errorf("it is listed: %v, %v", all, err)
	}
	must(t, kept.CommitCtx(t.Context(), "idle", []byte("data"), c.now().Add(time.Hour)))
	c.pass(time.Hour + time.Second)
	if _, found, _ := kept.FindCtx(t.Context(), "idle"); found {
		t.Error("a session that nobody uses lives on")
	}
}
