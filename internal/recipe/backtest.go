package recipe

import (
	"context"
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"

	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
)

// backTest hides benchmarks and sees how far the methods miss them. "ahead" hides a year and all later ones, as on the day on which
// its first quarter came out; "inside" hides one year alone. Errors are those of the year's share in points and of value added in per
// cent; "covered" says whether the interval of the year held the truth. It also gives, by part, the root mean square of the errors
// "ahead" of the default method, as fractions of GDP.
func (m *quarterlyModel) backTest(ctx context.Context, percentLevel float64) ([]pipeline.Diagnostic, map[string]float64, error) {
	var out []pipeline.Diagnostic
	squares := map[string]float64{}
	ahead := 0.0
	n := len(m.years)
	for hide := 2; hide < n; hide++ {
		for _, method := range []string{denton, chowlin} {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
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
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
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
