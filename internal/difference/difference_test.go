package difference

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/view"
)

// published are figures as a reader of all of them sees them.
type published []cube.Version

func (p published) History(flow, pattern string) (out []cube.Version) {
	for _, o := range p {
		if o.Dataflow == flow && o.Key.Matches(pattern) {
			out = append(out, o)
		}
	}
	return out
}

func (p published) Read(flow, pattern string) (out []cube.Version) {
	for _, o := range p.History(flow, pattern) {
		i := slices.IndexFunc(out, func(x cube.Version) bool { return x.Cell() == o.Cell() })
		switch {
		case i < 0:
			out = append(out, o)
		case !o.Vintage.Date.Before(out[i].Vintage.Date):
			out[i] = o
		}
	}
	return out
}

// packed reads the shares of the built-in pack.
func packed(t *testing.T) (*catalog.Catalog, published) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	var out published
	for _, name := range []string{"observations/de_share.csv", "observations/de_share_provinces.csv", "observations/digital_sector.csv", "observations/na_va_quarterly.csv", "observations/na_va_annual.csv"} {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := reference.Read(bytes.NewReader(b), name, c, areas, reference.Options{SentAt: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Entries {
			out = append(out, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation, Message: int64(len(out) + 1)})
		}
	}
	return c, out
}

func shares(t *testing.T) Shares {
	t.Helper()
	s, ok := Of(packed(t))
	if !ok {
		t.Fatal("the pack has no shares to compare")
	}
	return s
}

// told writes the steps of a bridge: kind, role, amount and where it then stands.
func told(b *Bridge) string {
	out := []string{fmt.Sprintf("%s %d %s=%s", b.Area, b.Year, b.From.Definition.ID, b.From.Figure.Value)}
	for _, x := range b.Steps {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s", x.Kind, x.Role))+fmt.Sprintf(" %s→%s %s", x.Amount, x.After, x.Mark))
	}
	return strings.Join(append(out, fmt.Sprintf("%s=%s", b.To.Definition.ID, b.To.Figure.Value)), "; ")
}

func TestTheBridgesOfThePack(t *testing.T) {
	s := shares(t)
	for _, x := range []struct {
		name  string
		asked Asked
		want  string
	}{
		{"what is not asked for is the newest year that the statistics office and another have: nothing of its gap is explained", Asked{},
			"VN 2024 NSO=13.17; unexplained 5.13→18.30 D; MIC=18.3"},
		{"a year whose parts are printed on both sides is led over the vintage that printed them", Asked{Year: 2022},
			"VN 2022 NSO=12.83; revised-from -0.16→12.67 D; part core 1.25→13.92 D; part rest 0.33→14.25 D; rounding 0.01→14.26 D; unexplained 0.00→14.26 D; MIC=14.26"},
		{"the other way round every step changes its sign", Asked{Year: 2022, From: "MIC", To: "NSO"},
			"VN 2022 MIC=14.26; part core -1.25→13.01 D; part rest -0.33→12.68 D; rounding -0.01→12.67 D; revised-to 0.16→12.83 D; unexplained 0.00→12.83 D; NSO=12.83"},
		{"the ministry was lower once", Asked{Year: 2021}, "VN 2021 NSO=12.87; unexplained -0.96→11.91 D; MIC=11.91"},
		{"parts on one side only explain nothing", Asked{Year: 2023}, "VN 2023 NSO=12.87; unexplained 3.63→16.50 D; MIC=16.5"},
		{"one total divided by its model", Asked{Year: 2022, From: "MIC", To: "PTIT"}, "VN 2022 MIC=14.26; part core 0.00→14.26 D; part rest 0.00→14.26 D; unexplained 0.00→14.26 D; PTIT=14.26"},
		{"a city whose number two sources give", Asked{Area: "VN63-79", Year: 2022}, "VN63-79 2022 MIC=18.66; unexplained 0.20→18.86 D; MIC_PRESS=18.86"},
	} {
		b, err := s.Bridge(x.asked)
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
			continue
		}
		if got := told(b); got != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.name, got, x.want)
		}
	}
}

