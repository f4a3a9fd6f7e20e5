// Package sqldb is the little that SQLite and PostgreSQL need to look alike: opening, transactions that are tried again
// when another writer was in the way, rows as values, and driver errors as faults that a person can act on.
//
// Statements are written once, for both, with binds $1, $2… It knows no table and holds no business rule.
package sqldb

import (
	"context"
	"database/sql"
	"os"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// Dialect names a kind of database.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options of a database. The zero Options are for normal use.
type Options struct {
	Wait   time.Duration // how long to wait for another writer before giving up; 0 means 5 s
	Frozen bool          // a SQLite file is looked at as it lies there, and nothing beside it is read or made
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	Dialect Dialect
	Name    string // what a person calls it: the file, or host and database; never a password
	// ReadOnly says that the file or its folder cannot be written: everything reads, and every write is refused with store.read-only.
	ReadOnly bool

	read, write *sql.DB
	wait        time.Duration
	folder      string // made for this database; removed when it is closed
	file        string // of SQLite, when it can be written: see log.go
}

// Open opens the database that a URL names: postgres://…, sqlite:<path>, or a bare path. It reaches the database once, so
// that a wrong address is refused here and not at the first page.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	var db *DB
	var err error
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db, err = openPostgres(url, o)
	case strings.HasPrefix(url, "sqlite:"):
		db, err = openSQLite(strings.TrimPrefix(url, "sqlite:"), o)
	case strings.Contains(url, "://"):
		return nil, fault.New("store.bad-url", "scheme", url[:strings.Index(url, "://")])
	default:
		db, err = openSQLite(url, o)
	}
	if err != nil {
		return nil, err
	}
	if db.file != "" {
		held.add(db.file, 1)
		defer turning(db.file)()
	}
	for _, pool := range []*sql.DB{db.write, db.read} {
		// Switching a new SQLite file to WAL fails at once, without waiting, while another program does the same.
		if err := db.patiently(ctx, func() error { return db.Fault(pool.PingContext(ctx)) }); err != nil {
			db.Close()
			return nil, err
		}
	}
	if db.file != "" {
		putMark(ctx, db.write)
	}
	return db, nil
}

// Close closes both pools. The last one to close a SQLite file leaves it whole, without a log.
func (db *DB) Close() error {
	if db.file != "" {
		defer func(file string) {
			fold(context.Background(), file) //nolint:errcheck // somebody else has it open, and will
			held.add(file, -1)
			os.Remove(file + turnEnd)
		}(db.file)
		turning(db.file)
		db.file = "" // closing twice does nothing more
	}
	err := db.write.Close()
	if db.read != db.write {
		if e := db.read.Close(); err == nil {
			err = e
		}
	}
	if db.folder != "" {
		if e := os.RemoveAll(db.folder); err == nil {
			err = e
		}
	}
	return err
}

// Writer gives the pool that writes, for the migrations.
func (db *DB) Writer() *sql.DB { return db.write }

// Queryer is what rows can be read from: a DB or a Tx.
type Queryer interface {
	query(ctx context.Context, q string, args []any) (*sql.Rows, error)
	Fault(err error) error
}

func (db *DB) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	if err := keepable(args); err != nil {
		return nil, err
	}
	return db.read.QueryContext(ctx, db.rebind(q), args...)
}

func (db *DB) rebind(q string) string {
	if db.Dialect == Postgres {
		return q
	}
	return rebind(q)
}

// rebind writes the binds $n as SQLite wants them, which takes $1 for a name. Binds that come in order lose their numbers
// ("?"): SQLite looks numbered ones up one by one, which takes time quadratic in their number. Others become ?n.
// Statements hold no other dollar sign.
func rebind(q string) string {
	var b strings.Builder
	parts := strings.Split(q, "$")
	b.WriteString(parts[0])
	for i, part := range parts[1:] {
		digits := 0
		for digits < len(part) && part[digits] >= '0' && part[digits] <= '9' {
			digits++
		}
		if part[:digits] != strconv.Itoa(i+1) {
			return strings.ReplaceAll(q, "$", "?")
		}
		b.WriteByte('?')
		b.WriteString(part[digits:])
	}
	return b.String()
}

// Collect reads all rows of a query through scan.
func Collect[T any](ctx context.Context, from Queryer, scan func(*sql.Rows) (T, error), q string, args ...any) ([]T, error) {
	rows, err := from.query(ctx, q, args)
	if err != nil {
		return nil, from.Fault(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, from.Fault(err)
		}
		out = append(out, v)
	}
	return out, from.Fault(rows.Err())
}

// Each hands every row of a query to do, one at a time, for what is too much to hold.
func Each(ctx context.Context, from Queryer, do func(*sql.Rows) error, q string, args ...any) error {
	rows, err := from.query(ctx, q, args)
	if err != nil {
		return from.Fault(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return from.Fault(err)
		}
	}
	return from.Fault(rows.Err())
}

// First reads the first row of a query through scan, or gives false.
func First[T any](ctx context.Context, from Queryer, scan func(*sql.Rows) (T, error), q string, args ...any) (T, bool, error) {
	list, err := Collect(ctx, from, scan, q, args...)
	if err != nil || len(list) == 0 {
		var none T
		return none, false, err
	}
	return list[0], true, nil
}

// One scans a row of one column.
func One[T any](rows *sql.Rows) (v T, err error) {
	err = rows.Scan(&v)
	return v, err
}

// Scalar reads the one value of a query that always gives exactly one row, such as a count.
func Scalar[T any](ctx context.Context, from Queryer, q string, args ...any) (T, error) {
	v, _, err := First(ctx, from, One[T], q, args...)
	return v, err
}
