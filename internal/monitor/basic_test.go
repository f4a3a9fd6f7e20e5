package monitor

import (
	"testing"

	"nhipso/internal/cube"
)

func TestOurReconstructionOfTheBasicTargets(t *testing.T) {
	l, err := shipped(t).Codelist("CL_TARGET")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target string
		year   int
		want   bool
	}{{"749-1", 2025, true}, {"942-A1", 2025, true}, {"KTS-1", 2025, true}, {"KTS-1", 2030, false}, {"P2025-1", 2025, false}, {"LOCAL-1", 2025, false}} {
		code, ok := l.Code(c.target)
		if !ok || Basic(code, c.year) != c.want {
			t.Errorf("%s %d: %v", c.target, c.year, !c.want)
		}
	}
}

func TestTheOfficialReviewIsTheNewestWholeOne(t *testing.T) {
	f, err := shipped(t).Dataflow("TASKS")
	if err != nil {
		t.Fatal(err)
	}
	count := func(measure, day, value string) cube.Version {
		return figure("TASKS", "D.TARGETS62."+measure, day, value)
	}
	all := []cube.Version{count("TOTAL", "2023-12-28", "62"), count("ACHIEVED", "2023-12-28", "18"), count("LIKELY", "2023-12-28", "27"), count("FOCUS", "2023-12-28", "17"),
		count("TOTAL", "2022-12-28", "62"), figure("TASKS", "D.CP_TTG.TOTAL", "2024-01-01", "9")}
	r, ok := OfficialReview(f, all)
	if !ok || r.Day.String() != "2023-12-28" || read([]cube.Version{r.Total, r.Achieved, r.Likely, r.Focus}) != "2023-12-28=62 2023-12-28=18 2023-12-28=27 2023-12-28=17" {
		t.Errorf("%+v", r)
	}
	if _, ok := OfficialReview(f, all[1:4]); ok {
		t.Error("a review without its total")
	}
}
