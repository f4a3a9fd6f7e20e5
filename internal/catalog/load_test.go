package catalog_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
)

func load(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadReferenceCatalogue(t *testing.T) {
	c := load(t)
	t.Run("every dataflow has a topic, names and dimensions that resolve", func(t *testing.T) {
		for _, f := range c.Dataflows() {
			if len(f.Dimensions) == 0 || f.Dimensions[0].ID != "FREQ" {
				t.Errorf("%s does not begin with FREQ", f.ID)
			}
			for _, a := range f.Attributes {
				if _, ok := c.Concept(a); !ok {
					t.Errorf("%s carries unknown attribute %s", f.ID, a)
				}
			}
		}
	})
	t.Run("reported figures can name a source, derived ones a run", func(t *testing.T) {
		for _, f := range c.Dataflows() {
			want := stat.AttrSource
			if f.Kind == catalog.Derived {
				want = stat.AttrRun
			}
			if !f.Allows(want) {
				t.Errorf("%s cannot carry %s", f.ID, want)
			}
		}
	})
	t.Run("lists of SDMX agree with the codes that the program knows", func(t *testing.T) {
		l, err := c.Codelist("CL_OBS_STATUS")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range stat.Statuses() {
			if _, ok := l.Code(string(s)); !ok {
				t.Errorf("CL_OBS_STATUS lacks %s", s)
			}
		}
		marks, err := c.Codelist("CL_EVIDENCE")
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range stat.Marks() {
			if marks.Position(string(m)) != i {
				t.Errorf("mark %s is out of order", m)
			}
		}
	})
}

func TestTargetsOfTheReferenceCatalogue(t *testing.T) {
	c := load(t)
	t.Run("every target names an instrument, an indicator and a unit that exist", func(t *testing.T) {
		targets, err := c.Codelist("CL_TARGET")
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range targets.Codes {
			if c.Name("CL_INSTRUMENT", x.Notes["instrument"], "vi") == x.Notes["instrument"] {
				t.Errorf("%s: instrument %q", x.ID, x.Notes["instrument"])
			}
			if _, ok := c.Indicator(x.Notes["indicator"]); !ok {
				t.Errorf("%s: indicator %q", x.ID, x.Notes["indicator"])
			}
			if c.Name("CL_UNIT_MEASURE", x.Notes["unit"], "vi") == x.Notes["unit"] {
				t.Errorf("%s: unit %q", x.ID, x.Notes["unit"])
			}
		}
	})
	t.Run("one indicator has many targets", func(t *testing.T) {
		targets, _ := c.Codelist("CL_TARGET")
		var of []string
		for _, x := range targets.Codes {
			if x.Notes["indicator"] == "DE_GDP" {
				of = append(of, x.ID)
			}
		}
		for _, want := range []string{"749-7", "KTS-1", "P2023-1", "P2025-1", "NQ57-1"} {
			if !slices.Contains(of, want) {
				t.Errorf("target %s is not of DE_GDP: %v", want, of)
			}
		}
	})
	t.Run("the two indices abbreviated GCI stay apart", func(t *testing.T) {
		a, okA := c.Indicator("GCI_WEF")
		b, okB := c.Indicator("GCI_ITU")
		if !okA || !okB || a.Name == b.Name || a.Direction != -1 {
			t.Error(a, b)
		}
	})
	t.Run("an attribute is shown by the name of its code, or as written", func(t *testing.T) {
		if got := c.AttributeText(stat.AttrSource, "NSO-2025-01", "en"); !strings.Contains(got, "6 January 2025") {
			t.Errorf("source reads %q", got)
		}
		if got := c.AttributeText(stat.AttrSource, "Niên giám 2024", "en"); got != "Niên giám 2024" {
			t.Errorf("free text reads %q", got)
		}
	})
}

func TestClassifications(t *testing.T) {
	c := load(t)
	t.Run("the edition depends on the day", func(t *testing.T) {
		for day, want := range map[string]string{"2024-01-01": "VSIC2018", "2025-11-14": "VSIC2018", "2025-11-15": "VSIC2025", "2026-10-01": "VSIC2025"} {
			x, err := c.Classification("VSIC", stat.MustDate(day))
			if err != nil || x.ID != want {
				t.Errorf("%s: %v %v", day, x, err)
			}
		}
		if _, err := c.Classification("ISIC", stat.MustDate("2025-01-01")); !errors.Is(err, fault.New("catalog.no-classification")) {
			t.Error(err)
		}
	})
	t.Run("editions have the number of codes that the transcription states", func(t *testing.T) {
		want := map[string][5]int{"VSIC2018": {21, 88, 242, 464, 734}, "VSIC2025": {22, 87, 259, 495, 743}}
		for _, x := range c.Classifications() {
			var got [5]int
			for _, k := range x.Classes {
				got[k.Level-1]++
			}
			if got != want[x.ID] {
				t.Errorf("%s: %v, want %v", x.ID, got, want[x.ID])
			}
		}
	})
	t.Run("letter K is finance in 2018 and telecom with IT in 2025", func(t *testing.T) {
		old, _ := c.Classification("VSIC", stat.MustDate("2025-01-01"))
		now, _ := c.Classification("VSIC", stat.MustDate("2026-01-01"))
		if old.Section("6110") != "J" || now.Section("6110") != "K" || old.Section("6419") != "K" || old.Section("nothing") != "" {
			t.Error(old.Section("6110"), now.Section("6110"), old.Section("6419"))
		}
	})
	t.Run("the conversion has all pairs of both directions", func(t *testing.T) {
		for pair, want := range map[[2]string]int{{"VSIC2018", "VSIC2025"}: 2204, {"VSIC2025", "VSIC2018"}: 2181} {
			x, err := c.Correspondence(pair[0], pair[1])
			if err != nil || x.Len() != want {
				t.Errorf("%v: %v pairs (%v), want %d", pair, x.Len(), err, want)
			}
		}
		x, _ := c.Correspondence("VSIC2018", "VSIC2025")
		var to []string
		for _, l := range x.Of("6202") {
			to = append(to, l.To)
		}
		if !slices.Equal(to, []string{"6220"}) {
			t.Errorf("6202 leads to %v", to)
		}
		if _, err := c.Correspondence("VSIC2018", "ISIC4"); err == nil {
			t.Error("a correspondence that does not exist was found")
		}
	})
	t.Run("there are seven core industries, the last one inferred", func(t *testing.T) {
		core := c.CoreIndustries()
		if len(core) != 7 || core[0].VSIC2018 != "26" || core[6].VSIC2018 != "63" || core[6].Mark != stat.MarkInferred || core[0].Mark != stat.MarkSeen {
			t.Errorf("%+v", core)
		}
	})
	t.Run("there are fourteen intermediation and platform classes", func(t *testing.T) {
		if n := len(c.IntermediationClasses()); n != 14 {
			t.Error(n)
		}
		if n := len(c.DigitalLinks()); n != 32 {
			t.Error(n)
		}
	})
}

// copied gives the reference files as a map that a test may spoil.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(data.FS, "catalog", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(data.FS, p)
		out[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := fs.ReadFile(data.FS, catalog.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	out[catalog.Manifest] = &fstest.MapFile{Data: manifest}
	return out
}

func TestLoadRefuses(t *testing.T) {
	replace := func(file, old, with string) func(fstest.MapFS) {
		return func(m fstest.MapFS) {
			s := strings.Replace(string(m[file].Data), old, with, 1)
			if s == string(m[file].Data) {
				t.Fatalf("%s does not contain %q", file, old)
			}
			m[file] = &fstest.MapFile{Data: []byte(s)}
		}
	}
	for name, c := range map[string]struct {
		spoil func(fstest.MapFS)
		code  string
	}{
		"a missing file":                            {func(m fstest.MapFS) { delete(m, "catalog/dataflows.yaml") }, "catalog.bad-file"},
		"a key of YAML that it does not know":       {replace("catalog/dataflows.yaml", "additive: true", "aditive: true"), "catalog.bad-file"},
		"a dimension without a concept":             {replace("catalog/dataflows.yaml", "[FREQ, REF_AREA, TARGET]", "[FREQ, REF_AREA, TARGTE]"), "catalog.unresolved"},
		"an attribute without a concept":            {replace("catalog/dataflows.yaml", "[VALUE_TEXT, AREA_SET]", "[VALUE_TXT]"), "catalog.unresolved"},
		"a dataflow of no kind":                     {replace("catalog/dataflows.yaml", "kind: reported", "kind: guessed"), "catalog.unresolved"},
		"a unit that no list has":                   {replace("catalog/dataflows.yaml", "unit: PC_GDP", "unit: PERCENT"), "catalog.unresolved"},
		"a codelist that nobody declared":           {func(m fstest.MapFS) { m["catalog/codelists/CL_X.csv"] = &fstest.MapFile{Data: []byte("id\n")} }, "catalog.undeclared"},
		"a declared codelist without a file":        {func(m fstest.MapFS) { delete(m, "catalog/codelists/CL_FREQ.csv") }, "catalog.bad-file"},
		"a code without an English name":            {replace("catalog/codelists/CL_FREQ.csv", "A,,Năm,Annual", "A,,Năm,"), "catalog.nameless"},
		"a code that cannot stand in a key":         {replace("catalog/codelists/CL_BAND.csv", "GT20", "G.20"), "catalog.bad-code"},
		"a code that appears twice":                 {replace("catalog/codelists/CL_FREQ.csv", "S,,", "A,,"), "catalog.duplicate-code"},
		"a parent that is not there":                {replace("catalog/codelists/CL_ACTIVITY.csv", "A,B1GQ", "A,B2"), "catalog.unknown-parent"},
		"a ragged row":                              {replace("catalog/codelists/CL_FREQ.csv", "A,,Năm,Annual", "A,,Năm"), "catalog.bad-file"},
		"a core industry with an unknown code":      {replace("catalog/classifications/core_industries.csv", ",26,26,", ",26,2X,"), "catalog.unresolved"},
		"a class under a parent of the wrong level": {replace("catalog/classifications/VSIC2025.csv", "011,3,01,", "011,3,A,"), "catalog.unknown-parent"},
		"a pair with a code of neither edition":     {replace("catalog/classifications/VSIC2018-VSIC2025.csv", "01,01,one_to_one", "01,0X,one_to_one"), "catalog.unresolved"},
		"an indicator without a direction":          {replace("catalog/codelists/CL_INDICATOR.csv", "PC_GDP,1,DE_SHARE", "PC_GDP,0,DE_SHARE"), "catalog.unresolved"},
		"an indicator with a key of another shape":  {replace("catalog/codelists/CL_INDICATOR.csv", "..EGDI", ".EGDI"), "catalog.key-shape"},
	} {
		t.Run(name, func(t *testing.T) {
			m := copied(t)
			c.spoil(m)
			_, err := catalog.Load(m)
			if fault.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}
