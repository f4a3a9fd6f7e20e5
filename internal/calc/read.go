package calc

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"nhipso/internal/fault"
	"nhipso/internal/ioformat"
)

// maxFile bounds what is read into memory: far above any table a person makes, far below what would exhaust a machine.
const maxFile = 256 << 20

// bytesOf reads a file named on the command line, or standard input for "-".
func (e *Env) bytesOf(name string) ([]byte, error) {
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
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fault.New("calc.file", "file", name, "reason", err.Error())
	}
	if len(b) > maxFile {
		return nil, fault.New("calc.too-large", "file", name, "mb", maxFile>>20)
	}
	return b, nil
}

// cells is a file as rows of trimmed text, whatever it was written in. Rows without any text are left out.
type cells struct {
	name  string
	rows  [][]string
	lines []int // where each row stands in the file, as a person counts
	comma bool  // numbers may have a decimal comma, since something else separates them
}

// cells reads a CSV or XLSX file. The separator of a CSV is told by its first line: tab, semicolon or comma, or blanks between bare numbers.
func (e *Env) cells(name string) (*cells, error) {
	b, err := e.bytesOf(name)
	if err != nil {
		return nil, err
	}
	c := &cells{name: name}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		err = c.workbook(b)
	} else {
		err = c.separated(b)
	}
	if fault.CodeOf(err) != "" {
		return nil, err
	}
	if err != nil {
		return nil, fault.New("calc.bad-file", "file", name, "reason", err.Error())
	}
	if len(c.rows) == 0 {
		return nil, fault.New("calc.empty", "file", name)
	}
	return c, nil
}

func (c *cells) add(line int, row []string) {
	blank := true
	for i := range row {
		row[i] = strings.TrimSpace(strings.ReplaceAll(row[i], "\u00a0", " "))
		blank = blank && row[i] == ""
	}
	if !blank {
		c.rows, c.lines = append(c.rows, row), append(c.lines, line)
	}
}

func (c *cells) separated(b []byte) error {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return errors.New("UTF-8")
	}
	first := ""
	for line := range strings.Lines(string(b)) {
		if first = strings.TrimSpace(line); first != "" {
			break
		}
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	switch {
	case strings.ContainsRune(first, '\t'):
		r.Comma = '\t'
	case semicolon(first):
		r.Comma = ';'
	case !strings.ContainsRune(first, ',') && spaced(first):
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			c.add(n, strings.Fields(line))
		}
		return nil
	default:
		r.TrimLeadingSpace = true
	}
	c.comma = r.Comma != ','
	for {
		row, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		c.add(line, row)
	}
}

// semicolon says whether a line has a semicolon outside quotation marks; commas beside it are decimal.
func semicolon(line string) bool {
	quoted := false
	for _, r := range line {
		if r == '"' {
			quoted = !quoted
		} else if r == ';' && !quoted {
			return true
		}
	}
	return false
}

// spaced says whether a line is several numbers with blanks between.
func spaced(line string) bool {
	parts := strings.Fields(line)
	for _, p := range parts {
		if _, known, ok := parse(p, false); !ok || !known {
			return false
		}
	}
	return len(parts) > 1
}

func (c *cells) workbook(b []byte) error {
	rows, _, err := ioformat.ReadSheet(bytes.NewReader(b), c.name, "")
	if err != nil {
		return err
	}
	for i, r := range rows {
		c.add(i+1, r)
	}
	return nil
}

// parse reads a number as statistical files write it; known is false for an empty cell or one marked missing, ok is false for any
// other text, for NaN and for infinities.
func parse(text string, comma bool) (v float64, known, ok bool) {
	switch text {
	case "", "NA", "N/A", "..", "...", "…", ":", "-":
		return 0, false, true
	}
	if comma && strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	for _, r := range text {
		if (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) {
			return 0, false, false
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, true, err == nil
}

// numeric says whether a cell could be a number, and is not empty.
func (c *cells) numeric(text string) bool {
	_, known, ok := parse(text, c.comma)
	return ok && known
}

// words says whether any of the cells is text that is no number.
func (c *cells) words(row []string) bool {
	for _, t := range row {
		if _, _, ok := parse(t, c.comma); !ok {
			return true
		}
	}
	return false
}

// number reads a cell that may be missing; a word, NaN or an infinity is refused with its place.
func (c *cells) number(row, col int, head string) (v float64, known bool, err error) {
	text := ""
	if col < len(c.rows[row]) {
		text = c.rows[row][col]
	}
	v, known, ok := parse(text, c.comma)
	if !ok {
		return 0, false, fault.New("stat.bad-decimal", "text", text).At(c.name, c.lines[row], head)
	}
	return v, known, nil
}

// letters names a column as spreadsheets do: A, B, …, Z, AA.
func letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// text writes a number so that reading it back gives the same bits.
func text(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// floatFlag reads the number of a flag that may be left empty.
func floatFlag(name, s string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fault.New("calc.bad-number", "flag", "--"+name, "given", s)
	}
	return f, nil
}

// list reads a flag of codes separated by commas.
func list(s string) []string {
	var out []string
	for _, c := range strings.Split(s, ",") {
		if c = strings.TrimSpace(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// numbers reads a flag of numbers separated by commas.
func numbers(name, s string) ([]float64, error) {
	var out []float64
	for _, c := range list(s) {
		v, err := floatFlag(name, c)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
