package recipe

import (
	"context"
	"maps"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/measure/satellite"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// Concentration says how much of the digital economy, and of GRDP, the largest provinces hold.
//
// Of the digital economy only the provinces with a published share are known: their number and their part of the national figure are given
// with the parts of the largest of them, which say nothing of provinces that published none; a Gini coefficient or an HHI of so few would
// mislead and is not made. Parts are of the national digital value added of the same definition. GRDP covers every province of a map, so it
// has all measures, and its parts are of the sum of the provinces.
func Concentration(n pipeline.Country, c *catalog.Catalog, areas *territory.Registry) pipeline.Recipe {
	definitions := concentrated(c)
	return pipeline.Recipe{
		ID: "concentration", Version: "2", Method: "concentration", Country: n, Title: title("concentration"),
		Catalogue: asks(c, []string{"CL_CONCENTRATION"}, areas.Digest()),
		Inputs: []pipeline.Input{
			{Name: "digital", Dataflow: "DE_PROVINCE", Key: "A.." + strings.Join(definitions, "+") + ".NAT_SHARE"},
			{Name: "grdp", Dataflow: "GRDP", Key: "A."},
			{Name: "estimated", Dataflow: "GRDP_EST", Key: "A."},
		},
		Outputs: []string{"DE_CONCENTRATION"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			measures, err := c.Codelist("CL_CONCENTRATION")
			if err != nil {
				return nil, err
			}
			s := &sheet{ctx: ctx, flow: "DE_CONCENTRATION", area: n.Area, measures: measures}
			if err := digitalByProvince(in, definitions, s); err != nil {
				return nil, err
			}
			if err := productByProvince(areas, in, s); err != nil {
				return nil, err
			}
			return &s.result, s.err
		},
	}
}

// concentrated lists the definitions whose concentration is asked for: those that CL_CONCENTRATED has a code for.
func concentrated(c *catalog.Catalog) []string {
	var out []string
	if l, err := c.Codelist("CL_CONCENTRATED"); err == nil {
		for _, x := range l.Codes {
			if definition, ok := strings.CutPrefix(x.ID, "DE_"); ok {
				out = append(out, definition)
			}
		}
	}
	return out
}

// digitalByProvince gives what the published provinces hold of the national digital economy.
func digitalByProvince(in *pipeline.Inputs, definitions []string, s *sheet) error {
	s.note = "PUBLISHED_ONLY"
	for _, group := range byPeriod(in.Newest("digital")) {
		if err := s.stopped(); err != nil {
			return err
		}
		for _, definition := range definitions {
			var parts []cube.Version
			for _, v := range group.versions {
				if v.Key.Codes()[2] == definition {
					parts = append(parts, v)
				}
			}
			if len(parts) == 0 {
				continue
			}
			slices.SortStableFunc(parts, func(a, b cube.Version) int { return b.Value.Cmp(*a.Value) })
			s.period = group.period
			held := 0.0
			var from []pipeline.Ref
			for _, v := range parts { // the largest are the largest of all
				from = append(from, refTo(v, "part"))
			}
			for i, v := range parts {
				held += v.Value.Float64()
				if measure := map[int]string{1: "TOP1", 3: "TOP3", 5: "TOP5"}[i+1]; measure != "" && i+1 < len(parts) {
					s.give("DE_"+definition, measure, held, stat.Estimated, from...)
					s.by(pipeline.Rounded(sumOf(figures(parts[:i+1])...), 4))
				}
			}
			s.give("DE_"+definition, "UNITS", float64(len(parts)), stat.Estimated, from...)
			s.by(pipeline.Arithmetic(pipeline.Apply(pipeline.OpCount, figures(parts)...)))
			s.give("DE_"+definition, "COVERED", held, stat.Estimated, from...)
			s.by(pipeline.Rounded(sumOf(figures(parts)...), 4))
		}
	}
	return nil
}

// productByProvince gives the concentration of GRDP on each map for the years in which every province has a figure.
func productByProvince(areas *territory.Registry, in *pipeline.Inputs, s *sheet) error {
	s.note = ""
	for _, set := range []territory.Set{areas.Current(), areas.Earlier()} {
		if set == "" {
			continue
		}
		provinces := 0
		for _, a := range areas.Areas() {
			if a.IsProvince() && a.Set == set {
				provinces++
			}
		}
		at := map[stat.Period]map[string]cube.Version{}
		for _, list := range [][]cube.Version{in.Newest("estimated"), in.Newest("grdp")} { // what is published stands in place of what is estimated
			for _, v := range list {
				a, err := areas.Area(v.Key.Codes()[1])
				// A split by weights of another year would measure the weights, not the provinces.
				if err != nil || v.Value == nil || a.Set != set || v.Attributes[stat.AttrComment] == "SPLIT_BY_GRDP_2022" {
					continue
				}
				if at[v.Period] == nil {
					at[v.Period] = map[string]cube.Version{}
				}
				at[v.Period][a.ID] = v
			}
		}
		years := slices.SortedFunc(maps.Keys(at), stat.Period.Compare)
		for _, p := range years {
			if err := s.stopped(); err != nil {
				return err
			}
			provincial := at[p]
			if len(provincial) < provinces {
				continue
			}
			var values []float64
			var from []pipeline.Ref
			var parts []cube.Version
			for _, a := range areas.Areas() {
				if v, ok := provincial[a.ID]; ok {
					parts = append(parts, v)
					values = append(values, v.Value.Float64())
					from = append(from, refTo(v, "part"))
				}
			}
			held, err := satellite.Concentration(values, 1, 3, 5)
			if err != nil {
				return err
			}
			s.period = p
			for _, m := range []struct {
				code  string
				value float64
			}{{"UNITS", float64(held.Units)}, {"COVERED", 100}, {"TOP1", held.Top[1] * 100}, {"TOP3", held.Top[3] * 100}, {"TOP5", held.Top[5] * 100}, {"HHI", held.HHI}, {"GINI", held.Gini}} {
				s.give("GRDP"+string(set), m.code, m.value, stat.Estimated, from...)
				s.by(ratioOfSums(m.code, fromLargest(parts)))
			}
		}
	}
	return nil
}
