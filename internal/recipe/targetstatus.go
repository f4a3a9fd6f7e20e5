package recipe

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TargetStatus judges every target of the catalogue by the rule of monitor.Judge against the published readings of its
// indicator, as of the day of the run: the class (in VALUE_TEXT, with the branch of the rule as comment), and where they exist the
// figure judged, the gap, the forecast with its standard error, and its probability. A target whose code has conditions below
// it in the list is judged by them: it holds when each of them does.
//
// What is carried over keeps what it was: the target's own evidence goes with the target, the actual figure's evidence and status
// with the actual. Only what joins the two is as weak as the weaker.
func TargetStatus(c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "target-status", Version: "5", Method: "target-status",
		Title: title("target-status"), Catalogue: asks(c, []string{"CL_TARGET", "CL_INDICATOR"}),
		Inputs: slices.Concat([]pipeline.Input{{Name: "target", Dataflow: "TARGET", Key: "", Calendar: true}},
			targetRecords(c, "parent", "indicator", "unit", "direction", "years"), actualFlows(c)),
		Outputs: []string{"TARGET_STATUS"},
		Phase:   deadlinesPassed,
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			return targetStatus(ctx, c, in)
		},
	}
}

// dueOf is the last day on which a target of a year can still be met.
func dueOf(year int) stat.Date { return stat.NewDate(year, 12, 31) }

// deadlinesPassed names the years whose targets are closed on the day of the run: when another joins them, every class may change.
func deadlinesPassed(in *pipeline.Inputs) string {
	var years []string
	for _, t := range in.Newest("target") {
		if y := t.Period.Year(); in.Day.After(dueOf(y)) {
			years = append(years, strconv.Itoa(y))
		}
	}
	slices.Sort(years)
	return strings.Join(slices.Compact(years), " ")
}

// actualFlows names, once each, the dataflows in which indicators have their figures.
func actualFlows(c *catalog.Catalog) []pipeline.Input {
	var out []pipeline.Input
	seen := map[string]bool{}
	for _, i := range c.Indicators() {
		if i.Dataflow != "" && !seen[i.Dataflow] {
			seen[i.Dataflow] = true
			out = append(out, pipeline.Input{Name: i.Dataflow, Dataflow: i.Dataflow})
		}
	}
	return out
}

// aim is one target in one year for one area, with the figures that it is held against.
type aim struct {
	version  cube.Version
	area, id string
	target   monitor.Target
	rank     bool
	detail   bool // the workings are asked for
	figures  []cube.Version
	points   []monitor.Point
}

func (a aim) key(measure string) stat.Key { return stat.NewKey("A", a.area, a.id, measure) }

func targetStatus(ctx context.Context, c *catalog.Catalog, in *pipeline.Inputs) (*pipeline.Result, error) {
	list, err := targetList(c, in)
	if err != nil {
		return nil, err
	}
	said := refsToTargets(in)
	var out pipeline.Result
	paths := map[stat.Key]*path{}
	for _, t := range in.Newest("target") { // in order of key, then year
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		codes := t.Key.Codes() // FREQ, REF_AREA, TARGET
		code, ok := list.Code(codes[2])
		if !ok || t.Period.Frequency() != stat.Annual {
			continue
		}
		conditions := monitor.Conditions(list, code.ID, t.Period.Year())
		first := len(out.Outputs)
		if len(conditions) == 0 {
			if _, err := newAim(c, in, t, code).judge(&out, in.Day, paths); err != nil {
				return nil, err
			}
			said.add(out.Outputs[first:], code.ID)
			continue
		}
		whole := newAim(c, in, t, code)
		from := []pipeline.Ref{refTo(t, "target")}
		var each []monitor.Judgement
		for _, condition := range conditions {
			part := newAim(c, in, t, condition)
			j, err := part.judge(&out, in.Day, paths)
			if err != nil {
				return nil, err
			}
			each, from = append(each, j), append(from, part.used()...)
			said.add(out.Outputs[first:], condition.ID)
			first = len(out.Outputs)
		}
		out.Outputs = append(out.Outputs, whole.class(monitor.All(each), from))
		if err := whole.write(&out, "TARGET", floatOf(whole.target.Value), stat.Normal, nil, from[0]); err != nil {
			return nil, err
		}
		whole.by(&out, "TARGET", figure(t))
		said.add(out.Outputs[first:], code.ID)
		for _, condition := range conditions { // they are judged by what they are
			said.add(out.Outputs[first:first+1], condition.ID)
		}
	}
	return &out, nil
}

