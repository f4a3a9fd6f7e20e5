package territory_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/unicode/norm"

	"nhipso/data"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
)

// The sets of the built-in pack.
const (
	set63 = territory.Set("63")
	set34 = territory.Set("34")
	set23 = territory.Set("23")
	set25 = territory.Set("25")
	setVN = territory.Set("VN")
)

func registry(t testing.TB) *territory.Registry {
	t.Helper()
	r, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func date(s string) stat.Date { return stat.MustDate(s) }

func TestLookup(t *testing.T) {
	r := registry(t)
	t.Run("the seven reused codes mean another province after the merger", func(t *testing.T) {
		for code, names := range map[string][2]string{
			"15": {"Yên Bái", "Lào Cai"}, "24": {"Bắc Giang", "Bắc Ninh"}, "44": {"Quảng Bình", "Quảng Trị"}, "52": {"Bình Định", "Gia Lai"},
			"80": {"Long An", "Tây Ninh"}, "82": {"Tiền Giang", "Đồng Tháp"}, "91": {"Kiên Giang", "An Giang"},
		} {
			before, err := r.Lookup(code, date("2025-06-30"))
			if err != nil || before.Name.Vi != names[0] || before.ID != "VN63-"+code {
				t.Errorf("%s before: %v %v", code, before, err)
			}
			after, err := r.Lookup(code, date("2025-07-01"))
			if err != nil || after.Name.Vi != names[1] || after.ID != "VN34-"+code {
				t.Errorf("%s after: %v %v", code, after, err)
			}
		}
		if got := r.Reused(); !slices.Equal(got, []string{"15", "24", "44", "52", "80", "82", "91"}) {
			t.Errorf("reused codes: %v", got)
		}
	})
	t.Run("a code without a date is refused", func(t *testing.T) {
		if _, err := r.Lookup("24", stat.Date{}); fault.CodeOf(err) != "territory.no-date" {
			t.Error(err)
		}
	})
	t.Run("a code that ended says what it meant and where it went", func(t *testing.T) {
		_, err := r.Lookup("30", date("2025-12-31"))
		if fault.CodeOf(err) != "territory.code-ended" {
			t.Fatal(err)
		}
		for _, want := range []string{"Hải Dương", "Hải Phòng", "30/6/2025", "31/12/2025", "01, 04, 08"} {
			if !strings.Contains(fault.In(err, "vi"), want) {
				t.Errorf("%q lacks %q", fault.In(err, "vi"), want)
			}
		}
	})
	t.Run("a code that never was is refused with the codes there are", func(t *testing.T) {
		if _, err := r.Lookup("99", date("2025-12-31")); fault.CodeOf(err) != "territory.no-code" || !strings.Contains(err.Error(), "92, 96") {
			t.Error(err)
		}
	})
	t.Run("every code of both sets resolves on its days, with 63 and 34 provinces", func(t *testing.T) {
		for set, c := range map[territory.Set]struct {
			n  int
			on string
		}{set63: {63, "2024-12-31"}, set34: {34, "2026-11-01"}} {
			areas := r.Of(set)
			if len(areas) != c.n {
				t.Errorf("set %s has %d provinces", set, len(areas))
			}
			for _, a := range areas {
				got, err := r.Lookup(a.Code, date(c.on))
				if err != nil || got != a {
					t.Errorf("%s on %s: %v %v", a.Code, c.on, got, err)
				}
			}
			if r.ProvincesOn(date(c.on)) != set {
				t.Errorf("set on %s", c.on)
			}
		}
	})
}

func TestByName(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ name, on, want string }{
		{"Thừa Thiên Huế", "2024-01-01", "VN63-46"}, {"Huế", "2024-01-01", "VN63-46"}, {"thanh pho hue", "2026-01-01", "VN34-46"}, {"TT-Huế", "2020-01-01", "VN63-46"},
		{"TP.HCM", "2024-01-01", "VN63-79"}, {"TP. Hồ Chí Minh", "2026-01-01", "VN34-79"}, {"Thành phố Hồ Chí Minh", "2026-01-01", "VN34-79"}, {"HCMC", "2026-01-01", "VN34-79"}, {"tphcm", "2026-01-01", "VN34-79"},
		{"Tỉnh Thanh Hoá", "2024-01-01", "VN63-38"}, {"Khánh Hoà", "2026-01-01", "VN34-56"}, {"HOA BINH", "2024-01-01", "VN63-17"},
		{"Bà Rịa–Vũng Tàu", "2024-01-01", "VN63-77"}, {"BR-VT", "2024-01-01", "VN63-77"}, {"Dak Lak", "2026-01-01", "VN34-66"}, {norm.NFD.String("Đắk Nông"), "2024-01-01", "VN63-67"},
		{"Bắc Ninh", "2025-06-30", "VN63-27"}, {"Bắc Ninh", "2025-07-01", "VN34-24"}, {"cả nước", "2025-01-01", "VN"}, {"Việt Nam", "2025-01-01", "VN"},
		{"Đông Nam Bộ", "2025-10-05", "VNR25-DNB"}, {"Đông Nam Bộ", "2025-10-04", "VNR23-DNB"},
	} {
		a, err := r.ByName(c.name, date(c.on))
		if err != nil || a.ID != c.want {
			t.Errorf("%q on %s: %v %v, want %s", c.name, c.on, a, err, c.want)
		}
	}
	t.Run("a province that is gone is not found, one not yet there neither", func(t *testing.T) {
		if _, err := r.ByName("Hải Dương", date("2025-07-01")); fault.CodeOf(err) != "territory.no-name" {
			t.Error(err)
		}
	})
	t.Run("no two areas of one day fold to the same name", func(t *testing.T) {
		for _, on := range []string{"2024-01-01", "2026-01-01"} {
			for _, a := range r.Areas() {
				if !a.ValidOn(date(on)) || !a.IsProvince() {
					continue
				}
				for _, name := range []string{a.Name.Vi, a.Name.En, a.On(date(on)).Name.Vi} {
					if got, err := r.ByName(name, date(on)); err != nil || got != a {
						t.Errorf("%q on %s finds %v (%v), not %s", name, on, got, err, a.ID)
					}
				}
			}
		}
	})
}

