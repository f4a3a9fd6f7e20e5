package sqldb

import (
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

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
	if o.Frozen {
		return openReadOnly(path, abs, "immutable", o)
	}
	if mode := readOnlyMode(abs); mode != "" {
		return openReadOnly(path, abs, mode, o)
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
	db := &DB{Dialect: SQLite, Name: path, wait: o.Wait, file: abs}
	if db.write, err = sql.Open("sqlite", dsn("immediate", fmt.Sprintf("cache_size(-%d)", writerCache))); err != nil {
		return nil, db.Fault(err)
	}
	if db.read, err = sql.Open("sqlite", dsn("deferred", "query_only(ON)")); err != nil {
		return nil, db.Fault(err)
	}
	readers := max(4, runtime.NumCPU())
	db.write.SetMaxOpenConns(1)
	db.read.SetMaxOpenConns(readers + 1) // one may watch
	db.read.SetMaxIdleConns(readers)
	return db, nil
}

// writerCache is how much of the file the one writer keeps in memory, in KiB: figures of one message lie all over the table.
const writerCache = 32 << 10

// Missing reports that a URL names a SQLite file that is not there or holds nothing, so that opening it would make a new database.
func Missing(url string) bool {
	if strings.Contains(url, "://") {
		return false
	}
	info, err := os.Stat(strings.TrimPrefix(url, "sqlite:"))
	return os.IsNotExist(err) || err == nil && info.Size() == 0
}

// readOnlyMode gives how to open a file that cannot be written, or whose folder cannot; "" when both can. SQLite wants to
// make its log beside the file even for reading, so it is told that nothing will change (immutable), unless a log lies
// there: then the newest figures are in it.
func readOnlyMode(path string) string {
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	if syscall.Access(path, writing) == nil && syscall.Access(filepath.Dir(path), writing) == nil {
		return ""
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return "log"
	}
	return "immutable"
}

// writing is W_OK of access(2), which the package syscall does not name.
const writing = 2

// openReadOnly opens a file for reading. A log beside it is read where it lies; where that cannot be done, since SQLite
// would have to write an index of it, file and log are copied to where one can write.
func openReadOnly(name, path, mode string, o Options) (*DB, error) {
	open := func(path string, immutable bool) (*sql.DB, error) {
		q := url.Values{"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", o.Wait.Milliseconds()), "query_only(ON)"}}
		if immutable {
			q.Set("immutable", "1")
		}
		return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	}
	db := &DB{Dialect: SQLite, Name: name, wait: o.Wait, ReadOnly: true}
	pool, err := open(path, mode == "immutable")
	if err == nil && mode == "log" {
		var n int
		if err = pool.QueryRow("SELECT COUNT(*) FROM sqlite_schema").Scan(&n); err != nil {
			pool.Close()
			if db.folder, err = copyWithLog(path); err == nil {
				pool, err = sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.Join(db.folder, filepath.Base(path)), RawQuery: "_pragma=query_only(ON)"}).String())
			}
		}
	}
	if err != nil {
		return nil, db.Fault(err)
	}
	pool.SetMaxOpenConns(max(4, runtime.NumCPU()))
	db.read, db.write = pool, pool
	return db, nil
}

// copyWithLog copies a database and its log into a new folder, which is removed when the database is closed.
func copyWithLog(path string) (string, error) {
	folder, err := os.MkdirTemp("", "nhipso-*")
	if err != nil {
		return "", err
	}
	for _, end := range []string{"", "-wal"} {
		if err := copyFile(filepath.Join(folder, filepath.Base(path)+end), path+end); err != nil {
			os.RemoveAll(folder)
			return "", err
		}
	}
	return folder, nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closing := out.Close(); err == nil {
		err = closing
	}
	return err
}
