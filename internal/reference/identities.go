package reference

import (
	"context"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// dataflows that the identities read.
var tested = []string{"NA_VA", "NA_GROWTH", "NA_STRUCTURE", "DE_SHARE", "DE_SPLIT", "DE_LEVEL", "DE_GROWTH", "DE_DIST", "GRDP", "GRDP_STRUCTURE", "TASKS", "DTI", "DTI_STRUCTURE"}

// Test tries the identities on every vintage that a store holds and gives what does not hold, in the order of Rules.
func Test(ctx context.Context, store cube.Store) ([]Finding, []Tally, error) {
	b := book{flows: map[string][]cube.Version{}}
	for _, id := range tested {
		history, err := store.History(ctx, cube.Query{Dataflow: id})
		if err != nil {
			return nil, nil, err
		}
		b.flows[id] = history
	}
	for _, try := range []func(*book){accounts, growthOfLevels, structureOfLevels, components, splits, means, digitalGrowth, bands, provinces, sectors, tasks, printedRates, dti} {
		try(&b)
	}
	var tallies []Tally
	var findings []Finding
	for _, r := range Rules() {
		tallies = append(tallies, Tally{r, b.tested[r], b.held[r]})
		for _, f := range b.findings {
			if f.Rule == r {
				findings = append(findings, f)
			}
		}
	}
	return findings, tallies, nil
}

// book is what the identities read and write.
type book struct {
	flows        map[string][]cube.Version // histories, as the store orders them
	findings     []Finding
	tested, held map[Rule]int
}

// claim is one trial of an identity.
type claim struct {
	rule      Rule
	severity  Severity
	expected  stat.Decimal
	got       stat.Decimal
	tolerance stat.Decimal
	cells     []cube.Cell
	vintage   stat.Vintage
	parts     map[string]string
}

// try counts a trial and keeps a finding when it fails; a Note is kept in any case.
func (b *book) try(c claim) {
	if b.tested == nil {
		b.tested, b.held = map[Rule]int{}, map[Rule]int{}
	}
	b.tested[c.rule]++
	difference := c.got.Sub(c.expected)
	if difference.Abs().Cmp(c.tolerance) <= 0 && c.severity != Note {
		b.held[c.rule]++
		return
	}
	parts := map[string]string{"expected": plain(c.expected), "got": plain(c.got), "difference": plain(difference), "apart": plain(difference.Abs()), "tolerance": plain(c.tolerance), "vintage": written(c.vintage)}
	for k, v := range c.parts {
		parts[k] = v
	}
	cells := ""
	for i, x := range c.cells {
		if i > 0 {
			cells += " "
		}
		cells += x.String()
	}
	parts["cells"] = cells
	b.findings = append(b.findings, Finding{c.rule, c.severity, c.cells, written(c.vintage), c.expected, c.got, difference, c.tolerance, parts})
}

// plain writes a number with at most four digits after the point, and no zeros that say nothing.
func plain(d stat.Decimal) string {
	for n := 0; n < 4; n++ {
		if r := d.Round(n); r.Cmp(d.Round(4)) == 0 {
			return r.String()
		}
	}
	return d.Round(4).String()
}

// written gives a vintage as recorded, or the day it counts as when it is not recorded.
func written(v stat.Vintage) string {
	if v.Written == "" {
		return v.Date.String()
	}
	return v.Written
}

// figures gives the values of a dataflow under one vintage day, by key and period.
func (b *book) figures(flow string, day stat.Date) map[cube.Cell]cube.Version {
	out := map[cube.Cell]cube.Version{}
	for _, v := range b.flows[flow] {
		if v.Value != nil && v.Vintage.Date == day {
			out[v.Cell()] = v
		}
	}
	return out
}

// asOf gives the newest value of each cell published on or before a day; the zero Date asks for the newest of all.
func (b *book) asOf(flow string, day stat.Date) map[cube.Cell]cube.Version {
	out := map[cube.Cell]cube.Version{}
	for _, v := range cube.Newest(b.flows[flow], cube.AsOf{Vintage: day}) {
		if v.Value != nil {
			out[v.Cell()] = v
		}
	}
	return out
}

// with replaces one code of a key.
func with(k stat.Key, at int, code string) stat.Key {
	codes := k.Codes()
	codes[at] = code
	return stat.NewKey(codes...)
}

// sum adds the values of cells that differ from one in one code; false when one of them is missing.
func sum(figures map[cube.Cell]cube.Version, like cube.Cell, at int, codes []string) (total stat.Decimal, cells []cube.Cell, all bool) {
	for _, code := range codes {
		c := cube.Cell{Dataflow: like.Dataflow, Key: with(like.Key, at, code), Period: like.Period}
		v, ok := figures[c]
		if !ok {
			return total, nil, false
		}
		total = total.Add(*v.Value)
		cells = append(cells, c)
	}
	return total, cells, true
}

// percent gives 100 × a ÷ b; false when b is zero.
func percent(a, b stat.Decimal) (stat.Decimal, bool) {
	q, err := a.Mul(stat.Int(100)).Quo(b)
	return q, err == nil
}

// growth gives 100 × (a ÷ b − 1); false when b is zero.
func growth(a, b stat.Decimal) (stat.Decimal, bool) {
	q, ok := percent(a, b)
	return q.Sub(stat.Int(100)), ok
}

// halfUnit is half a unit in the last digit of a printed figure: what its rounding can hide.
func halfUnit(printed stat.Decimal) stat.Decimal {
	unit := stat.MustDecimal("0.5")
	for range printed.Decimals() {
		unit = unit.Mul(stat.MustDecimal("0.1"))
	}
	return unit
}

// days lists the vintage days of a dataflow, each once, in order of appearance.
func (b *book) days(flow string) []stat.Date {
	var out []stat.Date
	seen := map[stat.Date]bool{}
	for _, v := range b.flows[flow] {
		if !seen[v.Vintage.Date] {
			seen[v.Vintage.Date] = true
			out = append(out, v.Vintage.Date)
		}
	}
	return out
}
