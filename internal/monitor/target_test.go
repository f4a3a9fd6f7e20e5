package monitor

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func number(s string) *stat.Decimal { d := stat.MustDecimal(s); return &d }

func on(day string, v float64) Point { return Point{stat.MustDate(day), v} }

var due2025 = stat.MustDate("2025-12-31")

// nsoShare is the NSO series by end of year; 20 per cent was due in 2025.
var nsoShare = []Point{on("2020-12-31", 12.66), on("2021-12-31", 12.87), on("2022-12-31", 12.83), on("2023-12-31", 12.87), on("2024-12-31", 13.17), on("2025-12-31", 14.02)}

// before and after are days on either side of the deadline of 2025; the last day itself still belongs to it.
var before, lastDay, after = stat.MustDate("2025-11-28"), due2025, stat.MustDate("2026-01-01")

func TestJudgeGivesTheClassAndSaysWhy(t *testing.T) {
	up := func(value, cmp string) Target {
		return Target{Value: number(value), Comparator: cmp, Direction: 1, Due: due2025}
	}
	rank := func(value string) Target {
		return Target{Value: number(value), Comparator: "<=", Direction: -1, Due: due2025}
	}
	signatures := []Point{on("2022-12-31", 3), on("2024-07-31", 13.5), on("2025-07-02", 28.42)}
	for name, c := range map[string]struct {
		target  Target
		figures []Point
		open    string // class and reason on the last day
		closed  string // the same on the day after
	}{
		"20 % by 2025 against 14.02":                                     {up("20", "="), nsoShare, "FOCUS missed-at-due", "MISSED missed-in-year"},
		"a target met in its year":                                       {up("14", ">="), nsoShare, "ACHIEVED met-by-due", "MET met-in-year"},
		"accounts: 87.08 against 80, one figure is enough to see it met": {up("80", "="), []Point{on("2024-07-31", 87.08)}, "ACHIEVED met-by-due", "MET met-earlier"},
		"more than 80 is not met by exactly 80":                          {up("80", ">"), []Point{on("2025-12-31", 80)}, "FOCUS missed-at-due", "MISSED missed-in-year"},
		"fewer than 3 is not met by exactly 3":                           {Target{Value: number("3"), Comparator: "<", Direction: -1, Due: due2025}, []Point{on("2025-12-31", 3)}, "FOCUS missed-at-due", "MISSED missed-in-year"},
		"fewer than 3 is met by 2.9":                                     {Target{Value: number("3"), Comparator: "<", Direction: -1, Due: due2025}, []Point{on("2025-12-31", 2.9)}, "ACHIEVED met-by-due", "MET met-in-year"},
		"80 is met by exactly 80":                                        {up("80", "="), []Point{on("2025-12-31", 80)}, "ACHIEVED met-by-due", "MET met-in-year"},
		"signatures on the way to more than 50":                          {up("50", ">"), signatures, "FOCUS forecast-misses", "MISSED missed-before-due"},
		"signatures past 25 in the summer":                               {up("25", ">"), signatures, "ACHIEVED met-by-due", "MET met-before-due"},
		"EGDI: 86, then 71, two figures give no probability":             {rank("70"), []Point{on("2022-12-31", 86), on("2024-12-31", 71)}, "NOT_ASSESSABLE too-short", "NO_FIGURE no-figure-for-year"},
		"EGDI: a third figure, and the trend leads there":                {rank("70"), []Point{on("2020-12-31", 86), on("2022-12-31", 79), on("2024-12-31", 71)}, "LIKELY forecast-meets", "NO_FIGURE no-figure-for-year"},
		"EGDI: 71 in the year itself misses 70":                          {rank("70"), []Point{on("2022-12-31", 86), on("2025-12-31", 71)}, "FOCUS missed-at-due", "MISSED missed-in-year"},
		"EGDI: 65 a year before met 70":                                  {rank("70"), []Point{on("2022-12-31", 86), on("2024-12-31", 65)}, "ACHIEVED met-by-due", "MET met-earlier"},
		"three figures within five months are too short a time":          {up("50", ">"), []Point{on("2025-03-31", 10), on("2025-05-31", 20), on("2025-08-31", 30)}, "NOT_ASSESSABLE too-short", "MISSED missed-before-due"},
		"end of 2021 to end of 2023 is two years, in 730 days":           {up("60", ">"), []Point{on("2021-12-31", 10), on("2022-12-31", 20), on("2023-12-31", 30)}, "FOCUS forecast-misses", "NO_FIGURE no-figure-for-year"},
		"a day less is not":                                              {up("50", ">"), []Point{on("2022-01-01", 10), on("2022-12-31", 20), on("2023-12-31", 30)}, "NOT_ASSESSABLE too-short", "NO_FIGURE no-figure-for-year"},
		"one figure below the target shows no direction":                 {up("50", ">"), []Point{on("2024-07-31", 13.5)}, "NOT_ASSESSABLE one-figure", "NO_FIGURE no-figure-for-year"},
		"two figures of one day are one":                                 {up("50", ">"), []Point{on("2024-12-31", 13), on("2024-12-31", 14)}, "NOT_ASSESSABLE one-figure", "NO_FIGURE no-figure-for-year"},
		"no figure at all":                                               {up("50", ">"), nil, "NO_DATA no-figure", "NO_FIGURE no-figure"},
		"figures only after the deadline do not count":                   {up("50", ">"), []Point{on("2026-03-31", 60)}, "NO_DATA no-figure", "NO_FIGURE no-figure-for-year"},
		"a later figure does not undo the one of the year":               {up("50", ">"), []Point{on("2025-12-31", 49), on("2026-03-31", 60)}, "FOCUS missed-at-due", "MISSED missed-in-year"},
		"a target without a number":                                      {Target{Due: due2025}, nsoShare, "NOT_ASSESSABLE qualitative", "NOT_ASSESSABLE qualitative"},
		"an increase over a base that is not stated":                     {up("30", "+"), nsoShare, "NOT_ASSESSABLE no-comparator", "NOT_ASSESSABLE no-comparator"},
	} {
		t.Run(name, func(t *testing.T) {
			for day, want := range map[stat.Date]string{lastDay: c.open, after: c.closed} {
				j, err := Judge(c.target, c.figures, day)
				if err != nil {
					t.Fatal(err)
				}
				if got := string(j.Class) + " " + string(j.Reason); got != want {
					t.Errorf("on %s: %s; want %s (%+v)", day, got, want, j)
				}
				if day == after && (j.Forecast != nil || j.Probability != nil || j.Needed != nil) {
					t.Errorf("a forecast of what is over: %+v", j)
				}
			}
		})
	}
}

