package calc

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
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

// sheet is a rectangle of text with a head.
type sheet struct {
	name string
	head []string
	rows [][]string
}

// table reads a CSV or XLSX file with one line of headings. The separator of a CSV is told by its first line: comma, semicolon or tab.
func (e *Env) table(name string) (*sheet, error) {
	b, err := e.bytesOf(name)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		rows, err = workbook(b)
	} else {
		rows, err = separated(b)
	}
	if err != nil {
		return nil, fault.New("calc.bad-file", "file", name, "reason", err.Error())
	}
	for len(rows) > 0 && blank(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	if len(rows) < 2 {
		return nil, fault.New("calc.empty", "file", name)
	}
	t := &sheet{name: name, head: rows[0]}
	for i := range t.head {
		t.head[i] = strings.TrimSpace(t.head[i])
	}
	for i, r := range rows[1:] {
		if len(r) > len(t.head) {
			return nil, fault.New("calc.ragged", "want", len(t.head), "got", len(r)).At(name, i+2, "")
		}
		for len(r) < len(t.head) {
			r = append(r, "")
		}
		t.rows = append(t.rows, r)
	}
	return t, nil
}

func separated(b []byte) ([][]string, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 {
		return nil, errors.New("UTF-8")
	}
	first, _, _ := bytes.Cut(b, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	switch {
	case bytes.ContainsRune(first, '\t'):
		r.Comma = '\t'
	case bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ','):
		r.Comma = ';'
	}
	return r.ReadAll()
}

func workbook(b []byte) ([][]string, error) {
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.GetRows(f.GetSheetName(0), excelize.Options{RawCellValue: true})
}

func blank(row []string) bool {
	for _, c := range row {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// number reads a cell; an empty cell, a word, NaN or an infinity is refused with its place.
func (t *sheet) number(row, col int) (float64, error) {
	text := strings.TrimSpace(t.rows[row][col])
	d, err := stat.ParseDecimal(text)
	if err != nil {
		return 0, fault.New("stat.bad-decimal", "text", text).At(t.name, row+2, t.head[col])
	}
	f := d.Float64()
	if math.IsInf(f, 0) {
		return 0, fault.New("stat.bad-decimal", "text", text).At(t.name, row+2, t.head[col])
	}
	return f, nil
}

// column finds a heading, whatever its case.
func (t *sheet) column(name string) (int, error) {
	for i, h := range t.head {
		if strings.EqualFold(h, name) {
			return i, nil
		}
	}
	return 0, fault.New("calc.no-column", "column", name, "file", t.name, "have", strings.Join(t.head, ", "))
}

// timeSeries is one or more columns over consecutive periods.
type timeSeries struct {
	file    string
	periods []stat.Period
	names   []string
	values  [][]float64 // by column
}

// series reads period,value[,…]: consecutive periods of one frequency in any order of rows. A column headed "value" takes the name of its file.
func (e *Env) series(name string) (*timeSeries, error) {
	t, err := e.table(name)
	if err != nil {
		return nil, err
	}
	if len(t.head) < 2 {
		return nil, fault.New("calc.no-column", "column", "value", "file", name, "have", strings.Join(t.head, ", "))
	}
	s := &timeSeries{file: name}
	for _, h := range t.head[1:] {
		if strings.EqualFold(h, "value") || h == "" {
			h = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
		}
		s.names = append(s.names, h)
	}
	s.values = make([][]float64, len(s.names))
	for i, r := range t.rows {
		p, err := stat.ParsePeriod(strings.TrimSpace(r[0]))
		if err != nil {
			return nil, fault.New("stat.bad-period", "text", r[0]).At(name, i+2, t.head[0])
		}
		if p.Frequency().PerYear() == 0 {
			return nil, fault.New("calc.frequency", "period", p.String()).At(name, i+2, t.head[0])
		}
		if n := len(s.periods); n > 0 && s.periods[n-1].Next() != p {
			return nil, fault.New("calc.gap", "before", s.periods[n-1].String(), "after", p.String()).At(name, i+2, t.head[0])
		}
		s.periods = append(s.periods, p)
		for c := range s.names {
			v, err := t.number(i, c+1)
			if err != nil {
				return nil, err
			}
			s.values[c] = append(s.values[c], v)
		}
	}
	return s, nil
}

// seriesList reads several files, separated by commas, into series over the periods that they share.
func (e *Env) seriesList(names string) (*timeSeries, error) {
	var all *timeSeries
	for _, name := range strings.Split(names, ",") {
		s, err := e.series(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = s
			continue
		}
		if len(s.periods) != len(all.periods) || s.periods[0] != all.periods[0] {
			return nil, fault.New("calc.other-periods", "file", s.file, "first", s.periods[0].String(), "last", s.periods[len(s.periods)-1].String(),
				"other", all.file, "otherFirst", all.periods[0].String(), "otherLast", all.periods[len(all.periods)-1].String())
		}
		all.names = append(all.names, s.names...)
		all.values = append(all.values, s.values...)
	}
	return all, nil
}

// align gives how many periods of high make one of low, and where in high the first period of low begins (negative when before it).
func align(low, high *timeSeries) (frequency, offset int, err error) {
	parts := low.periods[0].Within(high.periods[0].Frequency())
	if len(parts) < 2 {
		return 0, 0, fault.New("calc.not-lower", "low", low.file, "lowFreq", low.periods[0].Frequency().String(), "high", high.file, "highFreq", high.periods[0].Frequency().String())
	}
	f := high.periods[0].Frequency().PerYear()
	at := func(p stat.Period) int { return p.Year()*f + p.Sub() }
	return len(parts), at(parts[0]) - at(high.periods[0]), nil
}

// text writes a number so that reading it back gives the same bits.
func text(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
