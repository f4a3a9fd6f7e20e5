package intake

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"regexp"

	"nhipso/internal/words"
)

//go:embed openapi.json
var operations []byte

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// said is where a word stands in the description: "@status.202".
var said = regexp.MustCompile(`"@([^"]+)"`)

// Document describes the operations of the door in a language: paths, components and a tag of OpenAPI 3.1, to be joined to the description of the API.
func Document(lang string) []byte {
	return said.ReplaceAllFunc(operations, func(b []byte) []byte {
		var quoted bytes.Buffer
		e := json.NewEncoder(&quoted)
		e.SetEscapeHTML(false)
		e.Encode(book.Say(lang, string(b[2:len(b)-1]))) //nolint:errcheck // a text always can be written
		return bytes.TrimSpace(quoted.Bytes())
	})
}
