package store

import (
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/stat"
	"nhipso/internal/store/sqldb"
)

// Attributes are written by hand for speed: the text is that of the library, letter by letter, since seals and earlier databases hold it.
func TestAttributesAreWrittenAsTheLibraryWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := stat.Attributes(rapid.MapOf(rapid.StringMatching(`[A-Z_]{1,12}`), rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,20}`), rapid.SampledFrom([]string{"", "12,87 % GDP", "<&>", `a"b\c`, "\u2028", "\x7f", "\t"}))).Draw(t, "attributes"))
		if len(a) == 0 {
			a = nil
		}
		want, err := sqldb.JSON[stat.Attributes]{V: a}.Value()
		if err != nil {
			t.Fatal(err)
		}
		if got := attributesText(a); got != want {
			t.Fatalf("%q, the library writes %q", got, want)
		}
	})
}
