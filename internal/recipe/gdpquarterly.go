package recipe

import (
	"nhipso/internal/fault"
	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// sections whose quarters the digital estimate needs besides GDP: manufacturing (with VSIC 26 inside), information and
// communication, and taxes less subsidies on products.
var carried = []string{"C", "J", tax}

// GDPQuarterly carries GDP and the sections that the digital estimate needs, at current prices, to the newest quarter with a
// published growth rate, and aligns all quarters with the newest annual figures.
//
// Published quarters are the indicator as long as they last. A later quarter has as indicator the same quarter of the year
// before × (1 + published real growth) × (1 + price change), the price change being that of the newest full year with both
// a level and a growth rate. Sections follow GDP. Proportional Denton–Cholette then makes the quarters of every year add to the
// newest annual figure: GDP as published, a section as its published share of GDP, taxes as what the shares leave. Quarters beyond
// the newest annual figure are forecasts (F), the others estimates (E), except that a quarter which comes out as printed keeps A.
func GDPQuarterly() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "gdp-quarterly", Version: "1", Method: "gdp-quarterly",
		Title: title("gdp-quarterly"),
		Inputs: []pipeline.Input{
			{Name: "quarters", Dataflow: "NA_VA", Key: "Q." + country + ".." + current},
			{Name: "years", Dataflow: "NA_VA", Key: "A." + country + ".." + current},
			{Name: "growth", Dataflow: "NA_GROWTH", Key: ""},
			{Name: "structure", Dataflow: "NA_STRUCTURE", Key: ""},
		},
		Outputs: []string{"NA_QUARTERLY_EST"},
		Compute: gdpQuarters,
	}
}

func gdpQuarters(in *pipeline.Inputs) (*pipeline.Result, error) {
	published := pick(in.Newest("quarters"), "Q", country, gdp, current)
	years := pick(in.Newest("years"), "A", country, gdp, current)
	growthQ := pick(in.Newest("growth"), "Q", country, gdp)
	growthA := pick(in.Newest("growth"), "A", country, gdp)
	first, lastPublished, ok := published.span()
	if !ok {
		return &pipeline.Result{}, nil
	}
	last := lastPublished
	for next := last.Next(); ; next = next.Next() {
		if _, known := growthQ.float(next); !known {
			break
		}
		last = next
	}
	prices, priceRefs := priceChange(years, growthA)

	indicator, quarters := []float64{}, []stat.Period{}
	for q := first; q.Compare(last) <= 0; q = q.Next() {
		x, known := published.float(q)
		if !known {
			g, measured := growthQ.float(q)
			if !measured || len(indicator) < 4 {
				return nil, fault.New("recipe.gap", "series", published.name(), "period", q.String())
			}
			x = indicator[len(indicator)-4] * (1 + g/100) * (1 + prices)
		}
		indicator, quarters = append(indicator, x), append(quarters, q)
	}
	refs := append(priceRefs, published.whole("indicator"), years.whole("benchmark"))
	if last != lastPublished {
		refs = append(refs, growthQ.whole("growth"))
	}
	var out pipeline.Result
	whole, err := align(indicator, quarters, func(y stat.Period) (stat.Decimal, bool) { return years.value(y) })
	if err != nil {
		return nil, err
	}
	out.Outputs = append(out.Outputs, whole.outputs(gdp, published, refs)...)

	for _, code := range carried {
		part := pick(in.Newest("quarters"), "Q", country, code, current)
		shares := pick(in.Newest("structure"), "A", country, code)
		from := append([]pipeline.Ref{part.whole("indicator")}, refs...)
		if code == tax {
			from = append(from, sections(in)...)
		} else {
			from = append(from, shares.whole("share of GDP"))
		}
		x := make([]float64, len(quarters))
		for i, q := range quarters {
			v, known := part.float(q)
			if !known {
				if i < 4 {
					return nil, fault.New("recipe.gap", "series", part.name(), "period", q.String())
				}
				v = x[i-4] * indicator[i] / indicator[i-4]
			}
			x[i] = v
		}
		aligned, err := align(x, quarters, func(y stat.Period) (stat.Decimal, bool) {
			total, ok := years.value(y)
			if !ok {
				return total, false
			}
			var pct stat.Decimal
			if code == tax {
				pct, ok = taxShare(in, y)
			} else {
				pct, ok = shares.value(y)
			}
			return percentOf(pct, total), ok
		})
		if err != nil {
			return nil, err
		}
		out.Outputs = append(out.Outputs, aligned.outputs(code, part, from)...)
	}
	return &out, nil
}

