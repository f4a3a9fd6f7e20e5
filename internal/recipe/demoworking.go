package recipe

import (
	"slices"

	"nhipso/internal/measure/satellite"
	"nhipso/internal/pipeline"
)

// tableWorking writes what is computed on supply and use tables out as terms over their cells.
type tableWorking struct {
	t        *tables
	digital  []string // industries
	products map[string]pipeline.Term
	output   map[string]pipeline.Term
	taken    map[string]pipeline.Term // intermediate use by product
	systems  map[string]*pipeline.System
}

// working gives the terms of the tables, or nil when no workings are asked for.
func (t *tables) working(detail bool) *tableWorking {
	if !detail {
		return nil
	}
	return &tableWorking{t: t, digital: t.digitalIndustries().Codes, products: map[string]pipeline.Term{}, output: map[string]pipeline.Term{}, taken: map[string]pipeline.Term{}, systems: map[string]*pipeline.System{}}
}

// byWorking gives the newest figure, when there is one, its working.
func (s *sheet) byWorking(given bool, term func(*tableWorking) pipeline.Term) {
	if s.working != nil && given {
		s.by(pipeline.Rounded(term(s.working), 4))
	}
}

func (w *tableWorking) step(name, code string, t pipeline.Term) pipeline.Term {
	out := pipeline.InStep(name, w.t.period, t)
	out.Step.Code = w.t.prefix + code
	return out
}

// made is the output of a product; false when nobody makes it.
func (w *tableWorking) made(product string) (pipeline.Term, bool) {
	t, known := w.products[product]
	if !known {
		if t = w.t.sumTerm(makeTable, w.t.industries, []string{product}); t.Op != pipeline.OpNumber {
			t = w.step("product-output", product, t)
		}
		w.products[product] = t
	}
	return t, t.Op != pipeline.OpNumber
}

// of is the output of an industry.
func (w *tableWorking) of(industry string) pipeline.Term {
	t, known := w.output[industry]
	if !known {
		t = w.step("industry-output", industry, w.t.sumTerm(makeTable, []string{industry}, w.t.products))
		w.output[industry] = t
	}
	return t
}

func (w *tableWorking) added(industries ...string) pipeline.Term {
	return w.t.sumTerm(useTable, w.t.primary, industries)
}

// used is a use of a product; of the domestic table, less what of it is imported. False when it is zero.
func (w *tableWorking) used(product, use string, domestic bool) (pipeline.Term, bool) {
	v, ok := w.t.cells[w.t.key(useTable, product, use)]
	m, imported := w.t.cells[w.t.key(importTable, product, use)]
	switch {
	case !domestic || !imported:
		if !ok {
			return pipeline.Term{}, false
		}
		return figure(v), true
	case !ok:
		return less(integer(0), figure(m)), true
	}
	return less(figure(v), figure(m)), true
}

// flow is what an industry delivers to a use under fixed product sales: of every product used, its part of those who make it. False when it is nothing.
func (w *tableWorking) flow(industry, use string, domestic bool) (pipeline.Term, bool) {
	var out []pipeline.Term
	for _, p := range w.t.products {
		v, made := w.t.cells[w.t.key(makeTable, industry, p)]
		q, any := w.made(p)
		u, is := w.used(p, use, domestic)
		if made && any && is {
			out = append(out, productOf(ratioOf(figure(v), q), u))
		}
	}
	if out == nil {
		return pipeline.Term{}, false
	}
	return sumOf(out...), true
}

// intermediate is what all industries use of the domestic output of a product.
func (w *tableWorking) intermediate(product string) pipeline.Term {
	t, known := w.taken[product]
	if !known {
		var out []pipeline.Term
		for _, i := range w.t.industries {
			if u, ok := w.used(product, i, true); ok {
				out = append(out, u)
			}
		}
		if t = integer(0); out != nil {
			t = w.step("intermediate-use", product, sumOf(out...))
		}
		w.taken[product] = t
	}
	return t
}

// final is what is left of the output of an industry for final use: the only final use with which the solution is the output itself.
func (w *tableWorking) final(industry string) pipeline.Term {
	var out []pipeline.Term
	for _, p := range w.t.products {
		v, made := w.t.cells[w.t.key(makeTable, industry, p)]
		if q, any := w.made(p); made && any {
			out = append(out, productOf(ratioOf(figure(v), q), w.intermediate(p)))
		}
	}
	if out == nil {
		return w.of(industry)
	}
	return w.step("final-use", industry, less(w.of(industry), sumOf(out...)))
}

