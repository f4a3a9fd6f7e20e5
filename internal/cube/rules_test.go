package cube_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

var loaded = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(data.FS) })

func reference(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// memory is a store that only remembers.
type memory struct {
	cube.Store
	held     []cube.Version
	messages int64
	upon     []int64 // what each message said that it was reviewed upon
	findings []cube.Finding
	refuse   int // how often Append says that the store has moved
}

func (s *memory) LastMessage(context.Context) (int64, error) { return s.messages, nil }

func (s *memory) Versions(_ context.Context, q cube.Query) iter.Seq2[cube.Version, error] {
	return cube.Select(slices.SortedStableFunc(slices.Values(s.held), cube.InOrder), q)
}

func (s *memory) Append(_ context.Context, d *cube.Delivery) (cube.Receipt, error) {
	if s.refuse > 0 {
		s.refuse--
		return cube.Receipt{}, fault.New("cube.moved")
	}
	if d.Upon != nil {
		s.upon = append(s.upon, *d.Upon)
	}
	s.messages++
	for e, err := range d.Entries() {
		if err != nil {
			return cube.Receipt{}, err
		}
		s.held = append(s.held, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation, Message: s.messages})
	}
	s.findings = append(s.findings, d.Findings...)
	return cube.Receipt{Message: s.messages, Added: d.Len(), Findings: len(d.Findings)}, nil
}

// ready makes a delivery of a message without looking at it.
func ready(t testing.TB, m cube.Message) *cube.Delivery {
	t.Helper()
	d, err := m.Ready()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

var day = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)

// give makes an entry; attributes follow as pairs.
func give(flow, key, period, vintage, value string, attributes ...string) cube.Entry {
	e := cube.Entry{Dataflow: flow, Row: 2, Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Status: stat.Normal,
		Vintage:    stat.Vintage{Date: stat.MustDate(vintage), Written: vintage},
		Attributes: stat.Attributes{stat.AttrSource: "NSO-2026-01", stat.AttrMark: "S"}}}
	if value == "" {
		e.Status = stat.Unpublished
	} else {
		v := stat.MustDecimal(value)
		e.Value = &v
	}
	for i := 0; i+1 < len(attributes); i += 2 {
		e.Attributes[attributes[i]] = attributes[i+1]
	}
	return e
}

func send(entries ...cube.Entry) cube.Message {
	for i := range entries {
		entries[i].Row = i + 2
	}
	return cube.Message{Header: cube.Header{Sender: "test", File: "x.csv", SentAt: day}, Entries: entries}
}

// with makes an intake whose only rules are those given, over a store that holds the messages given.
func with(t testing.TB, rules string, messages ...cube.Message) (cube.Intake, *memory) {
	t.Helper()
	c, err := reference(t).WithRules([]byte("rules:\n" + rules))
	if err != nil {
		t.Fatal(err)
	}
	s := &memory{}
	for _, m := range messages {
		if _, err := s.Append(context.Background(), ready(t, m)); err != nil {
			t.Fatal(err)
		}
	}
	return cube.Intake{Catalog: c, Store: s}, s
}

