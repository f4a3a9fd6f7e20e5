package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/pack"
)

// clerk is a command line with a clock of its own.
func clerk(t *testing.T) (*env, *bytes.Buffer) {
	t.Helper()
	out := &bytes.Buffer{}
	now := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	return &env{in: strings.NewReader(""), out: out, err: out, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }}, out
}

// typed runs a command and gives what it said.
func typed(t *testing.T, e *env, out *bytes.Buffer, want int, line ...string) string {
	t.Helper()
	out.Reset()
	if got := dispatch(t.Context(), e, append([]string{"--lang", "en"}, line...)); got != want {
		t.Fatalf("%v ends with %d, want %d: %s", line, got, want, out)
	}
	return out.String()
}

// copyOf copies the pack of the country that does not exist, to be changed.
func copyOf(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pack")
	if err := os.CopyFS(dir, os.DirFS(cloudland)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func rewrite(t *testing.T, file, old, now string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(b), old) {
		t.Fatal(file, err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(b), old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheCatalogueOfAnInstallationIsChangedForAReasonAndShownAsOfAnyEdition(t *testing.T) {
	e, out := clerk(t)
	data, dir := filepath.Join(t.TempDir(), "data"), copyOf(t)
	typed(t, e, out, exitOK, "load", "--pack", dir, "--data", data)
	if said := typed(t, e, out, exitOK, "catalog", "--data", data); !strings.Contains(said, "CL_ACTIVITY") || !strings.Contains(said, "1.0") {
		t.Error(said)
	}
	list := filepath.Join(dir, "catalog", "codelists", "CL_ACTIVITY.csv")
	rewrite(t, list, "\nTAX,", "\nX9,B1GQ,Dệt mây,Weaving of clouds\nTAX,")
	typed(t, e, out, exitUsage, "catalog", "load", "--pack", dir, "--data", data) // a reason is asked for
	if said := typed(t, e, out, exitOK, "catalog", "load", "--pack", dir, "--data", data, "--check"); !strings.Contains(said, "+X9") {
		t.Error(said)
	}
	if said := typed(t, e, out, exitOK, "catalog", "history", "--data", data); strings.Count(said, "\n") != 1 {
		t.Error("a try was recorded:", said)
	}
	typed(t, e, out, exitOK, "catalog", "load", "--pack", dir, "--data", data, "--by", "lan", "--reason", "a new industry")
	for line, want := range map[string]string{
		"catalog history": "lan", "catalog history CL_ACTIVITY": "1.1", "catalog diff 1": "+X9", "catalog diff 1 2": "+X9", "catalog diff 2": "Nothing differs", "catalog show CL_ACTIVITY": "Weaving of clouds",
		"catalog show DE_SHARE": "REF_AREA",
	} {
		if said := typed(t, e, out, exitOK, append(strings.Fields(line), "--data", data)...); !strings.Contains(said, want) {
			t.Errorf("%s: %s", line, said)
		}
	}
	if said := typed(t, e, out, exitOK, "catalog", "show", "CL_ACTIVITY", "--as-of", "1", "--data", data); strings.Contains(said, "Weaving") {
		t.Error("the first edition has what came with the second")
	}
	// What figures use stays, whoever asks.
	rewrite(t, filepath.Join(dir, "catalog", "codelists", "CL_DEFINITION.csv"), "\nIDX,", "\nIDY,")
	if said := typed(t, e, out, exitInput, "catalog", "load", "--pack", dir, "--data", data, "--reason", "renamed"); !strings.Contains(said, "CL_DEFINITION.IDX") {
		t.Error(said)
	}
	// A figure of the new industry is taken with the pack, with the codes that came with it.
	rewrite(t, filepath.Join(dir, "catalog", "codelists", "CL_DEFINITION.csv"), "\nIDY,", "\nIDX,")
	rewrite(t, filepath.Join(dir, "observations", "na_growth.csv"), "NA_GROWTH,A,XM,B1GQ,2020", "NA_GROWTH,A,XM,X9,2020,7.5,A,2025-02-01,S,XMS-2025\nNA_GROWTH,A,XM,B1GQ,2020")
	if said := typed(t, e, out, exitOK, "load", "--pack", dir, "--data", data); !strings.Contains(said, "na_growth.csv: 1 new") {
		t.Error(said)
	}
}

func TestABackupHoldsTheCatalogue(t *testing.T) {
	e, out := clerk(t)
	root := t.TempDir()
	typed(t, e, out, exitOK, "load", "--pack", cloudland, "--data", filepath.Join(root, "a"))
	typed(t, e, out, exitOK, "backup", filepath.Join(root, "copy"), "--data", filepath.Join(root, "a"))
	names, err := filepath.Glob(filepath.Join(root, "copy*"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	typed(t, e, out, exitOK, "restore", names[0], "--data", filepath.Join(root, "b"))
	a, err := e.open(t.Context(), &installation{data: filepath.Join(root, "b")})
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	defer a.close()
	if a.catalog.Country().ID != "XM" || a.pack.Pages == nil {
		t.Errorf("%+v", a.catalog.Country())
	}
}

// A database of a program that kept no catalogue is of the country that came with that program.
func TestADatabaseOfAnEarlierProgramIsGivenTheCatalogueThatCameWithIt(t *testing.T) {
	for _, other := range []string{"", cloudland} {
		dir := t.TempDir()
		f, err := os.Open("../../internal/store/testdata/upgrade/7d3c4bd.db.gz")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "nhipso.db"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		e, _ := clerk(t)
		e.now = time.Now
		a, err := e.open(t.Context(), &installation{data: dir, pack: other})
		if other != "" {
			if fault.CodeOf(err) != "catalog.other-country" {
				t.Errorf("%v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		defer a.close()
		editions, err := a.store.Editions(t.Context())
		if err != nil || len(editions) != 1 || editions[0].Pack != "viet-nam" {
			t.Errorf("%+v %v", editions, err)
		}
		if kept, err := pack.Kept(t.Context(), a.store, 1); err != nil || kept.Catalog.Country().Currency != "VND" {
			t.Error(err)
		}
		r, err := a.store.Integrity(t.Context())
		if err != nil || len(r.Problems)+len(r.Schema) > 0 {
			t.Error(r.Problems, r.Schema, err)
		}
	}
}
