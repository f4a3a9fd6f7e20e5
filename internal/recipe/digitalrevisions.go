package recipe

import (
	"context"
	"fmt"
	"sort"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/measure/uncertainty"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// DigitalRevisions follows the shares of the statistics office through its releases: for every year that was published more than once the
// first figure, the newest and the difference, and over these years the usual statistics of revisions. Releases of other definitions are other
// series and are never compared with these.
func DigitalRevisions(n pipeline.Country, c *catalog.Catalog) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-revisions", Version: "2", Method: "digital-revisions", Country: n, Title: title("digital-revisions"), Catalogue: asks(c, []string{"CL_REVISION"}),
		Inputs:  []pipeline.Input{{Name: "share", Dataflow: "DE_SHARE", Key: "A." + n.Area + "." + n.Official + ".", History: true}},
		Outputs: []string{"DE_REVISIONS"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
			measures, err := c.Codelist("CL_REVISION")
			if err != nil {
				return nil, err
			}
			return revisions(ctx, measures, in)
		},
	}
}

// published is one year's figure at each of its releases.
type published struct {
	period   stat.Period
	versions []cube.Version
}

func revisions(ctx context.Context, measures *catalog.Codelist, in *pipeline.Inputs) (*pipeline.Result, error) {
	byKey := map[stat.Key]map[stat.Period][]cube.Version{}
	for _, v := range in.History("share") {
		if v.Value == nil || v.Status == stat.Forecast {
			continue
		}
		if byKey[v.Key] == nil {
			byKey[v.Key] = map[stat.Period][]cube.Version{}
		}
		byKey[v.Key][v.Period] = append(byKey[v.Key][v.Period], v)
	}
	keys := make([]stat.Key, 0, len(byKey))
	for k := range byKey {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	var out pipeline.Result
	for _, k := range keys {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var years []published
		for p, list := range byKey[k] {
			if len(list) > 1 {
				years = append(years, published{p, list})
			}
		}
		sort.Slice(years, func(i, j int) bool { return years[i].period.Compare(years[j].period) < 0 })
		if err := revised(measures, k, years, &out); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// revisionDigits are those of a measure of many revisions.
var revisionDigits = 6

// revised gives the figures of one component.
func revised(measures *catalog.Codelist, k stat.Key, years []published, out *pipeline.Result) error {
	codes := k.Codes() // FREQ, REF_AREA, DEFINITION, COMPONENT
	give := func(p stat.Period, measure string, v stat.Decimal, from []pipeline.Ref, how *pipeline.Formula) {
		m, _ := measures.Code(measure)
		out.Outputs = append(out.Outputs, output("DE_REVISIONS", stat.NewKey(p.Frequency().String(), codes[1], codes[2], codes[3], measure), p, v, stat.Normal,
			stat.Attributes{"UNIT_MEASURE": m.Notes["unit"], stat.AttrDecimals: m.Notes["decimals"]}, from...).By(how))
	}
	var pairs []uncertainty.Pair
	var all []pipeline.Ref
	var changes, moves []pipeline.Term // of a year between its releases; of both releases since the year before, multiplied
	for i, y := range years {
		first, newest := y.versions[0], y.versions[len(y.versions)-1]
		from := []pipeline.Ref{refTo(first, "first release"), refTo(newest, "newest release")}
		// A year counts as published more than once because of its other release.
		give(y.period, "FIRST", *first.Value, []pipeline.Ref{from[0], from[1].As("newest release")}, pipeline.Arithmetic(figure(first)))
		give(y.period, "NEWEST", *newest.Value, []pipeline.Ref{from[1], from[0].As("first release")}, pipeline.Arithmetic(figure(newest)))
		give(y.period, "REVISION", newest.Value.Sub(*first.Value), from, pipeline.Arithmetic(less(figure(newest), figure(first))))
		changes = append(changes, less(figure(newest), figure(first)))
		if i > 0 {
			before := years[i-1].versions
			moves = append(moves, productOf(less(figure(first), figure(before[0])), less(figure(newest), figure(before[len(before)-1]))))
		}
		var releases []pipeline.Ref
		for _, v := range y.versions {
			releases = append(releases, refTo(v, "release"))
		}
		give(y.period, "VINTAGES", stat.Int(int64(len(y.versions))), releases, pipeline.Arithmetic(pipeline.Apply(pipeline.OpCount, figures(y.versions)...)))
		all = append(all, from...)
		if i > 0 && years[i-1].period.Next() != y.period {
			// A gap would make a change between years that are not neighbours; each run of years stands for itself, and the longest newest one counts.
			pairs = nil
		}
		pairs = append(pairs, uncertainty.Pair{Earlier: first.Value.Float64(), Later: newest.Value.Float64()})
	}
	if len(pairs) == 0 {
		return nil
	}
	r, err := uncertainty.Revise(pairs)
	if err != nil {
		return err
	}
	from := years[len(years)-len(pairs)].period
	span, err := stat.ParsePeriod(fmt.Sprintf("%04d-01-01/P%dY", from.Year(), len(pairs)))
	if err != nil {
		return err
	}
	all, changes, moves = all[len(all)-2*len(pairs):], changes[len(changes)-len(pairs):], moves[len(moves)-len(pairs)+1:]
	n := pipeline.Apply(pipeline.OpCount, changes...)
	give(span, "N", stat.Int(int64(r.N)), all, pipeline.Arithmetic(n))
	same := pipeline.Method("direction-of-change", fact("n", n))
	if len(moves) > 0 {
		t := inPercent(pipeline.Apply(pipeline.OpPositive, moves...), pipeline.Apply(pipeline.OpCount, moves...))
		same.Term, same.Digits = &t, &revisionDigits
	}
	for _, m := range []struct {
		code  string
		value *float64
		scale float64
		how   *pipeline.Formula
	}{
		{"MEAN", &r.Mean, 1, pipeline.Rounded(pipeline.Apply(pipeline.OpMean, changes...), 6)},
		{"MAR", &r.Absolute, 1, pipeline.Rounded(pipeline.Apply(pipeline.OpMean, each(pipeline.OpAbs, changes)...), 6)},
		{"RMSR", &r.RMSR, 1, pipeline.Rounded(pipeline.Apply(pipeline.OpRoot, pipeline.Apply(pipeline.OpMean, each(pipeline.OpSquare, changes)...)), 6)},
		{"POSITIVE", &r.Positive, 100, pipeline.Rounded(inPercent(pipeline.Apply(pipeline.OpPositive, changes...), n), 6)},
		{"DIRECTION", r.Direction, 100, same},
	} {
		if m.value == nil {
			continue
		}
		v, err := stat.FromFloat(*m.value*m.scale, 6)
		if err != nil {
			return err
		}
		give(span, m.code, v, all, m.how)
	}
	return nil
}
