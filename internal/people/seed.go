package people

import (
	"context"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/govern"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// Program is who acts when the program itself loads what comes with it.
const Program = "nhipso"

// Begins is the first day of the register: what was there before stands in it from that day on.
var Begins = stat.MustDate("2020-01-01")

// Organisations gives the acts by which the organisations of a country come into the register, with their succession. Those of which it is not
// recorded when they ended, while others took over, are left out: nobody could say where their work is today.
func Organisations(g *govern.Records, areas *territory.Registry) []register.Act {
	heirs := map[string]govern.Merger{}
	for _, m := range g.Mergers {
		if m.Part == "" {
			heirs[m.Old] = m
		}
	}
	known := map[string]bool{}
	for _, o := range g.Organisations {
		_, over := heirs[o.ID]
		known[o.ID] = !over || !o.To.IsZero()
	}
	var first, then []register.Act
	for _, o := range orderedByParent(g.Organisations) {
		if !known[o.ID] {
			continue
		}
		from := o.From
		if from.Before(Begins) {
			from = Begins
		}
		a := register.Act{Kind: register.Added, Type: OrganisationType, Record: o.ID, From: from}
		set := func(column, value string) {
			if value != "" {
				a.Changes = append(a.Changes, register.Change{Column: column, After: value})
			}
		}
		set("name_vi", o.Name.Vi)
		set("name_en", o.Name.En)
		set("kind", o.Kind)
		set("parent", o.Parent)
		set("instrument", o.Source)
		set("mark", string(o.Mark))
		before, since := earlierArea(areas, o.Area, from)
		set("area", before)
		first = append(first, a)
		if before != o.Area {
			then = append(then, register.Act{Kind: register.Changed, Type: OrganisationType, Record: o.ID, From: since, Changes: []register.Change{{Column: "area", After: o.Area}}})
		}
		if heir, is := heirs[o.ID]; is && known[heir.New] {
			then = append(then, register.Act{Kind: register.Changed, Type: OrganisationType, Record: o.ID, From: o.To, Changes: []register.Change{{Column: "heir", After: heir.New}}})
		}
	}
	for _, x := range g.Renamings {
		if known[x.ID] {
			then = append(then, register.Act{Kind: register.Changed, Type: OrganisationType, Record: x.ID, From: x.From, Changes: []register.Change{{Column: "name_vi", After: x.Name.Vi}, {Column: "name_en", After: x.Name.En}}})
		}
	}
	for _, o := range g.Organisations {
		if known[o.ID] && !o.To.IsZero() {
			then = append(then, register.Act{Kind: register.Ended, Type: OrganisationType, Record: o.ID, From: o.To.AddDays(1)})
		}
	}
	slices.SortStableFunc(then, func(x, y register.Act) int { return x.From.Compare(y.From) })
	for i := range then {
		then[i].Base = register.Follows
	}
	return append(first, then...)
}

// orderedByParent puts every organisation behind the one above it.
func orderedByParent(list []govern.Organisation) (out []govern.Organisation) {
	placed := map[string]bool{"": true}
	for range len(list) + 1 {
		for _, o := range list {
			if !placed[o.ID] && placed[o.Parent] {
				placed[o.ID], out = true, append(out, o)
			}
		}
	}
	return out
}

// earlierArea gives the area of an organisation on the day from which it is recorded, where the country was divided otherwise then, and the day of
// the division of today.
func earlierArea(areas *territory.Registry, area string, from stat.Date) (string, stat.Date) {
	if area == "" {
		return "", from
	}
	x, err := areas.Area(area)
	if err != nil || !from.Before(x.From) {
		return area, from
	}
	before := areas.Predecessors(area)
	if len(before) != 1 {
		return area, from
	}
	return before[0].ID, x.From
}

// Kept gives the acts by which the records that come with the catalogue come into the register: the rows of the codelist of their type, each in the
// state that its row names.
func Kept(c *catalog.Catalog) []register.Act {
	var out []register.Act
	for _, t := range referredFirst(c.RecordTypes()) {
		if t.Records == "" {
			continue
		}
		list, err := c.Codelist(t.Records)
		if err != nil {
			continue // a catalogue is refused with it, see catalog.RecordType
		}
		for _, x := range parentsFirst(list.Codes) {
			a := register.Act{Kind: register.Added, Type: t.ID, Record: x.ID, From: Begins}
			if day, is := t.FirstDay(x.Notes); is && day.After(Begins) {
				a.From = day
			}
			row := t.RowOf(x)
			for _, column := range t.Columns() {
				if value := row.Values[column]; value != "" {
					a.Changes = append(a.Changes, register.Change{Column: column, After: value})
				}
			}
			out = append(out, a)
			for _, way := range t.WayTo(x.Notes[catalog.StateField]) {
				out = append(out, register.Act{Kind: register.Kind(way.ID), Type: t.ID, Record: x.ID, From: a.From, Base: register.Follows})
			}
		}
	}
	return out
}

// referredFirst puts every type behind those to whose records its own refer.
func referredFirst(list []*catalog.RecordType) (out []*catalog.RecordType) {
	placed := map[string]bool{}
	for range len(list) + 1 {
		for _, t := range list {
			waits := slices.ContainsFunc(t.Fields, func(f catalog.Field) bool { return f.Type != "" && f.Type != t.ID && !placed[f.Type] })
			if !placed[t.ID] && !waits {
				placed[t.ID], out = true, append(out, t)
			}
		}
	}
	for _, t := range list { // types that refer to one another are left as they stand
		if !placed[t.ID] {
			out = append(out, t)
		}
	}
	return out
}

func parentsFirst(list []catalog.Code) (out []catalog.Code) {
	placed := map[string]bool{"": true}
	for range len(list) + 1 {
		before := len(out)
		for _, x := range list {
			if !placed[x.ID] && placed[x.Parent] {
				placed[x.ID], out = true, append(out, x)
			}
		}
		if len(out) == before {
			return out
		}
	}
	return out
}

// Load brings into the register what comes with the program and is not in it. What is there already stays as people made it.
func Load(ctx context.Context, r *register.Register, acts []register.Act, reason string) error {
	var missing []register.Act
	skip := map[string]bool{}
	for _, a := range acts {
		key := a.Type + "/" + a.Record
		if a.Kind == register.Added {
			line, err := r.Timeline(ctx, a.Type, a.Record)
			if err != nil {
				return err
			}
			skip[key] = line.Newest > 0
		}
		if !skip[key] {
			missing = append(missing, a)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return r.Do(ctx, &register.Batch{Person: Program, Reason: reason, Acts: missing})
}
