package recipe

import (
	"slices"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// The words of formulas, short: a recipe says beside each figure how it was made (pipeline.Formula).

// figure is the term of one version.
func figure(v cube.Version) pipeline.Term { return pipeline.Figure(refTo(v, "")) }

// figures are the terms of several.
func figures(list []cube.Version) []pipeline.Term {
	out := make([]pipeline.Term, len(list))
	for i, v := range list {
		out[i] = figure(v)
	}
	return out
}

// term is the term of one period of a series.
func (s series) term(p stat.Period) pipeline.Term { return pipeline.Figure(s.ref(p, "")) }

// partOf is a per cent of b.
func partOf(a, b pipeline.Term) pipeline.Term { return pipeline.Apply(pipeline.OpPart, a, b) }

// inPercent is a in per cent of b.
func inPercent(a, b pipeline.Term) pipeline.Term { return pipeline.Apply(pipeline.OpPercent, a, b) }

// sumOf adds terms; the sum of one is itself.
func sumOf(terms ...pipeline.Term) pipeline.Term {
	if len(terms) == 1 {
		return terms[0]
	}
	return pipeline.Apply(pipeline.OpSum, terms...)
}

// less is a − b.
func less(a, b pipeline.Term) pipeline.Term { return pipeline.Apply(pipeline.OpDifference, a, b) }

// fact names a number that matters in a method.
func fact(name string, t pipeline.Term) pipeline.Fact { return pipeline.Fact{Name: name, Term: t} }

// by gives the newest output its formula.
func by(out *pipeline.Result, f *pipeline.Formula) { out.Outputs[len(out.Outputs)-1].Formula = f }

// ratioOfSums is the formula of a measure of concentration among figures ordered from the largest.
func ratioOfSums(measure string, parts []pipeline.Term) *pipeline.Formula {
	count := func(n int) *pipeline.Formula {
		return pipeline.Rounded(inPercent(sumOf(parts[:min(n, len(parts))]...), sumOf(parts...)), 4)
	}
	switch measure {
	case "TOP1":
		return count(1)
	case "TOP3":
		return count(3)
	case "TOP5":
		return count(5)
	case "COVERED":
		return count(len(parts))
	case "UNITS":
		return pipeline.Arithmetic(pipeline.Apply(pipeline.OpCount, parts...))
	case "HHI":
		return pipeline.Rounded(pipeline.Apply(pipeline.OpRatio, sumOf(squares(parts)...), squares([]pipeline.Term{sumOf(parts...)})[0]), 4)
	case "EFFECTIVE":
		return pipeline.Rounded(pipeline.Apply(pipeline.OpRatio, squares([]pipeline.Term{sumOf(parts...)})[0], sumOf(squares(parts)...)), 4)
	}
	// Gini: each part weighted by its place, counted from the middle.
	n := len(parts)
	var weighted []pipeline.Term
	for i, t := range parts {
		weighted = append(weighted, pipeline.Apply(pipeline.OpProduct, pipeline.Number(stat.Int(int64(n-1-2*i))), t))
	}
	f := pipeline.Rounded(pipeline.Apply(pipeline.OpRatio, sumOf(weighted...), pipeline.Apply(pipeline.OpProduct, pipeline.Number(stat.Int(int64(n))), sumOf(parts...))), 4)
	f.Method, f.Facts = "gini", []pipeline.Fact{fact("n", pipeline.Apply(pipeline.OpCount, parts...)), fact("top", parts[0]), fact("last", parts[n-1])}
	return f
}

// fromLargest gives the terms of figures, the largest first.
func fromLargest(list []cube.Version) []pipeline.Term {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b cube.Version) int { return b.Value.Cmp(*a.Value) })
	return figures(list)
}

// each applies an operation to every term by itself.
func each(op pipeline.Op, terms []pipeline.Term) []pipeline.Term {
	out := make([]pipeline.Term, len(terms))
	for i, t := range terms {
		out[i] = pipeline.Apply(op, t)
	}
	return out
}

func squares(terms []pipeline.Term) []pipeline.Term { return each(pipeline.OpSquare, terms) }
