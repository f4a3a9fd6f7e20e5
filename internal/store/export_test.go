package store

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"nhipso/internal/store/sqldb"
)

// SchemaOf lists the statements of a schema, as the golden files have them.
var SchemaOf = schemaOf

// Canonical writes a row as it is hashed.
var Canonical = canonical

// LimitPages makes a SQLite store's disk full at so many pages. The writer is one connection, so it keeps the limit.
func LimitPages(t *testing.T, s *Store, pages int) {
	t.Helper()
	pragma(t, s, fmt.Sprintf("max_page_count = %d", pages))
}

// ForbidWriting makes a SQLite store's writer read-only.
func ForbidWriting(t *testing.T, s *Store) { t.Helper(); pragma(t, s, "query_only = ON") }

func pragma(t *testing.T, s *Store, p string) {
	t.Helper()
	if _, err := s.db.Writer().ExecContext(t.Context(), "PRAGMA "+p); err != nil {
		t.Fatal(err)
	}
}

// SealedColumns gives the columns under a seal, by table.
func SealedColumns() map[string]string {
	out := map[string]string{}
	for _, k := range sealKinds {
		for _, table := range k.tables {
			out[table.name] = table.columns
		}
	}
	return out
}

// Tables are all tables.
var Tables = tables

// NoteAgain notes a head as a program does whose own memory of the note is older.
func NoteAgain(s *Store, entries int64) {
	s.note.now.AuditHead = AuditHead{}
	s.note.keep(AuditHead{Entries: entries, Hash: strings.Repeat("0", 64)})
}

// MigrationFiles gives the migrations of a dialect, to make a database of an older program.
func MigrationFiles(t *testing.T, d sqldb.Dialect) fs.FS {
	t.Helper()
	folder, err := fs.Sub(migrations, "migrations/"+string(d))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}
