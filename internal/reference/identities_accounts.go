package reference

import (
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// sections are the industries that add, with product taxes, to GDP.
var sections = []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "TAX"}

// Each of the 22 printed figures of a row is rounded to a unit. Independent roundings rarely add up to more than three units; four are
// seen once (2022-Q1), and beyond five it is not rounding. A year is five roundings.
var (
	rowTolerance  = stat.Int(5)
	yearTolerance = stat.Int(3)
)

const (
	activityAt = 2 // position of ACTIVITY in keys of NA_VA
	pricesAt   = 3
	gdp        = "B1GQ"
)

// accounts tests that sections add to GDP, and quarters to years, within each vintage.
func accounts(b *book) {
	for _, day := range b.days("NA_VA") {
		figures := b.figures("NA_VA", day)
		for _, v := range b.flows["NA_VA"] {
			if v.Vintage.Date != day || v.Value == nil {
				continue
			}
			cell, codes := v.Cell(), v.Key.Codes()
			parts := map[string]string{"period": v.Period.String(), "prices": codes[pricesAt], "activity": codes[activityAt]}
			if codes[activityAt] == gdp {
				if total, _, ok := sum(figures, cell, activityAt, sections); ok {
					b.try(claim{SectionsToGDP, Gap, *v.Value, total, rowTolerance, []cube.Cell{cell}, v.Vintage, parts})
				}
			}
			if codes[0] != stat.Annual.String() {
				continue
			}
			var total stat.Decimal
			cells, all := []cube.Cell{cell}, true
			for _, q := range v.Period.Within(stat.Quarterly) {
				c := cube.Cell{Dataflow: "NA_VA", Key: with(v.Key, 0, stat.Quarterly.String()), Period: q}
				x, ok := figures[c]
				if all = all && ok; !ok {
					break
				}
				total = total.Add(*x.Value)
				cells = append(cells, c)
			}
			if all {
				b.try(claim{QuartersToYear, Gap, *v.Value, total, yearTolerance, cells, v.Vintage, parts})
			}
		}
	}
}

// growthOfLevels holds the newest printed growth of GDP against the constant-price levels held. Levels and growth of two vintages need
// not fit, and the finding says so.
func growthOfLevels(b *book) {
	levels := b.asOf("NA_VA", stat.Date{})
	for _, v := range cube.Newest(b.flows["NA_GROWTH"], cube.AsOf{}) {
		codes := v.Key.Codes()
		freq := v.Period.Frequency()
		if v.Value == nil || freq.PerYear() == 0 {
			continue
		}
		at := func(p stat.Period) (cube.Version, bool) {
			x, ok := levels[cube.Cell{Dataflow: "NA_VA", Key: stat.NewKey(freq.String(), codes[1], codes[2], "Q"), Period: p}]
			return x, ok
		}
		now, ok := at(v.Period)
		before, had := at(v.Period.Add(-freq.PerYear()))
		if !ok || !had {
			continue
		}
		if expected, ok := growth(*now.Value, *before.Value); ok {
			expected = expected.Round(v.Value.Decimals())
			severity := Vintage
			if now.Vintage.Date == v.Vintage.Date {
				severity = Gap
			}
			b.try(claim{GrowthOfLevels, severity, expected, *v.Value, stat.MustDecimal("0.01"), []cube.Cell{v.Cell(), now.Cell(), before.Cell()}, v.Vintage,
				map[string]string{"period": v.Period.String(), "other": written(now.Vintage)}})
		}
	}
}

// structureOfLevels holds the printed shares of industries against the levels held, and reports the widest gap of each year.
func structureOfLevels(b *book) {
	levels := b.asOf("NA_VA", stat.Date{})
	worst := map[stat.Period]claim{}
	var order []stat.Period
	for _, v := range cube.Newest(b.flows["NA_STRUCTURE"], cube.AsOf{}) {
		if v.Value == nil {
			continue
		}
		codes := v.Key.Codes()
		part, ok := levels[cube.Cell{Dataflow: "NA_VA", Key: stat.NewKey(codes[0], codes[1], codes[2], "V"), Period: v.Period}]
		if !ok {
			continue
		}
		// The denominator must be of the same vintage as the numerator, or the quotient means nothing.
		whole, ok := b.figures("NA_VA", part.Vintage.Date)[cube.Cell{Dataflow: "NA_VA", Key: stat.NewKey(codes[0], codes[1], gdp, "V"), Period: v.Period}]
		if !ok {
			continue
		}
		share, ok := percent(*part.Value, *whole.Value)
		if !ok {
			continue
		}
		c := claim{StructureOfLevels, Vintage, share.Round(v.Value.Decimals()), *v.Value, stat.MustDecimal("0.01"), []cube.Cell{v.Cell(), part.Cell(), whole.Cell()}, v.Vintage,
			map[string]string{"period": v.Period.String(), "activity": codes[2], "other": written(part.Vintage)}}
		old, seen := worst[v.Period]
		if !seen {
			order = append(order, v.Period)
		}
		if !seen || c.got.Sub(c.expected).Abs().Cmp(old.got.Sub(old.expected).Abs()) > 0 {
			worst[v.Period] = c
		}
	}
	for _, p := range order {
		b.try(worst[p])
	}
}

// provinces notes how far the provinces' products add to the nation's.
func provinces(b *book) {
	nation := b.asOf("NA_VA", stat.Date{})
	totals := map[stat.Period]stat.Decimal{}
	count := map[stat.Period]int{}
	last := map[stat.Period]cube.Version{}
	var order []stat.Period
	for _, v := range cube.Newest(b.flows["GRDP"], cube.AsOf{}) {
		if v.Value == nil {
			continue
		}
		if count[v.Period] == 0 {
			order = append(order, v.Period)
		}
		totals[v.Period] = totals[v.Period].Add(*v.Value)
		count[v.Period]++
		last[v.Period] = v
	}
	for _, p := range order {
		whole, ok := nation[cube.Cell{Dataflow: "NA_VA", Key: stat.NewKey("A", "VN", gdp, "V"), Period: p}]
		if !ok || count[p] != provincesNow {
			continue
		}
		share, _ := percent(totals[p], *whole.Value)
		b.try(claim{ProvincesToNation, Note, *whole.Value, totals[p], stat.Int(0), []cube.Cell{whole.Cell(), last[p].Cell()}, whole.Vintage,
			map[string]string{"period": p.String(), "percent": share.Round(1).String()}})
	}
}

// The numbers of provinces of the two sets.
const (
	provincesNow    = 34
	provincesBefore = 63
)

// sectors tests that the structure of each province's product adds to 100.
func sectors(b *book) {
	figures := b.asOf("GRDP_STRUCTURE", stat.Date{})
	for _, v := range cube.Newest(b.flows["GRDP_STRUCTURE"], cube.AsOf{}) {
		codes := v.Key.Codes()
		if v.Value == nil || codes[2] != "AGR" {
			continue
		}
		if total, cells, ok := sum(figures, v.Cell(), 2, []string{"AGR", "IND", "SRV", "TAX"}); ok {
			b.try(claim{StructureToWhole, Gap, stat.Int(100), total, stat.MustDecimal("0.02"), cells, v.Vintage, map[string]string{"period": v.Period.String(), "area": codes[1]}})
		}
	}
}
