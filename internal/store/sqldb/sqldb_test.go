package sqldb

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/needs"
)

func TestBindsInOrderLoseTheirNumbersAndOthersKeepThem(t *testing.T) {
	for from, to := range map[string]string{
		"SELECT 1":                 "SELECT 1",
		"a = $1 AND b IN ($2,$3)":  "a = ? AND b IN (?,?)",
		"a = $1 AND b = $1":        "a = ?1 AND b = ?1",
		"SET a = $2 WHERE id = $1": "SET a = ?2 WHERE id = ?1",
		Values(1, 11, 0):           "(?,?,?,?,?,?,?,?,?,?,?)",
		"d = $1 AND (s, p) IN (" + Values(2, 2, 1) + ")": "d = ? AND (s, p) IN ((?,?),(?,?))",
	} {
		if got := rebind(from); got != to {
			t.Errorf("%s: %s, want %s", from, got, to)
		}
	}
}

func TestTimesComeBackAndSortAsText(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-62_000_000_000, 250_000_000_000).Draw(t, "s"), rapid.SampledFrom([]int64{0, 1, 500_000_000, 999_999_999, 120_000}).Draw(t, "ns")).
			In(time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, "zone")))
	})
	text := func(t *rapid.T, at time.Time) string {
		v, err := Time{at}.Value()
		if err != nil {
			t.Fatal(err)
		}
		return v.(string)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		var back Time
		if err := back.Scan(text(t, a)); err != nil || !back.Equal(a) || back.Location() != time.UTC {
			t.Fatal(back, err)
		}
		if strings.Compare(text(t, a), text(t, b)) != a.Compare(b) {
			t.Fatalf("%s and %s sort wrongly", text(t, a), text(t, b))
		}
	})
	t.Run("the zero time is the empty text", func(t *testing.T) {
		v, _ := Time{}.Value()
		back := Time{time.Now()}
		if err := back.Scan(v); v != "" || err != nil || !back.IsZero() {
			t.Fatal(v, back, err)
		}
	})
	t.Run("what is not a time is refused", func(t *testing.T) {
		var back Time
		if back.Scan("yesterday") == nil || back.Scan(int64(5)) == nil {
			t.Fatal("accepted")
		}
	})
}

func TestJSONComesBack(t *testing.T) {
	v, err := JSON[map[string]string]{map[string]string{"b": "đ", "a": "<&>"}}.Value()
	if err != nil || v != `{"a":"\u003c\u0026\u003e","b":"đ"}` {
		t.Fatal(v, err)
	}
	back := JSON[map[string]string]{map[string]string{"old": "x"}}
	if err := back.Scan(v); err != nil || len(back.V) != 2 || back.V["a"] != "<&>" {
		t.Fatal(back, err)
	}
	none, err := JSON[[]int]{}.Value()
	if err != nil || none != "" {
		t.Fatal(none, err)
	}
	if back.Scan("{") == nil || back.Scan([]byte("{}")) == nil {
		t.Fatal("accepted")
	}
}

