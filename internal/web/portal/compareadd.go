package portal

import (
	"slices"
	"strings"

	"nhipso/internal/compare"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// mostFound bounds what a search for something to compare gives.
const mostFound = 12

// adding lists the ways to add a series: by a search, or by a dataflow and the codes of its dimensions.
func (v *visit) adding(p *comparePage, lines []compare.Line) error {
	p.Bo = v.Query.Get("bo")
	if p.Seek = strings.TrimSpace(v.Query.Get("tim")); len(p.Seek) > 200 {
		p.Seek = strings.ToValidUTF8(p.Seek[:200], "")
	}
	if !p.CanAdd {
		return nil
	}
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.ID())
	}
	if p.Seek != "" {
		p.Hits = v.seek(p.Seek, ids)
	}
	topics := map[string]int{}
	for _, f := range v.Snap.Catalog.Dataflows() {
		i, known := topics[f.Topic]
		if !known {
			i = len(p.Flows)
			topics[f.Topic], p.Flows = i, append(p.Flows, flowGroup{Name: nameOf(v.Snap, "CL_TOPIC", f.Topic).In(v.Lang)})
		}
		p.Flows[i].Flows = append(p.Flows[i].Flows, shell.Option{Value: f.ID, Name: f.Name.In(v.Lang), Selected: f.ID == p.Bo})
	}
	if p.Bo == "" {
		return nil
	}
	f, err := v.Snap.Catalog.Dataflow(p.Bo)
	if err != nil {
		return err
	}
	p.BoName = f.Name.In(v.Lang)
	chosen, err := v.codesOf(f)
	if err != nil {
		return err
	}
	choice := v.Snap.Choose(f.ID, patternOf(f, chosen))
	switch {
	case len(chosen) == 0:
		chosen = v.usual(f.ID, choice)
		// What is ticked beforehand leaves the areas to be chosen.
		choice = v.Snap.Choose(f.ID, patternOf(f, chosen))
	case choice.Len() == 0:
		p.TooMany = v.Say("compare.none-match")
	default:
		p.TooMany = v.Say("compare.too-many", "n", v.count(choice.Len()), "most", v.count(mostLines), "have", v.count(len(lines)))
	}
	p.Lists = v.choicesOf(f, choice, chosen)
	for i, x := range p.Lists { // what is to be chosen lies open, what is chosen already needs no room
		p.Lists[i].Open = x.Chosen == ""
	}
	p.KeptLists = p.Keep(append(dimensionIDs(f), "tim")...)
	return nil
}

// usual ticks of each dimension but the area the code of the first series of a dataflow, which is what most readers want.
func (v *visit) usual(flow string, choice *publish.Choice) map[string][]string {
	out := map[string][]string{}
	f, err := v.Snap.Catalog.Dataflow(flow)
	keys := choice.Keys(0, 1)
	if err != nil || len(keys) == 0 {
		return out
	}
	for i, d := range f.Dimensions {
		if d.ID != "REF_AREA" || f.Position("REF_AREA") < 0 {
			out[d.ID] = []string{keys[0].Codes()[i]}
		}
	}
	return out
}

// seek finds what can be compared: dataflows, indicators, provinces and targets, each with the address that adds it.
func (v *visit) seek(q string, ids []string) []searchHit {
	var out []searchHit
	finder, _ := v.portal.finder(v)
	found := finder.Find(q, view.ProvinceKind, view.DataflowKind, view.IndicatorKind, view.TargetKind)
	add := func(t view.Thing, id string) {
		list := shell.List(append(slices.Clone(ids), id))
		out = append(out, searchHit{Name: t.Name.In(v.Lang), Detail: v.detailOf(t), URL: v.Here("chuoi", shell.Joined(list), "tim", "", "bo", "")})
	}
	for i := range found.Len() {
		if len(out) == mostFound {
			break
		}
		t := found.At(i)
		switch t.Kind {
		case view.ProvinceKind:
			if id := v.likeThem(ids, t.ID); id != "" && !slices.Contains(ids, id) {
				add(t, id)
			}
		case view.TargetKind:
			if id := v.targetSeries(t.ID); id != "" && !slices.Contains(ids, id) {
				add(t, id)
			}
		case view.DataflowKind:
			out = append(out, searchHit{Name: t.Name.In(v.Lang), Detail: v.Say("compare.choose-in"), URL: v.Here("bo", t.ID, "tim", "")})
		default:
			i, _ := v.Current.Catalog.Indicator(t.ID)
			pairs := []string{"bo", i.Dataflow, "tim", ""}
			if f, err := v.Current.Catalog.Dataflow(i.Dataflow); err == nil && f.Position("INDICATOR") >= 0 {
				pairs = append(pairs, "INDICATOR", i.ID)
			}
			out = append(out, searchHit{Name: t.Name.In(v.Lang), Detail: t.Detail.In(v.Lang), URL: v.Here(pairs...)})
		}
	}
	return out
}

// likeThem is the series of a province that is like those compared already, else its main one.
func (v *visit) likeThem(ids []string, area string) string {
	for _, id := range ids {
		flow, key, _ := strings.Cut(id, "/")
		f, err := v.Snap.Catalog.Dataflow(flow)
		if err != nil || f.Position("REF_AREA") < 0 {
			continue
		}
		codes := stat.Key(key).Codes()
		codes[f.Position("REF_AREA")] = area
		if k := stat.NewKey(codes...); len(v.Snap.One(flow, k).Obs) > 0 {
			return flow + "/" + string(k)
		}
	}
	return v.mainSeries(area)
}

// mainSeries is the series of a province that its page opens with: the newest published share, else its product; "" when it has none.
func (v *visit) mainSeries(area string) string {
	best, at := "", stat.Period{}
	for _, flow := range []string{shareFlow, "GRDP"} {
		f, err := v.Snap.Catalog.Dataflow(flow)
		if err != nil || best != "" {
			continue
		}
		codes := map[string]string{"FREQ": "A", "REF_AREA": area}
		if f.Position("COMPONENT") >= 0 {
			codes["COMPONENT"] = "TOTAL"
		}
		for _, s := range v.Snap.Series(flow, string(f.KeyOf(codes))) {
			if o, ok := s.Last(); ok && (best == "" || o.Period.Compare(at) > 0) {
				best, at = flow+"/"+string(s.Key), o.Period
			}
		}
	}
	return best
}

// targetSeries is the series of a target, of the nation where there is one.
func (v *visit) targetSeries(target string) string {
	f, err := v.Snap.Catalog.Dataflow(targetFlow)
	if err != nil {
		return ""
	}
	best := ""
	for _, s := range v.Snap.Series(targetFlow, string(f.KeyOf(map[string]string{"TARGET": target}))) {
		if best == "" || f.CodeOf(s.Key, "REF_AREA") == v.nation() {
			best = targetFlow + "/" + string(s.Key)
		}
	}
	return best
}

// compareURL is the page that compares a series with others.
func (v *visit) compareURL(id string) string {
	if id == "" {
		return ""
	}
	return v.Link(comparePath, "chuoi", id)
}
