package export

import (
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/stat"
	"nhipso/internal/view"
)

// Document is what figures of a table rest on: a document of the catalogue, free text in its place, or a recipe that computed them.
type Document struct {
	ID        string        `json:"id"`
	Name      catalog.Label `json:"name"` // as tables call it, with through whom it was seen
	Title     catalog.Label `json:"title"`
	Publisher catalog.Label `json:"publisher"`
	Date      string        `json:"date"`    // as far as it is known: 2026-01-05, 2023-04 or 2023
	Address   string        `json:"address"` // "" with Note saying why
	Note      catalog.Label `json:"note"`    // why there is no day or no address
	Marks     []stat.Mark   `json:"evidence"`
}

// Cited collects the documents that figures rest on, each once, in the order in which figures name them.
type Cited struct {
	catalog *catalog.Catalog
	order   []string
	marks   map[string][]stat.Mark
	own     map[string]bool // recipes
	last    struct{ id, mark string }
}

// NewCited starts with no document.
func NewCited(c *catalog.Catalog) *Cited {
	return &Cited{catalog: c, marks: map[string][]stat.Mark{}, own: map[string]bool{}}
}

// Add notes what a figure rests on.
func (c *Cited) Add(v cube.Version) {
	id, own := v.Attributes[stat.AttrSource], false
	if !cube.Reported(v.Observation) {
		id, own = v.Attributes[stat.AttrRecipe], true
	}
	mark := v.Mark()
	if id == "" || id == c.last.id && string(mark) == c.last.mark { // as most that stand together
		return
	}
	c.last.id, c.last.mark = id, string(mark)
	marks, known := c.marks[id]
	if !known {
		c.order = append(c.order, id)
		c.own[id] = own
	}
	if !slices.Contains(marks, mark) {
		c.marks[id] = append(marks, mark)
	}
}

// Documents lists them.
func (c *Cited) Documents() []Document {
	out := make([]Document, 0, len(c.order))
	for _, id := range c.order {
		d := Document{ID: id, Marks: slices.Clone(c.marks[id])}
		order := stat.Marks()
		slices.SortFunc(d.Marks, func(a, b stat.Mark) int { return slices.Index(order, a) - slices.Index(order, b) })
		switch known, ok := c.catalog.Document(id); {
		case c.own[id]:
			d.Title, d.Publisher = both("own-estimate"), both("program")
			d.Name = d.Title
		case ok:
			d.Title, d.Publisher, d.Date, d.Address = known.Title, known.Publisher, known.Date, known.URL
			d.Note = catalog.Label{Vi: joined("vi", known), En: joined("en", known)}
		}
		if !c.own[id] {
			d.Name = view.Names{Catalog: c.catalog}.Attribute(stat.AttrSource, id)
		}
		if d.Title.Vi == "" {
			d.Title = d.Name
		}
		out = append(out, d)
	}
	return out
}

// joined gives what is not known of a document, and through whom it was seen.
func joined(lang string, d catalog.Document) string {
	var via []string
	for _, x := range d.Via {
		via = append(via, x.In(lang))
	}
	through := ""
	if len(via) > 0 {
		through = book.Say(lang, "seen-through", "who", strings.Join(via, "; "))
	}
	said := slices.DeleteFunc([]string{through, d.DateNote.In(lang), d.URLNote.In(lang)}, func(s string) bool { return s == "" })
	return strings.Join(said, "; ")
}

// fewDocuments is how many documents the line of sources of a file names; of more it says how many there are, and they stand on a sheet of
// their own.
const fewDocuments = 4

// SourceLine names documents in one line.
func SourceLine(list []Document) catalog.Label {
	line := func(lang string) string {
		var names []string
		for _, d := range list {
			if name := d.Name.In(lang); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) > fewDocuments {
			return book.Say(lang, "sources-counted", "n", len(names))
		}
		return strings.Join(names, "; ")
	}
	return catalog.Label{Vi: line("vi"), En: line("en")}
}

// documents lists what the table rests on; a list of none where nobody said.
func (t *Table) documents() []Document {
	if t.Documents == nil {
		return []Document{}
	}
	if list := t.Documents(); list != nil {
		return list
	}
	return []Document{}
}

// citation is how somebody who uses the table may name it.
func (t *Table) citation() catalog.Label {
	cite := func(lang string) string {
		who := t.Publisher
		if who == "" {
			who = book.Say(lang, "program")
		}
		said := []string{who, "“" + t.Title.In(lang) + "”"}
		if t.Vintage.In(lang) != "" {
			said = append(said, t.Vintage.In(lang))
		}
		if t.URL != "" {
			said = append(said, t.URL)
		}
		return strings.Join(said, ", ")
	}
	return catalog.Label{Vi: cite("vi"), En: cite("en")}
}

func both(id string, pairs ...any) catalog.Label {
	return catalog.Label{Vi: book.Say("vi", id, pairs...), En: book.Say("en", id, pairs...)}
}
