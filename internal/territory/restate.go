package territory

import (
	"slices"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// Rule says how figures of parts make the figure of the whole.
type Rule string

// Rules of restatement.
const (
	Additive Rule = "additive" // the whole is the sum of its parts
	Ratio    Rule = "ratio"    // the whole is the quotient of two sums
	Average  Rule = "average"  // the plain mean of the parts, only where the publisher declares it so (DTI 2024)
)

// Values are figures of one period by time-unique area; an area that is absent has no figure.
type Values map[string]stat.Decimal

// Request asks for figures on another set of areas.
type Request struct {
	From, To    Set
	Rule        Rule
	Values      Values       // the figures; for a ratio its numerators
	Denominator Values       // for a ratio
	Per         stat.Decimal // for a ratio: 100 for per cent; zero counts as 1
	Weights     Values       // for the way back to old provinces: the declared weight of each in its new province
}

// Restated is a figure on the set asked for.
type Restated struct {
	Area    string
	Value   *stat.Decimal // nil when a part it needs has no figure: a part sum is never passed off as the whole
	Exact   bool          // false when declared weights were used: an estimate
	Missing []string      // areas whose figure (or weight) was needed and is not there
	Caveat  bool          // a part of one of the old provinces went elsewhere, so that the borders differ by a commune
}

// Restate moves figures of one period from one set of areas to another.
//
// From old to new provinces, from provinces to regions and to the nation, sums are exact, since a merger joins whole
// provinces (but for part of one commune, see Restated.Caveat). From new provinces back to old ones it splits by the weights
// declared, marks the result inexact, and gives the last part the remainder, so that the parts add to the whole exactly. A new
// province that is one old province needs no weight and stays exact, and so does one whose parts all lie in the region asked
// for. A ratio is restated through its numerator and denominator.
func (r *Registry) Restate(q Request) ([]Restated, error) {
	if err := r.checkValues(q.From, q.Values, q.Denominator); err != nil {
		return nil, err
	}
	if r.earlier != "" && q.From == r.current && (q.To == r.earlier || r.over(q.To) == r.earlier) {
		if err := r.checkValues(r.earlier, q.Weights); err != nil {
			return nil, err
		}
		for id, w := range q.Weights {
			if w.Sign() < 0 {
				return nil, fault.New("territory.bad-weight", "id", id, "weight", w.String())
			}
		}
	}
	switch q.Rule {
	case Additive:
		return r.sums(q, q.Values)
	case Average:
		return r.averages(q)
	case Ratio:
		return r.ratios(q)
	}
	return nil, fault.New("territory.no-rule", "rule", string(q.Rule))
}

// checkValues refuses figures of areas that are not of the set.
func (r *Registry) checkValues(set Set, all ...Values) error {
	for _, values := range all {
		for id := range values {
			if a := r.byID[id]; a == nil || a.Set != set || set == "" {
				return fault.New("territory.not-in-set", "id", id, "set", string(set))
			}
		}
	}
	return nil
}

// sums restates additive figures.
func (r *Registry) sums(q Request, values Values) ([]Restated, error) {
	if q.From == q.To {
		return r.collect(q.From, q.To, values, func(a *Area) []*Area { return []*Area{a} }), nil
	}
	from, ok := r.Division(q.From)
	if !ok || from.Kind == Nation {
		return nil, noRoute(q)
	}
	switch over := r.over(q.To); {
	case q.To == r.nation:
		return r.collect(q.From, q.To, values, func(*Area) []*Area { return r.Of(q.From) }), nil
	case from.Kind == Regions:
	case over == q.From:
		return r.collect(q.From, q.To, values, func(a *Area) []*Area { return r.Members(a.ID) }), nil
	case r.earlier == "": // one map: there is no other to go to
	case q.From == r.earlier && q.To == r.current:
		return r.collect(q.From, q.To, values, func(a *Area) []*Area { return r.Predecessors(a.ID) }), nil
	case q.From == r.earlier && over == r.current:
		return r.collect(q.From, q.To, values, func(a *Area) []*Area {
			var parts []*Area
			for _, m := range r.Members(a.ID) {
				parts = append(parts, r.Predecessors(m.ID)...)
			}
			return parts
		}), nil
	case q.From == r.current && q.To == r.earlier:
		return r.split(values, q.Weights), nil
	case q.From == r.current && over == r.earlier:
		return r.splitToRegions(q.To, values, q.Weights), nil
	}
	return nil, noRoute(q)
}

func noRoute(q Request) error {
	return fault.New("territory.no-route", "from", string(q.From), "to", string(q.To), "rule", string(q.Rule))
}

// collect sums the parts of each area of a set; a missing part leaves the area without a figure.
func (r *Registry) collect(from, to Set, values Values, parts func(*Area) []*Area) []Restated {
	var out []Restated
	for _, a := range r.Of(to) {
		x := Restated{Area: a.ID, Exact: true, Caveat: from == r.earlier && (to == r.current || r.over(to) == r.current) && r.borderDiffers(a)}
		var sum stat.Decimal
		for _, p := range parts(a) {
			v, ok := values[p.ID]
			if !ok {
				x.Missing = append(x.Missing, p.ID)
				continue
			}
			sum = sum.Add(v)
		}
		if len(x.Missing) == 0 {
			x.Value = &sum
		}
		out = append(out, x)
	}
	return out
}

// borderDiffers reports whether a part of an old province lies on the other side of an area's border than the province does.
func (r *Registry) borderDiffers(a *Area) bool {
	in := func(province string) bool {
		if a.ID == province || a.ID == string(r.nation) {
			return true
		}
		for _, m := range r.Members(a.ID) {
			if m.ID == province {
				return true
			}
		}
		return false
	}
	for old, to := range r.partTo {
		if in(r.successors[old]) != in(to) {
			return true
		}
	}
	return false
}

// split gives each old province its weight's part of the new one.
func (r *Registry) split(values, weights Values) []Restated {
	found := map[string]Restated{}
	for _, whole := range r.Of(r.current) {
		for _, x := range r.splitOne(whole, values, weights) {
			found[x.Area] = x
		}
	}
	var out []Restated
	for _, a := range r.Of(r.earlier) {
		out = append(out, found[a.ID])
	}
	return out
}

func (r *Registry) splitOne(whole *Area, values, weights Values) []Restated {
	parts := r.Predecessors(whole.ID)
	out := make([]Restated, len(parts))
	v, ok := values[whole.ID]
	var missing []string
	if !ok {
		missing = append(missing, whole.ID)
	}
	var total stat.Decimal
	for i, p := range parts {
		out[i] = Restated{Area: p.ID, Exact: len(parts) == 1, Caveat: r.borderDiffers(whole)}
		w, has := weights[p.ID]
		if !has && len(parts) > 1 {
			missing = append(missing, p.ID)
		}
		total = total.Add(w)
	}
	if len(parts) > 1 && len(missing) == 0 && total.Sign() == 0 { // weights that say nothing are no weights
		for _, p := range parts {
			missing = append(missing, p.ID)
		}
	}
	if len(missing) > 0 {
		for i := range out {
			out[i].Missing = missing
		}
		return out
	}
	rest := v
	for i, p := range parts {
		share := rest
		if i < len(parts)-1 {
			share, _ = v.Mul(weights[p.ID]).Quo(total) // total is not zero
			rest = rest.Sub(share)
		}
		out[i].Value = &share
	}
	return out
}

// splitToRegions sums new provinces into the old regions, splitting only those that straddle a border.
func (r *Registry) splitToRegions(to Set, values, weights Values) []Restated {
	region := func(old *Area) string { return old.regions[0].region }
	found := map[string]*Restated{}
	sum := map[string]stat.Decimal{}
	var out []Restated
	for _, a := range r.Of(to) {
		found[a.ID] = &Restated{Area: a.ID, Exact: true}
	}
	for _, whole := range r.Of(r.current) {
		parts := r.Predecessors(whole.ID)
		home, straddles := region(parts[0]), false
		for _, p := range parts {
			straddles = straddles || region(p) != home
		}
		if !straddles {
			v, ok := values[whole.ID]
			if !ok {
				found[home].Missing = append(found[home].Missing, whole.ID)
				continue
			}
			sum[home] = sum[home].Add(v)
			continue
		}
		for i, x := range r.splitOne(whole, values, weights) {
			at := found[region(parts[i])]
			at.Exact = false
			if x.Value == nil {
				at.Missing = append(at.Missing, x.Missing...)
				continue
			}
			sum[at.Area] = sum[at.Area].Add(*x.Value)
		}
	}
	for _, a := range r.Of(to) {
		x := found[a.ID]
		if len(x.Missing) == 0 {
			total := sum[a.ID]
			x.Value = &total
		}
		out = append(out, *x)
	}
	return out
}

// averages restates by the plain mean of the merged provinces.
func (r *Registry) averages(q Request) ([]Restated, error) {
	if r.earlier == "" || q.From != r.earlier || q.To != r.current {
		return nil, noRoute(q)
	}
	out, err := r.sums(q, q.Values)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Value != nil {
			mean, err := out[i].Value.Quo(stat.Int(int64(len(r.parts[out[i].Area]))))
			if err != nil {
				return nil, err
			}
			out[i].Value = &mean
		}
	}
	return out, nil
}

// ratios restates numerator and denominator apart and divides.
func (r *Registry) ratios(q Request) ([]Restated, error) {
	num, err := r.sums(q, q.Values)
	if err != nil {
		return nil, err
	}
	den, err := r.sums(q, q.Denominator)
	if err != nil {
		return nil, err
	}
	per := q.Per
	if per.Sign() == 0 {
		per = stat.Int(1)
	}
	for i := range num {
		x, d := &num[i], den[i]
		x.Exact = x.Exact && d.Exact
		for _, m := range d.Missing {
			if !slices.Contains(x.Missing, m) {
				x.Missing = append(x.Missing, m)
			}
		}
		if x.Value == nil || d.Value == nil {
			x.Value = nil
			continue
		}
		if d.Value.Sign() == 0 {
			return nil, fault.New("territory.zero-denominator", "id", x.Area)
		}
		v, err := x.Value.Mul(per).Quo(*d.Value)
		if err != nil {
			return nil, err
		}
		x.Value = &v
	}
	return num, nil
}
