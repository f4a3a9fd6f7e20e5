package catalog

import (
	"strings"
	"testing"

	"nhipso/data"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func withRules(t testing.TB, text string) (*Catalog, error) {
	t.Helper()
	c, err := Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c.WithRules([]byte(text))
}

func TestRulesThatCannotBeMeantAreRefused(t *testing.T) {
	c, err := Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	const head, why = "rules:\n", ", why: {vi: a, en: b}}\n"
	identity := func(want string) string {
		return head + "- {id: a, kind: identity, severity: soft, basis: same, flows: [DE_SHARE], want: \"" + want + "\"}\n"
	}
	for name, text := range map[string]string{
		"a field that is none":                 head + "- {id: a, kind: range, severity: hard, low: 0, lowest: 1" + why,
		"no name":                              head + "- {kind: range, severity: hard, low: 0" + why,
		"a name twice":                         head + "- {id: a, kind: range, severity: hard, low: 0" + why + "- {id: a, kind: range, severity: hard, low: 0" + why,
		"a kind that is none":                  head + "- {id: a, kind: guess, severity: hard" + why,
		"a severity that is none":              head + "- {id: a, kind: range, severity: harsh, low: 0" + why,
		"a dataflow that is none":              head + "- {id: a, kind: range, severity: hard, low: 0, flows: [DE_SHAPE]" + why,
		"an exception that is none":            head + "- {id: a, kind: range, severity: hard, low: 0, except: [DE_SHAPE]" + why,
		"a unit that is none":                  head + "- {id: a, kind: range, severity: hard, low: 0, units: [PERCENT]" + why,
		"a status that is none":                head + "- {id: a, kind: range, severity: hard, low: 0, status: [Z]" + why,
		"a source of figures that is none":     head + "- {id: a, kind: range, severity: hard, low: 0, of: guessed" + why,
		"a dimension that is none":             head + "- {id: a, kind: range, severity: hard, low: 0, flows: [DE_SHARE], where: {SECTOR: AGR}" + why,
		"a code that is none":                  head + "- {id: a, kind: range, severity: hard, low: 0, flows: [DE_SHARE], not: {COMPONENT: TOTAL+WHOLE}" + why,
		"a range without bounds":               head + "- {id: a, kind: range, severity: hard" + why,
		"a range upside down":                  head + "- {id: a, kind: range, severity: hard, low: 2, high: 1" + why,
		"a bound that is no number":            head + "- {id: a, kind: range, severity: hard, low: zero" + why,
		"years upside down":                    head + "- {id: a, kind: period, severity: hard, first: 2100, last: 1900" + why,
		"a change without a limit":             head + "- {id: a, kind: change, severity: soft" + why,
		"a change with two limits":             head + "- {id: a, kind: revision, severity: soft, points: 1, percent: 1" + why,
		"a factor that is none":                head + "- {id: a, kind: slip, severity: soft, factor: 1" + why,
		"copies of one figure":                 head + "- {id: a, kind: repeat, severity: soft, least: 1" + why,
		"no reason":                            head + "- {id: a, kind: range, severity: hard, low: 0}\n",
		"a reason in one language":             head + "- {id: a, kind: range, severity: hard, low: 0, why: {vi: a}}\n",
		"an expression of a range":             head + "- {id: a, kind: range, severity: hard, low: 0, want: \"1\"" + why,
		"an identity of two dataflows":         head + "- {id: a, kind: identity, severity: soft, basis: same, flows: [DE_SHARE, DE_SPLIT], want: \"1\"}\n",
		"an identity without a basis":          head + "- {id: a, kind: identity, severity: soft, flows: [DE_SHARE], want: \"1\"}\n",
		"an identity without an expression":    identity(""),
		"a tolerance below nothing":            head + "- {id: a, kind: identity, severity: soft, basis: same, flows: [DE_SHARE], want: \"1\", within: \"-1\"}\n",
		"a rounding that is none":              head + "- {id: a, kind: identity, severity: soft, basis: same, flows: [DE_SHARE], want: \"1\", round: \"-1\"}\n",
		"an open bracket":                      identity("[COMPONENT=CORE"),
		"an open parenthesis":                  identity("(1"),
		"an operator without a side":           identity("1 +"),
		"two numbers in a row":                 identity("1 2"),
		"a number that is none":                identity("1.2.3"),
		"a reference to no dataflow":           identity("DE_SHAPE[]"),
		"a reference to a code of none":        identity("[COMPONENT=WHOLE]"),
		"a reference to a dimension of none":   identity("[SECTOR=AGR]"),
		"a code twice":                         identity("[COMPONENT=CORE+CORE]"),
		"a dimension twice":                    identity("[COMPONENT=CORE, COMPONENT=CORE]"),
		"codes that begin with nothing":        identity("[COMPONENT=*]"),
		"codes that begin as none":             identity("[COMPONENT=X-*]"),
		"a dimension with nothing to copy":     identity("NA_VA[ACTIVITY=B1GQ]"),
		"a time that is none":                  identity("[t-1q]"),
		"a time twice":                         identity("[t-1y, t=2020]"),
		"a period that is none":                identity("[t=năm]"),
		"a frequency that is none":             identity("[t:X]"),
		"a mean of a sum of references":        identity("mean([COMPONENT=CORE] + 1)"),
		"parentheses deeper than a person can": identity(strings.Repeat("(", 60) + "1" + strings.Repeat(")", 60)),
		"a sum longer than a person can":       identity("1" + strings.Repeat("+1", 500)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := c.WithRules([]byte(text)); err == nil {
				t.Error("accepted")
			} else if kind := fault.KindOf(err); kind != fault.Invalid {
				t.Error(err)
			}
		})
	}
}

