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
	var flags reconcileFlags
	if err := e.Parse("reconcile", &flags, args); err != nil {
		return err
	}
	if err := e.Need("values", "constraints"); err != nil {
		return err
	}
	how, err := command.OneOf("path", flags.Path, []command.Choice[balance.Path]{{"auto", balance.Auto}, {"direct", balance.Direct}, {"iterative", balance.Iterative}})
	if err != nil {
		return err
	}
	x, err := e.Vector(flags.Values)
	if err != nil {
		return err
	}
	named := x.Codes != nil
	x.Codes = command.Places(x.Codes, len(x.Values))
	p := balance.Problem{Values: x.Values, Names: x.Codes}
	prior := make([]float64, len(x.Values)) // variances before adjustment
	switch {
	case flags.Covariance == "":
		if p.Variances, err = variances(e, x, flags.Variances, named); err != nil {
			return err
		}
		copy(prior, p.Variances)
	case flags.Variances != "":
		return fault.New("balance.two-variances")
	default:
		if p.Covariance, err = covariance(e, x, flags.Covariance, named); err != nil {
			return err
		}
		for i := range prior {
			prior[i] = p.Covariance.At(i, i)
		}
	}
	c, err := e.Cells(flags.Constraints)
	if err != nil {
		return err
	}
	if p.Constraints, err = constraints(c, x.Codes, x.Name); err != nil {
		return err
	}
	if flags.NonNegative {
		p.NonNegative = slices.Repeat([]bool{true}, len(x.Values))
	}
	r, err := balance.Reconcile(p, balance.StoneOptions{Path: how})
	if err != nil {
		return err
	}
	var notes []*fault.Error
	var after []float64 // each variance takes a solution of its own: in a large system only on request
	if len(x.Values) <= command.ManyFigures || flags.Posterior {
		if after, err = r.Variances(); err != nil {
			return err
		}
	} else {
		notes = append(notes, fault.New("calc.no-posterior", "n", len(x.Values)))
	}
	var joint [][]float64
	if flags.PosteriorCovariance {
		m, err := r.Covariance()
		if err != nil {
			return err
		}
		joint = command.Rows(mat.DenseCopyOf(m))
	}
	for _, k := range r.Flagged {
		notes = append(notes, fault.New("calc.far-off", "name", p.Constraints[k].Name, "gap", command.Number(r.Discrepancies[k]), "sd", command.Number(r.Standardised[k])))
	}
	for k, c := range p.Constraints {
		e.Say("explain-constraint", "name", c.Name, "value", command.Number(c.Value), "gap", command.Number(r.Discrepancies[k]), "multiplier", command.Number(r.Multipliers[k]))
	}
	e.Say("explain", "chi", command.Number(r.ChiSquare), "df", r.DF, "residual", command.Number(r.MaxResidual))
	if e.JSON() {
		var list []command.Object
		names := func(at []int, of func(int) string) []string {
			out := []string{}
			for _, k := range at {
				out = append(out, of(k))
			}
			return out
		}
		constraint := func(k int) string { return p.Constraints[k].Name }
		for k, c := range p.Constraints {
			list = append(list, command.Object{{"name", c.Name}, {"value", c.Value}, {"discrepancy", r.Discrepancies[k]}, {"standardised", r.Standardised[k]}, {"multiplier", r.Multipliers[k]}})
		}
		se := make([]float64, len(after))
		for i, v := range after {
			se[i] = math.Sqrt(max(v, 0))
		}
		out := command.Object{{"values", command.ByCode(x.Codes, r.Values)}}
		if after != nil {
			out = append(out, command.Member{"variances", command.ByCode(x.Codes, after)}, command.Member{"se", command.ByCode(x.Codes, se)})
		}
		if joint != nil {
			out = append(out, command.Member{"codes", x.Codes}, command.Member{"covariance", joint})
		}
		out = append(out, command.Object{{"prior", command.ByCode(x.Codes, x.Values)},
			{"priorVariances", command.ByCode(x.Codes, prior)}, {"constraints", list}, {"chiSquare", r.ChiSquare}, {"df", r.DF}, {"rankKnown", r.RankKnown}}...)
		if r.RankKnown {
			out = append(out, command.Member{"pValue", r.PValue})
		}
		return e.WriteJSON(append(out, command.Member{"flagged", names(r.Flagged, constraint)}, command.Member{"redundant", names(r.Redundant, constraint)},
			command.Member{"bound", names(r.Bound, func(k int) string { return x.Codes[k] })}, command.Member{"iterations", r.Iterations}, command.Member{"maxResidual", r.MaxResidual}, command.Member{"notes", e.Remarks(notes)}))
	}
	e.Warn(notes)
	if joint != nil {
		return e.WriteCSV(command.Wide("code", x.Codes, x.Codes, joint)...)
	}
	if after == nil {
		return e.WriteCSV(command.Columns([]string{"code", "value", "prior"}, x.Codes, command.Numbers(r.Values), command.Numbers(x.Values))...)
	}
	return e.WriteCSV(command.Columns([]string{"code", "value", "variance", "prior"}, x.Codes, command.Numbers(r.Values), command.Numbers(after), command.Numbers(x.Values))...)
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
	kind := "variance"
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
			kind = "cv"
		case command.Among(v.Head, []string{"se", "sd", "standard_error", "stderr"}):
			kind = "se"
		}
		from, values = v, command.Pick(v.Values, at)
	} else {
		for _, k := range [][]string{{"variance", "var", "v"}, {"cv"}, {"se", "sd", "standard_error", "stderr"}} {
			v, err := x.Column(k...)
			if err != nil {
				return nil, err
			}
			if v != nil && values == nil {
				values, kind = v, k[0]
			}
		}
	}
	if values == nil {
		return balance.ProportionalVariances(x.Values), nil
	}
	for i, v := range values {
		if v < 0 {
			return nil, fault.New("calc.negative", "code", x.Codes[i], "value", command.Number(v)).At(from.Name, 0, kind)
		}
	}
	switch kind {
	case "cv":
		return balance.VariancesFromCV(x.Values, values)
	case "se":
		out := make([]float64, len(values))
		for i, v := range values {
			out[i] = v * v
		}
		return out, nil
	}
	return values, nil
}
