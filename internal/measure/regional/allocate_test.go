package regional

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"nhipso/internal/measure/measuretest"
)

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
				measuretest.Near(t, "share", got.Values.At(i, 0), total*ind.At(i, 0)/sum, 1e-13*math.Max(1, math.Abs(total)))
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
		measuretest.Fails(t, err, "regional.no-indicator", "trade", "40")
		got, err := Allocate([]float64{80, 0, 100}, []Indicator{{"revenue", revenue}}, names)
		if err != nil || got.Used[1] != -1 || got.Values.At(0, 1) != 0 {
			t.Fatal(got, err)
		}
	})
	t.Run("bad input is named", func(t *testing.T) {
		_, err := Allocate([]float64{1, 2, 3}, []Indicator{{"revenue", dense([][]float64{{1, -1, 1}})}}, names)
		measuretest.Fails(t, err, "regional.negative", "Hà Nội × trade", "revenue")
		_, err = Allocate([]float64{1, math.Inf(1), 3}, []Indicator{{"revenue", revenue}}, names)
		measuretest.Fails(t, err, "regional.not-finite", "trade")
		_, err = Allocate([]float64{1, 2}, []Indicator{{"revenue", revenue}}, names)
		measuretest.Fails(t, err, "regional.shape", "revenue")
		_, err = Allocate([]float64{1, 2, 3}, nil, names)
		measuretest.Fails(t, err, "regional.empty")
		_, err = Allocate([]float64{1, 2, 3}, []Indicator{{"revenue", revenue}, {"workers", nil}}, names)
		measuretest.Fails(t, err, "regional.empty")
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
		measuretest.Near(t, "moved", mat.Sum(got.Moved), 0, 1e-12)
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
			measuretest.Fails(t, err, code, f.Name)
		}
		_, err := HeadOffice(reported, []Firm{{Name: "far", Value: 1, Work: []Work{{9, 1}}}}, 0, names)
		measuretest.Fails(t, err, "regional.firm-outside", "far")
		_, err = HeadOffice(reported, []Firm{{Name: "minus", Value: 1, Work: []Work{{1, -1}}}}, 0, names)
		measuretest.Fails(t, err, "regional.negative", "minus")
		bank := bank
		bank.Value = 101
		_, err = HeadOffice(reported, []Firm{bank}, 0, names)
		measuretest.Fails(t, err, "regional.firms-exceed", "Hà Nội", "ICT", "101")
		_, err = HeadOffice(reported, nil, 2, names)
		measuretest.Fails(t, err, "regional.bad-share")
		_, err = HeadOffice(nil, nil, 0, names)
		measuretest.Fails(t, err, "regional.empty")
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
		measuretest.Fails(t, err, "regional.negative", "Hà Giang")
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
			measuretest.Near(t, "sum", mat.Sum(split), mat.Sum(figures), 1e-12)
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
		measuretest.Fails(t, err, "regional.shares-not-one", "split", "0.25")
		bad.Links = append([]Link{{0, 5, 1}}, m.Links...)
		_, err = bad.Restate(old)
		measuretest.Fails(t, err, "regional.link-outside")
		bad.Links = []Link{{0, 0, 1}, {1, 0, 1}, {2, 0, 1}, {3, 0, 1}}
		_, err = bad.Restate(old)
		measuretest.Fails(t, err, "regional.unreached", "Cao Bằng")
		bad.Links = []Link{{0, 0, -1}}
		_, err = bad.Restate(old)
		measuretest.Fails(t, err, "regional.bad-share", "Hà Giang")
		_, err = Map{}.Restate(old)
		measuretest.Fails(t, err, "regional.empty")
		_, err = m.Restate(dense([][]float64{{1}}))
		measuretest.Fails(t, err, "regional.shape")
		_, err = m.Restate(nil)
		measuretest.Fails(t, err, "regional.empty")
		_, err = m.Reverse([]float64{1})
		measuretest.Fails(t, err, "regional.shape")
		_, err = m.Reverse([]float64{0, 0, 1, 0})
		measuretest.Fails(t, err, "regional.no-indicator", "Tuyên Quang")
	})
}