// judge writes where one target, or one condition of it, stands.
func (a aim) judge(out *pipeline.Result, day stat.Date, paths map[stat.Key]*path) (monitor.Judgement, error) {
	j, err := monitor.Judge(a.target, a.points, day)
	if err != nil {
		return j, err
	}
	if paths[a.key("")] == nil {
		paths[a.key("")] = newPath(a)
	}
	return j, a.standing(out, j, paths[a.key("")])
}

// newAim holds a target, or one condition of it, against the readings of its indicator.
func newAim(c *catalog.Catalog, in *pipeline.Inputs, t cube.Version, code catalog.Code) aim {
	a := aim{version: t, area: t.Key.Codes()[1], id: code.ID, detail: in.Detail}
	indicator, _ := c.Indicator(code.Notes["indicator"])
	if m, ok := monitor.MeasureOf(c, code, a.area); ok {
		a.figures = m.Readings(in.Newest(m.Flow.ID))
	}
	for _, v := range a.figures {
		a.points = append(a.points, monitor.Point{Day: v.Period.To(), Value: v.Value.Float64()})
	}
	a.rank = indicator.Unit == "RANK"
	a.target = monitor.Target{Value: t.Value, Comparator: t.Attributes[stat.AttrComparator], Direction: monitor.DirectionOf(c, code), Due: dueOf(t.Period.Year()),
		Percent: strings.HasPrefix(indicator.Unit, "PC")}
	return a
}

// used names the figures that a judgement may rest on: those up to the deadline.
func (a aim) used() []pipeline.Ref {
	var out []pipeline.Ref
	for i, v := range a.figures {
		if !a.points[i].Day.After(a.target.Due) {
			out = append(out, refTo(v, "figure"))
		}
	}
	return out
}

// class is the output that says where the target stands.
func (a aim) class(j monitor.Judgement, from []pipeline.Ref) pipeline.Output {
	return pipeline.Output{Dataflow: "TARGET_STATUS", From: from, Observation: stat.Observation{
		Key: a.key("CLASS"), Period: a.version.Period, Status: stat.Missing, // a class is a word, not a number: the cell has no value and says so
		Attributes: stat.Attributes{stat.AttrText: string(j.Class), stat.AttrComment: string(j.Reason)}}}
}

// write adds a measure of the standing; a rank is a whole number.
func (a aim) write(out *pipeline.Result, measure string, value *float64, status stat.Status, attrs stat.Attributes, from ...pipeline.Ref) error {
	if value == nil {
		return nil
	}
	v, err := a.decimal(*value)
	if err != nil {
		return err
	}
	out.Outputs = append(out.Outputs, output("TARGET_STATUS", a.key(measure), a.version.Period, v, status, attrs, from...))
	return nil
}

func (a aim) decimal(x float64) (stat.Decimal, error) {
	if a.rank {
		return stat.FromFloat(x, 0)
	}
	return stat.FromFloat(x, 4)
}

// standing writes what the rule says of a target, and its leg of the path.
func (a aim) standing(out *pipeline.Result, j monitor.Judgement, p *path) error {
	target, used := refTo(a.version, "target"), a.used()
	both := append([]pipeline.Ref{target}, used...)
	last := a.judgedFigure(j)
	out.Outputs = append(out.Outputs, a.class(j, a.decisive(j, last)))
	if err := a.write(out, "TARGET", floatOf(a.target.Value), stat.Normal, nil, target); err != nil {
		return err
	}
	a.by(out, "TARGET", figure(a.version))
	if last != nil {
		actual := refTo(*last, "figure")
		for _, m := range []struct {
			code  string
			value float64
			attrs stat.Attributes
			from  []pipeline.Ref
			how   pipeline.Term
		}{
			{"ACTUAL", j.Latest.Value, stat.Attributes{stat.AttrText: last.Period.String()}, []pipeline.Ref{actual, target.As("target")}, figure(*last)},
			{"GAP", a.target.Value.Float64() - j.Latest.Value, nil, []pipeline.Ref{target, actual}, less(figure(a.version), figure(*last))}, // negative when the target is exceeded
		} {
			if err := a.write(out, m.code, &m.value, last.Status, m.attrs, m.from...); err != nil {
				return err
			}
			a.by(out, m.code, m.how)
		}
	}
	if j.Forecast != nil {
		if err := a.write(out, "FORECAST", j.Forecast, stat.Forecast, stat.Attributes{stat.AttrStdErr: fixed(*j.StdDev, 4)}, append(slices.Clone(used), target.As("target"))...); err != nil {
			return err
		}
		forecast, probability := a.forecast()
		a.by(out, "FORECAST", forecast)
		p, err := stat.FromFloat(*j.Probability*100, 4) // per cent, also of a rank
		if err != nil {
			return err
		}
		out.Outputs = append(out.Outputs, output("TARGET_STATUS", a.key("PROB"), a.version.Period, p, stat.Forecast, nil, both...))
		if *j.StdDev > 0 {
			a.by(out, "PROB", probability)
		}
	}
	return p.walk(a, j, out)
}

