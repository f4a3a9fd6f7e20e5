package portal

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// compared is what the page of a comparison says.
func compared(t *testing.T, s http.Handler, query string) string {
	t.Helper()
	w := get(s, "/so-sanh?"+query)
	if w.Code == http.StatusFound {
		w = get(s, w.Header().Get("Location"))
	}
	if w.Code != 200 {
		t.Fatalf("%s: %d", query, w.Code)
	}
	return mainOf(t, w)
}

const share = "chuoi=DE_SHARE%2FA."

func TestAComparisonHasOneAddress(t *testing.T) {
	s, _ := newSite(t)
	for asked, want := range map[string]string{
		"/so-sanh?chuoi=DE_SHARE/A.VN.NSO.TOTAL&chuoi=DE_SHARE/A.VN.MIC.TOTAL":                            "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL",
		"/so-sanh?chuoi=DE_SHARE/A.VN.NSO.TOTAL+DE_SHARE/A.VN.MIC.TOTAL":                                  "/so-sanh?chuoi=DE_SHARE%2FA.VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL",
		"/so-sanh?chuoi=DE_SHARE/A.VN.NSO.TOTAL,DE_SHARE/A.VN.NSO.TOTAL":                                  "/so-sanh?chuoi=DE_SHARE%2FA.VN.NSO.TOTAL",
		"/so-sanh?bo=DE_SHARE&REF_AREA=VN34-24&REF_AREA=VN34-19":                                          "/so-sanh?chuoi=DE_SHARE%2FA.VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL",
		"/so-sanh?bo=DE_SHARE&REF_AREA=VN34-24&chuoi=DE_SHARE/A.VN.NSO.TOTAL&lang=en":                     "/so-sanh?chuoi=DE_SHARE%2FA.VN.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL&lang=en",
		"/so-sanh?chuoi=GRDP/A.VN34-24&ky=2025&ky=2020":                                                   "/so-sanh?chuoi=GRDP%2FA.VN34-24&ky=2020+2025",
		"/so-sanh?DEFINITION=NSO":                                                                         "/so-sanh",
		"/so-lieu/DE_SHARE/bang?REF_AREA=VN&REF_AREA=VN34-24&cot=":                                        "/so-lieu/DE_SHARE/bang?REF_AREA=VN+VN34-24",
		"/so-lieu/DE_SHARE/bang.csv?cot=REF_AREA&cot=DEFINITION":                                          "/so-lieu/DE_SHARE/bang.csv?cot=DEFINITION+REF_AREA",
		"/so-lieu/GRDP/bang?DEFINITION=NSO&ten=ma":                                                        "/so-lieu/GRDP/bang?ten=ma",
		"/so-sanh?bo=DE_SHARE&DEFINITION=NSO&REF_AREA=VN34-24&FREQ=A&COMPONENT=TOTAL&tim=":                "/so-sanh?chuoi=DE_SHARE%2FA.VN34-24.NSO.TOTAL",
		"/so-sanh.csv?chuoi=DE_SHARE/A.VN34-24.NSO.TOTAL&chuoi=DE_SHARE/A.VN34-19.NSO.TOTAL&hinh=so-sanh": "/so-sanh.csv?chuoi=DE_SHARE%2FA.VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL&hinh=so-sanh",
	} {
		w := get(s, asked)
		if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != want {
			t.Errorf("%s: %d to %q, want %q", asked, w.Code, got, want)
		}
		if w := get(s, want); w.Code != http.StatusOK {
			t.Errorf("%s answers %d", want, w.Code)
		}
	}
}

