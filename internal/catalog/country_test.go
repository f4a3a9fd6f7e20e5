package catalog

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"nhipso/data"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func TestDaysAreThoseOfTheCountryWhereverTheProgramRuns(t *testing.T) {
	c, err := Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	if c.Country().ID != "VN" {
		t.Error(c.Country())
	}
	for at, day := range map[string]string{
		"2026-11-29T16:59:59Z": "2026-11-29", "2026-11-29T17:00:00Z": "2026-11-30",
		"2026-11-30T00:00:00+07:00": "2026-11-30", "2026-11-29T12:00:00-05:00": "2026-11-30",
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Day(moment); got != stat.MustDate(day) {
			t.Errorf("%s is day %s, want %s", at, got, day)
		}
	}
	if none := (*Catalog)(nil); none.Zone() != time.UTC {
		t.Error("without a country")
	}
}

const goodManifest = `id: a-b
version: "1.2"
country: X
name: {vi: Nước X, en: X Land}
zone: "-03:30"
currency: XXD
languages: [vi, en]
known: 2026-11-01
headline: {definition: NSO, target: T-1}
`

func TestAManifestSaysWhoseEconomyItIs(t *testing.T) {
	c, err := ReadCountry(fstest.MapFS{Manifest: {Data: []byte(goodManifest + "synthetic: true\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, offset := time.Unix(0, 0).In(c.Zone).Zone(); offset != -3*3600-1800 {
		t.Error(offset)
	}
	c.Zone = nil
	if want := (Country{Pack: "a-b", Version: "1.2", ID: "X", Name: Label{Vi: "Nước X", En: "X Land"}, Currency: "XXD", Compiled: stat.MustDate("2026-11-01"), Synthetic: true, Official: "NSO", Target: "T-1"}); c != want {
		t.Errorf("%+v", c)
	}
}

func TestAManifestThatIsNotWholeIsRefused(t *testing.T) {
	for old, new := range map[string]string{
		"id: a-b": "id: A b", `version: "1.2"`: "version: new", "country: X": "country: \"\"", "{vi: Nước X, en: X Land}": "{vi: Nước X}", `zone: "-03:30"`: "zone: Asia/Somewhere",
		`"-03:30"`: `"+25:00"`, "currency: XXD": "currency: a b", "[vi, en]": "[vi]", "2026-11-01": "yesterday", "definition: NSO": "definition: \"\"", "known:": "knows:", "zone:": "zone: \"+7\"\nzone:",
	} {
		text := strings.Replace(goodManifest, old, new, 1)
		if text == goodManifest {
			t.Fatalf("%q changes nothing", old)
		}
		if _, err := ReadCountry(fstest.MapFS{Manifest: {Data: []byte(text)}}); fault.CodeOf(err) != "catalog.bad-manifest" && fault.CodeOf(err) != "catalog.bad-file" {
			t.Errorf("%q: %v", new, err)
		}
	}
	if _, err := ReadCountry(fstest.MapFS{}); fault.CodeOf(err) != "catalog.bad-file" {
		t.Error(err)
	}
}
