package cube_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/cube"
)

func TestTiesAreTheIdentitiesOfTheCatalogue(t *testing.T) {
	figures := map[cube.Cell]cube.Version{}
	for _, e := range []cube.Entry{
		share("2024", "2025-01-06", "13.17"), give("DE_SHARE", "A.VN.NSO.CORE", "2024", "2025-01-06", "8.2"), give("DE_SHARE", "A.VN.NSO.DIGITALISED", "2024", "2025-01-06", "4.97"),
		share("2023", "2025-01-06", "12.87"), give("DE_SHARE", "A.VN.NSO.CORE", "2023", "2025-01-06", "8.0"), // its other part is not there
		give("NA_STRUCTURE", "A.VN.C", "2024", "2025-01-06", "24"), give("NA_VA", "A.VN.C.V", "2024", "2025-01-06", "2800000"), give("NA_VA", "A.VN.B1GQ.V", "2024", "2025-01-06", "11500000"),
	} {
		v := cube.Version{Dataflow: e.Dataflow, Observation: e.Observation}
		figures[v.Cell()] = v
	}
	got := map[string]string{}
	for _, x := range cube.Ties(reference(t), figures) {
		var cells []string
		for i, c := range x.Cells {
			sign := ""
			if x.Weights != nil {
				sign = map[int64]string{1: "+", -1: "-"}[x.Weights[i]]
			}
			cells = append(cells, sign+c.String())
		}
		if !x.Holds {
			t.Errorf("%s does not hold", x.Rule.ID)
		}
		got[x.Rule.ID] = strings.Join(slices.Sorted(slices.Values(cells)), " ")
	}
	want := map[string]string{
		"core-and-digitalised": "+DE_SHARE/A.VN.NSO.CORE/2024 +DE_SHARE/A.VN.NSO.DIGITALISED/2024 -DE_SHARE/A.VN.NSO.TOTAL/2024",
		"structure-of-levels":  "NA_STRUCTURE/A.VN.C/2024 NA_VA/A.VN.B1GQ.V/2024 NA_VA/A.VN.C.V/2024",
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	e := give("DE_SHARE", "A.VN.NSO.CORE", "2024", "2026-01-05", "9.2") // of another day, and one point too many
	v := cube.Version{Dataflow: e.Dataflow, Observation: e.Observation}
	figures[v.Cell()] = v
	for _, x := range cube.Ties(reference(t), figures) {
		if x.Holds != (x.Rule.ID == "structure-of-levels") {
			t.Errorf("%s holds: %t", x.Rule.ID, x.Holds)
		}
	}
}
