package api

import (
	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/fault"
	"nhipso/internal/glossary"
)

func (s *service) registerTerms(a huma.API) {
	get(s, a, "terms", "/terms", "structure", (*visit).terms)
	get(s, a, "term", "/terms/{term}", "structure", (*visit).term)
}

// Term is a word of the product with its meaning.
type Term struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Means string `json:"means"`
}

func (v *visit) termOf(t glossary.Term) Term {
	return Term{t.ID, t.Name.In(v.lang), t.Means.In(v.lang)}
}

// Terms lists the terms, in the order of the alphabet of the language asked for.
type Terms struct {
	Stamp
	Terms []Term `json:"terms"`
}

func (v *visit) terms(*Common) (*Terms, error) {
	out := &Terms{Stamp: v.stamp(), Terms: []Term{}}
	for _, t := range glossary.Ours().Terms(v.lang) {
		out.Terms = append(out.Terms, v.termOf(t))
	}
	return out, nil
}

// termInput asks for one term.
type termInput struct {
	Common
	Term string `path:"term" maxLength:"100"`
}

// OneTerm is one term.
type OneTerm struct {
	Stamp
	Term
}

func (v *visit) term(in *termInput) (*OneTerm, error) {
	t, ok := glossary.Ours().Term(in.Term)
	if !ok {
		return nil, inPath("term", fault.New("api.no-term", "id", in.Term))
	}
	return &OneTerm{Stamp: v.stamp(), Term: v.termOf(t)}, nil
}
