package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// RecordRef names a record that a figure was computed from, as it stood on the day of the figure after an act.
type RecordRef struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Act  int64  `json:"act"`
	Role string `json:"role,omitempty"` // what it was used as: "counted"
}

// RefToRecord names a record as an input, in a role.
func RefToRecord(v register.Version, role string) RecordRef {
	return RecordRef{Type: v.Type, ID: v.ID, Act: v.Act, Role: role}
}

// names reports whether a version is the one that the reference names.
func (r RecordRef) names(v register.Version) bool {
	return v.Type == r.Type && v.ID == r.ID && v.Act == r.Act
}

// Records are those of a register that figures are computed from.
type Records interface {
	// RecordsOf gives the records of a type as they stand on a day, by identifier; without a day as they stand on each, the earliest first.
	RecordsOf(ctx context.Context, kind string, at register.At) ([]register.Version, error)
	// RecordOf gives one of them, or false.
	RecordOf(ctx context.Context, kind, id string, at register.At) (register.Version, bool, error)
}

// UsedRecord is a record of an explanation: what it was used as, and how it stood.
type UsedRecord struct {
	register.Version
	Role string
}

// Records gives the records of an input, by identifier, with what the recipe may see of them.
func (in *Inputs) Records(name string) []register.Version { return in.records[name] }

// open gives records with the columns that a recipe reads. One that is not safe for disclosure sees what the public sees, so that no figure tells
// more; where the public sees nothing of a type, its figures are closed (closes). What says something of a person no recipe sees.
func (i Input) open(recipe Recipe, list []register.Version) []register.Version {
	columns := i.Records.PublicColumns()
	if recipe.DisclosureSafe != "" || len(columns) == 0 {
		columns = append(i.Records.Columns(), catalog.StateField)
	}
	columns = slices.DeleteFunc(columns, func(c string) bool {
		return !slices.Contains(i.Columns, c) || slices.Contains(i.Records.Personal(), c)
	})
	out := make([]register.Version, len(list))
	for n, v := range list {
		out[n] = v
		out[n].Values = map[string]string{}
		for _, c := range columns {
			if s := v.Values[c]; s != "" {
				out[n].Values[c] = s
			}
		}
	}
	return out
}

// closes reports whether figures from records of a type are closed.
func closes(t *catalog.RecordType) bool { return len(t.PublicColumns()) == 0 }

// readRecords gives the records of an input.
func readRecords(ctx context.Context, from Records, recipe Recipe, i Input, at register.At) ([]register.Version, error) {
	list, err := from.RecordsOf(ctx, i.Records.ID, at)
	if err != nil {
		return nil, err
	}
	return i.open(recipe, list), nil
}

// recordContent writes the records of an input with all that the recipe can see of them.
func recordContent(w io.Writer, list []register.Version) {
	for _, v := range list {
		fmt.Fprintln(w, v.Type, v.ID)
		for _, c := range slices.Sorted(maps.Keys(v.Values)) {
			fmt.Fprintf(w, "%s %q\n", c, v.Values[c])
		}
	}
}

// record finds what a reference names among the records read.
func (in *Inputs) record(recipe Recipe, ref RecordRef) (evidence, bool) {
	for _, i := range recipe.Inputs {
		if i.Records == nil || i.Records.ID != ref.Type {
			continue
		}
		if slices.ContainsFunc(in.records[i.Name], ref.names) {
			if closes(i.Records) {
				return evidence{conf: stat.Confidential}, true
			}
			return evidence{}, true
		}
	}
	return evidence{}, false
}

// recordsShown gives the records that references name, as they stood on a day.
func recordsShown(ctx context.Context, from Records, refs []RecordRef, day stat.Date) (out []UsedRecord, err error) {
	for _, ref := range refs {
		v, found, err := from.RecordOf(ctx, ref.Type, ref.ID, register.At{Day: day, Act: ref.Act})
		if err != nil {
			return nil, err
		}
		if !found { // it is named all the same
			v = register.Version{Type: ref.Type, ID: ref.ID, Act: ref.Act}
		}
		out = append(out, UsedRecord{v, ref.Role})
	}
	return out, nil
}

// shownOf gives the records of a type among those used, by identifier, each once.
func shownOf(used []UsedRecord, kind string) (out []register.Version) {
	for _, v := range used {
		if v.Type == kind {
			out = append(out, v.Version)
		}
	}
	slices.SortFunc(out, func(a, b register.Version) int { return strings.Compare(a.ID, b.ID) })
	return slices.CompactFunc(out, func(a, b register.Version) bool { return a.ID == b.ID })
}

// Sources is what a figure came from as one list, in which stores keep it: figures, and behind them records.
type Sources struct {
	From    []Ref
	Records []RecordRef
}

// source is an entry of the list.
type source struct {
	*Ref
	Record *RecordRef `json:"record,omitempty"`
}

// MarshalJSON implements json.Marshaler. Without records the list is as it was before there were any.
func (s Sources) MarshalJSON() ([]byte, error) {
	if len(s.Records) == 0 {
		return json.Marshal(s.From)
	}
	var list []any
	for _, ref := range s.From {
		list = append(list, ref)
	}
	for _, r := range s.Records {
		list = append(list, source{Record: &r})
	}
	return json.Marshal(list)
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Sources) UnmarshalJSON(b []byte) error {
	var list []source
	if err := json.Unmarshal(b, &list); err != nil {
		return err
	}
	*s = Sources{}
	for _, x := range list {
		if x.Record != nil {
			s.Records = append(s.Records, *x.Record)
		} else if x.Ref != nil {
			s.From = append(s.From, *x.Ref)
		}
	}
	return nil
}

// NoRecords is a source of figures that has no register.
type NoRecords struct{}

// RecordsOf implements Records.
func (NoRecords) RecordsOf(context.Context, string, register.At) ([]register.Version, error) {
	return nil, nil
}

// RecordOf implements Records.
func (NoRecords) RecordOf(context.Context, string, string, register.At) (register.Version, bool, error) {
	return register.Version{}, false, nil
}
