// Package releasefile keeps a release as a file: all that the public may know of it (publish.Content), written once into one SQLite file that is
// never changed again, with a manifest of hashes and a signature. A File serves a gate in place of the store, so that a server with nothing but
// the file is a complete public mirror and holds nothing secret.
//
// It decides nothing about what is public – the gate has done that – and computes no figure. It reads no store and writes to none.
package releasefile

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// Version is that of the format. A file of another version is refused.
const Version = 1

// Extension is that of the names of files.
const Extension = ".nhipso"

// schema of a file. Texts that many rows share stand once, in text; periods are numbered in the order of stat.Period.Compare and series in the
// order of their dataflow and key, so that the rows of figure lie in the order in which they are read.
const schema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE pack (name TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE text (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE series (id INTEGER PRIMARY KEY, dataflow TEXT NOT NULL, key TEXT NOT NULL);
CREATE UNIQUE INDEX series_name ON series (dataflow, key);
CREATE TABLE period (id INTEGER PRIMARY KEY, code TEXT NOT NULL);
CREATE UNIQUE INDEX period_code ON period (code);
CREATE TABLE figure (series INTEGER NOT NULL, period INTEGER NOT NULL, vintage TEXT NOT NULL, message INTEGER NOT NULL,
  written TEXT, value TEXT, status TEXT NOT NULL, run INTEGER, attributes INTEGER, PRIMARY KEY (series, period, vintage, message)) WITHOUT ROWID;
CREATE TABLE closed (series INTEGER NOT NULL, period INTEGER NOT NULL, vintage TEXT NOT NULL, message INTEGER NOT NULL,
  run INTEGER, attributes INTEGER NOT NULL, PRIMARY KEY (series, period, vintage, message)) WITHOUT ROWID;
CREATE TABLE run (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX run_name ON run (name);
CREATE TABLE lineage (run INTEGER NOT NULL, series INTEGER NOT NULL, period INTEGER NOT NULL, sources INTEGER NOT NULL, formula INTEGER NOT NULL,
  PRIMARY KEY (run, series, period)) WITHOUT ROWID;
CREATE TABLE day (dataflow TEXT NOT NULL, vintage TEXT NOT NULL, versions INTEGER NOT NULL, cells INTEGER NOT NULL, PRIMARY KEY (dataflow, vintage)) WITHOUT ROWID;
CREATE TABLE record (kind TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID;
`

// tables are those that the manifest covers, with the columns by which their rows are ordered.
var tables = []struct{ name, order string }{{"meta", "name"}, {"pack", "name"}, {"text", "id"}, {"series", "id"}, {"period", "id"}, {"figure", "series, period, vintage, message"},
	{"closed", "series, period, vintage, message"}, {"run", "id"}, {"lineage", "run, series, period"}, {"day", "dataflow, vintage"}, {"record", "kind, number"}}

// Kinds of records.
const (
	releaseRecord  = "release"
	findingRecord  = "finding"
	overrideRecord = "override"
	registerRecord = "register" // how a record of the register stands
	outlineRecord  = "outline"  // of a dataflow, by its number in their order
)

// About says what a file holds.
type About struct {
	Release string    // identifier
	State   string    // published, or what it was when the file was written
	From    time.Time // from when on the public may know what is in it
	Until   time.Time // when an embargo of one of its dataflows ends and another file takes over; zero when none does
	Country string
	Program string // version of the program that wrote it
}

// File is an open file of a release. It is safe for use by many goroutines.
type File struct {
	About
	name     string
	db       *sql.DB
	messages int64                    // the newest message in it
	flows    []string                 // that have figures
	days     map[string][]publish.Day // by dataflow

	mu      sync.Mutex
	periods map[int64]stat.Period     // by number; read with the first figure
	runs    map[int64]string          // their names, too
	recent  map[int64]stat.Attributes // by text and run

	register   map[string][]publish.StoredRecord // by type; read with the first of them
	preparing  sync.Mutex
	statements map[string]*sql.Stmt // by their text
}

// Open opens a file for reading. It checks that the file is one of a release and of a version that it knows; its hashes and its signature are
// Verify's to check.
func Open(name string) (*File, error) {
	info, err := os.Stat(name)
	if err != nil || info.IsDir() {
		return nil, fault.New("releasefile.not-there", "file", name).Because(err)
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fault.New("releasefile.not-there", "file", name).Because(err)
	}
	// The file is not mapped: that reads no faster here, and each connection's pages would count as memory of the process, as large as the file.
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}, "_pragma": {"query_only(ON)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fault.New("releasefile.no-release", "file", name).Because(err)
	}
	db.SetMaxIdleConns(4 * runtime.GOMAXPROCS(0)) // each reads the schema when it is opened: as many stay open as may be at work
	f := &File{name: name, db: db, statements: map[string]*sql.Stmt{}}
	if err := f.about(); err != nil {
		db.Close()
		return nil, err
	}
	return f, nil
}

// Close closes the file.
func (f *File) Close() error { return f.db.Close() }

// Name gives the name under which the file was opened.
func (f *File) Name() string { return f.name }

func (f *File) about() error {
	meta, err := f.meta(context.Background())
	if err != nil && strings.Contains(err.Error(), "malformed") { // it was one once, and is cut off
		return fault.New("releasefile.unreadable", "file", f.name).Because(err)
	}
	if err != nil {
		return fault.New("releasefile.no-release", "file", f.name).Because(err)
	}
	if v, err := strconv.Atoi(meta["version"]); err != nil || meta["format"] != "nhipso-release" {
		return fault.New("releasefile.no-release", "file", f.name)
	} else if v < Version {
		return fault.New("releasefile.older-version", "file", f.name, "version", v, "known", Version)
	} else if v != Version {
		return fault.New("releasefile.other-version", "file", f.name, "version", v, "known", Version)
	}
	f.About = About{Release: meta["release"], State: meta["state"], Country: meta["country"], Program: meta["program"]}
	f.From, _ = time.Parse(time.RFC3339Nano, meta["from"])
	f.Until, _ = time.Parse(time.RFC3339Nano, meta["until"])
	f.messages, _ = strconv.ParseInt(meta["messages"], 10, 64)
	return f.contents(context.Background())
}

func (f *File) meta(ctx context.Context) (map[string]string, error) {
	rows, err := f.db.QueryContext(ctx, "SELECT name, value FROM meta")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, rows.Err()
}

// trouble is what a database said, as one of ours.
func (f *File) trouble(err error) error {
	if err == nil || strings.HasPrefix(fault.CodeOf(err), "releasefile.") {
		return err
	}
	if strings.Contains(err.Error(), "context") {
		return fault.New("releasefile.cancelled", "file", f.name).Because(err)
	}
	return fault.New("releasefile.unreadable", "file", f.name).Because(err)
}

// Manifest says what a file must hold.
type Manifest struct {
	Format  string           `json:"format"`
	Version int              `json:"version"`
	Release string           `json:"release"`
	Tables  map[string]Table `json:"tables"`
}

// Table is what a manifest says of a table.
type Table struct {
	Rows int64  `json:"rows"`
	Hash string `json:"sha256"` // of the rows, in order
}

// Key is a key that signs files.
type Key = ed25519.PrivateKey

// PublicOf gives the public half of a key, which follows its seed.
func PublicOf(key Key) ed25519.PublicKey { return ed25519.PublicKey(key[ed25519.SeedSize:]) }

func canonical(m Manifest) []byte {
	b, err := json.Marshal(m) // maps are written in the order of their keys
	if err != nil {
		panic("releasefile: " + err.Error()) // a manifest holds texts and numbers only
	}
	return bytes.TrimSpace(b)
}
