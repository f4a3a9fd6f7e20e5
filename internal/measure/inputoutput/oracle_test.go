package inputoutput

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/measuretest"
)

type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func nearAll(t reporter, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		measuretest.Near(t, what, got[i], want[i], tolerance)
	}
}

func nearMatrix(t reporter, what string, got *mat.Dense, want [][]float64, tolerance float64) {
	t.Helper()
	if r, _ := got.Dims(); r != len(want) {
		t.Errorf("%s has %d rows, want %d", what, r, len(want))
		return
	}
	for i := range want {
		nearAll(t, what, got.RawRowView(i), want[i], tolerance)
	}
}

func values(m []Maybe) []float64 {
	out := make([]float64, len(m))
	for i := range m {
		if out[i] = m[i].Value; !m[i].Known {
			out[i] = math.NaN()
		}
	}
	return out
}

func matrix(rows [][]float64) *mat.Dense {
	out := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		out.SetRow(i, r)
	}
	return out
}

func load(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

func model(t reporter, table *Table) *Model {
	t.Helper()
	m, err := NewModel(table, Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return m
}

type germany struct {
	Sectors         []string
	Z               [][]float64
	FinalUseColumns []string    `json:"final_use_columns"`
	FinalUse        [][]float64 `json:"final_use"`
	Output, GVA     []float64
	Compensation    []float64 `json:"compensation_of_employees"`
	Employment      []float64
	Expected        struct {
		A            [][]float64 `json:"input_coefficients_A"`
		L            [][]float64 `json:"leontief_L"`
		Multipliers  []float64   `json:"output_multipliers"`
		GVAIndicator []float64   `json:"gva_indicator"`
		GVAEffects   []float64   `json:"gva_effects_per_unit_of_final_use"`
		EmpIndicator []float64   `json:"employment_indicator"`
		EmpEffects   []float64   `json:"employment_effects"`
		CompEffects  []float64   `json:"compensation_effects"`
		G            [][]float64 `json:"ghosh_G"`
		Forward      []float64   `json:"forward_linkages_ghosh_row_sums"`
		LeontiefRows []float64   `json:"forward_leontief_row_sums"`
		Power        []float64   `json:"rasmussen_power_of_dispersion"`
		Sensitivity  []float64   `json:"rasmussen_sensitivity_of_dispersion"`
		Extraction   struct {
			Output float64 `json:"output_loss"`
			GVA    float64 `json:"gva_loss"`
		} `json:"hypothetical_extraction_business_services"`
	}
	Published struct {
		Multipliers []float64 `json:"output_multipliers"`
		GVA         []float64 `json:"gva_effects"`
		Employment  []float64 `json:"employment_effects"`
		Diagonal    []float64 `json:"leontief_diag_first3"`
		GhoshColumn []float64 `json:"ghosh_first_column"`
		Forward     []float64 `json:"forward_linkages"`
	} `json:"published_rounded"`
}

func (g germany) table() *Table {
	t := &Table{Codes: g.Sectors, Z: matrix(g.Z), Output: g.Output, Primary: []Row{{"B1G", ValueAdded, g.GVA}, {"EMP", Physical, g.Employment}}}
	use := matrix(g.FinalUse)
	for k, c := range g.FinalUseColumns {
		t.Final = append(t.Final, Column{c, mat.Col(nil, k, use)})
	}
	return t
}

func TestGermany1995(t *testing.T) {
	var g germany
	load(t, "germany1995.json", &g)
	m := model(t, g.table())
	const exact, printed = 1e-9, 5.1e-5

	t.Run("input coefficients and the Leontief inverse", func(t *testing.T) {
		nearMatrix(t, "A", m.InputCoefficients(), g.Expected.A, exact)
		l, how, err := m.Inverse()
		if err != nil || !how.Proven || how.Bound > 1e-12 {
			t.Fatal(how, err)
		}
		nearMatrix(t, "L", l, g.Expected.L, exact)
		for i, want := range g.Published.Diagonal {
			measuretest.Near(t, "printed diagonal", l.At(i, i), want, printed)
		}
	})
	t.Run("output multipliers as in the manual", func(t *testing.T) {
		got, err := m.OutputMultipliers()
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "multiplier", got, g.Expected.Multipliers, exact)
		nearAll(t, "printed multiplier", got, g.Published.Multipliers, printed)
	})
	t.Run("effects of value added, employment and compensation", func(t *testing.T) {
		for _, c := range []struct {
			w, direct, effect, published []float64
		}{
			{g.GVA, g.Expected.GVAIndicator, g.Expected.GVAEffects, g.Published.GVA},
			{g.Employment, g.Expected.EmpIndicator, g.Expected.EmpEffects, g.Published.Employment},
			{g.Compensation, nil, g.Expected.CompEffects, nil},
		} {
			got, err := m.Effects(c.w)
			if err != nil {
				t.Fatal(err)
			}
			if c.direct != nil {
				nearAll(t, "direct", got.Direct, c.direct, exact)
				nearAll(t, "printed effect", got.Effect, c.published, printed)
			}
			nearAll(t, "effect", got.Effect, c.effect, exact)
		}
	})
	t.Run("Ghosh inverse and linkages", func(t *testing.T) {
		ghosh, _, err := m.GhoshInverse()
		if err != nil {
			t.Fatal(err)
		}
		nearMatrix(t, "G", ghosh, g.Expected.G, exact)
		nearAll(t, "printed Ghosh column", mat.Col(nil, 0, ghosh), g.Published.GhoshColumn, printed)
		got, err := m.Linkages()
		if err != nil {
			t.Fatal(err)
		}
		nearAll(t, "forward", got.Forward, g.Expected.Forward, exact)
		nearAll(t, "Leontief rows", got.ForwardLeontief, g.Expected.LeontiefRows, exact)
		nearAll(t, "power", got.Power, g.Expected.Power, exact)
		nearAll(t, "sensitivity", got.Sensitivity, g.Expected.Sensitivity, exact)
		for i, want := range g.Published.Forward {
			if i != 1 { // the manual's misprint
				measuretest.Near(t, "printed forward", got.Forward[i], want, printed)
			}
		}
	})
	t.Run("extraction of business services", func(t *testing.T) {
		got, err := m.Extract([]int{4}, Whole)
		if err != nil {
			t.Fatal(err)
		}
		measuretest.Near(t, "output lost", got.Total, g.Expected.Extraction.Output, exact)
		measuretest.Near(t, "value added lost", got.ValueAdded.Value, g.Expected.Extraction.GVA, exact)
	})
	t.Run("rows agree with output; imports and taxes are what the columns lack", func(t *testing.T) {
		table := g.table()
		for _, f := range table.Reconcile(0.5) {
			if f.What == "row" {
				t.Errorf("%s", f.In("en"))
			}
		}
	})
	t.Run("the misprint of the row total is a finding with its size", func(t *testing.T) {
		table := g.table()
		table.Output = append([]float64(nil), table.Output...)
		table.Output[1] = 1079400
		for _, f := range table.Reconcile(0.5) {
			if f.What == "row" {
				if f.At != "industry_group" || f.Size != 46 {
					t.Errorf("%+v", f)
				}
				return
			}
		}
		t.Error("no finding")
	})
}

func TestNetherlands2000(t *testing.T) {
	var g struct {
		Sectors    []string
		Z          [][]float64 `json:"Z_domestic"`
		Output     []float64
		Comp       []float64 `json:"compensation_of_employees"`
		ValueAdded []float64 `json:"value_added"`
		Expected   struct {
			L           [][]float64 `json:"leontief_L"`
			Effects     []float64   `json:"compensation_effects"`
			Multipliers []float64   `json:"income_multipliers"`
		}
		Published struct {
			Effects     []float64 `json:"compensation_effects"`
			Multipliers []float64 `json:"income_multipliers"`
		} `json:"published_rounded"`
	}
	load(t, "netherlands2000.json", &g)
	m := model(t, &Table{Codes: g.Sectors, Z: matrix(g.Z), Output: g.Output, Primary: []Row{{"value_added", ValueAdded, g.ValueAdded}}})
	l, _, err := m.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	nearMatrix(t, "L", l, g.Expected.L, 1e-9)
	got, err := m.Effects(g.Comp)
	if err != nil {
		t.Fatal(err)
	}
	nearAll(t, "effect", got.Effect, g.Expected.Effects, 1e-9)
	nearAll(t, "printed effect", got.Effect, g.Published.Effects, 5e-4)
	nearAll(t, "type I multiplier", values(got.Multiplier), g.Expected.Multipliers, 1e-9)
	nearAll(t, "printed multiplier", values(got.Multiplier), g.Published.Multipliers, 5e-4)
}

func TestMillerBlair(t *testing.T) {
	// Miller and Blair, Input-Output Analysis, chapter 2: L = [[0.95, 0.25], [0.20, 0.85]] / 0.7575.
	m := model(t, &Table{Codes: []string{"1", "2"}, Z: matrix([][]float64{{150, 500}, {200, 100}}), Output: []float64{1000, 2000}})
	nearAll(t, "final demand", m.Final, []float64{350, 1700}, 0)
	l, _, err := m.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	nearMatrix(t, "L", l, [][]float64{{0.95 / 0.7575, 0.25 / 0.7575}, {0.20 / 0.7575, 0.85 / 0.7575}}, 1e-14)
	nearMatrix(t, "printed L", l, [][]float64{{1.25412541, 0.33003300}, {0.26402640, 1.12211221}}, 1e-8)
}
