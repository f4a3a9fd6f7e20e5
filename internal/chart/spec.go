// Package chart draws: one specification of a chart gives its SVG, its PNG, the option object with which the browser makes it
// interactive, and the table that holds the same figures. The chart is laid out to the pixel once, so that every word has a free
// place, and painted from that layout; a test holds what ECharts draws in the browser to the same places.
//
// It computes no statistics and invents no figure: what is missing is drawn as missing. It knows no cube, no release and no
// page; the caller brings figures and names. The same Spec gives the same bytes on every machine.
package chart

import (
	"regexp"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/geo"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Kind of a chart.
type Kind string

// Kinds of chart.
const (
	Line    Kind = "line"    // figures over Periods as lines: bands, nowcast, ghosts, targets, breaks
	Bar     Kind = "bar"     // figures over Periods as bars from zero
	Stacked Kind = "stacked" // parts of a whole over Periods
	Ranking Kind = "ranking" // one figure for each of Items, as horizontal bars from zero
	Dots    Kind = "dots"    // one or two figures for each of Items, as dots on a scale, with intervals
	Bullet  Kind = "bullet"  // figure and target for each of Items, all in the same unit
	Bridge  Kind = "bridge"  // from one figure to another: a bar from Low to High for each of Items, a change where the item is not Strong
	Map     Kind = "map"     // one figure for each province, as a choropleth
	Tiles   Kind = "tiles"   // the same with one equal tile for each province
)

// overTime reports whether the chart has Periods, and not Items, along its axis.
func (k Kind) overTime() bool { return k == Line || k == Bar || k == Stacked }

// Spec says everything about a chart in both languages. It is plain JSON.
type Spec struct {
	ID       string          `json:"id"` // lower-case letters, digits and hyphens; unique on its page
	Kind     Kind            `json:"kind"`
	Title    catalog.Label   `json:"title"`    // what, place, time
	Subtitle catalog.Label   `json:"subtitle"` // the unit, and what else the eye needs before the picture
	Unit     catalog.Label   `json:"unit"`     // the unit alone, for heads of tables and tooltips
	Decimals int             `json:"decimals"`
	Periods  []stat.Period   `json:"periods,omitempty"`
	Items    []Item          `json:"items,omitempty"`
	ItemHead catalog.Label   `json:"itemHead,omitzero"` // what the items are, for the head of the table
	Series   []Series        `json:"series"`
	Targets  []Target        `json:"targets,omitempty"`
	Events   []Event         `json:"events,omitempty"`
	Scale    Scale           `json:"scale,omitzero"` // maps
	Notes    []catalog.Label `json:"notes,omitempty"`
	Source   catalog.Label   `json:"source"`
	Vintage  string          `json:"vintage,omitempty"` // day of publication or release, as it should read
	URL      string          `json:"url,omitempty"`     // permanent address of the view
	Alt      catalog.Label   `json:"alt,omitzero"`      // what the picture shows, in a sentence or two, for those who do not see it
	FromZero bool            `json:"fromZero,omitempty"`
	Down     bool            `json:"down,omitempty"` // of a line: the axis points down, as for ranks, of which the first is the best

	Printed map[string]catalog.Label `json:"printed,omitempty"` // words for the Text of values

	Maps *geo.Maps `json:"-"` // of the country, for maps
}

// Item is one bar, dot or province.
type Item struct {
	ID     string        `json:"id"`
	Name   catalog.Label `json:"name"`
	Short  catalog.Label `json:"short,omitzero"` // for tiles and narrow places
	Target *stat.Decimal `json:"target,omitempty"`
	Pale   bool          `json:"pale,omitempty"`   // of a bridge: a change that nobody explains
	Strong bool          `json:"strong,omitempty"` // what the reader should look at; the others turn grey
	Href   string        `json:"href,omitempty"`   // where a click on a province leads
}

// Series is one line, set of bars, or set of dots.
type Series struct {
	ID     string        `json:"id"`
	Name   catalog.Label `json:"name"`
	Colour Colour        `json:"colour,omitempty"`
	Style  Style         `json:"style,omitempty"`
	Values []Value       `json:"values"` // one for each of Periods or Items
}

// Style of a line.
type Style string

// Styles. Figures of status Forecast are dashed whatever the style.
const (
	Solid  Style = ""
	Dashed Style = "dashed" // a path that has to be followed
	Ghost  Style = "ghost"  // an earlier vintage: thin and grey
)

// Value is one figure; without V it is missing and Status says why.
type Value struct {
	V      *stat.Decimal        `json:"v"`
	Low    *stat.Decimal        `json:"low,omitempty"` // interval
	High   *stat.Decimal        `json:"high,omitempty"`
	Status stat.Status          `json:"status,omitempty"`
	Conf   stat.Confidentiality `json:"conf,omitempty"`
	Mark   stat.Mark            `json:"mark,omitempty"`
	Text   string               `json:"text,omitempty"` // what the source prints in place of a plain number; words for it are in Spec.Printed
}

// Figure makes a Value of a normal figure.
func Figure(d stat.Decimal) Value { return Value{V: &d} }

// FigureOf makes a Value of an observation with its interval and status.
func FigureOf(o stat.Observation) Value {
	v := Value{V: o.Value, Status: o.Status, Mark: o.Mark(), Text: o.Printed(), Conf: stat.Confidentiality(o.Attributes[stat.AttrConf])}
	if o.Attributes[stat.AttrLower] == "" {
		return v
	}
	if low, err := stat.ParseDecimal(o.Attributes[stat.AttrLower]); err == nil {
		if high, err := stat.ParseDecimal(o.Attributes[stat.AttrUpper]); err == nil {
			v.Low, v.High = &low, &high
		}
	}
	return v
}

// Secret reports whether the figure exists and may not be shown.
func (v Value) Secret() bool {
	return v.Conf == stat.Confidential || v.Conf == stat.NotForPublic || v.Status == stat.Suppressed
}

// Shown gives the figure when there is one that may be shown.
func (v Value) Shown() (float64, bool) {
	if v.V == nil || v.Secret() {
		return 0, false
	}
	return v.V.Float64(), true
}

// write gives a figure as it is printed: the words of its source where those are no plain number, else the number.
func (s *Spec) write(lang string, v Value) string {
	if v.Text == "" {
		return text.FormatNumber(lang, *v.V, s.Decimals)
	}
	if words, ok := s.Printed[v.Text]; ok {
		return words.In(lang)
	}
	return v.Text
}

// Target is a level to reach, as a labelled line; with a Period the line ends there.
type Target struct {
	Name   catalog.Label `json:"name"` // "Mục tiêu 2025: 20 %"
	Value  stat.Decimal  `json:"value"`
	Period stat.Period   `json:"period,omitzero"`
}

// Event marks a period from which something is different: a break in the series, a merger, a change of method.
type Event struct {
	Period stat.Period   `json:"period"`
	Name   catalog.Label `json:"name"`
}

// Scale of a map.
type Scale struct {
	Areas  string         `json:"areas,omitempty"`  // the set of areas, as the maps have it
	Breaks []stat.Decimal `json:"breaks,omitempty"` // 1 to 4 inner limits, ascending; empty lets the classes follow the figures
	Middle *stat.Decimal  `json:"middle,omitempty"` // for a diverging scale: its meaningful middle

	Unranked bool `json:"unranked,omitempty"` // the figures are too few, or too unlike, to rank
}

var reID = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Check refuses a specification that cannot be drawn.
func (s *Spec) Check() error {
	bad := func(reason string, pairs ...any) error {
		return fault.New(reason, append([]any{"id", s.ID}, pairs...)...)
	}
	switch {
	case !reID.MatchString(s.ID):
		return bad("chart.bad-id")
	case s.Title.Vi == "" || s.Source.Vi == "":
		return bad("chart.no-title")
	case s.Decimals < 0 || s.Decimals > 9:
		return bad("chart.bad-decimals", "decimals", s.Decimals)
	}
	n := len(s.Items)
	switch s.Kind {
	case Line, Bar, Stacked:
		n = len(s.Periods)
	case Ranking, Dots, Bullet:
	case Bridge:
		if len(s.Series) != 1 {
			return bad("chart.one-series")
		}
	case Map, Tiles:
		if len(s.Series) != 1 {
			return bad("chart.one-series")
		}
	default:
		return bad("chart.bad-kind", "kind", string(s.Kind))
	}
	if n == 0 || len(s.Series) == 0 {
		return bad("chart.empty")
	}
	for i := 1; i < len(s.Periods); i++ {
		if s.Periods[i-1].Compare(s.Periods[i]) >= 0 {
			return bad("chart.periods-order", "period", s.Periods[i].String())
		}
	}
	seen := map[string]bool{}
	for _, x := range s.Series {
		if x.ID == "" || seen[x.ID] {
			return bad("chart.series-id", "series", x.ID)
		}
		seen[x.ID] = true
		if len(x.Values) != n {
			return bad("chart.length", "series", x.ID, "got", len(x.Values), "want", n)
		}
		if _, ok := x.Colour.swatch(); !ok {
			return bad("chart.bad-colour", "series", x.ID, "colour", string(x.Colour))
		}
	}
	for i := 1; i < len(s.Scale.Breaks); i++ {
		if s.Scale.Breaks[i-1].Cmp(s.Scale.Breaks[i]) >= 0 {
			return bad("chart.breaks")
		}
	}
	if len(s.Scale.Breaks) > 4 {
		return bad("chart.breaks")
	}
	return nil
}
