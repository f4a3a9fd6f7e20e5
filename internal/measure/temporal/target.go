package temporal

import (
	"fmt"
	"math"

	"nhipso/internal/fault"
)

// Term is the part of one period in a total.
type Term struct {
	Index  int // position in the high-frequency series, from 0
	Weight float64
}

// Target is one known figure that a series has to meet: Σ Weight·y[Index] = Value. It may cover any periods —
// a year, a part of one, a half-year over quarters, a single period — and targets may overlap.
type Target struct {
	Name     string // for messages; "" is replaced by its number, from 1
	Terms    []Term
	Value    float64
	Variance float64 // 0: exact; otherwise the variance of Value, in squared units of the series
}

// Targets lays out a low-frequency series as targets: low[n] covers the f periods from offset + n·f on.
func Targets(low []float64, f, offset int, c Conversion) []Target {
	weights := c.Weights(f)
	out := make([]Target, len(low))
	for n, v := range low {
		terms := make([]Term, 0, f)
		for i, w := range weights {
			if w != 0 {
				terms = append(terms, Term{offset + n*f + i, w})
			}
		}
		out[n] = Target{Terms: terms, Value: v}
	}
	return out
}

// Covered leaves of a target the terms that lie among the first n periods: its value is then the total of those, or their mean.
func (t Target) Covered(n int, c Conversion) Target {
	var have []Term
	for _, term := range t.Terms {
		if term.Index >= 0 && term.Index < n {
			have = append(have, term)
		}
	}
	if c == Average && len(have) < len(t.Terms) {
		for i := range have {
			have[i].Weight = 1 / float64(len(have))
		}
	}
	t.Terms = have
	return t
}

func (t Target) label(k int) string {
	if t.Name != "" {
		return t.Name
	}
	return fmt.Sprint(k + 1)
}

// check refuses a target that cannot be read against a series of n periods.
func (t Target) check(k, n int) error {
	if err := finite(t.label(k), []float64{t.Value, t.Variance}); err != nil {
		return err
	}
	if t.Variance < 0 {
		return fault.New("temporal.bad-option", "option", "Variance", "value", t.Variance)
	}
	weighty := false
	for _, term := range t.Terms {
		if term.Index < 0 || term.Index >= n {
			return fault.New("temporal.outside", "constraint", t.label(k), "position", term.Index+1, "length", n)
		}
		if math.IsNaN(term.Weight) || math.IsInf(term.Weight, 0) {
			return fault.New("temporal.not-finite", "series", t.label(k), "position", term.Index+1)
		}
		weighty = weighty || term.Weight != 0
	}
	if !weighty {
		return fault.New("temporal.empty-constraint", "constraint", t.label(k))
	}
	return nil
}

// of gives the total of a series.
func (t Target) of(y []float64) float64 {
	var s float64
	for _, term := range t.Terms {
		s += term.Weight * y[term.Index]
	}
	return s
}
