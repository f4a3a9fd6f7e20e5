package recipe

import (
	"sort"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// Areas gives GRDP on both maps. Levels of the 63 provinces are GRDP per head × average population; those of the 34 follow by exact sums,
// since whole provinces merged. Published GRDP of the 34 provinces in later years is split back to the 63 by their GRDP of the newest year
// in which it is known: an estimate that says so (status E, comment SPLIT_BY_GRDP_2022), for maps only.
func Areas(areas *territory.Registry) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "grdp-areas", Version: "1", Method: "provinces",
		Title: title("grdp-areas"),
		Inputs: []pipeline.Input{
			{Name: "population", Dataflow: "POPULATION", Key: "A."},
			{Name: "per-head", Dataflow: "GRDP_PER_HEAD", Key: "A."},
			{Name: "grdp", Dataflow: "GRDP", Key: "A."},
		},
		Outputs: []string{"GRDP_EST"},
		Compute: func(in *pipeline.Inputs) (*pipeline.Result, error) { return grdpAreas(areas, in) },
	}
}

func grdpAreas(areas *territory.Registry, in *pipeline.Inputs) (*pipeline.Result, error) {
	var out pipeline.Result
	give := func(area string, p stat.Period, v stat.Decimal, set territory.Set, note string, from []pipeline.Ref) {
		out.Outputs = append(out.Outputs, output("GRDP_EST", stat.NewKey("A", area), p, v, stat.Estimated,
			stat.Attributes{stat.AttrDecimals: "0", stat.AttrAreaSet: string(set), stat.AttrComment: note}, from...))
	}
	var newest territory.Values
	for _, group := range byPeriod(in.Newest("per-head")) {
		levels := territory.Values{}
		refs := map[string][]pipeline.Ref{}
		for _, v := range group.versions {
			area := v.Key.Codes()[1]
			people := pick(in.Newest("population"), "A", area)
			n, ok := people.value(group.period)
			if !ok {
				continue
			}
			levels[area] = v.Value.Mul(n) // million dong × thousand persons = billion dong
			refs[area] = []pipeline.Ref{refTo(v, "GRDP per head"), people.ref(group.period, "population")}
			give(area, group.period, levels[area], territory.Provinces63, "PER_HEAD_TIMES_POP", refs[area])
		}
		restated, err := areas.Restate(territory.Request{From: territory.Provinces63, To: territory.Provinces34, Rule: territory.Additive, Values: levels})
		if err != nil {
			return nil, err
		}
		for _, r := range restated {
			if r.Value == nil {
				continue
			}
			var from []pipeline.Ref
			for _, part := range areas.Predecessors(r.Area) {
				from = append(from, refs[part.ID]...)
			}
			give(r.Area, group.period, *r.Value, territory.Provinces34, "RESTATED_EXACT", from)
		}
		newest = levels
	}
	done := map[stat.Period]bool{}
	for _, o := range out.Outputs {
		done[o.Period] = true
	}
	for _, group := range byPeriod(in.Newest("grdp")) {
		if done[group.period] || newest == nil {
			continue
		}
		levels, refs := territory.Values{}, map[string]pipeline.Ref{}
		for _, v := range group.versions {
			levels[v.Key.Codes()[1]] = *v.Value
			refs[v.Key.Codes()[1]] = refTo(v, "GRDP")
		}
		restated, err := areas.Restate(territory.Request{From: territory.Provinces34, To: territory.Provinces63, Rule: territory.Additive, Values: levels, Weights: newest})
		if err != nil {
			return nil, err
		}
		for _, r := range restated {
			whole, ok := areas.Successor(r.Area)
			if r.Value == nil || !ok {
				continue
			}
			note := "SPLIT_BY_GRDP_2022"
			if r.Exact {
				note = "RESTATED_EXACT" // a province that did not merge
			}
			give(r.Area, group.period, *r.Value, territory.Provinces63, note, []pipeline.Ref{refs[whole.ID],
				{Dataflow: "GRDP_PER_HEAD", Key: stat.NewKey("A", r.Area), Role: "weight"}, {Dataflow: "POPULATION", Key: stat.NewKey("A", r.Area), Role: "weight"}})
		}
	}
	return &out, nil
}

// DTIAreas restates DTI scores of the old provinces to the 34, by the simple average: the rule of DTI 2024, whose published scores of the
// 34 it reproduces. Scores of earlier versions are restated by the same rule, and stay in their version.
func DTIAreas(areas *territory.Registry) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "dti-areas", Version: "1", Method: "provinces",
		Title:   title("dti-areas"),
		Inputs:  []pipeline.Input{{Name: "dti", Dataflow: "DTI", Key: "A..PROV..TOTAL.SCORE"}},
		Outputs: []string{"DTI_RESTATED"},
		Compute: func(in *pipeline.Inputs) (*pipeline.Result, error) {
			var out pipeline.Result
			for _, group := range byPeriod(in.Newest("dti")) {
				scores, versions := territory.Values{}, map[string]cube.Version{}
				for _, v := range group.versions {
					area, err := areas.Area(v.Key.Codes()[1])
					if err != nil {
						return nil, err
					}
					if area.Set == territory.Provinces63 {
						scores[area.ID], versions[area.ID] = *v.Value, v
					}
				}
				if len(scores) == 0 {
					continue
				}
				restated, err := areas.Restate(territory.Request{From: territory.Provinces63, To: territory.Provinces34, Rule: territory.Average, Values: scores})
				if err != nil {
					return nil, err
				}
				for _, r := range restated {
					if r.Value == nil {
						continue
					}
					var from []pipeline.Ref
					var codes []string
					for _, part := range areas.Predecessors(r.Area) {
						from = append(from, refTo(versions[part.ID], "score"))
						codes = versions[part.ID].Key.Codes()
					}
					codes[1] = r.Area
					out.Outputs = append(out.Outputs, output("DTI_RESTATED", stat.NewKey(codes...), group.period, r.Value.Round(6), stat.Estimated,
						stat.Attributes{stat.AttrDecimals: "4", stat.AttrAreaSet: string(territory.Provinces34), stat.AttrComment: "RESTATED_MEAN"}, from...))
				}
			}
			return &out, nil
		},
	}
}

// periodGroup is the figures of one period.
type periodGroup struct {
	period   stat.Period
	versions []cube.Version
}

// byPeriod groups figures that have a value by period, in order of time.
func byPeriod(versions []cube.Version) []periodGroup {
	at := map[stat.Period][]cube.Version{}
	for _, v := range versions {
		if v.Value != nil {
			at[v.Period] = append(at[v.Period], v)
		}
	}
	var out []periodGroup
	for p, list := range at {
		out = append(out, periodGroup{p, list})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].period.Compare(out[j].period) < 0 })
	return out
}
