package recipe

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/measure/chain"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// Bounds of the official statement that 20 % of GDP by 2025 takes digital growth of about 20 to 25 % a year, three to four times
// the growth of GDP. The recipe says for which start, measure and prices it holds.
var (
	statementGrowth   = [2]float64{20, 25}
	statementMultiple = [2]float64{3, 4}
)

// RequiredGrowth gives the growth of digital value added that a strategy's target takes from every published share on: at current
// prices and in volume, and as a multiple of the growth of GDP. The path of GDP is an assumption declared in the parameters: real
// growth to 2025 and from 2026 on, and one rate of price change for GDP and digital value added alike. They are assumptions, so
// every figure that rests on them is marked inferred.
func RequiredGrowth(n pipeline.Country, c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "required-growth", Version: "2", Method: "required-growth",
		Country: n, Title: title("required-growth"), Catalogue: asks(c, []string{"CL_SCENARIO"}),
		Params: map[string]string{
			"real-to-2025":   "6.5", // lower bound of the five-year plan 2021–2025
			"real-from-2026": "10",  // double-digit growth asked of 2026–2030 at the forum of 20 December 2025
			"prices":         "3",
		},
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A." + n.Area + ".." + total},
			{Name: "target", Dataflow: "TARGET", Key: "A." + n.Area + "."},
		},
		Outputs: []string{"DE_REQUIRED"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			return requiredGrowth(ctx, c, in)
		},
	}
}

func requiredGrowth(ctx context.Context, c *catalog.Catalog, in *pipeline.Inputs) (*pipeline.Result, error) {
	scenarios, err := c.Codelist("CL_SCENARIO")
	if err != nil {
		return nil, err
	}
	var rate [3]float64
	for i, name := range []string{"real-to-2025", "real-from-2026", "prices"} {
		f, err := strconv.ParseFloat(in.Params[name], 64)
		if err != nil {
			return nil, err
		}
		rate[i] = f / 100
	}
	var out pipeline.Result
	for _, s := range in.Newest("share") {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.Value == nil || s.Status == stat.Forecast {
			continue
		}
		for _, scenario := range scenarios.Codes {
			due, err := stat.ParsePeriod(scenario.Notes["year"])
			if err != nil {
				return nil, err
			}
			target := seriesOf(in.Newest("target"), "A", in.Country.Area, scenario.Notes["target"])
			start := s.Period.Year()
			aim, known := target.float(due)
			if !known || start >= due.Year() || s.Value.Float64() >= aim {
				continue
			}
			var nominal, prices []float64
			for y := start + 1; y <= due.Year(); y++ {
				real := rate[0]
				if y > 2025 {
					real = rate[1]
				}
				nominal = append(nominal, chain.NominalGrowth(real, rate[2]))
				prices = append(prices, rate[2])
			}
			need, err := chain.RequiredGrowth(chain.Goal{StartYear: start, TargetYear: due.Year(), Share: s.Value.Float64() / 100, Target: aim / 100,
				GDPGrowth: nominal, GDPDeflator: prices, Deflator: prices})
			if err != nil {
				return nil, err
			}
			definition := s.Key.Codes()[2]
			row := map[string]string{"definition": definition, "start": strconv.Itoa(start), "scenario": scenario.ID}
			shareStart, shareTarget, deflator := s.Value.Float64(), aim, rate[2]
			from, to := refTo(s, "start"), target.ref(due, "target")
			both := []pipeline.Ref{from, to}
			assumed := []pipeline.Ref{from.As("start"), to.As("target")} // the assumptions alone, for the years between the two
			measures := []struct {
				code  string
				value *float64
				scale float64
				from  []pipeline.Ref
			}{
				{"G_NOM", &need.Growth, 100, both}, {"G_REAL", need.RealGrowth, 100, both}, {"MULT", need.RealMultiple, 1, both}, {"MULT_NOM", need.Multiple, 1, both},
				{"GDP_NOM", &need.GDPGrowth, 100, assumed}, {"GDP_REAL", need.RealGDPGrowth, 100, assumed}, {"DEFLATOR", &deflator, 100, assumed},
				{"SHARE_START", &shareStart, 1, []pipeline.Ref{from, to.As("target")}}, {"SHARE_TARGET", &shareTarget, 1, []pipeline.Ref{to, from.As("start")}},
			}
			for _, m := range measures {
				if m.value == nil {
					continue
				}
				v, err := stat.FromFloat(*m.value*m.scale, 4)
				if err != nil {
					return nil, err
				}
				row[m.code] = v.Round(2).String()
				attrs := stat.Attributes{stat.AttrMark: string(stat.MarkInferred), stat.AttrDecimals: "2"}
				status := stat.Estimated
				if strings.HasPrefix(m.code, "SHARE_") { // printed, not assumed
					delete(attrs, stat.AttrMark)
					status = stat.Normal
				}
				out.Outputs = append(out.Outputs, output("DE_REQUIRED", stat.NewKey("A", in.Country.Area, definition, fmt.Sprintf("Y%d", start), scenario.ID, m.code), due, v, status, attrs, m.from...).
					By(requiredFormula(in.Detail, m.code, figure(s), target.term(due), start, due.Year())))
			}
			row["holds-current"] = holds(need.Growth, need.Multiple)
			row["holds-real"] = ""
			if need.RealGrowth != nil {
				row["holds-real"] = holds(*need.RealGrowth, need.RealMultiple)
			}
			// The statement compares growth of digital value added with the growth of GDP that is always quoted, which is real.
			if need.RealGDPGrowth != nil && *need.RealGDPGrowth > 0 {
				mixed := need.Growth / *need.RealGDPGrowth
				row["multiple-current-over-real"] = fixed(mixed, 2)
				row["holds-current-over-real"] = holds(need.Growth, &mixed)
			}
			out.Diagnostics = append(out.Diagnostics, pipeline.Diagnostic{Table: "official-statement", Row: row})
		}
	}
	return &out, nil
}

