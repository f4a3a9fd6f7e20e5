package catalog

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// RecordType declares what a record of a kind holds: a target, a legal document, whatever is no figure. It is a part of the catalogue with a version
// of its own. Until there is a register, the records are the rows of a codelist; they are held to the declaration whenever the catalogue is read.
type RecordType struct {
	ID          string
	Version     string // as its file states it; "" for the first
	Name        Label
	Description Label
	Records     string // the codelist whose rows are records of this type; "" where none come with the catalogue
	Since       string // the field whose day is the first of a record that comes with the catalogue; "" where they were there from the beginning
	Fields      []Field
	Rules       []RecordRule
	States      []RecordState // the first is where a record begins; none where it has no course
	Transitions []Transition
	See         []Party // who may read a record
	Edit        []Party // who may change its fields
	// Relations says by which field an organisation is the owner of a record, leads it or coordinates it: a field that holds organisations, or "id"
	// where the record is itself one.
	Relations map[Party]string
	Public    []string // fields that the public sees
	Search    []string // fields whose words are found
	Index     []string // fields by which lists are filtered and sorted
	Notices   []Notice
}

// FieldKind is what a field of a record holds.
type FieldKind string

// Kinds of field.
const (
	TextField         FieldKind = "text"         // in both languages
	PlainField        FieldKind = "plain"        // a text that is the same in every language: an address, the number of a document
	NumberField       FieldKind = "number"       // exact
	MoneyField        FieldKind = "money"        // exact, in a currency
	DateField         FieldKind = "date"         // a day, or with "partial" a month or a year where no more is known
	CodeField         FieldKind = "code"         // of a codelist
	ReferenceField    FieldKind = "reference"    // to a record of a type
	OrganisationField FieldKind = "organisation" // as govern/organisations.csv has them
	FileField         FieldKind = "file"         // by its SHA-256
)

var fieldKinds = []FieldKind{TextField, PlainField, NumberField, MoneyField, DateField, CodeField, ReferenceField, OrganisationField, FileField}

// Field is one part of a record.
type Field struct {
	ID       string
	Kind     FieldKind
	Name     Label
	Many     bool     // several values, joined by "+" in a file
	Unit     string   // money, and number where it has one: code of CL_UNIT_MEASURE
	Codelist string   // code
	Type     string   // reference
	Partial  bool     // date
	Only     []string // number: nothing else
	Personal bool     // says something of a person, and is erased when they ask for it
}

// Columns gives the headings under which a table has the field.
func (f Field) Columns() []string {
	if f.Kind == TextField {
		return []string{f.ID + "_vi", f.ID + "_en"}
	}
	return []string{f.ID}
}

// RecordRuleKind is what a rule over a record demands.
type RecordRuleKind string

// Kinds of rule.
const (
	RequiredRule RecordRuleKind = "required" // each of the fields is given
	UniqueRule   RecordRuleKind = "unique"   // no other record has the same values, taken together
	BoundsRule   RecordRuleKind = "range"    // each number or day lies within from and to
	OrderRule    RecordRuleKind = "order"    // days that are given do not come before one another
)

var recordRuleKinds = []RecordRuleKind{RequiredRule, UniqueRule, BoundsRule, OrderRule}

// RecordRule is what a record satisfies.
type RecordRule struct {
	Kind     RecordRuleKind
	Fields   []string
	When     *Condition // required: only then
	From, To string     // range: "" for no bound
}

// Condition is met by some records: those in which a field has one of some values, or is given at all, or is not.
type Condition struct {
	Field string
	Is    []string
	Given *bool
}

// RecordState is where a record stands.
type RecordState struct {
	ID   string
	Name Label
}

// Transition leads a record from one state to another.
type Transition struct {
	ID    string
	Name  Label
	From  []string
	To    string
	By    []Party  // who may do it
	Needs []string // fields that must be given first
}

// Party is who sees, acts or is told: by the relation of an organisation to the record, by a person's role in it, or everybody.
type Party string

// Parties.
const (
	Owner        Party = "owner"
	Lead         Party = "lead"
	Coordinating Party = "coordinating"
	Superior     Party = "superior" // of the owner
	Public       Party = "public"
)

var parties = []Party{Owner, Lead, Coordinating, Superior, Public, "reporter", "checker", "approver", "editor", "publisher", "steward", "auditor", "administrator"}

// Notice says who is told of what happens to a record.
type Notice struct {
	On string // a transition, or one of those below
	To []Party
}

