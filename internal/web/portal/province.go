package portal

import (
	"html/template"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// provincePage is one province: everything on record about it.
type provincePage struct {
	shell.Frame
	ID, Kind, Region, Code string
	From, To               string
	Answer                 string
	Past                   bool // the province no longer exists
	Predecessors           []shell.Crumb
	Successor              *shell.Crumb
	Episodes               []pair
	Counts                 []pair
	Sections               []*shell.Figure
	Shares                 *shell.Figure
	Namesake               *shell.Crumb // the other province that bears the same code
	CodeReused             string       // since or until when it does
	NoShare                bool
	MapURL                 string
	Two                    template.HTML // the way to why two definitions differ
}

func (v *visit) province() (shell.Page, error) {
	r := v.portal.territory
	a, err := r.Area(v.R.PathValue("area"))
	if err != nil || !a.IsProvince() {
		return nil, fault.New("web.no-area", "id", v.R.PathValue("area"))
	}
	day := stat.Date{}
	if !v.AsOf.IsZero() && a.ValidOn(v.AsOf) {
		day = v.AsOf
	}
	now := a.On(day)
	p := &provincePage{Frame: v.NewFrame("provinces", now.Name.In(v.Lang)), ID: a.ID, Code: a.Code, Kind: v.Say("provinces.kind-" + string(now.Kind)), Past: !a.To.IsZero()}
	p.Crumbs = []shell.Crumb{{Name: v.Say("provinces.title"), URL: v.Link("/tinh")}}
	p.Following = v.following("/tinh/" + a.ID)
	p.Two = v.whyTwo(a.ID)
	p.From, p.To = text.FormatDate(v.Lang, a.From), text.FormatDate(v.Lang, a.To)
	p.Description = v.Say("provinces.one-description", "name", now.Name.In(v.Lang))
	last := day
	if last.IsZero() {
		last = a.To
	}
	if last.IsZero() {
		last = stat.DateOf(v.Current.Release.PublishAt)
	}
	if region, err := r.RegionOf(a.ID, last); err == nil {
		p.Region = region.Name.In(v.Lang)
	}
	for _, x := range r.Predecessors(a.ID) {
		p.Predecessors = append(p.Predecessors, shell.Crumb{Name: x.Name.In(v.Lang), URL: v.Link("/tinh/" + x.ID)})
	}
	if x, ok := r.Successor(a.ID); ok {
		p.Successor = &shell.Crumb{Name: x.Name.In(v.Lang), URL: v.Link("/tinh/" + x.ID)}
	}
	if slices.Contains(r.Reused(), a.Code) {
		if x := r.Namesake(a); x != nil {
			p.Namesake = &shell.Crumb{Name: x.Name.In(v.Lang), URL: v.Link("/tinh/" + x.ID)}
			p.CodeReused = v.Say("provinces.code-reused", "day", text.FormatDate(v.Lang, x.From), "code", a.Code)
			if x.From.Before(a.From) {
				p.CodeReused = v.Say("provinces.code-reused-before", "day", text.FormatDate(v.Lang, x.To), "code", a.Code)
			}
		}
	}
	for _, level := range []string{"commune", "district"} {
		if c, ok := r.Count(a.ID, level, last); ok {
			p.Counts = append(p.Counts, pair{v.Say("provinces.count-" + level), v.count(c.Number) + " (" + text.FormatDate(v.Lang, c.AsOf) + ")"})
		}
	}
	for _, s := range []struct{ flow, id string }{
		{shareFlow, "ty-trong"}, {"DE_PROVINCE", "suy-ra"}, {"GRDP", "grdp"}, {"GRDP_GROWTH", "tang-truong"}, {"GRDP_STRUCTURE", "co-cau"},
		{"DTI", "dti"}, {"IND", "chi-tieu"}} {
		if fig := v.areaFigure(&p.Frame, s.flow, s.id, a.ID); fig != nil {
			if s.flow == shareFlow {
				p.Shares = fig
				fig.Title = both("provinces.measure-ty-trong")
			}
			p.Sections = append(p.Sections, fig)
		}
	}
	p.NoShare = p.Shares == nil
	var aims []aim
	for _, x := range v.aims() {
		if x.area == a.ID {
			aims = append(aims, x)
		}
	}
	if len(aims) > 0 {
		p.Sections = append(p.Sections, v.targetTable(&p.Frame, aims))
	}
	p.Answer = v.provinceAnswer(a)
	p.MapURL = v.Link("/tinh")
	return p, nil
}

// areaFigure pivots everything that a dataflow has of one area.
func (v *visit) areaFigure(frame *shell.Frame, flow, id, area string) *shell.Figure {
	f, err := v.Snap.Catalog.Dataflow(flow)
	if err != nil || f.Position("REF_AREA") < 0 {
		return nil
	}
	series := v.Snap.Series(flow, string(f.KeyOf(map[string]string{"REF_AREA": area})))
	if len(series) == 0 {
		return nil
	}
	var obs []cube.Version
	for _, s := range series {
		obs = append(obs, s.Obs...)
	}
	shown, _, unit := v.pivot(f, series, "REF_AREA")
	shown.ID = flow + "-" + area
	return frame.Show(&shell.Figure{ID: id, Title: f.Name, Note: unit.In(v.Lang), Table: shown, Stream: func() *export.Table { return v.file(f, series, false) }, Source: v.SourceLine(obs), Open: true})
}

// provinceAnswer is the newest published share of a province in a sentence.
func (v *visit) provinceAnswer(a *territory.Area) string {
	f, err := v.Snap.Catalog.Dataflow(shareFlow)
	if err != nil {
		return ""
	}
	var best cube.Version
	for _, s := range v.Snap.Series(shareFlow, string(f.KeyOf(map[string]string{"FREQ": "A", "REF_AREA": a.ID, "COMPONENT": "TOTAL"}))) {
		if o, ok := s.Last(); ok && (best.Value == nil || o.Period.Compare(best.Period) > 0) {
			best = o
		}
	}
	if best.Value == nil {
		return v.Say("provinces.one-none", "name", a.Name.In(v.Lang))
	}
	return v.Say("provinces.one-answer", "name", a.Name.In(v.Lang), "year", best.Period.Year(), "value", v.Number(best), "definition", nameOf(v.Snap, "CL_DEFINITION", f.CodeOf(best.Key, "DEFINITION")).In(v.Lang),
		"published", v.Published(best.Vintage))
}
