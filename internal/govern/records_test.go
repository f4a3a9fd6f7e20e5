package govern

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func records(t *testing.T) (*Records, *catalog.Catalog) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Load(data.FS, c)
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

func TestRecords(t *testing.T) {
	r, c := records(t)
	t.Run("there are ten action programmes, numbered, each with a source", func(t *testing.T) {
		if len(r.Programmes) != 10 {
			t.Fatalf("%d programmes", len(r.Programmes))
		}
		for i, p := range r.Programmes {
			if p.No != i+1 || p.Name.Vi == "" || p.Name.En == "" || p.Mark != stat.MarkSeen || c.Name("CL_SOURCE", p.Source, "vi") == p.Source {
				t.Errorf("%+v", p)
			}
		}
	})
	t.Run("programmes 4 and 6 have nothing on record, and say so", func(t *testing.T) {
		for _, no := range []int{4, 6} {
			if p := r.Programmes[no-1]; p.FollowUp.Vi != "" || p.FollowUpMark != "" || len(p.Figures) != 0 {
				t.Errorf("%+v", p)
			}
		}
	})
	t.Run("a deadline is a day", func(t *testing.T) {
		for no, want := range map[int][]string{1: {"2024-12-31"}, 2: {"2023-12-31", "2024-12-31"}, 7: {"2025-12-31"}, 8: {"2023-12-31", "2023-12-31"}, 9: {"2024-03-31"}, 3: nil} {
			var got []string
			for _, d := range r.Programmes[no-1].Deadlines {
				got = append(got, d.Day().String())
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("programme %d: %v, want %v", no, got, want)
			}
		}
	})
}

func TestMinistriesAndReportsOfTheRecords(t *testing.T) {
	r, c := records(t)
	t.Run("before March 2025 there were 18 ministries and 4 ministry-level agencies on record by their changes, since then 14 and 3", func(t *testing.T) {
		count := func(day string) (ministries, level int) {
			for _, o := range r.On(stat.MustDate(day)) {
				switch o.Kind {
				case "ministry":
					ministries++
				case "ministry-level":
					level++
				}
			}
			return
		}
		if m, l := count("2025-02-28"); m != 18 || l != 4 {
			t.Errorf("before: %d and %d", m, l)
		}
		if m, l := count("2025-03-01"); m != 14 || l != 3 {
			t.Errorf("after: %d and %d", m, l)
		}
	})
	t.Run("the work of MIC passed to science and technology, its press to culture", func(t *testing.T) {
		if o, ok := r.Successor("BTTTT"); !ok || o.ID != "BKHCN" {
			t.Error(o, ok)
		}
		if _, ok := r.Successor("BKHCN"); ok {
			t.Error("a ministry that stands has a successor")
		}
	})
	t.Run("a quarterly report runs from day 15 to day 14 and is due on day 25 of the last month", func(t *testing.T) {
		for _, x := range r.Calendar {
			if x.Rule == "NĐ 09/2019/NĐ-CP" && x.Period == "Q" && (x.FromDay != 15 || x.ToDay != 14 || x.DueDay != 25 || x.DueMonth != "last") {
				t.Errorf("%+v", x)
			}
		}
		if len(r.Calendar) != 14 {
			t.Errorf("%d rules", len(r.Calendar))
		}
	})
	t.Run("a very large platform has more than a tenth of the population", func(t *testing.T) {
		for _, x := range r.PlatformRules {
			if x.ID == "VERY_LARGE" && (x.Comparator != ">" || x.Value.String() != "10") {
				t.Errorf("%+v", x)
			}
			if c.Name("CL_SOURCE", x.Source, "en") == x.Source {
				t.Errorf("no source %s", x.Source)
			}
		}
		if len(r.PlatformRules) != 4 {
			t.Errorf("%d rules", len(r.PlatformRules))
		}
	})
}

func TestLoadRefusesRecordsThatDoNotFit(t *testing.T) {
	_, c := records(t)
	for name, x := range map[string]struct{ file, old, with, code string }{
		"a merger of nobody":              {"mergers", "BTTTT,BKHCN", "BTTTT,BKHCM", "govern.bad-file"},
		"a day that is none":              {"organisations", "2025-02-28", "2025-02-30", "govern.bad-file"},
		"a deadline of no programme":      {"deadlines", "9,before", "19,before", "govern.bad-file"},
		"a deadline of no kind":           {"deadlines", "9,before", "9,after", "govern.bad-file"},
		"a threshold that is no number":   {"platform_rules", ">,10", ">,mười", "govern.bad-file"},
		"a mark that is none":             {"platform_rules", "ND137,S", "ND137,X", "govern.bad-record"},
		"a day of the month that is none": {"report_calendar", "M,15,14", "M,45,14", "govern.bad-file"},
		"an organisation listed twice":    {"organisations", "BCA,", "BQP,", "govern.bad-file"},
		"another heading":                 {"mergers", "old,new", "new,old", "govern.bad-file"},
	} {
		t.Run(name, func(t *testing.T) {
			m := fstest.MapFS{}
			files, err := fs.Glob(data.FS, "govern/*.csv")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				b, _ := fs.ReadFile(data.FS, f)
				if f == "govern/"+x.file+".csv" {
					s := strings.Replace(string(b), x.old, x.with, 1)
					if s == string(b) {
						t.Fatalf("%s does not hold %q", f, x.old)
					}
					b = []byte(s)
				}
				m[f] = &fstest.MapFile{Data: b}
			}
			if _, err := Load(m, c); fault.CodeOf(err) != x.code {
				t.Errorf("got %v, want %s", err, x.code)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}, c); fault.CodeOf(err) != "govern.bad-file" {
		t.Error(err)
	}
}
