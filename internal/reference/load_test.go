package reference_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"nhipso/data"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

var when = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)

// loaded gives a store that holds the reference data, and the report of the load.
func loaded(t *testing.T) (*store.Store, cube.Intake, reference.Report) {
	t.Helper()
	c, _ := world(t)
	s, err := store.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "cube.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	in := cube.Intake{Catalog: c, Store: s}
	r, err := reference.Load(context.Background(), data.FS, c, in, when, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, in, r
}

func TestLoad(t *testing.T) {
	ctx := context.Background()
	s, in, report := loaded(t)
	t.Run("every file is stored, each as one message", func(t *testing.T) {
		last, err := s.LastMessage(ctx)
		if err != nil || int(last) != len(report.Files) || report.Message != last || !report.Changed {
			t.Errorf("%d messages for %d files (%v)", last, len(report.Files), err)
		}
		for _, f := range report.Files {
			if f.Receipt.Added+f.Receipt.Revised != f.Rows || f.Rows == 0 {
				t.Errorf("%+v", f)
			}
		}
	})
	t.Run("loading again changes nothing and finds the same", func(t *testing.T) {
		again, err := reference.Load(ctx, data.FS, in.Catalog, in, when.Add(time.Hour), nil)
		if err != nil || again.Changed || again.Message != 0 || len(again.Findings) != len(report.Findings) {
			t.Errorf("%+v (%v)", again, err)
		}
	})
	t.Run("progress counts the files", func(t *testing.T) {
		n := 0
		_, err := reference.Load(ctx, data.FS, in.Catalog, in, when, func(p reference.Progress) {
			if n++; p.N != n || p.Of != len(report.Files) || p.File == "" {
				t.Errorf("%+v at %d", p, n)
			}
		})
		if err != nil || n != len(report.Files) {
			t.Errorf("%d calls (%v)", n, err)
		}
	})
	headline := func(at cube.AsOf) map[string]string {
		got, err := s.Read(ctx, cube.Query{Dataflow: "DE_SHARE", Key: "A.VN.NSO.TOTAL", AsOf: at})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, v := range got {
			out[v.Period.String()] = v.Value.String()
		}
		return out
	}
	t.Run("the headline reads 12.66, 12.87, 12.83, 12.87, 13.17, 14.02 now", func(t *testing.T) {
		got := headline(cube.AsOf{})
		for year, want := range map[string]string{"2020": "12.66", "2021": "12.87", "2022": "12.83", "2023": "12.87", "2024": "13.17", "2025": "14.02"} {
			if got[year] != want {
				t.Errorf("%s: %s, want %s", year, got[year], want)
			}
		}
	})
	t.Run("and as it was known at each earlier release", func(t *testing.T) {
		for day, want := range map[string]map[string]string{
			"2023-12-04": {"2022": "12.67"},
			"2024-12-31": {"2020": "12.66", "2021": "12.88", "2022": "12.63", "2023": "12.33"},
			"2025-01-06": {"2021": "12.87", "2022": "12.83", "2023": "12.87", "2024": "13.17"},
		} {
			got := headline(cube.AsOf{Vintage: stat.MustDate(day)})
			for year, v := range want {
				if got[year] != v {
					t.Errorf("as of %s, %s: %s, want %s", day, year, got[year], v)
				}
			}
		}
	})
	t.Run("a missing figure is missing, never zero", func(t *testing.T) {
		got, err := s.Read(ctx, cube.Query{Dataflow: "IND", Key: "A.VN63-01.DVC_FULL"})
		if err != nil || len(got) != 1 || got[0].Value != nil || got[0].Status != stat.Unpublished || got[0].Attributes[stat.AttrText] != "PR_LT10" {
			t.Errorf("%+v (%v)", got, err)
		}
	})
	t.Run("a range keeps its bounds and no invented middle", func(t *testing.T) {
		got, err := s.Read(ctx, cube.Query{Dataflow: "TEAMS", Key: "N.VN63-48.TEAMS"})
		if err != nil || len(got) != 1 || got[0].Value != nil || got[0].Attributes[stat.AttrLower] != "2400" || got[0].Attributes[stat.AttrUpper] != "2500" {
			t.Errorf("%+v (%v)", got, err)
		}
	})
	t.Run("a name means the territory of its date: Bắc Ninh 56.83 in 2022 is not Bắc Ninh 46.30 in 2025", func(t *testing.T) {
		for key, want := range map[string]string{"A.VN63-27.MIC.TOTAL": "56.83", "A.VN34-24.NSO.TOTAL": "46.3"} {
			got, err := s.Read(ctx, cube.Query{Dataflow: "DE_SHARE", Key: key})
			if err != nil || len(got) != 1 || got[0].Value.String() != want {
				t.Errorf("%s: %+v (%v)", key, got, err)
			}
		}
	})
	t.Run("a second official number under the same definition and vintage is refused", func(t *testing.T) {
		c, areas := world(t)
		m, err := reference.ReadCSV(strings.NewReader("DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,VINTAGE,EVIDENCE,SOURCE\nDE_SHARE,VN,NSO,TOTAL,2025,14.12,2026-01-05,S,another page\n"),
			"x.csv", c, areas, reference.Options{Sender: "someone", SentAt: when})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Take(ctx, m); fault.CodeOf(err) != "cube.two-numbers" {
			t.Error(err)
		}
	})
}

func TestLoadIsAllOrNothingPerFolder(t *testing.T) {
	c, _ := world(t)
	s, err := store.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "cube.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := fstest.MapFS{}
	for _, dir := range []string{"catalog/codelists/CL_AREA.csv", "territory/episodes.csv", "territory/regions.csv", "territory/succession.csv", "territory/counts.csv", "territory/aliases.csv", "observations/grdp.csv"} {
		b, err := data.FS.ReadFile(dir)
		if err != nil {
			t.Fatal(err)
		}
		m[dir] = &fstest.MapFile{Data: b}
	}
	m["observations/zz.csv"] = &fstest.MapFile{Data: []byte("DATAFLOW,REF_AREA,TIME_PERIOD,OBS_VALUE,EVIDENCE,SOURCE\nGRDP,VN34-01,2026,viết chữ,S,x\n")}
	_, err = reference.Load(context.Background(), m, c, cube.Intake{Catalog: c, Store: s}, when, nil)
	if fault.CodeOf(err) != "reference.not-a-number" {
		t.Errorf("got %v", err)
	}
	if last, _ := s.LastMessage(context.Background()); last != 0 {
		t.Error("a good file was stored beside a bad one")
	}
	delete(m, "observations/zz.csv")
	delete(m, "observations/grdp.csv")
	if _, err = reference.Load(context.Background(), m, c, cube.Intake{Catalog: c, Store: s}, when, nil); fault.CodeOf(err) != "reference.no-files" {
		t.Errorf("got %v", err)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = reference.Load(stopped, data.FS, c, cube.Intake{Catalog: c, Store: s}, when, nil); err == nil {
		t.Error("a stopped load went on")
	}
}

func TestFindings(t *testing.T) {
	c, _ := world(t)
	_, _, report := loaded(t)
	find := func(rule reference.Rule, contains string) *reference.Finding {
		for i, f := range report.Findings {
			if f.Rule == rule && strings.Contains(f.In(c, "en"), contains) {
				return &report.Findings[i]
			}
		}
		t.Errorf("no finding %s with %q", rule, contains)
		return &reference.Finding{}
	}
	t.Run("GDP and taxes of 2020 at constant prices differ by 88", func(t *testing.T) {
		for _, f := range []*reference.Finding{find(reference.QuartersToYear, "Gross domestic product"), find(reference.QuartersToYear, "Taxes less subsidies")} {
			if f.Difference.String() != "88" || f.Severity != reference.Gap || len(f.Cells) != 5 {
				t.Errorf("%+v", f)
			}
		}
	})
	t.Run("17 of 62 is 27.4 %, printed 27.5 %", func(t *testing.T) {
		f := find(reference.PrintedRate, "62 basic targets")
		if f.Expected.String() != "27.4" || f.Got.String() != "27.5" || !strings.Contains(f.In(c, "vi"), "17 trên 62 bằng 27,4 %") {
			t.Errorf("%+v %s", f, f.In(c, "vi"))
		}
	})
	t.Run("the 2017 rates are cut and complemented: 98.62 for 98.63, 1.38 for 1.37", func(t *testing.T) {
		if f := find(reference.PrintedRate, "98.62"); f.Expected.String() != "98.63" {
			t.Errorf("%+v", f)
		}
		if f := find(reference.PrintedRate, "1.38"); f.Expected.String() != "1.37" {
			t.Errorf("%+v", f)
		}
	})
	t.Run("digital growth of 2025 is 15.0 % in published dollars and 18.8 % in dong against 14.6 % printed", func(t *testing.T) {
		if f := find(reference.DigitalGrowthUSD, "2025"); f.Expected.String() != "15.0" || f.Got.String() != "14.6" {
			t.Errorf("%+v", f)
		}
		if f := find(reference.DigitalGrowthVND, "14.6"); f.Expected.String() != "18.8" {
			t.Errorf("%+v", f)
		}
		if f := find(reference.DigitalRatioVND, "1.64"); f.Expected.String() != "1.77" {
			t.Errorf("%+v", f)
		}
	})
	t.Run("the average of 2021–2025 is not the mean of the years as then known", func(t *testing.T) {
		if f := find(reference.MeanOfYears, "13.2"); f.Expected.String() != "13.152" {
			t.Errorf("%+v", f)
		}
	})
	t.Run("provinces add to 99.8, 99.0 and 99.5 % of GDP, as notes", func(t *testing.T) {
		for _, p := range []string{"99.8", "99.0", "99.5"} {
			if f := find(reference.ProvincesToNation, p); f.Severity != reference.Note {
				t.Errorf("%+v", f)
			}
		}
	})
	t.Run("growth of a newer vintage is not called a contradiction of older levels", func(t *testing.T) {
		if f := find(reference.GrowthOfLevels, "4.98"); f.Severity != reference.Vintage || f.Expected.String() != "5.07" {
			t.Errorf("%+v", f)
		}
	})
	t.Run("what holds is tested too, and holds", func(t *testing.T) {
		want := map[reference.Rule][2]int{
			reference.SectionsToGDP: {62, 62}, reference.QuartersToYear: {264, 262}, reference.ComponentsToTotal: {13, 13}, reference.SplitOfShare: {8, 8},
			reference.TasksAddUp: {9, 9}, reference.DTIFormula: {5, 5}, reference.DTIPoints: {3, 3}, reference.BandsToProvinces: {2, 2}, reference.StructureToWhole: {14, 14},
			reference.MeanOfYears: {3, 2}, reference.PrintedRate: {8, 4}, reference.GrowthOfLevels: {10, 7}, reference.StructureOfLevels: {6, 4},
			reference.ProvincesToNation: {3, 0}, reference.DigitalGrowthUSD: {1, 0}, reference.DigitalGrowthVND: {2, 0}, reference.DigitalRatioVND: {1, 0},
		}
		failed := 0
		for _, x := range report.Tested {
			if want[x.Rule] != [2]int{x.Tested, x.Held} {
				t.Errorf("%+v, want %v", x, want[x.Rule])
			}
			failed += x.Tested - x.Held
		}
		if failed != len(report.Findings) || len(report.Tested) != len(want) {
			t.Errorf("%d trials failed, %d findings", failed, len(report.Findings))
		}
	})
	t.Run("every finding reads in both languages with no place left open", func(t *testing.T) {
		for _, f := range report.Findings {
			for _, lang := range []string{"vi", "en"} {
				if s := f.In(c, lang); s == "" || strings.ContainsAny(s, "{}") || s != reference.Sentence(c, lang, string(f.Rule), f.Parts) {
					t.Errorf("%s: %q", f.Rule, s)
				}
			}
		}
	})
}

func TestAnIdentityThatBreaksIsFound(t *testing.T) {
	// The tallies above would also come out if the tests compared nothing: spoil one figure of each kind and see it caught.
	for name, c := range map[string]struct {
		file, old, with string
		rule            reference.Rule
		findings        int
	}{
		"an industry of one quarter":  {"na_va_quarterly.csv", "2024-Q4,35161,", "2024-Q4,35261,", reference.SectionsToGDP, 1},
		"the same against its year":   {"na_va_quarterly.csv", "2024-Q4,35161,", "2024-Q4,35261,", reference.QuartersToYear, 3},
		"a component":                 {"de_share.csv", "2025,8.42,", "2025,8.52,", reference.ComponentsToTotal, 1},
		"a part of a split":           {"de_split.csv", "2023,60.19,", "2023,60.39,", reference.SplitOfShare, 1},
		"a count of tasks":            {"tasks.csv", "2017-12-25,14068,", "2017-12-25,14067,", reference.TasksAddUp, 1},
		"a main index":                {"dti.csv", "2022,0.9581,", "2022,0.9681,", reference.DTIFormula, 1},
		"points of an index":          {"dti_structure.csv", "POINTS,2021,500,", "POINTS,2021,400,", reference.DTIPoints, 1},
		"a band":                      {"de_distribution.csv", "2022,44,", "2022,43,", reference.BandsToProvinces, 1},
		"a sector of a province":      {"grdp_structure.csv", "2025,66.44,", "2025,66.54,", reference.StructureToWhole, 1},
		"a year of a printed average": {"de_share.csv", "2020,12.66,A,2024", "2020,12.86,A,2024", reference.MeanOfYears, 2},
	} {
		t.Run(name, func(t *testing.T) {
			cat, _ := world(t)
			m := fstest.MapFS{}
			for _, dir := range []string{"catalog/codelists", "territory", "observations"} {
				entries, err := data.FS.ReadDir(dir)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range entries {
					b, _ := data.FS.ReadFile(dir + "/" + e.Name())
					if e.Name() == c.file {
						s := strings.Replace(string(b), c.old, c.with, 1)
						if s == string(b) {
							t.Fatalf("%s does not hold %q", c.file, c.old)
						}
						b = []byte(s)
					}
					m[dir+"/"+e.Name()] = &fstest.MapFile{Data: b}
				}
			}
			report, err := reference.Load(context.Background(), m, cat, cube.Intake{Catalog: cat, Store: &memory{}}, when, nil)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, f := range report.Findings {
				if f.Rule == c.rule {
					n++
				}
			}
			if n != c.findings {
				t.Errorf("%d findings of %s, want %d", n, c.rule, c.findings)
			}
		})
	}
}
