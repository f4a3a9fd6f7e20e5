package recipe

import (
	"context"
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/cube"
	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// DigitalQuarterly gives digital value added and its share of GDP by quarter, NSO definition, from 2020 to the newest quarter with an
// indicator. Core and digitalised parts are estimated apart and added.
//
//   - Benchmarks: the share of the part × the newest GDP of the year.
//   - Indicator of the core: value added of section J plus κ times section C. κ stands for electronics (VSIC 26), of which only
//     the annual statement "more than 30 % of digital value added" is published: κ = that part × digital value added / value added of C, over
//     the years of the statement. The statement is read from DE_SPLIT; the parameters repeat it (document NSO-2024) for a cube without it. Indicator of the digitalised part: GDP less taxes on products less the core indicator.
//   - Method DENTON (default): proportional Denton–Cholette, so four quarters add to the year exactly. Beyond the last annual figure it is
//     the enhanced form: the year's ratio of benchmark to indicator is carried on with the mean of its last changes.
//   - Method CHOWLIN: Chow–Lin with ρ averaged over a prior, since six years do not identify it. It is the model that gives variances:
//     the intervals of both methods are Student intervals of the given level with its standard errors, parts taken as independent. A
//     nowcast's standard error is never less than the root mean square error of the back-test.
//
// Quarters of years with a benchmark are estimates (E); later ones are nowcasts (F). A quarter whose share the office prints is given as
// printed, without an interval, and the other quarters of its year share what it leaves.
func DigitalQuarterly(n pipeline.Country) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-quarterly", Version: "3", Method: "digital-quarterly",
		Country: n, Title: title("digital-quarterly"),
		Params: map[string]string{
			"electronics-share": "0.30", // of digital value added in VSIC 26, where DE_SPLIT has no statement: ">30 %" as published in NSO-2024
			"statement-from":    "2020",
			"statement-to":      "2023",
			"level":             "95",
		},
		Inputs: []pipeline.Input{
			{Name: "part", Dataflow: "DE_SHARE_EST", Key: "A." + n.Area + "." + n.Official + "."},
			{Name: "va", Dataflow: "DE_VA", Key: "A." + n.Area + "." + n.Official + "." + total + "." + latest},
			{Name: "gdp", Dataflow: "NA_VA", Key: "A." + n.Area + "." + gdp + "." + current},
			{Name: "quarters", Dataflow: "NA_QUARTERLY_EST", Key: "Q." + n.Area + ".." + current},
			{Name: "electronics", Dataflow: "DE_SPLIT", Key: "A+N." + n.Area + "." + n.Official + "." + electronic},
			{Name: "official", Dataflow: "DE_SHARE", Key: "Q." + n.Area + "." + n.Official + "."},
		},
		Outputs: []string{"DE_QUARTERLY"},
		Compute: digitalQuarters,
	}
}

// electronic is the component of digital value added that the statement on electronics speaks of.
const electronic = "ELECTRONICS"

// quarterlyModel is the data of the recipe laid out for the methods: T quarters, the first of them a first quarter, and N years.
type quarterlyModel struct {
	country  pipeline.Country
	quarters []stat.Period
	gdp      []float64
	exactGDP []stat.Decimal
	years    []stat.Period
	x        map[string][]float64      // indicator by part
	low      map[string][]float64      // benchmark by part
	exact    map[string][]stat.Decimal // the same, exactly
	kappa    float64
	refs     []pipeline.Ref
	total    map[string][]pipeline.Term // benchmark by part, as a formula
	quarter  series                     // GDP of the quarter
	working  *digitalWorking            // nil unless asked for
}

var parts = []string{core, digitalised}

