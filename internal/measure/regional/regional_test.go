package regional

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func wantCode(t tester, err error, code string, mentions ...string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("got error %v, want %s", err, code)
	}
	for _, lang := range []string{"vi", "en"} {
		s := fault.In(err, lang)
		if strings.Contains(s, "{") {
			t.Fatalf("unfilled sentence: %s", s)
		}
		for _, m := range mentions {
			if !strings.Contains(s, m) {
				t.Fatalf("%q does not mention %q", s, m)
			}
		}
	}
}

func near(t tester, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
		t.Fatalf("%s: got %.14g, want %.14g", what, got, want)
	}
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
	near(t, "share", slq.RegionShare, o.Expected.Share, 1e-12)
	near(t, "λ(0.1)", light.Lambda[0], o.Expected.Lambda01, 1e-12)
	near(t, "λ(0.3)", flq.Lambda[0], o.Expected.Lambda03, 1e-12)
	sfl := get(QuotientOptions{Form: SFLQ, SectorDelta: []float64{0.1, 0.3, 0.1, 0.3, 0.1, 0.3}})
	aflq := get(QuotientOptions{Form: AFLQ})
	for i := range o.Region {
		near(t, "SLQ", slq.SLQ[i], o.Expected.SLQ[i], 1e-12)
		for j := range o.Region {
			near(t, "SLQ form", slq.Matrix.At(i, j), o.Expected.SLQ[i], 1e-12)
			near(t, "CILQ", cilq.Matrix.At(i, j), o.Expected.CILQ[i][j], 1e-12)
			near(t, "FLQ", flq.Matrix.At(i, j), o.Expected.FLQ[i][j], 1e-12)
			column := flq
			if j%2 == 0 {
				column = light
			}
			near(t, "SFLQ", sfl.Matrix.At(i, j), column.Matrix.At(i, j), 1e-12)
			want := flq.Matrix.At(i, j)
			if s := o.Expected.SLQ[j]; s > 1 {
				want *= math.Log2(1 + s)
			}
			near(t, "AFLQ", aflq.Matrix.At(i, j), want, 1e-12)
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
				near(t, "SLQ", q.SLQ[i], 1, 1e-12)
				for j := range region {
					near(t, "CILQ", plain.Matrix.At(i, j), 1, 1e-12)
					near(t, "FLQ", q.Matrix.At(i, j), math.Pow(math.Log2(1+c), 0.3), 1e-12)
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
				near(t, "mean SLQ", sum, 1, 1e-12)
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
		near(t, "cap first", at(early), 0.2*math.Log2(1+slq), 1e-12)
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
				wantCode(t, err, c.code, c.place)
			})
		}
		q, err := LocationQuotients([]float64{1}, []float64{2}, QuotientOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = q.Coefficients(dense([][]float64{{1, 2}}), QuotientOptions{})
		wantCode(t, err, "regional.shape")
		_, err = q.Coefficients(nil, QuotientOptions{})
		wantCode(t, err, "regional.empty")
	})
}