// requiredFormula says how a figure of the required growth came about.
func requiredFormula(detail bool, measure string, start, target pipeline.Term, from, to int) *pipeline.Formula {
	switch measure {
	case "SHARE_START":
		return pipeline.Rounded(start, 4)
	case "SHARE_TARGET":
		return pipeline.Rounded(target, 4)
	case "DEFLATOR":
		return pipeline.Rounded(pipeline.Param("prices"), 4)
	}
	if detail {
		return requiredWorking(measure, start, target, from, to)
	}
	year := func(y int) pipeline.Term { return pipeline.Number(stat.Int(int64(y))) }
	return pipeline.Method("required-"+strings.ToLower(strings.ReplaceAll(measure, "_", "-")), fact("start", start), fact("target", target), fact("from", year(from)), fact("to", year(to)),
		fact("years", year(to-from)), fact("real-to-2025", pipeline.Param("real-to-2025")), fact("real-from-2026", pipeline.Param("real-from-2026")), fact("prices", pipeline.Param("prices")))
}

// requiredWorking writes a growth rate out: the share has to grow by target ÷ start beyond GDP, whose path is assumed.
func requiredWorking(measure string, start, target pipeline.Term, from, to int) *pipeline.Formula {
	none := stat.Period{}
	before := max(0, min(to, 2025)-from) // years at the first of the two rates
	volume := pipeline.InStep("volume-gdp", none, productOf(powerOf(grown(pipeline.Param("real-to-2025")), integer(before)), powerOf(grown(pipeline.Param("real-from-2026")), integer(to-from-before))))
	prices := pipeline.InStep("prices", none, powerOf(grown(pipeline.Param("prices")), integer(to-from)))
	share := pipeline.InStep("share-factor", none, ratioOf(target, start))
	yearly := func(factor pipeline.Term) pipeline.Term {
		return less(powerOf(factor, ratioOf(integer(1), integer(to-from))), integer(1))
	}
	real, realGDP := pipeline.InStep("growth-real", none, yearly(productOf(share, volume))), pipeline.InStep("gdp-real", none, yearly(volume))
	nominal, nominalGDP := pipeline.InStep("growth-nominal", none, yearly(productOf(share, volume, prices))), pipeline.InStep("gdp-nominal", none, yearly(productOf(volume, prices)))
	percent := func(t pipeline.Term) *pipeline.Formula { return pipeline.Rounded(productOf(t, integer(100)), 4) }
	switch measure {
	case "G_NOM":
		return percent(nominal)
	case "G_REAL":
		return percent(real)
	case "GDP_NOM":
		return percent(nominalGDP)
	case "GDP_REAL":
		return percent(realGDP)
	case "MULT_NOM":
		return pipeline.Rounded(ratioOf(nominal, nominalGDP), 4)
	}
	return pipeline.Rounded(ratioOf(real, realGDP), 4)
}

// holds says whether a growth and its multiple, rounded to whole numbers as the statement is, lie within the official bounds.
func holds(growth float64, multiple *float64) string {
	within := func(x float64, bounds [2]float64) bool { return x > bounds[0]-0.5 && x < bounds[1]+0.5 }
	yes := multiple != nil && within(growth*100, statementGrowth) && within(*multiple, statementMultiple)
	return strconv.FormatBool(yes)
}
