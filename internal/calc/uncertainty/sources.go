package uncertainty

import (
	"math"
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/uncertainty"
)

// sources is a file of figures with declared distributions: source,mean,sd[,law,low,high,group,concentration].
type sources struct {
	names  []string
	means  []float64
	joint  *uncertainty.Joint // of the sources that the correlation ties together
	tied   []int
	single map[int]uncertainty.Margin
	shares []shareGroup
	spread [][]float64 // covariance of the figures, for the delta method
}

// shareGroup is shares that add to one, drawn together.
type shareGroup struct {
	name string
	at   []int
	law  uncertainty.Dirichlet
}

// readSources reads the figures and the correlation of their normal scores, a matrix with codes; sources that it leaves out are independent.
func readSources(e *command.Env, file, correlation string) (*sources, error) {
	t, err := e.Table(file)
	if err != nil {
		return nil, err
	}
	r := &sourceReader{Sheet: t, sources: &sources{single: map[int]uncertainty.Margin{}}}
	if err := r.columns(); err != nil {
		return nil, err
	}
	for i := range t.Len() {
		if err := r.read(i); err != nil {
			return nil, err
		}
	}
	for _, g := range r.shares {
		if math.IsNaN(g.law.Concentration) {
			return nil, fault.New("calc.no-figure", "item", g.name, "period", "dirichlet", "column", "concentration", "file", file)
		}
		if err := g.law.Check(); err != nil {
			return nil, command.At(err, file, t.Line(g.at[len(g.at)-1]), t.Head[r.mean])
		}
	}
	r.alone()
	if correlation == "" {
		return r.sources, nil
	}
	return r.sources, r.tie(e, correlation)
}

// sourceReader holds the columns of the file; -1 for one that is not there.
type sourceReader struct {
	*command.Sheet
	*sources
	name, mean, sd, cv, law, low, high, group, concentration int
}

func (r *sourceReader) columns() (err error) {
	if r.mean, err = r.Column("mean", "value", "estimate", "trung bình", "giá trị"); err != nil {
		return err
	}
	for _, x := range []struct {
		to    *int
		words []string
	}{{&r.name, []string{"source", "code", "name", "nguồn", "mã"}}, {&r.sd, []string{"sd", "se", "stderr", "độ lệch chuẩn"}}, {&r.cv, []string{"cv"}}, {&r.law, []string{"law", "distribution", "phân phối"}},
		{&r.low, []string{"low", "min", "cận dưới"}}, {&r.high, []string{"high", "max", "cận trên"}}, {&r.group, []string{"group", "nhóm"}}, {&r.concentration, []string{"concentration"}}} {
		if *x.to, err = r.Column(x.words...); err != nil {
			*x.to = -1
		}
	}
	if r.name < 0 {
		return r.lack("source")
	}
	return nil
}

func (r *sourceReader) lack(column string) error {
	return fault.New("calc.no-column", "column", column, "file", r.Name, "have", strings.Join(r.Head, ", "))
}

// word gives a cell of a column that may not be there.
func (r *sourceReader) word(i, column int) string {
	if column < 0 {
		return ""
	}
	return r.Text(i, column)
}

// optional reads a number that may not be there.
func (r *sourceReader) optional(i, column int, missing float64) (float64, error) {
	if column < 0 {
		return missing, nil
	}
	v, known, err := r.Value(i, column)
	if !known {
		v = missing
	}
	return v, err
}

// read takes the source of a line.
func (r *sourceReader) read(i int) error {
	code := r.Text(i, r.name)
	if code == "" {
		return fault.New("calc.no-code").At(r.Name, r.Line(i), r.Head[r.name])
	}
	if slices.Contains(r.names, code) {
		return fault.New("calc.twice", "code", code).At(r.Name, r.Line(i), r.Head[r.name])
	}
	m, err := r.Must(i, r.mean)
	if err != nil {
		return err
	}
	r.names, r.means = append(r.names, code), append(r.means, m)
	switch law := r.word(i, r.law); law {
	case "dirichlet":
		return r.share(i, m)
	case "":
		return r.margin(i, uncertainty.Margin{Law: "normal", Mean: m})
	default:
		return r.margin(i, uncertainty.Margin{Law: uncertainty.Law(law), Mean: m})
	}
}

