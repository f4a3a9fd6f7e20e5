package e2e

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const head = "DATAFLOW,FREQ,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"

func TestBadFilesAreRefusedWholeWithTheirPlace(t *testing.T) {
	shared.get(t)
	before := run(t, "export", "DE_SHARE", "--data", shared.dir, "--history", "--draft").out
	good := "DE_SHARE,A,VN34-01,NSO,TOTAL,2024,17.1,A,2026-02-01,S,NSO-2026-01\n"
	for name, c := range map[string]struct {
		content string
		says    []string // in the English message
	}{
		"a code that belonged to another province on that day": {head + good + "DE_SHARE,A,27,NSO,TOTAL,2025,46.3,A,2026-02-01,S,NSO-2026-01\n", []string{":3:", "REF_AREA", "27"}},
		"a duplicate key":                  {head + good + good, []string{":3:"}},
		"a word where a number belongs":    {head + good + "DE_SHARE,A,VN34-04,NSO,TOTAL,2024,many,A,2026-02-01,S,NSO-2026-01\n", []string{":3:", "OBS_VALUE", "many"}},
		"a Vietnamese number":              {head + good + "DE_SHARE,A,VN34-04,NSO,TOTAL,2024,\"1.234,56\",A,2026-02-01,S,NSO-2026-01\n", []string{":3:", "1.234,56", "17.1"}},
		"an English number with thousands": {head + good + "DE_SHARE,A,VN34-04,NSO,TOTAL,2024,\"1,234.56\",A,2026-02-01,S,NSO-2026-01\n", []string{":3:", "OBS_VALUE", "1,234.56"}},
		"a lone surrogate":                 {head + "DE_SHARE,A,VN34-04,NSO,TOTAL,2024,1,A,2026-02-01,S,\xed\xa0\x80\n", []string{":2"}},
		"UTF-16":                           {"\xff\xfeD\x00A\x00", []string{"“DA”", "DATAFLOW"}}, // read for what it is, and no table of figures
		"a row too short":                  {head + "DE_SHARE,A,VN34-04\n", []string{":2"}},
		"a column that does not exist":     {strings.Replace(head, "SOURCE", "COLOUR", 1) + good, []string{"COLOUR"}},
		"nothing":                          {"", nil},
		"headings alone":                   {head, nil},
		"a second official number for a published cell": {head + "DE_SHARE,A,VN,NSO,TOTAL,2025,14.03,A,2026-01-05,S,NSO-2026-01\n", []string{":2:", "14.02", "14.03"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bad.csv")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			o := run(t, "--lang", "en", "load", file, "--data", shared.dir)
			if o.status != 3 {
				t.Errorf("status %d, want 3: %s", o.status, o.err)
			}
			for _, s := range append(c.says, "bad.csv") {
				if !strings.Contains(o.err, s) {
					t.Errorf("the message does not say %q: %s", s, o.err)
				}
			}
			if vi := run(t, "--lang", "vi", "load", file, "--data", shared.dir); vi.err == o.err {
				t.Errorf("the same words in both languages: %s", vi.err)
			}
			if after := run(t, "export", "DE_SHARE", "--data", shared.dir, "--history", "--draft").out; after != before {
				t.Error("something was stored")
			}
		})
	}
	t.Run("a UTF-8 mark at the start is no fault", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "bom.csv")
		os.WriteFile(file, []byte("\ufeff"+head+good), 0o600)
		if o := run(t, "load", "--check", file, "--data", shared.dir); o.status != 0 {
			t.Errorf("%d: %s", o.status, o.err)
		}
	})
	t.Run("a file that is not there", func(t *testing.T) {
		if o := run(t, "--lang", "en", "load", "/nowhere/x.csv", "--data", shared.dir); o.status != 4 || !strings.Contains(o.err, "/nowhere/x.csv") {
			t.Errorf("%d: %s", o.status, o.err)
		}
	})
}

func TestBusyPortIsSaidAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := filepath.Join(t.TempDir(), "untouched")
	o := run(t, "--lang", "en", "serve", "--addr", l.Addr().String(), "--data", dir)
	if o.status != 4 || !strings.Contains(o.err, l.Addr().String()) || !strings.Contains(o.err, "--addr") {
		t.Errorf("%d: %s", o.status, o.err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("a data folder was made for nothing")
	}
}
