package store

import (
	"context"

	"nhipso/internal/store/sqldb"
)

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	_, err := sqldb.Scalar[int64](ctx, s.db, "SELECT COUNT(*) FROM audit WHERE number = 1")
	return err
}

// CheckNote compares the database with the head that is noted outside it as it stands now, as opening does: somebody may have put another
// database, or another note, in place of the one that was opened.
func (s *Store) CheckNote(ctx context.Context) error {
	note, err := readNote(s.note.path, nil)
	if err != nil || note.head().Entries == 0 {
		return err
	}
	if holds, err := s.holds(ctx, note.head()); err != nil || holds {
		return err
	}
	found, err := auditHead(ctx, s.db)
	if err != nil {
		return err
	}
	return note.lost(s.db.Name, found)
}

// Watch calls changed soon after anything was stored, by whatever program, until the context ends. It may call it more often, and at once does.
func (s *Store) Watch(ctx context.Context, changed func()) { s.db.Watch(ctx, changed) }
