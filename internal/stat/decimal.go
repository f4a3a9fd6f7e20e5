package stat

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"nhipso/internal/fault"
)

// Decimal is an exact decimal number. It is immutable; the zero Decimal is 0. Sums, differences and products
// are exact; a quotient is rounded half to even at 34 significant digits.
type Decimal struct{ d *apd.Decimal }

var exact = apd.BaseContext.WithPrecision(0)

// quotients carries 34 digits, those of IEEE 754 decimal128: far beyond any published figure.
var quotients = func() *apd.Context {
	c := apd.BaseContext.WithPrecision(34)
	c.Rounding = apd.RoundHalfEven
	return c
}()

func (a Decimal) val() *apd.Decimal {
	if a.d == nil {
		return new(apd.Decimal)
	}
	return a.d
}

// ParseDecimal reads a number written with a decimal point and without thousands separators or blanks. Exponents
// are allowed within ±300; NaN and infinities are refused.
func ParseDecimal(s string) (Decimal, error) {
	if s == "" || len(s) > 400 || strings.Trim(s, "0123456789+-.eE") != "" {
		return Decimal{}, fault.New("stat.bad-decimal", "text", s)
	}
	if n, digits, ok := short(s); ok {
		return Decimal{apd.New(n, int32(-digits))}, nil //nolint:gosec // at most 18
	}
	d, cond, err := apd.NewFromString(s)
	if err != nil || cond.Any() || d.Form != apd.Finite || d.Exponent < -300 || d.Exponent > 300 {
		return Decimal{}, fault.New("stat.bad-decimal", "text", s)
	}
	return Decimal{d}, nil
}

// short reads what nearly all numbers are: up to 18 digits, with a sign or a point among them perhaps. Of a number below zero without any other
// digit than 0 the sign would be lost.
func short(s string) (n int64, digits int, ok bool) {
	rest := strings.TrimPrefix(s, "-")
	if rest == "" || len(rest) > 18 {
		return 0, 0, false
	}
	point := -1
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
		case c == '.' && point < 0 && i > 0 && i < len(rest)-1:
			point = i
		default:
			return 0, 0, false
		}
	}
	if point >= 0 {
		digits = len(rest) - 1 - point
	}
	if len(rest) < len(s) {
		return -n, digits, n != 0
	}
	return n, digits, true
}

// MustDecimal is ParseDecimal for text written in the code.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	must(err)
	return d
}

// Int gives the decimal of an integer.
func Int(n int64) Decimal { return Decimal{apd.New(n, 0)} }

// Significant gives the decimal nearest to f with the 15 digits that a floating number holds for certain.
func Significant(f float64) (Decimal, error) {
	digits := 15
	if f != 0 && !math.IsInf(f, 0) && !math.IsNaN(f) {
		digits -= int(math.Floor(math.Log10(math.Abs(f)))) + 1
	}
	return FromFloat(f, max(0, digits))
}

// FromFloat gives the decimal nearest to f with the given number of digits after the point, rounded half away
// from zero as Vietnamese and most other statistical offices print. NaN and infinities are refused.
func FromFloat(f float64, decimals int) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, fault.New("stat.bad-decimal", "text", strconv.FormatFloat(f, 'g', -1, 64))
	}
	d, _, err := apd.NewFromString(strconv.FormatFloat(f, 'e', -1, 64))
	must(err) // the shortest form of a finite number is a number
	return Decimal{d}.Round(decimals), nil
}

// powersOfTen are those that binary numbers hold exactly.
var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Float64 gives the nearest binary number, for methods that compute in floating point.
func (a Decimal) Float64() float64 {
	// A drawing asks for thousands. A whole number and a power of ten that binary numbers hold exactly need no text: one division rounds them once.
	if d := a.val(); d.Form == apd.Finite && d.Exponent <= 0 && int(-d.Exponent) < len(powersOfTen) && d.Coeff.IsUint64() && d.Coeff.Uint64() < 1<<53 {
		f := float64(d.Coeff.Uint64()) / powersOfTen[-d.Exponent]
		if d.Negative {
			return -f
		}
		return f
	}
	f, _ := strconv.ParseFloat(a.String(), 64)
	return f
}

// String writes the number without exponent, with the digits it was given.
func (a Decimal) String() string { return a.val().Text('f') }

// Append is String, behind what is there.
func (a Decimal) Append(b []byte) []byte {
	if a.d == nil {
		return append(b, '0')
	}
	return a.d.Append(b, 'f')
}

// MarshalText implements encoding.TextMarshaler.
func (a Decimal) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Decimal) UnmarshalText(b []byte) (err error) { *a, err = ParseDecimal(string(b)); return err }

