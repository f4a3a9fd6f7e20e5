package chain

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/measuretest"
)

func TestRequiredGrowth(t *testing.T) {
	t.Run("the constructed example of the oracle: 14.02 % to 30 % in five years with GDP at 10 %", func(t *testing.T) {
		rate, err := RequiredRate(0.1402, 0.3, 5, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "rate", rate, 0.2807587552091, 1e-12)
		out, err := RequiredGrowth(Goal{StartYear: 2025, TargetYear: 2030, Share: 0.1402, Target: 0.3, GDPGrowth: []float64{0.1}})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "average", out.Growth, rate, 1e-12)
		measuretest.Near(t, "multiple", *out.Multiple, rate/0.1, 1e-12)
		if len(out.Path) != 5 || out.Path[0].Year != 2026 || out.Path[4].Year != 2030 {
			t.Errorf("the path runs over %v", out.Path)
		}
		for _, y := range out.Path {
			measuretest.Near(t, "each year", y.Growth, rate, 1e-12)
		}
		if out.RealGrowth != nil || out.Path[0].ValueAdded != nil {
			t.Error("without deflators and without a level there is neither a real rate nor a level")
		}
	})
	t.Run("12.87 to 13.17 is a ratio of 1.02331", func(t *testing.T) {
		c, err := AccountShare([2]float64{12.87, 13.17}, [2]float64{100, 100}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "ratio", c.After/c.Before, 1.02331002331, 1e-11)
	})
	t.Run("any shape lands on the target when its yearly growth is compounded, in nominal and in real terms", rapid.MakeCheck(func(r *rapid.T) {
		years := rapid.IntRange(1, 12).Draw(r, "years")
		draw := rapid.SliceOfN(rapid.Float64Range(-0.05, 0.2), years, years)
		goal := Goal{
			StartYear: 2025, TargetYear: 2025 + years,
			Share: rapid.Float64Range(0.05, 0.2).Draw(r, "share"), Target: rapid.Float64Range(0.05, 0.4).Draw(r, "target"),
			GDPGrowth: draw.Draw(r, "gdp"), GDPDeflator: draw.Draw(r, "gdp deflator"), Deflator: draw.Draw(r, "deflator"),
			GDP: 1000, Shape: rapid.SampledFrom([]Shape{"", EvenRatio, EvenGrowth, EvenPoints}).Draw(r, "shape"),
		}
		out, err := RequiredGrowth(goal)
		if fault.CodeOf(err) == "chain.share-passes-one" {
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		part, whole, real, prices := 1000*goal.Share, 1000.0, 1.0, 1.0
		for i, y := range out.Path {
			part *= 1 + y.Growth
			whole *= 1 + y.GDPGrowth
			real *= 1 + *y.RealGrowth
			prices *= 1 + goal.Deflator[i]
			measuretest.Near(r, "share on the way", part/whole, y.Share, 1e-12)
			measuretest.Near(r, "level", *y.ValueAdded, part, 1e-12)
			measuretest.Near(r, "last year's share times growth", y.ContributionToGDP, (part-part/(1+y.Growth))/(whole/(1+y.GDPGrowth)), 1e-12)
		}
		measuretest.Near(r, "target", part/whole, goal.Target, 1e-12)
		measuretest.Near(r, "average", math.Pow(1+out.Growth, float64(years)), part/(1000*goal.Share), 1e-12)
		measuretest.Near(r, "volume times price", real*prices, part/(1000*goal.Share), 1e-12)
		measuretest.Near(r, "average real", math.Pow(1+*out.RealGrowth, float64(years)), real, 1e-12)
		if out.Path[years-1].Share != goal.Target {
			r.Error("the last share is not the target itself")
		}
	}))
	t.Run("even growth means one rate, even points one step, even ratio one factor", func(t *testing.T) {
		goal := Goal{StartYear: 2020, TargetYear: 2024, Share: 0.1, Target: 0.2, GDPGrowth: []float64{0.1, 0.02, 0.05, 0.12}}
		paths := map[Shape]Required{}
		for _, s := range []Shape{EvenRatio, EvenGrowth, EvenPoints} {
			goal.Shape = s
			out, err := RequiredGrowth(goal)
			if err != nil {
				t.Fatal(err)
			}
			paths[s] = out
			measuretest.Near(t, "the average is the same for all", out.Growth, paths[EvenRatio].Growth, 1e-12)
		}
		for i := range 4 {
			measuretest.Near(t, "rate", paths[EvenGrowth].Path[i].Growth, paths[EvenGrowth].Growth, 1e-12)
			measuretest.Near(t, "points", paths[EvenPoints].Path[i].Share, 0.1+0.025*float64(i+1), 1e-12)
			measuretest.Near(t, "factor", paths[EvenRatio].Path[i].Share, 0.1*math.Pow(2, float64(i+1)/4), 1e-12)
		}
	})
	t.Run("no multiple is given where GDP stands still or shrinks", func(t *testing.T) {
		out, err := RequiredGrowth(Goal{StartYear: 2025, TargetYear: 2027, Share: 0.1, Target: 0.12, GDPGrowth: []float64{0, -0.01}})
		if err != nil {
			t.Fatal(err)
		}
		if out.Multiple != nil || out.Path[0].Multiple != nil || out.Path[1].Multiple != nil {
			t.Error("a multiple of no growth was given")
		}
	})
	t.Run("what cannot be answered is refused by name", func(t *testing.T) {
		good := Goal{StartYear: 2025, TargetYear: 2030, Share: 0.14, Target: 0.2, GDPGrowth: []float64{0.1}}
		for code, spoil := range map[string]func(*Goal){
			"chain.no-years":         func(g *Goal) { g.TargetYear = 2025 },
			"chain.too-many-years":   func(g *Goal) { g.TargetYear = 20250 },
			"chain.bad-share":        func(g *Goal) { g.Share = 0 },
			"chain.length":           func(g *Goal) { g.GDPGrowth = []float64{0.1, 0.1} },
			"chain.total-loss":       func(g *Goal) { g.GDPGrowth = []float64{-1} },
			"chain.not-finite":       func(g *Goal) { g.GDPGrowth = []float64{math.NaN()} },
			"chain.one-deflator":     func(g *Goal) { g.Deflator = []float64{0.02} },
			"chain.unknown-shape":    func(g *Goal) { g.Shape = "steep" },
			"chain.bad-level":        func(g *Goal) { g.GDP = math.Inf(1) },
			"chain.share-passes-one": func(g *Goal) { g.Shape, g.Share, g.GDPGrowth = EvenGrowth, 0.9, []float64{-0.5, 1, 1, 1, 1} },
			"chain.overflow":         func(g *Goal) { g.GDP, g.GDPGrowth = 1e300, []float64{1e300} },
		} {
			goal := good
			spoil(&goal)
			_, err := RequiredGrowth(goal)
			measuretest.Fails(t, err, code)
		}
		_, err := RequiredGrowth(Goal{StartYear: 1, TargetYear: 2, Share: math.NaN(), Target: 0.2, GDPGrowth: []float64{0}})
		measuretest.Fails(t, err, "chain.bad-share")
		_, err = RequiredRate(0.1, 0.2, 0, 0)
		measuretest.Fails(t, err, "chain.no-years")
	})
}

