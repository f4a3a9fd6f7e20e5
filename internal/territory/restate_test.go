package territory_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// figures draws a value for every province of a set.
func figures(t *rapid.T, r *territory.Registry, set territory.Set, low, high int) territory.Values {
	out := territory.Values{}
	for _, a := range r.Of(set) {
		out[a.ID] = stat.Int(int64(rapid.IntRange(low, high).Draw(t, a.ID)))
	}
	return out
}

func total(values territory.Values) (sum stat.Decimal) {
	for _, v := range values {
		sum = sum.Add(v)
	}
	return sum
}

func values(t *rapid.T, restated []territory.Restated) territory.Values {
	out := territory.Values{}
	for _, x := range restated {
		if x.Value == nil {
			t.Fatalf("%s has no figure: %v", x.Area, x.Missing)
		}
		out[x.Area] = *x.Value
	}
	return out
}

func restate(t *rapid.T, r *territory.Registry, q territory.Request) []territory.Restated {
	out, err := r.Restate(q)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRestateProperties(t *testing.T) {
	r := registry(t)
	t.Run("whatever way a sum is restated, the nation's total stays to the last digit", rapid.MakeCheck(func(t *rapid.T) {
		old := figures(t, r, "63", -1000, 1_000_000)
		want := total(old)
		for _, set := range []territory.Set{"34", "23", "25", "VN", "63"} {
			got := restate(t, r, territory.Request{From: "63", To: set, Rule: territory.Additive, Values: old})
			if total(values(t, got)).Cmp(want) != 0 {
				t.Fatalf("63 to %s: %s, want %s", set, total(values(t, got)), want)
			}
			for _, x := range got {
				if !x.Exact {
					t.Fatalf("63 to %s: %s is called inexact", set, x.Area)
				}
			}
		}
		now := values(t, restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: old}))
		for _, set := range []territory.Set{"25", "VN"} {
			if got := values(t, restate(t, r, territory.Request{From: "34", To: set, Rule: territory.Additive, Values: now})); total(got).Cmp(want) != 0 {
				t.Fatalf("34 to %s: %s", set, total(got))
			}
		}
	}))
	t.Run("going by way of the new provinces or directly to the new regions is the same", rapid.MakeCheck(func(t *rapid.T) {
		old := figures(t, r, "63", 0, 1_000_000)
		direct := values(t, restate(t, r, territory.Request{From: "63", To: "25", Rule: territory.Additive, Values: old}))
		now := values(t, restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: old}))
		for id, v := range values(t, restate(t, r, territory.Request{From: "34", To: "25", Rule: territory.Additive, Values: now})) {
			if direct[id].Cmp(v) != 0 {
				t.Fatalf("%s: %s against %s", id, direct[id], v)
			}
		}
	}))
	t.Run("the way back splits every new province without losing a digit, and says that it is an estimate", rapid.MakeCheck(func(t *rapid.T) {
		now := figures(t, r, "34", 0, 1_000_000)
		weights := figures(t, r, "63", 1, 999)
		back := restate(t, r, territory.Request{From: "34", To: "63", Rule: territory.Additive, Values: now, Weights: weights})
		sum := map[string]stat.Decimal{}
		for _, x := range back {
			whole, _ := r.Successor(x.Area)
			sum[whole.ID] = sum[whole.ID].Add(*x.Value)
			if alone := len(r.Predecessors(whole.ID)) == 1; x.Exact != alone {
				t.Fatalf("%s: exact is %t", x.Area, x.Exact)
			}
			if x.Value.Sign() < 0 {
				t.Fatalf("%s: %s", x.Area, x.Value)
			}
		}
		for id, v := range now {
			if sum[id].Cmp(v) != 0 {
				t.Fatalf("%s: parts add to %s, not %s", id, sum[id], v)
			}
		}
		again := values(t, restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: values(t, back)}))
		for id, v := range now {
			if again[id].Cmp(v) != 0 {
				t.Fatalf("%s: there and back gives %s, not %s", id, again[id], v)
			}
		}
	}))
}

