package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// headNote keeps the head of the audit log in a small file outside the database. The database vouches for its own content;
// only something outside it can tell that it was cut, emptied, or exchanged for an older copy.
type headNote struct {
	path string
	warn func(error)

	mu     sync.Mutex
	now    noted
	warned bool
}

// noted is the content of the file.
type noted struct {
	AuditHead
	At       time.Time `json:"at"`              // of the entry at the head
	Verified AuditHead `json:"verified"`        // up to where a verification found nothing wrong
	Since    int64     `json:"since,omitempty"` // entries that were there when the note began, beside a log that had some: of what was cut before, it knows nothing
}

// readNote reads the file; one that is not there is an empty note.
func readNote(path string, warn func(error)) (*headNote, error) {
	n := &headNote{path: path, warn: warn}
	if path == "" {
		return n, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &n.now)
	}
	if err == nil && (n.now.Entries < 0 || n.now.Entries > 0 && len(n.now.Hash) != 64) {
		err = errors.New("no head")
	}
	if err != nil {
		n.now = noted{}
		return n, fault.New("store.bad-note", "note", path).Because(err)
	}
	return n, nil
}

func (n *headNote) head() AuditHead {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now.AuditHead
}

func (n *headNote) verified() AuditHead {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now.Verified
}

// keep notes a head that is newer than the noted one.
func (n *headNote) keep(h AuditHead) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if h.Entries <= n.now.Entries {
		return
	}
	n.now.AuditHead, n.now.At = h, time.Now().UTC()
	// Another program may have noted more meanwhile: a note never goes back.
	if other, err := readNote(n.path, nil); err == nil && other.now.Entries >= h.Entries {
		return
	}
	n.save()
}

// reset notes a head whatever was noted before.
func (n *headNote) reset(h AuditHead) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = noted{AuditHead: h, At: time.Now().UTC()}
	n.save()
}

// keepVerified notes up to where the database was verified.
func (n *headNote) keepVerified(h AuditHead) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now.Verified != h {
		n.now.Verified = h
		n.save()
	}
}

// save replaces the file whole. What was stored is stored, whether or not it could be noted: a note that lags behind proves
// less, but nothing false, and the next write catches up. So a failure is told once and is nobody's error.
func (n *headNote) save() {
	if n.path == "" {
		return
	}
	err := n.replace()
	if err != nil && !n.warned && n.warn != nil {
		n.warn(fault.New("store.note-not-written", "note", n.path).Because(err))
	}
	n.warned = err != nil
}

func (n *headNote) replace() error {
	b, err := json.MarshalIndent(n.now, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(n.path), ".audit-head-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename there is nothing under that name
	_, err = f.Write(append(b, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), n.path)
	}
	return err
}

// lost says that a database does not hold the noted head.
func (n *headNote) lost(database string, found AuditHead) error {
	return fault.New("store.head-lost", "database", database, "note", n.path, "entries", n.now.Entries, "at", n.now.At.Format(time.RFC3339), "found", found.Entries)
}

// auditHead gives the end of the audit log.
func auditHead(ctx context.Context, from sqldb.Queryer) (AuditHead, error) {
	h, _, err := sqldb.First(ctx, from, func(rows *sql.Rows) (h AuditHead, err error) {
		err = rows.Scan(&h.Entries, &h.Hash)
		return h, err
	}, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
	return h, err
}

// holds reports whether the log has an entry with the number and hash of a head.
func (s *Store) holds(ctx context.Context, h AuditHead) (bool, error) {
	n, err := sqldb.Scalar[int64](ctx, s.db, "SELECT COUNT(*) FROM audit WHERE number = $1 AND hash = $2", h.Entries, h.Hash)
	return n > 0, err
}

// checkHead refuses a database whose audit log does not hold the noted head. More than the note knows of is well: a program
// may have ended between storing and noting.
func (s *Store) checkHead(ctx context.Context) error {
	head := s.note.head()
	if head.Entries == 0 {
		return nil
	}
	query := "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'audit'"
	if s.db.Dialect == sqldb.Postgres {
		query = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'audit'"
	}
	if n, err := sqldb.Scalar[int64](ctx, s.db, query); err != nil {
		return err
	} else if n == 0 {
		return s.note.lost(s.db.Name, AuditHead{})
	}
	if holds, err := s.holds(ctx, head); err != nil || holds {
		return err
	}
	found, err := auditHead(ctx, s.db)
	if err != nil {
		return err
	}
	return s.note.lost(s.db.Name, found)
}

// headAccepted is the entry by which a person took a database for right that did not hold the noted head.
const headAccepted = "audit.head-accepted"

// acceptHead records the acceptance with both heads, and notes the new one.
func (s *Store) acceptHead(ctx context.Context, a Acceptance) error {
	before := s.note.head()
	found, err := auditHead(ctx, s.db)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		return s.audit(ctx, tx, AuditEntry{By: a.By, What: headAccepted, Subject: s.db.Name,
			Details: map[string]any{"reason": a.Reason, "noted": before, "found": found}})
	})
	if err == nil {
		found, err = auditHead(ctx, s.db)
	}
	if err == nil {
		s.note.reset(found)
	}
	return err
}

// HeadNote gives where the head is noted, how many entries it stands for, and how many there were when it began beside a log that had some
// (0 when it is as old as the log): of what was cut from the log before that, it knows nothing.
func (s *Store) HeadNote() (path string, entries, since int64) {
	s.note.mu.Lock()
	defer s.note.mu.Unlock()
	return s.note.path, s.note.now.Entries, s.note.now.Since
}

// noteHead notes the head as it is, for a note that is not there yet or lags behind.
func (s *Store) noteHead(ctx context.Context) error {
	h, err := auditHead(ctx, s.db)
	if err == nil {
		s.note.begin(h)
		s.note.keep(h)
	}
	return err
}

// begin remembers that a note begins beside a log that has entries already.
func (n *headNote) begin(h AuditHead) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.now.Entries == 0 && n.now.Since == 0 {
		n.now.Since = h.Entries
	}
}
