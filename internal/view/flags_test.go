package view

import (
	"testing"
	"unicode/utf8"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

// TestNoFlagMeansTwoThings holds the legend to what the letters could not do: one sign, one meaning, in both languages, and no letter alone.
func TestNoFlagMeansTwoThings(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		seen := map[string]string{}
		for _, f := range Legend() {
			short := f.Short.In(lang)
			if before, twice := seen[short]; twice {
				t.Errorf("%s: %q stands for %s and for %s", lang, short, before, f.ID)
			}
			if seen[short] = f.ID; utf8.RuneCountInString(short) < 3 {
				t.Errorf("%s: %q is no word", lang, short)
			}
			if f.Name.In(lang) == "" || f.Text.In(lang) == "" {
				t.Errorf("%s: %s is not explained", lang, f.ID)
			}
		}
		if len(seen) != 10 {
			t.Errorf("%d flags", len(seen))
		}
	}
}

func TestTheCatalogueHasTheSameWords(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stat.Statuses() {
		if got := (Names{c}).Code("CL_OBS_STATUS", string(s)); got != StatusFlag(s).Name {
			t.Errorf("%s is %v in the catalogue and %v on pages", s, got, StatusFlag(s).Name)
		}
	}
	for _, m := range stat.Marks() {
		if got := (Names{c}).Code("CL_EVIDENCE", string(m)); got != MarkFlag(m).Name {
			t.Errorf("%s is %v in the catalogue and %v on pages", m, got, MarkFlag(m).Name)
		}
	}
}
