package balance

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

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

// Reconcile adjusts figures to linear constraints in proportion to their variances.
func Reconcile(_ context.Context, e *command.Env, args []string) error {
	r := &reconciling{e: e}
	if err := e.Parse("reconcile", &r.reconcileFlags, args); err != nil {
		return err
	}
	if err := e.Need("values", "constraints"); err != nil {
		return err
	}
	how, err := command.OneOf("path", r.Path, []command.Choice[balance.Path]{{"auto", balance.Auto}, {"direct", balance.Direct}, {"iterative", balance.Iterative}})
	if err != nil {
		return err
	}
	if err := r.read(); err != nil {
		return err
	}
	if r.done, err = balance.Reconcile(r.problem, balance.StoneOptions{Path: how}); err != nil {
		return err
	}
	if err := r.spread(); err != nil {
		return err
	}
	return r.write()
}

// reconciling is a set of figures with constraints on them.
type reconciling struct {
	reconcileFlags
	e       *command.Env
	codes   []string
	prior   []float64 // variances before adjustment
	problem balance.Problem
	done    *balance.Reconciled
	after   []float64   // variances after it; nil where nobody asked for so many
	joint   [][]float64 // covariance after it, on request
	notes   []*fault.Error
}

// read reads the figures, how sure they are, and the constraints.
func (r *reconciling) read() error {
	x, err := r.e.Vector(r.Values)
	if err != nil {
		return err
	}
	named := x.Codes != nil
	x.Codes = command.Numbered(x.Codes, len(x.Values))
	r.codes, r.prior = x.Codes, make([]float64, len(x.Values))
	r.problem = balance.Problem{Values: x.Values, Names: x.Codes}
	switch {
	case r.Covariance == "":
		if r.problem.Variances, err = variances(r.e, x, r.Variances, named); err != nil {
			return err
		}
		copy(r.prior, r.problem.Variances)
	case r.Variances != "":
		return fault.New("balance.two-variances")
	default:
		if r.problem.Covariance, err = covariance(r.e, x, r.Covariance, named); err != nil {
			return err
		}
		for i := range r.prior {
			r.prior[i] = r.problem.Covariance.At(i, i)
		}
	}
	c, err := r.e.Cells(r.Constraints)
	if err != nil {
		return err
	}
	if r.problem.Constraints, err = constraints(c, x.Codes, x.Name); err != nil {
		return err
	}
	if r.NonNegative {
		r.problem.NonNegative = slices.Repeat([]bool{true}, len(x.Values))
	}
	return nil
}

// spread works out how sure the figures are afterwards. Each variance takes a solution of its own: in a large system only on request.
func (r *reconciling) spread() (err error) {
	if n := len(r.codes); n <= command.ManyFigures || r.Posterior {
		if r.after, err = r.done.Variances(); err != nil {
			return err
		}
	} else {
		r.notes = append(r.notes, fault.New("calc.no-posterior", "n", n))
	}
	if !r.PosteriorCovariance {
		return nil
	}
	m, err := r.done.Covariance()
	if err != nil {
		return err
	}
	r.joint = command.Rows(mat.DenseCopyOf(m))
	return nil
}

func (r *reconciling) write() error {
	d, codes, values := r.done, r.codes, r.problem.Values
	for _, k := range d.Flagged {
		r.notes = append(r.notes, fault.New("calc.far-off", "name", r.problem.Constraints[k].Name, "gap", command.Number(d.Discrepancies[k]), "sd", command.Number(d.Standardised[k])))
	}
	var list []command.Object
	for k, c := range r.problem.Constraints {
		r.e.Say("explain-constraint", "name", c.Name, "value", command.Number(c.Value), "gap", command.Number(d.Discrepancies[k]), "multiplier", command.Number(d.Multipliers[k]))
		list = append(list, command.Object{{"name", c.Name}, {"value", c.Value}, {"discrepancy", d.Discrepancies[k]}, {"standardised", d.Standardised[k]}, {"multiplier", d.Multipliers[k]}})
	}
	r.e.Say("explain", "chi", command.Number(d.ChiSquare), "df", d.DF, "residual", command.Number(d.MaxResidual))
	constraint := func(k int) string { return r.problem.Constraints[k].Name }
	out := command.Object{{"values", command.ByCode(codes, d.Values)}}
	if r.after != nil {
		se := make([]float64, len(r.after))
		for i, v := range r.after {
			se[i] = math.Sqrt(max(v, 0))
		}
		out = append(out, command.Member{"variances", command.ByCode(codes, r.after)}, command.Member{"se", command.ByCode(codes, se)})
	}
	if r.joint != nil {
		out = append(out, command.Member{"codes", codes}, command.Member{"covariance", r.joint})
	}
	out = append(out, command.Object{{"prior", command.ByCode(codes, values)},
		{"priorVariances", command.ByCode(codes, r.prior)}, {"constraints", list}, {"chiSquare", d.ChiSquare}, {"df", d.DF}, {"rankKnown", d.RankKnown}}...)
	if d.RankKnown {
		out = append(out, command.Member{"pValue", d.PValue})
	}
	out = append(out, command.Object{{"flagged", command.NamesAt(d.Flagged, constraint)}, {"redundant", command.NamesAt(d.Redundant, constraint)},
		{"bound", command.NamesAt(d.Bound, func(k int) string { return codes[k] })}, {"iterations", d.Iterations}, {"maxResidual", d.MaxResidual}}...)
	return r.e.Write(out, r.notes, r.rows()...)
}

