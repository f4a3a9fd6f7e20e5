package scenario

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
)

func base() Assumptions {
	return Assumptions{StartYear: 2025, StartShare: 14.02, TargetYear: 2030, TargetShare: 30, GDPReal: 10, GDPPrices: 3, DigitalPrices: 3, Electronics: 30,
		ElectronicsReal: 15, OtherReal: 12, Shape: "even-ratio", GDP: 12847600, Value: 3200000}
}

// nothing is known of the start year beyond what the assumptions hold.
func nothing(a Assumptions) Assumptions { return a }

// withCore is a start year of which core and taxes are known: 60 % of the digital economy are core, taxes take 10 % of GDP.
func withCore(a Assumptions) Assumptions {
	a.Core, a.Taxes = 60, 10
	return a
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestAScenarioWorkedByHand(t *testing.T) {
	r, err := Compute(base())
	if err != nil {
		t.Fatal(err)
	}
	ratio := math.Pow(30/14.02, 0.2)
	near(t, "growth in volume that 30 % takes", r.Real, 100*(1.10*ratio-1))
	near(t, "growth at current prices", r.Rate, 100*(1.10*1.03*ratio-1))
	near(t, "multiple of GDP growth", *r.Multiple, (1.10*ratio-1)/0.10)
	// Two parts of 30 and 70 that grow 15 and 12 per cent, against GDP that grows 10; prices cancel.
	want := 14.02 * (0.3*math.Pow(1.15, 5) + 0.7*math.Pow(1.12, 5)) / math.Pow(1.10, 5)
	near(t, "projected share of 2030", *r.Final, want)
	near(t, "gap", *r.Gap, want-30)
	if len(r.Years) != 6 || r.Years[0].Year != 2025 || r.Years[5].Year != 2030 {
		t.Fatalf("%+v", r.Years)
	}
	near(t, "the path lands on the target", r.Years[5].Required, 30)
	near(t, "GDP of 2030", *r.Years[5].GDP, 12847600*math.Pow(1.10*1.03, 5))
	near(t, "digital value added of 2030", *r.Years[5].ProjectedVA, *r.Years[5].GDP*want/100)
	near(t, "κ", *r.Kappa, 30*0.1402*12847600/3200000)
	for n := 1; ; n++ {
		if share := 14.02 * (0.3*math.Pow(1.15, float64(n)) + 0.7*math.Pow(1.12, float64(n))) / math.Pow(1.10, float64(n)); share >= 30 {
			if r.Reached != 2025+n {
				t.Errorf("reached in %d, want %d", r.Reached, 2025+n)
			}
			break
		}
	}
}

func TestTheCoefficientOfDigitalisationWorkedByHand(t *testing.T) {
	a := withCore(base())
	free, err := Compute(a)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Compute(base())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "left empty, it changes nothing", *free.Final, *plain.Final)
	near(t, "and the year reached neither", float64(free.Reached), float64(plain.Reached))
	start, last := free.Years[0], free.Years[5]
	near(t, "core of 2025", *start.Core, 0.6*14.02)
	near(t, "coefficient of 2025", *start.Coefficient, 100*0.4*14.02/(90-0.6*14.02))
	// Electronics are 30 of the 60 parts of the core; GDP grows 10 %.
	core := 14.02 * (0.3*math.Pow(1.15, 5) + 0.3*math.Pow(1.12, 5)) / math.Pow(1.10, 5)
	near(t, "core of 2030", *last.Core, core)
	near(t, "coefficient that growth implies", *last.Coefficient, 100*(14.02*0.4*math.Pow(1.12/1.10, 5))/(90-core))
	near(t, "coefficient that meets the target", *free.Needed, 100*(30-core)/(90-core))

	a.Coefficient = ref(12)
	set, err := Compute(a)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "share of 2030 with a coefficient of 12 %", *set.Final, core+0.12*(90-core))
	near(t, "it lands where it is set", *set.Years[5].Coefficient, 12)
	near(t, "it gets there in equal steps", *set.Years[2].Coefficient, *start.Coefficient+(12-*start.Coefficient)*2/5)
	near(t, "growth and share belong together", *set.Years[1].Projected, 14.02*(1+*set.Years[1].ProjectedRate/100)/(1.10*1.03))
	near(t, "growth in volume", (1+*set.Years[1].ProjectedReal/100)*1.03, 1+*set.Years[1].ProjectedRate/100)
	near(t, "what is needed does not depend on it", *set.Needed, *free.Needed)

	a.Coefficient = set.Needed
	met, err := Compute(a)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the needed coefficient meets the target", *met.Final, 30)
}

