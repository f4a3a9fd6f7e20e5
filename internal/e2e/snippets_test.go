package e2e

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"html"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"nhipso/internal/needs"
)

// Pages whose figures are read by programs, in the languages of their pages.
var readByPrograms = []string{"/", "/?lang=en", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/tinh/VN34-24?lang=en", "/muc-tieu/KTS-1"}

var snippet = regexp.MustCompile(`(?s)<code data-client="([a-z]+)">(.*?)</code>`)

// snippetsOf gives what the pages of a running server offer to one client.
func snippetsOf(t *testing.T, s *server, client string) (out []string) {
	t.Helper()
	for _, page := range readByPrograms {
		_, body := s.get(t, page)
		for _, m := range snippet.FindAllStringSubmatch(body, -1) {
			if m[1] == client {
				out = append(out, html.UnescapeString(m[2]))
			}
		}
	}
	if len(out) < len(readByPrograms) {
		t.Fatalf("only %d snippets for %s", len(out), client)
	}
	return out
}

var asksFor = regexp.MustCompile(`http://127[^'"]+`)

// table is the file that a snippet asks for, as we read it.
func table(t *testing.T, s *server, code string) [][]string {
	t.Helper()
	address := asksFor.FindString(code)
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("dot") == "" || u.Query().Get("hinh") == "" {
		t.Fatalf("%q is not pinned to a release and a figure", address)
	}
	res, body := s.get(t, strings.TrimPrefix(address, s.url))
	r := csv.NewReader(strings.NewReader(body))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if res.StatusCode != 200 || err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d, %v, %d rows", address, res.StatusCode, err, len(rows))
	}
	return rows
}

// runIn runs a program in a folder of its own and gives what it writes.
func runIn(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// What a page tells curl to do fetches the file, byte for byte.
func TestWhatCurlIsToldFetchesTheFigure(t *testing.T) {
	needs.Program(t, "curl")
	shell := needs.Program(t, "sh")
	s := shared.get(t)
	for _, code := range snippetsOf(t, s, "curl") {
		want := table(t, s, code)
		dir := t.TempDir()
		runIn(t, dir, shell, "-c", code)
		files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s leaves %v", code, files)
		}
		b, err := os.ReadFile(files[0])
		if err != nil || strings.Count(string(b), "\n") < len(want) {
			t.Errorf("%s: %v\n%s", code, err, b)
		}
		_, body := s.get(t, strings.TrimPrefix(asksFor.FindString(code), s.url))
		if string(b) != body {
			t.Errorf("%s leaves another file", code)
		}
	}
}

// What a page tells Python to do gives the rows that the file has, under the names of its columns.
func TestWhatPythonIsToldReadsTheFigure(t *testing.T) {
	python := needs.Program(t, "python3")
	s := shared.get(t)
	for _, code := range snippetsOf(t, s, "python") {
		want := table(t, s, code)
		out := runIn(t, t.TempDir(), python, "-c", code+"\nimport json\nprint(json.dumps(rows))")
		lines := strings.Split(strings.TrimSpace(out), "\n")
		var rows []map[string]string
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &rows); err != nil || len(rows) != len(want)-1 || !strings.HasPrefix(lines[0], strconv.Itoa(len(rows))+" ") {
			t.Fatalf("%v: %d rows of %d\n%s", err, len(rows), len(want)-1, out)
		}
		for i, row := range rows {
			for j, name := range want[0] {
				if row[name] != want[i+1][j] {
					t.Errorf("row %d, %s: %q, want %q", i, name, row[name], want[i+1][j])
				}
			}
		}
	}
}

// What a page tells R to do gives a data frame of as many rows, under the names of its columns.
func TestWhatRIsToldReadsTheFigure(t *testing.T) {
	r := needs.Program(t, "Rscript")
	s := shared.get(t)
	for _, code := range snippetsOf(t, s, "r") {
		want := table(t, s, code)
		script := filepath.Join(t.TempDir(), "read.R")
		if err := os.WriteFile(script, []byte(code+"\ncat(\"\\nrows\", nrow(x), \"\\n\")\nwriteLines(paste0(\"name \", enc2utf8(names(x))), useBytes = TRUE)\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		out := runIn(t, t.TempDir(), r, "--vanilla", script)
		if !strings.Contains(out, "\nrows "+strconv.Itoa(len(want)-1)+" \n") {
			t.Errorf("%s: not %d rows\n%s", code, len(want)-1, out)
		}
		for _, name := range want[0] {
			if !strings.Contains(out, "\nname "+name+"\n") {
				t.Errorf("%s: no column %q\n%s", code, name, out)
			}
		}
	}
}

// excelQuery is the form of the query: the address, the separator, the code page and the quotes that it reads with, and that the first row is the head.
var excelQuery = regexp.MustCompile(`^let\n    Source = Csv\.Document\(Web\.Contents\("(http://[^"\s]+)"\),\n        \[Delimiter = "(.)", Encoding = (\d+), QuoteStyle = QuoteStyle\.Csv\]\),\n    Result = Table\.PromoteHeaders\(Source, \[PromoteAllScalars = true\]\)\nin\n    Result$`)

// officePages are the code pages of Windows, by which a query names an encoding, as LibreOffice numbers them.
var officePages = map[string]string{"65001": "76"}

// Excel itself is on no machine of ours: its query is held to its form, and LibreOffice does what it says – it fetches the address by itself and reads
// with the separator, the encoding and the quotes of the query – and finds every cell of the file.
func TestWhatExcelIsToldReadsTheFigure(t *testing.T) {
	office := needs.Program(t, "soffice")
	s := shared.get(t)
	for i, code := range snippetsOf(t, s, "excel") {
		query := excelQuery.FindStringSubmatch(code)
		if query == nil || officePages[query[3]] == "" {
			t.Fatalf("the query is %s", code)
		}
		want := table(t, s, code)
		if i > 1 {
			continue // a spreadsheet program takes seconds to start
		}
		dir := t.TempDir()
		var columns []string // all of them are text, as the query leaves them
		for c := range want[0] {
			columns = append(columns, strconv.Itoa(c+1)+"/2")
		}
		read := strconv.Itoa(int(query[2][0])) + ",34," + officePages[query[3]] + ",1," + strings.Join(columns, "/")
		runIn(t, dir, office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--infilter=CSV:"+read, "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", dir+"/out", query[1])
		files, err := filepath.Glob(filepath.Join(dir, "out", "*.csv"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s leaves %v", query[1], files)
		}
		b, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff")))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil || len(rows) != len(want) {
			t.Fatalf("%v: %d rows of %d", err, len(rows), len(want))
		}
		for i, row := range rows {
			if strings.Join(row, "|") != strings.Join(want[i], "|") {
				t.Errorf("row %d is %q, want %q", i, row, want[i])
			}
		}
	}
}