// decisive names what a class rests on. Without a forecast the newest figure decides alone; the earlier ones only say that it is the newest.
func (a aim) decisive(j monitor.Judgement, last *cube.Version) []pipeline.Ref {
	out := []pipeline.Ref{refTo(a.version, "target")}
	for _, ref := range a.used() {
		if j.Forecast == nil && last != nil && !sameCell(ref, refTo(*last, "")) {
			ref = ref.As("figure")
		}
		out = append(out, ref)
	}
	if len(out) == 1 && len(a.figures) > 0 { // there are figures, but none in time
		out = append(out, refTo(a.figures[0], "").As("figure"))
	}
	return out
}

// judgedFigure is the published figure behind the judgement.
func (a aim) judgedFigure(j monitor.Judgement) *cube.Version {
	for i := len(a.points) - 1; j.Latest != nil && i >= 0; i-- {
		if a.points[i].Day == j.Latest.Day {
			return &a.figures[i]
		}
	}
	return nil
}

// path is the one even path of a target: from the first figure to its first year, and from there to each further one. Chart and
// text read it from here. A year that the first figure comes after, or already satisfies, is no station of it.
type path struct {
	at   monitor.Point // where the next leg begins
	from []pipeline.Ref
	legs []leg
	how  pipeline.Term // the value at
}

// leg is one straight piece of a path.
type leg struct {
	start monitor.Point
	to    monitor.Target

	first, last pipeline.Term // the two ends, of a working
}

// on is the value of a leg on a day, of a working.
func (l leg) on(day stat.Date) pipeline.Term {
	part := ratioOf(integer(day.Sub(l.start.Day)), integer(l.to.Due.Sub(l.start.Day)))
	return sumOf(l.first, productOf(part, less(l.last, l.first)))
}

// newPath starts a path at the first figure; without one there is none.
func newPath(a aim) *path {
	if len(a.points) == 0 {
		return &path{}
	}
	return &path{at: a.points[0], from: []pipeline.Ref{refTo(a.figures[0], "figure")}, how: figure(a.figures[0])}
}

// walk adds the leg to a target: one value a year end, and, while it is open and not reached, the value on the day of the newest
// figure. The first figure and the target are what was published and are not marked as estimates; what lies between is.
func (p *path) walk(a aim, j monitor.Judgement, out *pipeline.Result) error {
	if p.from == nil || a.target.Value == nil || a.target.Comparator == "+" || a.target.Meets(p.at.Value) {
		return nil
	}
	steps := monitor.Trajectory(p.at, a.target)
	if len(steps) == 0 {
		return nil
	}
	target := refTo(a.version, "target")
	this := leg{p.at, a.target, p.how, figure(a.version)}
	for i, step := range steps {
		if i == 0 && (len(p.legs) > 0 || p.at.Day != stat.NewDate(step.Year, 12, 31)) {
			continue // the target of the leg before, or a figure within a year
		}
		status, from := stat.Estimated, append([]pipeline.Ref{target}, p.from...)
		switch i {
		case 0:
			status, from = a.figures[0].Status, append(slices.Clone(p.from), target.As("target"))
		case len(steps) - 1:
			status, from = stat.Normal, []pipeline.Ref{target}
			for _, ref := range p.from {
				from = append(from, ref.As(ref.Role))
			}
		}
		v, err := a.decimal(step.Value)
		if err != nil {
			return err
		}
		out.Outputs = append(out.Outputs, output("TARGET_STATUS", a.key("PATH"), stat.Year(step.Year), v, status, nil, from...))
		a.by(out, "PATH", this.on(step.Day))
	}
	p.legs, p.how = append(p.legs, this), figure(a.version)
	from := append([]pipeline.Ref{target}, p.from...)
	p.at = monitor.Point{Day: a.target.Due, Value: a.target.Value.Float64()}
	p.from = append(p.from, target)
	if j.Latest == nil || j.Class.Closed() || j.Class == monitor.Achieved || !p.legs[0].start.Day.Before(j.Latest.Day) {
		return nil
	}
	for _, l := range p.legs {
		if v, ok := monitor.On(l.start, l.to, j.Latest.Day); ok {
			for _, ref := range a.used() { // the day is that of the newest figure
				from = append(from, ref.As("figure"))
			}
			err := a.write(out, "TRAJECTORY", &v, stat.Estimated, nil, from...)
			a.by(out, "TRAJECTORY", l.on(j.Latest.Day))
			return err
		}
	}
	return nil
}

func floatOf(d *stat.Decimal) *float64 {
	if d == nil {
		return nil
	}
	x := d.Float64()
	return &x
}
