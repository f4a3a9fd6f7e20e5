package command

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Sheet is a file of records: one line of headings, one record a row.
type Sheet struct {
	*Cells
	Head []string
	Data int // the row of cells where records begin
}

// Table reads records.
func (e *Env) Table(name string) (*Sheet, error) {
	c, err := e.Cells(name)
	if err != nil {
		return nil, err
	}
	if len(c.Rows) < 2 {
		return nil, fault.New("calc.empty", "file", name)
	}
	t := &Sheet{Cells: c, Head: c.Rows[0], Data: 1}
	return t, t.Check()
}

// Check refuses two columns of one heading, and cells beyond the last heading.
func (t *Sheet) Check() error {
	seen := map[string]bool{}
	for _, h := range t.Head {
		if h != "" && seen[strings.ToLower(h)] {
			return fault.New("calc.twice", "code", h).At(t.Name, t.Lines[0], h)
		}
		seen[strings.ToLower(h)] = true
	}
	for i := t.Data; i < len(t.Rows); i++ {
		for j := len(t.Head); j < len(t.Rows[i]); j++ {
			if t.Rows[i][j] != "" {
				return fault.New("calc.ragged", "want", len(t.Head), "got", len(t.Rows[i])).At(t.Name, t.Lines[i], "")
			}
		}
	}
	return nil
}

// Len counts the records.
func (t *Sheet) Len() int { return len(t.Rows) - t.Data }

// Text gives a cell of a record.
func (t *Sheet) Text(record, col int) string {
	if row := t.Rows[t.Data+record]; col < len(row) {
		return row[col]
	}
	return ""
}

// Line gives the row of a record as a person counts.
func (t *Sheet) Line(record int) int { return t.Lines[t.Data+record] }

// Value reads a cell of a record that may be missing.
func (t *Sheet) Value(record, col int) (float64, bool, error) {
	return t.Number(t.Data+record, col, t.Head[col])
}

// Must reads a cell of a record that may not be missing.
func (t *Sheet) Must(record, col int) (float64, error) {
	v, known, err := t.Value(record, col)
	if err == nil && !known {
		err = fault.New("calc.blank").At(t.Name, t.Line(record), t.Head[col])
	}
	return v, err
}

// Column finds a heading by any of its names, whatever the case.
func (t *Sheet) Column(names ...string) (int, error) {
	for _, name := range names {
		for i, h := range t.Head {
			if strings.EqualFold(h, name) {
				return i, nil
			}
		}
	}
	return -1, fault.New("calc.no-column", "column", names[0], "file", t.Name, "have", strings.Join(t.Head, ", "))
}

