package calc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
)

// files are what a command finds on its disk; "-" is standard input.
type files map[string]string

// run runs a calculation on files in memory.
func run(lang string, disk files, args ...string) (out, errs string, err error) {
	var stdout, stderr bytes.Buffer
	e := &command.Env{In: strings.NewReader(disk["-"]), Out: &stdout, Err: &stderr, Lang: lang, Open: func(name string) (io.ReadCloser, error) {
		text, ok := disk[name]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	err = Run(context.Background(), e, args)
	return stdout.String(), stderr.String(), err
}

// tree is decoded JSON.
type tree struct {
	t *testing.T
	v any
	p string
}

// ask runs a calculation that has to succeed, with --json.
func ask(t *testing.T, disk files, args ...string) tree {
	t.Helper()
	out, _, err := run("en", disk, append(args, "--json")...)
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	var v any
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return tree{t, v, ""}
}

// at walks by names and positions.
func (x tree) at(path ...any) tree {
	x.t.Helper()
	for _, p := range path {
		x.p += fmt.Sprintf("/%v", p)
		switch k := p.(type) {
		case string:
			m, ok := x.v.(map[string]any)
			if !ok {
				x.t.Fatalf("%s: not an object: %v", x.p, x.v)
			}
			if x.v, ok = m[k]; !ok {
				x.t.Fatalf("%s: not there", x.p)
			}
		case int:
			l, ok := x.v.([]any)
			if !ok || k >= len(l) && k >= 0 || k < 0 && -k > len(l) {
				x.t.Fatalf("%s: no such position", x.p)
			}
			if k < 0 {
				k += len(l)
			}
			x.v = l[k]
		}
	}
	return x
}

func (x tree) number() float64 {
	x.t.Helper()
	f, ok := x.v.(float64)
	if !ok {
		x.t.Fatalf("%s: not a number: %v", x.p, x.v)
	}
	return f
}

func (x tree) list() []tree {
	x.t.Helper()
	l, ok := x.v.([]any)
	if !ok {
		x.t.Fatalf("%s: not a list: %v", x.p, x.v)
	}
	out := make([]tree, len(l))
	for i, v := range l {
		out[i] = tree{x.t, v, fmt.Sprintf("%s/%d", x.p, i)}
	}
	return out
}

// numbers gives a list of numbers, or of lists of numbers one after the other.
func (x tree) numbers() (out []float64) {
	x.t.Helper()
	for _, e := range x.list() {
		if _, ok := e.v.([]any); ok {
			out = append(out, e.numbers()...)
			continue
		}
		out = append(out, e.number())
	}
	return out
}

// by gives the numbers of an object in the order of the names.
func (x tree) by(names ...string) (out []float64) {
	x.t.Helper()
	for _, n := range names {
		out = append(out, x.at(n).number())
	}
	return out
}

// each gives one number of every object of a list.
func (x tree) each(name string) (out []float64) {
	x.t.Helper()
	for _, e := range x.list() {
		out = append(out, e.at(name).number())
	}
	return out
}

func (x tree) words() (out []string) {
	x.t.Helper()
	for _, e := range x.list() {
		out = append(out, e.v.(string))
	}
	return out
}

// near holds a result against what is expected, relative to the larger of one and the value.
func (x tree) near(got []float64, tolerance float64) {
	x.t.Helper()
	var want []float64
	if _, ok := x.v.([]any); ok {
		want = x.numbers()
	} else {
		want = []float64{x.number()}
	}
	near(x.t, x.p, got, want, tolerance)
}

func near(t *testing.T, what string, got, want []float64, tolerance float64) {
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

// oracle reads a file of expected results.
func oracle(t *testing.T, name string) tree {
	t.Helper()
	b, err := os.ReadFile("testdata/oracles/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return tree{t, v, name}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Refused runs a calculation that has to fail with one of the given codes, and to blame the input.
func refused(t *testing.T, disk files, code string, args ...string) {
	t.Helper()
	out, _, err := run("en", disk, args...)
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

func csvRow(code string, values ...float64) string {
	row := code
	for _, v := range values {
		row += "," + strconv.FormatFloat(v, 'g', -1, 64)
	}
	return row + "\n"
}

func codeValues(codes []string, values []float64) string {
	out := "code,value\n"
	for i, c := range codes {
		out += csvRow(c, values[i])
	}
	return out
}

// bare writes rows of numbers without codes.
func bare(rows ...[]float64) string {
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

func rowsIn(x tree) (out [][]float64) {
	for _, r := range x.list() {
		out = append(out, r.numbers())
	}
	return out
}
