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
	t.Run("loading again changes nothing and finds nothing again", func(t *testing.T) {
		again, err := reference.Load(ctx, data.FS, in.Catalog, in, when.Add(time.Hour), nil)
		if err != nil || again.Changed || again.Message != 0 || again.Findings != 0 {
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
		got, err := cube.Read(ctx, s, cube.Query{Dataflow: "DE_SHARE", Key: "A.VN.NSO.TOTAL", AsOf: at})
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
}

func TestWhatIsLoadedIsWhatWasPublished(t *testing.T) {
	ctx := context.Background()
	s, in, _ := loaded(t)
	t.Run("a missing figure is missing, never zero", func(t *testing.T) {
		got, err := cube.Read(ctx, s, cube.Query{Dataflow: "IND", Key: "A.VN63-01.DVC_FULL"})
		if err != nil || len(got) != 1 || got[0].Value != nil || got[0].Status != stat.Unpublished || got[0].Attributes[stat.AttrText] != "PR_LT10" {
			t.Errorf("%+v (%v)", got, err)
		}
	})
	t.Run("a range keeps its bounds and no invented middle", func(t *testing.T) {
		got, err := cube.Read(ctx, s, cube.Query{Dataflow: "TEAMS", Key: "N.VN63-48.TEAMS"})
		if err != nil || len(got) != 1 || got[0].Value != nil || got[0].Attributes[stat.AttrLower] != "2400" || got[0].Attributes[stat.AttrUpper] != "2500" {
			t.Errorf("%+v (%v)", got, err)
		}
	})
	t.Run("a name means the territory of its date: Bắc Ninh 56.83 in 2022 is not Bắc Ninh 46.30 in 2025", func(t *testing.T) {
		for key, want := range map[string]string{"A.VN63-27.MIC.TOTAL": "56.83", "A.VN34-24.NSO.TOTAL": "46.3"} {
			got, err := cube.Read(ctx, s, cube.Query{Dataflow: "DE_SHARE", Key: key})
			if err != nil || len(got) != 1 || got[0].Value.String() != want {
				t.Errorf("%s: %+v (%v)", key, got, err)
			}
		}
	})
	t.Run("a second official number under the same definition and vintage is refused", func(t *testing.T) {
		c, areas := world(t)
		m, err := reference.Read(strings.NewReader("DATAFLOW,REF_AREA,DEFINITION,COMPONENT,TIME_PERIOD,OBS_VALUE,VINTAGE,EVIDENCE,SOURCE\nDE_SHARE,VN,NSO,TOTAL,2025,14.12,2026-01-05,S,NSO-2025-01\n"),
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
	for _, dir := range []string{"catalog/codelists/CL_AREA.csv", "catalog/codelists/CL_AREA_SET.csv", "territory/episodes.csv", "territory/regions.csv", "territory/succession.csv", "territory/counts.csv", "territory/aliases.csv", "observations/grdp.csv"} {
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
