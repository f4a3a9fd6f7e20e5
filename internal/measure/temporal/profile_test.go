package temporal

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// noWorse asks that the ρ found is at least as good as every ρ of a fine grid over the same bounds.
func noWorse(r *rapid.T, s sample, low, high float64) float64 {
	r.Helper()
	s.opt.RhoMin, s.opt.RhoMax = low, high
	d, err := arrange(s.low, s.x, s.opt)
	if err != nil {
		r.Fatal(err)
	}
	g, err := regress(d.low, d.cx, d.names, newCovariance(d.process, d.c, d.n, d.opt.Offset))
	if err != nil {
		r.Fatal(err)
	}
	g.fit(0)
	if g.exact() {
		r.Skip("nothing to estimate")
	}
	rho := g.search(d.lowest, d.high, d.objective)
	best, _ := g.at(rho, d.objective)
	for _, way := range []float64{1, -1} {
		for step := 1.0; step > 1e-3; step *= 0.97 { // ever closer to both ends
			at := way * (1 - step)
			if at < d.lowest || at > d.high {
				continue
			}
			if value, _ := g.at(at, d.objective); value > best+1e-9*math.Abs(best) {
				r.Fatalf("ρ = %v gives %v, but ρ = %v gives %v", rho, best, at, value)
			}
		}
	}
	return rho
}

func TestTheSearchForRhoMissesNoMaximum(t *testing.T) {
	methods := []Method{ChowLin, ChowLinQuilis, ChowLinEcotrim, Litterman, LittermanMinRSS}
	for name, bounds := range map[string][2]float64{"without a bound": {-1, 0}, "positive": {0, 0}, "negative": {-0.9, -0.1}, "a part of both": {-0.4, 0.8}} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				s := drawSample(r)
				s.opt.Method = rapid.SampledFrom(methods).Draw(r, "method")
				noWorse(r, s, bounds[0], bounds[1])
			})
		})
	}
	t.Run("where only an even power counts, the positive ρ is taken", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			s := drawSample(r)
			s.opt.Method, s.opt.Conversion = rapid.SampledFrom(methods[:3]).Draw(r, "method"), Last
			if s.opt.Frequency%2 == 1 {
				r.Skip("an odd power tells the signs apart")
			}
			if rho := noWorse(r, s, -1, 0); rho < -1e-6 {
				r.Fatalf("ρ = %v", rho)
			}
		})
	})
}

func TestTheUnitOfAnIndicatorMayBeAnything(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawSample(r)
		s.opt.Method = rapid.SampledFrom(allMethods).Draw(r, "method")
		want := mustDisaggregate(r, s.low, s.x, s.opt)
		unit := math.Ldexp(1, rapid.IntRange(-600, 600).Draw(r, "power"))
		x := [][]float64{scaledBy(s.x[0], unit)}
		got := mustDisaggregate(r, s.low, append(x, s.x[1:]...), s.opt)
		sameSeries(r, "series", got.Values, want.Values, 1e-9)
		sameSeries(r, "errors", got.SE, want.SE, 1e-7)
	})
}
