package compare

import (
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// Way is how two figures of a unit are compared.
type Way string

// Ways to compare.
const (
	Points Way = "points" // shares and rates: percentage points
	Times  Way = "times"  // amounts: how many times one is the other
	Amount Way = "amount" // scores and indices, whose zero is a convention: the difference in their unit
	Ranks  Way = "ranks"  // how many ranks, and the lower number is the better
	None   Way = ""       // what is no quantity
)

// ways of the units that are no amounts.
var ways = map[string]Way{
	"PC": Points, "PC_GDP": Points, "PC_GRDP": Points, "PC_DVA": Points, "PC_VA": Points, "PC_YEAR": Points, "PC_POINT": Points,
	"INDEX": Amount, "INDEX100": Amount, "POINTS": Amount, "RATIO": Amount, "FRACTION": Amount, "YEARS": Amount,
	"RANK": Ranks, "CLASS": None, "NONE": None, "": None,
}

// WayOf gives how figures of a unit are compared. What is counted or paid is an amount.
func WayOf(unit string) Way {
	if w, known := ways[unit]; known {
		return w
	}
	return Times
}

// Difference is how far a figure is from another one.
type Difference struct {
	Value   *stat.Decimal // nil when it cannot be said: an amount is no multiple of nothing or of less
	Digits  int           // after the mark, as it is to be printed
	Status  stat.Status   // that of the less certain of the two
	Mark    stat.Mark     // that of the less known of the two
	Overlap bool          // both have intervals, and these have values in common: the figures do not say which is the greater
}

// fewest is how many digits of a multiple count, whatever its size.
const fewest = 3

// Of compares a figure with a base in a way, exactly; a multiple is rounded once, to the digits with which it is printed. Both have values, printed
// with a number of digits.
func (w Way) Of(figure, base cube.Version, digits int) Difference {
	out := Difference{Status: stat.LeastCertain(figure.Status, base.Status), Mark: stat.Weakest(figure.Mark(), base.Mark()), Digits: digits, Overlap: overlap(figure, base)}
	a, b := *figure.Value, *base.Value
	switch w {
	case None:
		return out
	case Times:
		if a.Sign() <= 0 || b.Sign() <= 0 {
			return out
		}
		ratio, err := a.Quo(b)
		if err != nil {
			return out
		}
		out.Digits = fewest - 1
		for power := stat.Int(1); ratio.Mul(power).Cmp(stat.Int(1)) < 0 && out.Digits < 9; power = power.Mul(stat.Int(10)) {
			out.Digits++
		}
		ratio = ratio.Round(out.Digits)
		out.Value = &ratio
		return out
	}
	d := a.Sub(b)
	out.Value = &d
	return out
}

// overlap reports whether the intervals of two figures have values in common.
func overlap(a, b cube.Version) bool {
	low1, high1, ok1 := interval(a)
	low2, high2, ok2 := interval(b)
	return ok1 && ok2 && low1.Cmp(high2) <= 0 && low2.Cmp(high1) <= 0
}

func interval(v cube.Version) (low, high stat.Decimal, ok bool) {
	low, err1 := stat.ParseDecimal(v.Attributes[stat.AttrLower])
	high, err2 := stat.ParseDecimal(v.Attributes[stat.AttrUpper])
	return low, high, err1 == nil && err2 == nil
}
