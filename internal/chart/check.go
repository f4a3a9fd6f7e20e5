package chart

import (
	"slices"

	"nhipso/internal/fault"
)

// Check refuses a specification that cannot be drawn.
func (s *Spec) Check() error {
	bad := func(reason string, pairs ...any) error {
		return fault.New(reason, append([]any{"id", s.ID}, pairs...)...)
	}
	switch {
	case !reID.MatchString(s.ID):
		return bad("chart.bad-id")
	case s.Title.Vi == "" || s.Source.Vi == "":
		return bad("chart.no-title")
	case s.Decimals < 0 || s.Decimals > 9:
		return bad("chart.bad-decimals", "decimals", s.Decimals)
	}
	n := len(s.Items)
	switch s.Kind {
	case Line, Bar, Stacked, Multiples:
		n = len(s.Periods)
	case Ranking, Dots, Bullet:
	case Bridge, Map, Tiles, Swarm, Slope, Goals:
		if len(s.Series) != 1 {
			return bad("chart.one-series")
		}
	case Grid:
		if len(s.Series) != 0 {
			return bad("chart.no-series")
		}
	default:
		return bad("chart.bad-kind", "kind", string(s.Kind))
	}
	if n == 0 || len(s.Series) == 0 && s.Kind != Grid {
		return bad("chart.empty")
	}
	for i := 1; i < len(s.Periods); i++ {
		if s.Periods[i-1].Compare(s.Periods[i]) >= 0 {
			return bad("chart.periods-order", "period", s.Periods[i].String())
		}
	}
	if err := s.checkSeries(n, bad); err != nil {
		return err
	}
	if err := s.checkGroups(bad); err != nil {
		return err
	}
	for i := 1; i < len(s.Scale.Breaks); i++ {
		if s.Scale.Breaks[i-1].Cmp(s.Scale.Breaks[i]) >= 0 {
			return bad("chart.breaks")
		}
	}
	if len(s.Scale.Breaks) > 4 {
		return bad("chart.breaks")
	}
	return nil
}

func (s *Spec) checkSeries(n int, bad func(string, ...any) error) error {
	seen := map[string]bool{}
	for _, x := range s.Series {
		if x.ID == "" || seen[x.ID] {
			return bad("chart.series-id", "series", x.ID)
		}
		seen[x.ID] = true
		if len(x.Values) != n {
			return bad("chart.length", "series", x.ID, "got", len(x.Values), "want", n)
		}
		if _, ok := x.Colour.swatch(); !ok {
			return bad("chart.bad-colour", "series", x.ID, "colour", string(x.Colour))
		}
	}
	return nil
}

// checkGroups refuses items that stand in no group, in no column, or without a sign whose meaning is said.
func (s *Spec) checkGroups(bad func(string, ...any) error) error {
	if !s.Kind.grouped() {
		return nil
	}
	for _, g := range s.Groups {
		if _, ok := g.Colour.swatch(); !ok {
			return bad("chart.bad-colour", "series", g.ID, "colour", string(g.Colour))
		}
	}
	for _, it := range s.Items {
		if !slices.ContainsFunc(s.Groups, func(g Group) bool { return g.ID == it.Group }) {
			return bad("chart.no-group", "item", it.ID, "group", it.Group)
		}
		if s.Kind != Grid && it.Sign == "" {
			continue
		}
		if s.Kind == Grid && !slices.Contains(s.Periods, it.Period) || !slices.ContainsFunc(s.Signs, func(n Named) bool { return n.Sign == it.Sign && n.Sign.Path() != "" }) {
			return bad("chart.no-sign", "item", it.ID, "period", it.Period.String(), "sign", string(it.Sign))
		}
	}
	return nil
}
