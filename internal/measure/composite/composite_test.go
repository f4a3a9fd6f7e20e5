package composite

import (
	"encoding/csv"
	"math"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data/methods"
	"nhipso/internal/fault"
)

type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func wantCode(t tester, err error, code string, mentions ...string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("got error %v, want %s", err, code)
	}
	for _, lang := range []string{"vi", "en"} {
		s := fault.In(err, lang)
		if strings.Contains(s, "{") {
			t.Fatalf("unfilled sentence: %s", s)
		}
		for _, m := range mentions {
			if !strings.Contains(s, m) {
				t.Fatalf("%q does not mention %q", s, m)
			}
		}
	}
}

func table(t tester, file string) (rows []map[string]string) {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all[1:] {
		row := map[string]string{}
		for j, name := range all[0] {
			row[name] = r[j]
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t tester, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// shipped reads the methods that the system ships.
func shipped(t tester) []Method {
	t.Helper()
	entries, err := methods.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var out []Method
	for _, e := range entries {
		b, err := methods.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(b)
		if err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		out = append(out, m)
	}
	return out
}

func pick(t tester, level, day string) Method {
	t.Helper()
	m, err := Pick(shipped(t), "dti", level, day)
	if err != nil {
		t.Fatal(err)
	}
	return m
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

func evaluate(t tester, m Method, d Data) *Result {
	t.Helper()
	r, err := Evaluate(m, d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDTI(t *testing.T) {
	t.Run("the version is picked by the day of the data", func(t *testing.T) {
		for day, version := range map[string]string{"2020-12-31": "2020", "2021-01-01": "2021-2023", "2023-12-31": "2021-2023", "2024-06-30": "2024", "2026-01-01": "2024"} {
			if m := pick(t, "province", day); m.Version != version {
				t.Fatalf("%s is measured by %s", day, m.Version)
			}
		}
		_, err := Pick(shipped(t), "dti", "province", "2019-12-31")
		wantCode(t, err, "composite.no-version", "2019-12-31")
		_, err = Pick(append(shipped(t), shipped(t)...), "dti", "province", "2022-12-31")
		wantCode(t, err, "composite.two-versions")
		_, err = Pick(nil, "dti", "province", "2022")
		wantCode(t, err, "composite.bad-date")
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
			for _, p := range pick(t, level, "2022-12-31").Index.Parts {
				n += p.Components
			}
			if n != want {
				t.Fatalf("%s: %d", level, n)
			}
		}
	})
	t.Run("the five published rows of 2022 come out to the fourth decimal", func(t *testing.T) {
		m := pick(t, "province", "2022-12-31")
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
		got, _ := evaluate(t, pick(t, "province", "2020-06-30"), Data{Units: []string{"A"}, Readings: map[string][]Reading{
			"chinh_quyen_so": {Is(0.5)}, "kinh_te_so": {Is(0.25)}, "xa_hoi_so": {Is(0.75)}}}).Node("dti")
		if math.Abs(got.Scores[0].Value-0.5) > 1e-15 {
			t.Fatal(got.Scores[0].Value)
		}
	})
	t.Run("2024: the index is not assessable because its weights are not published, its parts are", func(t *testing.T) {
		m := pick(t, "province", "2024-12-31")
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
		wantCode(t, err, "composite.weights-unknown", "dti 2024")
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
		m := pick(t, "province", "2024-12-31")
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
		m := pick(t, "province", "2024-12-31")
		d, _ := golden(t, m)
		_, err := pick(t, "province", "2022-12-31").Merged(d, nil)
		wantCode(t, err, "composite.no-merge-rule")
		_, err = m.Merged(d, []Group{{"A", []string{"Đà Nẵng"}}})
		wantCode(t, err, "composite.unit-left-out", "Thành phố Hồ Chí Minh")
		_, err = m.Merged(d, []Group{{"A", []string{"Đà Nẵng", "Đà Nẵng"}}})
		wantCode(t, err, "composite.unit-twice", "Đà Nẵng")
		_, err = m.Merged(d, []Group{{"A", []string{"Paris"}}})
		wantCode(t, err, "composite.unknown-unit", "Paris")
		_, err = m.Merged(d, []Group{{"A", nil}})
		wantCode(t, err, "composite.empty-group", "A")
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

func ptr[T any](x T) *T { return &x }

// small is an index of two parts with one indicator each and one alone.
func small() (Method, Data) {
	m := Method{Code: "x", Version: "1", From: "2020-01-01", Normalise: Normalise{Kind: "min-max"}, Index: Node{Code: "index", Parts: []Node{
		{Code: "a", Weight: ptr(2.0)}, {Code: "b", Weight: ptr(1.0), Down: true}, {Code: "c", Weight: ptr(1.0)}}}}
	d := Data{Units: []string{"u", "v", "w"}, Readings: map[string][]Reading{
		"a": {Is(1), Is(3), Is(2)}, "b": {Is(10), Is(20), Is(15)}, "c": {Is(0), Is(4), Is(1)}}}
	return m, d
}

func values(r *Result, code string) []float64 {
	n, _ := r.Node(code)
	out := make([]float64, len(n.Scores))
	for i, s := range n.Scores {
		out[i] = s.Value
	}
	return out
}

func near(t tester, got, want []float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestRules(t *testing.T) {
	t.Run("min-max, smaller is better, weights", func(t *testing.T) {
		m, d := small()
		r := evaluate(t, m, d)
		near(t, values(r, "a"), []float64{0, 1, 0.5})
		near(t, values(r, "b"), []float64{1, 0, 0.5})
		near(t, values(r, "index"), []float64{0.25, 0.75, 0.4375})
		a, _ := r.Node("a")
		if a.Weight != 0.5 || a.Depth != 1 {
			t.Fatalf("%+v", a)
		}
	})
	t.Run("z has mean 0 and standard deviation 1", func(t *testing.T) {
		m, d := small()
		m.Normalise.Kind = "z"
		near(t, values(evaluate(t, m, d), "a"), []float64{-1, 1, 0})
		near(t, values(evaluate(t, m, d), "b"), []float64{1, -1, 0})
	})
	t.Run("rank shares ties", func(t *testing.T) {
		m, d := small()
		m.Normalise.Kind = "rank"
		d.Readings["a"] = []Reading{Is(5), Is(5), Is(1)}
		near(t, values(evaluate(t, m, d), "a"), []float64{0.75, 0.75, 0})
		near(t, values(evaluate(t, m, d), "b"), []float64{1, 0, 0.5})
	})
	t.Run("goalposts refuse or clip what lies outside", func(t *testing.T) {
		m, d := small()
		m.Normalise = Normalise{Kind: "goalposts", Low: ptr(0.0), High: ptr(20.0)}
		near(t, values(evaluate(t, m, d), "b"), []float64{0.5, 0, 0.25})
		m.Normalise.High = ptr(15.0)
		_, err := Evaluate(m, d)
		wantCode(t, err, "composite.outside-goalposts", "b", "v", "20", "15")
		m.Normalise.Clamp = true
		near(t, values(evaluate(t, m, d), "b"), []float64{1. / 3, 0, 0})
	})
	t.Run("none takes the values as they are", func(t *testing.T) {
		m, d := small()
		m.Normalise.Kind = "none"
		m.Index.Parts[1].Down = false
		near(t, values(evaluate(t, m, d), "index"), []float64{3, 7.5, 5})
	})
	t.Run("the geometric mean, with zero making zero", func(t *testing.T) {
		m, d := small()
		m.Aggregate, m.Normalise.Kind = "geometric", "none"
		m.Index.Parts[1].Down = false
		near(t, values(evaluate(t, m, d), "index"), []float64{0, math.Pow(9*20*4, 0.25), math.Pow(4*15*1, 0.25)})
		d.Readings["c"][1] = Is(-1)
		_, err := Evaluate(m, d)
		wantCode(t, err, "composite.geometric-needs-positive", "c")
	})
	t.Run("a divisor", func(t *testing.T) {
		m, d := small()
		m.Normalise.Kind = "none"
		m.Index.Parts[1].Down = false
		m.Index.Parts[2].Per = "pop"
		d.Readings["pop"] = []Reading{Is(1), Is(8), {}}
		r := evaluate(t, m, d)
		near(t, values(r, "c"), []float64{0, 0.5, 0})
		if n, _ := r.Node("index"); n.Scores[2].Known || n.Scores[2].Why != WhyMissing || n.Ranks[2] != 0 {
			t.Fatal("a missing divisor went unseen")
		}
		d.Readings["pop"][0] = Is(0)
		_, err := Evaluate(m, d)
		wantCode(t, err, "composite.zero-divisor", "pop", "u")
	})
	t.Run("missing readings follow the declared rule", func(t *testing.T) {
		for rule, want := range map[string]Score{
			"":       {Why: WhyMissing},
			"refuse": {Why: WhyMissing},
			"omit":   {Value: (2*0 + 0) / 3., Known: true},
			"zero":   {Value: 0, Known: true},
			"mean":   {Value: 0.5 / 4, Known: true},
		} {
			m, d := small()
			m.Missing.Rule = rule
			d.Readings["b"] = []Reading{{}, Is(20), Is(15)}
			n, _ := evaluate(t, m, d).Node("index")
			if got := n.Scores[0]; got.Known != want.Known || math.Abs(got.Value-want.Value) > 1e-12 || got.Why != want.Why {
				t.Fatalf("%q: %+v", rule, got)
			}
		}
	})
	t.Run("omit needs the declared coverage", func(t *testing.T) {
		m, d := small()
		d.Readings["b"][0].Known = false
		for coverage, known := range map[float64]bool{0.75: true, 0.76: false} {
			m.Missing = Missing{"omit", coverage}
			if n, _ := evaluate(t, m, d).Node("index"); n.Scores[0].Known != known {
				t.Fatalf("coverage %g", coverage)
			}
		}
	})
	t.Run("an indicator missing everywhere is not assessable and not an error", func(t *testing.T) {
		m, d := small()
		for _, rule := range []string{"refuse", "mean"} {
			m.Missing.Rule = rule
			d.Readings["b"] = make([]Reading, 3)
			if n, _ := evaluate(t, m, d).Node("index"); n.Scores[1].Known {
				t.Fatal(rule)
			}
		}
	})
	t.Run("ties share a rank and the next is skipped, on published decimals", func(t *testing.T) {
		s := []Score{{Value: 0.70001, Known: true}, {Value: 0.8, Known: true}, {Value: 0.70003, Known: true}, {}, {Value: 0.1, Known: true}}
		if got := Ranks(s, ptr(4)); !reflect.DeepEqual(got, []int{2, 1, 2, 0, 4}) {
			t.Fatal(got)
		}
		if got := Ranks(s, nil); !reflect.DeepEqual(got, []int{3, 1, 2, 0, 4}) {
			t.Fatal(got)
		}
	})
	t.Run("equal weights must be declared; one part alone needs none", func(t *testing.T) {
		m, d := small()
		for i := range m.Index.Parts {
			m.Index.Parts[i].Weight = nil
		}
		if n, _ := evaluate(t, m, d).Node("index"); n.Scores[0].Known {
			t.Fatal("weights were invented")
		}
		m.Weights = "equal"
		near(t, values(evaluate(t, m, d), "index"), []float64{1. / 3, 2. / 3, (0.5 + 0.5 + 0.25) / 3})
		m.Weights = ""
		m.Index.Parts = m.Index.Parts[:1]
		near(t, values(evaluate(t, m, Data{d.Units, map[string][]Reading{"a": d.Readings["a"]}}), "index"), []float64{0, 1, 0.5})
	})
	t.Run("numbers whose sum leaves the range are refused, not returned as infinity", func(t *testing.T) {
		m, d := small()
		m.Normalise.Kind = "none"
		m.Index.Parts[1].Down = false
		d.Readings["a"][0], d.Readings["c"][0] = Is(math.MaxFloat64), Is(math.MaxFloat64)
		_, err := Evaluate(m, d)
		wantCode(t, err, "composite.not-finite", "index", "u")
	})
	t.Run("an unscored part is listed but not counted", func(t *testing.T) {
		m, d := small()
		m.Index.Parts = append(m.Index.Parts, Node{Code: "extra", Unscored: true})
		near(t, values(evaluate(t, m, d), "index"), []float64{0.25, 0.75, 0.4375})
	})
}

func TestProperties(t *testing.T) {
	t.Run("an index of 0-1 scores lies between its least and greatest part, geometric below arithmetic", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			k := rapid.IntRange(1, 6).Draw(t, "parts")
			m := Method{Code: "x", Version: "1", From: "2020-01-01", Normalise: Normalise{Kind: "none"}, Index: Node{Code: "index"}}
			d := Data{Units: []string{"u"}, Readings: map[string][]Reading{}}
			low, high := 1.0, 0.0
			for i := range k {
				code := strconv.Itoa(i)
				m.Index.Parts = append(m.Index.Parts, Node{Code: code, Weight: ptr(rapid.Float64Range(0.1, 9).Draw(t, "weight"))})
				x := rapid.Float64Range(0, 1).Draw(t, "x")
				low, high = math.Min(low, x), math.Max(high, x)
				d.Readings[code] = []Reading{Is(x)}
			}
			a := values(evaluate(t, m, d), "index")[0]
			m.Aggregate = "geometric"
			g := values(evaluate(t, m, d), "index")[0]
			if a < low-1e-12 || a > high+1e-12 || g > a+1e-12 || g < low-1e-12 {
				t.Fatalf("least %g, geometric %g, arithmetic %g, greatest %g", low, g, a, high)
			}
		})
	})
	t.Run("min-max, z and rank do not depend on the unit of an indicator; the order of units does not matter", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			m, d := small()
			m.Normalise.Kind = rapid.SampledFrom([]string{"min-max", "z", "rank"}).Draw(t, "kind")
			for code := range d.Readings {
				for i := range d.Readings[code] {
					d.Readings[code][i].Value += rapid.Float64Range(0, 0.4).Draw(t, "x")
				}
			}
			want := values(evaluate(t, m, d), "index")
			scale, shift := rapid.Float64Range(0.01, 100).Draw(t, "scale"), rapid.Float64Range(-50, 50).Draw(t, "shift")
			turned := Data{Units: []string{"w", "v", "u"}, Readings: map[string][]Reading{}}
			for code, rs := range d.Readings {
				for i := range rs {
					turned.Readings[code] = append(turned.Readings[code], Is(rs[2-i].Value*scale+shift))
				}
			}
			got := values(evaluate(t, m, turned), "index")
			for i := range want {
				if math.Abs(got[2-i]-want[i]) > 1e-8 {
					t.Fatalf("got %v, want %v", got, want)
				}
			}
		})
	})
	t.Run("scaling all weights changes nothing, and ranks are those of the scores", func(t *testing.T) {
		m, d := small()
		r := evaluate(t, m, d)
		for i := range m.Index.Parts {
			m.Index.Parts[i].Weight = ptr(*m.Index.Parts[i].Weight * 37)
		}
		near(t, values(evaluate(t, m, d), "index"), values(r, "index"))
		if !reflect.DeepEqual(r.Nodes[0].Ranks, []int{3, 1, 2}) {
			t.Fatal(r.Nodes[0].Ranks)
		}
	})
}

func TestSensitivity(t *testing.T) {
	m, d := asem(t)
	s := Sensitivity{Draws: 400, Seed: 42, Normalisations: []string{"min-max", "rank", "z"}}
	run := func(t *testing.T, s Sensitivity, workers int) *Robustness {
		t.Helper()
		r, err := Ranking(m, d, s, workers)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("the same seed gives the same bits on any number of workers", func(t *testing.T) {
		want := run(t, s, 1)
		for _, workers := range []int{2, 3, 16} {
			if got := run(t, s, workers); !reflect.DeepEqual(got, want) {
				t.Fatalf("%d workers differ", workers)
			}
		}
		other := s
		other.Seed = 43
		if reflect.DeepEqual(run(t, other, 2).Units, want.Units) {
			t.Fatal("the seed has no effect")
		}
	})
	t.Run("the first draws of a longer run are those of a shorter one", func(t *testing.T) {
		longer := s
		longer.Draws = 500
		short, long := run(t, s, 2), run(t, longer, 2)
		for i := range short.Units {
			for r := range short.Units[i].Counts {
				if short.Units[i].Counts[r] > long.Units[i].Counts[r] {
					t.Fatal("a draw changed")
				}
			}
		}
	})
	t.Run("every draw ranks every unit, and intervals hold their median", func(t *testing.T) {
		wide := 0
		for _, u := range run(t, s, 2).Units {
			total := 0
			for _, c := range u.Counts {
				total += c
			}
			if total != 400 || u.Low > u.Median || u.Median > u.High || u.Low < 1 || u.High > 51 || u.Mean < 1 {
				t.Fatalf("%+v", u)
			}
			wide += u.High - u.Low
		}
		if wide == 0 {
			t.Fatal("no rank varies")
		}
	})
	t.Run("without variation every draw gives the declared rank", func(t *testing.T) {
		for _, u := range run(t, Sensitivity{Draws: 10, Weights: "none"}, 2).Units {
			if u.Low != u.Rank || u.High != u.Rank {
				t.Fatalf("%+v", u)
			}
		}
	})
	t.Run("a wider spread does not narrow the intervals on the whole", func(t *testing.T) {
		width := func(spread float64, kind string) (w int) {
			for _, u := range run(t, Sensitivity{Draws: 400, Spread: spread, Weights: kind}, 2).Units {
				w += u.High - u.Low
			}
			return w
		}
		if a, b, c := width(0.05, "uniform"), width(0.5, "uniform"), width(0.5, "simplex"); a >= b || b >= c {
			t.Fatalf("widths %d, %d, %d", a, b, c)
		}
	})
	t.Run("settings that cannot be run are refused before any draw", func(t *testing.T) {
		for _, bad := range []Sensitivity{{Draws: -1}, {Spread: 2}, {Coverage: 1}, {Spread: math.NaN()}} {
			_, err := Ranking(m, d, bad, 1)
			wantCode(t, err, "composite.bad-sensitivity")
		}
		for _, bad := range []Sensitivity{{Weights: "odd"}, {Normalisations: []string{"goalposts"}}, {Normalisations: []string{"odd"}}, {Aggregations: []string{"odd"}}} {
			_, err := Ranking(m, d, bad, 1)
			wantCode(t, err, "composite.unknown-rule")
		}
		_, err := Ranking(m, d, Sensitivity{Normalisations: []string{"z"}, Aggregations: []string{"geometric"}}, 1)
		wantCode(t, err, "composite.geometric-needs-positive")
	})
	t.Run("random numbers are spread evenly", func(t *testing.T) {
		var bins [10]int
		for i := range 10_000 {
			bins[int(counter{7, uint64(i)}.at(3)*10)]++
		}
		for _, n := range bins {
			if n < 880 || n > 1120 {
				t.Fatal(bins)
			}
		}
	})
}

func TestMethodIsChecked(t *testing.T) {
	base := func() Method { m, _ := small(); return m }
	for name, c := range map[string]struct {
		change func(*Method)
		code   string
	}{
		"no code":              {func(m *Method) { m.Code = "" }, "composite.unnamed"},
		"no node code":         {func(m *Method) { m.Index.Parts[0].Code = "" }, "composite.unnamed"},
		"bad first day":        {func(m *Method) { m.From = "2020" }, "composite.bad-date"},
		"ends before it began": {func(m *Method) { m.Until = "2019-01-01" }, "composite.bad-date"},
		"unknown missing rule": {func(m *Method) { m.Missing.Rule = "guess" }, "composite.unknown-rule"},
		"unknown weights":      {func(m *Method) { m.Weights = "pca" }, "composite.unknown-rule"},
		"unknown merger":       {func(m *Method) { m.Merge = &Merge{Rule: "sum"} }, "composite.unknown-rule"},
		"unknown aggregation":  {func(m *Method) { m.Aggregate = "harmonic" }, "composite.unknown-rule"},
		"unknown scale":        {func(m *Method) { m.Normalise.Kind = "log" }, "composite.unknown-rule"},
		"decimals":             {func(m *Method) { m.Decimals = ptr(-1) }, "composite.unknown-rule"},
		"coverage":             {func(m *Method) { m.Missing.Coverage = 2 }, "composite.bad-coverage"},
		"code twice":           {func(m *Method) { m.Index.Parts[1].Code = "a" }, "composite.code-twice"},
		"negative weight":      {func(m *Method) { m.Index.Parts[1].Weight = ptr(-1.0) }, "composite.bad-weight"},
		"all weights zero": {func(m *Method) {
			for i := range m.Index.Parts {
				m.Index.Parts[i].Weight = ptr(0.0)
			}
		}, "composite.no-weight"},
		"nothing scored": {func(m *Method) {
			for i := range m.Index.Parts {
				m.Index.Parts[i].Unscored = true
			}
		}, "composite.no-weight"},
		"goalposts missing": {func(m *Method) { m.Normalise.Kind = "goalposts" }, "composite.bad-goalposts"},
		"goalposts turned":  {func(m *Method) { m.Normalise = Normalise{Kind: "goalposts", Low: ptr(2.0), High: ptr(1.0)} }, "composite.bad-goalposts"},
		"direction without": {func(m *Method) { m.Normalise.Kind = "none" }, "composite.none-has-no-direction"},
		"geometric with z":  {func(m *Method) { m.Normalise.Kind, m.Aggregate = "z", "geometric" }, "composite.geometric-needs-positive"},
		"deep": {func(m *Method) {
			n := Node{Code: "bottom"}
			for i := range 30 {
				n = Node{Code: "d" + strconv.Itoa(i), Parts: []Node{n}}
			}
			m.Index = n
		}, "composite.too-deep"},
	} {
		t.Run(name, func(t *testing.T) {
			m := base()
			c.change(&m)
			wantCode(t, m.Check(), c.code)
			_, err := Evaluate(m, Data{})
			wantCode(t, err, c.code)
		})
	}
	t.Run("weights of a node that does not exist", func(t *testing.T) {
		_, err := base().WithWeights(map[string]float64{"odd": 1}, "")
		wantCode(t, err, "composite.unknown-node", "odd")
	})
}

func TestDataIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Data)
		code   string
		place  string
	}{
		"no units":          {func(d *Data) { d.Units = nil }, "composite.no-units", ""},
		"unit twice":        {func(d *Data) { d.Units[1] = "u" }, "composite.unit-twice", "u"},
		"indicator absent":  {func(d *Data) { delete(d.Readings, "b") }, "composite.absent-indicator", "b"},
		"indicator unknown": {func(d *Data) { d.Readings["zz"] = make([]Reading, 3) }, "composite.unknown-indicator", "zz"},
		"short":             {func(d *Data) { d.Readings["b"] = d.Readings["b"][:2] }, "composite.shape", "b"},
		"NaN":               {func(d *Data) { d.Readings["b"][2] = Is(math.NaN()) }, "composite.not-finite", "w"},
		"no spread":         {func(d *Data) { d.Readings["b"] = []Reading{Is(1), Is(1), Is(1)} }, "composite.no-spread", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			m, d := small()
			c.change(&d)
			_, err := Evaluate(m, d)
			wantCode(t, err, c.code, c.place)
		})
	}
	for _, kind := range []string{"min-max", "z", "rank"} {
		t.Run("one unit alone has no spread for "+kind, func(t *testing.T) {
			m, _ := small()
			m.Normalise.Kind = kind
			_, err := Evaluate(m, Data{[]string{"u"}, map[string][]Reading{"a": {Is(1)}, "b": {Is(1)}, "c": {Is(1)}}})
			wantCode(t, err, "composite.no-spread", kind)
		})
	}
}

