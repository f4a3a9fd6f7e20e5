package portal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"image/png"
	"io"
	"net/http/httptest"
	"net/url"
	"nhipso/internal/web/shell"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/xuri/excelize/v2"
)

// addresses are one of every kind of page.
var addresses = []string{"/", "/tinh", "/tinh?dinh-nghia=MIC&nam=2022", "/tinh?so-do=grdp&ban-do=o", "/tinh/VN34-24", "/tinh/VN63-24", "/tinh/VN63-08", "/tinh/VN34-24/tom-tat", "/tinh/VN63-08/tom-tat", "/muc-tieu", "/muc-tieu?xep-loai=FOCUS", "/muc-tieu/KTS-1", "/muc-tieu/XHS-1", "/muc-tieu/942-A1",
	"/nhiem-vu", "/so-lieu", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE?DEFINITION=NSO", "/so-lieu/DE_GROWTH", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/so-lieu/DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE",
	"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q1", "/phuong-phap", "/phuong-phap/digital-quarterly", "/phuong-phap/target-status", "/gioi-thieu", "/phat-hien", "/tai-lieu", "/lich-su", "/lich", "/kich-ban", "/kich-ban?nam-goc=2024", "/tim?q=da+nang", "/tim", "/tim?q=zzzz",
	"/so-sanh", "/so-sanh?bo=DE_SHARE", "/so-sanh?tim=ha+noi", "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL+TARGET%2FA.VN.KTS-1", "/so-sanh?chuoi=DE_SHARE%2FA.VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL&kieu=ban-do",
	"/so-sanh?chuoi=GRDP%2FA.VN34-24&ky=2020+2025", "/so-lieu/DE_SHARE/bang", "/so-lieu/DE_SHARE/bang?REF_AREA=VN+VN34-24&cot=DEFINITION&ten=ca-hai&tong=khong", "/tinh/toan-canh", "/hai-con-so", "/phuong-phap/ky-thuat", "/thuat-ngu", "/thuat-ngu/kinh-te-so-loi"}

func with(address, param string) string {
	if strings.Contains(address, "?") {
		return address + "&" + param
	}
	return address + "?" + param
}

// main gives what stands between <main> and </main>, without what changes from build to build.
func mainOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	s := w.Body.String()
	i, j := strings.Index(s, "<main"), strings.Index(s, "</main>")
	if i < 0 || j < 0 {
		t.Fatalf("no main in %d: %.200s", w.Code, s)
	}
	return s[i:j]
}

func TestEveryPageRendersInBothLanguages(t *testing.T) {
	s, _ := newSite(t)
	for _, lang := range []string{"vi", "en"} {
		for _, a := range addresses {
			w := get(s, with(a, "lang="+lang))
			if w.Code != 200 {
				t.Errorf("%s %s: %d", lang, a, w.Code)
				continue
			}
			body := w.Body.String()
			if !strings.Contains(body, `<html lang="`+lang+`">`) {
				t.Errorf("%s %s: not in its language", lang, a)
			}
			if m := regexp.MustCompile(`\{[a-z]+\}|<no value>|%!|ZgotmplZ`).FindString(mainOf(t, w)); m != "" {
				t.Errorf("%s %s: holds %q", lang, a, m)
			}
			for _, problem := range markup(t, body) {
				t.Errorf("%s %s: %s", lang, a, problem)
			}
		}
	}
}

