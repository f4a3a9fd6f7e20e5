package recipe

import (
	"context"
	"maps"
	"slices"
	"sort"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// Areas gives GRDP on both maps. Levels of the provinces before a merger are GRDP per head × average population; those of the provinces after it
// follow by exact sums, since whole provinces merged. Published GRDP of the new provinces in later years is split back to the old ones by their
// GRDP of the newest year in which it is known: an estimate that says so (status E, comment SPLIT_BY_GRDP_2022), for maps only. A published
// figure of a province stands in place of every estimate of it, with its own status, and the estimates around it make room.
func Areas(areas *territory.Registry) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "grdp-areas", Version: "2", Method: "provinces",
		Title: title("grdp-areas"), Catalogue: areas.Digest(),
		Inputs: []pipeline.Input{
			{Name: "population", Dataflow: "POPULATION", Key: "A."},
			{Name: "per-head", Dataflow: "GRDP_PER_HEAD", Key: "A."},
			{Name: "grdp", Dataflow: "GRDP", Key: "A."},
		},
		Outputs: []string{"GRDP_EST"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			g := grdpSheet{areas: areas, in: in}
			return &g.out, g.fill(ctx)
		},
	}
}

// term is the figure of an area as a formula: as published, or GRDP per head × population.
func (l levels) term(area string) pipeline.Term {
	if refs := l.refs[area]; len(refs) != 1 {
		return pipeline.Apply(pipeline.OpProduct, pipeline.Figures(refs)...)
	}
	return pipeline.Figure(l.refs[area][0])
}

// remainder is the first figure less all others.
func remainder(refs []pipeline.Ref) pipeline.Term {
	if len(refs) == 1 {
		return pipeline.Figure(refs[0])
	}
	return less(pipeline.Figure(refs[0]), sumOf(pipeline.Figures(refs[1:])...))
}

// grdpSheet collects GRDP on both maps.
type grdpSheet struct {
	areas *territory.Registry
	in    *pipeline.Inputs
	out   pipeline.Result
}

// levels are figures of one period on one map, with what each rests on.
type levels struct {
	values territory.Values
	refs   map[string][]pipeline.Ref
}

func newLevels() levels { return levels{territory.Values{}, map[string][]pipeline.Ref{}} }

func (g *grdpSheet) give(area string, p stat.Period, v stat.Decimal, status stat.Status, set territory.Set, note string, from []pipeline.Ref) {
	g.out.Outputs = append(g.out.Outputs, output("GRDP_EST", stat.NewKey("A", area), p, v, status,
		stat.Attributes{stat.AttrDecimals: "0", stat.AttrAreaSet: string(set), stat.AttrComment: note}, from...))
}

// published gives the published figures of a period on each map.
func (g *grdpSheet) published() (map[stat.Period]map[territory.Set]map[string]cube.Version, error) {
	out := map[stat.Period]map[territory.Set]map[string]cube.Version{}
	for _, v := range g.in.Newest("grdp") {
		area, err := g.areas.Area(v.Key.Codes()[1])
		if err != nil {
			return nil, err
		}
		if v.Value == nil {
			continue
		}
		if out[v.Period] == nil {
			out[v.Period] = map[territory.Set]map[string]cube.Version{g.areas.Earlier(): {}, g.areas.Current(): {}}
		}
		if at, ok := out[v.Period][area.Set]; ok {
			at[area.ID] = v
		}
	}
	return out, nil
}

func (g *grdpSheet) fill(ctx context.Context) error {
	published, err := g.published()
	if err != nil {
		return err
	}
	var weights levels
	done := map[stat.Period]bool{}
	for _, group := range byPeriod(g.in.Newest("per-head")) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if weights, err = g.fromPerHead(group, published[group.period]); err != nil {
			return err
		}
		done[group.period] = true
	}
	for _, p := range sortedPeriods(published) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done[p] {
			continue
		}
		for _, area := range slices.Sorted(maps.Keys(published[p][g.areas.Earlier()])) {
			v := published[p][g.areas.Earlier()][area]
			g.give(area, p, *v.Value, v.Status, g.areas.Earlier(), asPublished, []pipeline.Ref{refTo(v, "GRDP")})
		}
		if err := g.splitBack(p, published[p], weights); err != nil {
			return err
		}
	}
	return nil
}

