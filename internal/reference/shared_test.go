package reference_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// tables is where the domain tables lie beside a checkout; tests that compare with them are skipped where they are not.
const tables = "../../../shared/domain/tables"

func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(tables, name+".csv"))
	if os.IsNotExist(err) {
		t.Skip("the domain tables are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return rowsOf(t, f)
}

// rowsOf reads the rows of a CSV file by their headings.
func rowsOf(t *testing.T, r io.Reader) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}

// figure is one number of a domain table, said in our terms.
type figure struct {
	flow, key, period, value, mark, vintage string
}

// figureOf says an entry in the terms of the tables.
func figureOf(x cube.Entry) figure {
	v := ""
	if x.Value != nil {
		v = number(x.Value.String())
	}
	return figure{x.Dataflow, string(x.Key), x.Period.String(), v, string(x.Mark()), x.Vintage.Written}
}

// ours reads all observations that the program carries.
func ours(t *testing.T) map[figure]int {
	t.Helper()
	out := map[figure]int{}
	for _, entries := range carried(t) {
		for _, x := range entries {
			out[figureOf(x)]++
		}
	}
	return out
}

// number writes a number without zeros that say nothing, so that 13.20 equals 13.2.
func number(s string) string {
	if s == "" {
		return ""
	}
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// TestEveryFigureOfTheDomainTablesIsLoaded says each number of each table in our terms, by rules written apart from the files,
// and looks for it; what is not loaded is listed with its reason.
func TestEveryFigureOfTheDomainTablesIsLoaded(t *testing.T) {
	table(t, "gdp_annual_latest") // skips when the tables are absent
	_, areas := world(t)
	have := ours(t)
	excluded := map[string]int{}
	want := func(f figure) {
		t.Helper()
		f.value = number(f.value)
		if have[f] == 0 {
			t.Errorf("not loaded: %+v", f)
			return
		}
		have[f]--
	}
	leave := func(reason string) { excluded[reason]++ }
	area := func(set territory.Set, name string) string {
		day := stat.MustDate("2024-06-01")
		if set == territory.Provinces34 {
			day = stat.MustDate("2026-06-01")
		}
		a, err := areas.ByName(name, day)
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}

	for name, prices := range map[string]string{"gdp_va_annual_current": "V", "gdp_va_quarterly_current": "V", "gdp_va_annual_constant2010": "Q", "gdp_va_quarterly_constant2010": "Q"} {
		for _, r := range table(t, name) {
			freq := stat.MustPeriod(r["period"]).Frequency().String()
			for column, v := range r {
				switch column {
				case "period", "source", "mark":
					continue
				case "GDP":
					column = "B1GQ"
				}
				want(figure{"NA_VA", freq + ".VN." + column + "." + prices, r["period"], v, r["mark"], "2025-06-06"})
			}
		}
	}
	for _, r := range table(t, "gdp_annual_latest") {
		want(figure{"NA_VA", "A.VN.B1GQ.V", r["year"], r["gdp_current_bn_vnd"], r["mark"], "2026-10-06"})
		want(figure{"NA_GROWTH", "A.VN.B1GQ", r["year"], r["gdp_growth_pct_constant2010"], r["mark"], "2026-10-06"})
	}
	release := map[string]string{"January 2025 release": "2025-01-06", "January 2026 release": "2026-01-05", "October 2026": "2026-10-06", "first release (date not recorded)": "2025"}
	for _, r := range table(t, "gdp_growth_quarterly") {
		if strings.HasPrefix(r["source"], "NSO PxWeb") {
			leave("growth already loaded from gdp_annual_latest, same vintage")
			continue
		}
		p := strings.Replace(r["period"], "2026-9M", "2026-01-01/P9M", 1)
		want(figure{"NA_GROWTH", stat.MustPeriod(p).Frequency().String() + ".VN.B1GQ", p, r["growth_pct_yoy_constant2010"], r["mark"], release[r["release"]]})
	}
	for _, r := range table(t, "section_share_of_gdp") {
		want(figure{"NA_STRUCTURE", "A.VN." + r["section_vsic2018"], r["year"], r["share_pct_current_prices"], r["mark"], "2026-10-06"})
	}
	component := map[string]string{"total": "TOTAL", "core": "CORE", "digitalised": "DIGITALISED", "services": "SRV", "industry_construction": "IND", "agriculture": "AGR", "ICT": "ICT", "non_ICT": "NON_ICT"}
	average := regexp.MustCompile(`^(\d{4})-(\d{4}) average$`)
	for _, r := range table(t, "digital_share_national") {
		if r["source"] == "derived from NSO" {
			leave("level in dong, which the annual recipe derives")
			continue
		}
		p := strings.Replace(r["period"], "-H", "-S", 1)
		if m := average.FindStringSubmatch(p); m != nil {
			var a, z int
			fmt.Sscan(m[1], &a)
			fmt.Sscan(m[2], &z)
			p = fmt.Sprintf("%s-01-01/P%dY", m[1], z-a+1)
		}
		if p == "2025/2020" {
			p = "2025"
		}
		def := r["source"]
		switch {
		case r["value"] == "7.18": // one article; the annual report prints more than 9 %
			def = "MIC_PRESS"
		case r["component"] == "ICT" || r["component"] == "non_ICT":
			def = "PTIT"
		}
		prefix := stat.MustPeriod(p).Frequency().String() + ".VN." + def + "."
		flow, last := "", component[r["component"]]
		switch r["unit"] {
		case "% of GDP":
			flow = "DE_SHARE"
		case "% of digital VA":
			flow = "DE_SPLIT"
		case "USD bn":
			flow = "DE_LEVEL"
		case "ratio":
			flow, last = "DE_GROWTH", "R_2020"
		case "% growth y/y, current prices":
			flow, last = "DE_GROWTH", "G_CUR"
		case "% growth y/y, constant prices":
			flow, last = "DE_GROWTH", "G_CON"
		}
		want(figure{flow, prefix + last, p, r["value"], r["mark"], r["release_date"]})
	}
	for _, r := range table(t, "digital_share_provincial") {
		def, vintage := r["method"], ""
		switch {
		case strings.HasPrefix(r["note"], "variant"):
			def = "MIC_PRESS"
		case def == "NSO":
			vintage = "2026-01-05"
		case def == "HIDS" && strings.HasPrefix(r["note"], "lower"):
			def, vintage = "HIDS_LO", "2022-03-25"
		case def == "HIDS":
			def, vintage = "HIDS_HI", "2022-03-25"
		case strings.HasSuffix(r["source"], "c46933429"): // the annual report of 2023
			vintage = "2023"
		case strings.HasPrefix(def, "MIC estimate"):
			def = "CITY"
		case strings.HasPrefix(def, "not stated"):
			def = "NS"
		}
		want(figure{"DE_SHARE", "A." + area(territory.Set(r["unit_map"]), r["province"]) + "." + def + ".TOTAL", r["year"], r["value_pct_grdp"], r["mark"], vintage})
	}
	band := map[string]string{">20": "GT20", "10-20": "B10_20", "5-10": "B5_10", "<5": "LT5"}
	for _, r := range table(t, "digital_share_distribution") {
		vintage := map[string]string{"NSO": "2023-12-04", "MIC2022": "2023"}[strings.Replace(r["method"]+r["year"], "NSO2022", "NSO", 1)]
		want(figure{"DE_DIST", "A.VN." + r["method"] + "." + band[r["band_pct_grdp"]], r["year"], r["provinces"], r["mark"], vintage})
	}
	for _, r := range table(t, "grdp_provinces") {
		id := area(territory.Provinces34, r["province"])
		if id != "VN34-"+r["province_code"] {
			t.Errorf("%s is %s", r["province"], id)
		}
		want(figure{"GRDP", "A." + id, r["year"], r["grdp_current_bn_vnd"], r["mark"], "2026-10-06"})
		want(figure{"GRDP_GROWTH", "A." + id, r["year"], r["growth_real_pct"], r["mark"], "2026-10-06"})
	}
	sector := map[string]string{"agriculture_forestry_fishery": "AGR", "industry_construction": "IND", "services": "SRV", "product_taxes_less_subsidies": "TAX"}
	for _, r := range table(t, "grdp_structure_2025") {
		want(figure{"GRDP_STRUCTURE", "A.VN34-" + r["province_code"] + "." + sector[r["component"]], r["year"], r["share_pct"], r["mark"], ""})
	}
	for _, r := range table(t, "targets") {
		vintage := map[string]string{"749": "2020-06-03", "942": "2021-06-15", "KTS": "2022-03-31", "XHS": "2022-03-31", "P2023": "2023-04-04", "P2024": "2024", "P2025": "2024-11-20", "2629": "2025-12-01"}[strings.Split(r["key"], "-")[0]]
		want(figure{"TARGET", "A.VN." + r["key"], r["year"], r["value"], r["mark"], vintage})
	}
	for _, r := range table(t, "targets_other") {
		if r["year"] == "" {
			leave("target whose year is not recorded")
			continue
		}
		found := false
		for f, n := range have {
			found = found || n > 0 && f.flow == "TARGET" && f.period == r["year"] && f.value == number(r["value"]) && f.mark == r["mark"]
			if found {
				have[f]--
				break
			}
		}
		if !found {
			t.Errorf("not loaded: %v", r)
		}
	}
	for _, r := range table(t, "tasks_statistics") {
		if r["mark"] == "D" {
			leave("task rate, which the task recipe derives")
			continue
		}
		if strings.HasPrefix(r["as_of"], "before") {
			leave("rate whose date is not recorded")
			continue
		}
		p := strings.Replace(r["as_of"], "-H", "-S", 1)
		n := 0
		for f := range have {
			if f.flow == "TASKS" && f.period == p && f.value == number(r["value"]) && f.mark == r["mark"] {
				n++
			}
		}
		if n == 0 {
			t.Errorf("not loaded: %v", r)
		}
	}
	announced := map[string]string{"2020": "2021-10", "2021": "2022-08-08", "2022": "2023-07-12", "2024": "2025-10-21"}
	version := map[string]string{"DTI 2020": "DTI2020", "DTI 2021-2023": "DTI2021", "DTI 2024": "DTI2024"}
	for _, r := range table(t, "dti_results") {
		set, vintage := territory.Provinces63, announced[r["year"]]
		if r["year"] == "2024" {
			set = territory.Provinces34
		}
		var where string
		switch {
		case r["level"] == "province":
			where = area(set, r["area"]) + ".PROV." + version[r["method_version"]] + ".TOTAL"
		case r["level"] == "national":
			where = "VN.NAT." + version[r["method_version"]] + ".TOTAL"
		case strings.HasPrefix(r["level"], "province mean"):
			index := map[string]string{"": "TOTAL", ": chính quyền số": "CQS", ": kinh tế số": "KTS", ": xã hội số": "XHS"}[strings.TrimPrefix(r["level"], "province mean")]
			where = "VN_PROV.PROV_MEAN." + version[r["method_version"]] + "." + index
		case strings.HasPrefix(r["area"], "without"):
			where = "VN_MIN.MIN_NODVC." + version[r["method_version"]] + ".TOTAL"
		default:
			where = "VN_MIN.MIN_DVC." + version[r["method_version"]] + ".TOTAL"
		}
		if r["value"] != "" || strings.HasPrefix(r["note"], "bottom") {
			want(figure{"DTI", "A." + where + ".SCORE", r["year"], r["value"], r["mark"], vintage})
		}
		if r["rank"] != "" {
			want(figure{"DTI", "A." + where + ".RANK", r["year"], r["rank"], r["mark"], vintage})
		}
	}
	index := map[string]string{"nhan_thuc": "NT", "the_che": "TC", "ha_tang": "HT", "nhan_luc": "NL", "attt": "ATTT", "chinh_quyen_so": "CQS", "kinh_te_so": "KTS", "xa_hoi_so": "XHS"}
	for _, r := range table(t, "dti_2022_golden") {
		for column, code := range index {
			want(figure{"DTI", "A." + area(territory.Provinces63, r["province"]) + ".PROV.DTI2021." + code + ".SCORE", "2022", r[column], r["mark"], announced["2022"]})
		}
		leave("DTI computed from its main indices")
	}
	count := func(flow, set string, skip func(map[string]string) string, values ...string) {
		for _, r := range table(t, set) {
			if reason := skip(r); reason != "" {
				leave(reason)
				continue
			}
			for _, column := range values {
				v := number(strings.TrimSuffix(r[column], " indicators"))
				if v == "" && len(values) > 1 || strings.Contains(v, "-") {
					continue // a range has no value; its bounds are tested by themselves
				}
				n := 0
				for f, left := range have {
					if left > 0 && f.flow == flow && f.value == v && f.mark == r["mark"] {
						n++
					}
				}
				if n == 0 {
					t.Errorf("%s: not loaded: %s of %v", set, column, r)
				}
			}
		}
	}
	none := func(map[string]string) string { return "" }
	count("IND", "indicator_actuals", none, "value")
	count("TEAMS", "community_teams", none, "teams", "members", "provinces")
	count("DTI_STRUCTURE", "dti_structure", none, "components", "points")
	count("PLATFORMS", "platforms_rules", func(r map[string]string) string {
		if strings.HasPrefix(r["item"], "NĐ 137") {
			return "threshold of a decree, held by package govern"
		}
		return ""
	}, "value")

	wantExcluded := map[string]int{
		"growth already loaded from gdp_annual_latest, same vintage": 2,
		"level in dong, which the annual recipe derives":             6,
		"target whose year is not recorded":                          1,
		"task rate, which the task recipe derives":                   5,
		"rate whose date is not recorded":                            1,
		"DTI computed from its main indices":                         5,
		"threshold of a decree, held by package govern":              4,
	}
	for reason, n := range wantExcluded {
		if excluded[reason] != n {
			t.Errorf("%d left out as “%s”, want %d", excluded[reason], reason, n)
		}
	}
	if len(excluded) != len(wantExcluded) {
		t.Errorf("left out: %v", excluded)
	}
	t.Run("what is loaded beyond the tables is known by name", func(t *testing.T) {
		beyond := map[string]bool{ // from the text of the domain notes, sections 3.1, 3.2 and 1.6
			"DE_SHARE A.VN.PTIT.TOTAL 14.26": true, "DE_GROWTH Q.VN.MIC.G_YOY 13.6": true, "DE_GROWTH Q.VN.MIC.G_QOQ 3.99": true, "DE_GROWTH S.VN.MIC.G_YOY 22.4": true,
			"TARGET A.VN.EMC-1 50": true, "TARGET A.VN_MIN.EMC-1 70": true, "TARGET A.VN_PROV.EMC-1 30": true, "TARGET A.VN.EMC-1 80": true, "TARGET A.VN_MIN.EMC-1 80": true, "TARGET A.VN_PROV.EMC-1 80": true,
		}
		fromNotes := map[figure]bool{}
		for _, x := range noted(t) {
			fromNotes[x.figure] = true
		}
		for f, n := range have {
			switch f.flow {
			case "IND", "TEAMS", "DTI_STRUCTURE", "PLATFORMS", "TASKS": // compared by value above
				continue
			case "POPULATION", "GRDP_PER_HEAD": // compared in provincial_test.go
				continue
			case "DTI":
				if f.mark == "S2" {
					continue // compared in provincial_test.go
				}
			}
			if n > 0 && !beyond[f.flow+" "+f.key+" "+f.value] && !fromNotes[f] {
				t.Errorf("in no table: %+v", f)
			}
		}
	})
}

func TestFiguresThatMustNotBeLoaded(t *testing.T) {
	for f := range ours(t) {
		switch {
		case f.flow == "DE_SHARE" && f.value == "8.78", f.flow == "DE_SHARE" && f.value == "19.5", f.flow == "TEAMS" && (f.value == "93524" || f.value == "457820"), f.flow == "DE_SHARE" && f.value == "14.96":
			t.Errorf("loaded: %+v", f)
		}
	}
}

func TestReferenceFiguresNameTheirSources(t *testing.T) {
	c, _ := world(t)
	sources, err := c.Codelist("CL_SOURCE")
	if err != nil {
		t.Fatal(err)
	}
	notes, err := c.Codelist("CL_NOTE")
	if err != nil {
		t.Fatal(err)
	}
	for name, entries := range carried(t) {
		for _, x := range entries {
			if _, ok := sources.Code(x.Attributes[stat.AttrSource]); !ok {
				t.Errorf("%s:%d names no source of the list: %s", name, x.Row, x.Attributes[stat.AttrSource])
			}
			for _, a := range []string{stat.AttrComment, stat.AttrCoverage, stat.AttrDenominator} {
				if v := x.Attributes[a]; v != "" {
					if _, ok := notes.Code(v); !ok {
						t.Errorf("%s:%d: %s is in one language only: %s", name, x.Row, a, v)
					}
				}
			}
		}
	}
}