func TestAllocate(t *testing.T) {
	t.Run("provinces add to the nation to the last bit, in any order", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			p := rapid.IntRange(1, 63).Draw(t, "provinces")
			ind := mat.NewDense(p, 1, nil)
			for i := range p {
				ind.Set(i, 0, math.Exp(rapid.Float64Range(-20, 20).Draw(t, "log indicator")))
			}
			total := rapid.Float64Range(-1e9, 1e9).Draw(t, "total")
			got, err := Allocate([]float64{total}, []Indicator{{"revenue", ind}}, Names{})
			if err != nil {
				t.Fatal(err)
			}
			forth, back := 0.0, 0.0
			for i := range p {
				forth += got.Values.At(i, 0)
				back += got.Values.At(p-1-i, 0)
				if got.Values.At(i, 0)*total < 0 {
					t.Fatal("a part has the wrong sign")
				}
			}
			if forth != total || back != total {
				t.Fatalf("%.17g, %.17g instead of %.17g", forth, back, total)
			}
			sum := mat.Sum(ind)
			for i := range p {
				near(t, "share", got.Values.At(i, 0), total*ind.At(i, 0)/sum, 1e-13*math.Max(1, math.Abs(total)))
			}
		})
	})
	revenue := dense([][]float64{{6, 0, 1}, {2, 0, 1}, {0, 0, 2}})
	workers := dense([][]float64{{1, 3, 9}, {1, 1, 9}, {1, 0, 9}})
	t.Run("the first indicator with a positive total is used", func(t *testing.T) {
		got, err := Allocate([]float64{80, 40, 100}, []Indicator{{"revenue", revenue}, {"workers", workers}}, names)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(got.Values, dense([][]float64{{60, 30, 25}, {20, 10, 25}, {0, 0, 50}})) {
			t.Fatal(mat.Formatted(got.Values))
		}
		if got.Used[0] != 0 || got.Used[1] != 1 || got.Used[2] != 0 {
			t.Fatal(got.Used)
		}
	})
	t.Run("an industry without any indicator is named, unless it is zero", func(t *testing.T) {
		_, err := Allocate([]float64{80, 40, 100}, []Indicator{{"revenue", revenue}}, names)
		wantCode(t, err, "regional.no-indicator", "trade", "40")
		got, err := Allocate([]float64{80, 0, 100}, []Indicator{{"revenue", revenue}}, names)
		if err != nil || got.Used[1] != -1 || got.Values.At(0, 1) != 0 {
			t.Fatal(got, err)
		}
	})
	t.Run("bad input is named", func(t *testing.T) {
		_, err := Allocate([]float64{1, 2, 3}, []Indicator{{"revenue", dense([][]float64{{1, -1, 1}})}}, names)
		wantCode(t, err, "regional.negative", "Hà Nội × trade", "revenue")
		_, err = Allocate([]float64{1, math.Inf(1), 3}, []Indicator{{"revenue", revenue}}, names)
		wantCode(t, err, "regional.not-finite", "trade")
		_, err = Allocate([]float64{1, 2}, []Indicator{{"revenue", revenue}}, names)
		wantCode(t, err, "regional.shape", "revenue")
		_, err = Allocate([]float64{1, 2, 3}, nil, names)
		wantCode(t, err, "regional.empty")
		_, err = Allocate([]float64{1, 2, 3}, []Indicator{{"revenue", revenue}, {"workers", nil}}, names)
		wantCode(t, err, "regional.empty")
	})
}

func TestHeadOffice(t *testing.T) {
	reported := dense([][]float64{{100, 50}, {20, 10}, {5, 5}})
	bank := Firm{Name: "bank", Home: 0, Industry: 0, Value: 60, Work: []Work{{0, 10}, {1, 20}, {2, 10}}}
	t.Run("figures follow the work, the nation does not change", func(t *testing.T) {
		got, err := HeadOffice(reported, []Firm{bank}, 0, names)
		if err != nil {
			t.Fatal(err)
		}
		if !mat.Equal(got.Values, dense([][]float64{{55, 50}, {50, 10}, {20, 5}})) {
			t.Fatal(mat.Formatted(got.Values))
		}
		near(t, "moved", mat.Sum(got.Moved), 0, 1e-12)
		if reported.At(0, 0) != 100 {
			t.Fatal("the input changed")
		}
	})
	t.Run("a share may stay with the head office", func(t *testing.T) {
		got, err := HeadOffice(reported, []Firm{bank}, 0.5, names)
		if err != nil || !mat.Equal(got.Values, dense([][]float64{{77.5, 50}, {35, 10}, {12.5, 5}})) {
			t.Fatal(got, err)
		}
		got, err = HeadOffice(reported, []Firm{bank}, 1, names)
		if err != nil || !mat.Equal(got.Values, reported) {
			t.Fatal(got, err)
		}
	})
	t.Run("firms that cannot be placed are named", func(t *testing.T) {
		for code, f := range map[string]Firm{
			"regional.no-work":      {Name: "shell", Value: 1},
			"regional.firm-outside": {Name: "abroad", Home: 7, Value: 1, Work: []Work{{0, 1}}},
			"regional.negative":     {Name: "odd", Value: -1, Work: []Work{{0, 1}}},
		} {
			_, err := HeadOffice(reported, []Firm{f}, 0, names)
			wantCode(t, err, code, f.Name)
		}
		_, err := HeadOffice(reported, []Firm{{Name: "far", Value: 1, Work: []Work{{9, 1}}}}, 0, names)
		wantCode(t, err, "regional.firm-outside", "far")
		_, err = HeadOffice(reported, []Firm{{Name: "minus", Value: 1, Work: []Work{{1, -1}}}}, 0, names)
		wantCode(t, err, "regional.negative", "minus")
		bank := bank
		bank.Value = 101
		_, err = HeadOffice(reported, []Firm{bank}, 0, names)
		wantCode(t, err, "regional.firms-exceed", "Hà Nội", "ICT", "101")
		_, err = HeadOffice(reported, nil, 2, names)
		wantCode(t, err, "regional.bad-share")
		_, err = HeadOffice(nil, nil, 0, names)
		wantCode(t, err, "regional.empty")
	})
}

