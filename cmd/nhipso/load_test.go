package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keeper runs commands on one installation, on one day.
type keeper struct {
	t    *testing.T
	data string
}

func (d keeper) do(args ...string) (status int, out string) {
	d.t.Helper()
	var said bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &said, err: &said, now: func() time.Time { return time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC) },
		getenv: func(name string) string { return map[string]string{"NHIPSO_DATA": d.data, "NHIPSO_LANG": "en"}[name] }}
	status = dispatch(d.t.Context(), e, args)
	return status, said.String()
}

func (d keeper) file(rows ...string) string {
	d.t.Helper()
	name := filepath.Join(d.t.TempDir(), "share.csv")
	text := "DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n" + strings.Join(rows, "\n") + "\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return name
}

func wantAll(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("%q is not in:\n%s", p, out)
		}
	}
}

func TestALoadIsShownCheckedAndAnswered(t *testing.T) {
	d := keeper{t, t.TempDir()}
	if status, out := d.do("load", "--reference"); status != exitOK || strings.Contains(out, "have no reason yet") {
		t.Fatalf("%d %s", status, out)
	}
	if _, out := d.do("finding", "list", "--open"); !strings.Contains(out, "0 findings; 0 without an answer") {
		t.Fatalf("the reference data come without their reasons: %s", out)
	}
	file := d.file("DE_SHARE,VN,NSO,TOTAL,2025,14.9,A,2026-10-20,S,NSO-2026-01", "DE_SHARE,VN,NSO,CORE,2025,9.5,A,2026-10-20,S,NSO-2026-01",
		"DE_SHARE,VN,NSO,DIGITALISED,2025,4.4,A,2026-10-20,S,NSO-2026-01", "DE_SHARE,VN,MIC,TOTAL,2025,18.5,E,2026-10-20,S,NSO-2026-01",
		"DE_SHARE,VN,NSO,TOTAL,2025,14.02,A,2026-01-05,S,NSO-2026-01")
	t.Run("a check shows what is new, revised and unchanged, and what would be found, and stores nothing", func(t *testing.T) {
		for range 2 {
			status, out := d.do("load", "--check", file)
			if status != exitOK {
				t.Fatal(out)
			}
			wantAll(t, out, "share.csv: valid, 5 rows; nothing stored", "New: 1\n", "row 5 Share of digital value added in GDP (", "Revised: 3\n", "Digital economy), 2025: 14.02 (2026-01-05) → 14.9 (2026-10-20)",
				"Unchanged: 1\n", "Findings it would make: 3\n", "row 2 asks for an answer", "add to 13.9")
		}
	})
	t.Run("a load says the same of what it did, once", func(t *testing.T) {
		_, out := d.do("load", file)
		wantAll(t, out, "share.csv: 1 new, 3 revised, 1 unchanged", "3 new findings", "add to 13.9")
		_, out = d.do("load", file)
		wantAll(t, out, "0 new, 0 revised, 5 unchanged")
		if strings.Contains(out, "findings") {
			t.Error(out)
		}
	})
	t.Run("a finding is answered with a reason and a name", func(t *testing.T) {
		_, out := d.do("finding", "list", "--open")
		wantAll(t, out, "#20 row 2 asks for an answer", "rule core-and-digitalised", "1 findings; 1 without an answer")
		for _, args := range [][]string{{"--id", "20", "--by", "lan"}, {"--id", "20", "--by", " ", "--reason", "x"}} {
			if status, out := d.do(append([]string{"finding", "answer"}, args...)...); status != exitInput {
				t.Errorf("%v: %d %s", args, status, out)
			}
		}
		for _, args := range [][]string{{"answer"}, {"answer", "--id", "999", "--by", "lan", "--reason", "x"}, {"list", "--id", "20"}, {"answer", "--open", "--id", "20"}, {"forget"}, {"list", "answer"}} {
			if status, out := d.do(append([]string{"finding"}, args...)...); status != exitUsage {
				t.Errorf("%v: %d %s", args, status, out)
			}
		}
		status, out := d.do("finding", "answer", "--id", "20", "--by", "lan", "--reason", "the office confirms it")
		if status != exitOK {
			t.Fatal(out)
		}
		_, out = d.do("finding", "list")
		wantAll(t, out, "lan, 2026-", "the office confirms it", "22 findings; 0 without an answer")
	})
	t.Run("a broken rule refuses the file, checked or loaded, and names the place", func(t *testing.T) {
		bad := d.file("DE_SHARE,VN,NSO,TOTAL,2024,13.2,A,2026-10-20,S,NSO-2026-01", "DE_SHARE,VN,NSO,TOTAL,2023,149,A,2026-10-20,S,NSO-2026-01")
		for _, args := range [][]string{{"load", bad}, {"load", "--check", bad}} {
			status, out := d.do(args...)
			if status != exitInput {
				t.Error(status)
			}
			wantAll(t, out, "share.csv:3:OBS_VALUE:", "149 lies outside the range from 0 to 100", "Nothing was stored")
		}
		if _, out := d.do("load", "--check", d.file("DE_SHARE,VN,NSO,TOTAL,2024,13.2,A,2026-10-20,S,NSO-2026-01")); !strings.Contains(out, "Revised: 1\n") {
			t.Error("the good row of the bad file was stored: " + out)
		}
	})
	t.Run("a long list is cut, with its total", func(t *testing.T) {
		var rows []string
		for year := 1976; year < 2010; year++ {
			rows = append(rows, "DE_SHARE,VN,PTIT,TOTAL,"+time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")+",0.5,A,2026-10-20,S,NSO-2026-01")
		}
		_, out := d.do("load", "--check", d.file(rows...))
		wantAll(t, out, "New: 34\n", "… and 14 more")
		if n := strings.Count(out, "Digital economy), "); n > 2*maxListed {
			t.Errorf("%d rows listed", n)
		}
	})
	t.Run("the reference data cannot be checked only", func(t *testing.T) {
		if status, _ := d.do("load", "--reference", "--check"); status != exitUsage {
			t.Error(status)
		}
	})
}
