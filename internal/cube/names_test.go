package cube_test

import (
	"strings"
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
)

// loose are the dimensions that an identity adds over while it stands at one of the figures added: no single code of them is meant.
var loose = map[string]string{"core-split": "COMPONENT", "ict-split": "COMPONENT", "bands-to-provinces": "BAND", "bands-to-provinces-of-today": "BAND",
	"structure-to-hundred": "SECTOR", "dti-points-of-provinces": "INDEX", "dti-points-of-ministries": "INDEX", "dti-points-of-2020": "INDEX", "estimated-parts": "COMPONENT"}

// A reader of a finding knows which series is meant: whatever the rule, its sentence names every dimension that is fixed, in the order of the
// dataflow, in words.
func TestASentenceOfARuleNamesItsSeries(t *testing.T) {
	c := reference(t)
	seen := 0
	for _, r := range c.Rules() {
		for _, f := range c.Dataflows() {
			if !r.AboutFlow(f) || r.Kind != catalog.IdentityRule {
				continue
			}
			codes := make([]string, len(f.Dimensions))
			other := make([]string, len(f.Dimensions))
			for i, d := range f.Dimensions {
				l, err := c.Codelist(d.Codelist)
				if err != nil {
					t.Fatal(err)
				}
				codes[i], other[i] = l.Codes[len(l.Codes)-1].ID, l.Codes[len(l.Codes)-1].ID
				if given := r.Where[d.ID]; len(given) > 0 {
					codes[i], other[i] = given[0], l.Codes[0].ID
				}
			}
			codes[0], other[0] = "A", "A"
			cell := f.ID + "/" + strings.Join(codes, ".") + "/2024"
			for _, lang := range []string{"vi", "en"} {
				said := cube.Sentence(c, lang, r.ID, map[string]string{"cell": cell, "cells": cell + " " + f.ID + "/" + strings.Join(other, ".") + "/2024"})
				rest, ok := strings.CutPrefix(said, f.Called(stat.Key(strings.Join(codes, "."))).In(lang))
				head, _, has := strings.Cut(rest, ", 2024:")
				if !ok || !has {
					t.Errorf("%s: %q does not begin with the name of the dataflow and end it with the period", r.ID, said)
					continue
				}
				for i, d := range f.Dimensions {
					if d.ID == "FREQ" {
						continue
					}
					name := c.Name(d.Codelist, codes[i], lang)
					before, after, named := strings.Cut(head, name)
					if d.ID == loose[r.ID] {
						if named && len(name) > 3 {
							t.Errorf("%s: %q names %s, over which the rule adds", r.ID, said, d.ID)
						}
						continue
					}
					if !named || strings.Count(before, ";") > i {
						t.Errorf("%s: %q does not name %s (%q) in its place", r.ID, said, d.ID, name)
					}
					head = after
				}
			}
			seen++
		}
	}
	if seen < 40 {
		t.Errorf("only %d identities were said", seen)
	}
}

// TestPartsAreNamed: two identities of one total differ by what they add, and say so.
func TestPartsAreNamed(t *testing.T) {
	c := reference(t)
	cells := func(of ...string) map[string]string {
		return map[string]string{"cell": of[0], "cells": strings.Join(of, " "), "got": "99", "expected": "100"}
	}
	for _, x := range []struct {
		rule  string
		parts map[string]string
		want  string
	}{
		{"core-and-digitalised", cells("DE_SHARE/A.VN.NSO.TOTAL/2024", "DE_SHARE/A.VN.NSO.CORE/2024", "DE_SHARE/A.VN.NSO.DIGITALISED/2024"), "(Core digital industries; Digitalised part of other industries)"},
		{"structure-to-hundred", cells("GRDP_STRUCTURE/A.VN34-24.AGR/2024", "GRDP_STRUCTURE/A.VN34-24.IND/2024", "GRDP_STRUCTURE/A.VN34-24.SRV/2024"), "(Agriculture"},
		{"tasks-done-and-not", cells("TASKS/D.CP_TTG.ASSIGNED/2016", "TASKS/D.CP_TTG.DONE/2016", "TASKS/D.CP_TTG.NOT_DONE/2016"), "(Done; Not done)"},
	} {
		if said := cube.Sentence(c, "en", x.rule, x.parts); !strings.Contains(strings.ToLower(said), strings.ToLower(x.want)) {
			t.Errorf("%s: %q without %q", x.rule, said, x.want)
		}
	}
}
