package recipe

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// DigitalQuarterly gives digital value added and its share of GDP by quarter, NSO definition, from 2020 to the newest quarter with an
// indicator. Core and digitalised parts are estimated apart and added.
//
//   - Benchmarks: the share of the part × the newest GDP of the year.
//   - Indicator of the core: value added of section J plus κ times section C. κ stands for electronics (VSIC 26), of which only
//     the annual statement "more than 30 % of digital value added" is published: κ = 0.30 × digital value added / value added of C, over
//     the years of the statement. Indicator of the digitalised part: GDP less taxes on products less the core indicator.
//   - Method DENTON (default): proportional Denton–Cholette, so four quarters add to the year exactly. Beyond the last annual figure it is
//     the enhanced form: the year's ratio of benchmark to indicator is carried on with the mean of its last changes.
//   - Method CHOWLIN: Chow–Lin with ρ averaged over a prior, since six years do not identify it. It is the model that gives variances:
//     the intervals of both methods are Student intervals of the given level with its standard errors, parts taken as independent. A
//     nowcast's standard error is never less than the root mean square error of the back-test.
//
// Quarters of years with a benchmark are estimates (E); later ones are nowcasts (F).
func DigitalQuarterly() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-quarterly", Version: "2", Method: "digital-quarterly",
		Title: title("digital-quarterly"),
		Params: map[string]string{
			"electronics-share": "0.30", // of digital value added in VSIC 26: ">30 %" as published
			"statement-from":    "2020",
			"statement-to":      "2023",
			"level":             "95",
		},
		Inputs: []pipeline.Input{
			{Name: "part", Dataflow: "DE_SHARE_EST", Key: "A." + country + "." + nso + "."},
			{Name: "va", Dataflow: "DE_VA", Key: "A." + country + "." + nso + "." + total + "." + latest},
			{Name: "gdp", Dataflow: "NA_VA", Key: "A." + country + "." + gdp + "." + current},
			{Name: "quarters", Dataflow: "NA_QUARTERLY_EST", Key: "Q." + country + ".." + current},
		},
		Outputs: []string{"DE_QUARTERLY"},
		Compute: digitalQuarters,
	}
}

// quarterlyModel is the data of the recipe laid out for the methods: T quarters, the first of them a first quarter, and N years.
type quarterlyModel struct {
	quarters []stat.Period
	gdp      []float64
	exactGDP []stat.Decimal
	years    []stat.Period
	x        map[string][]float64      // indicator by part
	low      map[string][]float64      // benchmark by part
	exact    map[string][]stat.Decimal // the same, exactly
	kappa    float64
	refs     []pipeline.Ref
}

var parts = []string{core, digitalised}

func layOut(in *pipeline.Inputs) (*quarterlyModel, error) {
	year := pick(in.Newest("gdp"), "A", country, gdp, current)
	whole := pick(in.Newest("quarters"), "Q", country, gdp, current)
	c := pick(in.Newest("quarters"), "Q", country, "C", current)
	j := pick(in.Newest("quarters"), "Q", country, "J", current)
	taxes := pick(in.Newest("quarters"), "Q", country, tax, current)
	va := pick(in.Newest("va"), "A", country, nso, total, latest)
	m := &quarterlyModel{x: map[string][]float64{}, low: map[string][]float64{}, exact: map[string][]stat.Decimal{}}

	share := map[string]series{}
	for _, p := range parts {
		share[p] = pick(in.Newest("part"), "A", country, nso, p)
	}
	first, last, ok := share[core].span()
	if !ok {
		return nil, nil
	}
	for y := first; y.Compare(last) <= 0; y = y.Next() {
		total, known := year.value(y)
		if !known {
			break
		}
		m.years = append(m.years, y)
		for _, p := range parts {
			s, known := share[p].value(y)
			if !known {
				return nil, nil
			}
			level := percentOf(s, total)
			m.exact[p] = append(m.exact[p], level)
			m.low[p] = append(m.low[p], level.Float64())
		}
	}
	kappa, err := electronics(in.Params, va, c)
	if err != nil {
		return nil, err
	}
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
	m.refs = []pipeline.Ref{year.whole("GDP of the year"), whole.whole("GDP of the quarter"), c.whole("indicator"), j.whole("indicator"),
		taxes.whole("indicator"), va.whole("weight of electronics"), share[core].whole("benchmark"), share[digitalised].whole("benchmark")}
	return m, nil
}

// electronics gives κ: the part of section C that counts as electronics, from the published statement.
func electronics(params map[string]string, va, c series) (float64, error) {
	part, err := strconv.ParseFloat(params["electronics-share"], 64)
	if err != nil {
		return 0, err
	}
	from, err := strconv.Atoi(params["statement-from"])
	if err != nil {
		return 0, err
	}
	to, err := strconv.Atoi(params["statement-to"])
	if err != nil {
		return 0, err
	}
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
		return 0, nil
	}
	return part * digital / manufacturing, nil
}

