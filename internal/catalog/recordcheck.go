package catalog

import (
	"errors"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// ManySign stands between the values of a field that has several.
const ManySign = "+"

// Values gives the values that a field has in a record, by column; none where it is empty. The two texts of a field in both languages are two.
func (f Field) Values(record map[string]string) (out []string) {
	for _, column := range f.Columns() {
		switch s := record[column]; {
		case s == "":
		case f.Many:
			out = append(out, strings.Split(s, ManySign)...)
		default:
			out = append(out, s)
		}
	}
	return out
}

// Referents are what a record may refer to: the records of types, and organisations.
type Referents interface {
	// Record reports whether there is a record of a type; where there is not, it names those that are most like it.
	Record(kind, id string) (has bool, near string)
	// Organisation reports the same of an organisation.
	Organisation(id string) (has bool, near string)
}

// CheckRecord refuses a record that breaks the declaration of its type, with the column that is to be mended: a value that its field cannot hold, a
// rule, a state. Whether another record has the same values (UniqueRule) is for whoever holds them all: see Identities.
func (c *Catalog) CheckRecord(t *RecordType, record map[string]string, others Referents) error {
	columns := []string{"id"}
	if len(t.States) > 0 {
		columns = append(columns, StateField)
	}
	columns = append(columns, t.Columns()...)
	for _, column := range slices.Sorted(maps.Keys(record)) {
		if record[column] != "" && !slices.Contains(columns, column) {
			return at(column, among("field", column, columns))
		}
	}
	for _, f := range t.Fields {
		values := f.Values(record)
		if n := len(values); f.Kind == TextField && n == 1 {
			return at(f.Columns()[slices.IndexFunc(f.Columns(), func(column string) bool { return record[column] == "" })], fault.New("catalog.record-one-language"))
		}
		for i, value := range values {
			if err := c.checkValue(f, value, others); err != nil {
				return at(f.Columns()[0], err)
			}
			if f.Many && slices.Contains(values[:i], value) {
				return at(f.Columns()[0], fault.New("catalog.type-twice", "id", value))
			}
		}
	}
	for _, r := range t.Rules {
		if err := r.check(t, record); err != nil {
			return err
		}
	}
	return t.checkState(record)
}

// at says which column of a record is to be mended.
func at(column string, why error) error {
	var f *fault.Error
	if errors.As(why, &f) {
		return f.At("", 0, column)
	}
	return why
}

var sha256Shape = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkValue refuses what a field cannot hold.
func (c *Catalog) checkValue(f Field, value string, others Referents) error {
	if strings.ContainsFunc(value, unseen) {
		return fault.New("catalog.record-unseen")
	}
	missing := func(what string, has bool, near string) error {
		if has {
			return nil
		}
		return fault.New("catalog.type-unknown", "what", what, "id", value, "near", near)
	}
	switch f.Kind {
	case CodeField:
		return c.hasCode(f.Codelist, value)
	case ReferenceField:
		has, near := others.Record(f.Type, value)
		return missing(f.Type, has, near)
	case OrganisationField:
		has, near := others.Organisation(value)
		return missing("organisation", has, near)
	case FileField:
		if !sha256Shape.MatchString(value) {
			return fault.New("catalog.type-shape", "text", value)
		}
	case NumberField, MoneyField, DateField:
		m, err := measured(f, value)
		if err != nil || len(f.Only) == 0 {
			return err
		}
		same := func(s string) bool { x, err := measured(f, s); return err == nil && x.compare(m) == 0 }
		if !slices.ContainsFunc(f.Only, same) {
			return fault.New("catalog.type-unknown", "what", f.ID, "id", value, "near", strings.Join(f.Only, ", "))
		}
	}
	return nil
}

// measure is a number or a day, which can be compared. A month or a year is all the days that it has.
type measure struct {
	number      *stat.Decimal
	first, last stat.Date
}

// measured reads a value of a number, an amount or a day.
func measured(f Field, value string) (measure, error) {
	if f.Kind != DateField {
		d, err := stat.ParseDecimal(value)
		return measure{number: &d}, err
	}
	day, err := stat.ParseDate(value)
	if err == nil {
		return measure{first: day, last: day}, nil
	}
	p, unread := stat.ParsePeriod(value)
	if f.Partial && unread == nil && (len(value) == len("2006") || len(value) == len("2006-01")) {
		return measure{first: p.From(), last: p.To()}, nil
	}
	return measure{}, err
}

// compare orders measures; days that may be one and the same are.
func (m measure) compare(o measure) int {
	switch {
	case m.number != nil && o.number != nil:
		return m.number.Cmp(*o.number)
	case o.first.After(m.last):
		return -1
	case m.first.After(o.last):
		return 1
	}
	return 0
}

// check refuses a record that breaks a rule. Values are well formed by then.
func (r RecordRule) check(t *RecordType, record map[string]string) error {
	var before *measure
	var earlier string
	for _, id := range r.Fields {
		f, _ := t.Field(id)
		values := f.Values(record)
		column := f.Columns()[0]
		if r.Kind == RequiredRule && len(values) == 0 && r.When.met(t, record) {
			return at(column, fault.New("catalog.record-required", "name", f.Name))
		}
		if r.Kind != BoundsRule && r.Kind != OrderRule {
			continue
		}
		for _, value := range values {
			m, err := measured(f, value)
			if err != nil {
				return at(column, err)
			}
			if r.Kind == BoundsRule && !r.within(f, m) {
				return at(column, fault.New("catalog.record-range", "text", value, "from", first(r.From, "–"), "to", first(r.To, "–")))
			}
			if r.Kind == OrderRule {
				if before != nil && before.compare(m) > 0 {
					return at(column, fault.New("catalog.record-order", "text", value, "before", earlier))
				}
				before, earlier = &m, value
			}
		}
	}
	return nil
}

func (r RecordRule) within(f Field, m measure) bool {
	low, err := measured(f, r.From)
	if err == nil && low.compare(m) > 0 {
		return false
	}
	high, err := measured(f, r.To)
	return err != nil || m.compare(high) <= 0
}

// met reports whether a record is one of those that a condition means; without a condition all are.
func (w *Condition) met(t *RecordType, record map[string]string) bool {
	if w == nil {
		return true
	}
	f, _ := t.Field(w.Field)
	values := f.Values(record)
	if w.Given != nil {
		return *w.Given == (len(values) > 0)
	}
	return slices.ContainsFunc(values, func(v string) bool { return slices.Contains(w.Is, v) })
}

// checkState refuses a state that there is not, and one that a record cannot have come to: every way to it asks for a field that is empty.
func (t *RecordType) checkState(record map[string]string) error {
	state := record[StateField]
	if len(t.States) == 0 || state == "" {
		return nil
	}
	if err := among("state", state, idsOf(t.States, func(s RecordState) string { return s.ID })); err != nil {
		return at(StateField, err)
	}
	if state == t.States[0].ID {
		return nil
	}
	lacks := Field{}
	for _, way := range t.Transitions {
		if way.To != state {
			continue
		}
		i := slices.IndexFunc(way.Needs, func(id string) bool { f, _ := t.Field(id); return len(f.Values(record)) == 0 })
		if i < 0 {
			return nil
		}
		lacks, _ = t.Field(way.Needs[i])
	}
	return at(lacks.Columns()[0], fault.New("catalog.record-required", "name", lacks.Name))
}

// Identity is what no other record of a type may have.
type Identity struct {
	Column string // that is to be mended
	Value  string
}

// Identities gives what no other record may have, by the rules of the type. A record in which one of the fields is empty has no such identity.
func (t *RecordType) Identities(record map[string]string) (out []Identity) {
rules:
	for i, r := range t.Rules {
		if r.Kind != UniqueRule {
			continue
		}
		var parts []string
		for _, id := range r.Fields {
			f, _ := t.Field(id)
			values := f.Values(record)
			if len(values) == 0 {
				continue rules
			}
			parts = append(parts, strings.Join(values, "\x00"))
		}
		f, _ := t.Field(r.Fields[0])
		out = append(out, Identity{f.Columns()[0], string(rune('0'+i)) + "\x01" + strings.Join(parts, "\x01")})
	}
	return out
}

// shipped are the records and organisations that come with a catalogue.
type shipped struct {
	records       map[string][]string // by type
	organisations []string
}

// Record implements Referents.
func (s shipped) Record(kind, id string) (bool, string) { return nearest(id, s.records[kind]) }

// Organisation implements Referents.
func (s shipped) Organisation(id string) (bool, string) { return nearest(id, s.organisations) }

func nearest(id string, known []string) (bool, string) {
	return slices.Contains(known, id), strings.Join(text.Nearest(id, known), ", ")
}

// organisationsFile lists the organisations of a country; a pack need not have it.
const organisationsFile = "govern/organisations.csv"

// loadRecords holds the records that come with the catalogue to the declarations of their types.
func (c *Catalog) loadRecords(fsys fs.FS) error {
	tables := map[string]table{}
	known := shipped{records: map[string][]string{}}
	if _, err := fs.Stat(fsys, organisationsFile); err == nil {
		list, err := readTable(fsys, organisationsFile, "id")
		if err != nil {
			return err
		}
		known.organisations = idsOf(list.rows, func(row map[string]string) string { return row["id"] })
	}
	for _, t := range c.types {
		if t.Records == "" {
			continue
		}
		list, err := readTable(fsys, "catalog/codelists/"+t.Records+".csv", "id")
		if err != nil {
			return err
		}
		tables[t.ID] = list
		known.records[t.ID] = idsOf(list.rows, func(row map[string]string) string { return row["id"] })
	}
	for _, t := range c.types {
		list := tables[t.ID]
		have := map[Identity]string{}
		for i, row := range list.rows {
			err := c.CheckRecord(t, row, known)
			for _, x := range t.Identities(row) {
				if other := have[x]; other != "" && err == nil {
					err = at(x.Column, fault.New("catalog.record-twice", "other", other))
				}
				have[x] = row["id"]
			}
			if err != nil {
				return list.refuse(err, t, i)
			}
		}
	}
	return nil
}

// refuse says where in a table a record breaks the declaration of its type.
func (t table) refuse(err error, kind *RecordType, row int) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	return fault.New("catalog.bad-record", "id", t.rows[row]["id"], "type", kind.Name, "reason", f.At("", 0, "")).At(t.name, t.lines[row], f.Where.Column)
}
