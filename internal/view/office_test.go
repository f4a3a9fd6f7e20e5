package view

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/needs"
)

// held is the value that a cell with a formula was written with.
var held = regexp.MustCompile(`(<f[^>]*>[^<]*</f>)<v>[^<]*</v>`)

// forgetting writes a workbook without the values of its formulas, so that whoever opens it has to compute them.
func forgetting(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, member := range z.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(member.Name, "xl/worksheets/") {
			content = held.ReplaceAll(content, []byte("$1"))
		}
		m, err := w.Create(member.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// office lets LibreOffice compute workbooks from nothing but their inputs, and gives the rows of one sheet of each.
func office(t *testing.T, sheet string, files []*excelize.File) [][][]string {
	t.Helper()
	program := needs.Program(t, "soffice")
	folder := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(folder, "profile"), "--headless",
		"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", "--outdir", folder}
	for i, f := range files {
		name := filepath.Join(folder, fmt.Sprintf("w%d.xlsx", i))
		if err := os.WriteFile(name, forgetting(t, f), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	rows := make([][][]string, len(files))
	for i := range files {
		b, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("w%d-%s.csv", i, sheet)))
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(bytes.NewReader(b))
		r.FieldsPerRecord = -1
		if rows[i], err = r.ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	return rows
}

// labelled gives the number beside a label.
func labelled(rows [][]string, label string) (float64, bool) {
	for _, r := range rows {
		if len(r) > 1 && r[0] == label {
			x, err := strconv.ParseFloat(r[1], 64)
			return x, err == nil
		}
	}
	return 0, false
}