func TestLanguage(t *testing.T) {
	s, _ := newSite(t)
	t.Run("is Vietnamese unless something else is asked for", func(t *testing.T) {
		if !strings.Contains(get(s, "/").Body.String(), "Năm 2025, kinh tế số chiếm") {
			t.Error("not Vietnamese")
		}
	})
	t.Run("is that of the address, whatever else the browser sends, and no cookie is set", func(t *testing.T) {
		vi, en := get(s, "/"), get(s, "/?lang=en")
		if again := get(s, "/", "Cookie", "lang=en", "Accept-Language", "en"); again.Body.String() != vi.Body.String() {
			t.Error("one address gives two pages")
		}
		for _, w := range []*httptest.ResponseRecorder{vi, en} {
			if w.Header().Get("Set-Cookie") != "" || strings.Contains(w.Header().Get("Vary"), "Cookie") {
				t.Errorf("%v", w.Header())
			}
		}
	})
	t.Run("is kept by every link of an English page, since nothing else keeps the language", func(t *testing.T) {
		for _, href := range links(t, get(s, "/so-lieu?lang=en").Body.String()) {
			if strings.HasPrefix(href, "/so-lieu/") && !strings.Contains(href, "lang=en") {
				t.Errorf("%s loses the language", href)
			}
		}
	})
	t.Run("is given to search engines as alternates of one page", func(t *testing.T) {
		body := get(s, "/muc-tieu?xep-loai=FOCUS&lang=en&asof=2026-11-21").Body.String()
		for _, want := range []string{
			`<link rel="canonical" href="https://nhipso.test/muc-tieu?lang=en&amp;xep-loai=FOCUS">`,
			`<link rel="alternate" hreflang="vi" href="https://nhipso.test/muc-tieu?xep-loai=FOCUS">`} {
			if !strings.Contains(body, want) {
				t.Errorf("lacks %s", want)
			}
		}
	})
}

