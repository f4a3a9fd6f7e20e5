package portal

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// The control of time lists the releases and the days on which something of the page was published, and no others: no release before the first of them; the stop viewed is chosen and its
// neighbours are linked.
func TestAReaderGoesThroughTheDaysOfThePage(t *testing.T) {
	s, lib := newSite(t)
	r := lib.release
	r.ID, r.Title, r.PublishAt = "2026-Q2", catalog.Label{Vi: "Đợt quý II/2026", En: "Release of 2026-Q2"}, r.PublishAt.Add(-90*24*time.Hour)
	lib.earlier = []publish.Release{r}
	series := "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL"
	stops := func(address string) []string {
		t.Helper()
		w := get(s, address)
		if w.Code != 200 {
			t.Fatalf("%s: %d", address, w.Code)
		}
		var out []string
		for _, m := range regexp.MustCompile(`<option value="([^"]*)" data-day="[^"]*"( selected)?>`).FindAllStringSubmatch(w.Body.String(), -1) {
			out = append(out, m[1]+m[2])
		}
		return out
	}
	for address, want := range map[string]string{
		series:                                  " selected|dot:2026-Q2|2026-01-05|2025-01-06|2024-12-31|2023-12-04",
		series + "?asof=2025-01-06":             "|dot:2026-Q2|2026-01-05|2025-01-06 selected|2024-12-31|2023-12-04",
		series + "?asof=2025-06-30":             "|dot:2026-Q2|2026-01-05|2025-06-30 selected|2025-01-06|2024-12-31|2023-12-04",
		series + "?dot=2026-Q2":                 "|dot:2026-Q2 selected|2026-01-05|2025-01-06|2024-12-31|2023-12-04",
		series + "?dot=" + lib.release.ID:       " selected|dot:2026-Q2|2026-01-05|2025-01-06|2024-12-31|2023-12-04",
		"/nhiem-vu":                             " selected|dot:2026-Q2|2026-11-20|2017-12-27",
		"/so-lieu/TASKS?lang=en":                " selected|dot:2026-Q2|2017-12-27",
		"/so-lieu/DE_SHARE/A.VN.NSO.CORE":       " selected|dot:2026-Q2|2026-01-05",
		"/muc-tieu/KTS-1":                       " selected|dot:2026-Q2|2026-11-20|2026-01-05|2025-01-06|2024-12-31|2023-12-04|2022-03-31",
		"/tinh/VN34-19":                         " selected|dot:2026-Q2|2026-01-05",
		"/tinh?so-do=grdp":                      " selected|2026-10-06",
		"/tim?q=x":                              strings.Join(stops("/gioi-thieu"), "|"),
		"/so-lieu/DE_QUARTERLY?asof=2026-11-20": "|2026-11-20 selected",
	} {
		if got := strings.Join(stops(address), "|"); got != want {
			t.Errorf("%s stops at %s, want %s", address, got, want)
		}
	}
	body := get(s, series+"?asof=2025-06-30").Body.String()
	for _, way := range []string{`rel="prev nofollow" href="` + series + `?asof=2025-01-06">← 06/01/2025`, `rel="next nofollow" href="` + series + `?asof=2026-01-05">05/01/2026 →`} {
		if !strings.Contains(body, way) {
			t.Errorf("lacks %s", way)
		}
	}
	if body := get(s, series).Body.String(); !strings.Contains(body, `href="`+series+`?dot=2026-Q2">← Đợt quý II/2026`) || strings.Contains(body, `rel="next`) {
		t.Error("the newest is not behind the last release")
	}
}

// A day is read as people type it and has one address; one that has not come, or on which the page had nothing yet, says so and leads to the nearest.
func TestADayIsTypedAsPeopleWriteIt(t *testing.T) {
	s, _ := newSite(t)
	for typed, want := range map[string]string{"15/12/2025": "/?asof=2025-12-15", "1/7/2025": "/?asof=2025-07-01", "dot:2026-Q3": "/?dot=2026-Q3", " 2025-12-15": "/?asof=2025-12-15"} {
		if w := get(s, "/?"+url.Values{"asof": {typed}}.Encode()); w.Code != 302 || w.Header().Get("Location") != want {
			t.Errorf("%q: %d to %s, want %s", typed, w.Code, w.Header().Get("Location"), want)
		}
	}
	series := "/so-lieu/DE_SHARE/A.VN.NSO.CORE"
	for address, want := range map[string][]string{
		"/muc-tieu?nam=2025&asof=2030-01-01":       {"Ngày 01/01/2030 chưa đến", `href="/muc-tieu?asof=2026-11-`, "nam=2025"},
		"/?asof=31/02/2025":                        {"“31/02/2025” không phải là một ngày xem được", "15/12/2025"},
		"/?asof=1899-01-01":                        {"1899-01-01", "từ năm 1900"},
		series + "?asof=2020-01-01":                {"có số liệu công bố từ ngày 05/01/2026", `href="` + series + `?asof=2026-01-05"`},
		"/so-lieu/TASKS?asof=2015-01-01":           {"chưa có số liệu nào của trang này", `href="/so-lieu/TASKS?asof=2017-12-27"`},
		"/tinh?so-do=grdp&asof=2020-01-01&lang=en": {"It has figures published from 6 Oct 2026 on.", "asof=2026-10-06"},
	} {
		body := get(s, address).Body.String()
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s lacks %s", address, part)
			}
		}
	}
}

