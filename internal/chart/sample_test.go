package chart

import (
	"fmt"
	"strings"
	"sync"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/geo"
	"nhipso/internal/stat"
)

// The specifications below exercise every part of the drawing. Their figures are synthetic, made for the tests, except where a
// comment names the source.

func l(vi, en string) catalog.Label { return catalog.Label{Vi: vi, En: en} }

func fig(s string) Value { return Figure(stat.MustDecimal(s)) }

func dec(s string) *stat.Decimal { d := stat.MustDecimal(s); return &d }

func figs(list ...string) []Value {
	out := make([]Value, len(list))
	for i, s := range list {
		if s == "" {
			out[i] = Value{Status: stat.Unpublished}
		} else {
			out[i] = fig(s)
		}
	}
	return out
}

func years(from, to int) []stat.Period {
	var out []stat.Period
	for y := from; y <= to; y++ {
		out = append(out, stat.Year(y))
	}
	return out
}

func quarters(from stat.Period, n int) []stat.Period {
	var out []stat.Period
	for i := range n {
		out = append(out, from.Add(i))
	}
	return out
}

var testSource = l("số liệu giả lập dùng để kiểm thử", "synthetic figures for tests")

// sampleLine has everything a line chart can have: two parts with an interval, a nowcast, a ghost of an earlier vintage, a path, targets,
// a break and a merger.
func sampleLine() *Spec {
	s := &Spec{ID: "quarterly-share", Kind: Line, Decimals: 1,
		Title:    l("Tỷ trọng kinh tế số trong GDP, Việt Nam, theo quý, 2020–2026", "Share of the digital economy in GDP, Viet Nam, quarterly, 2020–2026"),
		Subtitle: l("% GDP, giá hiện hành; dải màu là khoảng 80 %; nét đứt là ước tính nhanh", "% of GDP, current prices; the band is the 80 % interval; dashed is a nowcast"),
		Unit:     l("% GDP", "% of GDP"), Source: testSource, Vintage: "05/01/2026",
		Periods: quarters(stat.Quarter(2020, 1), 28)}
	total := Series{ID: "total", Name: l("Kinh tế số", "Digital economy"), Colour: NSO}
	core := Series{ID: "core", Name: l("Kinh tế số lõi", "Core"), Colour: Core}
	dig := Series{ID: "digitalised", Name: l("Số hóa các ngành", "Digitalised industries"), Colour: Digitalised}
	old := Series{ID: "old", Name: l("công bố 12/2023", "published Dec 2023"), Style: Ghost}
	for i := range s.Periods {
		a := 7.6 + 0.03*float64(i) + 0.5*float64((i*7)%5-2)/2
		b := 4.8 + 0.025*float64(i) + 0.3*float64((i*3)%4-1)/2
		f := func(x float64) *stat.Decimal { d, _ := stat.FromFloat(x, 4); return &d }
		va, vb, vt, vo := Value{V: f(a)}, Value{V: f(b)}, Value{V: f(a + b)}, Value{V: f(a + b + 0.4)}
		wide := 0.35 + 0.02*float64(max(0, i-20)*max(0, i-20))/4
		vt.Low, vt.High = f(a+b-wide), f(a+b+wide)
		if i >= 24 {
			va.Status, vb.Status, vt.Status = stat.Forecast, stat.Forecast, stat.Forecast
		}
		if i > 15 {
			vo = Value{Status: stat.Missing}
		}
		core.Values, dig.Values, total.Values, old.Values = append(core.Values, va), append(dig.Values, vb), append(total.Values, vt), append(old.Values, vo)
	}
	s.Series = []Series{total, core, dig, old}
	s.Targets = []Target{{Name: l("Mục tiêu 2025: 20 %", "Target 2025: 20 %"), Value: stat.MustDecimal("20"), Period: stat.Quarter(2025, 4)}}
	s.Events = []Event{{Period: stat.Quarter(2021, 1), Name: l("Đổi năm gốc", "New base year")}, {Period: stat.Quarter(2025, 3), Name: l("Sắp xếp tỉnh, 01/7/2025", "Provinces merged, 1 Jul 2025")}}
	return s
}