func TestAnswers(t *testing.T) {
	s, _ := newSite(t)
	page := func(address string) string { return mainOf(t, get(s, address)) }
	has := func(t *testing.T, where string, list ...string) {
		t.Helper()
		for _, x := range list {
			if !strings.Contains(where, x) {
				t.Errorf("lacks %q", x)
			}
		}
	}
	t.Run("home says the share with its source, the newest quarter with its interval, and the way to the targets", func(t *testing.T) {
		has(t, page("/"), `<strong class="n">14,02</strong> % GDP`, "công bố ngày 05/01/2026", `<strong class="n">14,44</strong>`, "13,20–15,70", "không phải số chính thức",
			"20\u00a0% GDP vào năm 2025", "5,98 điểm\u00a0%", "15,98 điểm\u00a0%", "/vi-sao?o=DE_SHARE%2FA.VN.NSO.TOTAL%2F2025")
	})
	t.Run("home sets the vintages side by side", func(t *testing.T) {
		has(t, page("/"), "12,67", "12,63", "12,83", "12,33")
	})
	t.Run("numbers and dates are English on an English page", func(t *testing.T) {
		has(t, page("/?lang=en"), "14.02", "5 Jan 2026")
	})
	t.Run("an earlier day shows what was published by then, and no estimate of ours", func(t *testing.T) {
		p := page("/?asof=2025-06-30")
		has(t, p, `<strong class="n">13,17</strong> % GDP`, "30/6/2025")
		if strings.Contains(p, "14,02") || strings.Contains(p, "14,44") {
			t.Error("shows later figures")
		}
		has(t, page("/?asof=2010-01-01"), "chưa có số liệu về tỷ trọng kinh tế số")
		if strings.Contains(p, "Trang có số liệu công bố từ ngày") {
			t.Error("a day with figures speaks of a first day")
		}
		has(t, page("/?asof=1990-01-01"), "Trang có số liệu công bố từ ngày", "01/01/1990")
	})
	t.Run("the day viewed goes with every link", func(t *testing.T) {
		for _, href := range links(t, get(s, "/muc-tieu?asof=2026-11-21").Body.String()) {
			if strings.HasPrefix(href, "/muc-tieu/") && !strings.Contains(href, "asof=2026-11-21") {
				t.Errorf("%s loses the day", href)
			}
		}
	})
	t.Run("provinces follow the date: 34 in 2025, 63 in 2022, and what is not published says so", func(t *testing.T) {
		now, then := page("/tinh?dinh-nghia=NSO"), page("/tinh?dinh-nghia=MIC&nam=2022")
		has(t, now, "2 trên 34 tỉnh", "46,30", "chưa công bố", "34 tỉnh, thành phố (từ 01/7/2025)", "Hoàng Sa", "Trường Sa")
		has(t, then, "2 trên 63 tỉnh", "56,83", "63 tỉnh, thành phố (đến 30/6/2025)", "Hoàng Sa", "Trường Sa")
		if regexp.MustCompile(`<td[^>]*>(<a[^>]*>)?0(,0+)?<`).MatchString(now) {
			t.Error("a missing figure is shown as zero")
		}
	})
	t.Run("a province knows what it was made of and which other one bore its code", func(t *testing.T) {
		has(t, page("/tinh/VN34-24"), "Bắc Ninh", "/tinh/VN63-27", "/tinh/VN63-24", "Bắc Giang", "46,30", "% GRDP", "522.000")
		has(t, page("/tinh/VN63-24"), "Bắc Giang thuộc Bắc Ninh", "mã 24 là Bắc Ninh", `/tinh/VN34-24`)
	})
	t.Run("a target shows its standing as shape, word and rule", func(t *testing.T) {
		has(t, page("/muc-tieu/KTS-1"), `seal-FOCUS`, "Cần tập trung", "Dự báo cho năm 2030 là 15,38\u00a0% GDP; xác suất đạt mục tiêu 30\u00a0% GDP: dưới 1\u00a0%. Tính từ 6 số, từ 2020 đến 2025",
			"<b>Không đạt</b>. Đã qua hạn 31/12/2025. Số của năm hạn (2025: 14,02\u00a0% GDP) không đạt mục tiêu 20\u00a0% GDP", "Đã công bố 6 số, từ 2020 đến 2025",
			"Theo thước đo khác", "14,26\u00a0% GDP</a> (2022)", "Cục Thống kê): cơ quan đo lường chỉ tiêu này")
		has(t, page("/muc-tieu/KTS-1"), "còn thiếu 5,98 điểm phần trăm")
		has(t, page("/muc-tieu/KTS-1?lang=en"), "5.98 percentage points short", "probability of meeting the target of 30\u00a0% of GDP: under 1\u00a0%", "6 figures published, from 2020 to 2025")
		has(t, page("/muc-tieu"), "1 đạt", "1 không đạt", "1 cần tập trung", "dưới 1\u00a0%")
	})
	t.Run("the figure shown is the one of the period that was judged, with its own flags", func(t *testing.T) {
		s, reg := newShelf(t, row{"IND", "A.VN.GII", "2021", "44", "2021-09-20", "P", []string{"UNIT_MEASURE", "RANK"}}, row{"IND", "A.VN.GII", "2024", "44", "2024-09-26", "E", []string{"UNIT_MEASURE", "RANK"}},
			row{"TARGET", "A.VN.749-12", "2030", "30", "2020-06-03", "A", []string{"COMPARATOR", "<=", "UNIT_MEASURE", "RANK", "EVIDENCE", "M"}},
			row{"TARGET_STATUS", "A.VN.749-12.CLASS", "2030", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "NOT_ASSESSABLE", "COMMENT_OBS", "too-short", "EVIDENCE", "M"}},
			row{"TARGET_STATUS", "A.VN.749-12.ACTUAL", "2030", "44", "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "2024", "EVIDENCE", "D"}})
		body := get(shell.New(shell.Config{Library: s, BaseURL: "https://nhipso.test", Rate: 1e6, Burst: 1e6, Renderer: drawings()}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles})), "/muc-tieu/749-12").Body.String()
		has(t, body, "Số thực hiện, 2024", "hạng 30 trở lên", "còn thiếu 14 bậc", "Mới có 2 số, từ 2021 đến 2024")
		fact := body[strings.Index(body, "Số thực hiện, 2024"):]
		if fact = fact[:strings.Index(fact, "</div>")]; !strings.Contains(fact, ">ước tính<") || strings.Contains(fact, "chưa kiểm chứng") || strings.Contains(fact, "sơ bộ") {
			t.Errorf("the figure bears flags of another, or of the target: %s", fact)
		}
	})
	t.Run("a class is explained in words with its values, never by codes", func(t *testing.T) {
		body := page("/vi-sao?o=TARGET_STATUS/A.VN.KTS-1.CLASS/2030")
		has(t, body, "Cần tập trung. Dự báo cho năm 2030 là 15,38\u00a0% GDP; xác suất đạt mục tiêu 30\u00a0% GDP: dưới 1\u00a0%")
		if strings.Contains(body, "forecast-misses") || strings.Contains(body, "FOCUS;") {
			t.Error("a code of the rule is shown")
		}
		has(t, page("/vi-sao?o=TARGET_STATUS/A.VN.KTS-1.PROB/2030"), "dưới 1\u00a0%")
	})
	t.Run("a judgement of a person stands beside the computed one, with name and reason", func(t *testing.T) {
		has(t, page("/muc-tieu/XHS-1"), "<b>Đạt</b>. Mục tiêu ", "đã đạt từ trước hạn (tháng 12/2023: 84\u00a0%); không có số liệu của năm 2025", "Đã công bố 2 số", "Người phụ trách đánh giá khác: Có khả năng hoàn thành. Nguyễn Văn A", "Số mới nhất chưa qua thẩm định")
	})
	t.Run("tasks show the base of every rate beside it", func(t *testing.T) {
		has(t, page("/nhiem-vu"), "16.051 trên 21.914", "98,63", "98,62\u00a0%", "nhiệm vụ đã đến hạn")
	})
	t.Run("an explanation goes down to the documents", func(t *testing.T) {
		has(t, page("/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q1"), "Kinh tế số theo quý", "mốc năm", "TEST &lt;source&gt; &amp; co", "13,20–15,70")
	})
	t.Run("a method page holds its text, its last run and the back-test, and no raw markup of its source", func(t *testing.T) {
		p := page("/phuong-phap/digital-quarterly")
		has(t, p, "<strong>phân bổ</strong>", "digital-quarterly#1", "−0,12", "13,05")
		if strings.Contains(p, "alert(1)") {
			t.Error("raw HTML of the source went through")
		}
		has(t, page("/phuong-phap/target-status?lang=en"), "exists in Vietnamese only")
	})
	t.Run("findings and releases are listed", func(t *testing.T) {
		has(t, page("/phat-hien"), "lệch 88 tỷ đồng")
		has(t, page("/lich-su"), "2026-Q3", "12,33", "12,87")
	})
}

