package chart

import (
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/stat"
)

var regions = []Group{{ID: "R1", Name: l("Trung du và miền núi phía Bắc", "Northern midlands and mountains"), Colour: ICT}, {ID: "R2", Name: l("Đồng bằng sông Hồng", "Red River Delta"), Colour: MIC},
	{ID: "R3", Name: l("Bắc Trung Bộ", "North Central"), Colour: Digitalised}, {ID: "R4", Name: l("Duyên hải Nam Trung Bộ và Tây Nguyên", "South Central Coast and Central Highlands"), Colour: Platform},
	{ID: "R5", Name: l("Đông Nam Bộ", "South East"), Colour: Core}, {ID: "R6", Name: l("Đồng bằng sông Cửu Long", "Mekong Delta"), Colour: Sector}}

func sampleSwarm() *Spec {
	s := &Spec{ID: "swarm", Kind: Swarm, Decimals: 4, Title: l("Chỉ số chuyển đổi số của 34 tỉnh, thành phố, 2024", "Digital transformation index of the 34 provinces, 2024"), Unit: l("điểm", "points"), Source: testSource,
		ItemHead: l("Tỉnh, thành phố", "Province"), GroupHead: l("Vùng", "Region"), Groups: slices.Clone(regions), Series: []Series{{ID: "value", Name: l("Chỉ số", "Index")}},
		Targets: []Target{{Name: l("Bình quân các tỉnh: 0,7012", "Mean of the provinces: 0.7012"), Value: stat.MustDecimal("0.7012")}}}
	for i, name := range strings.Split(names34, "|") {
		s.Items = append(s.Items, Item{ID: fmt.Sprintf("VN34-%02d", i), Name: l(name, name), Group: regions[i%6].ID})
		v := fig(fmt.Sprintf("%.4f", 0.58+float64((i*29)%34)*0.0055+float64((i*7)%5)*0.01))
		if i == 7 {
			v = Value{Status: stat.Unpublished}
		}
		s.Series[0].Values = append(s.Series[0].Values, v)
	}
	return s
}

func sampleMultiples() *Spec {
	s := &Spec{ID: "multiples", Kind: Multiples, Decimals: 2, Title: l("Tốc độ tăng GRDP của 34 tỉnh, thành phố, 2020–2025", "GRDP growth of the 34 provinces, 2020–2025"), Unit: l("%", "%"), Source: testSource, Periods: years(2020, 2025)}
	for i, name := range strings.Split(names34, "|") {
		x := Series{ID: fmt.Sprintf("VN34-%02d", i), Name: l(name, name)}
		for k := range s.Periods {
			v := fig(fmt.Sprintf("%.2f", 4+float64((i*29+k*13)%40)/5))
			if k == 1 && i%3 == 0 || i == 5 || i == 6 && k != 3 {
				v = Value{Status: stat.Unpublished}
			}
			x.Values = append(x.Values, v)
		}
		s.Series = append(s.Series, x)
	}
	s.Series = append(s.Series, Series{ID: "nation", Name: l("Cả nước", "Viet Nam"), Style: Ghost, Values: figs("2.9", "2.6", "8.1", "5.1", "7.1", "8.0")})
	return s
}

func sampleSlope() *Spec {
	s := &Spec{ID: "slope", Kind: Slope, Title: l("GRDP của 63 tỉnh nhập thành 34, 2024", "GRDP of 63 provinces as it comes together in 34, 2024"), Unit: l("tỷ đồng", "billion dong"), Source: testSource,
		ItemHead: l("Tỉnh, thành phố", "Province"), GroupHead: l("Tỉnh từ 01/7/2025", "Province from 1 Jul 2025"), Series: []Series{{ID: "value", Name: l("GRDP", "GRDP")}}}
	old, now := strings.Split(names63, "|"), strings.Split(names34, "|")
	sums := make([]stat.Decimal, len(now))
	for i, name := range old {
		g := i * len(now) / len(old)
		d := stat.Int(int64(20000 + (i*i*977)%250000))
		if name == "Thành phố Hồ Chí Minh" {
			d = stat.Int(1778000)
		}
		sums[g] = sums[g].Add(d)
		s.Items = append(s.Items, Item{ID: fmt.Sprintf("VN63-%02d", i), Name: l(name, name), Group: fmt.Sprintf("VN34-%02d", g)})
		s.Series[0].Values = append(s.Series[0].Values, Figure(d))
	}
	for g, name := range now {
		s.Groups = append(s.Groups, Group{ID: fmt.Sprintf("VN34-%02d", g), Name: l(name, name), Value: Figure(sums[g])})
	}
	return s
}

