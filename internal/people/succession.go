package people

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// Succession is what it means that an organisation ends: whose its open records become, from what day.
type Succession struct {
	Organisation string
	Heir         string
	Day          stat.Date      // the first on which the organisation is no more
	Ending       []register.Act // by which it ends; none where it has ended already
	Moves        []register.Act // each gives an open record to the heir
	Stays        []Stay         // open records that keep the organisation
}

// Stay is an open record that is not moved, and why: it goes to somebody else later anyway, or the heir has the same already.
type Stay struct {
	Type, Record string
	Why          string // "later" or "twice"
}

// Acts gives all acts of the succession, for one batch.
func (s Succession) Acts() []register.Act { return slices.Concat(s.Ending, s.Moves) }

// Succession works out what it means that an organisation ends on the day before one, with an heir. Of one that has ended already the day and the heir are
// those of the register; what was moved before is not moved again.
func (o *Office) Succession(ctx context.Context, organisation, heir string, day stat.Date) (Succession, error) {
	out := Succession{Organisation: organisation, Heir: heir, Day: day}
	line, err := o.Register.Timeline(ctx, OrganisationType, organisation)
	if err != nil {
		return out, err
	}
	if len(line.Versions) == 0 {
		return out, fault.New("register.no-record", "id", organisation, "type", catalog.Label{Vi: "cơ quan", En: "organisation"})
	}
	last := line.Versions[len(line.Versions)-1]
	if ended := last.Until; !ended.IsZero() {
		out.Day = ended
		if recorded := last.Values[register.HeirColumn]; recorded != "" {
			out.Heir = recorded
		}
	}
	if out.Heir == "" || out.Heir == organisation {
		return out, fault.New("people.no-heir", "id", organisation)
	}
	if out.Day.IsZero() || !out.Day.After(line.Versions[0].From) {
		return out, fault.New("people.no-last-day", "id", organisation)
	}
	out.Ending = ending(line, out)
	m := mover{o: o, lines: map[string]register.Timeline{}, seen: map[string]bool{}}
	m.lines[organisation] = ended(line, out)
	for _, t := range o.Register.Types().RecordTypes() {
		if err := m.ofType(ctx, t, &out); err != nil {
			return out, err
		}
		if len(out.Ending)+len(out.Moves) > register.MaxActs {
			return out, fault.New("register.too-many", "most", register.MaxActs)
		}
	}
	return out, nil
}

// ending gives the acts by which an organisation gets its heir and ends, as far as that is not recorded. The heir holds from its last day on.
func ending(line register.Timeline, s Succession) (out []register.Act) {
	last := line.Versions[len(line.Versions)-1]
	base := line.Newest
	if last.Values[register.HeirColumn] != s.Heir {
		out = append(out, register.Act{Kind: register.Changed, Type: OrganisationType, Record: s.Organisation, From: s.Day.AddDays(-1), Base: base,
			Changes: []register.Change{{Column: register.HeirColumn, After: s.Heir}}})
		base = register.Follows
	}
	if last.Until.IsZero() {
		out = append(out, register.Act{Kind: register.Ended, Type: OrganisationType, Record: s.Organisation, From: s.Day, Base: base})
	}
	return out
}

// ended is the timeline of an organisation after those acts, as far as its succession is concerned.
func ended(line register.Timeline, s Succession) register.Timeline {
	last := line.Versions[len(line.Versions)-1]
	last.Values, last.Until = maps.Clone(last.Values), s.Day
	last.Values[register.HeirColumn] = s.Heir
	return register.Timeline{Newest: line.Newest, Versions: []register.Version{last}}
}

// mover finds the records that an heir gets.
type mover struct {
	o     *Office
	lines map[string]register.Timeline // of organisations
	seen  map[string]bool              // what must be unique, of the records that move
}