func TestResolve(t *testing.T) {
	r := registry(t)
	for _, c := range []struct{ written, period, want string }{
		{"24", "2022", "VN63-24"}, {"24", "2025", "VN34-24"}, {"24", "2025-Q2", "VN63-24"}, {"24", "2025-Q3", "VN34-24"},
		{"24", "2025-S1", "VN63-24"}, {"VN34-24", "2020", "VN34-24"}, {"VN", "2020", "VN"}, {"VN_MIN", "2024", "VN_MIN"}, {"24", "2020-01-01/P6Y", "VN34-24"},
	} {
		a, err := r.Resolve(c.written, stat.MustPeriod(c.period))
		if err != nil || a.ID != c.want {
			t.Errorf("%s in %s: %v %v, want %s", c.written, c.period, a, err, c.want)
		}
	}
	for written, code := range map[string]string{"VN34-30": "territory.no-area", "27": "territory.code-ended", "00": "territory.no-code", "Bắc Ninh": "territory.name-not-code", "": "territory.no-area", "٢٤": "territory.no-area"} {
		if _, err := r.Resolve(written, stat.Year(2025)); fault.CodeOf(err) != code {
			t.Errorf("%q: %v, want %s", written, err, code)
		}
	}
}

func TestKindsOverTime(t *testing.T) {
	r := registry(t)
	cities := func(set territory.Set, on string) int {
		n := 0
		for _, a := range r.Of(set) {
			if a.On(date(on)).Kind == territory.City {
				n++
			}
		}
		return n
	}
	t.Run("Huế is a centrally-run city from 1 January 2025 and bore another name before", func(t *testing.T) {
		hue, _ := r.Area("VN63-46")
		before, after := hue.On(date("2024-12-31")), hue.On(date("2025-01-01"))
		if before.Kind != territory.Province || before.Name.Vi != "Thừa Thiên Huế" || after.Kind != territory.City || after.Name.Vi != "Huế" {
			t.Errorf("%+v %+v", before, after)
		}
	})
	t.Run("Đồng Nai is one from 30 April 2026", func(t *testing.T) {
		dn, _ := r.Area("VN34-75")
		if dn.On(date("2026-04-29")).Kind != territory.Province || dn.On(date("2026-04-30")).Kind != territory.City {
			t.Error(dn.On(date("2026-04-29")), dn.On(date("2026-04-30")))
		}
	})
	t.Run("there are 5, then 6 cities of 63, and 6, then 7 of 34", func(t *testing.T) {
		if a, b, c, d := cities("63", "2024-12-31"), cities("63", "2025-01-01"), cities("34", "2025-07-01"), cities("34", "2026-04-30"); a != 5 || b != 6 || c != 6 || d != 7 {
			t.Error(a, b, c, d)
		}
	})
	t.Run("every day of a province's life has exactly one name and kind", func(t *testing.T) {
		for _, a := range r.Areas() {
			if !a.IsProvince() {
				continue
			}
			for _, on := range []string{"2020-01-01", "2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01", "2026-04-29", "2026-04-30"} {
				if e := a.On(date(on)); a.ValidOn(date(on)) && (e.Name.Vi == "" || e.Mark == "") {
					t.Errorf("%s on %s: %+v", a.ID, on, e)
				}
			}
		}
	})
}

