// Package calctest runs calculations on files in memory and walks through what they print, for the tests of calc and of its families.
package calctest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"nhipso/data"
	"nhipso/internal/territory"
	"os"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/fault"
)

// Files are what a command finds on its disk; "-" is standard input.
type Files map[string]string

// Run runs a calculation on files in memory.
func Run(lang string, disk Files, args ...string) (out, errs string, err error) {
	var stdout, stderr bytes.Buffer
	e := &calc.Env{In: strings.NewReader(disk["-"]), Out: &stdout, Err: &stderr, Lang: lang, Areas: func() (*territory.Registry, error) { return territory.Load(data.FS) }, Open: func(name string) (io.ReadCloser, error) {
		text, ok := disk[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	err = calc.Run(context.Background(), e, args)
	return stdout.String(), stderr.String(), err
}

// Tree is decoded JSON.
type Tree struct {
	T *testing.T
	V any
	p string
}

// Ask runs a calculation that has to succeed, with --json.
func Ask(t *testing.T, disk Files, args ...string) Tree {
	t.Helper()
	out, _, err := Run("en", disk, append(args, "--json")...)
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	var v any
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return Tree{t, v, ""}
}

// At walks by names and positions.
func (x Tree) At(path ...any) Tree {
	x.T.Helper()
	for _, p := range path {
		x.p += fmt.Sprintf("/%v", p)
		switch k := p.(type) {
		case string:
			m, ok := x.V.(map[string]any)
			if !ok {
				x.T.Fatalf("%s: not an object: %v", x.p, x.V)
			}
			if x.V, ok = m[k]; !ok {
				x.T.Fatalf("%s: not there", x.p)
			}
		case int:
			l, ok := x.V.([]any)
			if !ok || k >= len(l) && k >= 0 || k < 0 && -k > len(l) {
				x.T.Fatalf("%s: no such position", x.p)
			}
			if k < 0 {
				k += len(l)
			}
			x.V = l[k]
		}
	}
	return x
}

// Number gives a number.
func (x Tree) Number() float64 {
	x.T.Helper()
	f, ok := x.V.(float64)
	if !ok {
		x.T.Fatalf("%s: not a number: %v", x.p, x.V)
	}
	return f
}

// List gives the values of a list.
func (x Tree) List() []Tree {
	x.T.Helper()
	l, ok := x.V.([]any)
	if !ok {
		x.T.Fatalf("%s: not a list: %v", x.p, x.V)
	}
	out := make([]Tree, len(l))
	for i, v := range l {
		out[i] = Tree{x.T, v, fmt.Sprintf("%s/%d", x.p, i)}
	}
	return out
}

// Numbers gives a list of numbers, or of lists of numbers one after the other.
func (x Tree) Numbers() (out []float64) {
	x.T.Helper()
	for _, e := range x.List() {
		if _, ok := e.V.([]any); ok {
			out = append(out, e.Numbers()...)
			continue
		}
		out = append(out, e.Number())
	}
	return out
}

// By gives the numbers of an object in the order of the names.
func (x Tree) By(names ...string) (out []float64) {
	x.T.Helper()
	for _, n := range names {
		out = append(out, x.At(n).Number())
	}
	return out
}

// Each gives one number of every object of a list.
func (x Tree) Each(name string) (out []float64) {
	x.T.Helper()
	for _, e := range x.List() {
		out = append(out, e.At(name).Number())
	}
	return out
}

// Words gives a list of words.
func (x Tree) Words() (out []string) {
	x.T.Helper()
	for _, e := range x.List() {
		word, ok := e.V.(string)
		if !ok {
			x.T.Fatalf("%s: not a word: %v", e.p, e.V)
		}
		out = append(out, word)
	}
	return out
}

// Near holds a result against what is expected, relative to the larger of one and the value.
func (x Tree) Near(got []float64, tolerance float64) {
	x.T.Helper()
	var want []float64
	if _, ok := x.V.([]any); ok {
		want = x.Numbers()
	} else {
		want = []float64{x.Number()}
	}
	Near(x.T, x.p, got, want, tolerance)
}

// Near holds numbers against those expected, each relative to the larger of one and what is expected.
func Near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance*math.Max(1, math.Abs(want[i]))) {
			t.Errorf("%s[%d] = %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
}

// Oracle reads a file of expected results.
func Oracle(t *testing.T, name string) Tree {
	t.Helper()
	b, err := os.ReadFile("testdata/oracles/" + name)
	if errors.Is(err, fs.ErrNotExist) { // a family of calculations lies one folder below
		b, err = os.ReadFile("../testdata/oracles/" + name)
	}
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return Tree{t, v, name}
}

// Read gives the text of a file.
func Read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Refused runs a calculation that has to fail with one of the given codes, and to blame the input.
func Refused(t *testing.T, disk Files, code string, args ...string) {
	t.Helper()
	out, _, err := Run("en", disk, args...)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("%s: got %v (%s), want %s", strings.Join(args, " "), err, fault.CodeOf(err), code)
		return
	}
	if f.Kind() != fault.Invalid && f.Kind() != fault.Conflict && code != "calc.file" {
		t.Errorf("%s is of kind %s", code, f.Kind())
	}
	if strings.Contains(out, "NaN") || strings.Contains(out, "Inf") {
		t.Errorf("%s: %s", code, out)
	}
}

// CSVRow writes a code and its numbers as a line of CSV.
func CSVRow(code string, values ...float64) string {
	row := code
	for _, v := range values {
		row += "," + strconv.FormatFloat(v, 'g', -1, 64)
	}
	return row + "\n"
}

// CodeValues writes a list code,value.
func CodeValues(codes []string, values []float64) string {
	out := "code,value\n"
	for i, c := range codes {
		out += CSVRow(c, values[i])
	}
	return out
}

// Bare writes rows of numbers without codes.
func Bare(rows ...[]float64) string {
	out := ""
	for _, r := range rows {
		for j, v := range r {
			if j > 0 {
				out += ","
			}
			out += strconv.FormatFloat(v, 'g', -1, 64)
		}
		out += "\n"
	}
	return out
}

// RowsIn gives the rows of a matrix.
func RowsIn(x Tree) (out [][]float64) {
	for _, r := range x.List() {
		out = append(out, r.Numbers())
	}
	return out
}

// Small is a table of two industries.
const Small = "code,a,b,fd\na,1,2,3\nb,2,3,3\nva,3,4,0\n"

// Quarters is a series of n quarters from 2000 on.
func Quarters(n int, f func(i int) float64) string {
	out := "period,value\n"
	for i := range n {
		out += CSVRow(fmt.Sprintf("%d-Q%d", 2000+i/4, i%4+1), f(i))
	}
	return out
}

// Lines cuts what was printed into lines.
func Lines(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

// Rectangular is a pair of supply and use, small enough to be worked by hand: 1/7 is what the inverse of the make table leaves.
var Rectangular = Files{
	"use":    "code,I1,I2,fd\nP1,10,20,70\nP2,15,5,30\nva,75,25,\n",
	"make":   "code,P1,P2\nI1,90,10\nI2,10,40\n",
	"supply": "code,I1,I2,total\nP1,90,10,100\nP2,10,40,50\n",
}