// What happens to a record beside transitions.
const (
	RecordAdded     = "added"
	RecordChanged   = "changed"
	RecordEnded     = "ended"
	RecordCommented = "commented"
)

// Columns gives the headings under which a table has the fields, in order.
func (t *RecordType) Columns() (out []string) {
	for _, f := range t.Fields {
		out = append(out, f.Columns()...)
	}
	return out
}

// Personal gives the columns that hold personal data.
func (t *RecordType) Personal() (out []string) {
	for _, f := range t.Fields {
		if f.Personal {
			out = append(out, f.Columns()...)
		}
	}
	return out
}

// Field finds a field.
func (t *RecordType) Field(id string) (Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.ID == id })
	if i < 0 {
		return Field{}, false
	}
	return t.Fields[i], true
}

func (t *RecordType) fields() []string { return idsOf(t.Fields, func(f Field) string { return f.ID }) }

func idsOf[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = id(x)
	}
	return out
}

// RecordTypes lists the types of records by identifier.
func (c *Catalog) RecordTypes() []*RecordType { return c.types }

// RecordType finds a type of records.
func (c *Catalog) RecordType(id string) (*RecordType, error) {
	for _, t := range c.types {
		if t.ID == id {
			return t, nil
		}
	}
	known := idsOf(c.types, func(t *RecordType) string { return t.ID })
	if near := text.Nearest(id, known); len(near) > 0 {
		return nil, fault.New("catalog.no-type", "id", id, "near", strings.Join(near, ", "))
	}
	return nil, fault.New("catalog.no-types", "id", id)
}

// typesFolder holds a file for each type of records.
const typesFolder = "types"

// loadTypes reads the types of records, and then the records that come with the catalogue. A catalogue that was kept before there were types has
// none; whoever works on a type asks for it.
func (c *Catalog) loadTypes(fsys fs.FS) error {
	files, err := fs.Glob(fsys, typesFolder+"/*.yaml")
	if err != nil {
		return fault.Unread("catalog.bad-file", typesFolder, err)
	}
	trees := map[string]*yaml.Node{}
	for _, name := range files {
		t := &RecordType{}
		var tree yaml.Node
		if err := readYAML(fsys, name, t); err != nil {
			return err
		}
		if err := readYAML(fsys, name, &tree); err != nil {
			return err
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); t.ID != want {
			return declaration{t, name, &tree}.wrong(fault.New("catalog.type-file", "id", t.ID, "want", want), "id")
		}
		c.types = append(c.types, t)
		trees[t.ID] = &tree
	}
	slices.SortFunc(c.types, func(a, b *RecordType) int { return strings.Compare(a.ID, b.ID) })
	for _, t := range c.types {
		if err := (declaration{t, typesFolder + "/" + t.ID + ".yaml", trees[t.ID]}).check(c); err != nil {
			return err
		}
	}
	return c.loadRecords(fsys)
}

// declaration is a type as its file declares it.
type declaration struct {
	*RecordType
	file string
	tree *yaml.Node
}

// wrong refuses a declaration at a place in its file.
func (d declaration) wrong(why error, place ...any) error {
	return fault.New("catalog.bad-type", "id", d.ID, "reason", why).At(d.file, lineAt(d.tree, place...), "")
}

// lineAt gives the line of a place in a YAML text, or of what is nearest around it.
func lineAt(n *yaml.Node, place ...any) int {
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	line := n.Line
	for _, step := range place {
		var next *yaml.Node
		switch at := step.(type) {
		case int:
			if n.Kind == yaml.SequenceNode && at < len(n.Content) {
				next = n.Content[at]
			}
		case string:
			for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == at {
					next = n.Content[i+1]
				}
			}
		}
		if next == nil {
			return line
		}
		n, line = next, next.Line
	}
	return line
}

// among refuses a name that is none of those known.
func among[T ~string](what string, name T, known []T) error {
	if slices.Contains(known, name) {
		return nil
	}
	all := idsOf(known, func(x T) string { return string(x) })
	return fault.New("catalog.type-unknown", "what", what, "id", string(name), "near", strings.Join(text.Nearest(string(name), all), ", "))
}

