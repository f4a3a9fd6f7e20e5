package catalog

import (
	_ "embed"
	"net/url"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// The lists that describe documents.
const (
	listSource    = "CL_SOURCE"
	listPublisher = "CL_PUBLISHER"
	listNote      = "CL_NOTE"
)

// Kinds of party in CL_PUBLISHER: who issues a document, who quotes it, who keeps a copy of it. A copy that one person keeps is called so wherever
// it is named, for nobody stands behind it.
const (
	issuer  = "issuer"
	quotes  = "quotes"
	copies  = "copies"
	private = "private" // a copy that a private person keeps
	student = "student" // a copy that was made for a course
)

// Document is what a figure rests on: a decision, a press release, a report, a file. What is not known of it is said with its reason,
// never left out, and a document that was seen only through others names them.
type Document struct {
	ID        string
	Title     Label
	Publisher Label
	Date      string // as far as it is known: 2026-01-05, 2023-04 or 2023; "" with DateNote saying why
	DateNote  Label
	URL       string // of what was read; "" with URLNote saying why
	URLNote   Label
	Original  string  // address of the document itself, where it is known and was not what was read
	Via       []Label // the newspapers or copies through which it was seen; empty when the document itself was read
	Through   Label   // Via as words: "theo Báo Mới dẫn"
	Read      string  // day or month on which it was read
	Quote     string  // the words quoted from it, in the language in which they are printed
}

// Seen reports whether the document itself was read, and not only a newspaper or a copy.
func (d Document) Seen() bool { return len(d.Via) == 0 }

// Document finds a document of CL_SOURCE.
func (c *Catalog) Document(id string) (Document, bool) {
	d, ok := c.documents[id]
	return d, ok
}

// Documents lists the documents in the order of CL_SOURCE.
func (c *Catalog) Documents() []Document {
	var out []Document
	if l := c.codelists[listSource]; l != nil {
		for _, x := range l.Codes {
			if d, ok := c.documents[x.ID]; ok {
				out = append(out, d)
			}
		}
	}
	return out
}

// addDocuments reads the documents from the further columns of CL_SOURCE, and makes each name say through whom the document was seen, so that
// no page, file or answer can show the name without it.
func (c *Catalog) addDocuments() error {
	c.documents = map[string]Document{}
	l := c.codelists[listSource]
	if l == nil {
		return nil
	}
	for i, x := range l.Codes {
		d, column, err := c.document(x)
		if err != nil {
			return fault.New("catalog.bad-document", "id", x.ID, "column", column).At("catalog/codelists/"+listSource+".csv", i+2, column).Because(err)
		}
		c.documents[x.ID] = d
		if !d.Seen() {
			l.Codes[i].Name = Label{Vi: book.Say("vi", "cited", "title", d.Title.Vi, "via", d.Through.Vi), En: book.Say("en", "cited", "title", d.Title.En, "via", d.Through.En)}
		}
	}
	return nil
}

// document reads one document; on a fault it names the column.
func (c *Catalog) document(x Code) (d Document, column string, err error) {
	d = Document{ID: x.ID, Title: x.Name, Date: x.Notes["date"], URL: x.Notes["url"], Original: x.Notes["original"], Read: x.Notes["read"], Quote: x.Notes["quote"]}
	if d.Publisher, err = c.party(x.Notes["publisher"], issuer); err != nil {
		return d, "publisher", err
	}
	kind := ""
	for _, id := range strings.Fields(x.Notes["via"]) {
		name, err := c.party(id, quotes, copies, private, student)
		if err != nil {
			return d, "via", err
		}
		if kind == "" {
			kind = c.kindOf(id)
		}
		d.Via = append(d.Via, name)
	}
	if len(d.Via) > 0 {
		d.Through = Label{Vi: book.Say("vi", "via-"+kind, "via", joined(d.Via, "vi")), En: book.Say("en", "via-"+kind, "via", joined(d.Via, "en"))}
	}
	if d.DateNote, err = c.either(d.Date, x.Notes["date_note"]); err != nil {
		return d, "date_note", err
	}
	if d.URLNote, err = c.either(d.URL, x.Notes["url_note"]); err != nil {
		return d, "url_note", err
	}
	for column, day := range map[string]string{"date": d.Date, "read": d.Read} {
		if _, err := stat.ParseVintage(day, stat.Date{}); err != nil || column == "read" && day == "" {
			return d, column, fault.New("catalog.unresolved", "id", day, "by", x.ID+"."+column)
		}
	}
	for column, address := range map[string]string{"url": d.URL, "original": d.Original} {
		if u, err := url.Parse(address); err != nil || address != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return d, column, fault.New("catalog.unresolved", "id", address, "by", x.ID+"."+column)
		}
	}
	return d, "", nil
}

// either demands exactly one of a fact and the reason why it is not known, and gives the words of the reason.
func (c *Catalog) either(fact, reason string) (Label, error) {
	if (fact == "") == (reason == "") {
		return Label{}, fault.New("catalog.unresolved", "id", reason, "by", listNote)
	}
	if reason == "" {
		return Label{}, nil
	}
	if err := c.resolve(listNote, reason, listSource); err != nil {
		return Label{}, err
	}
	x, _ := c.codelists[listNote].Code(reason)
	return x.Name, nil
}

// party gives the name of one of CL_PUBLISHER that is of one of the given kinds.
func (c *Catalog) party(id string, kinds ...string) (Label, error) {
	if err := c.resolve(listPublisher, id, listSource); err != nil {
		return Label{}, err
	}
	for _, k := range kinds {
		if c.kindOf(id) == k {
			x, _ := c.codelists[listPublisher].Code(id)
			return x.Name, nil
		}
	}
	return Label{}, fault.New("catalog.unresolved", "id", id, "by", strings.Join(kinds, ", "))
}

func (c *Catalog) kindOf(id string) string {
	x, _ := c.codelists[listPublisher].Code(id)
	return x.Notes["kind"]
}

// joined lists names: "A, B và C".
func joined(list []Label, lang string) string {
	var out []string
	for _, l := range list {
		out = append(out, l.In(lang))
	}
	return strings.Join(out, ", ")
}
