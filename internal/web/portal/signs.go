package portal

import (
	"html/template"
	"regexp"
	"strings"

	"nhipso/internal/web/shell"
)

// named is what a text of methods names in italics or in a cell of a table: the classes of targets, among others.
var named = regexp.MustCompile(`<(em|td)>([^<]+)</(?:em|td)>`)

// withSigns puts before the name of each class, in the text of the method that gives targets their classes, the sign that tables and drawings have for
// it, so that there is one source of signs. Elsewhere the same words mean something else.
func (v *visit) withSigns(slug string, body template.HTML) template.HTML {
	classes, err := v.Snap.Catalog.Codelist("CL_TARGET_CLASS")
	if flow, none := v.Snap.Catalog.Dataflow(statusFlow); err != nil || none != nil || flow.Method != slug {
		return body
	}
	return template.HTML(named.ReplaceAllStringFunc(string(body), func(marked string) string {
		m := named.FindStringSubmatch(marked)
		for _, c := range classes.Codes {
			if name := strings.TrimSpace(m[2]); strings.EqualFold(name, c.Name.Vi) || strings.EqualFold(name, c.Name.In("en")) {
				open := "<" + m[1] + ">"
				return open + string(shell.Seal(c.ID)) + strings.TrimPrefix(marked, open)
			}
		}
		return marked
	}))
}
