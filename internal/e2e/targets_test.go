package e2e

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// targetRow is what the API says of one target; the walk holds the pages and the files to it, and it to its own figures.
type targetRow struct {
	ID            string
	Area          struct{ ID, Name string }
	Period        string
	Due, JudgedOn string
	Closed        bool
	Comparator    string
	Value         *json.Number
	Evidence      string
	Class, Reason *struct{ ID, Name string }
	Readings      *struct{ Count int }
	Actual        *targetFigure
	Beside        []targetFigure
	Conditions    []struct {
		ID    string
		Class *struct{ ID string }
	}
	Forecast        *targetFigure
	Probability     *json.Number
	ProbabilityText string
	Trajectory      *json.Number
}

type targetFigure struct {
	Value      json.Number
	Period     string
	Day        string
	Evidence   string
	Cell       string
	Definition *struct{ ID string }
}

func number(t *testing.T, n json.Number) float64 {
	t.Helper()
	x, err := n.Float64()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// meets applies the comparator in the direction of the target, on its own, so that the rule is not checked by itself.
func (r targetRow) meets(t *testing.T) bool {
	goal, actual := number(t, *r.Value), number(t, r.Actual.Value)
	switch r.Comparator {
	case ">":
		return actual > goal
	case "<=":
		return actual <= goal
	}
	return actual >= goal
}

var (
	reSection = regexp.MustCompile(`(?s)<section class="standing.*?</section>`)
	reTag     = regexp.MustCompile(`<[^>]*>`)
	reBlank   = regexp.MustCompile(`[\s\x{a0}]+`)
)

// words are the words of a piece of a page.
func words(s string) string {
	return strings.TrimSpace(reBlank.ReplaceAllString(html.UnescapeString(reTag.ReplaceAllString(s, " ")), " "))
}

// vi writes a number of the API as a Vietnamese page does.
func vi(n json.Number) string {
	whole, fraction, _ := strings.Cut(n.String(), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		return whole + "," + fraction
	}
	return whole
}

// TestEveryTargetSaysWhatItsFiguresSay walks all targets of the reference installation: what the page says in words, what its table holds,
// what its drawing draws and what the API gives have to be one thing, and that thing has to follow from the published figures.
func TestEveryTargetSaysWhatItsFiguresSay(t *testing.T) {
	s := shared.get(t)
	var list struct{ Targets []targetRow }
	_, body := s.get(t, "/api/v1/targets?lang=vi")
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Targets) < 145 {
		t.Fatalf("%d targets", len(list.Targets))
	}
	_, file := s.get(t, "/muc-tieu.csv?lang=vi")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != len(list.Targets)+1 {
		t.Fatalf("%d rows in the file of the list, %d targets over the API (%v)", len(rows)-1, len(list.Targets), err)
	}
	classes := map[string]int{}
	pages := map[string][]string{}
	for _, r := range list.Targets {
		name := fmt.Sprintf("%s %s %s", r.ID, r.Area.ID, r.Period)
		if r.Class == nil || r.Reason == nil {
			t.Errorf("%s is not judged", name)
			continue
		}
		classes[r.Class.ID]++
		if pages[r.ID] == nil {
			_, page := s.get(t, "/muc-tieu/"+r.ID+"?lang=vi")
			pages[r.ID] = reSection.FindAllString(page, -1)
		}
		r.checkRule(t, name)
		r.checkPage(t, name, pages[r.ID])
		r.checkFile(t, name, rows)
		if r.Trajectory != nil {
			r.checkPath(t, s, name)
		}
	}
	_, page := s.get(t, "/muc-tieu?lang=vi")
	said := words(page)
	for class, phrase := range map[string]string{"MET": "%d đạt", "MISSED": "%d không đạt", "NO_FIGURE": "%d không có số liệu của năm hạn", "LIKELY": "%d có khả năng hoàn thành", "FOCUS": "%d cần tập trung"} {
		if want := fmt.Sprintf(phrase, classes[class]); !strings.Contains(said, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	for _, want := range []string{"18 đã hoàn thành, 27 có khả năng hoàn thành, 17 cần tập trung", "danh sách đánh số"} {
		if !strings.Contains(strings.ToLower(said), strings.ToLower(want)) {
			t.Errorf("the official count is not set beside ours: no %q", want)
		}
	}
}

// checkRule holds the class to the day and the figure.
func (r targetRow) checkRule(t *testing.T, name string) {
	t.Helper()
	over := []string{"MET", "MISSED", "NO_FIGURE"}
	numbered := r.Value != nil && r.Comparator != "+"
	switch {
	case r.Closed != (r.JudgedOn > r.Due):
		t.Errorf("%s: due %s, judged on %s, closed %v", name, r.Due, r.JudgedOn, r.Closed)
	case numbered && r.Closed != slices.Contains(over, r.Class.ID), !numbered && r.Class.ID != "NOT_ASSESSABLE":
		t.Errorf("%s is %s, due %s, on %s", name, r.Class.ID, r.Due, r.JudgedOn)
	case r.Closed && (r.Probability != nil || r.Forecast != nil):
		t.Errorf("%s is over and has a forecast", name)
	}
	if len(r.Conditions) > 0 {
		every := true
		for _, c := range r.Conditions {
			every = every && c.Class.ID == "MET"
		}
		if (r.Class.ID == "MET") != every {
			t.Errorf("%s is %s with conditions %v", name, r.Class.ID, r.Conditions)
		}
		return
	}
	r.checkReadings(t, name)
	for _, b := range r.Beside {
		if r.Actual != nil && b.Definition.ID == r.Actual.Definition.ID {
			t.Errorf("%s is compared with its own measure", name)
		}
	}
	if strings.HasPrefix(r.ID, "MIC-") && r.Actual.Definition.ID != "MIC" {
		t.Errorf("%s is judged by %s", name, r.Actual.Definition.ID)
	}
}

// checkReadings holds the class to the figures that it rests on.
func (r targetRow) checkReadings(t *testing.T, name string) {
	t.Helper()
	readings := 0
	if r.Readings != nil {
		readings = r.Readings.Count
	}
	switch {
	case r.Probability != nil && readings < 3:
		t.Errorf("%s has a probability from %d figures", name, readings)
	case r.Reason.ID == "one-figure" && readings != 1, r.Reason.ID == "no-figure" && readings != 0, r.Class.ID == "NO_DATA" && readings != 0:
		t.Errorf("%s is said to be %s with %d figures", name, r.Reason.ID, readings)
	case (r.Class.ID == "MET" || r.Class.ID == "ACHIEVED") && !r.meets(t), (r.Class.ID == "MISSED" || r.Class.ID == "FOCUS" || r.Class.ID == "LIKELY") && r.meets(t):
		t.Errorf("%s is %s: %s against %s %s", name, r.Class.ID, r.Actual.Value, r.Comparator, r.Value)
	case (r.Class.ID == "MISSED" || r.Reason.ID == "met-in-year") && r.Actual.Day[:4] != r.Period:
		t.Errorf("%s is judged by a figure of %s", name, r.Actual.Day)
	case r.Class.ID == "NO_FIGURE" && r.Actual != nil && r.Actual.Day[:4] == r.Period:
		t.Errorf("%s is said to have no figure and has that of %s", name, r.Actual.Day)
	}
}

// checkPage finds the target on its page and reads its sentence.
func (r targetRow) checkPage(t *testing.T, name string, sections []string) {
	t.Helper()
	head := r.Period + ", " + r.Area.Name
	at := slices.IndexFunc(sections, func(x string) bool {
		w := words(x)
		return strings.HasPrefix(w, head+":") || strings.HasPrefix(w, head+" ")
	})
	if at < 0 {
		t.Errorf("%s is not on its page", name)
		return
	}
	said := words(sections[at])
	forbid := func(why string, list ...string) {
		for _, x := range list {
			if strings.Contains(strings.ToLower(said), x) {
				t.Errorf("%s %s and says %q: %s", name, why, x, said)
			}
		}
	}
	forbid("speaks of", ": 0 %", " 100 %. tính", "xác suất đạt 0 %", "xác suất đạt 100 %", "{")
	if r.Closed {
		forbid("is over", "xác suất", "dự báo", "có khả năng", "cần tập trung")
	}
	if r.Readings != nil && r.Readings.Count > 1 {
		forbid("has several figures", "mới có một số", "chưa có số thực hiện")
	}
	if r.Actual != nil {
		if want := vi(r.Actual.Value); len(r.Conditions) == 0 && !strings.Contains(said, want) && !strings.Contains(said, vi(json.Number(fmt.Sprintf("%.1f", number(t, r.Actual.Value))))) {
			t.Errorf("%s was judged by %s and says %s", name, want, said)
		}
	}
	if r.ProbabilityText != "" && !strings.Contains(said, words(r.ProbabilityText)) {
		t.Errorf("%s has a probability of %s and says %s", name, r.ProbabilityText, said)
	}
}

// checkFile finds the target in the file of the list and holds it to the API.
func (r targetRow) checkFile(t *testing.T, name string, rows [][]string) {
	t.Helper()
	col := func(head string) int {
		i := slices.Index(rows[0], head)
		if i < 0 {
			t.Fatalf("the file of the list has no column %q: %q", head, rows[0])
		}
		return i
	}
	for _, x := range rows[1:] {
		if x[0] != r.ID || x[col("Năm")] != r.Period || x[col("Địa bàn")] != r.Area.Name {
			continue
		}
		if x[col("Xếp loại")] != r.Class.Name || x[col("Xác suất đạt – cách ghi")] != r.ProbabilityText {
			t.Errorf("%s: the file says %v, the API %s %s", name, x, r.Class.Name, r.ProbabilityText)
		}
		if r.Probability != nil {
			if got, err := strconv.ParseFloat(x[col("Xác suất đạt (%)")], 64); err != nil || got != number(t, *r.Probability) {
				t.Errorf("%s: the file gives a probability of %s, the API %s", name, x[col("Xác suất đạt (%)")], *r.Probability)
			}
		}
		if r.Actual != nil && len(r.Conditions) == 0 {
			if got, err := strconv.ParseFloat(x[col("Số thực hiện")], 64); err != nil || got != number(t, r.Actual.Value) {
				t.Errorf("%s: the file says %s, the API %s", name, x[col("Số thực hiện")], r.Actual.Value)
			}
		}
		return
	}
	t.Errorf("%s is not in the file of the list", name)
}

// checkPath holds the value needed at the newest figure to the path that is drawn.
func (r targetRow) checkPath(t *testing.T, s *server, name string) {
	t.Helper()
	_, body := s.get(t, "/muc-tieu/"+url.PathEscape(r.ID)+".option?lang=vi")
	var option struct {
		XAxis  struct{ Data []string }
		Series []struct {
			ID   string
			Data []any
		}
	}
	if json.Unmarshal([]byte(body), &option) != nil {
		return // a page without a drawing
	}
	at := slices.Index(option.XAxis.Data, r.Actual.Period)
	for _, x := range option.Series {
		if !strings.HasPrefix(x.ID, "path-"+r.Area.ID) || at < 0 || len(x.Data) <= at {
			continue
		}
		drawn := x.Data[at]
		if o, ok := drawn.(map[string]any); ok {
			drawn = o["value"]
		}
		if y, ok := drawn.(float64); ok && y != number(t, *r.Trajectory) {
			t.Errorf("%s: the page says %s is needed at %s, the drawing %v", name, r.Trajectory, r.Actual.Period, y)
		}
	}
}
