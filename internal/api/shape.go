package api

import (
	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// Stamp says what an answer shows: the release, and the day that it is viewed as of when one was asked for; where that day lies before
// the first figure, also since when there are figures.
type Stamp struct {
	Release string    `json:"release"`
	AsOf    stat.Date `json:"asOf,omitzero"`
	Since   stat.Date `json:"since,omitzero"`
}

func (v *visit) stamp() Stamp {
	s := Stamp{Release: v.current.Release.ID, AsOf: v.asOf}
	if first := v.current.First(); !v.asOf.IsZero() && v.asOf.Before(first) {
		s.Since = first
	}
	return s
}

// Named is a code with its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// named gives a code of a list with its name, or nil for no code.
func (v *visit) named(list, code string) *Named {
	if code == "" {
		return nil
	}
	return &Named{code, v.snap.Catalog.Name(list, code, v.lang)}
}

// Observation is one figure of one series, period and vintage, with all that is known of it.
type Observation struct {
	Key            stat.Key          `json:"key"`
	Codes          map[string]string `json:"codes"`
	Period         stat.Period       `json:"period"`
	Value          *stat.Decimal     `json:"value" nullable:"true"`
	Printed        string            `json:"printed,omitempty"`
	Unit           string            `json:"unit,omitempty"`
	UnitMult       int               `json:"unitMult"`
	Decimals       int               `json:"decimals"`
	Status         stat.Status       `json:"status"`
	Evidence       stat.Mark         `json:"evidence,omitempty"`
	Source         string            `json:"source,omitempty"`
	Vintage        stat.Date         `json:"vintage"`
	VintageWritten string            `json:"vintageWritten,omitempty"`
	Attributes     map[string]string `json:"attributes,omitempty"`
	Message        int64             `json:"message"`
}

// observation gives a figure of a dataflow.
func (v *visit) observation(f *catalog.Dataflow, o cube.Version) Observation {
	means := v.names().Meaning(f, o)
	out := Observation{Key: o.Key, Codes: map[string]string{}, Period: o.Period, Value: o.Value, Unit: means.Unit, UnitMult: means.Mult, Decimals: means.Decimals,
		Status: o.Status, Evidence: o.Mark(), Source: o.Attributes[stat.AttrSource], Vintage: o.Vintage.Date, VintageWritten: o.Vintage.Written, Message: o.Message}
	if printed := o.Printed(); printed != "" {
		out.Printed = v.names().Attribute(stat.AttrText, printed).In(v.lang)
	}
	codes := o.Key.Codes()
	for i, d := range f.Dimensions {
		if i < len(codes) {
			out.Codes[d.ID] = codes[i]
		}
	}
	for name, value := range o.Attributes {
		if name == stat.AttrSource || name == stat.AttrMark {
			continue
		}
		if out.Attributes == nil {
			out.Attributes = map[string]string{}
		}
		out.Attributes[name] = value
	}
	return out
}

func (v *visit) observations(f *catalog.Dataflow, list []cube.Version) []Observation {
	out := make([]Observation, len(list))
	for i, o := range list {
		out[i] = v.observation(f, o)
	}
	return out
}

// names gives what the catalogue knows of figures.
func (v *visit) names() view.Names { return view.Names{Catalog: v.snap.Catalog} }

// Source is a document that prints figures. A day or an address that is not known has its reason in dateNote and urlNote.
type Source struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Title     string   `json:"title,omitempty"`
	Publisher string   `json:"publisher,omitempty"`
	Date      string   `json:"date,omitempty"`
	DateNote  string   `json:"dateNote,omitempty"`
	URL       string   `json:"url,omitempty"`
	URLNote   string   `json:"urlNote,omitempty"`
	Original  string   `json:"original,omitempty"`
	Via       []string `json:"via,omitempty"`
	Through   string   `json:"through,omitempty"`
	Read      string   `json:"read,omitempty"`
	Quote     string   `json:"quote,omitempty"`
}

func (v *visit) source(id string) Source {
	out := Source{ID: id, Name: v.snap.Catalog.Name("CL_SOURCE", id, v.lang)}
	d, ok := v.snap.Catalog.Document(id)
	if !ok {
		return out
	}
	out.Title, out.Publisher, out.Date, out.DateNote = d.Title.In(v.lang), d.Publisher.In(v.lang), d.Date, d.DateNote.In(v.lang)
	out.URL, out.URLNote, out.Original, out.Through, out.Read, out.Quote = d.URL, d.URLNote.In(v.lang), d.Original, d.Through.In(v.lang), d.Read, d.Quote
	for _, via := range d.Via {
		out.Via = append(out.Via, via.In(v.lang))
	}
	return out
}

// sources describes, once each and in the order met, the documents that figures name.
func (v *visit) sources(list []cube.Version) []Source {
	out := []Source{}
	seen := map[string]bool{}
	for _, o := range list {
		if id := o.Attributes[stat.AttrSource]; id != "" && !seen[id] {
			seen[id] = true
			out = append(out, v.source(id))
		}
	}
	return out
}

// seriesCodes spells out a key: what each of its codes means.
func (v *visit) seriesCodes(f *catalog.Dataflow, k stat.Key) []SeriesCode {
	out := []SeriesCode{}
	codes := k.Codes()
	for i, d := range f.Dimensions {
		if i < len(codes) {
			out = append(out, SeriesCode{d.ID, d.Name.In(v.lang), codes[i], v.snap.Catalog.Name(d.Codelist, codes[i], v.lang)})
		}
	}
	return out
}

// SeriesCode is what a key says of one dimension.
type SeriesCode struct {
	Dimension     string `json:"dimension"`
	DimensionName string `json:"dimensionName"`
	Code          string `json:"code"`
	Name          string `json:"name"`
}

// nonNil makes an empty list of none, which JSON writes as [].
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// formatPeriod marks parameters and fields that hold a period in SDMX notation.
const formatPeriod = "period"

// Schemas of values whose Go type does not show how JSON writes them.
type (
	numberSchema struct{}
	dateSchema   struct{}
	periodSchema struct{}
)

// Schema describes a decimal: a number of any length.
func (numberSchema) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// Schema describes a day.
func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Examples: []any{"2026-01-31"}}
}

// Schema describes a period.
func (periodSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: formatPeriod, Examples: []any{"2025", "2025-S1", "2025-Q4", "2025-M07", "2025-07-01", "2024-12-15/P1Y"}}
}
