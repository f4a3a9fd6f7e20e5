package calc

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// sheet is a file of records: one line of headings, one record a row.
type sheet struct {
	*cells
	head []string
	data int // the row of cells where records begin
}

// table reads records.
func (e *Env) table(name string) (*sheet, error) {
	c, err := e.cells(name)
	if err != nil {
		return nil, err
	}
	if len(c.rows) < 2 {
		return nil, fault.New("calc.empty", "file", name)
	}
	t := &sheet{cells: c, head: c.rows[0], data: 1}
	return t, t.check()
}

func (t *sheet) check() error {
	seen := map[string]bool{}
	for _, h := range t.head {
		if h != "" && seen[strings.ToLower(h)] {
			return fault.New("calc.twice", "code", h).At(t.name, t.lines[0], h)
		}
		seen[strings.ToLower(h)] = true
	}
	for i := t.data; i < len(t.rows); i++ {
		for j := len(t.head); j < len(t.rows[i]); j++ {
			if t.rows[i][j] != "" {
				return fault.New("calc.ragged", "want", len(t.head), "got", len(t.rows[i])).At(t.name, t.lines[i], "")
			}
		}
	}
	return nil
}

func (t *sheet) len() int { return len(t.rows) - t.data }

// text gives a cell of a record.
func (t *sheet) text(record, col int) string {
	if row := t.rows[t.data+record]; col < len(row) {
		return row[col]
	}
	return ""
}

// line gives the row of a record as a person counts.
func (t *sheet) line(record int) int { return t.lines[t.data+record] }

// value reads a cell of a record that may be missing.
func (t *sheet) value(record, col int) (float64, bool, error) {
	return t.number(t.data+record, col, t.head[col])
}

// must reads a cell of a record that may not be missing.
func (t *sheet) must(record, col int) (float64, error) {
	v, known, err := t.value(record, col)
	if err == nil && !known {
		err = fault.New("calc.blank").At(t.name, t.line(record), t.head[col])
	}
	return v, err
}

// column finds a heading by any of its names, whatever the case.
func (t *sheet) column(names ...string) (int, error) {
	for _, name := range names {
		for i, h := range t.head {
			if strings.EqualFold(h, name) {
				return i, nil
			}
		}
	}
	return -1, fault.New("calc.no-column", "column", names[0], "file", t.name, "have", strings.Join(t.head, ", "))
}

// numbersOf reads a whole column without gaps.
func (t *sheet) numbersOf(col int) ([]float64, error) {
	out := make([]float64, t.len())
	for i := range out {
		var err error
		if out[i], err = t.must(i, col); err != nil {
			return nil, err
		}
	}
	return out, nil
}

var loosePeriod = regexp.MustCompile(`^(\d{4})[-. ]?([QqMmSs])(\d{1,2})$`)

// period reads 1975, 1975-Q1 (or 1975Q1) and 1975-01 (or 1975M01): the periods of which a year holds a fixed number.
func period(text string) (stat.Period, error) {
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

// timeSeries is one or more columns over consecutive periods.
type timeSeries struct {
	file    string
	periods []stat.Period
	names   []string
	values  [][]float64 // by column
	known   [][]bool    // by column; all true unless gaps were allowed
	lines   []int       // where each period stands in the file
}

// series reads period,value[,…] without gaps in the values.
func (e *Env) series(name string) (*timeSeries, error) { return e.timeSeries(name, false) }

// timeSeries reads period,value[,…]: consecutive periods of one frequency, in order. A column headed "value", or one without a heading,
// takes the name of its file. The line of headings may be left out.
func (e *Env) timeSeries(name string, gaps bool) (*timeSeries, error) {
	c, err := e.cells(name)
	if err != nil {
		return nil, err
	}
	t := &sheet{cells: c, head: c.rows[0], data: 1}
	if _, err := period(c.rows[0][0]); err == nil && !c.words(c.rows[0][1:]) {
		t.data, t.head = 0, make([]string, len(c.rows[0]))
		t.head[0] = "period"
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(t.head) < 2 {
		return nil, fault.New("calc.no-column", "column", "value", "file", name, "have", strings.Join(t.head, ", "))
	}
	if t.len() == 0 {
		return nil, fault.New("calc.empty", "file", name)
	}
	s := &timeSeries{file: name}
	own := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	for j, h := range t.head[1:] {
		if strings.EqualFold(h, "value") || h == "" {
			h = own
			if len(t.head) > 2 {
				h += "." + strconv.Itoa(j+1)
			}
		}
		s.names = append(s.names, h)
	}
	s.values, s.known = make([][]float64, len(s.names)), make([][]bool, len(s.names))
	for i := range t.len() {
		p, err := period(t.text(i, 0))
		if err != nil {
			return nil, err.(*fault.Error).At(name, t.line(i), t.head[0])
		}
		if n := len(s.periods); n > 0 && s.periods[n-1].Next() != p {
			return nil, fault.New("calc.gap", "before", s.periods[n-1].String(), "after", p.String()).At(name, t.line(i), t.head[0])
		}
		s.periods, s.lines = append(s.periods, p), append(s.lines, t.line(i))
		for k := range s.names {
			v, known, err := t.value(i, k+1)
			if err != nil {
				return nil, err
			}
			if !known && !gaps {
				return nil, fault.New("calc.blank").At(name, t.line(i), t.head[k+1])
			}
			s.values[k], s.known[k] = append(s.values[k], v), append(s.known[k], known)
		}
	}
	return s, nil
}

// seriesList reads several files, separated by commas, into series over the same periods.
func (e *Env) seriesList(names string) (*timeSeries, error) {
	var all *timeSeries
	for _, name := range list(names) {
		s, err := e.series(name)
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
		for i, n := range s.names { // two files may both head their column "exports"
			if slices.Contains(all.names, n) {
				s.names[i] = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)) + "." + n
			}
		}
		all.names = append(all.names, s.names...)
		all.values = append(all.values, s.values...)
	}
	for i, n := range all.names {
		if slices.Contains(all.names[:i], n) {
			return nil, fault.New("calc.twice", "code", n).At(names, 0, n)
		}
	}
	return all, nil
}

// lowFrequency reads the series to be met: one column of values and, where allowed, one headed "variance". Periods at either
// end that have no value yet are left out; blanks inside are kept, as not known.
func (e *Env) lowFrequency(name string, variances bool) (*timeSeries, error) {
	s, err := e.timeSeries(name, true)
	if err != nil {
		return nil, err
	}
	if n := len(s.values); n != 1 && !(variances && n == 2 && strings.EqualFold(s.names[1], "variance")) {
		return nil, fault.New("calc.one-series", "file", s.file)
	}
	first, end := 0, len(s.periods)
	for first < end && !s.known[0][first] {
		first++
	}
	for end > first && !s.known[0][end-1] {
		end--
	}
	if first == end {
		return nil, fault.New("calc.empty", "file", s.file)
	}
	s.periods, s.lines = s.periods[first:end], s.lines[first:end]
	for k := range s.values {
		s.values[k], s.known[k] = s.values[k][first:end], s.known[k][first:end]
	}
	return s, nil
}

// whole refuses a series with a blank, at its place.
func (s *timeSeries) whole() error {
	for k, known := range s.known {
		if i := slices.Index(known, false); i >= 0 {
			return fault.New("calc.blank").At(s.file, s.lines[i], s.names[k])
		}
	}
	return nil
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