// layOut gives the data of the model; nil when no year has everything.
func layOut(in *pipeline.Inputs) (*quarterlyModel, error) {
	year := seriesOf(in.Newest("gdp"), "A", in.Country.Area, gdp, current)
	whole := seriesOf(in.Newest("quarters"), "Q", in.Country.Area, gdp, current)
	c := seriesOf(in.Newest("quarters"), "Q", in.Country.Area, "C", current)
	j := seriesOf(in.Newest("quarters"), "Q", in.Country.Area, "J", current)
	taxes := seriesOf(in.Newest("quarters"), "Q", in.Country.Area, tax, current)
	va := seriesOf(in.Newest("va"), "A", in.Country.Area, in.Country.Official, total, latest)
	m := &quarterlyModel{country: in.Country, x: map[string][]float64{}, low: map[string][]float64{}, exact: map[string][]stat.Decimal{}, total: map[string][]pipeline.Term{}, quarter: whole}

	share := map[string]series{}
	for _, p := range parts {
		share[p] = seriesOf(in.Newest("part"), "A", in.Country.Area, in.Country.Official, p)
	}
	first, last, ok := share[core].span()
	if !ok {
		return nil, nil
	}
	electronicsShare, weightRefs, from, to, err := statement(in, va)
	if err != nil {
		return nil, err
	}
	kappa := electronicsWeight(electronicsShare, max(from, first.Year()), to, va, c)
	m.kappa = kappa
	for q := stat.Quarter(first.Year(), 1); ; q = q.Next() {
		g, ok := whole.value(q)
		vc, okC := c.float(q)
		vj, okJ := j.float(q)
		vt, okT := taxes.float(q)
		if !ok || !okC || !okJ || !okT {
			break
		}
		m.quarters = append(m.quarters, q)
		m.exactGDP = append(m.exactGDP, g)
		m.gdp = append(m.gdp, g.Float64())
		x := vj + kappa*vc
		m.x[core] = append(m.x[core], x)
		m.x[digitalised] = append(m.x[digitalised], g.Float64()-vt-x)
	}
	for y := first; y.Compare(last) <= 0 && 4*(len(m.years)+1) <= len(m.quarters); y = y.Next() {
		levels, known := levelsOf(y, year, va, share)
		if !known {
			break
		}
		if missesTotal(share[core], y) {
			weightRefs = append(weightRefs, va.ref(y, "total of the year"))
		}
		m.years = append(m.years, y)
		for _, p := range parts {
			m.exact[p] = append(m.exact[p], levels[p])
			m.low[p] = append(m.low[p], levels[p].Float64())
			m.total[p] = append(m.total[p], partOf(share[p].term(y), year.term(y)))
		}
	}
	if len(m.years) == 0 {
		return nil, nil
	}
	last = m.years[len(m.years)-1]
	q0, q1 := m.quarters[0], m.quarters[len(m.quarters)-1]
	m.refs = append([]pipeline.Ref{year.between(first, last, "GDP of the year"), whole.between(q0, q1, "GDP of the quarter"), c.between(q0, q1, "indicator"),
		j.between(q0, q1, "indicator"), taxes.between(q0, q1, "indicator"), share[core].between(first, last, "benchmark"),
		share[digitalised].between(first, last, "benchmark")}, weightRefs...)
	return m, nil
}

// levelsOf gives the benchmarks of a year, share × GDP. Printed parts that miss their total by rounding are brought to it in proportion, so that
// the quarters of both add to the published whole.
func levelsOf(y stat.Period, year, va series, share map[string]series) (map[string]stat.Decimal, bool) {
	total, known := year.value(y)
	c, okC := share[core].value(y)
	d, okD := share[digitalised].value(y)
	if !known || !okC || !okD {
		return nil, false
	}
	levels := map[string]stat.Decimal{core: percentOf(c, total), digitalised: percentOf(d, total)}
	if share[digitalised].at[y].Attributes[stat.AttrResidue] == "" {
		return levels, true
	}
	whole, known := va.value(y)
	sum := levels[core].Add(levels[digitalised])
	if !known || sum.Sign() <= 0 {
		return levels, true
	}
	part, err := whole.Mul(levels[digitalised]).Quo(sum)
	if err != nil {
		return nil, false
	}
	levels[digitalised] = part.Round(4)
	levels[core] = whole.Sub(levels[digitalised])
	return levels, true
}

// missesTotal reports whether the parts of a year were kept as printed and miss their total.
func missesTotal(part series, y stat.Period) bool {
	return part.at[y].Attributes[stat.AttrResidue] != ""
}

// statement gives the published part of electronics in digital value added and the years that it speaks of, with what the weight made of it
// rests on: the statement where the cube has it, otherwise the parameters.
func statement(in *pipeline.Inputs, va series) (part float64, refs []pipeline.Ref, from, to int, err error) {
	number := func(name string) (n int) {
		if err == nil {
			n, err = strconv.Atoi(in.Params[name])
		}
		return n
	}
	var said *cube.Version
	for _, v := range in.Newest("electronics") {
		if v.Value != nil && (said == nil || v.Period.To().After(said.Period.To())) {
			said = &v
		}
	}
	if said != nil {
		part, from, to = said.Value.Float64()/100, said.Period.From().Year(), said.Period.To().Year()
		refs = append(refs, refTo(*said, "weight of electronics"))
	} else {
		if part, err = strconv.ParseFloat(in.Params["electronics-share"], 64); err != nil {
			return 0, nil, 0, 0, err
		}
		from, to = number("statement-from"), number("statement-to")
	}
	for y := from; y <= to; y++ {
		if _, ok := va.value(stat.Year(y)); ok {
			refs = append(refs, va.ref(stat.Year(y), "weight of electronics"))
		}
	}
	return part, refs, from, to, err
}

