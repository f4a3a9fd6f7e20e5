package reference_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// comparison says each number of each table in our terms, by rules written apart from the files, and looks for it; what is not
// loaded is counted with its reason.
type comparison struct {
	t        *testing.T
	areas    *territory.Registry
	have     map[figure]int
	excluded map[string]int
}

func TestEveryFigureOfTheDomainTablesIsLoaded(t *testing.T) {
	_, areas := world(t)
	c := &comparison{t, areas, ours(t), map[string]int{}}
	c.nationalAccounts()
	c.digitalShares()
	c.provincialShares()
	c.provinces()
	c.targets()
	c.tasks()
	c.dti()
	c.dtiOf2022()
	none := func(map[string]string) string { return "" }
	c.count("IND", "indicator_actuals", none, "value")
	c.count("TEAMS", "community_teams", none, "teams", "members", "provinces")
	c.count("DTI_STRUCTURE", "dti_structure", none, "components", "points")
	c.count("PLATFORMS", "platforms_rules", func(r map[string]string) string {
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
		if c.excluded[reason] != n {
			t.Errorf("%d left out as “%s”, want %d", c.excluded[reason], reason, n)
		}
	}
	if len(c.excluded) != len(wantExcluded) {
		t.Errorf("left out: %v", c.excluded)
	}
	t.Run("what is loaded beyond the tables is known by name", func(t *testing.T) { c.beyond(t) })
}

func (c *comparison) want(f figure) {
	c.t.Helper()
	f.value = number(f.value)
	if c.have[f] == 0 {
		c.t.Errorf("not loaded: %+v", f)
		return
	}
	c.have[f]--
}

func (c *comparison) leave(reason string) { c.excluded[reason]++ }

func (c *comparison) nationalAccounts() {
	c.t.Helper()
	for name, prices := range map[string]string{"gdp_va_annual_current": "V", "gdp_va_quarterly_current": "V", "gdp_va_annual_constant2010": "Q", "gdp_va_quarterly_constant2010": "Q"} {
		for _, r := range table(c.t, name) {
			freq := stat.MustPeriod(r["period"]).Frequency().String()
			for column, v := range r {
				switch column {
				case "period", "source", "mark":
					continue
				case "GDP":
					column = "B1GQ"
				}
				c.want(figure{"NA_VA", freq + ".VN." + column + "." + prices, r["period"], v, r["mark"], "2025-06-06"})
			}
		}
	}
	for _, r := range table(c.t, "gdp_annual_latest") {
		c.want(figure{"NA_VA", "A.VN.B1GQ.V", r["year"], r["gdp_current_bn_vnd"], r["mark"], "2026-10-06"})
		c.want(figure{"NA_GROWTH", "A.VN.B1GQ", r["year"], r["gdp_growth_pct_constant2010"], r["mark"], "2026-10-06"})
	}
	release := map[string]string{"January 2025 release": "2025-01-06", "January 2026 release": "2026-01-05", "October 2026": "2026-10-06", "first release (date not recorded)": "2025"}
	for _, r := range table(c.t, "gdp_growth_quarterly") {
		if strings.HasPrefix(r["source"], "NSO PxWeb") {
			c.leave("growth already loaded from gdp_annual_latest, same vintage")
			continue
		}
		p := strings.Replace(r["period"], "2026-9M", "2026-01-01/P9M", 1)
		c.want(figure{"NA_GROWTH", stat.MustPeriod(p).Frequency().String() + ".VN.B1GQ", p, r["growth_pct_yoy_constant2010"], r["mark"], release[r["release"]]})
	}
	for _, r := range table(c.t, "section_share_of_gdp") {
		c.want(figure{"NA_STRUCTURE", "A.VN." + r["section_vsic2018"], r["year"], r["share_pct_current_prices"], r["mark"], "2026-10-06"})
	}
}

func (c *comparison) digitalShares() {
	c.t.Helper()
	for _, r := range table(c.t, "digital_share_national") {
		if r["source"] == "derived from NSO" {
			c.leave("level in dong, which the annual recipe derives")
			continue
		}
		p := periodOf(r["period"])
		def := r["source"]
		switch {
		case r["value"] == "7.18": // one article; the annual report prints more than 9 %
			def = "MIC_PRESS"
		case r["component"] == "ICT" || r["component"] == "non_ICT":
			def = "PTIT"
		}
		prefix := stat.MustPeriod(p).Frequency().String() + ".VN." + def + "."
		flow, last := levelOf(r["unit"], r["component"])
		c.want(figure{flow, prefix + last, p, r["value"], r["mark"], r["release_date"]})
	}
}

// levelOf gives the dataflow of a unit, and the last code of the key.
func levelOf(unit, component string) (flow, last string) {
	codes := map[string]string{"total": "TOTAL", "core": "CORE", "digitalised": "DIGITALISED", "services": "SRV", "industry_construction": "IND", "agriculture": "AGR", "ICT": "ICT", "non_ICT": "NON_ICT"}
	last = codes[component]
	switch unit {
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
	return flow, last
}

var average = regexp.MustCompile(`^(\d{4})-(\d{4}) average$`)

// periodOf says a period of the tables in our terms.
func periodOf(written string) string {
	p := strings.Replace(written, "-H", "-S", 1)
	if m := average.FindStringSubmatch(p); m != nil {
		var a, z int
		fmt.Sscan(m[1], &a)
		fmt.Sscan(m[2], &z)
		p = fmt.Sprintf("%s-01-01/P%dY", m[1], z-a+1)
	}
	if p == "2025/2020" {
		p = "2025"
	}
	return p
}

func (c *comparison) provincialShares() {
	c.t.Helper()
	for _, r := range table(c.t, "digital_share_provincial") {
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
		c.want(figure{"DE_SHARE", "A." + c.area(territory.Set(r["unit_map"]), r["province"]) + "." + def + ".TOTAL", r["year"], r["value_pct_grdp"], r["mark"], vintage})
	}
}

func (c *comparison) provinces() {
	c.t.Helper()
	band := map[string]string{">20": "GT20", "10-20": "B10_20", "5-10": "B5_10", "<5": "LT5"}
	for _, r := range table(c.t, "digital_share_distribution") {
		vintage := map[string]string{"NSO": "2023-12-04", "MIC2022": "2023"}[strings.Replace(r["method"]+r["year"], "NSO2022", "NSO", 1)]
		c.want(figure{"DE_DIST", "A.VN." + r["method"] + "." + band[r["band_pct_grdp"]], r["year"], r["provinces"], r["mark"], vintage})
	}
	for _, r := range table(c.t, "grdp_provinces") {
		id := c.area(territory.Set("34"), r["province"])
		if id != "VN34-"+r["province_code"] {
			c.t.Errorf("%s is %s", r["province"], id)
		}
		c.want(figure{"GRDP", "A." + id, r["year"], r["grdp_current_bn_vnd"], r["mark"], "2026-10-06"})
		c.want(figure{"GRDP_GROWTH", "A." + id, r["year"], r["growth_real_pct"], r["mark"], "2026-10-06"})
	}
	sector := map[string]string{"agriculture_forestry_fishery": "AGR", "industry_construction": "IND", "services": "SRV", "product_taxes_less_subsidies": "TAX"}
	for _, r := range table(c.t, "grdp_structure_2025") {
		c.want(figure{"GRDP_STRUCTURE", "A.VN34-" + r["province_code"] + "." + sector[r["component"]], r["year"], r["share_pct"], r["mark"], ""})
	}
}

func (c *comparison) targets() {
	c.t.Helper()
	for _, r := range table(c.t, "targets") {
		vintage := map[string]string{"749": "2020-06-03", "942": "2021-06-15", "KTS": "2022-03-31", "XHS": "2022-03-31", "P2023": "2023-04-04", "P2024": "2024", "P2025": "2024-11-20", "2629": "2025-12-01"}[strings.Split(r["key"], "-")[0]]
		c.want(figure{"TARGET", "A.VN." + r["key"], r["year"], r["value"], r["mark"], vintage})
	}
	for _, r := range table(c.t, "targets_other") {
		if r["year"] == "" {
			c.leave("target whose year is not recorded")
			continue
		}
		found := false
		for f, n := range c.have {
			found = found || n > 0 && f.flow == "TARGET" && f.period == r["year"] && f.value == number(r["value"]) && f.mark == r["mark"]
			if found {
				c.have[f]--
				break
			}
		}
		if !found {
			c.t.Errorf("not loaded: %v", r)
		}
	}
}

func (c *comparison) tasks() {
	c.t.Helper()
	for _, r := range table(c.t, "tasks_statistics") {
		if r["mark"] == "D" {
			c.leave("task rate, which the task recipe derives")
			continue
		}
		if strings.HasPrefix(r["as_of"], "before") {
			c.leave("rate whose date is not recorded")
			continue
		}
		p := strings.Replace(r["as_of"], "-H", "-S", 1)
		n := 0
		for f := range c.have {
			if f.flow == "TASKS" && f.period == p && f.value == number(r["value"]) && f.mark == r["mark"] {
				n++
			}
		}
		if n == 0 {
			c.t.Errorf("not loaded: %v", r)
		}
	}
}

// announced are the days on which the DTI of a year was published.
var announced = map[string]string{"2020": "2021-10", "2021": "2022-08-08", "2022": "2023-07-12", "2024": "2025-10-21"}

func (c *comparison) dti() {
	c.t.Helper()
	for _, r := range table(c.t, "dti_results") {
		set, vintage := territory.Set("63"), announced[r["year"]]
		if r["year"] == "2024" {
			set = territory.Set("34")
		}
		where := c.indexOf(r, set)
		if r["value"] != "" || strings.HasPrefix(r["note"], "bottom") {
			c.want(figure{"DTI", "A." + where + ".SCORE", r["year"], r["value"], r["mark"], vintage})
		}
		if r["rank"] != "" {
			c.want(figure{"DTI", "A." + where + ".RANK", r["year"], r["rank"], r["mark"], vintage})
		}
	}
}

// indexOf gives the key of a score or rank between its frequency and its measure.
func (c *comparison) indexOf(r map[string]string, set territory.Set) string {
	version := map[string]string{"DTI 2020": "DTI2020", "DTI 2021-2023": "DTI2021", "DTI 2024": "DTI2024"}
	switch {
	case r["level"] == "province":
		return c.area(set, r["area"]) + ".PROV." + version[r["method_version"]] + ".TOTAL"
	case r["level"] == "national":
		return "VN.NAT." + version[r["method_version"]] + ".TOTAL"
	case strings.HasPrefix(r["level"], "province mean"):
		index := map[string]string{"": "TOTAL", ": chính quyền số": "CQS", ": kinh tế số": "KTS", ": xã hội số": "XHS"}[strings.TrimPrefix(r["level"], "province mean")]
		return "VN_PROV.PROV_MEAN." + version[r["method_version"]] + "." + index
	case strings.HasPrefix(r["area"], "without"):
		return "VN_MIN.MIN_NODVC." + version[r["method_version"]] + ".TOTAL"
	default:
		return "VN_MIN.MIN_DVC." + version[r["method_version"]] + ".TOTAL"
	}
}

func (c *comparison) dtiOf2022() {
	c.t.Helper()
	index := map[string]string{"nhan_thuc": "NT", "the_che": "TC", "ha_tang": "HT", "nhan_luc": "NL", "attt": "ATTT", "chinh_quyen_so": "CQS", "kinh_te_so": "KTS", "xa_hoi_so": "XHS"}
	for _, r := range table(c.t, "dti_2022_golden") {
		for column, code := range index {
			c.want(figure{"DTI", "A." + c.area(territory.Set("63"), r["province"]) + ".PROV.DTI2021." + code + ".SCORE", "2022", r[column], r["mark"], announced["2022"]})
		}
		c.leave("DTI computed from its main indices")
	}
}

// count looks for the values of some columns of a table in a dataflow, whatever their keys.
func (c *comparison) count(flow, set string, skip func(map[string]string) string, values ...string) {
	c.t.Helper()
	for _, r := range table(c.t, set) {
		if reason := skip(r); reason != "" {
			c.leave(reason)
			continue
		}
		for _, column := range values {
			v := number(strings.TrimSuffix(r[column], " indicators"))
			if v == "" && len(values) > 1 || strings.Contains(v, "-") {
				continue // a range has no value; its bounds are tested by themselves
			}
			n := 0
			for f, left := range c.have {
				if left > 0 && f.flow == flow && f.value == v && f.mark == r["mark"] {
					n++
				}
			}
			if n == 0 {
				c.t.Errorf("%s: not loaded: %s of %v", set, column, r)
			}
		}
	}
}

// beyond wants every figure that no table has to be known by name.
func (c *comparison) beyond(t *testing.T) {
	beyond := map[string]bool{ // from the text of the domain notes, sections 3.1, 3.2 and 1.6
		"DE_SHARE A.VN.PTIT.TOTAL 14.26": true, "DE_GROWTH Q.VN.MIC.G_YOY 13.6": true, "DE_GROWTH Q.VN.MIC.G_QOQ 3.99": true, "DE_GROWTH S.VN.MIC.G_YOY 22.4": true,
		"TARGET A.VN.EMC-1 50": true, "TARGET A.VN_MIN.EMC-1 70": true, "TARGET A.VN_PROV.EMC-1 30": true, "TARGET A.VN.EMC-1 80": true, "TARGET A.VN_MIN.EMC-1 80": true, "TARGET A.VN_PROV.EMC-1 80": true,
	}
	fromNotes := map[figure]bool{}
	for _, x := range noted(t) {
		fromNotes[x.figure] = true
	}
	for f, n := range c.have {
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
}

func (c *comparison) area(set territory.Set, name string) string {
	c.t.Helper()
	day := stat.MustDate("2024-06-01")
	if set == territory.Set("34") {
		day = stat.MustDate("2026-06-01")
	}
	a, err := c.areas.ByName(name, day)
	if err != nil {
		c.t.Fatal(err)
	}
	return a.ID
}