func TestRestatePropertiesOfRatiosAndGaps(t *testing.T) {
	r := registry(t)
	t.Run("weights that are the true figures give the true figures back", rapid.MakeCheck(func(t *rapid.T) {
		old := figures(t, r, "63", 1, 1000)
		now := values(t, restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: old}))
		back := values(t, restate(t, r, territory.Request{From: "34", To: "63", Rule: territory.Additive, Values: now, Weights: old}))
		for id, v := range old {
			if back[id].Sub(v).Abs().Cmp(stat.MustDecimal("1e-25")) > 0 {
				t.Fatalf("%s: %s, not %s", id, back[id], v)
			}
		}
	}))
	t.Run("a ratio lies between those of its parts", rapid.MakeCheck(func(t *rapid.T) {
		den, num := figures(t, r, "63", 1, 1000), figures(t, r, "63", 0, 1000)
		for _, x := range restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Ratio, Values: num, Denominator: den, Per: stat.Int(100)}) {
			low, high := stat.MustDecimal("1e9"), stat.MustDecimal("-1")
			for _, p := range r.Predecessors(x.Area) {
				q, err := num[p.ID].Mul(stat.Int(100)).Quo(den[p.ID])
				if err != nil {
					t.Fatal(err)
				}
				if q.Cmp(low) < 0 {
					low = q
				}
				if q.Cmp(high) > 0 {
					high = q
				}
			}
			slack := stat.MustDecimal("1e-20")
			if x.Value.Cmp(low.Sub(slack)) < 0 || x.Value.Cmp(high.Add(slack)) > 0 {
				t.Fatalf("%s: %s outside %s–%s", x.Area, x.Value, low, high)
			}
		}
	}))
	t.Run("one missing part leaves its areas, and only its areas, without a figure", rapid.MakeCheck(func(t *rapid.T) {
		old := figures(t, r, "63", 0, 1000)
		gone := rapid.SampledFrom(r.Of("63")).Draw(t, "gone")
		delete(old, gone.ID)
		whole, _ := r.Successor(gone.ID)
		for _, x := range restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: old}) {
			if missing := x.Area == whole.ID; (x.Value == nil) != missing || missing && !slices.Equal(x.Missing, []string{gone.ID}) {
				t.Fatalf("%s without %s: %+v", x.Area, gone.ID, x)
			}
		}
		nation := restate(t, r, territory.Request{From: "63", To: "VN", Rule: territory.Additive, Values: old})
		if nation[0].Value != nil {
			t.Fatal("a part sum was passed off as the nation's figure")
		}
	}))
	t.Run("old regions need weights only where a new province straddles their border", rapid.MakeCheck(func(t *rapid.T) {
		old := figures(t, r, "63", 1, 1000)
		now := values(t, restate(t, r, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: old}))
		want := values(t, restate(t, r, territory.Request{From: "63", To: "23", Rule: territory.Additive, Values: old}))
		got := restate(t, r, territory.Request{From: "34", To: "23", Rule: territory.Additive, Values: now, Weights: old})
		for _, x := range got {
			if x.Value.Sub(want[x.Area]).Abs().Cmp(stat.MustDecimal("1e-25")) > 0 || x.Exact {
				t.Fatalf("%s: %s (exact %t), want %s", x.Area, x.Value, x.Exact, want[x.Area])
			}
		}
	}))
}