// samplePath shows annual figures and the path to two targets.
func samplePath() *Spec {
	s := &Spec{ID: "path", Kind: Line, Decimals: 2, FromZero: true,
		Title: l("Tỷ trọng kinh tế số trong GDP và đường tới mục tiêu, Việt Nam, 2020–2030", "Share of the digital economy in GDP and the path to the targets, Viet Nam, 2020–2030"),
		Unit:  l("% GDP", "% of GDP"), Source: testSource, Vintage: "05/01/2026", Periods: years(2020, 2030)}
	actual := figs("12.66", "12.87", "12.83", "12.87", "13.17", "14.02", "", "", "", "", "")
	actual[5].Status = stat.Provisional
	s.Series = []Series{
		{ID: "actual", Name: l("Thực hiện", "Actual"), Colour: Accent, Values: actual},
		{ID: "needed", Name: l("Đường cần đi", "Required path"), Colour: Context, Style: Dashed, Values: figs("", "", "", "", "", "14.02", "16.33", "19.01", "22.14", "25.77", "30.00")},
	}
	s.Targets = []Target{
		{Name: l("Mục tiêu 2025: 20 %", "Target 2025: 20 %"), Value: stat.MustDecimal("20"), Period: stat.Year(2025)},
		{Name: l("Mục tiêu 2030: 30 %", "Target 2030: 30 %"), Value: stat.MustDecimal("30"), Period: stat.Year(2030)},
	}
	return s
}

func sampleShort() *Spec {
	return &Spec{ID: "annual-share", Kind: Line, Decimals: 2, Title: l("Tỷ trọng kinh tế số trong GDP, Việt Nam, 2020–2025", "Share of the digital economy in GDP, Viet Nam, 2020–2025"),
		Unit: l("% GDP", "% of GDP"), Source: testSource, Periods: years(2020, 2025),
		Series: []Series{{ID: "nso", Name: l("Cục Thống kê", "NSO"), Colour: NSO, Values: figs("12.66", "12.87", "12.83", "12.87", "13.17", "14.02")}}}
}

func sampleBar() *Spec {
	s := &Spec{ID: "growth", Kind: Bar, Decimals: 1, Title: l("Tốc độ tăng GDP, Việt Nam, theo quý, 2024–2026", "GDP growth, Viet Nam, quarterly, 2024–2026"),
		Unit: l("% so với cùng kỳ", "% on a year earlier"), Source: testSource, Periods: quarters(stat.Quarter(2024, 1), 11),
		Series: []Series{{ID: "gdp", Name: l("GDP", "GDP"), Values: figs("5.9", "7.2", "7.4", "7.6", "7.0", "8.1", "-1.2", "8.5", "", "7.9", "8.3")}}}
	s.Series[0].Values[10].Status = stat.Forecast
	return s
}

func sampleStacked() *Spec {
	return &Spec{ID: "parts", Kind: Stacked, Decimals: 2, Title: l("Thành phần của kinh tế số, Việt Nam, 2020–2025", "Parts of the digital economy, Viet Nam, 2020–2025"),
		Unit: l("% GDP", "% of GDP"), Source: testSource, Periods: years(2020, 2025),
		Series: []Series{
			{ID: "core", Name: l("Kinh tế số lõi", "Core"), Colour: Core, Values: figs("7.62", "7.87", "7.73", "7.87", "8.07", "8.60")},
			{ID: "digitalised", Name: l("Số hóa các ngành", "Digitalised industries"), Colour: Digitalised, Values: figs("5.04", "5.00", "5.10", "5.00", "5.10", "5.42")},
		}}
}

func sampleRanking() *Spec {
	s := &Spec{ID: "ranking", Kind: Ranking, Decimals: 1, Title: l("Tỷ trọng kinh tế số trong GRDP theo tỉnh, 2025", "Share of the digital economy in GRDP by province, 2025"),
		Unit: l("% GRDP", "% of GRDP"), Source: testSource, ItemHead: l("Tỉnh, thành phố", "Province")}
	x := Series{ID: "share", Name: l("Tỷ trọng", "Share")}
	for i, name := range []string{"Bắc Ninh", "Thái Nguyên", "Phú Thọ", "Hải Phòng", "Thành phố Hồ Chí Minh", "Hà Nội", "Đà Nẵng", "Huế", "Quảng Ninh", "Cần Thơ", "Đắk Lắk", "Lâm Đồng"} {
		s.Items = append(s.Items, Item{ID: fmt.Sprintf("VN34-%02d", i+1), Name: l(name, name), Strong: name == "Đà Nẵng"})
		v := fig(fmt.Sprintf("%.1f", 46.3-float64(i)*3.4))
		if i == 10 {
			v = Value{Status: stat.Unpublished}
		}
		if i == 11 {
			v = Value{V: dec("6.0"), Conf: stat.Confidential}
		}
		x.Values = append(x.Values, v)
	}
	s.Series = []Series{x}
	s.Targets = []Target{{Name: l("Cả nước: 14,0 %", "Viet Nam: 14.0 %"), Value: stat.MustDecimal("14.02")}}
	return s
}

