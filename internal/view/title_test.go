package view

import (
	"strings"
	"testing"
	"unicode/utf8"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/stat"
)

func TestSeriesAreCalledAsAPersonWouldCallThem(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ flow, key, vi, en string }{
		{"DE_SHARE", "A.VN.NSO.TOTAL", "Tỷ trọng kinh tế số trong GDP của Việt Nam, theo cơ quan thống kê", "Share of the digital economy in Viet Nam’s GDP, by the statistics office"},
		{"DE_SHARE", "Q.VN.MIC.TOTAL", "Tỷ trọng kinh tế số trong GDP của Việt Nam, theo Bộ TT&TT (cũ), theo quý", "Share of the digital economy in Viet Nam’s GDP, by the former MIC, quarterly"},
		{"DE_SHARE", "A.VN34-24.NSO.TOTAL", "Tỷ trọng kinh tế số trong GRDP của Bắc Ninh (bản đồ 34 tỉnh), theo cơ quan thống kê", "Share of the digital economy in GRDP of Bac Ninh (map of 34 provinces), by the statistics office"},
		{"NA_VA", "A.VN.B1GQ.V", "GDP của Việt Nam theo giá hiện hành", "Viet Nam’s GDP at current prices"},
		{"NA_VA", "Q.VN.C.Q", "Giá trị tăng thêm của công nghiệp chế biến, chế tạo theo giá so sánh 2010, theo quý", "Value added of manufacturing at constant 2010 prices, quarterly"},
		{"IND", "A.VN.EGDI", "Xếp hạng phát triển chính phủ điện tử (EGDI) của Liên hợp quốc", "United Nations e-government development (EGDI) rank (Viet Nam)"},
	} {
		f, err := c.Dataflow(x.flow)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Names{Catalog: c}).Title(f, stat.Key(x.key)); got.Vi != x.vi || got.En != x.en {
			t.Errorf("%s/%s: %q, %q", x.flow, x.key, got.Vi, got.En)
		}
	}
}

// A dataflow of the nation and of provinces is called by what its shares are shares of.
func TestSharesAreOfWhatTheyAreSharesOf(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Dataflow("DE_SHARE")
	if err != nil {
		t.Fatal(err)
	}
	const nation, one, two = stat.Key("A.VN.NSO.TOTAL"), stat.Key("A.VN34-24.NSO.TOTAL"), stat.Key("A.VN63-27.MIC.TOTAL")
	for _, x := range []struct {
		keys   []stat.Key
		vi, en string
	}{
		{[]stat.Key{nation, "A.VN.MIC.CORE"}, "trong GDP", "in GDP"}, {[]stat.Key{one}, "trong GRDP", "in GRDP"}, {[]stat.Key{one, two}, "trong GRDP", "in GRDP"},
		{[]stat.Key{nation, two}, "trong GDP, GRDP", "in GDP and GRDP"}, {[]stat.Key{two, nation}, "trong GDP, GRDP", "in GDP and GRDP"}, {nil, "trong GDP, GRDP", "in GDP and GRDP"},
	} {
		if got := f.Called(x.keys...); !strings.HasSuffix(got.Vi, " "+x.vi) || !strings.HasSuffix(got.En, " "+x.en) {
			t.Errorf("%v: %q, %q", x.keys, got.Vi, got.En)
		}
	}
	gdp, err := c.Dataflow("NA_VA")
	if err != nil || gdp.Called("A.VN.B1GQ.V") != gdp.Name {
		t.Errorf("%v: %v", err, gdp)
	}
}

// A title stands in searches, citations and lists, where nothing around it says what is meant.
func TestNoTwoSeriesOfARealReleaseAreCalledTheSame(t *testing.T) {
	in, err := vietNam()
	if err != nil {
		t.Fatal(err)
	}
	n := Names{Catalog: in.catalog}
	seen := map[string]string{}
	series := 0
	for id, keys := range in.flows {
		f, err := in.catalog.Dataflow(id)
		if err != nil {
			t.Fatal(err)
		}
		for k := range keys {
			title := n.Title(f, k)
			for _, words := range []string{"vi " + title.Vi, "en " + title.En} {
				if other := seen[words]; other != "" {
					t.Errorf("%s/%s and %s are both %q", id, k, other, words)
				}
				if strings.ContainsAny(words, "{}[]") || strings.Contains(words, "  ") {
					t.Errorf("%s/%s: %q", id, k, words)
				}
				seen[words] = id + "/" + string(k)
			}
			if series++; utf8.RuneCountInString(title.Vi) > 125 && f.Topic != "DEMO" && f.Topic != "TGT" { // targets are called as their documents word them
				t.Errorf("%s/%s has a title of %d letters: %s", id, k, utf8.RuneCountInString(title.Vi), title.Vi)
			}
		}
	}
	if series < 2000 {
		t.Errorf("only %d series were read", series)
	}
}

func TestASeriesWithoutATitleIsNamedByItsCodes(t *testing.T) {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Dataflow("DE_SHARE")
	if err != nil {
		t.Fatal(err)
	}
	bare := *f
	bare.Titles = nil
	if got := (Names{Catalog: c}).Title(&bare, "A.VN.NSO.TOTAL").Vi; !strings.HasPrefix(got, f.Name.Vi+" (") {
		t.Error(got)
	}
}

func TestATitleIsShortenedByWholeParts(t *testing.T) {
	for _, x := range []struct {
		title, other, want string
		most               int
	}{
		{"Tỷ trọng kinh tế số", "", "Tỷ trọng kinh tế số", 19},
		{"Bảng nguồn và sử dụng (Hoa Kỳ 2017 – minh họa phương pháp)", "", "Bảng nguồn và sử dụng (Hoa Kỳ 2017)", 40},
		{"Bảng nguồn và sử dụng (Hoa Kỳ 2017 – minh họa phương pháp)", "", "Bảng nguồn và sử dụng", 30},
		{"Value added of trade in Viet Nam, by the statistics office, over a period", "", "Value added of trade in Viet Nam, by the statistics office", 60},
		{"Value added of trade in Viet Nam, by the statistics office, over a period", "X", "Value added of trade in Viet Nam", 40},
		{"Hồ sơ thủ tục hành chính được xử lý hoàn toàn trực tuyến", "Mục tiêu 942-A4, QĐ 942", "Mục tiêu 942-A4, QĐ 942", 30},
	} {
		if got := Within(x.title, x.most, x.other); got != x.want {
			t.Errorf("%q in %d: %q, want %q", x.title, x.most, got, x.want)
		}
	}
}
