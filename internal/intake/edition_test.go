package intake_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/intake"
	"nhipso/internal/store"
)

// TestACodeOfANewerEditionWaitsForTheServerThatKnowsIt: of two servers of one store the one that is behind refuses nothing, and the other takes it.
func TestACodeOfANewerEditionWaitsForTheServerThatKnowsIt(t *testing.T) {
	o := open(t)
	for after := range int64(2) {
		if _, err := o.AppendEdition(t.Context(), after, catalog.Edition{By: "lan", Reason: "new", Pack: "vn", Version: "1", Files: map[string]string{"x": fmt.Sprint(after)}}); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
	}
	newest := *o.committer // knows the definition NSO
	newest.Edition = 2
	fewer := fstest.MapFS{} // does not
	if err := fs.WalkDir(data.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(data.FS, name)
		fewer[name] = &fstest.MapFile{Data: b}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const list = "catalog/codelists/CL_COMPONENT.csv"
	if whole := string(fewer[list].Data); strings.Contains(whole, "\nECOMMERCE,") {
		fewer[list].Data = []byte(regexp.MustCompile(`\nECOMMERCE,[^\n]*`).ReplaceAllString(whole, ""))
	} else {
		t.Fatal("the list has no such code")
	}
	c, err := catalog.Load(fewer)
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	o.committer.Edition, o.committer.Intake.Catalog = 1, c
	first := told(t, o.send(request{key: "known", body: heading + share("2024", "13.17", "2025-01-06")}))
	x := told(t, o.send(request{key: "new", body: heading + strings.Replace(share("2025", "14.02", "2026-01-05"), "TOTAL", "ECOMMERCE", 1)}))
	n, err := o.committer.Round(t.Context())
	if n != 1 || fault.CodeOf(err) != "intake.behind" {
		t.Errorf("the one behind settles %d: %v", n, err)
	}
	state := func(id string) intake.Told {
		return told(t, o.send(request{method: http.MethodGet, path: intake.Path + "/" + id}))
	}
	if a, b := state(first.ID), state(x.ID); a.State != store.Committed || b.State != store.Accepted {
		t.Errorf("%+v, then %+v", a, b)
	}
	if n, err := newest.Round(t.Context()); n != 1 || err != nil {
		t.Error(n, err)
	}
	if b := state(x.ID); b.State != store.Committed {
		t.Errorf("%+v", b)
	}
}
