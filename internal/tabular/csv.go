package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

// separated looks at a CSV: its encoding, its separator, and every cell for what is no text.
func (f *File) separated(b []byte) error {
	b, err := toUTF8(b, f.Name, f.options.Encoding)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return fault.New("tabular.empty").At(f.Name, 0, "")
	}
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0 { // line ends of old Macs
		b = bytes.ReplaceAll(b, []byte{'\r'}, []byte{'\n'})
	}
	if f.options.Blanks && f.options.Separator == "" && spaced(b) {
		f.Separator = ' '
		f.rows = func() iter.Seq2[Row, error] { return fields(b) }
		return f.look()
	}
	if f.Separator = sign(f.options.Separator); f.Separator == 0 {
		if f.Separator, err = tellSeparator(b, f.Name); err != nil {
			return err
		}
	}
	f.rows = func() iter.Seq2[Row, error] { return f.records(b) }
	return f.look()
}

// look reads all rows once. Up to fault.MaxNamed faults are named.
func (f *File) look() error {
	var faults fault.List
	cells := 0
	var old oldText
	for row, err := range f.rows() {
		if err != nil {
			faults.Add(err)
			break
		}
		f.Length++
		f.Width = max(f.Width, len(row.Cells))
		cells += len(row.Cells)
		if f.Length > MaxRows || f.Width > MaxColumns || cells > MaxCells {
			return fault.New("tabular.too-many-cells", "rows", MaxRows, "columns", MaxColumns, "cells", MaxCells).At(f.Name, row.Line, "")
		}
		for i, c := range row.Cells {
			if len(c.Text) > maxCell {
				faults.Add(fault.New("tabular.long-cell", "bytes", maxCell).At(f.Name, row.Line, Letters(i)))
			}
			if r, bad := unseen(c.Text); bad {
				faults.Add(unseenFault(r).At(f.Name, row.Line, Letters(i)))
			}
			old.see(c, row.Line, i)
		}
		if faults.Full() {
			break
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	if f.Length == 0 {
		return fault.New("tabular.empty").At(f.Name, 0, "")
	}
	return old.refuse(f.Name)
}

func unseenFault(r rune) *fault.Error {
	switch r {
	case 0:
		return fault.New("tabular.nul")
	case '\ufffd':
		return fault.New("tabular.lost-character")
	}
	return fault.New("tabular.unseen", "character", fmt.Sprintf("U+%04X", r))
}

// oldText gathers text that may have been typed with an old font.
type oldText struct {
	sample       strings.Builder
	line, column int
	modern       bool
}

func (o *oldText) see(c Cell, line, column int) {
	if c.Type != Text || o.modern || o.sample.Len() > 1<<16 {
		return
	}
	for _, r := range c.Text {
		if r > 0xff && r != '–' && r != '…' && r != '“' && r != '”' && r != '’' && r != '—' {
			o.modern = true
			return
		}
		if r >= 0xa0 && o.line == 0 {
			o.line, o.column = line, column
		}
	}
	if o.line > 0 {
		o.sample.WriteString(strings.Map(func(r rune) rune {
			if r > 0xff {
				return ' '
			}
			return r
		}, c.Text))
		o.sample.WriteByte('\n')
	}
}

func (o *oldText) refuse(file string) error {
	if o.modern || o.line == 0 {
		return nil
	}
	if name := asTyped(o.sample.String()); name != "" {
		return fault.New("tabular.old-font", "encoding", name).At(file, o.line, Letters(o.column))
	}
	return nil
}

// records gives the rows of a CSV.
func (f *File) records(b []byte) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r := record.New(bytes.NewReader(b), f.Separator).Loose()
		var cells []Cell
		for {
			rec, line, err := r.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{}, f.broken(err, line))
				return // what follows a broken quotation cannot be told apart
			}
			cells = cells[:0]
			filled := false
			for _, s := range rec {
				c := Cell{Text: composed(s)}
				if c.Text != "" {
					c.Type, filled = Text, true
				}
				cells = append(cells, c)
			}
			if filled && !yield(Row{line, cells}, nil) {
				return
			}
		}
	}
}

func (f *File) broken(err error, line int) error {
	var bad *record.SyntaxError
	if errors.As(err, &bad) {
		return fault.New("tabular.quotes").At(f.Name, line, "")
	}
	return fault.New("tabular.unreadable").At(f.Name, line, "").Because(err)
}

