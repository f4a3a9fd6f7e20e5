package tabular

import (
	"iter"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/text"
)

// headRows is how many rows a heading is looked for in.
const headRows = 60

// Layout says what a caller knows about a table. The zero Layout takes any heading.
type Layout struct {
	Names    []string          // the columns that mean something; a column of another name is refused
	Required []string          // those of them that have to be there
	Numeric  func(string) bool // whether a column holds numbers; nil where each column's own cells tell
}

// Column is a column of a table.
type Column struct {
	Name string // of several heading rows, their texts with " / " between
	Unit string // as a row of units below the heading says
}

// Table is a File whose heading is found.
type Table struct {
	*File
	Titles     []string // what stands above the heading
	Unit       string   // of the whole table, where a line above the heading states it
	Line       int      // of the last row of the heading
	Columns    []Column
	Convention Convention // how its numbers are written
}

// Record is a row below the heading, with a cell for every column.
type Record struct {
	Line  int
	Cells []Cell
	Total bool // its label says that it is a total of others: no observation of its own
}

// Table finds the heading and decides how numbers are written. Unknown, missing and repeated columns, and rows that do not fit the heading,
// are refused, up to fault.MaxNamed at once.
func (f *File) Table(l Layout) (*Table, error) {
	t := &Table{File: f}
	var top []Row
	for row, err := range f.Rows() {
		if err != nil {
			return nil, err
		}
		top = append(top, Row{row.Line, slices.Clone(row.Cells)})
		if len(top) == headRows {
			break
		}
	}
	from, to := f.heading(top, l)
	if from < 0 {
		return nil, fault.New("tabular.no-heading").At(f.Name, 0, "")
	}
	t.above(top[:from])
	t.name(top[from:to])
	if err := t.check(l); err != nil {
		return nil, err
	}
	return t, t.judge(l)
}

// heading gives the rows of the heading: from the first to before the one after the last.
func (f *File) heading(top []Row, l Layout) (from, to int) {
	if len(l.Names) > 0 {
		if at := mostNames(top, l.Names); at >= 0 {
			return at, at + 1
		}
	}
	for i := range top {
		f.fill(&top[i], true)
	}
	counts := map[int]int{}
	common := 0
	for _, r := range top {
		n := said(r)
		if counts[n]++; counts[n] > counts[common] || counts[n] == counts[common] && n > common {
			common = n
		}
	}
	from = slices.IndexFunc(top, func(r Row) bool {
		return 3*said(r) >= common && (said(r) > 1 || common == 1) && !slices.ContainsFunc(r.Cells, func(c Cell) bool { _, is := unitOf(c.Text); return is })
	})
	if from < 0 {
		return -1, -1
	}
	if len(l.Names) > 0 {
		return from, from + 1
	}
	to = from + 1
	for to < len(top) && (unitsRow(top[to]) || numberingRow(top[to]) || continues(top[to], top[from:to])) {
		to++
	}
	return from, to
}

// said counts the cells of a row that say something; a title that is merged over the whole table says one thing.
func said(r Row) int {
	first := ""
	for _, c := range r.Cells {
		switch {
		case c.Type == Empty || c.Text == first:
		case first == "":
			first = c.Text
		default:
			return r.filled()
		}
	}
	return min(r.filled(), 1)
}

