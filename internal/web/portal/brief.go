package portal

import (
	"nhipso/internal/chart"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// briefPage is a province on one sheet of paper: what its page says first, its newest figures, its targets and what is not known of it. It is bounded,
// so that it stays one sheet.
type briefPage struct {
	shell.Frame
	Name         string
	Kind         string // with its region
	Lead         string
	More, Bridge []string
	Standings    []standingView
	Map          *shell.Figure
	Beside       string
	Targets      []briefTarget
	MoreTargets  string
	Gaps         []string
	Next         string
	Sources      string
	Full, Plan   string // the page itself, in full and as a link
	Address      string
	Day          string
}

// briefTarget is a target in a line of the brief.
type briefTarget struct{ Name, Goal, Actual, Class, Seal string }

// What the brief has room for.
const (
	briefTargets = 5
	briefGaps    = 4
	briefNotes   = 2
)

func (v *visit) brief() (shell.Page, error) {
	a, err := v.provinceOf(v.R.PathValue("area"), "/tom-tat")
	if err != nil {
		return nil, err
	}
	full, err := v.provincePage(a)
	if err != nil {
		return nil, err
	}
	name := full.Title
	p := &briefPage{Frame: v.NewFrame("provinces", v.Say("provinces.brief-title", "name", name)), Name: name, Lead: full.Lead, More: full.More, Bridge: full.Bridge, Standings: full.Standings, Beside: full.Beside,
		Gaps: full.Gaps, Next: full.Next, Full: v.Link("/tinh/" + a.ID), Plan: full.Plan}
	p.Description = full.Description
	p.Crumbs = append(full.Crumbs, shell.Crumb{Name: name, URL: p.Full})
	p.Kind = full.Kind
	if full.Region != "" {
		p.Kind = v.Say("provinces.kind-region", "kind", full.Kind, "region", full.Region)
	}
	p.Address = v.Site.Origin(v.R) + p.Full
	p.Day = text.FormatDate(v.Lang, v.Snap.Catalog.Day(v.Snap.Release.PublishAt))
	if !v.AsOf.IsZero() {
		p.Day = text.FormatDate(v.Lang, v.AsOf)
	}
	if full.Map != nil {
		fig := *full.Map
		if fig.Chart != nil {
			drawn := *fig.Chart
			drawn.Kind = chart.Map
			fig.Chart = &drawn
		}
		p.Map = p.Show(&shell.Figure{ID: fig.ID, Title: fig.Title, Note: fig.Note, Table: fig.Table, Chart: fig.Chart, Source: fig.Source, Open: true})
		p.Sources = fig.Source.Whole()
	}
	own := map[string]bool{a.ID: true}
	for _, x := range v.portal.territory.Predecessors(a.ID) {
		own[x.ID] = true
	}
	left := 0
	for _, x := range v.aims() {
		switch {
		case !own[x.area]:
		case len(p.Targets) == briefTargets:
			left++
		default:
			p.Targets = append(p.Targets, v.briefTarget(x))
		}
	}
	if left > 0 {
		p.MoreTargets = v.Say("provinces.brief-more", "n", v.count(left))
	}
	p.Gaps = p.Gaps[:min(len(p.Gaps), briefGaps)]
	p.More = p.More[:min(len(p.More), briefNotes)]
	return p, nil
}

func (v *visit) briefTarget(a aim) briefTarget {
	class := v.class(a)
	out := briefTarget{Name: v.Say("provinces.brief-target", "target", nameOf(v.Snap, "CL_TARGET", a.target).In(v.Lang), "year", a.period.Year(), "area", nameOf(v.Snap, "CL_AREA", a.area).In(v.Lang)),
		Goal: v.amountIn(a.goal), Class: v.Say("targets.not-judged"), Actual: firstUpper(v.Missing(stat.Unpublished))}
	if class != "" {
		out.Class, out.Seal = nameOf(v.Snap, "CL_TARGET_CLASS", class).In(v.Lang), class
	}
	if o, ok := v.actual(a); ok {
		id := "provinces.brief-actual"
		if o.Status == stat.Unvalidated || o.Mark() == stat.MarkUnverified {
			id = "provinces.brief-unsound"
		}
		out.Actual = v.Say(id, "value", v.amountIn(o), "period", text.FormatPeriodInline(v.Lang, o.Period))
	}
	return out
}