func (m *mover) line(ctx context.Context, organisation string) (register.Timeline, error) {
	if line, is := m.lines[organisation]; is {
		return line, nil
	}
	line, err := m.o.Register.Timeline(ctx, OrganisationType, organisation)
	m.lines[organisation] = line
	return line, err
}

// heir gives who does the work of an organisation on a day: itself while it stands.
func (m *mover) heir(ctx context.Context, organisation string, day stat.Date) (string, error) {
	for range maxSteps {
		line, err := m.line(ctx, organisation)
		if err != nil {
			return "", err
		}
		heir, ended, is := register.Succession(line)
		if !is || day.Before(ended) {
			break
		}
		organisation = heir
	}
	return organisation, nil
}

// ofType adds the records of a type.
func (m *mover) ofType(ctx context.Context, t *catalog.RecordType, out *Succession) error {
	var ids []string
	for _, f := range register.RelationFields(t) {
		found, err := m.o.Register.Holders(ctx, t.ID, f.ID, out.Organisation, out.Day, stat.Date{})
		if err != nil {
			return err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if err := m.move(ctx, t, id, out); err != nil {
			return err
		}
	}
	return nil
}

// move adds one record: from the day of the succession, or from its own first day when that is later; and from heir to heir where one has ended since.
func (m *mover) move(ctx context.Context, t *catalog.RecordType, id string, out *Succession) error {
	line, err := m.o.Register.Timeline(ctx, t.ID, id)
	if err != nil || len(line.Versions) == 0 {
		return err
	}
	last := line.Versions[len(line.Versions)-1]
	if !t.Open(last.Values) {
		return nil // it is done with, and keeps the name of its time
	}
	from := latest(out.Day, line.Versions[0].From)
	now, is := line.On(from)
	if !is {
		return nil
	}
	if planned(t, line, now) {
		out.Stays = append(out.Stays, Stay{t.ID, id, "later"})
		return nil
	}
	acts, now, err := m.passes(ctx, t, now, from, line.Newest)
	if err != nil {
		return err
	}
	twice, err := m.twice(ctx, t, id, now)
	switch {
	case err != nil:
		return err
	case twice:
		out.Stays = append(out.Stays, Stay{t.ID, id, "twice"})
	default:
		out.Moves = append(out.Moves, acts...)
	}
	return nil
}

// passes gives the acts by which a record passes from heir to heir, and how it stands after them.
func (m *mover) passes(ctx context.Context, t *catalog.RecordType, now register.Version, from stat.Date, base int64) (acts []register.Act, _ register.Version, err error) {
	for range maxSteps {
		a := register.Act{Kind: register.Moved, Type: t.ID, Record: now.ID, From: from, Base: base}
		values := maps.Clone(now.Values)
		next := stat.Date{}
		for _, f := range register.RelationFields(t) {
			for _, organisation := range f.Values(now.Values) {
				heir, err := m.heir(ctx, organisation, from)
				if err != nil {
					return nil, now, err
				}
				values[f.ID] = register.Inherit(f, values, organisation, heir)
			}
			if values[f.ID] != now.Values[f.ID] {
				a.Changes = append(a.Changes, register.Change{Column: f.ID, Before: now.Values[f.ID], After: values[f.ID]})
			}
			for _, organisation := range f.Values(values) {
				if line, err := m.line(ctx, organisation); err != nil {
					return nil, now, err
				} else if _, day, is := register.Succession(line); is && (next.IsZero() || day.Before(next)) {
					next = day
				}
			}
		}
		if len(a.Changes) > 0 {
			acts, base, now.Values = append(acts, a), register.Follows, values
		}
		if next.IsZero() {
			break
		}
		from = next
	}
	return acts, now, nil
}

func latest(x, y stat.Date) stat.Date {
	if x.Before(y) {
		return y
	}
	return x
}

// planned reports whether a record changes hands at a later time by an act of somebody.
func planned(t *catalog.RecordType, line register.Timeline, now register.Version) bool {
	return slices.ContainsFunc(line.Versions, func(v register.Version) bool {
		return v.From.After(now.From) && slices.ContainsFunc(register.RelationFields(t), func(f catalog.Field) bool { return v.Values[f.ID] != now.Values[f.ID] })
	})
}

// twice reports whether another record has what must be unique of one that moves.
func (m *mover) twice(ctx context.Context, t *catalog.RecordType, id string, now register.Version) (bool, error) {
	for _, x := range t.Identities(now.Values) {
		key := t.ID + "/" + register.IdentityOf(x)
		holders, err := m.o.Register.Holders(ctx, t.ID, register.IdentityColumn, register.IdentityOf(x), now.From, now.Until)
		if err != nil {
			return false, err
		}
		if m.seen[key] || slices.ContainsFunc(holders, func(other string) bool { return other != id }) {
			return true, nil
		}
		m.seen[key] = true
	}
	return false, nil
}

// Inherited adds to the acts by which a country comes into the register those by which open records pass from organisations that ended to their heirs.
// Each says which succession it follows.
func Inherited(c *catalog.Catalog, acts []register.Act) []register.Act {
	lines := map[string]*[2]string{} // of organisations: the heir, and the day of the end
	documents := map[string]string{}
	closed := map[string]bool{}
	for _, a := range acts {
		if a.Type != OrganisationType {
			if t, err := c.RecordType(a.Type); err == nil && a.Kind != register.Added {
				for _, way := range t.Transitions {
					if way.ID == string(a.Kind) {
						closed[a.Type+"/"+a.Record] = !t.Open(map[string]string{catalog.StateField: way.To})
					}
				}
			}
			continue
		}
		if lines[a.Record] == nil {
			lines[a.Record] = &[2]string{}
		}
		if a.Kind == register.Ended {
			lines[a.Record][1] = a.From.String()
		}
		for _, x := range a.Changes {
			switch x.Column {
			case register.HeirColumn:
				lines[a.Record][0] = x.After
			case "instrument":
				documents[a.Record] = x.After
			}
		}
	}
	out := slices.Clone(acts)
	for _, a := range acts {
		t, err := c.RecordType(a.Type)
		if err != nil || a.Kind != register.Added || a.Type == OrganisationType || closed[a.Type+"/"+a.Record] {
			continue
		}
		out = append(out, passed(t, a, lines, documents)...)
	}
	return out
}

// passed gives the acts by which a record that comes with the country passes to heirs, the earliest first.
func passed(t *catalog.RecordType, a register.Act, lines map[string]*[2]string, documents map[string]string) (out []register.Act) {
	for _, f := range register.RelationFields(t) {
		i := slices.IndexFunc(a.Changes, func(x register.Change) bool { return x.Column == f.ID })
		if i < 0 {
			continue
		}
		values := map[string]string{f.ID: a.Changes[i].After}
		for range maxSteps {
			old := slices.MinFunc(append(f.Values(values), ""), func(x, y string) int { return cmp.Compare(endOf(lines, x), endOf(lines, y)) })
			end := endOf(lines, old)
			if end == never {
				break
			}
			heir := lines[old][0]
			values = map[string]string{f.ID: register.Inherit(f, values, old, heir)}
			out = append(out, register.Act{Kind: register.Moved, Type: t.ID, Record: a.Record, From: latest(stat.MustDate(end), a.From), Base: register.Follows,
				Note: old + " → " + heir + ": " + documents[old], Changes: []register.Change{{Column: f.ID, After: values[f.ID]}}})
		}
	}
	slices.SortStableFunc(out, func(x, y register.Act) int { return x.From.Compare(y.From) })
	return out
}

// never is the end of an organisation that stands, or whose work nobody does.
const never = "9999"

func endOf(lines map[string]*[2]string, id string) string {
	if x := lines[id]; x != nil && x[0] != "" && x[1] != "" {
		return x[1]
	}
	return never
}
