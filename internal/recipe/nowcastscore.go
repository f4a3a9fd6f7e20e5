package recipe

import (
	"context"
	"iter"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// NowcastScore holds every past estimate against what came: for each figure of GDP or of the digital share that was published for the first
// time, the estimate that the recipes give from what was known on the day before, its error, and whether the figure fell inside its interval.
// Estimates are replayed by the methods as they are now; they were not published on those days. A figure that could not be estimated from what
// was known has no score.
func NowcastScore(n pipeline.Country, c *catalog.Catalog) pipeline.Recipe {
	quarters, quarterly, splitting := GDPQuarterly(n), DigitalQuarterly(n), DigitalSplit(n)
	chain := []pipeline.Recipe{DigitalAnnual(n, c), splitting, quarters, quarterly}
	through := ""
	for _, r := range chain {
		through += r.ID + "@" + r.Version + " "
	}
	var inputs []pipeline.Input
	for _, i := range []pipeline.Input{
		{Name: "levels", Dataflow: "NA_VA", Key: "A+Q." + n.Area + "." + gdp + "+C+J+" + tax + "." + current},
		{Name: "growth", Dataflow: "NA_GROWTH", Key: quarters.Inputs[2].Key},
		{Name: "structure", Dataflow: "NA_STRUCTURE", Key: quarters.Inputs[3].Key},
		{Name: "share", Dataflow: "DE_SHARE", Key: "A+N+Q." + n.Area + "." + n.Official + "." + total + "+" + core + "+" + digitalised},
		{Name: "electronics", Dataflow: "DE_SPLIT", Key: "A+N." + n.Area + "." + n.Official + "." + electronic},
	} {
		i.History = true
		inputs = append(inputs, i)
	}
	return pipeline.Recipe{
		ID: "nowcast-score", Version: "3", Method: "nowcast-score", Country: n, Title: title("nowcast-score"), Catalogue: chain[0].Catalogue,
		Params:    map[string]string{"through": through[:len(through)-1]}, // another version of one of them makes this recipe stale
		Inputs:    inputs,
		Outputs:   []string{"DE_NOWCAST_SCORE"},
		Costly:    "it replays other recipes, once for each day of publication",
		NoWorking: "each past estimate is a replay of four recipes",
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			s := &scores{in: in, inputs: inputs, chain: chain, replays: map[stat.Date]map[cube.Cell]cube.Version{}}
			return &s.out, s.fill(ctx)
		},
	}
}

// scores collects the figures of the recipe.
type scores struct {
	pipeline.NoRecords // the recipes that it replays read figures alone

	in      *pipeline.Inputs
	inputs  []pipeline.Input
	chain   []pipeline.Recipe
	replays map[stat.Date]map[cube.Cell]cube.Version
	out     pipeline.Result
}

// Versions implements cube.Past on the inputs.
func (s *scores) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		for _, i := range s.inputs {
			for _, v := range s.in.History(i.Name) {
				if q.Selects(v) && !yield(v, nil) {
					return
				}
			}
		}
	}
}

// asOf gives the estimates as of a day.
func (s *scores) asOf(ctx context.Context, day stat.Date) (map[cube.Cell]cube.Version, error) {
	if at, done := s.replays[day]; done {
		return at, nil
	}
	r, err := pipeline.Replay(ctx, s, s.chain, cube.AsOf{}, day)
	if err != nil {
		return nil, err
	}
	at := map[cube.Cell]cube.Version{}
	for _, v := range r.Figures {
		at[v.Cell()] = v
	}
	s.replays[day] = at
	return at, nil
}

// guess is what was estimated of a figure, with the interval where there is one.
type guess struct {
	value    stat.Decimal
	half     float64 // half the width of the interval; 0 for none
	quarters int     // that it rests on
}

