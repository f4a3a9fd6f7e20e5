package web

import (
	"cmp"
	"slices"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/stat"
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
	d, ok := v.snap.Catalog.Document(id)
	if !ok {
		return documentView{ID: id, Title: attribute(v.snap, stat.AttrSource, id).In(v.lang)}
	}
	out := documentView{ID: id, Title: d.Title.In(v.lang), URL: d.URL, Publisher: d.Publisher.In(v.lang), Address: d.URLNote.In(v.lang), Through: d.Through.In(v.lang),
		Original: d.Original, Quote: d.Quote, Seen: d.Seen()}
	out.Date, out.Read = v.dateOf(d.Date), v.say("data.doc-read", "date", v.dateOf(d.Read))
	if d.Date == "" {
		out.Date = d.DateNote.In(v.lang)
	}
	return out
}

// dateOf writes a day, a month or a year as far as it is known.
func (v *visit) dateOf(written string) string {
	x, err := stat.ParseVintage(written, stat.Date{})
	if err != nil || written == "" {
		return written
	}
	return v.vintage(x)
}

// bothDates is dateOf in the two languages.
func bothDates(written string) catalog.Label {
	return catalog.Label{Vi: (&visit{lang: "vi"}).dateOf(written), En: (&visit{lang: "en"}).dateOf(written)}
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
	Frame
	Count    string
	Register *Figure
}

// register lists every document with the number of figures that rest on it: press releases, decisions, reports, notices, files.
func (v *visit) register() (page, error) {
	p := &documentsPage{Frame: v.newFrame("data", v.say("data.doc-title"))}
	p.Description = v.say("data.doc-description")
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	figures := map[string]int64{}
	for _, f := range v.snap.Catalog.Dataflows() {
		for _, o := range v.snap.Read(f.ID, "") {
			if cube.Reported(o.Observation) {
				figures[o.Attributes[stat.AttrSource]]++
			}
		}
	}
	t := newTable("documents", both("data.doc-title"), col("document", both("data.doc-name")), col("publisher", both("data.doc-publisher")), col("date", both("data.doc-date")),
		col("through", both("data.doc-through")), col("read", both("data.doc-read-head")), numbers("figures", both("data.figures"), catalog.Label{}, 0))
	long := newTable("documents", t.Title, append([]export.Column{{ID: "id", Name: both("data.code"), Kind: export.Code}}, append(slices.Clone(t.Columns),
		col("address", both("data.doc-address")), col("original", both("data.doc-original")), col("quote", both("data.doc-quote")))...)...)
	list := v.snap.Catalog.Documents()
	slices.SortStableFunc(list, func(a, b catalog.Document) int { return cmp.Compare(b.Date, a.Date) })
	for _, d := range list {
		through := d.Through
		if d.Seen() {
			through = both("data.doc-seen")
		}
		date := label(bothDates(d.Date))
		if d.Date == "" {
			date = label(d.DateNote)
		}
		address := same(d.URL)
		if d.URL == "" {
			address = label(d.URLNote)
		}
		row := []cell{label(d.Title).to(d.URL), label(d.Publisher), date, label(through), label(bothDates(d.Read)), number(stat.Int(figures[d.ID]))}
		t.add(row...)
		long.add(append(append([]cell{same(d.ID)}, row...), address, same(d.Original), same(d.Quote))...)
	}
	p.Count = v.count(len(list))
	p.Register = p.show(&Figure{ID: "bang", Title: t.Title, Table: t, Long: func() *Table { return long }, Source: v.vintageLine(), Open: true})
	return p, nil
}
