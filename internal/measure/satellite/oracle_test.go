package satellite

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/measuretest"
)

type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func nearMaybe(t reporter, what string, got Maybe, want float64) {
	t.Helper()
	if !got.Known {
		t.Errorf("%s is missing, want %v", what, want)
		return
	}
	measuretest.Near(t, what, got.Value, want, 1e-9)
}

func matrix(rows [][]float64) *mat.Dense {
	out := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		out.SetRow(i, r)
	}
	return out
}

func list(codes ...string) List { return List{Meta{ID: "test"}, codes} }

type adbCase struct {
	R        []float64
	Forward  float64
	Backward float64
	Diagonal float64 `json:"diag_term"`
	Block    float64 `json:"block_term"`
	Capital  float64 `json:"capital_term"`
	Own      float64 `json:"own_value_added"`
	Literal  float64 `json:"digital_gdp_literal"`
	Total    float64 `json:"digital_gdp_block"`
	Share    float64 `json:"share_block"`
}

func TestConstructed(t *testing.T) {
	var o struct {
		ADB struct {
			Z             [][]float64
			Output, Final []float64
			ValueAdded    []float64 `json:"value_added"`
			M             [][]float64
			One           adbCase `json:"digital_sector_3"`
			Two           adbCase `json:"digital_sectors_2_and_3"`
			WithR         adbCase `json:"digital_sector_3_with_r"`
		}
		Ratio struct {
			Make     [][]float64 `json:"supply_industry_by_product"`
			Phi      []float64   `json:"digital_fraction_of_product"`
			VA       []float64   `json:"value_added"`
			Jobs     []float64   `json:"employment"`
			Expected struct {
				D     []float64 `json:"digital_output_ratio"`
				VA    []float64 `json:"digital_value_added_by_industry"`
				Total float64   `json:"digital_value_added"`
				Share float64
				Jobs  float64 `json:"digital_employment"`
			}
		} `json:"product_ratio"`
		Spill struct {
			Industries, Core []string
			Current          []float64 `json:"grdp_current"`
			YearAgo          []float64 `json:"grdp_same_period_last_year"`
			Ratio            []float64 `json:"ict_over_intermediate"`
			Conversion       float64
			Taxes            float64 `json:"product_taxes_less_subsidies"`
			Expected         struct {
				ICT        []float64 `json:"va_ict"`
				Core       float64
				Spill      float64 `json:"spill_over"`
				Total      float64
				GRDP       float64
				CoreShare  float64 `json:"core_share_pct"`
				SpillShare float64 `json:"spill_over_share_pct"`
				Share      float64 `json:"total_share_pct"`
			}
		} `json:"provincial_spill_over"`
		NSO struct {
			Industries, Core []string
			VA               []float64 `json:"value_added"`
			D                []float64 `json:"digital_share_of_intermediate"`
			Taxes            float64   `json:"product_taxes_less_subsidies"`
			Expected         struct {
				Core, Digitalised float64
				Share             float64 `json:"share_pct"`
			}
		} `json:"nso_core_plus_digitalised"`
	}
	b, err := os.ReadFile("testdata/constructed.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}

	m, err := inputoutput.NewModel(&inputoutput.Table{Codes: []string{"1", "2", "3"}, Z: matrix(o.ADB.Z), Output: o.ADB.Output,
		Primary: []inputoutput.Row{{Code: "va", Kind: inputoutput.ValueAdded, Values: o.ADB.ValueAdded}}}, inputoutput.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("the value flow of the ADB example", func(t *testing.T) {
		v, _ := m.Coefficients(o.ADB.ValueAdded)
		flow, _, err := m.ValueFlow(v, m.Final)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range o.ADB.M {
			for j, want := range row {
				measuretest.Near(t, "M", flow.At(i, j), want, 1e-9)
			}
		}
	})
	for name, c := range map[string]struct {
		codes []string
		want  adbCase
	}{"one digital sector": {[]string{"3"}, o.ADB.One}, "two": {[]string{"2", "3"}, o.ADB.Two}, "one with fixed investment": {[]string{"3"}, o.ADB.WithR}} {
		t.Run("ADB, "+name, func(t *testing.T) {
			got, err := ADB{Model: m, Digital: list(c.codes...), Investment: c.want.R}.Compute()
			if err != nil {
				t.Fatal(err)
			}
			measuretest.Near(t, "forward", got.Forward, c.want.Forward, 1e-9)
			measuretest.Near(t, "backward", got.Backward, c.want.Backward, 1e-9)
			measuretest.Near(t, "double count", got.DoubleCount, c.want.Block, 1e-9)
			nearMaybe(t, "diagonal", got.Diagonal, c.want.Diagonal)
			measuretest.Near(t, "capital", got.Capital, c.want.Capital, 1e-9)
			measuretest.Near(t, "own", got.Own, c.want.Own, 1e-9)
			nearMaybe(t, "literal", got.Literal, c.want.Literal)
			measuretest.Near(t, "block", got.Block, c.want.Total, 1e-9)
			nearMaybe(t, "share", got.Share, c.want.Share)
			nearMaybe(t, "difference", got.Difference, c.want.Literal-c.want.Total)
			for _, check := range got.Checks {
				if !check.Holds {
					t.Errorf("%+v", check)
				}
			}
		})
	}
	t.Run("product ratio", func(t *testing.T) {
		r := ProductRatio{Products: []string{"p1", "p2", "p3"}, Industries: []string{"i1", "i2", "i3"}, Make: matrix(o.Ratio.Make),
			Measures: []inputoutput.Row{{Code: "va", Values: o.Ratio.VA}, {Code: "jobs", Values: o.Ratio.Jobs}}}
		for i, f := range o.Ratio.Phi {
			r.Digital.Fractions = append(r.Digital.Fractions, Fraction{r.Products[i], f, "all"})
		}
		got, err := r.Compute()
		if err != nil {
			t.Fatal(err)
		}
		for j := range got.Ratio {
			measuretest.Near(t, "d", got.Ratio[j], o.Ratio.Expected.D[j], 1e-12)
			measuretest.Near(t, "va", got.Measures[0].ByIndustry[j], o.Ratio.Expected.VA[j], 1e-12)
		}
		measuretest.Near(t, "total", got.Measures[0].Digital, o.Ratio.Expected.Total, 1e-12)
		nearMaybe(t, "share", got.Measures[0].Share, o.Ratio.Expected.Share)
		measuretest.Near(t, "jobs", got.Measures[1].Digital, o.Ratio.Expected.Jobs, 1e-12)
		for _, c := range got.Checks {
			if !c.Holds {
				t.Errorf("%+v", c)
			}
		}
	})
	t.Run("provincial core and spill-over", func(t *testing.T) {
		s, want := o.Spill, o.Spill.Expected
		got, err := SpillOver{Industries: s.Industries, Core: list(s.Core...), Current: Known(s.Current...), YearAgo: Known(s.YearAgo...),
			Ratio: Known(s.Ratio...), Conversion: s.Conversion, ProductTaxes: inputoutput.Known(s.Taxes)}.Compute()
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want.ICT {
			nearMaybe(t, "ICT", got.ICT[i], w)
		}
		nearMaybe(t, "core", got.Core, want.Core)
		nearMaybe(t, "spill-over", got.SpillOver, want.Spill)
		nearMaybe(t, "total", got.Total, want.Total)
		nearMaybe(t, "GRDP", got.GRDP, want.GRDP)
		nearMaybe(t, "core share", got.CoreShare, want.CoreShare/100)
		nearMaybe(t, "spill share", got.SpillShare, want.SpillShare/100)
		nearMaybe(t, "share", got.Share, want.Share/100)
		nearMaybe(t, "what the lag takes away", got.Lag, (50*0.01+100*0.05+100*0.08)*0.4)
	})
	t.Run("NSO core and digitalised part", func(t *testing.T) {
		d := map[string]float64{}
		for i, c := range o.NSO.Industries {
			d[c] = o.NSO.D[i]
		}
		got, err := CoreDigitalised{Industries: o.NSO.Industries, ValueAdded: Known(o.NSO.VA...), Core: list(o.NSO.Core...),
			Coefficients: d, ProductTaxes: o.NSO.Taxes}.Compute()
		if err != nil {
			t.Fatal(err)
		}
		nearMaybe(t, "core", got.Core, o.NSO.Expected.Core)
		nearMaybe(t, "digitalised", got.Digitalised, o.NSO.Expected.Digitalised)
		nearMaybe(t, "share", got.Share, o.NSO.Expected.Share/100)
	})
}

func codes(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint("i", i)
	}
	return out
}
