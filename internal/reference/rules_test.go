package reference_test

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/reference"
)

// judged loads a folder as Load does, and gives what the rules found and how often each identity was tried.
func judged(t *testing.T, fsys fs.FS) ([]cube.Finding, map[string]cube.Tally) {
	t.Helper()
	c, areas := world(t)
	s := &memory{}
	in := cube.Intake{Catalog: c, Store: s}
	names, err := fs.Glob(fsys, "observations/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	var found []cube.Finding
	tested := map[string]cube.Tally{}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := reference.Read(bytes.NewReader(b), name, c, areas, reference.Options{Sender: "test", SentAt: when, Vintage: c.Country().Compiled})
		if err != nil {
			t.Fatal(err)
		}
		r, err := in.Review(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, r.Findings...)
		for _, x := range r.Tested {
			id := spoken(c, x.Rule)
			sum := tested[id]
			tested[id] = cube.Tally{Rule: id, Tested: sum.Tested + x.Tested, Held: sum.Held + x.Held}
		}
		if _, err := cube.Append(context.Background(), s, m); err != nil {
			t.Fatal(err)
		}
	}
	return found, tested
}

// spoken gives the sentence of a rule's identity: rules of one sentence are one identity to a reader.
func spoken(c *catalog.Catalog, rule string) string {
	if r, ok := c.Rule(rule); ok && r.Say != "" {
		return r.Say
	}
	return rule
}

func TestFindingsOfTheReferenceData(t *testing.T) {
	c, _ := world(t)
	findings, tested := judged(t, data.FS)
	find := func(rule, contains string) cube.Finding {
		for _, f := range findings {
			if spoken(c, f.Rule) == rule && strings.Contains(f.In(c, "en"), contains) {
				return f
			}
		}
		t.Errorf("no finding %s with %q", rule, contains)
		return cube.Finding{}
	}
	for _, x := range []struct {
		name, rule, contains string
		severity             catalog.Severity
		facts                map[string]string
	}{
		{"GDP of 2020 at constant prices misses its quarters by 88", "quarters-to-year", "Gross domestic product", catalog.Soft, map[string]string{"difference": "88"}},
		{"and so do its taxes", "quarters-to-year", "Taxes less subsidies", catalog.Soft, map[string]string{"difference": "88"}},
		{"17 of 62 is 27.4 %, printed 27.5 %", "printed-rate", "62 basic targets", catalog.Soft, map[string]string{"expected": "27.4", "got": "27.5", "numerator": "17", "denominator": "62"}},
		{"the done rate of 2017 is cut", "printed-rate", "98.62", catalog.Soft, map[string]string{"expected": "98.63"}},
		{"and the overdue rate complements it", "printed-rate", "1.38", catalog.Soft, map[string]string{"expected": "1.37"}},
		{"digital growth of 2025 is 15.0 % in published dollars", "digital-growth-usd", "2025", catalog.Vintage, map[string]string{"expected": "15", "got": "14.6"}},
		{"and 18.8 % in dong", "digital-growth-own", "14.6", catalog.Vintage, map[string]string{"expected": "18.8"}},
		{"the ratio to 2020 is 1.77 in dong", "digital-ratio-own", "1.64", catalog.Vintage, map[string]string{"expected": "1.77"}},
		{"the average of 2021–2025 is not the mean of the years as then known", "mean-of-years", "13.2", catalog.Soft, map[string]string{"expected": "13.152"}},
		{"provinces add to 99.8 % of GDP, as a note", "provinces-to-nation", "99.8", catalog.Note, nil},
		{"and to 99.0 %", "provinces-to-nation", "99.0", catalog.Note, nil},
		{"and to 99.5 %", "provinces-to-nation", "99.5", catalog.Note, nil},
		{"growth of a newer publication is not called a contradiction of older levels", "growth-of-levels", "4.98", catalog.Vintage, map[string]string{"expected": "5.07"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			f := find(x.rule, x.contains)
			if f.Severity != x.severity {
				t.Errorf("severity %q", f.Severity)
			}
			for name, want := range x.facts {
				if f.Parts[name] != want {
					t.Errorf("%s is %q, want %q", name, f.Parts[name], want)
				}
			}
		})
	}
	t.Run("what holds is tested too, and holds", func(t *testing.T) {
		want := map[string][2]int{
			"sections-to-gdp": {62, 62}, "quarters-to-year": {264, 262}, "components-to-total": {13, 13}, "part-of-total": {25, 25}, "split-of-share": {8, 8},
			"tasks-add-up": {9, 9}, "dti-formula": {5, 5}, "dti-points": {3, 3}, "bands-to-provinces": {2, 2}, "structure-to-hundred": {14, 14},
			"mean-of-years": {3, 2}, "printed-rate": {8, 4}, "growth-of-levels": {10, 7}, "structure-of-levels": {6, 4},
			"provinces-to-nation": {3, 0}, "digital-growth-usd": {1, 0}, "digital-growth-own": {2, 0}, "digital-ratio-own": {1, 0},
		}
		for id, n := range want {
			if got := tested[id]; got.Tested != n[0] || got.Held != n[1] {
				t.Errorf("%s: %d of %d held, want %d of %d", id, got.Held, got.Tested, n[1], n[0])
			}
		}
		for id := range tested {
			if _, ok := want[id]; !ok {
				t.Errorf("%s was tried %d times and is not in this list", id, tested[id].Tested)
			}
		}
	})
	t.Run("every finding reads in both languages with no place left open", func(t *testing.T) {
		for _, f := range findings {
			for _, lang := range []string{"vi", "en"} {
				if s := f.In(c, lang); s == "" || strings.ContainsAny(s, "{}") {
					t.Errorf("%s: %q", f.Rule, s)
				}
			}
		}
	})
	t.Run("each has an identity of its own", func(t *testing.T) {
		seen := map[string]bool{}
		for _, f := range findings {
			if seen[f.Identity] {
				t.Errorf("%q twice", f.Identity)
			}
			seen[f.Identity] = true
		}
	})
}

