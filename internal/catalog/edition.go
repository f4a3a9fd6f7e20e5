package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular/record"
)

// Edition is one change of the catalogue: a person gave some of its files another content, for a reason. The catalogue is what its editions
// made of it; the first one is the country pack with which an installation began.
type Edition struct {
	Number    int64 // given by whoever keeps it, from 1
	By        string
	At        time.Time
	Reason    string
	Pack      string // identifier of the pack that it came from
	Version   string // of the pack
	Files     map[string]string
	Gone      []string   // files that it took away
	Artefacts []Artefact // whose version it set, in order
}

// Sort is what an artefact is in SDMX.
type Sort string

// Sorts of artefacts.
const (
	DataflowSort       Sort = "dataflow" // with its structure
	CodelistSort       Sort = "codelist"
	ConceptsSort       Sort = "conceptscheme"
	ClassificationSort Sort = "classification"
	RecordTypeSort     Sort = "recordtype" // of ours: SDMX has none
)

// Artefact is a part of the catalogue that has a version of its own.
type Artefact struct {
	Sort    Sort   `json:"class"`
	Agency  string `json:"agency"`
	ID      string `json:"id"`
	Version string `json:"version"`
	Digest  string `json:"digest"` // SHA-256 of what it says; "" when it was taken away
}

// Compare orders artefacts by sort and identifier.
func (a Artefact) Compare(b Artefact) int { return strings.Compare(a.name(), b.name()) }

// name tells an artefact from every other, and sorts it.
func (a Artefact) name() string { return string(a.Sort) + "/" + a.ID }

// concepts is the identifier of the one scheme that all concepts are in.
const concepts = "CONCEPTS"

// firstVersion is that of an artefact whose file states none.
const firstVersion = "1.0"

// Artefacts lists the parts of a catalogue that have a version, with the version that their files state, by class and identifier.
func (c *Catalog) Artefacts() []Artefact {
	var out []Artefact
	add := func(sort Sort, agency, id, version string, says any) {
		b, err := json.Marshal(says)
		if err != nil {
			panic("catalog: " + err.Error()) // texts, lists and maps only
		}
		sum := sha256.Sum256(b)
		if version == "" {
			version = firstVersion
		}
		out = append(out, Artefact{sort, agency, id, version, hex.EncodeToString(sum[:])})
	}
	for _, f := range c.dataflows {
		add(DataflowSort, c.Agency, f.ID, f.Version, f)
	}
	for _, l := range c.codelists {
		add(CodelistSort, c.Agency, l.ID, l.Version, []any{l.Name, l.Source, l.Codes})
	}
	add(ConceptsSort, c.Agency, concepts, "", c.concepts)
	for _, e := range c.classes.editions {
		add(ClassificationSort, c.Agency, e.ID, "", e)
	}
	for _, t := range c.types {
		add(RecordTypeSort, c.Agency, t.ID, t.Version, t)
	}
	slices.SortFunc(out, Artefact.Compare)
	return out
}

// packed are the parts of a pack that are kept with an installation; its figures enter the cube instead.
var packed = []string{Manifest, "catalog", "territory", "geo", "govern", "types", "words", "pages"}

// FilesOf reads the files of a pack that make its catalogue: everything but its figures.
func FilesOf(fsys fs.FS) (map[string]string, error) {
	out := map[string]string{}
	for _, root := range packed {
		err := fs.WalkDir(fsys, root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				if path == root && root != Manifest {
					return nil // a pack need not have all of them
				}
				return err
			}
			if strings.HasPrefix(d.Name(), ".") { // of the system or of an editor
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if d.IsDir() {
				return nil
			}
			b, err := fs.ReadFile(fsys, path)
			if out[path] = string(b); err == nil && (!utf8.Valid(b) || bytes.ContainsRune(b, 0)) {
				return fault.Unread("catalog.bad-file", path, &record.TableError{Wrong: record.NotText})
			}
			return err
		})
		if err != nil {
			var ours *fault.Error
			if errors.As(err, &ours) {
				return nil, ours
			}
			return nil, fault.Unread("catalog.bad-file", root, err)
		}
	}
	return out, nil
}

// ByDay reports whether an edition was recorded by the end of a day of the country.
func (e Edition) ByDay(day stat.Date, zone *time.Location) bool {
	return !stat.DateOf(e.At.In(zone)).After(day)
}