func sampleGrid() *Spec {
	s := &Spec{ID: "grid", Kind: Grid, Title: l("Các mục tiêu theo chủ đề và năm", "Targets by topic and year"), Source: testSource, ItemHead: l("Mục tiêu", "Target"), GroupHead: l("Chủ đề", "Topic"),
		Periods: []stat.Period{stat.Year(2022), stat.Year(2023), stat.Year(2024), stat.Year(2025), stat.Year(2026), stat.Year(2030), stat.Year(2045)}}
	names := []string{"Đạt được tính đến nay", "Có khả năng hoàn thành", "Cần tập trung", "Chưa đánh giá được", "Không có số liệu", "Đạt", "Không đạt", "Không có số liệu của năm hạn"}
	for i, g := range Signs() {
		s.Signs = append(s.Signs, Named{g, l(names[i], string(g))})
	}
	for i, t := range []string{"Kinh tế số", "Chính phủ số", "Xã hội số", "Hạ tầng số", "Nhân lực và doanh nghiệp công nghệ số", "An toàn, an ninh mạng"} {
		s.Groups = append(s.Groups, Group{ID: fmt.Sprint("T", i), Name: l(t, "Topic of some length "+fmt.Sprint(i))})
	}
	for i := range 145 {
		p := s.Periods[[]int{3, 5, 3, 5, 5, 1, 2, 4, 6, 0}[i%10]]
		s.Items = append(s.Items, Item{ID: fmt.Sprint("m", i), Name: l(fmt.Sprint("Mục tiêu số ", i), fmt.Sprint("Target ", i)), Group: fmt.Sprint("T", (i*i)%6), Period: p, Sign: Signs()[(i*5)%8]})
	}
	return s
}

// sampleFan is a forecast with three intervals at each year to come.
func sampleFan() *Spec {
	s := samplePath()
	s.ID, s.FromZero, s.Targets = "fan", false, s.Targets[1:]
	s.Series[1] = Series{ID: "forecast", Name: l("Dự báo", "Forecast"), Colour: Accent, Values: make([]Value, len(s.Periods))}
	s.Series[1].Values[5] = fig("14.02")
	for i := 6; i < len(s.Periods); i++ {
		h := float64(i - 5)
		v := fig(fmt.Sprintf("%.2f", 14.02+0.272*h))
		v.Status = stat.Forecast
		for _, r := range []struct {
			level int
			z     float64
		}{{50, 0.674}, {80, 1.282}, {95, 1.96}} {
			half, _ := stat.FromFloat(r.z*0.35*h, 2)
			v.Fan = append(v.Fan, Range{r.level, v.V.Sub(half), v.V.Add(half)})
		}
		s.Series[1].Values[i] = v
	}
	return s
}

func sampleGoals() *Spec {
	s := sampleGrid()
	s.ID, s.Kind, s.Decimals, s.Periods, s.Unit = "goals", Goals, 2, nil, l("%", "%")
	s.Groups = []Group{{ID: "share", Name: l("Tỷ trọng kinh tế số trong GDP", "Share of the digital economy in GDP")}, {ID: "trade", Name: l("Tỷ trọng thương mại điện tử trong tổng mức bán lẻ hàng hóa và doanh thu dịch vụ tiêu dùng", "Share of e-commerce in retail sales")}}
	s.Items, s.Series = nil, []Series{{ID: "actual", Name: l("Thực hiện", "Actual"), Colour: Accent}}
	for i, x := range []struct{ name, group, target, actual, note string }{{"QĐ 411 · 2025", "share", "20", "14.02", "còn thiếu 5,98 điểm phần trăm"}, {"QĐ 749 · 2030", "share", "30", "14.02", "còn thiếu 15,98 điểm phần trăm"},
		{"Thành phố Hồ Chí Minh · 2025", "share", "25", "", ""}, {"QĐ 411 · 2025", "trade", "10", "12", "vượt 2 điểm phần trăm"}} {
		v := Value{Status: stat.Unpublished}
		if x.actual != "" {
			v = fig(x.actual)
		}
		s.Items = append(s.Items, Item{ID: fmt.Sprint("g", i), Name: l(x.name, x.name), Group: x.group, Target: dec(x.target), Note: l(x.note, x.note), Sign: Signs()[i]})
		s.Series[0].Values = append(s.Series[0].Values, v)
	}
	return s
}

func stills() []*Spec {
	return []*Spec{sampleGoals(), sampleSwarm(), sampleMultiples(), sampleSlope(), sampleGrid()}
}
