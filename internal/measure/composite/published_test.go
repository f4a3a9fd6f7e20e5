package composite

import (
	"math"
	"testing"

	"nhipso/internal/measure/measuretest"
)

func TestDTI(t *testing.T) {
	t.Run("the version is picked by the day of the data", func(t *testing.T) {
		for day, version := range map[string]string{"2020-12-31": "2020", "2021-01-01": "2021-2023", "2023-12-31": "2021-2023", "2024-06-30": "2024", "2026-01-01": "2024"} {
			if m := inForce(t, "province", day); m.Version != version {
				t.Fatalf("%s is measured by %s", day, m.Version)
			}
		}
		_, err := InForce(shipped(t), "dti", "province", "2019-12-31")
		measuretest.Fails(t, err, "composite.no-version", "2019-12-31")
		_, err = InForce(append(shipped(t), shipped(t)...), "dti", "province", "2022-12-31")
		measuretest.Fails(t, err, "composite.two-versions")
		_, err = InForce(nil, "dti", "province", "2022")
		measuretest.Fails(t, err, "composite.bad-date")
	})
	t.Run("the points of every version that publishes them add to 1000", func(t *testing.T) {
		for _, m := range shipped(t) {
			if !m.weighted(m.Index) {
				if m.Version != "2024" || m.Level != "province" {
					t.Fatalf("%s %s has no weights", m.Version, m.Level)
				}
				continue
			}
			total := 0.0
			for _, p := range m.Index.Parts {
				total += m.weight(p)
			}
			if total != 1000 {
				t.Fatalf("%s %s: %g points", m.Version, m.Level, total)
			}
		}
	})
	t.Run("2021-2023: 98 components for provinces and 70 for ministries", func(t *testing.T) {
		for level, want := range map[string]int{"province": 98, "ministry": 70} {
			n := 0
			for _, p := range inForce(t, level, "2022-12-31").Index.Parts {
				n += p.Components
			}
			if n != want {
				t.Fatalf("%s: %d", level, n)
			}
		}
	})
	t.Run("the five published rows of 2022 come out to the fourth decimal", func(t *testing.T) {
		m := inForce(t, "province", "2022-12-31")
		d, published := golden(t, m)
		got, _ := evaluate(t, m, d).Node("dti")
		for i, want := range published {
			if s := got.Scores[i]; !s.Known || math.Abs(s.Value-want) > 0.0001 {
				t.Fatalf("%s: %.6f, published %.4f", d.Units[i], s.Value, want)
			}
			if got.Ranks[i] != i+1 {
				t.Fatalf("%s has rank %d", d.Units[i], got.Ranks[i])
			}
		}
		row := table(t, "dti_2022.csv")[0]
		if math.Abs(got.Scores[0].Value-number(t, row["pdti_computed"])) > 1e-12 {
			t.Fatal(got.Scores[0].Value)
		}
	})
	t.Run("2020: 400, 300 and 300 points", func(t *testing.T) {
		got, _ := evaluate(t, inForce(t, "province", "2020-06-30"), Data{Units: []string{"A"}, Readings: map[string][]Reading{
			"chinh_quyen_so": {Is(0.5)}, "kinh_te_so": {Is(0.25)}, "xa_hoi_so": {Is(0.75)}}}).Node("dti")
		if math.Abs(got.Scores[0].Value-0.5) > 1e-15 {
			t.Fatal(got.Scores[0].Value)
		}
	})
}

