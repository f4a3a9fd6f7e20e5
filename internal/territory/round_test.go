package territory_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// What is split and rounded adds to the whole to the last digit, whatever the figure, the weights and the number of decimals.
func TestRoundedPartsAddToTheirWhole(t *testing.T) {
	r := registry(t)
	rapid.Check(t, func(t *rapid.T) {
		q := territory.Request{From: set34, To: set63, Rule: territory.Additive,
			Values: figures(t, r, set34, -1000, 1000), Weights: figures(t, r, set63, 1, 9)}
		decimals := rapid.IntRange(0, 4).Draw(t, "decimals")
		done := restate(t, r, q)
		r.Round(q, done, decimals)
		sums := territory.Values{}
		for _, x := range done {
			if x.Value.Decimals() > decimals {
				t.Fatalf("%s has %s", x.Area, x.Value)
			}
			whole, _ := r.Successor(x.Area)
			sums[whole.ID] = sums[whole.ID].Add(*x.Value)
		}
		for id, v := range q.Values {
			if sums[id].Cmp(v) != 0 {
				t.Fatalf("the parts of %s add to %s, not %s", id, sums[id], v)
			}
		}
	})
}

func TestTheLargestPartTakesTheRemainder(t *testing.T) {
	r := registry(t)
	q := territory.Request{From: set34, To: set63, Rule: territory.Additive,
		Values:  territory.Values{"VN34-24": stat.MustDecimal("100"), "VN34-01": stat.MustDecimal("1.123456789")},
		Weights: territory.Values{"VN63-24": stat.Int(1), "VN63-27": stat.Int(6)}}
	done, err := r.Restate(q)
	if err != nil {
		t.Fatal(err)
	}
	r.Round(q, done, 1)
	got := map[string]string{}
	for _, x := range done {
		if x.Value != nil {
			got[x.Area] = x.Value.String()
		}
	}
	// 14.2857… and 85.7142…: 14.3 and 85.7 add to 100. A province that was not split keeps every digit.
	if got["VN63-24"] != "14.3" || got["VN63-27"] != "85.7" || got["VN63-01"] != "1.123456789" {
		t.Error(got)
	}
	q.Weights = territory.Values{"VN63-24": stat.Int(1), "VN63-27": stat.Int(2)}
	if done, err = r.Restate(q); err != nil {
		t.Fatal(err)
	}
	r.Round(q, done, 0)
	for _, x := range done {
		if want := map[string]string{"VN63-24": "33", "VN63-27": "67"}[x.Area]; want != "" && x.Value.String() != want {
			t.Errorf("%s is %s, not %s", x.Area, x.Value, want)
		}
	}
}

func TestQuotientsAreRoundedEachByItself(t *testing.T) {
	r := registry(t)
	num, den := territory.Values{"VN63-24": stat.Int(1), "VN63-27": stat.Int(1)}, territory.Values{"VN63-24": stat.Int(1), "VN63-27": stat.Int(2)}
	q := territory.Request{From: set63, To: set34, Rule: territory.Ratio, Values: num, Denominator: den}
	done, err := r.Restate(q)
	if err != nil {
		t.Fatal(err)
	}
	r.Round(q, done, 2)
	for _, x := range done {
		if x.Area == "VN34-24" && x.Value.String() != "0.67" {
			t.Error(x.Value)
		}
	}
	if got := (territory.Values{"a": stat.Int(3), "b": stat.Int(1)}).Times(territory.Values{"a": stat.MustDecimal("0.5"), "c": stat.Int(1)}); len(got) != 1 || got["a"].String() != "1.5" {
		t.Error(got)
	}
}

func TestVariancesOfSumsAddAndSplitFiguresHaveNone(t *testing.T) {
	r := registry(t)
	v, err := r.RestateVariances(territory.Request{From: set63, To: set34, Rule: territory.Average}, territory.Values{"VN63-24": stat.Int(2), "VN63-27": stat.Int(3)})
	if err != nil || v["VN34-24"].String() != "5" || len(v) != 1 {
		t.Error(v, err)
	}
	v, err = r.RestateVariances(territory.Request{From: set34, To: set63}, territory.Values{"VN34-24": stat.Int(2), "VN34-01": stat.Int(3)})
	if err != nil || v["VN63-01"].String() != "3" || len(v) != 1 {
		t.Error(v, err)
	}
}

func TestAnAreaIsIdentifiedAsPeopleWriteIt(t *testing.T) {
	r := registry(t)
	for _, c := range []struct {
		set           territory.Set
		written, want string
	}{
		{"63", "VN63-24", "VN63-24"}, {"63", "24", "VN63-24"}, {"34", "24", "VN34-24"}, {"63", "1", "VN63-01"}, {"34", "Tỉnh Bắc Ninh", "VN34-24"}, {"63", "bac ninh", "VN63-27"},
		{"VN", "VN", "VN"}, {"63", "VN34-24", "territory.not-in-set"}, {"34", "Bắc Giang", "territory.no-name"}, {"63", "99", "territory.no-code"}, {"23", "24", "territory.no-name"},
	} {
		a, err := r.Identify(c.set, c.written)
		got := fault.CodeOf(err)
		if err == nil {
			got = a.ID
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.written, c.set, got, c.want)
		}
	}
}

func TestWhatAFigureIsMadeOf(t *testing.T) {
	r := registry(t)
	for _, c := range []struct {
		from, to territory.Set
		area     string
		want     []string
	}{{"63", "34", "VN34-24", []string{"VN63-24", "VN63-27"}}, {"34", "63", "VN63-24", []string{"VN34-24"}}, {"63", "VN", "VN", []string{"VN63"}}} {
		if got := r.MadeOf(territory.Request{From: c.from, To: c.to}, c.area); !slices.Equal(got, c.want) {
			t.Errorf("%s from %s: %v", c.area, c.from, got)
		}
	}
}

// What rounding leaves is taken by the largest part, wherever it stands among the parts and whatever the sign of the whole.
func TestWhatRoundingLeavesGoesToTheLargestPart(t *testing.T) {
	r := registry(t)
	var whole string
	for _, a := range r.Of(set34) {
		if len(r.Predecessors(a.ID)) == 3 {
			whole = a.ID
			break
		}
	}
	parts := r.Predecessors(whole)
	for _, c := range []struct {
		value         string
		weights, want [3]int64
	}{
		{"10", [3]int64{1, 1, 4}, [3]int64{2, 2, 6}}, // 1.67, 1.67 and 6.67 would round to 11
		{"10", [3]int64{4, 1, 1}, [3]int64{6, 2, 2}},
		{"10", [3]int64{1, 4, 1}, [3]int64{2, 6, 2}},
		{"-10", [3]int64{1, 4, 1}, [3]int64{-2, -6, -2}},
		{"10", [3]int64{3, 3, 14}, [3]int64{2, 2, 6}}, // 1.5, 1.5 and 7 would round to 11
	} {
		q := territory.Request{From: set34, To: set63, Rule: territory.Additive,
			Values: territory.Values{whole: stat.MustDecimal(c.value)}, Weights: territory.Values{}}
		for i, p := range parts {
			q.Weights[p.ID] = stat.Int(c.weights[i])
		}
		done, err := r.Restate(q)
		if err != nil {
			t.Fatal(err)
		}
		r.Round(q, done, 0)
		for _, x := range done {
			for i, p := range parts {
				if x.Area == p.ID && x.Value.Cmp(stat.Int(c.want[i])) != 0 {
					t.Errorf("%s by %v: part %d is %s, want %d", c.value, c.weights, i+1, x.Value, c.want[i])
				}
			}
		}
	}
}