// width is how a separator divides a text: the length that the most rows have, and how many rows have another.
type width struct {
	sign       rune
	fields     int // of the heading: the first row of that length
	start      int // rows above the heading
	rows, ends int // rows from the heading on; those of another length
	broken     bool
}

// tellSeparator finds the separator under which every row from the heading on has as many cells as the heading. Where none does, it is the
// one that divides the most rows alike, so that the faults of single rows can be named. Two that both divide all rows alike are refused.
func tellSeparator(b []byte, file string) (rune, error) {
	var fits, best []width
	for _, s := range separators {
		if !bytes.ContainsRune(b, s.sign) {
			continue
		}
		w := divide(b, s.sign)
		if w.fields < 2 {
			continue
		}
		if w.ends == 0 && !w.broken {
			fits = append(fits, w)
		}
		best = append(best, w)
	}
	slices.SortStableFunc(fits, func(a, b width) int { return a.start - b.start }) // decimal commas divide the rows and not their heading
	switch {
	case len(fits) == 1, len(fits) > 1 && fits[0].start < fits[1].start:
		return fits[0].sign, nil
	case len(fits) > 1:
		if fits[0].rows == 1 { // a heading and nothing else: the most cells
			return most(fits).sign, nil
		}
		if clean := slices.DeleteFunc(slices.Clone(fits), func(w width) bool { return w.start > fits[0].start || leaves(b, w.sign) }); len(clean) == 1 {
			return clean[0].sign, nil
		}
		return 0, fault.New("tabular.two-separators", "allowed", strings.Join(Separators(), ", ")).At(file, 1, "")
	case len(best) > 0:
		return most(best).sign, nil
	}
	return ',', nil
}

// leaves says whether a separator leaves another one inside a cell that is no number: 1,5;2,5 is two numbers between semicolons, and
// between commas something that holds a semicolon.
func leaves(b []byte, sign rune) bool {
	r := record.New(bytes.NewReader(b), sign).Loose()
	for {
		rec, _, err := r.Next()
		if err != nil {
			return false
		}
		for _, s := range rec {
			if strings.ContainsAny(s, ",;\t") && !shapeOf(trim(s)).number() {
				return true
			}
		}
	}
}

// most gives the division with the fewest uneven rows, and of those the one with the most cells.
func most(list []width) width {
	best := list[0]
	for _, w := range list[1:] {
		worse := w.ends*best.rows - best.ends*w.rows // the larger share of uneven rows, without dividing
		if worse < 0 || worse == 0 && w.fields > best.fields {
			best = w
		}
	}
	return best
}

// divide counts the cells of every row.
func divide(b []byte, sign rune) width {
	r := record.New(bytes.NewReader(b), sign).Loose()
	var lengths [][2]int // with and without the empty cells at the end
	counts := map[int]int{}
	out := width{sign: sign}
	for {
		rec, _, err := r.Next()
		if err != nil {
			out.broken = !errors.Is(err, io.EOF)
			break
		}
		n := len(rec)
		for n > 0 && strings.TrimSpace(rec[n-1]) == "" {
			n--
		}
		if n == 0 {
			continue
		}
		lengths = append(lengths, [2]int{len(rec), n})
		counts[len(rec)]++
	}
	for n, c := range counts {
		if out.fields == 0 || c > counts[out.fields] || c == counts[out.fields] && n > out.fields {
			out.fields = n
		}
	}
	for out.start < len(lengths) && lengths[out.start][0] != out.fields {
		out.start++
	}
	for _, n := range lengths[out.start:] {
		out.rows++
		if n[0] < out.fields || n[1] > out.fields {
			out.ends++
		}
	}
	return out
}

// spaced says whether the first line that is not blank is several numbers with nothing but blanks between them.
func spaced(b []byte) bool {
	for line := range bytes.Lines(b) {
		parts := bytes.Fields(line)
		if len(parts) == 0 {
			continue
		}
		for _, p := range parts {
			if s := shapeOf(string(p)); bytes.ContainsAny(p, ",;") || !s.number() {
				return false
			}
		}
		return len(parts) > 1
	}
	return false
}

// fields gives the rows of a text whose cells have only blanks between them.
func fields(b []byte) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		line := 0
		for text := range bytes.Lines(b) {
			line++
			var cells []Cell
			for _, s := range bytes.Fields(text) {
				cells = append(cells, Cell{Text, composed(string(s))})
			}
			if len(cells) > 0 && !yield(Row{line, cells}, nil) {
				return
			}
		}
	}
}
