package api

import (
	"sort"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

func (s *service) registerTargets(a huma.API) {
	get(s, a, "targets", "/targets", "targets", (*visit).targets)
}

// Target is a number to be reached in an area by the end of a year, with where it stands.
type Target struct {
	ID              string            `json:"id"`
	Name            string            `json:"name"`
	Area            Named             `json:"area"`
	Period          stat.Period       `json:"period"`
	Due             stat.Date         `json:"due"`
	Closed          bool              `json:"closed"`
	Comparator      string            `json:"comparator,omitempty"`
	Value           *stat.Decimal     `json:"value" nullable:"true"`
	Unit            string            `json:"unit,omitempty"`
	Wording         string            `json:"wording,omitempty"`
	Instrument      *Named            `json:"instrument,omitempty"`
	Indicator       *Named            `json:"indicator,omitempty"`
	Measure         *TargetMeasure    `json:"measure,omitempty"`
	Owner           string            `json:"owner,omitempty"`
	OwnerEvidence   string            `json:"ownerEvidence,omitempty"`
	Evidence        stat.Mark         `json:"evidence,omitempty"`
	Source          string            `json:"source,omitempty"`
	Vintage         stat.Date         `json:"vintage"`
	Class           *Named            `json:"class,omitempty"`
	Reason          *Named            `json:"reason,omitempty"`
	JudgedOn        *stat.Date        `json:"judgedOn,omitempty"`
	Readings        *TargetReadings   `json:"readings,omitempty"`
	Actual          *TargetFigure     `json:"actual,omitempty"`
	Beside          []TargetFigure    `json:"beside,omitempty"`
	Conditions      []TargetCondition `json:"conditions,omitempty"`
	Forecast        *TargetFigure     `json:"forecast,omitempty"`
	Probability     *stat.Decimal     `json:"probability,omitempty"`
	ProbabilityText string            `json:"probabilityText,omitempty"`
	Gap             *stat.Decimal     `json:"gap,omitempty"`
	GapSide         *Named            `json:"gapSide,omitempty"`
	Trajectory      *stat.Decimal     `json:"trajectory,omitempty"`
	Cell            string            `json:"cell"`
	StandingCell    string            `json:"standingCell,omitempty"`
	Override        *OverrideShown    `json:"override,omitempty"`
}

// TargetMeasure is whose measure judges a target, where its indicator has several, and why that one.
type TargetMeasure struct {
	Definition Named  `json:"definition"`
	Why        string `json:"why"`
}

// TargetReadings is how many figures of the indicator there are, whatever their frequency, and over what time.
type TargetReadings struct {
	Count int         `json:"count"`
	From  stat.Period `json:"from"`
	To    stat.Period `json:"to"`
}

// TargetCondition is one of several conditions of a target, with where it stands.
type TargetCondition struct {
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Indicator    *Named          `json:"indicator,omitempty"`
	Class        *Named          `json:"class,omitempty"`
	Reason       *Named          `json:"reason,omitempty"`
	Readings     *TargetReadings `json:"readings,omitempty"`
	Actual       *TargetFigure   `json:"actual,omitempty"`
	StandingCell string          `json:"standingCell,omitempty"`
}

// TargetFigure is a figure that a target is held against.
type TargetFigure struct {
	Value      stat.Decimal `json:"value"`
	Printed    string       `json:"printed,omitempty"`
	Period     *stat.Period `json:"period,omitempty"`
	Day        string       `json:"day,omitempty"`
	Definition *Named       `json:"definition,omitempty"`
	Status     stat.Status  `json:"status,omitempty"`
	Evidence   stat.Mark    `json:"evidence,omitempty"`
	Cell       string       `json:"cell,omitempty"`
	StdErr     string       `json:"stdErr,omitempty"`
	Lower      string       `json:"lower,omitempty"`
	Upper      string       `json:"upper,omitempty"`
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
	Review  *Review  `json:"review,omitempty"`
	Sources []Source `json:"sources"`
}

// Review is the official count of the 62 basic targets beside our own reconstruction, with the reasons for the difference.
type Review struct {
	Day      stat.Date      `json:"day"`
	Total    stat.Decimal   `json:"total"`
	Achieved stat.Decimal   `json:"achieved"`
	Likely   stat.Decimal   `json:"likely"`
	Focus    stat.Decimal   `json:"focus"`
	Rebuilt  int            `json:"rebuilt"`
	Classes  map[string]int `json:"classes"`
	Why      string         `json:"why"`
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
	list, err := v.snap.Catalog.Codelist("CL_TARGET")
	if err != nil {
		return nil, err
	}
	var shown []cube.Version
	basic := map[string]int{}
goals:
	for _, o := range v.snap.Read(flow.ID, "") {
		at := targetCell{flow.CodeOf(o.Key, "TARGET"), flow.CodeOf(o.Key, "REF_AREA"), o.Period}
		t := v.target(flow, o, standings[at])
		code, known := list.Code(at.target)
		if known {
			v.measured(&t, code, at, standings)
			if monitor.Basic(code, at.period.Year()) && t.Class != nil {
				basic[t.Class.ID]++
			}
		}
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
	out.Review = v.review(basic)
	return out, nil
}

// measured adds to a target what it is held against: the readings of its measure, those by other definitions, its conditions.
func (v *visit) measured(t *Target, code catalog.Code, at targetCell, standings map[targetCell]map[string]cube.Version) {
	for _, c := range monitor.Conditions(mustList(v, "CL_TARGET"), code.ID, at.period.Year()) {
		measures := standings[targetCell{c.ID, at.area, at.period}]
		x := TargetCondition{ID: c.ID, Name: c.Name.In(v.lang), Indicator: v.named("CL_INDICATOR", c.Notes["indicator"]), Class: v.classNamed(measures), Reason: v.reasonOf(measures)}
		if o, ok := measures["CLASS"]; ok {
			x.StandingCell = o.Cell().String()
		}
		if m, ok := monitor.MeasureOf(v.snap.Catalog, c, at.area); ok {
			readings := m.Readings(v.snap.Read(m.Flow.ID, ""))
			x.Readings, x.Actual = readingsOf(readings), v.actual(m, measures["ACTUAL"], readings)
		}
		t.Conditions = append(t.Conditions, x)
	}
	m, ok := monitor.MeasureOf(v.snap.Catalog, code, at.area)
	if !ok || len(t.Conditions) > 0 {
		return
	}
	all := v.snap.Read(m.Flow.ID, "")
	readings := m.Readings(all)
	t.Readings, t.Actual = readingsOf(readings), v.actual(m, standings[at]["ACTUAL"], readings)
	if t.Actual != nil && t.Actual.Printed != "" {
		t.Gap, t.GapSide = nil, nil // "more than 84" leaves no one number to the target
	}
	for _, list := range m.Beside(all) {
		var last *cube.Version
		for i := range list {
			if !list[i].Period.To().After(at.period.To()) {
				last = &list[i]
			}
		}
		if last != nil {
			t.Beside = append(t.Beside, *v.reading(m, *last))
		}
	}
	definition := m.Definition
	if definition == "" && len(readings) > 0 {
		definition = m.Flow.CodeOf(readings[0].Key, "DEFINITION")
	}
	if m.Basis != "" && definition != "" {
		t.Measure = &TargetMeasure{*v.named("CL_DEFINITION", definition), book.Say(v.lang, "measure."+m.Basis)}
	}
}

// mustList gives a codelist, empty when the catalogue has none.
func mustList(v *visit, id string) *catalog.Codelist {
	if l, err := v.snap.Catalog.Codelist(id); err == nil {
		return l
	}
	return &catalog.Codelist{}
}

func readingsOf(list []cube.Version) *TargetReadings {
	if len(list) == 0 {
		return nil
	}
	return &TargetReadings{len(list), list[0].Period, list[len(list)-1].Period}
}

// actual is the figure that was judged, as it was published: with its own status and evidence.
func (v *visit) actual(m monitor.Measure, judged cube.Version, readings []cube.Version) *TargetFigure {
	if judged.Value == nil {
		return nil
	}
	for _, r := range readings {
		if r.Period.String() == judged.Attributes[stat.AttrText] && judged.Value.Cmp(r.Value.Round(4)) == 0 {
			return v.reading(m, r)
		}
	}
	return figureOf(judged)
}

// reading is a published figure with its definition where its dataflow has one.
func (v *visit) reading(m monitor.Measure, o cube.Version) *TargetFigure {
	period := o.Period
	f := &TargetFigure{Value: *o.Value, Period: &period, Day: o.Period.To().String(), Status: o.Status, Evidence: o.Mark(), Cell: o.Cell().String()}
	if m.Flow.Position("DEFINITION") >= 0 {
		f.Definition = v.named("CL_DEFINITION", m.Flow.CodeOf(o.Key, "DEFINITION"))
	}
	if printed := o.Printed(); printed != "" {
		f.Printed = v.snap.Catalog.AttributeText(stat.AttrText, printed, v.lang)
	}
	return f
}

// review sets the official count of the basic targets beside our classes of them.
func (v *visit) review(classes map[string]int) *Review {
	flow, err := v.snap.Catalog.Dataflow("TASKS")
	if err != nil {
		return nil
	}
	r, ok := monitor.OfficialReview(flow, v.snap.Read(flow.ID, ""))
	if !ok {
		return nil
	}
	out := &Review{Day: r.Day, Total: *r.Total.Value, Achieved: *r.Achieved.Value, Likely: *r.Likely.Value, Focus: *r.Focus.Value, Classes: classes, Why: book.Say(v.lang, "targets.review-why")}
	for _, n := range classes {
		out.Rebuilt += n
	}
	return out
}

func idOf(n *Named) string {
	if n == nil {
		return ""
	}
	return n.ID
}

// targetCell is what a target is set for: its code, area and year.
type targetCell struct {
	target, area string
	period       stat.Period
}

// standings gives what has been computed for each target, by measure.
func (v *visit) standings() map[targetCell]map[string]cube.Version {
	out := map[targetCell]map[string]cube.Version{}
	flow, err := v.snap.Catalog.Dataflow("TARGET_STATUS")
	if err != nil {
		return out
	}
	for _, o := range v.snap.Read(flow.ID, "") {
		p := targetCell{flow.CodeOf(o.Key, "TARGET"), flow.CodeOf(o.Key, "REF_AREA"), o.Period}
		if out[p] == nil {
			out[p] = map[string]cube.Version{}
		}
		out[p][flow.CodeOf(o.Key, "MEASURE")] = o
	}
	return out
}

func (v *visit) target(f *catalog.Dataflow, o cube.Version, measures map[string]cube.Version) Target {
	id, area := f.CodeOf(o.Key, "TARGET"), f.CodeOf(o.Key, "REF_AREA")
	unit, _ := v.names().UnitCode(f, o)
	t := Target{ID: id, Name: v.snap.Catalog.Name("CL_TARGET", id, v.lang), Area: *v.named("CL_AREA", area), Period: o.Period, Comparator: o.Attributes[stat.AttrComparator],
		Value: o.Value, Unit: unit, Instrument: v.named("CL_INSTRUMENT", v.names().Note("CL_TARGET", id, "instrument")), Indicator: v.named("CL_INDICATOR", v.names().Note("CL_TARGET", id, "indicator")),
		Owner: v.names().Note("CL_TARGET", id, "owner_"+v.lang), OwnerEvidence: v.names().Note("CL_TARGET", id, "owner_mark"), Evidence: o.Mark(), Source: o.Attributes[stat.AttrSource], Vintage: o.Vintage.Date, Cell: o.Cell().String()}
	if w := o.Attributes[stat.AttrText]; w != "" {
		t.Wording = v.snap.Catalog.AttributeText(stat.AttrText, w, v.lang)
	}
	t.Due = o.Period.To()
	t.Class, t.Reason = v.classNamed(measures), v.reasonOf(measures)
	if c, ok := measures["CLASS"]; ok {
		day := c.Vintage.Date
		if v.snap.Replayed("TARGET_STATUS") {
			day = v.asOf // the replay is shared by all days that read the same, and may carry an earlier one
		}
		t.StandingCell, t.JudgedOn = c.Cell().String(), &day
		t.Closed = day.After(t.Due)
	}
	t.Forecast = figureOf(measures["FORECAST"])
	if p := measures["PROB"].Value; p != nil {
		t.ProbabilityText = text.FormatProbability(v.lang, *p)
	}
	t.Probability, t.Gap, t.Trajectory = measures["PROB"].Value, measures["GAP"].Value, measures["TRAJECTORY"].Value
	t.GapSide = v.gapSide(f, o, measures)
	return t
}

// gapSide says on which side of the target the figure judged lies, in a code and in words with the distance.
func (v *visit) gapSide(f *catalog.Dataflow, goal cube.Version, measures map[string]cube.Version) *Named {
	gap, actual := measures["GAP"].Value, measures["ACTUAL"].Value
	code, ok := mustList(v, "CL_TARGET").Code(f.CodeOf(goal.Key, "TARGET"))
	if !ok || gap == nil || actual == nil || goal.Value == nil {
		return nil
	}
	names := v.names()
	unit, mult := names.UnitCode(f, goal)
	side := monitor.SideOf(*goal.Value, *actual, monitor.DirectionOf(v.snap.Catalog, code))
	return &Named{string(side), names.Against(v.lang, unit, mult, side, *gap)}
}

// classNamed is the class of a standing, or nil when it has not been judged.
func (v *visit) classNamed(measures map[string]cube.Version) *Named {
	c, ok := measures["CLASS"]
	if !ok {
		return nil
	}
	return v.named("CL_TARGET_CLASS", v.classOf(c))
}

// reasonOf is the branch of the rule that gave the class, in words.
func (v *visit) reasonOf(measures map[string]cube.Version) *Named {
	why := measures["CLASS"].Attributes[stat.AttrComment]
	if why == "" {
		return nil
	}
	if said := reasonWords(v.lang, monitor.Reason(why), v.classOf(measures["CLASS"])); said != "" {
		return &Named{why, said}
	}
	return &Named{why, v.snap.Catalog.AttributeText(stat.AttrComment, why, v.lang)}
}

// reasonWords says the branch of the rule as the page of the target does, without the numbers of the target; "" for a branch that is no more.
func reasonWords(lang string, why monitor.Reason, class string) string {
	for _, word := range []string{"reason." + string(why) + "-" + class, "reason." + string(why)} {
		if book.Has(word) {
			return book.Say(lang, word, "least", monitor.MinFigures, "span", monitor.MinYears)
		}
	}
	return ""
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
	return &TargetFigure{Value: *o.Value, Status: o.Status, Evidence: o.Mark(), Cell: o.Cell().String(), StdErr: o.Attributes[stat.AttrStdErr], Lower: o.Attributes[stat.AttrLower], Upper: o.Attributes[stat.AttrUpper]}
}

// overrides gives the newest override of each target. One that was set after the release was approved waits for the next release,
// as a figure would.
func (v *visit) overrides() (map[string]*OverrideShown, error) {
	all, err := v.asOfView.Overrides(v.ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]*OverrideShown{}
	for target, o := range monitor.InForce(all) {
		out[target] = &OverrideShown{Class: *v.named("CL_TARGET_CLASS", string(o.Class)), Reason: o.Reason, By: o.By, At: o.At.UTC()}
	}
	return out, nil
}
