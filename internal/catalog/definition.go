package catalog

import (
	"slices"
	"strings"

	"nhipso/internal/fault"
)

// The lists that describe definitions, and what a definition is cut into.
const (
	listDefinition = "CL_DEFINITION"
	listDifference = "CL_DIFFERENCE"
	listComponent  = "CL_COMPONENT"
)

// Definition is one way to count a thing that others count differently, in words that a citizen follows. A country need not describe its
// definitions: what is not said is "".
type Definition struct {
	ID          string
	Name, Short Label
	Counts      Label // what counts
	Leaves      Label // what does not
	Method      Label // how it is measured
	Often       Label // how often it is published
	Documents   []Document
	SplitBy     string // the definition that divides its total into parts, where it prints none itself
	Page        string // the page of the method, where there is one
	Hint        *Hint  // nil where there is none
}

// Hint is a figure of another dataflow that its publisher gives of nearly the same thing as a part of a definition: too near to leave unsaid, not
// near enough to be taken for the part.
type Hint struct {
	Flow, Pattern         string // the figure, of whatever frequency
	BaseFlow, BasePattern string // what it is a part of, in the same unit
	Role                  string // of the part
}

// Difference is a reason why two definitions of one thing give different figures: of a part of them, or of all that is left unexplained.
type Difference struct {
	ID         string
	Name, Text Label
	Between    [2]string
	Role       string // of the parts that it is about; Remainder
	Documents  []Document
}

// Remainder is the role of a Difference about what no part of the figures explains.
const Remainder = "remainder"

// Definition finds a definition.
func (c *Catalog) Definition(id string) (Definition, bool) {
	for _, d := range c.definitions {
		if d.ID == id {
			return d, true
		}
	}
	return Definition{}, false
}

// Definitions lists the definitions in the order of CL_DEFINITION.
func (c *Catalog) Definitions() []Definition { return c.definitions }

// Differences lists the reasons why two definitions differ in the parts of a role, whichever of them is named first.
func (c *Catalog) Differences(a, b, role string) []Difference {
	var out []Difference
	for _, d := range c.differences {
		if d.Role == role && (d.Between == [2]string{a, b} || d.Between == [2]string{b, a}) {
			out = append(out, d)
		}
	}
	return out
}

// ComponentsOf lists the components of one role: of several definitions the parts that answer to each other.
func (c *Catalog) ComponentsOf(role string) []Code {
	var out []Code
	if l := c.codelists[listComponent]; l != nil {
		for _, x := range l.Codes {
			if x.Notes["role"] == role {
				out = append(out, x)
			}
		}
	}
	return out
}

// Roles lists the roles of components in the order in which they first stand in their list.
func (c *Catalog) Roles() []string {
	var out []string
	if l := c.codelists[listComponent]; l != nil {
		for _, x := range l.Codes {
			if r := x.Notes["role"]; r != "" && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// addDefinitions reads what definitions are and why they differ. A document, a definition or a role that no list has refuses all.
func (c *Catalog) addDefinitions() error {
	l := c.codelists[listDefinition]
	if l == nil {
		return nil
	}
	for _, x := range l.Codes {
		d := Definition{ID: x.ID, Name: x.Name, Short: noted(x, "short"), Counts: noted(x, "counts"), Leaves: noted(x, "leaves"), Method: noted(x, "method"), Often: noted(x, "often"),
			SplitBy: x.Notes["split_by"], Page: x.Notes["method_page"]}
		if d.Short.Vi == "" {
			d.Short = d.Name
		}
		if d.SplitBy != "" {
			if err := c.resolve(listDefinition, d.SplitBy, listDefinition+"."+x.ID); err != nil {
				return err
			}
		}
		var err error
		if d.Hint, err = c.hint(x); err != nil {
			return err
		}
		if d.Documents, err = c.documentsOf(x, listDefinition); err != nil {
			return err
		}
		c.definitions = append(c.definitions, d)
	}
	l = c.codelists[listDifference]
	if l == nil {
		return nil
	}
	for _, x := range l.Codes {
		d := Difference{ID: x.ID, Name: x.Name, Text: noted(x, "text"), Role: x.Notes["role"]}
		two := strings.Fields(x.Notes["between"])
		if len(two) != 2 || d.Text.Vi == "" || d.Text.En == "" || d.Role != Remainder && !slices.Contains(c.Roles(), d.Role) {
			return fault.New("catalog.unresolved", "id", x.Notes["between"]+" "+d.Role, "by", listDifference+"."+x.ID)
		}
		for i, id := range two {
			if err := c.resolve(listDefinition, id, listDifference+"."+x.ID); err != nil {
				return err
			}
			d.Between[i] = id
		}
		var err error
		if d.Documents, err = c.documentsOf(x, listDifference); err != nil {
			return err
		}
		if len(d.Documents) == 0 {
			return fault.New("catalog.unresolved", "id", "", "by", listDifference+"."+x.ID+".documents")
		}
		c.differences = append(c.differences, d)
	}
	return nil
}

// hint reads what a definition says of a figure beside it.
func (c *Catalog) hint(x Code) (*Hint, error) {
	if x.Notes["hint"] == "" {
		return nil, nil
	}
	h := &Hint{Role: x.Notes["hint_role"]}
	h.Flow, h.Pattern, _ = strings.Cut(x.Notes["hint"], "/")
	h.BaseFlow, h.BasePattern, _ = strings.Cut(x.Notes["hint_base"], "/")
	for flow, pattern := range map[string]string{h.Flow: h.Pattern, h.BaseFlow: h.BasePattern} {
		if f := c.flowByID[flow]; f == nil || len(strings.Split(pattern, ".")) != len(f.Dimensions) || !slices.Contains(c.Roles(), h.Role) {
			return nil, fault.New("catalog.unresolved", "id", flow+"/"+pattern, "by", listDefinition+"."+x.ID)
		}
	}
	return h, nil
}

// documentsOf finds the documents that a code names.
func (c *Catalog) documentsOf(x Code, list string) (out []Document, err error) {
	for _, id := range strings.Fields(x.Notes["documents"]) {
		d, ok := c.documents[id]
		if !ok {
			return nil, fault.New("catalog.unresolved", "id", listSource+"."+id, "by", list+"."+x.ID)
		}
		out = append(out, d)
	}
	return out, nil
}

// noted gives two columns of a code as one text.
func noted(x Code, name string) Label { return Label{Vi: x.Notes[name+"_vi"], En: x.Notes[name+"_en"]} }
