package recipe

import (
	"context"
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/measure/temporal"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// ordinaryChange is the yardstick of the soft averages: yearly changes of a tenth of a point are ordinary.
const ordinaryChange = 0.1

// DigitalSplit gives core and digitalised shares of GDP for every year of the NSO series, 2020 on. The office prints the two parts
// for some years and as averages of several years; the years between are the smoothest path (least sum of squared yearly
// changes) that meets the printed years exactly and the printed averages within their rounding.
//
// A printed part counts as exact only when it was printed together with the total that stands for its year: 7.77 and 4.91 for 2022
// belong to a total of 12.67, since revised to 12.83, and are not used. Both parts are kept as printed where both are; they may then miss the
// total by rounding, and carry the residue. Where one is printed the other is what it leaves of the total. Years that are not printed are
// estimates of ours (status E).
func DigitalSplit(n pipeline.Country) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-split", Version: "3", Method: "digital-split",
		Country: n, Title: title("digital-split"),
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A." + n.Area + "." + n.Official + "." + total + "+" + core + "+" + digitalised, History: true},
			{Name: "average", Dataflow: "DE_SHARE", Key: "N." + n.Area + "." + n.Official + "." + digitalised},
		},
		Outputs: []string{"DE_SHARE_EST"},
		Compute: func(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) { return split(ctx, in, nil) },
	}
}

// splitYear is what is printed of one year: the total that stands, and the parts that were printed with it.
type splitYear struct {
	total             cube.Version
	core, digitalised *cube.Version
	with              []pipeline.Ref // what says that the parts are parts of the total
}

// fixed gives the digitalised share that what is printed leaves no choice about.
func (y splitYear) fixed() (stat.Decimal, bool) {
	switch {
	case y.digitalised != nil:
		return *y.digitalised.Value, true
	case y.core != nil:
		return y.total.Value.Sub(*y.core.Value), true
	}
	return stat.Decimal{}, false
}

// fixedTerm is fixed as a formula.
func (y splitYear) fixedTerm() pipeline.Term {
	if y.digitalised != nil {
		return figure(*y.digitalised)
	}
	return less(figure(y.total), figure(*y.core))
}

// printed names a printed part, and that it is one of the total.
func (y splitYear) printed(part *cube.Version) []pipeline.Ref {
	return append([]pipeline.Ref{refTo(*part, "printed part")}, y.with...)
}

// rest names what the other part is the rest of.
func (y splitYear) rest(part *cube.Version) []pipeline.Ref {
	out := append([]pipeline.Ref{refTo(y.total, "total")}, y.printed(part)...)
	return slices.DeleteFunc(out, func(r pipeline.Ref) bool { return r.Condition && sameCell(r, refTo(y.total, "")) })
}

func sameCell(a, b pipeline.Ref) bool {
	return a.Cell() == b.Cell() && a.Vintage == b.Vintage && a.Message == b.Message
}

// fixing names what makes a year one of the path's fixed points.
func (y splitYear) fixing() []pipeline.Ref {
	if y.digitalised != nil {
		return y.printed(y.digitalised)
	}
	return y.rest(y.core)
}