// check refuses a declaration that means nothing: a name that nothing has, what has no effect, a state that no way leads to.
func (d declaration) check(c *Catalog) error {
	if !packShape.MatchString(d.ID) || d.Version != "" && !versionShape.MatchString(d.Version) {
		return d.wrong(fault.New("catalog.type-shape", "text", first(d.Version, d.ID)), "version")
	}
	if d.Name.Vi == "" || d.Name.En == "" || d.Description.Vi == "" || d.Description.En == "" {
		return d.wrong(fault.New("catalog.type-nameless", "id", d.ID), "name")
	}
	if d.Records != "" && c.codelists[d.Records] == nil {
		return d.wrong(among("codelist", d.Records, idsOf(c.Codelists(), func(l *Codelist) string { return l.ID })), "records")
	}
	if d.Since != "" {
		f, has := d.Field(d.Since)
		if !has {
			return d.wrong(among("field", d.Since, d.fields()), "since")
		}
		if f.Kind != DateField || f.Many || f.Personal || d.Records == "" {
			return d.wrong(fault.New("catalog.type-no-effect", "what", "since", "of", string(f.Kind)), "since")
		}
	}
	for _, step := range []func(*Catalog) error{d.checkFields, d.checkRules, d.checkCourse, d.checkReaders} {
		if err := step(c); err != nil {
			return err
		}
	}
	return nil
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

func (d declaration) checkFields(c *Catalog) error {
	if len(d.Fields) == 0 {
		return d.wrong(fault.New("catalog.type-missing", "what", "fields"))
	}
	columns := map[string]bool{"id": true}
	for i, f := range d.Fields {
		for _, column := range f.Columns() {
			if columns[column] {
				return d.wrong(fault.New("catalog.type-twice", "id", f.ID), "fields", i, "id")
			}
			columns[column] = true
		}
		if !fieldShape.MatchString(f.ID) {
			return d.wrong(fault.New("catalog.type-shape", "text", f.ID), "fields", i, "id")
		}
		if f.Name.Vi == "" || f.Name.En == "" {
			return d.wrong(fault.New("catalog.type-nameless", "id", f.ID), "fields", i)
		}
		if err := among("kind", f.Kind, fieldKinds); err != nil {
			return d.wrong(err, "fields", i, "kind")
		}
		if option, err := f.options(c); err != nil {
			return d.wrong(err, "fields", i, option)
		}
	}
	return nil
}

// options refuses an option that a field of its kind has no use for, one that it lacks, and one that names nothing. It gives the option.
func (f Field) options(c *Catalog) (string, error) {
	number := f.Kind == NumberField
	for _, x := range []struct {
		option, says string
		of           bool // the option belongs to the kind
		must         bool
		known        func() error
	}{
		{"unit", f.Unit, number || f.Kind == MoneyField, f.Kind == MoneyField, func() error { return c.hasCode("CL_UNIT_MEASURE", f.Unit) }},
		{"codelist", f.Codelist, f.Kind == CodeField, true, func() error {
			return among("codelist", f.Codelist, idsOf(c.Codelists(), func(l *Codelist) string { return l.ID }))
		}},
		{"type", f.Type, f.Kind == ReferenceField, true, func() error {
			return among("type", f.Type, idsOf(c.types, func(t *RecordType) string { return t.ID }))
		}},
		{"partial", given(f.Partial), f.Kind == DateField, false, nil},
		{"only", strings.Join(f.Only, ", "), number, false, f.numbers},
		{"many", given(f.Many), f.Kind != TextField && f.Kind != PlainField, false, nil}, // a text may hold the sign that joins values
	} {
		switch {
		case x.says != "" && !x.of:
			return x.option, fault.New("catalog.type-no-effect", "what", x.option, "of", string(f.Kind))
		case x.says == "" && x.of && x.must:
			return x.option, fault.New("catalog.type-missing", "what", x.option)
		case x.says != "" && x.known != nil:
			if err := x.known(); err != nil {
				return x.option, err
			}
		}
	}
	return "", nil
}

func given(is bool) string {
	if is {
		return "true"
	}
	return ""
}

// numbers refuses a value of "only" that is no number.
func (f Field) numbers() error {
	for _, s := range f.Only {
		if _, err := stat.ParseDecimal(s); err != nil {
			return err
		}
	}
	return nil
}

// hasCode refuses a code that a list does not have.
func (c *Catalog) hasCode(list, code string) error {
	l, err := c.Codelist(list)
	if err != nil {
		return err
	}
	if _, has := l.Code(code); !has {
		return fault.New("catalog.type-unknown", "what", list, "id", code, "near", l.Near(code))
	}
	return nil
}
