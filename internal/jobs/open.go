package jobs

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"nhipso/internal/fault"
	"nhipso/internal/store/sqldb"
)

// Options of a queue.
type Options struct {
	// Alone runs do while no other program that asks for the same name does: the tables of the queue are made by one of several that start at once.
	Alone func(ctx context.Context, name string, do func() error) error
	Now   func() time.Time // nil means the system's clock
	Lease time.Duration    // how long a worker that is heard of no more keeps its job; 0 means DefaultLease
}

// DefaultLease is how long a worker that is heard of no more keeps its job.
const DefaultLease = 30 * time.Second

// fileEnd ends the name of the file in which the queue of a SQLite database lies. It is a file of its own, so that a worker can renew its lease
// while a long message is being written into the database, by itself perhaps.
const fileEnd = "-jobs"

// schemaEnd ends the name of the schema in which the queue of a PostgreSQL database lies.
const schemaEnd = "_jobs"

// connections are those of a queue to PostgreSQL. One listens.
const connections = 6

// Open opens the queue that lies beside the database of a URL, and makes it where there is none.
func Open(ctx context.Context, link string, o Options) (Queue, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lease <= 0 {
		o.Lease = DefaultLease
	}
	if o.Alone == nil {
		o.Alone = func(_ context.Context, _ string, do func() error) error { return do() }
	}
	if strings.HasPrefix(link, "postgres://") || strings.HasPrefix(link, "postgresql://") {
		return openPostgres(ctx, link, o)
	}
	return openSQLite(ctx, strings.TrimPrefix(link, "sqlite:"), o)
}

func openSQLite(ctx context.Context, database string, o Options) (Queue, error) {
	path, err := filepath.Abs(database + fileEnd)
	if err != nil {
		return nil, fault.New("jobs.unavailable", "database", database).Because(err)
	}
	// A failure shows when it is opened.
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
		f.Close()
	}
	// What is lost of a queue when the power fails follows from what is stored: so a commit need not wait for the disk (NORMAL).
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fault.New("jobs.unavailable", "database", database).Because(err)
	}
	db.SetMaxOpenConns(1) // as River asks for
	return open(ctx, riversqlite.New(db), o, where{name: database, close: db.Close, clear: func(ctx context.Context) error { return clearSQLite(ctx, db) }})
}

func openPostgres(ctx context.Context, link string, o Options) (Queue, error) {
	c, err := pgxpool.ParseConfig(link)
	if err != nil {
		return nil, fault.New("store.bad-url", "scheme", "postgres").Because(err)
	}
	c.MaxConns = connections
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "nhipso-jobs"
	}
	at := where{name: fmt.Sprintf("%s:%d/%s", c.ConnConfig.Host, c.ConnConfig.Port, c.ConnConfig.Database)}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, at.fault(err)
	}
	at.close = func() error { pool.Close(); return nil }
	at.forget = pool.Reset
	var schema string
	if err := pool.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		pool.Close()
		return nil, at.fault(err)
	}
	at.schema = schemaOf(schema)
	at.clear = func(ctx context.Context) error { return clearPostgres(ctx, pool, at.schema) }
	at.exclusive = "SELECT pg_advisory_xact_lock(hashtextextended('nhipso/" + at.schema + "', 0))"
	at.prepare = func(ctx context.Context) error {
		var there bool // whoever may not make a schema may have been given one
		if err := pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", at.schema).Scan(&there); err != nil || there {
			return err
		}
		if _, err := pool.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{at.schema}.Sanitize()); err != nil {
			return fault.New("jobs.no-schema", "schema", at.schema, "database", at.name).Because(err)
		}
		return nil
	}
	return open(ctx, riverpgxv5.New(pool), o, at)
}

// plainName is what River takes for the name of a schema, and longest how long it may be.
var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

const longest = 40

// schemaOf names the schema of the queue that lies beside a schema.
func schemaOf(schema string) string {
	if name := schema + schemaEnd; plainName.MatchString(name) && len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(schema))
	return "nhipso_" + hex.EncodeToString(sum[:8]) + schemaEnd
}

// where says in which database a queue lies.
type where struct {
	name      string // what a person calls the database
	schema    string // of PostgreSQL
	exclusive string // statement that lets one transaction after another go on, where the database does not do so by itself
	prepare   func(context.Context) error
	clear     func(context.Context) error // takes away what is left of a queue of which a table is gone
	forget    func()                      // ends connections that remember tables as they were
	close     func() error
}

