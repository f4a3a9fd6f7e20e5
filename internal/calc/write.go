package calc

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
)

// object is JSON whose names keep the order of the input.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// byCode gives one value a code, in their order.
func byCode[T any](codes []string, values []T) object {
	out := make(object, len(values))
	for i, v := range values {
		out[i] = member{codes[i], v}
	}
	return out
}

// rowsOf gives a matrix as lists of numbers.
func rowsOf(m *mat.Dense) [][]float64 {
	r, _ := m.Dims()
	out := make([][]float64, r)
	for i := range out {
		out[i] = mat.Row(nil, i, m)
	}
	return out
}

// wide gives a matrix as CSV with codes in the first row and column.
func wide(corner string, rows, cols []string, m [][]float64) [][]string {
	out := [][]string{append([]string{corner}, cols...)}
	for i, r := range m {
		line := []string{rows[i]}
		for _, v := range r {
			line = append(line, text(v))
		}
		out = append(out, line)
	}
	return out
}

// columns gives vectors side by side as CSV.
func columns(head []string, codes []string, vectors ...[]string) [][]string {
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

func texts(v []float64) []string {
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = text(x)
	}
	return out
}

func maybes(v []inputoutput.Maybe) []string {
	out := make([]string, len(v))
	for i, x := range v {
		if x.Known {
			out[i] = text(x.Value)
		}
	}
	return out
}

// orNull gives the number, or null where there is none.
func orNull(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// textOf gives the number, or nothing.
func textOf(v *float64) string {
	if v == nil {
		return ""
	}
	return text(*v)
}

// say prints a line of the working when --explain asks for it.
func (e *Env) say(o *options, key string, pairs ...any) {
	if *o.explain {
		fmt.Fprintln(e.Err, e.w(o.Name()+"."+key, pairs...))
	}
}

// zeros makes the remark on blank cells that were declared zeros.
func zeros(notes []*fault.Error, m *labelled) []*fault.Error {
	if m.zeros > 0 {
		notes = append(notes, fault.New("calc.blanks-are-zero", "n", m.zeros, "file", m.name))
	}
	return notes
}
