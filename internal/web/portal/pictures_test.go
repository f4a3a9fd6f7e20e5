package portal

import (
	"encoding/csv"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nhipso/data"
	"nhipso/internal/chart"
	"nhipso/internal/monitor"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/view"
)

// everyProvince are made-up figures of all provinces: growth over three years, and a GRDP of 2022 that adds up from the old provinces to the new.
func everyProvince(t *testing.T) []row {
	reg, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	var out []row
	for i, a := range reg.Of(reg.Current()) {
		for k, year := range []string{"2020", "2024", "2025"} {
			out = append(out, row{"GRDP_GROWTH", "A." + a.ID, year, fmt.Sprintf("%.2f", 3+float64((i*7+k*5)%23)/3), "2026-10-06", "A", nil})
		}
		sum := 0
		for j, x := range reg.Predecessors(a.ID) {
			v := 15000 + (i*977+j*13331)%90000
			sum += v
			out = append(out, row{"GRDP_EST", "A." + x.ID, "2022", strconv.Itoa(v), "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "EVIDENCE", "D"}})
		}
		out = append(out, row{"GRDP_EST", "A." + a.ID, "2022", strconv.Itoa(sum), "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "EVIDENCE", "D"}})
	}
	return append(out, row{"NA_GROWTH", "A.VN.B1GQ", "2025", "8.02", "2026-10-06", "A", nil})
}

var says = regexp.MustCompile(`<p class="says">([^<]*)</p>`)

// spokenBy gives the numbers of the sentences of a page in English, one list a drawing.
func spokenBy(body string) (out [][]float64) {
	for _, m := range says.FindAllStringSubmatch(body, -1) {
		var list []float64
		for _, x := range regexp.MustCompile(`\d[\d,]*(?:\.\d+)?`).FindAllString(m[1], -1) {
			f, _ := strconv.ParseFloat(strings.ReplaceAll(x, ",", ""), 64)
			list = append(list, f)
		}
		out = append(out, list)
	}
	return out
}

func mustSay(t *testing.T, body string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("nothing says %q", w)
		}
	}
}

// fileOf reads the file of a drawing: the figures that stand in a column, by the first column.
func fileOf(t *testing.T, file string) [][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestAllProvincesAtAGlance(t *testing.T) {
	s, _ := newSite(t, everyProvince(t)...)
	body := get(s, "/tinh/toan-canh?so-do=tang-truong&lang=en").Body.String()
	t.Run("the sentence of the swarm is made from the figures in its file", func(t *testing.T) {
		records := fileOf(t, get(s, "/tinh/toan-canh.csv?so-do=tang-truong&lang=en&hinh=phan-tan").Body.String())
		var list []float64
		for _, r := range records[1:] {
			if f, err := strconv.ParseFloat(r[len(r)-1], 64); err == nil {
				list = append(list, f)
			} else if f, err := strconv.ParseFloat(r[3], 64); err == nil {
				list = append(list, f)
			}
		}
		if len(list) != 34 {
			t.Fatalf("%d figures in %q", len(list), records[:2])
		}
		above := 0
		for _, f := range list {
			if f > 8.02 {
				above++
			}
		}
		got := spokenBy(strings.ReplaceAll(body, " and ", " "))[0]
		for _, want := range []float64{34, float64(above), 8.02, slices.Max(list), slices.Min(list)} {
			if !slices.Contains(got, want) {
				t.Errorf("the sentence says %v, and not %v", got, want)
			}
		}
	})
	t.Run("every province has a dot, a panel and a row, by its full name", func(t *testing.T) {
		for _, name := range []string{"Ho Chi Minh City: ", "Ho Chi Minh City · 2020: "} {
			if strings.Count(body, "<title>"+name) != 2 { // for a desk and for a phone
				t.Errorf("%q is drawn %d times", name, strings.Count(body, "<title>"+name))
			}
		}
		if n := strings.Count(body, `<a href="/tinh/VN34-`); n < 34 {
			t.Errorf("%d provinces in the table", n)
		}
	})
	t.Run("rates are not run together, amounts are", func(t *testing.T) {
		if strings.Contains(body, `id="nhap-tinh"`) {
			t.Error("rates come together")
		}
		grdp := get(s, "/tinh/toan-canh?so-do=grdp").Body.String()
		mustSay(t, grdp, `id="nhap-tinh"`, "Từ 01/7/2025, 63 tỉnh, thành phố còn 34: 11 nơi giữ nguyên, 23 nơi do nhiều nơi nhập lại", "Bà Rịa - Vũng Tàu")
	})
	t.Run("figures that do not add up are not run together, nor those that were split from the sum", func(t *testing.T) {
		for name, spoil := range map[string]func(*row){"sum": func(r *row) { r.value = "1" + r.value }, "split": func(r *row) { r.attrs = append(slices.Clone(r.attrs), "COMMENT_OBS", "SPLIT_BY_GRDP_2022") }} {
			list := everyProvince(t)
			i := slices.IndexFunc(list, func(r row) bool { return strings.HasPrefix(r.key, "A.VN63-27") })
			spoil(&list[i])
			spoilt, _ := newSite(t, list...)
			if strings.Contains(get(spoilt, "/tinh/toan-canh?so-do=grdp").Body.String(), `id="nhap-tinh"`) {
				t.Errorf("%s: drawn", name)
			}
		}
	})
	t.Run("a measure that nobody knows is refused", func(t *testing.T) {
		if w := get(s, "/tinh/toan-canh?so-do=xyz"); w.Code != 404 && w.Code != 400 {
			t.Errorf("%d", w.Code)
		}
	})
}

func TestTargetsAsAGridAndUnderTheirDocuments(t *testing.T) {
	s, _ := newSite(t)
	body := get(s, "/muc-tieu").Body.String()
	t.Run("each target is a sign, and the sentence counts them", func(t *testing.T) {
		mustSay(t, body, `<p class="says">3 mục tiêu: 1 cần tập trung, 1 đạt và 1 không đạt.</p>`)
		for _, title := range []string{"Tỷ trọng kinh tế số trong GDP (QĐ 411 · 2025) · 2025: Không đạt", "(QĐ 411 · 2030) · 2030: Cần tập trung"} {
			if strings.Count(body, title) != 2 {
				t.Errorf("%q is drawn %d times", title, strings.Count(body, title))
			}
		}
	})
	t.Run("bars are named by document and year under what they measure, with the shortfall in points", func(t *testing.T) {
		mustSay(t, body, "QĐ 411 · 2025", "còn thiếu 5,98 điểm phần trăm", "Thanh: số thực hiện; vạch đứng: mục tiêu")
	})
	t.Run("a filter leaves the grid of what is left", func(t *testing.T) {
		mustSay(t, get(s, "/muc-tieu?nam=2030").Body.String(), `<p class="says">1 mục tiêu: 1 cần tập trung.</p>`)
	})
}

// TestTheFanIsTheForecastOnRecord draws the way to a target only where it ends at the forecast and the deviation that were stored.
func TestTheFanIsTheForecastOnRecord(t *testing.T) {
	goal := stat.Int(30)
	var figures []monitor.Point
	for i, f := range []float64{12.66, 12.87, 12.83, 12.87, 13.17, 14.02} {
		figures = append(figures, monitor.Point{Day: stat.NewDate(2020+i, 12, 31), Value: f})
	}
	j, err := monitor.Judge(monitor.Target{Value: &goal, Comparator: "=", Direction: 1, Due: stat.NewDate(2030, 12, 31), Percent: true}, figures, stat.NewDate(2026, 11, 20))
	if err != nil {
		t.Fatal(err)
	}
	stored := func(value, deviation float64) row {
		return row{"TARGET_STATUS", "A.VN.KTS-1.FORECAST", "2030", strconv.FormatFloat(value, 'f', 4, 64), "2026-11-20", "F", []string{"RUN", "digital-quarterly#1", "EVIDENCE", "D", stat.AttrStdErr, strconv.FormatFloat(deviation, 'f', 4, 64)}}
	}
	page := func(r row) (target, home string) {
		s, _ := newSite(t, r)
		return get(s, "/muc-tieu/KTS-1?lang=en").Body.String(), get(s, "/?lang=en").Body.String()
	}
	body, home := page(stored(*j.Forecast, *j.StdDev))
	low, high := *j.Forecast-1.959964**j.StdDev, *j.Forecast+1.959964**j.StdDev
	round := func(f float64) float64 { return math.Round(f*100) / 100 }
	if got, want := spokenBy(body), []float64{2030, round(*j.Forecast), 95, round(low), round(high), 30}; len(got) != 1 || !slices.Equal(got[0], want) {
		t.Errorf("the sentence says %v, not %v", got, want)
	}
	s, _ := newSite(t, stored(*j.Forecast, *j.StdDev))
	file := fileOf(t, get(s, "/muc-tieu/KTS-1.csv?lang=en").Body.String())
	at := slices.Index(file[0], "Lower bound, 95\u00a0%")
	if want := []string{fmt.Sprintf("%.2f", low), fmt.Sprintf("%.2f", high)}; at < 0 || !slices.Equal(file[1][at:at+2], want) {
		t.Errorf("the file has %q, %q, not the bounds %q", file[0], file[1], want)
	}
	mustSay(t, body, "Bands from dark to pale: 50, 80 and 95\u00a0% intervals of the forecast", fmt.Sprintf("95\u00a0%% interval: %.2f–%.2f", low, high), "Forecast")
	mustSay(t, home, "Bands from dark to pale: 50, 80 and 95\u00a0% intervals of the forecast", fmt.Sprintf("95\u00a0%% interval: %.2f–%.2f", low, high), "Forecast intervals")
	for name, r := range map[string]row{"forecast": stored(*j.Forecast+0.001, *j.StdDev), "deviation": stored(*j.Forecast, *j.StdDev*1.01)} {
		if target, home := page(r); strings.Contains(target+home, "Bands from dark") {
			t.Errorf("a fan that does not end at the %s on record is drawn", name)
		}
	}
}

// TestDrawingsAndTablesHaveTheSameSigns holds every class to one sign, that has an outline and that no other class has.
func TestDrawingsAndTablesHaveTheSameSigns(t *testing.T) {
	seen := map[string]bool{}
	for _, class := range classes() {
		symbol := view.Symbol(class)
		if seen[symbol] || chart.Sign(symbol).Path() == "" || !slices.Contains(chart.Signs(), chart.Sign(symbol)) {
			t.Errorf("%s is %q, which is another class too or cannot be drawn", class, symbol)
		}
		seen[symbol] = true
	}
	if len(seen) != len(chart.Signs()) {
		t.Errorf("%d signs for %d classes", len(chart.Signs()), len(seen))
	}
}