func TestRestate(t *testing.T) {
	// Hà Giang joins Tuyên Quang; Cao Bằng stays; a third old province is split
	m := Map{From: []string{"Hà Giang", "Tuyên Quang", "Cao Bằng", "split"}, To: []string{"Tuyên Quang", "Cao Bằng"},
		Links: []Link{{0, 0, 1}, {1, 0, 1}, {2, 1, 1}, {3, 0, 0.25}, {3, 1, 0.75}}}
	old := dense([][]float64{{10, 1}, {20, 2}, {5, 3}, {8, 4}})
	t.Run("sums are kept", func(t *testing.T) {
		got, err := m.Restate(old)
		if err != nil || !mat.Equal(got, dense([][]float64{{32, 4}, {11, 6}})) {
			t.Fatal(got, err)
		}
	})
	t.Run("variances use squared shares", func(t *testing.T) {
		got, err := m.RestateVariances(old)
		if err != nil || got.At(0, 0) != 30.5 || got.At(1, 1) != 3+4*0.5625 {
			t.Fatal(got, err)
		}
		_, err = m.RestateVariances(dense([][]float64{{-1}, {0}, {0}, {0}}))
		wantCode(t, err, "regional.negative", "Hà Giang")
	})
	t.Run("back and forth returns the new figures", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			w := make([]float64, 4)
			for i := range w {
				w[i] = rapid.Float64Range(0.1, 10).Draw(t, "w")
			}
			back, err := m.Reverse(w)
			if err != nil {
				t.Fatal(err)
			}
			figures := dense([][]float64{{rapid.Float64Range(-100, 100).Draw(t, "a")}, {rapid.Float64Range(-100, 100).Draw(t, "b")}})
			split, err := back.Restate(figures)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "sum", mat.Sum(split), mat.Sum(figures), 1e-12)
			whole := Map{m.From[:3], m.To, m.Links[:3]} // whole provinces only: the split is then undone exactly
			b, err := whole.Reverse(w[:3])
			if err != nil {
				t.Fatal(err)
			}
			s, err := b.Restate(figures)
			if err != nil {
				t.Fatal(err)
			}
			again, err := whole.Restate(s)
			if err != nil || !mat.EqualApprox(again, figures, 1e-12) {
				t.Fatal(again, err)
			}
		})
	})
	t.Run("a map that loses or creates something is refused", func(t *testing.T) {
		bad := m
		bad.Links = m.Links[:4]
		_, err := bad.Restate(old)
		wantCode(t, err, "regional.shares-not-one", "split", "0.25")
		bad.Links = append([]Link{{0, 5, 1}}, m.Links...)
		_, err = bad.Restate(old)
		wantCode(t, err, "regional.link-outside")
		bad.Links = []Link{{0, 0, 1}, {1, 0, 1}, {2, 0, 1}, {3, 0, 1}}
		_, err = bad.Restate(old)
		wantCode(t, err, "regional.unreached", "Cao Bằng")
		bad.Links = []Link{{0, 0, -1}}
		_, err = bad.Restate(old)
		wantCode(t, err, "regional.bad-share", "Hà Giang")
		_, err = Map{}.Restate(old)
		wantCode(t, err, "regional.empty")
		_, err = m.Restate(dense([][]float64{{1}}))
		wantCode(t, err, "regional.shape")
		_, err = m.Restate(nil)
		wantCode(t, err, "regional.empty")
		_, err = m.Reverse([]float64{1})
		wantCode(t, err, "regional.shape")
		_, err = m.Reverse([]float64{0, 0, 1, 0})
		wantCode(t, err, "regional.no-indicator", "Tuyên Quang")
	})
}

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
						near(t, "need", need, nat.Z.At(i, j)*in.Output.At(r, j)/nat.Output[j], 1e-8)
						sum += need
					}
					near(t, "nation", sum, nat.Z.At(i, j), 1e-8)
				}
				for j := range 2 {
					sum := 0.0
					for s := range regions {
						for r := range regions {
							sum += got.Final.At(s*n+i, r*2+j)
						}
					}
					near(t, "final use", sum, nat.Final.At(i, j), 1e-8)
				}
				for s := range regions {
					near(t, "sales", mat.Sum(got.Z.RowView(s*n+i))+mat.Sum(got.Final.RowView(s*n+i)), in.Output.At(s, i), 1e-8)
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
		wantCode(t, err, "regional.table-unbalanced", "ICT")
		in := good
		in.Output = dense([][]float64{{nat.Output[0], 1, nat.Output[2]}})
		_, err = MultiRegional(nat, in)
		wantCode(t, err, "regional.not-the-nation", "trade")
		in = good
		in.FinalShares = dense([][]float64{{1, 0.9}})
		_, err = MultiRegional(nat, in)
		wantCode(t, err, "regional.shares-not-one", "0.9")
		in = good
		in.MinTrade = 1
		_, err = MultiRegional(nat, in)
		wantCode(t, err, "regional.bad-share", "MinTrade")
		in = good
		in.Friction = dense([][]float64{{1, 1}})
		_, err = MultiRegional(nat, in)
		wantCode(t, err, "regional.shape", "friction")
		_, err = MultiRegional(NationalTable{}, good)
		wantCode(t, err, "regional.empty")
	})
	t.Run("trade that friction forbids is named by product", func(t *testing.T) {
		nat := national()
		in := RegionalInputs{Output: dense([][]float64{{nat.Output[0], 60, 30}, {0, nat.Output[1] - 60, nat.Output[2] - 30}}),
			FinalShares: dense([][]float64{{0.5, 0.5}, {0.5, 0.5}}), Friction: mat.NewDense(2, 2, nil), Quotients: QuotientOptions{Names: names}}
		_, err := MultiRegional(nat, in)
		wantCode(t, err, "regional.product-not-balanced", "ICT")
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
				near(t, c.Name, sum, c.Value, 1e-12)
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
		wantCode(t, err, "balance.inconsistent", "HN", "2024-Q1–2024-Q4")
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
		wantCode(t, err, "regional.periods")
		bad = cube
		bad.Values = bad.Values[:3]
		_, err = Consistent(bad, nil, balance.StoneOptions{})
		wantCode(t, err, "regional.cube-shape")
		_, err = Consistent(cube, []Total{{Name: "odd", By: ByPeriod | ByYear}}, balance.StoneOptions{})
		wantCode(t, err, "regional.two-periods", "odd")
		_, err = Consistent(cube, []Total{{Name: "short", By: ByPeriod, Values: []float64{1}}}, balance.StoneOptions{})
		wantCode(t, err, "regional.total-shape", "short", "4")
		_, err = Consistent(Cube{}, nil, balance.StoneOptions{})
		wantCode(t, err, "regional.empty")
	})
}
