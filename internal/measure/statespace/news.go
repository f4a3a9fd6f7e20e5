package statespace

import "nhipso/internal/fault"

// Target is what a nowcast is about: one series in one period (both counted from 0; the period may lie after the data).
type Target struct{ Period, Series int }

// Release is one cell that is known now and was not, or has another value now.
type Release struct {
	Period, Series int
	Expected       float64 // what the model expected from the data before; the former value where Revised
	Released       float64
	Weight         float64 // change of the nowcast for one unit of surprise
	Contribution   float64 // Weight × (Released − Expected)
	Revised        bool    // the cell was known before with another value
}

// News explains why a nowcast moved. After − Before = Σ contributions, to rounding.
type News struct {
	Before, After float64
	Releases      []Release
	BySeries      []float64 // p: contributions added by series
	Unexplained   float64   // After − Before − Σ contributions: rounding only
}

// Decompose compares the nowcast of a target under two states of the data and splits its revision by release. Revised figures come
// first, valued with the old pattern of data; then what is newly known, each against what the model expected after
// those revisions. The later data may have more periods. The model is held fixed: what re-estimating it does is not news.
// Errors: a cell that was known and no longer is; as Smooth.
// Source: Bańbura and Modugno (2014), section 2.3.
func Decompose(mod Model, before, after Data, target Target) (*News, error) {
	s, err := mod.compile()
	if err != nil {
		return nil, err
	}
	for _, d := range []Data{before, after} {
		if err := s.check(d); err != nil {
			return nil, err
		}
	}
	if len(before.Values) > len(after.Values) {
		return nil, fault.New("statespace.shape", "name", "after", "got", len(after.Values), "want", len(before.Values))
	}
	if target.Period < 0 || target.Series < 0 || target.Series >= s.p {
		return nil, fault.New("statespace.no-target", "period", target.Period+1, "series", target.Series+1)
	}
	n := max(len(after.Values), target.Period+1)
	before = before.Extend(n-len(before.Values), s.p)
	after = after.Extend(n-len(after.Values), s.p)
	if err := s.check(after); err != nil {
		return nil, err
	}
	// The data in between: known where it was known before, with the figures of now.
	between := Data{Values: after.Values, Known: before.Known}

	smooth := func(d Data) (*Smoothed, error) {
		f, err := s.filter(d)
		if err != nil {
			return nil, err
		}
		return f.Smooth()
	}
	old, err := smooth(before)
	if err != nil {
		return nil, err
	}
	middle, err := smooth(between)
	if err != nil {
		return nil, err
	}
	now, err := smooth(after)
	if err != nil {
		return nil, err
	}
	out := &News{Before: old.Signal[target.Period][target.Series], After: now.Signal[target.Period][target.Series], BySeries: make([]float64, s.p)}
	out.Unexplained = out.After - out.Before
	// The nowcast is linear in the data: the weight of a cell is the nowcast of a one there and zeros elsewhere.
	pure := s.linear()
	for t := range n {
		for i := range s.p {
			r := Release{Period: t, Series: i, Released: after.Values[t][i]}
			pattern := after
			switch {
			case before.Known[t][i] && !after.Known[t][i]:
				return nil, fault.New("statespace.withdrawn", "period", t+1, "series", i+1)
			case before.Known[t][i] && before.Values[t][i] != after.Values[t][i]:
				r.Revised, r.Expected, pattern = true, before.Values[t][i], between
			case !before.Known[t][i] && after.Known[t][i]:
				r.Expected = middle.Signal[t][i]
				if !s.at(t).diagonal {
					r.Expected += s.expectedNoise(between, middle, t, i)
				}
			default:
				continue
			}
			impulse := Data{Known: pattern.Known}
			for range n {
				impulse.Values = append(impulse.Values, make([]float64, s.p))
			}
			impulse.Values[t][i] = 1
			f, err := pure.filter(impulse)
			if err != nil {
				return nil, err
			}
			w, err := f.Smooth()
			if err != nil {
				return nil, err
			}
			r.Weight = w.Signal[target.Period][target.Series]
			r.Contribution = r.Weight * (r.Released - r.Expected)
			out.BySeries[i] += r.Contribution
			out.Unexplained -= r.Contribution
			out.Releases = append(out.Releases, r)
		}
	}
	return out, nil
}

// expectedNoise is what the noise of the series already observed in a period tells about that of another, where H ties them:
// h'(H_oo)⁻¹(y − Zα̂ − d), by elimination.
func (s *system) expectedNoise(d Data, sm *Smoothed, t, series int) float64 {
	var at []int
	for i := range s.p {
		if d.known(t, i) {
			at = append(at, i)
		}
	}
	n := len(at)
	if n == 0 {
		return 0
	}
	part, e, h := make([]float64, n*n), make([]float64, n), make([]float64, n)
	for a, i := range at {
		for b, k := range at {
			part[a*n+b] = s.at(t).h[i*s.p+k]
		}
		e[a] = d.Values[t][i] - sm.Signal[t][i]
		h[a] = s.at(t).h[series*s.p+i]
	}
	l, diag, _ := ldl(part, n)
	out := 0.0
	for i := range n {
		for k := range i {
			e[i] -= l[i*n+k] * e[k]
			h[i] -= l[i*n+k] * h[k]
		}
		if diag[i] > 0 {
			out += h[i] * e[i] / diag[i]
		}
	}
	return out
}
