package portal

import (
	"cmp"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
	"nhipso/internal/view"
	"nhipso/internal/web/shell"
)

// documentView is a document as pages show it: what it is, who published it, when, through whom it was seen, and what is quoted from it. What
// is not known is said, never left out.
type documentView struct {
	ID, Title, URL, Publisher string
	Date, Address             string // the day, and the reason when there is no address
	Through, Original, Read   string
	Quote                     string
	Seen                      bool // the document itself was read
}

// document describes a document of CL_SOURCE; free text in its place stands as it is.
func (v *visit) document(id string) documentView {
	d, ok := v.Snap.Catalog.Document(id)
	if !ok {
		return documentView{ID: id, Title: attribute(v.Snap, stat.AttrSource, id).In(v.Lang)}
	}
	out := documentView{ID: id, Title: d.Title.In(v.Lang), URL: d.URL, Publisher: d.Publisher.In(v.Lang), Address: d.URLNote.In(v.Lang), Through: d.Through.In(v.Lang),
		Original: d.Original, Quote: d.Quote, Seen: d.Seen()}
	out.Date, out.Read = dateIn(v.Lang, d.Date), v.Say("data.doc-read", "date", dateIn(v.Lang, d.Read))
	if d.Date == "" {
		out.Date = d.DateNote.In(v.Lang)
	}
	return out
}

// writtenDay is the cell of a day, a month or a year as far as it is known.
func writtenDay(written string) shell.Cell {
	x, err := stat.ParseVintage(written, stat.Date{})
	if err != nil || written == "" {
		return shell.Same(written)
	}
	return shell.Day(x)
}

// dateIn writes a day, a month or a year as far as it is known.
func dateIn(lang, written string) string {
	x, err := stat.ParseVintage(written, stat.Date{})
	if err != nil || written == "" {
		return written
	}
	return view.Vintage(lang, x)
}

// documents describes, once each and in the order met, the documents that published figures name.
func (v *visit) documents(list []cube.Version) []documentView {
	var out []documentView
	seen := map[string]bool{}
	for _, o := range list {
		if id := o.Attributes[stat.AttrSource]; id != "" && cube.Reported(o.Observation) && !seen[id] {
			seen[id] = true
			out = append(out, v.document(id))
		}
	}
	return out
}

// documentsPage is the register of documents.
type documentsPage struct {
	shell.Frame
	Count    string
	Register *shell.Figure
}

// later reports whether a document is of a later day than the one viewed. A date may be a month or a year only.
func (v *visit) later(d catalog.Document) bool {
	day := v.AsOf.String()
	return day != "" && d.Date > day[:min(len(d.Date), len(day))]
}

// register lists every document with the number of figures that rest on it: press releases, decisions, reports, notices, files.
func (v *visit) register() (shell.Page, error) {
	p := &documentsPage{Frame: v.NewFrame("data", v.Say("data.doc-title"))}
	p.Description = v.Say("data.doc-description")
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	figures := map[string]int64{}
	for _, f := range v.Snap.Catalog.Dataflows() {
		for document, n := range v.Snap.Extent(f.ID).Documents {
			figures[document] += int64(n)
		}
	}
	t := shell.NewTable("documents", both("data.doc-title"), shell.Text("document", both("data.doc-name")), shell.Text("publisher", both("data.doc-publisher")), shell.Days("date", both("data.doc-date")),
		shell.Text("through", both("data.doc-through")), shell.Days("read", both("data.doc-read-head")), shell.Numbers("figures", both("data.figures"), catalog.Label{}, 0))
	t.Stack = true
	long := shell.NewTable("documents", t.Title, append([]export.Column{{ID: "id", Name: both("data.code"), Kind: export.Code}}, append(slices.Clone(t.Columns),
		shell.Text("address", both("data.doc-address")), shell.Text("original", both("data.doc-original")), shell.Text("quote", both("data.doc-quote")))...)...)
	list := v.Snap.Catalog.Documents()
	list = slices.DeleteFunc(slices.Clone(list), v.later)
	slices.SortStableFunc(list, func(a, b catalog.Document) int { return cmp.Compare(b.Date, a.Date) })
	for _, d := range list {
		through := d.Through
		if d.Seen() {
			through = both("data.doc-seen")
		}
		date := writtenDay(d.Date)
		if d.Date == "" {
			date = shell.Label(d.DateNote)
		}
		address := shell.Same(d.URL)
		if d.URL == "" {
			address = shell.Label(d.URLNote)
		}
		row := []shell.Cell{shell.Label(d.Title).To(d.URL), shell.Label(d.Publisher), date, shell.Label(through), writtenDay(d.Read), shell.Number(stat.Int(figures[d.ID]))}
		t.Add(row...)
		long.Add(append(append([]shell.Cell{shell.Same(d.ID)}, row...), address, shell.Same(d.Original), shell.Same(d.Quote))...)
	}
	p.Count = v.count(len(list))
	p.Register = p.Show(&shell.Figure{ID: "bang", Title: t.Title, Table: t, Long: func() *shell.Table { return long }, Source: v.SourceLine(nil), Open: true})
	return p, nil
}
