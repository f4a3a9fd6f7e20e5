package portal

import (
	"regexp"
	"strings"
	"testing"
)

// loose are figures that their sources do not print as plain numbers, with the documents that ship.
var loose = []row{
	{"IND", "M.VN.DVC_END_TO_END", "2023-M04", "84", "2024", "A", []string{"SOURCE", "VIENKTS", "VALUE_TEXT", "PR_GT84", "UNIT_MEASURE", "PC"}},
	{"IND", "A.VN63-01.DVC_FULL", "2024", "", "2025", "O", []string{"SOURCE", "EMC-2024", "VALUE_TEXT", "PR_LT10", "UNIT_MEASURE", "PC"}},
	{"DE_SHARE", "S.VN.MIC.TOTAL", "2022-S1", "10.41", "2022-07", "E", []string{"SOURCE", "MIC-2022-07"}},
	{"DE_SHARE", "S.VN.MIC.TOTAL", "2023-S1", "15", "2023-07-12", "E", []string{"SOURCE", "MIC-2023-07", "VALUE_TEXT", "PR_ALMOST15"}},
	{"DE_SHARE", "S.VN.MIC.TOTAL", "2024-S1", "18.3", "2024-07-10", "E", []string{"SOURCE", "MIC-2024-07"}},
	{"IND", "D.VN.NEEDED_GROWTH", "2023-08-30", "", "2023-09-06", "O", []string{"SOURCE", "THAINGUYEN-2023-09", "VALUE_TEXT", "PR_20_25", "CI_LOWER", "20", "CI_UPPER", "25", "UNIT_MEASURE", "PC_YEAR"}},
	{"TARGET", "A.VN.749-6", "2025", "70", "2020-06-03", "A", []string{"SOURCE", "QD749-PRESS", "COMPARATOR", "<=", "VALUE_TEXT", "TOP70", "UNIT_MEASURE", "RANK"}},
}

// plain84 is the bare number where the source says "more than 84"; another series has a plain 84.
var plain84 = regexp.MustCompile(`DVC_END_TO_END[^"]*">84<`)

func TestWhatASourcePrintsShowsAndNotTheNumberAlone(t *testing.T) {
	s, _ := newSite(t, loose...)
	for address, want := range map[string][]string{
		"/so-lieu/IND":                                  {"trên 84", "dưới 10"},
		"/so-lieu/IND?lang=en":                          {"more than 84", "less than 10"},
		"/so-lieu/IND/M.VN.DVC_END_TO_END":              {"trên 84"},
		"/vi-sao?o=IND/M.VN.DVC_END_TO_END/2023-M04":    {"<strong class=\"n\">trên 84</strong>", "<b class=\"n\">trên 84\u00a0%</b>"},
		"/so-lieu/IND.csv":                              {"trên 84", "dưới 10", ",84,"},
		"/so-lieu/IND.json":                             {`"more than 84"`, `"printed"`},
		"/so-lieu/DE_SHARE/S.VN.MIC.TOTAL":              {"gần 15"},
		"/so-lieu/DE_SHARE/S.VN.MIC.TOTAL.svg":          {"<svg"},
		"/so-lieu/DE_SHARE/S.VN.MIC.TOTAL.csv":          {"gần 15", "ghi trong nguồn"},
		"/vi-sao?o=DE_SHARE/S.VN.MIC.TOTAL/2023-S1":     {"gần 15"},
		"/so-lieu/TARGET?TARGET=749-6":                  {">70<"}, // a comparator says how it binds
		"/vi-sao.csv?o=DE_SHARE/S.VN.MIC.TOTAL/2023-S1": {"gần 15"},
	} {
		body := get(s, address).Body.String()
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not show %q", address, w)
			}
		}
		if plain := plain84.FindString(body); plain != "" {
			t.Errorf("%s shows %q", address, plain)
		}
	}
	if body := get(s, "/vi-sao?o=IND/D.VN.NEEDED_GROWTH/2023-08-30").Body.String(); !strings.Contains(body, "<strong class=\"n\">khoảng 20–25</strong>\u00a0%/năm") || strings.Contains(body, "khoảng tin cậy") {
		t.Error("a printed range is shown as an interval of confidence")
	}
	// A drawing is made of figures of many places; each brings its words.
	drawn, _ := newSite(t, append(loose[:len(loose):len(loose)], row{"TARGET", "A.VN.2629-1", "2027", "100", "2025-12-01", "A", []string{"COMPARATOR", "=", "UNIT_MEASURE", "PC"}},
		row{"TARGET_STATUS", "A.VN.2629-1.CLASS", "2027", "", "2026-11-20", "M", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "NOT_ASSESSABLE", "COMMENT_OBS", "one-figure", "EVIDENCE", "D"}},
		row{"TARGET_STATUS", "A.VN.2629-1.ACTUAL", "2027", "84", "2026-11-20", "A", []string{"RUN", "digital-quarterly#1", "VALUE_TEXT", "2023-M04", "EVIDENCE", "D"}})...)
	for _, address := range []string{"/muc-tieu", "/muc-tieu?lang=en", "/muc-tieu.svg?hinh=so-voi-muc-tieu", "/muc-tieu.json", "/muc-tieu.csv"} {
		body := get(drawn, address).Body.String()
		if strings.Contains(body, "PR_GT84") || !strings.Contains(body, "trên 84") && !strings.Contains(body, "more than 84") {
			t.Errorf("%s shows a code in place of words", address)
		}
	}
	if option := get(s, "/so-lieu/DE_SHARE/S.VN.MIC.TOTAL.option").Body.String(); !strings.Contains(option, "gần 15") {
		t.Errorf("the tooltip has lost the words: %.300s", option)
	}
}

