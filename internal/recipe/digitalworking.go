package recipe

import (
	"strings"

	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// digitalWorking writes the quarterly model out as terms: indicators, yearly benchmarks, and the equations of both methods.
type digitalWorking struct {
	m        *quarterlyModel
	official officialQuarters
	x, low   map[string][]pipeline.Term // by part: the indicator by quarter, to the end of the last year; the benchmark by year
	denton   map[string]*pipeline.System
	chowlin  map[string][]*pipeline.System // one for each ρ
	rho      map[string][]float64
	first    map[string]pipeline.Term // indicator of the first year, in which the regression counts
}

// newDigitalWorking lays the terms out from the inputs of the recipe.
func newDigitalWorking(in *pipeline.Inputs, m *quarterlyModel, official officialQuarters) (*digitalWorking, error) {
	w := &digitalWorking{m: m, official: official, x: map[string][]pipeline.Term{}, low: map[string][]pipeline.Term{}, denton: map[string]*pipeline.System{},
		chowlin: map[string][]*pipeline.System{}, rho: map[string][]float64{}, first: map[string]pipeline.Term{}}
	weight, err := w.weight(in)
	if err != nil {
		return nil, err
	}
	c, j, taxes := seriesOf(in.Newest("quarters"), "Q", in.Country.Area, "C", current), seriesOf(in.Newest("quarters"), "Q", in.Country.Area, "J", current), seriesOf(in.Newest("quarters"), "Q", in.Country.Area, tax, current)
	for _, q := range m.quarters {
		x := pipeline.InStep("indicator-core", q, sumOf(j.term(q), productOf(weight, c.term(q))))
		w.x[core] = append(w.x[core], x)
		w.x[digitalised] = append(w.x[digitalised], pipeline.InStep("indicator-digitalised", q, less(less(m.quarter.term(q), taxes.term(q)), x)))
	}
	w.benchmarks(in)
	for _, p := range parts {
		w.prolong(p)
		w.equations(p)
		if err := w.regressions(p); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// weight is κ, the part of section C that counts as electronics.
func (w *digitalWorking) weight(in *pipeline.Inputs) (pipeline.Term, error) {
	va, c := seriesOf(in.Newest("va"), "A", in.Country.Area, in.Country.Official, total, latest), seriesOf(in.Newest("quarters"), "Q", in.Country.Area, "C", current)
	said, from, to, err := statementTerm(in, va)
	if err != nil {
		return pipeline.Term{}, err
	}
	var digital, manufacturing []pipeline.Term
	for y := max(from, w.m.years[0].Year()); y <= to; y++ {
		var quarters []pipeline.Term
		for _, q := range stat.Year(y).Within(stat.Quarterly) {
			if _, ok := c.value(q); ok {
				quarters = append(quarters, c.term(q))
			}
		}
		if _, ok := va.value(stat.Year(y)); ok && len(quarters) == 4 {
			digital, manufacturing = append(digital, va.term(stat.Year(y))), append(manufacturing, quarters...)
		}
	}
	if len(digital) == 0 {
		return integer(0), nil
	}
	return pipeline.InStep("electronics-weight", stat.Period{}, productOf(said, ratioOf(sumOf(digital...), sumOf(manufacturing...)))), nil
}

// statementTerm is the published part of electronics as a fraction, with the years that it speaks of.
func statementTerm(in *pipeline.Inputs, va series) (said pipeline.Term, from, to int, err error) {
	_, refs, from, to, err := statement(in, va)
	if err == nil && len(refs) > 0 && refs[0].Dataflow == "DE_SPLIT" {
		return ratioOf(pipeline.Figure(refs[0]), integer(100)), from, to, nil
	}
	return pipeline.Param("electronics-share"), from, to, err
}

// benchmarks are the levels of a year by part, brought to the published total where they miss it by rounding (levelsOf).
func (w *digitalWorking) benchmarks(in *pipeline.Inputs) {
	va := seriesOf(in.Newest("va"), "A", in.Country.Area, in.Country.Official, total, latest)
	share := seriesOf(in.Newest("part"), "A", in.Country.Area, in.Country.Official, digitalised)
	for k, y := range w.m.years {
		c, d := w.m.total[core][k], w.m.total[digitalised][k]
		if _, known := va.value(y); known && missesTotal(share, y) {
			d = ratioOf(productOf(va.term(y), d), sumOf(c, d))
			c = less(va.term(y), pipeline.InStep("benchmark-digitalised", y, d))
		}
		w.low[core] = append(w.low[core], pipeline.InStep("benchmark-core", y, c))
		w.low[digitalised] = append(w.low[digitalised], pipeline.InStep("benchmark-digitalised", y, d))
	}
}

// prolong carries the indicator to the end of its last year: a year before, times the growth of the quarters that are known.
func (w *digitalWorking) prolong(part string) {
	x := w.x[part]
	known := len(x) % 4
	if known == 0 {
		return
	}
	n := len(x)
	last := w.m.quarters[n-1]
	growth := pipeline.InStep("growth-of-known", stat.Year(last.Year()), ratioOf(sumOf(x[n-known:]...), sumOf(x[n-known-4:n-4]...)))
	for i := n; i < n-known+4; i++ {
		last = last.Next()
		x = append(x, pipeline.InStep("indicator-"+strings.ToLower(part), last, productOf(x[i-4], growth)))
	}
	w.x[part] = x
}

// equations states the enhanced proportional Denton–Cholette of a part: beyond the last benchmark the ratio of the year goes on with its mean growth.
func (w *digitalWorking) equations(part string) {
	x, n := w.x[part], len(w.m.years)
	year := func(k int) pipeline.Term { return sumOf(x[4*k : 4*k+4]...) }
	ratio := func(k int) pipeline.Term {
		return pipeline.InStep("ratio", w.m.years[k], ratioOf(w.low[part][k], year(k)))
	}
	last := ratio(n - 1)
	growth := pipeline.InStep("ratio-growth", stat.Period{}, powerOf(ratioOf(last, ratio(0)), ratioOf(integer(1), integer(n-1))))
	var aims []sumTo
	var periods []stat.Period
	for k := 0; 4*k < len(x); k++ {
		y := stat.Year(w.m.years[0].Year() + k)
		aim := sumTo{at: []int{4 * k, 4*k + 1, 4*k + 2, 4*k + 3}}
		if k < n {
			aim.total = &w.low[part][k]
		} else {
			last = pipeline.InStep("ratio", y, productOf(last, growth))
			ahead := pipeline.InStep("benchmark-ahead", y, productOf(last, year(k)))
			aim.total = &ahead
		}
		aims = append(aims, aim)
		periods = append(periods, y.Within(stat.Quarterly)...)
	}
	w.denton[part] = proportional(x, periods, aims)
}

// regressions states Chow–Lin of a part, once for each ρ over which it is averaged.
func (w *digitalWorking) regressions(part string) error {
	n := len(w.m.years)
	w.rho[part] = temporal.PriorRho()
	if n >= temporal.FewPeriods {
		fit, err := chowLinPart(w.m.low[part], w.m.x[part])
		if err != nil {
			return err
		}
		if fit.Method != temporal.ChowLin {
			w.rho[part] = nil // a random walk took its place: no working
			return nil
		}
		w.rho[part] = []float64{fit.Rho}
	}
	var sums []pipeline.Term
	for k, y := range w.m.years {
		sums = append(sums, pipeline.InStep("indicator-"+strings.ToLower(part), y, sumOf(w.x[part][4*k:4*k+4]...)))
	}
	w.first[part] = sums[0]
	for i, rho := range w.rho[part] {
		w.chowlin[part] = append(w.chowlin[part], regressed(w.low[part], sums, w.m.years, rho, i+1))
	}
	return nil
}

// value is the value added of a part in a quarter by one method; nil where what was printed of another quarter of its year moved it.
func (w *digitalWorking) value(method, part string, i int) *pipeline.Formula {
	year := stat.Year(w.m.quarters[i].Year())
	for _, q := range year.Within(stat.Quarterly) {
		for _, c := range []string{total, core, digitalised} {
			if w.official.has(c, q) {
				return nil
			}
		}
	}
	if method == denton {
		return pipeline.Rounded(productOf(w.x[part][i], pipeline.Solved(w.denton[part], i)), 4)
	}
	n := len(w.m.years)
	var each []pipeline.Term
	for g, s := range w.chowlin[part] {
		sum := []pipeline.Term{ratioOf(pipeline.Solved(s, n), integer(4)), productOf(pipeline.Solved(s, n+1), ratioOf(w.x[part][i], w.first[part]))}
		for k := range n {
			sum = append(sum, productOf(plain(quarterCovariance(w.rho[part][g], i, k)), pipeline.Solved(s, k)))
		}
		at := pipeline.InStep("at-rho", w.m.quarters[i], sumOf(sum...))
		at.Step.Number = g + 1
		each = append(each, at)
	}
	if each == nil {
		return nil
	}
	return pipeline.Rounded(pipeline.Apply(pipeline.OpMean, each...), 4)
}
