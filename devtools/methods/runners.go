package main

import (
	"strconv"

	"gonum.org/v1/gonum/mat"

	"nhipso/data/methods"
	"nhipso/internal/measure/balance"
	"nhipso/internal/measure/chain"
	"nhipso/internal/measure/composite"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/measure/regional"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/measure/seasonal"
	"nhipso/internal/measure/smallarea"
	"nhipso/internal/measure/statespace"
	"nhipso/internal/measure/temporal"
)

func dense(rows [][]float64) *mat.Dense {
	out := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		out.SetRow(i, r)
	}
	return out
}

func flat(rows [][]float64) (out []float64) {
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

func cells(m *mat.Dense) []float64 {
	r, _ := m.Dims()
	var out []float64
	for i := range r {
		out = append(out, mat.Row(nil, i, m)...)
	}
	return out
}

type germany struct {
	Sectors     []string
	Z           [][]float64
	Output, GVA []float64
	Expected    struct {
		Multipliers []float64 `json:"output_multipliers"`
		GVAEffects  []float64 `json:"gva_effects_per_unit_of_final_use"`
		Forward     []float64 `json:"forward_linkages_ghosh_row_sums"`
		Extraction  struct {
			Output float64 `json:"output_loss"`
			GVA    float64 `json:"gva_loss"`
		} `json:"hypothetical_extraction_business_services"`
	}
	Published struct {
		Multipliers []float64 `json:"output_multipliers"`
	} `json:"published_rounded"`
}

func (o oracle) germany() (g germany, m *inputoutput.Model, err error) {
	if err = o.json("inputoutput/testdata/germany1995.json", &g); err != nil {
		return g, nil, err
	}
	m, err = inputoutput.NewModel(&inputoutput.Table{Codes: g.Sectors, Z: dense(g.Z), Output: g.Output, Primary: []inputoutput.Row{{Code: "B1G", Kind: inputoutput.ValueAdded, Values: g.GVA}}}, inputoutput.Options{})
	return g, m, err
}

type constructed struct {
	ADB struct {
		Z          [][]float64
		Output     []float64
		ValueAdded []float64 `json:"value_added"`
		Two        struct {
			Forward  float64
			Backward float64
			Diagonal float64 `json:"diag_term"`
			Block    float64 `json:"block_term"`
			Own      float64 `json:"own_value_added"`
			Literal  float64 `json:"digital_gdp_literal"`
			Total    float64 `json:"digital_gdp_block"`
			Share    float64 `json:"share_block"`
		} `json:"digital_sectors_2_and_3"`
	}
	Ratio struct {
		Make     [][]float64 `json:"supply_industry_by_product"`
		Phi      []float64   `json:"digital_fraction_of_product"`
		VA       []float64   `json:"value_added"`
		Expected struct {
			D     []float64 `json:"digital_output_ratio"`
			VA    []float64 `json:"digital_value_added_by_industry"`
			Total float64   `json:"digital_value_added"`
		}
	} `json:"product_ratio"`
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

type twoProducts struct {
	Quantities struct{ A, B [][]float64 } `json:"quantities_quarterly"`
	Base       struct{ A, B float64 }     `json:"quantities_1997"`
	Prices     struct{ A, B []float64 }   `json:"annual_prices"`
	Expected   struct {
		Annual    []float64   `json:"annual_chain_laspeyres_1997_100"`
		Quarterly [][]float64 `json:"quarterly_annual_overlap"`
	}
}

func (o oracle) chain() (x twoProducts, index chain.Index, err error) {
	if err = o.json("chain/testdata/two-products.json", &x); err != nil {
		return x, index, err
	}
	a, err := chain.FromPrices([][]float64{x.Prices.A, x.Prices.B}, []float64{x.Base.A, x.Base.B}, [][]float64{flat(x.Quantities.A), flat(x.Quantities.B)}, 4)
	if err != nil {
		return x, index, err
	}
	index, err = a.Chain(chain.AnnualOverlap)
	return x, index, err
}

// swiss disaggregates or benchmarks annual sales by quarterly exports.
func swiss(column string, how func(sales, exports []float64) ([]float64, error)) func(oracle) ([]float64, []float64, error) {
	return func(o oracle) ([]float64, []float64, error) {
		annual, err := o.table("temporal/testdata/swisspharma_annual.csv")
		if err != nil {
			return nil, nil, err
		}
		quarterly, err := o.table("temporal/testdata/swisspharma_quarterly.csv")
		if err != nil {
			return nil, nil, err
		}
		got, err := how(annual["sales"], quarterly["exports"])
		return got, quarterly[column], err
	}
}

func regression(method temporal.Method) func(sales, exports []float64) ([]float64, error) {
	return func(sales, exports []float64) ([]float64, error) {
		d, err := temporal.Disaggregate(sales, [][]float64{exports}, temporal.Options{Frequency: 4, Method: method})
		if err != nil {
			return nil, err
		}
		return d.Values, nil
	}
}

// nile is the annual flow of the Nile at Aswan, 1871–1970, in 10^8 m³ (Cobb 1978, Biometrika 65).
var nile = []float64{
	1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
	1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
	831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
	781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
	744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
}

// runners compute what the rows of oracles.csv compare: what we get, and what is expected.
var runners = map[string]func(oracle) (got, want []float64, err error){
	"io-germany-multipliers": func(o oracle) ([]float64, []float64, error) {
		g, m, err := o.germany()
		if err != nil {
			return nil, nil, err
		}
		got, err := m.OutputMultipliers()
		return got, g.Expected.Multipliers, err
	},
	"io-germany-gva": func(o oracle) ([]float64, []float64, error) {
		g, m, err := o.germany()
		if err != nil {
			return nil, nil, err
		}
		got, err := m.Effects(g.GVA)
		return got.Effect, g.Expected.GVAEffects, err
	},
	"io-germany-ghosh": func(o oracle) ([]float64, []float64, error) {
		g, m, err := o.germany()
		if err != nil {
			return nil, nil, err
		}
		got, err := m.Linkages()
		return got.Forward, g.Expected.Forward, err
	},
	"io-germany-extraction": func(o oracle) ([]float64, []float64, error) {
		g, m, err := o.germany()
		if err != nil {
			return nil, nil, err
		}
		loss, err := m.Extract([]int{m.Table.Find("business_services_group")}, inputoutput.Whole)
		return []float64{loss.Total, loss.ValueAdded.Value}, []float64{g.Expected.Extraction.Output, g.Expected.Extraction.GVA}, err
	},
	"io-germany-printed": func(o oracle) ([]float64, []float64, error) {
		g, m, err := o.germany()
		if err != nil {
			return nil, nil, err
		}
		got, err := m.OutputMultipliers()
		return got, g.Published.Multipliers, err
	},
	"io-netherlands-income": func(o oracle) ([]float64, []float64, error) {
		var x struct {
			Sectors      []string
			Z            [][]float64 `json:"Z_domestic"`
			Output       []float64
			Compensation []float64 `json:"compensation_of_employees"`
			Expected     struct {
				Income []float64 `json:"income_multipliers"`
			}
		}
		if err := o.json("inputoutput/testdata/netherlands2000.json", &x); err != nil {
			return nil, nil, err
		}
		m, err := inputoutput.NewModel(&inputoutput.Table{Codes: x.Sectors, Z: dense(x.Z), Output: x.Output}, inputoutput.Options{})
		if err != nil {
			return nil, nil, err
		}
		e, err := m.Effects(x.Compensation)
		got := make([]float64, len(e.Multiplier))
		for i, v := range e.Multiplier {
			got[i] = v.Value
		}
		return got, x.Expected.Income, err
	},
	"io-miller-blair": func(oracle) ([]float64, []float64, error) {
		m, err := inputoutput.NewModel(&inputoutput.Table{Codes: []string{"1", "2"}, Z: dense([][]float64{{150, 500}, {200, 100}}), Output: []float64{1000, 2000}}, inputoutput.Options{})
		if err != nil {
			return nil, nil, err
		}
		l, _, err := m.Inverse()
		return cells(l), []float64{1.25412541, 0.33003300, 0.26402640, 1.12211221}, err
	},
	"adb-two": func(o oracle) ([]float64, []float64, error) {
		var x constructed
		if err := o.json("satellite/testdata/constructed.json", &x); err != nil {
			return nil, nil, err
		}
		m, err := inputoutput.NewModel(&inputoutput.Table{Codes: []string{"1", "2", "3"}, Z: dense(x.ADB.Z), Output: x.ADB.Output,
			Primary: []inputoutput.Row{{Code: "va", Kind: inputoutput.ValueAdded, Values: x.ADB.ValueAdded}}}, inputoutput.Options{})
		if err != nil {
			return nil, nil, err
		}
		a, err := satellite.ADB{Model: m, Digital: satellite.List{Codes: []string{"2", "3"}}}.Compute()
		w := x.ADB.Two
		return []float64{a.Forward, a.Backward, a.Diagonal.Value, a.DoubleCount, a.Own, a.Literal.Value, a.Block, a.Share.Value},
			[]float64{w.Forward, w.Backward, w.Diagonal, w.Block, w.Own, w.Literal, w.Total, w.Share}, err
	},
	"product-ratio": func(o oracle) ([]float64, []float64, error) {
		var x constructed
		if err := o.json("satellite/testdata/constructed.json", &x); err != nil {
			return nil, nil, err
		}
		products := []string{"p1", "p2", "p3"}
		var digital satellite.FractionList
		for i, p := range products {
			digital.Fractions = append(digital.Fractions, satellite.Fraction{Product: p, Share: x.Ratio.Phi[i]})
		}
		a, err := satellite.ProductRatio{Products: products, Industries: []string{"1", "2", "3"}, Make: dense(x.Ratio.Make), Digital: digital,
			Measures: []inputoutput.Row{{Code: "VA", Values: x.Ratio.VA}}}.Compute()
		if err != nil {
			return nil, nil, err
		}
		return append(append(append([]float64{}, a.Ratio...), a.Measures[0].ByIndustry...), a.Measures[0].Digital),
			append(append(append([]float64{}, x.Ratio.Expected.D...), x.Ratio.Expected.VA...), x.Ratio.Expected.Total), nil
	},
	"nso-core": func(o oracle) ([]float64, []float64, error) {
		var x constructed
		if err := o.json("satellite/testdata/constructed.json", &x); err != nil {
			return nil, nil, err
		}
		d := map[string]float64{}
		core := map[string]bool{}
		for _, c := range x.NSO.Core {
			core[c] = true
		}
		for i, code := range x.NSO.Industries {
			if !core[code] {
				d[code] = x.NSO.D[i]
			}
		}
		a, err := satellite.CoreDigitalised{Industries: x.NSO.Industries, ValueAdded: satellite.Known(x.NSO.VA...), Core: satellite.List{Codes: x.NSO.Core}, Coefficients: d, ProductTaxes: x.NSO.Taxes}.Compute()
		return []float64{a.Core.Value, a.Digitalised.Value, 100 * a.Share.Value}, []float64{x.NSO.Expected.Core, x.NSO.Expected.Digitalised, x.NSO.Expected.Share}, err
	},
	"ras": func(o oracle) ([]float64, []float64, error) {
		var x struct {
			Flows    [][]float64 `json:"flows_0"`
			Rows     []float64   `json:"row_targets"`
			Columns  []float64   `json:"column_targets"`
			Expected [][]float64
		}
		if err := o.json("balance/testdata/ras-quilis.json", &x); err != nil {
			return nil, nil, err
		}
		got, err := balance.RAS(dense(x.Flows), x.Rows, x.Columns, balance.Options{})
		if err != nil {
			return nil, nil, err
		}
		return cells(got.Matrix), flat(x.Expected), nil
	},
	"gras": func(o oracle) ([]float64, []float64, error) {
		var x struct {
			Prior    [][]float64
			Rows     []float64 `json:"row_targets"`
			Columns  []float64 `json:"column_targets"`
			Expected [][]float64
		}
		if err := o.json("balance/testdata/gras.json", &x); err != nil {
			return nil, nil, err
		}
		got, err := balance.GRAS(dense(x.Prior), x.Rows, x.Columns, balance.Options{})
		if err != nil {
			return nil, nil, err
		}
		return cells(got.Matrix), flat(x.Expected), nil
	},
	"stone": func(o oracle) ([]float64, []float64, error) {
		var x struct {
			Two struct {
				Prior    []float64
				Variance []float64 `json:"variance_diag"`
				G        [][]float64
				H        []float64
				Expected []float64
			} `json:"two_dimensions"`
		}
		if err := o.json("balance/testdata/stone-raking.json", &x); err != nil {
			return nil, nil, err
		}
		constraints := make([]balance.Constraint, len(x.Two.G))
		for k, row := range x.Two.G {
			constraints[k].Value = x.Two.H[k]
			for i, a := range row {
				if a != 0 {
					constraints[k].Terms = append(constraints[k].Terms, balance.Term{Cell: i, Coefficient: a})
				}
			}
		}
		got, err := balance.Reconcile(balance.Problem{Values: x.Two.Prior, Variances: x.Two.Variance, Constraints: constraints}, balance.StoneOptions{})
		if err != nil {
			return nil, nil, err
		}
		return got.Values, x.Two.Expected, nil
	},
	"chain-annual": func(o oracle) ([]float64, []float64, error) {
		x, index, err := o.chain()
		return index.Annual, x.Expected.Annual, err
	},
	"chain-quarterly": func(o oracle) ([]float64, []float64, error) {
		x, index, err := o.chain()
		return index.Parts, flat(x.Expected.Quarterly), err
	},
	"dti-2022": func(o oracle) ([]float64, []float64, error) {
		rows, err := o.table("composite/testdata/dti_2022.csv")
		if err != nil {
			return nil, nil, err
		}
		file, err := methods.Files.ReadFile("dti-2021-province.yaml")
		if err != nil {
			return nil, nil, err
		}
		m, err := composite.Parse(file)
		if err != nil {
			return nil, nil, err
		}
		d := composite.Data{Readings: map[string][]composite.Reading{}}
		for i := range rows["pdti_published"] {
			d.Units = append(d.Units, strconv.Itoa(i))
			for _, code := range m.Indicators() {
				d.Readings[code] = append(d.Readings[code], composite.Is(rows[code][i]))
			}
		}
		r, err := composite.Evaluate(m, d)
		if err != nil {
			return nil, nil, err
		}
		node, _ := r.Node("dti")
		var got []float64
		for _, s := range node.Scores {
			got = append(got, s.Value)
		}
		return got, rows["pdti_published"], nil
	},
	"quotients": func(o oracle) ([]float64, []float64, error) {
		var x struct {
			Region, Nation []float64
			Expected       struct {
				FLQ [][]float64 `json:"flq_delta_0_3"`
			}
		}
		if err := o.json("regional/testdata/location-quotient.json", &x); err != nil {
			return nil, nil, err
		}
		q, err := regional.LocationQuotients(x.Region, x.Nation, regional.QuotientOptions{})
		if err != nil {
			return nil, nil, err
		}
		return cells(q.Matrix), flat(x.Expected.FLQ), nil
	},
	"fay-herriot": func(o oracle) ([]float64, []float64, error) {
		var x struct {
			Direct   []float64
			X        []float64
			Sampling []float64 `json:"sampling_variance"`
			REML     struct {
				RefVar float64
				EBLUP  []float64
			}
		}
		if err := o.json("smallarea/testdata/fay_herriot.json", &x); err != nil {
			return nil, nil, err
		}
		z, names := smallarea.WithConstant(mat.NewDense(len(x.X), 1, x.X), []string{"x"})
		f, err := smallarea.Fit(smallarea.Data{Direct: x.Direct, Variance: x.Sampling, Covariates: z, CovariateNames: names}, smallarea.Options{})
		if err != nil {
			return nil, nil, err
		}
		got := []float64{f.A}
		for _, e := range f.Estimates {
			got = append(got, e.Value)
		}
		return got, append([]float64{x.REML.RefVar}, x.REML.EBLUP...), nil
	},
	"denton": swiss("denton_cholette_prop_d1", func(sales, exports []float64) ([]float64, error) {
		b, err := temporal.Benchmark(exports, temporal.Targets(sales, 4, 0, temporal.Sum), temporal.BenchmarkOptions{})
		if err != nil {
			return nil, err
		}
		return b.Values, nil
	}),
	"chow-lin":  swiss("chow_lin_maxlog", regression(temporal.ChowLin)),
	"fernandez": swiss("fernandez", regression(temporal.Fernandez)),
	"statcan": func(oracle) ([]float64, []float64, error) {
		b, err := temporal.Benchmark([]float64{1.9, 2.4, 3.1, 2.2, 2, 2.6, 3.4, 2.4, 2.3}, temporal.Targets([]float64{10.3, 10.2}, 4, 0, temporal.Sum),
			temporal.BenchmarkOptions{Form: temporal.DagumCholette, Lambda: 1, Rho: 1})
		if err != nil {
			return nil, nil, err
		}
		return b.Values, []float64{2.07432892058, 2.60485042103, 3.31971339425, 2.30110726414, 2.02726503662, 2.56756135664, 3.29628643863, 2.30888716811, 2.21268353611}, nil
	},
	"nile": func(oracle) ([]float64, []float64, error) {
		model := statespace.LocalLevel(1469.146631, 15098.577105)
		f, err := statespace.Filter(model, statespace.Series(nile))
		if err != nil {
			return nil, nil, err
		}
		fc, err := statespace.Forecast(model, statespace.Series(nile), 3)
		if err != nil {
			return nil, nil, err
		}
		return []float64{f.LogLik, fc.Value[0][0], fc.SE[0][0], fc.SE[1][0], fc.SE[2][0]}, []float64{-632.5456251, 798.368156124, 143.526550289, 148.556444722, 153.421523584}, nil
	},
	"stl": func(o oracle) ([]float64, []float64, error) {
		want, err := o.table("seasonal/testdata/nottem-stl-moving.csv")
		if err != nil {
			return nil, nil, err
		}
		options := seasonal.STLDefaults(len(want["value"]), 12, 7, false)
		options.Outer = 0
		d, err := seasonal.STL(want["value"], options)
		if err != nil {
			return nil, nil, err
		}
		return append(append([]float64{}, d.Seasonal...), d.Trend...), append(append([]float64{}, want["seasonal"]...), want["trend"]...), nil
	},
}
