package catalog

import (
	"maps"
	"regexp"
	"slices"

	"nhipso/internal/fault"
)

// fieldShape is that of the name of a field, which heads a column too.
var fieldShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// checkRules refuses rules that cannot be tried.
func (d declaration) checkRules(*Catalog) error {
	for i, r := range d.Rules {
		if err := among("rule", r.Kind, recordRuleKinds); err != nil {
			return d.wrong(err, "rules", i, "kind")
		}
		least := 1
		if r.Kind == OrderRule {
			least = 2
		}
		if len(r.Fields) < least {
			return d.wrong(fault.New("catalog.type-missing", "what", "fields"), "rules", i)
		}
		if err := d.named(r.Fields, "rules", i, "fields"); err != nil {
			return err
		}
		if option, err := r.options(d.RecordType); err != nil {
			return d.wrong(err, "rules", i, option)
		}
		if r.When == nil {
			continue
		}
		if err := d.named([]string{r.When.Field}, "rules", i, "when"); err != nil {
			return err
		}
		if (r.When.Given == nil) == (len(r.When.Is) == 0) {
			return d.wrong(fault.New("catalog.type-missing", "what", "is / given"), "rules", i, "when")
		}
	}
	return nil
}

// options refuses what a rule of its kind has no use for, and fields that it cannot compare. It gives the option.
func (r RecordRule) options(t *RecordType) (string, error) {
	of := string(r.Kind)
	if r.When != nil && r.Kind != RequiredRule {
		return "when", fault.New("catalog.type-no-effect", "what", "when", "of", of)
	}
	if (r.From != "" || r.To != "") && r.Kind != BoundsRule {
		return "from", fault.New("catalog.type-no-effect", "what", "from / to", "of", of)
	}
	if r.Kind == BoundsRule && r.From == "" && r.To == "" {
		return "from", fault.New("catalog.type-missing", "what", "from / to")
	}
	if r.Kind != BoundsRule && r.Kind != OrderRule {
		return "", nil
	}
	for _, id := range r.Fields {
		f, _ := t.Field(id)
		number := f.Kind == NumberField || f.Kind == MoneyField
		if f.Kind != DateField && (!number || r.Kind == OrderRule) || f.Many && r.Kind == OrderRule {
			return "fields", fault.New("catalog.type-no-effect", "what", id, "of", of)
		}
		for _, bound := range []string{r.From, r.To} {
			if bound == "" {
				continue
			}
			if _, err := measured(f, bound); err != nil {
				return "from", err
			}
		}
	}
	return "", nil
}

// named refuses a field that the type does not have, and one that is named twice.
func (d declaration) named(fields []string, place ...any) error {
	for i, id := range fields {
		if err := among("field", id, d.fields()); err != nil {
			return d.wrong(err, append(place, i)...)
		}
		if slices.Contains(fields[:i], id) {
			return d.wrong(fault.New("catalog.type-twice", "id", id), append(place, i)...)
		}
	}
	return nil
}

// StateField is the column in which a table says where a record stands.
const StateField = "state"

// reservedActs are what is done to records of every type: no step of a course has their names.
var reservedActs = []string{RecordAdded, RecordChanged, "moved", RecordEnded, RecordCommented, "attached", "detached", "erased"}

// checkCourse refuses a course with states that no way leads to, and ways from or to nowhere.
func (d declaration) checkCourse(*Catalog) error {
	states := idsOf(d.States, func(s RecordState) string { return s.ID })
	for i, s := range d.States {
		if slices.Contains(states[:i], s.ID) {
			return d.wrong(fault.New("catalog.type-twice", "id", s.ID), "states", i)
		}
		if !packShape.MatchString(s.ID) || s.Name.Vi == "" || s.Name.En == "" {
			return d.wrong(fault.New("catalog.type-nameless", "id", s.ID), "states", i)
		}
	}
	if _, is := d.Field(StateField); is && len(states) > 0 {
		return d.wrong(fault.New("catalog.type-twice", "id", StateField), "fields")
	}
	for i, t := range d.Transitions {
		if !packShape.MatchString(t.ID) || t.Name.Vi == "" || t.Name.En == "" || slices.Contains(reservedActs, t.ID) {
			return d.wrong(fault.New("catalog.type-nameless", "id", t.ID), "transitions", i)
		}
		if slices.ContainsFunc(d.Transitions[:i], func(x Transition) bool { return x.ID == t.ID }) {
			return d.wrong(fault.New("catalog.type-twice", "id", t.ID), "transitions", i)
		}
		if len(t.From) == 0 || len(t.By) == 0 {
			return d.wrong(fault.New("catalog.type-missing", "what", "from / by"), "transitions", i)
		}
		for _, s := range append(slices.Clone(t.From), t.To) {
			if err := among("state", s, states); err != nil {
				return d.wrong(err, "transitions", i)
			}
		}
		if err := d.party(t.By, true, "transitions", i, "by"); err != nil {
			return err
		}
		if err := d.named(t.Needs, "transitions", i, "needs"); err != nil {
			return err
		}
	}
	return d.reachable()
}

