package regional

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func dense(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		m.SetRow(i, r)
	}
	return m
}

func ptr[T any](x T) *T { return &x }

var names = Names{Provinces: []string{"Hà Nội", "Huế", "Cần Thơ"}, Industries: []string{"ICT", "trade", "farms"}}

func TestQuotientOracle(t *testing.T) {
	b, err := os.ReadFile("testdata/location-quotient.json")
	if err != nil {
		t.Fatal(err)
	}
	var o struct {
		Region, Nation []float64
		Expected       struct {
			SLQ      []float64
			Share    float64 `json:"region_share"`
			Lambda01 float64 `json:"lambda_delta_0_1"`
			Lambda03 float64 `json:"lambda_delta_0_3"`
			CILQ     [][]float64
			FLQ      [][]float64 `json:"flq_delta_0_3"`
		}
	}
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	get := func(q QuotientOptions) *Quotients {
		got, err := LocationQuotients(o.Region, o.Nation, q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	slq, cilq, flq, light := get(QuotientOptions{Form: SLQ}), get(QuotientOptions{Form: CILQ}), get(QuotientOptions{}), get(QuotientOptions{Delta: ptr(0.1)})
	measuretest.Near(t, "share", slq.RegionShare, o.Expected.Share, 1e-12)
	measuretest.Near(t, "λ(0.1)", light.Lambda[0], o.Expected.Lambda01, 1e-12)
	measuretest.Near(t, "λ(0.3)", flq.Lambda[0], o.Expected.Lambda03, 1e-12)
	sfl := get(QuotientOptions{Form: SFLQ, SectorDelta: []float64{0.1, 0.3, 0.1, 0.3, 0.1, 0.3}})
	aflq := get(QuotientOptions{Form: AFLQ})
	for i := range o.Region {
		measuretest.Near(t, "SLQ", slq.SLQ[i], o.Expected.SLQ[i], 1e-12)
		for j := range o.Region {
			measuretest.Near(t, "SLQ form", slq.Matrix.At(i, j), o.Expected.SLQ[i], 1e-12)
			measuretest.Near(t, "CILQ", cilq.Matrix.At(i, j), o.Expected.CILQ[i][j], 1e-12)
			measuretest.Near(t, "FLQ", flq.Matrix.At(i, j), o.Expected.FLQ[i][j], 1e-12)
			column := flq
			if j%2 == 0 {
				column = light
			}
			measuretest.Near(t, "SFLQ", sfl.Matrix.At(i, j), column.Matrix.At(i, j), 1e-12)
			want := flq.Matrix.At(i, j)
			if s := o.Expected.SLQ[j]; s > 1 {
				want *= math.Log2(1 + s)
			}
			measuretest.Near(t, "AFLQ", aflq.Matrix.At(i, j), want, 1e-12)
		}
	}
}

func sizes(t *rapid.T) (region, nation []float64) {
	n := rapid.IntRange(1, 6).Draw(t, "n")
	for range n {
		x := rapid.Float64Range(1, 1000).Draw(t, "nation")
		nation = append(nation, x)
		region = append(region, x*rapid.Float64Range(0.001, 1).Draw(t, "share"))
	}
	return region, nation
}

func TestQuotientProperties(t *testing.T) {
	forms := []Form{SLQ, CILQ, FLQ, AFLQ, SFLQ}
	quotients := func(t tester, region, nation []float64, o QuotientOptions) *Quotients {
		if o.Form == SFLQ {
			o.SectorDelta = make([]float64, len(nation))
		}
		q, err := LocationQuotients(region, nation, o)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	t.Run("a region in the proportions of the nation has quotients of 1, scaled by λ", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			_, nation := sizes(t)
			c := rapid.Float64Range(0.01, 1).Draw(t, "c")
			region := make([]float64, len(nation))
			for i := range region {
				region[i] = c * nation[i]
			}
			q, plain := quotients(t, region, nation, QuotientOptions{}), quotients(t, region, nation, QuotientOptions{Form: CILQ})
			for i := range region {
				measuretest.Near(t, "SLQ", q.SLQ[i], 1, 1e-12)
				for j := range region {
					measuretest.Near(t, "CILQ", plain.Matrix.At(i, j), 1, 1e-12)
					measuretest.Near(t, "FLQ", q.Matrix.At(i, j), math.Pow(math.Log2(1+c), 0.3), 1e-12)
				}
			}
		})
	})
	t.Run("the nation as its own region keeps its coefficients", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			_, nation := sizes(t)
			a := mat.NewDense(len(nation), len(nation), nil)
			a.Apply(func(i, j int, _ float64) float64 { return float64(i+j) / 20 }, a)
			for _, form := range []Form{SLQ, CILQ, FLQ, SFLQ, AFLQ} {
				o := QuotientOptions{Form: form}
				got, err := quotients(t, nation, nation, o).Coefficients(a, o)
				if err != nil {
					t.Fatal(err)
				}
				if !mat.EqualApprox(got, a, 1e-12) {
					t.Fatal(form)
				}
			}
		})
	})
	t.Run("SLQ weighted by the nation's shares averages 1; coefficients lie between 0 and the national ones", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			region, nation := sizes(t)
			n := len(nation)
			a := mat.NewDense(n, n, nil)
			a.Apply(func(i, j int, _ float64) float64 { return rapid.Float64Range(0, 0.3).Draw(t, "a") }, a)
			total := mat.Sum(mat.NewVecDense(n, nation))
			for _, form := range forms {
				o := QuotientOptions{Form: form}
				q := quotients(t, region, nation, o)
				sum := 0.0
				for i := range nation {
					sum += q.SLQ[i] * nation[i] / total
				}
				measuretest.Near(t, "mean SLQ", sum, 1, 1e-12)
				r, err := q.Coefficients(a, o)
				if err != nil {
					t.Fatal(err)
				}
				for i := range n {
					for j := range n {
						if x := r.At(i, j); x < 0 || x > a.At(i, j) {
							t.Fatalf("%s: %g of %g", form, x, a.At(i, j))
						}
					}
				}
			}
		})
	})
}