// TestEveryBridgeIsRecomputedFromTheFiles reads the printed figures straight from the file, without the reader of the program, and adds up.
func TestEveryBridgeIsRecomputedFromTheFiles(t *testing.T) {
	s := shares(t)
	printed := map[string]map[string]bool{} // area.definition.component.year → the numbers that were ever printed
	for _, name := range []string{"observations/de_share.csv", "observations/de_share_provinces.csv"} {
		f, err := data.FS.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			k := strings.Join(r[2:6], ".")
			if printed[k] == nil {
				printed[k] = map[string]bool{}
			}
			if r[6] != "" {
				printed[k][stat.MustDecimal(r[6]).String()] = true
			}
		}
	}
	count := 0
	for _, area := range s.Areas() {
		for _, y := range s.Years(area) {
			for _, from := range y.Definitions {
				for _, to := range y.Definitions {
					if from == to {
						continue
					}
					b, err := s.Bridge(Asked{Area: area, From: from, To: to, Year: y.Year})
					if err != nil {
						t.Error(err)
						continue
					}
					count++
					at := *b.From.Figure.Value
					for i, x := range b.Steps {
						if at = at.Add(x.Amount); at.Cmp(x.After) != 0 {
							t.Errorf("%s: step %d stands at %s, not %s", told(b), i, x.After, at)
						}
						if (x.Kind == Unexplained) != (i == len(b.Steps)-1) {
							t.Errorf("%s: the remainder is not the last step", told(b))
						}
						for _, o := range []*Operand{x.From, x.To} {
							for _, v := range restsOf(o) {
								k := s.flow.CodeOf(v.Key, "REF_AREA") + "." + s.flow.CodeOf(v.Key, "DEFINITION") + "." + s.flow.CodeOf(v.Key, "COMPONENT") + "." + v.Period.String()
								if !printed[k][v.Value.String()] {
									t.Errorf("%s: %s = %s was never printed", told(b), k, v.Value)
								}
								if v.Attributes[stat.AttrSource] == "" {
									t.Errorf("%s: a figure without a document", told(b))
								}
							}
						}
						if x.From != nil && x.To != nil && x.To.Value.Sub(x.From.Value).Cmp(x.Amount) != 0 {
							t.Errorf("%s: step %d is not the difference of what it names", told(b), i)
						}
					}
					if at.Cmp(*b.To.Figure.Value) != 0 {
						t.Errorf("%s does not arrive", told(b))
					}
				}
			}
		}
	}
	if count < 12 {
		t.Errorf("only %d bridges", count)
	}
}

func restsOf(o *Operand) []cube.Version {
	if o == nil {
		return nil
	}
	return o.Rests
}

// TestTheClueIsBesideTheBridge computes it by hand: 476,933 of the 2,497,000-odd and 2,749,000-odd billion of two quarters.
func TestTheClueIsBesideTheBridge(t *testing.T) {
	s := shares(t)
	for year, want := range map[int]string{2024: "2024-S1 2 8.16 true", 2023: "2023 1 7.42 true", 2022: "", 2021: ""} {
		b, err := s.Bridge(Asked{Year: year})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range b.Clues {
			for _, lang := range []string{"vi", "en"} {
				if said := (Speaker{view.Names{Catalog: s.catalog}, lang}).Clue(b, c); strings.Contains(said, "{") || len(said) < 100 {
					t.Errorf("%q", said)
				}
			}
			got = fmt.Sprint(c.Figure.Period, " ", len(c.Base), " ", c.Other.Value, " ", c.Outside)
			sum := stat.Int(0)
			for _, o := range c.Base {
				sum = sum.Add(*o.Value)
			}
			if back := c.Share.Mul(sum).Sub(c.Figure.Value.Mul(stat.Int(100))).Abs(); back.Cmp(stat.MustDecimal("0.001")) > 0 {
				t.Errorf("%d: %s is not the share", year, c.Share)
			}
		}
		if got != want {
			t.Errorf("%d: got %q, want %q", year, got, want)
		}
	}
}

func TestTheAnswerHasItsFigures(t *testing.T) {
	s := shares(t)
	for _, x := range []struct {
		asked    Asked
		lang     string
		contains []string
	}{
		{Asked{}, "vi", []string{"Năm 2024", "13,17\u00a0% GDP", "18,30\u00a0% GDP", "lệch 5,13 điểm\u00a0%", "chưa giải thích được"}},
		{Asked{Year: 2022}, "vi", []string{"phần lõi +1,25 điểm\u00a0%", "phần ngoài lõi +0,33", "về số 12,67", "toàn bộ chênh lệch"}},
		{Asked{Year: 2022}, "en", []string{"2022: Statistics office", "14.26\u00a0% of GDP", "the core +1.25 percentage points"}},
		{Asked{Year: 2021}, "en", []string{"a difference of 0.96 percentage points"}},
		{Asked{Area: "VN63-79", Year: 2022}, "vi", []string{"Thành phố Hồ Chí Minh", "% GRDP"}},
		{Asked{Year: 2022, From: "MIC", To: "PTIT"}, "en", []string{"both give 14.26"}},
	} {
		b, err := s.Bridge(x.asked)
		if err != nil {
			t.Fatal(err)
		}
		said := Speaker{view.Names{Catalog: s.catalog}, x.lang}.Answer(b)
		for _, want := range x.contains {
			if !strings.Contains(said, want) || strings.Contains(said, "{") {
				t.Errorf("%q is not in %q", want, said)
			}
		}
	}
}

