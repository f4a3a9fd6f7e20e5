package releasefile

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/monitor"
	"nhipso/internal/needs"
	"nhipso/internal/pipeline"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

var key = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func version(flow, code, period, vintage, value string, message int64, attrs stat.Attributes) cube.Version {
	v := cube.Version{Dataflow: flow, Message: message, Observation: stat.Observation{Key: stat.NewKey("A", code), Period: stat.MustPeriod(period), Status: stat.Normal,
		Vintage: stat.Vintage{Date: stat.MustDate(vintage), Written: vintage}, Attributes: attrs}}
	if value == "" {
		v.Status = stat.Missing
		return v
	}
	d := stat.MustDecimal(value)
	v.Value = &d
	return v
}

// content is a small release with one figure of each kind.
func content() publish.Content {
	minute := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	document := stat.Attributes{stat.AttrSource: "NSO-1", stat.AttrMark: "S"}
	derived := stat.Attributes{stat.AttrRun: "double#1", stat.AttrMark: "D"}
	year := version("IN", "x", "2024", "2025-12-31", "3.5", 1, document)
	year.Vintage.Written = "2025"
	in := version("IN", "x", "2025", "2026-01-05", "12.870", 2, document)
	out := version("OUT", "x", "2025", "2026-01-06", "25.740", 3, derived)
	c := publish.Content{From: minute, Until: minute.Add(time.Hour),
		Release:   publish.Release{ID: "2026-Q3", Title: catalog.Label{Vi: "Quý III", En: "Q3"}, State: publish.Published, PublishAt: minute, AsOf: cube.AsOf{Message: 3}},
		Runs:      []pipeline.Run{{ID: "double#1", Recipe: "double", Version: "1", ReadTo: 2, Message: 3, Params: map[string]string{"p": "1"}}},
		Findings:  []publish.Finding{{Message: 2, Rule: "range", Text: catalog.Label{Vi: "Lạ", En: "Odd"}, Cells: []cube.Cell{in.Cell()}}},
		Overrides: []monitor.Override{{Target: "T-1", By: "an", Reason: "vì thế"}},
		Figures:   cube.Select([]cube.Version{year, in, version("IN", "y", "2025", "2026-01-05", "", 2, nil), version("IN", "z", "2025-Q4", "2026-01-05", "-0.001", 2, document), out, version("OUT", "y", "2025", "2026-01-06", "1", 3, stat.Attributes{stat.AttrRun: "secret#1"})}, cube.Query{}),
		Closed:    []cube.Version{version("IN", "x", "2025", "2026-02-05", "", 2, stat.Attributes{stat.AttrConf: "C"})},
		Lineage: func(_ context.Context, v cube.Version) (pipeline.Lineage, bool, error) {
			if v.Cell() != out.Cell() {
				return pipeline.Lineage{}, false, nil
			}
			return pipeline.Lineage{Run: "double#1", Cell: out.Cell(), From: []pipeline.Ref{pipeline.RefTo(in, "part")}, Formula: pipeline.Method("twice")}, true, nil
		},
	}
	c.Releases = []publish.Release{{ID: "2026-Q2", State: publish.Published, PublishAt: minute.AddDate(0, -3, 0)}, c.Release}
	return c
}

