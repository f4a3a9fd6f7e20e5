package storetest

import (
	"sync"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/store"
)

// testSignIn keeps tokens of people, accounts that are closed, and browsers that were let in.
func testSignIn(t *testing.T, at Database) {
	s := Open(t, at(t))
	now := time.Now()
	add := func(id, person string, b people.Bounds) {
		t.Helper()
		if err := s.AddPersonToken(background, people.Token{ID: id, Person: person, Name: "máy", Bounds: b, Made: now, Ends: now.Add(time.Hour)}, "hash of "+id); err != nil {
			t.Fatal(err)
		}
	}
	add("t-1", "lan", people.Bounds{Types: []string{"person", "role"}, Acts: true, Organisations: []string{"GOV"}})
	add("t-2", "minh", people.Bounds{})
	got, found, err := s.PersonTokenOf(background, "hash of t-1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, []any{found, got.ID, got.Person, got.Bounds, got.Good(now), got.Good(now.Add(time.Hour)), got.Used.IsZero()},
		[]any{true, "t-1", "lan", people.Bounds{Types: []string{"person", "role"}, Acts: true, Organisations: []string{"GOV"}}, true, false, true})
	same(t, []int{len(must[[]people.Token](t)(s.PersonTokens(background, "lan"))), len(must[[]people.Token](t)(s.PersonTokens(background, ""))), len(must[[]people.Token](t)(s.PersonTokens(background, "ai")))}, []int{1, 2, 0})
	if err := s.TokenUsed(background, "t-1", now); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.EndPersonToken(background, "minh", "t-1", "minh"), "people.no-token")
	if err := s.EndPersonToken(background, "lan", "t-1", "root"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.EndPersonToken(background, "lan", "t-1", "root"), "people.no-token")
	got, _, _ = s.PersonTokenOf(background, "hash of t-1")
	same(t, []any{got.Good(now), got.EndedBy, got.Used.IsZero()}, []any{false, "root", false})

	for _, closed := range []bool{true, true, false, true} { // what is so already is no act
		if err := s.LockAccount(background, "minh", "root", closed); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.KeepAccount(background, "minh", func(a *people.Account) error { a.Password = "x"; return nil }); err != nil {
		t.Fatal(err)
	}
	a, _, _ := s.Account(background, "minh")
	same(t, []any{a.Locked.IsZero(), a.Password}, []any{false, "x"})

	if err := s.AddBrowser(background, people.Browser{Hash: "b", Person: "minh", Ends: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	count := func(b *people.Browser) error { b.Failures++; return nil }
	for _, x := range []struct {
		person string
		at     time.Time
		known  bool
	}{{"minh", now, true}, {"lan", now, false}, {"minh", now.Add(time.Hour), false}, {"minh", now, true}} {
		same(t, must[bool](t)(s.KeepBrowser(background, "b", x.person, x.at, count)), x.known)
	}
	must[bool](t)(s.KeepBrowser(background, "b", "minh", now, func(b *people.Browser) error { same(t, b.Failures, 2); return nil }))

	if err := s.ForgetAccount(background, "minh"); err != nil {
		t.Fatal(err)
	}
	_, known, _ := s.Account(background, "minh")
	got, _, _ = s.PersonTokenOf(background, "hash of t-2")
	same(t, []any{known, got.Good(now), got.Name, must[bool](t)(s.KeepBrowser(background, "b", "minh", now, count))}, []any{false, false, "", false})
	var acts []string
	for _, e := range must[[]store.AuditEntry](t)(s.Audits(background)) {
		acts = append(acts, e.What+" "+e.By+" "+e.Subject)
	}
	same(t, acts, []string{"person-token.added lan t-1", "person-token.added minh t-2", "person-token.ended root t-1", "account.locked root minh", "account.unlocked root minh", "account.locked root minh"})
}

// testWaysIn keeps challenges, which are good once, identities, which are one person's, and passkeys.
func testWaysIn(t *testing.T, at Database) {
	s := Open(t, at(t))
	now := time.Now()
	took := func(hash, kind string, when time.Time) bool {
		t.Helper()
		data, good, err := s.TakeChallenge(background, hash, kind, when)
		if err != nil || good && data != "{}" {
			t.Fatal(data, err)
		}
		return good
	}
	for _, hash := range []string{"a", "b", "c"} {
		if err := s.AddChallenge(background, hash, "kind", "{}", now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	same(t, []bool{took("a", "kind", now), took("a", "kind", now), took("b", "kind", now.Add(time.Minute)), took("c", "other", now), took("none", "kind", now)}, []bool{true, false, false, false, false})
	same(t, took("c", "kind", now), false) // a wrong try has used it up
	taken := make(chan bool, 4)
	if err := s.AddChallenge(background, "d", "kind", "{}", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range cap(taken) {
		group.Go(func() {
			_, good, err := s.TakeChallenge(background, "d", "kind", now)
			taken <- good && err == nil
		})
	}
	group.Wait()
	close(taken)
	times := 0
	for good := range taken {
		if good {
			times++
		}
	}
	same(t, times, 1)

	i := people.Identity{Issuer: "https://id.example", Subject: "s-1", Person: "lan", Made: now}
	if err := s.AddIdentity(background, i); err != nil {
		t.Fatal(err)
	}
	i.Person = "minh"
	wantCode(t, s.AddIdentity(background, i), "people.identity-there")
	got, found, _ := s.Identity(background, i.Issuer, i.Subject)
	same(t, []any{found, got.Person, len(must[[]people.Identity](t)(s.Identities(background, "lan")))}, []any{true, "lan", 1})
	for _, who := range []string{"minh", "lan", "lan"} {
		if err := s.DropIdentity(background, who, i.Issuer); err != nil {
			t.Fatal(err)
		}
	}
	_, found, _ = s.Identity(background, i.Issuer, i.Subject)
	same(t, found, false)

	k := people.Passkey{ID: "k", Person: "lan", Name: "máy", Credential: "{}", Made: now}
	if err := s.AddPasskey(background, k); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.AddPasskey(background, k), "people.passkey-there")
	wantCode(t, s.UsePasskey(background, "none", now, func(*people.Passkey) error { return nil }), "people.passkey")
	wantCode(t, s.UsePasskey(background, "k", now, func(k *people.Passkey) error { k.Credential = "other"; return fault.New("people.passkey-copied") }), "people.passkey-copied")
	same(t, must[[]people.Passkey](t)(s.Passkeys(background, "lan"))[0].Credential, "{}")
	if err := s.UsePasskey(background, "k", now, func(k *people.Passkey) error { k.Credential = "used"; return nil }); err != nil {
		t.Fatal(err)
	}
	list := must[[]people.Passkey](t)(s.Passkeys(background, "lan"))
	same(t, []any{list[0].Credential, list[0].Used.IsZero()}, []any{"used", false})
	for _, who := range []string{"minh", "lan"} {
		if err := s.DropPasskey(background, who, "k"); err != nil {
			t.Fatal(err)
		}
	}
	same(t, len(must[[]people.Passkey](t)(s.Passkeys(background, "lan"))), 0)

	if err := s.AddLink(background, people.Link{Hash: "l", Kind: people.InviteLink, Person: "minh", Ends: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		who  string
		at   time.Time
		good bool
	}{{"lan", now, false}, {"minh", now.Add(time.Hour), false}, {"minh", now, true}, {"minh", now, false}} {
		same(t, must[bool](t)(s.TakeInvitation(background, x.who, x.at)), x.good)
	}
}