func found(t testing.TB, in cube.Intake, m cube.Message) []cube.Finding {
	t.Helper()
	r, err := in.Review(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	return r.Findings
}

func share(period, vintage, value string) cube.Entry {
	return give("DE_SHARE", "A.VN.NSO.TOTAL", period, vintage, value)
}

const (
	slips     = "- {id: s, kind: slip, severity: soft, factor: 5, why: {vi: vì, en: because}}\n"
	ranges    = "- {id: r, kind: range, severity: soft, low: 0, high: 100, why: {vi: vì, en: because}}\n"
	sums      = "- id: sum\n  kind: identity\n  severity: soft\n  flows: [DE_SHARE]\n  where: {COMPONENT: TOTAL}\n  basis: same\n  got: \"[COMPONENT=CORE+DIGITALISED]\"\n  want: this\n"
	revisions = "- {id: v, kind: revision, severity: soft, points: 1, why: {vi: vì, en: because}}\n"
	changes   = "- {id: c, kind: change, severity: soft, points: 1, why: {vi: vì, en: because}}\n"
)

func TestAFindingIsMadeOnceForFiguresThatAreStoredAlready(t *testing.T) {
	m := send(share("2025", "2026-01-05", "149"))
	in, s := with(t, ranges)
	if r, err := in.Take(context.Background(), m); err != nil || r.Findings != 1 || len(s.findings) != 1 {
		t.Fatalf("%+v (%v)", r, err)
	}
	if again := found(t, in, m); len(again) != 0 {
		t.Errorf("found again: %v", again)
	}
	more := send(share("2025", "2026-01-05", "149"), share("2024", "2026-01-05", "150"))
	if fresh := found(t, in, more); len(fresh) != 1 || fresh[0].Row != 3 {
		t.Errorf("%v", fresh)
	}
}

func TestWhatTheRulesSawIsWhatAMessageIsStoredUpon(t *testing.T) {
	in, s := with(t, ranges)
	s.refuse = 3
	if r, err := in.Take(context.Background(), send(share("2025", "2026-01-05", "14"))); err != nil || r.Message != 1 {
		t.Errorf("%+v (%v)", r, err)
	}
	if _, err := in.Take(context.Background(), send(share("2023", "2026-01-05", "14"))); err != nil || fmt.Sprint(s.upon) != "[0 1]" {
		t.Errorf("reviewed upon %v (%v)", s.upon, err)
	}
	s.refuse = 1000
	if _, err := in.Take(context.Background(), send(share("2024", "2026-01-05", "14"))); fault.CodeOf(err) != "cube.moved" {
		t.Errorf("%v", err)
	}
}

func TestASlipIsSeenAgainstWhatIsStoredAndElseWithinTheMessage(t *testing.T) {
	past := send(share("2022", "2025-01-06", "12.8"), share("2023", "2025-01-06", "12.9"))
	for name, c := range map[string]struct {
		past  []cube.Message
		given []cube.Entry
		rows  []int
	}{
		"a thousand times":                  {[]cube.Message{past}, []cube.Entry{share("2024", "2026-01-05", "13100")}, []int{2}},
		"a thousandth":                      {[]cube.Message{past}, []cube.Entry{share("2024", "2026-01-05", "0.0131")}, []int{2}},
		"a tenth":                           {[]cube.Message{past}, []cube.Entry{share("2024", "2026-01-05", "1.31")}, []int{2}},
		"twice is no slip":                  {[]cube.Message{past}, []cube.Entry{share("2024", "2026-01-05", "26")}, nil},
		"the sign does not hide it":         {[]cube.Message{past}, []cube.Entry{share("2024", "2026-01-05", "-13100")}, []int{2}},
		"one point is no past":              {[]cube.Message{send(share("2023", "2025-01-06", "12.9"))}, []cube.Entry{share("2024", "2026-01-05", "1310")}, nil},
		"the message gives the past":        {nil, []cube.Entry{share("2022", "2026-01-05", "12.8"), share("2023", "2026-01-05", "12.9"), share("2024", "2026-01-05", "131")}, []int{4}},
		"also of later periods":             {nil, []cube.Entry{share("2022", "2026-01-05", "128"), share("2023", "2026-01-05", "12.9"), share("2024", "2026-01-05", "13.1")}, []int{2}},
		"a whole series scaled is no past":  {[]cube.Message{past}, []cube.Entry{share("2022", "2026-01-05", "12800"), share("2023", "2026-01-05", "12900"), share("2024", "2026-01-05", "13100")}, []int{2, 3, 4}},
		"zero has no power of ten":          {[]cube.Message{past}, []cube.Entry{share("2024", "2026-01-05", "0")}, nil},
		"another series is not its past":    {[]cube.Message{past}, []cube.Entry{give("DE_SHARE", "A.VN.NSO.CORE", "2024", "2026-01-05", "0.1")}, nil},
		"a missing figure is no past point": {[]cube.Message{send(share("2022", "2025-01-06", ""), share("2023", "2025-01-06", "12.9"))}, []cube.Entry{share("2024", "2026-01-05", "1310")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := with(t, slips, c.past...)
			var rows []int
			for _, f := range found(t, in, send(c.given...)) {
				rows = append(rows, f.Row)
			}
			if fmt.Sprint(rows) != fmt.Sprint(c.rows) {
				t.Errorf("rows %v, want %v", rows, c.rows)
			}
		})
	}
	t.Run("a unit told with the figure is no slip", func(t *testing.T) {
		at := func(period, value, mult string) cube.Entry {
			return give("PLATFORMS", "A.VN.MAU_ZALO", period, "2026-01-05", value, stat.AttrUnitMult, mult)
		}
		in, _ := with(t, slips, send(at("2022", "75", "6"), at("2023", "76", "6")))
		if f := found(t, in, send(at("2024", "77000", "3"))); len(f) != 0 {
			t.Errorf("%v", f)
		}
		if f := found(t, in, send(at("2024", "77000", "6"))); len(f) != 1 {
			t.Errorf("%v", f)
		}
	})
}

func TestAChangeIsAgainstTheYearBeforeAsThenKnown(t *testing.T) {
	in, _ := with(t, changes, send(share("2023", "2024-12-31", "12.3"), share("2023", "2025-01-06", "12.9"), share("2023", "2026-06-01", "20")))
	for value, n := range map[string]int{"13.9": 0, "14.0": 1, "11.8": 1, "11.9": 0} {
		if f := found(t, in, send(share("2024", "2025-01-06", value))); len(f) != n {
			t.Errorf("%s: %v", value, f)
		}
	}
	quarter := func(p, v string) cube.Entry { return give("DE_SHARE", "Q.VN.MIC.TOTAL", p, "2026-01-05", v) }
	in, _ = with(t, changes, send(quarter("2023-Q1", "14"), quarter("2023-Q4", "20")))
	if f := found(t, in, send(quarter("2024-Q1", "14.5"))); len(f) != 0 {
		t.Errorf("a quarter is held against the quarter before: %v", f)
	}
}

func TestARevisionIsAgainstWhatItSupersedes(t *testing.T) {
	in, _ := with(t, revisions, send(share("2023", "2024-12-31", "12.3"), share("2023", "2025-01-06", "12.9")))
	for value, n := range map[string]int{"13.9": 0, "13.95": 1, "11.8": 1} {
		if f := found(t, in, send(share("2023", "2026-01-05", value))); len(f) != n {
			t.Errorf("%s: %v", value, f)
		}
	}
	if f := found(t, in, send(share("2022", "2026-01-05", "99"))); len(f) != 0 {
		t.Errorf("a first figure revises nothing: %v", f)
	}
	if f := found(t, in, send(share("2021", "2025-01-05", "10"), share("2021", "2026-01-05", "12"))); len(f) != 1 {
		t.Errorf("a revision within one message: %v", f)
	}
}

func TestPartsMayMissTheirTotalByWhatRoundingCanDo(t *testing.T) {
	part := func(c, v string, more ...string) cube.Entry {
		return give("DE_SHARE", "A.VN.NSO."+c, "2025", "2026-01-05", v, more...)
	}
	for _, c := range []struct {
		total, core, rest string
		n                 int
	}{
		{"14.9", "9.5", "4.4", 1},
		{"14.90", "9.55", "5.34", 0}, // one unit: three roundings can do it
		{"14.90", "9.55", "5.33", 1}, // two units: they cannot
		{"14.9", "9.55", "5.34", 0},  // a total printed to one digit
		{"14.9", "9.55", "5.29", 0},  // 14.84 lies within what 14.9 and two roundings can be
		{"14.9", "9.55", "5.28", 1},  // 14.83 does not
		{"14.02", "8.42", "5.6", 0},  // 5.60 that lost its zero in a file
		{"14.02", "8.42", "5.4", 1},
		{"14.04", "8.42", "5.6", 1}, // and is held to two digits as the others are
		{"14", "9", "4", 0},
		{"14", "9", "3", 1},
	} {
		in, _ := with(t, sums)
		if f := found(t, in, send(part("TOTAL", c.total), part("CORE", c.core), part("DIGITALISED", c.rest))); len(f) != c.n {
			t.Errorf("%+v: %v", c, f)
		}
	}
	in, _ := with(t, sums)
	if f := found(t, in, send(part("TOTAL", "14.9", stat.AttrDecimals, "2"), part("CORE", "9.55"), part("DIGITALISED", "5.30"))); len(f) != 1 {
		t.Errorf("DECIMALS says that it is 14.90: %v", f)
	}
	if f := found(t, in, send(part("TOTAL", "14.9"), part("CORE", "9.5"))); len(f) != 0 {
		t.Errorf("a part that is not there makes no sum: %v", f)
	}
}

func TestAnIdentitySeesPartsThatCameBefore(t *testing.T) {
	part := func(c, vintage, v string) cube.Entry { return give("DE_SHARE", "A.VN.NSO."+c, "2025", vintage, v) }
	in, _ := with(t, sums, send(part("TOTAL", "2026-01-05", "14.9"), part("CORE", "2026-01-05", "9.5")))
	if f := found(t, in, send(part("DIGITALISED", "2026-01-05", "4.4"))); len(f) != 1 || f[0].Cells[0].Key != "A.VN.NSO.TOTAL" {
		t.Errorf("%v", f)
	}
	if f := found(t, in, send(part("DIGITALISED", "2026-02-05", "4.4"))); len(f) != 0 {
		t.Errorf("parts of another publication were added: %v", f)
	}
}

func TestEveryBasisTakesItsVintages(t *testing.T) {
	rule := func(basis string) string {
		return "- id: g\n  kind: identity\n  severity: soft\n  flows: [DE_SPLIT]\n  basis: " + basis + "\n  want: \"100 * DE_SHARE[] / DE_SHARE[COMPONENT=TOTAL]\"\n  within: 0.01\n"
	}
	at := func(flow, c, vintage, v string) cube.Entry { return give(flow, "A.VN.NSO."+c, "2025", vintage, v) }
	stored := send(at("DE_SHARE", "CORE", "2026-01-05", "8"), at("DE_SHARE", "TOTAL", "2026-01-05", "16"), // 50 %, known then
		at("DE_SHARE", "CORE", "2026-03-05", "9"), at("DE_SHARE", "TOTAL", "2026-03-05", "15"), // 60 %, the newest pair
		at("DE_SHARE", "TOTAL", "2026-04-05", "30")) // 30 % with the newest of each
	for basis, value := range map[string]string{"known": "50", "together": "60", "newest": "30"} {
		in, _ := with(t, rule(basis), stored)
		for _, c := range []struct {
			value string
			n     int
		}{{value, 0}, {"55", 1}} {
			if f := found(t, in, send(at("DE_SPLIT", "CORE", "2026-02-05", c.value))); len(f) != c.n {
				t.Errorf("%s %s: %v", basis, c.value, f)
			}
		}
	}
	in, _ := with(t, rule("same"), stored)
	if f := found(t, in, send(at("DE_SPLIT", "CORE", "2026-02-05", "55"))); len(f) != 0 {
		t.Errorf("no share was published that day: %v", f)
	}
	if f := found(t, in, send(at("DE_SPLIT", "CORE", "2026-03-05", "55"))); len(f) != 1 {
		t.Errorf("%v", f)
	}
}

func TestADerivedFindingIsTheSameOnEveryDay(t *testing.T) {
	in, _ := with(t, ranges)
	identity := func(vintage, run string) string {
		e := give("DE_SHARE_EST", "A.VN.NSO.TOTAL", "2025", vintage, "149", stat.AttrRun, run)
		delete(e.Attributes, stat.AttrSource)
		return found(t, in, send(e))[0].Identity
	}
	if a, b := identity("2026-10-01", "q#1"), identity("2026-10-02", "q#2"); a != b {
		t.Errorf("%q and %q", a, b)
	}
}

// Any message that is accepted satisfies every hard rule; what is refused is refused for a rule that it breaks.
func TestWhatIsAcceptedKeepsTheHardRules(t *testing.T) {
	c := reference(t)
	rapid.Check(t, func(r *rapid.T) {
		value := rapid.SampledFrom([]string{"-14.9", "0", "0.149", "1.49", "14.9", "100", "100.01", "149", "1490"}).Draw(r, "value")
		year := rapid.IntRange(1900, 2200).Draw(r, "year")
		published := rapid.IntRange(1999, 2028).Draw(r, "published")
		source := rapid.SampledFrom([]string{"NSO-2026-01", "ai đó"}).Draw(r, "source")
		status := rapid.SampledFrom([]stat.Status{stat.Normal, stat.Provisional, stat.Estimated, stat.Forecast}).Draw(r, "status")
		e := share("2025", "2026-01-05", value)
		e.Period, e.Status = stat.Year(year), status
		written := fmt.Sprintf("%d-01-05", published)
		e.Vintage = stat.Vintage{Date: stat.MustDate(written), Written: written}
		e.Attributes[stat.AttrSource] = source
		_, err := cube.Intake{Catalog: c, Store: &memory{}}.Review(context.Background(), send(e))
		number, _ := stat.ParseDecimal(value)
		good := number.Sign() >= 0 && number.Cmp(stat.Int(100)) <= 0 && year >= 1975 && year <= 2100 && published <= 2026 && source == "NSO-2026-01" &&
			(status == stat.Forecast || year <= published && year <= 2026 && (status == stat.Estimated || year <= 2025))
		if (err == nil) != good {
			r.Fatalf("%s %s of %d published %s by %s: %v", value, status, year, written, source, err)
		}
		if err != nil && fault.CodeOf(err) != "cube.rule" {
			r.Fatal(err)
		}
	})
}

// A good series scaled by a power of ten is noticed as soon as it has two points in the past: refused, or found.
func TestAScaledSeriesIsNoticed(t *testing.T) {
	c := reference(t)
	flows := map[string]string{"DE_SHARE": "A.VN.NSO.TOTAL", "NA_VA": "A.VN.C.V", "GRDP": "A.VN34-01", "POPULATION": "A.VN63-01", "GRDP_PER_HEAD": "A.VN63-01", "DE_LEVEL": "A.VN.NSO.TOTAL"}
	usual := map[string]float64{"DE_SHARE": 14, "NA_VA": 2.5e6, "GRDP": 1.4e6, "POPULATION": 8300, "GRDP_PER_HEAD": 140, "DE_LEVEL": 60}
	rapid.Check(t, func(r *rapid.T) {
		flow := rapid.SampledFrom([]string{"DE_SHARE", "NA_VA", "GRDP", "POPULATION", "GRDP_PER_HEAD", "DE_LEVEL"}).Draw(r, "flow")
		n := rapid.IntRange(3, 8).Draw(r, "years")
		power := rapid.SampledFrom([]int{-6, -3, -2, -1, 1, 2, 3, 6, 9}).Draw(r, "power")
		at := rapid.IntRange(2, n-1).Draw(r, "slipped")
		level := usual[flow]
		var past []cube.Entry
		var slipped cube.Entry
		for i := range n {
			level *= 1 + rapid.Float64Range(-0.05, 0.12).Draw(r, "growth")
			v, err := stat.FromFloat(level, 4)
			if err != nil {
				r.Fatal(err)
			}
			year := 2018 + i
			written := fmt.Sprintf("%d-01-06", min(year+1, 2026))
			e := give(flow, flows[flow], fmt.Sprint(min(year, 2025)), written, v.String())
			if i == at {
				e.Value = scale(v, power)
				slipped = e
			} else {
				past = append(past, e)
			}
		}
		s := &memory{}
		if _, err := s.Append(context.Background(), ready(t, cube.Message{Entries: past})); err != nil {
			r.Fatal(err)
		}
		review, err := cube.Intake{Catalog: c, Store: s}.Review(context.Background(), send(slipped))
		if err != nil && fault.CodeOf(err) == "cube.rule" {
			return
		}
		for _, f := range review.Findings {
			if f.Rule == "unit-slip" {
				return
			}
		}
		r.Fatalf("%s × 10^%d passed: %s (%v, %v)", flow, power, slipped.Value, review.Findings, err)
	})
}

func scale(d stat.Decimal, power int) *stat.Decimal {
	for ; power > 0; power-- {
		d = d.Mul(stat.Int(10))
	}
	for ; power < 0; power++ {
		d = d.Mul(stat.MustDecimal("0.1"))
	}
	return &d
}

func TestTheCellsOfAFindingComeBackFromItsParts(t *testing.T) {
	part := func(c, v string) cube.Entry {
		return give("DE_SHARE", "N.VN.NSO."+c, "2021-01-01/P5Y", "2026-01-05", v)
	}
	in, _ := with(t, sums)
	f := found(t, in, send(part("TOTAL", "14"), part("CORE", "9"), part("DIGITALISED", "3")))
	if len(f) != 1 || len(f[0].Cells) != 3 || fmt.Sprint(cube.CellsOf(f[0].Parts)) != fmt.Sprint(f[0].Cells) {
		t.Errorf("%+v", f)
	}
}

func TestEveryKindOfRuleSpeaks(t *testing.T) {
	c := reference(t)
	for _, r := range c.Rules() {
		for _, lang := range []string{"vi", "en"} {
			said := cube.Sentence(c, lang, r.ID, map[string]string{})
			if said == "" || r.Kind != catalog.IdentityRule && !strings.HasSuffix(said, r.Why.In(lang)) {
				t.Errorf("%s: %q", r.ID, said)
			}
		}
	}
}
