package view

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

var points = Scale{Unit: catalog.Label{Vi: "điểm", En: "points"}, Decimals: 2}

func placed(i int) catalog.Label {
	return catalog.Label{Vi: fmt.Sprintf("Tỉnh <%d>", i), En: fmt.Sprintf("Province <%d>", i)}
}

func hundredths(rt *rapid.T, most int) stat.Decimal {
	d, _ := stat.FromFloat(float64(rapid.IntRange(0, most).Draw(rt, "v"))/100, 2)
	return d
}

// saidIn takes the numbers out of a sentence in English; names carry theirs in pointed brackets, which are no figures.
func saidIn(s string) (out []float64) {
	s = regexp.MustCompile(`<\d+>`).ReplaceAllString(s, "")
	for _, x := range regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`).FindAllString(s, -1) {
		f, _ := strconv.ParseFloat(strings.ReplaceAll(x, ",", ""), 64)
		out = append(out, f)
	}
	return out
}

// TestTheSentenceOfASwarmIsItsFigures reads the numbers out of the sentence and finds them again among the figures, by sorting and counting.
func TestTheSentenceOfASwarmIsItsFigures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []Figured
		var sorted []float64
		for i := range rapid.IntRange(2, 40).Draw(rt, "n") {
			d := hundredths(rt, 400)
			list, sorted = append(list, Figured{placed(i), d}), append(sorted, d.Float64())
		}
		against := Figured{catalog.Label{Vi: "mức cả nước", En: "the national figure"}, hundredths(rt, 400)}
		slices.Sort(sorted)
		n := len(sorted)
		if sorted[0] == sorted[n-1] {
			return
		}
		said := Spread(list, &against, points)
		above := 0
		for _, f := range sorted {
			if f > against.Value.Float64() {
				above++
			}
		}
		got := saidIn(stripMore(said.En))
		if want := []float64{float64(n), float64(above), against.Value.Float64(), sorted[n-1], sorted[0]}; !slices.Equal(got, want) {
			rt.Fatalf("%q says %v, not %v", said.En, got, want)
		}
		for _, x := range list {
			first := strings.Contains(strings.SplitN(said.Vi, "cao nhất", 2)[1], x.Name.Vi)
			extreme := x.Value.Float64() == sorted[0] || x.Value.Float64() == sorted[n-1]
			if first && !extreme {
				rt.Fatalf("%q names %s", said.Vi, x.Name.Vi)
			}
		}
		alone := Spread(list, nil, points)
		if got := saidIn(stripMore(alone.En)); !slices.Equal(got, []float64{float64(n), sorted[n-1], sorted[0]}) {
			rt.Fatalf("%q says %v", alone.En, got)
		}
	})
}

// stripMore leaves out how many more share a place.
func stripMore(s string) string { return regexp.MustCompile(` and \d+ more`).ReplaceAllString(s, "") }

func TestTheSentenceOfPanelsIsTheirFigures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []Course
		rose, fell, most := 0, 0, 0.0
		for i := range rapid.IntRange(1, 40).Draw(rt, "n") {
			c := Course{placed(i), hundredths(rt, 900), hundredths(rt, 900)}
			change := c.Last.Sub(c.First).Float64()
			if change > 0 {
				rose++
			}
			if change < 0 {
				fell++
			}
			most = max(most, change)
			list = append(list, c)
		}
		said := Courses(list, stat.Year(2018), stat.Year(2025), points)
		got := saidIn(stripMore(said.En))
		if want := []float64{2018, 2025, float64(rose), float64(fell), float64(len(list))}; rose > 0 && !slices.Equal(got[:5], want) {
			rt.Fatalf("%q says %v, not %v", said.En, got, want)
		}
		if rose == 0 {
			if want := []float64{2018, 2025, float64(fell), float64(len(list))}; !slices.Equal(got, want) {
				rt.Fatalf("%q says %v, not %v", said.En, got, want)
			}
			return
		}
		if change := got[6] - got[5]; change-most > 1e-9 || most-change > 1e-9 {
			rt.Fatalf("%q: the largest rise is %v", said.En, most)
		}
	})
}

func TestTheSentenceOfASlopeIsItsFigures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var list []Union
		old, kept, largest := 0, 0, -1.0
		for i := range rapid.IntRange(1, 12).Draw(rt, "new") {
			u := Union{Whole: Figured{Name: placed(100 + i)}}
			for range rapid.IntRange(1, 3).Draw(rt, "old") {
				d := hundredths(rt, 100000)
				u.Whole.Value = u.Whole.Value.Add(d)
				u.Parts = append(u.Parts, Figured{placed(old), d})
				old++
			}
			if len(u.Parts) == 1 {
				kept++
			}
			largest = max(largest, u.Whole.Value.Float64())
			list = append(list, u)
		}
		said := Unions(list, stat.MustDate("2025-07-01"), points)
		got := saidIn(strings.TrimPrefix(said.En, "Since 1 Jul 2025 "))
		if want := []float64{float64(old), float64(len(list)), float64(kept), float64(len(list) - kept), largest}; !slices.Equal(got[:5], want) {
			rt.Fatalf("%q says %v, not %v", said.En, got, want)
		}
		sum := 0.0
		for _, f := range got[5:] {
			sum += f
		}
		if len(got) > 5 && (sum-largest > 1e-6 || largest-sum > 1e-6) {
			rt.Fatalf("%q: the parts add to %v", said.En, sum)
		}
		if !strings.Contains(said.Vi, "01/7/2025") {
			rt.Fatalf("%q does not say since when", said.Vi)
		}
	})
}

func TestTheSentenceOfAForecastIsItsFigures(t *testing.T) {
	for _, c := range []struct{ goal, side, vi string }{{"30", "above", "nên mục tiêu 30 điểm nằm trên khoảng đó"}, {"15", "within", "mục tiêu 15 điểm nằm trong khoảng đó"}, {"17.55", "within", "trong"}, {"2.5", "below", "mục tiêu 2,5 điểm nằm dưới khoảng đó"}} {
		said := Prospects(Prospect{Period: stat.Year(2030), Value: stat.MustDecimal("15.38"), Level: 95, Low: stat.MustDecimal("13.21"), High: stat.MustDecimal("17.55"), Goal: stat.MustDecimal(c.goal)}, points)
		goal, _ := strconv.ParseFloat(c.goal, 64)
		if got := saidIn(said.En); !slices.Equal(got, []float64{2030, 15.38, 95, 13.21, 17.55, goal}) || !strings.Contains(said.En, c.side) || !strings.Contains(said.Vi, c.vi) {
			t.Errorf("%s: %q %q", c.goal, said.Vi, said.En)
		}
	}
}

func TestTallyAndTrend(t *testing.T) {
	got := Tally([]Counted{{catalog.Label{Vi: "Đạt", En: "Met"}, 9}, {catalog.Label{Vi: "Cần tập trung", En: "Needs effort"}, 0}, {catalog.Label{Vi: "Không đạt", En: "Missed"}, 19}})
	if got.Vi != "28 mục tiêu: 9 đạt và 19 không đạt." || got.En != "28 targets: met 9 and missed 19." {
		t.Errorf("%q %q", got.Vi, got.En)
	}
	list := []Dated{{stat.Year(2020), stat.MustDecimal("12.66")}, {stat.Year(2022), stat.MustDecimal("15")}, {stat.Year(2023), stat.MustDecimal("11.5")}, {stat.Year(2025), stat.MustDecimal("14.02")}}
	if got := Trend(list, 2, "vi"); got != "2020: 12,66 → 2025: 14,02 (từ 11,50 đến 15,00)" {
		t.Error(got)
	}
	if Trend(nil, 2, "vi") != "" {
		t.Error("something is said of nothing")
	}
}

func TestShortNamesOfDocuments(t *testing.T) {
	n := loaded(t).speaker("vi").Names
	for code, want := range map[string][2]string{"QD411": {"QĐ 411", "Decision 411"}, "QD17": {"QĐ 17", "Decision 17"}, "NQ52": {"NQ 52", "Resolution 52"}, "MIC": {"Kế hoạch của Bộ Thông tin và Truyền thông", "Plan of the former Ministry of Information and Communications"},
		"QD2629": {"QĐ 2629", "Decision 2629"}} {
		if got := n.ShortInstrument(code); got.Vi != want[0] || got.En != want[1] {
			t.Errorf("%s is %q, %q", code, got.Vi, got.En)
		}
	}
}
