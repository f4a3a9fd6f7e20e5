package recipe

import (
	"sort"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Provinces gives, for every province and definition with a published share, the share itself, the value added that it implies (share ×
// GRDP of the same year and the same set of provinces), its part of the national digital value added of the same definition, and its rank
// among the provinces published. A province without a published share, or whose GRDP of that year on that map is not published, gets
// no figure: nothing is filled in.
func Provinces() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "provinces", Version: "1", Method: "provinces",
		Title: catalog.Label{Vi: "Kinh tế số của tỉnh, thành phố", En: "Digital economy of the provinces"},
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A..." + total},
			{Name: "grdp", Dataflow: "GRDP", Key: "A."},
			{Name: "national", Dataflow: "DE_VA", Key: "A." + country + ".." + total + "." + latest},
		},
		Outputs: []string{"DE_PROVINCE"},
		Compute: provinces,
	}
}

func provinces(in *pipeline.Inputs) (*pipeline.Result, error) {
	type group struct {
		set, definition string
		period          stat.Period
	}
	groups := map[group][]cube.Version{}
	var order []group
	for _, s := range in.Newest("share") {
		codes := s.Key.Codes() // FREQ, REF_AREA, DEFINITION, COMPONENT
		set, _, isProvince := strings.Cut(codes[1], "-")
		if !isProvince || s.Value == nil {
			continue
		}
		g := group{set, codes[2], s.Period}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], s)
	}
	var out pipeline.Result
	for _, g := range order {
		list := groups[g]
		sort.SliceStable(list, func(i, j int) bool { return list[i].Value.Cmp(*list[j].Value) > 0 })
		rank := 0
		national := pick(in.Newest("national"), "A", country, g.definition, total, latest)
		for i, s := range list {
			if i == 0 || s.Value.Cmp(*list[i-1].Value) != 0 {
				rank = i + 1 // standard competition ranking: equal shares share a rank
			}
			area := s.Key.Codes()[1]
			give := func(measure string, value stat.Decimal, status stat.Status, unit string, from ...pipeline.Ref) {
				attrs := stat.Attributes{"UNIT_MEASURE": unit}
				if unit == "VND" {
					attrs["UNIT_MULT"] = "9"
				}
				out.Outputs = append(out.Outputs, output("DE_PROVINCE", stat.NewKey("A", area, g.definition, measure), g.period, value, status, attrs, from...))
			}
			give("SHARE", *s.Value, s.Status, "PC_GRDP", refTo(s, "share"))
			var others []pipeline.Ref
			for _, o := range list {
				others = append(others, refTo(o, "share"))
			}
			give("RANK", stat.Int(int64(rank)), stat.Estimated, "RANK", others...)
			grdp := pick(in.Newest("grdp"), "A", area)
			level, ok := grdp.value(g.period)
			if !ok {
				continue
			}
			va := percentOf(*s.Value, level)
			from := []pipeline.Ref{refTo(s, "share"), grdp.ref(g.period, "denominator")}
			give("VA", va, stat.Estimated, "VND", from...)
			if whole, ok := national.value(g.period); ok && whole.Sign() > 0 {
				part, err := va.Mul(hundred).Quo(whole)
				if err != nil {
					return nil, err
				}
				give("NAT_SHARE", part.Round(6), stat.Estimated, "PC_DVA", append(from, national.ref(g.period, "national"))...)
			}
		}
	}
	return &out, nil
}