func TestSearchIgnoresDiacritics(t *testing.T) {
	s, _ := newSite(t)
	for q, want := range map[string]string{"da nang": "/tinh/VN34-48", "Đà Nẵng": "/tinh/VN34-48", "dak lak": "/tinh/VN34-66", "ty trong": "/so-lieu/DE_SHARE", "KTS-1": "/muc-tieu/KTS-1", "dien thoai thong minh": "/muc-tieu/XHS-1"} {
		if !strings.Contains(mainOf(t, get(s, "/tim?q="+url.QueryEscape(q))), `href="`+want) {
			t.Errorf("%q does not find %s", q, want)
		}
	}
	if w := get(s, "/tim?q="+url.QueryEscape("<script>alert(1)</script>")); strings.Contains(w.Body.String(), "<script>alert") {
		t.Error("a query goes into the page as markup")
	}
}

func TestFailures(t *testing.T) {
	s, lib := newSite(t)
	for address, status := range map[string]int{"/khong-co": 404, "/tinh/VN34-99": 404, "/tinh/VN": 404, "/muc-tieu/XYZ": 404, "/so-lieu/XYZ": 404, "/so-lieu/DE_SHARE/A.B": 404, "/so-lieu/DE_SHARE/A.VN.OECD.TOTAL": 404,
		"/so-lieu/DE_SHARE?DEFINITION=XYZ": 404, "/so-lieu/DE_SHARE?trang=9": 404, "/so-lieu/DE_SHARE?trang=x": 404, "/vi-sao?o=abc": 400, "/vi-sao": 400, "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/1999": 404,
		"/?asof=2025-13-01": 400, "/?asof=hom+nay": 400, "/?asof=2100-01-01": 400, "/muc-tieu.csv?asof=2100-01-01": 400, "/tinh?nam=x": 400, "/tinh?so-do=x": 404, "/phuong-phap/xyz": 404, "/gioi-thieu.svg": 404, "/phuong-phap/..%2f..%2fsecret": 404,
		"/so-lieu/DE_PROVINCE/A.VN34-24.NSO.VA": 410} {
		for _, lang := range []string{"vi", "en"} {
			w := get(s, with(address, "lang="+lang))
			if w.Code != status {
				t.Errorf("%s: %d, want %d", address, w.Code, status)
			}
			if !strings.Contains(w.Body.String(), `<html lang="`+lang+`">`) {
				t.Errorf("%s: no page in %s", address, lang)
			}
			for _, problem := range markup(t, w.Body.String()) {
				t.Errorf("%s: %s", address, problem)
			}
		}
	}
	t.Run("a withdrawn series keeps its history on its page", func(t *testing.T) {
		if !strings.Contains(mainOf(t, get(s, "/so-lieu/DE_PROVINCE/A.VN34-24.NSO.VA")), "đã được rút") {
			t.Error("does not say so")
		}
	})
	t.Run("before the first release every page says that nothing is published", func(t *testing.T) {
		lib.none = true
		defer func() { lib.none = false }()
		w := get(s, "/")
		if w.Code != 503 || !strings.Contains(w.Body.String(), "Chưa có đợt công bố nào") {
			t.Errorf("%d", w.Code)
		}
	})
}

