package recipe

import (
	"context"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// DigitalAnnual gives the value added of the digital economy of every year for which a definition publishes a national share:
// share × GDP at current prices, in billion dong. Shares are printed in GDP of their day, so each is multiplied twice: by the GDP
// vintage held that is nearest to the day on which the share was published (PUB), and by the newest (LATEST).
//
// The product of a share of two decimals and a whole number of billions is exact, so the components of a share add up in
// billions as they do in per cent. A component is given where it was printed together with the total that stands for its year, and is
// multiplied by the GDP of that total; one that belongs to a total since revised is left out, since beside the newest total it would be part of
// another whole. Components that miss the total as printed carry the residue.
func DigitalAnnual(n pipeline.Country, c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-annual", Version: "2", Method: "digital-annual",
		Country: n, Title: title("digital-annual"), Catalogue: asks(c, []string{"CL_COMPONENT"}),
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A." + n.Area + "..", History: true},
			{Name: "gdp", Dataflow: "NA_VA", Key: "A." + n.Area + "." + gdp + "." + current, History: true},
		},
		Outputs: []string{"DE_VA"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			components, err := c.Codelist("CL_COMPONENT")
			if err != nil {
				return nil, err
			}
			return digitalAnnual(ctx, components, in)
		},
	}
}

func digitalAnnual(ctx context.Context, components *catalog.Codelist, in *pipeline.Inputs) (*pipeline.Result, error) {
	var out pipeline.Result
	for _, s := range in.Newest("share") {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if s.Value == nil || s.Period.Frequency() != stat.Annual {
			continue
		}
		codes := s.Key.Codes() // FREQ, REF_AREA, DEFINITION, COMPONENT
		part, ok := placed(components, in, s)
		if !ok {
			continue
		}
		vintages := inYear(in.History("gdp"), s.Period)
		for _, choice := range []struct {
			code string
			gdp  *cube.Version
		}{{pub, nearest(vintages, part.day)}, {latest, newest(vintages)}} {
			if choice.gdp == nil {
				continue
			}
			attrs := stat.Attributes{stat.AttrDecimals: "0"}
			if part.residue.Sign() != 0 {
				attrs[stat.AttrResidue], attrs[stat.AttrComment] = percentOf(part.residue, *choice.gdp.Value).String(), roundedParts
			}
			out.Outputs = append(out.Outputs, output("DE_VA", stat.NewKey("A", codes[1], codes[2], codes[3], choice.code), s.Period,
				percentOf(*part.share.Value, *choice.gdp.Value), stat.Normal, attrs,
				append([]pipeline.Ref{refTo(part.share, "share"), refTo(*choice.gdp, "denominator")}, part.of...)...).
				By(pipeline.Arithmetic(partOf(figure(part.share), figure(*choice.gdp)))))
		}
	}
	return &out, nil
}

// component is a share placed beside the total of its area, definition and year.
type component struct {
	share   cube.Version
	day     stat.Date      // on which the total was published, whose GDP the component takes
	residue stat.Decimal   // what all printed parts of its partition leave of the total by rounding; zero where a part is not printed
	of      []pipeline.Ref // what it was held against
}

// placed gives a share as a component, or false when it belongs to a total that no longer stands. A share without a total is all that was
// published, and stands for itself.
func placed(components *catalog.Codelist, in *pipeline.Inputs, s cube.Version) (component, bool) {
	codes := s.Key.Codes()
	whole := seriesOf(in.Newest("share"), codes[0], codes[1], codes[2], total).at[s.Period]
	if codes[3] == total || whole == nil || whole.Value == nil {
		return component{share: s, day: s.Vintage.Date}, true
	}
	own, with, ok := belonging(in.History("share"), s.Cell(), *whole)
	if !ok {
		return component{}, false
	}
	c := component{share: own, day: whole.Vintage.Date, of: with}
	code, _ := components.Code(codes[3])
	if code.Notes["partition"] == "" {
		return c, true
	}
	rest := *whole.Value
	var others []pipeline.Ref
	for _, other := range components.Codes {
		if other.Notes["partition"] != code.Notes["partition"] {
			continue
		}
		cell := cube.Cell{Dataflow: s.Dataflow, Key: stat.NewKey(codes[0], codes[1], codes[2], other.ID), Period: s.Period}
		v, _, ok := belonging(in.History("share"), cell, *whole)
		switch {
		case ok && v.Vintage.Date.After(own.Vintage.Date):
			return component{}, false // a later print of the same total has other parts, and this one is not among them
		case !ok || !samePublication(v, own):
			return c, true
		}
		rest = rest.Sub(*v.Value)
		if other.ID != codes[3] {
			others = append(others, refTo(v, "").As("other part"))
		}
	}
	if rest.Sign() != 0 {
		c.residue, c.of = rest, append(with, others...)
	}
	return c, true
}

// Notes on figures that are kept as they were printed.
const (
	asPublished   = "AS_PUBLISHED"
	roundedParts  = "ROUNDED_PARTS"
	totalLessPart = "TOTAL_LESS_PART"
	benchmarked   = "BENCHMARKED"
)

// samePublication reports whether two figures were printed together.
func samePublication(a, b cube.Version) bool {
	return a.Vintage.Date == b.Vintage.Date && a.Attributes[stat.AttrSource] == b.Attributes[stat.AttrSource]
}

// belonging gives the newest version of a component's cell that was printed together with the total that stands, or with an earlier print of
// the same total: printing a total again without its parts does not take them away, revising it does. It also gives what says so.
func belonging(history []cube.Version, cell cube.Cell, whole cube.Version) (cube.Version, []pipeline.Ref, bool) {
	for i := len(history) - 1; i >= 0; i-- {
		v := history[i]
		if v.Cell() != cell || v.Value == nil {
			continue
		}
		for _, t := range history {
			if t.Key != whole.Key || t.Period != whole.Period || t.Value == nil || t.Value.Cmp(*whole.Value) != 0 || !samePublication(t, v) {
				continue
			}
			with := []pipeline.Ref{refTo(whole, "").As("total of its publication")}
			if t.Message != whole.Message || t.Vintage.Date != whole.Vintage.Date {
				with = append(with, refTo(t, "").As("total of its publication"))
			}
			return v, with, true
		}
	}
	return cube.Version{}, nil, false
}

// inYear gives the versions of a period that have a value.
func inYear(versions []cube.Version, p stat.Period) []cube.Version {
	var out []cube.Version
	for _, v := range versions {
		if v.Period == p && v.Value != nil {
			out = append(out, v)
		}
	}
	return out
}

// newest gives the last of versions ordered by vintage, or nil.
func newest(versions []cube.Version) *cube.Version {
	if len(versions) == 0 {
		return nil
	}
	return &versions[len(versions)-1]
}

// nearest gives the version published nearest to a day, the earlier one when two are equally near, or nil.
func nearest(versions []cube.Version, day stat.Date) *cube.Version {
	var best *cube.Version
	distance := 0
	for i := range versions {
		d := versions[i].Vintage.Date.Sub(day)
		if d < 0 {
			d = -d
		}
		if best == nil || d < distance {
			best, distance = &versions[i], d
		}
	}
	return best
}
