package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
)

// TestAnEditionOfBeforeStricterChecksCanBeMended: an installation keeps a catalogue with a circle, from a program that did not look for one. It
// says what to do, works with the corrected pack, and takes it as its next edition.
func TestAnEditionOfBeforeStricterChecksCanBeMended(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	do := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &out, getenv: func(string) string { return "" }, now: func() time.Time { now = now.Add(time.Second); return now }}
		if got := dispatch(t.Context(), e, append([]string{"--lang", "en"}, append(args, "--data", dir)...)); got != want {
			t.Fatalf("%v ended with %d, not %d:\n%s", args, got, want, out.String())
		}
		return out.String()
	}
	do(exitOK, "load", "--pack", cloudland)
	const list = "catalog/codelists/CL_COMPONENT.csv"
	good, err := os.ReadFile(cloudland + "/" + list)
	if err != nil {
		t.Fatal(err)
	}
	circle := strings.Replace(string(good), "TOTAL,,", "TOTAL,CORE,", 1)
	e := &env{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, getenv: func(string) string { return "" }, now: func() time.Time { return now }}
	a, err := e.open(t.Context(), &installation{data: dir})
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	had := a.catalog.Country()
	if _, err := a.store.AppendEdition(t.Context(), 1, catalog.Edition{By: "lan", Reason: "of old", Pack: had.Pack, Version: had.Version, Files: map[string]string{list: circle}}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	a.close()

	for _, args := range [][]string{{"jobs"}, {"message"}} {
		if said := do(exitInput, args...); !strings.Contains(said, "edition 2") || !strings.Contains(said, "belongs to itself") || !strings.Contains(said, "nhipso catalog load") {
			t.Errorf("%v says no way out: %s", args, said)
		}
	}
	if said := do(exitOK, "message", "--pack", cloudland); !strings.Contains(said, "nhipso catalog load") || !strings.Contains(said, "de_share.csv") {
		t.Errorf("with the corrected pack it says %s", said)
	}
	do(exitOK, "catalog", "load", "--pack", cloudland, "--reason", "no circle", "--by", "lan")
	if said := do(exitOK, "catalog", "history"); !strings.Contains(said, "no circle") {
		t.Error(said)
	}
	if said := do(exitOK, "message"); strings.Contains(said, "edition 2") {
		t.Errorf("it is not mended: %s", said)
	}

	// One that leaves out what figures use is refused as ever.
	a, err = e.open(t.Context(), &installation{data: dir})
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	defer a.close()
	if _, err := a.store.AppendEdition(t.Context(), 3, catalog.Edition{By: "lan", Reason: "of old", Pack: had.Pack, Version: had.Version, Files: map[string]string{list: circle}}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	less := t.TempDir()
	if err := os.CopyFS(less, os.DirFS(cloudland)); err != nil {
		t.Fatal(err)
	}
	const used = "/catalog/codelists/CL_INDICATOR.csv"
	b, err := os.ReadFile(less + used)
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.DeleteFunc(strings.SplitAfter(string(b), "\n"), func(line string) bool { return strings.HasPrefix(line, "INTERNET,") })
	if err := os.WriteFile(less+used, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	rewrite(t, less+"/catalog/codelists/CL_TARGET.csv", ",INTERNET,", ",DE_GDP,") // else the target would be refused, and not the code
	from, err := pack.Folder(less)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := pack.Change(t.Context(), a.store, from, "lan", "less", true); fault.CodeOf(err) != "catalog.in-use" {
		t.Errorf("a code that figures use was taken away: %v", err)
	}
}
