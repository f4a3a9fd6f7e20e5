package reference

import (
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// partitions are the ways in which publishers break the digital economy down.
var partitions = [][]string{{"CORE", "DIGITALISED"}, {"AGR", "IND", "SRV"}, {"ICT", "NON_ICT"}}

const (
	definitionAt = 2
	componentAt  = 3
)

// components tests that the parts of the digital economy add to the whole, in shares, splits and levels of each vintage. Two or three
// figures rounded to two digits may miss their total by 0.02.
func components(b *book) {
	for _, kind := range [][2]string{{"DE_SHARE", "0.02"}, {"DE_SPLIT", "0.02"}, {"DE_LEVEL", "0.1"}} {
		flow, tolerance := kind[0], kind[1]
		for _, day := range b.days(flow) {
			figures := b.figures(flow, day)
			for _, v := range b.flows[flow] {
				if v.Vintage.Date != day || v.Value == nil {
					continue
				}
				codes := v.Key.Codes()
				for _, parts := range partitions {
					if codes[componentAt] != parts[0] {
						continue
					}
					total, cells, ok := sum(figures, v.Cell(), componentAt, parts)
					if !ok {
						continue
					}
					expected := stat.Int(100)
					if flow != "DE_SPLIT" {
						whole, ok := figures[cube.Cell{Dataflow: flow, Key: with(v.Key, componentAt, "TOTAL"), Period: v.Period}]
						if !ok {
							continue
						}
						expected = *whole.Value
						cells = append(cells, whole.Cell())
					}
					b.try(claim{ComponentsToTotal, Gap, expected, total, stat.MustDecimal(tolerance), cells, v.Vintage, about(v)})
				}
			}
		}
	}
}

// about gives the facts of a digital figure that sentences name.
func about(v cube.Version) map[string]string {
	codes := v.Key.Codes()
	return map[string]string{"period": v.Period.String(), "area": codes[1], "definition": codes[definitionAt], "component": codes[componentAt]}
}

// splits tests that a component's part of the digital economy is its share of GDP over the total share. The tolerance is what rounding of
// the three figures can do: half a unit of the printed part, and for shares near 5 and 13 with two digits about 0.06.
func splits(b *book) {
	for _, v := range b.flows["DE_SPLIT"] {
		if v.Value == nil {
			continue
		}
		shares := b.figures("DE_SHARE", v.Vintage.Date)
		at := func(component string) (cube.Version, bool) {
			x, ok := shares[cube.Cell{Dataflow: "DE_SHARE", Key: with(v.Key, componentAt, component), Period: v.Period}]
			return x, ok
		}
		part, ok := at(v.Key.Codes()[componentAt])
		whole, had := at("TOTAL")
		if !ok || !had {
			continue
		}
		if expected, ok := percent(*part.Value, *whole.Value); ok {
			b.try(claim{SplitOfShare, Gap, expected.Round(2), *v.Value, halfUnit(*v.Value).Add(stat.MustDecimal("0.06")), []cube.Cell{v.Cell(), part.Cell(), whole.Cell()}, v.Vintage, about(v)})
		}
	}
}

// means tests that an average of years is the mean of the yearly figures that were newest when it was published. A year without a figure by
// then leaves it untested.
func means(b *book) {
	for _, v := range b.flows["DE_SHARE"] {
		years := v.Period.Within(stat.Annual)
		if v.Value == nil || v.Period.Frequency() != stat.Interval || len(years) < 2 {
			continue
		}
		known := b.asOf("DE_SHARE", v.Vintage.Date)
		cells, all := []cube.Cell{v.Cell()}, true
		var total stat.Decimal
		for _, y := range years {
			x, ok := known[cube.Cell{Dataflow: "DE_SHARE", Key: with(v.Key, 0, stat.Annual.String()), Period: y}]
			if all = all && ok; !ok {
				break
			}
			total = total.Add(*x.Value)
			cells = append(cells, x.Cell())
		}
		if !all {
			continue
		}
		mean, _ := total.Quo(stat.Int(int64(len(years))))
		b.try(claim{MeanOfYears, Gap, mean.Round(3), *v.Value, stat.MustDecimal("0.01"), cells, v.Vintage, about(v)})
	}
}

// digitalGrowth holds printed growth against the published sizes in dollars, and against share × GDP in dong.
func digitalGrowth(b *book) {
	levels := b.asOf("DE_LEVEL", stat.Date{})
	for _, v := range b.flows["DE_GROWTH"] {
		if v.Value == nil || v.Period.Frequency() != stat.Annual {
			continue
		}
		codes := v.Key.Codes()
		parts := map[string]string{"period": v.Period.String(), "growth": codes[3], "definition": codes[definitionAt]}
		base := stat.Year(2020)
		if codes[3] == "G_CUR" {
			base = v.Period.Add(-1)
			at := func(p stat.Period) (cube.Version, bool) {
				x, ok := levels[cube.Cell{Dataflow: "DE_LEVEL", Key: with(v.Key, componentAt, "TOTAL"), Period: p}]
				return x, ok
			}
			now, ok := at(v.Period)
			before, had := at(base)
			if ok && had {
				if expected, ok := growth(*now.Value, *before.Value); ok {
					// Sizes near 60 printed to 0.1 leave their quotient uncertain by about 0.2 points.
					b.try(claim{DigitalGrowthUSD, Gap, expected.Round(1), *v.Value, stat.MustDecimal("0.2"), []cube.Cell{v.Cell(), now.Cell(), before.Cell()}, v.Vintage, parts})
				}
			}
		}
		if codes[3] != "G_CUR" && codes[3] != "R_2020" {
			continue
		}
		now, cells, ok := b.inDong(v.Key, v.Period)
		before, more, had := b.inDong(v.Key, base)
		if !ok || !had {
			continue
		}
		cells = append(append([]cube.Cell{v.Cell()}, cells...), more...)
		if ratio, err := now.Quo(before); err == nil {
			if codes[3] == "R_2020" {
				b.try(claim{DigitalRatioVND, Gap, ratio.Round(2), *v.Value, stat.MustDecimal("0.02"), cells, v.Vintage, parts})
				continue
			}
			b.try(claim{DigitalGrowthVND, Gap, ratio.Sub(stat.Int(1)).Mul(stat.Int(100)).Round(1), *v.Value, stat.MustDecimal("0.2"), cells, v.Vintage, parts})
		}
	}
}

// inDong gives share × GDP of a year, both the newest held.
func (b *book) inDong(like stat.Key, year stat.Period) (stat.Decimal, []cube.Cell, bool) {
	codes := like.Codes()
	share, ok := b.asOf("DE_SHARE", stat.Date{})[cube.Cell{Dataflow: "DE_SHARE", Key: stat.NewKey("A", codes[1], codes[definitionAt], "TOTAL"), Period: year}]
	whole, had := b.asOf("NA_VA", stat.Date{})[cube.Cell{Dataflow: "NA_VA", Key: stat.NewKey("A", codes[1], gdp, "V"), Period: year}]
	if !ok || !had {
		return stat.Decimal{}, nil, false
	}
	return share.Value.Mul(*whole.Value), []cube.Cell{share.Cell(), whole.Cell()}, true
}

// bands tests that the bands of a distribution add to the number of provinces of its year.
func bands(b *book) {
	for _, day := range b.days("DE_DIST") {
		figures := b.figures("DE_DIST", day)
		for _, v := range b.flows["DE_DIST"] {
			codes := v.Key.Codes()
			if v.Vintage.Date != day || v.Value == nil || codes[3] != "GT20" {
				continue
			}
			total, cells, ok := sum(figures, v.Cell(), 3, []string{"GT20", "B10_20", "B5_10", "LT5"})
			if !ok {
				continue
			}
			expected := stat.Int(provincesBefore)
			if !v.Period.To().Before(stat.NewDate(2025, 7, 1)) {
				expected = stat.Int(provincesNow)
			}
			b.try(claim{BandsToProvinces, Gap, expected, total, stat.Int(0), cells, v.Vintage, map[string]string{"period": v.Period.String(), "definition": codes[definitionAt]}})
		}
	}
}
