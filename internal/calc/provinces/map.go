package provinces

import (
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"nhipso/internal/calc/command"
	"nhipso/internal/fault"
	"nhipso/internal/measure/regional"
)

// byMap restates by declared shares from,to,share; --reverse goes back by an indicator of the old units.
func (r *provincesRun) byMap(f *areaFigures) ([]restated, error) {
	m, err := r.mapOf(r.Map)
	if err != nil {
		return nil, err
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	if r.Reverse {
		if err := r.e.Need("weights"); err != nil {
			return nil, err
		}
		w, err := r.e.Vector(r.Weights)
		if err != nil {
			return nil, err
		}
		at, err := w.Order(m.From, len(m.From), r.Map)
		if err != nil {
			return nil, err
		}
		if m, err = m.Reverse(command.Reorder(w.Values, at)); err != nil {
			return nil, err
		}
	}
	at, err := command.Order(f.file, f.areas, len(f.areas), m.From, len(m.From), r.Map)
	if err != nil {
		return nil, err
	}
	values, variances := mat.NewDense(len(m.From), len(f.periods), nil), mat.NewDense(len(m.From), len(f.periods), nil)
	for i, k := range at {
		for j, p := range f.periods {
			key := [2]string{f.areas[k], p}
			v, known := f.value[key]
			if !known {
				return nil, fault.New("calc.blank").At(f.file, f.line[f.areas[k]], slash(f.areas[k], p))
			}
			values.Set(i, j, v)
			variances.Set(i, j, f.variance[key])
		}
	}
	v, err := m.Restate(values)
	if err != nil {
		return nil, err
	}
	var second *mat.Dense
	if f.variance != nil {
		if second, err = m.RestateVariances(variances); err != nil {
			return nil, err
		}
	}
	exact := m.Whole()
	parts := make([][]string, len(m.To))
	for _, l := range m.Links {
		parts[l.To] = append(parts[l.To], command.Number(l.Share)+" × "+m.From[l.From])
	}
	var out []restated
	for j, p := range f.periods {
		for i, a := range m.To {
			x := restated{area: a, period: p, value: v.At(i, j), exact: exact[i]}
			if second != nil {
				s := second.At(i, j)
				x.variance = &s
			}
			r.e.Say("explain-restate", "code", slash(a, p), "parts", strings.Join(parts[i], " + "))
			out = append(out, x)
		}
	}
	return out, nil
}

// mapOf reads records from,to[,share]; a line without a share carries the whole unit.
func (r *provincesRun) mapOf(name string) (regional.Map, error) {
	t, err := r.e.Table(name)
	if err != nil {
		return regional.Map{}, err
	}
	from, err := t.Column("from", "old", "từ", "cũ")
	if err != nil {
		return regional.Map{}, err
	}
	to, err := t.Column("to", "new", "đến", "mới")
	if err != nil {
		return regional.Map{}, err
	}
	share, err := t.Column("share", "weight", "tỷ phần", "tỷ lệ")
	if err != nil {
		share = -1
	}
	var m regional.Map
	seen := map[[2]string]bool{}
	for i := range t.Len() {
		l := regional.Link{Share: 1}
		for _, x := range []struct {
			col  int
			list *[]string
			at   *int
		}{{from, &m.From, &l.From}, {to, &m.To, &l.To}} {
			code := t.Text(i, x.col)
			if code == "" {
				return m, fault.New("calc.no-code").At(name, t.Line(i), t.Head[x.col])
			}
			if *x.at = slices.Index(*x.list, code); *x.at < 0 {
				*x.at = len(*x.list)
				*x.list = append(*x.list, code)
			}
		}
		if key := [2]string{t.Text(i, from), t.Text(i, to)}; seen[key] {
			return m, fault.New("calc.twice", "code", key[0]+","+key[1]).At(name, t.Line(i), "")
		} else {
			seen[key] = true
		}
		if share >= 0 {
			v, known, err := t.Value(i, share)
			if err != nil {
				return m, err
			}
			if known {
				l.Share = v
			}
		}
		m.Links = append(m.Links, l)
	}
	return m, nil
}
