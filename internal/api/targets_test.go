package api_test

import (
	"strings"
	"testing"
)

func TestTargets(t *testing.T) {
	t.Run("a target comes with its class, the reason, the figure and the gap", func(t *testing.T) {
		list := read(t, "/api/v1/targets?target=749-7&year=2025&lang=en")
		x := dig(list, "targets", 0)
		if size(list["targets"]) != 1 || dig(x, "class", "id") != "MISSED" || dig(x, "reason", "id") != "missed-in-year" || dig(x, "value") != "20" || !strings.HasPrefix(dig(x, "actual", "value").(string), "14.02") {
			t.Error(list)
		}
		if dig(x, "reason", "name") == dig(read(t, "/api/v1/targets?target=749-7&year=2025"), "targets", 0, "reason", "name") {
			t.Error("the reason is the same in both languages")
		}
		if dig(x, "closed") != true || dig(x, "due") != "2025-12-31" || dig(x, "probability") != nil || dig(x, "forecast") != nil {
			t.Errorf("a target that is over is forecast: %v", x)
		}
		if dig(x, "actual", "evidence") != "S" || dig(x, "actual", "period") != "2025" || dig(x, "measure", "definition", "id") != "NSO" {
			t.Errorf("the figure judged has lost its own evidence, period or measure: %v", x)
		}
	})
}

func TestGapsOfTargets(t *testing.T) {
	t.Run("a gap says on which side it lies, for shares and ranks alike", func(t *testing.T) {
		seen := map[any]int{}
		for _, x := range dig(read(t, "/api/v1/targets?lang=en"), "targets").([]any) {
			side := dig(x, "gapSide", "id")
			if (dig(x, "gap") == nil) != (side == nil) {
				t.Errorf("a gap without a side or a side without a gap: %v", x)
			}
			class := dig(x, "class", "id")
			if side == "short" && (class == "MET" || class == "ACHIEVED") || (side == "exceeded" || side == "equal" && dig(x, "comparator") != ">") && (class == "MISSED" || class == "FOCUS" || class == "LIKELY") {
				t.Errorf("%v: class %v and gap %v: %v", dig(x, "id"), class, dig(x, "gap"), dig(x, "gapSide"))
			}
			if side != nil {
				seen[side]++
				if says := dig(x, "gapSide", "name").(string); !strings.Contains(says, map[any]string{"short": "short", "exceeded": "exceeded by", "equal": "exactly"}[side]) {
					t.Error(says)
				}
			}
		}
		if len(seen) < 2 {
			t.Errorf("only %v", seen)
		}
	})
}

func TestTargetsAheadAndWithParts(t *testing.T) {
	t.Run("a target ahead comes with forecast and probability, which is never 0", func(t *testing.T) {
		list := read(t, "/api/v1/targets?target=749-7&year=2030&lang=en")
		x := dig(list, "targets", 0)
		if dig(x, "forecast", "value") == nil || dig(x, "probability") == nil || dig(x, "probabilityText") != "under 1\u00a0%" || dig(x, "closed") != false {
			t.Error(list)
		}
	})
	t.Run("a plan is judged by its own measure, with the other beside it", func(t *testing.T) {
		x := dig(read(t, "/api/v1/targets?target=MIC-1&year=2023"), "targets", 0)
		if dig(x, "class", "id") != "MET" || dig(x, "actual", "definition", "id") != "MIC" || dig(x, "beside", 0, "definition", "id") != "NSO" {
			t.Error(x)
		}
	})
	t.Run("a target with conditions shows each", func(t *testing.T) {
		x := dig(read(t, "/api/v1/targets?target=942-E&year=2025"), "targets", 0)
		if size(dig(x, "conditions")) != 3 || dig(x, "conditions", 0, "class", "id") != "NO_FIGURE" || dig(x, "class", "id") != "NO_FIGURE" {
			t.Error(x)
		}
	})
	t.Run("the official count of the 62 stands beside ours", func(t *testing.T) {
		r := dig(read(t, "/api/v1/targets"), "review")
		if dig(r, "total") != "62" || dig(r, "achieved") != "18" || dig(r, "likely") != "27" || dig(r, "focus") != "17" || dig(r, "why") == "" {
			t.Error(r)
		}
	})
}

func TestTargetsAreFilteredAndOverridden(t *testing.T) {
	t.Run("filters narrow the list and refuse codes that are not there", func(t *testing.T) {
		all := size(read(t, "/api/v1/targets")["targets"])
		for _, f := range []string{"class=FOCUS", "instrument=QD749", "indicator=DE_GDP", "area=VN", "year=2030"} {
			if n := size(read(t, "/api/v1/targets?"+f)["targets"]); n == 0 || n >= all {
				t.Errorf("%s: %d of %d", f, n, all)
			}
		}
		refusedWith(t, "/api/v1/targets?class=GREEN", 422, "api.no-code", "query.class")
		refusedWith(t, "/api/v1/targets?year=0", 422, "api.not-in-range", "query.year")
	})
	t.Run("an override stands beside the class with name and reason; one set after the release waits", func(t *testing.T) {
		shown := 0
		for _, x := range read(t, "/api/v1/targets")["targets"].([]any) {
			if o := dig(x, "override"); o != nil {
				shown++
				if dig(o, "by") != "Nguyễn Lan" || dig(o, "reason") != "Chưa có nguồn lực được bố trí" || dig(o, "class", "id") != "FOCUS" || dig(x, "id") != "749-7" || dig(x, "period") != "2030" {
					t.Error(x)
				}
			}
		}
		if shown != 1 {
			t.Errorf("%d overrides are shown", shown)
		}
	})
}