func TestACoefficientNeedsACore(t *testing.T) {
	for name, x := range map[string]struct {
		known       func(Assumptions) Assumptions
		text        map[string]string
		field, code string
	}{
		"nothing is known of the start year":  {nothing, map[string]string{"he-so": "9"}, "he-so", "scenario.no-coefficient"},
		"electronics larger than their core":  {withCore, map[string]string{"he-so": "9", "dien-tu": "70"}, "dien-tu", "scenario.electronics-above-core"},
		"a coefficient of more than it all":   {withCore, map[string]string{"he-so": "101"}, "he-so", "scenario.out-of-range"},
		"a coefficient below nothing":         {withCore, map[string]string{"he-so": "-1"}, "he-so", "scenario.out-of-range"},
		"electronics that are the whole core": {withCore, map[string]string{"he-so": "9", "dien-tu": "60"}, "", ""},
		"a core and taxes that leave nothing": {func(a Assumptions) Assumptions { a.Core, a.Taxes = 99, 10; return a }, map[string]string{"he-so": "9", "ty-trong": "95"}, "he-so", "scenario.no-coefficient"},
	} {
		t.Run(name, func(t *testing.T) {
			a, faults := Read(base(), func(name string) string { return x.text[name] }, x.known)
			if x.code == "" && len(faults) == 0 && *a.Coefficient == 9 {
				return
			}
			if len(faults) != 1 || faults[0].Code != x.code || faults[0].Where.Column != x.field {
				t.Errorf("%v", faults)
			}
		})
	}
	t.Run("left empty nothing is asked", func(t *testing.T) {
		a, faults := Read(base(), func(name string) string { return map[string]string{"dien-tu": "70"}[name] }, withCore)
		r, err := Compute(a)
		if len(faults) != 0 || err != nil || r.Needed != nil || r.Years[0].Core != nil {
			t.Errorf("%v %v %+v", faults, err, r)
		}
	})
}

func TestEdgesOfAScenario(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*Assumptions)
		want   func(Result) bool
	}{
		"a target already met is reached at the start": {func(a *Assumptions) { a.TargetShare = 10 }, func(r Result) bool { return r.Reached == 2025 && r.Rate < 13.3 }},
		"slower than GDP it is never reached":          {func(a *Assumptions) { a.ElectronicsReal, a.OtherReal = 5, 5 }, func(r Result) bool { return r.Reached == 0 && *r.Gap < 0 }},
		"a share that would pass the whole of GDP is not given": {func(a *Assumptions) { a.ElectronicsReal, a.OtherReal = 100, 100 }, func(r Result) bool {
			return r.Overflow == 2029 && r.Final == nil && r.Years[5].Projected == nil && r.Years[3].Projected != nil
		}},
		"without growth of GDP there is no multiple":                {func(a *Assumptions) { a.GDPReal = 0 }, func(r Result) bool { return r.Multiple == nil }},
		"without levels there are shares only":                      {func(a *Assumptions) { a.GDP, a.Value = 0, 0 }, func(r Result) bool { return r.Kappa == nil && r.Years[5].GDP == nil && r.Years[5].Projected != nil }},
		"a digital economy of electronics alone grows as they do":   {func(a *Assumptions) { a.Electronics = 100 }, func(r Result) bool { return math.Abs(*r.Years[1].ProjectedReal-15) < 1e-9 }},
		"cheaper digital goods lower the share at the same volumes": {func(a *Assumptions) { a.DigitalPrices = 0 }, func(r Result) bool { return *r.Final < 17 && math.Abs(*r.Years[1].ProjectedReal-12.9) < 1e-9 }},
	} {
		t.Run(name, func(t *testing.T) {
			a := base()
			x.change(&a)
			r, err := Compute(a)
			if err != nil || !x.want(r) {
				t.Errorf("%+v (%v)", r, err)
			}
		})
	}
}

func TestGrowingAsRequiredFollowsTheRequiredPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := base()
		a.StartShare, a.TargetShare = rapid.Float64Range(1, 60).Draw(t, "share"), rapid.Float64Range(1, 60).Draw(t, "target")
		a.TargetYear = a.StartYear + rapid.IntRange(1, MaxYears).Draw(t, "years")
		a.GDPReal, a.GDPPrices, a.DigitalPrices = rapid.Float64Range(-5, 15).Draw(t, "gdp"), rapid.Float64Range(-5, 15).Draw(t, "prices"), rapid.Float64Range(-5, 15).Draw(t, "digital prices")
		first, err := Compute(a)
		if err != nil {
			t.Fatal(err)
		}
		a.ElectronicsReal, a.OtherReal = first.Real, first.Real
		r, err := Compute(a)
		if err != nil {
			t.Fatal(err)
		}
		for _, y := range r.Years {
			if y.Projected == nil || math.Abs(*y.Projected-y.Required) > 1e-7*y.Required {
				t.Fatalf("%d: %v, required %v", y.Year, y.Projected, y.Required)
			}
		}
	})
}

