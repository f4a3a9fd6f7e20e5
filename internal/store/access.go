package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"nhipso/internal/store/sqldb"
)

// accessSpan is how often an access of one person to one thing is written down: once in each hour, however often they look.
const accessSpan = time.Hour

// Access adds an entry on who looked at what is not public, unless there is one of the same person, kind and thing in the same hour.
func (s *Store) Access(ctx context.Context, e AuditEntry) error {
	if e.At.IsZero() {
		e.At = s.now()
	}
	from := e.At.UTC().Truncate(accessSpan).Format(time.RFC3339Nano)
	noted := func(from2 sqldb.Queryer) (bool, error) {
		n, err := sqldb.Scalar[int64](ctx, from2, "SELECT COUNT(*) FROM (SELECT 1 FROM audit WHERE at >= $1 AND who = $2 AND what = $3 AND subject = $4 LIMIT 1) x", from, e.By, e.What, e.Subject)
		return n > 0, err
	}
	if known, err := noted(s.db); err != nil || known {
		return err
	}
	return s.write(ctx, func(tx *sqldb.Tx) error {
		if known, err := noted(tx); err != nil || known {
			return err
		}
		return s.audit(ctx, tx, e)
	})
}

// AuditSearch says which entries of the audit log are looked for. What is empty is not asked.
type AuditSearch struct {
	By           string // who
	Organisation string // for which they acted
	What         string // how the code begins: "register", "access.draft"
	Subject      string // how it begins: a type, or a type and a record
	From, Until  time.Time
	Before       int64 // entries before one of this number
	Most         int
}

// FindAudit gives entries of the audit log, the newest first.
func (s *Store) FindAudit(ctx context.Context, q AuditSearch) ([]AuditEntry, error) {
	b := binds{}
	where := "WHERE 1 = 1"
	if q.By != "" {
		where += " AND who = " + b.add(q.By)
	}
	for _, x := range [][2]string{{"what", q.What}, {"subject", q.Subject}} {
		if begins := x[1]; begins != "" { // what somebody looks for is no pattern
			where += " AND substr(" + x[0] + ", 1, " + b.add(len([]rune(begins))) + ") = " + b.add(begins)
		}
	}
	if !q.From.IsZero() {
		where += " AND at >= " + b.add(q.From.UTC().Format(time.RFC3339Nano))
	}
	if !q.Until.IsZero() {
		where += " AND at < " + b.add(q.Until.UTC().Format(time.RFC3339Nano))
	}
	if q.Before > 0 {
		where += " AND number < " + b.add(q.Before)
	}
	list, err := sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (AuditEntry, error) {
		l, err := scanLink(rows)
		if err != nil {
			return AuditEntry{}, err
		}
		return l.entry()
	}, auditColumns+where+" ORDER BY number DESC", b...)
	if err != nil {
		return nil, err
	}
	var out []AuditEntry
	for _, e := range list {
		if q.Most > 0 && len(out) == q.Most {
			break
		}
		if q.Organisation == "" || e.organisation() == q.Organisation {
			out = append(out, e)
		}
	}
	return out, nil
}

// entry is what an entry says.
func (l link) entry() (AuditEntry, error) {
	at, err := time.Parse(time.RFC3339Nano, l.at)
	return AuditEntry{Number: l.number, By: l.who, At: at, What: l.what, Subject: l.subject, Details: json.RawMessage(l.details), Hash: l.hash}, err
}

// organisation is for which organisation somebody acted, where the entry says so.
func (e AuditEntry) organisation() string {
	var d struct{ Organisation string }
	text, _ := e.Details.(json.RawMessage)
	if !strings.Contains(string(text), `"organisation"`) || json.Unmarshal(text, &d) != nil {
		return ""
	}
	return d.Organisation
}
