package chain

import (
	"math"

	"nhipso/internal/fault"
)

// Shape says how a share travels from where it is to where it must be.
type Shape string

// The shapes of a path. All start at the share of the first year and end at the target; where GDP grows at one rate
// throughout, EvenRatio and EvenGrowth are the same path.
const (
	EvenRatio  Shape = "even-ratio"  // the share is multiplied by the same number every year (the default)
	EvenGrowth Shape = "even-growth" // digital value added grows at the same nominal rate every year
	EvenPoints Shape = "even-points" // the share gains the same number of points every year
)

// Goal is a share that has to be reached, and the economy in which it has to be reached. Its three slices hold one
// rate a year from StartYear+1 to TargetYear, or a single rate that holds for each of them. GDPGrowth is nominal;
// NominalGrowth makes it from real growth and a deflator.
type Goal struct {
	StartYear   int       // the year of Share
	TargetYear  int       // the year in which Target is due, after StartYear
	Share       float64   // digital value added over GDP in StartYear, a fraction in (0,1)
	Target      float64   // the share due in TargetYear, a fraction in (0,1)
	GDPGrowth   []float64 // nominal growth of GDP
	GDPDeflator []float64 // change of the GDP deflator; nil where real growth is not asked for
	Deflator    []float64 // change of the deflator of digital value added; nil where real growth is not asked for
	GDP         float64   // GDP of StartYear at current prices; 0 where levels are not asked for
	Shape       Shape     // "" means EvenRatio
}

// RequiredYear is one year of the path to a goal.
type RequiredYear struct {
	Year              int
	Share             float64  // the share at the end of the path up to this year
	Growth            float64  // nominal growth of digital value added that this takes
	GDPGrowth         float64  // nominal growth of GDP assumed
	Multiple          *float64 // Growth over GDPGrowth; nil where GDP does not grow
	RealGrowth        *float64 // growth of digital value added in volume; nil without deflators
	RealGDPGrowth     *float64 // growth of GDP in volume; nil without deflators
	RealMultiple      *float64 // RealGrowth over RealGDPGrowth; nil without deflators or where GDP does not grow
	GDP               *float64 // level at current prices; nil where Goal.GDP is 0
	ValueAdded        *float64 // digital value added at current prices; nil where Goal.GDP is 0
	ContributionToGDP float64  // part of GDP growth that digital value added brings: last year's share times Growth
}

// Required is what a goal takes: average annual rates over the whole path, and the path itself.
// The averages are geometric, so that compounding them gives the levels of the target year exactly.
type Required struct {
	Growth        float64
	GDPGrowth     float64
	Multiple      *float64
	RealGrowth    *float64
	RealGDPGrowth *float64
	RealMultiple  *float64
	Path          []RequiredYear // StartYear+1 … TargetYear
}

// RequiredRate gives the constant nominal growth of a part that takes its share from share to target in the given number of
// years while the whole grows at growth a year: (1+growth)·(target/share)^(1/years) − 1.
// Errors: a share outside (0,1), years < 1, 1+growth ≤ 0.
func RequiredRate(share, target float64, years int, growth float64) (float64, error) {
	if err := checkShare("share", share); err != nil {
		return 0, err
	}
	if err := checkShare("target", target); err != nil {
		return 0, err
	}
	if years < 1 {
		return 0, fault.New("chain.no-years", "years", years)
	}
	if err := checkRate("growth", 0, growth); err != nil {
		return 0, err
	}
	return (1+growth)*math.Pow(target/share, 1/float64(years)) - 1, nil
}

