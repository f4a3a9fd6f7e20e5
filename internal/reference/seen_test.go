package reference_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
)

// Files that were once accepted as valid, and others of their kind, on top of the reference data.
const (
	shareHead  = "DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"
	vaHead     = "DATAFLOW,REF_AREA,ACTIVITY,PRICES,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"
	growthHead = "DATAFLOW,REF_AREA,ACTIVITY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"
	indHead    = "DATAFLOW,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE\n"
	areaHead   = "DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n"
	teamHead   = "DATAFLOW,REF_AREA,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE,CI_LOWER,CI_UPPER\n"
	dtiHead    = "DATAFLOW,REF_AREA,LEVEL,VERSION,INDEX,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE\n"
	taskHead   = "DATAFLOW,PROGRAMME,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE\n"
	growthMark = "DATAFLOW,REF_AREA,DEFINITION,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE\n"
)

func share(value string) string {
	return shareHead + "DE_SHARE,VN,NSO,TOTAL,2025," + value + ",A,2026-10-20,S,NSO-2026-01\n"
}

var refused = map[string]struct{ file, rule, column string }{
	"a share of 149 for 14.9":          {share("149"), "share-of-whole", "OBS_VALUE"},
	"a share of −14.9":                 {share("-14.9"), "share-of-whole", "OBS_VALUE"},
	"a share of 1490":                  {share("1490"), "share-of-whole", "OBS_VALUE"},
	"a part of the split above 100":    {shareHead + "DE_SPLIT,VN,NSO,CORE,2025,100.1,A,2026-10-20,S,NSO-2026-01\n", "share-of-whole", "OBS_VALUE"},
	"smartphones of 184 % of adults":   {indHead + "IND,VN,SMARTPHONE,2024-M12,184,A,2025-01-10,S,VNBIZNEWS,PC\n", "percent-of-population", "OBS_VALUE"},
	"a share of −1 % of adults":        {indHead + "IND,VN,SMARTPHONE,2024-M12,-1,A,2025-01-10,S,VNBIZNEWS,PC\n", "percent-of-population", "OBS_VALUE"},
	"the year 9999":                    {strings.Replace(share("14.9"), ",2025,", ",9999,", 1), "period-sane", "TIME_PERIOD"},
	"the year 1025":                    {strings.Replace(share("14.9"), ",2025,", ",1025,", 1), "period-sane", "TIME_PERIOD"},
	"a vintage of 1999 for 2025":       {strings.Replace(share("14.9"), "2026-10-20", "1999", 1), "vintage-after-begin", "VINTAGE"},
	"an estimate published a year ago": {shareHead + "DE_SHARE,VN,NSO,TOTAL,2026,14.9,E,2025-01-05,S,NSO-2026-01\n", "vintage-after-begin", "VINTAGE"},
	"published tomorrow":               {strings.Replace(share("14.9"), "2026-10-20", "2026-11-02", 1), "vintage-not-future", "VINTAGE"},
	"published next month":             {strings.Replace(share("14.9"), "2026-10-20", "2026-12", 1), "vintage-not-future", "VINTAGE"},
	"an actual of 2027-M10":            {indHead + "IND,VN,SMARTPHONE,2027-M10,84,A,2026-10-20,S,VNBIZNEWS,PC\n", "vintage-after-begin", "VINTAGE"},
	"the same without a vintage":       {indHead + "IND,VN,SMARTPHONE,2027-M10,84,A,,S,VNBIZNEWS,PC\n", "vintage-after-begin", "VINTAGE"},
	"an actual of a year not ended":    {shareHead + "DE_SHARE,VN,NSO,TOTAL,2026,14.9,A,2026-10-20,S,NSO-2026-01\n", "actual-not-ahead", "OBS_STATUS"},
	"a provisional year not ended":     {areaHead + "GRDP,VN34-01,2026,1600000,P,2026-10-20,S,NSO-2026-01\n", "actual-not-ahead", "OBS_STATUS"},
	"a source of no list":              {strings.Replace(share("14.9"), "NSO-2026-01", "một trang web", 1), "source-listed", "SOURCE"},
	"growth of −149 %":                 {growthHead + "NA_GROWTH,VN,B1GQ,2025,-149,A,2026-10-20,S,NSO-2026-01\n", "growth-not-below-nothing", "OBS_VALUE"},
	"digital growth of −149 %":         {growthMark + "DE_GROWTH,VN,NSO,G_CUR,2024,-149,A,2026-10-20,S,NSO-2026-01,PC\n", "growth-not-below-nothing", "OBS_VALUE"},
	"GDP in dong":                      {vaHead + "NA_VA,VN,B1GQ,V,2025,12847571000000000,A,2026-10-20,S,NSO-2026-01\n", "value-added-unit", "OBS_VALUE"},
	"persons for thousands of persons": {areaHead + "POPULATION,VN63-01,2022,8435600,A,2026-10-20,S,NSO-2026-01\n", "population-unit", "OBS_VALUE"},
	"a population below nothing":       {areaHead + "POPULATION,VN63-01,2022,-8435,A,2026-10-20,S,NSO-2026-01\n", "counts-are-whole", "OBS_VALUE"},
	"a GRDP below nothing":             {areaHead + "GRDP,VN34-01,2025,-1600000,A,2026-10-20,S,NSO-2026-01\n", "never-negative", "OBS_VALUE"},
	"minus five teams":                 {teamHead + "TEAMS,VN,TEAMS,2025-06-30,-5,A,2025-07-02,S,TEAMS-PRESS,TEAMS,,\n", "counts-are-whole", "OBS_VALUE"},
	"half a team":                      {teamHead + "TEAMS,VN,TEAMS,2025-06-30,80000.5,A,2025-07-02,S,TEAMS-PRESS,TEAMS,,\n", "counts-are-whole", "OBS_VALUE"},
	"80 provinces":                     {teamHead + "TEAMS,VN,PROVINCES,2025-06-30,80,A,2025-07-02,S,TEAMS-PRESS,PROVINCES,,\n", "provinces-of-the-country", "OBS_VALUE"},
	"bounds upside down":               {teamHead + "TEAMS,VN,TEAMS,2025-06-30,,O,2025-07-02,S,TEAMS-PRESS,TEAMS,2500,2400\n", "interval-in-order", "CI_LOWER"},
	"a value outside its bounds":       {teamHead + "TEAMS,VN,TEAMS,2025-06-30,90000,A,2025-07-02,S,TEAMS-PRESS,TEAMS,70000,80000\n", "interval-in-order", "CI_UPPER"},
	"rank 0":                           {indHead + "IND,VN,EGDI,2024,0,A,2025-01-10,S,VIETNAMNET-2454930,RANK\n", "rank-is-a-place", "OBS_VALUE"},
	"rank 71.5":                        {indHead + "IND,VN,EGDI,2024,71.5,A,2025-01-10,S,VIETNAMNET-2454930,RANK\n", "rank-is-a-place", "OBS_VALUE"},
	"a DTI score of 623 points":        {dtiHead + "DTI,VN63-01,PROV,DTI2021,TOTAL,SCORE,2022,623.5,A,2023-07-12,S,DTI-63-COPY,INDEX\n", "dti-score", "OBS_VALUE"},
	"a DTI score of 1.2":               {dtiHead + "DTI,VN63-01,PROV,DTI2021,TOTAL,SCORE,2022,1.2,A,2023-07-12,S,DTI-63-COPY,INDEX\n", "dti-score", "OBS_VALUE"},
	"the 150th of 63 provinces":        {dtiHead + "DTI,VN63-01,PROV,DTI2021,TOTAL,RANK,2022,150,A,2023-07-12,S,DTI-63-COPY,RANK\n", "dti-rank", "OBS_VALUE"},
	"tasks done to 130 %":              {taskHead + "TASKS,QD749,PRT_DONE,2024-12-31,130,A,2025-01-10,S,HOTUNGMAU,PC\n", "rate-of-tasks", "OBS_VALUE"},
}

