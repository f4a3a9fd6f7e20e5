package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"nhipso/internal/fault"
)

// Fault gives what a driver reported as one of our errors, so that whoever meets it reads what happened and what to do. An
// error that is ours already, and nil, pass unchanged. The driver's own words stay behind it for the operator.
func (db *DB) Fault(err error) error {
	var ours *fault.Error
	if err == nil || errors.As(err, &ours) {
		return err
	}
	return fault.New(code(err), "database", db.Name).Because(err)
}

func code(err error) string {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &lite):
		return sqliteCode(lite.Code())
	case errors.As(err, &pg): // also inside a ConnectError: the server answered, and said why
		return postgresCode(pg.Code)
	case errors.Is(err, sql.ErrTxDone), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &connect):
		return "store.cancelled"
	case errors.As(err, &connect), errors.As(err, &network), pgconn.Timeout(err),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), closedByPeer(err):
		return "store.unreachable"
	case errors.Is(err, os.ErrPermission), errors.Is(err, os.ErrNotExist):
		return "store.unreachable"
	}
	return "store.internal"
}

// closedByPeer knows the two errors that pgx makes of text alone when its connection is gone.
func closedByPeer(err error) bool {
	return strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "database is closed")
}

func sqliteCode(code int) string {
	switch code & 0xff { // the upper bytes only say where
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "store.locked"
	case sqlite3.SQLITE_FULL:
		return "store.disk-full"
	case sqlite3.SQLITE_READONLY:
		return "store.read-only"
	case sqlite3.SQLITE_CORRUPT:
		return "store.corrupt"
	case sqlite3.SQLITE_NOTADB:
		return "store.not-a-database"
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return "store.unreachable"
	case sqlite3.SQLITE_IOERR:
		return "store.io"
	case sqlite3.SQLITE_INTERRUPT:
		return "store.cancelled"
	}
	return "store.internal"
}

// postgresCode reads the SQLSTATE codes of appendix A of the PostgreSQL manual.
func postgresCode(state string) string {
	switch state {
	case "40001", "40P01", "55P03":
		return "store.locked"
	case "53100":
		return "store.disk-full"
	case "25006":
		return "store.read-only"
	case "XX001", "XX002":
		return "store.corrupt"
	case "57014":
		return "store.cancelled"
	case "3D000", "42501":
		return "store.refused"
	case "58030":
		return "store.io"
	}
	switch state[:min(2, len(state))] {
	case "28":
		return "store.refused"
	case "08", "53", "57":
		return "store.unreachable"
	}
	return "store.internal"
}

// tryAgain reports whether the error says only that another writer was in the way.
func tryAgain(err error) bool { return fault.CodeOf(err) == "store.locked" }
