package catalog

import "nhipso/internal/fault"

// Concept is what a dimension or an attribute means, with the list that its values come from. An attribute whose list is a
// help rather than a bound (a source, a note) may also hold free text.
type Concept struct {
	ID       string
	Name     Label
	Codelist string
}

func (c *Catalog) addConcepts(concepts []Concept) error {
	c.concepts = map[string]Concept{}
	for _, x := range concepts {
		if _, twice := c.concepts[x.ID]; twice {
			return fault.New("catalog.duplicate", "kind", "concept", "id", x.ID)
		}
		if x.Codelist != "" && c.codelists[x.Codelist] == nil {
			return fault.New("catalog.unresolved", "id", x.Codelist, "by", x.ID)
		}
		c.concepts[x.ID] = x
	}
	return nil
}

// Concept finds a concept.
func (c *Catalog) Concept(id string) (Concept, bool) {
	x, ok := c.concepts[id]
	return x, ok
}

// AttributeText gives an attribute's value as a reader should see it: the name of the code where its concept has a list that
// holds it, else the value itself.
func (c *Catalog) AttributeText(attribute, value, lang string) string {
	if x, ok := c.concepts[attribute]; ok && x.Codelist != "" {
		return c.Name(x.Codelist, value, lang)
	}
	return value
}
