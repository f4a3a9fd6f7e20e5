// Package store keeps the cube, its runs, releases, findings and audit log in SQL: one code for SQLite and PostgreSQL,
// bound by one conformance suite (storetest). It implements cube.Store, pipeline.Store, publish.Store and scenario.Store.
//
// It decides nothing about figures beyond what those contracts say, and shows no driver error to anyone: each becomes a
// fault. Nothing that it stored is ever changed or removed; the databases themselves refuse to (triggers).
package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
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
	db        *sqldb.DB
	now       func() time.Time // stamps audit entries that the store writes itself
	note      *headNote        // the head of the audit log, kept outside the database
	headFault error            // of a store opened for examination: what the note says against the database
	declared  Declarations     // of types of records; nil: what is found of records is not verified
}

// Options of a store. The zero Options are for normal use.
type Options struct {
	Wait time.Duration    // how long to wait for another writer before store.locked; 0 means 5 s
	Now  func() time.Time // clock that stamps audit entries; nil means the system's

	HeadNote string      // file outside the database that notes the head of its audit log; "" keeps none
	Warn     func(error) // told, once, when the note cannot be written; nil tells nobody
	Examine  bool        // open also what the note speaks against, to report it: see Report.Head
	Accept   *Acceptance // take the database as it is although the note speaks against it
	Copy     bool        // open to be copied: the schema stays as it is, and nothing is written
}

// Acceptance is a person's word that a database is to be used although the noted head of its audit log is not in it. It is an act, and
// goes into the log.
type Acceptance struct {
	By     string
	Reason string
}

func (a Acceptance) check() error {
	if strings.TrimSpace(a.Reason) == "" || strings.TrimSpace(a.By) == "" {
		return fault.New("store.no-reason")
	}
	return nil
}

// Open opens the database named by "sqlite:<path>", a bare path (also SQLite) or "postgres://…", and brings its schema up
// to date. A database that a newer program has written is refused with store.newer-schema and left as it was.
func Open(ctx context.Context, url string) (*Store, error) { return OpenWith(ctx, url, Options{}) }