func TestTheFigureThatIsJudged(t *testing.T) {
	target := Target{Value: number("17.5"), Comparator: "=", Direction: 1, Due: stat.MustDate("2024-12-31")}
	// Half a year and the year, the year last as Readings orders them, and two that end on one day.
	figures := []Point{on("2024-06-30", 18.3), on("2024-12-31", 19), on("2024-12-31", 17), on("2025-06-30", 30)}
	if j, _ := Judge(target, figures, after); j.Latest.Value != 17 || j.Class != Missed {
		t.Errorf("judged by %v: %s", j.Latest, j.Class)
	}
	if j, _ := Judge(target, figures[3:], after); j.Latest != nil {
		t.Errorf("judged by a figure after the deadline: %v", j.Latest)
	}
}

func TestATargetWithConditionsHoldsWhenEachDoes(t *testing.T) {
	for _, c := range []struct {
		parts  []Class
		class  Class
		reason Reason
	}{
		{[]Class{Met, Met, Met}, Met, EveryCondition},
		{[]Class{Met, Missed, Met}, Missed, SomeCondition},
		{[]Class{Missed, NoFigureDue}, Missed, SomeCondition},
		{[]Class{Met, NoFigureDue, Met}, NoFigureDue, OpenCondition},
		{[]Class{NoFigureDue, NoFigureDue}, NoFigureDue, OpenCondition},
		{[]Class{Achieved, Achieved}, Achieved, EveryCondition},
		{[]Class{Achieved, Likely}, Likely, EveryCondition},
		{[]Class{Achieved, Concentrate, NoData}, Concentrate, EffortCondition},
		{[]Class{Achieved, NotAssessable}, NotAssessable, OpenCondition},
		{[]Class{Likely, NoData}, NotAssessable, OpenCondition},
		{[]Class{NoData, NoData}, NoData, NoFigure},
		{nil, NotAssessable, Qualitative},
	} {
		var parts []Judgement
		for _, p := range c.parts {
			parts = append(parts, Judgement{Class: p})
		}
		if j := All(parts); j.Class != c.class || j.Reason != c.reason {
			t.Errorf("%v: %s because %s, want %s because %s", c.parts, j.Class, j.Reason, c.class, c.reason)
		}
	}
}

