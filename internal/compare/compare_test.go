package compare_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/compare"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

func flow(t *testing.T, id string) *catalog.Dataflow {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Dataflow(id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func figure(value string, pairs ...string) cube.Version {
	o := stat.Observation{Status: stat.Normal, Attributes: stat.Attributes{}}
	if value != "" {
		d := stat.MustDecimal(value)
		o.Value = &d
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Attributes[pairs[i]] = pairs[i+1]
	}
	return cube.Version{Observation: o}
}

func TestWhatIsAlike(t *testing.T) {
	share, dti, ind := flow(t, "DE_SHARE"), flow(t, "DTI"), flow(t, "IND")
	type of struct {
		flow      *catalog.Dataflow
		key, unit string
	}
	for name, c := range map[string]struct {
		a, b of
		want string
	}{
		"two provinces":                 {of{share, "A.VN34-24.NSO.TOTAL", "PC_GRDP"}, of{share, "A.VN34-19.NSO.TOTAL", "PC_GRDP"}, ""},
		"a province beside the nation":  {of{share, "A.VN34-24.NSO.TOTAL", "PC_GRDP"}, of{share, "A.VN.NSO.TOTAL", "PC_GDP"}, ""},
		"a part beside its whole":       {of{share, "A.VN.NSO.CORE", "PC_GDP"}, of{share, "A.VN.NSO.TOTAL", "PC_GDP"}, ""},
		"two definitions":               {of{share, "A.VN.NSO.TOTAL", "PC_GDP"}, of{share, "A.VN.MIC.TOTAL", "PC_GDP"}, "definition"},
		"years and quarters":            {of{share, "A.VN.MIC.TOTAL", "PC_GDP"}, of{share, "Q.VN.MIC.TOTAL", "PC_GDP"}, "frequency"},
		"score and rank":                {of{dti, "A.VN34-24.PROV.DTI2021.TOTAL.SCORE", "INDEX"}, of{dti, "A.VN34-24.PROV.DTI2021.TOTAL.RANK", "RANK"}, "unit measure"},
		"two versions of an index":      {of{dti, "A.VN34-24.PROV.DTI2021.TOTAL.SCORE", "INDEX"}, of{dti, "A.VN34-24.PROV.DTI2024.TOTAL.SCORE", "INDEX"}, "measure"},
		"two indicators of one unit":    {of{ind, "A.VN.GII", "RANK"}, of{ind, "A.VN.EGDI", "RANK"}, "measure"},
		"another dataflow":              {of{share, "A.VN.NSO.TOTAL", "PC_GDP"}, of{flow(t, "DE_SHARE_EST"), "A.VN.NSO.TOTAL", "PC_GDP"}, "measure"},
		"everything is told, in order":  {of{share, "A.VN.NSO.TOTAL", "PC_GDP"}, of{dti, "Q.VN34-24.PROV.DTI2021.TOTAL.RANK", "RANK"}, "unit definition measure frequency"},
		"a definition that is not said": {of{share, "A.VN.NSO.TOTAL", "PC_GDP"}, of{share, "A.VN.NS.TOTAL", "PC_GDP"}, "definition"},
	} {
		a, b := compare.What(c.a.flow, stat.Key(c.a.key), c.a.unit, ""), compare.What(c.b.flow, stat.Key(c.b.key), c.b.unit, "")
		var got []string
		for _, way := range a.Differs(b) {
			got = append(got, string(way))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: apart by %q, want %q", name, got, c.want)
		}
		if (a == b) != (c.want == "") {
			t.Errorf("%s: the same is %v", name, a == b)
		}
	}
	if one, other := compare.What(share, "A.VN.NSO.TOTAL", "VND", "9"), compare.What(share, "A.VN.NSO.TOTAL", "VND", "6"); len(one.Differs(other)) == 0 {
		t.Error("a power of ten is passed over")
	}
}

func TestPanelsKeepEveryLineOnceAndApartWhatIsNotAlike(t *testing.T) {
	share := flow(t, "DE_SHARE")
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) stat.Key {
			return stat.NewKey(rapid.SampledFrom([]string{"A", "Q"}).Draw(t, "f"), rapid.SampledFrom([]string{"VN", "VN34-01", "VN34-24"}).Draw(t, "a"), rapid.SampledFrom([]string{"NSO", "MIC"}).Draw(t, "d"),
				rapid.SampledFrom([]string{"TOTAL", "CORE"}).Draw(t, "c"))
		}), 1, 8).Draw(t, "keys")
		var lines []compare.Line
		for _, k := range keys {
			lines = append(lines, compare.Line{Flow: share, Key: k, Of: compare.What(share, k, "PC_GDP", "")})
		}
		panels, n := compare.Panels(lines), 0
		for i, p := range panels {
			n += len(p)
			for _, l := range p {
				if len(l.Of.Differs(p[0].Of)) > 0 {
					t.Fatalf("%s beside %s", l.ID(), p[0].ID())
				}
			}
			for _, q := range panels[:i] {
				if len(q[0].Of.Differs(p[0].Of)) == 0 {
					t.Fatalf("%s and %s stand apart", q[0].ID(), p[0].ID())
				}
			}
		}
		if n != len(lines) {
			t.Fatalf("%d of %d lines", n, len(lines))
		}
		if (len(compare.Reasons(panels)) == 0) != (len(panels) == 1) {
			t.Fatalf("%d panels for %v", len(panels), compare.Reasons(panels))
		}
	})
}

