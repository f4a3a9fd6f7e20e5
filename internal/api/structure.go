package api

import (
	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

func (s *service) registerStructures(a huma.API) {
	get(s, a, "dataflows", "/dataflows", "structure", (*visit).dataflows)
	get(s, a, "dataflow", "/dataflows/{dataflow}", "structure", (*visit).dataflow)
	get(s, a, "codelists", "/codelists", "structure", (*visit).codelists)
	get(s, a, "codelist", "/codelists/{codelist}", "structure", (*visit).codelist)
	get(s, a, "indicators", "/indicators", "structure", (*visit).indicators)
}

// Dataflow is a stream of figures of one structure.
type Dataflow struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Topic       *Named       `json:"topic,omitempty"`
	Kind        catalog.Kind `json:"kind" enum:"reported,derived"`
	Series      int          `json:"series"`
	Cells       int          `json:"cells"`
	Versions    int          `json:"versions"`
	First       stat.Period  `json:"first,omitzero"`
	Last        stat.Period  `json:"last,omitzero"`
	Method      string       `json:"method,omitempty"`
}

func (v *visit) dataflowOf(f *catalog.Dataflow) Dataflow {
	out := Dataflow{ID: f.ID, Name: f.Name.In(v.lang), Description: f.Description.In(v.lang), Topic: v.named("CL_TOPIC", f.Topic), Kind: f.Kind, Method: f.Method}
	extent := v.snap.Extent(f.ID)
	out.Series, out.Cells, out.Versions, out.First, out.Last = extent.Series, extent.Cells, extent.Versions, extent.First, extent.Last
	return out
}

// Dataflows lists the dataflows.
type Dataflows struct {
	Stamp
	Dataflows []Dataflow `json:"dataflows"`
}

func (v *visit) dataflows(*Common) (*Dataflows, error) {
	out := &Dataflows{Stamp: v.stamp(), Dataflows: []Dataflow{}}
	for _, f := range v.snap.Catalog.Dataflows() {
		out.Dataflows = append(out.Dataflows, v.dataflowOf(f))
	}
	return out, nil
}

// Structure is a dataflow with its dimensions, attributes and vintages.
type Structure struct {
	Stamp
	Dataflow
	Unit       *Named      `json:"unit,omitempty"`
	UnitMult   int         `json:"unitMult"`
	Decimals   int         `json:"decimals"`
	Additive   bool        `json:"additive"`
	Ratio      *Ratio      `json:"ratio,omitempty"`
	Dimensions []Dimension `json:"dimensions"`
	Attributes []Component `json:"attributes"`
	Vintages   []stat.Date `json:"vintages"`
}

// Ratio names the dataflows whose quotient a dataflow is.
type Ratio struct {
	Numerator   string `json:"numerator"`
	Denominator string `json:"denominator"`
}

// Dimension is a component of a key, in its place, with the codes that have figures.
type Dimension struct {
	Component
	Position int     `json:"position"`
	Codes    []Named `json:"codes"`
}

// Component is a dimension or an attribute.
type Component struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Codelist string `json:"codelist,omitempty"`
}

// dataflowInput asks for one dataflow.
type dataflowInput struct {
	Common
	Dataflow string `path:"dataflow" maxLength:"60"`
}

func (v *visit) dataflow(in *dataflowInput) (*Structure, error) {
	f, err := v.snap.Catalog.Dataflow(in.Dataflow)
	if err != nil {
		return nil, inPath("dataflow", err)
	}
	out := &Structure{Stamp: v.stamp(), Dataflow: v.dataflowOf(f), Unit: v.named("CL_UNIT_MEASURE", f.Unit), UnitMult: f.UnitMult, Decimals: f.Decimals,
		Additive: f.Additive, Dimensions: []Dimension{}, Attributes: []Component{}, Vintages: []stat.Date{}}
	if f.Ratio != nil {
		out.Ratio = &Ratio{f.Ratio.Numerator, f.Ratio.Denominator}
	}
	all := v.snap.Choose(f.ID, "")
	for i, d := range f.Dimensions {
		out.Dimensions = append(out.Dimensions, Dimension{Component{d.ID, d.Name.In(v.lang), d.Codelist}, i + 1, v.codesUsed(f, all, i)})
	}
	for _, id := range f.Attributes {
		c, _ := v.snap.Catalog.Concept(id)
		out.Attributes = append(out.Attributes, Component{id, c.Name.In(v.lang), c.Codelist})
	}
	for _, day := range v.snap.Vintages(f.ID) {
		if v.asOf.IsZero() || !day.After(v.asOf) {
			out.Vintages = append(out.Vintages, day)
		}
	}
	return out, nil
}

