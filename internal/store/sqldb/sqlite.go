package sqldb

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"nhipso/internal/fault"
)

// openSQLite opens a file with one connection that writes and several that read. SQLite lets one writer work while
// readers go on (WAL); one connection makes writers queue here, in order, rather than poll the file for its lock.
//
// The pragmas run in the order written. busy_timeout comes first, because switching to WAL itself may meet a lock.
// synchronous is FULL, not the usual NORMAL: under NORMAL a commit that was acknowledged can be lost when the power
// fails, and a message of figures, once acknowledged, must not be. The price is one flush a message, not a figure.
func openSQLite(path string, o Options) (*DB, error) {
	if path == "" || path == ":memory:" {
		return nil, fault.New("store.bad-url", "scheme", path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New("store.bad-url", "scheme", path).Because(err)
	}
	if _, err := os.Stat(abs); os.IsNotExist(err) {
		// Figures under embargo lie in this file: only its owner may read it. A failure shows when it is opened.
		if f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
			f.Close()
		}
	}
	dsn := func(txlock string, more ...string) string {
		q := url.Values{"_txlock": {txlock}, "_pragma": append([]string{
			fmt.Sprintf("busy_timeout(%d)", o.Wait.Milliseconds()),
			"journal_mode(WAL)",
			"synchronous(FULL)",
			"foreign_keys(ON)",
		}, more...)}
		return (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String()
	}
	db := &DB{Dialect: SQLite, Name: path, wait: o.Wait}
	if db.write, err = sql.Open("sqlite", dsn("immediate")); err != nil {
		return nil, db.Fault(err)
	}
	if db.read, err = sql.Open("sqlite", dsn("deferred", "query_only(ON)")); err != nil {
		return nil, db.Fault(err)
	}
	readers := max(4, runtime.NumCPU())
	db.write.SetMaxOpenConns(1)
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	return db, nil
}
