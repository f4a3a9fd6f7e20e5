package storetest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

func testAudit(t *testing.T, at Database) {
	fill := func(t *testing.T, s *store.Store, n int) {
		t.Helper()
		for i := range n {
			if err := s.Audit(t.Context(), store.AuditEntry{By: "lan", At: time.Date(2026, 1, 1, 0, i, 0, 5, time.UTC), What: "user.login", Subject: "lan", Details: map[string]any{"n": i}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("entries come back, each with the hash of itself and of what went before", func(t *testing.T) {
		s := Open(t, at(t))
		fill(t, s, 3)
		log := must[[]store.AuditEntry](t)(s.Audits(t.Context()))
		same(t, log[1].At, time.Date(2026, 1, 1, 0, 1, 0, 5, time.UTC))
		same(t, string(log[2].Details.(json.RawMessage)), `{"n":2}`)
		same(t, must[store.AuditHead](t)(s.VerifyAudit(t.Context())), store.AuditHead{Entries: 3, Hash: log[2].Hash})
	})
	t.Run("an entry without a time takes the store's clock", func(t *testing.T) {
		now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
		s := OpenWith(t, at(t), store.Options{Now: func() time.Time { return now }})
		if err := s.Audit(t.Context(), store.AuditEntry{By: "lan"}); err != nil {
			t.Fatal(err)
		}
		same(t, must[[]store.AuditEntry](t)(s.Audits(t.Context()))[0].At, now)
	})
	t.Run("an empty log is intact", func(t *testing.T) {
		same(t, must[store.AuditHead](t)(Open(t, at(t)).VerifyAudit(t.Context())), store.AuditHead{})
	})
	t.Run("writers at once make one chain", func(t *testing.T) {
		s := OpenWith(t, at(t), store.Options{Wait: time.Minute})
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for range 5 {
					if err := s.Audit(background, store.AuditEntry{By: fmt.Sprint(w)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		same(t, must[store.AuditHead](t)(s.VerifyAudit(t.Context())).Entries, int64(30))
	})
	for what, sql := range map[string]string{
		"a changed person":   "UPDATE audit SET who = 'minh' WHERE number = 3",
		"a changed time":     "UPDATE audit SET at = '2027-01-01T00:00:00Z' WHERE number = 3",
		"a changed act":      "UPDATE audit SET what = 'x' WHERE number = 3",
		"a changed subject":  "UPDATE audit SET subject = 'x' WHERE number = 3",
		"a changed detail":   "UPDATE audit SET details = '{\"n\":9}' WHERE number = 3",
		"a changed hash":     "UPDATE audit SET hash = '00' WHERE number = 3",
		"a removed entry":    "DELETE FROM audit WHERE number = 3",
		"a removed first":    "DELETE FROM audit WHERE number = 1",
		"an invented entry":  "INSERT INTO audit (number, who, at, what, subject, details, prev, hash) VALUES (6, 'x', '2026-01-01T00:00:00Z', '', '', '', '', '')",
		"a renumbered entry": "UPDATE audit SET number = 9 WHERE number = 5",
	} {
		t.Run(what+" is found, by someone who got past the triggers", func(t *testing.T) {
			url := at(t)
			s := Open(t, url)
			fill(t, s, 5)
			tamper(t, url, "audit", sql)
			_, err := s.VerifyAudit(t.Context())
			wantCode(t, err, "store.audit-broken")
			r := must[store.Report](t)(s.Integrity(t.Context()))
			if len(r.Problems) != 1 {
				t.Fatal(r.Problems)
			}
			wantCode(t, r.Problems[0], "store.audit-broken")
		})
	}
	t.Run("an entry rewritten with a fitting hash is found by the one after it", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		fill(t, s, 5)
		log := must[[]store.AuditEntry](t)(s.Audits(t.Context()))
		forge := func(who string) string {
			b, err := json.Marshal([]any{log[1].Hash, 3, who, "2026-01-01T00:02:00.000000005Z", "user.login", "lan", `{"n":2}`})
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%x", sha256.Sum256(b))
		}
		same(t, forge("lan"), log[2].Hash) // this is how the hash is made
		tamper(t, url, "audit", "UPDATE audit SET who = 'minh', hash = '"+forge("minh")+"' WHERE number = 3")
		_, err := s.VerifyAudit(t.Context())
		same(t, wantCode(t, err, "store.audit-broken").Args["number"], any(int64(4)))
	})
	t.Run("entries cut off the end show against a head noted before", func(t *testing.T) {
		url := at(t)
		s := Open(t, url)
		fill(t, s, 5)
		noted := must[store.AuditHead](t)(s.VerifyAudit(t.Context()))
		tamper(t, url, "audit", "DELETE FROM audit WHERE number = 5")
		if now := must[store.AuditHead](t)(s.VerifyAudit(t.Context())); now == noted {
			t.Fatal("the head did not move")
		}
	})
}

// tamper does to a table what its triggers forbid, as someone with the rights of the owner could.
func tamper(t testing.TB, url, table string, statements ...string) {
	t.Helper()
	tamperWith(t, raw(t, url), table, statements...)
}

func tamperWith(t testing.TB, db *sqldb.DB, table string, statements ...string) {
	t.Helper()
	var before, after []string
	if db.Dialect == sqldb.Postgres {
		before, after = []string{"SET session_replication_role = replica"}, []string{"RESET session_replication_role"}
	} else {
		before = []string{"PRAGMA foreign_keys = OFF", "DROP TRIGGER " + table + "_no_update", "DROP TRIGGER " + table + "_no_delete"}
	}
	conn, err := db.Writer().Conn(background)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, q := range append(append(before, statements...), after...) {
		if _, err := conn.ExecContext(background, q); err != nil && !strings.Contains(err.Error(), "no such trigger") {
			t.Fatal(q, err)
		}
	}
}
