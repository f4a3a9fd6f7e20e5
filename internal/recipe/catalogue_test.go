package recipe

import (
	"bytes"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/pipeline"
	"nhipso/internal/territory"
)

// edition gives the recipes of the reference catalogue in which a text of one file is another.
func edition(t *testing.T, file, old, changed string) map[string]string {
	t.Helper()
	files, err := catalog.FilesOf(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		b := []byte(text)
		if name == file {
			if b = bytes.Replace(b, []byte(old), []byte(changed), 1); string(b) == text {
				t.Fatalf("%s does not say %q", file, old)
			}
		}
		fsys[name] = &fstest.MapFile{Data: b}
	}
	c, err := catalog.Load(fs.FS(fsys))
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range All(c, areas) {
		out[r.ID] = pipeline.MarksOf(r, pipeline.NewInputs(r.Country, r.Params, nil)).Setup
	}
	return out
}

// An edition of the catalogue makes those recipes stale that ask for what it changed, and no others.
func TestAnEditionMakesTheRecipesStaleThatAskForWhatItChanged(t *testing.T) {
	before := edition(t, "", "", "")
	for name, c := range map[string]struct {
		file, old, changed string
		want               []string
	}{
		"the same":                       {"catalog/codelists/CL_TARGET.csv", "id,", "id,", nil},
		"a name of a target":             {"catalog/codelists/CL_TARGET.csv", "Level-4 online", "Online", nil},
		"which way a target is good":     {"catalog/codelists/CL_TARGET.csv", "QD749,DVC_DEVICES,PC,1,", "QD749,DVC_DEVICES,PC,-1,", []string{"target-status"}},
		"the year of a scenario":         {"catalog/codelists/CL_SCENARIO.csv", "KTS-1,2025", "KTS-1,2026", []string{"required-growth"}},
		"the decimals of a revision":     {"catalog/codelists/CL_REVISION.csv", "PC_POINT,0,2", "PC_POINT,0,3", []string{"digital-revisions"}},
		"a list that no recipe asks for": {"catalog/codelists/CL_TOPIC.csv", "\n", "\nNEW,,mới,new\n", nil},
		"which provinces were merged":    {"territory/aliases.csv", "VN63-79,HCM", "VN63-79,HCMC", []string{"concentration", "dti-areas", "grdp-areas", "provinces"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.old == c.changed {
				c.file = ""
			}
			var got []string
			for id, setup := range edition(t, c.file, c.old, c.changed) {
				if setup != before[id] {
					got = append(got, id)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("stale are %v", got)
			}
		})
	}
}