// mostNames finds the row that gives the most of the names of columns: at least two, or all.
func mostNames(top []Row, names []string) int {
	best, most := -1, min(2, len(names))-1
	for i, r := range top {
		n := 0
		for _, c := range r.Cells {
			if slices.Contains(names, c.Text) {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// continues says whether a row goes on with a heading: no label of its own at its left, and nothing but words and periods; a single one only
// below a text of the heading.
func continues(r Row, heading []Row) bool {
	if r.text(0) != "" && r.text(0) != heading[0].text(0) {
		return false
	}
	below := false
	for i, c := range r.Cells {
		if i > 0 && IsNumber(c) && !headsPeriod(c) {
			return false
		}
		below = below || c.Type != Empty && slices.ContainsFunc(heading, func(h Row) bool { return i > 0 && h.text(i) != "" })
	}
	return r.filled() > 1 || below
}

// above keeps what stands above the heading.
func (t *Table) above(rows []Row) {
	for _, r := range rows {
		last := ""
		for _, c := range r.Cells {
			if c.Type == Empty || c.Text == last { // the same text fills all of a merged cell
				continue
			}
			last = c.Text
			if u, ok := unitOf(c.Text); ok {
				t.Unit = u
			} else if isUnit(c) {
				t.Unit = strings.Trim(c.Text, "() ")
			} else {
				t.Titles = append(t.Titles, c.Text)
			}
		}
	}
}

// name makes the columns of the rows of the heading. In all rows but the last a text holds for the empty cells to its right.
func (t *Table) name(rows []Row) {
	t.Line = rows[len(rows)-1].Line
	var named []Row
	for i, r := range rows {
		if i > 0 && numberingRow(r) {
			continue
		}
		if i > 0 && unitsRow(r) {
			t.units(r)
			continue
		}
		named = append(named, r)
	}
	width := 0
	for _, r := range rows {
		for i, c := range r.Cells {
			if c.Type != Empty {
				width = max(width, i+1)
			}
		}
	}
	for len(t.Columns) < width {
		t.Columns = append(t.Columns, Column{})
	}
	for i, r := range named {
		held := ""
		for j := range width {
			s := r.text(j)
			if s == "" && i < len(named)-1 {
				s = held
			}
			held = s
			if name := &t.Columns[j].Name; s != "" && s != *name && !strings.HasSuffix(*name, " / "+s) {
				if *name != "" {
					*name += " / "
				}
				*name += s
			}
		}
	}
}

func (t *Table) units(r Row) {
	for j := range r.Cells {
		for len(t.Columns) <= j {
			t.Columns = append(t.Columns, Column{})
		}
		t.Columns[j].Unit = strings.TrimSpace(strings.Trim(r.text(j), "()"))
	}
}

// check refuses columns that mean nothing, are there twice, or are missing.
func (t *Table) check(l Layout) error {
	var faults fault.List
	seen := map[string]bool{}
	for i, c := range t.Columns {
		switch {
		case c.Name == "" && len(l.Names) > 0:
			faults.Add(fault.New("tabular.nameless-column", "letter", Letters(i)).At(t.File.Name, t.Line, Letters(i)))
		case len(l.Names) > 0 && !slices.Contains(l.Names, c.Name):
			faults.Add(fault.New("tabular.unknown-column", "column", shortened(c.Name), "near", strings.Join(text.Nearest(c.Name, l.Names), ", ")).At(t.File.Name, t.Line, c.Name))
		case seen[c.Name] && c.Name != "":
			faults.Add(fault.New("tabular.column-twice", "column", shortened(c.Name)).At(t.File.Name, t.Line, c.Name))
		}
		seen[c.Name] = true
	}
	for _, c := range l.Required {
		if !seen[c] {
			faults.Add(fault.New("tabular.missing-column", "column", c).At(t.File.Name, t.Line, c))
		}
	}
	return faults.Err()
}

// judge decides how numbers are written, from every cell of the columns that hold them, and looks whether each row fits the heading.
func (t *Table) judge(l Layout) error {
	var faults fault.List
	var j Judge
	number := make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		number[i] = l.Numeric != nil && l.Numeric(c.Name)
	}
	for row, err := range t.below() {
		if err != nil {
			return err
		}
		if err := t.fits(row); err != nil {
			if faults.Add(err); faults.Full() {
				break
			}
			continue
		}
		for i, c := range row.Cells {
			if i < len(number) && (number[i] || l.Numeric == nil && i > 0) {
				j.See(c, row.Line, i)
			}
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	c, err := j.Decide(t.File)
	t.Convention = c
	return err
}

// fits refuses a row of a CSV that is cut short, and any row that goes on beyond the heading.
func (t *Table) fits(r Row) error {
	n := len(r.Cells)
	for n > len(t.Columns) && r.Cells[n-1].Type == Empty {
		n--
	}
	switch {
	case n > len(t.Columns):
		return fault.New("tabular.ragged", "got", n, "want", len(t.Columns)).At(t.File.Name, r.Line, "")
	case n < len(t.Columns) && t.Kind == CSV && !isNote(r):
		return fault.New("tabular.ragged", "got", n, "want", len(t.Columns)).At(t.File.Name, r.Line, "")
	}
	return nil
}

// below gives the rows under the heading that are no remarks.
func (t *Table) below() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range t.File.Rows() {
			if err == nil && (row.Line <= t.Line || isNote(row)) {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// Records gives the rows under the heading, one after another. The cells may be used until the next is asked for.
func (t *Table) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		cells := make([]Cell, len(t.Columns))
		var label string // of the row before, and whether it is that of a total: long tables have few labels
		var total bool
		for row, err := range t.below() {
			if err != nil {
				yield(Record{}, err)
				return
			}
			t.fill(&row, false)
			clear(cells)
			copy(cells, row.Cells)
			if next := labelOf(cells); next != label {
				label, total = next, IsTotal(next)
			}
			if !yield(Record{row.Line, cells, total}, nil) {
				return
			}
		}
	}
}

// labelOf gives the label of a row, its first text; "" where it has none.
func labelOf(cells []Cell) string {
	for _, c := range cells {
		if c.Type == Text {
			return c.Text
		}
	}
	return ""
}

// fill puts the text of a merged cell where it is merged to: in a heading everywhere, below it only in the rows of its own column, so that
// a label holds for each of its rows. Numbers are not repeated.
func (f *File) fill(r *Row, heading bool) {
	for i := range f.merged {
		m := &f.merged[i]
		if r.Line < m.top || r.Line > m.bottom {
			continue
		}
		if r.Line == m.top {
			m.text = Cell{}
			if m.left < len(r.Cells) && r.Cells[m.left].Type == Text {
				m.text = r.Cells[m.left]
			}
		}
		right := m.right
		if !heading {
			right = m.left
		}
		for j := m.left; j <= right && m.text.Type == Text; j++ {
			for len(r.Cells) <= j {
				r.Cells = append(r.Cells, Cell{})
			}
			if r.Cells[j].Type == Empty {
				r.Cells[j] = m.text
			}
		}
	}
}
