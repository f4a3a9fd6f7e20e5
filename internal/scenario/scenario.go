// Package scenario answers "what if": from a start share and assumptions of growth and prices it gives the path that a target takes and the
// share that the assumptions lead to, year by year, and it says what a saved scenario is.
//
// A scenario is the work of whoever made it, never a figure of the cube: nothing here writes an observation. Everything is a pure
// function of the assumptions, so that a saved scenario shows the same figures for ever; what they stand on before anyone changes them is read from
// published figures (Ground). The package holds no words and no SQL.
package scenario

import (
	"math"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// Assumptions is what a person may change. Rates and shares are per cent; the field's name in addresses is its json name.
type Assumptions struct {
	StartYear       int     `json:"nam-goc"`
	StartShare      float64 `json:"ty-trong"` // of GDP in the start year
	TargetYear      int     `json:"nam-dich"`
	TargetShare     float64 `json:"muc-tieu"`
	GDPReal         float64 `json:"gdp"`          // growth of GDP in volume, a year
	GDPPrices       float64 `json:"gia-gdp"`      // change of the GDP deflator, a year
	DigitalPrices   float64 `json:"gia-so"`       // change of the deflator of digital value added, a year
	Electronics     float64 `json:"dien-tu"`      // part of electronics in digital value added of the start year
	ElectronicsReal float64 `json:"tang-dien-tu"` // growth of electronics in volume, a year
	OtherReal       float64 `json:"tang-con-lai"` // growth of the rest of the digital economy in volume, a year
	Shape           string  `json:"dang"`         // how the required path travels, see chain.Shape

	// Coefficient is the digitalised part of the value added of industries outside the core that the target year is to have, per cent;
	// nil lets it follow from growth. It needs Core and Taxes.
	Coefficient *float64 `json:"he-so,omitempty"`

	// What is known of the start year; it is not asked for. 0 where it is not known.
	Core  float64 `json:"loi,omitempty"`  // part of the core in digital value added, per cent
	Taxes float64 `json:"thue,omitempty"` // taxes less subsidies on products, per cent of GDP
	GDP   float64 `json:"gdp-goc"`        // GDP at current prices, billion dong
	Value float64 `json:"va-c,omitempty"` // value added of section C, billion dong
}

// Year is one year of the paths. The first one is the start year, which has levels and shares but no growth.
type Year struct {
	Year          int
	GDPGrowth     *float64 // at current prices, per cent
	Required      float64  // share that the target takes, per cent of GDP
	RequiredRate  *float64 // growth of digital value added that this takes at current prices, per cent
	RequiredReal  *float64 // in volume
	Projected     *float64 // share that the assumptions lead to; nil from the year on in which it would pass 100 per cent
	ProjectedRate *float64 // growth of digital value added at current prices
	ProjectedReal *float64 // in volume
	Core          *float64 // projected share of the core, per cent of GDP; nil where it is not known
	Coefficient   *float64 // digitalised part of the value added of industries outside the core, per cent; nil like Core
	Gap           *float64 // projected less required, points
	GDP           *float64 // at current prices, billion dong
	RequiredVA    *float64
	ProjectedVA   *float64
}

// Result is what the assumptions lead to.
type Result struct {
	Rate       float64  // growth that the target takes on average a year, at current prices, per cent
	Real       float64  // in volume
	Multiple   *float64 // Real over the growth of GDP in volume; nil where GDP does not grow
	Final      *float64 // projected share of the target year; nil where it passes 100 per cent before
	Gap        *float64 // Final less the target, points
	Reached    int      // first year in which the projected share meets the target, within a century; 0 for never
	Overflow   int      // first year up to the target year in which the projected share would pass 100 per cent; 0 for never
	Kappa      *float64 // part of section C that counts as electronics, per cent, in the start year; nil where C is not known
	Needed     *float64 // Coefficient of the target year that meets the target with the projected core, per cent; nil where none from 0 to 100 does
	Years      []Year
	Compounded int // years between start and target
}

// century bounds the search for the year in which a target is met.
const century = 100

// Compute works the assumptions out. They must have passed Check.
func Compute(a Assumptions) (Result, error) {
	years := a.TargetYear - a.StartYear
	nominal := chain.NominalGrowth(a.GDPReal/100, a.GDPPrices/100)
	need, err := chain.RequiredGrowth(chain.Goal{StartYear: a.StartYear, TargetYear: a.TargetYear, Share: a.StartShare / 100, Target: a.TargetShare / 100,
		GDPGrowth: []float64{nominal}, GDPDeflator: []float64{a.GDPPrices / 100}, Deflator: []float64{a.DigitalPrices / 100}, Shape: chain.Shape(a.Shape)})
	if err != nil {
		return Result{}, err
	}
	out := Result{Rate: need.Growth * 100, Real: *need.RealGrowth * 100, Multiple: need.RealMultiple, Compounded: years}
	if a.GDP > 0 && a.Value > 0 {
		k := a.Electronics * a.StartShare / 100 * a.GDP / a.Value
		out.Kappa = &k
	}
	gdp := a.GDP
	p := newProjection(a)
	first := Year{Year: a.StartYear, Required: a.StartShare, Projected: ref(a.StartShare), GDP: level(gdp), RequiredVA: level(gdp * a.StartShare / 100), ProjectedVA: level(gdp * a.StartShare / 100)}
	first.Core, first.Coefficient = p.parts()
	out.Years = append(out.Years, first)
	for i := range years {
		step := need.Path[i]
		gdp *= 1 + nominal
		y := Year{Year: step.Year, GDPGrowth: ref(nominal * 100), Required: step.Share * 100, RequiredRate: ref(step.Growth * 100), RequiredReal: ref(*step.RealGrowth * 100),
			GDP: level(gdp), RequiredVA: level(gdp * step.Share)}
		real, rate := p.next(nominal)
		if p.share() >= 100 && out.Overflow == 0 {
			out.Overflow = step.Year
		}
		if out.Overflow == 0 {
			y.Projected, y.ProjectedRate, y.ProjectedReal = ref(p.share()), ref(rate*100), ref(real*100)
			y.Gap, y.ProjectedVA = ref(p.share()-y.Required), level(gdp*p.share()/100)
			y.Core, y.Coefficient = p.parts()
		}
		out.Years = append(out.Years, y)
	}
	if core := p.core(); p.known && out.Overflow == 0 {
		if c := 100 * (a.TargetShare - core) / p.outside(); c >= 0 && c <= 100 {
			out.Needed = &c
		}
	}
	if last := out.Years[years]; last.Projected != nil {
		out.Final, out.Gap = last.Projected, ref(*last.Projected-a.TargetShare)
	}
	out.Reached = reached(a, nominal)
	return out, nil
}

// projection carries the parts of the digital economy forward, each in per cent of GDP at current prices. Where the core is not known, rest holds
// everything but electronics.
type projection struct {
	a                              Assumptions
	electronics, rest, digitalised float64 // electronics and rest are the core
	known                          bool    // the core is
	from, year                     float64 // coefficient of the start year, years gone by
}

func newProjection(a Assumptions) *projection {
	p := &projection{a: a, electronics: a.StartShare * a.Electronics / 100, known: a.knowsCore()}
	p.rest = a.StartShare - p.electronics
	if p.known {
		p.rest = a.StartShare*a.Core/100 - p.electronics
		p.digitalised = a.StartShare - p.core()
		p.from = 100 * p.digitalised / p.outside()
	}
	return p
}

// knowsCore reports whether the coefficient of digitalisation has a meaning: core and taxes are known, and electronics are no more than the core.
func (a Assumptions) knowsCore() bool {
	return a.Core > 0 && a.Core <= 100 && a.Taxes > 0 && a.Electronics <= a.Core && a.StartShare*a.Core/100+a.Taxes < 100
}

func (p *projection) share() float64   { return p.electronics + p.rest + p.digitalised }
func (p *projection) core() float64    { return p.electronics + p.rest }
func (p *projection) outside() float64 { return 100 - p.a.Taxes - p.core() } // value added of industries outside the core, per cent of GDP

// parts gives the core and the coefficient of digitalisation, or nothing where they are not known.
func (p *projection) parts() (core, coefficient *float64) {
	if !p.known || p.outside() <= 0 {
		return nil, nil
	}
	return ref(p.core()), ref(100 * p.digitalised / p.outside())
}

// next goes one year on and gives the growth of digital value added, in volume and at current prices. Taxes keep their part of GDP. A wanted
// coefficient is reached in equal steps by the target year and kept from then on.
func (p *projection) next(gdp float64) (real, rate float64) {
	before := p.share()
	p.year++
	relative := (1 + p.a.DigitalPrices/100) / (1 + gdp)
	p.electronics *= (1 + p.a.ElectronicsReal/100) * relative
	p.rest *= (1 + p.a.OtherReal/100) * relative
	p.digitalised *= (1 + p.a.OtherReal/100) * relative
	if want := p.a.Coefficient; want != nil && p.known {
		gone := math.Min(1, p.year/float64(p.a.TargetYear-p.a.StartYear))
		p.digitalised = math.Max(0, p.outside()) * (p.from + (*want-p.from)*gone) / 100
	}
	rate = p.share()/before*(1+gdp) - 1
	return (1+rate)/(1+p.a.DigitalPrices/100) - 1, rate
}

// reached gives the first year in which the projected share meets the target, or 0.
func reached(a Assumptions, gdp float64) int {
	p := newProjection(a)
	if p.share() >= a.TargetShare {
		return a.StartYear
	}
	for i := 1; i <= century; i++ {
		p.next(gdp)
		if p.share() >= 100 || math.IsNaN(p.share()) {
			return 0
		}
		if p.share() >= a.TargetShare {
			return a.StartYear + i
		}
	}
	return 0
}

func ref(x float64) *float64 { return &x }

// level gives a level, or nothing where there is none.
func level(x float64) *float64 {
	if x <= 0 {
		return nil
	}
	return &x
}

// Check refuses assumptions outside their bounds, each with the field it is about in Where.Column; all faults come joined.
func (a Assumptions) Check() []*fault.Error {
	var out []*fault.Error
	for _, f := range Fields() {
		if x := f.value(&a); x != nil && !(*x >= f.Low && *x <= f.High) {
			out = append(out, fault.New("scenario.out-of-range", "low", bound(f.Low), "high", bound(f.High)).At("", 0, f.ID))
		}
	}
	if a.StartYear < FirstYear || a.StartYear > LastYear {
		out = append(out, fault.New("scenario.year-outside", "first", FirstYear, "last", LastYear).At("", 0, "nam-goc"))
	} else if a.TargetYear <= a.StartYear || a.TargetYear > a.StartYear+MaxYears {
		out = append(out, fault.New("scenario.target-year", "start", a.StartYear, "years", MaxYears).At("", 0, "nam-dich"))
	}
	if a.Coefficient != nil && !a.knowsCore() {
		if a.Core > 0 && a.Electronics > a.Core {
			out = append(out, fault.New("scenario.electronics-above-core", "core", bound(math.Round(100*a.Core)/100)).At("", 0, "dien-tu"))
		} else {
			out = append(out, fault.New("scenario.no-coefficient", "year", a.StartYear).At("", 0, "he-so"))
		}
	}
	if !Shape(a.Shape) {
		out = append(out, fault.New("scenario.shape").At("", 0, "dang"))
	}
	return out
}