func TestQuotientEdges(t *testing.T) {
	nation := []float64{100, 200, 0}
	t.Run("an industry the nation lacks has no quotient; one the region lacks has zeros", func(t *testing.T) {
		for _, form := range []Form{CILQ, FLQ, AFLQ} {
			q, err := LocationQuotients([]float64{0, 50, 0}, nation, QuotientOptions{Form: form})
			if err != nil {
				t.Fatal(err)
			}
			if !q.Missing[2] || q.Missing[0] || q.SLQ[0] != 0 {
				t.Fatal(q)
			}
			for k := range 3 {
				if q.Matrix.At(0, k) != 0 || q.Matrix.At(k, 0) != 0 || q.Matrix.At(2, k) != 0 || q.Matrix.At(k, 2) != 0 {
					t.Fatal(mat.Formatted(q.Matrix))
				}
			}
		}
	})
	t.Run("an industry the region lacks buys no inputs there, in any form", func(t *testing.T) {
		a := dense([][]float64{{0.1, 0.2, 0.3}, {0.2, 0.1, 0.1}, {0, 0.1, 0.2}})
		for _, form := range []Form{SLQ, CILQ, FLQ, AFLQ} {
			o := QuotientOptions{Form: form}
			q, err := LocationQuotients([]float64{0, 50, 20}, []float64{100, 200, 100}, o)
			if err != nil {
				t.Fatal(err)
			}
			r, err := q.Coefficients(a, o)
			if err != nil {
				t.Fatal(err)
			}
			for k := range 3 {
				if r.At(k, 0) != 0 || r.At(0, k) != 0 {
					t.Fatalf("%s: %v", form, mat.Formatted(r))
				}
			}
		}
	})
	t.Run("AFLQ: where the cap is put is declared", func(t *testing.T) {
		region, whole := []float64{90, 10}, []float64{100, 200}
		a := dense([][]float64{{0.2, 0.2}, {0.2, 0.2}})
		late, early := QuotientOptions{Form: AFLQ, Delta: ptr(0.0)}, QuotientOptions{Form: AFLQ, Delta: ptr(0.0), CapBeforeScale: true}
		at := func(o QuotientOptions) float64 {
			q, err := LocationQuotients(region, whole, o)
			if err != nil {
				t.Fatal(err)
			}
			r, err := q.Coefficients(a, o)
			if err != nil {
				t.Fatal(err)
			}
			return r.At(0, 0)
		}
		if x := at(late); x != 0.2 {
			t.Fatal(x)
		}
		slq := (90. / 100) / (100. / 300)
		measuretest.Near(t, "cap first", at(early), 0.2*math.Log2(1+slq), 1e-12)
	})
	t.Run("bad input is named", func(t *testing.T) {
		for name, c := range map[string]struct {
			region, nation []float64
			o              QuotientOptions
			code, place    string
		}{
			"empty":           {nil, nil, QuotientOptions{}, "regional.empty", ""},
			"shape":           {[]float64{1}, []float64{1, 2}, QuotientOptions{}, "regional.shape", ""},
			"NaN":             {[]float64{1, math.NaN(), 1}, []float64{1, 2, 3}, QuotientOptions{Names: names}, "regional.not-finite", "trade"},
			"negative":        {[]float64{1, 2, -1}, []float64{1, 2, 3}, QuotientOptions{Names: names}, "regional.negative", "farms"},
			"above nation":    {[]float64{2, 2, 1}, []float64{1, 2, 3}, QuotientOptions{Names: names}, "regional.exceeds-nation", "ICT"},
			"no size":         {[]float64{0, 0, 0}, []float64{1, 2, 3}, QuotientOptions{}, "regional.no-size", ""},
			"delta 1":         {[]float64{1, 1, 1}, []float64{1, 2, 3}, QuotientOptions{Delta: ptr(1.0)}, "regional.bad-delta", "1"},
			"no sector delta": {[]float64{1, 1, 1}, []float64{1, 2, 3}, QuotientOptions{Form: SFLQ}, "regional.sector-delta", ""},
			"unknown form":    {[]float64{1, 1, 1}, []float64{1, 2, 3}, QuotientOptions{Form: "xlq"}, "regional.unknown-form", "xlq"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := LocationQuotients(c.region, c.nation, c.o)
				measuretest.Fails(t, err, c.code, c.place)
			})
		}
		q, err := LocationQuotients([]float64{1}, []float64{2}, QuotientOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Coefficients(dense([][]float64{{1, 2}}), QuotientOptions{})
		measuretest.Fails(t, err, "regional.shape")
		_, err = q.Coefficients(nil, QuotientOptions{})
		measuretest.Fails(t, err, "regional.empty")
	})
}
