package recipe

import (
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// annual is what the quarters of a year are held against.
type annual struct {
	value     stat.Decimal
	tolerance stat.Decimal // how far quarters that agree with it may miss it, since all are printed rounded
	day       stat.Date    // on which the newest part of it was published
	refs      []pipeline.Ref
	how       pipeline.Term // the same as a formula
}

// half is the rounding of a share printed with two decimals, and of a whole number.
var half, halfShare = stat.MustDecimal("0.5"), stat.MustDecimal("0.005")

// ofQuarters is the rounding of four quarters in whole billions.
var ofQuarters = stat.Int(4).Mul(half)

// levelBenchmark holds quarters against a printed annual level.
func levelBenchmark(years series) func(stat.Period) (annual, bool) {
	return func(y stat.Period) (annual, bool) {
		v, ok := years.value(y)
		if !ok {
			return annual{}, false
		}
		return annual{v, half.Add(ofQuarters), years.at[y].Vintage.Date, []pipeline.Ref{years.ref(y, "benchmark")}, years.term(y)}, true
	}
}

// shareBenchmark holds quarters against a printed share of GDP.
func shareBenchmark(years, shares series) func(stat.Period) (annual, bool) {
	return func(y stat.Period) (annual, bool) {
		v, ok := years.value(y)
		s, known := shares.value(y)
		if !ok || !known {
			return annual{}, false
		}
		return annual{percentOf(s, v), percentOf(halfShare, v).Add(ofQuarters), latestDay(*years.at[y], *shares.at[y]),
			[]pipeline.Ref{years.ref(y, "benchmark"), shares.ref(y, "share of GDP")}, partOf(shares.term(y), years.term(y))}, true
	}
}

// restBenchmark holds quarters against what the shares of all twenty sections leave of GDP.
func restBenchmark(years series, structure []cube.Version) func(stat.Period) (annual, bool) {
	return func(y stat.Period) (annual, bool) {
		v, ok := years.value(y)
		if !ok {
			return annual{}, false
		}
		rest, newest, n := hundred, *years.at[y], 0
		var sections []pipeline.Term
		for _, s := range structure {
			if s.Period == y && s.Value != nil && len(s.Key.Codes()[2]) == 1 { // a section; groups of sections have longer codes
				rest, n = rest.Sub(*s.Value), n+1
				sections = append(sections, figure(s))
				if s.Vintage.Date.After(newest.Vintage.Date) {
					newest = s
				}
			}
		}
		if n != 20 {
			return annual{}, false
		}
		all := pipeline.Ref{Dataflow: structure[0].Dataflow, Key: stat.NewKey("A", structure[0].Key.Codes()[1], ""), Since: y, Until: y, Role: "share of GDP"}
		return annual{percentOf(rest, v), percentOf(halfShare, v).Mul(stat.Int(20)).Add(ofQuarters), newest.Vintage.Date,
			[]pipeline.Ref{years.ref(y, "benchmark"), all}, partOf(less(pipeline.Number(hundred), sumOf(sections...)), years.term(y))}, true
	}
}

func latestDay(a, b cube.Version) stat.Date {
	if b.Vintage.Date.After(a.Vintage.Date) {
		return b.Vintage.Date
	}
	return a.Vintage.Date
}

// verdict says which quarters of a line are given as printed, and against what the year of each quarter was held.
type verdict struct {
	keep   []bool
	bound  []bool                 // the year has an annual figure
	target map[int]annual         // annual figures that quarters are made to add to, by the place of their first quarter
	held   map[int][]pipeline.Ref // what decided about the quarters of a year, by the place of its first quarter
}

// decide holds the printed quarters of every year against its annual figure.
func (l *line) decide(benchmark func(stat.Period) (annual, bool)) verdict {
	s := verdict{keep: make([]bool, len(l.quarters)), bound: make([]bool, len(l.quarters)), target: map[int]annual{}, held: map[int][]pipeline.Ref{}}
	for i := range l.quarters {
		s.keep[i] = !l.carried[i]
	}
	for i, q := range l.quarters {
		if q.Sub() != 1 || i+4 > len(l.quarters) {
			continue
		}
		a, ok := benchmark(stat.Year(q.Year()))
		if !ok {
			continue
		}
		sum, n := stat.Decimal{}, 0
		for k := i; k < i+4; k++ {
			s.bound[k] = true
			if !l.carried[k] {
				v, _ := l.printed.value(l.quarters[k])
				sum, n = sum.Add(v), n+1
			}
		}
		for _, r := range a.refs {
			s.held[i] = append(s.held[i], r.As("benchmark"))
		}
		if n == 4 {
			s.held[i] = append(s.held[i], l.printed.between(q, l.quarters[i+3], "").As("quarters of the year"))
			if a.value.Sub(sum).Abs().Cmp(a.tolerance) <= 0 {
				continue // the year is as printed
			}
		}
		rest, free := a.value, 0
		for k := i; k < i+4; k++ {
			// Of a whole printed year that misses the annual figure only quarters that are newer than it stand.
			if s.keep[k] = s.keep[k] && l.stands(k, a, n == 4); s.keep[k] {
				v, _ := l.printed.value(l.quarters[k])
				rest = rest.Sub(v)
			} else {
				free++
			}
		}
		if free > 0 && rest.Sign() <= 0 { // what is printed leaves nothing: the annual figure stands
			for k := i; k < i+4; k++ {
				s.keep[k] = false
			}
			free = 4
		}
		if free > 0 {
			s.target[i] = a
		}
	}
	return s
}

// stands reports whether a printed quarter is not older than the annual figure of its year, or newer where it has to be.
func (l *line) stands(k int, a annual, newer bool) bool {
	day := l.printed.at[l.quarters[k]].Vintage.Date
	return day.After(a.day) || day == a.day && !newer
}

// fit leads the indicator through the quarters that are given as printed and makes the other years add to their annual figures, to the
// billion's fourth decimal.
func (l *line) fit(s verdict) ([]stat.Decimal, error) {
	values := make([]stat.Decimal, len(l.quarters))
	fitted := make([]float64, len(l.quarters))
	for i, q := range l.quarters {
		if s.keep[i] {
			values[i], _ = l.printed.value(q)
		}
	}
	for i := 0; i < len(l.quarters); i++ {
		if s.sealed(l, i) {
			continue
		}
		lo, hi := l.reach(i, s)
		fit, err := temporal.Benchmark(l.x[lo:hi+1], l.targets(s, lo, hi), temporal.BenchmarkOptions{})
		if err != nil {
			return nil, err
		}
		copy(fitted[lo:], fit.Values)
		i = hi
	}
	for i, v := range fitted {
		if s.keep[i] {
			continue
		}
		var err error
		if values[i], err = stat.FromFloat(v, 4); err != nil {
			return nil, err
		}
	}
	for i, a := range s.target {
		rest, free, places := a.value, []float64{}, []int{}
		for k := i; k < i+4; k++ {
			if s.keep[k] {
				rest = rest.Sub(values[k])
				continue
			}
			free, places = append(free, fitted[k]), append(places, k)
		}
		rounded, err := stat.RoundToTotal(free, rest, max(4, rest.Decimals()))
		if err != nil {
			return nil, err
		}
		for n, k := range places {
			values[k] = rounded[n]
		}
	}
	return values, nil
}

// give adds the quarters of the line to a result, with their workings when they are asked for.
func (l *line) give(out *pipeline.Result, detail bool, benchmark func(stat.Period) (annual, bool)) error {
	s := l.decide(benchmark)
	systems := map[int]*pipeline.System{} // by the first quarter of the segment
	values, err := l.fit(s)
	if err != nil {
		return err
	}
	segments := map[int][]pipeline.Ref{} // the fitted quarters of one segment rest on the same
	for i, q := range l.quarters {
		status, attrs := stat.Forecast, stat.Attributes{stat.AttrDecimals: "0"}
		if s.bound[i] {
			status = stat.Estimated
		}
		var from []pipeline.Ref
		switch {
		case s.keep[i]:
			status = l.printed.at[q].Status
			attrs[stat.AttrComment] = asPublished
			from = append([]pipeline.Ref{l.printed.ref(q, "printed quarter")}, s.held[i-q.Sub()+1]...)
		default:
			lo, hi := l.reach(i, s)
			for hi > lo && !s.sealed(l, hi) && !s.bound[hi] {
				hi-- // what lies beyond the last figure that the fit has to meet follows it, and moves nothing before it
			}
			if segments[lo] == nil {
				segments[lo] = l.segment(lo, hi, s)
			}
			from = l.beyond(segments[lo], hi, i)
			if !l.carried[i] {
				printed, _ := l.printed.value(q)
				attrs[stat.AttrComment], attrs[stat.AttrPrinted] = benchmarked, printed.String()
			}
		}
		out.Outputs = append(out.Outputs, output("NA_QUARTERLY_EST", stat.NewKey("Q", l.area, l.code, current), q, values[i], status, attrs, from...))
		switch {
		case s.keep[i]:
		case detail:
			lo, hi := l.reach(i, s)
			if systems[lo] == nil {
				systems[lo] = l.equations(lo, hi, s)
			}
			by(out, pipeline.Rounded(productOf(l.term(i), pipeline.Solved(systems[lo], i-lo)), 4))
		default:
			by(out, l.formula(i, s, from))
		}
	}
	return nil
}

// formula says how a quarter that does not stand as printed came about: aligned with its year, or carried ahead of the newest one.
func (l *line) formula(i int, s verdict, from []pipeline.Ref) *pipeline.Formula {
	name, q := "quarters-ahead", l.quarters[i]
	var facts []pipeline.Fact
	if a, ok := s.target[i-q.Sub()+1]; ok && s.bound[i] {
		name, facts = "quarters-of-year", []pipeline.Fact{fact("total", a.how)}
	}
	if !l.carried[i] {
		return pipeline.Method(name, append(facts, fact("indicator", l.printed.term(q)))...)
	}
	for _, r := range from {
		if r.Dataflow == "NA_GROWTH" && r.Period == q && l.code == gdp {
			return pipeline.Method(name+"-grown", append(facts, fact("growth", pipeline.Figure(r)))...)
		}
	}
	return pipeline.Method(name+"-carried", facts...)
}

// beyond adds to what a segment rests on the indicator of a quarter that lies beyond the last figure which the fit has to meet. The quarters between
// are conditions: a line is carried on without a gap.
func (l *line) beyond(segment []pipeline.Ref, last, i int) []pipeline.Ref {
	if i <= last {
		return segment
	}
	out := append(slices.Clone(segment), l.rests(i)...)
	for k := last + 1; k < i; k++ {
		for _, ref := range l.rests(k) {
			out = append(out, ref.As("quarter before"))
		}
	}
	return eachOnce(out)
}

// targets gives what the quarters from one place to another have to meet.
func (l *line) targets(s verdict, lo, hi int) []temporal.Target {
	var out []temporal.Target
	for i := lo; i <= hi; i++ {
		if s.keep[i] {
			out = append(out, temporal.Target{Name: l.quarters[i].String(), Terms: []temporal.Term{{Index: i - lo, Weight: 1}}, Value: l.x[i]})
		}
		if a, ok := s.target[i]; ok {
			var terms []temporal.Term
			for k := range 4 {
				terms = append(terms, temporal.Term{Index: i - lo + k, Weight: 1})
			}
			out = append(out, temporal.Target{Name: stat.Year(l.quarters[i].Year()).String(), Terms: terms, Value: a.value.Float64()})
		}
	}
	return out
}

// equations states what fit solves between two places.
func (l *line) equations(lo, hi int, s verdict) *pipeline.System {
	var x []pipeline.Term
	for i := lo; i <= hi; i++ {
		x = append(x, l.term(i))
	}
	var aims []sumTo
	for _, t := range l.targets(s, lo, hi) {
		var to sumTo
		for _, term := range t.Terms {
			to.at = append(to.at, term.Index)
		}
		if a, ok := s.target[lo+to.at[0]]; ok && len(to.at) > 1 {
			to.total = &a.how
		}
		aims = append(aims, to)
	}
	return proportional(x, l.quarters[lo:hi+1], aims)
}

// sealed reports whether a quarter is given as printed, in a year that nothing else is fitted to: it seals the estimates on one side of it off
// from what lies on the other.
func (s verdict) sealed(l *line, i int) bool {
	_, fitted := s.target[i-l.quarters[i].Sub()+1]
	return s.keep[i] && !fitted
}

// reach gives the sealed quarters between which a quarter lies, or the ends of the line.
func (l *line) reach(i int, s verdict) (lo, hi int) {
	lo, hi = i, i
	for lo > 0 && !s.sealed(l, lo) {
		lo--
	}
	for hi < len(l.quarters)-1 && !s.sealed(l, hi) {
		hi++
	}
	return lo, hi
}

// segment names what the estimated quarters between two places rest on: everything within the reach of the fit.
func (l *line) segment(lo, hi int, s verdict) []pipeline.Ref {
	var refs []pipeline.Ref
	for k := lo; k <= hi; k++ {
		refs = append(refs, l.rests(k)...)
	}
	for k := lo; k <= hi; k++ {
		if a, fitted := s.target[k]; fitted {
			refs = append(refs, a.refs...)
		}
	}
	return eachOnce(refs)
}

// eachOnce names every version once: as what the figure is computed from rather than as a condition, where it is both. A version that serves
// two purposes, such as an annual level that is benchmark and gives the change of prices, keeps both roles.
func eachOnce(refs []pipeline.Ref) []pipeline.Ref {
	used := make(map[pipeline.Ref]bool, len(refs)) // a simulation asks for it thousands of times
	for _, r := range refs {
		if !r.Condition {
			r.Role = ""
			used[r] = true
		}
	}
	out := make([]pipeline.Ref, 0, len(refs))
	seen := make(map[pipeline.Ref]bool, len(refs))
	for _, r := range refs {
		bare := r
		bare.Role, bare.Condition = "", false
		if seen[r] || r.Condition && used[bare] {
			continue
		}
		seen[r] = true
		out = append(out, r)
	}
	return out
}
