package recipe

import (
	"context"
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// sections whose quarters the digital estimate needs besides GDP: manufacturing (with VSIC 26 inside), information and
// communication, and taxes less subsidies on products.
var carried = []string{"C", "J", tax}

// GDPQuarterly carries GDP and the sections that the digital estimate needs, at current prices, to the newest quarter with a
// published growth rate, and aligns the quarters that are not published with the newest annual figures.
//
// A published quarter is given as printed, with the status of its source. It gives way only to a newer annual figure that it contradicts: the
// four printed quarters of a year miss the newest annual figure by more than rounding, or only some of its quarters are printed and they are
// older than it. Then the quarter is an estimate (E) that states the printed figure beside it.
//
// A quarter that is not published has as indicator the same quarter of the year before × (1 + published real growth) × (1 + price change),
// the price change being that of the newest full year with both a level and a growth rate. Sections follow GDP. Proportional Denton–Cholette
// then leads through the printed quarters and makes those of every other year add to the newest annual figure: GDP as published, a section as
// its published share of GDP, taxes as what the shares leave. Quarters beyond the newest annual figure are forecasts (F).
func GDPQuarterly(n pipeline.Country) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "gdp-quarterly", Version: "2", Method: "gdp-quarterly",
		Country: n, Title: title("gdp-quarterly"),
		Inputs: []pipeline.Input{
			{Name: "quarters", Dataflow: "NA_VA", Key: "Q." + n.Area + "." + gdp + "+C+J+" + tax + "." + current},
			{Name: "years", Dataflow: "NA_VA", Key: "A." + n.Area + "." + gdp + "." + current},
			{Name: "growth", Dataflow: "NA_GROWTH", Key: "A+Q." + n.Area + "." + gdp},
			{Name: "structure", Dataflow: "NA_STRUCTURE", Key: "A." + n.Area + "."},
		},
		Outputs: []string{"NA_QUARTERLY_EST"},
		Compute: gdpQuarters,
	}
}