func TestWhatIsNotThereIsRefused(t *testing.T) {
	s := shares(t)
	for _, x := range []struct {
		code  string
		asked Asked
	}{{"difference.no-year", Asked{Year: 2025}}, {"difference.no-year", Asked{Year: 2025, From: "MIC"}}, {"difference.no-pair", Asked{Year: 2025, From: "NSO", To: "MIC"}}, {"difference.never", Asked{From: "NSO", To: "ADB"}},
		{"difference.alone", Asked{From: "ADB"}}, {"difference.alone", Asked{To: "ADB", Year: 2024}}, {"difference.same", Asked{From: "NSO", To: "NSO"}}, {"difference.no-area", Asked{Area: "VN34-24"}}} {
		_, err := s.Bridge(x.asked)
		if fault.CodeOf(err) != x.code {
			t.Errorf("%v: %v, want %s", x.asked, err, x.code)
		}
		if said := err.Error(); strings.Contains(said, "  ") || strings.Contains(said, " .") || strings.Contains(said, "{") {
			t.Errorf("%v: a gap in %q", x.asked, said)
		}
	}
}

func TestEveryDefinitionIsListedWithItsNewestFigure(t *testing.T) {
	got := map[string]string{}
	for _, e := range shares(t).Entries() {
		got[e.Definition.ID] = "none"
		if e.Newest != nil {
			got[e.Definition.ID] = fmt.Sprint(e.Newest.Cell(), " ", e.Newest.Value, " since ", e.First)
		}
		if d := e.Definition; d.Counts.Vi == "" || d.Counts.En == "" || d.Leaves.Vi == "" || d.Method.Vi == "" || d.Often.Vi == "" || len(d.Documents) == 0 {
			t.Errorf("%s is not described", d.ID)
		}
	}
	for id, want := range map[string]string{"NSO": "DE_SHARE/A.VN.NSO.TOTAL/2025 14.02 since 2020", "MIC": "DE_SHARE/A.VN.MIC.TOTAL/2024 18.3 since 2021", "PTIT": "DE_SHARE/A.VN.PTIT.TOTAL/2022 14.26 since 2022",
		"ADB": "none", "OECD": "none"} {
		if got[id] != want {
			t.Errorf("%s: %s, want %s", id, got[id], want)
		}
	}
}

// TestAnyFiguresAddUp draws totals and parts at random: whatever they are, the bridge arrives, and no step but the remainder holds what rounding
// cannot be.
func TestAnyFiguresAddUp(t *testing.T) {
	c, _ := packed(t)
	rapid.Check(t, func(rt *rapid.T) {
		var list published
		put := func(definition, component, day string) stat.Decimal {
			d, err := stat.FromFloat(float64(rapid.IntRange(0, 4000).Draw(rt, definition+component))/100, 2)
			if err != nil {
				rt.Fatal(err)
			}
			v, err := stat.ParseVintage(day, stat.Date{})
			if err != nil {
				rt.Fatal(err)
			}
			list = append(list, cube.Version{Dataflow: flowID, Message: int64(len(list) + 1), Observation: stat.Observation{Key: stat.NewKey("A", "VN", definition, component), Period: stat.Year(2024), Value: &d, Status: stat.Normal,
				Vintage: v, Attributes: stat.Attributes{stat.AttrSource: definition + day, stat.AttrMark: "S"}}})
			return d
		}
		for _, x := range [][3]string{{"NSO", "CORE", "DIGITALISED"}, {"MIC", "ICT", "NON_ICT"}} {
			for _, day := range []string{"2024-01-01", "2025-01-01"} {
				put(x[0], "TOTAL", day)
				for _, part := range x[1:] {
					if rapid.Bool().Draw(rt, "printed") {
						put(x[0], part, day)
					}
				}
			}
		}
		s, _ := Of(c, list)
		b, err := s.Bridge(Asked{})
		if err != nil {
			rt.Fatal(err)
		}
		at := *b.From.Figure.Value
		for _, x := range b.Steps {
			at = at.Add(x.Amount)
			if x.Kind == Rounding && x.Amount.Abs().Cmp(stat.MustDecimal("0.03")) > 0 {
				rt.Fatalf("%s is no rounding", x.Amount)
			}
		}
		if at.Cmp(*b.To.Figure.Value) != 0 {
			rt.Fatalf("%s does not arrive", told(b))
		}
	})
}
