package chain

import "nhipso/internal/fault"

// Production is one industry in one year: values at current prices and price indices on the year before (1 = unchanged).
// Hardware and software should come with deflators of their own, adjusted for quality; a common one understates real growth.
type Production struct {
	Output, OutputPrice             float64
	Intermediate, IntermediatePrice float64
}

// Deflated is value added at prices of the year before.
type Deflated struct {
	Double        float64  // output and intermediate consumption deflated each by its own index: the method of the SNA
	Single        float64  // value added deflated by the index of output: a fallback, to be declared
	Gap           float64  // Double − Single
	Current       float64  // value added at current prices
	ImplicitPrice *float64 // Current / Double; nil where Double is not positive
	Breaks        bool     // Double is not positive though current value added is: mark it, and do not chain through it
}

// Deflate takes prices out of value added by double deflation, with single deflation beside it for comparison.
// Errors: a negative value, a price index that is not positive, a figure that is not finite.
// Source: SNA 2008, 15.132–15.136.
func Deflate(p Production) (Deflated, error) {
	for i, v := range []float64{p.Output, p.Intermediate} {
		if !(v >= 0) || !finite(v) {
			return Deflated{}, fault.New("chain.bad-level", "name", [...]string{"output", "intermediate"}[i], "value", v)
		}
	}
	for i, v := range []float64{p.OutputPrice, p.IntermediatePrice} {
		if !(v > 0) || !finite(v) {
			return Deflated{}, fault.New("chain.bad-price", "item", [...]string{"output", "intermediate"}[i], "year", 1, "value", v)
		}
	}
	d := Deflated{Current: p.Output - p.Intermediate}
	d.Double = p.Output/p.OutputPrice - p.Intermediate/p.IntermediatePrice
	d.Single = d.Current / p.OutputPrice
	if p.OutputPrice == p.IntermediatePrice {
		d.Double = d.Single // the same figure; one subtraction, so the same bits
	}
	d.Gap = d.Double - d.Single
	if !finite(d.Double) || !finite(d.Single) {
		return Deflated{}, fault.New("chain.overflow", "year", 1)
	}
	if d.Double > 0 {
		price := d.Current / d.Double
		d.ImplicitPrice = &price
	}
	d.Breaks = d.Double <= 0 && d.Current > 0
	return d, nil
}

// Volume gives the figure to chain: Double where it is positive, Single where it is not and the fallback has been declared; single
// tells which. Error "chain.negative-volume" where neither can be used.
func (d Deflated) Volume(fallback bool) (volume float64, single bool, err error) {
	switch {
	case d.Double > 0:
		return d.Double, false, nil
	case fallback && d.Single > 0:
		return d.Single, true, nil
	}
	return 0, false, fault.New("chain.negative-volume", "value", d.Double)
}

// Growth gives the growth of the two volumes on the value added of the year before, which has to be positive.
func (d Deflated) Growth(before float64) (double, single float64) {
	return d.Double/before - 1, d.Single/before - 1
}