func TestJudgeForecastsAsWrittenDown(t *testing.T) {
	// Four figures a year apart rising by 1, 2, 3: d = 2, s² = ((1−2)² + 0 + (3−2)²)/2 = 1 up to the length of leap years.
	figures := []Point{on("2020-12-31", 10), on("2021-12-31", 11), on("2022-12-31", 13), on("2023-12-31", 16)}
	j, err := Judge(Target{Value: number("21"), Comparator: ">=", Direction: 1, Due: due2025}, figures, before)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(*j.Forecast-20) > 0.02 || math.Abs(*j.StdDev-math.Sqrt(2*(1+2.0/3))) > 0.01 {
		t.Errorf("forecast %v ± %v; want 20 ± √(2·(1+2/3))", *j.Forecast, *j.StdDev)
	}
	if want := 0.5 * math.Erfc((21-*j.Forecast) / *j.StdDev / math.Sqrt2); math.Abs(*j.Probability-want) > 1e-12 {
		t.Errorf("probability %v, want %v", *j.Probability, want)
	}
}

func TestTheSpreadIsMeasuredFromThreeChangesOn(t *testing.T) {
	target := Target{Value: number("21"), Comparator: ">=", Direction: 1, Due: due2025}
	// Two changes of 1 and 3 a year: d = 2, and s is assumed to be half of it. A third change of 2 makes three: s² = ((1−2)² + (3−2)² + 0)/2 = 1.
	for name, c := range map[string]struct {
		figures  []Point
		measured bool
		s        float64
		h        float64
		span     float64
	}{
		"three figures": {[]Point{on("2021-12-31", 10), on("2022-12-31", 11), on("2023-12-31", 14)}, false, 1, 2, 2},
		"four figures":  {[]Point{on("2020-12-31", 10), on("2021-12-31", 11), on("2022-12-31", 14), on("2023-12-31", 16)}, true, 1, 2, 3},
		"three figures that rise evenly are as uncertain": {[]Point{on("2021-12-31", 12), on("2022-12-31", 14), on("2023-12-31", 16)}, false, 1, 2, 2},
		"four that rise evenly are certain":               {[]Point{on("2020-12-31", 10), on("2021-12-31", 12), on("2022-12-31", 14), on("2023-12-31", 16)}, true, 0, 2, 3},
	} {
		j, err := Judge(target, c.figures, before)
		if err != nil || SpreadKnown(len(c.figures)) != c.measured {
			t.Fatalf("%s: measured is %v (%v)", name, SpreadKnown(len(c.figures)), err)
		}
		if want := c.s * math.Sqrt(c.h*(1+c.h/c.span)); math.Abs(*j.StdDev-want) > 0.02 {
			t.Errorf("%s: ± %v, want %v", name, *j.StdDev, want)
		}
	}
}

func TestForecastOfAPercentageStaysOne(t *testing.T) {
	figures := []Point{on("2021-03-31", 68), on("2022-03-31", 73.5), on("2023-12-31", 84)}
	target := Target{Value: number("95"), Comparator: "=", Direction: 1, Due: stat.MustDate("2030-12-31"), Percent: true}
	j, err := Judge(target, figures, before)
	if err != nil || *j.Forecast != 100 || j.Class != Likely {
		t.Errorf("%+v (%v)", j, err)
	}
	if want := 0.5 * math.Erfc((95-*j.Forecast) / *j.StdDev / math.Sqrt2); math.Abs(*j.Probability-want) > 1e-12 {
		t.Errorf("probability %v, that of the forecast shown is %v", *j.Probability, want)
	}
	target.Percent = false
	if j, _ := Judge(target, figures, before); *j.Forecast <= 100 {
		t.Errorf("an amount is not held at 100: %v", *j.Forecast)
	}
}

func TestEvenPathOnADay(t *testing.T) {
	target := Target{Value: number("20"), Due: due2025}
	if v, ok := On(on("2020-12-31", 10), target, stat.MustDate("2023-07-02")); !ok || math.Abs(v-15) > 0.01 {
		t.Errorf("half-way the path is at %v", v)
	}
	for _, day := range []string{"2020-01-01", "2026-01-01"} {
		if _, ok := On(on("2020-12-31", 10), target, stat.MustDate(day)); ok {
			t.Errorf("a path on %s, outside it", day)
		}
	}
}

func TestJudgeRefusesWhatIsNotANumber(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, err := Judge(Target{Value: number("1"), Direction: 1, Due: due2025}, []Point{on("2020-12-31", bad)}, before); fault.CodeOf(err) != "monitor.bad-figure" {
			t.Errorf("%v was judged (%v)", bad, err)
		}
	}
}

