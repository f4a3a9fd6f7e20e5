// Package smallarea is the calculation smallarea: estimates of areas with too small a sample.
package smallarea

import (
	"context"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/smallarea"
)

// smallareaFlags are the flags of smallarea.
type smallareaFlags struct {
	Data        string `help:"data-areas"`
	Direct      string `help:"direct"`
	Variance    string `help:"variance"`
	Covariates  string `help:"covariates"`
	Factors     string `help:"factors"`
	Area        string `help:"area"`
	Method      string `default:"reml" help:"method-areas"`
	NoIntercept bool   `help:"no-intercept"`
	HoldA       string `help:"hold-a"`
	SmoothBy    string `help:"smooth-by"`
	Total       string `help:"total"`
	Weights     string `help:"weights"`
}

// Run estimates areas with too small a sample by the model of Fay and Herriot.
func Run(_ context.Context, e *command.Env, args []string) error {
	var flags smallareaFlags
	if err := e.Parse("smallarea", &flags, args); err != nil {
		return err
	}
	if err := e.Need("data", "direct", "variance"); err != nil {
		return err
	}
	opt := smallarea.Options{}
	var err error
	if opt.Method, err = command.OneOf("method", flags.Method, []command.Choice[smallarea.Method]{{"reml", smallarea.REML}, {"ml", smallarea.ML}, {"fh", smallarea.Moment}, {"adjusted-reml", smallarea.AdjustedREML}}); err != nil {
		return err
	}
	if flags.HoldA != "" {
		a, err := command.Float("hold-a", flags.HoldA)
		if err != nil {
			return err
		}
		opt.Hold = &a
	}
	t, err := e.Table(flags.Data)
	if err != nil {
		return err
	}
	d := smallarea.Data{}
	if flags.Total == "" {
		if err := e.OnlyWith("--total", "weights"); err != nil {
			return err
		}
	}
	used := slices.Concat([]string{flags.Direct, flags.Variance, flags.SmoothBy, flags.Weights}, command.List(flags.Covariates), command.List(flags.Factors))
	if d.Areas, err = areas(t, flags.Area, used); err != nil {
		return err
	}
	if err := sampled(t, &d, flags.Direct, flags.Variance); err != nil {
		return err
	}
	if err := covariates(t, &d, command.List(flags.Covariates), command.List(flags.Factors), !flags.NoIntercept); err != nil {
		return err
	}
	var notes []*fault.Error
	if flags.SmoothBy != "" {
		c, err := t.Column(flags.SmoothBy)
		if err != nil {
			return err
		}
		n, err := t.Numbers(c)
		if err != nil {
			return err
		}
		if d.Variance, err = smallarea.SmoothVariances(d.Variance, n); err != nil {
			return err
		}
	}
	f, err := smallarea.Fit(d, opt)
	if err != nil {
		return err
	}
	notes = append(notes, f.Notes...)
	m := len(d.Areas)
	eblup, mse, gamma, regression := make([]float64, m), make([]float64, m), make([]float64, m), make([]float64, m)
	parts := make([]command.Object, m)
	synthetic := make([]bool, m)
	for i, x := range f.Estimates {
		eblup[i], mse[i], gamma[i], regression[i], synthetic[i] = x.Value, x.MSE, x.Gamma, x.Regression, x.Synthetic
		parts[i] = command.Object{{"g1", x.G1}, {"g2", x.G2}, {"g3", x.G3}}
	}
	out := command.Object{{"method", flags.Method}, {"A", f.A}, {"varA", f.VarA}, {"beta", command.ByCode(d.CovariateNames, f.Beta)}, {"se", command.ByCode(d.CovariateNames, f.BetaSE)},
		{"eblup", command.ByCode(d.Areas, eblup)}, {"mse", command.ByCode(d.Areas, mse)}, {"mseParts", command.ByCode(d.Areas, parts)}, {"gamma", command.ByCode(d.Areas, gamma)}, {"regression", command.ByCode(d.Areas, regression)},
		{"synthetic", command.ByCode(d.Areas, synthetic)}, {"logLik", f.LogLik}, {"restrictedLogLik", f.RestrictedLL}, {"aic", f.AIC}, {"bic", f.BIC}, {"score", f.Score}, {"iterations", f.Iterations}, {"sampled", f.Sampled}}
	head, vectors := []string{"area", "eblup", "mse", "gamma", "regression"}, [][]string{command.Numbers(eblup), command.Numbers(mse), command.Numbers(gamma), command.Numbers(regression)}
	if flags.Total != "" {
		values, errors, err := benchmarked(t, eblup, mse, flags.Total, flags.Weights)
		if err != nil {
			return err
		}
		out = append(out, command.Member{"benchmarked", command.Object{{"values", command.ByCode(d.Areas, values)}, {"mse", command.ByCode(d.Areas, errors)}}})
		head, vectors = append(head, "benchmarked", "benchmarked.mse"), append(vectors, command.Numbers(values), command.Numbers(errors))
	}
	e.Say("explain", "method", flags.Method, "a", command.Number(f.A), "m", m, "sampled", f.Sampled, "iterations", f.Iterations, "score", command.Number(f.Score), "loglik", command.Number(f.LogLik))
	for i, name := range d.CovariateNames {
		e.Say("explain-beta", "name", name, "beta", command.Number(f.Beta[i]), "se", command.Number(f.BetaSE[i]))
	}
	for i, x := range f.Estimates {
		e.Say("explain-row", "area", d.Areas[i], "gamma", command.Number(x.Gamma), "regression", command.Number(x.Regression), "g1", command.Number(x.G1), "g2", command.Number(x.G2), "g3", command.Number(x.G3))
	}
	if e.JSON() {
		return e.WriteJSON(append(out, command.Member{"notes", e.Remarks(notes)}))
	}
	e.Warn(notes)
	return e.WriteCSV(command.Columns(head, d.Areas, vectors...)...)
}

