package tabular

import (
	"bytes"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// span is a rectangle of merged cells, counted from 1 (rows) and from 0 (columns).
type span struct {
	top, bottom, left, right int
	text                     Cell // what it holds, once its first row was read
}

// cells gives the rows of a sheet that are not blank.
func (f *File) cells(w *workbook, s sheet) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		x, c, err := w.stream(s.part, maxPart)
		if err != nil {
			yield(Row{}, f.damaged(err, 0, ""))
			return
		}
		defer c.Close()
		r := &sheetReader{xmlScanner: x, book: w, at: -1, padded: MaxCells}
		var merged []span
		for {
			k, err := x.next()
			if err == io.EOF {
				f.merged = merged
				return
			}
			if err != nil {
				yield(Row{}, f.damaged(err, r.line, ""))
				return
			}
			switch {
			case k == opening && x.is("row"):
				filled, err := r.row()
				if err != nil {
					yield(Row{}, f.damaged(err, r.line, r.column()))
					return
				}
				if filled && !yield(Row{r.line, r.cells}, nil) {
					return
				}
			case k == opening && x.is("mergeCell"):
				if m, ok := spanOf(x); ok && len(merged) < 4096 {
					merged = append(merged, m)
				}
			}
		}
	}
}

func spanOf(x *xmlScanner) (span, bool) {
	ref, _ := x.bytes("ref")
	from, to, ok := bytes.Cut(ref, []byte{':'})
	top, left, ok1 := position(from)
	bottom, right, ok2 := position(to)
	return span{top: top, bottom: bottom, left: left, right: right}, ok && ok1 && ok2 && top <= bottom && left <= right
}

// sheetReader reads one row after another into cells that it uses again.
type sheetReader struct {
	*xmlScanner
	book   *workbook
	line   int
	at     int // the column of the cell that is read; -1 before the first
	cells  []Cell
	padded int // cells that may still be given, empty ones included
}

func (r *sheetReader) column() string {
	if r.at < 0 {
		return ""
	}
	return Letters(r.at)
}

// row reads the row that was opened, and says whether any of its cells holds something.
func (r *sheetReader) row() (filled bool, err error) {
	line := r.line + 1
	r.at = -1
	if s, ok := r.attr("r"); ok {
		if line, err = strconv.Atoi(s); err != nil || line <= r.line {
			return false, errDamaged
		}
	}
	if line > MaxRows {
		return false, fault.New("tabular.too-many-cells", "rows", MaxRows, "columns", MaxColumns, "cells", MaxCells)
	}
	r.line, r.cells = line, r.cells[:0]
	for {
		k, err := r.next()
		if err != nil {
			return false, err
		}
		switch {
		case k == closing && r.is("row"):
			return filled, nil
		case k == opening && r.is("c"):
			c, err := r.cell()
			if err != nil {
				return false, err
			}
			if r.padded -= r.at + 1 - len(r.cells); r.padded < 0 {
				return false, fault.New("tabular.too-many-cells", "rows", MaxRows, "columns", MaxColumns, "cells", MaxCells)
			}
			for len(r.cells) < r.at {
				r.cells = append(r.cells, Cell{})
			}
			r.cells = append(r.cells, c)
			filled = filled || c.Type != Empty
		}
	}
}

// cell reads the cell that was opened.
func (r *sheetReader) cell() (Cell, error) {
	if err := r.moveOn(); err != nil {
		return Cell{}, err
	}
	kind := "n"
	if b, ok := r.bytes("t"); ok {
		kind = typeName(b)
	}
	format := 0
	if b, ok := r.bytes("s"); ok {
		format, _ = strconv.Atoi(string(b))
	}
	var value string
	formula, stored, inside := false, false, false
	for {
		k, err := r.next()
		if err != nil {
			return Cell{}, err
		}
		switch {
		case k == opening && r.is("f"):
			formula = true
		case k == opening && r.is("v"):
			stored, inside = true, true
		case k == closing && r.is("v"):
			inside = false
		case k == opening && r.is("is"):
			if value, err = r.texts("is"); err != nil {
				return Cell{}, err
			}
			stored = true
		case k == saying && inside:
			if value += r.said(); len(value) > maxCell {
				return Cell{}, errXML
			}
		case k == closing && r.is("c"):
			if formula && (!stored || value == "" && kind != "str") {
				return Cell{}, fault.New("tabular.no-result")
			}
			if !stored {
				return Cell{}, nil
			}
			return r.book.value(kind, format, value)
		}
	}
}

// moveOn moves to the column of the cell that was opened.
func (r *sheetReader) moveOn() error {
	at := r.at + 1
	if ref, ok := r.bytes("r"); ok {
		line, column, ok := position(ref)
		if !ok || line != r.line || column < at {
			return errDamaged
		}
		at = column
	}
	if at >= MaxColumns {
		return fault.New("tabular.too-many-cells", "rows", MaxRows, "columns", MaxColumns, "cells", MaxCells)
	}
	r.at = at
	return nil
}