// oddity is a file and the rule that finds it odd; no rule means that its unit already refuses it.
type oddity struct{ file, rule string }

var noticed = map[string]oddity{
	"parts of 9.5 and 4.4 of 14.9":      {share("14.9") + "DE_SHARE,VN,NSO,CORE,2025,9.5,A,2026-10-20,S,NSO-2026-01\nDE_SHARE,VN,NSO,DIGITALISED,2025,4.4,A,2026-10-20,S,NSO-2026-01\n", "core-and-digitalised"},
	"parts two units off their total":   {share("14.90") + "DE_SHARE,VN,NSO,CORE,2025,9.54,A,2026-10-20,S,NSO-2026-01\nDE_SHARE,VN,NSO,DIGITALISED,2025,5.34,A,2026-10-20,S,NSO-2026-01\n", "core-and-digitalised"},
	"a share of 1.49 for 14.9":          {share("1.49"), "unit-slip"},
	"a share as a fraction":             {share("0.149"), "share-as-fraction"},
	"a share that leaps":                {share("24.9"), "digital-share-jump"},
	"a share revised by four points":    {share("10.0"), "share-revised"},
	"GDP in millions":                   {strings.ReplaceAll(vaHead+"NA_VA,VN,B1GQ,V,2025,12847571,A,2026-10-20,S,NSO-2026-01\n", "12847571", "128475710"), "unit-slip"},
	"an industry × 1,000":               {vaHead + "NA_VA,VN,A,V,2024,1365000000,E,2026-10-20,S,NSO-2026-01\n", ""},
	"GDP of a thousandth":               {vaHead + "NA_VA,VN,B1GQ,V,2025,12847.571,A,2026-10-20,S,NSO-2026-01\n", "unit-slip"},
	"population × 10":                   {areaHead + "POPULATION,VN63-01,2022,84356,A,2026-10-20,S,NSO-2026-01\n", "unit-slip"},
	"income in dong":                    {areaHead + "GRDP_PER_HEAD,VN63-01,2022,141000000,A,2026-10-20,S,NSO-2026-01\n", "income-unit"},
	"growth of 801 % for 8.01":          {growthHead + "NA_GROWTH,VN,B1GQ,2025,801,A,2026-10-20,S,NSO-2026-01\n", "growth-of-an-economy"},
	"a forecast of what is long past":   {shareHead + "DE_SHARE,VN,MIC,TOTAL,2023,16.4,F,2026-10-20,S,MIC-2025\n", "forecast-not-past"},
	"a final figure before its year is": {shareHead + "DE_SHARE,VN,NSO,TOTAL,2025,14.1,A,2025-03-01,S,NSO-2026-01\n", "actual-after-end"},
	"last year's row copied": {"DATAFLOW,REF_AREA,SECTOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\n" +
		"GRDP_STRUCTURE,VN34-01,AGR,2024,1.86,A,2026-10-20,S,NSO-2026-01\nGRDP_STRUCTURE,VN34-01,IND,2024,22.25,A,2026-10-20,S,NSO-2026-01\nGRDP_STRUCTURE,VN34-01,SRV,2024,66.44,A,2026-10-20,S,NSO-2026-01\n" +
		"GRDP_STRUCTURE,VN34-01,AGR,2025,1.86,A,2026-10-20,S,NSO-2026-01\nGRDP_STRUCTURE,VN34-01,IND,2025,22.25,A,2026-10-20,S,NSO-2026-01\nGRDP_STRUCTURE,VN34-01,SRV,2025,66.44,A,2026-10-20,S,NSO-2026-01\n", "copied-figures"},
	"one province's rows copied to another": {areaHead + "POPULATION,VN63-22,2020,1337.6,A,2026-10-20,S,NSO-2026-01\nPOPULATION,VN63-22,2021,1350.9,A,2026-10-20,S,NSO-2026-01\nPOPULATION,VN63-22,2022,1362.9,A,2026-10-20,S,NSO-2026-01\n" +
		"POPULATION,VN63-27,2020,1337.6,A,2026-10-20,S,NSO-2026-01\nPOPULATION,VN63-27,2021,1350.9,A,2026-10-20,S,NSO-2026-01\nPOPULATION,VN63-27,2022,1362.9,A,2026-10-20,S,NSO-2026-01\n", "copied-figures"},
	"counts of tasks that do not add":          {taskHead + "TASKS,QD749,ASSIGNED,2024-12-31,80,A,2025-01-10,S,HOTUNGMAU,TASKS\nTASKS,QD749,DONE,2024-12-31,50,A,2025-01-10,S,HOTUNGMAU,TASKS\nTASKS,QD749,NOT_DONE,2024-12-31,29,A,2025-01-10,S,HOTUNGMAU,TASKS\n", "tasks-done-and-not"},
	"income times people that is not the GRDP": {areaHead + strings.Join(accounts("1205075"), ""), "people-times-income"},
}