func TestPeriods(t *testing.T) {
	at := func(value string, year int) cube.Version {
		v := figure(value)
		v.Period = stat.Year(year)
		return v
	}
	lines := []compare.Line{{Figures: []cube.Version{at("1", 2020), at("2", 2021), at("", 2022)}}, {Figures: []cube.Version{at("3", 2021), at("4", 2022), at("5", 2023)}}}
	if got := compare.Periods(lines); len(got) != 4 || got[0] != stat.Year(2020) || got[3] != stat.Year(2023) {
		t.Errorf("%v", got)
	}
	if got := compare.Shared(lines); len(got) != 1 || got[0] != stat.Year(2021) {
		t.Errorf("a period without a value counts: %v", got)
	}
	if _, has := lines[0].At(stat.Year(2022)); has {
		t.Error("a figure without a value is one")
	}
}

func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		unit, a, b string
		digits     int
		want       string // "" for none
		printed    int
	}{
		"shares differ in points":             {"PC_GDP", "14.02", "10.81", 2, "3.21", 2},
		"a difference may be below zero":      {"PC", "8.1", "9.25", 2, "-1.15", 2},
		"unrounded figures are taken":         {"PC_GDP", "14.3187", "13.2051", 1, "1.1136", 1},
		"amounts are multiples":               {"VND", "2972536", "1588060", 0, "1.87", 2},
		"of a small part three digits count":  {"VND", "316054", "1588060", 0, "0.199", 3},
		"and of a very small one":             {"PERSONS", "1", "800", 0, "0.00125", 5},
		"nothing is no base":                  {"PERSONS", "5", "0", 0, "", 0},
		"less than nothing is no amount":      {"USD", "-2", "4", 0, "", 0},
		"a score has no zero":                 {"INDEX", "0.6512", "0.6031", 4, "0.0481", 4},
		"ranks differ in places":              {"RANK", "3", "8", 0, "-5", 0},
		"a class is no quantity":              {"CLASS", "3", "8", 0, "", 0},
		"what has no unit is no quantity":     {"", "3", "8", 0, "", 0},
		"a multiple of itself is one":         {"VND", "7", "7", 0, "1.00", 2},
		"a unit that nobody knows is counted": {"BUFFALOES", "6", "3", 0, "2.00", 2},
	} {
		d := compare.WayOf(c.unit).Of(figure(c.a), figure(c.b), c.digits)
		got := ""
		if d.Value != nil {
			got = d.Value.String()
		}
		if got != c.want || c.want != "" && d.Digits != c.printed {
			t.Errorf("%s: %q with %d digits, want %q with %d", name, got, d.Digits, c.want, c.printed)
		}
	}
}

func TestADifferenceIsKnownNoBetterThanItsFigures(t *testing.T) {
	a, b := figure("14", stat.AttrMark, "S"), figure("13", stat.AttrMark, "M")
	b.Status = stat.Estimated
	if d := compare.Points.Of(a, b, 0); d.Status != stat.Estimated || d.Mark != stat.MarkUnverified {
		t.Errorf("%+v", d)
	}
}

func TestOverlap(t *testing.T) {
	with := func(low, high string) cube.Version { return figure("1", stat.AttrLower, low, stat.AttrUpper, high) }
	for name, c := range map[string]struct {
		a, b cube.Version
		want bool
	}{
		"apart":               {with("1", "2"), with("3", "4"), false},
		"one in the other":    {with("1", "4"), with("2", "3"), true},
		"they touch":          {with("1", "2"), with("2", "4"), true},
		"one has no interval": {with("1", "4"), figure("2"), false},
	} {
		if got := compare.Points.Of(c.a, c.b, 0).Overlap; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestDifferencesAddUp(t *testing.T) {
	decimal := rapid.Custom(func(t *rapid.T) stat.Decimal {
		d, err := stat.FromFloat(float64(rapid.Int64Range(-1e9, 1e9).Draw(t, "n"))/1e4, 4)
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
	rapid.Check(t, func(t *rapid.T) {
		of := func(d stat.Decimal) cube.Version { return cube.Version{Observation: stat.Observation{Value: &d}} }
		x, y, z := of(decimal.Draw(t, "x")), of(decimal.Draw(t, "y")), of(decimal.Draw(t, "z"))
		for _, way := range []compare.Way{compare.Points, compare.Amount, compare.Ranks} {
			xy, yz, xz := way.Of(x, y, 2), way.Of(y, z, 2), way.Of(x, z, 2)
			if xy.Value.Add(*yz.Value).Cmp(*xz.Value) != 0 {
				t.Fatalf("%s: %s and %s are not %s", way, xy.Value, yz.Value, xz.Value)
			}
			if back := way.Of(y, x, 2); back.Value.Neg().Cmp(*xy.Value) != 0 {
				t.Fatalf("%s: %s and back %s", way, xy.Value, back.Value)
			}
		}
	})
}