func TestRestateCases(t *testing.T) {
	r := registry(t)
	num := func(m map[string]string) territory.Values {
		out := territory.Values{}
		for k, v := range m {
			out[k] = stat.MustDecimal(v)
		}
		return out
	}
	find := func(t *testing.T, q territory.Request, area string) territory.Restated {
		t.Helper()
		out, err := r.Restate(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out {
			if x.Area == area {
				return x
			}
		}
		t.Fatalf("no %s", area)
		return territory.Restated{}
	}
	parts := num(map[string]string{"VN63-24": "40", "VN63-27": "60"})
	t.Run("Bắc Ninh of today is Bắc Giang and Bắc Ninh of before", func(t *testing.T) {
		x := find(t, territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: parts}, "VN34-24")
		if x.Value.String() != "100" || !x.Exact || x.Caveat {
			t.Errorf("%+v", x)
		}
	})
	t.Run("its share is the quotient of sums, not the mean of shares", func(t *testing.T) {
		x := find(t, territory.Request{From: "63", To: "34", Rule: territory.Ratio, Values: parts, Denominator: num(map[string]string{"VN63-24": "400", "VN63-27": "100"}), Per: stat.Int(100)}, "VN34-24")
		if x.Value.Cmp(stat.Int(20)) != 0 {
			t.Errorf("%s, want 20 (the mean of 10 and 60 would be 35)", x.Value)
		}
	})
	t.Run("the mean is taken only where the rule declares it, as DTI 2024 does", func(t *testing.T) {
		x := find(t, territory.Request{From: "63", To: "34", Rule: territory.Average, Values: num(map[string]string{"VN63-24": "0.7", "VN63-27": "0.5"})}, "VN34-24")
		if x.Value.Cmp(stat.MustDecimal("0.6")) != 0 {
			t.Error(x.Value)
		}
	})
	t.Run("the commune that left Tiền Giang is a caveat on both sides, and on their regions", func(t *testing.T) {
		all := territory.Values{}
		for _, a := range r.Of("63") {
			all[a.ID] = stat.Int(1)
		}
		for set, want := range map[territory.Set][]string{"34": {"VN34-80", "VN34-82"}, "25": {"VNR25-DNB", "VNR25-DBCL"}, "VN": nil, "23": nil} {
			out, err := r.Restate(territory.Request{From: "63", To: set, Rule: territory.Additive, Values: all})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range out {
				if x.Caveat {
					got = append(got, x.Area)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("set %s: %v, want %v", set, got, want)
			}
		}
	})
	t.Run("without weights the way back gives no figure but for unchanged provinces", func(t *testing.T) {
		q := territory.Request{From: "34", To: "63", Rule: territory.Additive, Values: num(map[string]string{"VN34-24": "100", "VN34-01": "7"})}
		if x := find(t, q, "VN63-24"); x.Value != nil || x.Exact || len(x.Missing) != 2 {
			t.Errorf("%+v", x)
		}
		if x := find(t, q, "VN63-01"); x.Value == nil || x.Value.String() != "7" || !x.Exact {
			t.Errorf("%+v", x)
		}
		q.Weights = num(map[string]string{"VN63-24": "0", "VN63-27": "0"})
		if x := find(t, q, "VN63-24"); x.Value != nil {
			t.Errorf("weights of zero gave %s", x.Value)
		}
	})
	t.Run("what makes no sense is refused", func(t *testing.T) {
		for name, c := range map[string]struct {
			q    territory.Request
			code string
		}{
			"an area of another set":     {territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: num(map[string]string{"VN34-24": "1"})}, "territory.not-in-set"},
			"an area that is none":       {territory.Request{From: "63", To: "34", Rule: territory.Additive, Values: num(map[string]string{"X": "1"})}, "territory.not-in-set"},
			"a rule that is none":        {territory.Request{From: "63", To: "34", Rule: "median", Values: parts}, "territory.no-rule"},
			"a mean over regions":        {territory.Request{From: "63", To: "25", Rule: territory.Average, Values: parts}, "territory.no-route"},
			"regions into provinces":     {territory.Request{From: "25", To: "34", Rule: territory.Additive}, "territory.no-route"},
			"a weight below zero":        {territory.Request{From: "34", To: "63", Rule: territory.Additive, Weights: num(map[string]string{"VN63-24": "-1"})}, "territory.bad-weight"},
			"a weight of a new province": {territory.Request{From: "34", To: "63", Rule: territory.Additive, Weights: num(map[string]string{"VN34-24": "1"})}, "territory.not-in-set"},
			"a denominator of zero":      {territory.Request{From: "63", To: "34", Rule: territory.Ratio, Values: parts, Denominator: num(map[string]string{"VN63-24": "1", "VN63-27": "-1"})}, "territory.zero-denominator"},
		} {
			if _, err := r.Restate(c.q); fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
	})
}

// What a ratio lacks is named once, whether its numerator, its denominator or both lack it.
func TestARatioNamesWhatItLacksOnce(t *testing.T) {
	r := registry(t)
	parts := r.Predecessors("VN34-24")
	if len(parts) != 2 {
		t.Fatalf("%d parts", len(parts))
	}
	one := stat.Int(1)
	both := territory.Values{parts[0].ID: one, parts[1].ID: one}
	first := territory.Values{parts[0].ID: one}
	for name, c := range map[string]struct{ numerator, denominator territory.Values }{
		"the numerator": {first, both}, "the denominator": {both, first}, "both": {first, first},
	} {
		done, err := r.Restate(territory.Request{From: set63, To: set34, Rule: territory.Ratio, Values: c.numerator, Denominator: c.denominator})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range done {
			if x.Area == "VN34-24" && (x.Value != nil || !slices.Equal(x.Missing, []string{parts[1].ID})) {
				t.Errorf("%s lacks one part: %v, missing %v", name, x.Value, x.Missing)
			}
		}
	}
}