func TestParse(t *testing.T) {
	t.Run("JSON and YAML give the same method", func(t *testing.T) {
		y, err := Parse([]byte("code: x\nversion: '1'\nfrom: 2020-01-01\nnormalise: {kind: none}\nindex: {code: i, parts: [{code: a, weight: 1.5}]}\n"))
		if err != nil {
			t.Fatal(err)
		}
		j, err := Parse([]byte(`{"code":"x","version":"1","from":"2020-01-01","normalise":{"kind":"none"},"index":{"code":"i","parts":[{"code":"a","weight":1.5}]}}`))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(y, j) {
			t.Fatalf("%+v\n%+v", y, j)
		}
	})
	t.Run("unknown fields, bad syntax, nothing and two documents are refused", func(t *testing.T) {
		_, err := Parse([]byte("code: x\nweight: 3\n"))
		wantCode(t, err, "composite.bad-method", "weight")
		_, err = Parse([]byte("code: [x\n"))
		wantCode(t, err, "composite.bad-method")
		_, err = Parse(nil)
		wantCode(t, err, "composite.empty-method")
		_, err = Parse([]byte("code: x\n---\ncode: y\n"))
		wantCode(t, err, "composite.bad-method")
	})
}

func FuzzParse(f *testing.F) {
	entries, err := methods.Files.ReadDir(".")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		b, err := methods.Files.ReadFile(e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"code":"x","version":"1","from":"2020-01-01","normalise":{"kind":"none"},"index":{"code":"i"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil {
			if fault.CodeOf(err) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		d := Data{Units: []string{"u", "v"}, Readings: map[string][]Reading{}}
		for _, code := range m.Indicators() {
			d.Readings[code] = []Reading{Is(0.25), Is(0.75)}
		}
		r, err := Evaluate(m, d)
		if err != nil {
			return
		}
		for _, n := range r.Nodes {
			for _, s := range n.Scores {
				if s.Known && !finite(s.Value) {
					t.Fatalf("%s is %g", n.Code, s.Value)
				}
			}
		}
	})
}
