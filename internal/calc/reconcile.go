package calc

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

// manyFigures is the size from which variances after adjustment are computed on request only.
const manyFigures = 2000

// reconcileFlags are the flags of reconcile.
type reconcileFlags struct {
	Values              string `help:"values"`
	Constraints         string `help:"constraints"`
	Variances           string `help:"variances"`
	Covariance          string `help:"covariance"`
	NonNegative         bool   `help:"non-negative"`
	Path                string `default:"auto" help:"path"`
	Posterior           bool   `help:"posterior"`
	PosteriorCovariance bool   `help:"posterior-covariance"`
}

// reconcile adjusts figures to linear constraints in proportion to their variances.
func reconcile(_ context.Context, e *Env, args []string) error {
	var flags reconcileFlags
	if err := e.parse("reconcile", &flags, args); err != nil {
		return err
	}
	if err := e.need("values", "constraints"); err != nil {
		return err
	}
	how, err := oneOf("path", flags.Path, []choice[balance.Path]{{"auto", balance.Auto}, {"direct", balance.Direct}, {"iterative", balance.Iterative}})
	if err != nil {
		return err
	}
	x, err := e.vector(flags.Values)
	if err != nil {
		return err
	}
	named := x.codes != nil
	x.codes = places(x.codes, len(x.values))
	p := balance.Problem{Values: x.values, Names: x.codes}
	prior := make([]float64, len(x.values)) // variances before adjustment
	switch {
	case flags.Covariance == "":
		if p.Variances, err = e.variances(x, flags.Variances, named); err != nil {
			return err
		}
		copy(prior, p.Variances)
	case flags.Variances != "":
		return fault.New("balance.two-variances")
	default:
		if p.Covariance, err = e.covariance(x, flags.Covariance, named); err != nil {
			return err
		}
		for i := range prior {
			prior[i] = p.Covariance.At(i, i)
		}
	}
	c, err := e.cells(flags.Constraints)
	if err != nil {
		return err
	}
	if p.Constraints, err = c.constraints(x.codes, x.name); err != nil {
		return err
	}
	if flags.NonNegative {
		p.NonNegative = slices.Repeat([]bool{true}, len(x.values))
	}
	r, err := balance.Reconcile(p, balance.StoneOptions{Path: how})
	if err != nil {
		return err
	}
	var notes []*fault.Error
	var after []float64 // each variance takes a solution of its own: in a large system only on request
	if len(x.values) <= manyFigures || flags.Posterior {
		if after, err = r.Variances(); err != nil {
			return err
		}
	} else {
		notes = append(notes, fault.New("calc.no-posterior", "n", len(x.values)))
	}
	var joint [][]float64
	if flags.PosteriorCovariance {
		m, err := r.Covariance()
		if err != nil {
			return err
		}
		joint = rowsOf(mat.DenseCopyOf(m))
	}
	for _, k := range r.Flagged {
		notes = append(notes, fault.New("calc.far-off", "name", p.Constraints[k].Name, "gap", text(r.Discrepancies[k]), "sd", text(r.Standardised[k])))
	}
	for k, c := range p.Constraints {
		e.say("explain-constraint", "name", c.Name, "value", text(c.Value), "gap", text(r.Discrepancies[k]), "multiplier", text(r.Multipliers[k]))
	}
	e.say("explain", "chi", text(r.ChiSquare), "df", r.DF, "residual", text(r.MaxResidual))
	if e.json() {
		var list []object
		names := func(at []int, of func(int) string) []string {
			out := []string{}
			for _, k := range at {
				out = append(out, of(k))
			}
			return out
		}
		constraint := func(k int) string { return p.Constraints[k].Name }
		for k, c := range p.Constraints {
			list = append(list, object{{"name", c.Name}, {"value", c.Value}, {"discrepancy", r.Discrepancies[k]}, {"standardised", r.Standardised[k]}, {"multiplier", r.Multipliers[k]}})
		}
		se := make([]float64, len(after))
		for i, v := range after {
			se[i] = math.Sqrt(max(v, 0))
		}
		out := object{{"values", byCode(x.codes, r.Values)}}
		if after != nil {
			out = append(out, member{"variances", byCode(x.codes, after)}, member{"se", byCode(x.codes, se)})
		}
		if joint != nil {
			out = append(out, member{"codes", x.codes}, member{"covariance", joint})
		}
		out = append(out, object{{"prior", byCode(x.codes, x.values)},
			{"priorVariances", byCode(x.codes, prior)}, {"constraints", list}, {"chiSquare", r.ChiSquare}, {"df", r.DF}, {"rankKnown", r.RankKnown}}...)
		if r.RankKnown {
			out = append(out, member{"pValue", r.PValue})
		}
		return e.writeJSON(append(out, member{"flagged", names(r.Flagged, constraint)}, member{"redundant", names(r.Redundant, constraint)},
			member{"bound", names(r.Bound, func(k int) string { return x.codes[k] })}, member{"iterations", r.Iterations}, member{"maxResidual", r.MaxResidual}, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	if joint != nil {
		return e.writeCSV(wide("code", x.codes, x.codes, joint)...)
	}
	if after == nil {
		return e.writeCSV(columns([]string{"code", "value", "prior"}, x.codes, texts(r.Values), texts(x.values))...)
	}
	return e.writeCSV(columns([]string{"code", "value", "variance", "prior"}, x.codes, texts(r.Values), texts(after), texts(x.values))...)
}

// covariance gives the whole V of the figures, a symmetric matrix by their codes.
func (e *Env) covariance(x *vector, file string, named bool) (*mat.SymDense, error) {
	m, err := e.matrix(file, false)
	if err != nil {
		return nil, err
	}
	if !named {
		m.rows, m.cols = nil, nil
	}
	k := len(x.values)
	row, err := order(file, m.rows, len(m.values), x.codes, k, x.name)
	if err != nil {
		return nil, err
	}
	col, err := order(file, m.cols, len(m.values[0]), x.codes, k, x.name)
	if err != nil {
		return nil, err
	}
	cell := func(i, j int) float64 { return m.values[row[i]][col[j]] }
	sd := func(i int) float64 { return math.Sqrt(math.Abs(cell(i, i))) }
	v := mat.NewSymDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			a, b := cell(i, j), cell(j, i)
			if math.Abs(a-b) > 1e-9*sd(i)*sd(j) { // more than rounding
				return nil, fault.New("calc.not-symmetric", "file", file, "a", x.codes[i], "b", x.codes[j], "first", text(a), "second", text(b))
			}
			v.SetSym(i, j, (a+b)/2)
		}
	}
	return v, nil
}

// variances gives V: from its own file (code,variance or code,cv), from a column of the values' file (variance, se or cv), or |x|.
func (e *Env) variances(x *vector, file string, named bool) ([]float64, error) {
	from, values := x, []float64(nil)
	kind := "variance"
	if file != "" {
		v, err := e.vector(file)
		if err != nil {
			return nil, err
		}
		codes := x.codes
		if !named {
			v.codes = nil
		}
		at, err := v.order(codes, len(codes), x.name)
		if err != nil {
			return nil, err
		}
		switch {
		case among(v.head, []string{"cv"}):
			kind = "cv"
		case among(v.head, []string{"se", "sd", "standard_error", "stderr"}):
			kind = "se"
		}
		from, values = v, pick(v.values, at)
	} else {
		for _, k := range [][]string{{"variance", "var", "v"}, {"cv"}, {"se", "sd", "standard_error", "stderr"}} {
			v, err := x.column(k...)
			if err != nil {
				return nil, err
			}
			if v != nil && values == nil {
				values, kind = v, k[0]
			}
		}
	}
	if values == nil {
		return balance.ProportionalVariances(x.values), nil
	}
	for i, v := range values {
		if v < 0 {
			return nil, fault.New("calc.negative", "code", x.codes[i], "value", text(v)).At(from.name, 0, kind)
		}
	}
	switch kind {
	case "cv":
		return balance.VariancesFromCV(x.values, values)
	case "se":
		out := make([]float64, len(values))
		for i, v := range values {
			out[i] = v * v
		}
		return out, nil
	}
	return values, nil
}