// MarshalJSON writes a JSON number, which keeps every digit.
func (a Decimal) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON reads a JSON number without passing through binary floating point.
func (a *Decimal) UnmarshalJSON(b []byte) (err error) { *a, err = ParseDecimal(string(b)); return err }

// Add gives a + b exactly.
func (a Decimal) Add(b Decimal) Decimal { return a.op(b, exact.Add) }

// Sub gives a − b exactly.
func (a Decimal) Sub(b Decimal) Decimal { return a.op(b, exact.Sub) }

// Mul gives a × b exactly.
func (a Decimal) Mul(b Decimal) Decimal { return a.op(b, exact.Mul) }

func (a Decimal) op(b Decimal, f func(d, x, y *apd.Decimal) (apd.Condition, error)) Decimal {
	out := new(apd.Decimal)
	_, err := f(out, a.val(), b.val())
	must(err) // cannot happen: exponents are bounded where numbers are read
	return Decimal{out}
}

// Quo gives a ÷ b rounded half to even at 34 digits; division by zero is an error.
func (a Decimal) Quo(b Decimal) (Decimal, error) {
	if b.Sign() == 0 {
		return Decimal{}, fault.New("stat.divide-by-zero")
	}
	out := new(apd.Decimal)
	_, err := quotients.Quo(out, a.val(), b.val())
	must(err)
	return Decimal{out}, nil
}

// Neg gives −a.
func (a Decimal) Neg() Decimal { return Int(0).Sub(a) }

// Abs gives |a|.
func (a Decimal) Abs() Decimal {
	if a.Sign() < 0 {
		return a.Neg()
	}
	return a
}

// Round gives a with n digits after the point, half away from zero. A negative n rounds to tens, hundreds…
func (a Decimal) Round(n int) Decimal {
	if d := a.val(); d.Exponent == int32(-n) && !d.IsZero() { // most figures are printed as they are
		return a
	}
	c := apd.BaseContext.WithPrecision(1400) // more digits than any float64 or parsed number has
	c.Rounding = apd.RoundHalfUp
	out := new(apd.Decimal)
	_, err := c.Quantize(out, a.val(), int32(-n))
	must(err)
	if out.IsZero() {
		out.Negative = false // a published table has no "−0.00"
	}
	return Decimal{out}
}

// Decimals gives the number of digits written after the point.
func (a Decimal) Decimals() int { return max(0, -int(a.val().Exponent)) }

// Cmp gives -1, 0 or 1; 1.50 equals 1.5.
func (a Decimal) Cmp(b Decimal) int { return a.val().Cmp(b.val()) }

// Sign gives -1, 0 or 1.
func (a Decimal) Sign() int { return a.val().Sign() }

// Sum adds exactly, so that the order does not matter.
func Sum(values ...Decimal) Decimal {
	var total Decimal
	for _, v := range values {
		total = total.Add(v)
	}
	return total
}

// RoundToTotal rounds floating-point values to n digits so that they add exactly to total, which must itself
// have at most n digits. The units lost by rounding go to the terms whose rounding was furthest off, first
// term first among equals (largest-remainder method), so no term moves by more than one unit in the last
// digit. It refuses values whose sum is further from total than one unit a term: that is not rounding.
func RoundToTotal(values []float64, total Decimal, n int) ([]Decimal, error) {
	refuse := fault.New("stat.cannot-distribute", "total", total.String(), "n", len(values))
	if len(values) == 0 || total.Round(n).Cmp(total) != 0 {
		return nil, refuse
	}
	out := make([]Decimal, len(values))
	off := make([]float64, len(values)) // exact − rounded, in units of the last digit
	unit := math.Pow(10, -float64(n))
	for i, v := range values {
		d, err := FromFloat(v, n)
		if err != nil {
			return nil, err
		}
		out[i] = d
		off[i] = (v - d.Float64()) / unit
	}
	one := Decimal{apd.New(1, int32(-n))}
	gap := total.Sub(Sum(out...))
	steps, _ := strconv.ParseInt(gap.Mul(Decimal{apd.New(1, int32(n))}).Round(0).String(), 10, 64)
	if steps > int64(len(values)) || -steps > int64(len(values)) {
		return nil, refuse
	}
	for ; steps != 0; steps -= sign(steps) {
		best := -1
		for i := range off {
			if best < 0 || float64(sign(steps))*off[i] > float64(sign(steps))*off[best] {
				best = i
			}
		}
		if steps > 0 {
			out[best] = out[best].Add(one)
		} else {
			out[best] = out[best].Sub(one)
		}
		off[best] -= float64(sign(steps))
	}
	return out, nil
}

func sign(n int64) int64 {
	if n < 0 {
		return -1
	}
	return 1
}
