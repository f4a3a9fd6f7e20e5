package satellite

import (
	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// CoreDigitalised is the definition of the National Statistics Office: the value added of the core industries and the
// digitalised part of every other one. The published description names no rule for that part, so its coefficients are
// an input: official ones where they can be had, else DigitalInputShare, and then a figure made with them is an estimate.
type CoreDigitalised struct {
	Industries   []string           // one level, no industry inside another
	ValueAdded   []Maybe            // by industry, at basic prices
	Core         List               // the core industries
	On           stat.Date          // the day for which the list must hold; zero: not asked
	Coefficients map[string]float64 // d_j in [0,1] of the industries outside the core; one that is not there is missing
	ProductTaxes float64            // taxes less subsidies on products
}

// Part is one industry of an account.
type Part struct {
	Code        string `json:"code"`
	Core        bool   `json:"core"`
	ValueAdded  Maybe  `json:"valueAdded"`
	Coefficient Maybe  `json:"coefficient"` // 1 in the core
	Digital     Maybe  `json:"digital"`     // ValueAdded × Coefficient
}

// CoreAccount is the result. Where anything in a sum is missing, the sum is: not assessable, not smaller.
type CoreAccount struct {
	List        string         `json:"list"`
	Core        Maybe          `json:"core"`
	Digitalised Maybe          `json:"digitalised"`
	Total       Maybe          `json:"total"`
	GDP         Maybe          `json:"gdp"` // at market prices
	Share       Maybe          `json:"share"`
	Parts       []Part         `json:"parts"`
	Missing     []string       `json:"missing"` // industries whose value added or coefficient is not known
	Warnings    []*fault.Error `json:"-"`
}

// Compute gives the account.
func (c CoreDigitalised) Compute() (CoreAccount, error) {
	n := len(c.Industries)
	if err := lengths(n, sized{"value added", len(c.ValueAdded)}); err != nil {
		return CoreAccount{}, err
	}
	if err := disjoint(c.Industries); err != nil {
		return CoreAccount{}, err
	}
	if err := figures("value added", c.Industries, c.ValueAdded); err != nil {
		return CoreAccount{}, err
	}
	if !finite(c.ProductTaxes) {
		return CoreAccount{}, fault.New("satellite.not-finite", "what", "product taxes", "at", "total")
	}
	core, err := c.Core.members(c.Industries, c.On)
	if err != nil {
		return CoreAccount{}, err
	}
	known := map[string]bool{}
	for _, i := range c.Industries {
		known[i] = true
	}
	for code, d := range c.Coefficients {
		if !(d >= 0 && d <= 1) {
			return CoreAccount{}, fault.New("satellite.coefficient-outside", "code", code, "value", d)
		}
		if !known[code] {
			return CoreAccount{}, fault.New("satellite.no-such-industry", "code", code)
		}
	}
	out := CoreAccount{List: c.Core.ID}
	var inside, outside []Maybe
	for i, code := range c.Industries {
		p := Part{Code: code, Core: core[i], ValueAdded: c.ValueAdded[i], Coefficient: inputoutput.Known(1)}
		if !p.Core {
			d, ok := c.Coefficients[code]
			p.Coefficient = Maybe{Value: d, Known: ok}
		}
		p.Digital = times(p.ValueAdded, p.Coefficient)
		if p.ValueAdded == inputoutput.Known(0) { // whatever part of nothing is digital
			p.Digital = p.ValueAdded
		}
		if !p.Digital.Known {
			out.Missing = append(out.Missing, code)
		}
		if p.ValueAdded.Value < 0 {
			out.Warnings = append(out.Warnings, fault.New("satellite.negative-value-added", "code", code, "value", p.ValueAdded.Value))
		}
		if p.Core {
			inside = append(inside, p.Digital)
		} else {
			outside = append(outside, p.Digital)
		}
		out.Parts = append(out.Parts, p)
	}
	out.Core, out.Digitalised = total(inside), total(outside)
	out.Total = plus(out.Core, out.Digitalised)
	out.GDP = plus(total(c.ValueAdded), inputoutput.Known(c.ProductTaxes))
	out.Share = over(out.Total, out.GDP)
	return out, nil
}

// DigitalInputShare gives, for every industry, the share of digital products in what it uses,
// d_j = Σ_{k∈core} Z_kj / Σ_k Z_kj, the candidate for the coefficient where no official one is published. Services of
// capital may be added: digital capital to the numerator, all capital to the denominator (n each, nil for none). An industry
// that uses nothing is left out of the result: its coefficient is missing.
func DigitalInputShare(z *mat.Dense, codes []string, core List, on stat.Date, digitalCapital, capital []float64) (map[string]float64, error) {
	n := len(codes)
	r, c := z.Dims()
	if err := lengths(n, sized{"rows", r}, sized{"columns", c}); err != nil {
		return nil, err
	}
	if (digitalCapital == nil) != (capital == nil) {
		return nil, fault.New("satellite.capital-half")
	}
	if capital != nil {
		if err := lengths(n, sized{"digital capital", len(digitalCapital)}, sized{"capital", len(capital)}); err != nil {
			return nil, err
		}
	}
	in, err := core.members(codes, on)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for j, code := range codes {
		var digital, all float64
		for i := range n {
			v := z.At(i, j)
			if !finite(v) {
				return nil, fault.New("satellite.not-finite", "what", codes[i], "at", code)
			}
			all += v
			if in[i] {
				digital += v
			}
		}
		if capital != nil {
			digital += digitalCapital[j]
			all += capital[j]
		}
		if all == 0 {
			continue
		}
		d := digital / all
		if !(d >= 0 && d <= 1) {
			return nil, fault.New("satellite.coefficient-outside", "code", code, "value", d)
		}
		out[code] = d
	}
	return out, nil
}

// Areas computes the same account for every province, valueAdded[area][industry], with the national coefficients; the
// product taxes are one an area. The national account adds them up: it is missing where any province is.
func (c CoreDigitalised) Areas(valueAdded [][]Maybe, taxes []float64) (areas []CoreAccount, nation CoreAccount, err error) {
	if err := lengths(len(valueAdded), sized{"product taxes", len(taxes)}); err != nil {
		return nil, CoreAccount{}, err
	}
	sum := make([]Maybe, len(c.Industries))
	for i := range sum {
		sum[i] = inputoutput.Known(0)
	}
	all := 0.0
	for a, va := range valueAdded {
		one := c
		one.ValueAdded, one.ProductTaxes = va, taxes[a]
		account, err := one.Compute()
		if err != nil {
			return nil, CoreAccount{}, err
		}
		areas = append(areas, account)
		for i := range sum {
			sum[i] = plus(sum[i], va[i])
		}
		all += taxes[a]
	}
	c.ValueAdded, c.ProductTaxes = sum, all
	nation, err = c.Compute()
	return areas, nation, err
}
