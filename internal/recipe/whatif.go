package recipe

import (
	"context"
	"strconv"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/scenario"
	"nhipso/internal/stat"
)

// Ground gives the published figures on which a scenario stands, with what the recipes assume: growth and prices from 2026 on as RequiredGrowth
// has them, and the part of electronics of the quarterly estimate, which is the published lower bound.
func Ground(n pipeline.Country, read scenario.Figures, target string) scenario.Ground {
	g := scenario.Ground{Read: read, Nation: n.Area, Official: n.Official, Target: target, Nowcast: func(electronics float64) (scenario.Nowcast, bool) {
		now, ok, err := NowcastWith(n, read, electronics)
		return now, ok && err == nil
	}}
	p := RequiredGrowth(n, nil).Params
	g.Real, _ = strconv.ParseFloat(p["real-from-2026"], 64)
	g.Prices, _ = strconv.ParseFloat(p["prices"], 64)
	g.Electronics, _ = strconv.ParseFloat(DigitalQuarterly(n).Params["electronics-share"], 64)
	g.Electronics *= 100
	return g
}

// NowcastWith runs DigitalQuarterly on the figures that read gives, with electronics taken for a part (per cent) of digital value added, and
// gives its newest share by the default method. It stores nothing; without figures it gives false.
func NowcastWith(n pipeline.Country, read func(dataflow, key string) []cube.Version, electronics float64) (scenario.Nowcast, bool, error) {
	r := DigitalQuarterly(n)
	params := map[string]string{}
	for k, v := range r.Params {
		params[k] = v
	}
	params["electronics-share"] = strconv.FormatFloat(electronics/100, 'f', -1, 64)
	figures := map[string][]cube.Version{}
	for _, in := range r.Inputs {
		if in.Name != "electronics" { // the published part is what the question replaces
			figures[in.Name] = read(in.Dataflow, in.Key)
		}
	}
	result, err := r.Compute(context.Background(), pipeline.NewInputs(n, params, figures))
	if err != nil {
		return scenario.Nowcast{}, false, err
	}
	var out scenario.Nowcast
	for _, o := range result.Outputs {
		if o.Key == stat.NewKey("Q", n.Area, n.Official, total, denton, share) && o.Period.Compare(out.Period) > 0 {
			out = scenario.Nowcast{Period: o.Period, Share: *o.Value}
		}
	}
	return out, !out.Period.IsZero(), nil
}
