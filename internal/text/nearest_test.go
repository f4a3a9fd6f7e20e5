package text

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"DATAFLOW", "OBS_VALUE", "OBS_STATUS", "TIME_PERIOD", "REF_AREA", "SOURCE", "CI_LOWER", "CI_UPPER"}
	for s, want := range map[string][]string{
		"OBS_VALEU":   {"OBS_VALUE"}, // two letters in each other's place
		"obs value":   {"OBS_VALUE"}, // case and signs count for nothing
		"CI_OWER":     {"CI_LOWER", "CI_UPPER"},
		"DÀTAFLOW":    {"DATAFLOW"},
		"TIMEPERIODE": {"TIME_PERIOD"},
	} {
		if got := Nearest(s, known); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
	if got := Nearest("x", []string{"a", "b", "c", "d", "e", "f", "g"}); len(got) != 5 {
		t.Errorf("%d are suggested", len(got))
	}
	if got := Nearest("x", nil); len(got) != 0 {
		t.Error(got)
	}
}
