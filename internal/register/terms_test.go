package register_test

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/testpack"
)

// TestABoundHoldsWhatIsWithinIt: of any two numbers, one is found up to or from the other exactly when it is so, however they are written.
func TestABoundHoldsWhatIsWithinIt(t *testing.T) {
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	kind, err := c.RecordType("station")
	if err != nil {
		t.Fatal(err)
	}
	number := rapid.Custom(func(t *rapid.T) string {
		return strconv.FormatInt(rapid.Int64Range(-3000, 3000).Draw(t, "whole"), 10) + rapid.SampledFrom([]string{"", ".0", ".5", ".05", ".500001"}).Draw(t, "part")
	})
	rapid.Check(t, func(t *rapid.T) {
		value, bound := number.Draw(t, "value"), number.Draw(t, "bound")
		var sort string
		for _, term := range register.TermsOf(kind, register.Version{ID: "x", Values: map[string]string{"cost": value}}) {
			if term.Column == "cost" {
				sort = term.Sort
			}
		}
		order := stat.MustDecimal(value).Cmp(stat.MustDecimal(bound))
		for operator, want := range map[register.Operator]bool{register.AtMost: order <= 0, register.AtLeast: order >= 0, register.Is: order == 0} {
			look, err := register.Look(kind, register.Query{Type: "station", Limit: 1, Where: []register.Filter{{Column: "cost", Operator: operator, Value: bound}}})
			if err != nil {
				t.Fatal(err)
			}
			f := look.Terms[0]
			if got := sort >= f.From && (f.To == "" || sort < f.To); got != want {
				t.Fatalf("%s %s %s: %t", value, operator, bound, got)
			}
		}
	})
}
