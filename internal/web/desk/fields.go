package desk

import (
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/people"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// code names a code of a list.
func (v *visit) code(list, id string) string {
	l, err := v.types.Codelist(list)
	if err != nil {
		return id
	}
	if c, is := l.Code(id); is {
		return c.Name.In(v.Lang)
	}
	return id
}

// kindOf names what an act does.
func (v *visit) kindOf(t *catalog.RecordType, kind register.Kind) string {
	for _, way := range t.Transitions {
		if way.ID == string(kind) {
			return way.Name.In(v.Lang)
		}
	}
	return v.Say("act." + string(kind))
}

// fieldOf finds the field of a column.
func fieldOf(t *catalog.RecordType, column string) (catalog.Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f catalog.Field) bool { return slices.Contains(f.Columns(), column) })
	if i < 0 {
		return catalog.Field{}, false
	}
	return t.Fields[i], true
}

// column names a column.
func (v *visit) column(t *catalog.RecordType, column string) string {
	switch f, is := fieldOf(t, column); {
	case column == catalog.StateField:
		return v.Say("record.state")
	case column == register.IDColumn:
		return v.Say("record.id")
	case !is:
		return column
	case f.Kind == catalog.TextField && !strings.HasSuffix(column, "_"+v.Lang):
		return f.Name.In(v.Lang) + " (" + v.Say("record.other-language") + ")"
	default:
		return f.Name.In(v.Lang)
	}
}

// value writes the value of a column as a reader reads it.
func (v *visit) value(t *catalog.RecordType, column, s string) string {
	if s == "" {
		return ""
	}
	if column == catalog.StateField {
		for _, x := range t.States {
			if x.ID == s {
				return x.Name.In(v.Lang)
			}
		}
		return s
	}
	f, is := fieldOf(t, column)
	if !is {
		return s
	}
	parts := []string{s}
	if f.Many {
		parts = strings.Split(s, "+")
	}
	for i, part := range parts {
		parts[i] = v.single(f, part)
	}
	return strings.Join(parts, "; ")
}

// single writes one value of a field.
func (v *visit) single(f catalog.Field, s string) string {
	switch f.Kind {
	case catalog.CodeField:
		return v.code(f.Codelist, s)
	case catalog.OrganisationField:
		return v.organisation(s)
	case catalog.ReferenceField:
		if f.Type == register.OrganisationType {
			return v.organisation(s)
		}
		if f.Type == people.PersonType {
			return v.person(s)
		}
		return v.recordName(f.Type, s)
	case catalog.DateField:
		if day, err := stat.ParseDate(s); err == nil {
			return text.FormatDate(v.Lang, day)
		}
	case catalog.NumberField, catalog.MoneyField:
		if d, err := stat.ParseDecimal(s); err == nil {
			n := text.FormatNumber(v.Lang, d, -1)
			if f.Unit != "" {
				return text.WithUnit(n, v.code("CL_UNIT_MEASURE", f.Unit))
			}
			return n
		}
	}
	return s
}

// recordName names a record by what of it the reader may see; by its identifier where that is nothing.
func (v *visit) recordName(kind, id string) string {
	key := kind + "/" + id
	if name, known := v.names[key]; known {
		return name
	}
	if v.names == nil {
		v.names = map[string]string{}
	}
	v.names[key] = id
	t, err := v.types.RecordType(kind)
	if err != nil {
		return id
	}
	if x, is, err := v.d.office.Register.Record(v.R.Context(), kind, id, register.At{Day: v.today}); err == nil && is {
		if told, sees := v.actor.Told(t, x); sees {
			v.names[key] = v.titleOf(t, told)
		}
	}
	return v.names[key]
}

// own is the column of a field in the language of the page.
func (v *visit) own(f catalog.Field) string {
	columns := f.Columns()
	if f.Kind == catalog.TextField && v.Lang == "en" {
		return columns[1]
	}
	return columns[0]
}

// input is a field of a form.
type input struct {
	Column, Name, Kind, Value, Hint string
	Choices                         []choice
	Required                        bool
	Lang                            string // of the text, where it is not the page's
}

