package catalog

import (
	"maps"
	"slices"
	"strings"
)

// PublicColumns gives the columns of the fields that the public sees. What says something of a person is never among them.
func (t *RecordType) PublicColumns() (out []string) {
	if !slices.Contains(t.See, Public) {
		return nil
	}
	for _, f := range t.Fields {
		if slices.Contains(t.Public, f.ID) && !f.Personal {
			out = append(out, f.Columns()...)
		}
	}
	return out
}

// Row is a record as a row of the codelist of its type.
type Row struct {
	ID     string
	Values map[string]string // by column
}

// RowOf gives a code of the codelist of a type as the record that it is.
func (t *RecordType) RowOf(x Code) Row {
	r := Row{ID: x.ID, Values: map[string]string{}}
	for _, column := range t.Columns() {
		value := x.Notes[column]
		switch column {
		case "name_vi":
			value = x.Name.Vi
		case "name_en":
			value = x.Name.En
		case "parent":
			value = x.Parent
		}
		if value = strings.TrimSpace(value); value != "" {
			r.Values[column] = value
		}
	}
	return r
}

// codeOf gives a code as a record has it, in some columns; what the record says nothing of stays as it was.
func (r Row) codeOf(x Code, columns []string) Code {
	x.ID, x.Notes = r.ID, maps.Clone(x.Notes)
	if x.Notes == nil {
		x.Notes = map[string]string{}
	}
	for _, column := range columns {
		value := r.Values[column]
		switch column {
		case "name_vi":
			x.Name.Vi = value
		case "name_en":
			x.Name.En = value
		case "parent":
			x.Parent = value
		default:
			if x.Notes[column] = value; value == "" {
				delete(x.Notes, column)
			}
		}
	}
	return x
}

// With gives the list with codes as records have them in some columns. A code without a record stays as it is, since figures bear it; a record
// without a code comes at the end.
func (c *Codelist) With(records []Row, columns []string) (*Codelist, error) {
	if len(records) == 0 {
		return c, nil
	}
	by := map[string]Row{}
	for _, r := range records {
		by[r.ID] = r
	}
	codes := slices.Clone(c.Codes)
	for i, x := range codes {
		if r, is := by[x.ID]; is {
			codes[i] = r.codeOf(x, columns)
		}
	}
	for _, r := range records {
		if _, known := c.byID[r.ID]; !known {
			codes = append(codes, r.codeOf(Code{}, columns))
		}
	}
	return NewCodelist(c.ID, c.Name, c.Source, codes)
}

// WithRecords gives the catalogue with the codelists of types of records as the public sees those records (Codelist.With), by type. A list that its records
// would tear, since one belongs to another that is not there, stays as the catalogue has it.
func (c *Catalog) WithRecords(records map[string][]Row) *Catalog {
	out := *c
	out.codelists = maps.Clone(c.codelists)
	for _, t := range c.types {
		if list := c.codelists[t.Records]; list != nil {
			if with, err := list.With(records[t.ID], t.PublicColumns()); err == nil {
				out.codelists[t.Records] = with
			}
		}
	}
	return &out
}
