package calc

import (
	"context"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

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

// smallAreas estimates areas with too small a sample by the model of Fay and Herriot.
func smallAreas(_ context.Context, e *Env, args []string) error {
	var flags smallareaFlags
	if err := e.parse("smallarea", &flags, args); err != nil {
		return err
	}
	if err := e.need("data", "direct", "variance"); err != nil {
		return err
	}
	opt := smallarea.Options{}
	var err error
	if opt.Method, err = oneOf("method", flags.Method, []choice[smallarea.Method]{{"reml", smallarea.REML}, {"ml", smallarea.ML}, {"fh", smallarea.Moment}, {"adjusted-reml", smallarea.AdjustedREML}}); err != nil {
		return err
	}
	if flags.HoldA != "" {
		a, err := floatFlag("hold-a", flags.HoldA)
		if err != nil {
			return err
		}
		opt.Hold = &a
	}
	t, err := e.table(flags.Data)
	if err != nil {
		return err
	}
	d := smallarea.Data{}
	used := slices.Concat([]string{flags.Direct, flags.Variance, flags.SmoothBy, flags.Weights}, list(flags.Covariates), list(flags.Factors))
	if d.Areas, err = t.areas(flags.Area, used); err != nil {
		return err
	}
	if err := t.sampled(&d, flags.Direct, flags.Variance); err != nil {
		return err
	}
	if err := t.covariates(&d, list(flags.Covariates), list(flags.Factors), !flags.NoIntercept); err != nil {
		return err
	}
	var notes []*fault.Error
	if flags.SmoothBy != "" {
		c, err := t.column(flags.SmoothBy)
		if err != nil {
			return err
		}
		n, err := t.numbersOf(c)
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
	parts := make([]object, m)
	synthetic := make([]bool, m)
	for i, x := range f.Estimates {
		eblup[i], mse[i], gamma[i], regression[i], synthetic[i] = x.Value, x.MSE, x.Gamma, x.Regression, x.Synthetic
		parts[i] = object{{"g1", x.G1}, {"g2", x.G2}, {"g3", x.G3}}
	}
	out := object{{"method", flags.Method}, {"A", f.A}, {"varA", f.VarA}, {"beta", byCode(d.CovariateNames, f.Beta)}, {"se", byCode(d.CovariateNames, f.BetaSE)},
		{"eblup", byCode(d.Areas, eblup)}, {"mse", byCode(d.Areas, mse)}, {"mseParts", byCode(d.Areas, parts)}, {"gamma", byCode(d.Areas, gamma)}, {"regression", byCode(d.Areas, regression)},
		{"synthetic", byCode(d.Areas, synthetic)}, {"logLik", f.LogLik}, {"restrictedLogLik", f.RestrictedLL}, {"aic", f.AIC}, {"bic", f.BIC}, {"score", f.Score}, {"iterations", f.Iterations}, {"sampled", f.Sampled}}
	head, vectors := []string{"area", "eblup", "mse", "gamma", "regression"}, [][]string{texts(eblup), texts(mse), texts(gamma), texts(regression)}
	if flags.Total != "" {
		values, errors, err := t.benchmarked(eblup, mse, flags.Total, flags.Weights)
		if err != nil {
			return err
		}
		out = append(out, member{"benchmarked", object{{"values", byCode(d.Areas, values)}, {"mse", byCode(d.Areas, errors)}}})
		head, vectors = append(head, "benchmarked", "benchmarked.mse"), append(vectors, texts(values), texts(errors))
	}
	e.say("explain", "method", flags.Method, "a", text(f.A), "m", m, "sampled", f.Sampled, "iterations", f.Iterations, "score", text(f.Score), "loglik", text(f.LogLik))
	for i, name := range d.CovariateNames {
		e.say("explain-beta", "name", name, "beta", text(f.Beta[i]), "se", text(f.BetaSE[i]))
	}
	for i, x := range f.Estimates {
		e.say("explain-row", "area", d.Areas[i], "gamma", text(x.Gamma), "regression", text(x.Regression), "g1", text(x.G1), "g2", text(x.G2), "g3", text(x.G3))
	}
	if e.json() {
		return e.writeJSON(append(out, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	return e.writeCSV(columns(head, d.Areas, vectors...)...)
}

// areas gives the names of the areas: a named column, a column called area, the first one where it has no other use and is not a number,
// or the numbers of the records.
func (t *sheet) areas(column string, used []string) ([]string, error) {
	at := -1
	var err error
	switch {
	case column != "":
		if at, err = t.column(column); err != nil {
			return nil, err
		}
	default:
		if at, err = t.column("area", "province", "district", "tỉnh", "tinh", "địa phương", "unit", "code", "name"); err == nil && slices.Contains(used, t.head[at]) {
			at = -1
		}
		if at < 0 && !slices.ContainsFunc(used, func(u string) bool { return strings.EqualFold(u, t.head[0]) }) {
			at = 0
		}
	}
	if at < 0 {
		return places(nil, t.len()), nil
	}
	var out []string
	for i := range t.len() {
		c := t.text(i, at)
		if c == "" {
			return nil, fault.New("calc.no-code").At(t.name, t.line(i), t.head[at])
		}
		if slices.Contains(out, c) {
			if column == "" && at == 0 && t.numeric(c) { // a first column of repeated numbers names nothing
				return places(nil, t.len()), nil
			}
			return nil, fault.New("calc.twice", "code", c).At(t.name, t.line(i), t.head[at])
		}
		out = append(out, c)
	}
	return out, nil
}

// sampled reads the direct estimates and their variances; an area with neither has no sample.
func (t *sheet) sampled(d *smallarea.Data, direct, variance string) error {
	y, err := t.column(direct)
	if err != nil {
		return err
	}
	v, err := t.column(variance)
	if err != nil {
		return err
	}
	for i := range t.len() {
		value, known, err := t.value(i, y)
		if err != nil {
			return err
		}
		psi, also, err := t.value(i, v)
		if err != nil {
			return err
		}
		if known && !also {
			return fault.New("calc.blank").At(t.name, t.line(i), t.head[v])
		}
		d.Direct, d.Variance, d.Missing = append(d.Direct, value), append(d.Variance, psi), append(d.Missing, !known)
	}
	return nil
}

// covariates builds Z: a constant, the columns, and one column a level of each factor but its first.
func (t *sheet) covariates(d *smallarea.Data, columns, factors []string, constant bool) error {
	m := t.len()
	var z *mat.Dense
	if len(columns) > 0 {
		z = mat.NewDense(m, len(columns), nil)
		for j, name := range columns {
			c, err := t.column(name)
			if err != nil {
				return err
			}
			x, err := t.numbersOf(c)
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
		c, err := t.column(name)
		if err != nil {
			return err
		}
		levels := make([]string, m)
		for r := range m {
			if levels[r] = t.text(r, c); levels[r] == "" {
				return fault.New("calc.blank").At(t.name, t.line(r), t.head[c])
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
func (t *sheet) benchmarked(theta, mse []float64, total, column string) (values, errors []float64, err error) {
	a, err := floatFlag("total", total)
	if err != nil {
		return nil, nil, err
	}
	w := slices.Repeat([]float64{1}, len(theta))
	if column != "" {
		c, err := t.column(column)
		if err != nil {
			return nil, nil, err
		}
		if w, err = t.numbersOf(c); err != nil {
			return nil, nil, err
		}
	}
	return smallarea.Benchmark(theta, mse, w, a)
}
