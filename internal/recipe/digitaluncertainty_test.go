package recipe

import (
	"context"
	"math"
	"reflect"
	"strconv"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/measure/uncertainty"
	"nhipso/internal/pipeline"
	"nhipso/internal/register"
	"nhipso/internal/stat"
)

// inputsOf reads what a recipe declares from the store.
func (n *national) inputsOf(t testing.TB, r pipeline.Recipe) *pipeline.Inputs {
	t.Helper()
	history := map[string][]cube.Version{}
	held := map[string][]register.Version{}
	for _, i := range r.Inputs {
		if i.Records != nil {
			list, err := n.store.RecordsOf(context.Background(), i.Records.ID, register.At{Day: stat.MustDate("2026-11-22")})
			if err != nil {
				t.Fatal(err)
			}
			held[i.Name] = list
			continue
		}
		list, err := cube.History(context.Background(), n.store, cube.Query{Dataflow: i.Dataflow, Key: i.Key})
		if err != nil {
			t.Fatal(err)
		}
		history[i.Name] = list
	}
	in := pipeline.NewInputs(vn, r.Params, history)
	in.Day = stat.MustDate("2026-11-22")
	for name, list := range held {
		in = in.Holding(name, list)
	}
	return in
}

func BenchmarkThousandDrawsOfTheNationalRecipe(b *testing.B) {
	n := newNational(b)
	r := DigitalUncertainty(vn)
	in := n.inputsOf(b, r)
	for b.Loop() {
		if _, err := r.Compute(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTheQuarterlyEstimateSaysHowUncertainItIs(t *testing.T) {
	n := newNational(t)
	r := DigitalUncertainty(vn)
	r.Params = with(r.Params, "draws", "400", "draws-by-source", "50")
	in := n.inputsOf(t, r)
	result, err := r.Compute(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	at := map[stat.Key]map[stat.Period]float64{}
	for _, o := range result.Outputs {
		if at[o.Key] == nil {
			at[o.Key] = map[stat.Period]float64{}
		}
		at[o.Key][o.Period] = o.Value.Float64()
	}
	of := func(component, measure, statistic string) map[stat.Period]float64 {
		return at[stat.NewKey("Q", "VN", "NSO", component, measure, statistic)]
	}
	quarterly := n.series(t, "DE_QUARTERLY", "Q", "VN", "NSO", "TOTAL", denton, "SHARE")

	t.Run("every quarter of the estimate has its distribution", func(t *testing.T) {
		for _, statistic := range []string{"MEAN", "SD", "P5", "P50", "P95"} {
			if got := len(of("TOTAL", "SHARE", statistic)); got != len(quarterly.periods()) {
				t.Errorf("%s for %d quarters of %d", statistic, got, len(quarterly.periods()))
			}
		}
	})
	t.Run("percentiles are in order and the estimate lies between them", func(t *testing.T) {
		for _, q := range quarterly.periods() {
			low, middle, high := of("TOTAL", "SHARE", "P5")[q], of("TOTAL", "SHARE", "P50")[q], of("TOTAL", "SHARE", "P95")[q]
			estimate, _ := quarterly.float(q)
			if !(low < middle && middle < high) || estimate < low || estimate > high {
				t.Errorf("%s: %v, %v, %v around %v", q, low, middle, high, estimate)
			}
		}
	})
	t.Run("in no year do its quarters say another share than the one published", func(t *testing.T) { yearsKeepTheirShare(t, n, of) })
	t.Run("a nowcast is less certain than an estimate, and as uncertain as the back-test found at least", func(t *testing.T) {
		sd := of("TOTAL", "SHARE", "SD")
		if sd[stat.Quarter(2026, 3)] <= sd[stat.Quarter(2023, 2)] {
			t.Errorf("sd %v of the nowcast, %v of an estimate", sd[stat.Quarter(2026, 3)], sd[stat.Quarter(2023, 2)])
		}
		last := quarterly.at[stat.Quarter(2026, 3)]
		se, _ := strconv.ParseFloat(last.Attributes[stat.AttrStdErr], 64)
		if sd[stat.Quarter(2026, 3)] < 0.95*se {
			t.Errorf("sd %v, the estimate's standard error is %v", sd[stat.Quarter(2026, 3)], se)
		}
	})
	t.Run("the same seed gives the same bits, on one thread or many", func(t *testing.T) {
		again, err := r.Compute(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(result, again) {
			t.Error("a second run differs")
		}
		s := &simulation{ctx: t.Context(), in: in, quarterly: DigitalQuarterly(vn).Params, rounding: 0.005, low: 0.3, high: 0.36, growthSD: 0.1}
		m, err := s.model(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.learn(m); err != nil {
			t.Fatal(err)
		}
		one, err := s.run(uncertainty.Plan{Recipe: "x", Seed: 7, Draws: 40, Threads: 1}, sources)
		if err != nil {
			t.Fatal(err)
		}
		many, err := s.run(uncertainty.Plan{Recipe: "x", Seed: 7, Draws: 40, Threads: 5}, sources)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(one.Outputs, many.Outputs) {
			t.Error("threads change the result")
		}
	})
	t.Run("each source alone is reported, and none is wider than all together by more than chance", func(t *testing.T) { sourcesAreReported(t, result) })
	t.Run("without figures there is nothing", func(t *testing.T) {
		empty, err := r.Compute(t.Context(), pipeline.NewInputs(vn, r.Params, nil))
		if err != nil || len(empty.Outputs) != 0 {
			t.Errorf("%d figures (%v)", len(empty.Outputs), err)
		}
	})
}

func yearsKeepTheirShare(t *testing.T, n *national, of func(component, measure, statistic string) map[stat.Period]float64) {
	t.Helper()
	// Rounding apart, errors inside a benchmarked year cancel: the mean over its quarters is the published share.
	va := of("TOTAL", "VA", "MEAN")
	for year, share := range map[int]float64{2020: 12.66, 2024: 13.17, 2025: 14.02} {
		sum := 0.0
		for _, q := range stat.Year(year).Within(stat.Quarterly) {
			sum += va[q]
		}
		whole, _ := n.series(t, "NA_VA", "A", "VN", "B1GQ", "V").float(stat.Year(year))
		if got := 100 * sum / whole; math.Abs(got-share) > 0.005 {
			t.Errorf("%d: %.4f, published %.2f", year, got, share)
		}
	}
}

func sourcesAreReported(t *testing.T, result *pipeline.Result) {
	t.Helper()
	seen := map[string]float64{}
	for _, d := range result.Diagnostics {
		if d.Table == "source-of-uncertainty" {
			seen[d.Row["source"]], _ = strconv.ParseFloat(d.Row["sd-va-nowcast"], 64)
		}
	}
	for _, name := range append([]string{"all"}, sources...) {
		if _, ok := seen[name]; !ok {
			t.Errorf("%s is not reported", name)
		}
	}
	if seen[fromGrowth] <= 0 || seen[fromIndicator] <= seen[fromRounding] {
		t.Errorf("%v", seen)
	}
}

// with copies parameters with some of them changed.
func with(params map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range params {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func TestRevisionsOfTheShareAreThoseOfItsReleases(t *testing.T) {
	n := newNational(t)
	for year, want := range map[int][2]string{2020: {"12.66", "12.66"}, 2021: {"12.88", "12.87"}, 2022: {"12.67", "12.83"}, 2023: {"12.33", "12.87"}} {
		for i, measure := range []string{"FIRST", "NEWEST"} {
			if v, ok := n.series(t, "DE_REVISIONS", "A", "VN", "NSO", "TOTAL", measure).value(stat.Year(year)); !ok || v.String() != want[i] {
				t.Errorf("%d %s: %s, want %s", year, measure, v, want[i])
			}
		}
	}
	if _, ok := n.series(t, "DE_REVISIONS", "A", "VN", "NSO", "TOTAL", "REVISION").value(stat.Year(2025)); ok {
		t.Error("2025 was published once and cannot have a revision")
	}
	span := stat.MustPeriod("2020-01-01/P4Y")
	for measure, want := range map[string]float64{"N": 4, "MEAN": (0 - 0.01 + 0.16 + 0.54) / 4, "MAR": (0 + 0.01 + 0.16 + 0.54) / 4,
		"RMSR": math.Sqrt((0.01*0.01 + 0.16*0.16 + 0.54*0.54) / 4), "POSITIVE": 50, "DIRECTION": 200.0 / 3} {
		if v, ok := n.series(t, "DE_REVISIONS", "N", "VN", "NSO", "TOTAL", measure).float(span); !ok || math.Abs(v-want) > 1e-5 {
			t.Errorf("%s: %v, want %v", measure, v, want)
		}
	}
}

func TestConcentrationCountsOnlyWhatIsPublished(t *testing.T) {
	n := newNational(t)
	figure := func(code, measure string, year int) (float64, bool) {
		return n.series(t, "DE_CONCENTRATION", "A", "VN", code, measure).float(stat.Year(year))
	}
	t.Run("of the digital economy: four provinces in 2025, and no index of so few", func(t *testing.T) {
		units, _ := figure("DE_NSO", "UNITS", 2025)
		covered, _ := figure("DE_NSO", "COVERED", 2025)
		sum := 0.0
		for _, area := range []string{"VN34-24", "VN34-19", "VN34-25", "VN34-31"} {
			v, _ := n.series(t, "DE_PROVINCE", "A", area, "NSO", "NAT_SHARE").float(stat.Year(2025))
			sum += v
		}
		if units != 4 || math.Abs(covered-sum) > 1e-3 {
			t.Errorf("%v provinces with %v %%, want 4 with %v %%", units, covered, sum)
		}
		if _, ok := figure("DE_NSO", "HHI", 2025); ok {
			t.Error("an HHI of four provinces")
		}
		note := n.series(t, "DE_CONCENTRATION", "A", "VN", "DE_NSO", "COVERED").at[stat.Year(2025)].Attributes[stat.AttrComment]
		if note != "PUBLISHED_ONLY" {
			t.Errorf("says %q", note)
		}
	})
	t.Run("of GRDP: every province, in parts of their sum", func(t *testing.T) {
		all, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: "GRDP"})
		if err != nil {
			t.Fatal(err)
		}
		var largest, sum, squares float64
		for _, v := range all {
			if v.Period == stat.Year(2025) {
				x := v.Value.Float64()
				largest, sum, squares = math.Max(largest, x), sum+x, squares+x*x
			}
		}
		top, _ := figure("GRDP34", "TOP1", 2025)
		hhi, _ := figure("GRDP34", "HHI", 2025)
		if math.Abs(top-100*largest/sum) > 1e-3 || math.Abs(hhi-squares/sum/sum) > 1e-4 {
			t.Errorf("%v %% and %v, want %v %% and %v", top, hhi, 100*largest/sum, squares/sum/sum)
		}
	})
	t.Run("a split by weights of another year is not taken for a figure", func(t *testing.T) {
		if _, ok := figure("GRDP63", "TOP1", 2025); ok {
			t.Error("concentration on the old map in 2025 would be that of 2022")
		}
	})
}

func TestAChangedWeightOfElectronicsMovesTheNowcastAndNothingElse(t *testing.T) {
	n := newNational(t)
	read := func(dataflow, key string) []cube.Version {
		list, err := cube.Read(context.Background(), n.store, cube.Query{Dataflow: dataflow, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	at := func(weight float64) float64 {
		out, ok, err := NowcastWith(vn, read, weight)
		if err != nil || !ok {
			t.Fatalf("%v (%v)", out, err)
		}
		return out.Share.Float64()
	}
	published := n.series(t, "DE_QUARTERLY", "Q", "VN", "NSO", "TOTAL", denton, "SHARE")
	_, last, _ := published.span()
	if want, _ := published.float(last); at(Ground(vn, nil, "").Electronics) != want {
		t.Errorf("with the weight of the recipe it is %v, the recipe gave %v", at(Ground(vn, nil, "").Electronics), want)
	}
	if at(36) == at(30) {
		t.Error("the weight changes nothing")
	}
	if _, ok, err := NowcastWith(vn, func(string, string) []cube.Version { return nil }, 30); ok || err != nil {
		t.Errorf("a nowcast of nothing (%v)", err)
	}
	if g := Ground(vn, nil, ""); g.Real != 10 || g.Prices != 3 {
		t.Errorf("%v and %v", g.Real, g.Prices)
	}
}