func TestRegions(t *testing.T) {
	r := registry(t)
	sizes := func(set territory.Set) map[string]int {
		out := map[string]int{}
		for _, a := range r.Of(set) {
			out[a.Name.Vi] = len(r.Members(a.ID))
		}
		return out
	}
	t.Run("the six regions of 2023 have 14, 11, 14, 5, 6 and 13 provinces", func(t *testing.T) {
		want := map[string]int{"Trung du và miền núi phía Bắc": 14, "Đồng bằng sông Hồng": 11, "Bắc Trung Bộ và Duyên hải miền Trung": 14, "Tây Nguyên": 5, "Đông Nam Bộ": 6, "Đồng bằng sông Cửu Long": 13}
		got := sizes(set23)
		for k, v := range want {
			if got[k] != v || len(got) != 6 {
				t.Errorf("%s: %d, want %d", k, got[k], v)
			}
		}
	})
	t.Run("the six regions of 2025 have 9, 6, 5, 6, 3 and 5", func(t *testing.T) {
		want := map[string]int{"Trung du và miền núi phía Bắc": 9, "Đồng bằng sông Hồng": 6, "Bắc Trung Bộ": 5, "Duyên hải Nam Trung Bộ và Tây Nguyên": 6, "Đông Nam Bộ": 3, "Đồng bằng sông Cửu Long": 5}
		got := sizes(set25)
		for k, v := range want {
			if got[k] != v || len(got) != 6 {
				t.Errorf("%s: %d, want %d", k, got[k], v)
			}
		}
	})
	t.Run("the land of Bắc Giang, Vĩnh Phúc and Long An changed region through the merger", func(t *testing.T) {
		for old, want := range map[string][2]string{"VN63-24": {"VNR23-TDMN", "VNR25-DBSH"}, "VN63-26": {"VNR23-DBSH", "VNR25-TDMN"}, "VN63-80": {"VNR23-DBCL", "VNR25-DNB"}, "VN63-60": {"VNR23-BTDH", "VNR25-NTTN"}} {
			before, err := r.RegionOf(old, date("2024-01-01"))
			if err != nil || before.ID != want[0] {
				t.Errorf("%s before: %v %v", old, before, err)
			}
			now, _ := r.Successor(old)
			after, err := r.RegionOf(now.ID, date("2026-01-01"))
			if err != nil || after.ID != want[1] {
				t.Errorf("%s after: %v %v", old, after, err)
			}
		}
	})
	t.Run("between the merger and the new regions a province has no region", func(t *testing.T) {
		if _, err := r.RegionOf("VN34-24", date("2025-08-01")); fault.CodeOf(err) != "territory.no-region" {
			t.Error(err)
		}
	})
}

