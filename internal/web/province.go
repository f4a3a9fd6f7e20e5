package web

import (
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/text"
)

// provincePage is one province: everything on record about it.
type provincePage struct {
	Frame
	ID, Kind, Region, Code string
	From, To               string
	Answer                 string
	Past                   bool // the province no longer exists
	Predecessors           []Crumb
	Successor              *Crumb
	Episodes               []pair
	Counts                 []pair
	Sections               []*Figure
	Shares                 *Figure
	Namesake               *Crumb // the other province that bears the same code
	NoShare                bool
	MapURL                 string
}

func (v *visit) province() (page, error) {
	r := v.site.territory
	a, err := r.Area(v.r.PathValue("area"))
	if err != nil || !a.IsProvince() {
		return nil, fault.New("web.no-area", "id", v.r.PathValue("area"))
	}
	day := stat.Date{}
	if !v.asOf.IsZero() && a.ValidOn(v.asOf) {
		day = v.asOf
	}
	now := a.On(day)
	p := &provincePage{Frame: v.newFrame("provinces", now.Name.In(v.lang)), ID: a.ID, Code: a.Code, Kind: v.say("provinces.kind-" + string(now.Kind)), Past: !a.To.IsZero()}
	p.Crumbs = []Crumb{{v.say("provinces.title"), v.link("/tinh")}}
	p.From, p.To = text.FormatDate(v.lang, a.From), text.FormatDate(v.lang, a.To)
	p.Description = v.say("provinces.one-description", "name", now.Name.In(v.lang))
	last := day
	if last.IsZero() {
		last = a.To
	}
	if last.IsZero() {
		last = stat.DateOf(v.current.Release.PublishAt)
	}
	if region, err := r.RegionOf(a.ID, last); err == nil {
		p.Region = region.Name.In(v.lang)
	}
	for _, x := range r.Predecessors(a.ID) {
		p.Predecessors = append(p.Predecessors, Crumb{x.Name.In(v.lang), v.link("/tinh/" + x.ID)})
	}
	if x, ok := r.Successor(a.ID); ok {
		p.Successor = &Crumb{x.Name.In(v.lang), v.link("/tinh/" + x.ID)}
	}
	if slices.Contains(r.Reused(), a.Code) {
		other := "VN63-" + a.Code
		if a.Set == territory.Provinces63 {
			other = "VN34-" + a.Code
		}
		if x, err := r.Area(other); err == nil {
			p.Namesake = &Crumb{x.Name.In(v.lang), v.link("/tinh/" + x.ID)}
		}
	}
	for _, level := range []string{"commune", "district"} {
		if c, ok := r.Count(a.ID, level, last); ok {
			p.Counts = append(p.Counts, pair{v.say("provinces.count-" + level), v.count(c.Number) + " (" + text.FormatDate(v.lang, c.AsOf) + ")"})
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
	p.MapURL = v.link("/tinh")
	return p, nil
}

// areaFigure pivots everything that a dataflow has of one area.
func (v *visit) areaFigure(frame *Frame, flow, id, area string) *Figure {
	f, err := v.snap.Catalog.Dataflow(flow)
	if err != nil || f.Position("REF_AREA") < 0 {
		return nil
	}
	series := v.snap.Series(flow, string(f.KeyOf(map[string]string{"REF_AREA": area})))
	if len(series) == 0 {
		return nil
	}
	var obs []cube.Version
	for _, s := range series {
		obs = append(obs, s.Obs...)
	}
	shown, _, unit := v.pivot(f, series, "REF_AREA")
	shown.ID = flow + "-" + area
	return frame.show(&Figure{ID: id, Title: f.Name, Note: unit.In(v.lang), Table: shown, Long: func() *Table { return v.long(f, series, false) }, Source: v.sourceLine(obs), Open: true})
}

// provinceAnswer is the newest published share of a province in a sentence.
func (v *visit) provinceAnswer(a *territory.Area) string {
	f, err := v.snap.Catalog.Dataflow(shareFlow)
	if err != nil {
		return ""
	}
	var best cube.Version
	for _, s := range v.snap.Series(shareFlow, string(f.KeyOf(map[string]string{"FREQ": "A", "REF_AREA": a.ID, "COMPONENT": "TOTAL"}))) {
		if o, ok := s.Last(); ok && (best.Value == nil || o.Period.Compare(best.Period) > 0) {
			best = o
		}
	}
	if best.Value == nil {
		return v.say("provinces.one-none", "name", a.Name.In(v.lang))
	}
	return v.say("provinces.one-answer", "name", a.Name.In(v.lang), "year", best.Period.Year(), "value", v.num(best), "definition", nameOf(v.snap, "CL_DEFINITION", f.CodeOf(best.Key, "DEFINITION")).In(v.lang),
		"vintage", v.vintage(best.Vintage))
}
