package storetest

import (
	"testing"
	"time"

	"nhipso/internal/register"
	"nhipso/internal/store"
)

// testAccess: who looks at what is not public is written down once an hour, and every entry is found by who, for whom, what, about what and when.
func testAccess(t *testing.T, at Database) {
	url := at(t)
	now := time.Date(2026, 11, 30, 8, 59, 0, 0, time.UTC)
	open := func() *store.Store {
		s := must[*store.Store](t)(store.OpenWith(background, url, store.Options{Now: func() time.Time { return now }}))
		t.Cleanup(func() { s.Close() })
		return s
	}
	s, other := open(), open()
	count := func() int {
		t.Helper()
		return len(must[[]store.AuditEntry](t)(s.FindAudit(background, store.AuditSearch{What: "access"})))
	}
	look := func(s *store.Store, who, what, subject string) {
		t.Helper()
		if err := s.Access(background, store.AuditEntry{By: who, What: what, Subject: subject}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		look(s, "lan", "access.preview", "preview/2026-Q4")
		look(other, "lan", "access.preview", "preview/2026-Q4") // another server
	}
	same(t, count(), 1)
	look(s, "minh", "access.preview", "preview/2026-Q4")
	look(s, "lan", "access.all", "preview/2026-Q4")
	look(s, "lan", "access.preview", "preview/2027-Q1")
	same(t, count(), 4)
	now = now.Add(2 * time.Minute) // another hour
	look(s, "lan", "access.preview", "preview/2026-Q4")
	same(t, count(), 5)

	r := registerOf(s)
	r.Now = func() time.Time { return now }
	do(t, r, plan("PLAN-1", "Kế hoạch một"))
	if err := r.Do(background, &register.Batch{Person: "p-2", Organisation: "org-2", Acts: []register.Act{plan("PLAN_1", "Kế hoạch hai")}}); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		q    store.AuditSearch
		want int
	}{
		{store.AuditSearch{By: "lan"}, 4}, {store.AuditSearch{By: "la"}, 0}, {store.AuditSearch{Organisation: "org-2"}, 1}, {store.AuditSearch{Organisation: "org"}, 0},
		{store.AuditSearch{Subject: "legal-document"}, 2}, {store.AuditSearch{Subject: "legal-document/PLAN_1"}, 1}, {store.AuditSearch{Subject: "%"}, 0},
		{store.AuditSearch{What: "access.preview", By: "minh"}, 1}, {store.AuditSearch{What: "access", From: now.Truncate(time.Hour)}, 1},
		{store.AuditSearch{What: "access", Until: now.Truncate(time.Hour)}, 4}, {store.AuditSearch{What: "access", Most: 2}, 2}, {store.AuditSearch{Before: 3}, 2},
	} {
		list := must[[]store.AuditEntry](t)(s.FindAudit(background, x.q))
		if len(list) != x.want {
			t.Errorf("%+v: %d entries, want %d", x.q, len(list), x.want)
		}
		for i := range list {
			if i > 0 && list[i].Number >= list[i-1].Number {
				t.Errorf("%+v: not the newest first", x.q)
			}
		}
	}
}
