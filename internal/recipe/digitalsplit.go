package recipe

import (
	"nhipso/internal/cube"
	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// ordinaryChange is the yardstick of the soft averages: yearly changes of a tenth of a point are ordinary.
const ordinaryChange = 0.1

// DigitalSplit gives core and digitalised shares of GDP for every year of the NSO series, 2020 on. The office prints the two parts
// for some years and as averages of several years; the years between are the smoothest path (least sum of squared yearly
// changes) that meets the printed years exactly and the printed averages within their rounding.
//
// A printed part counts as exact only when it was printed together with the newest total of its year: 7.77 and 4.91 for 2022
// belong to a total of 12.67, since revised to 12.83, and are not used. Years that are not printed are estimates of ours (status E).
func DigitalSplit() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-split", Version: "1", Method: "digital-split",
		Title: title("digital-split"),
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A." + country + "." + nso + ".", History: true},
			{Name: "average", Dataflow: "DE_SHARE", Key: "N." + country + "." + nso + "."},
		},
		Outputs: []string{"DE_SHARE_EST"},
		Compute: func(in *pipeline.Inputs) (*pipeline.Result, error) { return split(in, nil) },
	}
}

// split gives the path; wobble, when given, is a movement of its own from year to year that the path follows between what is printed (nil: none).
func split(in *pipeline.Inputs, wobble []float64) (*pipeline.Result, error) {
	totals := pick(in.Newest("share"), "A", country, nso, total)
	printed := printedWith(in.History("share"), totals)
	averages := pick(in.Newest("average"), "N", country, nso, digitalised)
	first, last, ok := totals.span()
	if !ok {
		return &pipeline.Result{}, nil
	}
	n := last.Year() - first.Year() + 1
	indicator := make([]float64, n)
	for i := range indicator {
		indicator[i] = 1 // additive form: only differences from a constant matter
		if i < len(wobble) {
			indicator[i] += wobble[i]
		}
	}
	var targets []temporal.Target
	var used []pipeline.Ref
	for i := range n {
		if v, ok := printed[stat.Year(first.Year()+i)]; ok {
			targets = append(targets, temporal.Target{Name: v.Period.String(), Terms: []temporal.Term{{Index: i, Weight: 1}}, Value: v.Value.Float64()})
			used = append(used, refTo(v, "printed part"))
		}
	}
	for _, p := range averages.periods() {
		var terms []temporal.Term
		years := p.Within(stat.Annual)
		for _, y := range years {
			if i := y.Year() - first.Year(); i >= 0 && i < n {
				terms = append(terms, temporal.Term{Index: i, Weight: 1 / float64(len(years))})
			}
		}
		if len(terms) != len(years) || len(years) == 0 {
			continue
		}
		v, _ := averages.float(p)
		// A figure printed with two decimals lies anywhere within 0.005: variance 0.01²/12 of a uniform error.
		targets = append(targets, temporal.Target{Name: p.String(), Terms: terms, Value: v, Variance: 0.01 * 0.01 / 12})
		used = append(used, averages.ref(p, "printed average"))
	}
	if len(targets) == 0 {
		return &pipeline.Result{}, nil
	}
	path, err := temporal.Benchmark(indicator, targets, temporal.BenchmarkOptions{Form: temporal.Additive, CorrectionVariance: ordinaryChange * ordinaryChange})
	if err != nil {
		return nil, err
	}
	var out pipeline.Result
	for i := range n {
		y := stat.Year(first.Year() + i)
		whole, ok := totals.value(y)
		if !ok {
			continue
		}
		var part stat.Decimal
		status := stat.Estimated
		from := append([]pipeline.Ref{totals.ref(y, "total")}, used...)
		if v, exact := printed[y]; exact {
			part, status = *v.Value, stat.Normal
			from = []pipeline.Ref{totals.ref(y, "total"), refTo(v, "printed part")}
		} else if part, err = stat.FromFloat(path.Values[i], 4); err != nil {
			return nil, err
		}
		for _, c := range []struct {
			code  string
			value stat.Decimal
		}{{digitalised, part}, {core, whole.Sub(part)}} {
			attrs := stat.Attributes{stat.AttrDecimals: "2"}
			if status == stat.Estimated {
				attrs[stat.AttrMark] = string(stat.MarkInferred)
			}
			out.Outputs = append(out.Outputs, output("DE_SHARE_EST", stat.NewKey("A", country, nso, c.code), y, c.value, status, attrs, from...))
		}
	}
	return &out, nil
}

// printedWith gives, by year, the digitalised share printed on the day of the newest total of that year.
func printedWith(history []cube.Version, totals series) map[stat.Period]cube.Version {
	out := map[stat.Period]cube.Version{}
	for _, v := range history {
		t, ok := totals.at[v.Period]
		if ok && v.Value != nil && v.Key == stat.NewKey("A", country, nso, digitalised) && v.Vintage.Date == t.Vintage.Date {
			out[v.Period] = v
		}
	}
	return out
}
