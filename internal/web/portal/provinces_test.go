package portal

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// manyRows are figures of enough provinces to rank, and one that nobody verified.
var manyRows = []row{
	{"GRDP", "A.VN34-01", "2025", "900", "2026-10-06", "E", nil}, {"GRDP", "A.VN34-19", "2025", "700", "2026-10-06", "E", nil}, {"GRDP", "A.VN34-20", "2025", "300", "2026-10-06", "E", nil},
	{"GRDP", "A.VN34-22", "2025", "200", "2026-10-06", "E", nil}, {"GRDP", "A.VN34-31", "2025", "100", "2026-10-06", "E", nil},
	{"DE_SHARE", "A.VN63-14.NS.TOTAL", "2023", "6.19", "2024", "V", nil},
	{"TARGET", "A.VN34-24.LOCAL-1", "2030", "45", "2025-10-01", "A", []string{"COMPARATOR", "=", "UNIT_MEASURE", "PC_GDP"}},
}

// offered gives the addresses that a page of provinces offers: steps of time, maps, nearest choices, and what its forms send.
func offered(t *testing.T, body string) []string {
	t.Helper()
	var out []string
	for _, href := range links(t, body) {
		href, _, _ = strings.Cut(href, "#")
		if strings.HasPrefix(href, "/tinh?") || href == "/tinh" {
			out = append(out, href)
		}
	}
	for _, form := range regexp.MustCompile(`(?s)<form class="filters".*?</form>`).FindAllString(body, -1) {
		fixed := ""
		for _, m := range regexp.MustCompile(`type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
			fixed += "&" + m[1] + "=" + m[2]
		}
		name := regexp.MustCompile(`<select id="[^"]*" name="([^"]*)"`).FindStringSubmatch(form)[1]
		for _, m := range regexp.MustCompile(`<option value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
			out = append(out, "/tinh?"+name+"="+m[1]+fixed)
		}
	}
	return out
}

func TestProvincesOfferOnlyWhatThereIs(t *testing.T) {
	s, _ := newSite(t, manyRows...)
	seen, wait := map[string]bool{}, []string{"/tinh", "/tinh?lang=en", "/tinh?ban-do=o"}
	for len(wait) > 0 && len(seen) < 400 {
		address := wait[0]
		wait = wait[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		w := arrive(s, address)
		if w.Code != 200 {
			t.Errorf("%s is offered and gives %d", address, w.Code)
			continue
		}
		wait = append(wait, offered(t, w.Body.String())...)
	}
	if len(seen) < 20 {
		t.Errorf("only %d choices", len(seen))
	}
}

func TestProvincesNeverShowWhatWasNotAskedFor(t *testing.T) {
	s, _ := newSite(t, manyRows...)
	for address, want := range map[string]string{
		"/tinh?dinh-nghia=NSO&nam=2021": "Không có số nào về tỉnh, thành phố, theo Cục Thống kê, năm 2021.", "/tinh?so-do=ty-trong&dinh-nghia=MIC&nam=2025": "năm 2025", "/tinh?so-do=grdp&dinh-nghia=NSO": "Không có số về GRDP, theo Cục Thống kê.",
		"/tinh?so-do=grdp&nam=2019": "năm 2019", "/tinh?so-do=grdp&bo=63": "63 tỉnh", "/tinh?nam=2031": "2031", "/tinh?dinh-nghia=ADB&lang=en": "There are no figures of provinces, according to the Asian Development Bank.",
	} {
		w := get(s, address)
		body := mainOf(t, w)
		if w.Code != 404 || !strings.Contains(body, want) || strings.Contains(body, "ns-area") || strings.Contains(body, "<table") {
			t.Errorf("%s: %d: %.400s", address, w.Code, body)
		}
		near := slices.DeleteFunc(offered(t, body), func(a string) bool { return !strings.Contains(a, "nam=") })
		if len(near) == 0 {
			t.Errorf("%s: nothing near is offered", address)
		}
		for _, a := range near {
			if get(s, a).Code != 200 {
				t.Errorf("%s offers %s", address, a)
			}
		}
		if get(s, strings.Replace(address, "/tinh?", "/tinh.csv?", 1)).Code != 404 {
			t.Errorf("%s has a file", address)
		}
	}
	t.Run("a step of time keeps the definition", func(t *testing.T) {
		body := mainOf(t, get(s, "/tinh?so-do=ty-trong&dinh-nghia=NS"))
		slider := body[strings.Index(body, `class="slider"`):]
		slider = slider[:strings.Index(slider, "</nav>")]
		for _, href := range links(t, slider) {
			if !strings.Contains(href, "dinh-nghia=NS&") {
				t.Errorf("a step of time leads to %s", href)
			}
		}
	})
}

func TestRanksAreShownOnlyOfWhatCanBeCompared(t *testing.T) {
	s, _ := newSite(t, manyRows...)
	few, many := mainOf(t, get(s, "/tinh?so-do=ty-trong&dinh-nghia=NSO")), mainOf(t, get(s, "/tinh?so-do=grdp&nam=2025"))
	for what, shown := range map[string]string{"a column": ">Hạng<", "a name on the map": "hạng 1/", "a heading": "Xếp hạng<"} {
		if strings.Contains(few, shown) {
			t.Errorf("two figures have %s of ranks", what)
		}
		if !strings.Contains(many, shown) {
			t.Errorf("six figures have no %s of ranks", what)
		}
	}
	if claimed := mainOf(t, get(s, "/tinh?so-do=ty-trong&dinh-nghia=NS")); !strings.Contains(claimed, "chưa được kiểm chứng") || strings.Contains(claimed, "cao nhất") {
		t.Error("an unverified figure is ranked, or shown as if it were one")
	}
}

func TestNamesAndCodesLeadToTheirProvince(t *testing.T) {
	s, _ := newSite(t)
	to := func(address string) (int, string) {
		w := get(s, address)
		return w.Code, w.Header().Get("Location")
	}
	for address, want := range map[string]string{
		"/tinh/24": "/tinh/VN34-24", "/tinh/24?asof=2025-01-10": "/tinh/VN63-24?asof=2025-01-10", "/tinh/bac-ninh": "/tinh/VN34-24", "/tinh/bac-giang": "/tinh/VN63-24", "/tinh/B%E1%BA%AFc%20Giang?lang=en": "/tinh/VN63-24?lang=en",
		"/tinh/hcm": "/tinh/VN34-79", "/tinh/27": "/tinh/VN63-27", "/tinh/bac-ninh.csv": "/tinh/VN34-24.csv", "/tinh/bac-ninh/tom-tat": "/tinh/VN34-24/tom-tat",
	} {
		if code, got := to(address); code != 302 || got != want {
			t.Errorf("%s leads to %q (%d), want %s", address, got, code, want)
		}
	}
	for address, want := range map[string]string{"/tinh/": "/tinh", "/tinh/?so-do=grdp": "/tinh?so-do=grdp", "/tinh/VN34-24/": "/tinh/VN34-24"} { // for ever
		if code, got := to(address); code != 301 || got != want {
			t.Errorf("%s leads to %q (%d), want %s", address, got, code, want)
		}
	}
	for _, none := range []string{"/tinh/98", "/tinh/khong-co", "/tinh/VN99-99", "/tinh/VN", "/khong-co/", "//tinh/"} {
		if code, got := to(none); code != 404 && (none != "//tinh/" || got == "") {
			t.Errorf("%s gives %d %s", none, code, got)
		}
	}
}

func TestAProvinceSaysWhatIsKnownAndWhatIsNot(t *testing.T) {
	s, _ := newSite(t, manyRows...)
	page := func(address string) string { return mainOf(t, get(s, address)) }
	has := func(t *testing.T, where string, list ...string) {
		t.Helper()
		for _, x := range list {
			if !strings.Contains(where, x) {
				t.Errorf("lacks %q", x)
			}
		}
	}
	t.Run("its share leads with whose it is, its standing with a rank of how many", func(t *testing.T) {
		p := page("/tinh/VN34-24")
		has(t, p, "Năm 2025, kinh tế số chiếm 46,30\u00a0% GRDP của Bắc Ninh, theo Cục Thống kê", "đứng thứ 1 trên 6 tỉnh, thành phố có số (cả nước có 34)", "So với năm 2020, GRDP (giá hiện hành) tăng 74,0\u00a0%",
			"GRDP năm 2025 của Bắc Ninh cao hơn cả 5 tỉnh, thành phố liền kề có số", "Mục tiêu của địa phương", "/muc-tieu/LOCAL-1", "/tinh/VN34-24/tom-tat", "Chưa công bố gì và vì sao")
		if strings.Contains(p, "1 trên 1 ") || strings.Contains(p, "theo Nguồn") {
			t.Error("a rank among one, or a definition that is none")
		}
	})
	t.Run("an unverified figure does not lead", func(t *testing.T) {
		p := page("/tinh/VN63-14")
		lead := p[strings.Index(p, `class="lead"`):]
		if lead = lead[:strings.Index(lead, "</p>")]; strings.Contains(lead, "6,19") || !strings.Contains(lead, "Chưa có số đã kiểm chứng") {
			t.Errorf("leads with %s", lead)
		}
		has(t, p, "không nói tính theo định nghĩa nào; số này chưa được kiểm chứng")
	})
	t.Run("a province with nothing says so, and what there is beside it", func(t *testing.T) {
		has(t, page("/tinh/VN34-96"), "Chưa có số liệu công bố về tỷ trọng kinh tế số của Cà Mau", "gồm Bạc Liêu và Cà Mau trước đây", "chưa có số của Cà Mau. Các văn bản đã đọc mới nêu số năm 2025 của 2 trên 34")
		has(t, page("/tinh/VN34-96?lang=en"), "there is no figure for Ca Mau")
	})
	t.Run("its brief is bounded", func(t *testing.T) {
		p := page("/tinh/VN34-24/tom-tat")
		has(t, p, "Bắc Ninh: tóm tắt", "46,30", "1/6", "45\u00a0% GRDP", "https://nhipso.test/tinh/VN34-24")
		if n := strings.Count(p, "<svg"); n != 1 {
			t.Errorf("%d drawings", n)
		}
		gaps := p[strings.Index(p, "<ul>"):]
		if n := strings.Count(gaps[:strings.Index(gaps, "</ul>")], "<li>"); n > briefGaps {
			t.Errorf("%d gaps", n)
		}
	})
	t.Run("neighbours are those of its own map", func(t *testing.T) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "/tinh/VN34-24.csv?hinh=lien-ke", nil))
		for _, name := range []string{"Bắc Ninh", "Hà Nội", "Thái Nguyên", "Lạng Sơn", "Quảng Ninh", "Hải Phòng", "Hưng Yên"} {
			if !strings.Contains(w.Body.String(), name) {
				t.Errorf("lacks %s", name)
			}
		}
		if n := strings.Count(strings.TrimSpace(w.Body.String()), "\n"); n != 7 && !strings.Contains(w.Body.String(), "Hải Phòng") {
			t.Errorf("%d rows", n)
		}
	})
}
