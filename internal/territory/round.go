package territory

import (
	"strings"

	"nhipso/internal/stat"
)

// Round rounds what a restatement divided. Sums stay as they are. Of a figure that weights split, the largest part takes the remainder, so
// that the parts still add to the whole to the last digit; quotients and means, of which nothing has to add, are rounded each by itself.
func (r *Registry) Round(q Request, figures []Restated, decimals int) {
	rest, largest := map[string]stat.Decimal{}, map[string]int{} // by the whole that was split
	for i, x := range figures {
		if x.Value == nil || q.Rule == Additive && x.Exact {
			continue
		}
		v := *x.Value
		if q.Rule == Additive || v.Decimals() > decimals {
			v = short(v, decimals)
		}
		figures[i].Value = &v
		whole, split := r.Successor(x.Area)
		if q.Rule != Additive || !split || q.To != r.earlier { // a region shares its figure with nothing else
			continue
		}
		if _, begun := rest[whole.ID]; !begun {
			rest[whole.ID] = q.Values[whole.ID]
		}
		rest[whole.ID] = rest[whole.ID].Sub(v)
		if k, begun := largest[whole.ID]; !begun || figures[k].Value.Abs().Cmp(v.Abs()) < 0 {
			largest[whole.ID] = i
		}
	}
	for id, i := range largest {
		v := figures[i].Value.Add(rest[id])
		v = short(v, v.Decimals())
		figures[i].Value = &v
	}
}

// short rounds a number and leaves out the zeros at its end.
func short(d stat.Decimal, decimals int) stat.Decimal {
	d = d.Round(decimals)
	s := d.String()
	if !strings.Contains(s, ".") {
		return d
	}
	if x, err := stat.ParseDecimal(strings.TrimRight(strings.TrimRight(s, "0"), ".")); err == nil {
		return x
	}
	return d
}

// Times multiplies figures area by area: quotients by their denominators, which gives the numerators that may be summed. An area that one of
// the two lacks has none.
func (v Values) Times(w Values) Values {
	out := Values{}
	for id, x := range v {
		if y, ok := w[id]; ok {
			out[id] = x.Mul(y)
		}
	}
	return out
}

// RestateVariances gives the variances of restated sums of independent figures: their sums, by area. A figure that weights split has none,
// for nothing is known of how sure the weights are.
func (r *Registry) RestateVariances(q Request, variances Values) (Values, error) {
	sums, err := r.Restate(Request{From: q.From, To: q.To, Rule: Additive, Values: variances})
	if err != nil {
		return nil, err
	}
	out := Values{}
	for _, x := range sums {
		if x.Value != nil && x.Exact {
			out[x.Area] = *x.Value
		}
	}
	return out, nil
}

// MadeOf lists what the figure of an area was made of: its provinces before the merger, the province that it is part of now, or, for a region
// and the nation, the set itself.
func (r *Registry) MadeOf(q Request, area string) []string {
	var ids []string
	switch {
	case q.From == r.current && q.To == r.earlier:
		if s, ok := r.Successor(area); ok {
			ids = append(ids, s.ID)
		}
	case q.From == r.earlier && q.To == r.current:
		for _, p := range r.Predecessors(area) {
			ids = append(ids, p.ID)
		}
	default:
		ids = append(ids, string(r.nation)+string(q.From))
	}
	return ids
}