// Errors of SQLite itself are provoked in the tests of package store; these cannot be.
func TestWhatADriverReportsBecomesAFault(t *testing.T) {
	pg := func(state string) error {
		return fmt.Errorf("exec: %w", &pgconn.PgError{Code: state, Message: "in the server's words"})
	}
	db := &DB{Name: "host:5432/nhipso"}
	for err, want := range map[error]string{
		pg("40001"): "store.locked", pg("40P01"): "store.locked", pg("55P03"): "store.locked",
		pg("53100"): "store.disk-full", pg("53300"): "store.unreachable", pg("53200"): "store.unreachable",
		pg("25006"): "store.read-only", pg("XX001"): "store.corrupt", pg("XX002"): "store.corrupt",
		pg("57014"): "store.cancelled", pg("57P01"): "store.unreachable", pg("57P03"): "store.unreachable", pg("08006"): "store.unreachable",
		pg("28P01"): "store.refused", pg("28000"): "store.refused", pg("3D000"): "store.refused", pg("42501"): "store.refused",
		pg("58030"): "store.io", pg("23505"): "store.internal", pg("42P01"): "store.internal", pg(""): "store.internal",
		driver.ErrBadConn: "store.unreachable", io.ErrUnexpectedEOF: "store.unreachable", net.ErrClosed: "store.unreachable",
		&net.OpError{Op: "dial", Err: errors.New("refused")}: "store.unreachable",
		context.Canceled: "store.cancelled", context.DeadlineExceeded: "store.cancelled",
		errors.New("something else"): "store.internal",
	} {
		f := db.Fault(err)
		if fault.CodeOf(f) != want {
			t.Errorf("%v became %s, want %s", err, fault.CodeOf(f), want)
		}
		if !errors.Is(f, err) {
			t.Errorf("%v lost its cause", f)
		}
		for _, lang := range []string{"vi", "en"} {
			if strings.Contains(fault.In(f, lang), "{") {
				t.Error(fault.In(f, lang))
			}
		}
	}
	if db.Fault(nil) != nil {
		t.Error("no error became one")
	}
	ours := fault.New("cube.two-numbers")
	if db.Fault(ours) != error(ours) {
		t.Error("a fault of ours was wrapped")
	}
}

func TestAWriteThatMeetsAnotherWriterIsTriedAgainFromItsStart(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Writer().Exec("CREATE TABLE a (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	tries := 0
	err = db.Write(t.Context(), func(tx *Tx) error {
		tries++
		if _, err := tx.Exec(t.Context(), "INSERT INTO a VALUES ($1)", tries); err != nil {
			return err
		}
		if tries < 3 {
			return db.Fault(&pgconn.PgError{Code: "40001"})
		}
		return nil
	})
	n, e := Scalar[int](t.Context(), db, "SELECT SUM(n) FROM a")
	if err != nil || e != nil || tries != 3 || n != 3 {
		t.Fatalf("%d tries left a sum of %d: %v, %v", tries, n, err, e)
	}
	t.Run("and a panic leaves nothing behind", func(t *testing.T) {
		func() {
			defer func() { recover() }()
			db.Write(t.Context(), func(tx *Tx) error { tx.Exec(t.Context(), "INSERT INTO a VALUES (100)"); panic("defect") })
		}()
		if err := db.Write(t.Context(), func(tx *Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if n, _ := Scalar[int](t.Context(), db, "SELECT SUM(n) FROM a"); n != 3 {
			t.Fatal(n)
		}
	})
}

func TestAcknowledgedCommitsAreFlushedAndReadersCannotWrite(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "a b?c#d%e.db"), Options{Wait: 1234 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "1234", "query_only": "0"} {
		var got string
		if err := db.Writer().QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", pragma, got, err, want)
		}
	}
	if _, err := db.read.Exec("CREATE TABLE a (n INTEGER)"); fault.CodeOf(db.Fault(err)) != "store.read-only" {
		t.Error(err)
	}
}

// The driver is C turned into Go against one version of its libc, and asks to be run on exactly that one.
func TestSQLiteRunsOnTheLibcThatItWasGeneratedFor(t *testing.T) {
	list := func(module string) (version string, gomod []byte) {
		out, err := exec.Command("go", "list", "-m", "-json", module).Output()
		needs.Here(t, err == nil, "the go command")
		var m struct{ Version, GoMod string }
		if err := json.Unmarshal(out, &m); err != nil {
			t.Fatal(err)
		}
		gomod, err = exec.Command("go", "mod", "edit", "-json", m.GoMod).Output()
		if err != nil {
			t.Fatal(err)
		}
		return m.Version, gomod
	}
	libc, _ := list("modernc.org/libc")
	_, gomod := list("modernc.org/sqlite")
	if want := fmt.Sprintf("\"Path\": \"modernc.org/libc\",\n\t\t\t\"Version\": %q", libc); !bytes.Contains(gomod, []byte(want)) {
		t.Errorf("libc is %s; modernc.org/sqlite asks for another one", libc)
	}
}
