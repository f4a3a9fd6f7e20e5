package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"iter"
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
	turn bool // it is alone among writers
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

// Rows gives rows that are held already, for Insert.
func Rows(list [][]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Insert adds rows with few statements, on PostgreSQL as one COPY where they are many. `into` is "table (a, b, c)"; every row has one value a
// column. Few rows are held at a time; an error among them ends it.
func (t *Tx) Insert(ctx context.Context, into string, rows iter.Seq2[[]any, error]) error {
	if t.db.Dialect == Postgres {
		return t.insertOrCopy(ctx, into, rows)
	}
	i := inserting{t: t, ctx: ctx, into: into}
	defer i.close()
	for row, err := range rows {
		if err == nil {
			err = i.add(row)
		}
		if err != nil {
			return err
		}
	}
	return i.rest()
}

// inserting adds rows by statements of a batch each, of which the last is shorter.
type inserting struct {
	t     *Tx
	ctx   context.Context
	into  string
	width int
	args  []any // of the rows that wait
	whole *sql.Stmt
}

func (i *inserting) add(row []any) (err error) {
	if err := keepable(row); err != nil {
		return err
	}
	if i.args == nil {
		i.width, i.args = len(row), make([]any, 0, batch*len(row))
	}
	if i.args = append(i.args, row...); len(i.args) < cap(i.args) {
		return nil
	}
	if i.whole == nil {
		if i.whole, err = i.t.tx.PrepareContext(i.ctx, i.t.db.rebind("INSERT INTO "+i.into+" VALUES "+Values(batch, i.width, 0))); err != nil {
			return i.t.Fault(err)
		}
	}
	_, err = i.whole.ExecContext(i.ctx, i.args...)
	i.args = i.args[:0]
	return i.t.Fault(err)
}

func (i *inserting) rest() error {
	if len(i.args) == 0 {
		return nil
	}
	_, err := i.t.tx.ExecContext(i.ctx, i.t.db.rebind("INSERT INTO "+i.into+" VALUES "+Values(len(i.args)/i.width, i.width, 0)), i.args...)
	return i.t.Fault(err)
}

func (i *inserting) close() {
	if i.whole != nil {
		i.whole.Close()
	}
}

// insertOrCopy adds rows to a table of PostgreSQL: by one statement where they are few, else by COPY.
func (t *Tx) insertOrCopy(ctx context.Context, into string, rows iter.Seq2[[]any, error]) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	few := inserting{t: t, ctx: ctx, into: into}
	var first [][]any // whether they are many is not known before
	for len(first) < batch {
		row, err, more := next()
		switch {
		case err != nil:
			return err
		case more:
			first = append(first, row)
			continue
		}
		for _, row := range first {
			if err := few.add(row); err != nil {
				return err
			}
		}
		return few.rest()
	}
	return t.copy(ctx, into, first, next)
}

// copy adds rows by COPY, on the connection of the transaction: some that were taken already, and the rest.
func (t *Tx) copy(ctx context.Context, into string, first [][]any, next func() ([]any, error, bool)) error {
	table, columns, _ := strings.Cut(strings.TrimSuffix(into, ")"), " (")
	names := strings.Split(columns, ", ")
	var broken error
	source := pgx.CopyFromFunc(func() ([]any, error) {
		var row []any
		var err error
		more := true
		if len(first) > 0 {
			row, first = first[0], first[1:]
		} else {
			row, err, more = next()
		}
		if err == nil && more {
			err = keepable(row)
		}
		if err != nil || !more {
			broken = err
			return nil, err
		}
		for j, x := range row {
			if v, ok := x.(driver.Valuer); ok {
				var err error
				if row[j], err = v.Value(); err != nil {
					return nil, err
				}
			}
		}
		return row, nil
	})
	err := t.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return driver.ErrBadConn
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, names, source)
		return err
	})
	if broken != nil { // what the server says of it is only that the rows ended
		return t.Fault(broken)
	}
	return t.Fault(err)
}

// oneWriter makes the writers of a schema queue on PostgreSQL, as they do on SQLite: what a transaction read about the
// stored figures is still so when it commits, and messages become visible in the order of their numbers. Readers never
// wait. The lock ends with the transaction, however it ends.
const oneWriter = "SELECT pg_advisory_xact_lock(hashtextextended('nhipso/' || current_schema(), 0))"

// oneOf makes the writers queue that name the same thing.
const oneOf = "SELECT pg_advisory_xact_lock(hashtextextended('nhipso/' || current_schema() || '/' || $1::text, 1))"

// Turn waits until this transaction is alone among writers, and keeps the turn until it ends. SQLite has it from the beginning.
func (t *Tx) Turn(ctx context.Context) error {
	if t.turn || t.db.Dialect != Postgres {
		return nil
	}
	_, err := t.tx.ExecContext(ctx, oneWriter)
	t.turn = err == nil
	return t.Fault(err)
}

// Write runs do in a transaction, alone among writers. It is tried again, from its start, while another writer or program
// holds the database, until the wait of the options is over. Whatever do returns, other than nil, leaves nothing stored.
func (db *DB) Write(ctx context.Context, do func(*Tx) error) error {
	return db.patiently(ctx, func() error { return db.once(ctx, nil, do) })
}

// WriteOn is Write where only those writers are kept out at first that name one of the same things. When do needs to be alone among all, it
// takes its Turn. The names must be in one order, whoever gives them.
func (db *DB) WriteOn(ctx context.Context, names []string, do func(*Tx) error) error {
	return db.patiently(ctx, func() error { return db.once(ctx, names, do) })
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

// once tries it once. Without names it is alone among all writers.
func (db *DB) once(ctx context.Context, names []string, do func(*Tx) error) error {
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
	t := &Tx{db: db, conn: conn, tx: tx}
	if names == nil {
		if err := t.Turn(ctx); err != nil {
			return err
		}
	}
	for _, name := range names {
		if db.Dialect == Postgres {
			if _, err := tx.ExecContext(ctx, oneOf, name); err != nil {
				return db.Fault(err)
			}
		}
	}
	if err := do(t); err != nil {
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