// electronicsWeight gives κ: the part of section C that counts as electronics, over the years of the statement.
func electronicsWeight(part float64, from, to int, va, c series) float64 {
	var digital, manufacturing float64
	for y := from; y <= to; y++ {
		d, ok := va.float(stat.Year(y))
		var sum float64
		n := 0
		for _, q := range stat.Year(y).Within(stat.Quarterly) {
			if v, known := c.float(q); known {
				sum += v
				n++
			}
		}
		if ok && n == 4 {
			digital, manufacturing = digital+d, manufacturing+sum
		}
	}
	if manufacturing == 0 {
		return 0
	}
	return part * digital / manufacturing
}

func digitalQuarters(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
	m, err := layOut(in)
	if err != nil {
		return nil, err
	}
	official := readOfficial(in)
	var out pipeline.Result
	official.give(&out)
	if m == nil || len(m.years) < 3 { // fewer leave a regression nothing to judge itself by
		return &out, nil
	}
	m.refs = append(m.refs, official.between(m.quarters)...)
	percentLevel, err := strconv.ParseFloat(in.Params["level"], 64)
	if err != nil {
		return nil, err
	}
	if in.Detail {
		if m.working, err = newDigitalWorking(in, m, official); err != nil {
			return nil, err
		}
	}
	n := len(m.years)
	byMethod := map[string]map[string][]stat.Decimal{denton: {}, chowlin: {}}
	se := make([]float64, len(m.quarters)) // of the total
	partSE := map[string][]float64{}
	freedom := math.Inf(1)
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d, err := extend(m.low[p], m.x[p])
		if err != nil {
			return nil, err
		}
		if byMethod[denton][p], err = addUp(d, m.exact[p]); err != nil {
			return nil, err
		}
		cl, err := chowLinPart(m.low[p], m.x[p])
		if err != nil {
			return nil, err
		}
		if byMethod[chowlin][p], err = addUp(cl.Values, m.exact[p]); err != nil {
			return nil, err
		}
		partSE[p] = cl.SE
		for i, s := range cl.SE {
			se[i] = math.Hypot(se[i], s)
		}
		freedom = math.Min(freedom, float64(n-len(cl.Beta)))
		out.Diagnostics = append(out.Diagnostics, pipeline.Diagnostic{Table: "model", Row: map[string]string{
			"component": p, "kappa": fixed(m.kappa, 4), "rho": fixed(cl.Rho, 3), "constant": fixed(cl.Beta[0], 1), "slope": fixed(cl.Beta[len(cl.Beta)-1], 5),
			"r2": fixed(cl.R2, 4), "durbin-watson": fixed(cl.DurbinWatson, 2), "sigma": fixed(math.Sqrt(cl.Sigma2), 1), "years": strconv.Itoa(n)}})
	}
	partSE[total] = se
	tests, missed, err := m.backTest(ctx, percentLevel)
	if err != nil {
		return nil, err
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(0.5 + percentLevel/200)
	for _, method := range []string{denton, chowlin} {
		values := byMethod[method]
		official.lead(values, m)
		values[total] = make([]stat.Decimal, len(m.quarters))
		for i := range m.quarters {
			values[total][i] = values[core][i].Add(values[digitalised][i])
		}
		for _, p := range []string{total, core, digitalised} {
			for i, q := range m.quarters {
				if official.has(p, q) {
					continue
				}
				status := stat.Forecast
				if i < 4*n {
					status = stat.Estimated
				}
				width := partSE[p][i]
				if status == stat.Forecast {
					// A model fitted to six years is surer of itself than its record: a nowcast is never said to be better than the
					// back-test found nowcasts to be.
					width = math.Max(width, missed[p]*m.gdp[i])
				}
				o, err := m.pair(method, p, i, q, values[p][i], width, t, percentLevel, status)
				if err != nil {
					return nil, err
				}
				out.Outputs = append(out.Outputs, o...)
			}
		}
	}
	out.Diagnostics = append(out.Diagnostics, tests...)
	return &out, nil
}