func TestProject(t *testing.T) {
	t.Run("growing at the required rate reaches the target", rapid.MakeCheck(func(r *rapid.T) {
		years := rapid.IntRange(1, 20).Draw(r, "years")
		s0, target, g := rapid.Float64Range(0.01, 0.5).Draw(r, "s0"), rapid.Float64Range(0.01, 0.9).Draw(r, "target"), rapid.Float64Range(-0.1, 0.2).Draw(r, "g")
		rate, err := RequiredRate(s0, target, years, g)
		if err != nil {
			r.Fatal(err)
		}
		growth, gdp := make([]float64, years), make([]float64, years)
		for i := range growth {
			growth[i], gdp[i] = rate, g
		}
		path, err := Project(s0, growth, gdp)
		if err != nil {
			r.Fatal(err)
		}
		measuretest.Near(r, "share", path[years-1], target, 1e-12)
		if math.Abs(math.Log(target/s0)) > 1e-3 {
			n, err := YearsToReach(s0, target, rate, g)
			if err != nil {
				r.Fatal(err)
			}
			measuretest.Near(r, "years", n, float64(years), 1e-8)
		}
	}))
	t.Run("a share that moves the other way never arrives", func(t *testing.T) {
		_, err := YearsToReach(0.1, 0.2, 0.05, 0.08)
		measuretest.Fails(t, err, "chain.never-reached")
		_, err = YearsToReach(0.1, 0.2, 0.05, 0.05)
		measuretest.Fails(t, err, "chain.never-reached")
		if n, err := YearsToReach(0.2, 0.2, 0.05, 0.08); n != 0 || err != nil {
			t.Error("a share that is there already needs no year")
		}
	})
	t.Run("a share cannot pass the whole", func(t *testing.T) {
		_, err := Project(0.9, []float64{0.5}, []float64{0})
		measuretest.Fails(t, err, "chain.share-passes-one")
		_, err = Project(0.9, []float64{0.5}, nil)
		measuretest.Fails(t, err, "chain.length")
	})
}