// reachable refuses a state that no way leads to from the first.
func (d declaration) reachable() error {
	if len(d.States) == 0 {
		return nil
	}
	reached := []string{d.States[0].ID}
	for n := 0; n < len(reached); n++ {
		for _, t := range d.Transitions {
			if slices.Contains(t.From, reached[n]) && !slices.Contains(reached, t.To) {
				reached = append(reached, t.To)
			}
		}
	}
	for i, s := range d.States {
		if !slices.Contains(reached, s.ID) {
			return d.wrong(fault.New("catalog.type-unreached", "id", s.ID), "states", i)
		}
	}
	return nil
}

// party refuses a party that there is not, one named twice, and the public where it can do nothing.
func (d declaration) party(list []Party, acts bool, place ...any) error {
	for i, p := range list {
		if err := among("party", p, parties); err != nil {
			return d.wrong(err, append(place, i)...)
		}
		if slices.Contains(list[:i], p) {
			return d.wrong(fault.New("catalog.type-twice", "id", string(p)), append(place, i)...)
		}
		if acts && p == Public {
			return d.wrong(fault.New("catalog.type-public"), append(place, i)...)
		}
	}
	return nil
}

// related are the parties that stand in a relation to a record by one of its fields.
var related = []Party{Owner, Lead, Coordinating}

// checkRelations refuses a relation by a field that holds no organisation.
func (d declaration) checkRelations() error {
	for _, p := range slices.Sorted(maps.Keys(d.Relations)) {
		if err := among("relation", p, related); err != nil {
			return d.wrong(err, "relations", string(p))
		}
		column := d.Relations[p]
		f, has := d.Field(column)
		switch {
		case column == "id":
		case !has:
			return d.wrong(among("field", column, d.fields()), "relations", string(p))
		case f.Kind != OrganisationField && f.Kind != ReferenceField:
			return d.wrong(fault.New("catalog.type-no-effect", "what", column, "of", string(f.Kind)), "relations", string(p))
		}
	}
	return nil
}

// checkReaders refuses what is said of readers where it has no effect.
func (d declaration) checkReaders(*Catalog) error {
	if len(d.See) == 0 || len(d.Edit) == 0 {
		return d.wrong(fault.New("catalog.type-missing", "what", "see / edit"))
	}
	if err := d.party(d.See, false, "see"); err != nil {
		return err
	}
	if err := d.party(d.Edit, true, "edit"); err != nil {
		return err
	}
	if open := slices.Contains(d.See, Public); open != (len(d.Public) > 0) {
		if open {
			return d.wrong(fault.New("catalog.type-missing", "what", "public"), "see")
		}
		return d.wrong(fault.New("catalog.type-no-effect", "what", "public", "of", "see"), "public")
	}
	if err := d.checkRelations(); err != nil {
		return err
	}
	for key, fields := range map[string][]string{"public": d.Public, "search": d.Search, "index": d.Index} {
		if err := d.named(fields, key); err != nil {
			return err
		}
	}
	for i, id := range d.Search {
		if f, _ := d.Field(id); f.Kind != TextField && f.Kind != PlainField {
			return d.wrong(fault.New("catalog.type-no-effect", "what", "search", "of", string(f.Kind)), "search", i)
		}
	}
	happens := []string{RecordAdded, RecordChanged, RecordEnded, RecordCommented}
	for _, t := range d.Transitions {
		happens = append(happens, t.ID)
	}
	for i, n := range d.Notices {
		if err := among("transition", n.On, happens); err != nil {
			return d.wrong(err, "notices", i, "on")
		}
		if len(n.To) == 0 {
			return d.wrong(fault.New("catalog.type-missing", "what", "to"), "notices", i)
		}
		if err := d.party(n.To, true, "notices", i, "to"); err != nil {
			return err
		}
	}
	return nil
}