// fromPerHead gives the levels of a year for which GRDP per head is known on the earlier map, and their sums on the later one.
func (g *grdpSheet) fromPerHead(group periodGroup, published map[territory.Set]map[string]cube.Version) (levels, error) {
	old := newLevels()
	for _, v := range group.versions {
		area := v.Key.Codes()[1]
		if printed, ok := published[g.areas.Earlier()][area]; ok {
			old.values[area], old.refs[area] = *printed.Value, []pipeline.Ref{refTo(printed, "GRDP")}
			g.give(area, group.period, *printed.Value, printed.Status, g.areas.Earlier(), asPublished, append(old.refs[area], refTo(v, "").As("GRDP per head")))
			continue
		}
		people := seriesOf(g.in.Newest("population"), "A", area)
		n, ok := people.value(group.period)
		if !ok {
			continue
		}
		old.values[area] = v.Value.Mul(n) // million dong × thousand persons = billion dong
		old.refs[area] = []pipeline.Ref{refTo(v, "GRDP per head"), people.ref(group.period, "population")}
		g.give(area, group.period, old.values[area], stat.Estimated, g.areas.Earlier(), "PER_HEAD_TIMES_POP", old.refs[area])
		by(&g.out, pipeline.Arithmetic(old.term(area)))
	}
	restated, err := g.areas.Restate(territory.Request{From: g.areas.Earlier(), To: g.areas.Current(), Rule: territory.Additive, Values: old.values})
	if err != nil {
		return old, err
	}
	for _, r := range restated {
		if r.Value == nil {
			continue
		}
		if v, ok := published[g.areas.Current()][r.Area]; ok {
			parts := g.parts(r.Area, old)
			for i := range parts {
				parts[i] = parts[i].As("sum of its parts")
			}
			g.give(r.Area, group.period, *v.Value, v.Status, g.areas.Current(), asPublished, append([]pipeline.Ref{refTo(v, "GRDP")}, parts...))
			continue
		}
		g.give(r.Area, group.period, *r.Value, stat.Estimated, g.areas.Current(), "RESTATED_EXACT", g.parts(r.Area, old))
		var sum []pipeline.Term
		for _, part := range g.areas.Predecessors(r.Area) {
			sum = append(sum, old.term(part.ID))
		}
		by(&g.out, pipeline.Arithmetic(sumOf(sum...)))
	}
	return old, nil
}

// parts names what the figures of the old provinces in a new one rest on.
func (g *grdpSheet) parts(area string, old levels) []pipeline.Ref {
	var out []pipeline.Ref
	for _, part := range g.areas.Predecessors(area) {
		out = append(out, old.refs[part.ID]...)
	}
	return out
}

// splitBack gives published figures of the new provinces to the old ones in proportion to weights, each whole less the parts of it that are
// themselves published.
func (g *grdpSheet) splitBack(p stat.Period, published map[territory.Set]map[string]cube.Version, weights levels) error {
	values, left := territory.Values{}, territory.Values{}
	maps.Copy(left, weights.values)
	refs := map[string][]pipeline.Ref{}
	for area, v := range published[g.areas.Current()] {
		rest := *v.Value
		refs[area] = []pipeline.Ref{refTo(v, "GRDP")}
		for _, part := range g.areas.Predecessors(area) {
			if printed, ok := published[g.areas.Earlier()][part.ID]; ok {
				rest, left[part.ID] = rest.Sub(*printed.Value), stat.Decimal{}
				refs[area] = append(refs[area], refTo(printed, "GRDP of another part"))
			}
		}
		if rest.Sign() > 0 {
			values[area] = rest
		}
	}
	restated, err := g.areas.Restate(territory.Request{From: g.areas.Current(), To: g.areas.Earlier(), Rule: territory.Additive, Values: values, Weights: left})
	if err != nil {
		return err
	}
	last, given := map[string]string{}, map[string]stat.Decimal{} // by new province: the last part that is split off takes what the others leave
	for _, r := range restated {
		if whole, ok := g.areas.Successor(r.Area); ok && r.Value != nil && left[r.Area].Sign() > 0 {
			last[whole.ID] = r.Area
		}
	}
	for _, r := range restated {
		whole, ok := g.areas.Successor(r.Area)
		if _, printed := published[g.areas.Earlier()][r.Area]; printed || r.Value == nil || !ok {
			continue
		}
		if r.Exact { // a province that did not merge
			g.give(r.Area, p, *r.Value, stat.Estimated, g.areas.Earlier(), "RESTATED_EXACT", refs[whole.ID])
			by(&g.out, pipeline.Arithmetic(remainder(refs[whole.ID])))
			continue
		}
		part := *r.Value
		if last[whole.ID] == r.Area {
			part = values[whole.ID].Sub(given[whole.ID])
		}
		given[whole.ID] = given[whole.ID].Add(part)
		from := slices.Clone(refs[whole.ID])
		for _, part := range g.areas.Predecessors(whole.ID) {
			if _, printed := published[g.areas.Earlier()][part.ID]; printed {
				continue
			}
			for _, ref := range weights.refs[part.ID] {
				ref.Role = "weight"
				from = append(from, ref)
			}
		}
		g.give(r.Area, p, part, stat.Estimated, g.areas.Earlier(), "SPLIT_BY_GRDP_2022", from)
		by(&g.out, g.splitFormula(r.Area, whole.ID, remainder(refs[whole.ID]), left, weights))
	}
	return nil
}

