// Package growth is the calculation growth: what a target takes, who contributed, how figures were revised and how sure they are.
package growth

import (
	"context"
	"math"
	"slices"
	"strconv"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/uncertainty"
	"nhipso/internal/fault"
	"nhipso/internal/measure/chain"
)

// growthFlags are the flags of growth.
type growthFlags struct {
	What        string            `default:"required" help:"what-growth"`
	Data        string            `help:"data-growth" what:"revisions contributions share industries uncertainty coverage"`
	Share       string            `help:"share" what:"required project"`
	Target      string            `help:"target" what:"required project"`
	Years       int               `default:"0" help:"years" what:"required project"`
	StartYear   int               `default:"0" help:"start-year" what:"required project"`
	TargetYear  int               `default:"0" help:"target-year" what:"required"`
	GdpGrowth   string            `help:"gdp-growth" what:"required project"`
	GdpDeflator string            `help:"gdp-deflator" what:"required"`
	Deflator    string            `help:"deflator" what:"required"`
	Gdp         string            `default:"0" help:"gdp-level" what:"required"`
	Shape       string            `default:"even-ratio" help:"shape" what:"required"`
	Previous    string            `help:"previous" what:"contributions"`
	Growth      string            `help:"growth-part" what:"project"`
	Sure        uncertainty.Flags `embed:""`
}

// Run answers questions of growth: what a target takes, why a share moved, who contributed, how figures were revised, and how far a
// figure made from others can be trusted.
func Run(_ context.Context, e *command.Env, args []string) error {
	r := &growthRun{e: e}
	if err := e.Parse("growth", &r.growthFlags, args); err != nil {
		return err
	}
	run, err := command.Mode(e, "what", r.What, []command.Choice[func(*growthRun) error]{{"required", (*growthRun).required}, {"revisions", trust((*uncertainty.Question).Revisions)},
		{"contributions", (*growthRun).contributions}, {"share", (*growthRun).shareChange}, {"industries", (*growthRun).industries}, {"project", (*growthRun).project},
		{"uncertainty", trust((*uncertainty.Question).Uncertain)}, {"coverage", trust((*uncertainty.Question).Coverage)}})
	if err != nil {
		return err
	}
	return run(r)
}

type growthRun struct {
	growthFlags
	e *command.Env
}

// trust asks how far the figures of a file can be trusted.
func trust(ask func(*uncertainty.Question) error) func(*growthRun) error {
	return func(r *growthRun) error {
		return ask(&uncertainty.Question{Flags: r.Sure, Env: r.e, Data: r.Data})
	}
}

// required gives the growth that a part needs for its share to reach a target.
func (r *growthRun) required() error {
	if err := r.e.Need("share", "target", "gdp-growth"); err != nil {
		return err
	}
	g := chain.Goal{}
	var err error
	if g.Share, err = command.Float("share", r.Share); err != nil {
		return err
	}
	if g.Target, err = command.Float("target", r.Target); err != nil {
		return err
	}
	if g.GDPGrowth, err = command.Floats("gdp-growth", r.GdpGrowth); err != nil {
		return err
	}
	if g.GDPDeflator, err = command.Floats("gdp-deflator", r.GdpDeflator); err != nil {
		return err
	}
	if g.Deflator, err = command.Floats("deflator", r.Deflator); err != nil {
		return err
	}
	if g.GDP, err = command.Float("gdp", r.Gdp); err != nil {
		return err
	}
	if g.Shape, err = command.OneOf("shape", r.Shape, []command.Choice[chain.Shape]{{"even-ratio", chain.EvenRatio}, {"even-growth", chain.EvenGrowth}, {"even-points", chain.EvenPoints}}); err != nil {
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
	path, rows := []command.Object{}, [][]string{{"year", "share", "growth", "gdp_growth", "multiple", "real_growth", "real_gdp_growth", "real_multiple", "gdp", "value_added", "contribution_to_gdp"}}
	for _, y := range x.Path {
		path = append(path, command.Object{{"year", y.Year}, {"share", y.Share}, {"growth", y.Growth}, {"gdpGrowth", y.GDPGrowth}, {"multiple", command.OrNull(y.Multiple)}, {"realGrowth", command.OrNull(y.RealGrowth)},
			{"realGdpGrowth", command.OrNull(y.RealGDPGrowth)}, {"realMultiple", command.OrNull(y.RealMultiple)}, {"gdp", command.OrNull(y.GDP)}, {"valueAdded", command.OrNull(y.ValueAdded)}, {"contributionToGdp", y.ContributionToGDP}})
		rows = append(rows, []string{strconv.Itoa(y.Year), command.Number(y.Share), command.Number(y.Growth), command.Number(y.GDPGrowth), command.NumberOrNone(y.Multiple), command.NumberOrNone(y.RealGrowth), command.NumberOrNone(y.RealGDPGrowth), command.NumberOrNone(y.RealMultiple),
			command.NumberOrNone(y.GDP), command.NumberOrNone(y.ValueAdded), command.Number(y.ContributionToGDP)})
		r.e.Say("explain-required", "year", y.Year, "share", command.Number(y.Share), "growth", command.Number(y.Growth), "gdp", command.Number(y.GDPGrowth))
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "required"}, {"growth", x.Growth}, {"gdpGrowth", x.GDPGrowth}, {"multiple", command.OrNull(x.Multiple)}, {"realGrowth", command.OrNull(x.RealGrowth)},
			{"realGdpGrowth", command.OrNull(x.RealGDPGrowth)}, {"realMultiple", command.OrNull(x.RealMultiple)}, {"shape", r.Shape}, {"path", path}})
	}
	return r.e.WriteCSV(rows...)
}

