package tabular_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// open opens a text as a file.
func open(t testing.TB, text string, o tabular.Options) (*tabular.File, error) {
	t.Helper()
	return tabular.Open(strings.NewReader(text), "tệp.csv", o)
}

// grid gives the rows of a file as texts.
func grid(t testing.TB, f *tabular.File) (out [][]string) {
	t.Helper()
	for row, err := range f.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, c := range row.Cells {
			texts = append(texts, c.Text)
		}
		out = append(out, texts)
	}
	return out
}

// wantFault looks for a refusal with its place, whose sentences leave nothing open.
func wantFault(t testing.TB, err error, code string, row int, column string) *fault.Error {
	t.Helper()
	all := fault.All(err)
	if len(all) == 0 {
		t.Fatalf("got %v, want %s", err, code)
	}
	f := all[0]
	if f.Code != code || f.Where.Row != row || f.Where.Column != column {
		t.Errorf("got %s at %d %q (%v), want %s at %d %q", f.Code, f.Where.Row, f.Where.Column, err, code, row, column)
	}
	for _, lang := range []string{"vi", "en"} {
		if s := fault.In(err, lang); strings.Contains(s, "{") {
			t.Errorf("place left open: %s", s)
		}
	}
	if len(all) > fault.MaxNamed {
		t.Errorf("%d faults", len(all))
	}
	return f
}

var errDisk = errors.New("input/output error")

// read reads a file of the room.
func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