func TestResponses(t *testing.T) {
	s, _ := newSite(t)
	t.Run("allow no inline script or style, and say so on every page and file", func(t *testing.T) {
		for _, a := range append([]string{"/khong-co", "/tinh.csv", "/tinh.svg", "/robots.txt"}, addresses...) {
			w := get(s, a)
			if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("%s: %q", a, csp)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") == "" {
				t.Errorf("%s: headers missing", a)
			}
		}
	})
	t.Run("are 304 to who has them", func(t *testing.T) {
		tag := get(s, "/").Header().Get("ETag")
		if w := get(s, "/", "If-None-Match", tag); tag == "" || w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("tag %q, %d", tag, w.Code)
		}
		if get(s, "/?lang=en").Header().Get("ETag") == tag {
			t.Error("two languages under one tag")
		}
	})
	t.Run("are compressed, and the front page with its style and fonts stays under 150 KB", func(t *testing.T) {
		w := get(s, "/", "Accept-Encoding", "br")
		if w.Header().Get("Content-Encoding") != "br" {
			t.Fatal("not compressed")
		}
		total := w.Body.Len()
		plain, err := io.ReadAll(brotli.NewReader(w.Body))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:href|src)="(/static/[^"]+|/favicon.svg)"`).FindAllStringSubmatch(string(plain), -1) {
			total += get(s, m[1], "Accept-Encoding", "br").Body.Len()
		}
		for _, f := range []string{"600-normal"} { // the bold fonts come through the style sheet
			css := regexp.MustCompile(`/static/site-[^"]+\.css`).FindString(string(plain))
			for _, m := range regexp.MustCompile(`be-vietnam-pro-[a-z]+-`+f+`-[A-Z0-9]+\.woff2`).FindAllString(get(s, css).Body.String(), -1) {
				total += get(s, "/static/"+m).Body.Len()
			}
		}
		t.Logf("%d bytes", total)
		if total > 150_000 {
			t.Errorf("%d bytes", total)
		}
	})
	t.Run("refuse a form posted from another site", func(t *testing.T) {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 403 {
			t.Errorf("%d", w.Code)
		}
	})
}

func TestFiles(t *testing.T) {
	s, _ := newSite(t)
	for _, a := range []string{"/trang-chu", "/trang-chu?hinh=theo-quy", "/tinh?dinh-nghia=NSO", "/muc-tieu", "/muc-tieu/KTS-1", "/nhiem-vu", "/so-lieu", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "/tinh/VN34-24",
		"/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025", "/phat-hien", "/lich-su", "/gioi-thieu", "/phuong-phap"} {
		path, query, _ := strings.Cut(a, "?")
		file := func(format string) *httptest.ResponseRecorder { return get(s, path+"."+format+"?"+query) }
		t.Run(a+" as CSV has one width and no empty heading", func(t *testing.T) {
			w := file("csv")
			rows, err := csv.NewReader(w.Body).ReadAll()
			if w.Code != 200 || err != nil || len(rows) < 2 || rows[0][0] == "" {
				t.Errorf("%d, %v, %d rows", w.Code, err, len(rows))
			}
		})
		t.Run(a+" as JSON names its source, licence and address", func(t *testing.T) {
			w := file("json")
			var doc struct {
				URL, Licence string
				Rows         []map[string]any
			}
			if err := json.Unmarshal(w.Body.Bytes(), &doc); w.Code != 200 || err != nil || len(doc.Rows) == 0 || !strings.HasPrefix(doc.URL, "https://nhipso.test/") || doc.Licence == "" {
				t.Errorf("%d, %v, %+v", w.Code, err, doc.URL)
			}
		})
		t.Run(a+" as XLSX opens", func(t *testing.T) {
			w := file("xlsx")
			x, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
			if w.Code != 200 || err != nil || len(x.GetSheetList()) < 2 {
				t.Errorf("%d, %v", w.Code, err)
			}
		})
	}
}

