package desk_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestTheLogIsSearchedAndTakenAlong: by person, organisation, type, record and day; the file has what the page has; a day that is none is refused.
func TestTheLogIsSearchedAndTakenAlong(t *testing.T) {
	p := newPlace(t)
	rows := func(query string) [][]string {
		t.Helper()
		w := p.ask("root", http.MethodGet, "/lam-viec/nhat-ky/csv?"+query, nil)
		body := p.body(w)
		list, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if w.StatusCode != http.StatusOK || err != nil || len(list) == 0 {
			t.Fatalf("%s: %d %v %.200s", query, w.StatusCode, err, body)
		}
		return list[1:]
	}
	all := rows("")
	stations := rows("loai=station")
	if len(stations) == 0 || len(stations) >= len(all) {
		t.Fatalf("%d acts on stations among %d", len(stations), len(all))
	}
	for _, x := range []struct {
		query string
		some  bool
	}{{"ho-so=CS-1", true}, {"ho-so=CS-1&loai=role", false}, {"nguoi=nhipso", true}, {"nguoi=" + url.QueryEscape("chương trình nhip so"), true}, {"nguoi=east", false}, {"co-quan=EAST", false},
		{"tu=01/01/2020", true}, {"den=01/01/2020", false}, {"tu=" + time.Now().AddDate(0, 0, 2).Format("2006-01-02"), false}} {
		if n := len(rows(x.query)); (n > 0) != x.some {
			t.Errorf("%s finds %d acts", x.query, n)
		}
	}
	if w := p.ask("root", http.MethodGet, "/lam-viec/nhat-ky/csv?tu=hôm-qua", nil); w.StatusCode != http.StatusBadRequest && w.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", w.StatusCode)
	}
	if page := p.body(p.ask("root", http.MethodGet, "/lam-viec/nhat-ky?ho-so=CS-1", nil)); !strings.Contains(page, "CS-1") || !strings.Contains(page, "/lam-viec/nhat-ky/xlsx?ho-so=CS-1") {
		t.Error("the page does not lead to the file of what it shows")
	}
}

// TestEverybodyTakesTheirOwnDataAlong, and nobody that of others.
func TestEverybodyTakesTheirOwnDataAlong(t *testing.T) {
	p := newPlace(t)
	var own struct {
		Person []struct{ Values map[string]string }
		Roles  []struct{ ID string }
	}
	body := p.body(p.ask("east", http.MethodGet, "/lam-viec/tai-khoan/du-lieu", nil))
	if err := json.Unmarshal([]byte(body), &own); err != nil || len(own.Person) == 0 || own.Person[0].Values["email"] != "east@gov.example" || len(own.Roles) == 0 || strings.Contains(body, "west@gov") {
		t.Errorf("%v: %s", err, body)
	}
}