// maxChoices bounds the choices that a form lists; beyond it an identifier is typed.
const maxChoices = 400

// inputs makes the form of a record with values.
func (v *visit) inputs(t *catalog.RecordType, values map[string]string) (out []input) {
	required := map[string]bool{}
	for _, r := range t.Rules {
		if r.Kind == catalog.RequiredRule && r.When == nil {
			for _, id := range r.Fields {
				required[id] = true
			}
		}
	}
	for _, f := range t.Fields {
		for _, column := range f.Columns() {
			in := input{Column: column, Name: v.column(t, column), Kind: "text", Value: values[column], Required: required[f.ID]}
			switch f.Kind {
			case catalog.TextField:
				in.Kind = "lines"
				if in.Lang = "vi"; strings.HasSuffix(column, "_en") {
					in.Lang = "en"
				}
			case catalog.DateField:
				in.Hint = v.Say("record.day-hint")
				if f.Partial {
					in.Hint = v.Say("record.partial-hint")
				}
			case catalog.CodeField, catalog.OrganisationField, catalog.ReferenceField:
				in.Choices = v.choices(f, values[column])
				if len(in.Choices) > 0 && !f.Many {
					in.Kind = "choice"
					if now := values[column]; now != "" && !slices.ContainsFunc(in.Choices, func(c choice) bool { return c.Selected }) { // else saving would empty it
						in.Choices = append(in.Choices, choice{Value: now, Name: v.Say("record.no-more", "name", v.single(f, now)), Selected: true})
					}
				}
			case catalog.NumberField, catalog.MoneyField:
				in.Hint = v.Say("record.number-hint")
			}
			if f.Many {
				in.Hint = v.Say("record.many-hint")
			}
			out = append(out, in)
		}
	}
	return out
}

// choices lists what a field may be; none where there are too many.
func (v *visit) choices(f catalog.Field, now string) (out []choice) {
	switch {
	case f.Kind == catalog.CodeField:
		l, err := v.types.Codelist(f.Codelist)
		if err != nil || len(l.Codes) > maxChoices {
			return nil
		}
		for _, c := range l.Codes {
			out = append(out, choice{Value: c.ID, Name: c.Name.In(v.Lang), Selected: c.ID == now})
		}
		return out
	case f.Kind == catalog.OrganisationField || f.Type == register.OrganisationType:
		for _, o := range v.dir.Organisations() {
			out = append(out, choice{Value: o.ID, Name: o.Name.In(v.Lang), Selected: o.ID == now})
		}
		slices.SortFunc(out, func(x, y choice) int { return text.Compare(x.Name, y.Name) })
		return out
	}
	t, err := v.types.RecordType(f.Type)
	if err != nil {
		return nil
	}
	page, err := v.listOf(t, register.Query{Limit: maxChoices})
	if err != nil || page.Next != "" {
		return nil
	}
	for _, x := range page.Records {
		out = append(out, choice{Value: x.ID, Name: v.titleOf(t, x), Selected: x.ID == now})
	}
	return out
}

// titleOf names a record: by its name where it has one.
func (v *visit) titleOf(t *catalog.RecordType, x register.Version) string {
	for _, column := range []string{"name_" + v.Lang, "name_vi", "name"} {
		if s := x.Values[column]; s != "" {
			return s
		}
	}
	return x.ID
}

// changesOf reads a form: what differs from the values that its writer had before them.
func changesOf(t *catalog.RecordType, form url.Values, before map[string]string) (out []register.Change) {
	for _, column := range t.Columns() {
		if !form.Has(column) {
			continue
		}
		after := strings.TrimSpace(strings.ReplaceAll(form.Get(column), "\r\n", "\n"))
		if f, _ := fieldOf(t, column); f.Kind == catalog.DateField {
			if day, err := text.ParseDate(after); err == nil { // 30/11/2026 is how it is written here
				after = day.String()
			}
		}
		if after != before[column] {
			out = append(out, register.Change{Column: column, After: after})
		}
	}
	return out
}