func sampleDots() *Spec {
	s := sampleRanking()
	s.ID, s.Kind, s.Targets = "dots", Dots, nil
	for i := range s.Items {
		s.Items[i].Strong = false
	}
	s.Items = s.Items[:8]
	before := Series{ID: "before", Name: l("Năm 2024", "2024"), Colour: Context}
	s.Series[0].Name, s.Series[0].Values = l("Năm 2025", "2025"), s.Series[0].Values[:8]
	for i, v := range s.Series[0].Values {
		d := v.V.Sub(stat.MustDecimal("2.5")).Add(stat.Int(int64(i % 3)))
		before.Values = append(before.Values, Value{V: &d})
		low, high := v.V.Sub(stat.MustDecimal("0.9")), v.V.Add(stat.MustDecimal("0.9"))
		s.Series[0].Values[i].Low, s.Series[0].Values[i].High = &low, &high
	}
	s.Series = []Series{before, s.Series[0]}
	return s
}

func sampleBullet() *Spec {
	return &Spec{ID: "bullet", Kind: Bullet, Decimals: 1, Title: l("Chỉ tiêu kinh tế số năm 2025: thực hiện và mục tiêu", "Digital-economy indicators in 2025: actual and target"),
		Subtitle: l("%; vạch đứng là mục tiêu", "%; the upright tick is the target"), Unit: l("%", "%"), Source: testSource, ItemHead: l("Chỉ tiêu", "Indicator"),
		Items: []Item{
			{ID: "share", Name: l("Tỷ trọng kinh tế số trong GDP", "Digital economy in GDP"), Target: dec("20")},
			{ID: "retail", Name: l("Tỷ trọng thương mại điện tử trong tổng mức bán lẻ", "E-commerce in retail sales"), Target: dec("10")},
			{ID: "smartphone", Name: l("Dân số trưởng thành có điện thoại thông minh", "Adults with a smartphone"), Target: dec("80")},
			{ID: "signature", Name: l("Dân số trưởng thành có chữ ký số", "Adults with a digital signature"), Target: dec("50")},
			{ID: "workforce", Name: l("Lao động kinh tế số trong tổng lao động", "Digital workforce"), Target: dec("2")},
		},
		Series: []Series{{ID: "actual", Name: l("Thực hiện", "Actual"), Values: figs("14.0", "11.2", "86.3", "35.5", "")}}}
}

// testMaps are the maps of the built-in pack.
var testMaps = sync.OnceValue(func() *geo.Maps {
	m, err := geo.Load(data.FS)
	if err != nil {
		panic(err)
	}
	return m
})

func sampleMap(set string, kind Kind) *Spec {
	s := &Spec{ID: string(kind) + "-vn" + set, Kind: kind, Decimals: 1, Title: l("Tỷ trọng kinh tế số trong GRDP theo tỉnh, 2025", "Share of the digital economy in GRDP by province, 2025"),
		Unit: l("% GRDP", "% of GRDP"), Source: testSource, ItemHead: l("Tỉnh, thành phố", "Province"), Scale: Scale{Areas: set}, Maps: testMaps()}
	x := Series{ID: "share", Name: l("Tỷ trọng", "Share")}
	atlas, err := testMaps().Of(set)
	if err != nil {
		panic(err)
	}
	names := names63
	if set == "34" {
		names = names34
	}
	list := strings.Split(names, "|")
	for i, t := range atlas.Tiles {
		if t.Island != nil {
			continue
		}
		it := Item{ID: t.ID, Name: l(list[i], list[i]), Href: "/tinh/" + t.ID}
		if list[i] == "Thành phố Hồ Chí Minh" {
			it.Short = l("TP.HCM", "HCMC")
		}
		s.Items = append(s.Items, it)
		v := fig(fmt.Sprintf("%.1f", 5+float64((i*37)%101)/101*float64((i*37)%101)/101*41))
		if i%11 == 4 {
			v = Value{Status: stat.Unpublished}
		}
		if i%17 == 9 {
			v = Value{V: dec("9.9"), Conf: stat.Confidential}
		}
		x.Values = append(x.Values, v)
	}
	s.Series = []Series{x}
	return s
}

