package api

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
)

func (s *service) registerTargets(a huma.API) {
	get(s, a, "targets", "/targets", "targets", (*visit).targets)
}

// Target is a number to be reached in an area by the end of a year, with where it stands.
type Target struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Area          Named          `json:"area"`
	Period        stat.Period    `json:"period"`
	Comparator    string         `json:"comparator,omitempty"`
	Value         *stat.Decimal  `json:"value" nullable:"true"`
	Unit          string         `json:"unit,omitempty"`
	Wording       string         `json:"wording,omitempty"`
	Instrument    *Named         `json:"instrument,omitempty"`
	Indicator     *Named         `json:"indicator,omitempty"`
	Owner         string         `json:"owner,omitempty"`
	OwnerEvidence string         `json:"ownerEvidence,omitempty"`
	Evidence      stat.Mark      `json:"evidence,omitempty"`
	Source        string         `json:"source,omitempty"`
	Vintage       stat.Date      `json:"vintage"`
	Class         *Named         `json:"class,omitempty"`
	Reason        *Named         `json:"reason,omitempty"`
	Actual        *TargetFigure  `json:"actual,omitempty"`
	Forecast      *TargetFigure  `json:"forecast,omitempty"`
	Probability   *stat.Decimal  `json:"probability,omitempty"`
	Gap           *stat.Decimal  `json:"gap,omitempty"`
	Trajectory    *stat.Decimal  `json:"trajectory,omitempty"`
	Cell          string         `json:"cell"`
	StandingCell  string         `json:"standingCell,omitempty"`
	Override      *OverrideShown `json:"override,omitempty"`
}

// TargetFigure is a figure that a target is held against.
type TargetFigure struct {
	Value  stat.Decimal `json:"value"`
	Day    string       `json:"day,omitempty"`
	StdErr string       `json:"stdErr,omitempty"`
	Lower  string       `json:"lower,omitempty"`
	Upper  string       `json:"upper,omitempty"`
}