// priceChange gives the change of the GDP deflator in the newest year for which levels of it and the year before, and its real
// growth, are known.
func priceChange(years, growth series) (float64, []pipeline.Ref) {
	ps := growth.periods()
	for i := len(ps) - 1; i >= 0; i-- {
		y := ps[i]
		now, ok := years.float(y)
		before, had := years.float(y.Add(-1))
		g, _ := growth.float(y)
		if ok && had && before > 0 {
			return now/before/(1+g/100) - 1, []pipeline.Ref{years.ref(y, "price change"), years.ref(y.Add(-1), "price change"), growth.ref(y, "price change")}
		}
	}
	return 0, nil
}

// sections names the published shares of all sections, from which the share of taxes follows.
func sections(in *pipeline.Inputs) []pipeline.Ref {
	var out []pipeline.Ref
	seen := map[stat.Key]bool{}
	for _, v := range in.Newest("structure") {
		if !seen[v.Key] {
			seen[v.Key] = true
			out = append(out, pipeline.Ref{Dataflow: v.Dataflow, Key: v.Key, Role: "share of GDP"})
		}
	}
	return out
}

// taxShare gives 100 less the shares of all sections A to T of a year, or false when one of them is missing.
func taxShare(in *pipeline.Inputs, y stat.Period) (stat.Decimal, bool) {
	rest := hundred
	n := 0
	for _, v := range in.Newest("structure") {
		if v.Period == y && v.Value != nil && len(v.Key.Codes()[2]) == 1 {
			rest = rest.Sub(*v.Value)
			n++
		}
	}
	return rest, n == 20
}

// aligned is a quarterly series that adds to annual totals.
type aligned struct {
	quarters []stat.Period
	values   []stat.Decimal
	bound    []bool // the quarter lies in a year with a total
}

// align benchmarks quarters to the annual totals that are known, by proportional Denton–Cholette, and rounds them to the billion's
// fourth decimal so that they add to the total to the last digit.
func align(indicator []float64, quarters []stat.Period, total func(year stat.Period) (stat.Decimal, bool)) (*aligned, error) {
	a := &aligned{quarters: quarters, values: make([]stat.Decimal, len(quarters)), bound: make([]bool, len(quarters))}
	var targets []temporal.Target
	type year struct {
		start int
		total stat.Decimal
	}
	var years []year
	for i, q := range quarters {
		if q.Sub() != 1 || i+4 > len(quarters) {
			continue
		}
		y := stat.Year(q.Year())
		t, ok := total(y)
		if !ok {
			continue
		}
		var terms []temporal.Term
		for k := range 4 {
			terms = append(terms, temporal.Term{Index: i + k, Weight: 1})
			a.bound[i+k] = true
		}
		targets = append(targets, temporal.Target{Name: y.String(), Terms: terms, Value: t.Float64()})
		years = append(years, year{i, t})
	}
	fit, err := temporal.Benchmark(indicator, targets, temporal.BenchmarkOptions{})
	if err != nil {
		return nil, err
	}
	for i, v := range fit.Values {
		if a.values[i], err = stat.FromFloat(v, 4); err != nil {
			return nil, err
		}
	}
	for _, y := range years {
		rounded, err := stat.RoundToTotal(fit.Values[y.start:y.start+4], y.total, 4)
		if err != nil {
			return nil, err
		}
		copy(a.values[y.start:], rounded)
	}
	return a, nil
}

func (a *aligned) outputs(code string, published series, from []pipeline.Ref) []pipeline.Output {
	var out []pipeline.Output
	for i, q := range a.quarters {
		status := stat.Forecast
		if a.bound[i] {
			status = stat.Estimated
		}
		if v, ok := published.value(q); ok && v.Cmp(a.values[i]) == 0 {
			status = stat.Normal
		}
		out = append(out, output("NA_QUARTERLY_EST", stat.NewKey("Q", country, code, current), q, a.values[i], status,
			stat.Attributes{stat.AttrDecimals: "0"}, from...))
	}
	return out
}
