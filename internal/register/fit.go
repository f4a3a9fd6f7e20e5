package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"nhipso/internal/catalog"
)

// Settle makes the records of every type ready for lists where the declaration of the type says otherwise than when they were written: a field by which
// lists are found, filtered or sorted now. Without it such records would be missing there.
func (r *Register) Settle(ctx context.Context) error {
	for _, t := range r.Types().RecordTypes() {
		now := declared(t)
		before, err := r.Indexed(ctx, t.ID)
		if err != nil {
			return err
		}
		if before == now {
			continue
		}
		if err := r.Reindex(ctx, t.ID, now, func(v Version) []Term { return TermsOf(t, v) }); err != nil {
			return err
		}
	}
	return nil
}

// declared is a hash of what of a declaration decides by what records are found.
func declared(t *catalog.RecordType) string {
	type field struct {
		ID   string
		Kind catalog.FieldKind
		Many bool
	}
	var fields []field
	for _, f := range t.Fields {
		fields = append(fields, field{f.ID, f.Kind, f.Many})
	}
	var states []string
	for _, s := range t.States {
		states = append(states, s.ID)
	}
	var unique [][]string
	for _, x := range t.Rules {
		if x.Kind == catalog.UniqueRule {
			unique = append(unique, x.Fields)
		} else {
			unique = append(unique, nil) // what must be unique is numbered among the rules
		}
	}
	text, _ := json.Marshal([]any{fields, states, unique, t.Search, t.Index}) // names always marshal
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Referents answers whether there are records of some identifiers, asking the register once for each.
type Referents struct {
	ctx   context.Context
	r     Reader
	known map[[2]string]bool
	err   error
}

var _ catalog.Referents = (*Referents)(nil)

// Referents begins such a memory.
func (r *Register) Referents(ctx context.Context) *Referents {
	return &Referents{ctx: ctx, r: r.Store, known: map[[2]string]bool{}}
}

// Record implements catalog.Referents.
func (s *Referents) Record(kind, id string) (bool, string) {
	key := [2]string{kind, id}
	has, asked := s.known[key]
	if !asked {
		line, err := s.r.Timeline(s.ctx, kind, id)
		if err != nil {
			s.err = err
		}
		has = line.Newest > 0
		s.known[key] = has
	}
	return has, ""
}

// Organisation implements catalog.Referents.
func (s *Referents) Organisation(id string) (bool, string) { return s.Record(OrganisationType, id) }

// Unfit says why a record does not fit the declaration of its type as it is now; nil where it does. Records stay as they were written when a type changes:
// a field that is no more is left where it stands, and what breaks a newer rule is to be mended by the next act on the record.
func (r *Register) Unfit(t *catalog.RecordType, v Version, known *Referents) (why, err error) {
	values := map[string]string{IDColumn: v.ID}
	for _, column := range t.Columns() {
		values[column] = v.Values[column]
	}
	if len(t.States) > 0 {
		values[catalog.StateField] = v.Values[catalog.StateField] // none for a record older than the course: it is at its beginning
	}
	why = r.Types().CheckRecord(t, values, known)
	return why, known.err
}