const names34 = "Hà Nội|Cao Bằng|Tuyên Quang|Điện Biên|Lai Châu|Sơn La|Lào Cai|Thái Nguyên|Lạng Sơn|Quảng Ninh|Bắc Ninh|Phú Thọ|Hải Phòng|Hưng Yên|Ninh Bình|Thanh Hóa|Nghệ An|Hà Tĩnh|Quảng Trị|Huế|Đà Nẵng|Quảng Ngãi|Gia Lai|Khánh Hòa|Đắk Lắk|Lâm Đồng|Đồng Nai|Thành phố Hồ Chí Minh|Tây Ninh|Đồng Tháp|Vĩnh Long|An Giang|Cần Thơ|Cà Mau"

const names63 = "Hà Nội|Hà Giang|Cao Bằng|Bắc Kạn|Tuyên Quang|Lào Cai|Điện Biên|Lai Châu|Sơn La|Yên Bái|Hòa Bình|Thái Nguyên|Lạng Sơn|Quảng Ninh|Bắc Giang|Phú Thọ|Vĩnh Phúc|Bắc Ninh|Hải Dương|Hải Phòng|Hưng Yên|Thái Bình|Hà Nam|Nam Định|Ninh Bình|Thanh Hóa|Nghệ An|Hà Tĩnh|Quảng Bình|Quảng Trị|Huế|Đà Nẵng|Quảng Nam|Quảng Ngãi|Bình Định|Phú Yên|Khánh Hòa|Ninh Thuận|Bình Thuận|Kon Tum|Gia Lai|Đắk Lắk|Đắk Nông|Lâm Đồng|Bình Phước|Tây Ninh|Bình Dương|Đồng Nai|Bà Rịa - Vũng Tàu|Thành phố Hồ Chí Minh|Long An|Tiền Giang|Bến Tre|Trà Vinh|Vĩnh Long|Đồng Tháp|An Giang|Kiên Giang|Cần Thơ|Hậu Giang|Sóc Trăng|Bạc Liêu|Cà Mau"

// sampleRank has the axis of ranks, which points down: figures with a gap, the path and a target.
func sampleRank() *Spec {
	return &Spec{ID: "rank", Kind: Line, Down: true, Title: l("Xếp hạng", "Rank"), Subtitle: l("hạng", "rank"), Unit: l("hạng", "rank"), Source: testSource, Periods: years(2021, 2030),
		Series: []Series{{ID: "rank", Name: l("Xếp hạng", "Rank"), Colour: Accent, Values: figs("86", "80", "", "71", "", "", "", "", "", "")},
			{ID: "path", Name: l("Lộ trình tăng đều", "Even path"), Colour: Context, Style: Dashed, Values: figs("86", "80", "74", "68", "62", "56", "50", "44", "37", "30")}},
		Targets: []Target{{Name: l("Mục tiêu 2030: 30", "Target 2030: 30"), Value: stat.MustDecimal("30"), Period: stat.Year(2030)}}}
}

// sampleBridge leads down, up and over a part that nobody explains.
func sampleBridge() *Spec {
	value := func(amount, low, high string) Value { return Value{V: dec(amount), Low: dec(low), High: dec(high)} }
	return &Spec{ID: "bridge", Kind: Bridge, Decimals: 2, FromZero: true, Title: l("Từ 12,83 % đến 14,50 %", "From 12.83 % to 14.50 %"), Subtitle: l("% GDP", "% of GDP"), Unit: l("% GDP", "% of GDP"), Source: testSource, ItemHead: l("Bước", "Step"),
		Items: []Item{{ID: "a", Name: l("Cơ quan thống kê", "Statistics office"), Strong: true}, {ID: "b", Name: l("Điều chỉnh sau đó của cơ quan thống kê", "Later revision"), Strong: false},
			{ID: "c", Name: l("Phần lõi", "Core")}, {ID: "d", Name: l("Chưa giải thích được", "Unexplained"), Pale: true}, {ID: "e", Name: l("Bộ", "Ministry"), Strong: true}},
		Series: []Series{{ID: "points", Name: l("Điểm %", "Points"), Values: []Value{value("12.83", "0", "12.83"), value("-0.16", "12.67", "12.83"), value("1.33", "12.67", "14"), value("0.5", "14", "14.5"), value("14.5", "0", "14.5")}}}}
}

func samples() []*Spec {
	return []*Spec{sampleBridge(), sampleRank(), sampleMap("34", Map), sampleMap("63", Map), sampleMap("34", Tiles), sampleMap("63", Tiles), sampleLine(), samplePath(), sampleTwoOffices(), sampleVintages(), sampleShort(), sampleBar(), sampleStacked(), sampleRanking(), sampleDots(), sampleBullet(), sampleFan(), sampleSwarm(), sampleMultiples(), sampleSlope(), sampleGrid(), sampleGoals()}
}
