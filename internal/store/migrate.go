package store

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// Every migration exists twice, under the same name, once a dialect; a test holds the folders and the resulting schemas
// (testdata/schema.*.sql) to it. There are no downward migrations: what is stored stays.
//
//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Two programs may start at once on a new database: a migration is one transaction,
// so the slower one fails whole, looks again, and finds the work done.
func migrate(ctx context.Context, db *sqldb.DB) error {
	var err error
	for try := range 6 {
		err = db.Fault(migrateOnce(ctx, db))
		if fault.CodeOf(err) != "store.internal" { // done, or nothing that looking again would change
			break
		}
		time.Sleep(time.Duration(try) * 50 * time.Millisecond)
	}
	return err
}

// current refuses a database whose schema is not that of this program, and leaves it alone.
func (s *Store) current(ctx context.Context) error {
	p, err := provider(s.db)
	if err != nil {
		return s.db.Fault(err)
	}
	has, known, err := p.GetVersions(ctx)
	if err == nil && has != known {
		err = s.headFault
	}
	return s.db.Fault(err)
}

func provider(db *sqldb.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations/"+string(db.Dialect))
	if err != nil {
		return nil, err
	}
	dialect := goose.DialectSQLite3
	if db.Dialect == sqldb.Postgres {
		dialect = goose.DialectPostgres
	}
	return goose.NewProvider(dialect, db.Writer(), folder, goose.WithDisableGlobalRegistry(true))
}

func migrateOnce(ctx context.Context, db *sqldb.DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	has, known, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if has > known {
		return fault.New("store.newer-schema", "database", db.Name, "has", has, "known", known)
	}
	if has == known {
		return nil
	}
	_, err = p.Up(ctx)
	return err
}
