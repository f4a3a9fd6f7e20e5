package stat

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimalReadsOnlyPlainNumbers(t *testing.T) {
	for in, want := range map[string]string{"12.66": "12.66", "-0.50": "-0.50", "8044386": "8044386", "1e3": "1000", "+7": "7", ".5": "0.5"} {
		d, err := ParseDecimal(in)
		if err != nil || d.String() != want {
			t.Errorf("%q reads as %q (%v), want %q", in, d, err, want)
		}
	}
	for _, bad := range []string{"", "1.234,56", "1,234.56", "12,66", " 1", "NaN", "Inf", "-Infinity", "1e999", "1e-999", "--1", "1.2.3", "0x10", "１２", "–5", "12%"} {
		if d, err := ParseDecimal(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
}

func TestDecimalRoundsHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"2.345", 2, "2.35"}, {"2.344999", 2, "2.34"}, {"-2.345", 2, "-2.35"}, {"-0.001", 2, "0.00"}, {"0.5", 0, "1"}, {"1250", -2, "1300"}, {"98.6297", 2, "98.63"}} {
		if got := MustDecimal(c.in).Round(c.n).String(); got != c.want {
			t.Errorf("%s to %d digits is %s, want %s", c.in, c.n, got, c.want)
		}
	}
}

func TestDecimalKeepsEveryDigitThroughJSON(t *testing.T) {
	in := MustDecimal("12847571.123456789012345678901234567890")
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out Decimal
	if err := json.Unmarshal(b, &out); err != nil || out.Cmp(in) != 0 {
		t.Fatalf("%s came back as %s (%v)", in, out, err)
	}
}

func decimals(t *rapid.T, label string) Decimal {
	n := rapid.Int64Range(-1e15, 1e15).Draw(t, label)
	return Int(n).Mul(MustDecimal("1e-" + strconv.Itoa(rapid.IntRange(0, 8).Draw(t, label+" digits"))))
}

func TestDecimalProperties(t *testing.T) {
	t.Run("the order of a sum does not matter", rapid.MakeCheck(func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Decimal { return decimals(t, "x") }), 1, 20).Draw(t, "list")
		back := make([]Decimal, len(list))
		for i, d := range list {
			back[len(list)-1-i] = d
		}
		if Sum(list...).Cmp(Sum(back...)) != 0 {
			t.Fatal("sums differ")
		}
	}))
	t.Run("a difference undoes a sum", rapid.MakeCheck(func(t *rapid.T) {
		a, b := decimals(t, "a"), decimals(t, "b")
		if a.Add(b).Sub(b).Cmp(a) != 0 {
			t.Fatalf("%s + %s − %s", a, b, b)
		}
	}))
	t.Run("a quotient of a product gives the factor back", rapid.MakeCheck(func(t *rapid.T) {
		a, b := decimals(t, "a"), decimals(t, "b")
		if b.Sign() == 0 {
			return
		}
		q, err := a.Mul(b).Quo(b)
		if err != nil || q.Cmp(a) != 0 {
			t.Fatalf("%s·%s/%s = %s (%v)", a, b, b, q, err)
		}
	}))
	t.Run("rounded parts add to the total, none off by more than a unit", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.IntRange(0, 4).Draw(t, "digits")
		values := rapid.SliceOfN(rapid.Float64Range(-1e7, 1e7), 1, 12).Draw(t, "values")
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		total, err := FromFloat(sum, n)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := RoundToTotal(values, total, n)
		if err != nil {
			t.Fatal(err)
		}
		if Sum(parts...).Cmp(total) != 0 {
			t.Fatalf("%v add to %s, not %s", parts, Sum(parts...), total)
		}
		for i, p := range parts {
			if math.Abs(p.Float64()-values[i]) > 1.51*math.Pow(10, -float64(n))+1e-6 {
				t.Fatalf("%v became %s at %d digits", values[i], p, n)
			}
		}
	}))
}

func TestRoundToTotalGivesTheUnitToTheTermFurthestOff(t *testing.T) {
	for _, c := range []struct {
		values []float64
		total  string
		want   string
	}{
		{[]float64{1.4, 1.2, 1.3}, "4", "2 1 1"},
		{[]float64{1.2, 1.4, 1.3}, "4", "1 2 1"},
		{[]float64{1.3, 1.3, 1.3}, "4", "2 1 1"}, // the first among equals
		{[]float64{1.7, 1.6, 1.8}, "5", "2 1 2"},
	} {
		parts, err := RoundToTotal(c.values, MustDecimal(c.total), 0)
		got := ""
		for _, p := range parts {
			got += " " + p.String()
		}
		if err != nil || got != " "+c.want {
			t.Errorf("%v to %s: got%s (%v), want %s", c.values, c.total, got, err, c.want)
		}
	}
}

func TestRoundToTotalRefusesWhatIsNotRounding(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		total  string
		n      int
	}{
		"a gap of more than one unit a term":  {[]float64{1, 2, 3}, "20", 0},
		"a total with more digits than asked": {[]float64{1, 2}, "3.05", 1},
		"no terms":                            {nil, "0", 0},
		"a term that is not a number":         {[]float64{math.NaN(), 1}, "1", 0},
		"a term that is infinite":             {[]float64{math.Inf(1), 1}, "1", 0},
	} {
		if out, err := RoundToTotal(c.values, MustDecimal(c.total), c.n); err == nil {
			t.Errorf("%s was accepted: %v", name, out)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"12.66", "-1e5", "1.234,56", "NaN", "", "9999999999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDecimal(s)
		if err != nil {
			return
		}
		e, err := ParseDecimal(d.String())
		if err != nil || e.Cmp(d) != 0 {
			t.Fatalf("%q reads as %s, which reads as %s (%v)", s, d, e, err)
		}
	})
}
