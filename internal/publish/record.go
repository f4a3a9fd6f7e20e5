package publish

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// StoredRecord is how a record stands for a time, as the public may know it and a file keeps it.
type StoredRecord struct {
	Type   string            `json:"type"`
	ID     string            `json:"id"`
	From   stat.Date         `json:"from"`
	Until  stat.Date         `json:"until,omitzero"`
	Act    int64             `json:"act"`
	Values map[string]string `json:"values"`
	// Past says that it is known otherwise by now, and here since a figure was computed from it.
	Past bool `json:"past,omitempty"`
}

// Version gives it as the register does.
func (r StoredRecord) Version() register.Version {
	return register.Version{Type: r.Type, ID: r.ID, From: r.From, Until: r.Until, Act: r.Act, Values: r.Values}
}

// at bounds what a release knows of the register: as it was known when the release was checked, on a day.
func (r Release) at(day stat.Date) register.At { return register.At{Day: day, Act: r.AsOf.Act} }

// knowsRecords reports whether a view shows records: one of the cube as it stands does, and a release that was checked when there was a register.
func (v *View) knowsRecords() bool { return !v.Audience.released() || v.Release.AsOf.Act != 0 }

// Records gives the records of a type as the view may show them on its day, by identifier: to readers of a release, what the public may know.
func (v *View) Records(ctx context.Context, t *catalog.RecordType) ([]register.Version, error) {
	if len(t.PublicColumns()) == 0 {
		return nil, nil
	}
	list, err := v.records.RecordsOf(ctx, t.ID, v.Release.at(v.recordDay()))
	for i := range list {
		list[i] = told(t, list[i])
	}
	return list, err
}

// recordDay is the day on which records are shown: that of the view, or else that of the release's minute, on which a file of it must agree.
func (v *View) recordDay() stat.Date {
	switch {
	case !v.Day.IsZero():
		return v.Day
	case v.Audience.released() && !v.Release.PublishAt.IsZero():
		return stat.DateOf(v.Release.PublishAt.In(v.zone))
	}
	return stat.DateOf(v.Moment.In(v.zone))
}

// told gives a record with what the public may know of it.
func told(t *catalog.RecordType, r register.Version) register.Version {
	values := map[string]string{}
	for _, c := range t.PublicColumns() {
		if s := r.Values[c]; s != "" {
			values[c] = s
		}
	}
	r.Values = values
	return r
}

// toldUsed gives the records of an explanation as the public may know them, and how many it may not.
func (v *View) toldUsed(list []pipeline.UsedRecord) (out []pipeline.UsedRecord, withheld int) {
	for _, x := range list {
		t, err := v.Catalog.RecordType(x.Type)
		if err != nil || len(t.PublicColumns()) == 0 {
			withheld++
			continue
		}
		x.Version = told(t, x.Version)
		out = append(out, x)
	}
	return out, withheld
}

// coded gives the catalogue with the codelists whose rows are records as the view shows those. What has ended keeps its last standing there, since
// figures bear its code.
func (v *View) coded(ctx context.Context, c *catalog.Catalog) *catalog.Catalog {
	if c == nil {
		return c
	}
	rows, day := map[string][]catalog.Row{}, v.recordDay()
	for _, t := range c.RecordTypes() {
		if t.Records == "" {
			continue
		}
		list, err := v.records.RecordsOf(ctx, t.ID, v.Release.at(stat.Date{}))
		if err != nil {
			return c // as the catalogue has them
		}
		for _, r := range list {
			if r.From.After(day) {
				continue
			}
			if n := len(rows[t.ID]); n > 0 && rows[t.ID][n-1].ID == r.ID {
				rows[t.ID] = rows[t.ID][:n-1]
			}
			rows[t.ID] = append(rows[t.ID], catalog.Row{ID: r.ID, Values: r.Values})
		}
	}
	return c.WithRecords(rows)
}

// storedRecords gives what a file of the release keeps of the register.
func (v *View) storedRecords(ctx context.Context, c Content) (out []StoredRecord, err error) {
	if !v.knowsRecords() {
		return nil, nil
	}
	type identity struct {
		kind, id string
		from     stat.Date
		act      int64
	}
	have := map[identity]bool{}
	keep := func(t *catalog.RecordType, r register.Version, past bool) {
		r = told(t, r)
		key := identity{r.Type, r.ID, r.From, r.Act}
		if !have[key] {
			have[key] = true
			out = append(out, StoredRecord{r.Type, r.ID, r.From, r.Until, r.Act, r.Values, past})
		}
	}
	for _, t := range v.Catalog.RecordTypes() {
		if len(t.PublicColumns()) == 0 {
			continue
		}
		list, err := v.source.RecordsOf(ctx, t.ID, v.Release.at(stat.Date{}))
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			keep(t, r, false)
		}
	}
	from := map[string]bool{} // dataflows that are computed from records
	for _, r := range v.recipes {
		for _, flow := range r.Outputs {
			from[flow] = slices.ContainsFunc(r.Inputs, func(i pipeline.Input) bool { return i.Records != nil })
		}
	}
	for o, err := range c.Figures {
		if err != nil {
			return nil, err
		}
		if !from[o.Dataflow] || cube.Reported(o.Observation) {
			continue
		}
		l, found, err := c.Lineage(ctx, o)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		for _, ref := range l.Records {
			t, err := v.Catalog.RecordType(ref.Type)
			if err != nil || len(t.PublicColumns()) == 0 {
				continue
			}
			r, found, err := v.source.RecordOf(ctx, ref.Type, ref.ID, register.At{Day: o.Vintage.Date, Act: ref.Act})
			if err != nil {
				return nil, err
			}
			if found {
				keep(t, r, true)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b StoredRecord) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), strings.Compare(a.ID, b.ID), a.From.Compare(b.From), cmp.Compare(a.Act, b.Act))
	})
	return out, nil
}
