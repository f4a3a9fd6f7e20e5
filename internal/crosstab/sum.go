package crosstab

import (
	"slices"

	"nhipso/internal/stat"
)

// Areas says of areas which may be added.
type Areas struct {
	// Set names the areas that do not overlap: two of one set are distinct. "" is for an area that is in none.
	Set func(area string) string
	// Like gives what two figures must share to be added: their unit and its power of ten.
	Like func(c Cell) string
}

// Sum adds entries that hold the sum of the areas of a side: one for each set of entries that differ in their area only, all areas of which are
// of one set and at least two. A figure that is missing leaves its sum out. The caller sees to it that the dataflow holds amounts.
func (t *Table) Sum(areas Areas) {
	switch {
	case slices.Contains(t.Down, Area):
		t.Rows = t.added(t.Down, t.Rows, len(t.Columns), areas, func(entry, other int) [2]int { return [2]int{entry, other} })
	case slices.Contains(t.Across, Area):
		t.Columns = t.added(t.Across, t.Columns, len(t.Rows), areas, func(entry, other int) [2]int { return [2]int{other, entry} })
	}
}

func (t *Table) added(side []string, entries []Entry, others int, areas Areas, at func(entry, other int) [2]int) []Entry {
	i := slices.Index(side, Area)
	groups := map[string][]int{}
	var order []string
	var wholes []Entry
	for n, p := range entries {
		set := areas.Set(p.Codes[i])
		if p.Total || set == "" {
			continue
		}
		whole := Entry{Codes: slices.Clone(p.Codes), at: p.at, Sum: true}
		whole.Codes[i] = ""
		name := set + "\x00" + whole.name()
		if groups[name] == nil {
			order, wholes = append(order, name), append(wholes, whole)
		}
		groups[name] = append(groups[name], n)
	}
	for k, name := range order {
		if len(groups[name]) < 2 {
			continue
		}
		entries = append(entries, wholes[k])
		for other := range others {
			if c, any := t.total(groups[name], other, areas, at); any {
				t.cells[at(len(entries)-1, other)] = c
			}
		}
	}
	return entries
}

// total adds the figures of some entries; false where there is none.
func (t *Table) total(entries []int, other int, areas Areas, at func(entry, other int) [2]int) (out Cell, any bool) {
	var sum stat.Decimal
	like, mixed := "", false
	for _, p := range entries {
		c := t.cells[at(p, other)]
		if !c.Has || c.Figure.Value == nil {
			out.Lacks++
			any = any || c.Has
			continue
		}
		unit := areas.Like(c)
		mixed = mixed || len(out.Parts) > 0 && unit != like
		like, any = unit, true
		sum = sum.Add(*c.Figure.Value)
		out.Parts = append(out.Parts, c.Figure)
	}
	if out.Lacks == 0 && !mixed {
		out.Sum = &sum
	}
	return out, any
}

// WithoutTotals gives a table without published totals, where their parts are in it.
func (t *Table) WithoutTotals() *Table {
	out := &Table{Down: t.Down, Across: t.Across, cells: map[[2]int]Cell{}}
	rows, columns := map[int]int{}, map[int]int{}
	for i, p := range t.Rows {
		if !p.Total {
			rows[i], out.Rows = len(out.Rows), append(out.Rows, p)
		}
	}
	for i, p := range t.Columns {
		if !p.Total {
			columns[i], out.Columns = len(out.Columns), append(out.Columns, p)
		}
	}
	for at, c := range t.cells {
		row, is := rows[at[0]]
		column, too := columns[at[1]]
		if is && too {
			out.cells[[2]int{row, column}] = c
		}
	}
	return out
}
