// Package catalog holds what figures mean: structures (DSDs) of dataflows, codelists, concepts, indicators,
// definitions and classifications with their correspondences.
//
// It reads its content from files once, checks that everything refers to something that exists, and never changes
// afterwards. It holds no figures and may not reach a database, a clock or the network.
package catalog

import (
	"slices"
	"sort"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Label is a text in the two languages of the product.
type Label struct {
	Vi string `yaml:"vi" json:"vi"`
	En string `yaml:"en" json:"en"`
}

// In gives the text in "vi" or "en".
func (l Label) In(lang string) string {
	if lang == "en" && l.En != "" {
		return l.En
	}
	return l.Vi
}

// Code is an entry of a codelist.
type Code struct {
	ID     string            `json:"id"`
	Parent string            `json:"parent,omitempty"`
	Name   Label             `json:"name"`
	Notes  map[string]string `json:"notes,omitempty"` // further columns of the codelist's file, by heading
}

// Codelist is an ordered list of codes.
type Codelist struct {
	ID      string
	Name    Label
	Source  string // who keeps the list: SDMX, the statistics office, ours
	Version string // as its file states it; "" for the first
	Codes   []Code
	byID    map[string]int
}

// Code finds a code.
func (c *Codelist) Code(id string) (Code, bool) {
	i, ok := c.byID[id]
	if !ok {
		return Code{}, false
	}
	return c.Codes[i], true
}

// Position gives the place of a code in the list, for sorting; unknown codes come last.
func (c *Codelist) Position(id string) int {
	if i, ok := c.byID[id]; ok {
		return i
	}
	return len(c.Codes)
}

// Children gives the codes whose parent is id, in order.
func (c *Codelist) Children(id string) []Code {
	var out []Code
	for _, x := range c.Codes {
		if x.Parent == id {
			out = append(out, x)
		}
	}
	return out
}

// Near gives at most five codes that are most like a text, for whoever mistyped one.
func (c *Codelist) Near(code string) string {
	ids := make([]string, len(c.Codes))
	for i, x := range c.Codes {
		ids[i] = x.ID
	}
	return strings.Join(text.Nearest(code, ids), ", ")
}

// NewCodelist makes a list; a code that appears twice or a parent that does not exist is refused.
func NewCodelist(id string, name Label, source string, codes []Code) (*Codelist, error) {
	c := &Codelist{ID: id, Name: name, Source: source, Codes: codes, byID: map[string]int{}}
	for i, x := range codes {
		if _, twice := c.byID[x.ID]; twice {
			return nil, fault.New("catalog.duplicate-code", "code", x.ID, "codelist", id)
		}
		c.byID[x.ID] = i
	}
	for _, x := range codes {
		if x.Parent != "" {
			if _, ok := c.byID[x.Parent]; !ok {
				return nil, fault.New("catalog.unknown-parent", "code", x.ID, "parent", x.Parent, "codelist", id)
			}
		}
	}
	if code := c.circle(); code != "" {
		return nil, fault.New("catalog.circle", "code", code, "codelist", id)
	}
	return c, nil
}

// circle gives a code that belongs to itself by way of its parents, or "".
func (c *Codelist) circle() string {
	good := make([]bool, len(c.Codes))
	for i := range c.Codes {
		var way []int
		for at := i; !good[at]; {
			if slices.Contains(way, at) {
				return c.Codes[i].ID
			}
			way = append(way, at)
			if c.Codes[at].Parent == "" {
				break
			}
			at = c.byID[c.Codes[at].Parent]
		}
		for _, at := range way {
			good[at] = true
		}
	}
	return ""
}

// Dimension is a component of a structure that takes its codes from a codelist.
type Dimension struct {
	ID       string
	Name     Label
	Codelist string
}

// Kind says where the figures of a dataflow come from.
type Kind string

// Kinds of dataflow.
const (
	Reported Kind = "reported" // figures name a document
	Derived  Kind = "derived"  // figures name a recipe and a run
)

// Dataflow is a stream of observations of one structure.
type Dataflow struct {
	ID          string
	Topic       string // code of CL_TOPIC, the order of the data page
	Name        Label
	Description Label
	Kind        Kind
	Unit        string // code of CL_UNIT_MEASURE; "" when it is a dimension or an attribute of each observation
	UnitMult    int    // power of ten
	Decimals    int    // digits published when an observation does not say
	Dimensions  []Dimension
	Attributes  []string // attributes that its observations may carry
	Additive    bool     // values of distinct areas may be added
	Ratio       *Ratio   // how a share is put together, when the dataflow holds shares
	Method      string   // page of doc/methods that explains it
	Titles      []Title  // how its series are called, the first that fits; none when they are named by their codes
	Version     string   // of its structure, as its file states it; "" for the first

	unitAt int             // dimension whose codes say their unit; -1 when none does
	units  map[string]unit // of those codes
}

// Ratio names the dataflows whose quotient the figures are, so that a share is restated through its parts.
type Ratio struct {
	Numerator, Denominator string
}

// Position gives the index of a dimension in the key, or -1.
func (d *Dataflow) Position(dimension string) int {
	return slices.IndexFunc(d.Dimensions, func(x Dimension) bool { return x.ID == dimension })
}

// CodeOf gives the code that a key has for a dimension, or "".
func (d *Dataflow) CodeOf(k stat.Key, dimension string) string {
	i := d.Position(dimension)
	codes := k.Codes()
	if i < 0 || i >= len(codes) {
		return ""
	}
	return codes[i]
}

// KeyOf makes a key from codes by dimension; dimensions left out stay empty, which makes a pattern.
func (d *Dataflow) KeyOf(codes map[string]string) stat.Key {
	parts := make([]string, len(d.Dimensions))
	for i, x := range d.Dimensions {
		parts[i] = codes[x.ID]
	}
	return stat.NewKey(parts...)
}

// Allows reports whether observations may carry an attribute.
func (d *Dataflow) Allows(attribute string) bool {
	return slices.Contains(d.Attributes, attribute)
}

// Indicator is something measured, which may have many targets and several series.
type Indicator struct {
	ID        string
	Name      Label
	Unit      string // code of CL_UNIT_MEASURE
	Direction int    // +1 when higher is better, -1 when lower is better
	Dataflow  string // where its actual figures are
	Key       string // pattern of the series there
	Owner     string // code of an organisation, as inferred or stated
	Topic     string
}

// Catalog is the whole of it.
type Catalog struct {
	Since       time.Time // when the installation took it in place of another edition; zero for its first, and for a pack that is read as it is
	Agency      string    // the maintenance agency of our structures, in SDMX messages
	dataflows   []*Dataflow
	codelists   map[string]*Codelist
	indicators  []Indicator
	flowByID    map[string]*Dataflow
	indByID     map[string]Indicator
	concepts    map[string]Concept
	documents   map[string]Document
	definitions []Definition
	differences []Difference
	classes     classes
	country     Country
	rules       []*Rule
	types       []*RecordType
}

// New puts a catalogue together and checks that every reference in it resolves.
func New(agency string, flows []*Dataflow, lists []*Codelist, indicators []Indicator) (*Catalog, error) {
	c := &Catalog{Agency: agency, dataflows: flows, indicators: indicators,
		codelists: map[string]*Codelist{}, flowByID: map[string]*Dataflow{}, indByID: map[string]Indicator{}}
	for _, l := range lists {
		if c.codelists[l.ID] != nil {
			return nil, fault.New("catalog.duplicate", "kind", "codelist", "id", l.ID)
		}
		c.codelists[l.ID] = l
	}
	for _, f := range flows {
		if c.flowByID[f.ID] != nil {
			return nil, fault.New("catalog.duplicate", "kind", "dataflow", "id", f.ID)
		}
		c.flowByID[f.ID] = f
		for _, d := range f.Dimensions {
			if c.codelists[d.Codelist] == nil {
				return nil, fault.New("catalog.unresolved", "id", d.Codelist, "by", f.ID+"."+d.ID)
			}
		}
	}
	for _, f := range flows {
		f.learnUnits(c.codelists)
		if f.Ratio != nil && (c.flowByID[f.Ratio.Numerator] == nil || c.flowByID[f.Ratio.Denominator] == nil) {
			return nil, fault.New("catalog.unresolved", "id", f.Ratio.Numerator+"/"+f.Ratio.Denominator, "by", f.ID)
		}
	}
	for _, i := range indicators {
		if _, twice := c.indByID[i.ID]; twice {
			return nil, fault.New("catalog.duplicate", "kind", "indicator", "id", i.ID)
		}
		if i.Dataflow != "" && c.flowByID[i.Dataflow] == nil {
			return nil, fault.New("catalog.unresolved", "id", i.Dataflow, "by", i.ID)
		}
		c.indByID[i.ID] = i
	}
	return c, nil
}

// Dataflows lists the dataflows in the order of their file.
func (c *Catalog) Dataflows() []*Dataflow { return c.dataflows }

// Dataflow finds a dataflow.
func (c *Catalog) Dataflow(id string) (*Dataflow, error) {
	if f := c.flowByID[id]; f != nil {
		return f, nil
	}
	ids := make([]string, len(c.dataflows))
	for i, f := range c.dataflows {
		ids[i] = f.ID
	}
	return nil, fault.New("catalog.no-dataflow", "id", id, "near", strings.Join(text.Nearest(id, ids), ", "))
}

// Codelist finds a codelist.
func (c *Catalog) Codelist(id string) (*Codelist, error) {
	if l := c.codelists[id]; l != nil {
		return l, nil
	}
	return nil, fault.New("catalog.no-codelist", "id", id)
}

// Codelists lists the codelists by identifier.
func (c *Catalog) Codelists() []*Codelist {
	out := make([]*Codelist, 0, len(c.codelists))
	for _, l := range c.codelists {
		out = append(out, l)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// Name gives the name of a code in a codelist, or the code itself when the list does not have it.
func (c *Catalog) Name(codelist, code, lang string) string {
	if l := c.codelists[codelist]; l != nil {
		if x, ok := l.Code(code); ok {
			return x.Name.In(lang)
		}
	}
	return code
}

// FullName is the name of a code where it stands alone, which no other code of its list has. Plans set targets under one and the same name: such a
// target is named with the document that sets it. Provinces of two divisions of the country bear one name: such a province is named with its division.
func (c *Catalog) FullName(codelist, code string) Label {
	l := c.codelists[codelist]
	if l == nil {
		return Label{Vi: code, En: code}
	}
	x, ok := l.Code(code)
	if !ok {
		return Label{Vi: code, En: code}
	}
	by := x.Notes["instrument"]
	if parent, ok := l.Code(x.Parent); ok && by == "" {
		by = parent.Notes["instrument"]
	}
	set := x.Notes["set"]
	if by == "" && set == "" || !slices.ContainsFunc(l.Codes, func(y Code) bool { return y.ID != x.ID && (y.Name.Vi == x.Name.Vi || y.Name.En == x.Name.En) }) {
		return x.Name
	}
	full := func(lang string) string {
		if by == "" {
			return book.Say(lang, "division", "name", x.Name.In(lang), "n", set)
		}
		document, _, _ := strings.Cut(c.Name("CL_INSTRUMENT", by, lang), ":")
		return x.Name.In(lang) + " (" + document + ")"
	}
	return Label{Vi: full("vi"), En: full("en")}
}

// Indicators lists the indicators in the order of their file.
func (c *Catalog) Indicators() []Indicator { return c.indicators }

// Indicator finds an indicator.
func (c *Catalog) Indicator(id string) (Indicator, bool) {
	i, ok := c.indByID[id]
	return i, ok
}

// CheckKey refuses a key that does not have one known code for each dimension of the dataflow.
func (c *Catalog) CheckKey(f *Dataflow, k stat.Key) error {
	codes := k.Codes()
	if len(codes) != len(f.Dimensions) {
		return fault.New("catalog.key-shape", "key", string(k), "dataflow", f.ID, "want", len(f.Dimensions), "got", len(codes))
	}
	for i, d := range f.Dimensions {
		l := c.codelists[d.Codelist]
		if _, ok := l.Code(codes[i]); !ok {
			return fault.New("catalog.unknown-code", "code", codes[i], "codelist", l.ID, "dimension", d.ID, "near", l.Near(codes[i]))
		}
	}
	return nil
}