// contributions splits the growth of a sum into its parts: period,part,part… at constant prices; with --previous, a file of the same layout at
// prices of the year before, the figures are at current prices.
func (r *growthRun) contributions() error {
	if err := r.e.Need("data"); err != nil {
		return err
	}
	now, err := r.e.Series(r.Data)
	if err != nil {
		return err
	}
	a := chain.Accounts{Current: now.Values, PerYear: 1}
	if r.Previous != "" {
		before, err := r.e.Series(r.Previous)
		if err != nil {
			return err
		}
		if !slices.Equal(before.Names, now.Names) {
			return fault.New("calc.other-columns", "file", before.File, "other", now.File)
		}
		if last := len(now.Periods) - 1; last < 1 || before.Periods[len(before.Periods)-1] != now.Periods[last] || len(before.Periods) < last {
			return fault.New("calc.other-periods", "file", before.File, "first", before.Periods[0].String(), "last", before.Periods[len(before.Periods)-1].String(),
				"other", now.File, "otherFirst", now.Periods[0].String(), "otherLast", now.Periods[len(now.Periods)-1].String())
		}
		for _, v := range before.Values {
			a.Previous = append(a.Previous, v[len(v)-len(now.Periods)+1:])
		}
	} else {
		for _, v := range now.Values {
			a.Previous = append(a.Previous, v[1:])
		}
	}
	parts, err := a.AnnualContributions()
	if err != nil {
		if f, ok := err.(*fault.Error); ok {
			if n, ok := f.Args["year"].(int); ok && n >= 1 && n <= len(now.Periods) {
				f.Args["year"] = now.Periods[n-1].String()
			}
		}
		return command.InFile(r.Data, err)
	}
	series, rows := []command.Object{}, [][]string{append([]string{"period", "growth"}, now.Names...)}
	for k, c := range parts {
		p := command.Label(now.Periods[k+1])
		series = append(series, command.Object{{"period", p}, {"growth", c.Growth}, {"items", command.ByCode(now.Names, c.Items)}})
		rows = append(rows, append([]string{p, command.Number(c.Growth)}, command.Numbers(c.Items)...))
		r.e.Say("explain-contributions", "period", p, "growth", command.Number(c.Growth))
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "contributions"}, {"items", now.Names}, {"series", series}})
	}
	return r.e.WriteCSV(rows...)
}

// shareChange explains why a share moved from each period to the next: period,part,whole[,part_deflator,whole_deflator], deflators as changes
// on the period before (0.03 is three per cent).
func (r *growthRun) shareChange() error {
	if err := r.e.Need("data"); err != nil {
		return err
	}
	t, err := r.e.Table(r.Data)
	if err != nil {
		return err
	}
	part, err := t.Column("part", "digital", "phần")
	if err != nil {
		return err
	}
	whole, err := t.Column("whole", "gdp", "tổng")
	if err != nil {
		return err
	}
	partDeflator, partErr := t.Column("part_deflator", "digital_deflator")
	wholeDeflator, wholeErr := t.Column("whole_deflator", "gdp_deflator")
	if (partErr == nil) != (wholeErr == nil) {
		return fault.New("calc.one-deflator", "file", r.Data)
	}
	parts, err := t.Numbers(part)
	if err != nil {
		return err
	}
	wholes, err := t.Numbers(whole)
	if err != nil {
		return err
	}
	if len(parts) < 2 {
		return fault.New("calc.two-periods", "file", r.Data)
	}
	series, rows := []command.Object{}, [][]string{{"period", "before", "after", "change", "volume", "price", "growth", "whole_growth", "to_whole_growth", "ratio"}}
	var last string
	for i := range parts {
		p, err := command.Period(t.Text(i, 0))
		if err != nil {
			return command.At(err, t.Name, t.Line(i), t.Head[0])
		}
		if i == 0 {
			last = p.String()
			continue
		}
		if q, _ := command.Period(last); q.Next() != p {
			return fault.New("calc.gap", "before", last, "after", p.String()).At(t.Name, t.Line(i), t.Head[0])
		}
		last = p.String()
		var dp, dw float64
		if partErr == nil {
			if dp, err = t.Must(i, partDeflator); err != nil {
				return err
			}
			if dw, err = t.Must(i, wholeDeflator); err != nil {
				return err
			}
		}
		x, err := chain.AccountShare([2]float64{parts[i-1], parts[i]}, [2]float64{wholes[i-1], wholes[i]}, dp, dw)
		if err != nil {
			return err
		}
		ratio := x.After / x.Before
		if math.IsInf(ratio, 0) {
			return fault.New("calc.not-positive", "value", command.Number(x.Before)).At(t.Name, t.Line(i), t.Head[part])
		}
		series = append(series, command.Object{{"period", last}, {"before", x.Before}, {"after", x.After}, {"change", x.Change}, {"volume", x.Volume}, {"price", x.Price}, {"growth", x.Growth},
			{"wholeGrowth", x.GDPGrowth}, {"toWholeGrowth", x.ToGDPGrowth}, {"ratio", ratio}})
		rows = append(rows, []string{last, command.Number(x.Before), command.Number(x.After), command.Number(x.Change), command.Number(x.Volume), command.Number(x.Price), command.Number(x.Growth), command.Number(x.GDPGrowth), command.Number(x.ToGDPGrowth), command.Number(ratio)})
		r.e.Say("explain-share", "period", last, "growth", command.Number(x.Growth), "whole", command.Number(x.GDPGrowth), "before", command.Number(x.Before), "after", command.Number(x.After))
	}
	if r.e.JSON() {
		return r.e.WriteJSON(command.Object{{"what", "share"}, {"series", series}})
	}
	return r.e.WriteCSV(rows...)
}
