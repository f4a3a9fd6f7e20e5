package cube_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

// broken tells which rules a message breaks: the hard ones by their refusal, the others by their findings.
func broken(t testing.TB, in cube.Intake, m cube.Message) (out []string) {
	t.Helper()
	r, err := in.Review(context.Background(), m)
	for _, f := range fault.All(err) {
		out = append(out, fmt.Sprint(f.Args["rule"], " ", f.Where.Column))
	}
	for _, f := range r.Findings {
		out = append(out, f.Rule+" "+f.Column)
	}
	return out
}

// dated makes a share with a status and a vintage as written, imprecise or not.
func dated(t testing.TB, period string, status stat.Status, vintage string) cube.Entry {
	t.Helper()
	e := share(period, "2026-01-05", "14")
	e.Status = status
	var err error
	if e.Vintage, err = stat.ParseVintage(vintage, stat.MustDate("2026-11-01")); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRulesAboutDays(t *testing.T) {
	in, _ := with(t, "- {id: period, kind: period, severity: hard, first: 1990, last: 2050, why: {vi: vì, en: because}}\n"+
		"- {id: future, kind: vintage-future, severity: hard, why: {vi: vì, en: because}}\n"+
		"- {id: before, kind: vintage-before, severity: hard, why: {vi: vì, en: because}}\n"+
		"- {id: early, kind: vintage-early, severity: soft, status: [A], days: 10, why: {vi: vì, en: because}}\n"+
		"- {id: begun, kind: actual-ahead, severity: hard, status: [E], begin: true, why: {vi: vì, en: because}}\n"+
		"- {id: ahead, kind: actual-ahead, severity: hard, status: [A], days: 10, why: {vi: vì, en: because}}\n"+
		"- {id: forecast, kind: forecast-past, severity: soft, status: [F], why: {vi: vì, en: because}}\n")
	for _, c := range []struct {
		period  string
		status  stat.Status
		vintage string
		want    string
	}{
		{"2025", "A", "2026-01-05", "[]"},
		{"1990", "A", "2026-01-05", "[]"},
		{"1989", "A", "2026-01-05", "[period TIME_PERIOD]"},
		{"2049-01-01/P3Y", "M", "2026-01-05", "[period TIME_PERIOD]"},
		{"2025", "A", "2026-11-01", "[]"},
		{"2025", "A", "2026-11-02", "[future VINTAGE]"},
		{"2025", "A", "2026-11", "[]"}, // may have been on the first
		{"2025", "A", "2026-12", "[future VINTAGE]"},
		{"2025", "A", "2026", "[]"},
		{"2025", "A", "", "[]"},
		{"2025", "E", "2025-01-01", "[]"},
		{"2025", "E", "2024-12-31", "[before VINTAGE]"},
		{"2025", "M", "2024-12-31", "[]"}, // there is no figure that somebody measured
		{"2025", "A", "2025-12-21", "[]"},
		{"2025", "A", "2025-12-20", "[early VINTAGE]"},
		{"2026-10-01/P42D", "A", "", "[]"},
		{"2026-10-01/P43D", "A", "", "[ahead OBS_STATUS]"},
		{"2026", "E", "2026-10-01", "[]"},
		{"2024", "F", "2026-01-01", "[]"},
		{"2024", "F", "2026-01-02", "[forecast OBS_STATUS]"},
	} {
		e := dated(t, c.period, c.status, c.vintage)
		e.Key = stat.Key(e.Period.Frequency().String() + ".VN.NSO.TOTAL")
		if e.Status.Valueless() {
			e.Value = nil
		}
		if got := fmt.Sprint(broken(t, in, send(e))); got != c.want {
			t.Errorf("%s %s published %s: %s, want %s", c.period, c.status, c.vintage, got, c.want)
		}
	}
	t.Run("what has not begun cannot be estimated", func(t *testing.T) {
		in, _ := with(t, "- {id: begun, kind: actual-ahead, severity: hard, begin: true, why: {vi: vì, en: because}}\n")
		for period, want := range map[string]string{"2026-11-01": "[]", "2026-11-02": "[begun OBS_STATUS]"} {
			e := give("IND", "D.VN.FIBRE", period, "2026-11-01", "80")
			if got := fmt.Sprint(broken(t, in, send(e))); got != want {
				t.Errorf("%s: %s", period, got)
			}
		}
	})
	t.Run("days are the country's", func(t *testing.T) {
		m := send(dated(t, "2025", "A", "2026-11-01"))
		for at, want := range map[time.Time]string{time.Date(2026, 10, 31, 16, 59, 0, 0, time.UTC): "[future VINTAGE]", time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC): "[]"} {
			if m.SentAt = at; fmt.Sprint(broken(t, in, m)) != want {
				t.Errorf("at %v: not %s", at, want)
			}
		}
	})
}

