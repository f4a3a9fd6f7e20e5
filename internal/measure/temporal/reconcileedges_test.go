package temporal

import (
	"fmt"
	"math"
	"testing"
)

func TestReconcileEdgeCases(t *testing.T) {
	t.Run("a national year that contradicts the provinces is refused by name", func(t *testing.T) {
		sys := fictive()
		sys.Totals[7].Value += 0.1
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.inconsistent", map[string]any{"constraint": "total, 8"})
	})
	t.Run("the same national quarter, declared uncertain, is accepted", func(t *testing.T) {
		sys := fictive()
		sys.Totals[7].Value += 0.1
		sys.Totals[7].Variance, sys.CorrectionVariance = 0.01, 0.01
		got, err := Reconcile(sys)
		if err != nil {
			t.Fatal(err)
		}
		if m := got.Misses[7]; math.Abs(m-0.1) > 1e-9 {
			t.Errorf("the whole gap falls on the uncertain quarter, not %g", m)
		}
	})
	t.Run("a province without annual totals is tied by the nation alone", func(t *testing.T) {
		sys := fictive()
		sys.Series[1].Targets = nil
		got, err := Reconcile(sys)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got.Misses {
			if math.Abs(m) > 1e-9 {
				t.Errorf("missed by %g", m)
			}
		}
		sys.Procedure = TwoStep
		_, err = Reconcile(sys)
		wantFault(t, err, "temporal.two-step-level", map[string]any{"series": "s2"})
	})
	t.Run("a province tied to nothing is refused by name", func(t *testing.T) {
		sys := fictive()
		sys.Series = append(sys.Series, Series{Name: "s4", Indicator: sys.Series[0].Indicator})
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.unlinked", map[string]any{"series": "s4"})
	})
	t.Run("two open provinces whose levels only their sum ties down have no unique solution", func(t *testing.T) {
		sys := fictive()
		sys.Series[0].Targets, sys.Series[1].Targets = nil, nil
		sys.Series[1].Indicator = sys.Series[0].Indicator
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.singular", nil)
	})
	t.Run("a zero in a province is named; a floor admits it", func(t *testing.T) {
		sys := fictive()
		sys.Series[2].Indicator = append([]float64(nil), sys.Series[2].Indicator...)
		sys.Series[2].Indicator[3] = 0
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.in-series", map[string]any{"series": "s3"})
		sys.Floor = 0.1
		if _, err := Reconcile(sys); err != nil {
			t.Error(err)
		}
	})
	t.Run("a missing quarter of one province is named", func(t *testing.T) {
		sys := fictive()
		sys.Series[2].Indicator = append([]float64(nil), sys.Series[2].Indicator...)
		sys.Series[2].Indicator[5] = math.NaN()
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.not-finite", map[string]any{"series": "s3", "position": 6})
	})
	t.Run("a province of another length is named", func(t *testing.T) {
		sys := fictive()
		sys.Series[1].Indicator = sys.Series[1].Indicator[:7]
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.length", map[string]any{"indicator": "s2"})
	})
	t.Run("a cell outside the system is named", func(t *testing.T) {
		sys := fictive()
		sys.Totals[0].Cells[0].Series = 9
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.outside", map[string]any{"constraint": "total, 1"})
	})
	t.Run("two steps take no uncertain totals", func(t *testing.T) {
		sys := fictive()
		sys.Totals[0].Variance, sys.CorrectionVariance, sys.Procedure = 1, 1, TwoStep
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.soft-two-step", nil)
	})
	t.Run("an uncertain total needs a yardstick", func(t *testing.T) {
		sys := fictive()
		sys.Totals[0].Variance = 1
		_, err := Reconcile(sys)
		wantFault(t, err, "temporal.no-yardstick", nil)
	})
	t.Run("no series, and growth forms, are refused", func(t *testing.T) {
		_, err := Reconcile(System{})
		wantFault(t, err, "temporal.empty-series", nil)
		sys := fictive()
		sys.Form = Growth
		_, err = Reconcile(sys)
		wantFault(t, err, "temporal.bad-option", map[string]any{"option": "Form"})
	})
	t.Run("63 provinces over 20 years of quarters are solved in one system", func(t *testing.T) {
		const m, years = 63, 20
		sys := System{}
		total := make([]float64, 4*years)
		for i := range m {
			x, low := make([]float64, 4*years), make([]float64, years)
			for k := range x {
				x[k] = float64(i+1) * (10 + math.Sin(float64(k*(i+3))))
				y := x[k] * (1.2 + 0.1*math.Cos(float64(k+i)))
				total[k] += y
				low[k/4] += y
			}
			sys.Series = append(sys.Series, Series{fmt.Sprint(i), x, Targets(low, 4, 0, Sum)})
		}
		sys.Totals = Across("nation", total, m, nil)
		got, err := Reconcile(sys)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Redundant) != years || got.Residual > 1e-9 || maxAbs(got.Misses) > 1e-8*maxAbs(total) {
			t.Errorf("redundant %d, residual %g, largest miss %g", len(got.Redundant), got.Residual, maxAbs(got.Misses))
		}
	})
}

func BenchmarkReconcile(b *testing.B) {
	const m, years = 63, 20
	sys := System{}
	total := make([]float64, 4*years)
	for i := range m {
		x, low := make([]float64, 4*years), make([]float64, years)
		for k := range x {
			x[k] = float64(i+1) * (10 + math.Sin(float64(k*(i+3))))
			y := x[k] * (1.2 + 0.1*math.Cos(float64(k+i)))
			total[k] += y
			low[k/4] += y
		}
		sys.Series = append(sys.Series, Series{fmt.Sprint(i), x, Targets(low, 4, 0, Sum)})
	}
	sys.Totals = Across("nation", total, m, nil)
	for name, p := range map[string]Procedure{"simultaneous": Simultaneous, "two-step": TwoStep} {
		sys.Procedure = p
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Reconcile(sys); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
