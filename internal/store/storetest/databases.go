// Package storetest binds the stores to their contracts: one suite, run on every database (RunAll), and empty stores for
// the tests of other packages (SQLite).
//
// It is imported by tests only. What it demands is what cube.Store, pipeline.Store and publish.Store promise, nothing of
// its own.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/needs"
	"nhipso/internal/store"
	"nhipso/internal/store/sqldb"
)

// Database gives the address of an empty database that is the test's own, and removes it when the test ends.
type Database func(t testing.TB) (url string)

// EmptySQLite is a new file.
func EmptySQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "nhipso.db") }

var schemas atomic.Int64

// EmptyPostgres is a new schema on the server that NHIPSO_TEST_POSTGRES names. Without that variable the test is skipped,
// except in CI, where a database that nobody tested must not pass for one that works.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv("NHIPSO_TEST_POSTGRES")
	needs.Here(t, server != "", "a PostgreSQL server that NHIPSO_TEST_POSTGRES names")
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(t.Context(), server, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("t%d_%d_%d", os.Getpid(), time.Now().UnixNano(), schemas.Add(1))
	if _, err := db.Writer().ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, s := range []string{schema, schema + "_jobs"} { // and the queue beside it
			if _, err := db.Writer().ExecContext(context.Background(), "DROP SCHEMA IF EXISTS "+s+" CASCADE"); err != nil {
				t.Error(err)
			}
		}
		db.Close()
	})
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Open opens a store that is closed when the test ends.
func Open(t testing.TB, url string) *store.Store { return OpenWith(t, url, store.Options{}) }

// OpenWith is Open with options.
func OpenWith(t testing.TB, url string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.OpenWith(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// SQLite opens an empty SQLite store, for the tests of other packages.
func SQLite(t testing.TB) *store.Store { t.Helper(); return Open(t, EmptySQLite(t)) }

// raw opens the database without the store, to do to it what the store never does.
func raw(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, sqldb.Options{Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// RunAll holds a kind of database to the contracts.
func RunAll(t *testing.T, at Database) {
	for _, suite := range []struct {
		name string
		run  func(*testing.T, Database)
	}{
		{"append", testAppend},
		{"read", testRead},
		{"stream", testStream},
		{"deliver", testDeliver},
		{"submissions", testSubmissions},
		{"tokens", testTokens},
		{"sign-in", testSignIn},
		{"ways-in", testWaysIn},
		{"model", testModel},
		{"concurrency", testConcurrency},
		{"runs", testRuns},
		{"looks", testLooks},
		{"releases", testReleases},
		{"audit", testAudit}, {"access", testAccess},
		{"findings", testFindings},
		{"preview", testPreview},
		{"overrides", testNotes},
		{"scenarios", testScenarios},
		{"catalogue", testCatalog},
		{"append-only", testAppendOnly},
		{"integrity", testIntegrity},
		{"opening", testOpening},
		{"seals", testSeals},
		{"numbers", testNumbers},
		{"clock", testClock},
		{"watch", testWatch},
		{"talk", testTalk},
		{"register", testRegister},
		{"notices", testNotices},
	} {
		t.Run(suite.name, func(t *testing.T) {
			t.Parallel()
			suite.run(t, at)
		})
	}
}
