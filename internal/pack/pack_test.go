package pack_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/stat"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

// copied gives a pack as a map that a test may change.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(testpack.Cloudland(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(testpack.Cloudland(), path)
		out[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// with is a pack in which a part of a file reads otherwise.
func with(t *testing.T, file, old, now string) fstest.MapFS {
	t.Helper()
	files := copied(t)
	text := string(files[file].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %q", file, old)
	}
	files[file].Data = []byte(strings.Replace(text, old, now, 1))
	return files
}

func TestAFolderIsAPackOrRefusedByName(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{filepath.Join(dir, "none"): "pack.no-folder", dir: "pack.no-manifest"} {
		if _, err := pack.Folder(name); fault.CodeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Folder(dir); err != nil {
		t.Error(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "teritory"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Folder(dir); fault.CodeOf(err) != "pack.unknown-entry" || !strings.Contains(err.Error(), "teritory") {
		t.Error(err)
	}
	if _, err := pack.Folder("../../data"); err != nil {
		t.Errorf("the pack that comes with the program: %v", err)
	}
}

func TestAPackThatDoesNotFitTogetherIsRefused(t *testing.T) {
	for name, x := range map[string]struct{ file, old, now, want string }{
		"another nation than the manifest's": {"catalog/codelists/CL_AREA_SET.csv", "\nXM,", "\nXM_PROV,", "territory.bad-set"},
		"a currency that no list has":        {"pack.yaml", "XMF", "XMG", "catalog.unresolved"},
		"a target that no list has":          {"pack.yaml", "T-1", "T-9", "catalog.unresolved"},
		"sets that leave a day between":      {"catalog/codelists/CL_AREA_SET.csv", "2023-12-31", "2023-12-30", "territory.bad-set"},
		"a province that leads nowhere":      {"territory/succession.csv", "XM5-04,XM3-03", "XM5-03,XM3-03", "territory.incomplete"},
		"a word without a language":          {"words/web.csv", "home.parts-note", ",,\nhome.parts-note", "pack.bad-words"},
		"a code that belongs to itself":      {"catalog/codelists/CL_TOPIC.csv", "\nDE,,", "\nDE,DE,", "catalog.circle"},
		"a code twice":                       {"catalog/codelists/CL_TOPIC.csv", "\nDE,,", "\nDE,,a,b\nDE,,", "catalog.duplicate-code"},
		"a second document":                  {"pack.yaml", "synthetic: true", "synthetic: true\n---\nid: other", "catalog.bad-file"},
		"a file in another encoding":         {"pack.yaml", "Xứ", "X\xfa", "catalog.bad-file"},
		"a zero byte":                        {"geo/map.yaml", "width", "#\x00\nwidth", "catalog.bad-file"},
		"one language for all":               {"pack.yaml", "[vi, en]", "[en]", "catalog.bad-manifest"},
		"a line break in a name":             {"catalog/codelists/CL_TOPIC.csv", "DE,,Kinh tế số", "DE,,\"Kinh tế\nsố\"", "catalog.bad-name"},
		"a name that is read backwards":      {"catalog/codelists/CL_TOPIC.csv", "DE,,Kinh tế số", "DE,,\u202eKinh tế số", "catalog.bad-name"},
		"a name without end":                 {"catalog/codelists/CL_TOPIC.csv", "DE,,Kinh tế số", "DE,," + strings.Repeat("Kinh tế số ", 500), "catalog.bad-name"},
		"decimals below none":                {"catalog/dataflows.yaml", "decimals: 2", "decimals: -2", "catalog.bad-digits"},
		"decimals without end":               {"catalog/dataflows.yaml", "decimals: 2", "decimals: 999999999", "catalog.bad-digits"},
		"a map without its size":             {"geo/map.yaml", "width: 160", "width: 0", "geo.bad-file"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := pack.Read(with(t, x.file, x.old, x.now)); !errors.Is(err, fault.New(x.want)) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestAFileThatNothingReadsIsRefusedByName: it would be left out unseen, or lead out of the pack.
func TestAFileThatNothingReadsIsRefusedByName(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.md")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(path string) error {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, []byte("x"), 0o600)
	}
	link := func(path string) error { return os.Symlink(secret, path) }
	for name, x := range map[string]struct {
		file string
		make func(string) error
		want string
	}{
		"a file beside those of the catalogue": {"catalog/rule.yaml", write, "pack.unknown-entry"},
		"a folder within a folder":             {"catalog/codelist/CL_X.csv", write, "pack.unknown-entry"},
		"a misspelt table of areas":            {"territory/alias.csv", write, "pack.unknown-entry"},
		"misspelt words":                       {"words/wbe.csv", write, "pack.unknown-entry"},
		"figures of another kind":              {"observations/a.txt", write, "pack.unknown-entry"},
		"a page in one language":               {"pages/only.vi.md", write, "pack.one-language"},
		"a link to a file":                     {"pages/link.vi.md", link, "pack.not-plain"},
		"a link to a folder":                   {"demo", func(path string) error { return os.Symlink(filepath.Dir(secret), path) }, "pack.not-plain"},
		"what an editor leaves":                {"catalog/.rules.yaml.swp", write, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, testpack.Cloudland()); err != nil {
				t.Fatal(err)
			}
			if err := x.make(filepath.Join(dir, x.file)); err != nil {
				t.Fatal(err)
			}
			fsys, err := pack.Folder(dir)
			if fault.CodeOf(err) != x.want || err != nil && !strings.Contains(fault.In(err, "vi"), strings.SplitN(x.file, "/", 3)[0]) {
				t.Fatal(err)
			}
			if err == nil {
				if p, err := pack.Read(fsys); err != nil || p.Files[x.file] != "" {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func TestAPackNeedNotHaveProvincesMapWordsOrPublications(t *testing.T) {
	files := copied(t)
	for path := range files {
		if strings.HasPrefix(path, "territory/") || strings.HasPrefix(path, "geo/") || strings.HasPrefix(path, "words/") || strings.HasPrefix(path, "pages/") {
			delete(files, path)
		}
	}
	keep := func(file string, not ...string) {
		var lines []string
		for _, line := range strings.Split(string(files[file].Data), "\n") {
			drop := false
			for _, n := range not {
				drop = drop || strings.HasPrefix(line, n)
			}
			if !drop {
				lines = append(lines, line)
			}
		}
		files[file].Data = []byte(strings.Join(lines, "\n"))
	}
	keep("catalog/codelists/CL_AREA_SET.csv", "5,", "3,")
	keep("catalog/codelists/CL_AREA.csv", "XM5-", "XM3-")
	p, err := pack.Read(files)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if p.Maps != nil || p.Pages != nil || p.Areas.Current() != "" || p.Areas.Nation() != "XM" || len(p.Areas.ProvinceSets()) != 0 {
		t.Errorf("%+v", p)
	}
}

// begun is a store that keeps the pack as its first edition, with one figure.
func begun(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.Open(t, storetest.EmptySQLite(t))
	p, err := pack.Begin(t.Context(), s, testpack.Cloudland(), "lan", "begun")
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	v := stat.MustDecimal("10")
	_, err = cube.Append(t.Context(), s, cube.Message{Header: cube.Header{Sender: "lan", SentAt: time.Now()}, Entries: []cube.Entry{{Dataflow: "DE_SHARE", Observation: stat.Observation{Key: "A.XM.IDX.TOTAL", Period: stat.Year(2023), Value: &v,
		Status: stat.Normal, Vintage: stat.Vintage{Date: stat.MustDate("2025-03-01")}, Attributes: stat.Attributes{stat.AttrSource: "IDX-2025", stat.AttrMark: "S"}}}}})
	if err != nil || p.Catalog.Country().ID != "XM" {
		t.Fatal(err)
	}
	return s
}

// versionOf gives the version that an artefact has after an edition, the newest for 0.
func versionOf(t *testing.T, s *store.Store, edition int64, id string) string {
	t.Helper()
	editions, err := s.Editions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range pack.Versions(editions, edition) {
		if a.ID == id && a.Digest != "" {
			return a.Version
		}
	}
	return ""
}

func TestEditionsOfACatalogue(t *testing.T) {
	s := begun(t)
	ctx := t.Context()
	version := func(edition int64, id string) string { return versionOf(t, s, edition, id) }
	t.Run("what is the same is no edition", func(t *testing.T) {
		if _, changed, err := pack.Change(ctx, s, testpack.Cloudland(), "lan", "again", false); changed || err != nil {
			t.Error(changed, err)
		}
	})
	t.Run("a try changes nothing", func(t *testing.T) {
		e, changed, err := pack.Change(ctx, s, with(t, "catalog/codelists/CL_TOPIC.csv", "DE,,Kinh tế số", "DE,,Số"), "lan", "shorter", true)
		if !changed || err != nil || e.Number != 0 || len(e.Files) != 1 {
			t.Errorf("%+v %v %v", e, changed, err)
		}
	})
	t.Run("a compatible change takes the next minor version", func(t *testing.T) {
		e, changed, err := pack.Change(ctx, s, with(t, "catalog/codelists/CL_TOPIC.csv", "DE,,Kinh tế số", "DE,,Số"), "lan", "shorter", false)
		if !changed || err != nil || e.Number != 2 || version(0, "CL_TOPIC") != "1.1" || version(1, "CL_TOPIC") != "1.0" || version(0, "CL_AREA") != "1.0" {
			t.Errorf("%+v %v %v %s", e, changed, err, version(0, "CL_TOPIC"))
		}
		for edition, want := range map[int64]string{1: "Kinh tế số", 2: "Số", 0: "Số"} {
			p, err := pack.Kept(ctx, s, edition)
			if err != nil || p.Catalog.Name("CL_TOPIC", "DE", "vi") != want {
				t.Errorf("edition %d: %v %v", edition, p.Catalog.Name("CL_TOPIC", "DE", "vi"), err)
			}
		}
	})
	t.Run("an edition is found by number and by day", func(t *testing.T) {
		editions, err := s.Editions(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for what, want := range map[string]int64{"1": 1, "2": 2, "9999-12-31": 2} {
			if n, err := pack.AsOf(editions, what, time.UTC); n != want || err != nil {
				t.Errorf("%s: %d %v", what, n, err)
			}
		}
		for _, what := range []string{"3", "2001-01-01"} {
			if _, err := pack.AsOf(editions, what, time.UTC); fault.CodeOf(err) != "catalog.no-edition" {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestAChangeThatFiguresStandInTheWayOfIsRefusedWithWhatUsesIt(t *testing.T) {
	s := begun(t)
	for name, x := range map[string]struct {
		file, old, now, want, says string
	}{
		"a code in a key":         {"catalog/codelists/CL_DEFINITION.csv", "\nIDX,", "\nIDY,", "catalog.in-use", "CL_DEFINITION.IDX"},
		"a code in an attribute":  {"catalog/codelists/CL_SOURCE.csv", "\nIDX-2025,", "\nIDX-2026,", "catalog.in-use", "CL_SOURCE.IDX-2025"},
		"dimensions with figures": {"catalog/dataflows.yaml", "  - DEFINITION\n  - COMPONENT\n", "  - COMPONENT\n  - DEFINITION\n", "catalog.in-use", "DE_SHARE"},
		"another currency":        {"pack.yaml", "currency: XMF", "currency: USD", "catalog.other-country", "USD"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := pack.Change(t.Context(), s, with(t, x.file, x.old, x.now), "lan", "try", false)
			if fault.CodeOf(err) != x.want || !strings.Contains(fault.In(err, "en"), x.says) {
				t.Errorf("%v", err)
			}
		})
	}
	editions, err := s.Editions(t.Context())
	if err != nil || len(editions) != 1 {
		t.Error(len(editions), err)
	}
}

func TestOtherDimensionsNeedAnotherVersion(t *testing.T) {
	s := begun(t)
	turned := func(version string) fstest.MapFS {
		files := with(t, "catalog/dataflows.yaml", "- id: IND\n", "- id: IND\n"+version)
		text := string(files["catalog/dataflows.yaml"].Data)
		at := strings.Index(text, "- id: IND\n")
		files["catalog/dataflows.yaml"].Data = []byte(text[:at] + strings.Replace(text[at:], "  - REF_AREA\n  - INDICATOR\n", "  - INDICATOR\n  - REF_AREA\n", 1))
		// the indicator says where its figures are
		list := string(files["catalog/codelists/CL_INDICATOR.csv"].Data)
		files["catalog/codelists/CL_INDICATOR.csv"].Data = []byte(strings.Replace(list, "A.XM.INTERNET", "A.INTERNET.XM", 1))
		return files
	}
	if _, _, err := pack.Change(t.Context(), s, turned(""), "lan", "turned", false); fault.CodeOf(err) != "catalog.needs-version" {
		t.Error(err)
	}
	if _, _, err := pack.Change(t.Context(), s, turned("  version: \"1.5\"\n"), "lan", "turned", false); fault.CodeOf(err) != "catalog.needs-version" {
		t.Error(err)
	}
	e, changed, err := pack.Change(t.Context(), s, turned("  version: \"2.0\"\n"), "lan", "turned", false)
	if err != nil || !changed {
		t.Fatal(fault.In(err, "en"))
	}
	for _, a := range e.Artefacts {
		if a.Sort == catalog.DataflowSort && (a.ID != "IND" || a.Version != "2.0") {
			t.Errorf("%+v", a)
		}
	}
}