// RequiredGrowth works out what a goal takes, year by year and on average. Every path lands on the target: the last share is
// the target itself, and compounding the yearly growth rates gives it back to rounding.
// Errors: a share outside (0,1), a target year not after the start, a number of rates that is neither one nor one a year,
// a rate at or below −100 %, only one of the two deflators, an unknown shape.
// Source: the identity s_t/s_{t−1} = (1+g_D)/(1+g), applied T times.
func RequiredGrowth(goal Goal) (Required, error) {
	years := goal.TargetYear - goal.StartYear
	if years < 1 {
		return Required{}, fault.New("chain.no-years", "years", years)
	}
	if years > 1000 {
		return Required{}, fault.New("chain.too-many-years", "years", years)
	}
	if err := checkShare("share", goal.Share); err != nil {
		return Required{}, err
	}
	if err := checkShare("target", goal.Target); err != nil {
		return Required{}, err
	}
	gdp, err := yearly("gdp-growth", goal.GDPGrowth, years)
	if err != nil {
		return Required{}, err
	}
	if (goal.GDPDeflator == nil) != (goal.Deflator == nil) {
		return Required{}, fault.New("chain.one-deflator")
	}
	var gdpDeflator, deflator []float64
	if goal.Deflator != nil {
		if gdpDeflator, err = yearly("gdp-deflator", goal.GDPDeflator, years); err != nil {
			return Required{}, err
		}
		if deflator, err = yearly("deflator", goal.Deflator, years); err != nil {
			return Required{}, err
		}
	}
	if goal.GDP < 0 || !finite(goal.GDP) {
		return Required{}, fault.New("chain.bad-level", "name", "gdp", "value", goal.GDP)
	}
	shares, err := goal.shares(gdp)
	if err != nil {
		return Required{}, err
	}

	out := Required{Path: make([]RequiredYear, years)}
	before, level := goal.Share, goal.GDP
	var logGrowth, logGDP, logReal, logRealGDP float64
	for i, share := range shares {
		level *= 1 + gdp[i]
		y := RequiredYear{Year: goal.StartYear + i + 1, Share: share, GDPGrowth: gdp[i], Growth: share/before*(1+gdp[i]) - 1}
		y.Multiple = multiple(y.Growth, y.GDPGrowth)
		y.ContributionToGDP = before * y.Growth
		logGrowth += math.Log1p(y.Growth)
		logGDP += math.Log1p(y.GDPGrowth)
		if deflator != nil {
			real, realGDP := (1+y.Growth)/(1+deflator[i])-1, (1+gdp[i])/(1+gdpDeflator[i])-1
			y.RealGrowth, y.RealGDPGrowth, y.RealMultiple = &real, &realGDP, multiple(real, realGDP)
			logReal += math.Log1p(real)
			logRealGDP += math.Log1p(realGDP)
		}
		if goal.GDP > 0 {
			whole, part := level, level*share
			y.GDP, y.ValueAdded = &whole, &part
		}
		if !finite(y.Growth) || !finite(level) {
			return Required{}, fault.New("chain.overflow", "year", y.Year)
		}
		out.Path[i] = y
		before = share
	}
	t := float64(years)
	out.Growth, out.GDPGrowth = math.Expm1(logGrowth/t), math.Expm1(logGDP/t)
	out.Multiple = multiple(out.Growth, out.GDPGrowth)
	if deflator != nil {
		real, realGDP := math.Expm1(logReal/t), math.Expm1(logRealGDP/t)
		out.RealGrowth, out.RealGDPGrowth, out.RealMultiple = &real, &realGDP, multiple(real, realGDP)
	}
	return out, nil
}

// shares gives the share of each year after the first; the last is the target, to the bit.
func (g Goal) shares(gdp []float64) ([]float64, error) {
	n := len(gdp)
	out := make([]float64, n)
	ratio := g.Target / g.Share
	switch g.Shape {
	case "", EvenRatio:
		for i := range out {
			out[i] = g.Share * math.Pow(ratio, float64(i+1)/float64(n))
		}
	case EvenPoints:
		for i := range out {
			out[i] = g.Share + (g.Target-g.Share)*float64(i+1)/float64(n)
		}
	case EvenGrowth:
		log := math.Log(ratio)
		for _, r := range gdp {
			log += math.Log1p(r)
		}
		log /= float64(n)
		at := math.Log(g.Share)
		for i, r := range gdp {
			at += log - math.Log1p(r)
			out[i] = math.Exp(at)
			if out[i] >= 1 && i < n-1 {
				return nil, fault.New("chain.share-passes-one", "year", g.StartYear+i+1, "share", out[i])
			}
		}
	default:
		return nil, fault.New("chain.unknown-shape", "shape", g.Shape)
	}
	out[n-1] = g.Target
	return out, nil
}