func TestIntervalsAreInOrder(t *testing.T) {
	in, _ := with(t, "- {id: i, kind: interval, severity: hard, why: {vi: vì, en: because}}\n")
	for _, c := range []struct {
		value, low, high, sd, level string
		want                        string
	}{
		{"5", "4", "6", "0.5", "95", "[]"},
		{"5", "5", "5", "0", "", "[]"},
		{"", "6", "4", "", "", "[i CI_LOWER]"},
		{"5", "5.1", "6", "", "", "[i CI_LOWER]"},
		{"5", "4", "4.9", "", "", "[i CI_UPPER]"},
		{"5", "", "", "-1", "", "[i STD_ERR]"},
		{"5", "", "", "", "0", "[i CI_LEVEL]"},
		{"5", "", "", "", "100", "[i CI_LEVEL]"},
	} {
		e := give("DE_SHARE_EST", "A.VN.NSO.TOTAL", "2025", "2026-01-05", c.value, stat.AttrLower, c.low, stat.AttrUpper, c.high, stat.AttrStdErr, c.sd, stat.AttrLevel, c.level, stat.AttrRun, "q#1")
		delete(e.Attributes, stat.AttrSource)
		if got := fmt.Sprint(broken(t, in, send(e))); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestCopiedRowsAreNoticed(t *testing.T) {
	at := func(key, period, v string) cube.Entry {
		return give("GRDP_STRUCTURE", "A."+key, period, "2026-01-05", v)
	}
	year := func(area, period, a, i, s string) []cube.Entry {
		return []cube.Entry{at(area+".AGR", period, a), at(area+".IND", period, i), at(area+".SRV", period, s)}
	}
	copies := "- {id: r, kind: repeat, severity: soft, least: 3, why: {vi: vì, en: because}}\n"
	for name, c := range map[string]struct {
		past, given []cube.Entry
		n           int
	}{
		"all as the year before":     {year("VN34-01", "2024", "2", "22", "66"), year("VN34-01", "2025", "2", "22", "66"), 1},
		"one differs":                {year("VN34-01", "2024", "2", "22", "66"), year("VN34-01", "2025", "3", "22", "66"), 0},
		"the last differs":           {year("VN34-01", "2024", "2", "22", "66"), year("VN34-01", "2025", "2", "22", "67"), 0},
		"two figures are too few":    {year("VN34-01", "2024", "2", "22", "66")[:2], year("VN34-01", "2025", "2", "22", "66")[:2], 0},
		"two years before is no":     {year("VN34-01", "2023", "2", "22", "66"), year("VN34-01", "2025", "2", "22", "66"), 0},
		"all as another area":        {nil, append(year("VN34-01", "2025", "2", "22", "66"), year("VN34-04", "2025", "2", "22", "66")...), 1},
		"two areas that are alike":   {nil, append(year("VN34-01", "2025", "2", "22", "66"), year("VN34-04", "2025", "2", "22", "67")...), 0},
		"areas alike in two figures": {nil, append(year("VN34-01", "2025", "2", "22", "66")[:2], year("VN34-04", "2025", "2", "22", "66")[:2]...), 0},
	} {
		in, _ := with(t, copies, send(c.past...))
		if got := found(t, in, send(c.given...)); len(got) != c.n {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAnIdentityIsTriedOnlyWhereTheMessageTakesPart(t *testing.T) {
	year := func(period, total, core, rest string) cube.Message {
		at := func(c, v string) cube.Entry { return give("DE_SHARE", "A.VN.NSO."+c, period, "2026-01-05", v) }
		return send(at("TOTAL", total), at("CORE", core), at("DIGITALISED", rest))
	}
	in, _ := with(t, sums, year("2024", "14.9", "9.5", "4.4"))
	if f := found(t, in, year("2025", "14", "9", "5")); len(f) != 0 {
		t.Errorf("what was stored before was judged again: %v", f)
	}
	r, err := in.Review(context.Background(), year("2025", "14", "9", "5"))
	if err != nil || len(r.Tested) != 1 || r.Tested[0] != (cube.Tally{Rule: "sum", Tested: 1, Held: 1}) {
		t.Errorf("%+v (%v)", r.Tested, err)
	}
}

func TestANoteIsKeptAlsoWhenItHolds(t *testing.T) {
	in, _ := with(t, "- {id: n, kind: identity, severity: note, flows: [DE_SHARE], where: {COMPONENT: TOTAL}, basis: same, got: \"[COMPONENT=CORE+DIGITALISED]\", want: this}\n")
	at := func(c, v string) cube.Entry { return give("DE_SHARE", "A.VN.NSO."+c, "2025", "2026-01-05", v) }
	if f := found(t, in, send(at("TOTAL", "14"), at("CORE", "9"), at("DIGITALISED", "5"))); len(f) != 1 || f[0].Severity != "note" {
		t.Errorf("%v", f)
	}
}

func TestRoundingIsCarriedThroughAnExpression(t *testing.T) {
	// 14.0 ± 0.05 % of 8,000,000 ± 0.5: the product is good to 4,000.07, the printed level to half a unit.
	in, _ := with(t, "- {id: p, kind: identity, severity: soft, flows: [NA_VA], where: {ACTIVITY: J}, basis: same, want: \"NA_STRUCTURE[] * [ACTIVITY=B1GQ] / 100\"}\n")
	for level, n := range map[string]int{"1120000": 0, "1124000": 0, "1124002": 1, "1116000": 0, "1115999": 1} {
		f := found(t, in, send(give("NA_VA", "A.VN.J.V", "2025", "2026-01-05", level), give("NA_VA", "A.VN.B1GQ.V", "2025", "2026-01-05", "8000000"), give("NA_STRUCTURE", "A.VN.J", "2025", "2026-01-05", "14.0")))
		if len(f) != n {
			t.Errorf("%s: %v", level, f)
		}
	}
}

func TestAFigureWithoutAreaBearsOnAllAreas(t *testing.T) {
	in, _ := with(t, "- {id: area, kind: range, severity: soft, low: 0, where: {REF_AREA: VN}, why: {vi: vì, en: because}}\n"+
		"- {id: dti, kind: identity, severity: soft, flows: [DTI], where: {INDEX: TOTAL, MEASURE: SCORE}, basis: newest, want: \"[INDEX=NT] * DTI_STRUCTURE[INDEX=NT, MEASURE=POINTS, t:last] / 1000\", within: 0}\n",
		send(give("DTI", "A.VN63-01.PROV.DTI2021.TOTAL.SCORE", "2022", "2023-07-12", "0.6"), give("DTI", "A.VN63-01.PROV.DTI2021.NT.SCORE", "2022", "2023-07-12", "0.5")))
	points := func(period, v string) cube.Message {
		return send(give("DTI_STRUCTURE", "A.PROV.DTI2021.NT.POINTS", period, "2022-05-20", v))
	}
	if f := found(t, in, points("2021", "1000")); len(f) != 1 {
		t.Errorf("%v", f)
	}
	if f := found(t, in, points("2021", "1200")); len(f) != 0 {
		t.Errorf("%v", f)
	}
	if f := found(t, in, points("2023", "1000")); len(f) != 0 {
		t.Errorf("points of a later version were used: %v", f)
	}
}
