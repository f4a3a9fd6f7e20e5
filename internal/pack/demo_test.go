package pack_test

import (
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
)

// TestTheMarkOfADemonstrationStays: whatever catalogue is taken later, the installation stays what it was begun as.
func TestTheMarkOfADemonstrationStays(t *testing.T) {
	plain := testpack.Cloudland()
	marked, err := pack.Demonstration(plain)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := pack.Demonstration(marked); err != nil {
		t.Fatal(err)
	} else if c, err := catalog.ReadCountry(again); err != nil || !c.Demo {
		t.Errorf("%+v, %v", c, err)
	}
	demo, real := storetest.SQLite(t), storetest.SQLite(t)
	if p, err := pack.Begin(t.Context(), demo, marked, "an", "begin"); err != nil || !p.Catalog.Country().Demo {
		t.Fatal(err)
	}
	if p, err := pack.Begin(t.Context(), real, plain, "an", "begin"); err != nil || p.Catalog.Country().Demo {
		t.Fatal(err)
	}
	if _, changed, err := pack.Change(t.Context(), demo, plain, "an", "the same without the mark", false); err != nil || changed {
		t.Errorf("the mark is taken away: %v, %v", changed, err)
	}
	if _, _, err := pack.Change(t.Context(), real, marked, "an", "the mark", false); fault.CodeOf(err) != "pack.demo" {
		t.Errorf("a real installation takes the mark: %v", err)
	}
	if p, err := pack.Kept(t.Context(), demo, 0); err != nil || !p.Catalog.Country().Demo {
		t.Errorf("%v", err)
	}
}
