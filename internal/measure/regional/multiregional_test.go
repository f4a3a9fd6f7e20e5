package regional

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/balance"
	"nhipso/internal/measure/measuretest"
)

// national is a balanced three-industry table.
func national() NationalTable {
	z := dense([][]float64{{10, 20, 5}, {30, 10, 15}, {0, 25, 10}})
	final := dense([][]float64{{60, 5}, {90, -3}, {40, 5}})
	out := make([]float64, 3)
	for i := range 3 {
		out[i] = mat.Sum(z.RowView(i)) + mat.Sum(final.RowView(i))
	}
	return NationalTable{z, final, out}
}

func TestMultiRegional(t *testing.T) {
	build := func(t *rapid.T) (NationalTable, RegionalInputs) {
		nat := national()
		regions := rapid.IntRange(1, 4).Draw(t, "regions")
		in := RegionalInputs{Output: mat.NewDense(regions, 3, nil), FinalShares: mat.NewDense(regions, 2, nil)}
		split := func(total float64) []float64 {
			w := make([]float64, regions)
			for r := range w {
				w[r] = rapid.Float64Range(0.05, 1).Draw(t, "share")
			}
			return shared(total, w)
		}
		for i, x := range nat.Output {
			in.Output.SetCol(i, split(x))
		}
		for j := range 2 {
			in.FinalShares.SetCol(j, split(1))
		}
		in.Quotients.Form = rapid.SampledFrom([]Form{SLQ, CILQ, FLQ}).Draw(t, "form")
		return nat, in
	}
	t.Run("sales add to output, needs to the national technology, regions to the nation", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			nat, in := build(t)
			got, err := MultiRegional(nat, in)
			if err != nil {
				t.Fatal(err)
			}
			regions, n := got.Regions, 3
			for i := range n {
				for j := range n {
					sum := 0.0
					for r := range regions {
						need := 0.0
						for s := range regions {
							need += got.Z.At(s*n+i, r*n+j)
						}
						measuretest.Near(t, "need", need, nat.Z.At(i, j)*in.Output.At(r, j)/nat.Output[j], 1e-8)
						sum += need
					}
					measuretest.Near(t, "nation", sum, nat.Z.At(i, j), 1e-8)
				}
				for j := range 2 {
					sum := 0.0
					for s := range regions {
						for r := range regions {
							sum += got.Final.At(s*n+i, r*2+j)
						}
					}
					measuretest.Near(t, "final use", sum, nat.Final.At(i, j), 1e-8)
				}
				for s := range regions {
					measuretest.Near(t, "sales", mat.Sum(got.Z.RowView(s*n+i))+mat.Sum(got.Final.RowView(s*n+i)), in.Output.At(s, i), 1e-8)
				}
			}
		})
	})
	t.Run("one region is the nation", func(t *testing.T) {
		nat := national()
		in := RegionalInputs{Output: mat.NewDense(1, 3, nat.Output), FinalShares: dense([][]float64{{1, 1}})}
		got, err := MultiRegional(nat, in)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.EqualApprox(got.Z, nat.Z, 1e-9) || !mat.EqualApprox(got.Final, nat.Final, 1e-9) {
			t.Fatal(mat.Formatted(got.Z))
		}
	})
	t.Run("a region without an industry buys it from the others", func(t *testing.T) {
		nat := national()
		in := RegionalInputs{Output: dense([][]float64{{nat.Output[0], 60, 30}, {0, nat.Output[1] - 60, nat.Output[2] - 30}}),
			FinalShares: dense([][]float64{{0.5, 0.5}, {0.5, 0.5}}), Friction: dense([][]float64{{1, 2}, {3, 1}})}
		got, err := MultiRegional(nat, in)
		if err != nil {
			t.Fatal(err)
		}
		if got.Z.At(3, 4) != 0 || !(got.Z.At(0, 4) > 0) {
			t.Fatal(mat.Formatted(got.Z))
		}
	})
	t.Run("tables that do not add up are refused", func(t *testing.T) {
		nat := national()
		good := RegionalInputs{Output: mat.NewDense(1, 3, nat.Output), FinalShares: dense([][]float64{{1, 1}}), Quotients: QuotientOptions{Names: names}}
		bad := nat
		bad.Output = []float64{1, nat.Output[1], nat.Output[2]}
		_, err := MultiRegional(bad, good)
		measuretest.Fails(t, err, "regional.table-unbalanced", "ICT")
		in := good
		in.Output = dense([][]float64{{nat.Output[0], 1, nat.Output[2]}})
		_, err = MultiRegional(nat, in)
		measuretest.Fails(t, err, "regional.not-the-nation", "trade")
		in = good
		in.FinalShares = dense([][]float64{{1, 0.9}})
		_, err = MultiRegional(nat, in)
		measuretest.Fails(t, err, "regional.shares-not-one", "0.9")
		in = good
		in.MinTrade = 1
		_, err = MultiRegional(nat, in)
		measuretest.Fails(t, err, "regional.bad-share", "MinTrade")
		in = good
		in.Friction = dense([][]float64{{1, 1}})
		_, err = MultiRegional(nat, in)
		measuretest.Fails(t, err, "regional.shape", "friction")
		_, err = MultiRegional(NationalTable{}, good)
		measuretest.Fails(t, err, "regional.empty")
	})
	t.Run("trade that friction forbids is named by product", func(t *testing.T) {
		nat := national()
		in := RegionalInputs{Output: dense([][]float64{{nat.Output[0], 60, 30}, {0, nat.Output[1] - 60, nat.Output[2] - 30}}),
			FinalShares: dense([][]float64{{0.5, 0.5}, {0.5, 0.5}}), Friction: mat.NewDense(2, 2, nil), Quotients: QuotientOptions{Names: names}}
		_, err := MultiRegional(nat, in)
		measuretest.Fails(t, err, "regional.product-not-balanced", "ICT")
	})
}