// splitFormula says how a part came about: what is left of the whole, in the proportion of its weight among the parts that share it.
func (g *grdpSheet) splitFormula(area, whole string, rest pipeline.Term, left territory.Values, weights levels) *pipeline.Formula {
	if !g.in.Detail {
		return pipeline.Method("split-by-weight", fact("total", rest))
	}
	var sharing []pipeline.Term
	for _, part := range g.areas.Predecessors(whole) {
		if left[part.ID].Sign() > 0 {
			sharing = append(sharing, weights.term(part.ID))
		}
	}
	return pipeline.Arithmetic(productOf(rest, ratioOf(weights.term(area), sumOf(sharing...))))
}

// DTIAreas restates DTI scores of the old provinces to the new ones, by the simple average: the rule of DTI 2024, whose published scores of the
// new ones it reproduces. Scores of earlier versions are restated by the same rule, and stay in their version. A published score of a new province
// stands in place of the mean.
func DTIAreas(areas *territory.Registry) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "dti-areas", Version: "2", Method: "provinces",
		Title: title("dti-areas"), Catalogue: areas.Digest(),
		Inputs:  []pipeline.Input{{Name: "dti", Dataflow: "DTI", Key: "A..PROV..TOTAL.SCORE"}},
		Outputs: []string{"DTI_RESTATED"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			var out pipeline.Result
			for _, group := range byPeriod(in.Newest("dti")) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				scores, versions, published := territory.Values{}, map[string]cube.Version{}, map[stat.Key]cube.Version{}
				for _, v := range group.versions {
					area, err := areas.Area(v.Key.Codes()[1])
					if err != nil {
						return nil, err
					}
					switch area.Set {
					case areas.Earlier():
						scores[area.ID], versions[area.ID] = *v.Value, v
					case areas.Current():
						published[v.Key] = v
					}
				}
				if len(scores) == 0 {
					continue
				}
				restated, err := areas.Restate(territory.Request{From: areas.Earlier(), To: areas.Current(), Rule: territory.Average, Values: scores})
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
					if v, ok := published[stat.NewKey(codes...)]; ok {
						for i := range from {
							from[i] = from[i].As("mean of its parts")
						}
						out.Outputs = append(out.Outputs, output("DTI_RESTATED", stat.NewKey(codes...), group.period, *v.Value, v.Status,
							stat.Attributes{stat.AttrDecimals: "4", stat.AttrAreaSet: string(areas.Current()), stat.AttrComment: asPublished}, append([]pipeline.Ref{refTo(v, "score")}, from...)...))
						continue
					}
					out.Outputs = append(out.Outputs, output("DTI_RESTATED", stat.NewKey(codes...), group.period, r.Value.Round(6), stat.Estimated,
						stat.Attributes{stat.AttrDecimals: "4", stat.AttrAreaSet: string(areas.Current()), stat.AttrComment: "RESTATED_MEAN"}, from...).
						By(pipeline.Rounded(pipeline.Apply(pipeline.OpMean, pipeline.Figures(from)...), 6)))
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
