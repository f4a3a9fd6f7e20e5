package command

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// Bytes reads a file named on the command line, or standard input for "-".
func (e *Env) Bytes(name string) ([]byte, error) {
	r := io.NopCloser(e.In)
	if name != "-" {
		f, err := e.Open(name)
		if err != nil {
			var p *fs.PathError
			reason := err.Error()
			if errors.As(err, &p) {
				reason = p.Err.Error()
			}
			return nil, fault.New("calc.file", "file", name, "reason", reason)
		}
		r = f
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, tabular.MaxBytes+1))
	if err != nil {
		return nil, fault.New("calc.file", "file", name, "reason", err.Error())
	}
	if len(b) > tabular.MaxBytes {
		return nil, fault.New("calc.too-large", "file", name, "mb", tabular.MaxBytes>>20)
	}
	return b, nil
}

// Format gives the options of the command line that bear on a file of this kind, and notes that they were of use.
func (e *Env) Format(b []byte) tabular.Options {
	o := tabular.Options{Blanks: true}
	switch tabular.KindOf(b) {
	case tabular.CSV:
		o.Separator, o.Encoding, o.Decimal = e.line.format().Separator, e.line.format().Encoding, e.line.format().Decimal
	case tabular.XLSX:
		o.Sheet, o.Decimal = e.line.format().Sheet, e.line.format().Decimal
	}
	for _, flag := range o.Given() {
		e.used[flag] = true
	}
	return o
}

// idle refuses a flag of the command line that no file had a use for. It is asked before a result is written.
func (e *Env) idle() error {
	for _, flag := range e.line.format().Given() {
		if !e.used[flag] {
			return fault.New("calc.no-file-for", "flag", flag)
		}
	}
	return nil
}

// Cells is a file as rows of text, whatever it was written in, numbers as plain ones. Rows without any text, and titles above a heading,
// are left out.
type Cells struct {
	Name  string
	Rows  [][]string
	Lines []int // where each row stands in the file, as a person counts
}

// Cells reads a CSV or XLSX file.
func (e *Env) Cells(name string) (*Cells, error) {
	b, err := e.Bytes(name)
	if err != nil {
		return nil, err
	}
	f, err := tabular.Open(bytes.NewReader(b), name, e.Format(b))
	if err != nil {
		return nil, err
	}
	rows := make([]tabular.Row, 0, f.Length)
	for row, err := range f.Rows() {
		if err != nil {
			return nil, err
		}
		rows = append(rows, tabular.Row{Line: row.Line, Cells: slices.Clone(row.Cells)})
	}
	rows = withoutTitles(rows)
	w := writing{rows: rows}
	w.look()
	numbers, err := w.judge(f)
	if err != nil {
		return nil, err
	}
	c := &Cells{Name: name}
	for i, r := range rows {
		texts := make([]string, len(r.Cells))
		for j, x := range r.Cells {
			if texts[j], err = w.text(numbers, x, i, j); err != nil {
				return nil, inCell(err, name, r.Line, j)
			}
		}
		c.Rows, c.Lines = append(c.Rows, texts), append(c.Lines, r.Line)
	}
	return c, nil
}

func inCell(err error, name string, line, column int) error {
	for _, f := range fault.All(err) {
		return f.At(name, line, tabular.Letters(column))
	}
	return err
}

// withoutTitles leaves out the rows of one text each that stand above a heading: a row of several words and no number.
func withoutTitles(rows []tabular.Row) []tabular.Row {
	for i, r := range rows {
		filled, numbers := 0, 0
		for _, x := range r.Cells {
			if x.Type != tabular.Empty {
				filled++
			}
			if tabular.IsNumber(x) {
				numbers++
			}
		}
		switch {
		case filled > 1 && numbers == 0 && i > 0:
			return rows[i:]
		case filled != 1 || numbers > 0:
			return rows
		}
	}
	return rows
}

