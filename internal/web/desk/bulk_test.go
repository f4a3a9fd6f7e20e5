package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nhipso/internal/register"
)

// value reads a value of a station as it stands today.
func (p *place) value(id, column string) string {
	p.Helper()
	v, _, err := p.office.Register.Record(p.Context(), "station", id, register.At{Day: today})
	if err != nil {
		p.Fatal(err)
	}
	return v.Values[column]
}

// TestManyRecordsAreChangedTogether: what would be done is shown record by record; then all of it is done or none, and only on records as they were shown.
func TestManyRecordsAreChangedTogether(t *testing.T) {
	p := newPlace(t)
	p.stations()
	const path = "/lam-viec/hang-loat/station"
	ask := func(who string, form url.Values) (*http.Response, string) {
		w := p.ask(who, http.MethodPost, path, form)
		return w, p.body(w)
	}
	if w, page := ask("east", url.Values{"chon": {"CS-1", "CS-2"}}); w.StatusCode != http.StatusOK || !strings.Contains(page, "2 hồ sơ đã chọn") {
		t.Errorf("the form: %d", w.StatusCode)
	}
	if w, _ := ask("east", url.Values{}); w.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no record: %d", w.StatusCode)
	}
	set := url.Values{"chon": {"CS-1\nCS-2", "CS-2"}, "_buoc": {"xem"}, "cost": {"9"}, "_ly-do": {"điều chỉnh"}}
	w, page := ask("east", set)
	if w.StatusCode != http.StatusOK || strings.Count(page, "<ins>9") != 1 || !strings.Contains(page, "1 hồ sơ đã đúng như vậy") {
		t.Fatalf("%d %s", w.StatusCode, page)
	}
	if p.value("CS-1", "cost") != "" {
		t.Fatal("a preview changes something")
	}
	do := url.Values{"chon": {"CS-1"}, "_viec-lam": {hidden(t, page, "_viec-lam")}, "_ly-do": {"điều chỉnh"}, "_danh-sach": {"keeper=EAST"}}
	if w, page := ask("east", do); w.StatusCode != http.StatusSeeOther || w.Header.Get("Location") != "/lam-viec/ho-so/station?keeper=EAST&xong=1" {
		t.Fatal(w.StatusCode, w.Header.Get("Location"), page)
	}
	if p.value("CS-1", "cost") != "9" {
		t.Error("what was shown is not done")
	}
	if w, _ := ask("east", do); w.StatusCode != http.StatusConflict {
		t.Errorf("the same a second time: %d", w.StatusCode)
	}
	for name, x := range map[string]struct {
		form url.Values
		want int
		says string
	}{
		"one of them is another's":   {url.Values{"chon": {"CS-2", "CS-4"}, "cost": {"7"}}, http.StatusNotFound, "CS-4"},
		"one of them cannot be so":   {url.Values{"chon": {"CS-2", "CS-3"}, "opened": {"2024-03-01"}}, http.StatusUnprocessableEntity, "1 hồ sơ không thay đổi như vậy được"},
		"nothing is asked":           {url.Values{"chon": {"CS-2"}}, http.StatusUnprocessableEntity, "Chưa nêu"},
		"it is set and emptied":      {url.Values{"chon": {"CS-2"}, "cost": {"7"}, "_de-trong": {"cost"}}, http.StatusUnprocessableEntity, "cost"},
		"what must be is emptied":    {url.Values{"chon": {"CS-2"}, "_de-trong": {"plan"}}, http.StatusUnprocessableEntity, "1 hồ sơ"},
		"a step that there is not":   {url.Values{"chon": {"CS-2"}, "_viec": {"fly"}}, http.StatusUnprocessableEntity, "Biểu mẫu"},
		"a step that some cannot do": {url.Values{"chon": {"CS-2", "CS-3"}, "_viec": {"close"}, "closed": {"2026-01-01"}}, http.StatusUnprocessableEntity, "2 hồ sơ"},
	} {
		x.form.Set("_buoc", "xem")
		w, page := ask("east", x.form)
		if w.StatusCode != x.want || !strings.Contains(page, x.says) || strings.Contains(page, "_viec-lam") {
			t.Errorf("%s: %d", name, w.StatusCode)
		}
	}
	set.Set("cost", "11")
	_, page = ask("east", url.Values{"_tat-ca": {"1"}, "_danh-sach": {"keeper=EAST"}, "_buoc": {"xem"}, "cost": {"11"}})
	if strings.Count(page, "<ins>11") != 3 {
		t.Fatalf("all of the list: %s", page)
	}
	late := url.Values{"_viec": {"changed"}, "_lan": {p.newest("station", "CS-3")}, "cost": {"5"}}
	if w := p.ask("east", http.MethodPost, "/lam-viec/ho-so/station/CS-3", late); w.StatusCode != http.StatusSeeOther {
		t.Fatal(w.StatusCode)
	}
	do.Set("_viec-lam", hidden(t, page, "_viec-lam"))
	if w, _ := ask("east", do); w.StatusCode != http.StatusConflict || p.value("CS-1", "cost") != "9" || p.value("CS-3", "cost") != "5" {
		t.Errorf("somebody was quicker at one of them: %d, cost %s and %s", w.StatusCode, p.value("CS-1", "cost"), p.value("CS-3", "cost"))
	}
}