func TestNoInputGivesNonsense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]string{"dang": rapid.SampledFrom(append(Shapes(), "", "x")).Draw(t, "shape")}
		for _, f := range Fields() {
			values[f.ID] = rapid.SampledFrom([]string{"", "0", "99", "100", "-50", "1e3", "NaN", "Inf", "0x1p3", "1_0", "12,5", "1.2.3", "  7 ", "–5", strings.Repeat("9", 40)}).Draw(t, f.ID)
		}
		for _, y := range Years() {
			values[y] = rapid.SampledFrom([]string{"", "2010", "2024", "2050", "2051", "1999", "2030.5", "1e9", "99999999999999999999"}).Draw(t, y)
		}
		known := rapid.SampledFrom([]func(Assumptions) Assumptions{nothing, withCore}).Draw(t, "known")
		a, faults := Read(base(), func(name string) string { return values[name] }, known)
		if len(faults) > 0 {
			for _, f := range faults {
				if f.Where.Column == "" || strings.Contains(f.In("vi"), "{") || strings.Contains(f.In("en"), "{") {
					t.Fatalf("%v", f)
				}
			}
			return
		}
		r, err := Compute(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(r); err != nil { // neither NaN nor an infinity can be written
			t.Fatal(err)
		}
	})
}

func TestReadTakesADecimalCommaAndSaysWhatIsWrong(t *testing.T) {
	a, faults := Read(base(), func(name string) string {
		return map[string]string{"gdp": "10,5", "nam-dich": "2045", "dang": "even-points"}[name]
	}, nothing)
	if len(faults) > 0 || a.GDPReal != 10.5 || a.TargetYear != 2045 || a.Shape != "even-points" || a.StartShare != 14.02 {
		t.Errorf("%+v %v", a, faults)
	}
	for name, x := range map[string]struct{ field, text, code string }{
		"words":                      {"gdp", "mười", "scenario.not-a-number"},
		"hexadecimal":                {"gdp", "0x10", "scenario.not-a-number"},
		"a share beyond the whole":   {"ty-trong", "140", "scenario.out-of-range"},
		"a half year":                {"nam-goc", "2025.5", "scenario.not-a-number"},
		"a start before any figure":  {"nam-goc", "1990", "scenario.year-outside"},
		"a target before its start":  {"nam-dich", "2020", "scenario.target-year"},
		"a target beyond a lifetime": {"nam-dich", "2090", "scenario.target-year"},
		"a shape that is none":       {"dang", "zigzag", "scenario.shape"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := Read(base(), func(name string) string { return map[string]string{x.field: x.text}[name] }, nothing)
			if len(faults) != 1 || faults[0].Code != x.code || faults[0].Where.Column != x.field {
				t.Errorf("%v", faults)
			}
		})
	}
}

func TestWhatMayBeSaved(t *testing.T) {
	ok := Saved{Name: "Tăng tốc sau 2026", By: "Vụ Kinh tế số", Assumptions: base()}
	if f := ok.Check(); len(f) > 0 {
		t.Error(f)
	}
	for name, x := range map[string]struct {
		change func(*Saved)
		code   string
	}{
		"no name":                   {func(s *Saved) { s.Name = " " }, "scenario.empty"},
		"nobody":                    {func(s *Saved) { s.By = "" }, "scenario.empty"},
		"a name too long":           {func(s *Saved) { s.Name = strings.Repeat("ă", MaxName+1) }, "scenario.too-long"},
		"a name of two lines":       {func(s *Saved) { s.Name = "a\nb" }, "scenario.bad-text"},
		"a name that turns the eye": {func(s *Saved) { s.Name = "a\u202eb" }, "scenario.bad-text"},
		"a name that is not text":   {func(s *Saved) { s.Name = "a\xff" }, "scenario.bad-text"},
		"assumptions out of bounds": {func(s *Saved) { s.StartShare = 0 }, "scenario.out-of-range"},
	} {
		t.Run(name, func(t *testing.T) {
			s := ok
			x.change(&s)
			if f := s.Check(); len(f) != 1 || f[0].Code != x.code {
				t.Errorf("%v", f)
			}
		})
	}
}

func TestIdentifiersCannotBeGuessed(t *testing.T) {
	a, err := NewID(bytes.NewReader(make([]byte, 16)))
	if err != nil || !IsID(a) {
		t.Fatal(a, err)
	}
	b, _ := NewID(bytes.NewReader(bytes.Repeat([]byte{0xff}, 16)))
	if a == b || !IsID(b) {
		t.Error(a, b)
	}
	if _, err := NewID(bytes.NewReader([]byte{1})); err == nil {
		t.Error("an identifier of too little chance")
	}
	for _, s := range []string{"", "abc", strings.ToUpper(a), a + "a", "../" + a[3:]} {
		if IsID(s) {
			t.Errorf("%q passes for an identifier", s)
		}
	}
	if fault.CodeOf(fault.New("scenario.not-found")) == "" {
		t.Error("no such fault")
	}
}
