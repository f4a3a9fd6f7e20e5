package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Alone runs do while no other program that asks for the same name on this database does, however long that takes: several servers that start at
// once prepare a new installation one after another. Unlike Write it keeps nobody from reading or writing. It gives up when the context
// ends.
func (db *DB) Alone(ctx context.Context, name string, do func() error) error {
	if db.Dialect == Postgres {
		return db.alonePostgres(ctx, name, do)
	}
	return db.aloneSQLite(ctx, name, do)
}

func (db *DB) alonePostgres(ctx context.Context, name string, do func() error) error {
	conn, err := db.write.Conn(ctx) // the lock belongs to the connection, and is gone with it
	if err != nil {
		return db.Fault(err)
	}
	defer conn.Close()
	const key = "hashtextextended('nhipso/' || $1::text || '/' || current_schema(), 0)"
	if _, err := conn.ExecContext(ctx, "SET lock_timeout = 0"); err != nil {
		return db.Fault(err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock("+key+")", name); err != nil {
		return db.Fault(err)
	}
	defer func() {
		after := context.WithoutCancel(ctx)
		conn.ExecContext(after, "SELECT pg_advisory_unlock("+key+")", name)                                         //nolint:errcheck // the connection ends either way
		conn.ExecContext(after, "SELECT set_config('lock_timeout', $1, false)", fmt.Sprint(db.wait.Milliseconds())) //nolint:errcheck // as above
	}()
	return do()
}

// aloneSQLite holds a lock on a file beside the database. The file stays: a program that waits for it has it open.
func (db *DB) aloneSQLite(ctx context.Context, name string, do func() error) error {
	if db.ReadOnly {
		return do()
	}
	abs, err := filepath.Abs(db.Name + "-" + name)
	if err != nil {
		return db.Fault(err)
	}
	f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return db.Fault(err)
	}
	f.Close()
	lock, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs}).String())
	if err != nil {
		return db.Fault(err)
	}
	defer lock.Close()
	lock.SetMaxOpenConns(1)
	for {
		_, err := lock.ExecContext(ctx, "BEGIN EXCLUSIVE")
		if err == nil {
			break
		}
		if err = db.Fault(err); !tryAgain(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return db.Fault(ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	defer lock.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // closing ends the transaction too
	return do()
}