func TestExpressionsAreReadAsTheyAreWritten(t *testing.T) {
	c, err := withRules(t, "rules:\n- {id: a, kind: identity, severity: note, basis: newest, flows: [NA_VA], want: \"100 * (GRDP[REF_AREA=VN34-*] / this - 1) else mean([FREQ=Q, t:Q])\"}\n")
	if err != nil {
		t.Fatal(err)
	}
	r, ok := c.Rule("a")
	if !ok || r.Want.Op != 'e' || r.Want.L.Op != '*' || r.Want.L.R.Op != '-' || r.Want.L.R.L.Op != '/' || r.Want.R.Op != 'm' {
		t.Fatalf("%+v", r.Want)
	}
	if areas := r.Want.L.R.L.L.Ref.Codes["REF_AREA"]; len(areas) != 34 {
		t.Errorf("%d provinces", len(areas))
	}
	if mean := r.Want.R.L.Ref; mean.Within != stat.Quarterly || mean.Codes["FREQ"][0] != "Q" {
		t.Errorf("%+v", mean)
	}
	if len(r.Want.Refs()) != 3 || !r.Got.Ref.This {
		t.Errorf("%d references", len(r.Want.Refs()))
	}
}

func TestARuleIsAboutWhatItSelects(t *testing.T) {
	c, err := withRules(t, "rules:\n- {id: a, kind: range, severity: hard, low: 0, of: reported, except: [TARGET], units: [PC], status: [A], where: {REF_AREA: VN}, not: {INDICATOR: EGDI}, why: {vi: a, en: b}}\n")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := c.Rule("a")
	for _, x := range []struct {
		flow, key, unit string
		status          stat.Status
		want            bool
	}{
		{"IND", "A.VN.FIBRE", "PC", "A", true},
		{"IND", "A.VN.FIBRE", "RANK", "A", true}, // a rule is about the indicator's unit, whatever a row says
		{"IND", "A.VN.FIBRE", "PC", "E", false},
		{"IND", "A.VN.EGDI", "PC", "A", false},
		{"IND", "A.VN63-01.FIBRE", "PC", "A", false},
		{"TARGET", "A.VN.749-1", "PC", "A", false},
		{"TARGET_STATUS", "A.VN.749-1.ACTUAL", "PC", "A", false},
		{"NA_GROWTH", "A.VN.B1GQ", "", "A", true}, // the unit of the dataflow
	} {
		f, err := c.Dataflow(x.flow)
		if err != nil {
			t.Fatal(err)
		}
		o := stat.Observation{Key: stat.Key(x.key), Status: x.status, Attributes: stat.Attributes{}}
		if x.unit != "" {
			o.Attributes[stat.AttrUnit] = x.unit
		}
		if r.About(f, o) != x.want {
			t.Errorf("%+v", x)
		}
	}
}

func FuzzRules(f *testing.F) {
	b, err := data.FS.ReadFile(rulesName)
	if err != nil {
		f.Fatal(err)
	}
	c, err := Load(data.FS)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	for _, rule := range strings.Split(string(b), "\n- id:")[1:] {
		f.Add("rules:\n- id:" + rule)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, err := c.WithRules([]byte(text))
		if err != nil {
			if fault.CodeOf(err) == "" || fault.KindOf(err) == fault.Internal {
				t.Fatalf("not a fault of the input: %v", err)
			}
			return
		}
		for _, r := range read.Rules() {
			if r.ID == "" || r.lacks() != "" {
				t.Errorf("%+v lacks %s", r, r.lacks())
			}
			for _, ref := range append(r.Got.Refs(), r.Want.Refs()...) {
				if ref.Flow == nil {
					t.Errorf("%s refers to nothing", r.ID)
				}
			}
		}
	})
}

func FuzzExpression(f *testing.F) {
	c, err := Load(data.FS)
	if err != nil {
		f.Fatal(err)
	}
	flow, err := c.Dataflow("DE_SHARE")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"this", "100 * DE_SPLIT[] / [COMPONENT=CORE+DIGITALISED]", "mean([FREQ=A, t:A])", "GRDP[REF_AREA=VN34-*, t-1y] - 1 else 2", "((", "[t:last]", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := c.parseExpr(flow, text)
		if (e == nil) == (err == nil) {
			t.Fatalf("%v, %v", e, err)
		}
		if err == nil {
			e.Refs()
		}
	})
}