// accounts are income per head, population and GRDP of one province, published together.
func accounts(grdp string) []string {
	const end = ",A,2026-10-20,S,NSO-2026-01\n"
	return []string{"GRDP_PER_HEAD,VN63-01,2023,150.5" + end, "POPULATION,VN63-01,2023,8500.5" + end, "GRDP,VN63-01,2023," + grdp + end}
}

var silent = map[string]string{
	"a plain new share": share("14.20"),
	"parts one unit off their total, as rounding is":  share("14.90") + "DE_SHARE,VN,NSO,CORE,2025,9.55,A,2026-10-20,S,NSO-2026-01\nDE_SHARE,VN,NSO,DIGITALISED,2025,5.34,A,2026-10-20,S,NSO-2026-01\n",
	"a target of the future":                          "DATAFLOW,REF_AREA,TARGET,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE,COMPARATOR\nTARGET,VN,749-1,2045,100,A,2026-10-20,S,QD749-PRESS,PC,=\n",
	"a forecast of the future":                        growthHead + "NA_GROWTH,VN,B1GQ,2027,8.5,F,2026-10-20,S,NSO-2026-01\n",
	"an estimate of the current year":                 shareHead + "DE_SHARE,VN,NSO,TOTAL,2026,14.9,E,2026-10-20,S,NSO-2026-01\n",
	"a rank of an edition of this year":               indHead + "IND,VN,GII,2026,44,A,2026-09-20,S,BIZHUB-GII-2021,RANK\n",
	"a figure known before its month ends":            indHead + "IND,VN,SMARTPHONE,2022-M04,74,A,2022-04-20,S,VNBIZNEWS,PC\n",
	"income times people within what rounding can do": areaHead + strings.Join(accounts("1279700"), ""),
	"users in millions":                               "DATAFLOW,REF_AREA,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE,UNIT_MEASURE,UNIT_MULT\nPLATFORMS,VN,MAU_ZALO,2024-M08,76.5,A,2024-09-20,S,ICTNEWS-420098,USERS,6\n",
}

