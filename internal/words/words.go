// Package words gives the rooms that draw and export the few words that they print by themselves — axis words, "no data",
// sheet names — in Vietnamese and English.
//
// Each room keeps its words in its own words.csv (columns id, vi, en); no room has them in code. Sentences of errors live in
// package fault, names of things in the catalogue, numbers and dates are written by package text. This package imports nothing of ours.
package words

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
)

// Book is the words of one room.
type Book struct{ byID map[string][2]string }

// MustRead reads a words.csv; the text is embedded at build time, so anything wrong with it is a defect and panics.
func MustRead(text string) Book {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = 3
	rows, err := r.ReadAll()
	if err != nil {
		panic(err)
	}
	b := Book{map[string][2]string{}}
	for _, row := range rows[1:] {
		if _, twice := b.byID[row[0]]; twice || row[1] == "" || row[2] == "" {
			panic("words: " + row[0] + " appears twice or lacks a language")
		}
		if Breaks(row[1]) || Breaks(row[2]) {
			panic("words: " + row[0] + " has a percent sign that may begin a line; the space before it is U+00A0")
		}
		b.byID[row[0]] = [2]string{row[1], row[2]}
	}
	return b
}

// Breaks reports whether a text lets a line break before "%" or "‰", as an ordinary space does: "15,38" would end a line and "%" begin the next.
func Breaks(text string) bool { return parted.MatchString(text) }

// parted is a sign with an ordinary space before it; "%20" of an address and "%-10s" of a format are none.
var parted = regexp.MustCompile(` [%‰](?:[^0-9A-Za-z.+*#-]|\.(?:\D|$)|$)`)

// Has reports whether the book has a word, for rooms that look for a special word before the general one.
func (b Book) Has(id string) bool { _, ok := b.byID[id]; return ok }

// Say gives a word in "vi" or "en", with {name} replaced by the facts, which follow as pairs of name and value.
func (b Book) Say(lang, id string, pairs ...any) string {
	both, ok := b.byID[id]
	if !ok {
		panic("words: no word " + id)
	}
	s := both[0]
	if lang == "en" {
		s = both[1]
	}
	if len(pairs) == 0 {
		return s
	}
	facts := make([]string, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		facts[i], facts[i+1] = "{"+pairs[i].(string)+"}", fmt.Sprint(pairs[i+1])
	}
	return strings.NewReplacer(facts...).Replace(s) // all at once: a fact that holds braces stays as it is
}
