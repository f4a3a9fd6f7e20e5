package shell

import (
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/cube"
	"nhipso/internal/export"
)

// Credit is what a figure rests on: a line on its page, in the language of the visitor, and every document in its files, in both.
type Credit struct {
	v    *Visit
	list []cube.Version
	said catalog.Label // in place of documents
}

// String is the line where there is no page around it, such as a picture: it names all documents, or how many there are.
func (c Credit) String() string {
	return c.line(func() string { return c.v.Credits(c.list) })
}

// Whole is the line with the name of every document, for paper.
func (c Credit) Whole() string {
	return c.line(func() string { return strings.Join(c.v.sourceNames(c.v.Lang, c.list), "; ") })
}

// Line is the line on a page: it names the first documents, and All has every one.
func (c Credit) Line() string {
	return c.line(func() string {
		names := c.v.sourceNames(c.v.Lang, c.list)
		if len(names) <= sourcesNamed {
			return strings.Join(names, "; ")
		}
		return strings.Join(names[:sourcesNamed], "; ") + "; " + c.v.Say("common.and-more", "n", len(names)-sourcesNamed)
	})
}

// All are the names of the documents where they are more than the line of a page names, for the list below it.
func (c Credit) All() []string {
	if c.v == nil || c.said.Vi != "" {
		return nil
	}
	if names := c.v.sourceNames(c.v.Lang, c.list); len(names) > sourcesNamed {
		return names
	}
	return nil
}

// Folded is what the fold is called that holds All.
func (c Credit) Folded() string { return c.v.Say("common.all-sources", "n", len(c.All())) }

// line is what is said in place of documents, or their names with the vintage shown.
func (c Credit) line(names func() string) string {
	switch {
	case c.v == nil:
		return ""
	case c.said.Vi != "":
		return c.said.In(c.v.Lang)
	}
	if s := names(); s != "" {
		return c.v.Say("common.source-line", "sources", s, "vintage", c.v.VintageLine())
	}
	return c.v.VintageLine()
}

// words are those of the files.
func (c Credit) words() catalog.Label {
	if c.said.Vi != "" || c.v == nil {
		return c.said
	}
	return export.SourceLine(c.documents())
}

// documents lists what the figures rest on.
func (c Credit) documents() []export.Document {
	if c.v == nil || c.v.Snap == nil {
		return nil
	}
	cited := export.NewCited(c.v.Snap.Catalog)
	for _, o := range c.list {
		cited.Add(o)
	}
	return cited.Documents()
}
