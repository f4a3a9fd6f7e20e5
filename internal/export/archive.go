package export

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"iter"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/fault"
)

// Archive is what a release says, for whoever takes all of it at once: each dataflow whole as CSV, the codes with their names, the documents, how it
// may be used, and a manifest with the hash of every part. The same figures and the same catalogue give the same bytes.
type Archive struct {
	Catalog *catalog.Catalog
	Release string        // identifier
	Title   catalog.Label // of the release
	From    string        // from when on the public may know what is in it
	// Figures gives the figures of a dataflow that the public may know, in order; it may be asked more than once.
	Figures func(ctx context.Context, dataflow string) iter.Seq2[cube.Version, error]
	Report  func(done, of int, dataflow string) // told of each dataflow before it is written; nil for nobody
}

// Part is a file of an archive, as its manifest names it.
type Part struct {
	Name   string        `json:"name"`
	Title  catalog.Label `json:"title,omitzero"`
	SHA256 string        `json:"sha256"`
	Bytes  int64         `json:"bytes"`
	Rows   int           `json:"rows,omitempty"`
}

// Manifest is the last part of an archive.
type Manifest struct {
	Release string        `json:"release"`
	Title   catalog.Label `json:"title"`
	From    string        `json:"from"`
	Country catalog.Label `json:"country"`
	Pack    string        `json:"pack"`
	Version string        `json:"version"` // of the pack
	Licence string        `json:"licence"`
	Parts   []Part        `json:"parts"`
}

// licence under which figures, tables and drawings are given, as the pages say.
const licence = "CC-BY-4.0"

// manifestName is that of the part which names the others.
const manifestName = "manifest.json"

// Write writes the archive as ZIP. Its parts are written as they are read, so that one of any size takes little memory.
func (a Archive) Write(ctx context.Context, w io.Writer) error {
	out := &archiveWriter{zip: zip.NewWriter(Until(ctx, w))}
	country := a.Catalog.Country()
	for _, lang := range catalog.Languages {
		if err := out.part("README."+lang+".txt", catalog.Label{}, func(w io.Writer) (int, error) { return 0, a.readme(w, lang) }); err != nil {
			return err
		}
	}
	flows, err := a.flows(ctx)
	if err != nil {
		return err
	}
	for i, f := range flows {
		if a.Report != nil {
			a.Report(i, len(flows), f.ID)
		}
		if err := out.table(ctx, "data/", Message(a.Catalog, f, a.Figures(ctx, f.ID))); err != nil {
			return err
		}
	}
	if a.Report != nil {
		a.Report(len(flows), len(flows), "")
	}
	for _, t := range []*Table{a.codes(flows), a.documents()} {
		if err := out.table(ctx, "", t); err != nil {
			return err
		}
	}
	m := Manifest{a.Release, a.Title, a.From, country.Name, country.Pack, country.Version, licence, out.parts}
	err = out.part(manifestName, catalog.Label{}, func(w io.Writer) (int, error) {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return 0, e.Encode(m)
	})
	if err != nil {
		return err
	}
	return out.zip.Close()
}

// flows are the dataflows that have figures, in the order of the catalogue: of one whose figures nobody may read yet there is no part.
func (a Archive) flows(ctx context.Context) (out []*catalog.Dataflow, err error) {
	for _, f := range a.Catalog.Dataflows() {
		for _, err := range a.Figures(ctx, f.ID) {
			if err != nil {
				return nil, err
			}
			out = append(out, f)
			break
		}
	}
	if len(out) == 0 {
		return nil, fault.New("export.nothing", "release", a.Release)
	}
	return out, nil
}

// readme says what is in the archive, how it may be used and where it comes from.
func (a Archive) readme(w io.Writer, lang string) error {
	country := a.Catalog.Country()
	if country.Demo {
		if _, err := io.WriteString(w, book.Say(lang, "archive-demo")+"\n\n"); err != nil {
			return err
		}
	}
	if country.Synthetic {
		if _, err := io.WriteString(w, book.Say(lang, "archive-synthetic")+"\n\n"); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, book.Say(lang, "archive-readme", "country", country.Name.In(lang), "release", a.Release, "title", a.Title.In(lang), "from", a.From)+"\n")
	return err
}

