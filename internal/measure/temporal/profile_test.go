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

// With these years the profile falls, turns up and falls again between two points of the grid: the slopes at both say nothing of the hump.
func TestTwoTurnsInOneCellOfTheGridAreSeen(t *testing.T) {
	low := []float64{363.6803302686483, 383.8207245972287, 361.2518579132661, 375.9941259709965, 387.7577075165266, 413.67444264506344}
	x := [][]float64{{107.66621616427285, 99.3305599409702, 91.92867543185196, 111.51763956307656, 94.92693383134424, 100.04651528436251,
		97.67735731919366, 110.33093112663134, 100.51377897680263, 115.34061382735652, 104.92935951257627, 112.92068843255254,
		108.87901183309903, 110.20335032266864, 113.96444669479092, 110.86964367884349, 110.9782926096501, 117.19757388015238}}
	rapid.Check(t, func(r *rapid.T) {
		s := sample{low: low, x: x, opt: Options{Frequency: 2, Offset: 1, Method: ChowLin}}
		if rho := noWorse(r, s, 0, 0); rho < 0.05 || rho > 0.0816 {
			r.Fatalf("ρ = %v", rho)
		}
	})
}
