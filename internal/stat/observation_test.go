package stat

import (
	"slices"
	"testing"
)

func TestFourStatusesHaveNoValue(t *testing.T) {
	without := []Status{NotCollected, Missing, Unpublished, Suppressed}
	for _, s := range Statuses() {
		if s.Valueless() != slices.Contains(without, s) {
			t.Errorf("status %s: valueless is %v", s, s.Valueless())
		}
	}
}

func TestKeyMatchesPatterns(t *testing.T) {
	key := NewKey("A", "VN", "NSO", "TOTAL")
	for pattern, want := range map[string]bool{"": true, "all": true, "A.VN.NSO.TOTAL": true, "A.VN..": true, "A..NSO.": true, "A.VN.MIC+NSO.TOTAL": true,
		"Q.VN.NSO.TOTAL": false, "A.VN.NSO": false, "A.VN.MIC.": false, "A.VN.NSO.TOTAL.": false} {
		if key.Matches(pattern) != want {
			t.Errorf("%q against %s: want %v", pattern, key, want)
		}
	}
}

func TestMarkNeverImproves(t *testing.T) {
	for _, c := range []struct {
		marks []Mark
		want  Mark
	}{{[]Mark{MarkSeen, MarkSecondary}, MarkSecondary}, {[]Mark{MarkDerived, MarkSeen}, MarkDerived}, {[]Mark{MarkInferred, MarkUnverified, MarkSeen}, MarkUnverified}, {nil, ""}} {
		if got := Weakest(c.marks...); got != c.want {
			t.Errorf("weakest of %v is %q, want %q", c.marks, got, c.want)
		}
	}
}

func TestVintageOfUnknownDayCountsAsItsLast(t *testing.T) {
	known := MustDate("2026-11-01")
	for written, want := range map[string]string{"2026-01-05": "2026-01-05", "2023-04": "2023-04-30", "2024": "2024-12-31", "": "2026-11-01"} {
		v, err := ParseVintage(written, known)
		if err != nil || v.Date.String() != want || v.Written != written {
			t.Errorf("%q counts as %s (%v), want %s", written, v.Date, err, want)
		}
	}
	if _, err := ParseVintage("mid-2022", known); err == nil {
		t.Error("a vintage that is no date was accepted")
	}
}

func TestWhatASourcePrintsInPlaceOfANumber(t *testing.T) {
	v := Int(84)
	for name, c := range map[string]struct {
		o    Observation
		want string
	}{
		"a bound":                      {Observation{Value: &v, Attributes: Attributes{AttrText: "PR_GT84"}}, "PR_GT84"},
		"words without a number":       {Observation{Attributes: Attributes{AttrText: "<10"}}, "<10"},
		"a plain number":               {Observation{Value: &v}, ""},
		"the class of a derived cell":  {Observation{Attributes: Attributes{AttrText: "FOCUS", AttrRun: "r#1"}}, ""},
		"a number with its comparator": {Observation{Value: &v, Attributes: Attributes{AttrText: "TOP70", AttrComparator: "<="}}, ""},
		"a target in words":            {Observation{Attributes: Attributes{AttrText: "UNIVERSAL", AttrComparator: "="}}, "UNIVERSAL"},
	} {
		if got := c.o.Printed(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
