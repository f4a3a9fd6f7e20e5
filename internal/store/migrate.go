package store

import (
	"context"
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
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

// Migration names a step of the schema, as its files do after the number. Whoever needs the tables that it brings says so: the kernel here, a module
// among what it brings.
type Migration string

// kernel are the steps that everything rests on.
var kernel = []Migration{"cube", "scope", "seal", "finding", "release", "formula", "catalog", "marks", RegisterTables, DeskTables}

// Kernel gives the steps that belong to no module.
func Kernel() []Migration { return slices.Clone(kernel) }

// Migrations gives all steps that this program knows, in order.
func Migrations() []Migration {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		panic("store: " + err.Error()) // embedded at build time
	}
	out := make([]Migration, len(files))
	for i, name := range files {
		out[i] = migrationOf(name)
	}
	return out
}

func migrationOf(file string) Migration {
	_, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
	return Migration(name)
}

// Migrated gives the steps that the database has been through.
func (s *Store) Migrated(ctx context.Context) ([]Migration, error) {
	p, err := provider(s.db)
	if err != nil {
		return nil, s.db.Fault(err)
	}
	steps, err := p.Status(ctx)
	if err != nil {
		return nil, s.db.Fault(err)
	}
	var out []Migration
	for _, x := range steps {
		if x.State == goose.StateApplied {
			out = append(out, migrationOf(x.Source.Path))
		}
	}
	return out, nil
}

// migrate brings the schema up to date. Two programs may start at once on a new database: a migration is one transaction,
// so the slower one fails whole, looks again, and finds the work done. It gives the version that the schema had when it was brought up from
// one, else 0.
func migrate(ctx context.Context, db *sqldb.DB) (from int64, err error) {
	for try := range 6 {
		from, err = migrateOnce(ctx, db)
		err = db.Fault(err)
		if fault.CodeOf(err) != "store.internal" { // done, or nothing that looking again would change
			break
		}
		time.Sleep(time.Duration(try) * 50 * time.Millisecond)
	}
	return from, err
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
	return goose.NewProvider(dialect, db.Writer(), folder, goose.WithDisableGlobalRegistry(true),
		goose.WithAllowOutofOrder(true)) // two lines of work may each have added one, and a database may have seen the later one first
}

func migrateOnce(ctx context.Context, db *sqldb.DB) (from int64, err error) {
	p, err := provider(db)
	if err != nil {
		return 0, err
	}
	has, known, err := p.GetVersions(ctx)
	if err != nil {
		return 0, err
	}
	if has > known {
		return 0, fault.New("store.newer-schema", "database", db.Name, "has", has, "known", known)
	}
	if pending, err := p.HasPending(ctx); err != nil || !pending {
		return 0, err
	}
	_, err = p.Up(ctx)
	return has, err
}
