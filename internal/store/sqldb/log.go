package sqldb

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"nhipso/internal/fault"
)

// A SQLite file in use keeps what was written last in a log beside it (-wal). Whoever copies the file alone leaves that behind, and the copy
// looks sound. So a file of ours says of itself whether it is whole: while it is in use its header says that there is a log, and whoever closes
// it last folds the log in and takes that word back. A header that speaks of a log, beside which no log lies, is a copy made while in use.
//
// For a moment while a file is opened and closed the header speaks of a log that is not there yet, or no more. A second small file beside it
// (-turn) says so; a program that is killed in that moment leaves it behind, and the next one to open the file knows. Files of older programs
// were left with the word of a log after they were closed: only a file that carries our mark is judged.

// mark is the application_id of the files that are closed in this way: "NhSo" in ASCII.
const mark = 0x4e68536f

// turnEnd ends the name of the file that says that the header is being changed.
const turnEnd = "-turn"

// LogMissing reports that a URL names a SQLite file that was copied without the log that belongs to it.
func LogMissing(link string) bool {
	if strings.Contains(link, "://") {
		return false
	}
	path, err := filepath.Abs(strings.TrimPrefix(link, "sqlite:"))
	if err != nil || held.has(path) {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	header := make([]byte, 100) // the database header, as the SQLite file format has it
	if _, err := io.ReadFull(f, header); err != nil || binary.BigEndian.Uint32(header[68:]) != mark || header[18] != 2 {
		return false
	}
	for _, end := range []string{"-wal", turnEnd} {
		if _, err := os.Stat(path + end); err == nil {
			return false
		}
	}
	return true
}

// held are the files that this process has open. SQLite's locks on a file end when the process closes it anywhere, so a file that is held must
// not be opened past SQLite.
var held = holding{open: map[string]int{}}

type holding struct {
	mu   sync.Mutex
	open map[string]int
}

func (h *holding) has(path string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open[path] > 0
}

func (h *holding) add(path string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[path] += n
}

// turning says beside a file that its header is being changed, until the function given is called. Where it cannot be said, the worst is that
// a program killed in the next moment leaves a file that must be accepted by a person.
func turning(path string) (done func()) {
	if f, err := os.OpenFile(path+turnEnd, os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		f.Close()
	}
	return func() { os.Remove(path + turnEnd) }
}

// putMark puts our mark into a file, and sees that it is in the file itself and not only in its log. It reads the file at least, by which
// the log comes into being. A file that cannot be marked is used all the same: it is only not protected against being copied alone.
func putMark(ctx context.Context, db *sql.DB) {
	var now int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&now); err != nil || now == mark {
		return
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", mark)); err != nil {
		return
	}
	db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)") //nolint:errcheck // it is in the log, and gets into the file with the next one
}

// fold folds the log of a file into it and says so in its header. It refuses when somebody else has the file open.
func fold(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(0)"}}.Encode()}).String())
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode); err != nil {
		return err
	}
	if mode != "delete" {
		return fault.New("store.locked", "database", path)
	}
	return nil
}

// Fold folds the log of a file into it, and refuses when another program has the file open.
func Fold(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	defer turning(abs)()
	return (&DB{Dialect: SQLite, Name: path}).Fault(fold(ctx, abs))
}
