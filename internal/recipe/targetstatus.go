package recipe

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// TargetStatus judges every target of the catalogue by the rule of monitor.Judge against the newest published figures of its
// indicator: the class (in VALUE_TEXT, with the branch of the rule as comment), and where they exist the figure judged, the gap, the
// forecast with its standard error, and its probability.
func TargetStatus(c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "target-status", Version: "2", Method: "target-status",
		Title: title("target-status"),
		Inputs: append([]pipeline.Input{{Name: "target", Dataflow: "TARGET", Key: ""}},
			actualFlows(c)...),
		Outputs: []string{"TARGET_STATUS"},
		Compute: func(in *pipeline.Inputs) (*pipeline.Result, error) { return targetStatus(c, in) },
	}
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

func targetStatus(c *catalog.Catalog, in *pipeline.Inputs) (*pipeline.Result, error) {
	list, err := c.Codelist("CL_TARGET")
	if err != nil {
		return nil, err
	}
	var out pipeline.Result
	leg := map[stat.Key]pathLeg{}
	for _, t := range in.Newest("target") { // in order of key, then year
		codes := t.Key.Codes() // FREQ, REF_AREA, TARGET
		code, ok := list.Code(codes[2])
		if !ok || t.Period.Frequency() != stat.Annual {
			continue
		}
		indicator, ok := c.Indicator(code.Notes["indicator"])
		direction := 1
		var figures []cube.Version
		if ok {
			direction = indicator.Direction
			figures = oneSeries(in.Newest(indicator.Dataflow), areaPattern(indicator.Key, codes[1]))
		}
		points := make([]monitor.Point, len(figures))
		for i, v := range figures {
			points[i] = monitor.Point{Day: v.Period.To(), Value: v.Value.Float64()}
		}
		due := stat.NewDate(t.Period.Year(), 12, 31)
		aim := monitor.Target{Value: t.Value, Comparator: t.Attributes[stat.AttrComparator], Direction: direction, Due: due, Percent: strings.HasPrefix(indicator.Unit, "PC")}
		j, err := monitor.Judge(aim, points)
		if err != nil {
			return nil, err
		}
		from := []pipeline.Ref{refTo(t, "target")}
		for i, v := range figures {
			if !points[i].Day.After(due) {
				from = append(from, refTo(v, "figure"))
			}
		}
		key := func(measure string) stat.Key { return stat.NewKey("A", codes[1], codes[2], measure) }
		status := stat.Missing // a class is a word, not a number: the cell has no value and says so
		out.Outputs = append(out.Outputs, pipeline.Output{Dataflow: "TARGET_STATUS", From: from, Observation: stat.Observation{
			Key: key("CLASS"), Period: t.Period, Status: status,
			Attributes: stat.Attributes{stat.AttrText: string(j.Class), stat.AttrComment: string(j.Reason)}}})
		for _, m := range []struct {
			code  string
			value *float64
			state stat.Status
		}{
			{"TARGET", floatOf(t.Value), stat.Normal}, {"ACTUAL", latestOf(j), stat.Normal}, {"GAP", gap(t.Value, j), stat.Normal},
			{"FORECAST", j.Forecast, stat.Forecast}, {"PROB", percent(j.Probability), stat.Forecast}, {"TRAJECTORY", neededNow(points, aim, j), stat.Estimated},
		} {
			if m.value == nil {
				continue
			}
			v, err := stat.FromFloat(*m.value, 4)
			if err != nil {
				return nil, err
			}
			attrs := stat.Attributes{}
			switch m.code {
			case "ACTUAL":
				attrs[stat.AttrText] = j.Latest.Day.String()
			case "FORECAST":
				attrs[stat.AttrStdErr] = fixed(*j.StdDev, 4)
			}
			out.Outputs = append(out.Outputs, output("TARGET_STATUS", key(m.code), t.Period, v, m.state, attrs, from...))
		}
		if aim.Value != nil && aim.Comparator != "+" && len(figures) > 0 {
			start := leg[t.Key]
			if start.from == nil {
				start = pathLeg{at: points[0], from: []pipeline.Ref{refTo(figures[0], "figure")}}
			}
			if err := start.walk(aim, key("PATH"), refTo(t, "target"), &out); err != nil {
				return nil, err
			}
			leg[t.Key] = pathLeg{at: monitor.Point{Day: due, Value: aim.Value.Float64()}, from: []pipeline.Ref{refTo(t, "target")}}
		}
	}
	return &out, nil
}

// pathLeg is where the even path to the next target of a series begins: at the first figure, then at each target in turn.
type pathLeg struct {
	at   monitor.Point
	from []pipeline.Ref
}

// walk gives the even path from here to a target, one value a year end after the start.
func (l pathLeg) walk(aim monitor.Target, key stat.Key, target pipeline.Ref, out *pipeline.Result) error {
	for i, step := range monitor.Trajectory(l.at, aim) {
		if i == 0 {
			continue // the start is a figure, or the target of the leg before
		}
		v, err := stat.FromFloat(step.Value, 4)
		if err != nil {
			return err
		}
		out.Outputs = append(out.Outputs, output("TARGET_STATUS", key, stat.Year(step.Year), v, stat.Estimated, nil, append([]pipeline.Ref{target}, l.from...)...))
	}
	return nil
}

// neededNow gives the value of the even path from the first figure to the target on the day of the newest figure.
func neededNow(points []monitor.Point, aim monitor.Target, j monitor.Judgement) *float64 {
	if j.Latest == nil || len(points) == 0 {
		return nil
	}
	v, ok := monitor.On(points[0], aim, j.Latest.Day)
	if !ok {
		return nil
	}
	return &v
}

// oneSeries gives the published figures of one series of those that match a pattern: the one with the newest figure, the first in order
// among equals. Series that match together differ by definition, and definitions are never joined.
func oneSeries(versions []cube.Version, pattern string) []cube.Version {
	bySeries := map[stat.Key][]cube.Version{}
	var order []stat.Key
	for _, v := range versions {
		if v.Value == nil || v.Status == stat.Forecast || !v.Key.Matches(pattern) {
			continue
		}
		if bySeries[v.Key] == nil {
			order = append(order, v.Key)
		}
		bySeries[v.Key] = append(bySeries[v.Key], v)
	}
	var best []cube.Version
	for _, k := range order {
		list := bySeries[k]
		if best == nil || list[len(list)-1].Period.Compare(best[len(best)-1].Period) > 0 {
			best = list
		}
	}
	return best
}

// areaPattern puts a target's area in place of the area that an indicator's pattern leaves open.
func areaPattern(pattern, area string) string {
	codes := strings.Split(pattern, ".")
	if len(codes) > 1 && codes[1] == "" {
		codes[1] = area
	}
	return strings.Join(codes, ".")
}

func latestOf(j monitor.Judgement) *float64 {
	if j.Latest == nil {
		return nil
	}
	return &j.Latest.Value
}

func percent(p *float64) *float64 {
	if p == nil {
		return nil
	}
	x := *p * 100
	return &x
}

func floatOf(d *stat.Decimal) *float64 {
	if d == nil {
		return nil
	}
	x := d.Float64()
	return &x
}

// gap gives what is missing from the figure judged to the target; it is negative when a target is exceeded.
func gap(target *stat.Decimal, j monitor.Judgement) *float64 {
	if target == nil || j.Latest == nil {
		return nil
	}
	x := target.Float64() - j.Latest.Value
	return &x
}
