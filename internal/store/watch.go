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

// Talks reports whether servers on this database can tell each other something that is not stored.
func (s *Store) Talks() bool { return s.db.Talks() }

// Tell tells every server on this database something of at most 7,900 bytes, this one too.
func (s *Store) Tell(ctx context.Context, message string) error {
	return s.db.Fault(s.db.Tell(ctx, message))
}

// Hear calls heard with what is told, until the context ends.
func (s *Store) Hear(ctx context.Context, heard func(message string)) { s.db.Hear(ctx, heard) }

// Watch calls changed soon after anything was stored, by whatever program, until the context ends. It may call it more often, and at once does.
func (s *Store) Watch(ctx context.Context, changed func()) { s.db.Watch(ctx, changed) }
