package portal

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/publish"
	"nhipso/internal/text"
	"nhipso/internal/view"
)

var (
	firstAnswer = regexp.MustCompile(`(?s)<ul class="answers"><li><p><a class="n" href="[^"]*">(.*?)</a></p><p>(.*?)</p>`)
	firstHit    = regexp.MustCompile(`(?s)<ul class="hits"><li><a href="([^"]*)">(.*?)</a>`)
)

// firstOf gives what a search shows first: the figure that answers it, else the address of the first hit.
func firstOf(body string) string {
	if m := firstAnswer.FindStringSubmatch(body); m != nil {
		return strings.ReplaceAll(html.UnescapeString(m[1]), "\u00a0", " ")
	}
	if m := firstHit.FindStringSubmatch(body); m != nil && !strings.Contains(body, `class="empty"`) {
		path, _, _ := strings.Cut(html.UnescapeString(m[1]), "?")
		return path
	}
	return ""
}

// What people type, and what they want to see first.
func TestTheFirstThingFoundIsTheOneMeant(t *testing.T) {
	s, _ := newSite(t)
	for _, c := range []struct{ query, vi, en string }{
		// Provinces, as they are called.
		{"TPHCM", "/tinh/VN34-79", ""}, {"tp.hcm", "/tinh/VN34-79", ""}, {"tp hcm", "/tinh/VN34-79", ""}, {"hcm", "/tinh/VN34-79", ""}, {"HCMC", "/tinh/VN34-79", ""}, {"Sài Gòn", "/tinh/VN34-79", ""}, {"saigon", "/tinh/VN34-79", ""},
		{"hanoi", "/tinh/VN34-01", ""}, {"Hà Nội", "/tinh/VN34-01", ""}, {"HA NOI", "/tinh/VN34-01", ""}, {"hanoii", "/tinh/VN34-01", ""}, {"Huế", "/tinh/VN34-46", ""}, {"hue", "/tinh/VN34-46", ""}, {"da nang", "/tinh/VN34-48", ""},
		{"BR-VT", "/tinh/VN63-77", ""}, {"ba ria", "/tinh/VN63-77", ""}, {"Bắc Giang", "/tinh/VN63-24", ""}, {"bac giang", "/tinh/VN63-24", ""}, {"bac gaing", "/tinh/VN63-24", ""}, {"bacgian", "/tinh/VN63-24", ""}, {"thaibinh", "/tinh/VN63-34", ""},
		{"bac nihn", "/tinh/VN34-24", ""}, {"Bac Ninh", "/tinh/VN34-24", ""}, {"dak lak", "/tinh/VN34-66", ""}, {"Đắc Lắc", "/tinh/VN34-66", ""},
		// Numbers, in the writing of either language.
		{"14,02", "14,02 % GDP", "14.02 % of GDP"}, {"14.02", "14,02 % GDP", "14.02 % of GDP"}, {"14,02 %", "14,02 % GDP", "14.02 % of GDP"}, {"13.17%", "13,17 % GDP", "13.17 % of GDP"},
		{"20%", "20 % GDP", "20 % of GDP"}, {"20 %", "20 % GDP", "20 % of GDP"}, {"30%", "30 % GDP", "30 % of GDP"}, {"522.000", "522.000 tỷ đồng", "522,000 billion dong"}, {"522,000", "522.000 tỷ đồng", "522,000 billion dong"},
		{"21914", "21.914 nhiệm vụ", "21,914 tasks"},
		// Questions.
		{"tỷ trọng 2024", "13,17 % GDP", ""}, {"ty trong nam 2024", "13,17 % GDP", ""}, {"tỉ trọng 2024", "13,17 % GDP", ""}, {"kinh tế số chiếm bao nhiêu GDP năm 2024", "13,17 % GDP", ""}, {"kinh te so chiem bao nhieu phan tram gdp 2023", "12,87 % GDP", ""},
		{"share 2024", "", "13.17 % of GDP"}, {"what share of GDP is the digital economy in 2024", "", "13.17 % of GDP"}, {"digital economy 2025", "", "14.02 % of GDP"}, {"digitl economy 2025", "", "14.02 % of GDP"},
		{"kinh tế số", "14,02 % GDP", ""}, {"tỷ trọng", "14,02 % GDP", ""}, {"2025", "14,02 % GDP", "14.02 % of GDP"}, {"tỷ trọng Việt Nam 2022", "12,83 % GDP", ""},
		{"tỷ trọng kinh tế số lõi 2025", "8,42 % GDP", ""}, {"core share 2025", "", "8.42 % of GDP"}, {"tỷ trọng MIC 2022", "14,26 % GDP", ""}, {"tỷ trọng Bộ TT&TT 2021", "11,91 % GDP", ""}, {"tỷ trọng NSO 2021", "12,87 % GDP", ""},
		{"tỷ trọng quý 4/2025", "14,30 % GDP", ""}, {"tỷ trọng quý IV/2025", "14,30 % GDP", ""}, {"share Q4 2025", "", "14.30 % of GDP"}, {"kinh tế số quý 1 năm 2026", "14,44 % GDP", ""}, {"2026 Q1", "14,44 % GDP", "14.44 % of GDP"},
		{"tỷ trọng Bắc Ninh", "46,30 % GRDP", ""}, {"ty trong bac ninh 2022", "56,83 % GRDP", ""}, {"tỷ trọng Bắc Giang 2022", "42,13 % GRDP", ""}, {"share Thai Nguyen", "", "29.53 % of GRDP"}, {"tỷ trọng 2031", "14,02 % GDP", ""},
		{"grdp bắc ninh 2025", "522.000 tỷ đồng", ""}, {"grdp bac ninh 2020", "300.000 tỷ đồng", ""},
		{"mục tiêu 2030", "30 % GDP", ""}, {"muc tieu 2025", "20 % GDP", ""}, {"target 2030", "", "30 % of GDP"}, {"mục tiêu kinh tế số 2025", "20 % GDP", ""}, {"mục tiêu điện thoại thông minh 2025", "80 % GDP", ""},
		// Names of everything else.
		{"DE_GROWTH", "/so-lieu/DE_GROWTH", ""}, {"KTS-1", "/muc-tieu/KTS-1", ""}, {"tổ công nghệ số cộng đồng", "/so-lieu/TEAMS", ""}, {"to cong nghe so cong dong", "/so-lieu/TEAMS", ""}, {"community digital teams", "", "/so-lieu/TEAMS"},
		{"nền tảng số", "/so-lieu/PLATFORMS", ""}, {"phương pháp", "/phuong-phap", ""}, {"zzzzz", "", ""}, {"  ", "", ""}, {"++", "", ""},
	} {
		for lang, want := range map[string]string{"vi": c.vi, "en": c.en} {
			if want == "" && (c.vi != "" || c.en != "") {
				continue
			}
			w := get(s, "/tim?"+url.Values{"q": {c.query}, "lang": {lang}}.Encode())
			if got := firstOf(w.Body.String()); w.Code != 200 || got != want {
				t.Errorf("%s %q: %d, first is %q, want %q", lang, c.query, w.Code, got, want)
			}
		}
	}
}