// OverrideShown is what a person set beside the computed class.
type OverrideShown struct {
	Class  Named     `json:"class"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Targets lists targets.
type Targets struct {
	Stamp
	Rule    string   `json:"rule"`
	Total   int      `json:"total"`
	Targets []Target `json:"targets"`
	Sources []Source `json:"sources"`
}

// targetsInput filters the targets.
type targetsInput struct {
	Common
	Target     string `query:"target" maxLength:"60"`
	Class      string `query:"class" maxLength:"60"`
	Instrument string `query:"instrument" maxLength:"60"`
	Indicator  string `query:"indicator" maxLength:"60"`
	Area       string `query:"area" maxLength:"60"`
	Year       int    `query:"year" minimum:"1900" maximum:"9999"`
}

func (v *visit) targets(in *targetsInput) (*Targets, error) {
	filters := []struct {
		name, value, list string
		of                func(Target) string
	}{
		{"target", in.Target, "CL_TARGET", func(t Target) string { return t.ID }},
		{"class", in.Class, "CL_TARGET_CLASS", func(t Target) string { return idOf(t.Class) }},
		{"instrument", in.Instrument, "CL_INSTRUMENT", func(t Target) string { return idOf(t.Instrument) }},
		{"indicator", in.Indicator, "CL_INDICATOR", func(t Target) string { return idOf(t.Indicator) }},
		{"area", in.Area, "CL_AREA", func(t Target) string { return t.Area.ID }},
	}
	for _, x := range filters {
		if x.value == "" {
			continue
		}
		l, err := v.snap.Catalog.Codelist(x.list)
		if err != nil {
			return nil, err
		}
		if _, ok := l.Code(x.value); !ok {
			return nil, query(x.name, fault.New("api.no-code", "code", short(x.value), "dimension", x.name, "codelist", l.ID))
		}
	}
	flow, err := v.snap.Catalog.Dataflow("TARGET")
	if err != nil {
		return nil, err
	}
	standings := v.standings()
	overrides, err := v.overrides()
	if err != nil {
		return nil, err
	}
	out := &Targets{Stamp: v.stamp(), Rule: book.Say(v.lang, "targets.rule"), Targets: []Target{}}
	var shown []cube.Version
goals:
	for _, o := range v.snap.Read(flow.ID, "") {
		t := v.target(flow, o, standings[place{flow.CodeOf(o.Key, "TARGET"), flow.CodeOf(o.Key, "REF_AREA"), o.Period}])
		t.Override = overrides[t.ID+"@"+t.Period.String()]
		for _, x := range filters {
			if x.value != "" && x.of(t) != x.value {
				continue goals
			}
		}
		if in.Year != 0 && t.Period.Year() != in.Year {
			continue
		}
		out.Targets = append(out.Targets, t)
		shown = append(shown, o)
	}
	if l, err := v.snap.Catalog.Codelist("CL_TARGET"); err == nil {
		sort.SliceStable(out.Targets, func(i, j int) bool { return l.Position(out.Targets[i].ID) < l.Position(out.Targets[j].ID) })
	}
	out.Total, out.Sources = len(out.Targets), v.sources(shown)
	return out, nil
}

func idOf(n *Named) string {
	if n == nil {
		return ""
	}
	return n.ID
}

// place is where a target stands: its code, area and year.
type place struct {
	target, area string
	period       stat.Period
}

// standings gives what has been computed for each target, by measure.
func (v *visit) standings() map[place]map[string]cube.Version {
	out := map[place]map[string]cube.Version{}
	flow, err := v.snap.Catalog.Dataflow("TARGET_STATUS")
	if err != nil {
		return out
	}
	for _, o := range v.snap.Read(flow.ID, "") {
		p := place{flow.CodeOf(o.Key, "TARGET"), flow.CodeOf(o.Key, "REF_AREA"), o.Period}
		if out[p] == nil {
			out[p] = map[string]cube.Version{}
		}
		out[p][flow.CodeOf(o.Key, "MEASURE")] = o
	}
	return out
}

func (v *visit) target(f *catalog.Dataflow, o cube.Version, measures map[string]cube.Version) Target {
	id, area := f.CodeOf(o.Key, "TARGET"), f.CodeOf(o.Key, "REF_AREA")
	unit, _ := v.unitOf(f, o)
	t := Target{ID: id, Name: v.snap.Catalog.Name("CL_TARGET", id, v.lang), Area: *v.named("CL_AREA", area), Period: o.Period, Comparator: o.Attributes[stat.AttrComparator],
		Value: o.Value, Unit: unit, Instrument: v.named("CL_INSTRUMENT", v.note("CL_TARGET", id, "instrument")), Indicator: v.named("CL_INDICATOR", v.note("CL_TARGET", id, "indicator")),
		Owner: v.note("CL_TARGET", id, "owner_"+v.lang), OwnerEvidence: v.note("CL_TARGET", id, "owner_mark"), Evidence: o.Mark(), Source: o.Attributes[stat.AttrSource], Vintage: o.Vintage.Date, Cell: o.Cell().String()}
	if unit == "" {
		t.Unit = v.note("CL_TARGET", id, "unit")
	}
	if w := o.Attributes[stat.AttrText]; w != "" {
		t.Wording = v.snap.Catalog.AttributeText(stat.AttrText, w, v.lang)
	}
	if c, ok := measures["CLASS"]; ok {
		t.StandingCell = c.Cell().String()
		t.Class = v.named("CL_TARGET_CLASS", v.classOf(c))
		if why := c.Attributes[stat.AttrComment]; why != "" {
			t.Reason = &Named{why, v.snap.Catalog.AttributeText(stat.AttrComment, why, v.lang)}
			if word := "reason." + why; book.Has(word) {
				t.Reason.Name = book.Say(v.lang, word)
			}
		}
	}
	t.Actual, t.Forecast = figureOf(measures["ACTUAL"]), figureOf(measures["FORECAST"])
	t.Probability, t.Gap, t.Trajectory = measures["PROB"].Value, measures["GAP"].Value, measures["TRAJECTORY"].Value
	return t
}

// classOf reads the class that a standing was given: in words, else as the number of the class in its list.
func (v *visit) classOf(o cube.Version) string {
	if c := o.Attributes[stat.AttrText]; c != "" {
		return c
	}
	if l, err := v.snap.Catalog.Codelist("CL_TARGET_CLASS"); err == nil && o.Value != nil {
		for _, c := range l.Codes {
			if c.Notes["value"] == o.Value.Round(0).String() {
				return c.ID
			}
		}
	}
	return ""
}

func figureOf(o cube.Version) *TargetFigure {
	if o.Value == nil {
		return nil
	}
	return &TargetFigure{Value: *o.Value, Day: o.Attributes[stat.AttrText], StdErr: o.Attributes[stat.AttrStdErr], Lower: o.Attributes[stat.AttrLower], Upper: o.Attributes[stat.AttrUpper]}
}

// overrides gives the newest override of each target. One that was set after the release was approved waits for the next release,
// as a figure would.
func (v *visit) overrides() (map[string]*OverrideShown, error) {
	all, err := v.known.Overrides(v.ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]*OverrideShown{}
	for _, o := range all {
		if !slices.Contains(monitor.Classes(), o.Class) {
			delete(out, strings.TrimSpace(o.Target))
			continue
		}
		out[strings.TrimSpace(o.Target)] = &OverrideShown{Class: *v.named("CL_TARGET_CLASS", string(o.Class)), Reason: o.Reason, By: o.By, At: o.At.UTC()}
	}
	return out, nil
}