func TestSuccession(t *testing.T) {
	r := registry(t)
	t.Run("63 old provinces make 34 new ones, 11 of them unchanged", func(t *testing.T) {
		var same []string
		total := 0
		for _, a := range r.Of(set34) {
			parts := r.Predecessors(a.ID)
			total += len(parts)
			if len(parts) == 1 {
				same = append(same, a.Code)
			}
			for _, p := range parts {
				if now, ok := r.Successor(p.ID); !ok || now != a {
					t.Errorf("%s leads to %v, not back to %s", p.ID, now, a.ID)
				}
			}
		}
		if total != 63 || !slices.Equal(same, []string{"01", "04", "11", "12", "14", "20", "22", "38", "40", "42", "46"}) {
			t.Error(total, same)
		}
	})
	t.Run("communes add to 3,321 after the merger and 10,051 on 4 January 2025; districts to 696", func(t *testing.T) {
		sum := func(set territory.Set, level, on string) (n int) {
			for _, a := range r.Of(set) {
				c, _ := r.Count(a.ID, level, date(on))
				n += c.Number
			}
			return n
		}
		for _, c := range []struct {
			set       territory.Set
			level, on string
			want      int
		}{{"34", "commune", "2026-01-01", 3321}, {"63", "commune", "2025-01-04", 10051}, {"63", "commune", "2025-03-01", 10047}, {"63", "district", "2025-01-04", 696}} {
			national, ok := r.Count("VN", c.level, date(c.on))
			if got := sum(c.set, c.level, c.on); got != c.want || !ok || national.Number != c.want {
				t.Errorf("%s of %s on %s: %d, nation %d, want %d", c.level, c.set, c.on, got, national.Number, c.want)
			}
		}
		if _, ok := r.Count("VN34-01", "commune", date("2025-06-30")); ok {
			t.Error("a count is known before its day")
		}
	})
}

func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, old, with, code string }{
		"a province of no area":              {"territory/regions.csv", "VN34-01,", "VN34-99,", "territory.bad-row"},
		"a date that is none":                {"territory/succession.csv", "2025-07-01", "2025-13-01", "territory.bad-row"},
		"a count that is none":               {"territory/counts.csv", ",126,", ",nhiều,", "territory.bad-row"},
		"an end before its start":            {"territory/episodes.csv", "2025-07-01,2026-04-29", "2025-07-01,2025-04-29", "territory.bad-row"},
		"another heading":                    {"territory/aliases.csv", "area,alias", "alias,area", "territory.bad-file"},
		"a province without a successor":     {"territory/succession.csv", "VN63-02,VN34-08,2025-07-01,,NQ 202/2025/QH15; QĐ 19/2025/QĐ-TTg,S\n", "", "territory.incomplete"},
		"a province that is listed twice":    {"catalog/codelists/CL_AREA.csv", "VN34-04,", "VN34-01,", "territory.bad-row"},
		"a part that went to no known place": {"territory/succession.csv", "VN34-80,NQ", "VN34-8,NQ", "territory.bad-row"},
		"a row with too few columns":         {"territory/aliases.csv", "VN,Việt Nam", "VN", "territory.bad-file"},
	} {
		t.Run(name, func(t *testing.T) {
			m := fstest.MapFS{}
			for _, dir := range []string{"territory", "catalog/codelists"} {
				files, err := fs.Glob(data.FS, dir+"/*.csv")
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range files {
					b, _ := fs.ReadFile(data.FS, f)
					if f == c.file {
						s := strings.Replace(string(b), c.old, c.with, 1)
						if s == string(b) {
							t.Fatalf("%s does not hold %q", f, c.old)
						}
						b = []byte(s)
					}
					m[f] = &fstest.MapFile{Data: b}
				}
			}
			if _, err := territory.Load(m); fault.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
	t.Run("a missing file", func(t *testing.T) {
		if _, err := territory.Load(fstest.MapFS{}); fault.CodeOf(err) != "territory.bad-file" {
			t.Error(err)
		}
	})
}
