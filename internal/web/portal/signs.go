package portal

import (
	"html/template"
	"regexp"
	"strings"

	"nhipso/internal/web/shell"
)

// emphasised is what a text of methods names in italics: the classes of targets, among others.
var emphasised = regexp.MustCompile(`<em>([^<]+)</em>`)

// withSigns puts before the name of a class of targets in a text of methods the sign that tables and drawings have for it, so that there is one source of
// signs.
func (v *visit) withSigns(body template.HTML) template.HTML {
	classes, err := v.Snap.Catalog.Codelist("CL_TARGET_CLASS")
	if err != nil {
		return body
	}
	return template.HTML(emphasised.ReplaceAllStringFunc(string(body), func(marked string) string {
		name := strings.TrimSpace(emphasised.FindStringSubmatch(marked)[1])
		for _, c := range classes.Codes {
			if strings.EqualFold(name, c.Name.Vi) || strings.EqualFold(name, c.Name.In("en")) {
				return string(shell.Seal(c.ID)) + marked
			}
		}
		return marked
	}))
}
