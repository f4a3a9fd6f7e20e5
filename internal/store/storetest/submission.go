package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

var plenty = store.Backlog{Messages: 1000, Bytes: 1 << 20}

func submission(sender, key, body string) *store.Submission {
	return &store.Submission{Sender: sender, Key: key, Digest: fmt.Sprintf("%x", body), Flows: []string{"FLOW", "OTHER"}, File: "submission.csv", Body: []byte(body)}
}

func accepted(t *testing.T, s *store.Store, list ...*store.Submission) {
	t.Helper()
	faults, err := s.Accept(background, list, plenty)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if f != nil {
			t.Fatal(f)
		}
	}
}

// delivered is a settlement of a submission by a message.
func delivered(t *testing.T, x store.Submission, m cube.Message) *store.Settlement {
	t.Helper()
	m.Sender, m.Key, m.Digest = x.Sender, x.Key, x.Digest
	return &store.Settlement{Submission: x, Delivery: ready(t, m)}
}

func testSubmissions(t *testing.T, at Database) {
	t.Run("what is accepted waits in order, and outlives the program", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		a, b := submission("lan", "1", "first"), submission("minh", "1", "second\x00\xff")
		accepted(t, s, a, b)
		same(t, []any{a.State, b.Number, a.ID != "" && a.ID != b.ID}, []any{store.Accepted, a.Number + 1, true})
		s.Close()
		s = Open(t, url)
		waiting := must[[]store.Submission](t)(s.Waiting(background, 0, plenty))
		same(t, []string{string(waiting[0].Body), string(waiting[1].Body)}, []string{"first", "second\x00\xff"})
		same(t, waiting[1].Flows, []string{"FLOW", "OTHER"})
		same(t, len(must[[]store.Submission](t)(s.Waiting(background, a.Number, plenty))), 1)
		same(t, len(must[[]store.Submission](t)(s.Waiting(background, 0, store.Backlog{Messages: 5, Bytes: 1}))), 1)
		same(t, must[store.Backlog](t)(s.Backlog(background)), store.Backlog{Messages: 2, Bytes: 13})
	})
	t.Run("the same key again gives the same submission, other content is refused, and a key is that of its sender", func(t *testing.T) {
		s := Open(t, at(t))
		a, again, other, minh := submission("lan", "1", "x"), submission("lan", "1", "x"), submission("lan", "1", "y"), submission("minh", "1", "y")
		faults, err := s.Accept(background, []*store.Submission{a, again, other, minh}, plenty)
		if err != nil {
			t.Fatal(err)
		}
		same(t, []string{fault.CodeOf(faults[0]), fault.CodeOf(faults[1]), fault.CodeOf(faults[2]), fault.CodeOf(faults[3])}, []string{"", "", "cube.other-content", ""})
		same(t, again.ID, a.ID)
		same(t, len(must[[]store.Submission](t)(s.Waiting(background, 0, plenty))), 2)
	})
	t.Run("beyond the backlog nothing is accepted, and what was settled makes room", func(t *testing.T) {
		s := Open(t, at(t))
		a, b, c := submission("lan", "1", "123"), submission("lan", "2", "123"), submission("lan", "3", "1")
		for _, most := range []store.Backlog{{Messages: 1, Bytes: 100}, {Messages: 9, Bytes: 4}} {
			faults, err := s.Accept(background, []*store.Submission{a, b}, most)
			if err != nil || faults[0] != nil {
				t.Fatal(err, faults)
			}
			wantCode(t, faults[1], "intake.full")
		}
		x := must[[]store.Submission](t)(s.Waiting(background, 0, plenty))[0]
		if err := s.Settle(background, []*store.Settlement{{Submission: x, Refusal: fault.New("cube.empty")}}); err != nil {
			t.Fatal(err)
		}
		faults, err := s.Accept(background, []*store.Submission{c}, store.Backlog{Messages: 1, Bytes: 1})
		if err != nil || faults[0] != nil {
			t.Fatal(err, faults)
		}
	})
	t.Run("each is stored or refused by itself, and its sender alone can read which", func(t *testing.T) {
		s := Open(t, at(t))
		mustAppend(t, s, message(figure("A", "2020", "2021-01-01", "1", "")))
		list := []*store.Submission{submission("lan", "1", "a"), submission("lan", "2", "b"), submission("lan", "3", "c"), submission("minh", "1", "d")}
		accepted(t, s, list...)
		w := must[[]store.Submission](t)(s.Waiting(background, 0, plenty))
		moved := delivered(t, w[3], message(figure("M", "2020", "2021-01-01", "1", "")))
		before := int64(0)
		moved.Delivery.Upon = &before
		settlements := []*store.Settlement{
			delivered(t, w[0], message(figure("B", "2020", "2021-01-01", "1", ""), figure("C", "2020", "2021-01-01", "1", ""))),
			delivered(t, w[1], message(figure("B", "2021", "2021-01-01", "1", ""), figure("A", "2020", "2021-01-01", "2", ""))),
			{Submission: w[2], Refusal: fault.New("cube.empty").At("x.csv", 7, "OBS_VALUE")},
			moved,
		}
		if err := s.Settle(background, settlements); err != nil {
			t.Fatal(err)
		}
		get := func(sender string, i int) store.Submission {
			t.Helper()
			return must[store.Submission](t)(s.SubmissionByID(background, sender, list[i].ID))
		}
		same(t, []any{get("lan", 0).State, get("lan", 0).Receipt, get("lan", 0).Settled.IsZero()}, []any{store.Committed, cube.Receipt{Message: 2, Added: 2}, false})
		refused := get("lan", 1)
		same(t, []any{refused.State, refused.Reasons[0].Code, refused.Reasons[0].Row, refused.Reasons[0].Vi != refused.Reasons[0].En}, []any{store.Refused, "cube.two-numbers", 3, true})
		same(t, []any{get("lan", 2).Reasons[0].Row, get("lan", 2).Reasons[0].Column}, []any{7, "OBS_VALUE"})
		same(t, []any{get("minh", 3).State, moved.Moved}, []any{store.Accepted, true})
		_, err := s.SubmissionByID(background, "minh", list[0].ID)
		wantCode(t, err, "intake.no-submission")
		same(t, mustLast(t, s), int64(2)) // of what was refused, also its good row is not stored
		same(t, len(mustRead(t, s, cube.Query{Dataflow: "FLOW", Key: "B"})), 1)
		same(t, must[store.Backlog](t)(s.Backlog(background)), store.Backlog{Messages: 1, Bytes: 1})

		moved.Delivery.Upon = nil
		if err := s.Settle(background, append(settlements[:2], moved)); err != nil { // the first two are settled, and left alone
			t.Fatal(err)
		}
		same(t, []any{get("minh", 3).Receipt, mustLast(t, s), get("lan", 1).State}, []any{cube.Receipt{Message: 3, Added: 1}, int64(3), store.Refused})
		same(t, len(must[store.Report](t)(s.Integrity(background)).Problems), 0)
	})
	t.Run("what is settled lets its content go, and keeps its outcome and its key", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		body := strings.Repeat("x", 100_000)
		held := func() int64 {
			return must[int64](t)(sqldb.Scalar[int64](background, raw(t, url), "SELECT CAST(COALESCE(SUM(LENGTH(body)), 0) AS BIGINT) FROM submission"))
		}
		for i := range 3 {
			good, bad := submission("lan", fmt.Sprint("good", i), body), submission("lan", fmt.Sprint("bad", i), body)
			good.Digest, bad.Digest = "g", "b"
			accepted(t, s, good, bad)
			same(t, held(), int64(2*len(body)))
			w := must[[]store.Submission](t)(s.Waiting(background, 0, plenty))
			if err := s.Settle(background, []*store.Settlement{delivered(t, w[0], message(figure("A", fmt.Sprint(2020+i), "2024-01-01", "1", ""))), {Submission: w[1], Refusal: fault.New("cube.empty")}}); err != nil {
				t.Fatal(err)
			}
			same(t, held(), int64(0))
		}
		again, other := submission("lan", "good0", body), submission("lan", "bad0", body)
		again.Digest, other.Digest = "g", "z"
		faults, err := s.Accept(background, []*store.Submission{again, other}, plenty)
		same(t, []any{err, again.State, again.Receipt.Message, fault.CodeOf(faults[1])}, []any{error(nil), store.Committed, int64(1), "cube.other-content"})
		same(t, held(), int64(0))
	})
	t.Run("two committers store what waits once", func(t *testing.T) {
		url := at(t)
		o := store.Options{Wait: time.Minute}
		programs := []*store.Store{OpenWith(t, url, o), OpenWith(t, url, o)}
		for i := range 10 {
			accepted(t, programs[0], submission("lan", fmt.Sprint(i), "x"))
		}
		w := must[[]store.Submission](t)(programs[0].Waiting(background, 0, plenty))
		var wg sync.WaitGroup
		for p := range 2 {
			wg.Go(func() {
				for i, x := range w {
					if err := programs[p].Settle(background, []*store.Settlement{delivered(t, x, message(figure("A", fmt.Sprint(2000+i), "2021-01-01", "1", "")))}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		same(t, mustLast(t, programs[0]), int64(10))
	})
	t.Run("a copy holds what is stored and not what waits", func(t *testing.T) {
		s := Open(t, at(t))
		accepted(t, s, submission("lan", "1", "x"))
		snapshot := must[*store.Snapshot](t)(s.Snapshot(background))
		defer snapshot.Close()
		names := map[string]bool{}
		for _, table := range snapshot.Tables {
			names[table.Name] = true
		}
		same(t, []bool{names["submission"], names["receipt"], names["token"], names["observation"]}, []bool{false, true, true, true})
	})
}

func testTokens(t *testing.T, at Database) {
	s := Open(t, at(t))
	add := func(sender string, flows ...string) (store.Token, string) {
		made, secret, err := s.AddToken(background, store.Token{Sender: sender, Flows: flows, By: "an"})
		if err != nil {
			t.Fatal(err)
		}
		return made, secret
	}
	a, secret := add("lan", "A", "B")
	_, other := add("minh", "C")
	if len(secret) < 40 || secret == other {
		t.Errorf("a secret that can be guessed: %q", secret)
	}
	wrong := []string{"", a.ID, secret + "x", "' OR 1=1 --"}
	good := must[map[string]store.Token](t)(s.TokensBySecret(background, append([]string{secret, other, secret}, wrong...)))
	got := good[secret]
	same(t, []any{len(good), got.ID, got.Sender, got.May("A"), got.May("C"), good[other].Sender}, []any{2, a.ID, "lan", true, false, "minh"})
	same(t, len(must[map[string]store.Token](t)(s.TokensBySecret(background, nil))), 0)
	if err := s.RevokeToken(background, a.ID, "an"); err != nil {
		t.Fatal(err)
	}
	good = must[map[string]store.Token](t)(s.TokensBySecret(background, []string{secret, other}))
	same(t, []any{len(good), good[other].Sender}, []any{1, "minh"})
	wantCode(t, s.RevokeToken(background, a.ID, "an"), "intake.no-token")
	_, _, err := s.AddToken(background, store.Token{Sender: " ", Flows: []string{"A"}})
	wantCode(t, err, "intake.token-for-nobody")
	list := must[[]store.Token](t)(s.Tokens(background))
	same(t, []any{len(list), list[0].RevokedBy, list[0].Revoked.IsZero(), list[1].Revoked.IsZero()}, []any{2, "an", false, true})
	var acts []string
	for _, e := range must[[]store.AuditEntry](t)(s.Audits(background)) {
		acts = append(acts, e.What+" "+e.By)
	}
	same(t, acts, []string{"token.added an", "token.added an", "token.revoked an"})
}
