// Package crosstab arranges figures of a dataflow as a table: some dimensions down, the others across, periods on either side.
//
// Every figure has one cell and every cell at most one figure, so that nothing is lost or joined, and a table that is turned holds the same. The
// only figures that it makes are sums of amounts of distinct areas, which say so. It reads no store.
package crosstab

import (
	"cmp"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Period names the periods among the dimensions.
const Period = "TIME_PERIOD"

// Area is the dimension over which amounts may be added.
const Area = "REF_AREA"

// Entry is a row or a column: a code for each dimension of its side, in their order.
type Entry struct {
	Codes []string
	at    stat.Period // where the side has periods
	ranks []int
	Sum   bool // it adds the areas of this side; their code is ""
	Total bool // a published total of other entries of its side
}

// Cell is what stands at a row and a column.
type Cell struct {
	Figure cube.Version
	Has    bool
	Sum    *stat.Decimal // of a entry that adds; nil where a figure that it needs is missing or is not like the others
	Parts  []cube.Version
	Lacks  int // figures that a sum needs and that are missing
}

// Table is figures by row and column.
type Table struct {
	Down, Across  []string // the dimensions of each side
	Rows, Columns []Entry
	cells         map[[2]int]Cell
}

// Layout says how figures are arranged.
type Layout struct {
	Across []string // dimensions across, Period among them perhaps; the others go down
	Newest bool     // newest periods first
	// Apart gives what keeps two figures of equal codes in rows of their own, such as their unit; nil for nothing.
	Apart func(cube.Version) string
}

// apart heads the codes of a row by what keeps it apart.
const apart = ""

// Of arranges figures, of which each cell of the cube has one.
func Of(f *catalog.Dataflow, lists func(codelist string) *catalog.Codelist, figures []cube.Version, how Layout) *Table {
	t := &Table{cells: map[[2]int]Cell{}}
	for _, d := range f.Dimensions {
		t.side(d.ID, how)
	}
	t.side(Period, how)
	if how.Apart != nil {
		t.Down = append(t.Down, apart)
	}
	rows, columns := newSide(f, lists, t.Down, how), newSide(f, lists, t.Across, how)
	type spot struct{ row, column string }
	at := make(map[spot]cube.Version, len(figures))
	for _, v := range figures {
		at[spot{rows.take(v), columns.take(v)}] = v
	}
	t.Rows, t.Columns = rows.sorted(), columns.sorted()
	row, column := index(t.Rows), index(t.Columns)
	for s, v := range at {
		t.cells[[2]int{row[s.row], column[s.column]}] = Cell{Figure: v, Has: true}
	}
	return t
}

func (t *Table) side(dimension string, how Layout) {
	if slices.Contains(how.Across, dimension) {
		t.Across = append(t.Across, dimension)
	} else {
		t.Down = append(t.Down, dimension)
	}
}

// At gives the cell of a row and a column.
func (t *Table) At(row, column int) Cell { return t.cells[[2]int{row, column}] }

// Figures counts the figures of the table.
func (t *Table) Figures() int {
	n := 0
	for _, c := range t.cells {
		if c.Has {
			n++
		}
	}
	return n
}

// Of gives the code that a entry has for a dimension of its side, or "".
func (p Entry) Of(side []string, dimension string) string {
	if i := slices.Index(side, dimension); i >= 0 {
		return p.Codes[i]
	}
	return ""
}

// At gives the period of a entry whose side has periods.
func (p Entry) At() stat.Period { return p.at }

// name tells a entry from every other.
func (p Entry) name() string { return strings.Join(p.Codes, "\x00") }

func index(entries []Entry) map[string]int {
	out := make(map[string]int, len(entries))
	for i, p := range entries {
		out[p.name()] = i
	}
	return out
}

// side gathers the entries of a side.
type side struct {
	flow    *catalog.Dataflow
	lists   []*catalog.Codelist // of each dimension; nil for periods and what keeps rows apart
	names   []string
	how     Layout
	entries map[string]Entry
}

func newSide(f *catalog.Dataflow, lists func(string) *catalog.Codelist, names []string, how Layout) *side {
	s := &side{flow: f, names: names, how: how, entries: map[string]Entry{}}
	for _, name := range names {
		var l *catalog.Codelist
		if i := f.Position(name); i >= 0 {
			l = lists(f.Dimensions[i].Codelist)
		}
		s.lists = append(s.lists, l)
	}
	return s
}

// take notes the entry of a figure and gives its name.
func (s *side) take(v cube.Version) string {
	p := Entry{}
	for i, name := range s.names {
		code, rank := "", 0
		switch name {
		case Period:
			code, p.at = v.Period.String(), v.Period
		case apart:
			code = s.how.Apart(v)
		default:
			code = s.flow.CodeOf(v.Key, name)
			if s.lists[i] != nil {
				rank = s.lists[i].Position(code)
			}
		}
		p.Codes, p.ranks = append(p.Codes, code), append(p.ranks, rank)
	}
	s.entries[p.name()] = p
	return p.name()
}

// sorted gives the entries in the order of the codelists, and of time where it is newest or oldest first.
func (s *side) sorted() []Entry {
	out := make([]Entry, 0, len(s.entries))
	for _, p := range s.entries {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Entry) int {
		for i, name := range s.names {
			if name == Period {
				c := a.at.Compare(b.at)
				if s.how.Newest {
					c = -c
				}
				if c != 0 {
					return c
				}
				continue
			}
			if c := cmp.Or(cmp.Compare(a.ranks[i], b.ranks[i]), cmp.Compare(a.Codes[i], b.Codes[i])); c != 0 {
				return c
			}
		}
		return 0
	})
	s.totals(out)
	return out
}

// wholes lists the dimensions in whose codelists a code is the whole of those below it. A target above its conditions, or an indicator above
// others, is no total of them.
var wholes = map[string]bool{Area: true, "COMPONENT": true, "ACTIVITY": true, "SECTOR": true, "INDUSTRY": true, "PRODUCT": true, "ROW": true, "COLUMN": true, "PROGRAMME": true, "BAND": true}

// totals marks the entries that are published totals: a code above the code of a entry that is otherwise the same.
func (s *side) totals(entries []Entry) {
	at := index(entries)
	for _, p := range entries {
		for i, l := range s.lists {
			if l == nil || !wholes[s.names[i]] {
				continue
			}
			whole := Entry{Codes: slices.Clone(p.Codes)}
			for c, known := l.Code(p.Codes[i]); known && c.Parent != ""; {
				whole.Codes[i] = c.Parent
				if n, there := at[whole.name()]; there {
					entries[n].Total = true
				}
				c, known = l.Code(c.Parent)
			}
		}
	}
}
