package desk

import (
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/people"
	"nhipso/internal/register"
)

// filtered lists the columns by which a list is filtered: the state, what its type names, and what leads to others.
func filtered(t *catalog.RecordType) (out []string) {
	if len(t.States) > 0 {
		out = append(out, catalog.StateField)
	}
	out = append(out, t.Index...)
	for _, f := range t.Fields {
		if (f.Kind == catalog.ReferenceField || f.Kind == catalog.OrganisationField) && !slices.Contains(out, f.ID) {
			out = append(out, f.ID)
		}
	}
	return out
}

// kept is what of an address a view keeps: all but the page, the language and what was just done.
func kept(t *catalog.RecordType, q url.Values) url.Values {
	out := url.Values{}
	for _, name := range append([]string{"tim", "xep", "nhom", "ngay"}, filtered(t)...) {
		if s := q.Get(name); s != "" {
			out.Set(name, s)
		}
	}
	if cols := chosenColumns(t, q); len(cols) > 0 {
		out.Set("cot", strings.Join(cols, ","))
	}
	return out
}

// chosenColumns reads the columns that an address names, in their order, each once; what the type does not have is left out.
func chosenColumns(t *catalog.RecordType, q url.Values) (out []string) {
	known := t.Columns()
	if len(t.States) > 0 {
		known = append(known, catalog.StateField)
	}
	for _, s := range q["cot"] {
		for _, c := range strings.Split(s, ",") {
			if slices.Contains(known, c) && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// columns are those of a list: as its reader chose, else as the type has them.
func (v *visit) columns(t *catalog.RecordType, q url.Values) []string {
	if chosen := chosenColumns(t, q); len(chosen) > 0 {
		return chosen
	}
	return v.listColumns(t)
}

// sortable is the field by which a column is sorted: of a text in both languages it is one; "" for none.
func sortable(t *catalog.RecordType, column string) string {
	if column == catalog.StateField || column == register.IDColumn {
		return column
	}
	if f, is := fieldOf(t, column); is && !f.Many {
		return f.ID
	}
	return ""
}

// chooses lists what a reader can choose of a list: columns, orders, groups.
func (v *visit) chooses(p *listPage, t *catalog.RecordType, columns []string, query register.Query) {
	now := query.Sort
	if now == "" {
		now = register.IDColumn
	}
	head := func(column string) {
		h := headView{Name: v.column(t, column)}
		if by := sortable(t, column); by != "" {
			h.URL = v.Here("xep", by, "sau", "", "nhom", "", "xong", "")
			if by == now {
				h.Aria = "ascending"
				if query.Descending {
					h.Aria = "descending"
				} else {
					h.URL = v.Here("xep", "-"+by, "sau", "", "nhom", "", "xong", "")
				}
			}
		}
		p.Heads = append(p.Heads, h)
	}
	head(register.IDColumn)
	all := t.Columns()
	if len(t.States) > 0 {
		all = append([]string{catalog.StateField}, all...)
	}
	for _, column := range columns {
		head(column)
	}
	for _, column := range append([]string{register.IDColumn}, all...) {
		name := v.column(t, column)
		if column != register.IDColumn {
			p.Columns = append(p.Columns, choice{Value: column, Name: name, Selected: slices.Contains(columns, column)})
		}
		by := sortable(t, column)
		if f, is := fieldOf(t, column); by == "" || is && v.own(f) != column {
			continue
		}
		for _, way := range []string{"", "-"} {
			label := name
			if way != "" {
				label = v.Say("record.descending", "name", name)
			}
			p.Sorts = append(p.Sorts, choice{Value: way + by, Name: label, Selected: p.Sort == way+by})
		}
		if by != register.IDColumn && register.Ordered(t, by) {
			p.Groups = append(p.Groups, choice{Value: by, Name: name, Selected: p.Grouped == by})
		}
	}
}

// filters lists what can be chosen in each filter of a list.
func (v *visit) filters(t *catalog.RecordType, q url.Values) (out []filterView) {
	for _, column := range filtered(t) {
		now := q.Get(column)
		x := filterView{Column: column, Name: v.column(t, column)}
		if column == catalog.StateField {
			for _, s := range t.States {
				x.Choices = append(x.Choices, choice{Value: s.ID, Name: s.Name.In(v.Lang), Selected: s.ID == now})
			}
		} else if f, _ := t.Field(column); f.Kind == catalog.CodeField || f.Kind == catalog.OrganisationField || f.Kind == catalog.ReferenceField {
			x.Choices = v.choices(f, now)
			if len(x.Choices) > 0 {
				x.Choices = append(x.Choices, choice{Value: none, Name: v.Say("record.none"), Selected: now == none})
			}
		}
		if len(x.Choices) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// grouped is the value by which a record stands in a group.
func (v *visit) grouped(t *catalog.RecordType, column string, x register.Version) string {
	if f, is := t.Field(column); is {
		return x.Values[f.Columns()[0]]
	}
	return x.Values[column]
}

// groups counts the records of a list by the values of a column.
func (v *visit) groups(t *catalog.RecordType, look register.Lookup, column string, into map[string]*groupView) ([]groupView, error) {
	list, err := v.d.office.Register.Groups(v.R.Context(), look, column, groupsMost)
	if err != nil {
		return nil, err
	}
	var out []groupView
	first := column
	if f, is := t.Field(column); is {
		first = f.Columns()[0]
	}
	for _, g := range list {
		x := groupView{Name: v.value(t, first, g.Value), Count: g.Count}
		value := g.Value
		if value == "" {
			x.Name, value = v.Say("record.none"), none
		}
		if slices.Contains(filtered(t), column) {
			x.URL = v.Here(column, value, "nhom", "", "sau", "", "xong", "")
		}
		out = append(out, x)
		into[g.Value] = &x
	}
	return out, nil
}

// changesSome reports whether the actor may change some record of a type, or move it on.
func (v *visit) changesSome(t *catalog.RecordType) bool {
	for _, h := range v.dir.Held(v.actor.Person) {
		x := register.Version{Type: t.ID, Values: map[string]string{}}
		for _, column := range t.Relations {
			if x.Values[column] = h.Organisation; column == register.IDColumn {
				x.ID = h.Organisation
			}
		}
		verbs := []people.Verb{people.Doing(register.Changed)}
		for _, way := range t.Transitions {
			verbs = append(verbs, people.Verb(way.ID))
		}
		if slices.ContainsFunc(verbs, func(do people.Verb) bool { return v.actor.Can(do, t, x) }) {
			return true
		}
	}
	return false
}