func TestAnswersOfComparisons(t *testing.T) {
	s, _ := newSite(t,
		row{"GRDP", "A.VN34-19", "2025", "193000", "2026-10-06", "E", []string{"EVIDENCE", "S2"}},
		row{"IND", "A.VN.GII", "2024", "44", "2024-09-26", "A", []string{"UNIT_MEASURE", "RANK"}},
		row{"DTI", "A.VN34-24.PROV.DTI2021.TOTAL.RANK", "2024", "3", "2025-09-26", "A", nil}, row{"DTI", "A.VN34-19.PROV.DTI2021.TOTAL.RANK", "2024", "8", "2025-09-26", "A", nil},
		row{"DE_SHARE_EST", "A.VN34-24.NSO.TOTAL", "2025", "14.3", "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "CI_LOWER", "13.1", "CI_UPPER", "15.5", "EVIDENCE", "D"}},
		row{"DE_SHARE_EST", "A.VN34-19.NSO.TOTAL", "2025", "15.1", "2026-11-20", "E", []string{"RUN", "digital-quarterly#1", "CI_LOWER", "14.1", "CI_UPPER", "16.1", "EVIDENCE", "D"}})
	for name, c := range map[string]struct {
		query    string
		has, not []string
	}{
		"two provinces differ in points, and what is known of the figures is said": {share + "VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL",
			[]string{"Năm 2025, Bắc Ninh cao hơn Thái Nguyên 16,77 điểm\u00a0%: 46,30\u00a0% GRDP so với 29,53\u00a0% GRDP.", "Các số này: nguồn thứ cấp", "16,77", "<h2>Tỷ trọng giá trị tăng thêm của kinh tế số trong GRDP"}, []string{"không cùng đo", "<h2>Tỷ trọng giá trị tăng thêm của kinh tế số trong GDP"}},
		"in English too": {share + "VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL&lang=en", []string{"In 2025, Bac Ninh was 16.77 points above Thai Nguyen: 46.30\u00a0% of GRDP against 29.53\u00a0% of GRDP."}, nil},
		"amounts are multiples, of unrounded figures": {"chuoi=GRDP%2FA.VN34-19+GRDP%2FA.VN34-24", []string{"Năm 2025, Bắc Ninh gấp 2,70 lần Thái Nguyên: 522.000 tỷ đồng so với 193.000 tỷ đồng."}, []string{"điểm\u00a0%"}},
		"the base is the one asked for":               {"chuoi=GRDP%2FA.VN34-19+GRDP%2FA.VN34-24&goc=GRDP%2FA.VN34-24&kieu=bang", []string{">So với Bắc Ninh", ">0,370<", "không có số"}, []string{"<svg"}},
		"ranks say who stands above whom":             {"chuoi=DTI%2FA.VN34-19.PROV.DTI2021.TOTAL.RANK+DTI%2FA.VN34-24.PROV.DTI2021.TOTAL.RANK", []string{"Bắc Ninh đứng trên Thái Nguyên 5 bậc: hạng 3 so với hạng 8.", "với thứ hạng, cột dài hơn không có nghĩa là hơn"}, nil},
		"intervals that overlap settle nothing":       {"chuoi=DE_SHARE_EST%2FA.VN34-19.NSO.TOTAL+DE_SHARE_EST%2FA.VN34-24.NSO.TOTAL", []string{"chưa đủ căn cứ để nói bên nào cao hơn", "ước tính"}, nil},
		"two definitions stand apart, each with its figure, and no difference is taken": {share + "VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL",
			[]string{"không cùng đo một thứ", "Khác định nghĩa", "Năm 2022: Bộ TT&amp;TT (cũ) 14,26\u00a0% GDP; Cơ quan thống kê 12,83\u00a0% GDP.", `id="so-sanh-2"`}, []string{"điểm\u00a0%", "Khác đơn vị"}},
		"two units stand apart": {"chuoi=DE_SHARE%2FA.VN34-24.NSO.TOTAL+GRDP%2FA.VN34-24", []string{"Khác đơn vị.", "Khác chỉ tiêu.", `id="so-sanh-2"`}, nil},
		"a target stands on the axis of what it is held against, as a line": {share + "VN.NSO.TOTAL+TARGET%2FA.VN.KTS-1",
			[]string{"Tỷ trọng kinh tế số trong GDP của Việt Nam, theo cơ quan thống kê: 14,02\u00a0% GDP, dưới mục tiêu 20\u00a0% GDP, chênh 5,98 điểm\u00a0%", "Mục tiêu 2025"}, []string{"không cùng đo"}},
		"and not on that of another definition":                               {share + "VN.MIC.TOTAL+TARGET%2FA.VN.KTS-1", []string{"Khác định nghĩa"}, nil},
		"two periods of one series":                                           {"chuoi=GRDP%2FA.VN34-24&ky=2020+2025", []string{"2025 bằng 1,74 lần 2020, 522.000 tỷ đồng so với 300.000 tỷ đồng", "Từ 2020 đến 2025"}, nil},
		"two periods of a share":                                              {share + "VN.NSO.TOTAL&ky=2024+2025", []string{"tăng 0,85 điểm\u00a0% từ 2024 đến 2025: 13,17\u00a0% GDP lên 14,02\u00a0% GDP"}, nil},
		"one series alone says its newest figure":                             {share + "VN34-24.NSO.TOTAL", []string{"Năm 2025, ", "46,30\u00a0% GRDP", "Thêm chuỗi để so sánh"}, nil},
		"provinces of two days":                                               {share + "VN34-24.NSO.TOTAL+DE_SHARE%2FA.VN63-24.MIC.TOTAL", []string{"Tỉnh của bản đồ cũ, đến 30/6/2025; nay thuộc Bắc Ninh."}, nil},
		"a province that was not formed yet, and one that is no more, say so": {share + "VN63-24.MIC.TOTAL&ky=2022+2026&kieu=bang", []string{"nay thuộc Bắc Ninh"}, nil},
		"no map of what is no province":                                       {share + "VN.MIC.TOTAL+DE_SHARE%2FA.VN.NSO.TOTAL&kieu=ban-do", []string{"Không vẽ bản đồ"}, nil},
		"a map of provinces shows them all":                                   {share + "VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL&kieu=ban-do", []string{"/tinh/VN34-79", "Hoàng Sa"}, []string{"Không vẽ bản đồ"}},
		"no line of two points":                                               {"chuoi=GRDP%2FA.VN34-24&kieu=duong", []string{"Không vẽ đường: chưa chuỗi nào có từ ba kỳ"}, []string{"<svg class"}},
		"too many series are counted, and none of them is taken":              {"bo=DE_SHARE&FREQ=A", []string{"Lựa chọn này khớp với 9 chuỗi; một lần so sánh chứa nhiều nhất 6 chuỗi và đang có 0"}, []string{"Các chuỗi đang so sánh"}},
		"what matches nothing is said":                                        {"bo=DE_SHARE&DEFINITION=MIC&REF_AREA=VN34-24", []string{"Không có chuỗi nào khớp"}, nil},
		"a province is found without diacritics and added":                    {"tim=bac+ninh", []string{"/so-sanh?chuoi=DE_SHARE%2FA.VN34-24.NSO.TOTAL"}, nil},
		"and beside a series the one that is like it":                         {"tim=thai+nguyen&chuoi=GRDP%2FA.VN34-24", []string{"chuoi=GRDP%2FA.VN34-19&#43;GRDP%2FA.VN34-24"}, nil},
		"before anything was published there is nothing":                      {share + "VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL&asof=2025-01-31", []string{"Chưa có số nào để so sánh"}, nil},
		"what is not found says so":                                           {"tim=zzzz", []string{"Không tìm thấy gì cho “zzzz”"}, nil},
		"the usual codes are ticked":                                          {"bo=DE_SHARE", []string{`value="NSO" checked`, `value="TOTAL" checked`, `value="VN34-24"><label`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			body := compared(t, s, c.query)
			for _, x := range c.has {
				if !strings.Contains(body, x) {
					t.Errorf("lacks %q", x)
				}
			}
			for _, x := range c.not {
				if strings.Contains(body, x) {
					t.Errorf("holds %q", x)
				}
			}
		})
	}
	t.Run("what is refused", func(t *testing.T) {
		for query, want := range map[string]int{"chuoi=NOPE/A": 404, "chuoi=DE_SHARE/A.VN": 404, "chuoi=DE_SHARE%2FA.VN.NSO.ICT": 404, "kieu=banh": 404, "ky=x&chuoi=GRDP%2FA.VN34-24": 400, "bo=NOPE": 404, "bo=DE_SHARE&REF_AREA=NOPE": 404,
			"chuoi=a%2F1+a%2F2+a%2F3+a%2F4+a%2F5+a%2F6+a%2F7": 400, "chuoi=GRDP%2FA.VN34-24&ky=2011+2012+2013+2014+2015+2016+2017+2018+2019": 400} {
			if w := get(s, "/so-sanh?"+query); w.Code != want {
				t.Errorf("%s: %d, want %d", query, w.Code, want)
			}
		}
	})
}

// The file of a comparison, and its drawings, are those of the page.
func TestFilesOfAComparison(t *testing.T) {
	s, _ := newSite(t)
	const q = share + "VN34-19.NSO.TOTAL+DE_SHARE%2FA.VN34-24.NSO.TOTAL"
	records, err := csv.NewReader(strings.NewReader(get(s, "/so-sanh.csv?"+q+"&lang=en").Body.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 || records[1][0] != "2025" || records[1][1] != "29.53" || records[1][3] != "46.3" || records[1][5] != "16.77" || !strings.Contains(records[0][5], "Against Thai Nguyen (points)") {
		t.Errorf("%q", records)
	}
	var whole struct {
		Rows []map[string]any `json:"rows"`
	}
	if err := json.Unmarshal(get(s, "/so-sanh.json?"+q).Body.Bytes(), &whole); err != nil || len(whole.Rows) != 1 {
		t.Errorf("%v %v", whole, err)
	}
	for _, format := range []string{"svg", "png", "option", "xlsx"} {
		if w := get(s, "/so-sanh."+format+"?"+q); w.Code != 200 {
			t.Errorf("%s: %d", format, w.Code)
		}
	}
	if svg := get(s, "/so-sanh.svg?"+q).Body.String(); !strings.Contains(svg, "Bắc Ninh") || !strings.Contains(svg, "46,30") {
		t.Error("the drawing is another one than that of the page")
	}
	if w := get(s, "/so-sanh.svg?"+q+"&kieu=bang"); w.Code != 404 {
		t.Errorf("a table is drawn: %d", w.Code)
	}
}

func TestPagesLeadToComparisonsAndTables(t *testing.T) {
	s, _ := newSite(t)
	for page, want := range map[string]string{
		"/tinh/VN34-24": "/so-sanh?chuoi=DE_SHARE%2FA.VN34-24.NSO.TOTAL", "/muc-tieu/KTS-1": "/so-sanh?chuoi=TARGET%2FA.VN.KTS-1", "/so-lieu/DE_SHARE": "/so-sanh?bo=DE_SHARE",
		"/so-lieu/DE_SHARE/A.VN.NSO.TOTAL": "/so-sanh?chuoi=DE_SHARE%2FA.VN.NSO.TOTAL", "/so-lieu/GRDP": "/so-lieu/GRDP/bang", "/so-lieu": "/so-sanh"} {
		if !strings.Contains(get(s, page).Body.String(), `href="`+want+`"`) {
			t.Errorf("%s does not lead to %s", page, want)
		}
	}
}
