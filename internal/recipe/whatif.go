package recipe

import (
	"strconv"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Nowcast is the newest quarter of the quarterly estimate under a changed parameter.
type Nowcast struct {
	Period stat.Period
	Share  stat.Decimal // per cent of GDP
}

// NowcastWith runs DigitalQuarterly on the figures that read gives, with electronics taken for a part (per cent) of digital value added, and
// gives its newest share by the default method. It stores nothing; without figures it gives false.
func NowcastWith(read func(dataflow, key string) []cube.Version, electronics float64) (Nowcast, bool, error) {
	r := DigitalQuarterly()
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
	result, err := r.Compute(pipeline.NewInputs(params, figures))
	if err != nil {
		return Nowcast{}, false, err
	}
	var out Nowcast
	for _, o := range result.Outputs {
		if o.Key == stat.NewKey("Q", country, nso, total, denton, share) && o.Period.Compare(out.Period) > 0 {
			out = Nowcast{o.Period, *o.Value}
		}
	}
	return out, !out.Period.IsZero(), nil
}

// Assumed gives the assumptions of RequiredGrowth from 2026 on, per cent a year: growth of GDP in volume, and the change of prices.
func Assumed() (real, prices float64) {
	p := RequiredGrowth(nil).Params
	real, _ = strconv.ParseFloat(p["real-from-2026"], 64)
	prices, _ = strconv.ParseFloat(p["prices"], 64)
	return real, prices
}

// AssumedElectronics gives the part of electronics in digital value added that the quarterly estimate takes, per cent: the published lower bound.
func AssumedElectronics() float64 {
	f, _ := strconv.ParseFloat(DigitalQuarterly().Params["electronics-share"], 64)
	return f * 100
}