func (s *scores) fill(ctx context.Context) error {
	gdpA, gdpQ := stat.NewKey("A", s.in.Country.Area, gdp, current), stat.NewKey("Q", s.in.Country.Area, gdp, current)
	for _, x := range []struct {
		input, code string
		key         stat.Key
		basis       []string // inputs that the estimate rests on
		of          func(pipeline.Country, map[cube.Cell]cube.Version, stat.Period) (guess, bool, error)
	}{
		{"levels", "GDP", gdpA, []string{"levels", "growth", "structure"}, guessGDP},
		{"levels", "GDP", gdpQ, []string{"levels", "growth", "structure"}, guessGDP},
		{"share", "SHARE", stat.NewKey("A", s.in.Country.Area, s.in.Country.Official, total), []string{"levels", "growth", "structure", "share", "electronics"}, guessShare},
	} {
		for _, came := range firstReleases(s.in.History(x.input), x.key) {
			if err := ctx.Err(); err != nil {
				return err
			}
			before := came.Vintage.Date.AddDays(-1)
			at, err := s.asOf(ctx, before)
			if err != nil {
				return err
			}
			g, ok, err := x.of(s.in.Country, at, came.Period)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := s.score(x.code, came, g, s.refs(came, before, x.basis)); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstReleases gives the first published version of every period of a series.
func firstReleases(history []cube.Version, key stat.Key) []cube.Version {
	var out []cube.Version
	for _, v := range history {
		if v.Key == key && v.Value != nil && v.Status != stat.Forecast && (len(out) == 0 || out[len(out)-1].Period != v.Period) {
			out = append(out, v)
		}
	}
	return out
}

// refs names what came, and everything that was known the day before.
func (s *scores) refs(came cube.Version, before stat.Date, basis []string) []pipeline.Ref {
	out := []pipeline.Ref{refTo(came, "what came")}
	for _, i := range s.inputs {
		if !slices.Contains(basis, i.Name) {
			continue
		}
		if slices.ContainsFunc(s.in.History(i.Name), func(v cube.Version) bool { return !v.Vintage.Date.After(before) }) {
			out = append(out, pipeline.Ref{Dataflow: i.Dataflow, Key: stat.Key(i.Key), Vintage: before, History: true, Role: "known the day before"})
		}
	}
	return out
}

// within lists the quarters of a period; a quarter is its own.
func within(p stat.Period) []stat.Period {
	if p.Frequency() == stat.Quarterly {
		return []stat.Period{p}
	}
	return p.Within(stat.Quarterly)
}

// guessGDP adds the quarters of a period, when all were known or estimated and one at least was not published.
func guessGDP(n pipeline.Country, at map[cube.Cell]cube.Version, p stat.Period) (guess, bool, error) {
	var g guess
	estimated := false
	for _, q := range within(p) {
		v, ok := at[cube.Cell{Dataflow: "NA_QUARTERLY_EST", Key: stat.NewKey("Q", n.Area, gdp, current), Period: q}]
		if !ok || v.Value == nil {
			return g, false, nil
		}
		g.value, g.quarters = g.value.Add(*v.Value), g.quarters+1
		estimated = estimated || v.Attributes[stat.AttrComment] != asPublished
	}
	return g, estimated, nil
}

// guessShare gives the share of a year as far as its quarters had been estimated, with the mean width of their intervals: their errors are taken
// to go together, so that the year is not said to be surer than its quarters.
func guessShare(n pipeline.Country, at map[cube.Cell]cube.Version, p stat.Period) (guess, bool, error) {
	var g guess
	digital, whole := stat.Decimal{}, stat.Decimal{}
	for _, q := range within(p) {
		v, ok := at[cube.Cell{Dataflow: "DE_QUARTERLY", Key: stat.NewKey("Q", n.Area, n.Official, total, denton, share), Period: q}]
		y, known := at[cube.Cell{Dataflow: "NA_QUARTERLY_EST", Key: stat.NewKey("Q", n.Area, gdp, current), Period: q}]
		if !ok || !known || v.Value == nil || y.Value == nil {
			break
		}
		digital, whole, g.quarters = digital.Add(percentOf(*v.Value, *y.Value)), whole.Add(*y.Value), g.quarters+1
		if text := v.Attributes[stat.AttrUpper]; text != "" {
			upper, err := stat.ParseDecimal(text)
			if err != nil {
				return g, false, err
			}
			g.half += upper.Sub(*v.Value).Float64()
		}
	}
	if g.quarters == 0 {
		return g, false, nil
	}
	g.half /= float64(g.quarters)
	value, err := digital.Mul(hundred).Quo(whole)
	g.value = value
	return g, true, err
}

// score gives the figures of one estimate: what was expected, what came, and how far apart they are, in points of a share or in per cent of GDP.
func (s *scores) score(code string, came cube.Version, g guess, from []pipeline.Ref) error {
	unit, digits, unitOfError := stat.Attributes{"UNIT_MEASURE": "PC_GDP", stat.AttrDecimals: "2"}, 4, "PC_POINT"
	if code == "GDP" {
		unit, digits, unitOfError = stat.Attributes{"UNIT_MEASURE": s.in.Country.Currency, "UNIT_MULT": "9", stat.AttrDecimals: "0"}, 0, "PC"
	}
	give := func(measure string, v stat.Decimal, status stat.Status, attrs stat.Attributes, from ...pipeline.Ref) {
		attrs = attrs.Clone()
		key := func(measure string) stat.Key {
			return stat.NewKey(came.Period.Frequency().String(), s.in.Country.Area, code, measure)
		}
		facts := []pipeline.Fact{fact("came", figure(came))}
		if measure == "ERROR" || measure == "INSIDE" {
			facts = append(facts, fact("nowcast", pipeline.Beside(cube.Cell{Dataflow: "DE_NOWCAST_SCORE", Key: key("NOWCAST"), Period: came.Period})))
		}
		how := pipeline.Method("score-"+strings.ToLower(measure), facts...)
		switch measure {
		case "PUBLISHED":
			t := figure(came)
			how.Term = &t
		case "ERROR":
			t, four := less(facts[1].Term, figure(came)), 4
			if code == "GDP" {
				t = inPercent(t, figure(came))
			}
			how.Term, how.Digits = &t, &four
		}
		s.out.Outputs = append(s.out.Outputs, output("DE_NOWCAST_SCORE", key(measure), came.Period, v, status, attrs, from...).By(how))
	}
	g.value = g.value.Round(digits) // the error is that of the figure as it is given
	miss := g.value.Sub(*came.Value)
	if code == "GDP" {
		var err error
		if miss, err = miss.Mul(hundred).Quo(*came.Value); err != nil {
			return err
		}
	}
	nowcast := unit.Clone()
	nowcast[stat.AttrMark] = string(stat.MarkInferred)
	nowcast[stat.AttrReplay] = came.Vintage.Date.AddDays(-1).String()
	if g.half > 0 {
		nowcast[stat.AttrLower], nowcast[stat.AttrUpper] = fixed(g.value.Float64()-g.half, digits), fixed(g.value.Float64()+g.half, digits)
		inside := stat.Decimal{}
		if miss.Abs().Float64() <= g.half {
			inside = stat.Int(1)
		}
		give("INSIDE", inside, stat.Estimated, stat.Attributes{"UNIT_MEASURE": "COUNT", stat.AttrDecimals: "0"}, from...)
	}
	rest := slices.Clone(from[1:])
	give("NOWCAST", g.value, stat.Forecast, nowcast, append(rest, from[0].As("what came"))...)
	conditions := []pipeline.Ref{from[0]}
	for _, r := range rest {
		conditions = append(conditions, r.As("known the day before"))
	}
	give("PUBLISHED", *came.Value, came.Status, unit, conditions...)
	give("ERROR", miss.Round(4), stat.Estimated, stat.Attributes{"UNIT_MEASURE": unitOfError, stat.AttrDecimals: "2"}, from...)
	give("QUARTERS", stat.Int(int64(g.quarters)), stat.Estimated, stat.Attributes{"UNIT_MEASURE": "COUNT", stat.AttrDecimals: "0"}, from...)
	return nil
}
