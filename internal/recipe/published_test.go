package recipe

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// loaded makes figures as a load brings them: "FLOW/KEY/PERIOD VALUE STATUS VINTAGE SOURCE", by message in order.
func loaded(t interface{ Fatal(...any) }, rows ...string) []cube.Version {
	var out []cube.Version
	for i, row := range rows {
		var place, value, status, vintage, source string
		if _, err := fmt.Sscan(row, &place, &value, &status, &vintage, &source); err != nil {
			t.Fatal(row, err)
		}
		var flow, key, period string
		for n, part := range splitPlace(place) {
			*[]*string{&flow, &key, &period}[n] = part
		}
		v := stat.MustDecimal(value)
		out = append(out, cube.Version{Dataflow: flow, Message: int64(i + 1), Observation: stat.Observation{Key: stat.Key(key), Period: stat.MustPeriod(period), Value: &v,
			Status: stat.Status(status), Vintage: stat.Vintage{Date: stat.MustDate(vintage), Written: vintage}, Attributes: stat.Attributes{stat.AttrSource: source, stat.AttrMark: "S"}}})
	}
	return out
}

func splitPlace(place string) []string {
	var out []string
	rest := place
	for range 2 {
		for i := range rest {
			if rest[i] == '/' {
				out, rest = append(out, rest[:i]), rest[i+1:]
				break
			}
		}
	}
	return append(out, rest)
}

// derived runs a recipe on loaded figures as the runner does, and gives its figures by series and period.
func derived(t interface{ Fatal(...any) }, r pipeline.Recipe, figures []cube.Version) map[string]cube.Version {
	in := pipeline.InputsOf(r, r.Params, stat.MustDate("2027-02-01"), nil, figures)
	result, err := r.Compute(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pipeline.Derive(r, r.ID+"#1", in, result)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]cube.Version{}
	for _, v := range list {
		out[string(v.Key)+" "+v.Period.String()] = v
	}
	return out
}

