package satellite

import (
	"math"

	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// SpillOver is the provincial quarterly form used by the Ministry of Information and Communications and the PTIT, as a public
// third-party implementation has it: the core industries now, and for every other industry its value added in the same
// period a year ago × its ICT spending over intermediate consumption × one conversion coefficient.
type SpillOver struct {
	Industries   []string
	Core         List
	On           stat.Date
	Current      []Maybe // GRDP by industry in the period
	YearAgo      []Maybe // the same period of the year before, restated to the territory of the period
	Ratio        []Maybe // ICT spending / intermediate consumption, in [0,1]
	Conversion   float64 // conversion coefficient, not negative
	ProductTaxes Maybe   // taxes less subsidies on products in the period
}

// SpillOverAccount is the result. ICT (per industry) is that of all industries, as the method computes it; only that of industries
// outside the core enters the spill-over.
type SpillOverAccount struct {
	List       string   `json:"list"`
	ICT        []Maybe  `json:"ict"`
	Core       Maybe    `json:"core"`
	SpillOver  Maybe    `json:"spillOver"`
	Total      Maybe    `json:"total"`
	GRDP       Maybe    `json:"grdp"`
	CoreShare  Maybe    `json:"coreShare"`
	SpillShare Maybe    `json:"spillShare"`
	Share      Maybe    `json:"share"`
	Lag        Maybe    `json:"lag"`     // what the spill-over would be more by with this year's GRDP: the price of the one-year lag
	Missing    []string `json:"missing"` // industries that keep a sum from being made
}

// Compute gives the account.
func (s SpillOver) Compute() (SpillOverAccount, error) {
	n := len(s.Industries)
	if err := lengths(n, sized{"current", len(s.Current)}, sized{"year ago", len(s.YearAgo)}, sized{"ratio", len(s.Ratio)}); err != nil {
		return SpillOverAccount{}, err
	}
	if err := disjoint(s.Industries); err != nil {
		return SpillOverAccount{}, err
	}
	for _, v := range []struct {
		what   string
		values []Maybe
	}{{"current", s.Current}, {"year ago", s.YearAgo}, {"ratio", s.Ratio}} {
		if err := figures(v.what, s.Industries, v.values); err != nil {
			return SpillOverAccount{}, err
		}
	}
	if !finite(s.Conversion) || s.Conversion < 0 {
		return SpillOverAccount{}, fault.New("satellite.bad-conversion", "value", s.Conversion)
	}
	if s.ProductTaxes.Known && !finite(s.ProductTaxes.Value) {
		return SpillOverAccount{}, fault.New("satellite.not-finite", "what", "product taxes", "at", "total")
	}
	core, err := s.Core.members(s.Industries, s.On)
	if err != nil {
		return SpillOverAccount{}, err
	}
	out := SpillOverAccount{List: s.Core.ID}
	var inside, spill, now []Maybe
	for i, code := range s.Industries {
		r := s.Ratio[i]
		if r.Known && (r.Value < 0 || r.Value > 1) {
			return SpillOverAccount{}, fault.New("satellite.coefficient-outside", "code", code, "value", r.Value)
		}
		factor := times(r, inputoutput.Known(s.Conversion))
		out.ICT = append(out.ICT, times(s.YearAgo[i], factor))
		if core[i] {
			inside = append(inside, s.Current[i])
		} else {
			spill, now = append(spill, out.ICT[i]), append(now, times(s.Current[i], factor))
		}
		if !s.Current[i].Known || !core[i] && !out.ICT[i].Known {
			out.Missing = append(out.Missing, code)
		}
	}
	out.Core, out.SpillOver = total(inside), total(spill)
	out.Total = plus(out.Core, out.SpillOver)
	out.GRDP = plus(total(s.Current), s.ProductTaxes)
	out.CoreShare, out.SpillShare, out.Share = over(out.Core, out.GRDP), over(out.SpillOver, out.GRDP), over(out.Total, out.GRDP)
	if later := total(now); later.Known && out.SpillOver.Known {
		out.Lag = inputoutput.Known(later.Value - out.SpillOver.Value)
	}
	return out, nil
}

// Score is the companion index of that form: an item is a/b in per cent, its score the base points × min(1, item/target).
// A base or a target of zero leaves the score undefined, which is an error; a negative item scores nothing.
func Score(a, b, target, points float64) (item, score float64, err error) {
	for _, v := range []float64{a, b, target, points} {
		if !finite(v) {
			return 0, 0, fault.New("satellite.not-finite", "what", "score", "at", "input")
		}
	}
	if b == 0 || target <= 0 || points < 0 {
		return 0, 0, fault.New("satellite.score-undefined", "base", b, "target", target)
	}
	item = a / b * 100
	return item, points * math.Min(1, math.Max(0, item/target)), nil
}
