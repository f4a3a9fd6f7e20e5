package portal

import (
	"context"
	"encoding/csv"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// tableOf gives the table of an address as its CSV, headed by codes.
func tableOf(t interface{ Fatalf(string, ...any) }, s http.Handler, address string) [][]string {
	w := get(s, with(strings.Replace(address, "/bang", "/bang.csv", 1), "ma=1"))
	if w.Code != 200 {
		t.Fatalf("%s: %d", address, w.Code)
	}
	records, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return records
}

func TestATableIsPutTogetherAsAsked(t *testing.T) {
	s, _ := newSite(t, row{"GRDP", "A.VN34-19", "2025", "193000.5", "2026-10-06", "A", nil})
	for address, want := range map[string]string{
		"/so-lieu/GRDP/bang?ten=ma":                                                          "REF_AREA-code,2025,2025:status,2025:evidence,2020,2020:printed,2020:status,2020:evidence|VN34-19,193000.5,,S,,,,|VN34-24,522000,E,S2,300000,,,S2|,715000.5,E,D,,thiếu 1 số,M,",
		"/so-lieu/GRDP/bang?ten=ma&tong=khong":                                               "REF_AREA-code,2025,2025:status,2025:evidence,2020,2020:evidence|VN34-19,193000.5,,S,,|VN34-24,522000,E,S2,300000,S2",
		"/so-lieu/GRDP/bang?ten=ma&thu-tu=cu&tu=2025":                                        "REF_AREA-code,2025,2025:status,2025:evidence|VN34-19,193000.5,,S|VN34-24,522000,E,S2|,715000.5,E,D",
		"/so-lieu/GRDP/bang?cot=REF_AREA":                                                    "TIME_PERIOD,VN34-19,VN34-24,VN34-24:status,VN34-24:evidence,SUM,SUM:printed,SUM:status,SUM:evidence|2025,193000.5,522000,E,S2,715000.5,,E,D|2020,,300000,,S2,,thiếu 1 số,M,",
		"/so-lieu/GRDP/bang?ten=ca-hai&tong=khong&den=2020&REF_AREA=VN34-24":                 "series,2020,2020:evidence|GRDP của tỉnh,300000,S2",
		"/so-lieu/DE_SHARE/bang?REF_AREA=VN&DEFINITION=NSO&tu=2025&tong=khong&ten=ma":        "COMPONENT-code,2025|CORE,8.42|DIGITALISED,5.6",
		"/so-lieu/DE_SHARE/bang?REF_AREA=VN&COMPONENT=TOTAL&cot=DEFINITION&tu=2022&den=2022": "TIME_PERIOD,NSO,MIC|2022,12.83,14.26",
	} {
		var got []string
		for _, r := range tableOf(t, s, address) {
			got = append(got, strings.Join(r, ","))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s:\n%s\nwant\n%s", address, strings.Join(got, "|"), want)
		}
	}
	page := func(address string) string { return mainOf(t, get(s, address)) }
	sums := page("/so-lieu/GRDP/bang")
	for _, x := range []string{"Cộng (Nhịp Số tính)", "715.000,5", "thiếu 1 số", "không phải số đã công bố", "Bảng có 3 số", `<a href="/vi-sao?o=GRDP%2FA.VN34-24%2F2025">522.000</a>`, `class="total"`, ">dẫn lại<"} {
		if !strings.Contains(sums, x) {
			t.Errorf("the table of amounts lacks %q", x)
		}
	}
	shares := page("/so-lieu/DE_SHARE/bang")
	if strings.Contains(shares, "Nhịp Số tính)") || !strings.Contains(shares, "không cộng được giữa các địa bàn") {
		t.Error("shares are added, or nothing says that they cannot be")
	}
	for address, want := range map[string]int{"/so-lieu/GRDP/bang?cot=NOPE": 404, "/so-lieu/GRDP/bang?REF_AREA=NOPE": 404, "/so-lieu/GRDP/bang?tu=x": 400, "/so-lieu/GRDP/bang?ten=x": 404, "/so-lieu/NOPE/bang": 404} {
		if w := get(s, address); w.Code != want {
			t.Errorf("%s: %d, want %d", address, w.Code, want)
		}
	}
	if body := page("/so-lieu/GRDP/bang?tu=1990&den=1991"); !strings.Contains(body, "Không có số nào khớp") {
		t.Error("an empty table says nothing")
	}
	if w := get(s, "/so-lieu/GRDP/bang.csv?tu=1990&den=1991"); w.Code != 404 {
		t.Errorf("the file of no table: %d", w.Code)
	}
}

// However a table is turned, its file holds every figure once, with its value.
func TestNoFigureIsLostInATable(t *testing.T) {
	s, lib := newSite(t)
	view, err := lib.View(t.Context(), publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	for _, flow := range []string{"DE_SHARE", "DE_QUARTERLY", "TARGET_STATUS", "TASKS", "GRDP"} {
		f, err := lib.catalog.Dataflow(flow)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, o := range view.Snapshot.Read(flow, "") {
			if o.Value != nil {
				want = append(want, o.Value.String())
			}
		}
		slices.Sort(want)
		rapid.Check(t, func(t *rapid.T) {
			var across []string
			for _, d := range append(dimensionIDs(f), "TIME_PERIOD") {
				if rapid.Bool().Draw(t, d) {
					across = append(across, d)
				}
			}
			slices.Sort(across)
			q := url.Values{"ten": {"ma"}}
			if f.Additive { // what is ours is no figure
				q.Set("tong", "khong")
			}
			if len(across) > 0 {
				q.Set("cot", strings.Join(across, " "))
			}
			records := tableOf(t, s, "/so-lieu/"+flow+"/bang?"+q.Encode())
			var got []string
			for _, r := range records[1:] {
				for i, cell := range r {
					head := records[0][i]
					if cell != "" && !strings.Contains(head, ":") && head != "TIME_PERIOD" && head != "unit" && head != "series" && !strings.HasSuffix(head, "-code") {
						got = append(got, cell)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%s across %v holds\n%v\nwant\n%v", flow, across, got, want)
			}
		})
	}
}

// manyFlows is a source of value added of every area by industry: of more figures than a table or the memory holds.
type manyFlows struct {
	*shelf
	read int
}

func (m *manyFlows) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return func(yield func(cube.Version, error) bool) {
		areas, _ := m.catalog.Codelist("CL_AREA")
		industries, _ := m.catalog.Codelist("CL_ACTIVITY")
		ids := func(l *catalog.Codelist) (out []string) {
			for _, c := range l.Codes {
				out = append(out, c.ID)
			}
			slices.Sort(out)
			return out
		}
		value := stat.MustDecimal("5")
		for _, area := range ids(areas) {
			for _, industry := range ids(industries) {
				for year := range yearsEach {
					v := cube.Version{Dataflow: "NA_VA", Message: 1, Observation: stat.Observation{Key: stat.NewKey("A", area, industry, "V"), Period: stat.Year(2016 + year), Value: &value, Status: stat.Normal,
						Vintage: stat.Vintage{Date: stat.MustDate("2025-01-06"), Written: "2025-01-06"}, Attributes: stat.Attributes{stat.AttrSource: "NSO-2026-01"}}}
					if q.Selects(v) {
						if m.read++; !yield(v, nil) {
							return
						}
					}
				}
			}
		}
	}
}

// Of a dataflow too large to be held a table reads what was chosen, and of what is too much it says how much.
func TestATableOfALargeDataflowReadsWhatWasChosen(t *testing.T) {
	s, _ := newShelf(t)
	c := &manyFlows{shelf: s}
	site := siteOn(t, c, s)
	get(site, "/so-lieu/NA_VA/bang") // the outline is made
	all := c.read
	for _, step := range []struct {
		address, says string
		most          int
	}{
		{"/so-lieu/NA_VA/bang", "một bảng chứa nhiều nhất 5.000 số", 0},
		{"/so-lieu/NA_VA/bang.csv?ten=ma", "", 0},
		{"/so-lieu/NA_VA/bang?tu=2024&REF_AREA=VN34-01", "số, xếp thành", 100 * yearsEach},
		{"/so-lieu/NA_VA/bang?REF_AREA=VN34-01+VN34-24&ACTIVITY=A+B1GQ", "Bảng có 36 số", 36},
		{"/so-lieu/NA_VA/bang?REF_AREA=VN34-24&ACTIVITY=B1GQ&asof=2025-06-01&tu=2020", "Bảng có 5 số", 9},
		{"/so-sanh?chuoi=NA_VA%2FA.VN34-01.B1GQ.V+NA_VA%2FA.VN34-24.B1GQ.V", "bằng nhau: 5 tỷ đồng", 18},
	} {
		c.read = 0
		w := get(site, step.address)
		if body := w.Body.String(); step.says != "" && (w.Code != 200 || !strings.Contains(body, step.says)) {
			t.Errorf("%s: %d, does not say %q", step.address, w.Code, step.says)
		}
		if c.read > step.most {
			t.Errorf("%s reads %d of %d figures", step.address, c.read, all)
		}
	}
}
