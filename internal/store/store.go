// Package store keeps the cube, its runs, releases, findings and audit log in SQL: one code for SQLite and PostgreSQL,
// bound by one conformance suite (storetest). It implements cube.Store, pipeline.Store, publish.Store and scenario.Store.
//
// It decides nothing about figures beyond what those contracts say, and shows no driver error to anyone: each becomes a
// fault. Nothing that it stored is ever changed or removed; the databases themselves refuse to (triggers).
package store

import (
	"context"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/store/sqldb"
)

var (
	_ cube.Store     = (*Store)(nil)
	_ pipeline.Store = (*Store)(nil)
	_ publish.Store  = (*Store)(nil)
)

// Store is an open database. It is safe for use by many goroutines.
type Store struct {
	db  *sqldb.DB
	now func() time.Time // stamps audit entries that the store writes itself
}

// Options of a store. The zero Options are for normal use.
type Options struct {
	Wait time.Duration    // how long to wait for another writer before store.locked; 0 means 5 s
	Now  func() time.Time // clock that stamps audit entries; nil means the system's
}

// Open opens the database named by "sqlite:<path>", a bare path (also SQLite) or "postgres://…", and brings its schema up
// to date. A database that a newer program has written is refused with store.newer-schema and left as it was.
func Open(ctx context.Context, url string) (*Store, error) { return OpenWith(ctx, url, Options{}) }

// OpenWith is Open with options.
func OpenWith(ctx context.Context, url string, o Options) (*Store, error) {
	db, err := sqldb.Open(ctx, url, sqldb.Options{Wait: o.Wait})
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db); err != nil {
		db.Close()
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Store{db: db, now: o.Now}, nil
}

// Close closes the database. On SQLite the last one to close folds the log into the file.
func (s *Store) Close() error { return s.db.Close() }

// Database gives what a person calls the database: the file, or host and database name.
func (s *Store) Database() string { return s.db.Name }