// system is the Leontief system of the domestic table, I − A, or its transpose, with a right-hand side for each industry. Those of one shape
// share their coefficients.
func (w *tableWorking) system(name string, transposed bool, right func(industry string) pipeline.Term) *pipeline.System {
	if s, known := w.systems[name]; known {
		return s
	}
	shape := "leontief"
	if transposed {
		shape = "leontief-transposed"
	}
	s := &pipeline.System{Name: name}
	for _, code := range w.t.industries {
		s.Unknowns = append(s.Unknowns, pipeline.Unknown{Name: name, Code: w.t.prefix + code})
	}
	if base, known := w.systems[shape]; known {
		s.Left, s.Of = base.Left, base
	} else {
		w.coefficients(s, transposed)
		w.systems[shape] = s
	}
	for i, code := range w.t.industries {
		if t := right(code); t.Op != pipeline.OpNumber || t.Number.Sign() != 0 {
			s.Comes(i, t)
		}
	}
	w.systems[name] = s
	return s
}

func (w *tableWorking) coefficients(s *pipeline.System, transposed bool) {
	for i, from := range w.t.industries {
		s.Add(i, i, integer(1))
		for j, to := range w.t.industries {
			z, ok := w.flow(from, to, true)
			if !ok {
				continue
			}
			row, column := i, j
			if transposed {
				row, column = j, i
			}
			s.Add(row, column, less(integer(0), ratioOf(z, w.of(to))))
		}
	}
}

func (w *tableWorking) at(s *pipeline.System, industry string) pipeline.Term {
	return pipeline.Solved(s, slices.Index(w.t.industries, industry))
}

// perOutput is a primary input for each unit of output.
func (w *tableWorking) perOutput(industry string, rows []string) pipeline.Term {
	return w.step("per-output", industry, ratioOf(w.t.sumTerm(useTable, rows, []string{industry}), w.of(industry)))
}

// digitalUse solves for what the industries make for the final use of digital products.
func (w *tableWorking) digitalUse() *pipeline.System {
	return w.system("for-digital-use", false, func(industry string) pipeline.Term {
		if slices.Contains(w.digital, industry) {
			return w.final(industry)
		}
		return integer(0)
	})
}

// passed is the value added of an industry in what it makes for the final use of digital products.
func (w *tableWorking) passed(industry string) pipeline.Term {
	return w.step("passed", industry, productOf(w.perOutput(industry, w.t.primary), w.at(w.digitalUse(), industry)))
}

func (w *tableWorking) sum(industries []string, of func(string) pipeline.Term) pipeline.Term {
	var out []pipeline.Term
	for _, i := range industries {
		out = append(out, of(i))
	}
	return sumOf(out...)
}

// inverse is a cell of the diagonal of the Leontief inverse.
func (w *tableWorking) inverse(industry string) pipeline.Term {
	s := w.system("inverse-"+industry, false, func(other string) pipeline.Term {
		if other == industry {
			return integer(1)
		}
		return integer(0)
	})
	s.Name, s.Code = "inverse-column", w.t.prefix+industry
	for i := range s.Unknowns {
		s.Unknowns[i].Name = "inverse-column"
	}
	return w.at(s, industry)
}

// adb is a measure of the equation of the Asian Development Bank.
func (w *tableWorking) adb(measure string) pipeline.Term {
	backward := func() pipeline.Term { return w.sum(w.t.industries, w.passed) }
	double := func() pipeline.Term { return w.sum(w.digital, w.passed) }
	forward := func() pipeline.Term {
		s := w.system("for-all-use", false, w.final)
		return w.sum(w.digital, func(i string) pipeline.Term {
			return w.step("own-value-added", i, productOf(w.perOutput(i, w.t.primary), w.at(s, i)))
		})
	}
	diagonal := func() pipeline.Term {
		return w.sum(w.digital, func(i string) pipeline.Term {
			return w.step("diagonal", i, productOf(w.perOutput(i, w.t.primary), w.inverse(i), w.final(i)))
		})
	}
	block := func() pipeline.Term { return less(sumOf(backward(), forward()), double()) }
	literal := func() pipeline.Term { return less(sumOf(backward(), forward()), diagonal()) }
	switch measure {
	case "BACKWARD":
		return backward()
	case "FORWARD":
		return forward()
	case "DOUBLE_COUNT":
		return double()
	case "DIAGONAL":
		return diagonal()
	case "BLOCK":
		return block()
	case "LITERAL":
		return literal()
	case "DIFFERENCE":
		return less(double(), diagonal())
	case "CAPITAL":
		return integer(0)
	case "SHARE_BLOCK":
		return inPercent(block(), w.added(w.t.industries...))
	case "SHARE_LITERAL":
		return inPercent(literal(), w.added(w.t.industries...))
	}
	return w.added(w.t.industries...)
}