// value makes a cell of what a sheet states.
func (w *workbook) value(kind string, format int, s string) (Cell, error) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || i < 0 || i >= len(w.texts) {
			return Cell{}, errDamaged
		}
		return textCell(w.texts[i]), nil
	case "str":
		return textCell(unhide(s)), nil
	case "inlineStr":
		return textCell(s), nil
	case "e":
		return Cell{Error, s}, nil
	case "b":
		switch s {
		case "1", "true":
			return Cell{Bool, "TRUE"}, nil
		case "0", "false":
			return Cell{Bool, "FALSE"}, nil
		}
		return Cell{}, errDamaged
	case "d":
		return Cell{Date, strings.TrimSuffix(s, "T00:00:00")}, nil
	case "n":
		return w.numberCell(format, strings.TrimSpace(s))
	}
	return Cell{}, errDamaged
}

func textCell(s string) Cell {
	if s = composed(s); s == "" {
		return Cell{}
	}
	return Cell{Text, s}
}

func (w *workbook) numberCell(format int, s string) (Cell, error) {
	if s == "" {
		return Cell{}, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || !plainNumber(s) {
		return Cell{}, errDamaged
	}
	var st style
	if format >= 0 && format < len(w.styles) {
		st = w.styles[format]
	}
	switch {
	case st.date:
		return w.dateCell(f)
	case st.percent:
		return Cell{Number, hundredfold(tidy(s, f)) + "%"}, nil
	}
	return Cell{Number, tidy(s, f)}, nil
}

// tidy gives the digits that a cell states. Spreadsheets compute with 15 digits and store 1.1 as 1.1000000000000001: where more than 15
// are stated and at most 15 mean the same binary number, those are what was entered.
func tidy(s string, f float64) string {
	digits := 0
	for _, c := range strings.TrimLeft(s, "+-0.") {
		if c == 'e' || c == 'E' {
			break
		}
		if c != '.' {
			digits++
		}
	}
	if digits <= 15 {
		return s
	}
	short := strconv.FormatFloat(f, 'g', 15, 64)
	if g, err := strconv.ParseFloat(short, 64); err == nil && g == f {
		if strings.ContainsAny(s, "eE") {
			return strconv.FormatFloat(f, 'e', -1, 64)
		}
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return s
}

// hundredfold moves the point of a plain number two places, which changes no digit.
func hundredfold(s string) string {
	mantissa, exponent, scaled := strings.Cut(strings.ToLower(s), "e")
	if scaled {
		n, err := strconv.Atoi(exponent)
		if err != nil {
			return s
		}
		return mantissa + "e" + strconv.Itoa(n+2)
	}
	sign := ""
	if rest, ok := strings.CutPrefix(mantissa, "-"); ok {
		sign, mantissa = "-", rest
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	whole, fraction = strings.TrimLeft(whole+fraction[:2], "0"), fraction[2:]
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return sign + whole
}

// dateCell gives the day, and the time where there is one, of a number of days. The calendar of spreadsheets has a 29 February 1900, day
// 60, which never was.
func (w *workbook) dateCell(days float64) (Cell, error) {
	if days < 0 || days >= 2958466 { // 1 January 10000
		return Cell{}, fault.New("tabular.bad-date")
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case w.date1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		base = base.AddDate(0, 0, 1)
	case days < 61:
		return Cell{}, fault.New("tabular.bad-date")
	}
	whole := math.Floor(days)
	seconds := int(math.Round((days - whole) * 86400))
	at := base.AddDate(0, 0, int(whole)).Add(time.Duration(seconds) * time.Second)
	switch {
	case days < 1 && !w.date1904:
		return Cell{Date, at.Format("15:04:05")}, nil
	case seconds == 0 || seconds == 86400:
		return Cell{Date, at.Format("2006-01-02")}, nil
	}
	return Cell{Date, at.Format("2006-01-02T15:04:05")}, nil
}

// position reads a reference such as AB12 as a row from 1 and a column from 0.
func position(ref []byte) (line, column int, ok bool) {
	i := 0
	for i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 4 {
		column = column*26 + int(ref[i]-'A') + 1
		i++
	}
	for k := i; k < len(ref); k++ {
		if ref[k] < '0' || ref[k] > '9' || line > MaxRows {
			return 0, 0, false
		}
		line = line*10 + int(ref[k]-'0')
	}
	return line, column - 1, i > 0 && line > 0
}

// typeName gives the name of a type of cells without a new string each.
func typeName(b []byte) string {
	for _, s := range [...]string{"s", "n", "str", "inlineStr", "b", "e", "d"} {
		if string(b) == s {
			return s
		}
	}
	return string(b)
}

// plainNumber says whether a text is digits, signs, a point and an exponent: strconv also takes hexadecimal and underscores.
func plainNumber(s string) bool { return strings.Trim(s, "0123456789+-.eE") == "" }