// taken is what readers take along, which names the day of the release that the page is of, and no other later one.
var taken = regexp.MustCompile(`(?s)<details class="use".*?</div>`)

// lastingParts are what on a page is of today whatever day is viewed, which the page says: the list of tasks with their results, the documents by
// which definitions are described and their differences explained, the names of documents and when they were read.
var lastingParts = map[string]*regexp.Regexp{
	"/nhiem-vu":   regexp.MustCompile(`(?s)<section class="fig" id="chuong-trinh">.*?</section>`),
	"/hai-con-so": regexp.MustCompile(`(?s)<dt>(?:Nguồn|Source)</dt><dd>.*?</dd>|<ul class="reasons">.*?</ul>`),
	"/tai-lieu":   regexp.MustCompile(`<th scope="row">.*?</th>|<td[^>]* data-h="(?:Đọc|Read)">.*?</td>`),
}

// No page as of a day tells a day after it, but where it says that it is of today.
func TestNothingOfLaterIsKnown(t *testing.T) {
	s, lib := newSite(t)
	out := map[string]string{"vi": text.FormatDate("vi", stat.DateOf(lib.release.PublishAt)), "en": text.FormatDate("en", stat.DateOf(lib.release.PublishAt))}
	notice, drawing, tag := regexp.MustCompile(`(?s)<p class="notice">.*?</p>`), regexp.MustCompile(`(?s)<svg.*?</svg>`), regexp.MustCompile(`<[^>]*>`)
	named := regexp.MustCompile(`Quyết định \S+ ngày \S+`) // the name of a document has its day
	days := map[string]*regexp.Regexp{"vi": regexp.MustCompile(`\b(\d{1,2}/\d{1,2}/\d{4})\b`), "en": regexp.MustCompile(`\b(\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4})\b`)}
	read := func(lang, written string) stat.Date {
		if lang == "vi" {
			d, _ := text.ParseDate(written)
			return d
		}
		at, _ := time.Parse("2 Jan 2006", written)
		return stat.DateOf(at)
	}
	// Of what is not published figures: since when the two maps of provinces are in force.
	borders := map[stat.Date]bool{stat.MustDate("2025-06-30"): true, stat.MustDate("2025-07-01"): true}
	for _, viewed := range []string{"2021-01-01", "2023-06-30", "2025-01-06", "2025-12-31", "2026-02-01"} {
		day := stat.MustDate(viewed)
		for _, lang := range []string{"vi", "en"} {
			for _, a := range addresses {
				w := get(s, with(a, "asof="+viewed+"&lang="+lang))
				if w.Code == 404 {
					continue
				}
				body := taken.ReplaceAllStringFunc(mainOf(t, w), func(panel string) string { return strings.ReplaceAll(panel, out[lang], "") })
				if part := lastingParts[a]; part != nil && labelled(notice.FindAllString(body, -1)) {
					body = part.ReplaceAllString(body, "")
				}
				plain := tag.ReplaceAllString(drawing.ReplaceAllString(notice.ReplaceAllString(body, ""), " "), " ")
				for _, m := range days[lang].FindAllString(named.ReplaceAllString(plain, ""), -1) {
					if d := read(lang, m); d.After(day) && !borders[d] {
						at := strings.Index(plain, m)
						t.Errorf("%s %s as of %s tells of %s: %s", lang, a, viewed, m, strings.Join(strings.Fields(plain[max(0, at-300):min(len(plain), at+20)]), " "))
					}
				}
			}
		}
	}
}

// labelled reports whether a notice says that something on the page is of today.
func labelled(notices []string) bool {
	said := html.UnescapeString(strings.Join(notices, " "))
	for _, id := range []string{"methods", "tasks", "area", "calendar", "documents"} {
		for _, lang := range []string{"vi", "en"} {
			if strings.Contains(said, say(lang, "times.lasting-"+id)) {
				return true
			}
		}
	}
	return false
}
