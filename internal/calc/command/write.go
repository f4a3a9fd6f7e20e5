package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// Object is JSON whose names keep the order of the input.
type Object []Member

// Member is a name with its value. It is a struct without a name of its own, so that {"name", value} reads as a line of JSON does.
type Member = struct {
	Name  string
	Value any
}

// WriteJSON writes a value as indented JSON, a record or a row of a matrix on one line. A number that JSON cannot hold is a defect of the
// method, and is refused, not written.
func (e *Env) WriteJSON(v any) error {
	if err := e.idle(); err != nil {
		return err
	}
	b, err := appendJSON(nil, v, "\n")
	if err != nil {
		return fault.New("calc.not-a-number").Because(err)
	}
	if _, err := e.Out.Write(append(b, '\n')); err != nil {
		return fault.New("calc.write").Because(err)
	}
	return nil
}

// appendJSON writes a value after b; margin is what a new line begins with.
func appendJSON(b []byte, v any, margin string) ([]byte, error) {
	var err error
	inner := margin + "  "
	switch x := v.(type) {
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return b, fmt.Errorf("%v", x)
		}
		return strconv.AppendFloat(b, x, 'g', -1, 64), nil
	case []float64:
		return appendList(b, x, "")
	case [][]float64:
		return appendList(b, x, inner)
	case []any:
		return appendList(b, x, inner)
	case []Object:
		return appendList(b, x, inner)
	case Object:
		if oneLine(x) {
			inner = ""
		}
		b = append(b, '{')
		for i, m := range x {
			if i > 0 {
				b = append(b, comma(inner)...)
			}
			b = append(b, inner...)
			name, err := json.Marshal(m.Name)
			if err != nil {
				return b, err
			}
			b = append(append(b, name...), ": "...)
			if b, err = appendJSON(b, m.Value, inner); err != nil {
				return b, err
			}
		}
		if inner != "" && len(x) > 0 {
			b = append(b, margin...)
		}
		return append(b, '}'), nil
	}
	text, err := json.MarshalIndent(v, strings.TrimPrefix(margin, "\n"), "  ")
	return append(b, text...), err
}

// appendList writes a list, on one line where inner is empty.
func appendList[T any](b []byte, list []T, inner string) ([]byte, error) {
	b = append(b, '[')
	var err error
	for i, v := range list {
		if i > 0 {
			b = append(b, comma(inner)...)
		}
		if b, err = appendJSON(append(b, inner...), v, inner); err != nil {
			return b, err
		}
	}
	if len(inner) > 2 && len(list) > 0 {
		b = append(b, inner[:len(inner)-2]...)
	}
	return append(b, ']'), nil
}

// comma is what stands between two values: with a blank where no new line follows.
func comma(inner string) string {
	if inner == "" {
		return ", "
	}
	return ","
}

// oneLine says whether an object is a short record of plain values, which reads best on one line.
func oneLine(x Object) bool {
	for _, m := range x {
		switch m.Value.(type) {
		case float64, string, bool, int, nil, inputoutput.Maybe:
		default:
			return false
		}
	}
	return len(x) > 1 && len(x) <= 12 && x[0].Name != "" && slices.Contains([]string{"period", "item", "name", "year", "code", "outputLoss", "lag"}, x[0].Name)
}

// ByCode gives one value a code, in their order.
func ByCode[T any](codes []string, values []T) Object {
	out := make(Object, len(values))
	for i, v := range values {
		out[i] = Member{codes[i], v}
	}
	return out
}

// Rows gives a matrix as lists of numbers.
func Rows(m *mat.Dense) [][]float64 {
	r, _ := m.Dims()
	out := make([][]float64, r)
	for i := range out {
		out[i] = mat.Row(nil, i, m)
	}
	return out
}

// Wide gives a matrix as CSV with codes in the first row and column.
func Wide(corner string, rows, cols []string, m [][]float64) [][]string {
	out := [][]string{append([]string{corner}, cols...)}
	for i, r := range m {
		line := []string{rows[i]}
		for _, v := range r {
			line = append(line, Number(v))
		}
		out = append(out, line)
	}
	return out
}

// Columns gives vectors side by side as CSV.
func Columns(head []string, codes []string, vectors ...[]string) [][]string {
	out := [][]string{head}
	for i, c := range codes {
		row := []string{c}
		for _, v := range vectors {
			row = append(row, v[i])
		}
		out = append(out, row)
	}
	return out
}

// Numbers writes numbers, see Number.
func Numbers(v []float64) []string {
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = Number(x)
	}
	return out
}

// Maybes writes numbers of which some are missing: those are empty.
func Maybes(v []inputoutput.Maybe) []string {
	out := make([]string, len(v))
	for i, x := range v {
		if x.Known {
			out[i] = Number(x.Value)
		}
	}
	return out
}

// OrNull gives the number, or null where there is none.
func OrNull(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// NumberOrNone gives the number, or nothing.
func NumberOrNone(v *float64) string {
	if v == nil {
		return ""
	}
	return Number(*v)
}

// Say prints a line of the working when --explain asks for it.
func (e *Env) Say(key string, pairs ...any) {
	if e.Explains() {
		fmt.Fprintln(e.Err, e.Word(e.line.command+"."+key, pairs...))
	}
}

// NamesAt gives the names of what stands at some positions, an empty list for none.
func NamesAt(at []int, name func(int) string) []string {
	out := make([]string, len(at))
	for i, k := range at {
		out[i] = name(k)
	}
	return out
}

// Zeros makes the remark on blank cells that were declared zeros.
func Zeros(notes []*fault.Error, m *Matrix) []*fault.Error {
	if m.Zeros > 0 {
		notes = append(notes, fault.New("calc.blanks-are-zero", "n", m.Zeros, "file", m.Name))
	}
	return notes
}

// Label writes a period as the layout of series has it: 1975, 1975-Q1, 1975-01.
func Label(p stat.Period) string { return strings.Replace(p.String(), "-M", "-", 1) }

// InFile says which file a fault of a method is about, where the fault does not yet.
func InFile(file string, err error) error {
	if f, ok := err.(*fault.Error); ok && f.Where == (fault.Where{}) {
		return f.At(file, 0, "")
	}
	return err
}

// At says where in a file a fault of another room is.
func At(err error, file string, row int, column string) error {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return f.At(file, row, column)
	}
	return err
}

// ManyFigures is the size from which variances after adjustment are computed on request only.
const ManyFigures = 2000

// Write gives the answer of a calculation: with --json the result, with its notes at the end; otherwise rows of cells, with the notes apart.
func (e *Env) Write(result Object, notes []*fault.Error, rows ...[]string) error {
	if e.JSON() {
		return e.WriteJSON(append(result, Member{"notes", e.Remarks(notes)}))
	}
	e.Warn(notes)
	return e.WriteCSV(rows...)
}