// OpenWith is Open with options. A database that does not hold the noted head is refused before anything in it is touched.
func OpenWith(ctx context.Context, url string, o Options) (*Store, error) {
	if o.Accept != nil {
		if err := o.Accept.check(); err != nil {
			return nil, err
		}
	}
	note, err := readNote(o.HeadNote, o.Warn)
	if err != nil && o.Accept == nil {
		return nil, err
	}
	unreadable := err != nil
	if note.head().Entries > 0 && o.Accept == nil && sqldb.Missing(url) {
		return nil, note.lost(strings.TrimPrefix(url, "sqlite:"), AuditHead{}) // opening would make a new one
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	partial := sqldb.LogMissing(url) && !holdsNoted(ctx, url, note.head())
	if partial && o.Accept == nil && !o.Examine {
		return nil, logMissing(url)
	}
	db, err := sqldb.Open(ctx, url, sqldb.Options{Wait: o.Wait, Frozen: partial && o.Accept == nil})
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, now: o.Now, note: note}
	if partial && o.Accept == nil {
		s.headFault = logMissing(url)
		if !s.readable(ctx) {
			db.Close()
			return nil, s.headFault
		}
		return s, nil
	}
	if err := s.ready(ctx, o, unreadable || partial); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

// readable reports whether a database that must not be touched has the schema of this program.
func (s *Store) readable(ctx context.Context) bool {
	p, err := provider(s.db)
	if err != nil {
		return false
	}
	sources := p.ListSources()
	has, err := sqldb.Scalar[int64](ctx, s.db, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version")
	return err == nil && has == sources[len(sources)-1].Version
}

// holdsNoted reports whether a file, as it lies there, holds a noted head: then nothing that is known of was left behind in a log. So it is
// after a crash, when another program than ours opened the file and folded its log in.
func holdsNoted(ctx context.Context, url string, h AuditHead) bool {
	if h.Entries == 0 {
		return false
	}
	db, err := sqldb.Open(ctx, url, sqldb.Options{Frozen: true})
	if err != nil {
		return false
	}
	defer db.Close()
	holds, err := (&Store{db: db}).holds(ctx, h)
	return err == nil && holds
}

// logMissing says that a file was copied without its log.
func logMissing(url string) error {
	return fault.New("store.log-missing", "database", strings.TrimPrefix(url, "sqlite:"))
}

// ready compares the database with the note, brings its schema up to date and seals what is older than the seals.
func (s *Store) ready(ctx context.Context, o Options, unreadable bool) error {
	against := s.checkHead(ctx)
	switch {
	case o.Accept != nil && against == nil && !unreadable:
		return fault.New("store.nothing-to-accept")
	case against == nil, o.Accept != nil:
	case o.Examine && fault.CodeOf(against) == "store.head-lost":
		s.headFault = against
		return s.current(ctx) // a database under suspicion is not touched
	default:
		return against
	}
	if o.Copy {
		return nil
	}
	from, err := migrate(ctx, s.db)
	if err != nil {
		return err
	}
	if o.Accept != nil {
		if err := s.acceptHead(ctx, *o.Accept); err != nil {
			return err
		}
	}
	if s.db.ReadOnly {
		return nil
	}
	if err := s.sealOlder(ctx); err != nil {
		return err
	}
	if from > 0 {
		if err := s.sealMigrated(ctx, from); err != nil {
			return err
		}
	}
	return s.noteHead(ctx)
}

// Released reports whether the audit log knows of a release, or of an acceptance of a database that had lost something: then a
// database without releases is not a new one.
func (s *Store) Released(ctx context.Context) (bool, error) {
	n, err := sqldb.Scalar[int64](ctx, s.db, "SELECT COUNT(*) FROM audit WHERE what LIKE 'release.%' OR what = $1", headAccepted)
	return n > 0, err
}

// writeOn is write where other writers wait at first only if they write one of the same dataflows, or bring the same message.
func (s *Store) writeOn(ctx context.Context, d *cube.Delivery, do func(*sqldb.Tx) error) error {
	names := []string{}
	if d.Key != "" {
		names = append(names, oneKey(d.Header))
	}
	for _, id := range d.Flows() {
		names = append(names, "flow/"+id)
	}
	slices.Sort(names) // all writers wait in one order
	return s.noting(ctx, func(do func(*sqldb.Tx) error) error { return s.db.WriteOn(ctx, names, do) }, do)
}

// write is sqldb.DB.Write, after which the head of the audit log is noted outside the database.
func (s *Store) write(ctx context.Context, do func(*sqldb.Tx) error) error {
	return s.noting(ctx, func(do func(*sqldb.Tx) error) error { return s.db.Write(ctx, do) }, do)
}

// noting writes, and notes the head of the audit log after it.
func (s *Store) noting(ctx context.Context, write func(func(*sqldb.Tx) error) error, do func(*sqldb.Tx) error) error {
	var head AuditHead
	err := write(func(tx *sqldb.Tx) (err error) {
		if err = do(tx); err == nil {
			head, err = auditHead(ctx, tx)
		}
		return err
	})
	if err == nil {
		s.note.keep(head)
	}
	return err
}

// Alone runs do while no other program that asks for the same name on this database does. It keeps nobody from reading or writing.
func (s *Store) Alone(ctx context.Context, name string, do func() error) error {
	return s.db.Alone(ctx, name, do)
}

// Close closes the database. On SQLite the last one to close folds the log into the file.
func (s *Store) Close() error { return s.db.Close() }

// Database gives what a person calls the database: the file, or host and database name.
func (s *Store) Database() string { return s.db.Name }

// ReadOnly reports that the database lies where nothing can be written.
func (s *Store) ReadOnly() bool { return s.db.ReadOnly }
