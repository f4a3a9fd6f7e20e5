package main

import (
	"encoding/json"
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
)

// A file that the command writes says which release it is from and to which day, as the same file of a page does; a draft is of no release.
func TestAnExportSaysWhichReleaseItIsFrom(t *testing.T) {
	v := newVault(t)
	exported := func(args ...string) (out struct {
		Release export.Release `json:"release"`
		Vintage catalog.Label  `json:"vintage"`

		Publisher string `json:"publisher"`
	}) {
		t.Helper()
		v.out.Reset()
		if code := dispatch(t.Context(), v.e, append([]string{"export", "DE_SHARE", "--format", "json", "--data", v.dir}, args...)); code != 0 {
			t.Fatal(code)
		}
		if err := json.Unmarshal(v.out.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	now, then, draft := exported(), exported("--asof", "2026-11-27"), exported("--draft")
	if now.Release.ID == "" || now.Release.At.IsZero() || now.Vintage.Vi == "" || now.Vintage.En == "" {
		t.Errorf("the file is of no release: %+v", now)
	}
	if then.Release.ID != now.Release.ID || then.Vintage == now.Vintage {
		t.Errorf("as of a day: %+v", then)
	}
	if now.Publisher != "" {
		t.Errorf("nobody said who publishes, and the file says %q", now.Publisher)
	}
	before := v.e.getenv
	v.e.getenv = func(name string) string {
		if name == "NHIPSO_PUBLISHER" {
			return "Cục Thống kê"
		}
		return before(name)
	}
	if by := exported().Publisher; by != "Cục Thống kê" {
		t.Errorf("published by %q", by)
	}
	if draft.Release.ID != "" || draft.Vintage.Vi != "" {
		t.Errorf("a draft is of a release: %+v", draft)
	}
}
