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

	Multiples Kind = "multiples" // each of Series over Periods in a panel of its own, all with the same axes
	Swarm     Kind = "swarm"     // one figure for each of Items, as a dot along one axis, its group by colour
	Slope     Kind = "slope"     // figures of Items run together into those of their Groups
	Goals     Kind = "goals"     // figure and target of each of Items as bars under the name of its group, with what lies between
	Grid      Kind = "grid"      // the sign of each of Items, in the row of its group and the column of its period
)

// overTime reports whether the chart has Periods, and not Items, along its axis.
func (k Kind) overTime() bool { return k == Line || k == Bar || k == Stacked || k == Multiples }

// grouped reports whether each item stands in a group.
func (k Kind) grouped() bool { return k == Swarm || k == Slope || k == Goals || k == Grid }

// Still reports whether the chart is drawn on the server only: its marks carry their own words, and the browser has nothing to add.
func (k Kind) Still() bool { return k == Map || k == Tiles || k == Multiples || k.grouped() }

// Spec says everything about a chart in both languages. It is plain JSON.
type Spec struct {
	ID        string          `json:"id"` // lower-case letters, digits and hyphens; unique on its page
	Kind      Kind            `json:"kind"`
	Title     catalog.Label   `json:"title"`    // what, place, time
	Subtitle  catalog.Label   `json:"subtitle"` // the unit, and what else the eye needs before the picture
	Unit      catalog.Label   `json:"unit"`     // the unit alone, for heads of tables and tooltips
	Decimals  int             `json:"decimals"`
	Periods   []stat.Period   `json:"periods,omitempty"`
	Items     []Item          `json:"items,omitempty"`
	ItemHead  catalog.Label   `json:"itemHead,omitzero"`  // what the items are, for the head of the table
	Groups    []Group         `json:"groups,omitempty"`   // of the items, in the order in which they are shown
	GroupHead catalog.Label   `json:"groupHead,omitzero"` // what the groups are, for the head of the table
	Signs     []Named         `json:"signs,omitempty"`    // what the signs of the items stand for, in order
	Series    []Series        `json:"series"`
	Targets   []Target        `json:"targets,omitempty"`
	Events    []Event         `json:"events,omitempty"`
	Scale     Scale           `json:"scale,omitzero"` // maps
	Notes     []catalog.Label `json:"notes,omitempty"`
	Source    catalog.Label   `json:"source"`
	Vintage   string          `json:"vintage,omitempty"` // day of publication or release, as it should read
	URL       string          `json:"url,omitempty"`     // permanent address of the view
	Says      catalog.Label   `json:"says,omitzero"`     // what the picture shows, in one sentence made from its figures
	Alt       catalog.Label   `json:"alt,omitzero"`      // the same for those who do not see it, where more has to be said
	FromZero  bool            `json:"fromZero,omitempty"`
	Down      bool            `json:"down,omitempty"` // of a line: the axis points down, as for ranks, of which the first is the best

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
	Group  string        `json:"group,omitempty"`  // of a kind with groups: the one it belongs to
	Note   catalog.Label `json:"note,omitzero"`    // of a goal: how far its figure is from its target
	Sign   Sign          `json:"sign,omitempty"`   // of a goal and in a grid: where it stands
	Period stat.Period   `json:"period,omitzero"`  // of a grid: its column
}

// Group is what several items have in common: a region, a topic, the province that they became.
type Group struct {
	ID     string        `json:"id"`
	Name   catalog.Label `json:"name"`
	Colour Colour        `json:"colour,omitempty"`
	Value  Value         `json:"value,omitzero"` // of a slope: the figure of the whole
}

// Named is the meaning of a sign.
type Named struct {
	Sign Sign          `json:"sign"`
	Name catalog.Label `json:"name"`
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
	Level  string               `json:"level,omitempty"` // how many cases in a hundred the interval holds, as it is stored
	Fan    []Range              `json:"fan,omitempty"`   // several intervals, from the narrowest
	Status stat.Status          `json:"status,omitempty"`
	Conf   stat.Confidentiality `json:"conf,omitempty"`
	Mark   stat.Mark            `json:"mark,omitempty"`
	Text   string               `json:"text,omitempty"` // what the source prints in place of a plain number; words for it are in Spec.Printed
}

// Range is an interval that holds so many cases in a hundred.
type Range struct {
	Level     int `json:"level"`
	Low, High stat.Decimal
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
			v.Low, v.High, v.Level = &low, &high, o.Attributes[stat.AttrLevel]
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