func TestDTI2024(t *testing.T) {
	t.Run("2024: the index is not assessable because its weights are not published, its parts are", func(t *testing.T) {
		m := inForce(t, "province", "2024-12-31")
		d, _ := golden(t, m)
		r := evaluate(t, m, d)
		index, _ := r.Node("dti")
		if s := index.Scores[0]; s.Known || s.Why != WhyWeights || index.Ranks[0] != 0 {
			t.Fatalf("%+v", s)
		}
		part, _ := r.Node("nhan_thuc")
		if s := part.Scores[0]; !s.Known || s.Value != 1 {
			t.Fatalf("%+v", s)
		}
		_, err := Ranking(m, d, Sensitivity{}, 1)
		measuretest.Fails(t, err, "composite.weights-unknown", "dti 2024")
		w := map[string]float64{}
		for _, p := range m.Index.Parts {
			w[p.Code] = 1
		}
		scenario, err := m.WithWeights(w, " (equal)")
		if err != nil {
			t.Fatal(err)
		}
		index, _ = evaluate(t, scenario, d).Node("dti")
		if !index.Scores[0].Known || scenario.Version != "2024 (equal)" {
			t.Fatalf("%+v", scenario.Version)
		}
		if m.Index.Parts[0].Weight != nil {
			t.Fatal("the scenario changed the method")
		}
	})
	t.Run("2024: a merged province has the simple average of its old provinces' main indices", func(t *testing.T) {
		m := inForce(t, "province", "2024-12-31")
		d, _ := golden(t, m)
		got, err := m.Merged(d, []Group{{"Đà Nẵng", []string{"Đà Nẵng"}}, {"mới", []string{"Quảng Ninh", "Thừa Thiên Huế", "Cần Thơ"}}, {"HCM", []string{"Thành phố Hồ Chí Minh"}}})
		if err != nil {
			t.Fatal(err)
		}
		if x := got.Readings["kinh_te_so"][1].Value; math.Abs(x-(0.5904+0.6787+0.7556)/3) > 1e-15 {
			t.Fatal(x)
		}
		if got.Readings["kinh_te_so"][0] != d.Readings["kinh_te_so"][0] {
			t.Fatal("an unmerged province changed")
		}
	})
	t.Run("merging is refused without a rule, with a province twice, unknown or left out", func(t *testing.T) {
		m := inForce(t, "province", "2024-12-31")
		d, _ := golden(t, m)
		_, err := inForce(t, "province", "2022-12-31").Merged(d, nil)
		measuretest.Fails(t, err, "composite.no-merge-rule")
		_, err = m.Merged(d, []Group{{"A", []string{"Đà Nẵng"}}})
		measuretest.Fails(t, err, "composite.unit-left-out", "Thành phố Hồ Chí Minh")
		_, err = m.Merged(d, []Group{{"A", []string{"Đà Nẵng", "Đà Nẵng"}}})
		measuretest.Fails(t, err, "composite.unit-twice", "Đà Nẵng")
		_, err = m.Merged(d, []Group{{"A", []string{"Paris"}}})
		measuretest.Fails(t, err, "composite.unknown-unit", "Paris")
		_, err = m.Merged(d, []Group{{"A", nil}})
		measuretest.Fails(t, err, "composite.empty-group", "A")
		d.Readings["kinh_te_so"][0].Known = false
		got, err := m.Merged(d, []Group{{"A", d.Units}})
		if err != nil || got.Readings["kinh_te_so"][0].Known || !got.Readings["xa_hoi_so"][0].Known {
			t.Fatal(got, err)
		}
	})
}

// asem builds the ASEM index: 49 indicators, 8 dimensions, 2 sub-indices.
func asem(t tester) (Method, Data) {
	t.Helper()
	m := Method{Code: "asem", Version: "1", From: "2018-01-01", Normalise: Normalise{Kind: "min-max"}, Missing: Missing{Rule: "omit"}}
	nodes, parents := map[string]*Node{}, map[string]string{}
	var order []string
	for _, row := range table(t, "asem_meta.csv") {
		if row["Type"] != "Indicator" && row["Type"] != "Aggregate" {
			continue
		}
		w := number(t, row["Weight"])
		n := &Node{Code: row["iCode"], Weight: &w, Down: row["Direction"] == "-1"}
		if row["Denominator"] != "NA" && row["Type"] == "Indicator" {
			n.Per = row["Denominator"]
		}
		nodes[n.Code], parents[n.Code] = n, row["Parent"]
		order = append(order, n.Code)
	}
	for _, code := range order { // levels come from the lowest up, so each part is complete when it is hung in
		if p := nodes[parents[code]]; p != nil {
			p.Parts = append(p.Parts, *nodes[code])
		} else {
			m.Index = *nodes[code]
		}
	}
	d := Data{Readings: map[string][]Reading{}}
	for _, row := range table(t, "asem_data.csv") {
		d.Units = append(d.Units, row["uCode"])
		for _, code := range m.Indicators() {
			var r Reading
			if row[code] != "NA" {
				r = Is(number(t, row[code]))
			}
			d.Readings[code] = append(d.Readings[code], r)
		}
	}
	return m, d
}

func TestASEM(t *testing.T) {
	m, d := asem(t)
	r := evaluate(t, m, d)
	index, _ := r.Node("Index")
	conn, _ := r.Node("Conn")
	sust, _ := r.Node("Sust")
	for i, row := range table(t, "asem_expected.csv") {
		for what, pair := range map[string][2]float64{"index": {index.Scores[i].Value, number(t, row["index"])},
			"conn": {conn.Scores[i].Value, number(t, row["conn"])}, "sust": {sust.Scores[i].Value, number(t, row["sust"])}} {
			if math.Abs(pair[0]-pair[1]) > 1e-11 {
				t.Fatalf("%s of %s: %.12f, want %.12f", what, row["unit"], pair[0], pair[1])
			}
		}
		if want := int(number(t, row["rank"])); index.Ranks[i] != want {
			t.Fatalf("%s has rank %d, want %d", row["unit"], index.Ranks[i], want)
		}
	}
}

func golden(t tester, m Method) (d Data, published []float64) {
	t.Helper()
	d.Readings = map[string][]Reading{}
	for _, row := range table(t, "dti_2022.csv") {
		d.Units = append(d.Units, row["province"])
		published = append(published, number(t, row["pdti_published"]))
		for _, code := range m.Indicators() {
			d.Readings[code] = append(d.Readings[code], Is(number(t, row[code])))
		}
	}
	return d, published
}