func digitalQuarters(in *pipeline.Inputs) (*pipeline.Result, error) {
	m, err := layOut(in)
	if err != nil || m == nil || len(m.years) == 0 {
		return &pipeline.Result{}, err
	}
	percentLevel, err := strconv.ParseFloat(in.Params["level"], 64)
	if err != nil {
		return nil, err
	}
	n := len(m.years)
	byMethod := map[string]map[string][]stat.Decimal{denton: {}, chowlin: {}}
	se := make([]float64, len(m.quarters)) // of the total
	partSE := map[string][]float64{}
	freedom := math.Inf(1)
	var out pipeline.Result
	for _, p := range parts {
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
	tests, missed, err := m.backTest(percentLevel)
	if err != nil {
		return nil, err
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(0.5 + percentLevel/200)
	for _, method := range []string{denton, chowlin} {
		values := byMethod[method]
		values[total] = make([]stat.Decimal, len(m.quarters))
		for i := range m.quarters {
			values[total][i] = values[core][i].Add(values[digitalised][i])
		}
		for _, p := range []string{total, core, digitalised} {
			for i, q := range m.quarters {
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
		{"VA", value, 1, 0, stat.Attributes{"UNIT_MEASURE": "VND", "UNIT_MULT": "9", stat.AttrDecimals: "0"}},
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
		out = append(out, output("DE_QUARTERLY", stat.NewKey("Q", country, nso, part, method, x.measure), q, x.value, status, x.attrs, m.refs...))
	}
	return out, nil
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

// backTest hides benchmarks and sees how far the methods miss them. "ahead" hides a year and all later ones, as on the day on which
// its first quarter came out; "inside" hides one year alone. Errors are those of the year's share in points and of value added in per
// cent; "covered" says whether the interval of the year held the truth. It also gives, by part, the root mean square of the errors
// "ahead" of the default method, as fractions of GDP.
func (m *quarterlyModel) backTest(percentLevel float64) ([]pipeline.Diagnostic, map[string]float64, error) {
	var out []pipeline.Diagnostic
	squares := map[string]float64{}
	ahead := 0.0
	n := len(m.years)
	for hide := 2; hide < n; hide++ {
		for _, method := range []string{denton, chowlin} {
			estimate, truth, known := 0.0, 0.0, true
			half := math.NaN() // half-width of the year's interval, where the method has one
			variance, freedom := 0.0, math.Inf(1)
			for _, p := range parts {
				var values []float64
				if method == denton {
					v, err := extend(m.low[p][:hide], m.x[p][:4*hide+4])
					if err != nil {
						return nil, nil, err
					}
					values = v
				} else {
					cl, err := chowLinPart(m.low[p][:hide], m.x[p][:4*hide+4])
					if err != nil { // too few years are left for a regression
						known = false
						break
					}
					values = cl.Values
					for i := 4 * hide; i < 4*hide+4; i++ {
						for j := 4 * hide; j < 4*hide+4; j++ {
							variance += cl.MSE.At(i, j)
						}
					}
					freedom = math.Min(freedom, float64(hide-len(cl.Beta)))
					half = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(0.5+percentLevel/200) * math.Sqrt(variance)
				}
				estimate += sum(values[4*hide : 4*hide+4])
				truth += m.low[p][hide]
				if method == denton {
					miss := (sum(values[4*hide:4*hide+4]) - m.low[p][hide]) / sum(m.gdp[4*hide:4*hide+4])
					squares[p] += miss * miss
				}
			}
			if method == denton {
				miss := (estimate - truth) / sum(m.gdp[4*hide:4*hide+4])
				squares[total] += miss * miss
				ahead++
			}
			if known {
				out = append(out, m.missed("ahead", method, hide, estimate, truth, half))
			}
		}
	}
	for hide := 1; hide < n-1; hide++ {
		estimate, truth := 0.0, 0.0
		for _, p := range parts {
			var targets []temporal.Target
			for k, target := range temporal.Targets(m.low[p], 4, 0, temporal.Sum) {
				if k != hide {
					targets = append(targets, target)
				}
			}
			fit, err := temporal.Benchmark(m.x[p][:4*n], targets, temporal.BenchmarkOptions{})
			if err != nil {
				return nil, nil, err
			}
			estimate += sum(fit.Values[4*hide : 4*hide+4])
			truth += m.low[p][hide]
		}
		out = append(out, m.missed("inside", denton, hide, estimate, truth, math.NaN()))
	}
	rmse := map[string]float64{}
	for p, s := range squares {
		rmse[p] = math.Sqrt(s / ahead)
	}
	return out, rmse, nil
}

func (m *quarterlyModel) missed(kind, method string, k int, estimate, truth, half float64) pipeline.Diagnostic {
	whole := sum(m.gdp[4*k : 4*k+4])
	row := map[string]string{
		"kind": kind, "method": method, "year": m.years[k].String(),
		"estimate": fixed(100*estimate/whole, 2), "published": fixed(100*truth/whole, 2),
		"error-points": fixed(100*(estimate-truth)/whole, 2), "error-percent": fixed(100*(estimate/truth-1), 2)}
	if !math.IsNaN(half) {
		row["half-width"] = fixed(100*half/whole, 2)
		row["covered"] = strconv.FormatBool(math.Abs(estimate-truth) <= half)
	}
	return pipeline.Diagnostic{Table: "back-test", Row: row}
}