// figuresOf gives the figures of a content at once.
func figuresOf(t *testing.T, c publish.Content) (out []cube.Version) {
	t.Helper()
	for v, err := range c.Figures {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func archive(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("catalog/country.yaml")
	if err == nil {
		_, err = w.Write([]byte("id: VN\n"))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func written(t *testing.T, c publish.Content, k Key) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "2026-Q3"+Extension)
	if err := Write(context.Background(), name, c, Options{Pack: archive(t), Country: "VN", Program: "test", Key: k}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	return name
}

func opened(t *testing.T, name string) *File {
	t.Helper()
	f, err := Open(name)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func same(t *testing.T, what string, got, want any, err error) {
	t.Helper()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, want %+v (%v)", what, got, want, err)
	}
}

func TestAFileGivesBackWhatItWasGiven(t *testing.T) {
	ctx := context.Background()
	c := content()
	f := opened(t, written(t, c, key))
	if f.Release != "2026-Q3" || f.State != "published" || !f.From.Equal(c.From) || !f.Until.Equal(c.Until) || f.Country != "VN" || f.Program != "test" {
		t.Errorf("%+v", f.About)
	}
	all, err := cube.History(ctx, f, cube.Query{})
	figures := figuresOf(t, c)
	want := []cube.Version{figures[0], figures[1], c.Closed[0], figures[2], figures[3], figures[4], figures[5]}
	if err != nil || len(all) != len(want) {
		t.Fatalf("%d figures (%v)", len(all), err)
	}
	for i, v := range all {
		if v.Dataflow != want[i].Dataflow || v.Message != want[i].Message || v.Vintage != want[i].Vintage || !v.Same(want[i].Observation) {
			t.Errorf("%d: %+v, want %+v", i, v, want[i])
		}
		if v.Value != nil && v.Value.String() != want[i].Value.String() {
			t.Errorf("%s has lost digits: %s, was %s", v.Cell(), v.Value, want[i].Value)
		}
	}
	for q, n := range map[[2]string]int{{"IN", ""}: 5, {"IN", "A.x"}: 3, {"IN", "A.x+z"}: 4, {"IN", ".y"}: 1, {"IN", "B."}: 0, {"NONE", ""}: 0} {
		if list, err := cube.History(ctx, f, cube.Query{Dataflow: q[0], Key: q[1]}); err != nil || len(list) != n {
			t.Errorf("%v: %d figures, want %d (%v)", q, len(list), n, err)
		}
	}
	if list, err := cube.History(ctx, f, cube.Query{Dataflow: "IN", Key: "A.x", AsOf: cube.AsOf{Vintage: stat.MustDate("2026-01-31"), Message: 1}}); err != nil || len(list) != 1 {
		t.Errorf("within the bound: %d (%v)", len(list), err)
	}
	if list, err := cube.Read(ctx, f, cube.Query{Dataflow: "IN", Key: "A.x"}); err != nil || len(list) != 2 || list[1].Attributes[stat.AttrConf] != "C" {
		t.Errorf("the newest of each cell: %+v (%v)", list, err)
	}
}

func TestAFileGivesBackTheRunsThatItWasGiven(t *testing.T) {
	ctx := context.Background()
	c := content()
	f := opened(t, written(t, c, key))
	runs, err := f.Runs(ctx)
	same(t, "runs", runs, c.Runs, err)
	run, found, err := f.RunByID(ctx, "double#1")
	same(t, "a run", run, c.Runs[0], err)
	if _, hidden, err := f.RunByID(ctx, "secret#1"); !found || hidden || err != nil {
		t.Errorf("found %v, a run that nobody may know of %v (%v)", found, hidden, err)
	}
	if r, ok, err := f.LatestRun(ctx, "double", cube.AsOf{Message: 3}); !ok || err != nil || r.ID != "double#1" {
		t.Errorf("the newest run: %+v (%v)", r, err)
	}
	if _, ok, _ := f.LatestRun(ctx, "double", cube.AsOf{Message: 2}); ok {
		t.Error("a run outside the bound is given")
	}
	l, found, err := f.LineageOf(ctx, "double#1", figuresOf(t, c)[4].Cell())
	expected, _, _ := c.Lineage(ctx, figuresOf(t, c)[4])
	same(t, "lineage", l, expected, err)
	if _, other, err := f.LineageOf(ctx, "secret#1", figuresOf(t, c)[5].Cell()); !found || other || err != nil {
		t.Errorf("lineage that is not there: %v (%v)", other, err)
	}
}

func TestAFileGivesBackTheActsThatItWasGiven(t *testing.T) {
	ctx := context.Background()
	c := content()
	f := opened(t, written(t, c, key))
	releases, err := f.Releases(ctx)
	same(t, "releases", releases, c.Releases, err)
	findings, err := f.Findings(ctx)
	same(t, "findings", findings, c.Findings, err)
	overrides, err := f.Overrides(ctx)
	same(t, "overrides", overrides, c.Overrides, err)
	if n, err := f.LastMessage(ctx); n != 3 || err != nil {
		t.Errorf("the newest message is %d (%v)", n, err)
	}
	pack, err := f.Pack(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := fs.ReadFile(pack, "catalog/country.yaml"); err != nil || string(b) != "id: VN\n" {
		t.Errorf("%q (%v)", b, err)
	}
}

// A part of the findings is read without the others: those could not be read at all.
func TestAPartOfTheFindingsIsReadAlone(t *testing.T) {
	ctx := context.Background()
	c := content()
	c.Findings = nil
	for i := range 7 {
		c.Findings = append(c.Findings, publish.Finding{Message: int64(i), Rule: "range"})
	}
	name := written(t, c, key)
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE record SET body = 'broken' WHERE kind = 'finding' AND number NOT BETWEEN 3 AND 5"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	f := opened(t, name)
	list, total, err := f.SomeFindings(ctx, 2, 3)
	same(t, "findings", list, c.Findings[2:5], err)
	if total != 7 {
		t.Errorf("%d in all", total)
	}
	if list, total, err := f.SomeFindings(ctx, 7, 3); len(list) != 0 || total != 7 || err != nil {
		t.Errorf("behind the last: %v of %d (%v)", list, total, err)
	}
	if _, err := f.Findings(ctx); err == nil {
		t.Error("what is broken was read")
	}
}

func TestTheSameContentIsTheSameFile(t *testing.T) {
	a, err := os.ReadFile(written(t, content(), key))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(written(t, content(), key))
	if err != nil || !bytes.Equal(a, b) {
		t.Errorf("two files of one content differ (%v)", err)
	}
}

// TestAnAlterationIsFound changes a file in every table and in every way that leaves it readable.
func TestAnAlterationIsFound(t *testing.T) {
	ctx := context.Background()
	if found, err := opened(t, written(t, content(), key)).Verify(ctx, key.Public().(ed25519.PublicKey)); err != nil || !found.Trusted || found.Manifest.Tables["figure"].Rows != 6 {
		t.Fatalf("%+v (%v)", found, err)
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize))
	for name, c := range map[string]struct{ sql, code string }{
		"a value":               {"UPDATE figure SET value = '12.871' WHERE value = '12.870'", "releasefile.altered"},
		"a lost figure":         {"DELETE FROM figure WHERE value = '3.5'", "releasefile.altered"},
		"a figure more":         {"INSERT INTO figure SELECT series, period, '2026-06-06', 3, written, '9', status, run, attributes FROM figure LIMIT 1", "releasefile.altered"},
		"a document":            {"UPDATE text SET body = replace(body, 'NSO-1', 'NSO-2')", "releasefile.altered"},
		"a series":              {"UPDATE series SET key = 'A.w' WHERE key = 'A.x'", "releasefile.altered"},
		"a period":              {"UPDATE period SET code = '2023' WHERE code = '2024'", "releasefile.altered"},
		"a run":                 {"UPDATE run SET body = replace(body, '\"p\":\"1\"', '\"p\":\"2\"')", "releasefile.altered"},
		"an explanation":        {"DELETE FROM lineage", "releasefile.altered"},
		"what is closed":        {"DELETE FROM closed", "releasefile.altered"},
		"how much there is":     {"UPDATE day SET cells = cells + 1", "releasefile.altered"},
		"a record":              {"UPDATE record SET body = replace(body, 'Odd', 'Good')", "releasefile.altered"},
		"the catalogue":         {"UPDATE pack SET content = x'00'", "releasefile.altered"},
		"the minute":            {"UPDATE meta SET value = '2020-01-01T00:00:00Z' WHERE name = 'from'", "releasefile.altered"},
		"the name of a release": {"UPDATE meta SET value = '2026-Q4' WHERE name = 'release'", "releasefile.altered"},
		"a table more":          {"CREATE TABLE more (x)", "releasefile.altered"},
		"a view more":           {"CREATE VIEW more AS SELECT 1", "releasefile.altered"},
		"no manifest":           {"DELETE FROM meta WHERE name = 'manifest'", "releasefile.no-manifest"},
		"another manifest":      {"UPDATE meta SET value = replace(value, '2026-Q3', '2026-Q4') WHERE name = 'manifest'", "releasefile.altered"},
		"no signature":          {"DELETE FROM meta WHERE name = 'signature'", "releasefile.unsigned"},
		"half a signature":      {"UPDATE meta SET value = substr(value, 5) WHERE name = 'signature'", "releasefile.bad-signature"},
		"no key":                {"DELETE FROM meta WHERE name = 'public-key'", "releasefile.bad-signature"},
	} {
		t.Run(name, func(t *testing.T) {
			file := written(t, content(), key)
			db, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			done, err := db.Exec(c.sql)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := done.RowsAffected(); n == 0 && !strings.HasPrefix(c.sql, "CREATE") {
				t.Fatal("nothing was changed")
			}
			db.Close()
			if _, err := opened(t, file).Verify(ctx, key.Public().(ed25519.PublicKey)); fault.CodeOf(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
		})
	}
	t.Run("signed by somebody else", func(t *testing.T) {
		f := opened(t, written(t, content(), other))
		if _, err := f.Verify(ctx, key.Public().(ed25519.PublicKey)); fault.CodeOf(err) != "releasefile.other-key" {
			t.Errorf("%v", err)
		}
		if found, err := f.Verify(ctx, nil); err != nil || found.Trusted || !found.Key.Equal(other.Public()) {
			t.Errorf("%+v (%v)", found, err)
		}
	})
	t.Run("unsigned", func(t *testing.T) {
		f := opened(t, written(t, content(), nil))
		if found, err := f.Verify(ctx, nil); err != nil || found.Key != nil {
			t.Errorf("%+v (%v)", found, err)
		}
		if _, err := f.Verify(ctx, key.Public().(ed25519.PublicKey)); fault.CodeOf(err) != "releasefile.unsigned" {
			t.Errorf("%v", err)
		}
	})
}

func TestBadFilesAreRefused(t *testing.T) {
	folder := t.TempDir()
	whole, err := os.ReadFile(written(t, content(), key))
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := file("newer", whole)
	if db, err := sql.Open("sqlite", newer); err != nil {
		t.Fatal(err)
	} else if _, err := db.Exec("UPDATE meta SET value = '2' WHERE name = 'version'"); err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, code string }{
		"not there": {filepath.Join(folder, "none"), "releasefile.not-there"}, "a folder": {folder, "releasefile.not-there"},
		"empty": {file("empty", nil), "releasefile.no-release"}, "a text": {file("text", []byte("DATAFLOW,FREQ\n")), "releasefile.no-release"},
		"half": {file("half", whole[:3000]), "releasefile.unreadable"}, "of a newer program": {newer, "releasefile.other-version"},
	} {
		if f, err := Open(c.file); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
			if f != nil {
				f.Close()
			}
		}
	}
	t.Run("a cut file is found when it is verified", func(t *testing.T) {
		f, err := Open(file("cut", whole[:len(whole)-8192]))
		if err == nil {
			defer f.Close()
			_, err = f.Verify(context.Background(), nil)
		}
		if err == nil {
			t.Error("a file that lacks its end passes")
		}
	})
}

func TestWritingIsAllOrNothing(t *testing.T) {
	name := written(t, content(), key)
	before, _ := os.ReadFile(name)
	if err := Write(context.Background(), name, content(), Options{}); fault.CodeOf(err) != "releasefile.exists" {
		t.Errorf("a file that is there: %v", err)
	}
	if after, _ := os.ReadFile(name); !bytes.Equal(before, after) {
		t.Error("a file was written over")
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	folder := t.TempDir()
	if err := Write(stopped, filepath.Join(folder, "x"+Extension), content(), Options{}); fault.CodeOf(err) != "releasefile.cannot-write" {
		t.Errorf("when it is stopped: %v", err)
	}
	if err := Write(context.Background(), filepath.Join(folder, "none", "x"+Extension), content(), Options{}); fault.CodeOf(err) != "releasefile.cannot-write" {
		t.Errorf("into a folder that is not there: %v", err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestKeysAreMadeOnceAndRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "key.pem")
	a, err := ReadKey(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadKey(name)
	if err != nil || !a.Equal(b) {
		t.Errorf("read again: %v", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", info.Mode(), err)
	}
	public := name + ".pub"
	if err := os.WriteFile(public, PublicPEM(a.Public().(ed25519.PublicKey)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadPublicKey(public); err != nil || !got.Equal(a.Public()) {
		t.Errorf("the public key: %v", err)
	}
	for _, bad := range []string{public, written(t, content(), nil)} {
		if _, err := ReadKey(bad); fault.CodeOf(err) != "releasefile.bad-key" {
			t.Errorf("%v", err)
		}
	}
	if _, err := ReadPublicKey(name); fault.CodeOf(err) != "releasefile.bad-key" {
		t.Errorf("a private key as a public one: %v", err)
	}
}

// TestPlainToolsCheckAFile: whoever has neither the program nor a database can check a file.
func TestPlainToolsCheckAFile(t *testing.T) {
	for _, tool := range []string{"openssl", "sha256sum"} {
		needs.Program(t, tool)
	}
	name := written(t, content(), key)
	if err := WriteBeside(name, key); err != nil {
		t.Fatal(err)
	}
	public := filepath.Join(filepath.Dir(name), "key.pem")
	if err := os.WriteFile(public, PublicPEM(key.Public().(ed25519.PublicKey)), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func() (hash, signature error) {
		sum := exec.Command("sha256sum", "-c", filepath.Base(name)+HashExtension)
		sum.Dir = filepath.Dir(name)
		return sum.Run(), exec.Command("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", name+HashExtension, "-sigfile", name+SignatureExtension).Run()
	}
	if hash, signature := check(); hash != nil || signature != nil {
		t.Errorf("sha256sum: %v, openssl: %v", hash, signature)
	}
	if f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	} else if _, err := f.Write([]byte("x")); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	if hash, _ := check(); hash == nil {
		t.Error("sha256sum passes an altered file")
	}
	if f, err := os.OpenFile(name+HashExtension, os.O_APPEND|os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	} else if _, err := f.Write([]byte("x")); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	if _, signature := check(); signature == nil {
		t.Error("openssl passes an altered hash")
	}
}