func TestConsistent(t *testing.T) {
	cube := Cube{Provinces: []string{"HN", "HCM"}, Industries: []string{"ICT", "other"}, Periods: []string{"2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"}, PerYear: 4}
	for k := range 16 {
		x := 10 + float64(k*7%11)
		cube.Values, cube.Variances = append(cube.Values, x), append(cube.Variances, x*x/100)
	}
	truth := make([]float64, 16)
	for k := range truth {
		truth[k] = cube.Values[k] * (1 + 0.05*math.Sin(float64(k)))
	}
	// margin sums the truth over what a total does not keep apart, by its own rule
	margin := func(keep func(p, i, t int) int, n int) []float64 {
		out := make([]float64, n)
		for p := range 2 {
			for i := range 2 {
				for t := range 4 {
					out[keep(p, i, t)] += truth[cube.At(p, i, t)]
				}
			}
		}
		return out
	}
	totals := []Total{
		{Name: "GRDP", By: ByProvince | ByYear, Values: margin(func(p, i, t int) int { return p }, 2)},
		{Name: "nation", By: ByIndustry | ByPeriod, Values: margin(func(p, i, t int) int { return i*4 + t }, 8)},
		{Name: "province", By: ByProvince | ByIndustry | ByYear, Values: margin(func(p, i, t int) int { return p*2 + i }, 4)},
		{Name: "GDP", By: ByYear, Values: margin(func(p, i, t int) int { return 0 }, 1)},
	}
	t.Run("all totals hold at once and the redundant ones are listed", func(t *testing.T) {
		r, err := Consistent(cube, totals, balance.StoneOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, total := range totals {
			cs, err := cube.constraints(total)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cs {
				sum := 0.0
				for _, term := range c.Terms {
					sum += r.Values[term.Cell]
				}
				measuretest.Near(t, c.Name, sum, c.Value, 1e-12)
			}
		}
		// 8 nation rows + 4 province rows share the grand totals of two industries; GRDP and GDP follow
		if r.DF != 10 || len(r.Redundant) != 5 {
			t.Fatalf("rank %d, redundant %v", r.DF, r.Redundant)
		}
	})
	t.Run("totals that contradict are named with their place", func(t *testing.T) {
		bad := append([]Total(nil), totals...)
		bad[0].Values = []float64{totals[0].Values[0] + 5, totals[0].Values[1]}
		_, err := Consistent(cube, bad, balance.StoneOptions{})
		measuretest.Fails(t, err, "balance.inconsistent", "HN", "2024-Q1–2024-Q4")
		soft := append([]Total(nil), bad...)
		soft[0].SE = []float64{1, 1}
		if _, err := Consistent(cube, soft, balance.StoneOptions{}); err != nil {
			t.Fatal(err)
		}
		absent := append([]Total(nil), bad...)
		absent[0].Absent = []bool{true, false}
		if _, err := Consistent(cube, absent, balance.StoneOptions{}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("cells stay above zero when asked", func(t *testing.T) {
		low := cube
		low.NonNegative = true
		low.Values = append([]float64(nil), cube.Values...)
		low.Values[0] = -50
		r, err := Consistent(low, totals, balance.StoneOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range r.Values {
			if x < 0 {
				t.Fatal(k, x)
			}
		}
	})
	t.Run("shapes that do not fit are refused", func(t *testing.T) {
		bad := cube
		bad.PerYear = 3
		_, err := Consistent(bad, nil, balance.StoneOptions{})
		measuretest.Fails(t, err, "regional.periods")
		bad = cube
		bad.Values = bad.Values[:3]
		_, err = Consistent(bad, nil, balance.StoneOptions{})
		measuretest.Fails(t, err, "regional.cube-shape")
		_, err = Consistent(cube, []Total{{Name: "odd", By: ByPeriod | ByYear}}, balance.StoneOptions{})
		measuretest.Fails(t, err, "regional.two-periods", "odd")
		_, err = Consistent(cube, []Total{{Name: "short", By: ByPeriod, Values: []float64{1}}}, balance.StoneOptions{})
		measuretest.Fails(t, err, "regional.total-shape", "short", "4")
		_, err = Consistent(Cube{}, nil, balance.StoneOptions{})
		measuretest.Fails(t, err, "regional.empty")
	})
}