// rows are the answer as CSV: the covariance where it was asked for.
func (r *reconciling) rows() [][]string {
	prior := command.Numbers(r.problem.Values)
	switch {
	case r.joint != nil:
		return command.Wide("code", r.codes, r.codes, r.joint)
	case r.after == nil:
		return command.Columns([]string{"code", "value", "prior"}, r.codes, command.Numbers(r.done.Values), prior)
	}
	return command.Columns([]string{"code", "value", "variance", "prior"}, r.codes, command.Numbers(r.done.Values), command.Numbers(r.after), prior)
}

// covariance gives the whole V of the figures, a symmetric matrix by their codes.
func covariance(e *command.Env, x *command.Vector, file string, named bool) (*mat.SymDense, error) {
	m, err := e.Matrix(file, false)
	if err != nil {
		return nil, err
	}
	if !named {
		m.Rows, m.Cols = nil, nil
	}
	k := len(x.Values)
	row, err := command.Order(file, m.Rows, len(m.Values), x.Codes, k, x.Name)
	if err != nil {
		return nil, err
	}
	col, err := command.Order(file, m.Cols, len(m.Values[0]), x.Codes, k, x.Name)
	if err != nil {
		return nil, err
	}
	cell := func(i, j int) float64 { return m.Values[row[i]][col[j]] }
	sd := func(i int) float64 { return math.Sqrt(math.Abs(cell(i, i))) }
	v := mat.NewSymDense(k, nil)
	for i := range k {
		for j := range i + 1 {
			a, b := cell(i, j), cell(j, i)
			if math.Abs(a-b) > 1e-9*sd(i)*sd(j) { // more than rounding
				return nil, fault.New("calc.not-symmetric", "file", file, "a", x.Codes[i], "b", x.Codes[j], "first", command.Number(a), "second", command.Number(b))
			}
			v.SetSym(i, j, (a+b)/2)
		}
	}
	return v, nil
}

// variances gives V: from its own file (code,variance or code,cv), from a column of the values' file (variance, se or cv), or |x|.
func variances(e *command.Env, x *command.Vector, file string, named bool) ([]float64, error) {
	from, values := x, []float64(nil)
	kind := balance.AsVariance
	if file != "" {
		v, err := e.Vector(file)
		if err != nil {
			return nil, err
		}
		codes := x.Codes
		if !named {
			v.Codes = nil
		}
		at, err := v.Order(codes, len(codes), x.Name)
		if err != nil {
			return nil, err
		}
		switch {
		case command.Among(v.Head, []string{"cv"}):
			kind = balance.AsCV
		case command.Among(v.Head, command.ErrorWords):
			kind = balance.AsSE
		}
		from, values = v, command.Reorder(v.Values, at)
	} else {
		for _, k := range []struct {
			kind  balance.Spread
			words []string
		}{{balance.AsVariance, []string{"variance", "var", "v"}}, {balance.AsCV, []string{"cv"}}, {balance.AsSE, command.ErrorWords}} {
			v, err := x.Column(k.words...)
			if err != nil {
				return nil, err
			}
			if v != nil && values == nil {
				values, kind = v, k.kind
			}
		}
	}
	if values == nil {
		return balance.ProportionalVariances(x.Values), nil
	}
	for i, v := range values {
		if v < 0 {
			return nil, fault.New("calc.negative", "code", x.Codes[i], "value", command.Number(v)).At(from.Name, 0, string(kind))
		}
	}
	if kind == balance.AsCV {
		return balance.VariancesFromCV(x.Values, values)
	}
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = kind.Variance(x.Values[i], v)
	}
	return out, nil
}