// codesUsed lists, in the order of their list, the codes of a dimension that have figures.
func (v *visit) codesUsed(f *catalog.Dataflow, all *publish.Choice, dimension int) []Named {
	used := map[string]bool{}
	for _, code := range all.Codes(dimension) {
		used[code] = true
	}
	out := []Named{}
	if l, err := v.snap.Catalog.Codelist(f.Dimensions[dimension].Codelist); err == nil {
		for _, c := range l.Codes {
			if used[c.ID] {
				out = append(out, Named{c.ID, c.Name.In(v.lang)})
			}
		}
	}
	return out
}

// CodelistHead is a codelist without its codes.
type CodelistHead struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Owner string `json:"owner,omitempty"`
	Count int    `json:"count"`
}

func (v *visit) codelistHead(l *catalog.Codelist) CodelistHead {
	return CodelistHead{l.ID, l.Name.In(v.lang), l.Source, len(l.Codes)}
}

// Codelists lists the codelists.
type Codelists struct {
	Stamp
	Codelists []CodelistHead `json:"codelists"`
}

func (v *visit) codelists(*Common) (*Codelists, error) {
	out := &Codelists{Stamp: v.stamp(), Codelists: []CodelistHead{}}
	for _, l := range v.snap.Catalog.Codelists() {
		out.Codelists = append(out.Codelists, v.codelistHead(l))
	}
	return out, nil
}

// Codelist is a list of codes.
type Codelist struct {
	Stamp
	CodelistHead
	Codes []Code `json:"codes"`
}

// Code is an entry of a codelist.
type Code struct {
	ID     string            `json:"id"`
	Parent string            `json:"parent,omitempty"`
	Name   string            `json:"name"`
	Notes  map[string]string `json:"notes,omitempty"`
}

// codelistInput asks for one codelist.
type codelistInput struct {
	Common
	Codelist string `path:"codelist" maxLength:"60"`
}

func (v *visit) codelist(in *codelistInput) (*Codelist, error) {
	l, err := v.snap.Catalog.Codelist(in.Codelist)
	if err != nil {
		return nil, inPath("codelist", err)
	}
	out := &Codelist{Stamp: v.stamp(), CodelistHead: v.codelistHead(l), Codes: []Code{}}
	for _, c := range l.Codes {
		out.Codes = append(out.Codes, Code{c.ID, c.Parent, c.Name.In(v.lang), c.Notes})
	}
	return out, nil
}

// Indicator is something measured, with where its figures are and which targets it has.
type Indicator struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Unit      *Named   `json:"unit,omitempty"`
	Direction int      `json:"direction" enum:"-1,1"`
	Topic     *Named   `json:"topic,omitempty"`
	Owner     string   `json:"owner,omitempty"`
	Dataflow  string   `json:"dataflow,omitempty"`
	Key       string   `json:"key,omitempty"`
	Series    int      `json:"series"`
	Targets   []string `json:"targets"`
}

// Indicators lists the indicators.
type Indicators struct {
	Stamp
	Indicators []Indicator `json:"indicators"`
}

func (v *visit) indicators(*Common) (*Indicators, error) {
	targets := map[string][]string{}
	if l, err := v.snap.Catalog.Codelist("CL_TARGET"); err == nil {
		for _, t := range l.Codes {
			targets[t.Notes["indicator"]] = append(targets[t.Notes["indicator"]], t.ID)
		}
	}
	out := &Indicators{Stamp: v.stamp(), Indicators: []Indicator{}}
	for _, i := range v.snap.Catalog.Indicators() {
		x := Indicator{ID: i.ID, Name: i.Name.In(v.lang), Unit: v.named("CL_UNIT_MEASURE", i.Unit), Direction: i.Direction, Topic: v.named("CL_TOPIC", i.Topic),
			Owner: i.Owner, Dataflow: i.Dataflow, Key: i.Key, Targets: nonNil(targets[i.ID])}
		if i.Dataflow != "" {
			x.Series = v.snap.Choose(i.Dataflow, i.Key).Len()
		}
		out.Indicators = append(out.Indicators, x)
	}
	return out, nil
}
