package chart

import (
	"math"
	"slices"
	"sort"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// mostClasses is how many shades a reader can tell apart on a map.
const mostClasses = 5

// classes cut the figures of a map into at most five classes.
type classes struct {
	breaks  []float64
	colours []string
	words   func(lang string, class int) string
}

// classify takes the limits that the specification gives, or finds readable ones. A figure is in the class of what is printed of it: with 24.0 in
// the table and a limit at 24, no reader should find it below the limit because it is 23.96.
func (s *Spec) classify() classes {
	var c classes
	decimals := s.Decimals
	shown := s.printedFigures()
	switch {
	case len(s.Scale.Breaks) > 0:
		for _, b := range s.Scale.Breaks {
			c.breaks = append(c.breaks, b.Float64())
			decimals = min(decimals, 9)
		}
	case s.Scale.Middle != nil:
		c.breaks = around(s.Scale.Middle.Float64(), shown)
	default:
		c.breaks = limits(shown, decimals)
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
	if n > 1 {
		decimals = min(decimals, digitsShown)
	}
	number := func(lang string, f float64) string {
		d, err := stat.FromFloat(f, decimals)
		if err != nil {
			return ""
		}
		return text.FormatNumber(lang, d, decimals)
	}
	c.words = func(lang string, i int) string {
		switch {
		case n == 1 && len(shown) > 0: // all figures are alike
			return number(lang, shown[0])
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

// printedFigures gives the figures of a map as they are printed.
func (s *Spec) printedFigures() []float64 {
	var out []float64
	for _, v := range s.Series[0].Values {
		if f, ok := s.printedFigure(v); ok {
			out = append(out, f)
		}
	}
	return out
}

// printedFigure gives a figure with the digits that are printed of it.
func (s *Spec) printedFigure(v Value) (float64, bool) {
	if _, ok := v.Shown(); !ok {
		return 0, false
	}
	return v.V.Round(s.Decimals).Float64(), true
}

// of gives the class of a figure: the limits belong to the class above them.
func (c classes) of(f float64) int {
	return sort.Search(len(c.breaks), func(i int) bool { return f < c.breaks[i] })
}

// limits gives the limits between classes, five where there are as many different figures. They are the numbers with the fewest significant digits
// that leave no class empty and the classes about alike in size, however skewed the figures are. The figures are printed with a number of decimals,
// and no limit has more.
func limits(shown []float64, decimals int) []float64 {
	unit := scaleOf(shown, decimals)
	count := map[int64]int{}
	for _, f := range shown {
		count[int64(math.Round(f*unit))]++
	}
	var values []int64
	for v := range count {
		values = append(values, v)
	}
	slices.Sort(values)
	k := min(mostClasses, len(values))
	if k < 2 {
		return nil
	}
	gaps := make([]limit, len(values)-1) // between each value and the next
	for i := range gaps {
		gaps[i] = roundest(values[i], values[i+1])
	}
	below := make([]int, len(values)+1) // how many figures are below a value
	for i, v := range values {
		below[i+1] = below[i] + count[v]
	}
	uneven := func(from, to int) float64 { // how far a class of the values from … to-1 is from its due size
		share := float64(below[to]-below[from]) * float64(k) / float64(len(shown))
		return (share - 1) * (share - 1)
	}
	// best[c][i] is the least cost of c classes over the first i values, and came[c][i] where the last of them begins.
	best, came := make([][]float64, k+1), make([][]int, k+1)
	for c := range best {
		best[c], came[c] = make([]float64, len(values)+1), make([]int, len(values)+1)
		for i := range best[c] {
			best[c][i] = math.Inf(1)
		}
	}
	best[0][0] = 0
	for c := 1; c <= k; c++ {
		for i := c; i <= len(values); i++ {
			for j := c - 1; j < i; j++ {
				cost := best[c-1][j] + uneven(j, i)
				if j > 0 {
					cost += gaps[j-1].cost
				}
				if cost < best[c][i]-1e-12 {
					best[c][i], came[c][i] = cost, j
				}
			}
		}
	}
	out := make([]float64, k-1)
	for c, i := k, len(values); c > 1; c-- {
		i = came[c][i]
		out[c-2] = tidy(float64(gaps[i-1].at) / unit)
	}
	return out
}

// scaleOf gives the power of ten that makes whole numbers of figures with so many decimals: fewer where the figures are too large to be told apart
// by them.
func scaleOf(shown []float64, decimals int) float64 {
	size := 0.0
	for _, f := range shown {
		size = math.Max(size, math.Abs(f))
	}
	for decimals > 0 && size*math.Pow(10, float64(decimals)) > 1e15 {
		decimals--
	}
	return math.Pow(10, float64(decimals))
}

// limit is a number between two figures that may part two classes, with what its digits cost a reader.
type limit struct {
	at   int64
	cost float64
}

// roundest gives the number above a and up to b with the fewest significant digits; of several the one nearest to the middle between them.
func roundest(a, b int64) limit {
	if a < 0 && b >= 0 {
		return limit{}
	}
	whole := func(n, step int64) int64 { // the multiple at or below n
		m := n / step
		if n%step < 0 {
			m--
		}
		return m * step
	}
	for power := int64(1e18); power > 0; power /= 10 {
		for _, step := range []int64{power, power / 2, power / 5} { // 10, 5 and 2 of the next smaller power
			if step == 0 || whole(b, step) <= a {
				continue
			}
			at := whole(a+(b-a)/2+step/2, step)
			at = max(min(at, whole(b, step)), whole(a, step)+step)
			return limit{at, costOf(at)}
		}
	}
	return limit{b, costOf(b)}
}

// costOf is what the significant digits of a number cost: one is free, and a last digit of five is half of one.
func costOf(n int64) float64 {
	for n != 0 && n%10 == 0 {
		n /= 10
	}
	number := 0.0
	for x := n; x != 0; x /= 10 {
		number++
	}
	if n%5 == 0 && number > 1 {
		number -= 0.5
	}
	return 0.15 * math.Max(number-1, 0) * math.Max(number-1, 0)
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