func TestShareAccounting(t *testing.T) {
	positive := rapid.Float64Range(1, 100)
	t.Run("volume and price add to the change, and the change is s(g_D − g)/(1 + g)", rapid.MakeCheck(func(r *rapid.T) {
		part := [2]float64{positive.Draw(r, "d0"), positive.Draw(r, "d1")}
		whole := [2]float64{part[0] + positive.Draw(r, "n0"), part[1] + positive.Draw(r, "n1")}
		c, err := AccountShare(part, whole, rapid.Float64Range(-0.3, 0.3).Draw(r, "p"), rapid.Float64Range(-0.3, 0.3).Draw(r, "P"))
		if err != nil {
			r.Fatal(err)
		}
		measuretest.Near(r, "sum", c.Volume+c.Price, c.After-c.Before, 1e-13)
		measuretest.Near(r, "identity", c.Change, c.Before*(c.Growth-c.GDPGrowth)/(1+c.GDPGrowth), 1e-12)
		measuretest.Near(r, "ratio", c.After/c.Before, (1+c.Growth)/(1+c.GDPGrowth), 1e-12)
	}))
	t.Run("a share that stands still in value while its prices fall has gained as much in volume as it lost in price", func(t *testing.T) {
		c, err := AccountShare([2]float64{10, 11}, [2]float64{100, 110}, -0.05, 0.03)
		if err != nil {
			t.Fatal(err)
		}
		if !(c.Price < 0 && c.Volume > 0) {
			t.Errorf("price %g, volume %g", c.Price, c.Volume)
		}
		measuretest.Near(t, "price", c.Price, 0.1*(math.Log(0.95)-math.Log(1.03)), 1e-12)
	})
	t.Run("structure and intensity of the industries add to the change of the share", rapid.MakeCheck(func(r *rapid.T) {
		n := rapid.IntRange(1, 10).Draw(r, "n")
		draw := rapid.SliceOfN(rapid.Float64Range(0, 1), n, n)
		w := [2][]float64{draw.Draw(r, "w0"), draw.Draw(r, "w1")}
		d := [2][]float64{draw.Draw(r, "d0"), draw.Draw(r, "d1")}
		parts, err := AccountByIndustry(w, d)
		if err != nil {
			r.Fatal(err)
		}
		var sum, change float64
		for i, p := range parts {
			sum += p.Structure + p.Intensity
			change += w[1][i]*d[1][i] - w[0][i]*d[0][i]
		}
		measuretest.Near(r, "sum", sum, change, 1e-12)
	}))
	t.Run("levels that give no share are refused", func(t *testing.T) {
		_, err := AccountShare([2]float64{0, 1}, [2]float64{10, 10}, 0, 0)
		measuretest.Fails(t, err, "chain.bad-level")
		_, err = AccountShare([2]float64{1, 1}, [2]float64{10, math.NaN()}, 0, 0)
		measuretest.Fails(t, err, "chain.bad-level")
		_, err = AccountShare([2]float64{1, 11}, [2]float64{10, 10}, 0, 0)
		measuretest.Fails(t, err, "chain.bad-share")
		_, err = AccountShare([2]float64{1, 2}, [2]float64{10, 10}, -1, 0)
		measuretest.Fails(t, err, "chain.total-loss")
		_, err = AccountByIndustry([2][]float64{{1}, {1}}, [2][]float64{{1}, {2}})
		measuretest.Fails(t, err, "chain.bad-fraction")
		_, err = AccountByIndustry([2][]float64{{1}, {}}, [2][]float64{{1}, {1}})
		measuretest.Fails(t, err, "chain.length")
	})
	t.Run("the logarithmic mean is smooth where its arguments meet", func(t *testing.T) {
		measuretest.Near(t, "across the switch", logMean(1+0.99e-5, 1), logMean(1+1.01e-5, 1), 2e-7)
		measuretest.Near(t, "equal", logMean(3, 3), 3, 0)
	})
}

func TestGrowthAndDeflators(t *testing.T) {
	t.Run("taking a deflator out undoes putting it in", func(t *testing.T) {
		real, err := RealGrowth(NominalGrowth(0.07, 0.03), 0.03)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "real", real, 0.07, 1e-14)
		_, err = RealGrowth(0.1, -1)
		measuretest.Fails(t, err, "chain.total-loss")
		_, err = RealGrowth(math.Inf(1), 0)
		measuretest.Fails(t, err, "chain.not-finite")
	})
}
