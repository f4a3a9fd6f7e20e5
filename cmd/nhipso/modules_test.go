package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/store"
)

// TestEveryStepOfTheSchemaBelongsToSomebody: to the kernel or to one module, so that a module and its tables come and go together.
func TestEveryStepOfTheSchemaBelongsToSomebody(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.opened(t)
	list, err := a.modules(a.gate(), newFiles(a))
	if err != nil {
		t.Fatal(err)
	}
	owner := map[store.Migration]string{}
	claim := func(by string, steps []store.Migration) {
		for _, step := range steps {
			if owner[step] != "" {
				t.Errorf("%s is of %s and of %s", step, owner[step], by)
			}
			owner[step] = by
		}
	}
	claim("the kernel", store.Kernel())
	for _, m := range list {
		claim(m.Name, m.Migrations)
	}
	all := store.Migrations()
	if len(all) == 0 {
		t.Error("there are no steps at all")
	}
	for _, step := range all {
		if owner[step] == "" {
			t.Errorf("nobody needs the step %q: name it in the module whose tables it brings, or in the kernel", step)
		}
		delete(owner, step)
	}
	for step, by := range owner {
		t.Errorf("%s needs the step %q, which no file brings", by, step)
	}
	been, err := a.store.Migrated(t.Context())
	if err != nil || !slices.Equal(been, all) {
		t.Errorf("a new store has been through %v, not %v (%v)", been, all, err)
	}
	if err := list.Migrated(been[:1]); fault.CodeOf(err) != "module.no-tables" {
		t.Errorf("a store without the tables of modules is taken: %v", err)
	}
}

// TestACatalogueWithoutATypeThatAModuleWorksOnIsRefused: at first start, when it is loaded, when it is kept already, and while a server runs.
func TestACatalogueWithoutATypeThatAModuleWorksOnIsRefused(t *testing.T) {
	e, out := clerk(t)
	less := copyOf(t)
	if err := os.Remove(filepath.Join(less, "types", "target.yaml")); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	names := func(said string) {
		t.Helper()
		if !strings.Contains(said, "“target”") || !strings.Contains(said, "portal") || !strings.Contains(said, "types/target.yaml") {
			t.Error(said)
		}
	}
	names(typed(t, e, out, exitInput, "load", "--pack", less, "--data", data))
	typed(t, e, out, exitOK, "load", "--pack", cloudland, "--data", data) // nothing was recorded by the refused one
	names(typed(t, e, out, exitInput, "catalog", "load", "--pack", less, "--data", data, "--reason", "less"))
	names(typed(t, e, out, exitInput, "load", "--pack", less, "--data", data))
	for line, want := range map[string]string{"catalog": "station", "catalog show target": "CL_INDICATOR", "catalog show station": "close → closed"} {
		if said := typed(t, e, out, exitOK, append(strings.Fields(line), "--data", data)...); !strings.Contains(said, want) {
			t.Errorf("%s: %s", line, said)
		}
	}

	// An edition of a program that knew no types.
	a, err := e.open(t.Context(), &installation{data: data})
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	t.Cleanup(a.close)
	front, err := newFront(a)
	if err != nil {
		t.Fatal(err)
	}
	defer front.close()
	had := a.catalog.Country()
	if _, err := a.store.AppendEdition(t.Context(), 1, catalog.Edition{By: "lan", Reason: "of old", Pack: had.Pack, Version: had.Version, Gone: []string{"types/target.yaml"}}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if fresh, err := front.renew(context.WithoutCancel(t.Context())); fresh || fault.CodeOf(err) != "module.no-type" {
		t.Errorf("a server that runs takes it up: %v", err)
	}
	if _, err := front.now.Load().catalog.RecordType("target"); err != nil {
		t.Error("what it shows is no longer as it was: ", err)
	}
	if said := typed(t, e, out, exitInput, "message", "--data", data); !strings.Contains(said, "edition 2") {
		t.Error(said)
	} else {
		names(said)
	}
	if said := typed(t, e, out, exitFailed, "doctor", "--data", data); !strings.Contains(said, "hash chain intact") {
		t.Error("whoever looks into it cannot: ", said)
	}
	if said := typed(t, e, out, exitOK, "message", "--pack", cloudland, "--data", data); !strings.Contains(said, "de_share.csv") {
		t.Error(said)
	} else {
		names(said)
	}
	typed(t, e, out, exitOK, "catalog", "load", "--pack", cloudland, "--data", data, "--reason", "with targets")
	if said := typed(t, e, out, exitOK, "message", "--data", data); strings.Contains(said, "types/target.yaml") {
		t.Error("it is not mended: ", said)
	}
}
