package intake

import (
	_ "embed"

	"nhipso/internal/module"
	"nhipso/internal/words"
)

//go:embed openapi.json
var operations []byte

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Document describes the operations of the door in a language: paths, components and a tag of OpenAPI 3.1, to be joined to the description of the API.
func Document(lang string) []byte { return module.Describe(operations, book)(lang) }