// share puts a line into its group of shares.
func (r *sourceReader) share(i int, mean float64) error {
	c, err := r.optional(i, r.concentration, math.NaN())
	if err != nil {
		return err
	}
	of := r.word(i, r.group)
	k := slices.IndexFunc(r.shares, func(g shareGroup) bool { return g.name == of })
	if k < 0 {
		k = len(r.shares)
		r.shares = append(r.shares, shareGroup{name: of, law: uncertainty.Dirichlet{Concentration: math.NaN()}})
	}
	g := &r.shares[k]
	switch was := g.law.Concentration; {
	case math.IsNaN(was):
		g.law.Concentration = c
	case !math.IsNaN(c) && was != c:
		return fault.New("calc.two-values", "code", of, "first", command.Number(was), "second", command.Number(c)).At(r.Name, r.Line(i), r.Head[r.concentration])
	}
	g.at, g.law.Mean = append(g.at, i), append(g.law.Mean, mean)
	return nil
}

// margin reads the distribution of a figure by itself.
func (r *sourceReader) margin(i int, x uncertainty.Margin) (err error) {
	switch {
	case r.word(i, r.sd) != "":
		x.SD, err = r.Must(i, r.sd)
	case r.word(i, r.cv) != "":
		x.SD, err = r.Must(i, r.cv)
		x.SD *= math.Abs(x.Mean)
	case max(r.sd, r.cv) < 0:
		err = r.lack("sd")
	default:
		err = fault.New("calc.blank").At(r.Name, r.Line(i), r.Head[max(r.sd, r.cv)])
	}
	if err != nil {
		return err
	}
	if x.Law == uncertainty.Truncated {
		if x.Low, err = r.optional(i, r.low, math.Inf(-1)); err != nil {
			return err
		}
		if x.High, err = r.optional(i, r.high, math.Inf(1)); err != nil {
			return err
		}
	}
	if err := x.Check(); err != nil {
		return command.At(err, r.Name, r.Line(i), "")
	}
	r.single[i] = x
	return nil
}

// alone works out the covariance of the figures as long as nothing but shares ties them together.
func (s *sources) alone() {
	s.spread = make([][]float64, len(s.names))
	for i := range s.spread {
		s.spread[i] = make([]float64, len(s.names))
	}
	for i, x := range s.single {
		_, sd := x.Moments()
		s.spread[i][i] = sd * sd
	}
	for _, g := range s.shares {
		for a, row := range g.law.Covariance() {
			for b, v := range row {
				s.spread[g.at[a]][g.at[b]] = v
			}
		}
	}
}

// tie reads the correlation of the normal scores of some figures, which the delta method takes for that of the figures.
func (s *sources) tie(e *command.Env, correlation string) error {
	m, err := e.Matrix(correlation, false)
	if err != nil {
		return err
	}
	codes := m.Cols
	if codes == nil {
		codes = m.Rows
	}
	if codes == nil || len(m.Values) != len(codes) || len(m.Values[0]) != len(codes) || m.Rows != nil && !slices.Equal(m.Rows, codes) {
		return fault.New("calc.other-codes", "file", correlation, "n", len(codes))
	}
	var tied []uncertainty.Margin
	var deviation []float64
	for _, c := range codes {
		i := slices.Index(s.names, c)
		x, ok := s.single[i]
		if !ok {
			return fault.New("calc.no-code-in", "code", c, "of", correlation, "file", "--data")
		}
		_, sd := x.Moments()
		s.tied, tied, deviation = append(s.tied, i), append(tied, x), append(deviation, sd)
	}
	if s.joint, err = uncertainty.NewJoint(tied, m.Values); err != nil {
		return err
	}
	for a, i := range s.tied {
		delete(s.single, i)
		for b, j := range s.tied {
			if a != b {
				s.spread[i][j] = m.Values[a][b] * deviation[a] * deviation[b]
			}
		}
	}
	return nil
}

// draw fills x with one draw of all sources. Each has a stream of its own name, so that a further source changes no other.
func (s *sources) draw(d *uncertainty.Draw, x []float64) {
	for i, m := range s.single {
		x[i] = m.Draw(d.Stream(s.names[i]))
	}
	fill := func(at []int, name string, draw func(*uncertainty.Stream, []float64)) {
		v := make([]float64, len(at))
		draw(d.Stream(name), v)
		for k, i := range at {
			x[i] = v[k]
		}
	}
	if s.joint != nil {
		fill(s.tied, "\x00correlated", s.joint.Draw)
	}
	for _, g := range s.shares {
		fill(g.at, "\x00shares:"+g.name, g.law.Draw)
	}
}
