package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

//go:embed words.csv
var wordsFile string

// words gives, by key, the Vietnamese and the English text.
var words = sync.OnceValue(func() map[string][2]string {
	rows, err := csv.NewReader(strings.NewReader(wordsFile)).ReadAll()
	if err != nil {
		panic(err) // embedded; the test of this package reads the same file
	}
	out := make(map[string][2]string, len(rows))
	for _, r := range rows[1:] {
		out[r[0]] = [2]string{r[1], r[2]}
	}
	return out
})

// w gives a text in the language in use, with {name} filled from pairs of name and value.
func (e *env) w(key string, pairs ...any) string {
	both, ok := words()[key]
	if !ok {
		return key
	}
	text := both[0]
	if e.lang == "en" {
		text = both[1]
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i].(string)+"}", fmt.Sprint(pairs[i+1]))
	}
	return text
}
