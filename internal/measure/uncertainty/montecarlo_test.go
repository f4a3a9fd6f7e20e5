package uncertainty

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

// shareRecipe is the oracle's case: D/(D+N) with D ~ N(100, 5²) and N ~ N(900, 9²).
func shareRecipe(d *Draw, out []float64) error {
	part := Margin{Law: Normal, Mean: 100, SD: 5}.Draw(d.Stream("part"))
	rest := Margin{Law: Normal, Mean: 900, SD: 9}.Draw(d.Stream("rest"))
	out[0] = part / (part + rest)
	return nil
}

func TestRun(t *testing.T) {
	t.Run("the oracle's share: the sd of 100,000 draws is within 2 % of the delta method's", func(t *testing.T) {
		res, err := Run(t.Context(), Plan{Recipe: "share/1", Seed: 1, Draws: 100_000}, 1, shareRecipe)
		if err != nil {
			t.Fatal(err)
		}
		delta, err := ShareSD(100, 900, 5, 9)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "delta", delta, 0.004589117562234, 1e-13)
		out := res.Outputs[0]
		if math.Abs(out.SD/delta-1) > 0.02 || math.Abs(out.Mean-0.1) > 5*out.MCError+1e-4 {
			t.Errorf("mean %g, sd %g", out.Mean, out.SD)
		}
		measuretest.Near(t, "5 % quantile", (out.Quantiles[0]-out.Mean)/out.SD, -1.645, 0.03)
		measuretest.Near(t, "error of the mean", out.MCError, out.SD/math.Sqrt(100_000), 1e-15)
	})
	t.Run("the same seed gives the same bits on one thread, two and seven", func(t *testing.T) {
		var runs []Result
		for _, threads := range []int{1, 2, 7} {
			r, err := Run(t.Context(), Plan{Recipe: "share/1", Seed: 9, Draws: 500, Threads: threads}, 1, shareRecipe)
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, r)
		}
		for _, r := range runs[1:] {
			if !slices.Equal(r.Values(0), runs[0].Values(0)) || r.Outputs[0].Mean != runs[0].Outputs[0].Mean || r.Outputs[0].SD != runs[0].Outputs[0].SD {
				t.Error("the number of threads changed a result")
			}
		}
	})
	t.Run("the draws of a short run are the first of a long one; another seed or recipe gives others", func(t *testing.T) {
		draws := func(recipe string, seed uint64, n int) []float64 {
			r, err := Run(t.Context(), Plan{Recipe: recipe, Seed: seed, Draws: n}, 1, shareRecipe)
			if err != nil {
				t.Fatal(err)
			}
			return r.Values(0)
		}
		long := draws("share/1", 4, 300)
		if !slices.Equal(draws("share/1", 4, 120), long[:120]) {
			t.Error("not a prefix")
		}
		if draws("share/1", 5, 1)[0] == long[0] || draws("share/2", 4, 1)[0] == long[0] {
			t.Error("the seed or the recipe does not matter")
		}
	})
	t.Run("with no uncertainty every draw is the point estimate, to the bit, and the sd is zero", func(t *testing.T) {
		res, err := Run(t.Context(), Plan{Recipe: "fixed", Draws: 50}, 1, func(d *Draw, out []float64) error {
			for _, law := range []Law{Normal, Lognormal} {
				out[0] += Margin{Law: law, Mean: 0.1}.Draw(d.Stream(string(law)))
			}
			out[0] += Margin{Law: Truncated, Mean: 0.1, Low: 0, High: 1}.Draw(d.Stream("cut"))
			shares := make([]float64, 2)
			Dirichlet{[]float64{0.3, 0.7}, math.Inf(1)}.Draw(d.Stream("shares"), shares)
			out[0] *= shares[0]
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		tenth := 0.1
		if want := (tenth + tenth + tenth) * 0.3; res.Outputs[0].SD != 0 || res.Outputs[0].Mean != want || res.Outputs[0].Quantiles[0] != want {
			t.Errorf("%+v, want %v", res.Outputs[0], want)
		}
	})
	t.Run("for a linear recipe the sd tends to that of the delta method, correlation included", func(t *testing.T) {
		joint, err := NewJoint([]Margin{{Law: Normal, Mean: 10, SD: 2}, {Law: Normal, Mean: 5, SD: 1}}, [][]float64{{1, -0.6}, {-0.6, 1}})
		if err != nil {
			t.Fatal(err)
		}
		res, err := Run(t.Context(), Plan{Recipe: "linear", Draws: 40_000}, 1, func(d *Draw, out []float64) error {
			var x [2]float64
			joint.Draw(d.Stream("x"), x[:])
			out[0] = 3*x[0] + 2*x[1]
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		delta, err := Delta(func(x []float64) float64 { return 3*x[0] + 2*x[1] }, []float64{10, 5}, [][]float64{{4, -1.2}, {-1.2, 1}})
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "delta", delta, math.Sqrt(36+4-14.4), 1e-9)
		measuretest.Near(t, "ratio", res.Outputs[0].SD/delta, 1, 0.02)
	})
}

func TestRunRefusesAndKeeps(t *testing.T) {
	t.Run("failed draws are listed; up to one in a hundred is borne, more fails the run", func(t *testing.T) {
		cause := errors.New("infeasible")
		failing := func(every int) (Result, error) {
			return Run(t.Context(), Plan{Recipe: "f", Draws: 1000}, 1, func(d *Draw, out []float64) error {
				out[0] = float64(d.Index)
				if d.Index%every == every-1 {
					return cause
				}
				return nil
			})
		}
		res, err := failing(100)
		if err != nil || len(res.Failed) != 10 || len(res.Values(0)) != 990 || res.Failed[0].Index != 99 || res.Values(0)[99] != 100 || res.Indices[99] != 100 {
			t.Errorf("ten failures: %v, %d listed", err, len(res.Failed))
		}
		res, err = failing(90)
		measuretest.Fails(t, err, "uncertainty.too-many-failed")
		if !errors.Is(err, cause) || len(res.Failed) != 11 {
			t.Errorf("the cause or the list is lost: %v", err)
		}
	})
	t.Run("an output that is not a number fails its draw", func(t *testing.T) {
		res, err := Run(t.Context(), Plan{Recipe: "nan", Draws: 10}, 2, func(d *Draw, out []float64) error { out[1] = math.Log(-1); return nil })
		measuretest.Fails(t, err, "uncertainty.too-many-failed")
		measuretest.Fails(t, res.Failed[9].Err, "uncertainty.not-finite-output")
	})
	t.Run("a total that is drawn and shares that add to one keep their constraint in every draw", func(t *testing.T) {
		shares := Dirichlet{[]float64{0.2, 0.3, 0.5}, 50}
		res, err := Run(t.Context(), Plan{Recipe: "constraint", Draws: 200}, 4, func(d *Draw, out []float64) error {
			out[3] = Margin{Law: Lognormal, Mean: 100, SD: 10}.Draw(d.Stream("total"))
			shares.Draw(d.Stream("shares"), out[:3])
			for i := range 3 {
				out[i] *= out[3]
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for r := range res.Indices {
			measuretest.Near(t, "sum", res.Values(0)[r]+res.Values(1)[r]+res.Values(2)[r], res.Values(3)[r], 1e-12)
		}
	})
	t.Run("draws too large to be added up are named", func(t *testing.T) {
		_, err := Run(t.Context(), Plan{Recipe: "huge", Draws: 10}, 1, func(d *Draw, out []float64) error {
			out[0] = math.Copysign(math.MaxFloat64, float64(d.Index%2)-0.5)
			return nil
		})
		measuretest.Fails(t, err, "uncertainty.overflow")
	})
	t.Run("a plan without draws, outputs or probabilities is refused", func(t *testing.T) {
		_, err := Run(t.Context(), Plan{Draws: -1}, 1, shareRecipe)
		measuretest.Fails(t, err, "uncertainty.no-draws")
		_, err = Run(t.Context(), Plan{}, 0, shareRecipe)
		measuretest.Fails(t, err, "uncertainty.no-draws")
		_, err = Run(t.Context(), Plan{Quantiles: []float64{1.2}}, 1, shareRecipe)
		measuretest.Fails(t, err, "uncertainty.bad-probability")
	})
	t.Run("quantiles interpolate between the ordered draws", func(t *testing.T) {
		s, err := Summarise([]float64{4, 1, 3, 2}, []float64{0, 0.5, 0.9, 1})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []float64{1, 2.5, 3.7, 4} {
			measuretest.Near(t, "quantile", s.Quantiles[i], want, 1e-12)
		}
		_, err = Summarise(nil, nil)
		measuretest.Fails(t, err, "uncertainty.no-draws")
		_, err = Summarise([]float64{math.Inf(1)}, nil)
		measuretest.Fails(t, err, "uncertainty.not-finite")
		_, err = Summarise([]float64{1}, []float64{-1})
		measuretest.Fails(t, err, "uncertainty.bad-probability")
	})
}

func TestLaws(t *testing.T) {
	const n = 20_000
	t.Run("draws have the declared mean and standard deviation", func(t *testing.T) {
		for _, m := range []Margin{
			{Law: Normal, Mean: -3, SD: 2},
			{Law: Lognormal, Mean: 10, SD: 4},
			{Law: Truncated, Mean: 1, SD: 1, Low: 0, High: math.Inf(1)},
			{Law: Truncated, Mean: 0, SD: 1, Low: 8, High: 9},
			{Law: Truncated, Mean: 0, SD: 1, Low: math.Inf(-1), High: -8},
		} {
			if err := m.Check(); err != nil {
				t.Fatal(err)
			}
			s := NewStream("law", 7, 0, string(m.Law))
			x := make([]float64, n)
			for i := range x {
				x[i] = m.Draw(s)
				if m.Law == Lognormal && x[i] <= 0 || m.Law == Truncated && (x[i] < m.Low || x[i] > m.High) {
					t.Fatalf("%v drew %g", m, x[i])
				}
			}
			got, err := Summarise(x, nil)
			if err != nil {
				t.Fatal(err)
			}
			mean, sd := m.Moments()
			if math.Abs(got.Mean-mean) > 4*got.MCError || math.Abs(got.SD/sd-1) > 0.04 {
				t.Errorf("%+v: drew mean %g sd %g, want %g and %g", m, got.Mean, got.SD, mean, sd)
			}
		}
	})
	t.Run("Dirichlet shares add to one in every draw, keep zeros, and have the declared mean and variance", rapid.MakeCheck(func(r *rapid.T) {
		raw := rapid.SliceOfN(rapid.Float64Range(0.01, 1), 2, 6).Draw(r, "raw")
		sum := 0.0
		for _, x := range raw {
			sum += x
		}
		mean := []float64{0}
		for _, x := range raw {
			mean = append(mean, x/sum)
		}
		d := Dirichlet{mean, rapid.Float64Range(0.01, 1000).Draw(r, "concentration")}
		if err := d.Check(); err != nil {
			r.Fatal(err)
		}
		s := NewStream("dirichlet", rapid.Uint64().Draw(r, "seed"), 0, "")
		x := make([]float64, len(mean))
		for range 20 {
			d.Draw(s, x)
			total := 0.0
			for _, v := range x {
				if !(v >= 0 && v <= 1) {
					r.Fatalf("share %g", v)
				}
				total += v
			}
			measuretest.Near(r, "total", total, 1, 1e-14)
			if x[0] != 0 {
				r.Error("a zero share was drawn as more")
			}
		}
	}))
}

func TestLawsTogether(t *testing.T) {
	const n = 20_000
	t.Run("the variance of a Dirichlet share is m(1−m)/(c+1)", func(t *testing.T) {
		for _, c := range []float64{0.5, 20} {
			d := Dirichlet{[]float64{0.2, 0.5, 0.3}, c}
			s := NewStream("dirichlet", 1, 0, "")
			x, first := make([]float64, 3), make([]float64, n)
			for i := range first {
				d.Draw(s, x)
				first[i] = x[0]
			}
			got, _ := Summarise(first, nil)
			measuretest.Near(t, "mean", got.Mean, 0.2, 4*got.MCError)
			measuretest.Near(t, "sd", got.SD, math.Sqrt(0.16/(c+1)), 0.01)
		}
	})
	t.Run("correlated draws keep their margins and their correlation; a correlation of one moves them together", func(t *testing.T) {
		j, err := NewJoint([]Margin{{Law: Normal, SD: 1}, {Law: Normal, SD: 1}, {Law: Normal, SD: 1}}, [][]float64{{1, 0.8, 1}, {0.8, 1, 0.8}, {1, 0.8, 1}})
		if err != nil {
			t.Fatal(err)
		}
		s := NewStream("joint", 2, 0, "")
		var x [3]float64
		cross, square := 0.0, 0.0
		for range n {
			j.Draw(s, x[:])
			cross += x[0] * x[1]
			square += x[1] * x[1]
			measuretest.Near(t, "together", x[2], x[0], 1e-9)
		}
		measuretest.Near(t, "correlation", cross/n, 0.8, 0.03)
		measuretest.Near(t, "variance", square/n, 1, 0.04)
	})
	t.Run("names separate the sources of a draw, and asking again gives the same", func(t *testing.T) {
		d := &Draw{3, "r", 1}
		if d.Stream("a").Uniform() == d.Stream("b").Uniform() {
			t.Error("two names, one number")
		}
		if d.Stream("a").Uniform() != d.Stream("a").Uniform() {
			t.Error("one name, two numbers")
		}
		if NewStream("ab", 1, 3, "c").Uniform() == NewStream("a", 1, 3, "bc").Uniform() {
			t.Error("the parts of the key run into each other")
		}
	})
	t.Run("the generator gives the same numbers in every release", func(t *testing.T) {
		golden := []float64{0.967176648342495, 0.388041707475065, -0.632919484484302}
		s := NewStream("golden", 42, 7, "x")
		got := []float64{s.Uniform(), s.Uniform(), s.Normal()}
		for i, want := range golden {
			measuretest.Near(t, "number", got[i], want, 1e-14)
		}
	})
	t.Run("what is no distribution is refused", func(t *testing.T) {
		for code, m := range map[string]Margin{
			"uncertainty.bad-margin":   {Law: Normal, SD: -1},
			"uncertainty.not-positive": {Law: Lognormal, Mean: -1, SD: 1},
			"uncertainty.empty-range":  {Law: Truncated, Mean: 0, SD: 1, Low: 2, High: 1},
			"uncertainty.unknown-law":  {Law: "triangular"},
		} {
			measuretest.Fails(t, m.Check(), code)
		}
		measuretest.Fails(t, Margin{Law: Lognormal, Mean: -1}.Check(), "uncertainty.not-positive")
		measuretest.Fails(t, Margin{Law: Lognormal, SD: 1}.Check(), "uncertainty.not-positive")
		if err := (Margin{Law: Lognormal}).Check(); err != nil {
			t.Errorf("a figure that is surely zero: %v", err)
		}
		measuretest.Fails(t, Margin{Law: Truncated, Mean: 0, SD: 1, Low: 50, High: 51}.Check(), "uncertainty.empty-range")
		measuretest.Fails(t, Margin{Law: Truncated, Mean: 5, Low: 0, High: 1}.Check(), "uncertainty.empty-range")
		measuretest.Fails(t, Margin{Law: Normal, Mean: math.NaN()}.Check(), "uncertainty.bad-margin")
		measuretest.Fails(t, Dirichlet{[]float64{0.5, 0.4}, 1}.Check(), "uncertainty.bad-shares")
		measuretest.Fails(t, Dirichlet{[]float64{0.5, 0.5}, 0}.Check(), "uncertainty.bad-concentration")
		three := []Margin{{Law: Normal, SD: 1}, {Law: Normal, SD: 1}, {Law: Normal, SD: 1}}
		_, err := NewJoint(three, [][]float64{{1, 0.9, -0.9}, {0.9, 1, 0.9}, {-0.9, 0.9, 1}})
		measuretest.Fails(t, err, "uncertainty.not-positive-definite")
		_, err = NewJoint(three, [][]float64{{1, 0.9, 0.1}, {0.8, 1, 0.9}, {0.1, 0.9, 1}})
		measuretest.Fails(t, err, "uncertainty.bad-correlation")
		_, err = NewJoint(three, [][]float64{{1}})
		measuretest.Fails(t, err, "uncertainty.length")
		_, err = NewJoint([]Margin{{Law: "x"}}, nil)
		measuretest.Fails(t, err, "uncertainty.margin-at")
	})
}

func TestDelta(t *testing.T) {
	t.Run("the numerical gradient gives the share formula", rapid.MakeCheck(func(r *rapid.T) {
		positive := rapid.Float64Range(1, 1000)
		d, n := positive.Draw(r, "d"), positive.Draw(r, "n")
		sd, sn := d*rapid.Float64Range(0, 0.3).Draw(r, "cv d"), n*rapid.Float64Range(0.01, 0.3).Draw(r, "cv n")
		want, err := ShareSD(d, n, sd, sn)
		if err != nil {
			r.Fatal(err)
		}
		got, err := Delta(func(x []float64) float64 { return x[0] / (x[0] + x[1]) }, []float64{d, n}, [][]float64{{sd * sd, 0}, {0, sn * sn}})
		if err != nil {
			r.Fatal(err)
		}
		measuretest.Near(r, "sd", got/want, 1, 1e-6)
	}))
	t.Run("what has no variance is refused", func(t *testing.T) {
		_, err := DeltaGradient([]float64{1, -1}, [][]float64{{1, 2}, {2, 1}})
		measuretest.Fails(t, err, "uncertainty.negative-variance")
		_, err = DeltaGradient([]float64{1}, nil)
		measuretest.Fails(t, err, "uncertainty.length")
		_, err = Delta(func(x []float64) float64 { return math.Sqrt(x[0]) }, []float64{0}, [][]float64{{1}})
		measuretest.Fails(t, err, "uncertainty.not-finite")
		_, err = Delta(func(x []float64) float64 { return x[0] }, []float64{0}, [][]float64{{-1}})
		measuretest.Fails(t, err, "uncertainty.negative-variance")
		_, err = ShareSD(0, 0, 1, 1)
		measuretest.Fails(t, err, "uncertainty.bad-share")
		_, err = ShareSD(math.NaN(), 0, 1, 1)
		measuretest.Fails(t, err, "uncertainty.not-finite")
	})
}

func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		if _, err := Run(b.Context(), Plan{Recipe: "share/1", Seed: 1, Draws: 1000}, 1, shareRecipe); err != nil {
			b.Fatal(err)
		}
	}
}
