package calc

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

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

// quotients computes location quotients of a region and, from national input coefficients, regional ones.
func quotients(_ context.Context, e *Env, args []string) error {
	var flags lqFlags
	if err := e.parse("lq", &flags, args); err != nil {
		return err
	}
	opt := regional.QuotientOptions{Delta: &flags.Delta, CapBeforeScale: flags.CapBeforeScale}
	var err error
	if opt.Form, err = oneOf("form", flags.Form, []choice[regional.Form]{{"slq", regional.SLQ}, {"cilq", regional.CILQ}, {"flq", regional.FLQ}, {"aflq", regional.AFLQ}, {"sflq", regional.SFLQ}}); err != nil {
		return err
	}
	var codes []string
	var region, nation []float64
	if flags.Data != "" {
		t, err := e.table(flags.Data)
		if err != nil {
			return err
		}
		r, err := t.column(cmp.Or(flags.Region, "region"), "vùng", "tỉnh")
		if err != nil {
			return err
		}
		n, err := t.column(cmp.Or(flags.Nation, "nation"), "national", "cả nước")
		if err != nil {
			return err
		}
		if region, err = t.numbersOf(r); err != nil {
			return err
		}
		if nation, err = t.numbersOf(n); err != nil {
			return err
		}
		if r == 0 || n == 0 {
			codes = places(nil, t.len())
		}
		for i := range t.len() - len(codes) {
			c := t.text(i, 0)
			if c == "" {
				return fault.New("calc.no-code").At(t.name, t.line(i), t.head[0])
			}
			if slices.Contains(codes, c) {
				return fault.New("calc.twice", "code", c).At(t.name, t.line(i), t.head[0])
			}
			codes = append(codes, c)
		}
	} else {
		if err := e.need("region", "nation"); err != nil {
			return err
		}
		r, err := e.vector(flags.Region)
		if err != nil {
			return err
		}
		n, err := e.vector(flags.Nation)
		if err != nil {
			return err
		}
		at, err := r.order(n.codes, len(n.values), flags.Nation)
		if err != nil {
			return err
		}
		region, nation = pick(r.values, at), n.values
		if codes = n.codes; codes == nil {
			codes = places(r.codes, len(nation))
		}
	}
	opt.Names = regional.Names{Industries: codes}
	if flags.SectorDelta != "" {
		v, err := e.vector(flags.SectorDelta)
		if err != nil {
			return err
		}
		at, err := v.order(codes, len(codes), flags.SectorDelta)
		if err != nil {
			return err
		}
		opt.SectorDelta = pick(v.values, at)
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
		slq[i], line[i] = v, text(v)
	}
	if len(missing) > 0 {
		notes = append(notes, fault.New("calc.no-quotient", "codes", strings.Join(missing, ", ")))
	}
	matrix := rowsOf(q.Matrix)
	var own [][]float64
	if flags.Coefficients != "" {
		a, err := e.matrix(flags.Coefficients, flags.BlankIsZero)
		if err != nil {
			return err
		}
		notes = zeros(notes, a)
		if a.rows != nil && !slices.Equal(a.rows, codes) || a.cols != nil && !slices.Equal(a.cols, codes) || len(a.values) != len(codes) || len(a.values[0]) != len(codes) {
			return fault.New("calc.other-codes", "file", flags.Coefficients, "n", len(codes))
		}
		c, err := q.Coefficients(a.dense(), opt)
		if err != nil {
			return err
		}
		own = rowsOf(c)
	}
	e.say("explain", "share", text(q.RegionShare), "lambda", fmt.Sprint(lambda(codes, q.Lambda)), "form", flags.Form)
	for i, c := range codes {
		e.say("explain-row", "code", c, "region", text(region[i]), "nation", text(nation[i]), "slq", line[i])
	}
	if e.json() {
		out := object{{"form", flags.Form}, {"codes", codes}, {"slq", byCode(codes, slq)}, {"regionShare", q.RegionShare}, {"lambda", lambda(codes, q.Lambda)},
			{"delta", flags.Delta}, {"matrix", matrix}, {"missing", missing}}
		if own != nil {
			out = append(out, member{"coefficients", own})
		}
		return e.writeJSON(append(out, member{"notes", e.remarks(notes)}))
	}
	e.warn(notes)
	if own != nil {
		return e.writeCSV(wide("code", codes, codes, own)...)
	}
	if opt.Form == regional.SLQ {
		return e.writeCSV(columns([]string{"code", "slq"}, codes, line)...)
	}
	return e.writeCSV(wide("code", codes, codes, matrix)...)
}

// lambda gives λ, by code where each column has its own.
func lambda(codes []string, l []float64) any {
	for _, v := range l {
		if v != l[0] {
			return byCode(codes, l)
		}
	}
	return l[0]
}
