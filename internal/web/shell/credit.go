package shell

import (
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

// String is the line on the page.
func (c Credit) String() string {
	switch {
	case c.v == nil:
		return ""
	case c.said.Vi != "":
		return c.said.In(c.v.Lang)
	}
	if s := c.v.Sources(c.list); s != "" {
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