func TestJudgeProperties(t *testing.T) {
	draw := func(t *rapid.T) (Target, []Point) {
		n := rapid.IntRange(1, 7).Draw(t, "n")
		var figures []Point
		for i := range n {
			figures = append(figures, Point{stat.NewDate(2016+i, 12, 31), rapid.Float64Range(0, 100).Draw(t, "figure")})
		}
		v := stat.Int(rapid.Int64Range(0, 100).Draw(t, "target"))
		return Target{Value: &v, Comparator: "=", Direction: 1, Due: stat.NewDate(rapid.IntRange(2016, 2030).Draw(t, "due"), 12, 31)}, figures
	}
	t.Run("turning scale and direction over changes no class", rapid.MakeCheck(func(t *rapid.T) {
		target, figures := draw(t)
		day := rapid.SampledFrom([]stat.Date{before, after}).Draw(t, "day")
		j, err := Judge(target, figures, day)
		if err != nil {
			t.Fatal(err)
		}
		neg := target.Value.Neg()
		turned := Target{Value: &neg, Comparator: "=", Direction: -1, Due: target.Due}
		var down []Point
		for _, p := range figures {
			down = append(down, Point{p.Day, -p.Value})
		}
		k, err := Judge(turned, down, day)
		if err != nil || k.Class != j.Class || k.Reason != j.Reason {
			t.Fatalf("%s/%s became %s/%s (%v)", j.Class, j.Reason, k.Class, k.Reason, err)
		}
	}))
	t.Run("an easier target is never in a worse class", rapid.MakeCheck(func(t *rapid.T) {
		target, figures := draw(t)
		easier := target
		v := target.Value.Sub(stat.Int(rapid.Int64Range(0, 50).Draw(t, "less")))
		easier.Value = &v
		hard, err1 := Judge(target, figures, before)
		easy, err2 := Judge(easier, figures, before)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		order := map[Class]int{Achieved: 3, Met: 3, Likely: 2, NoFigureDue: 2, Concentrate: 1, Missed: 1}
		if order[easy.Class] < order[hard.Class] {
			t.Fatalf("%s at %s, %s at %s", hard.Class, target.Value, easy.Class, easier.Value)
		}
	}))
	t.Run("before the deadline no class of after it, after it none of before", rapid.MakeCheck(func(t *rapid.T) {
		target, figures := draw(t)
		day := stat.NewDate(rapid.IntRange(2015, 2031).Draw(t, "year"), 12, 31).AddDays(rapid.IntRange(0, 1).Draw(t, "next"))
		j, err := Judge(target, figures, day)
		if err != nil {
			t.Fatal(err)
		}
		if j.Class.Closed() != day.After(target.Due) {
			t.Fatalf("%s on %s, due %s", j.Class, day, target.Due)
		}
	}))
	t.Run("a probability is one", rapid.MakeCheck(func(t *rapid.T) {
		target, figures := draw(t)
		j, err := Judge(target, figures, before)
		if err != nil {
			t.Fatal(err)
		}
		if p := j.Probability; p != nil && !(*p >= 0 && *p <= 1) {
			t.Fatalf("probability %v", *p)
		}
	}))
}

func TestTrajectoryIsEvenAndLandsOnTheTarget(t *testing.T) {
	steps := Trajectory(on("2020-12-31", 12.66), Target{Value: number("20"), Due: due2025})
	if len(steps) != 6 || steps[0].Value != 12.66 || steps[5].Year != 2025 || math.Abs(steps[5].Value-20) > 1e-12 {
		t.Fatalf("%+v", steps)
	}
	if gain := steps[1].Value - steps[0].Value; math.Abs(gain-7.34/5) > 0.005 {
		t.Errorf("first year gains %v of 7.34 in five years", gain)
	}
	if Trajectory(on("2026-12-31", 12), Target{Value: number("20"), Due: due2025}) != nil {
		t.Error("a path that starts after its end")
	}
}

func TestOverrideNeedsAClassAReasonAndAName(t *testing.T) {
	good := Override{Target: "KTS-1@2025", Class: Likely, Reason: "Số liệu quý IV đang được rà soát lại", By: "Nguyễn Văn A"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	back := good
	back.Class = ""
	if err := back.Check(); err != nil {
		t.Errorf("a judgement cannot be taken back: %v", err)
	}
	for code, change := range map[string]func(*Override){
		"monitor.bad-class": func(o *Override) { o.Class = "GREEN" },
		"monitor.no-reason": func(o *Override) { o.Reason = "   đẹp   " },
		"monitor.no-name":   func(o *Override) { o.By = " " },
	} {
		o := good
		change(&o)
		if fault.CodeOf(o.Check()) != code {
			t.Errorf("want %s, got %v", code, o.Check())
		}
	}
}
