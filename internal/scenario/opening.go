package scenario

import (
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Figures reads the newest published version of every cell that a pattern of a dataflow matches, in the order of their periods.
type Figures func(dataflow, pattern string) []cube.Version

// Ground is the published figures on which a scenario stands, of one country and by the definition of its statistics office.
type Ground struct {
	Read     Figures
	Nation   string // code of the country in CL_AREA
	Official string // code of the definition of its statistics office in CL_DEFINITION
	Target   string // code of the target of the share in CL_TARGET
	// What the recipes assume: growth of GDP in volume and of its deflator, per cent a year, and the part of electronics in digital value added.
	Real, Prices, Electronics float64
	// Nowcast estimates the share of the quarter after the last published ones from another part of electronics; false where no quarter can be.
	Nowcast func(electronics float64) (Nowcast, bool)
}

// Nowcast is a share of the digital economy in GDP estimated for a quarter, per cent.
type Nowcast struct {
	Period stat.Period
	Share  stat.Decimal
}

// Start is the newest published yearly share of the digital economy in GDP; false where none is published.
func (g Ground) Start() (cube.Version, bool) {
	for _, o := range slices.Backward(g.Read("DE_SHARE", "A."+g.Nation+"."+g.Official+".TOTAL")) {
		if o.Period.Frequency() == stat.Annual && o.Value != nil {
			return o, true
		}
	}
	return cube.Version{}, false
}

// ShareOf is the newest published share of a year; false where none is published.
func (g Ground) ShareOf(year int) (cube.Version, bool) {
	for _, o := range g.Read("DE_SHARE", "A."+g.Nation+"."+g.Official+".TOTAL") {
		if o.Period == stat.Year(year) && o.Value != nil {
			return o, true
		}
	}
	return cube.Version{}, false
}

// From reads the assumptions that get gives for names, on what is published and assumed before anyone changes it (Opening, for the year of today).
// A start year that is chosen without a share begins with what is published of that year, and never with the share of another.
func (g Ground) From(today int, get func(name string) string) (Assumptions, []*fault.Error) {
	a := g.Opening(today)
	chosen, err := strconv.Atoi(strings.TrimSpace(get("nam-goc")))
	alone := err == nil && chosen != a.StartYear && strings.TrimSpace(get("ty-trong")) == ""
	start, published := cube.Version{}, false
	if alone && chosen > 0 && chosen < 10000 {
		if start, published = g.ShareOf(chosen); published {
			a.StartShare = start.Value.Float64()
		}
	}
	a, faults := Read(a, get, g.Levels)
	if alone && !published && !slices.ContainsFunc(faults, func(f *fault.Error) bool { return f.Where.Column == "nam-goc" }) {
		faults = append(faults, fault.New("scenario.no-share", "year", chosen).At("", 0, "ty-trong"))
	}
	return a, faults
}

// Opening gives the assumptions before anyone changes them: what is published, and what the recipe of required growth assumes. Where no share is
// published the scenario begins in the year given.
func (g Ground) Opening(year int) Assumptions {
	year = min(max(year, FirstYear), LastYear) // a reader may look from any day
	a := Assumptions{StartYear: year, StartShare: 10, TargetShare: 30, Shape: Shapes()[0], Electronics: g.Electronics, GDPReal: g.Real, GDPPrices: g.Prices}
	a.DigitalPrices = a.GDPPrices
	a.ElectronicsReal, a.OtherReal = a.GDPReal, a.GDPReal
	if start, ok := g.Start(); ok {
		a.StartYear, a.StartShare = start.Period.Year(), start.Value.Float64()
		if growth, ok := g.cell("DE_GROWTH", "A."+g.Nation+"."+g.Official+".G_CON", start.Period); ok {
			a.ElectronicsReal, a.OtherReal = growth, growth
		}
	}
	a.TargetYear = a.StartYear + 5
	for _, o := range g.Read("TARGET", "A."+g.Nation+"."+g.Target) {
		if o.Value != nil && o.Period.Year() > a.StartYear {
			a.TargetYear, a.TargetShare = o.Period.Year(), o.Value.Float64()
			break
		}
	}
	return a
}

// Levels adds what is known of the start year: levels, which turn shares into money, and what the coefficient of digitalisation stands on. What
// is not known of that year is 0.
func (g Ground) Levels(a Assumptions) Assumptions {
	if a.StartYear < FirstYear || a.StartYear > LastYear { // Check refuses it; there may not even be such a year
		a.GDP, a.Value, a.Core, a.Taxes = 0, 0, 0, 0
		return a
	}
	year := stat.Year(a.StartYear)
	a.GDP, _ = g.cell("NA_VA", "A."+g.Nation+".B1GQ.V", year)
	a.Value = g.quarters("C", a.StartYear)
	a.Core, a.Taxes = 0, 0
	if whole := g.quarters("B1GQ", a.StartYear); whole > 0 {
		a.Taxes = 100 * g.quarters("TAX", a.StartYear) / whole
	}
	core, okCore := g.cell("DE_SHARE_EST", "A."+g.Nation+"."+g.Official+".CORE", year)
	digitalised, okRest := g.cell("DE_SHARE_EST", "A."+g.Nation+"."+g.Official+".DIGITALISED", year)
	if okCore && okRest {
		a.Core = 100 * core / (core + digitalised)
	}
	return a
}

// cell gives the value of a cell; false where there is none.
func (g Ground) cell(dataflow, key string, p stat.Period) (float64, bool) {
	for _, o := range g.Read(dataflow, key) {
		if o.Period == p && o.Value != nil {
			return o.Value.Float64(), true
		}
	}
	return 0, false
}

// quarters adds up the quarters of a year of an activity at current prices; 0 where one is missing.
func (g Ground) quarters(activity string, year int) float64 {
	sum, n := 0.0, 0
	for _, o := range g.Read("NA_QUARTERLY_EST", "Q."+g.Nation+"."+activity+".V") {
		if o.Value != nil && o.Period.Year() == year {
			sum += o.Value.Float64()
			n++
		}
	}
	if n != 4 {
		return 0
	}
	return sum
}