// spoiled is the reference data with one text of one file replaced.
func spoiled(t *testing.T, file, old, with string) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	entries, err := data.FS.ReadDir("observations")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, _ := data.FS.ReadFile("observations/" + e.Name())
		if e.Name() == file {
			s := strings.Replace(string(b), old, with, 1)
			if s == string(b) {
				t.Fatalf("%s does not hold %q", file, old)
			}
			b = []byte(s)
		}
		m["observations/"+e.Name()] = &fstest.MapFile{Data: b}
	}
	return m
}

func TestAnIdentityThatBreaksIsFound(t *testing.T) {
	// The tallies above would also come out if the rules compared nothing: spoil one figure of each kind and see it caught.
	c, _ := world(t)
	for name, x := range map[string]struct {
		file, old, with, rule string
		findings              int
	}{
		"an industry of one quarter":  {"na_va_quarterly.csv", "2024-Q4,35161,", "2024-Q4,35261,", "sections-to-gdp", 1},
		"the same against its year":   {"na_va_quarterly.csv", "2024-Q4,35161,", "2024-Q4,35261,", "quarters-to-year", 3},
		"a component":                 {"de_share.csv", "2025,8.42,", "2025,8.52,", "components-to-total", 1},
		"a part of a split":           {"de_split.csv", "2023,60.19,", "2023,60.39,", "split-of-share", 1},
		"a count of tasks":            {"tasks.csv", "2017-12-25,14068,", "2017-12-25,14067,", "tasks-add-up", 1},
		"a main index":                {"dti.csv", "2022,0.9581,", "2022,0.9681,", "dti-formula", 1},
		"points of an index":          {"dti_structure.csv", "POINTS,2021,500,", "POINTS,2021,400,", "dti-points", 1},
		"a band":                      {"de_distribution.csv", "2022,44,", "2022,43,", "bands-to-provinces", 1},
		"a sector of a province":      {"grdp_structure.csv", "2025,66.44,", "2025,66.54,", "structure-to-hundred", 1},
		"a year of a printed average": {"de_share.csv", "2020,12.66,A,2024", "2020,12.86,A,2024", "mean-of-years", 2},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			findings, _ := judged(t, spoiled(t, x.file, x.old, x.with))
			for _, f := range findings {
				if spoken(c, f.Rule) == x.rule {
					n++
				}
			}
			if n != x.findings {
				t.Errorf("%d findings of %s, want %d", n, x.rule, x.findings)
			}
		})
	}
}
