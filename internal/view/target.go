package view

import (
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// targetFlow holds where each target stands; its class is a word with the branch of the rule that gave it.
const targetFlow = "TARGET_STATUS"

// target says by which rule a target was judged, with the numbers that the rule looked at.
func (s *Speaker) target(n pipeline.Node, v cube.Version) string {
	codes := v.Key.Codes()
	measure := codes[len(codes)-1]
	j := s.judged(n, v)
	if measure != "CLASS" {
		if text, ok := s.targetMeasure(measure, n, v, j); ok {
			return text
		}
		return s.general(n, j.write(v))
	}
	class := s.Code("CL_TARGET_CLASS", v.Attributes[stat.AttrText]).In(s.Lang)
	pairs := []any{"class", lower(class), "year", v.Period.String(), "n", s.count(len(j.figures)), "least", monitor.MinFigures, "span", monitor.MinYears}
	for name, o := range map[string]*cube.Version{"target": j.target, "actual": j.actual, "forecast": j.forecast} {
		if o != nil {
			pairs = append(pairs, name, j.short(*o))
		}
	}
	if j.target != nil {
		pairs = append(pairs, "aim", j.aim())
	}
	if j.actual != nil {
		pairs = append(pairs, "when", j.when())
	}
	if j.chance != nil {
		pairs = append(pairs, "chance", text.FormatProbability(s.Lang, *j.chance.Value))
	}
	// The words of a branch are said when all the numbers in them are known; else what is known is said.
	for _, id := range []string{"rule-" + v.Attributes[stat.AttrComment] + "-" + v.Attributes[stat.AttrText], "rule-" + v.Attributes[stat.AttrComment], "rule-forecast", "rule-actual", "rule-target"} {
		if book.Has(id) {
			if said := s.say(id, pairs...); !strings.Contains(said, "{") {
				return said
			}
		}
	}
	return s.say("rule-class", pairs...)
}

// judged is what the rule for a target looked at.
type judged struct {
	*Speaker
	unit, mult, comparator           string
	figures                          []cube.Version
	target, actual, forecast, chance *cube.Version
}

func (s *Speaker) judged(n pipeline.Node, v cube.Version) judged {
	codes := v.Key.Codes()
	j := judged{Speaker: s}
	for _, c := range n.From {
		for _, o := range c.Versions {
			if c.Role == "target" {
				if f, err := s.Dataflow(o.Dataflow); err == nil {
					j.unit, j.mult = s.UnitCode(f, o)
				}
				if o.Period == v.Period {
					j.comparator = o.Attributes[stat.AttrComparator]
				}
				continue
			}
			if o.Value != nil {
				j.figures = append(j.figures, o)
			}
		}
	}
	if j.unit == "" {
		j.unit = s.Note("CL_TARGET", codes[len(codes)-2], "unit")
	}
	beside := func(measure string) *cube.Version {
		c := v.Cell()
		c.Key = stat.NewKey(append(append([]string{}, codes[:len(codes)-1]...), measure)...)
		if o, ok := s.Beside(c); ok && o.Value != nil {
			return &o
		}
		return nil
	}
	j.target, j.actual, j.forecast, j.chance = beside("TARGET"), beside("ACTUAL"), beside("FORECAST"), beside("PROB")
	return j
}

// write writes a figure of the standing of a target in the target's unit.
func (j judged) write(o cube.Version) string { return j.figure(o, false) }

// short is write where the rule compares like with like: a share is a plain per cent.
func (j judged) short(o cube.Version) string { return j.figure(o, true) }

func (j judged) figure(o cube.Version, short bool) string {
	if o.Value == nil {
		return j.Missing(o)
	}
	f, err := j.Dataflow(o.Dataflow)
	if err != nil {
		return ""
	}
	q := quantity{value: *o.Value, unit: j.unit, mult: j.mult, decimals: o.Value.Decimals(), wording: j.Wording(o)}
	if !cube.Reported(o.Observation) {
		q.decimals = min(q.decimals, j.Decimals(f, o))
	}
	if o.Dataflow == targetFlow {
		for q.decimals > 0 && q.value.Round(q.decimals-1).Cmp(q.value.Round(q.decimals)) == 0 {
			q.decimals-- // 30.00 of a target is 30
		}
	}
	return j.Speaker.write(q, short)
}

// when says of which period the newest figure is.
func (j judged) when() string {
	for i := len(j.figures) - 1; i >= 0; i-- {
		if o := j.figures[i]; o.Period.String() == j.actual.Attributes[stat.AttrText] || o.Period.To().String() == j.actual.Attributes[stat.AttrText] {
			return text.FormatPeriodInline(j.Lang, o.Period)
		}
	}
	if p, err := stat.ParsePeriod(j.actual.Attributes[stat.AttrText]); err == nil {
		return text.FormatPeriodInline(j.Lang, p)
	}
	return text.FormatPeriodInline(j.Lang, j.actual.Period)
}

// targetMeasure says how a number beside the class came about.
func (s *Speaker) targetMeasure(measure string, n pipeline.Node, v cube.Version, j judged) (string, bool) {
	id := "target-" + strings.ToLower(measure)
	if v.Value == nil {
		return "", false
	}
	pairs := []any{"value", j.measured(measure, v), "year", v.Period.String(), "n", s.count(len(j.figures))}
	switch hundred := stat.Int(100); {
	case measure == "PROB" && !monitor.SpreadKnown(j.days()):
		id += "-assumed"
		pairs = append(pairs, "spread", text.FormatPercent(s.Lang, stat.Int(int64(100*monitor.UnknownSpread)), 0))
	case measure == "FORECAST" && strings.HasPrefix(j.unit, "PC") && (v.Value.Sign() == 0 || v.Value.Cmp(hundred) == 0):
		id += "-bound" // no share lies outside 0 to 100
	case measure == "TRAJECTORY" || measure == "PATH":
		return s.onPath(n, v, j)
	}
	if j.actual != nil {
		pairs = append(pairs, "when", j.when())
	}
	if len(j.figures) > 0 {
		first, last := j.figures[0], j.figures[len(j.figures)-1]
		pairs = append(pairs, "first", j.write(first), "first-period", text.FormatPeriodInline(s.Lang, first.Period), "last", j.write(last), "last-period", text.FormatPeriodInline(s.Lang, last.Period))
	}
	for name, o := range map[string]*cube.Version{"target": j.target, "actual": j.actual, "forecast": j.forecast} {
		if o != nil {
			pairs = append(pairs, name, j.write(*o))
		}
	}
	goal := j.target
	if goal == nil {
		for _, c := range n.From {
			if c.Role == "target" && len(c.Versions) == 1 && c.Versions[0].Value != nil {
				goal = &c.Versions[0]
				pairs = append(pairs, "target", j.write(*goal))
			}
		}
	}
	if said, ok := j.against(v.Key.Codes(), goal); ok {
		pairs = append(pairs, "against", said)
	}
	if !book.Has(id) {
		return "", false
	}
	said := s.say(id, pairs...)
	return said, !strings.Contains(said, "{")
}

// measured writes a measure of the standing in the unit that it has: two percentages differ by points, two ranks by places.
func (j judged) measured(measure string, v cube.Version) string {
	switch {
	case v.Value == nil:
		return j.Missing(v)
	case measure == "PROB":
		return text.FormatProbability(j.Lang, *v.Value)
	case measure == "GAP" && j.unit == "RANK":
		return j.say("places", "n", text.FormatNumber(j.Lang, *v.Value, 0))
	case measure == "GAP" && strings.HasPrefix(j.unit, "PC"):
		j.unit = "PC_POINT"
	}
	return j.write(v)
}

// Against says how far a figure is from its target and on which side, whichever way the indicator is better: "còn thiếu 3,2 điểm phần trăm",
// "vượt 3 bậc". Two percentages differ by points and two ranks by places. Pages, API and explanations say it with these words.
func (n Names) Against(lang, unit, mult string, side monitor.Side, apart stat.Decimal) string {
	apart = apart.Abs()
	for apart.Decimals() > 0 && apart.Round(apart.Decimals()-1).Cmp(apart) == 0 {
		apart = apart.Round(apart.Decimals() - 1)
	}
	number := text.FormatNumber(lang, apart, -1)
	far := text.WithUnit(number, n.UnitLabel(unit, mult).In(lang))
	for prefix, word := range map[string]string{"PC": "points", "RANK": "places"} {
		if strings.HasPrefix(unit, prefix) {
			if apart.Cmp(stat.Int(1)) == 0 {
				word += "-one"
			}
			far = book.Say(lang, word, "n", number)
		}
	}
	return book.Say(lang, "gap-"+string(side), "far", far)
}

// against is Against for a standing: the figures that it was computed from say on which side they lie.
func (j judged) against(codes []string, target *cube.Version) (string, bool) {
	l, err := j.Codelist("CL_TARGET")
	if err != nil || target == nil || j.actual == nil {
		return "", false
	}
	code, _ := l.Code(codes[len(codes)-2])
	side := monitor.SideOf(*target.Value, *j.actual.Value, monitor.DirectionOf(j.Catalog, code))
	return j.Against(j.Lang, j.unit, j.mult, side, target.Value.Sub(*j.actual.Value)), true
}

// days counts the days on which there is a figure: of two that end on one day one counts.
func (j judged) days() int {
	seen := map[stat.Date]bool{}
	for _, o := range j.figures {
		seen[o.Period.To()] = true
	}
	return len(seen)
}

// station is an end of a leg of the even path.
type station struct {
	day   stat.Date
	words string
}

// onPath says a point of the even path by the two ends of the leg that it lies on: the first figure or the milestone before, and the
// milestone after. A straight line between the two gives the number.
func (s *Speaker) onPath(n pipeline.Node, v cube.Version, j judged) (string, bool) {
	if len(j.figures) == 0 {
		return "", false
	}
	first, day := j.figures[0], stat.NewDate(v.Period.Year(), 12, 31)
	if codes := v.Key.Codes(); codes[len(codes)-1] == "TRAJECTORY" { // on the day of the newest figure
		day = first.Period.To()
		for _, o := range j.figures {
			if o.Period.To().After(day) {
				day = o.Period.To()
			}
		}
	}
	stations := []station{{first.Period.To(), j.write(first)}}
	for _, c := range n.From {
		for _, o := range c.Versions {
			if c.Role == "target" && o.Value != nil {
				stations = append(stations, station{stat.NewDate(o.Period.Year(), 12, 31), j.write(o)})
			}
		}
	}
	slices.SortStableFunc(stations[1:], func(a, b station) int { return a.day.Compare(b.day) })
	on := text.FormatDate(s.Lang, day)
	for i, x := range stations {
		if x.day == day {
			return s.say([]string{"target-path-start", "target-path-milestone"}[min(i, 1)], "value", x.words, "day", on), true
		}
		if i > 0 && day.Before(x.day) {
			from := stations[i-1]
			return s.say("target-path", "start", from.words, "start-day", text.FormatDate(s.Lang, from.day), "end", x.words, "end-day", text.FormatDate(s.Lang, x.day), "day", on, "value", j.write(v)), true
		}
	}
	return "", false
}

// aim writes the target with its comparator, as the document sets it.
func (j judged) aim() string {
	word := map[string]string{">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ ", "~": "≈ "}[j.comparator]
	if j.unit == "RANK" { // a rank says by itself which way is better
		word = ""
	}
	return word + j.short(*j.target)
}

// lower writes the first letter small, for the middle of a sentence.
func lower(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToLower(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
