package composite

import (
	"encoding/csv"
	"math"
	"os"
	"reflect"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data/methods"
	"nhipso/internal/fault"
	"nhipso/internal/measure/measuretest"
)

type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
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

func inForce(t tester, level, day string) Method {
	t.Helper()
	m, err := InForce(shipped(t), "dti", level, day)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func evaluate(t tester, m Method, d Data) *Result {
	t.Helper()
	r, err := Evaluate(m, d)
	if err != nil {
		t.Fatal(err)
	}
	return r
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
		measuretest.Fails(t, err, "composite.outside-goalposts", "b", "v", "20", "15")
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
		measuretest.Fails(t, err, "composite.geometric-needs-positive", "c")
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
		measuretest.Fails(t, err, "composite.zero-divisor", "pop", "u")
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
		measuretest.Fails(t, err, "composite.not-finite", "index", "u")
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
			measuretest.Fails(t, m.Check(), c.code)
			_, err := Evaluate(m, Data{})
			measuretest.Fails(t, err, c.code)
		})
	}
	t.Run("weights of a node that does not exist", func(t *testing.T) {
		_, err := base().WithWeights(map[string]float64{"odd": 1}, "")
		measuretest.Fails(t, err, "composite.unknown-node", "odd")
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
			measuretest.Fails(t, err, c.code, c.place)
		})
	}
	for _, kind := range []string{"min-max", "z", "rank"} {
		t.Run("one unit alone has no spread for "+kind, func(t *testing.T) {
			m, _ := small()
			m.Normalise.Kind = kind
			_, err := Evaluate(m, Data{[]string{"u"}, map[string][]Reading{"a": {Is(1)}, "b": {Is(1)}, "c": {Is(1)}}})
			measuretest.Fails(t, err, "composite.no-spread", kind)
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
		measuretest.Fails(t, err, "composite.bad-method", "weight")
		_, err = Parse([]byte("code: [x\n"))
		measuretest.Fails(t, err, "composite.bad-method")
		_, err = Parse(nil)
		measuretest.Fails(t, err, "composite.empty-method")
		_, err = Parse([]byte("code: x\n---\ncode: y\n"))
		measuretest.Fails(t, err, "composite.bad-method")
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