// codes names the codes of all lists that the dataflows use.
func (a Archive) codes(flows []*catalog.Dataflow) *Table {
	var lists []string
	use := func(list string) {
		if list != "" && !slices.Contains(lists, list) {
			lists = append(lists, list)
		}
	}
	for _, f := range flows {
		for _, d := range f.Dimensions {
			use(d.Codelist)
		}
		for _, name := range append([]string{"OBS_STATUS"}, f.Attributes...) {
			if c, ok := a.Catalog.Concept(name); ok {
				use(c.Codelist)
			}
		}
	}
	slices.Sort(lists)
	t := plainTable("codelists", "codelist", "code", "parent", "name_vi", "name_en")
	for _, id := range lists {
		l, err := a.Catalog.Codelist(id)
		if err != nil {
			continue // the catalogue has every list that it names
		}
		for _, c := range l.Codes {
			t.Rows = append(t.Rows, row(id, c.ID, c.Parent, c.Name.Vi, c.Name.En))
		}
	}
	return t
}

// documents are those that figures rest on: the codes of the column SOURCE.
func (a Archive) documents() *Table {
	t := plainTable("sources", "id", "title_vi", "title_en", "publisher_vi", "publisher_en", "date", "url", "original")
	for _, d := range a.Catalog.Documents() {
		t.Rows = append(t.Rows, row(d.ID, d.Title.Vi, d.Title.En, d.Publisher.Vi, d.Publisher.En, d.Date, d.URL, d.Original))
	}
	return t
}

// plainTable is a table of texts that stand as they are.
func plainTable(id string, columns ...string) *Table {
	t := &Table{ID: id, Title: catalog.Label{Vi: book.Say("vi", "archive-"+id), En: book.Say("en", "archive-"+id)}}
	for _, c := range columns {
		t.Columns = append(t.Columns, Column{ID: c, Name: catalog.Label{Vi: c, En: c}, Kind: Code})
	}
	return t
}

func row(texts ...string) []Cell {
	out := make([]Cell, len(texts))
	for i, s := range texts {
		out[i] = Same(s)
	}
	return out
}

// archiveWriter writes the parts of an archive and remembers what they are. None bears a time: that of writing is nobody's concern.
type archiveWriter struct {
	zip   *zip.Writer
	parts []Part
}

func (a *archiveWriter) part(name string, title catalog.Label, write func(io.Writer) (rows int, err error)) error {
	to, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	sum := &summed{w: to, sum: sha256.New()}
	rows, err := write(sum)
	a.parts = append(a.parts, Part{name, title, hex.EncodeToString(sum.sum.Sum(nil)), sum.bytes, rows})
	return err
}

// table writes a table as CSV, headed by identifiers so that load reads it back.
func (a *archiveWriter) table(ctx context.Context, folder string, t *Table) error {
	return a.part(folder+t.ID+".csv", t.Title, func(w io.Writer) (rows int, err error) {
		rows = len(t.Rows)
		if figures := t.Stream; figures != nil {
			t.Stream = func(yield func([]Cell, error) bool) {
				for row, err := range figures {
					if rows++; !yield(row, err) {
						return
					}
				}
			}
		}
		err = t.WriteCSV(Until(ctx, w), CSVOptions{Lang: "en", Codes: true})
		return rows, err
	})
}

// summed passes on what is written, and sums it up.
type summed struct {
	w     io.Writer
	sum   hash.Hash
	bytes int64
}

// Write implements io.Writer.
func (s *summed) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.sum.Write(b[:n]) //nolint:errcheck // a hash takes everything
	s.bytes += int64(n)
	return n, err
}
