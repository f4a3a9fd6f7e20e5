package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"nhipso/internal/fault"
)

// Tx is a transaction that writes.
type Tx struct {
	db   *DB
	conn *sql.Conn // on which the transaction runs
	tx   *sql.Tx
}

func (t *Tx) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	if err := keepable(args); err != nil {
		return nil, err
	}
	return t.tx.QueryContext(ctx, t.db.rebind(q), args...)
}

// Fault is that of the database.
func (t *Tx) Fault(err error) error { return t.db.Fault(err) }

// Exec runs a statement and gives the number of rows it touched.
func (t *Tx) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	if err := keepable(args); err != nil {
		return 0, err
	}
	res, err := t.tx.ExecContext(ctx, t.db.rebind(q), args...)
	if err != nil {
		return 0, t.Fault(err)
	}
	n, err := res.RowsAffected()
	return n, t.Fault(err)
}

// Plain reports whether both databases can keep a text.
func Plain(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// keepable refuses texts that PostgreSQL would refuse and SQLite would keep, so that the two stay alike.
func keepable(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && !Plain(s) {
			return fault.New("store.bad-text", "text", Readable(s))
		}
	}
	return nil
}

// Readable gives a text that is not Plain for a sentence.
func Readable(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?") }

// maxBinds bounds the values bound in one statement: SQLite takes 32,766, PostgreSQL 65,535.
const maxBinds = 8000

// Chunk gives how many rows of the given width fit in one statement.
func Chunk(width int) int { return max(1, maxBinds/width) }

// Values writes "($1,$2),($3,$4)" for rows of the given width, numbered after `skip` earlier binds.
func Values(rows, width, skip int) string {
	var b strings.Builder
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range width {
			if c > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(skip + r*width + c + 1))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// batch is how many rows one statement of Insert adds: more save little, and take longer to parse than to run.
const batch = 64

// Insert adds many rows with few statements, on PostgreSQL as one COPY. `into` is "table (a, b, c)"; every row has one value a column.
func (t *Tx) Insert(ctx context.Context, into string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	width := len(rows[0])
	args := make([]any, 0, batch*width)
	for _, row := range rows {
		if err := keepable(row); err != nil {
			return err
		}
	}
	if t.db.Dialect == Postgres && len(rows) > batch {
		return t.copy(ctx, into, rows)
	}
	if len(rows) >= 2*batch {
		s, err := t.tx.PrepareContext(ctx, t.db.rebind("INSERT INTO "+into+" VALUES "+Values(batch, width, 0)))
		if err != nil {
			return t.Fault(err)
		}
		defer s.Close()
		for ; len(rows) >= batch; rows = rows[batch:] {
			args = args[:0]
			for _, row := range rows[:batch] {
				args = append(args, row...)
			}
			if _, err := s.ExecContext(ctx, args...); err != nil {
				return t.Fault(err)
			}
		}
	}
	for ; len(rows) > 0; rows = rows[min(len(rows), batch):] {
		n := min(len(rows), batch)
		args = args[:0]
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if _, err := t.Exec(ctx, "INSERT INTO "+into+" VALUES "+Values(n, width, 0), args...); err != nil {
			return err
		}
	}
	return nil
}

// copy adds rows by COPY, on the connection of the transaction.
func (t *Tx) copy(ctx context.Context, into string, rows [][]any) error {
	table, columns, _ := strings.Cut(strings.TrimSuffix(into, ")"), " (")
	names := strings.Split(columns, ", ")
	err := t.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return driver.ErrBadConn
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, names, pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			out := make([]any, len(rows[i]))
			for j, x := range rows[i] {
				if v, ok := x.(driver.Valuer); ok {
					var err error
					if x, err = v.Value(); err != nil {
						return nil, err
					}
				}
				out[j] = x
			}
			return out, nil
		}))
		return err
	})
	return t.Fault(err)
}

// oneWriter makes the writers of a schema queue on PostgreSQL, as they do on SQLite: what a transaction read about the
// stored figures is still so when it commits, and messages become visible in the order of their numbers. Readers never
// wait. The lock ends with the transaction, however it ends.
const oneWriter = "SELECT pg_advisory_xact_lock(hashtextextended('nhipso/' || current_schema(), 0))"

// Write runs do in a transaction, alone among writers. It is tried again, from its start, while another writer or program
// holds the database, until the wait of the options is over. Whatever do returns, other than nil, leaves nothing stored.
func (db *DB) Write(ctx context.Context, do func(*Tx) error) error {
	return db.patiently(ctx, func() error { return db.once(ctx, do) })
}

// patiently tries again while another writer is in the way, until the wait of the options is over.
func (db *DB) patiently(ctx context.Context, do func() error) error {
	deadline := time.Now().Add(db.wait)
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := do()
		if err == nil || !tryAgain(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return db.Fault(ctx.Err())
		case <-time.After(pause):
		}
	}
}

// turn gives a connection that writes, or store.locked when none is free within the wait of the options.
func (db *DB) turn(ctx context.Context) (*sql.Conn, error) {
	bounded, cancel := context.WithTimeout(ctx, db.wait)
	defer cancel()
	conn, err := db.write.Conn(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return nil, fault.New("store.locked", "database", db.Name).Because(err)
	}
	return conn, db.Fault(err)
}

func (db *DB) once(ctx context.Context, do func(*Tx) error) error {
	conn, err := db.turn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return db.Fault(err)
	}
	defer tx.Rollback() // after a commit it does nothing
	if db.Dialect == Postgres {
		if _, err := tx.ExecContext(ctx, oneWriter); err != nil {
			return db.Fault(err)
		}
	}
	if err := do(&Tx{db, conn, tx}); err != nil {
		return err
	}
	if db.Dialect == Postgres {
		if _, err := tx.ExecContext(ctx, notify); err != nil {
			return db.Fault(err)
		}
	}
	if err := tx.Commit(); err != nil {
		f := db.Fault(err)
		if unsure[fault.CodeOf(f)] && !errors.Is(err, sql.ErrTxDone) {
			return fault.New("store.unknown-outcome", "database", db.Name).Because(err)
		}
		return f
	}
	return nil
}

// unsure are the faults after which, when they strike the commit itself, nobody can say whether it took place.
var unsure = map[string]bool{"store.unreachable": true, "store.io": true, "store.cancelled": true}