// linkage is a measure of an industry on the Leontief inverse.
func (w *tableWorking) linkage(measure, industry string) pipeline.Term {
	one := func(string) pipeline.Term { return integer(1) }
	effect := func(name string, rows []string) *pipeline.System {
		return w.system(name, true, func(i string) pipeline.Term { return w.perOutput(i, rows) })
	}
	n := integer(len(w.t.industries))
	part := func(s *pipeline.System) pipeline.Term { // of an industry in the mean of all
		all := w.sum(w.t.industries, func(i string) pipeline.Term { return w.at(s, i) })
		return ratioOf(productOf(n, w.at(s, industry)), all)
	}
	switch measure {
	case "MULT_OUTPUT":
		return w.at(w.system("multiplier-output", true, one), industry)
	case "EFFECT_VA":
		return w.at(effect("effect-va", w.t.primary), industry)
	case "EFFECT_INCOME":
		return w.at(effect("effect-income", []string{labour}), industry)
	case "MULT_INCOME":
		return ratioOf(w.at(effect("effect-income", []string{labour}), industry), w.perOutput(industry, []string{labour}))
	case "POWER":
		return part(w.system("multiplier-output", true, one))
	case "SENSITIVITY":
		return part(w.system("row-sum", false, one))
	case "FORWARD_GHOSH":
		// The Ghosh inverse is the Leontief inverse between outputs: what it gives, times output, solves (I − A) g = x.
		return ratioOf(w.at(w.system("ghosh", false, w.of), industry), w.of(industry))
	case "LOSS_OUTPUT":
		return productOf(w.at(w.system("multiplier-output", true, one), industry), ratioOf(w.of(industry), w.inverse(industry)))
	}
	return productOf(w.at(effect("effect-va", w.t.primary), industry), ratioOf(w.of(industry), w.inverse(industry)))
}

// ratio is the digital part of the output of an industry, as a fraction.
func (w *tableWorking) ratio(industry string, digital satellite.FractionList) pipeline.Term {
	return w.step("digital-ratio", industry, ratioOf(*w.t.digitalPart(industry, digital).Term, integer(100)))
}

// digitalOf is a primary input of industries, or their output, in the proportion in which their output is digital.
func (w *tableWorking) digitalOf(rows []string, industries []string, digital satellite.FractionList) pipeline.Term {
	return w.sum(industries, func(i string) pipeline.Term {
		whole := w.of(i)
		if rows != nil {
			whole = w.t.sumTerm(useTable, rows, []string{i})
		}
		return productOf(w.ratio(i, digital), whole)
	})
}

// coefficient is the part of digital industries in the products that an industry uses.
func (w *tableWorking) coefficient(industry string) pipeline.Term {
	var digital, all []pipeline.Term
	for _, p := range w.t.products {
		if _, any := w.made(p); !any {
			continue
		}
		if u, ok := w.used(p, industry, false); ok {
			all = append(all, u)
		}
	}
	for _, i := range w.digital {
		if z, ok := w.flow(i, industry, false); ok {
			digital = append(digital, z)
		}
	}
	if digital == nil {
		return integer(0)
	}
	return w.step("digital-coefficient", industry, ratioOf(sumOf(digital...), sumOf(all...)))
}

// digitalisedPart is the digitalised value added of industries outside the core.
func (w *tableWorking) digitalisedPart(industries ...string) pipeline.Term {
	return w.sum(industries, func(i string) pipeline.Term { return productOf(w.coefficient(i), w.added(i)) })
}

// outside lists the industries that are not digital.
func (w *tableWorking) outside() []string {
	return slices.DeleteFunc(slices.Clone(w.t.industries), func(i string) bool { return slices.Contains(w.digital, i) })
}