// pair gives value added and share of one quarter, with their intervals.
func (m *quarterlyModel) pair(method, part string, i int, q stat.Period, value stat.Decimal, se, t, level float64, status stat.Status) ([]pipeline.Output, error) {
	share100, err := value.Mul(hundred).Quo(m.exactGDP[i])
	if err != nil {
		return nil, err
	}
	var out []pipeline.Output
	for _, x := range []struct {
		measure  string
		value    stat.Decimal
		scale    float64
		decimals int
		attrs    stat.Attributes
	}{
		{"VA", value, 1, 0, stat.Attributes{"UNIT_MEASURE": m.country.Currency, "UNIT_MULT": "9", stat.AttrDecimals: "0"}},
		{"SHARE", share100.Round(6), 100 / m.gdp[i], 2, stat.Attributes{"UNIT_MEASURE": "PC_GDP", stat.AttrDecimals: "2"}},
	} {
		for name, bound := range map[string]float64{
			stat.AttrLower: x.value.Float64() - t*se*x.scale, stat.AttrUpper: x.value.Float64() + t*se*x.scale, stat.AttrStdErr: se * x.scale} {
			d, err := stat.FromFloat(bound, x.decimals+2)
			if err != nil {
				return nil, err
			}
			x.attrs[name] = d.String()
		}
		x.attrs[stat.AttrLevel] = fixed(level, 0)
		// The quarter's parts, its split and its electronics weight are inferred, so no estimate of a quarter is better evidence than that.
		x.attrs[stat.AttrMark] = string(stat.MarkInferred)
		out = append(out, output("DE_QUARTERLY", stat.NewKey("Q", m.country.Area, m.country.Official, part, method, x.measure), q, x.value, status, x.attrs, m.refs...).
			By(m.formula(method, part, x.measure, i)))
	}
	return out, nil
}

// formula says how the figure of one quarter came about: the parts by the method, their total and the share by arithmetic from them.
func (m *quarterlyModel) formula(method, part, measure string, i int) *pipeline.Formula {
	q := m.quarters[i]
	beside := func(part string) pipeline.Term {
		return pipeline.Beside(cube.Cell{Dataflow: "DE_QUARTERLY", Key: stat.NewKey("Q", m.country.Area, m.country.Official, part, method, level), Period: q})
	}
	name, year := "denton", min(i/4, len(m.years)-1)
	if method == chowlin {
		name = "chow-lin"
	}
	f := &pipeline.Formula{}
	switch {
	case m.working != nil && measure == level && part != total:
		if f := m.working.value(method, part, i); f != nil {
			return f
		}
	case measure == share:
		name, f = name+"-of", pipeline.Rounded(inPercent(beside(part), m.quarter.term(q)), 6)
	case part == total:
		name, f = name+"-of", pipeline.Arithmetic(sumOf(beside(core), beside(digitalised)))
	}
	if i >= 4*len(m.years) {
		name += "-ahead"
	}
	var benchmark []pipeline.Term
	for _, p := range parts {
		if part == total || part == p {
			benchmark = append(benchmark, m.total[p][year])
		}
	}
	f.Method, f.Facts = name, []pipeline.Fact{fact("total", sumOf(benchmark...))}
	return f
}

// extend is proportional Denton–Cholette with the enhanced extrapolation of IMF WP/12/169: beyond the last benchmark the annual ratio
// of benchmark to indicator goes on with its mean growth, since a ratio that has been rising is not expected to stand still.
func extend(low, x []float64) ([]float64, error) {
	rule := temporal.MeanGrowth
	if len(low) < 2 {
		rule = temporal.LastRatio
	}
	fit, err := temporal.Extrapolate(x, low, temporal.Extrapolation{Frequency: 4, Rule: rule}, temporal.BenchmarkOptions{})
	if err != nil {
		return nil, err
	}
	return fit.Values, nil
}

// chowLinPart disaggregates with a constant and one indicator; with fewer than ten years ρ is averaged over its prior.
func chowLinPart(low, x []float64) (*temporal.Disaggregated, error) {
	return temporal.Disaggregate(low, [][]float64{x}, temporal.Options{Frequency: 4, Conversion: temporal.Sum, Names: []string{"indicator"}, Errors: temporal.FullMatrix})
}

// addUp rounds quarters to the billion's fourth decimal, or to as many as the year has, so that those of a benchmarked year add to it to
// the last digit.
func addUp(values []float64, years []stat.Decimal) ([]stat.Decimal, error) {
	out := make([]stat.Decimal, len(values))
	for i, v := range values {
		d, err := stat.FromFloat(v, 4)
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	for k, y := range years {
		rounded, err := stat.RoundToTotal(values[4*k:4*k+4], y, max(4, y.Decimals()))
		if err != nil {
			return nil, err
		}
		copy(out[4*k:], rounded)
	}
	return out, nil
}

func sum(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return s
}
