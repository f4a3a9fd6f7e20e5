package monitor

import (
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// BasicProgramme is the code of CL_PROGRAMME under which the official review of the 62 basic targets to 2025 is kept.
const BasicProgramme = "TARGETS62"

// basicYear is the year to which the 62 basic targets run.
const basicYear = 2025

// basicPlans are the three decisions from which the 62 are drawn. Their numbered list was never published.
var basicPlans = map[string]bool{"QD749": true, "QD942": true, "QD411": true}

// Basic reports whether a target in a year belongs to our reconstruction of the 62 basic targets: what the three decisions set for
// 2025.
func Basic(target catalog.Code, year int) bool {
	return year == basicYear && basicPlans[target.Notes["instrument"]]
}

// Review is the official count of the basic targets on a day.
type Review struct {
	Day                            stat.Date
	Total, Achieved, Likely, Focus cube.Version
	Published                      []cube.Version // the same, in that order
}

// OfficialReview finds the newest official count among the task statistics; false when a part of it is missing.
func OfficialReview(f *catalog.Dataflow, versions []cube.Version) (Review, bool) {
	at := map[stat.Period]map[string]cube.Version{}
	var newest stat.Period
	for _, v := range versions {
		if f.CodeOf(v.Key, "PROGRAMME") != BasicProgramme || v.Value == nil {
			continue
		}
		if at[v.Period] == nil {
			at[v.Period] = map[string]cube.Version{}
		}
		at[v.Period][f.CodeOf(v.Key, "MEASURE")] = v
		if newest.IsZero() || v.Period.To().After(newest.To()) {
			newest = v.Period
		}
	}
	r := Review{Day: newest.To()}
	for _, part := range []struct {
		measure string
		into    *cube.Version
	}{{"TOTAL", &r.Total}, {string(Achieved), &r.Achieved}, {string(Likely), &r.Likely}, {string(Concentrate), &r.Focus}} {
		v, ok := at[newest][part.measure]
		if !ok {
			return Review{}, false
		}
		*part.into = v
		r.Published = append(r.Published, v)
	}
	return r, true
}