func vnCatalog(t interface{ Fatal(...any) }) *catalog.Catalog {
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// saying gives value and status, and attributes that are asked for.
func saying(v cube.Version, attributes ...string) string {
	if v.Value == nil {
		return "nothing"
	}
	out := v.Value.String() + " " + string(v.Status)
	for _, a := range attributes {
		out += " " + v.Attributes[a]
	}
	return out
}

func TestPartsPrintedWithTheirTotalStayAsPrinted(t *testing.T) {
	got := derived(t, DigitalSplit(vn), loaded(t,
		"DE_SHARE/A.VN.NSO.TOTAL/2026 14.90 A 2027-01-05 NSO-2027", "DE_SHARE/A.VN.NSO.CORE/2026 9.55 A 2027-01-05 NSO-2027", "DE_SHARE/A.VN.NSO.DIGITALISED/2026 5.34 A 2027-01-05 NSO-2027",
		"DE_SHARE/A.VN.NSO.TOTAL/2025 14.02 P 2026-01-05 NSO-2026", "DE_SHARE/A.VN.NSO.CORE/2025 8.42 P 2026-01-05 NSO-2026",
		"DE_SHARE/A.VN.NSO.TOTAL/2024 13.17 A 2025-01-05 NSO-2025", "DE_SHARE/A.VN.NSO.DIGITALISED/2024 5.01 A 2023-01-05 NSO-2023"))
	for place, want := range map[string]string{
		"A.VN.NSO.CORE 2026": "9.55 A 0.01 ROUNDED_PARTS", "A.VN.NSO.DIGITALISED 2026": "5.34 A 0.01 ROUNDED_PARTS",
		"A.VN.NSO.CORE 2025": "8.42 P  AS_PUBLISHED", "A.VN.NSO.DIGITALISED 2025": "5.60 P  TOTAL_LESS_PART",
	} {
		if s := saying(got[place], stat.AttrResidue, stat.AttrComment); s != want {
			t.Errorf("%s: %q, want %q", place, s, want)
		}
	}
	if v := got["A.VN.NSO.DIGITALISED 2024"]; v.Status != stat.Estimated || v.Value.String() == "5.01" {
		t.Errorf("a part of another total was used: %s", saying(v))
	}
}

// TestComponentsAddToTheirTotal is the identity of DE_VA: beside a total only parts of it stand, and they add to it but for the residue that they state.
func TestComponentsAddToTheirTotal(t *testing.T) {
	c := vnCatalog(t)
	partitions := map[string][]string{"NSO": {"CORE", "DIGITALISED"}, "MIC": {"ICT", "NON_ICT"}}
	rapid.Check(t, func(t *rapid.T) {
		var rows []string
		hundredths := rapid.IntRange(1, 2000)
		for definition, parts := range partitions {
			for _, year := range []string{"2022", "2023"} {
				for n := range rapid.IntRange(1, 3).Draw(t, "publications") {
					day := fmt.Sprintf("202%d-01-05 DOC-%d", 4+n, n)
					whole := 0
					for _, p := range parts {
						h := hundredths.Draw(t, p)
						whole += h
						if rapid.IntRange(0, 3).Draw(t, "printed") > 0 {
							rows = append(rows, fmt.Sprintf("DE_SHARE/A.VN.%s.%s/%s %d.%02d A %s", definition, p, year, h/100, h%100, day))
						}
					}
					whole += rapid.IntRange(-1, 1).Draw(t, "rounding")
					rows = append(rows, fmt.Sprintf("DE_SHARE/A.VN.%s.TOTAL/%s %d.%02d A %s", definition, year, whole/100, whole%100, day))
				}
			}
		}
		for _, year := range []string{"2022", "2023"} {
			for n := range 2 {
				rows = append(rows, fmt.Sprintf("NA_VA/A.VN.B1GQ.V/%s %d A 202%d-06-06 GDP", year, rapid.IntRange(8_000_000, 12_000_000).Draw(t, "gdp"), 4+n))
			}
		}
		got := derived(t, DigitalAnnual(vn, c), loaded(t, rows...))
		for definition, parts := range partitions {
			for _, year := range []string{"2022", "2023"} {
				for _, choice := range []string{"PUB", "LATEST"} {
					name := func(component string) string {
						return "A.VN." + definition + "." + component + "." + choice + " " + year
					}
					a, b, whole := got[name(parts[0])], got[name(parts[1])], got[name("TOTAL")]
					if whole.Value == nil {
						t.Fatalf("%s is missing", name("TOTAL"))
					}
					if a.Value == nil || b.Value == nil {
						continue
					}
					residue := stat.Decimal{}
					if text := a.Attributes[stat.AttrResidue]; text != "" {
						residue = stat.MustDecimal(text)
					}
					if a.Value.Add(*b.Value).Add(residue).Cmp(*whole.Value) != 0 || a.Attributes[stat.AttrResidue] != b.Attributes[stat.AttrResidue] {
						t.Fatalf("%s: %s + %s + residue %q is not %s", name(""), a.Value, b.Value, a.Attributes[stat.AttrResidue], whole.Value)
					}
				}
			}
		}
	})
}

func TestATotalPrintedAgainKeepsItsPartsAndARevisedOneDoesNot(t *testing.T) {
	c := vnCatalog(t)
	first := []string{"NA_VA/A.VN.B1GQ.V/2025 12000000 A 2026-01-05 GDP", "NA_VA/A.VN.B1GQ.V/2025 12500000 A 2027-01-05 GDP2",
		"DE_SHARE/A.VN.NSO.TOTAL/2025 14.02 A 2026-01-05 ONE", "DE_SHARE/A.VN.NSO.CORE/2025 8.42 A 2026-01-05 ONE"}
	for again, want := range map[string]string{"14.02": "1052500.0000 A", "14.03": "nothing"} {
		figures := loaded(t, append(first, "DE_SHARE/A.VN.NSO.TOTAL/2025 "+again+" A 2027-01-05 TWO")...)
		// PUB of the part takes the GDP of the total that stands, which was printed anew in January 2027.
		if got := derived(t, DigitalAnnual(vn, c), figures)["A.VN.NSO.CORE.PUB 2025"]; saying(got) != want {
			t.Errorf("with the total printed again as %s the core is %s, want %s", again, saying(got), want)
		}
	}
}

func TestAnOfficialQuarterOutranksTheEstimate(t *testing.T) {
	quarters := func(rows ...string) []cube.Version {
		all := []string{"NA_GROWTH/A.VN.B1GQ/2024 7 A 2026-10-06 G", "NA_VA/A.VN.B1GQ.V/2023 400 A 2024-06-06 Y", "NA_VA/A.VN.B1GQ.V/2024 440 A 2025-06-06 Y"}
		for y, level := range map[string]string{"2023": "100", "2024": "110"} {
			for q := 1; q <= 4; q++ {
				all = append(all, fmt.Sprintf("NA_VA/Q.VN.B1GQ.V/%s-Q%d %s A 2025-06-06 Q", y, q, level), fmt.Sprintf("NA_VA/Q.VN.J.V/%s-Q%d 5 A 2025-06-06 Q", y, q))
			}
		}
		for q := 1; q <= 4; q++ {
			all = append(all, fmt.Sprintf("NA_GROWTH/Q.VN.B1GQ/2025-Q%d 8 A 2026-01-05 G", q))
		}
		return loaded(t, append(all, rows...)...)
	}
	for name, c := range map[string]struct {
		rows []string
		want map[string]string
	}{
		"beyond the last annual figure": {[]string{"NA_VA/Q.VN.B1GQ.V/2025-Q4 130 P 2026-01-06 NEW", "NA_VA/Q.VN.J.V/2025-Q4 6 A 2026-01-06 NEW"},
			map[string]string{"B1GQ.V 2025-Q4": "130 P  AS_PUBLISHED", "J.V 2025-Q4": "6 A  AS_PUBLISHED"}},
		"newer than the annual figure": {[]string{"NA_VA/A.VN.B1GQ.V/2025 500 E 2026-01-06 YEAR", "NA_VA/Q.VN.B1GQ.V/2025-Q4 130 A 2026-02-06 NEW"},
			map[string]string{"B1GQ.V 2025-Q4": "130 A  AS_PUBLISHED"}},
		"as new as the annual figure, which it does not contradict": {[]string{"NA_VA/A.VN.B1GQ.V/2025 500 E 2026-01-06 YEAR", "NA_VA/Q.VN.B1GQ.V/2025-Q4 130 A 2026-01-06 YEAR"},
			map[string]string{"B1GQ.V 2025-Q4": "130 A  AS_PUBLISHED"}},
		"older than an annual figure of a year not yet printed whole": {[]string{"NA_VA/A.VN.B1GQ.V/2025 500 A 2026-03-06 YEAR", "NA_VA/Q.VN.B1GQ.V/2025-Q1 118 A 2025-06-06 NEW"},
			map[string]string{"B1GQ.V 2025-Q1": "E 118 BENCHMARKED"}},
		"a year that still adds up to rounding": {[]string{"NA_VA/A.VN.B1GQ.V/2024 441 A 2026-03-06 YEAR"},
			map[string]string{"B1GQ.V 2024-Q3": "110 A  AS_PUBLISHED"}},
		"a year that a newer annual figure revises": {[]string{"NA_VA/A.VN.B1GQ.V/2024 480 A 2026-03-06 YEAR"},
			map[string]string{"B1GQ.V 2024-Q3": "E 110 BENCHMARKED", "B1GQ.V 2023-Q3": "100 A  AS_PUBLISHED"}},
		"a revised year of which one quarter is newer still": {[]string{"NA_VA/A.VN.B1GQ.V/2024 480 A 2026-03-06 YEAR", "NA_VA/Q.VN.B1GQ.V/2024-Q3 121 A 2026-04-06 NEW"},
			map[string]string{"B1GQ.V 2024-Q3": "121 A  AS_PUBLISHED", "B1GQ.V 2024-Q2": "E 110 BENCHMARKED"}},
	} {
		got := derived(t, GDPQuarterly(vn), quarters(c.rows...))
		for place, want := range c.want {
			v := got["Q.VN."+place]
			s := saying(v, stat.AttrPrinted, stat.AttrComment)
			if want[0] == 'E' { // the value is the method's
				s = s[len(v.Value.String())+1:]
			}
			if s != want {
				t.Errorf("%s: %s is %q, want %q", name, place, s, want)
			}
		}
		for _, year := range []string{"2023", "2024"} {
			sum := stat.Decimal{}
			for q := 1; q <= 4; q++ {
				sum = sum.Add(*got[fmt.Sprintf("Q.VN.B1GQ.V %s-Q%d", year, q)].Value)
			}
			if name == "a revised year of which one quarter is newer still" && year == "2024" && sum.Cmp(stat.Int(480)) != 0 {
				t.Errorf("%s: %s adds to %s", name, year, sum)
			}
		}
	}
}

// withLoaded runs a recipe on the figures of Viet Nam and some more.
func withLoaded(t *testing.T, r pipeline.Recipe, rows ...string) map[string]cube.Version {
	t.Helper()
	n := newNational(t)
	var all []cube.Version
	for _, i := range r.Inputs {
		list, err := cube.History(t.Context(), n.store, cube.Query{Dataflow: i.Dataflow, Key: i.Key})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	more := loaded(t, rows...)
	for i := range more {
		more[i].Message += 1_000_000
	}
	return derived(t, r, append(all, more...))
}

func TestAnOfficialQuarterlyShareOutranksTheNowcast(t *testing.T) {
	const where = "Q.VN.NSO."
	before := withLoaded(t, DigitalQuarterly(vn))
	got := withLoaded(t, DigitalQuarterly(vn), "DE_SHARE/Q.VN.NSO.TOTAL/2026-Q3 15.10 P 2026-11-01 NEW", "DE_SHARE/Q.VN.NSO.CORE/2024-Q2 8.50 A 2026-11-01 NEW")
	for _, method := range []string{denton, chowlin} {
		for place, want := range map[string]string{"TOTAL." + method + ".SHARE 2026-Q3": "15.10 P", "CORE." + method + ".SHARE 2024-Q2": "8.50 A"} {
			if v := got[where+place]; saying(v) != want || v.Attributes[stat.AttrLower] != "" {
				t.Errorf("%s is %s", place, saying(v, stat.AttrLower))
			}
		}
		c, d, whole := got[where+"CORE."+method+".VA 2026-Q3"], got[where+"DIGITALISED."+method+".VA 2026-Q3"], got[where+"TOTAL."+method+".VA 2026-Q3"]
		if c.Value.Add(*d.Value).Cmp(*whole.Value) != 0 || c.Status != stat.Forecast || whole.Status == stat.Forecast && before[where+"TOTAL."+method+".VA 2026-Q3"].Status != stat.Forecast {
			t.Errorf("%s: %s + %s is not the official %s", method, saying(c), saying(d), saying(whole))
		}
		was, is := stat.Decimal{}, stat.Decimal{}
		for _, q := range stat.Year(2024).Within(stat.Quarterly) {
			name := where + "CORE." + method + ".VA " + q.String()
			was, is = was.Add(*before[name].Value), is.Add(*got[name].Value)
		}
		if was.Sub(is).Abs().Cmp(stat.MustDecimal("0.001")) > 0 || got[where+"CORE."+method+".VA 2024-Q1"].Value.Cmp(*before[where+"CORE."+method+".VA 2024-Q1"].Value) == 0 {
			t.Errorf("%s: the other quarters of 2024 do not make room: the year was %s and is %s", method, was, is)
		}
	}
}

func TestAPublishedProvinceOutranksTheEstimate(t *testing.T) {
	got := withLoaded(t, Areas(areas(t)), "GRDP/A.VN63-24/2025 250000 P 2026-11-01 NEW", "GRDP/A.VN63-01/2022 1300000 A 2026-11-01 NEW")
	whole := newNational(t).series(t, "GRDP", "A", "VN34-24").at[stat.Year(2025)]
	part, rest := got["A.VN63-24 2025"], got["A.VN63-27 2025"]
	if saying(part, stat.AttrComment) != "250000 P AS_PUBLISHED" || rest.Value.Add(*part.Value).Cmp(*whole.Value) != 0 || rest.Status != stat.Estimated {
		t.Errorf("of %s: %s and %s", whole.Value, saying(part, stat.AttrComment), saying(rest))
	}
	for place, want := range map[string]string{"A.VN63-01 2022": "1300000 A AS_PUBLISHED", "A.VN34-01 2022": "1300000 E RESTATED_EXACT"} {
		if s := saying(got[place], stat.AttrComment); s != want {
			t.Errorf("%s is %s, want %s", place, s, want)
		}
	}
	if v := got["A.VN34-24 2020"]; v.Attributes[stat.AttrComment] != asPublished || v.Value.Cmp(*newNational(t).series(t, "GRDP", "A", "VN34-24").at[stat.Year(2020)].Value) != 0 {
		t.Errorf("published for 2020, yet %s", saying(v, stat.AttrComment))
	}
}

func TestAPublishedScoreOutranksTheMeanOfItsParts(t *testing.T) {
	got := withLoaded(t, DTIAreas(areas(t)), "DTI/A.VN34-24.PROV.DTI2024.TOTAL.SCORE/2024 0.7777 A 2026-11-01 NEW")
	if s := saying(got["A.VN34-24.PROV.DTI2024.TOTAL.SCORE 2024"], stat.AttrComment); s != "0.7777 A AS_PUBLISHED" {
		t.Errorf("the published score is %s", s)
	}
}

func TestAPrintedRateIsStatedBesideTheCounts(t *testing.T) {
	rows := []string{"TASKS/D.NQ71.ASSIGNED/2026-06-30 126 A 2026-07-01 R", "TASKS/D.NQ71.DONE/2026-06-30 102 A 2026-07-01 R", "TASKS/D.NQ71.OVERDUE/2026-06-30 4 A 2026-07-01 R"}
	for printed, want := range map[string]string{"80.9": "80.952381 A 80.9", "96.2": "80.952381 A ", "50": "80.952381 A "} {
		got := derived(t, TaskRates(), loaded(t, append(rows, "TASKS/D.NQ71.PRT_DONE/2026-06-30 "+printed+" A 2026-07-01 R")...))
		if s := saying(got["D.NQ71.DONE_OF_ASSIGNED 2026-06-30"], stat.AttrPrinted); s != want {
			t.Errorf("printed %s: %q, want %q", printed, s, want)
		}
		if s := saying(got["D.NQ71.DONE_OF_DUE 2026-06-30"], stat.AttrPrinted); (printed == "96.2") != (s == "96.226415 A 96.2") {
			t.Errorf("printed %s: of those due %q", printed, s)
		}
	}
}

// TestDerivedFiguresNeverBearTheMarkOfADocument holds over every figure that recipes give.
func TestDerivedFiguresNeverBearTheMarkOfADocument(t *testing.T) {
	n := newNational(t)
	for _, r := range All(n.catalog, areas(t)) {
		for _, flow := range r.Outputs {
			list, err := cube.Read(t.Context(), n.store, cube.Query{Dataflow: flow})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if m := v.Mark(); m != stat.MarkDerived && m != stat.MarkInferred && m != stat.MarkUnverified {
					t.Fatalf("%s bears %q", v.Cell(), m)
				}
			}
		}
	}
}

func TestTheStatementOnElectronicsIsReadFromWhereItIsPublished(t *testing.T) {
	n := newNational(t)
	place := "Q.VN.NSO.CORE.DENTON.SHARE 2026-Q3"
	without := withLoaded(t, DigitalQuarterly(vn))[place]
	same := withLoaded(t, DigitalQuarterly(vn), "DE_SPLIT/N.VN.NSO.ELECTRONICS/2020-01-01/P4Y 30 A 2024-12-31 NSO-2024")[place]
	higher := withLoaded(t, DigitalQuarterly(vn), "DE_SPLIT/N.VN.NSO.ELECTRONICS/2020-01-01/P4Y 36 A 2024-12-31 NSO-2024")[place]
	if without.Value.Cmp(*same.Value) != 0 || same.Value.Cmp(*higher.Value) == 0 {
		t.Errorf("by the parameter %s, by the statement %s, by a higher one %s", without.Value, same.Value, higher.Value)
	}
	// The question "what if it were 36 %" is answered whatever was published.
	statement := loaded(t, "DE_SPLIT/N.VN.NSO.ELECTRONICS/2020-01-01/P4Y 30 A 2024-12-31 NSO-2024")
	read := func(flow, key string) []cube.Version {
		if flow == "DE_SPLIT" {
			return statement
		}
		list, err := cube.Read(t.Context(), n.store, cube.Query{Dataflow: flow, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	low, _, err := NowcastWith(vn, read, 30)
	high, ok, err2 := NowcastWith(vn, read, 36)
	if err != nil || err2 != nil || !ok || low.Share.Cmp(high.Share) == 0 {
		t.Errorf("30 %% gives %s and 36 %% %s (%v, %v)", low.Share, high.Share, err, err2)
	}
}

func TestTheOfficialFourthQuarterOf2026IsShownAsPublished(t *testing.T) {
	got := withLoaded(t, GDPQuarterly(vn), "NA_VA/Q.VN.B1GQ.V/2026-Q4 3950000 A 2027-01-06 NEW", "NA_VA/Q.VN.J.V/2026-Q4 140000 P 2027-01-06 NEW")
	for place, want := range map[string]string{"B1GQ.V 2026-Q4": "3950000 A AS_PUBLISHED", "J.V 2026-Q4": "140000 P AS_PUBLISHED"} {
		if s := saying(got["Q.VN."+place], stat.AttrComment); s != want {
			t.Errorf("%s is %s, want %s", place, s, want)
		}
	}
	if v := got["Q.VN.C.V 2026-Q4"]; v.Status != stat.Forecast {
		t.Errorf("manufacturing, which was not published, is %s", saying(v))
	}
}
