package main

import (
	_ "embed"

	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// w gives a text in the language in use, with {name} filled from pairs of name and value.
func (e *env) w(id string, pairs ...any) string {
	return book.Say(e.lang, id, append(pairs[:len(pairs):len(pairs)], "country", e.country.In(e.lang))...)
}