// Project is the other direction: the share of each year that follows when the part and the whole grow at the given
// nominal rates (one a year each, of equal length). A share may not reach one.
func Project(share float64, growth, gdpGrowth []float64) ([]float64, error) {
	if err := checkShare("share", share); err != nil {
		return nil, err
	}
	if len(growth) != len(gdpGrowth) {
		return nil, fault.New("chain.length", "name", "gdp-growth", "got", len(gdpGrowth), "want", len(growth))
	}
	out := make([]float64, len(growth))
	for i := range growth {
		if err := checkRate("growth", i, growth[i]); err != nil {
			return nil, err
		}
		if err := checkRate("gdp-growth", i, gdpGrowth[i]); err != nil {
			return nil, err
		}
		share *= (1 + growth[i]) / (1 + gdpGrowth[i])
		if share >= 1 {
			return nil, fault.New("chain.share-passes-one", "year", i+1, "share", share)
		}
		out[i] = share
	}
	return out, nil
}

// YearsToReach gives how many years, as a real number, a share needs to reach a target when the part grows at growth and the
// whole at gdpGrowth a year. Error "chain.never-reached" when the share moves the other way or not at all.
func YearsToReach(share, target, growth, gdpGrowth float64) (float64, error) {
	if err := checkShare("share", share); err != nil {
		return 0, err
	}
	if err := checkShare("target", target); err != nil {
		return 0, err
	}
	if err := checkRate("growth", 0, growth); err != nil {
		return 0, err
	}
	if err := checkRate("gdp-growth", 0, gdpGrowth); err != nil {
		return 0, err
	}
	if share == target {
		return 0, nil
	}
	years := math.Log(target/share) / (math.Log1p(growth) - math.Log1p(gdpGrowth))
	if !(years > 0) || math.IsInf(years, 0) {
		return 0, fault.New("chain.never-reached", "share", share, "target", target, "growth", growth, "gdpGrowth", gdpGrowth)
	}
	return years, nil
}

// NominalGrowth joins real growth and the change of a deflator: (1+real)(1+deflator) − 1.
func NominalGrowth(real, deflator float64) float64 { return (1+real)*(1+deflator) - 1 }

// RealGrowth takes the change of a deflator out of nominal growth: (1+nominal)/(1+deflator) − 1.
// It is an error for the deflator to fall by all of its value.
func RealGrowth(nominal, deflator float64) (float64, error) {
	if err := checkRate("deflator", 0, deflator); err != nil {
		return 0, err
	}
	if !finite(nominal) {
		return 0, fault.New("chain.not-finite", "name", "growth", "at", 1)
	}
	return (1+nominal)/(1+deflator) - 1, nil
}

func multiple(growth, of float64) *float64 {
	if of <= 0 {
		return nil
	}
	m := growth / of
	if !finite(m) {
		return nil
	}
	return &m
}

func yearly(name string, rates []float64, years int) ([]float64, error) {
	if len(rates) != 1 && len(rates) != years {
		return nil, fault.New("chain.length", "name", name, "got", len(rates), "want", years)
	}
	out := make([]float64, years)
	for i := range out {
		out[i] = rates[min(i, len(rates)-1)]
		if err := checkRate(name, i, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func checkShare(name string, s float64) error {
	if !(s > 0 && s < 1) {
		return fault.New("chain.bad-share", "name", name, "value", s)
	}
	return nil
}

func checkRate(name string, i int, r float64) error {
	if !finite(r) {
		return fault.New("chain.not-finite", "name", name, "at", i+1)
	}
	if 1+r <= 0 {
		return fault.New("chain.total-loss", "name", name, "at", i+1, "value", r)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
