package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// AuditEntry is one act in the audit log.
type AuditEntry struct {
	Number  int64     // from 1; given by the store
	By      string    // who
	At      time.Time // when; the store's clock when zero
	What    string    // a code such as "release.approved"
	Subject string    // what it was done to, such as a release's identifier
	Details any       // facts, kept as JSON; read back as json.RawMessage
	Hash    string    // of this entry and the hash before it; given by the store
}

// AuditHead is the end of the audit log. Who notes it elsewhere can prove later that nothing before it was cut off.
type AuditHead struct {
	Entries int64  `json:"entries"`
	Hash    string `json:"hash"`
}

// Audit adds an entry to the log.
func (s *Store) Audit(ctx context.Context, e AuditEntry) error {
	return s.write(ctx, func(tx *sqldb.Tx) error { return s.audit(ctx, tx, e) })
}

func (s *Store) audit(ctx context.Context, tx *sqldb.Tx, e AuditEntry) error {
	now := s.now()
	if err := s.checkClock(ctx, tx, now, e.What); err != nil {
		return err
	}
	if e.At.IsZero() {
		e.At = now
	}
	details, err := json.Marshal(e.Details)
	if err != nil {
		return fault.New("store.internal", "database", s.db.Name).Because(err)
	}
	last, _, err := sqldb.First(ctx, tx, scanLink, auditColumns+"ORDER BY number DESC LIMIT 1")
	if err != nil {
		return err
	}
	l := link{number: last.number + 1, who: e.By, at: e.At.UTC().Format(time.RFC3339Nano), what: e.What, subject: e.Subject, details: string(details), prev: last.hash}
	_, err = tx.Exec(ctx, "INSERT INTO audit (number, who, at, what, subject, details, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		l.number, l.who, l.at, l.what, l.subject, l.details, l.prev, l.sum())
	return err
}

// Audits gives the audit log, oldest first.
func (s *Store) Audits(ctx context.Context) ([]AuditEntry, error) {
	return sqldb.Collect(ctx, s.db, func(rows *sql.Rows) (AuditEntry, error) {
		l, err := scanLink(rows)
		if err != nil {
			return AuditEntry{}, err
		}
		return l.entry()
	}, auditColumns+"ORDER BY number")
}

// VerifyAudit walks the log and refuses it with store.audit-broken at the first entry that was changed, inserted or
// removed. Entries removed from the end show only against a head noted earlier.
func (s *Store) VerifyAudit(ctx context.Context) (AuditHead, error) {
	links, err := sqldb.Collect(ctx, s.db, scanLink, auditColumns+"ORDER BY number")
	if err != nil {
		return AuditHead{}, err
	}
	return chained(links)
}

// chained follows the chain of hashes and gives its head, or the last entry that fits and what is wrong behind it.
func chained(links []link) (head AuditHead, err error) {
	for _, l := range links {
		if l.number != head.Entries+1 || l.prev != head.Hash || l.hash != l.sum() {
			return head, fault.New("store.audit-broken", "number", l.number, "at", l.at)
		}
		head = AuditHead{Entries: l.number, Hash: l.hash}
	}
	return head, nil
}

const auditColumns = "SELECT number, who, at, what, subject, details, prev, hash FROM audit "

// link is an entry as stored: texts only, so that what is hashed is what is read.
type link struct {
	number                                      int64
	who, at, what, subject, details, prev, hash string
}

func scanLink(rows *sql.Rows) (l link, err error) {
	err = rows.Scan(&l.number, &l.who, &l.at, &l.what, &l.subject, &l.details, &l.prev, &l.hash)
	return l, err
}

// sum hashes the entry with the hash before it. A JSON list keeps the parts apart.
func (l link) sum() string {
	b, _ := json.Marshal([]any{l.prev, l.number, l.who, l.at, l.what, l.subject, l.details}) // numbers and texts always marshal
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
