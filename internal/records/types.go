package records

import (
	"net/http"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/register"
)

// Types are those of records.
type Types struct {
	Types []Type `json:"types"`
}

// Type is the declaration of a type as a program is told of it.
type Type struct {
	ID          string  `json:"id"`
	Version     string  `json:"version,omitempty"`
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Fields      []Field `json:"fields"`
	States      []Named `json:"states,omitempty"`
	Kinds       []Named `json:"kinds"` // of acts
}

// Named is something with a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Field is one part of a record.
type Field struct {
	Columns  []string `json:"columns"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Many     bool     `json:"many,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Codelist string   `json:"codelist,omitempty"`
	Type     string   `json:"type,omitempty"`
	Personal bool     `json:"personal,omitempty"`
	Public   bool     `json:"public,omitempty"`
	Listed   bool     `json:"listed,omitempty"` // lists are filtered and sorted by it
}

// declared lists the types of records of which the program sees any.
func (c *call) declared() (int, any, error) {
	if _, err := c.parameters(); err != nil {
		return 0, nil, err
	}
	out := Types{Types: []Type{}}
	for _, t := range c.kinds() {
		out.Types = append(out.Types, c.typeTold(t))
	}
	return http.StatusOK, out, nil
}

func (c *call) typeTold(t *catalog.RecordType) Type {
	x := Type{ID: t.ID, Version: t.Version, Name: t.Name.In(c.lang), Description: t.Description.In(c.lang), Fields: []Field{}}
	for _, f := range t.Fields {
		_, err := register.Look(t, register.Query{Type: t.ID, Limit: 1, Where: []register.Filter{{Column: f.ID, Operator: register.Given}}})
		x.Fields = append(x.Fields, Field{Columns: f.Columns(), Kind: string(f.Kind), Name: f.Name.In(c.lang), Many: f.Many, Unit: f.Unit, Codelist: f.Codelist, Type: f.Type, Personal: f.Personal,
			Public: slices.Contains(t.Public, f.ID) && !f.Personal, Listed: err == nil})
	}
	for _, s := range t.States {
		x.States = append(x.States, Named{s.ID, s.Name.In(c.lang)})
	}
	for _, kind := range []register.Kind{register.Added, register.Changed, register.Ended, register.Commented, register.Erased} {
		x.Kinds = append(x.Kinds, Named{ID: string(kind)})
	}
	for _, way := range t.Transitions {
		x.Kinds = append(x.Kinds, Named{way.ID, way.Name.In(c.lang)})
	}
	return x
}
