package pipeline

import (
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// evidence is what a derived figure takes from what it was computed from: no figure is better known, surer or freer than its weakest input.
type evidence struct {
	mark   stat.Mark
	status stat.Status
	conf   stat.Confidentiality
}

func evidenceOf(v cube.Version) evidence {
	return evidence{v.Mark(), v.Status, stat.Confidentiality(v.Attributes[stat.AttrConf])}
}

func (e evidence) and(o evidence) evidence {
	return evidence{stat.Weakest(e.mark, o.mark), stat.LeastCertain(e.status, o.status), stat.Strictest(e.conf, o.conf)}
}

// reads are the versions that a recipe read, found by what a reference names.
type reads struct {
	newest map[seriesName][]cube.Version
	past   map[seriesName][]cube.Version
	names  []seriesName
	blocks map[Ref]evidence // whole references are many and alike
}

type seriesName struct {
	flow string
	key  stat.Key
}

func (in *Inputs) reads() *reads {
	r := &reads{newest: map[seriesName][]cube.Version{}, past: map[seriesName][]cube.Version{}, blocks: map[Ref]evidence{}}
	gather := func(into map[seriesName][]cube.Version, lists map[string][]cube.Version) {
		for _, list := range lists {
			for i := 0; i < len(list); {
				name, n := seriesName{list[i].Dataflow, list[i].Key}, i
				for n < len(list) && list[n].Key == name.key {
					n++
				}
				if _, seen := into[name]; !seen { // two inputs may name one series; both hold all of it
					into[name] = list[i:n]
				}
				i = n
			}
		}
	}
	gather(r.newest, in.series)
	gather(r.past, in.past)
	for name := range r.newest {
		r.names = append(r.names, name)
	}
	return r
}

// find gives the versions that a reference names among those read; none when it names what was not read.
func (r *reads) find(ref Ref) []cube.Version {
	if !ref.Whole() {
		name := seriesName{ref.Dataflow, ref.Key}
		for _, list := range [][]cube.Version{r.newest[name], r.past[name]} {
			for _, v := range list {
				if v.Period == ref.Period && v.Message == ref.Message && v.Vintage.Date == ref.Vintage {
					return []cube.Version{v}
				}
			}
		}
		return nil
	}
	from := r.newest
	if ref.History || !ref.Vintage.IsZero() {
		from = r.past
	}
	var out []cube.Version
	if !ref.Key.Open() {
		out = from[seriesName{ref.Dataflow, ref.Key}]
	} else {
		for _, name := range r.names {
			if name.flow == ref.Dataflow && name.key.Matches(string(ref.Key)) {
				out = append(out, from[name]...)
			}
		}
	}
	return ref.part(out)
}

// part gives those of a series' versions that lie in the part of it that the reference names.
func (r Ref) part(versions []cube.Version) []cube.Version {
	if r.Since.IsZero() && r.Until.IsZero() && r.Vintage.IsZero() {
		return versions
	}
	var out []cube.Version
	for _, v := range versions {
		if r.spans(v.Period) && (cube.AsOf{Vintage: r.Vintage}).Allows(v) {
			out = append(out, v)
		}
	}
	if !r.Vintage.IsZero() && !r.History {
		return cube.Newest(out, cube.AsOf{})
	}
	return out
}

// evidence gives what a figure of a period takes from a reference, and whether the reference names anything read. Of a whole series the
// mark and the confidentiality of every figure count, since each may have moved the result; the status only of those that share time with
// the figure, since the quarters of a settled year do not become forecasts because the series goes on with some.
func (r *reads) evidence(ref Ref, p stat.Period) (evidence, bool) {
	if ref.Condition {
		e, ok := r.evidence(ref.bare(), p)
		return evidence{conf: e.conf}, ok
	}
	if !ref.Whole() {
		found := r.find(ref)
		if len(found) == 0 {
			return evidence{}, false
		}
		return evidenceOf(found[0]), true
	}
	named := ref.bare()
	named.Period = p // the answer depends on the period of the figure
	if e, known := r.blocks[named]; known {
		return e, true
	}
	found := r.find(ref)
	if len(found) == 0 {
		return evidence{}, false
	}
	var all evidence
	for _, v := range found {
		e := evidenceOf(v)
		if v.Period.To().Before(p.From()) || v.Period.From().After(p.To()) {
			e.status = ""
		}
		all = all.and(e)
	}
	r.blocks[named] = all
	return all, true
}

// inherit gives a derived observation the weakest evidence of what it was computed from. An output without a value (a class in words, a
// withdrawal) keeps its status, which says that there is none.
func inherit(o *stat.Observation, from evidence, safe bool) {
	o.Attributes[stat.AttrMark] = string(stat.Weakest(stat.MarkDerived, o.Mark(), from.mark))
	if !o.Status.Valueless() && !from.status.Valueless() {
		o.Status = stat.LeastCertain(o.Status, from.status)
	}
	conf := stat.Confidentiality(o.Attributes[stat.AttrConf])
	if !safe {
		conf = stat.Strictest(conf, from.conf)
	}
	if conf != "" && conf != stat.Free {
		o.Attributes[stat.AttrConf] = string(conf)
	}
}

// SameInputs reports whether two lineages of one cell name the same inputs in the same roles, and the same formula over them. A figure that
// is the same from other inputs is another figure: its explanation is.
func SameInputs(a, b Lineage) bool {
	return slices.Equal(a.From, b.From) && slices.Equal(a.Records, b.Records) && a.Formula.text() == b.Formula.text()
}
