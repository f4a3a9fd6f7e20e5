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
	CapBeforeScale bool    `help:"cap-before-scale"`
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
	if opt.Form, err = command.OneOf("form", flags.Form, []command.Choice[regional.Form]{{"slq", regional.SLQ}, {"cilq", regional.CILQ}, {"flq", regional.FLQ}, {"aflq", regional.AFLQ}, {"sflq", regional.SFLQ}}); err != nil {
		return err
	}
	var codes []string
	var region, nation []float64
	if flags.Data != "" {
		t, err := e.Table(flags.Data)
		if err != nil {
			return err
		}
		r, err := t.Column(cmp.Or(flags.Region, "region"), "vùng", "tỉnh")
		if err != nil {
			return err
		}
		n, err := t.Column(cmp.Or(flags.Nation, "nation"), "national", "cả nước")
		if err != nil {
			return err
		}
		if region, err = t.Numbers(r); err != nil {
			return err
		}
		if nation, err = t.Numbers(n); err != nil {
			return err
		}
		if r == 0 || n == 0 {
			codes = command.Places(nil, t.Len())
		}
		for i := range t.Len() - len(codes) {
			c := t.Text(i, 0)
			if c == "" {
				return fault.New("calc.no-code").At(t.Name, t.Line(i), t.Head[0])
			}
			if slices.Contains(codes, c) {
				return fault.New("calc.twice", "code", c).At(t.Name, t.Line(i), t.Head[0])
			}
			codes = append(codes, c)
		}
	} else {
		if err := e.Need("region", "nation"); err != nil {
			return err
		}
		r, err := e.Vector(flags.Region)
		if err != nil {
			return err
		}
		n, err := e.Vector(flags.Nation)
		if err != nil {
			return err
		}
		at, err := r.Order(n.Codes, len(n.Values), flags.Nation)
		if err != nil {
			return err
		}
		region, nation = command.Pick(r.Values, at), n.Values
		if codes = n.Codes; codes == nil {
			codes = command.Places(r.Codes, len(nation))
		}
	}
	opt.Names = regional.Names{Industries: codes}
	if flags.SectorDelta != "" {
		v, err := e.Vector(flags.SectorDelta)
		if err != nil {
			return err
		}
		at, err := v.Order(codes, len(codes), flags.SectorDelta)
		if err != nil {
			return err
		}
		opt.SectorDelta = command.Pick(v.Values, at)
	}
	q, err := regional.LocationQuotients(region, nation, opt)
	if err != nil {
		return err
	}
	slq := make([]any, len(codes))
	line := make([]string, len(codes))
	var notes []*fault.Error
	missing := []string{}
	for i, v := range q.SLQ {
		if q.Missing[i] {
			missing = append(missing, codes[i])
			continue
		}
		slq[i], line[i] = v, command.Number(v)
	}
	if len(missing) > 0 {
		notes = append(notes, fault.New("calc.no-quotient", "codes", strings.Join(missing, ", ")))
	}
	matrix := command.Rows(q.Matrix)
	var own [][]float64
	if flags.Coefficients != "" {
		a, err := e.Matrix(flags.Coefficients, flags.BlankIsZero)
		if err != nil {
			return err
		}
		notes = command.Zeros(notes, a)
		if a.Rows != nil && !slices.Equal(a.Rows, codes) || a.Cols != nil && !slices.Equal(a.Cols, codes) || len(a.Values) != len(codes) || len(a.Values[0]) != len(codes) {
			return fault.New("calc.other-codes", "file", flags.Coefficients, "n", len(codes))
		}
		c, err := q.Coefficients(a.Dense(), opt)
		if err != nil {
			return err
		}
		own = command.Rows(c)
	}
	e.Say("explain", "share", command.Number(q.RegionShare), "lambda", fmt.Sprint(lambda(codes, q.Lambda)), "form", flags.Form)
	for i, c := range codes {
		e.Say("explain-row", "code", c, "region", command.Number(region[i]), "nation", command.Number(nation[i]), "slq", line[i])
	}
	if e.JSON() {
		out := command.Object{{"form", flags.Form}, {"codes", codes}, {"slq", command.ByCode(codes, slq)}, {"regionShare", q.RegionShare}, {"lambda", lambda(codes, q.Lambda)},
			{"delta", flags.Delta}, {"matrix", matrix}, {"missing", missing}}
		if own != nil {
			out = append(out, command.Member{"coefficients", own})
		}
		return e.WriteJSON(append(out, command.Member{"notes", e.Remarks(notes)}))
	}
	e.Warn(notes)
	if own != nil {
		return e.WriteCSV(command.Wide("code", codes, codes, own)...)
	}
	if opt.Form == regional.SLQ {
		return e.WriteCSV(command.Columns([]string{"code", "slq"}, codes, line)...)
	}
	return e.WriteCSV(command.Wide("code", codes, codes, matrix)...)
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
