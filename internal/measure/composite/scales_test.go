package composite

import (
	"fmt"
	"math"
	"testing"

	"nhipso/internal/fault"
)

// parsed reads a method whose index is given, with the fields every method has.
func parsed(t *testing.T, rest string) Method {
	t.Helper()
	m, err := Parse([]byte("code: i\nversion: v\nfrom: 2020-01-01\nweights: equal\n" + rest))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func readings(x ...float64) (out []Reading) {
	for _, v := range x {
		out = append(out, Is(v))
	}
	return out
}

// The human development index: goalposts and the logarithm of income as in UNDP's technical note 1, values made up.
func TestIncomeOnALogarithmicScale(t *testing.T) {
	m := parsed(t, `
aggregate: geometric
normalise: {kind: goalposts, low: 0, high: 1}
index:
  code: i
  parts:
    - {code: life, normalise: {kind: goalposts, low: 20, high: 85}}
    - code: education
      aggregate: arithmetic
      parts:
        - {code: expected, normalise: {kind: goalposts, low: 0, high: 18, clamp: true}}
        - {code: mean, normalise: {kind: goalposts, low: 0, high: 15, clamp: true}}
    - {code: income, normalise: {kind: goalposts, low: 100, high: 75000, clamp: true, log: true}}
`)
	d := Data{Units: []string{"a", "rich", "poor"}, Readings: map[string][]Reading{
		"life": readings(70.1, 82, 60), "expected": readings(12.3, 13, 5), "mean": readings(8.2, 10, 3), "income": readings(8000, 2e5, -5),
	}}
	r, err := Evaluate(m, d)
	if err != nil {
		t.Fatal(err)
	}
	income := (math.Log(8000) - math.Log(100)) / (math.Log(75000) - math.Log(100))
	want := []float64{
		math.Cbrt((70.1 - 20) / 65 * (12.3/18 + 8.2/15) / 2 * income),
		math.Cbrt((82.0 - 20) / 65 * (13.0/18 + 10.0/15) / 2),
		0, // an income below the goalpost is clipped to it
	}
	for i, w := range want {
		if got := r.Nodes[0].Scores[i].Value; math.Abs(got-w) > 1e-14 {
			t.Errorf("%s: %.16g, want %.16g", d.Units[i], got, w)
		}
	}
	m.Index.Parts[2].Normalise.Clamp = false
	if _, err := Evaluate(m, d); fault.CodeOf(err) != "composite.outside-goalposts" {
		t.Error(err)
	}
	m.Index.Parts[2].Normalise = &Normalise{Kind: "min-max", Log: true}
	if _, err := Evaluate(m, d); fault.CodeOf(err) != "composite.log-needs-positive" {
		t.Error(err)
	}
	m.Index.Parts[2].Normalise = &Normalise{Kind: "goalposts", Low: new(float64), High: m.Index.Parts[0].Normalise.High, Log: true}
	if err := m.Check(); fault.CodeOf(err) != "composite.bad-goalposts" {
		t.Error(err)
	}
}

// The e-government development index: the mean of z scores of a sub-index goes through min-max again before it is put together.
func TestASubIndexOnAScaleOfItsOwn(t *testing.T) {
	m := parsed(t, `
normalise: {kind: min-max}
index:
  code: i
  parts:
    - {code: service}
    - {code: telecom, normalise: {kind: min-max}, parts: [{code: a, normalise: {kind: z}}, {code: b, normalise: {kind: z}}]}
`)
	a, b := []float64{1, 4, 7, 2}, []float64{3, 0, 5, 9}
	d := Data{Units: []string{"u", "v", "w", "x"}, Readings: map[string][]Reading{"service": readings(0.2, 0.4, 0.9, 0.1), "a": readings(a...), "b": readings(b...)}}
	z := func(x []float64) []float64 {
		mean, ss := 0.0, 0.0
		for _, v := range x {
			mean += v / 4
		}
		for _, v := range x {
			ss += (v - mean) * (v - mean)
		}
		out := make([]float64, 4)
		for i, v := range x {
			out[i] = (v - mean) / math.Sqrt(ss/3)
		}
		return out
	}
	za, zb := z(a), z(b)
	low, high := math.Inf(1), math.Inf(-1)
	var sub [4]float64
	for i := range sub {
		sub[i] = (za[i] + zb[i]) / 2
		low, high = math.Min(low, sub[i]), math.Max(high, sub[i])
	}
	r, err := Evaluate(m, d)
	if err != nil {
		t.Fatal(err)
	}
	telecom, _ := r.Node("telecom")
	for i := range sub {
		want := (sub[i] - low) / (high - low)
		if got := telecom.Scores[i].Value; math.Abs(got-want) > 1e-14 {
			t.Errorf("telecom of %s: %g, want %g", d.Units[i], got, want)
		}
		want = (want + (d.Readings["service"][i].Value-0.1)/0.8) / 2
		if got := r.Nodes[0].Scores[i].Value; math.Abs(got-want) > 1e-14 {
			t.Errorf("%s: %g, want %g", d.Units[i], got, want)
		}
	}
	d.Readings["a"][1] = Reading{}
	if r, err = Evaluate(m, d); err != nil {
		t.Fatal(err)
	}
	if s := r.Nodes[0].Scores[1]; s.Known || s.Why != WhyMissing {
		t.Errorf("a unit without a reading has %+v", s)
	}
	t.Run("a direction, a divisor or a z score is refused where it means nothing", func(t *testing.T) {
		for field, code := range map[string]string{"down: true": "composite.no-indicator", "per: b": "composite.no-indicator", "normalise: {kind: median}": "composite.unknown-rule"} {
			_, err := Parse(fmt.Appendf(nil, "code: i\nversion: v\nfrom: 2020-01-01\nweights: equal\nnormalise: {kind: rank}\nindex: {code: i, parts: [{code: s, %s, parts: [{code: a}, {code: b}]}]}", field))
			if fault.CodeOf(err) != code {
				t.Errorf("%s: %v", field, err)
			}
		}
		_, err := Parse([]byte("code: i\nversion: v\nfrom: 2020-01-01\nweights: equal\naggregate: geometric\nnormalise: {kind: rank}\nindex: {code: i, parts: [{code: s, normalise: {kind: z}, parts: [{code: a}]}, {code: b}]}"))
		if fault.CodeOf(err) != "composite.geometric-needs-positive" {
			t.Error(err)
		}
	})
}

func TestSensitivityKeepsTheDeclaredMethodAmongOthers(t *testing.T) {
	m := parsed(t, "normalise: {kind: goalposts, low: 0, high: 10}\nindex: {code: i, parts: [{code: a}, {code: b}]}")
	d := Data{Units: []string{"u", "v"}, Readings: map[string][]Reading{"a": readings(1, 2), "b": readings(9, 1)}}
	r, err := Ranking(m, d, Sensitivity{Draws: 50, Weights: "none", Normalisations: []string{"declared"}, Aggregations: []string{"declared"}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if r.Units[0].Counts[0] != 50 {
		t.Errorf("the declared method gave other ranks: %v", r.Units)
	}
	if r, err = Ranking(m, d, Sensitivity{Draws: 400, Weights: "none", Normalisations: []string{"declared", "rank"}}, 2); err != nil {
		t.Fatal(err)
	}
	if n := r.Units[0].Counts[0]; n != 400 { // under ranks both are equal, and share the first place
		t.Errorf("%d", n)
	}
	if n := r.Units[1].Counts[0]; n < 120 || n > 280 {
		t.Errorf("the two normalisations should be drawn with equal chance: %d of 400", n)
	}
	t.Run("weights that leave a sub-index without spread are told, not a panic", func(t *testing.T) {
		m := parsed(t, "normalise: {kind: none}\nindex: {code: i, parts: [{code: s, normalise: {kind: min-max}, parts: [{code: a, weight: 1}, {code: b, weight: 0}]}, {code: c}]}")
		d := Data{Units: []string{"u", "v"}, Readings: map[string][]Reading{"a": readings(1, 1), "b": readings(1, 2), "c": readings(1, 2)}}
		if _, err := Ranking(m, d, Sensitivity{Draws: 10}, 2); fault.CodeOf(err) != "composite.no-spread" {
			t.Error(err)
		}
	})
}
