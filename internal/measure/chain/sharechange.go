package chain

import (
	"math"

	"nhipso/internal/fault"
)

// ShareChange explains why a share moved between two years. Before+Volume+Price = After, to rounding.
type ShareChange struct {
	Before, After float64
	Growth        float64 // nominal growth of the part
	GDPGrowth     float64 // nominal growth of the whole
	Change        float64 // After − Before = Before·(Growth − GDPGrowth)/(1 + GDPGrowth)
	Volume        float64 // points of Change because the part grew faster in volume than the whole
	Price         float64 // points of Change because its prices rose faster than the whole's
	ToGDPGrowth   float64 // points of GDPGrowth that the part brought: Before·Growth
}

// AccountShare splits the change of a share into a volume and a price effect. part and whole are levels at current prices in the
// first and the second year; the deflators are changes between them (zero for both gives Price = 0).
// The split uses the logarithmic mean L(a,b) = (a−b)/ln(a/b) of the two shares: Change = L·ln(After/Before), and the logarithm of
// the share relative is the sum of the differences of log volume and of log price, so nothing is left over.
// Source: the additive form of the LMDI, Ang (2004), Energy Policy 32(9), applied to one ratio.
// Errors: a level that is not positive (the identity is undefined at share 0), a part above the whole, a deflator at −100 %.
func AccountShare(part, whole [2]float64, partDeflator, wholeDeflator float64) (ShareChange, error) {
	for t := range part {
		if !(part[t] > 0) || !finite(part[t]) {
			return ShareChange{}, fault.New("chain.bad-level", "name", "part", "value", part[t])
		}
		if !(whole[t] > 0) || !finite(whole[t]) {
			return ShareChange{}, fault.New("chain.bad-level", "name", "whole", "value", whole[t])
		}
		if part[t] > whole[t] {
			return ShareChange{}, fault.New("chain.bad-share", "name", "share", "value", part[t]/whole[t])
		}
	}
	if err := checkRate("deflator", 0, partDeflator); err != nil {
		return ShareChange{}, err
	}
	if err := checkRate("gdp-deflator", 0, wholeDeflator); err != nil {
		return ShareChange{}, err
	}
	c := ShareChange{Before: part[0] / whole[0], After: part[1] / whole[1], Growth: part[1]/part[0] - 1, GDPGrowth: whole[1]/whole[0] - 1}
	c.Change = c.After - c.Before
	weight := logMean(c.After, c.Before)
	c.Price = weight * (math.Log1p(partDeflator) - math.Log1p(wholeDeflator))
	c.Volume = c.Change - c.Price
	c.ToGDPGrowth = c.Before * c.Growth
	if !finite(c.Growth) || !finite(c.GDPGrowth) {
		return ShareChange{}, fault.New("chain.overflow", "year", 2)
	}
	return c, nil
}

// ShiftShare is one industry's part in the change of the digital share: Structure + Intensity summed over industries is the
// whole change.
type ShiftShare struct {
	Structure float64 // because the industry weighs more or less in GDP
	Intensity float64 // because more or less of the industry is digital
}

// AccountByIndustry splits the change of the digital share s = Σ w_i·d_i between two years into the effect of the structure of the
// economy and of the digital intensity of each industry, at the mid-point of the two years so that nothing is left over:
// Structure_i = (d̄_i)·Δw_i, Intensity_i = (w̄_i)·Δd_i. The arguments are each industry's value added over GDP
// and the digital fraction of its value added, in both years, all of the same length.
// A change of structure is measured from zero, not from the mean: an industry that shrinks always has a negative structure effect.
func AccountByIndustry(weight, digital [2][]float64) ([]ShiftShare, error) {
	n := len(weight[0])
	for t := range weight {
		if len(weight[t]) != n {
			return nil, fault.New("chain.length", "name", "weight", "got", len(weight[t]), "want", n)
		}
		if len(digital[t]) != n {
			return nil, fault.New("chain.length", "name", "digital", "got", len(digital[t]), "want", n)
		}
		for i := range n {
			if !finite(weight[t][i]) {
				return nil, fault.New("chain.not-finite", "name", "weight", "at", i+1)
			}
			if !(digital[t][i] >= 0 && digital[t][i] <= 1) {
				return nil, fault.New("chain.bad-fraction", "name", "digital", "at", i+1, "value", digital[t][i])
			}
		}
	}
	out := make([]ShiftShare, n)
	for i := range out {
		out[i].Structure = (digital[0][i] + digital[1][i]) / 2 * (weight[1][i] - weight[0][i])
		out[i].Intensity = (weight[0][i] + weight[1][i]) / 2 * (digital[1][i] - digital[0][i])
	}
	return out, nil
}

// logMean is (a−b)/ln(a/b) for positive a and b, and a where they are equal. Near equality the quotient loses its digits, so there
// the series in the relative difference is used.
func logMean(a, b float64) float64 {
	x := (a - b) / b
	if math.Abs(x) < 1e-5 {
		return b * (1 + x/2 - x*x/12)
	}
	return (a - b) / math.Log(a/b)
}