func TestDocumentsAreDescribedAtTheRoot(t *testing.T) {
	s, _ := newSite(t, loose...)
	for address, want := range map[string][]string{
		"/vi-sao?o=DE_SHARE/S.VN.MIC.TOTAL/2023-S1": {"Kinh tế số 6 tháng đầu năm 2023", "Bộ Thông tin và Truyền thông", "12/7/2023", "theo Trang Chuyển đổi số TP.HCM dẫn", "<q>gần 15\u00a0%</q>", "đọc tháng 11/2026",
			`href="https://chuyendoiso.hochiminhcity.gov.vn/kinh-te-so"`},
		"/vi-sao?lang=en&o=DE_SHARE/S.VN.MIC.TOTAL/2023-S1": {"as quoted by Ho Chi Minh City digital transformation page", "Ministry of Information and Communications"},
		"/vi-sao?o=IND/M.VN.DVC_END_TO_END/2023-M04":        {"Không rõ ngày công bố", "theo Viện Kinh tế số dẫn"},
		"/so-lieu/DE_SHARE":                                 {"Tài liệu nguồn", "theo Báo Sài Gòn Giải Phóng dẫn", `href="/tai-lieu"`},
		"/so-lieu":                                          {`href="/tai-lieu"`},
		"/tai-lieu":                                         {"Thông báo 203/TB-VPCP", "Thông báo 624/TB-VPCP", "đã đọc bản gốc", "theo Báo Mới dẫn"},
		"/tai-lieu.csv":                                     {"TB203", "Không có địa chỉ", "gso.gov.vn/tin-tuc-thong-ke/2023/12"},
	} {
		body := get(s, address).Body.String()
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not show %q", address, w)
			}
		}
	}
	// A text in place of a document is shown as it is, without a publisher that it does not have.
	if body := get(s, "/vi-sao?o=DE_SHARE/A.VN.NSO.TOTAL/2025").Body.String(); !strings.Contains(body, "TEST &lt;source&gt; &amp; co") || strings.Contains(body, "<p class=\"sub\"> ·") {
		t.Error("free text is not shown as it is")
	}
}
