package export

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"nhipso/data"
	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/reference"
	"nhipso/internal/stat"
	"nhipso/internal/territory"
	"nhipso/internal/testpack"
)

// archived is an archive of one file of the country's figures.
func archived(t *testing.T) (Archive, *territory.Registry, []cube.Version) {
	t.Helper()
	c, err := catalog.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := territory.Load(data.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := data.FS.Open("observations/de_share.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	given, err := reference.Read(f, "de_share.csv", c, areas, reference.Options{Sender: "test", SentAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Vintage: c.Country().Compiled})
	if err != nil {
		t.Fatal(err)
	}
	var list []cube.Version
	for _, e := range given.Entries {
		list = append(list, cube.Version{Dataflow: e.Dataflow, Observation: e.Observation})
	}
	return Archive{Catalog: c, Release: "2026-Q3", Title: catalog.Label{Vi: "Quý III", En: "Third quarter"}, From: "2026-10-06T02:00:00Z",
		Figures: func(_ context.Context, flow string) iter.Seq2[cube.Version, error] {
			if flow != "DE_SHARE" {
				return Figures(nil)
			}
			return Figures(list)
		}}, areas, list
}

// opened gives the parts of an archive.
func opened(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if r.Close(); f.Modified.Year() > 1980 {
			t.Errorf("%s bears a time: %v", f.Name, f.Modified)
		}
		out[f.Name] = string(text)
	}
	return out
}

func TestAnArchiveHoldsARelease(t *testing.T) {
	a, areas, given := archived(t)
	var told []string
	a.Report = func(done, of int, flow string) { told = append(told, flow) }
	var b, again bytes.Buffer
	if err := a.Write(t.Context(), &b); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if err := a.Write(t.Context(), &again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("the same release gives other bytes (%v)", err)
	}
	if len(told) != 4 || told[0] != "DE_SHARE" || told[1] != "" {
		t.Errorf("told of %q", told)
	}
	parts := opened(t, b.Bytes())
	t.Run("its manifest", func(t *testing.T) { namesItsParts(t, parts, len(given)) })
	read, err := reference.Read(strings.NewReader(parts["data/DE_SHARE.csv"]), "DE_SHARE.csv", a.Catalog, areas, reference.Options{Sender: "test", SentAt: time.Now(), Vintage: a.Catalog.Country().Compiled})
	if err != nil || len(read.Entries) != len(given) {
		t.Fatalf("it does not load again: %v", err)
	}
	for i, e := range read.Entries {
		if !e.Same(given[i].Observation) {
			t.Errorf("%v became %v", given[i], e.Observation)
		}
	}
	source := given[0].Attributes[stat.AttrSource]
	for name, want := range map[string]string{"README.vi.txt": "CC BY 4.0", "README.en.txt": "Attribution 4.0", "codelists.csv": "CL_DEFINITION,NSO,", "sources.csv": source + ","} {
		if !strings.Contains(parts[name], want) {
			t.Errorf("%s does not say %q", name, want)
		}
	}
	if strings.Contains(parts["README.en.txt"], "made up") {
		t.Error("a country that there is passes for one that there is not")
	}
	for name := range parts {
		if strings.HasPrefix(name, "data/") && name != "data/DE_SHARE.csv" {
			t.Errorf("a dataflow without figures has a part: %s", name)
		}
	}
}

// namesItsParts holds the manifest of an archive to its parts.
func namesItsParts(t *testing.T, parts map[string]string, figures int) {
	t.Helper()
	var m Manifest
	if err := json.Unmarshal([]byte(parts[manifestName]), &m); err != nil || m.Release != "2026-Q3" || m.Licence != licence {
		t.Fatal(m, err)
	}
	if len(m.Parts) != len(parts)-1 {
		t.Errorf("%d parts are named, of %d", len(m.Parts), len(parts)-1)
	}
	for _, p := range m.Parts {
		sum := sha256.Sum256([]byte(parts[p.Name]))
		if p.SHA256 != hex.EncodeToString(sum[:]) || p.Bytes != int64(len(parts[p.Name])) || len(parts[p.Name]) == 0 {
			t.Errorf("%+v", p)
		}
		if p.Name == "data/DE_SHARE.csv" && p.Rows != figures {
			t.Errorf("%d rows, not %d", p.Rows, figures)
		}
	}
}

func TestAnArchiveOfMadeUpFiguresSaysSo(t *testing.T) {
	a, _, _ := archived(t)
	made, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	a.Catalog = made
	var b bytes.Buffer
	if err := a.Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	parts := opened(t, b.Bytes())
	for name, want := range map[string]string{"README.vi.txt": "KHÔNG CÓ NƯỚC NÀY", "README.en.txt": "THERE IS NO SUCH COUNTRY"} {
		if !strings.HasPrefix(parts[name], want) {
			t.Errorf("%s begins %.60q", name, parts[name])
		}
	}
}

func TestAnArchiveEndsWithItsContextAndWithAFault(t *testing.T) {
	a, _, list := archived(t)
	ctx, stop := context.WithCancel(t.Context())
	a.Report = func(int, int, string) { stop() }
	if err := a.Write(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("it goes on for nobody: %v", err)
	}
	broken := errors.New("the file is away")
	a.Report = nil
	a.Figures = func(_ context.Context, flow string) iter.Seq2[cube.Version, error] {
		return func(yield func(cube.Version, error) bool) {
			if flow == "DE_SHARE" && yield(list[0], nil) {
				yield(cube.Version{}, broken)
			}
		}
	}
	if err := a.Write(t.Context(), io.Discard); !errors.Is(err, broken) {
		t.Errorf("half a dataflow passes for all of it: %v", err)
	}
	a.Figures = func(context.Context, string) iter.Seq2[cube.Version, error] { return Figures(nil) }
	if err := a.Write(t.Context(), io.Discard); fault.CodeOf(err) != "export.nothing" {
		t.Errorf("nothing is an archive: %v", err)
	}
}
