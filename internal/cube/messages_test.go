package cube

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

// numbers draws a set as a map, the plainest model of one.
func numbers(t *rapid.T, label string) map[int64]bool {
	return rapid.MapOfN(rapid.Int64Range(1, 40), rapid.Just(true), 0, 30).Draw(t, label)
}

func TestMessagesAreSetsOfNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := numbers(t, "a"), numbers(t, "b")
		x, y := NewMessages(slices.Collect(maps.Keys(a))...), NewMessages(slices.Collect(maps.Keys(b))...)
		union, without := x.Union(y), x.Without(y)
		covers := true
		for n := int64(0); n <= 41; n++ {
			if x.Has(n) != a[n] || union.Has(n) != (a[n] || b[n]) || without.Has(n) != (a[n] && !b[n]) {
				t.Fatalf("%d: %s, %s, union %s, without %s", n, x, y, union, without)
			}
			covers = covers && (a[n] || !b[n])
		}
		if x.Covers(y) != covers || x.Len() != int64(len(a)) {
			t.Fatalf("%s covers %s: %t; it holds %d", x, y, x.Covers(y), x.Len())
		}
		back, err := ParseMessages(union.String())
		if err != nil || !slices.Equal(back, union) || (back == nil) != (union == nil) {
			t.Fatalf("%s came back as %s (%v)", union, back, err)
		}
		for i := 1; i < len(union); i++ {
			if union[i].From <= union[i-1].To+1 {
				t.Fatalf("spans of %s touch", union)
			}
		}
	})
}

func TestMessagesAreWrittenAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{"3,1-2": "1-3", "1-1203,1210": "1-1203,1210", "-": "-", "": "", " 5 , 7": "5,7"} {
		m, err := ParseMessages(text)
		if err != nil || m.String() != want {
			t.Errorf("%q gave %q (%v)", text, m, err)
		}
	}
	for _, text := range []string{"0", "3-1", "a", "1,,2", "1-", "-2", "1.5", "9999999999999999999"} {
		if _, err := ParseMessages(text); fault.CodeOf(err) != "cube.bad-messages" {
			t.Errorf("%q: %v", text, err)
		}
	}
	if m := NewMessages(); m == nil || m.Max() != 0 || NewMessages(7, 3).Max() != 7 {
		t.Error("the empty set is a set")
	}
}
