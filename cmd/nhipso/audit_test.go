package main

import (
	"path/filepath"
	"strings"
	"testing"

	"nhipso/internal/store/sqldb"
)

// TestWhoLooksAtDraftsIsInTheLog: an export and an explanation of what is not out leave an entry, once an hour; what is out leaves none.
func TestWhoLooksAtDraftsIsInTheLog(t *testing.T) {
	d := keeper{t, filepath.Join(t.TempDir(), "data")}
	begun(t, d.data, false).close()
	find := func() string {
		t.Helper()
		status, out := d.do("audit", "find", "--what", "access")
		if status != exitOK {
			t.Fatal(out)
		}
		return out
	}
	if out := find(); strings.Contains(out, "access.") {
		t.Fatal(out)
	}
	d.do("export", "DE_SHARE")
	if out := find(); strings.Contains(out, "access.") {
		t.Errorf("what is public is written down: %s", out)
	}
	for range 2 {
		d.do("export", "DE_SHARE", "--draft")
		d.do("explain", "DE_SHARE/A.XM.NSO.TOTAL/2025", "--draft")
	}
	if out := find(); strings.Count(out, "access.all") != 1 {
		t.Errorf("the drafts: %s", out)
	}
	if status, out := d.do("audit", "find", "--format", "xls"); status == exitOK {
		t.Error(out)
	}
	if status, out := d.do("audit", "find", "--from", "31/2/2026"); status == exitOK {
		t.Error(out)
	}
	file := filepath.Join(t.TempDir(), "log.xlsx")
	if status, out := d.do("audit", "find", "--format", "xlsx", "--out", file); status != exitOK {
		t.Error(out)
	}
}

// TestVerifyFindsWhatSomebodyAltered, and ends with another status then.
func TestVerifyFindsWhatSomebodyAltered(t *testing.T) {
	d := keeper{t, filepath.Join(t.TempDir(), "data")}
	a := begun(t, d.data, false)
	if err := a.enroll(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.close()
	for _, args := range [][]string{{"audit", "verify"}, {"audit", "verify", "--since-last"}} {
		if status, out := d.do(args...); status != exitOK || !strings.Contains(out, "hash chain intact") {
			t.Fatalf("%v: %d %s", args, status, out)
		}
	}
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(d.data, "nhipso.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Writer().ExecContext(t.Context(), "UPDATE record_value SET value = 'x' WHERE field = 'id' AND record = (SELECT MIN(record) FROM record_value)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if status, out := d.do("audit", "verify"); status != exitFailed || !strings.Contains(out, "altered it past the program") {
		t.Errorf("%d %s", status, out)
	}
	if status, out := d.do("audit", "verify", "now"); status != exitUsage {
		t.Errorf("%d %s", status, out)
	}
}