// A search says what its answers are: of which period and definition, how sure and by whom; that there are two definitions, or none for the year.
func TestAnAnswerSaysWhatItIs(t *testing.T) {
	s, _ := newSite(t)
	for query, want := range map[string][]string{
		"tỷ trọng 2022":     {"12,83", "14,26", "theo cơ quan thống kê", "theo Bộ TT&amp;TT (cũ)", "Có nhiều số, theo định nghĩa", "công bố ngày 06/01/2025", "/vi-sao?o=DE_SHARE"},
		"tỷ trọng 2031":     {"Chưa có số cho 2031"},
		"14,02":             {"Có 1 số liệu bằng số này"},
		"bac giang":         {"từ 01/7/2025 thuộc Bắc Ninh"},
		"tỷ trọng Bắc Ninh": {"/tinh/VN34-24", "/tinh/VN63-27"},
		"hanoii":            {"Đây là kết quả cho “hanoi”"},
		"zzzzz":             {"Không có số liệu, tỉnh", "/so-lieu", "/muc-tieu"},
		"kinh te":           {"nhom=target", "Xem thêm", "Mục tiêu ("},
	} {
		body := get(s, "/tim?"+url.Values{"q": {query}}.Encode()).Body.String()
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%q lacks %q", query, part)
			}
		}
	}
	alone := get(s, "/tim?q=kinh+te&nhom=target").Body.String()
	if n := strings.Count(alone, "/muc-tieu/"); n <= maxHits || strings.Contains(alone, "<h2>Bộ số liệu") {
		t.Errorf("alone: %d targets", n)
	}
	if body := get(s, "/tim?asof=2025-01-06&q="+url.QueryEscape("tỷ trọng")).Body.String(); firstOf(body) != "13,17 % GDP" {
		t.Errorf("as of an earlier day: %s", firstOf(body))
	}
}

// Every province, target and series is found by its own name without diacritics.
func TestEverythingIsFoundByItsOwnName(t *testing.T) {
	_, lib := newSite(t)
	known, err := lib.View(t.Context(), publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	_, areas := newShelf(t)
	things := append(view.Things(known.Catalog, areas), view.SeriesThings(known.Snapshot)...)
	f := view.NewFinder(things)
	for _, x := range things {
		if !slices.Contains([]string{view.ProvinceKind, view.TargetKind, view.SeriesKind, view.DataflowKind}, x.Kind) {
			continue
		}
		for _, name := range []string{text.Fold(x.Name.Vi), text.Fold(x.Name.En)} {
			hits := f.Find(name, x.Kind)
			found := false
			for i := range hits.Len() {
				found = found || hits.At(i).ID == x.ID
			}
			if !found {
				t.Errorf("%s %s is not found by %q", x.Kind, x.ID, name)
			}
		}
	}
}

// Whoever searches first after a release waits for nothing to be put in order: that was done when the release was taken up, and given up when the
// server is.
func TestTheFirstSearchFindsItsWordsReady(t *testing.T) {
	p, lib := newTestPortal(t)
	gone, stop := context.WithCancel(t.Context())
	stop()
	if p.site.Warm(gone, "localhost"); p.search.finder != nil {
		t.Error("a server that is ending is made ready for searches")
	}
	p.site.Warm(t.Context(), "localhost")
	known, err := lib.View(t.Context(), publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	if p.search.finder == nil || p.search.of != known.Key() {
		t.Error("nothing is ready for searches")
	}
	ready := p.search.finder
	if get(p.site, "/tim?q=gdp"); p.search.finder != ready {
		t.Error("the first search does not find what was made ready")
	}
}