// split gives the path; wobble, when given, is a movement of its own from year to year that the path follows between what is printed (nil: none).
func split(ctx context.Context, in *pipeline.Inputs, wobble []float64) (*pipeline.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	years := printedYears(in)
	averages := seriesOf(in.Newest("average"), "N", in.Country.Area, in.Country.Official, digitalised)
	path, used, err := smoothPath(years, averages, wobble, in.Detail)
	if err != nil || path == nil {
		return &pipeline.Result{}, err
	}
	var out pipeline.Result
	for _, p := range sortedPeriods(years) {
		y := years[p]
		give := func(code string, value stat.Decimal, status stat.Status, attrs stat.Attributes, from []pipeline.Ref) {
			attrs[stat.AttrDecimals] = "2"
			out.Outputs = append(out.Outputs, output("DE_SHARE_EST", stat.NewKey("A", in.Country.Area, in.Country.Official, code), p, value, status, attrs, from...))
		}
		_, exact := y.fixed()
		switch {
		case y.core != nil && y.digitalised != nil:
			residue := y.total.Value.Sub(*y.core.Value).Sub(*y.digitalised.Value)
			for _, x := range []struct {
				code       string
				own, other *cube.Version
			}{{digitalised, y.digitalised, y.core}, {core, y.core, y.digitalised}} {
				attrs := stat.Attributes{stat.AttrComment: asPublished}
				if residue.Sign() != 0 {
					attrs = stat.Attributes{stat.AttrComment: roundedParts, stat.AttrResidue: residue.String()}
				}
				give(x.code, *x.own.Value, x.own.Status, attrs, append(y.printed(x.own), refTo(*x.other, "").As("other part")))
				by(&out, pipeline.Arithmetic(figure(*x.own)))
			}
		case exact:
			printed, code, other := y.digitalised, digitalised, core
			if printed == nil {
				printed, code, other = y.core, core, digitalised
			}
			give(code, *printed.Value, printed.Status, stat.Attributes{stat.AttrComment: asPublished}, y.printed(printed))
			by(&out, pipeline.Arithmetic(figure(*printed)))
			give(other, y.total.Value.Sub(*printed.Value), stat.LeastCertain(printed.Status, y.total.Status), stat.Attributes{stat.AttrComment: totalLessPart}, y.rest(printed))
			by(&out, pipeline.Arithmetic(less(figure(y.total), figure(*printed))))
		default:
			estimated, err := stat.FromFloat(path.at(p), 4)
			if err != nil {
				return nil, err
			}
			mark := string(stat.MarkInferred)
			give(digitalised, estimated, stat.Estimated, stat.Attributes{stat.AttrMark: mark}, append([]pipeline.Ref{refTo(y.total, "").As("total of the year")}, used...))
			facts := []pipeline.Fact{fact("total", figure(y.total))}
			for _, r := range used {
				if !r.Condition {
					facts = append(facts, fact("printed", pipeline.Figure(r)))
				}
			}
			by(&out, pipeline.Method("smooth-path", facts...))
			if in.Detail {
				by(&out, pipeline.Rounded(path.term(p), 4))
			}
			give(core, y.total.Value.Sub(estimated), stat.Estimated, stat.Attributes{stat.AttrMark: mark}, append([]pipeline.Ref{refTo(y.total, "total")}, used...))
			by(&out, pipeline.Arithmetic(less(figure(y.total), pipeline.Beside(cube.Cell{Dataflow: "DE_SHARE_EST", Key: stat.NewKey("A", in.Country.Area, in.Country.Official, digitalised), Period: p}))))
		}
	}
	return &out, nil
}

// yearPath is a share by year; beyond its ends it stands still.
type yearPath struct {
	first     int
	values    []float64
	equations *pipeline.System
}

// term is the share of a year as an unknown of the equations of the path.
func (y *yearPath) term(p stat.Period) pipeline.Term { return pipeline.Solved(y.equations, y.index(p)) }

func (y *yearPath) index(p stat.Period) int { return min(max(p.Year()-y.first, 0), len(y.values)-1) }

func (y *yearPath) at(p stat.Period) float64 {
	return y.values[y.index(p)]
}

