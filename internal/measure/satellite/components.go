package satellite

import (
	"nhipso/internal/fault"
	"nhipso/internal/measure/inputoutput"
	"nhipso/internal/stat"
)

// Component is one of the three of Nghị định 94/2022/NĐ-CP.
type Component string

// The components.
const (
	ICT      Component = "ict"      // IT, electronics and telecommunications
	Platform Component = "platform" // digital platforms: activities that bring supply and demand together online
	Sectoral Component = "sectoral" // digital activity inside all other industries
)

// Components splits digital value added by Nghị định 94/2022/NĐ-CP. An industry belongs to the list with the longest code
// above it, so a platform class inside an ICT division (61202 inside 61 in VSIC 2025) is platform and is taken out of
// ICT, never counted in both. The platform part is isolated by the intermediation classes of VSIC 2025: with an
// earlier classification, or at a coarser level, it cannot be told apart.
type Components struct {
	Industries   []string
	ValueAdded   []Maybe
	ICT          List
	Platform     List
	On           stat.Date
	Coefficients map[string]float64 // digital part of the other industries, in [0,1]
	GDP          Maybe              // at market prices
}

// ComponentPart is one industry.
type ComponentPart struct {
	Code      string    `json:"code"`
	Component Component `json:"component"`
	Digital   Maybe     `json:"digital"`
	Moved     bool      `json:"moved"` // a platform class inside an ICT code
}

// ComponentAccount is the result.
type ComponentAccount struct {
	Values  map[Component]Maybe `json:"values"`
	Shares  map[Component]Maybe `json:"shares"` // of GDP
	Total   Maybe               `json:"total"`
	Share   Maybe               `json:"share"`
	Parts   []ComponentPart     `json:"parts"`
	Moved   Maybe               `json:"moved"` // value added that is platform and would be ICT without the platform list
	Missing []string            `json:"missing"`
}

// Compute gives the account.
func (c Components) Compute() (ComponentAccount, error) {
	if err := lengths(len(c.Industries), sized{"value added", len(c.ValueAdded)}); err != nil {
		return ComponentAccount{}, err
	}
	if err := disjoint(c.Industries); err != nil {
		return ComponentAccount{}, err
	}
	if err := figures("value added", c.Industries, c.ValueAdded); err != nil {
		return ComponentAccount{}, err
	}
	for code, d := range c.Coefficients {
		if !(d >= 0 && d <= 1) {
			return ComponentAccount{}, fault.New("satellite.coefficient-outside", "code", code, "value", d)
		}
	}
	// Both lists must hold on the day and every platform class be told apart. A code of the ICT list may lie wholly
	// inside platform classes and so need not find an industry of its own, but it must find some.
	if _, err := c.ICT.members(c.Industries, c.On); err != nil {
		return ComponentAccount{}, err
	}
	if _, err := c.Platform.members(c.Industries, c.On); err != nil {
		return ComponentAccount{}, err
	}
	out := ComponentAccount{Values: map[Component]Maybe{}, Shares: map[Component]Maybe{}, Moved: inputoutput.Known(0)}
	groups := map[Component][]Maybe{}
	for i, code := range c.Industries {
		ict, platform := depth(code, c.ICT), depth(code, c.Platform)
		p := ComponentPart{Code: code, Component: Sectoral}
		switch {
		case ict > 0 && ict == platform:
			return ComponentAccount{}, fault.New("satellite.two-components", "code", code, "left", c.ICT.ID, "right", c.Platform.ID)
		case platform > ict:
			p.Component, p.Moved = Platform, ict > 0
		case ict > 0:
			p.Component = ICT
		}
		p.Digital = c.ValueAdded[i]
		if p.Component == Sectoral {
			d, ok := c.Coefficients[code]
			p.Digital = times(p.Digital, Maybe{Value: d, Known: ok})
		}
		if p.Moved {
			out.Moved = plus(out.Moved, p.Digital)
		}
		if !p.Digital.Known {
			out.Missing = append(out.Missing, code)
		}
		groups[p.Component] = append(groups[p.Component], p.Digital)
		out.Parts = append(out.Parts, p)
	}
	out.Total = inputoutput.Known(0)
	for _, k := range []Component{ICT, Platform, Sectoral} {
		out.Values[k] = total(groups[k])
		out.Shares[k] = over(out.Values[k], c.GDP)
		out.Total = plus(out.Total, out.Values[k])
	}
	out.Share = over(out.Total, c.GDP)
	return out, nil
}

// depth is the length of the longest code of a list that holds the given one; 0 where none does.
func depth(code string, l List) int {
	best := 0
	for _, listed := range l.Codes {
		if within(code, listed) {
			d := len(digits(listed))
			if d == 0 {
				d = len(listed)
			}
			best = max(best, d)
		}
	}
	return best
}

// SectorShare is the digital part of one sector against a target (≥ 10 % by 2025, ≥ 20 % by 2030 in QĐ 749 and 411).
type SectorShare struct {
	Sector string `json:"sector"`
	Share  Maybe  `json:"share"`
	Gap    Maybe  `json:"gap"`    // share − target, in points of one
	Status string `json:"status"` // "met", "not-met" or "not-assessable"
}

// SectorShares gives the digital share of every sector's value added and holds it against the target, a fraction.
func SectorShares(sectors []string, digital, all []Maybe, target float64) ([]SectorShare, error) {
	if err := lengths(len(sectors), sized{"digital", len(digital)}, sized{"value added", len(all)}); err != nil {
		return nil, err
	}
	if !(target >= 0 && target <= 1) {
		return nil, fault.New("satellite.coefficient-outside", "code", "target", "value", target)
	}
	out := make([]SectorShare, len(sectors))
	for i, s := range sectors {
		for _, v := range []Maybe{digital[i], all[i]} {
			if v.Known && !finite(v.Value) {
				return nil, fault.New("satellite.not-finite", "what", "sector", "at", s)
			}
		}
		if digital[i].Known && all[i].Known && digital[i].Value > all[i].Value {
			return nil, fault.New("satellite.part-over-whole", "code", s, "part", digital[i].Value, "whole", all[i].Value)
		}
		out[i] = SectorShare{Sector: s, Share: over(digital[i], all[i]), Status: "not-assessable"}
		if share := out[i].Share; share.Known {
			out[i].Gap, out[i].Status = inputoutput.Known(share.Value-target), "not-met"
			if share.Value >= target-1e-12 { // 1.2 of 12 is a tenth, whatever its last binary digit
				out[i].Gap.Value, out[i].Status = max(out[i].Gap.Value, 0), "met"
			}
		}
	}
	return out, nil
}