// fault gives an error of River or a driver as one of ours.
func (w where) fault(err error) error {
	return (&sqldb.DB{Name: w.name}).Fault(err)
}

// client is what is used of River, whatever the database.
type client interface {
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*insertResult, error)
	JobCancel(ctx context.Context, id int64) (*row, error)
	JobGet(ctx context.Context, id int64) (*row, error)
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	JobRetry(ctx context.Context, id int64) (*row, error)
	JobUpdate(ctx context.Context, id int64, params *river.JobUpdateParams) (*row, error)
	Start(ctx context.Context) error
	Stopped() <-chan struct{}
}

// open brings the tables of a queue up to date and opens it.
func open[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o Options, at where) (Queue, error) {
	q := &queue{at: at, now: o.Now, lease: o.Lease, exec: driver.GetExecutor()}
	q.make = func(c *river.Config) (client, error) { return river.NewClient[TTx](guarded[TTx]{driver}, c) }
	q.anew = func(ctx context.Context) error {
		if at.forget != nil {
			at.forget()
		}
		return migrate(ctx, driver, o, at)
	}
	err := migrate(ctx, driver, o, at)
	if err == nil {
		q.client, err = q.make(q.config(slog.New(slog.DiscardHandler)))
	}
	if err != nil {
		at.close() //nolint:errcheck // the other error says more
		return nil, at.fault(err)
	}
	return q, nil
}

// gone reports whether a database said that it has no such table, or another one than a connection remembers: somebody took the queue away under
// the programs that work with it.
func gone(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && slices.Contains([]string{"42P01", "3F000", "0A000"}, pg.Code) || err != nil && strings.Contains(err.Error(), "no such table")
}

// migrate makes the tables of River, or brings them up to date.
func migrate[TTx any](ctx context.Context, driver riverdriver.Driver[TTx], o Options, at where) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Schema: at.schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	exec := driver.GetExecutor()
	current := func() bool {
		v, err := m.Validate(ctx, nil)
		return err == nil && v.OK && whole(ctx, exec, at)
	}
	if current() {
		return nil
	}
	return o.Alone(ctx, "queue", func() error {
		if at.prepare != nil {
			if err := at.prepare(ctx); err != nil {
				return err
			}
		}
		if current() { // by another program meanwhile
			return nil
		}
		if v, err := m.Validate(ctx, nil); err == nil && v.OK { // River thinks that all is there
			if err := at.clear(ctx); err != nil {
				return err
			}
		}
		_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	})
}

// whole reports whether the tables are there that River's own note of its tables speaks of.
func whole(ctx context.Context, exec riverdriver.Executor, at where) bool {
	for _, table := range []string{"river_job", "river_leader", "river_queue"} {
		if there, err := exec.TableExists(ctx, &riverdriver.TableExistsParams{Schema: at.schema, Table: table}); err == nil && !there {
			return false
		}
	}
	return true
}

// clearSQLite takes away what is left of a queue of which a table is gone.
func clearSQLite(ctx context.Context, db *sql.DB) error {
	return clearAll(`SELECT 'DROP TABLE IF EXISTS "' || name || '"' FROM sqlite_master WHERE type = 'table' AND name LIKE 'river\_%' ESCAPE '\'`,
		func(query string) (list []string, err error) {
			rows, err := db.QueryContext(ctx, query)
			if err != nil {
				return nil, err
			}
			defer rows.Close()
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return nil, err
				}
				list = append(list, s)
			}
			return list, rows.Err()
		}, func(s string) error { _, err := db.ExecContext(ctx, s); return err })
}

// clearPostgres does the same in a schema, which itself stays: it may have been given by somebody else.
func clearPostgres(ctx context.Context, pool *pgxpool.Pool, schema string) error {
	return clearAll(`SELECT format('DROP TABLE IF EXISTS %I.%I CASCADE', schemaname, tablename) FROM pg_tables WHERE schemaname = $1
UNION ALL SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1
UNION ALL SELECT format('DROP TYPE IF EXISTS %I.%I CASCADE', n.nspname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND n.nspname = $1`,
		func(query string) ([]string, error) {
			rows, err := pool.Query(ctx, query, schema)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, pgx.RowTo[string])
		}, func(s string) error { _, err := pool.Exec(ctx, s); return err })
}

// clearAll does the statements that a query gives.
func clearAll(query string, ask func(string) ([]string, error), do func(string) error) error {
	list, err := ask(query)
	for _, statement := range list {
		if err == nil {
			err = do(statement)
		}
	}
	return err
}
