package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	watchEvery = 250 * time.Millisecond // how often a SQLite file is asked whether it changed; the question reads one page of memory
	pingEvery  = 30 * time.Second       // how often a server that says nothing is asked whether it is still there
	againAfter = time.Second            // after a failure; until it is mended, changes are taken to come this often
)

// notify tells whoever watches a schema on PostgreSQL that something was stored; it is told when the transaction commits.
const notify = "SELECT pg_notify(" + channel + ", '')"

// channel is what is listened on: names are cut at 63 bytes.
const channel = "'nhipso/' || left(current_schema()::text, 50)"

// Watch calls changed soon after anything was stored, by whatever program, until the context ends. It may call it more often, and at once does.
func (db *DB) Watch(ctx context.Context, changed func()) {
	look := db.watchSQLite
	if db.Dialect == Postgres {
		look = func(ctx context.Context, conn *sql.Conn, changed func()) {
			db.listen(ctx, conn, channel, func(string) { changed() })
		}
	}
	for ctx.Err() == nil {
		conn, err := db.read.Conn(ctx)
		if err == nil {
			changed() // something may have been stored while nobody watched
			look(ctx, conn, changed)
			conn.Close()
		}
		if !wait(ctx, againAfter) {
			return
		}
		changed()
	}
}

// talk is the channel on which servers tell each other what nobody stores.
const talk = "'nhipso-talk/' || left(current_schema()::text, 50)"

// Talks reports whether programs on this database can tell each other something: on PostgreSQL.
func (db *DB) Talks() bool { return db.Dialect == Postgres }

// Tell tells every program that hears on this database something of at most 7,900 bytes, this one too. Whoever does not hear at the moment never
// will.
func (db *DB) Tell(ctx context.Context, message string) error {
	_, err := Scalar[string](ctx, db, "SELECT pg_notify("+talk+", $1)::text", message)
	return err
}

// Hear calls heard with what is told, until the context ends.
func (db *DB) Hear(ctx context.Context, heard func(message string)) {
	for ctx.Err() == nil {
		if conn, err := db.read.Conn(ctx); err == nil {
			db.listen(ctx, conn, talk, heard)
			conn.Close()
		}
		wait(ctx, againAfter)
	}
}

// wait waits, and reports whether the context lasted.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// watchSQLite asks, on a connection that writes nothing, whether another one has.
func (db *DB) watchSQLite(ctx context.Context, conn *sql.Conn, changed func()) {
	for seen := int64(-1); ; {
		var now int64
		if err := conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&now); err != nil {
			return
		}
		if seen >= 0 && now != seen {
			changed()
		}
		seen = now
		if !wait(ctx, watchEvery) {
			return
		}
	}
}

// listen listens on a channel of PostgreSQL. The connection is not used for anything else afterwards.
func (db *DB) listen(ctx context.Context, conn *sql.Conn, channel string, heard func(message string)) {
	conn.Raw(func(driverConn any) error { //nolint:errcheck // whatever ended it, the caller begins again
		ours, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return driver.ErrBadConn // a defect: the pool was made of this driver
		}
		c := ours.Conn()
		var name string
		err := c.QueryRow(ctx, "SELECT "+channel).Scan(&name)
		if err == nil {
			_, err = c.Exec(ctx, "LISTEN "+pgx.Identifier{name}.Sanitize())
		}
		for err == nil {
			bounded, cancel := context.WithTimeout(ctx, pingEvery)
			said, failed := c.WaitForNotification(bounded)
			cancel()
			err = failed
			switch {
			case err == nil:
				heard(said.Payload)
			case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
				err = c.Ping(ctx)
			}
		}
		return driver.ErrBadConn
	})
}