func TestDrawingsAndFilters(t *testing.T) {
	s, _ := newSite(t)
	for _, a := range []string{"/trang-chu", "/tinh?dinh-nghia=NSO", "/tinh?ban-do=o", "/muc-tieu", "/muc-tieu/KTS-1", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL"} {
		path, query, _ := strings.Cut(a, "?")
		t.Run(a+" as SVG is well-formed and self-contained", func(t *testing.T) {
			w := get(s, path+".svg?"+query)
			if w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml; charset=utf-8" {
				t.Fatalf("%d %s", w.Code, w.Header().Get("Content-Type"))
			}
			d := xml.NewDecoder(bytes.NewReader(w.Body.Bytes()))
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(w.Body.String(), "<script") {
				t.Error("holds a script")
			}
		})
	}
	t.Run("/tinh as PNG is a picture", func(t *testing.T) {
		w := get(s, "/tinh.png")
		if _, err := png.Decode(w.Body); w.Code != 200 || err != nil {
			t.Errorf("%d %v", w.Code, err)
		}
	})
	t.Run("the object that the browser draws from is JSON at the size asked for", func(t *testing.T) {
		w := get(s, "/trang-chu.option?w=600&h=300")
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d", w.Code)
		}
	})
	t.Run("a dataflow with its history holds every version", func(t *testing.T) {
		now, err1 := csv.NewReader(get(s, "/so-lieu/DE_SHARE.csv").Body).ReadAll()
		all, err2 := csv.NewReader(get(s, "/so-lieu/DE_SHARE.csv?lich-su=1").Body).ReadAll()
		if err1 != nil || err2 != nil || len(all) <= len(now) {
			t.Errorf("%d and %d rows", len(now), len(all))
		}
	})
	t.Run("a filter in the address holds for the file", func(t *testing.T) {
		rows, _ := csv.NewReader(get(s, "/so-lieu/DE_SHARE.csv?DEFINITION=MIC&ma=1").Body).ReadAll()
		at := slices.Index(rows[0], "DEFINITION")
		for _, r := range rows[1:] {
			if at < 0 || r[at] != "MIC" {
				t.Fatalf("%q in a file of MIC", r)
			}
		}
	})
}

func TestWellKnown(t *testing.T) {
	s, _ := newSite(t)
	if w := get(s, "/robots.txt"); !strings.Contains(w.Body.String(), "Sitemap: https://nhipso.test/sitemap.xml") {
		t.Errorf("robots %q", w.Body.String())
	}
	if w := get(s, "/favicon.svg"); w.Code != 200 {
		t.Errorf("favicon %d", w.Code)
	}
	var doc struct {
		URL []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal(get(s, "/sitemap.xml").Body.Bytes(), &doc); err != nil || len(doc.URL) < 100 {
		t.Fatalf("sitemap: %v, %d addresses", err, len(doc.URL))
	}
}

func TestGolden(t *testing.T) {
	s, _ := newSite(t)
	for name, address := range map[string]string{"why": "/vi-sao?o=DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q1", "tasks": "/nhiem-vu", "method-en": "/phuong-phap/digital-quarterly?lang=en", "findings": "/phat-hien", "missing": "/khong-co?lang=en"} {
		got := mainOf(t, get(s, address))
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s differs from %s; if the change is meant, run with -update and read the diff", address, file)
		}
	}
}

func BenchmarkHome(b *testing.B) {
	s, _ := newSite(b)
	get(s, "/", "Accept-Encoding", "br")
	b.ResetTimer()
	for b.Loop() {
		get(s, "/", "Accept-Encoding", "br")
	}
}

func BenchmarkHomeFirstRender(b *testing.B) {
	lib, reg := newShelf(b)
	s := shell.New(shell.Config{Library: lib, Renderer: drawings(), Rate: 1e6, Burst: 1e6, Memory: 1}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords(), Methods: methodFiles})) // keeps no page
	for b.Loop() {
		if w := get(s, "/"); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