func gdpQuarters(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
	years := seriesOf(in.Newest("years"), "A", in.Country.Area, gdp, current)
	whole, err := carryGDP(in, years)
	if err != nil {
		return nil, err
	}
	var out pipeline.Result
	if whole != nil {
		if err := whole.give(&out, in.Detail, levelBenchmark(years)); err != nil {
			return nil, err
		}
	}
	for _, code := range carried {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part, err := carryPart(seriesOf(in.Newest("quarters"), "Q", in.Country.Area, code, current), in.Country.Area, code, whole)
		if err != nil {
			return nil, err
		}
		if part == nil {
			continue
		}
		b := shareBenchmark(years, seriesOf(in.Newest("structure"), "A", in.Country.Area, code))
		if code == tax {
			b = restBenchmark(years, in.Newest("structure"))
		}
		if err := part.give(&out, in.Detail, b); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// line is one activity by quarter: what is printed, and the indicator where nothing is.
type line struct {
	area     string // the nation
	code     string
	printed  series
	quarters []stat.Period
	x        []float64
	carried  []bool                     // the quarter is not printed
	basis    func(i int) []pipeline.Ref // what a carried quarter rests on, beside the line itself
	grow     func(i int) pipeline.Term  // what the indicator of a carried quarter is, over the same quarter of the year before
	steps    map[int]pipeline.Term      // indicators of carried quarters, as steps of a working
}

// term is the indicator of a quarter in a working: as printed, or carried from the year before.
func (l *line) term(i int) pipeline.Term {
	if !l.carried[i] {
		return l.printed.term(l.quarters[i])
	}
	t, known := l.steps[i]
	if !known {
		t = pipeline.InStep("indicator", l.quarters[i], productOf(l.term(i-4), l.grow(i)))
		if l.steps == nil {
			l.steps = map[int]pipeline.Term{}
		}
		l.steps[i] = t
	}
	return t
}

// carryGDP gives GDP by quarter as far as levels or growth are published; nil when no level is.
func carryGDP(in *pipeline.Inputs, years series) (*line, error) {
	growthQ := seriesOf(in.Newest("growth"), "Q", in.Country.Area, gdp)
	prices, priceRefs, priceTerm := priceChange(years, seriesOf(in.Newest("growth"), "A", in.Country.Area, gdp))
	l := &line{area: in.Country.Area, code: gdp, printed: seriesOf(in.Newest("quarters"), "Q", in.Country.Area, gdp, current)}
	l.basis = func(i int) []pipeline.Ref {
		return append([]pipeline.Ref{growthQ.ref(l.quarters[i], "growth")}, priceRefs...)
	}
	l.grow = func(i int) pipeline.Term { return productOf(grown(growthQ.term(l.quarters[i])), priceTerm) }
	first, last, ok := l.printed.span()
	if !ok {
		return nil, nil
	}
	for next := last.Next(); ; next = next.Next() {
		if _, known := growthQ.float(next); !known {
			break
		}
		last = next
	}
	for q := first; q.Compare(last) <= 0; q = q.Next() {
		x, known := l.printed.float(q)
		if !known {
			g, measured := growthQ.float(q)
			if !measured || len(l.x) < 4 {
				return nil, fault.New("recipe.gap", "series", l.printed.name(), "period", q.String())
			}
			x = l.x[len(l.x)-4] * (1 + g/100) * (1 + prices)
		}
		l.add(q, x, !known)
	}
	return l, nil
}

// carryPart gives an activity by quarter, as far as GDP goes or its own quarters are printed; those that are not follow GDP. It
// is nil when no quarter is.
func carryPart(printed series, area, code string, whole *line) (*line, error) {
	first, last, ok := printed.span()
	if !ok {
		return nil, nil
	}
	if whole != nil {
		first, last = earlier(first, whole.quarters[0]), later(last, whole.quarters[len(whole.quarters)-1])
	}
	l := &line{area: area, code: code, printed: printed}
	l.basis = func(i int) []pipeline.Ref {
		k := whole.index(l.quarters[i])
		var out []pipeline.Ref
		for _, j := range []int{k, k - 4} { // growth of GDP over the year
			out = append(out, whole.rests(j)...)
		}
		for j := k - 3; j < k; j++ { // GDP is carried on without a gap
			for _, ref := range whole.rests(j) {
				out = append(out, ref.As("quarter before"))
			}
		}
		return out
	}
	l.grow = func(i int) pipeline.Term {
		k := whole.index(l.quarters[i])
		return ratioOf(whole.term(k), whole.term(k-4))
	}
	for q := first; q.Compare(last) <= 0; q = q.Next() {
		x, known := printed.float(q)
		if !known {
			k := whole.index(q)
			if k < 4 || len(l.x) < 4 {
				return nil, fault.New("recipe.gap", "series", printed.name(), "period", q.String())
			}
			x = l.x[len(l.x)-4] * whole.x[k] / whole.x[k-4]
		}
		l.add(q, x, !known)
	}
	return l, nil
}

func earlier(a, b stat.Period) stat.Period {
	if b.Compare(a) < 0 {
		return b
	}
	return a
}

func later(a, b stat.Period) stat.Period {
	if b.Compare(a) > 0 {
		return b
	}
	return a
}

func (l *line) add(q stat.Period, x float64, carried bool) {
	l.quarters, l.x, l.carried = append(l.quarters, q), append(l.x, x), append(l.carried, carried)
}

// index gives the place of a quarter, -1 when the line has none.
func (l *line) index(q stat.Period) int {
	if l == nil || len(l.quarters) == 0 {
		return -1
	}
	i := (q.Year()-l.quarters[0].Year())*4 + q.Sub() - l.quarters[0].Sub()
	if i < 0 || i >= len(l.quarters) {
		return -1
	}
	return i
}

// rests names what the indicator of a quarter rests on: the printed figure, or the one a year before and its growth.
func (l *line) rests(i int) []pipeline.Ref {
	if !l.carried[i] {
		return []pipeline.Ref{l.printed.ref(l.quarters[i], "indicator")}
	}
	return append(l.rests(i-4), l.basis(i)...)
}

// priceChange gives the change of the GDP deflator in the newest year for which levels of it and the year before, and its real
// growth, are known, and the same as a formula of 1 + the change.
func priceChange(years, growth series) (float64, []pipeline.Ref, pipeline.Term) {
	ps := growth.periods()
	for i := len(ps) - 1; i >= 0; i-- {
		y := ps[i]
		now, ok := years.float(y)
		before, had := years.float(y.Add(-1))
		g, _ := growth.float(y)
		if ok && had && before > 0 {
			return now/before/(1+g/100) - 1, []pipeline.Ref{years.ref(y, "price change"), years.ref(y.Add(-1), "price change"), growth.ref(y, "price change")},
				pipeline.InStep("price-change", y, ratioOf(ratioOf(years.term(y), years.term(y.Add(-1))), grown(growth.term(y))))
		}
	}
	return 0, nil, pipeline.InStep("price-change", stat.Period{}, pipeline.Number(stat.Int(1)))
}