// smoothPath gives the smoothest path of the digitalised share through what is printed, and what that was; nil when nothing is. It covers the
// years that a printed year or average covers: whether further years have a total does not change it.
func smoothPath(years map[stat.Period]splitYear, averages series, wobble []float64, detail bool) (*yearPath, []pipeline.Ref, error) {
	var covered []stat.Period
	for p, y := range years {
		if _, ok := y.fixed(); ok {
			covered = append(covered, p)
		}
	}
	for _, p := range averages.periods() {
		covered = append(covered, p.Within(stat.Annual)...)
	}
	if len(covered) == 0 {
		return nil, nil, nil
	}
	first, last := slices.MinFunc(covered, stat.Period.Compare).Year(), slices.MaxFunc(covered, stat.Period.Compare).Year()
	if wobble != nil { // a draw moves every year that it is asked for
		for p := range years {
			first, last = min(first, p.Year()), max(last, p.Year())
		}
	}
	indicator := make([]float64, last-first+1)
	for i := range indicator {
		indicator[i] = 1 // additive form: only differences from a constant matter
		if i < len(wobble) {
			indicator[i] += wobble[i]
		}
	}
	var targets []temporal.Target
	var terms []pipeline.Term // what each target is, of a working
	var used []pipeline.Ref
	for _, p := range sortedPeriods(years) {
		if v, ok := years[p].fixed(); ok {
			targets = append(targets, temporal.Target{Name: p.String(), Terms: []temporal.Term{{Index: p.Year() - first, Weight: 1}}, Value: v.Float64()})
			terms = append(terms, years[p].fixedTerm())
			used = append(used, years[p].fixing()...)
		}
	}
	for _, p := range averages.periods() {
		var mean []temporal.Term
		within := p.Within(stat.Annual)
		for _, y := range within {
			mean = append(mean, temporal.Term{Index: y.Year() - first, Weight: 1 / float64(len(within))})
		}
		if len(mean) == 0 {
			continue
		}
		v, _ := averages.float(p)
		// A figure printed with two decimals lies anywhere within 0.005: variance 0.01²/12 of a uniform error.
		targets = append(targets, temporal.Target{Name: p.String(), Terms: mean, Value: v, Variance: 0.01 * 0.01 / 12})
		terms = append(terms, averages.term(p))
		used = append(used, averages.ref(p, "printed average"))
	}
	path, err := temporal.Benchmark(indicator, targets, temporal.BenchmarkOptions{Form: temporal.Additive, CorrectionVariance: ordinaryChange * ordinaryChange})
	if err != nil {
		return nil, nil, err
	}
	out := &yearPath{first: first, values: path.Values}
	if detail {
		out.equations = pathEquations(first, len(path.Values), targets, terms)
	}
	return out, used, nil
}

// pathEquations states the smoothest path as equations: the squared changes are least while printed years hold and printed averages nearly do.
func pathEquations(first, n int, targets []temporal.Target, values []pipeline.Term) *pipeline.System {
	s := &pipeline.System{Name: "path"}
	for i := range n {
		s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: "share", Period: stat.Year(first + i)})
	}
	changes(s, n)
	for k, t := range targets {
		row := len(s.Unknowns)
		s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: "multiplier", Period: stat.Year(first + t.Terms[0].Index)})
		for _, x := range t.Terms {
			s.AddBoth(row, x.Index, ratioOf(integer(1), integer(len(t.Terms))))
		}
		if t.Variance > 0 {
			s.Add(row, row, plain(-t.Variance/(ordinaryChange*ordinaryChange)))
		}
		s.Comes(row, values[k])
	}
	return s
}

// printedYears gives, by year, the total that stands and the parts printed with it. Two parts of one year are of one publication.
func printedYears(in *pipeline.Inputs) map[stat.Period]splitYear {
	out := map[stat.Period]splitYear{}
	totals := seriesOf(in.Newest("share"), "A", in.Country.Area, in.Country.Official, total)
	for _, p := range totals.periods() {
		y := splitYear{total: *totals.at[p]}
		for _, part := range []struct {
			code string
			into **cube.Version
		}{{digitalised, &y.digitalised}, {core, &y.core}} {
			cell := cube.Cell{Dataflow: y.total.Dataflow, Key: stat.NewKey("A", in.Country.Area, in.Country.Official, part.code), Period: p}
			v, with, ok := belonging(in.History("share"), cell, y.total)
			if ok && (y.digitalised == nil || samePublication(v, *y.digitalised)) {
				*part.into, y.with = &v, with
			}
		}
		out[p] = y
	}
	return out
}

func sortedPeriods[T any](at map[stat.Period]T) []stat.Period {
	out := make([]stat.Period, 0, len(at))
	for p := range at {
		out = append(out, p)
	}
	slices.SortFunc(out, stat.Period.Compare)
	return out
}
