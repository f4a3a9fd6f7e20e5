package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// The eleven tasks of a reader in doc/portal.md, as addresses, each with what it says. The first step of a task is typed or clicked on the front
// page; each of the others is a link or a form of the page before.
var elevenTasks = []struct {
	task  string
	steps []string
	says  [][]string // of each step
}{
	{"a: the figure of 2024, and why sources differ", []string{"/tim?q=tỷ trọng 2024", "/hai-con-so"},
		[][]string{{"13,17", "18,30", "href=\"/hai-con-so\""}, {"13,17", "18,30", "5,13 điểm", "Lý do đã biết"}}},
	{"b: a series in Excel", []string{"/tim?q=14,02", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL.xlsx"},
		[][]string{{"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL"}, {"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL.xlsx"}, {"PK"}}},
	{"c: my province, however it is spelt", []string{"/tim?q=TPHCM", "/tinh/VN34-79"}, [][]string{{"/tinh/VN34-79"}, {"Thành phố Hồ Chí Minh"}}},
	{"d: is 20 % met", []string{"/", "/muc-tieu/KTS-1"}, [][]string{{"20\u00a0% GDP vào năm 2025", "Không đạt", "/muc-tieu/KTS-1"}, {"Không đạt", "5,98 điểm phần trăm"}}},
	{"e: how a quarter is computed, down to a document", []string{"/", "/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q1"},
		[][]string{{"/vi-sao?o=DE_QUARTERLY"}, {"Số này được tính từ các số dưới đây", "Văn bản nguồn", "href=\"https://"}}},
	{"f: a citation", []string{"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL.bib?dot=2026-Q3&hinh=chuoi"},
		[][]string{{"Dùng số này", "Trích dẫn bằng tiếng Việt", ".bib?"}, {"@", "2026-Q3"}}},
	{"g: on a page of one's own", []string{"/", "/nhung/trang-chu?dot=2026-Q3&hinh=ty-trong"}, [][]string{{"&lt;iframe", "/nhung/trang-chu?"}, {"% GDP", "<figure"}}},
	{"h: as of a day", []string{"/", "/?asof=2025-12-15"}, [][]string{{"Thời điểm xem", "name=\"asof\""}, {"13,17", "15/12/2025"}}},
	{"i: in R and Python", []string{"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL.csv?dot=2026-Q3&hinh=chuoi&ma=1"},
		[][]string{{"read.csv(", "urllib.request"}, {"TIME_PERIOD", "14.02"}}},
	{"j: two provinces", []string{"/tinh/VN34-24", "/so-sanh?chuoi=DE_SHARE/A.VN34-24.NSO.TOTAL&tim=thái nguyên", "/so-sanh?chuoi=DE_SHARE/A.VN34-19.NSO.TOTAL DE_SHARE/A.VN34-24.NSO.TOTAL"},
		[][]string{{"/so-sanh?chuoi=DE_SHARE%2FA.VN34-24.NSO.TOTAL"}, {"DE_SHARE%2FA.VN34-19.NSO.TOTAL"}, {"Bắc Ninh", "Thái Nguyên", "16,77 điểm"}}},
}

func TestTheElevenTasksOfAReader(t *testing.T) {
	s, _ := newSite(t, row{"DE_SHARE", "A.VN.MIC.TOTAL", "2024", "18.30", "2025", "E", nil})
	for _, task := range elevenTasks {
		if len(task.steps) > 3 {
			t.Errorf("%s takes %d steps", task.task, len(task.steps))
		}
		for i, step := range task.steps {
			path, query, _ := strings.Cut(step, "?")
			q, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			w := get(s, path+"?"+q.Encode())
			for range 3 { // an address may lead to the one of its kind
				if w.Code != http.StatusFound {
					break
				}
				w = get(s, w.Header().Get("Location"))
			}
			if w.Code != http.StatusOK {
				t.Errorf("%s, step %d (%s): %d", task.task, i+1, step, w.Code)
			}
			for _, want := range task.says[i] {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s, step %d (%s): nothing says %q", task.task, i+1, step, want)
				}
			}
		}
	}
	t.Run("c: five spellings and more lead to one page", func(t *testing.T) {
		for _, spelt := range []string{"hcm", "tp.hcm", "TPHCM", "Sài Gòn", "sai gon", "ho-chi-minh", "79"} {
			if w := get(s, "/tinh/"+url.PathEscape(spelt)); w.Header().Get("Location") != "/tinh/VN34-79" {
				t.Errorf("%q gives %d and leads to %q", spelt, w.Code, w.Header().Get("Location"))
			}
			if body := get(s, "/tim?q="+url.QueryEscape(spelt)).Body.String(); spelt != "79" && !strings.Contains(body, "/tinh/VN34-79") {
				t.Errorf("a search for %q does not find the city", spelt)
			}
		}
	})
	t.Run("k: what is not there is said, with a way on", func(t *testing.T) {
		for address, want := range map[string]struct {
			code int
			says []string
		}{
			"/khong-co":                     {404, []string{"Không có trang nào ở địa chỉ", "role=\"search\""}},
			"/?lang=fr":                     {400, []string{"lang=vi", "lang=en"}},
			"/?asof=2099-01-01":             {400, []string{"chưa đến"}},
			"/tinh?dinh-nghia=NSO&nam=2021": {404, []string{"Gần nhất với lựa chọn này"}},
			"/trang-chu.csv?hinh=x":         {404, []string{"Trang có:"}},
			"/tim?q=qqqzzzxx":               {200, []string{"Hãy thử ít từ hơn"}},
		} {
			w := get(s, address)
			if w.Code != want.code {
				t.Errorf("%s: %d", address, w.Code)
			}
			for _, say := range want.says {
				if !strings.Contains(w.Body.String(), say) {
					t.Errorf("%s: nothing says %q", address, say)
				}
			}
		}
	})
}
