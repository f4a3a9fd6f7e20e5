package e2e

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"nhipso/internal/needs"
)

// TestKillDuringLoad ends the program without warning a hundred times while it loads. After each, the file is either in whole or not at all,
// and the database is sound.
func TestKillDuringLoad(t *testing.T) {
	dir := t.TempDir()
	if o := run(t, "load", "--reference", "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	whole, none := 0, 0
	for i := range 100 {
		file := filepath.Join(t.TempDir(), "figures.csv")
		var b strings.Builder
		b.WriteString("DATAFLOW,FREQ,REF_AREA,ACTIVITY,PRICES,TIME_PERIOD,OBS_VALUE,VINTAGE,EVIDENCE,SOURCE\n")
		const rows = 400
		vintage := time.Date(2027, 1, 1+i, 0, 0, 0, 0, time.UTC).Format("2006-01-02")
		for r := range rows {
			fmt.Fprintf(&b, "NA_VA,Q,VN,%s,V,%d-Q%d,%d,%s,S,NSO-2026-01\n", []string{"A", "B", "C", "D"}[r%4], 1990+r/16, r/4%4+1, r, vintage)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "load", file, "--data", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*97%100) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		switch n := count(t, dir, vintage); n {
		case 0:
			none++
		case rows:
			whole++
		default:
			t.Fatalf("after kill %d, %d of %d rows are stored", i, n, rows)
		}
	}
	t.Logf("killed 100 times: %d whole, %d not at all", whole, none)
	if o := run(t, "run", "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	if o := run(t, "doctor", "--data", dir, "--lang", "en"); strings.Contains(o.out, "✗ Integrity") || strings.Contains(o.out, "✗ Database") {
		t.Error(o.out)
	}
}

// count gives how many observations of a vintage are stored, looking at the file itself.
func count(t *testing.T, dir, vintage string) int {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "nhipso.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	n := 0
	if err := db.QueryRow("select count(*) from observation where vintage = ?", vintage).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLockedDatabaseIsWaitedForAndThenSaid(t *testing.T) {
	dir := t.TempDir()
	if o := run(t, "load", "--reference", "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "nhipso.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("begin immediate"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.csv")
	os.WriteFile(file, []byte(head+"DE_SHARE,A,VN34-01,NSO,TOTAL,2024,17.1,A,2026-02-01,S,NSO-2026-01\n"), 0o600)
	if o := run(t, "--lang", "en", "load", file, "--data", dir); o.status != 4 || strings.Count(strings.TrimSpace(o.err), "\n") > 1 {
		t.Errorf("%d: %s", o.status, o.err)
	}
	if _, err := db.Exec("rollback"); err != nil {
		t.Fatal(err)
	}
	if o := run(t, "load", file, "--data", dir); o.status != 0 {
		t.Errorf("after the lock is gone: %s", o.err)
	}
}

func TestFullDiskLosesNothing(t *testing.T) {
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=700k")
	needs.Here(t, err == nil, "the right to mount a small file system")
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	o := run(t, "--lang", "en", "load", "--reference", "--data", dir)
	if o.status != 4 || !strings.Contains(strings.ToLower(o.err), "full") {
		t.Fatalf("%d: %s", o.status, o.err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if o := run(t, "load", "--reference", "--data", dir); o.status != 0 {
		t.Fatalf("with room again: %s", o.err)
	}
	if o := run(t, "run", "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	if o := run(t, "doctor", "--data", dir, "--lang", "en"); strings.Contains(o.out, "✗ Integrity") || strings.Contains(o.out, "✗ Database") {
		t.Error(o.out)
	}
}

func TestOnPostgreSQL(t *testing.T) {
	address := os.Getenv("NHIPSO_TEST_POSTGRES")
	needs.Here(t, address != "", "PostgreSQL (NHIPSO_TEST_POSTGRES)")
	own := newDatabase(t, address, fmt.Sprintf("nhipso_e2e_%d", os.Getpid()))
	notes := t.TempDir()
	s, err := start("--database", own, "--data", notes)
	if err != nil {
		t.Fatal(err)
	}
	if res, body := s.get(t, "/"); res.StatusCode != 200 || !strings.Contains(body, "14,02") {
		t.Errorf("home answers %d", res.StatusCode)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if o := run(t, "doctor", "--database", own, "--data", notes, "--lang", "en"); o.status != 0 || !strings.Contains(o.out, "PostgreSQL") {
		t.Errorf("%d: %s%s", o.status, o.out, o.err)
	}
	shared.get(t)
	export := func(at ...string) string {
		o := run(t, append([]string{"export", "DE_QUARTERLY", "--key", "Q.VN.NSO..."}, at...)...)
		if o.status != 0 || strings.Count(o.out, "\n") < 10 {
			t.Fatalf("%d: %s%s", o.status, o.err, o.out)
		}
		return undated(o.out)
	}
	if ours, theirs := export("--database", own, "--data", notes), export("--data", shared.dir); ours != theirs {
		t.Errorf("the two databases give different figures:\n%s\nand\n%s", ours, theirs)
	}
}

// day is a whole cell of a message that is a day.
var day = regexp.MustCompile(`,\d{4}-\d\d-\d\d,`)

// undated takes out the days on which figures were computed: of two installations, one may be made before midnight and the other after.
func undated(message string) string { return day.ReplaceAllString(message, ",,") }

// newDatabase makes a database on a server, which is removed when the test ends, and gives its address.
func newDatabase(t *testing.T, address, name string) string {
	t.Helper()
	admin := func(q string) {
		t.Helper()
		db, err := sql.Open("pgx", address)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	admin("create database " + name)
	t.Cleanup(func() { admin("drop database " + name + " with (force)") })
	return replaceDatabase(address, name)
}

// replaceDatabase puts another database name in a postgres:// address.
func replaceDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Path = "/" + name
	return u.String()
}
