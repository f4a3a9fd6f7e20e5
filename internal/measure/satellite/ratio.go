package satellite

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// Fraction is how much of a product is digital, in [0,1], and the activity group it counts in ("" for none):
// infrastructure, e-commerce, priced digital services, public digital services.
type Fraction struct {
	Product string
	Share   float64
	Group   string
}

// FractionList is a dated list of digital products; what is not listed is not digital.
type FractionList struct {
	Meta
	Fractions []Fraction
}

// ProductRatio is the satellite account of the BEA and OECD: an industry's value added is digital in the proportion in
// which its output is, d_j = Σ_p V_jp·φ_p / g_j (the constant-ratio assumption).
type ProductRatio struct {
	Products, Industries []string
	Make                 *mat.Dense // V, industries × products, at basic prices
	Digital              FractionList
	On                   stat.Date
	Measures             []inputoutput.Row // value added, compensation, employment, intermediate consumption … by industry
}

// Measured is the digital part of one measure, in the unit of the measure.
type Measured struct {
	Code       string             `json:"code"`
	ByIndustry []float64          `json:"byIndustry"`
	Groups     map[string]float64 `json:"groups"`
	Digital    float64            `json:"digital"`
	Whole      float64            `json:"whole"`
	Share      Maybe              `json:"share"` // missing where the whole is zero
}

// RatioAccount is the result.
type RatioAccount struct {
	List     string         `json:"list"`
	Ratio    []float64      `json:"ratio"` // d by industry, zero where the industry makes nothing
	Output   Measured       `json:"output"`
	Measures []Measured     `json:"measures"`
	Checks   []Check        `json:"checks"`
	Warnings []*fault.Error `json:"-"`
}

// Compute gives the account.
func (r ProductRatio) Compute() (RatioAccount, error) {
	m, p := len(r.Industries), len(r.Products)
	rows, columns := r.Make.Dims()
	if err := lengths(m, sized{"rows of make", rows}); err != nil {
		return RatioAccount{}, err
	}
	if err := lengths(p, sized{"columns of make", columns}); err != nil {
		return RatioAccount{}, err
	}
	for _, w := range r.Measures {
		if err := lengths(m, sized{w.Code, len(w.Values)}); err != nil {
			return RatioAccount{}, err
		}
		if err := figures(w.Code, r.Industries, Known(w.Values...)); err != nil {
			return RatioAccount{}, err
		}
	}
	if err := r.Digital.on(r.On); err != nil {
		return RatioAccount{}, err
	}
	phi, group, err := r.fractions()
	if err != nil {
		return RatioAccount{}, err
	}
	out := RatioAccount{List: r.Digital.ID, Ratio: make([]float64, m)}
	parts := map[string][]float64{} // group -> digital output by industry
	g, digital := make([]float64, m), make([]float64, m)
	bySale := 0.0 // Σ_p φ_p q_p, the same total the other way round
	for j := range m {
		for i := range p {
			v := r.Make.At(j, i)
			if !finite(v) {
				return RatioAccount{}, fault.New("satellite.not-finite", "what", r.Industries[j], "at", r.Products[i])
			}
			g[j] += v
			if phi[i] == 0 {
				continue
			}
			digital[j] += phi[i] * v
			if parts[group[i]] == nil {
				parts[group[i]] = make([]float64, m)
			}
			parts[group[i]][j] += phi[i] * v
		}
		if g[j] != 0 {
			out.Ratio[j] = digital[j] / g[j]
		}
		if d := out.Ratio[j]; d < 0 || d > 1 {
			out.Warnings = append(out.Warnings, fault.New("satellite.ratio-outside", "code", r.Industries[j], "value", d))
		}
	}
	for i := range p {
		if phi[i] != 0 {
			q := 0.0
			for j := range m {
				q += r.Make.At(j, i)
			}
			bySale += phi[i] * q
		}
	}
	measure := func(code string, values []float64) Measured {
		w := Measured{Code: code, ByIndustry: make([]float64, m), Groups: map[string]float64{}}
		for j, v := range values {
			w.Whole += v
			w.ByIndustry[j] = out.Ratio[j] * v
			w.Digital += w.ByIndustry[j]
			for name, part := range parts {
				if g[j] != 0 {
					w.Groups[name] += part[j] / g[j] * v
				}
			}
		}
		w.Share = over(inputoutput.Known(w.Digital), inputoutput.Known(w.Whole))
		sum := 0.0
		for name := range parts {
			sum += w.Groups[name]
		}
		out.Checks = append(out.Checks, check("groups-"+code, sum, w.Digital))
		return w
	}
	out.Output = measure("output", g)
	out.Checks = append(out.Checks, check("output-by-product", bySale, out.Output.Digital))
	for _, w := range r.Measures {
		out.Measures = append(out.Measures, measure(w.Code, w.Values))
	}
	return out, nil
}

func (r ProductRatio) fractions() (phi []float64, group []string, err error) {
	at := map[string]int{}
	for i, c := range r.Products {
		at[c] = i
	}
	phi, group = make([]float64, len(r.Products)), make([]string, len(r.Products))
	seen := map[string]bool{}
	for _, f := range r.Digital.Fractions {
		i, ok := at[f.Product]
		switch {
		case !ok:
			return nil, nil, fault.New("satellite.no-such-product", "code", f.Product)
		case seen[f.Product]:
			return nil, nil, fault.New("satellite.listed-twice", "list", r.Digital.ID, "code", f.Product)
		case !(f.Share >= 0 && f.Share <= 1):
			return nil, nil, fault.New("satellite.coefficient-outside", "code", f.Product, "value", f.Share)
		}
		seen[f.Product] = true
		phi[i], group[i] = f.Share, f.Group
	}
	return phi, group, nil
}
