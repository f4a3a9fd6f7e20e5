package recipe

import (
	"context"
	"sort"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// Provinces gives, for every province and definition with a published share, the share itself, the value added that it implies (share ×
// GRDP of the same year on the same map), its part of the national digital value added of the same definition, and, where at
// least five are published, its rank among them. Shares of old provinces are also restated to the 34, through value added and GRDP, where every part of the new
// province has a published share. A province without a published share, or whose GRDP is not known, gets no figure: nothing is filled in.
func Provinces(n pipeline.Country, areas *territory.Registry) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "provinces", Version: "2", Method: "provinces",
		Country: n, Title: title("provinces"), Catalogue: areas.Digest(),
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A..." + total},
			{Name: "grdp", Dataflow: "GRDP", Key: "A."},
			{Name: "estimated", Dataflow: "GRDP_EST", Key: "A."},
			{Name: "national", Dataflow: "DE_VA", Key: "A." + n.Area + ".." + total + "." + latest},
		},
		Outputs: []string{"DE_PROVINCE"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			return provinces(ctx, areas, in)
		},
	}
}

// provinceGroup is the published shares of one definition and year on one map.
type provinceGroup struct {
	set        territory.Set
	definition string
	period     stat.Period
}

func provinces(ctx context.Context, areas *territory.Registry, in *pipeline.Inputs) (*pipeline.Result, error) {
	groups := map[provinceGroup][]cube.Version{}
	var order []provinceGroup
	for _, s := range in.Newest("share") {
		codes := s.Key.Codes() // FREQ, REF_AREA, DEFINITION, COMPONENT
		area, err := areas.Area(codes[1])
		if err != nil {
			return nil, err
		}
		if !area.IsProvince() || s.Value == nil {
			continue
		}
		g := provinceGroup{area.Set, codes[2], s.Period}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], s)
	}
	var out pipeline.Result
	for _, g := range order {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := g.measure(areas, in, groups[g], &out); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// measure gives the figures of one group, and restates an old map's to the new one.
func (g provinceGroup) measure(areas *territory.Registry, in *pipeline.Inputs, list []cube.Version, out *pipeline.Result) error {
	give := func(area, measure string, value stat.Decimal, status stat.Status, unit string, attrs stat.Attributes, from ...pipeline.Ref) {
		attrs = attrs.Clone()
		attrs["UNIT_MEASURE"] = unit
		if unit == in.Country.Currency {
			attrs["UNIT_MULT"] = "9"
		}
		out.Outputs = append(out.Outputs, output("DE_PROVINCE", stat.NewKey("A", area, g.definition, measure), g.period, value, status, attrs, from...))
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Value.Cmp(*list[j].Value) > 0 })
	national := seriesOf(in.Newest("national"), "A", in.Country.Area, g.definition, total, latest)
	var everyShare []pipeline.Ref
	for _, s := range list {
		everyShare = append(everyShare, refTo(s, "share"))
	}
	rank := 0
	va, grdp := territory.Values{}, territory.Values{}
	vaTerm, grdpTerm := map[string]pipeline.Term{}, map[string]pipeline.Term{}
	refs := map[string][]pipeline.Ref{}
	for i, s := range list {
		if i == 0 || s.Value.Cmp(*list[i-1].Value) != 0 {
			rank = i + 1 // standard competition ranking: equal shares share a rank
		}
		area := s.Key.Codes()[1]
		give(area, "SHARE", *s.Value, s.Status, "PC_GRDP", nil, refTo(s, "share"))
		by(out, pipeline.Arithmetic(figure(s)))
		if len(list) >= territory.LeastRanked {
			give(area, "RANK", stat.Int(int64(rank)), stat.Estimated, "RANK", nil, everyShare...)
			by(out, pipeline.Arithmetic(pipeline.Apply(pipeline.OpRank, append([]pipeline.Term{figure(s)}, figures(list)...)...)))
		}
		level := seriesOf(in.Newest("grdp"), "A", area)
		if _, ok := level.value(g.period); !ok {
			level = seriesOf(in.Newest("estimated"), "A", area)
		}
		whole, ok := level.value(g.period)
		if !ok {
			continue
		}
		grdp[area], va[area] = whole, percentOf(*s.Value, whole)
		refs[area] = []pipeline.Ref{refTo(s, "share"), level.ref(g.period, "denominator")}
		give(area, "VA", va[area], stat.Estimated, in.Country.Currency, nil, refs[area]...)
		grdpTerm[area] = level.term(g.period)
		vaTerm[area] = partOf(figure(s), grdpTerm[area])
		by(out, pipeline.Arithmetic(vaTerm[area]))
		if nation, ok := national.value(g.period); ok && nation.Sign() > 0 {
			part, err := va[area].Mul(hundred).Quo(nation)
			if err != nil {
				return err
			}
			give(area, "NAT_SHARE", part.Round(6), stat.Estimated, "PC_DVA", nil, append(refs[area], national.ref(g.period, "national"))...)
			by(out, pipeline.Rounded(inPercent(vaTerm[area], national.term(g.period)), 6))
		}
	}
	if g.set != areas.Earlier() || len(va) == 0 {
		return nil
	}
	restated, err := areas.Restate(territory.Request{From: areas.Earlier(), To: areas.Current(), Rule: territory.Ratio, Values: va, Denominator: grdp, Per: hundred})
	if err != nil {
		return err
	}
	note := stat.Attributes{stat.AttrAreaSet: string(areas.Current()), stat.AttrComment: "RESTATED_RATIO"}
	for _, r := range restated {
		if r.Value == nil {
			continue
		}
		var from []pipeline.Ref
		sum := stat.Decimal{}
		var above, below []pipeline.Term
		for _, part := range areas.Predecessors(r.Area) {
			from = append(from, refs[part.ID]...)
			sum = sum.Add(va[part.ID])
			above, below = append(above, vaTerm[part.ID]), append(below, grdpTerm[part.ID])
		}
		give(r.Area, "SHARE_RESTATED", r.Value.Round(6), stat.Estimated, "PC_GRDP", note, from...)
		by(out, pipeline.Rounded(inPercent(sumOf(above...), sumOf(below...)), 6))
		give(r.Area, "VA_RESTATED", sum, stat.Estimated, in.Country.Currency, note, from...)
		by(out, pipeline.Arithmetic(sumOf(above...)))
	}
	return nil
}