// writing is where the numbers of a file stand. Inside the first row and column they always may; those are numbers themselves where
// nothing in them is a word.
type writing struct {
	rows     []tabular.Row
	top      bool // the first row is numbers
	left     bool // the first column is numbers
	anywhere bool // only they are
}

func (w *writing) look() {
	w.top, w.left, w.anywhere = true, true, true
	for i, r := range w.rows {
		for j, x := range r.Cells {
			number := tabular.IsNumber(x)
			switch {
			case i > 0 && j > 0:
				w.anywhere = w.anywhere && !number
			case number || x.Type == tabular.Empty:
			case i == 0 && j == 0: // a word in the corner speaks for neither
			case i == 0:
				w.top = false
			default:
				w.left = false
			}
		}
	}
	if len(w.rows) > 0 && len(w.rows[0].Cells) > 0 {
		corner := tabular.IsNumber(w.rows[0].Cells[0])
		w.top, w.left = w.top && (corner || len(w.rows[0].Cells) > 1), w.left && (corner || len(w.rows) > 1)
	}
}

// judge decides how the numbers are written.
func (w *writing) judge(f *tabular.File) (tabular.Convention, error) {
	var j tabular.Judge
	for i, r := range w.rows {
		for k, x := range r.Cells {
			if i > 0 && k > 0 || w.anywhere && (w.left && k == 0 || w.top && i == 0) || w.top && w.left {
				j.See(x, r.Line, k)
			}
		}
	}
	return j.Decide(f)
}

// text gives a cell as text. A date stays one: it may be a period. What stands among labels is no number unless all of them are.
func (w *writing) text(numbers tabular.Convention, x tabular.Cell, i, j int) (string, error) {
	label := i == 0 && !w.top || j == 0 && !w.left
	if x.Type == tabular.Date || label && x.Type != tabular.Error {
		return x.Text, nil
	}
	s, err := numbers.Plain(x)
	if err != nil && (i == 0 || j == 0) && x.Type == tabular.Text {
		return x.Text, nil
	}
	if s == "" {
		return x.Text, err // a mark that there is no figure
	}
	return s, err
}

// ParseNumber reads a plain number; known is false for an empty cell or one marked missing, ok is false for any other text, for NaN and for
// infinities.
func ParseNumber(text string) (v float64, known, ok bool) {
	if text == "" || tabular.IsMissing(text) {
		return 0, false, true
	}
	for _, r := range text {
		if (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) {
			return 0, false, false
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, true, err == nil
}

// Numeric says whether a cell could be a number, and is not empty.
func (c *Cells) Numeric(text string) bool {
	_, known, ok := ParseNumber(text)
	return ok && known
}

// Words says whether any of the cells is text that is no number.
func (c *Cells) Words(row []string) bool {
	for _, t := range row {
		if _, _, ok := ParseNumber(t); !ok || t == "x" || t == "X" { // which in place of a figure says that none can be there
			return true
		}
	}
	return false
}

// Number reads a cell that may be missing; a word, NaN or an infinity is refused with its place.
func (c *Cells) Number(row, col int, head string) (v float64, known bool, err error) {
	text := ""
	if col < len(c.Rows[row]) {
		text = c.Rows[row][col]
	}
	v, known, ok := ParseNumber(text)
	if !ok {
		return 0, false, fault.New("stat.bad-decimal", "text", text).At(c.Name, c.Lines[row], head)
	}
	return v, known, nil
}

// Number writes a number so that reading it back gives the same bits.
func Number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// Float reads the number of a flag that may be left empty.
func Float(name, s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fault.New("calc.bad-number", "flag", "--"+name, "given", s)
	}
	return f, nil
}

// List reads a flag of codes separated by commas.
func List(s string) []string {
	var out []string
	for _, c := range strings.Split(s, ",") {
		if c = strings.TrimSpace(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// Floats reads a flag of numbers separated by commas.
func Floats(name, s string) ([]float64, error) {
	var out []float64
	for _, c := range List(s) {
		v, err := Float(name, c)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
