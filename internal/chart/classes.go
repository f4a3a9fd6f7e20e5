package chart

import (
	"math"
	"sort"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// classes cut the figures of a map into at most five classes.
type classes struct {
	breaks  []float64
	colours []string
	words   func(lang string, class int) string
}

// classify takes the limits that the specification gives, or finds readable ones that put about as many areas in each class.
func (s *Spec) classify() classes {
	var c classes
	decimals := s.Decimals
	switch {
	case len(s.Scale.Breaks) > 0:
		for _, b := range s.Scale.Breaks {
			c.breaks = append(c.breaks, b.Float64())
			decimals = min(decimals, 9)
		}
	default:
		var shown []float64
		for _, v := range s.Series[0].Values {
			if f, ok := v.Shown(); ok {
				shown = append(shown, f)
			}
		}
		if s.Scale.Middle != nil {
			c.breaks = around(s.Scale.Middle.Float64(), shown)
		} else {
			c.breaks = quantiles(shown)
		}
	}
	n := len(c.breaks) + 1
	ramp := sequence
	if s.Scale.Middle != nil {
		ramp = diverging
	}
	for _, i := range [][]int{{2}, {1, 3}, {0, 2, 4}, {0, 1, 3, 4}, {0, 1, 2, 3, 4}}[n-1] {
		c.colours = append(c.colours, ramp[i])
	}
	digitsShown := 0
	for _, b := range c.breaks {
		digitsShown = max(digitsShown, digits(b))
	}
	decimals = min(decimals, digitsShown)
	number := func(lang string, f float64) string {
		d, err := stat.FromFloat(f, decimals)
		if err != nil {
			return ""
		}
		return text.FormatNumber(lang, d, decimals)
	}
	c.words = func(lang string, i int) string {
		switch {
		case n == 1:
			return ""
		case i == 0:
			return book.Say(lang, "up-to", "b", number(lang, c.breaks[0]))
		case i == n-1:
			return book.Say(lang, "from", "a", number(lang, c.breaks[n-2]))
		}
		return book.Say(lang, "between", "a", number(lang, c.breaks[i-1]), "b", number(lang, c.breaks[i]))
	}
	return c
}

// of gives the class of a figure: the limits belong to the class above them.
func (c classes) of(f float64) int {
	return sort.Search(len(c.breaks), func(i int) bool { return f < c.breaks[i] })
}

// quantiles gives four limits near the quintiles, rounded to readable numbers; fewer when the figures are few or alike.
func quantiles(shown []float64) []float64 {
	if len(shown) < 2 {
		return nil
	}
	v := append([]float64(nil), shown...)
	sort.Float64s(v)
	span := v[len(v)-1] - v[0]
	if span <= 0 {
		return nil
	}
	_, _, step := ticks(0, span, 20, true)
	var out []float64
	for _, q := range []float64{0.2, 0.4, 0.6, 0.8} {
		at := q * float64(len(v)-1)
		i := int(at)
		x := v[i]
		if i+1 < len(v) {
			x += (at - float64(i)) * (v[i+1] - v[i])
		}
		b := tidy(math.Round(x/step) * step)
		if b > v[0] && b <= v[len(v)-1] && (len(out) == 0 || b > out[len(out)-1]) {
			out = append(out, b)
		}
	}
	return out
}

// around gives four limits at equal steps around a middle.
func around(middle float64, shown []float64) []float64 {
	far := 0.0
	for _, f := range shown {
		far = math.Max(far, math.Abs(f-middle))
	}
	if far == 0 {
		return nil
	}
	_, _, step := ticks(0, far/2.5, 1, true)
	return []float64{tidy(middle - 1.5*step), tidy(middle - 0.5*step), tidy(middle + 0.5*step), tidy(middle + 1.5*step)}
}
