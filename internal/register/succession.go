package register

import (
	"context"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// HeirColumn is where an organisation that ends says who does its work from then on.
const HeirColumn = "heir"

// RelationFields lists the fields by which organisations own, lead or coordinate records of a type. What is itself an organisation is none.
func RelationFields(t *catalog.RecordType) (out []catalog.Field) {
	for _, f := range t.Fields {
		for _, column := range t.Relations {
			if column == f.ID && !slices.ContainsFunc(out, func(x catalog.Field) bool { return x.ID == f.ID }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// Succession gives the heir of an organisation and the first day on which it was no more; false while it stands, or has no heir.
func Succession(line Timeline) (heir string, day stat.Date, is bool) {
	if len(line.Versions) == 0 {
		return "", stat.Date{}, false
	}
	last := line.Versions[len(line.Versions)-1]
	heir = last.Values[HeirColumn]
	return heir, last.Until, heir != "" && !last.Until.IsZero()
}

// Inherit gives the value of a field in which an organisation gives way to its heir.
func Inherit(f catalog.Field, record map[string]string, old, heir string) string {
	var out []string
	for _, id := range f.Values(record) {
		if id == old {
			id = heir
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return strings.Join(out, catalog.ManySign)
}

// succeeds refuses a move that is no succession: all that it may do is put the heir in the place of an organisation that has ended by its day.
func (c *checking) succeeds(now Version) error {
	relations := RelationFields(c.t)
	for _, x := range c.a.Changes {
		i := slices.IndexFunc(relations, func(f catalog.Field) bool { return f.ID == x.Column })
		if i < 0 {
			return at(x.Column, fault.New("register.not-moved", "column", x.Column, "value", x.After))
		}
		values := now.Values
		for _, id := range relations[i].Values(now.Values) {
			heir, is, err := heirOn(c.ctx, c.now, id, c.a.From)
			if err != nil {
				return err
			}
			if is {
				values = map[string]string{x.Column: Inherit(relations[i], values, id, heir)}
			}
		}
		if values[x.Column] != x.After || x.After == now.Values[x.Column] {
			return at(x.Column, fault.New("register.not-moved", "column", relations[i].Name, "value", x.After))
		}
	}
	return nil
}

// heirOn gives who does the work of an organisation that has ended by a day: its heir, or the heir of that.
func heirOn(ctx context.Context, now Reader, id string, day stat.Date) (heir string, is bool, err error) {
	for range maxDepth {
		line, err := now.Timeline(ctx, OrganisationType, id)
		if err != nil {
			return "", false, err
		}
		next, ended, has := Succession(line)
		if !has || day.Before(ended) {
			break
		}
		id, heir, is = next, next, true
	}
	return heir, is, nil
}
