package calc

import (
	"context"
	"math"
	"slices"
	"strconv"

	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// growthFlags are the flags of growth.
type growthFlags struct {
	What        string `default:"required" help:"what-growth"`
	Data        string `help:"data-growth" what:"revisions contributions share industries uncertainty coverage"`
	Share       string `help:"share" what:"required project"`
	Target      string `help:"target" what:"required project"`
	Years       int    `default:"0" help:"years" what:"required project"`
	StartYear   int    `default:"0" help:"start-year" what:"required project"`
	TargetYear  int    `default:"0" help:"target-year" what:"required"`
	GdpGrowth   string `help:"gdp-growth" what:"required project"`
	GdpDeflator string `help:"gdp-deflator" what:"required"`
	Deflator    string `help:"deflator" what:"required"`
	Gdp         string `default:"0" help:"gdp-level" what:"required"`
	Shape       string `default:"even-ratio" help:"shape" what:"required"`
	Previous    string `help:"previous" what:"contributions"`
	Lag         int    `default:"-1" help:"lag-revisions" what:"revisions"`
	Against     int    `default:"0" help:"against" what:"revisions"`
	Growth      string `help:"growth-part" what:"project"`
	Formula     string `help:"formula" what:"uncertainty"`
	Correlation string `help:"correlation" what:"uncertainty"`
	Draws       int    `default:"1000" help:"draws-uncertainty" what:"uncertainty"`
	Seed        uint64 `default:"1" help:"seed" what:"uncertainty"`
	Threads     int    `default:"0" help:"threads" what:"uncertainty"`
	Quantiles   string `default:"0.05,0.5,0.95" help:"quantiles" what:"uncertainty"`
	Level       string `default:"0.9" help:"level" what:"coverage"`
}

// growth answers questions of growth: what a target takes, why a share moved, who contributed, how figures were revised, and how far a
// figure made from others can be trusted.
func growth(_ context.Context, e *Env, args []string) error {
	r := &growthRun{e: e}
	if err := e.parse("growth", &r.growthFlags, args); err != nil {
		return err
	}
	run, err := mode(e, "what", r.What, []choice[func(*growthRun) error]{{"required", (*growthRun).required}, {"revisions", (*growthRun).revisions},
		{"contributions", (*growthRun).contributions}, {"share", (*growthRun).shareChange}, {"industries", (*growthRun).industries}, {"project", (*growthRun).project},
		{"uncertainty", (*growthRun).uncertain}, {"coverage", (*growthRun).coverage}})
	if err != nil {
		return err
	}
	return run(r)
}

type growthRun struct {
	growthFlags
	e *Env
}

// required gives the growth that a part needs for its share to reach a target.
func (r *growthRun) required() error {
	if err := r.e.need("share", "target", "gdp-growth"); err != nil {
		return err
	}
	g := chain.Goal{}
	var err error
	if g.Share, err = floatFlag("share", r.Share); err != nil {
		return err
	}
	if g.Target, err = floatFlag("target", r.Target); err != nil {
		return err
	}
	if g.GDPGrowth, err = numbers("gdp-growth", r.GdpGrowth); err != nil {
		return err
	}
	if g.GDPDeflator, err = numbers("gdp-deflator", r.GdpDeflator); err != nil {
		return err
	}
	if g.Deflator, err = numbers("deflator", r.Deflator); err != nil {
		return err
	}
	if g.GDP, err = floatFlag("gdp", r.Gdp); err != nil {
		return err
	}
	if g.Shape, err = oneOf("shape", r.Shape, []choice[chain.Shape]{{"even-ratio", chain.EvenRatio}, {"even-growth", chain.EvenGrowth}, {"even-points", chain.EvenPoints}}); err != nil {
		return err
	}
	g.StartYear, g.TargetYear = r.StartYear, r.TargetYear
	switch {
	case r.Years > 0 && r.TargetYear == 0:
		g.TargetYear = r.StartYear + r.Years
	case r.Years > 0 && r.TargetYear != r.StartYear+r.Years, r.Years < 0, r.Years == 0 && r.TargetYear == 0:
		return fault.New("calc.years", "years", r.Years, "start", r.StartYear, "end", r.TargetYear)
	}
	if g.TargetYear-g.StartYear > 1000 {
		return fault.New("calc.years", "years", r.Years, "start", r.StartYear, "end", r.TargetYear)
	}
	x, err := chain.RequiredGrowth(g)
	if err != nil {
		return err
	}
	path, rows := []object{}, [][]string{{"year", "share", "growth", "gdp_growth", "multiple", "real_growth", "real_gdp_growth", "real_multiple", "gdp", "value_added", "contribution_to_gdp"}}
	for _, y := range x.Path {
		path = append(path, object{{"year", y.Year}, {"share", y.Share}, {"growth", y.Growth}, {"gdpGrowth", y.GDPGrowth}, {"multiple", orNull(y.Multiple)}, {"realGrowth", orNull(y.RealGrowth)},
			{"realGdpGrowth", orNull(y.RealGDPGrowth)}, {"realMultiple", orNull(y.RealMultiple)}, {"gdp", orNull(y.GDP)}, {"valueAdded", orNull(y.ValueAdded)}, {"contributionToGdp", y.ContributionToGDP}})
		rows = append(rows, []string{strconv.Itoa(y.Year), text(y.Share), text(y.Growth), text(y.GDPGrowth), textOf(y.Multiple), textOf(y.RealGrowth), textOf(y.RealGDPGrowth), textOf(y.RealMultiple),
			textOf(y.GDP), textOf(y.ValueAdded), text(y.ContributionToGDP)})
		r.e.say("explain-required", "year", y.Year, "share", text(y.Share), "growth", text(y.Growth), "gdp", text(y.GDPGrowth))
	}
	if r.e.json() {
		return r.e.writeJSON(object{{"what", "required"}, {"growth", x.Growth}, {"gdpGrowth", x.GDPGrowth}, {"multiple", orNull(x.Multiple)}, {"realGrowth", orNull(x.RealGrowth)},
			{"realGdpGrowth", orNull(x.RealGDPGrowth)}, {"realMultiple", orNull(x.RealMultiple)}, {"shape", r.Shape}, {"path", path}})
	}
	return r.e.writeCSV(rows...)
}

// contributions splits the growth of a sum into its parts: period,part,part… at constant prices; with --previous, a file of the same layout at
// prices of the year before, the figures are at current prices.
func (r *growthRun) contributions() error {
	if err := r.e.need("data"); err != nil {
		return err
	}
	now, err := r.e.series(r.Data)
	if err != nil {
		return err
	}
	a := chain.Accounts{Current: now.values, PerYear: 1}
	if r.Previous != "" {
		before, err := r.e.series(r.Previous)
		if err != nil {
			return err
		}
		if !slices.Equal(before.names, now.names) {
			return fault.New("calc.other-columns", "file", before.file, "other", now.file)
		}
		if last := len(now.periods) - 1; last < 1 || before.periods[len(before.periods)-1] != now.periods[last] || len(before.periods) < last {
			return fault.New("calc.other-periods", "file", before.file, "first", before.periods[0].String(), "last", before.periods[len(before.periods)-1].String(),
				"other", now.file, "otherFirst", now.periods[0].String(), "otherLast", now.periods[len(now.periods)-1].String())
		}
		for _, v := range before.values {
			a.Previous = append(a.Previous, v[len(v)-len(now.periods)+1:])
		}
	} else {
		for _, v := range now.values {
			a.Previous = append(a.Previous, v[1:])
		}
	}
	parts, err := a.AnnualContributions()
	if err != nil {
		if f, ok := err.(*fault.Error); ok {
			if n, ok := f.Args["year"].(int); ok && n >= 1 && n <= len(now.periods) {
				f.Args["year"] = now.periods[n-1].String()
			}
		}
		return inFile(r.Data, err)
	}
	series, rows := []object{}, [][]string{append([]string{"period", "growth"}, now.names...)}
	for k, c := range parts {
		p := label(now.periods[k+1])
		series = append(series, object{{"period", p}, {"growth", c.Growth}, {"items", byCode(now.names, c.Items)}})
		rows = append(rows, append([]string{p, text(c.Growth)}, texts(c.Items)...))
		r.e.say("explain-contributions", "period", p, "growth", text(c.Growth))
	}
	if r.e.json() {
		return r.e.writeJSON(object{{"what", "contributions"}, {"items", now.names}, {"series", series}})
	}
	return r.e.writeCSV(rows...)
}

// shareChange explains why a share moved from each period to the next: period,part,whole[,part_deflator,whole_deflator], deflators as changes
// on the period before (0.03 is three per cent).
func (r *growthRun) shareChange() error {
	if err := r.e.need("data"); err != nil {
		return err
	}
	t, err := r.e.table(r.Data)
	if err != nil {
		return err
	}
	part, err := t.column("part", "digital", "phần")
	if err != nil {
		return err
	}
	whole, err := t.column("whole", "gdp", "tổng")
	if err != nil {
		return err
	}
	partDeflator, partErr := t.column("part_deflator", "digital_deflator")
	wholeDeflator, wholeErr := t.column("whole_deflator", "gdp_deflator")
	if (partErr == nil) != (wholeErr == nil) {
		return fault.New("calc.one-deflator", "file", r.Data)
	}
	parts, err := t.numbersOf(part)
	if err != nil {
		return err
	}
	wholes, err := t.numbersOf(whole)
	if err != nil {
		return err
	}
	if len(parts) < 2 {
		return fault.New("calc.two-periods", "file", r.Data)
	}
	series, rows := []object{}, [][]string{{"period", "before", "after", "change", "volume", "price", "growth", "whole_growth", "to_whole_growth", "ratio"}}
	var last string
	for i := range parts {
		p, err := period(t.text(i, 0))
		if err != nil {
			return err.(*fault.Error).At(t.name, t.line(i), t.head[0])
		}
		if i == 0 {
			last = p.String()
			continue
		}
		if q, _ := period(last); q.Next() != p {
			return fault.New("calc.gap", "before", last, "after", p.String()).At(t.name, t.line(i), t.head[0])
		}
		last = p.String()
		var dp, dw float64
		if partErr == nil {
			if dp, err = t.must(i, partDeflator); err != nil {
				return err
			}
			if dw, err = t.must(i, wholeDeflator); err != nil {
				return err
			}
		}
		x, err := chain.AccountShare([2]float64{parts[i-1], parts[i]}, [2]float64{wholes[i-1], wholes[i]}, dp, dw)
		if err != nil {
			return err
		}
		ratio := x.After / x.Before
		if math.IsInf(ratio, 0) {
			return fault.New("calc.not-positive", "value", text(x.Before)).At(t.name, t.line(i), t.head[part])
		}
		series = append(series, object{{"period", last}, {"before", x.Before}, {"after", x.After}, {"change", x.Change}, {"volume", x.Volume}, {"price", x.Price}, {"growth", x.Growth},
			{"wholeGrowth", x.GDPGrowth}, {"toWholeGrowth", x.ToGDPGrowth}, {"ratio", ratio}})
		rows = append(rows, []string{last, text(x.Before), text(x.After), text(x.Change), text(x.Volume), text(x.Price), text(x.Growth), text(x.GDPGrowth), text(x.ToGDPGrowth), text(ratio)})
		r.e.say("explain-share", "period", last, "growth", text(x.Growth), "whole", text(x.GDPGrowth), "before", text(x.Before), "after", text(x.After))
	}
	if r.e.json() {
		return r.e.writeJSON(object{{"what", "share"}, {"series", series}})
	}
	return r.e.writeCSV(rows...)
}
