package module

import (
	"bytes"
	"encoding/json"
	"regexp"

	"nhipso/internal/words"
)

// said is where a word stands in a description: "@status.202".
var said = regexp.MustCompile(`"@([^"]+)"`)

// Describe makes the description of a module's routes for programs (paths, components and a tag of OpenAPI 3.1, to be joined to that of the API) of one
// that has words in its place.
func Describe(operations []byte, book words.Book) func(lang string) []byte {
	return func(lang string) []byte {
		return said.ReplaceAllFunc(operations, func(b []byte) []byte {
			var quoted bytes.Buffer
			e := json.NewEncoder(&quoted)
			e.SetEscapeHTML(false)
			e.Encode(book.Say(lang, string(b[2:len(b)-1]))) //nolint:errcheck // a text always can be written
			return bytes.TrimSpace(quoted.Bytes())
		})
	}
}
