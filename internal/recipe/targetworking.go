package recipe

import (
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/monitor"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// by gives the newest output its working, when workings are asked for.
func (a aim) by(out *pipeline.Result, measure string, t pipeline.Term) {
	if !a.detail {
		return
	}
	digits := 4
	if a.rank && measure != "PROB" {
		digits = 0
	}
	by(out, pipeline.Rounded(t, digits))
}

// readings are the figures that a forecast rests on, one a day: of two that end on one day the later in the list.
func (a aim) readings() (figures []cube.Version, days []stat.Date) {
	at := map[stat.Date]cube.Version{}
	for i, p := range a.points {
		if p.Day.After(a.target.Due) {
			continue
		}
		if _, known := at[p.Day]; !known {
			days = append(days, p.Day)
		}
		at[p.Day] = a.figures[i]
	}
	slices.SortFunc(days, stat.Date.Compare)
	for _, d := range days {
		figures = append(figures, at[d])
	}
	return figures, days
}

// forecast writes the forecast and the probability of monitor.Judge out: the newest figure and the mean yearly change, and how far the target
// lies from them in standard deviations.
func (a aim) forecast() (mean, probability pipeline.Term) {
	figures, days := a.readings()
	n, none := len(figures)-1, stat.Period{}
	years := func(name string, from, to stat.Date) pipeline.Term {
		return pipeline.InStep(name, none, ratioOf(integer(to.Sub(from)), pipeline.Number(stat.MustDecimal("365.25"))))
	}
	first, last := figure(figures[0]), figure(figures[n])
	span, ahead := years("years-known", days[0], days[n]), years("years-ahead", days[n], a.target.Due)
	drift := pipeline.InStep("drift", none, ratioOf(less(last, first), span))
	mean = sumOf(last, productOf(ahead, drift))
	if a.target.Percent {
		mean = pipeline.Apply(pipeline.OpLargest, integer(0), pipeline.Apply(pipeline.OpLeast, integer(100), mean))
	}
	mean = pipeline.InStep("forecast", none, mean)
	var variance pipeline.Term
	if monitor.SpreadKnown(len(figures)) {
		var squares []pipeline.Term
		for i := 1; i <= n; i++ {
			dt := ratioOf(integer(days[i].Sub(days[i-1])), pipeline.Number(stat.MustDecimal("365.25")))
			miss := less(less(figure(figures[i]), figure(figures[i-1])), productOf(drift, dt))
			squares = append(squares, ratioOf(pipeline.Apply(pipeline.OpSquare, miss), dt))
		}
		variance = ratioOf(sumOf(squares...), integer(n-1))
	} else {
		variance = pipeline.Apply(pipeline.OpSquare, productOf(plain(monitor.UnknownSpread), drift))
	}
	variance = pipeline.InStep("yearly-variance", none, variance)
	sd := pipeline.InStep("standard-error", none, pipeline.Apply(pipeline.OpRoot, productOf(variance, ahead, sumOf(integer(1), ratioOf(ahead, span)))))
	beyond := less(mean, figure(a.version))
	if a.target.Direction < 0 {
		beyond = less(figure(a.version), mean)
	}
	return mean, productOf(pipeline.Apply(pipeline.OpNormal, ratioOf(beyond, sd)), integer(100))
}
