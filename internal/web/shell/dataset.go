package shell

import (
	"encoding/json"
	"html/template"
)

// Dataset is the schema.org description of the data on a page.
type Dataset map[string]any

// Script is the description as a block of data, with nothing in it that could end the block.
func (d *Dataset) Script() template.HTML {
	b, err := json.Marshal(d) // escapes <, > and &
	if err != nil {
		return ""
	}
	return template.HTML(`<script type="application/ld+json">` + string(b) + `</script>`)
}
