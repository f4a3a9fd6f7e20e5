package desk_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/people"
	"nhipso/internal/register"
)

// stations adds stations to a place: of the east but the last one.
func (p *place) stations() {
	p.Helper()
	if err := people.Load(p.Context(), p.office.Register, []register.Act{
		act("station", "CS-2", "name_vi", "Ánh", "name_en", "B", "area", "XM", "plan", "PLAN", "keeper", "EAST", "cost", "9", "opened", "2024-02-01", "contact", "Bà Ẩn"),
		act("station", "CS-3", "name_vi", "Bình", "name_en", "A", "area", "XM", "plan", "PLAN", "keeper", "EAST", "cost", "10", "closed", "2023-05-01"),
		act("station", "CS-4", "name_vi", "Châu", "name_en", "C", "area", "XM", "plan", "PLAN", "keeper", "WEST", "cost", "2", "closed", "2025-05-01")}, "seed"); err != nil {
		p.Fatal(err)
	}
}

// rows gives the identifiers of a list in its order.
func rows(page string) (out []string) {
	for _, m := range regexp.MustCompile(`<th scope="row"><a [^>]*>(CS-\d)</a>`).FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestAListIsSortedByAnyColumnThatItShows, and says by which and which way; by one that several values stand in, by none.
func TestAListIsSortedByAnyColumnThatItShows(t *testing.T) {
	p := newPlace(t)
	p.stations()
	for query, want := range map[string]string{
		"":                     "CS-1 CS-2 CS-3 CS-4",
		"xep=-id":              "CS-4 CS-3 CS-2 CS-1",
		"xep=cost":             "CS-1 CS-4 CS-2 CS-3",
		"xep=name":             "CS-2 CS-3 CS-4 CS-1", // no order of it in the database
		"xep=-name":            "CS-1 CS-4 CS-3 CS-2",
		"xep=-closed":          "CS-4 CS-3 CS-2 CS-1",
		"xep=closed&tim=bi":    "CS-3",
		"keeper=EAST&xep=-id":  "CS-3 CS-2 CS-1",
		"opened=~&keeper=EAST": "CS-1 CS-3",
	} {
		page := p.body(p.ask("minister", http.MethodGet, "/lam-viec/ho-so/station?cot=cost,name_vi,closed&"+query, nil))
		if got := strings.Join(rows(page), " "); got != want {
			t.Errorf("%s gives %s, want %s", query, got, want)
		}
		if n := strings.Count(page, "aria-sort="); n != 1 && !strings.Contains(query, "opened") {
			t.Errorf("%s: %d columns say that the list is sorted by them", query, n)
		}
	}
	if got := p.body(p.ask("minister", http.MethodGet, "/lam-viec/ho-so/station?xep=nothing", nil)); !strings.Contains(got, `role="alert"`) {
		t.Error("a column that there is not sorts")
	}
	page := p.body(p.ask("minister", http.MethodGet, "/lam-viec/ho-so/station?cot=name_en&cot=cost&cot=evil", nil))
	if strings.Contains(page, ">Ánh</td>") || !strings.Contains(page, `<td data-h="Kinh phí">9`) || strings.Contains(page, `data-h="evil"`) {
		t.Error("the columns are not those that were chosen")
	}
}

// TestAListInGroups: with how many stand in each, counted over the whole list.
func TestAListInGroups(t *testing.T) {
	p := newPlace(t)
	p.stations()
	page := p.body(p.ask("minister", http.MethodGet, "/lam-viec/ho-so/station?nhom=keeper", nil))
	if got := strings.Join(rows(page), " "); got != "CS-1 CS-2 CS-3 CS-4" || strings.Count(page, `<tr class="group">`) != 2 {
		t.Errorf("%s in %d groups", got, strings.Count(page, `<tr class="group">`))
	}
	if !strings.Contains(page, `EAST</a>: <b>3</b>`) || !strings.Contains(page, `EAST <span class="sub">(3)`) || !strings.Contains(page, `WEST</a>: <b>1</b>`) {
		t.Errorf("the groups: %s", page)
	}
}

// TestNobodyLearnsByTheOrderOfAList what they may not see: found or sorted by what the public does not see, a list has only their own.
func TestNobodyLearnsByTheOrderOfAList(t *testing.T) {
	p := newPlace(t)
	p.stations()
	for query, want := range map[string]string{"": "CS-1 CS-2 CS-3 CS-4", "xep=-opened": "CS-2 CS-4 CS-3 CS-1", "xep=contact": "CS-4", "xep=cost": "CS-4", "nhom=keeper": "CS-4", "keeper=EAST": "", "tim=an": ""} {
		page := p.body(p.ask("west", http.MethodGet, "/lam-viec/ho-so/station?"+query, nil))
		if got := strings.Join(rows(page), " "); got != want {
			t.Errorf("%s gives %s, want %s", query, got, want)
		}
		if strings.Contains(page, "EAST</a>: <b>") {
			t.Errorf("%s counts what is another's", query)
		}
	}
}

// TestAViewIsKeptAndShared: whose it is sees it, and with whom it is shared; nobody else removes it, and it shows nobody more than theirs.
func TestAViewIsKeptAndShared(t *testing.T) {
	p := newPlace(t)
	keep := func(who, name, share string) int {
		return p.ask(who, http.MethodPost, "/lam-viec/cach-xem/station", url.Values{"_viec": {"luu"}, "_ten": {name}, "_chung": {share}, "_danh-sach": {"xep=-cost&cot=cost&sau=x&lang=en&evil=1"}}).StatusCode
	}
	for _, x := range []struct {
		who, name, share string
		want             int
	}{{"east", "Của tôi", "", 303}, {"east", "Của tôi", "", 409}, {"east", "Chung <b>", "EAST", 303}, {"east", "Của người", "WEST", 403}, {"east", " ", "", 400}, {"east", strings.Repeat("a", 81), "", 400}} {
		if got := keep(x.who, x.name, x.share); got != x.want {
			t.Errorf("%q shared with %q: %d, want %d", x.name, x.share, got, x.want)
		}
	}
	page := p.body(p.ask("east", http.MethodGet, "/lam-viec/ho-so/station", nil))
	if !strings.Contains(page, "/lam-viec/ho-so/station?cot=cost&amp;xep=-cost\">Của tôi") || !strings.Contains(page, "Chung &lt;b&gt;") {
		t.Errorf("its own views: %s", page)
	}
	if got := p.body(p.ask("west", http.MethodGet, "/lam-viec/ho-so/station", nil)); strings.Contains(got, "Của tôi") || strings.Contains(got, "Chung") {
		t.Error("another organisation sees the views")
	}
	id := hidden(t, page, "_cach-xem")
	for _, x := range []struct {
		who  string
		want int
	}{{"west", 404}, {"east", 303}, {"east", 404}} {
		if w := p.ask(x.who, http.MethodPost, "/lam-viec/cach-xem/station", url.Values{"_viec": {"bo"}, "_cach-xem": {id}}); w.StatusCode != x.want {
			t.Errorf("%s removes it: %d, want %d", x.who, w.StatusCode, x.want)
		}
	}
}
