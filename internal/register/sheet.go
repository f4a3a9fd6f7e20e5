package register

import (
	"context"
	"errors"
	"io"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular"
	"nhipso/internal/text"
)

// Sheet is what a table of people would do to the records of a type: acts, each of a row.
type Sheet struct {
	Acts []Act
	Rows []int // the row of each act, as the file has it
	Same int   // rows whose record is so already
}

// Headings lists the columns of a table of records: the identifier, then those of the fields. A table may have its headings as names in either language,
// too.
func Headings(t *catalog.RecordType) []string { return append([]string{IDColumn}, t.Columns()...) }

// ReadSheet reads a table of records: a row adds the record of its identifier, or changes the one that is there to what the row says. Columns that the
// table does not have stay as they are; a cell that is empty empties its column. All faults are told, each with its row and column.
func (r *Register) ReadSheet(ctx context.Context, t *catalog.RecordType, file io.Reader, name string, from stat.Date) (Sheet, error) {
	f, err := tabular.Open(file, name, tabular.Options{})
	if err != nil {
		return Sheet{}, err
	}
	table, columns, err := headed(t, f, name)
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{}
	var faults []error
	seen := map[string]int{}
	for row, err := range table.Records() {
		if err != nil {
			return Sheet{}, err
		}
		values := map[string]string{}
		for i, column := range columns {
			if values[column], err = tidy(t, table, column, row.Cells[i]); err != nil {
				faults = append(faults, fault.Locate(err, name, row.Line, column))
			}
		}
		id := values[IDColumn]
		if earlier := seen[id]; earlier > 0 {
			faults = append(faults, fault.New("register.row-twice", "id", id, "row", earlier).At(name, row.Line, IDColumn))
			continue
		}
		seen[id] = row.Line
		a, same, err := r.actOf(ctx, t, id, values, columns, from)
		switch {
		case err != nil:
			faults = append(faults, fault.Locate(err, name, row.Line, ""))
		case same:
			out.Same++
		default:
			out.Acts, out.Rows = append(out.Acts, a), append(out.Rows, row.Line)
		}
		if len(faults) == maxFound {
			break
		}
	}
	if len(faults) > 0 {
		return Sheet{}, errors.Join(faults...)
	}
	if len(out.Acts) > MaxActs {
		return Sheet{}, fault.New("register.too-many", "most", MaxActs).At(name, 0, "")
	}
	return out, nil
}

// headed finds the heading of a file, by columns or by the names of fields in either language, and gives the column that each heading means.
func headed(t *catalog.RecordType, f *tabular.File, name string) (*tabular.Table, []string, error) {
	means := map[string]string{}
	numeric := map[string]bool{}
	var names []string
	add := func(name, column string, number bool) {
		if means[name] == "" {
			means[name], numeric[name], names = column, number, append(names, name)
		}
	}
	add(IDColumn, IDColumn, false)
	for _, x := range t.Fields {
		number := (x.Kind == catalog.NumberField || x.Kind == catalog.MoneyField) && !x.Many
		for _, column := range x.Columns() {
			add(column, column, number)
		}
		if columns := x.Columns(); len(columns) == 1 {
			add(x.Name.Vi, columns[0], number)
			add(x.Name.En, columns[0], number)
		}
	}
	table, err := f.Table(tabular.Layout{Names: names, Required: []string{IDColumn}, Numeric: func(name string) bool { return numeric[name] }})
	if err != nil {
		return nil, nil, err
	}
	var columns []string
	for _, c := range table.Columns {
		column := means[c.Name]
		if slices.Contains(columns, column) {
			return nil, nil, fault.New("register.column-twice", "column", column).At(name, table.Line, c.Name)
		}
		columns = append(columns, column)
	}
	return table, columns, nil
}

// tidy writes the value of a cell as records have it: numbers with a point, days as ISO 8601 does.
func tidy(t *catalog.RecordType, table *tabular.Table, column string, c tabular.Cell) (string, error) {
	i := slices.IndexFunc(t.Fields, func(f catalog.Field) bool { return slices.Contains(f.Columns(), column) })
	if i < 0 || c.Text == "" {
		return c.Text, nil
	}
	switch f := t.Fields[i]; {
	case (f.Kind == catalog.NumberField || f.Kind == catalog.MoneyField) && !f.Many:
		return table.Convention.Plain(c)
	case f.Kind == catalog.DateField:
		if day, err := text.ParseDate(c.Text); err == nil {
			return day.String(), nil
		}
	}
	return c.Text, nil
}

// actOf gives what a row does to its record; true when the record is so already.
func (r *Register) actOf(ctx context.Context, t *catalog.RecordType, id string, values map[string]string, columns []string, from stat.Date) (Act, bool, error) {
	a := Act{Kind: Added, Type: t.ID, Record: id, From: from}
	if !idShape.MatchString(id) {
		return a, false, at(IDColumn, fault.New("register.id", "id", id))
	}
	line, err := r.Timeline(ctx, t.ID, id)
	if err != nil {
		return a, false, err
	}
	now, is := line.On(from)
	if line.Newest > 0 {
		if !is {
			return a, false, at(IDColumn, fault.New("register.not-on-day", "id", id, "day", from))
		}
		a.Kind, a.Base = Changed, line.Newest
	}
	for _, column := range columns {
		if column != IDColumn && values[column] != now.Values[column] {
			a.Changes = append(a.Changes, Change{Column: column, After: values[column]})
		}
	}
	return a, a.Kind == Changed && len(a.Changes) == 0, nil
}

// Placed says of the faults of a batch that came from a table on which rows of it they are.
func (s Sheet) Placed(err error, name string) error {
	var out []error
	for _, f := range fault.All(err) {
		if n := f.Where.Row; n > 0 && n <= len(s.Rows) {
			f = f.At(name, s.Rows[n-1], f.Where.Column)
		} else if len(s.Rows) == 1 {
			f = f.At(name, s.Rows[0], f.Where.Column)
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return err
	}
	return errors.Join(out...)
}