func TestFilesThatMustNotPassUnnoticed(t *testing.T) {
	_, in, _ := loaded(t)
	c, areas := world(t)
	// The clock of the file is that of the load; the day is Viet Nam's.
	review := func(t *testing.T, file string) (cube.Review, error) {
		t.Helper()
		m, err := reference.Read(strings.NewReader(file), "tệp.csv", c, areas, reference.Options{Sender: "an", SentAt: when})
		if err != nil {
			return cube.Review{}, err
		}
		return in.Review(context.Background(), m)
	}
	for name, x := range refused {
		t.Run("refused: "+name, func(t *testing.T) {
			_, err := review(t, x.file)
			all := fault.All(err)
			if len(all) != 1 || all[0].Code != "cube.rule" || all[0].Args["rule"] != x.rule {
				t.Fatalf("got %v, want rule %s", err, x.rule)
			}
			if all[0].Where != (fault.Where{File: "tệp.csv", Row: 2, Column: x.column}) {
				t.Errorf("points at %v, want column %s", all[0].Where, x.column)
			}
			for _, lang := range []string{"vi", "en"} {
				if said := fault.In(err, lang); strings.ContainsAny(said, "{}") || said == "" {
					t.Errorf("%q", said)
				}
			}
		})
	}
	for name, x := range noticed {
		t.Run("a finding: "+name, func(t *testing.T) { mustFind(t, c, review, x) })
	}
	for name, file := range silent {
		t.Run("nothing to say: "+name, func(t *testing.T) {
			r, err := review(t, file)
			for _, f := range r.Findings {
				if f.Severity == catalog.Soft {
					t.Errorf("%s: %s", f.Rule, f.In(c, "en"))
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// mustFind wants the finding of one case, in sentences of both languages.
func mustFind(t *testing.T, c *catalog.Catalog, review func(*testing.T, string) (cube.Review, error), x oddity) {
	t.Helper()
	r, err := review(t, x.file)
	if x.rule == "" { // beyond what the unit allows
		if fault.CodeOf(err) != "cube.rule" {
			t.Fatalf("%v, %v", r.Findings, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Findings, func(f cube.Finding) bool { return f.Rule == x.rule })
	if i < 0 {
		t.Fatalf("not found among %v", rules(r.Findings))
	}
	if f := r.Findings[i]; f.Severity != catalog.Soft || f.Row < 2 || f.Column == "" || f.Identity == "" {
		t.Errorf("%+v", f)
	}
	for _, f := range r.Findings {
		for _, lang := range []string{"vi", "en"} {
			if said := f.In(c, lang); strings.ContainsAny(said, "{}") {
				t.Errorf("%q", said)
			}
		}
	}
}

func rules(list []cube.Finding) (out []string) {
	for _, f := range list {
		out = append(out, f.Rule)
	}
	return out
}

// A day begins at midnight in Viet Nam, wherever the program runs: at 18:00 UTC on 31 October it is 1 November there.
func TestTodayIsTheCountrysDay(t *testing.T) {
	c, areas := world(t)
	file := strings.Replace(share("14.2"), "2026-10-20", "2026-11-01", 1)
	for at, ok := range map[time.Time]bool{
		time.Date(2026, 10, 31, 16, 59, 59, 0, time.UTC): false,
		time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC):   true,
	} {
		_, err := reference.Read(strings.NewReader(file), "x.csv", c, areas, reference.Options{Sender: "an", SentAt: at})
		if (err == nil) != ok {
			t.Errorf("at %v: %v", at, err)
		}
	}
}

// Every reason that comes with the reference data belongs to a finding, and every finding that asks for one has it.
func TestTheReferenceDataComeWithTheirReasons(t *testing.T) {
	s, _, report := loaded(t)
	answers, err := reference.Answers(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	open, err := s.UnansweredFindings(context.Background(), nil)
	if err != nil || report.Findings == 0 {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, f := range open {
		used[f.Identity] = true
		if _, ok := answers[f.Identity]; !ok {
			t.Errorf("no reason for: %s", f.Identity)
		}
	}
	for identity := range answers {
		if !used[identity] {
			t.Errorf("a reason for nothing: %s", identity)
		}
	}
}
