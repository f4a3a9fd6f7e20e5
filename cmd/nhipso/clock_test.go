package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const figures = "DATAFLOW,FREQ,REF_AREA,CONCEPT,COMPONENT,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"

func TestAClockThatWentBackIsRefusedByEveryAct(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 12, 24, 9, 0, 0, 0, time.UTC)
	do := func(args ...string) (int, string) {
		var out bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &out, getenv: func(string) string { return "" }, now: func() time.Time { return now }}
		status := dispatch(t.Context(), e, append([]string{"--lang", "en"}, append(args, "--data", dir)...))
		return status, out.String()
	}
	if status, said := do("release", "open", "--id", "2026-Q3", "--by", "lan"); status != exitOK {
		t.Fatal(said)
	}
	now = now.Add(-time.Hour)
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, []byte(figures), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"load", "--reference"}, {"load", file}, {"run"}, {"release", "open", "--id", "2026-Q4"}, {"release", "approve", "--id", "2026-Q3"},
		{"release", "publish"}, {"override", "KTS-1@2025", "--class", "FOCUS", "--reason", "known to us for long", "--by", "lan"}} {
		if status, said := do(args...); status != exitInput || !strings.Contains(said, "The clock says 2026-12-24T08:00:00Z, the last act was recorded at 2026-12-24T09:00:00Z") {
			t.Errorf("%v: %d %s", args, status, said)
		}
	}
	if status, said := do("release", "list"); status != exitOK || !strings.Contains(said, "2026-Q3") {
		t.Errorf("what only reads works: %d %s", status, said)
	}
	if _, said := do("doctor"); !strings.Contains(said, "✗ Clock and log") {
		t.Error(said)
	}
	if status, said := do("doctor", "--accept-clock"); status != exitInput || !strings.Contains(said, "--reason") {
		t.Errorf("%d %s", status, said)
	}
	do("doctor", "--accept-clock", "--reason", "it had been an hour ahead")
	if status, said := do("release", "open", "--id", "2026-Q4", "--by", "lan"); status != exitOK {
		t.Error(said)
	}
}

func TestTheHeadIsNotedWhereAPersonFindsIt(t *testing.T) {
	for _, c := range []struct {
		p    installation
		want string
	}{
		{installation{data: "d"}, "d/audit-head.json"},
		{installation{data: "d", database: "sqlite:/x/y.db"}, "/x/y.db-audit-head.json"},
		{installation{data: "d", database: "y.db"}, "y.db-audit-head.json"},
		{installation{data: "d", database: "postgres://an:s3cret@host:5432/nhipso?sslmode=disable"}, "d/audit-head-host-5432-nhipso.json"},
		{installation{data: "d", database: "postgres://host/nhipso?search_path=t1"}, "d/audit-head-host-nhipso-t1.json"},
		{installation{data: "d", database: "postgres://host/nhipso", note: "/n/head"}, "/n/head"},
	} {
		if got := c.p.headNote(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.p, got, c.want)
		}
	}
}

// TestDoctorReadsTheClockOfTheCountryThatIsKept: whoever examines an installation need not name its pack.
func TestDoctorReadsTheClockOfTheCountryThatIsKept(t *testing.T) {
	v := country(t)
	var out bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &out, getenv: func(string) string { return "" }, now: v.e.now}
	dispatch(t.Context(), e, []string{"--lang", "en", "doctor", "--data", v.dir})
	if !regexp.MustCompile(`(?m)Clock .* \+05:30$`).MatchString(out.String()) {
		t.Errorf("no clock of the country:\n%s", out.String())
	}
}
