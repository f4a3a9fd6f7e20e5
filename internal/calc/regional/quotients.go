// Package regional is the calculation lq: location quotients of a region.
package regional

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/regional"
)

// lqFlags are the flags of lq.
type lqFlags struct {
	Data           string  `help:"data-lq"`
	Region         string  `help:"region"`
	Nation         string  `help:"nation"`
	Form           string  `default:"flq" help:"form"`
	Delta          float64 `default:"0.3" help:"delta"`
	SectorDelta    string  `help:"sector-delta"`
	Coefficients   string  `help:"coefficients-lq"`
	CapBeforeScale bool    `help:"cap-before-scale" form:"aflq"`
	BlankIsZero    bool    `help:"blank-is-zero"`
}

// Quotients computes location quotients of a region and, from national input coefficients, regional ones.
func Quotients(_ context.Context, e *command.Env, args []string) error {
	var flags lqFlags
	if err := e.Parse("lq", &flags, args); err != nil {
		return err
	}
	opt := regional.QuotientOptions{Delta: &flags.Delta, CapBeforeScale: flags.CapBeforeScale}
	var err error
	if opt.Form, err = command.Mode(e, "form", flags.Form, command.Named(regional.Forms()...)); err != nil {
		return err
	}
	read := (*lqFlags).twoFiles
	if flags.Data != "" {
		read = (*lqFlags).oneFile
	}
	s, err := read(&flags, e)
	if err != nil {
		return err
	}
	opt.Names = regional.Names{Industries: s.codes}
	if flags.SectorDelta != "" {
		if opt.SectorDelta, err = e.Ordered(flags.SectorDelta, s.codes, len(s.codes), flags.SectorDelta); err != nil {
			return err
		}
	}
	q, err := regional.LocationQuotients(s.region, s.nation, opt)
	if err != nil {
		return err
	}
	a := &answer{sizes: s, q: q, missing: []string{}}
	if flags.Coefficients != "" {
		if err := a.coefficients(e, &flags, opt); err != nil {
			return err
		}
	}
	return a.write(e, &flags, opt.Form)
}

// sizes are those of the industries of a region and of its nation.
type sizes struct {
	codes          []string
	region, nation []float64
}

// oneFile reads --data, in which region and nation are columns.
func (f *lqFlags) oneFile(e *command.Env) (*sizes, error) {
	t, err := e.Table(f.Data)
	if err != nil {
		return nil, err
	}
	r, err := t.Column(cmp.Or(f.Region, "region"), "vùng", "tỉnh")
	if err != nil {
		return nil, err
	}
	n, err := t.Column(cmp.Or(f.Nation, "nation"), "national", "cả nước")
	if err != nil {
		return nil, err
	}
	s := &sizes{}
	if s.region, err = t.Numbers(r); err != nil {
		return nil, err
	}
	if s.nation, err = t.Numbers(n); err != nil {
		return nil, err
	}
	if r == 0 || n == 0 { // no column of codes
		s.codes = command.Numbered(nil, t.Len())
		return s, nil
	}
	for i := range t.Len() {
		c := t.Text(i, 0)
		if c == "" {
			return nil, fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[0])
		}
		if slices.Contains(s.codes, c) {
			return nil, fault.New("calc.twice", "code", c).At(t.Name, t.Line(i), t.Head[0])
		}
		s.codes = append(s.codes, c)
	}
	return s, nil
}

// twoFiles reads region and nation, each a list of its own.
func (f *lqFlags) twoFiles(e *command.Env) (*sizes, error) {
	if err := e.Need("region", "nation"); err != nil {
		return nil, err
	}
	r, err := e.Vector(f.Region)
	if err != nil {
		return nil, err
	}
	n, err := e.Vector(f.Nation)
	if err != nil {
		return nil, err
	}
	at, err := r.Order(n.Codes, len(n.Values), f.Nation)
	if err != nil {
		return nil, err
	}
	s := &sizes{codes: n.Codes, region: command.Reorder(r.Values, at), nation: n.Values}
	if s.codes == nil {
		s.codes = command.Numbered(r.Codes, len(s.nation))
	}
	return s, nil
}

// answer is what is to be written.
type answer struct {
	*sizes
	q       *regional.Quotients
	own     [][]float64 // regional coefficients; nil where national ones were not given
	missing []string
	notes   []*fault.Error
}

// coefficients makes regional input coefficients of national ones.
func (a *answer) coefficients(e *command.Env, f *lqFlags, opt regional.QuotientOptions) error {
	m, err := e.Matrix(f.Coefficients, f.BlankIsZero)
	if err != nil {
		return err
	}
	a.notes = command.Zeros(a.notes, m)
	n := len(a.codes)
	if m.Rows != nil && !slices.Equal(m.Rows, a.codes) || m.Cols != nil && !slices.Equal(m.Cols, a.codes) || len(m.Values) != n || len(m.Values[0]) != n {
		return fault.New("calc.other-codes", "file", f.Coefficients, "n", n)
	}
	c, err := a.q.Coefficients(m.Dense(), opt)
	if err != nil {
		return err
	}
	a.own = command.Rows(c)
	return nil
}

func (a *answer) write(e *command.Env, f *lqFlags, form regional.Form) error {
	slq, line := make([]any, len(a.codes)), make([]string, len(a.codes))
	for i, v := range a.q.SLQ {
		if a.q.Missing[i] {
			a.missing = append(a.missing, a.codes[i])
			continue
		}
		slq[i], line[i] = v, command.Number(v)
	}
	var notes []*fault.Error
	if len(a.missing) > 0 {
		notes = append(notes, fault.New("calc.no-quotient", "codes", strings.Join(a.missing, ", ")))
	}
	notes = append(notes, a.notes...)
	e.Say("explain", "share", command.Number(a.q.RegionShare), "lambda", fmt.Sprint(lambda(a.codes, a.q.Lambda)), "form", f.Form)
	for i, c := range a.codes {
		e.Say("explain-row", "code", c, "region", command.Number(a.region[i]), "nation", command.Number(a.nation[i]), "slq", line[i])
	}
	matrix := command.Rows(a.q.Matrix)
	out := command.Object{{"form", f.Form}, {"codes", a.codes}, {"slq", command.ByCode(a.codes, slq)}, {"regionShare", a.q.RegionShare}, {"lambda", lambda(a.codes, a.q.Lambda)},
		{"delta", f.Delta}, {"matrix", matrix}, {"missing", a.missing}}
	rows := command.Wide("code", a.codes, a.codes, matrix)
	switch {
	case a.own != nil:
		out, rows = append(out, command.Member{"coefficients", a.own}), command.Wide("code", a.codes, a.codes, a.own)
	case form == regional.SLQ:
		rows = command.Columns([]string{"code", "slq"}, a.codes, line)
	}
	return e.Write(out, notes, rows...)
}

// lambda gives λ, by code where each column has its own.
func lambda(codes []string, l []float64) any {
	for _, v := range l {
		if v != l[0] {
			return command.ByCode(codes, l)
		}
	}
	return l[0]
}