// Numbers reads a whole column without gaps.
func (t *Sheet) Numbers(col int) ([]float64, error) {
	out := make([]float64, t.Len())
	for i := range out {
		var err error
		if out[i], err = t.Must(i, col); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var loosePeriod = regexp.MustCompile(`^(\d{4})[-. ]?([QqMmSs])(\d{1,2})$`)

// Period reads 1975, 1975-Q1 (or 1975Q1) and 1975-01 (or 1975M01): the periods of which a year holds a fixed number.
func Period(text string) (stat.Period, error) {
	s := text
	if m := loosePeriod.FindStringSubmatch(s); m != nil {
		s = m[1] + "-" + strings.ToUpper(m[2]) + m[3]
	}
	p, err := stat.ParsePeriod(s)
	if err != nil {
		return p, fault.New("stat.bad-period", "text", text)
	}
	if p.Frequency().PerYear() == 0 {
		return p, fault.New("calc.frequency", "period", p.String())
	}
	return p, nil
}

// Series is one or more columns over consecutive periods.
type Series struct {
	File    string
	Periods []stat.Period
	Names   []string
	Values  [][]float64 // by column
	Known   [][]bool    // by column; all true unless gaps were allowed
	Lines   []int       // where each period stands in the file
}

// Series reads period,value[,…] without gaps in the values.
func (e *Env) Series(name string) (*Series, error) { return e.GappySeries(name, false) }

// GappySeries reads period,value[,…]: consecutive periods of one frequency, in order. A column headed "value", or one without a heading,
// takes the name of its file. The line of headings may be left out.
func (e *Env) GappySeries(name string, gaps bool) (*Series, error) {
	c, err := e.Cells(name)
	if err != nil {
		return nil, err
	}
	t := &Sheet{Cells: c, Head: c.Rows[0], Data: 1}
	if _, err := Period(c.Rows[0][0]); err == nil && !c.Words(c.Rows[0][1:]) {
		t.Data, t.Head = 0, make([]string, len(c.Rows[0]))
		t.Head[0] = "period"
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if len(t.Head) < 2 {
		return nil, fault.New("calc.no-column", "column", "value", "file", name, "have", strings.Join(t.Head, ", "))
	}
	if t.Len() == 0 {
		return nil, fault.New("calc.empty", "file", name)
	}
	s := &Series{File: name}
	own := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	for j, h := range t.Head[1:] {
		if strings.EqualFold(h, "value") || h == "" {
			h = own
			if len(t.Head) > 2 {
				h += "." + strconv.Itoa(j+1)
			}
		}
		s.Names = append(s.Names, h)
	}
	s.Values, s.Known = make([][]float64, len(s.Names)), make([][]bool, len(s.Names))
	for i := range t.Len() {
		p, err := Period(t.Text(i, 0))
		if err != nil {
			return nil, At(err, name, t.Line(i), t.Head[0])
		}
		if n := len(s.Periods); n > 0 && s.Periods[n-1].Next() != p {
			return nil, fault.New("calc.gap", "before", s.Periods[n-1].String(), "after", p.String()).At(name, t.Line(i), t.Head[0])
		}
		s.Periods, s.Lines = append(s.Periods, p), append(s.Lines, t.Line(i))
		for k := range s.Names {
			v, known, err := t.Value(i, k+1)
			if err != nil {
				return nil, err
			}
			if !known && !gaps {
				return nil, fault.New("calc.blank").At(name, t.Line(i), t.Head[k+1])
			}
			s.Values[k], s.Known[k] = append(s.Values[k], v), append(s.Known[k], known)
		}
	}
	return s, nil
}

// SeriesList reads several files, separated by commas, into series over the same periods.
func (e *Env) SeriesList(names string) (*Series, error) {
	var all *Series
	for _, name := range List(names) {
		s, err := e.Series(name)
		if err != nil {
			return nil, err
		}
		if all == nil {
			all = s
			continue
		}
		if len(s.Periods) != len(all.Periods) || s.Periods[0] != all.Periods[0] {
			return nil, fault.New("calc.other-periods", "file", s.File, "first", s.Periods[0].String(), "last", s.Periods[len(s.Periods)-1].String(),
				"other", all.File, "otherFirst", all.Periods[0].String(), "otherLast", all.Periods[len(all.Periods)-1].String())
		}
		for i, n := range s.Names { // two files may both head their column "exports"
			if slices.Contains(all.Names, n) {
				s.Names[i] = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)) + "." + n
			}
		}
		all.Names = append(all.Names, s.Names...)
		all.Values = append(all.Values, s.Values...)
	}
	for i, n := range all.Names {
		if slices.Contains(all.Names[:i], n) {
			return nil, fault.New("calc.twice", "code", n).At(names, 0, n)
		}
	}
	return all, nil
}

// LowFrequency reads the series to be met: one column of values and, where allowed, one headed "variance". Periods at either
// end that have no value yet are left out; blanks inside are kept, as not known.
func (e *Env) LowFrequency(name string, variances bool) (*Series, error) {
	s, err := e.GappySeries(name, true)
	if err != nil {
		return nil, err
	}
	if n := len(s.Values); n != 1 && !(variances && n == 2 && strings.EqualFold(s.Names[1], "variance")) {
		return nil, fault.New("calc.one-series", "file", s.File)
	}
	first, end := 0, len(s.Periods)
	for first < end && !s.Known[0][first] {
		first++
	}
	for end > first && !s.Known[0][end-1] {
		end--
	}
	if first == end {
		return nil, fault.New("calc.empty", "file", s.File)
	}
	s.Periods, s.Lines = s.Periods[first:end], s.Lines[first:end]
	for k := range s.Values {
		s.Values[k], s.Known[k] = s.Values[k][first:end], s.Known[k][first:end]
	}
	return s, nil
}

// Whole refuses a series with a blank, at its place.
func (s *Series) Whole() error {
	for k, known := range s.Known {
		if i := slices.Index(known, false); i >= 0 {
			return fault.New("calc.blank").At(s.File, s.Lines[i], s.Names[k])
		}
	}
	return nil
}

// Align gives how many periods of high make one of low, and where in high the first period of low begins (negative when before it).
func Align(low, high *Series) (frequency, offset int, err error) {
	parts := low.Periods[0].Within(high.Periods[0].Frequency())
	if len(parts) < 2 {
		return 0, 0, fault.New("calc.not-lower", "low", low.File, "lowFreq", low.Periods[0].Frequency().String(), "high", high.File, "highFreq", high.Periods[0].Frequency().String())
	}
	f := high.Periods[0].Frequency().PerYear()
	at := func(p stat.Period) int { return p.Year()*f + p.Sub() }
	return len(parts), at(parts[0]) - at(high.Periods[0]), nil
}

// Find gives the column headed by one of the words, or -1.
func (t *Sheet) Find(words []string) int {
	return slices.IndexFunc(t.Head, func(h string) bool { return Among(h, words) })
}
