package records

import (
	_ "embed"
	"log/slog"

	"nhipso/internal/module"
	"nhipso/internal/people"
	"nhipso/internal/store"
	"nhipso/internal/words"
)

//go:embed openapi.json
var operations []byte

//go:embed words.csv
var wordsFile string

// Document describes the operations of the counter in a language: paths, components and a tag of OpenAPI 3.1, to be joined to the description of the API.
var Document = module.Describe(operations, words.MustRead(wordsFile))

// Part gives the module by which programs work with records. Without an office there is none.
func Part(office *people.Office, log *slog.Logger) module.Module {
	m := module.Module{Name: "records", Migrations: []store.Migration{store.SignInTables}}
	if office == nil {
		return m
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	m.Programs, m.Document = (&Counter{office, log}).Patterns(), Document
	return m
}
