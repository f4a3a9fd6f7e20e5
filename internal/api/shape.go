package api

import (
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
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
	unit, mult := v.unitOf(f, o)
	out := Observation{Key: o.Key, Codes: map[string]string{}, Period: o.Period, Value: o.Value, Unit: unit, UnitMult: mult, Decimals: v.decimalsOf(f, o),
		Status: o.Status, Evidence: o.Mark(), Source: o.Attributes[stat.AttrSource], Vintage: o.Vintage.Date, VintageWritten: o.Vintage.Written, Message: o.Message}
	if printed := o.Printed(); printed != "" {
		out.Printed = v.snap.Catalog.AttributeText(stat.AttrText, printed, v.lang)
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

// note gives a further column of a code, or "".
func (v *visit) note(list, code, column string) string {
	if l, err := v.snap.Catalog.Codelist(list); err == nil {
		if c, ok := l.Code(code); ok {
			return c.Notes[column]
		}
	}
	return ""
}

// ofMeasure gives what the code of a dataflow's MEASURE dimension says of its unit, multiplier or decimals, or "".
func (v *visit) ofMeasure(f *catalog.Dataflow, k stat.Key, column string) string {
	if i := f.Position("MEASURE"); i >= 0 {
		return v.note(f.Dimensions[i].Codelist, f.CodeOf(k, "MEASURE"), column)
	}
	return ""
}

// unitOf gives the unit of a figure and its power of ten: as the figure says, else its measure, its dataflow, its indicator.
func (v *visit) unitOf(f *catalog.Dataflow, o cube.Version) (unit string, mult int) {
	unit, written := o.Attributes[stat.AttrUnit], o.Attributes[stat.AttrUnitMult]
	if unit == "" {
		if unit = v.ofMeasure(f, o.Key, "unit"); unit != "" && written == "" {
			written = v.ofMeasure(f, o.Key, "unit_mult")
		}
	}
	if unit == "" {
		if unit = f.Unit; unit != "" && written == "" {
			written = strconv.Itoa(f.UnitMult)
		}
	}
	if unit == "" {
		if i, ok := v.snap.Catalog.Indicator(f.CodeOf(o.Key, "INDICATOR")); ok {
			unit = i.Unit
		}
	}
	mult, _ = strconv.Atoi(written)
	return unit, mult
}

// decimalsOf gives the digits after the point with which a figure is published.
func (v *visit) decimalsOf(f *catalog.Dataflow, o cube.Version) int {
	for _, s := range []string{o.Attributes[stat.AttrDecimals], v.ofMeasure(f, o.Key, "decimals")} {
		if d, err := strconv.Atoi(s); err == nil {
			return d
		}
	}
	return f.Decimals
}

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