// areas gives the names of the areas: a named column, a column called area, the first one where it has no other use and is not a number,
// or the numbers of the records.
func areas(t *command.Sheet, column string, used []string) ([]string, error) {
	at := -1
	var err error
	switch {
	case column != "":
		if at, err = t.Column(column); err != nil {
			return nil, err
		}
	default:
		if at, err = t.Column("area", "province", "district", "tỉnh", "tinh", "địa phương", "unit", "code", "name"); err == nil && slices.Contains(used, t.Head[at]) {
			at = -1
		}
		if at < 0 && !slices.ContainsFunc(used, func(u string) bool { return strings.EqualFold(u, t.Head[0]) }) {
			at = 0
		}
	}
	if at < 0 {
		return command.Numbered(nil, t.Len()), nil
	}
	var out []string
	for i := range t.Len() {
		c := t.Text(i, at)
		if c == "" {
			return nil, fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[at])
		}
		if slices.Contains(out, c) {
			if column == "" && at == 0 && t.Numeric(c) { // a first column of repeated numbers names nothing
				return command.Numbered(nil, t.Len()), nil
			}
			return nil, fault.New("calc.twice", "code", c).At(t.Name, t.Line(i), t.Head[at])
		}
		out = append(out, c)
	}
	return out, nil
}

// sampled reads the direct estimates and their variances; an area with neither has no sample.
func sampled(t *command.Sheet, d *smallarea.Data, direct, variance string) error {
	y, err := t.Column(direct)
	if err != nil {
		return err
	}
	v, err := t.Column(variance)
	if err != nil {
		return err
	}
	for i := range t.Len() {
		value, known, err := t.Value(i, y)
		if err != nil {
			return err
		}
		psi, also, err := t.Value(i, v)
		if err != nil {
			return err
		}
		if known && !also {
			return fault.New("calc.blank").At(t.Name, t.Line(i), t.Head[v])
		}
		d.Direct, d.Variance, d.Missing = append(d.Direct, value), append(d.Variance, psi), append(d.Missing, !known)
	}
	return nil
}

// covariates builds Z: a constant, the columns, and one column a level of each factor but its first.
func covariates(t *command.Sheet, d *smallarea.Data, columns, factors []string, constant bool) error {
	m := t.Len()
	var z *mat.Dense
	if len(columns) > 0 {
		z = mat.NewDense(m, len(columns), nil)
		for j, name := range columns {
			c, err := t.Column(name)
			if err != nil {
				return err
			}
			x, err := t.Numbers(c)
			if err != nil {
				return err
			}
			z.SetCol(j, x)
			d.CovariateNames = append(d.CovariateNames, name)
		}
	}
	switch {
	case constant && z == nil:
		z = mat.NewDense(m, 1, slices.Repeat([]float64{1}, m))
		d.CovariateNames = []string{"constant"}
	case constant:
		z, d.CovariateNames = smallarea.WithConstant(z, d.CovariateNames)
	case z == nil && len(factors) == 0:
		return fault.New("calc.no-covariates")
	}
	for i, name := range factors {
		c, err := t.Column(name)
		if err != nil {
			return err
		}
		levels := make([]string, m)
		for r := range m {
			if levels[r] = t.Text(r, c); levels[r] == "" {
				return fault.New("calc.blank").At(t.Name, t.Line(r), t.Head[c])
			}
		}
		// without a constant the first factor holds the level of the model and keeps all its columns
		if z, d.CovariateNames, err = smallarea.WithFactor(z, d.CovariateNames, name, levels, !constant && i == 0); err != nil {
			return err
		}
	}
	d.Covariates = z
	return nil
}

// benchmarked moves the estimates to a national total.
func benchmarked(t *command.Sheet, theta, mse []float64, total, column string) (values, errors []float64, err error) {
	a, err := command.Float("total", total)
	if err != nil {
		return nil, nil, err
	}
	w := slices.Repeat([]float64{1}, len(theta))
	if column != "" {
		c, err := t.Column(column)
		if err != nil {
			return nil, nil, err
		}
		if w, err = t.Numbers(c); err != nil {
			return nil, nil, err
		}
	}
	return smallarea.Benchmark(theta, mse, w, a)
}
