// Package words gives the rooms that draw and export the few words that they print by themselves — axis words, "no data",
// sheet names — in Vietnamese and English.
//
// Each room keeps its words in its own words.csv (columns id, vi, en); no room has them in code. Sentences of errors live in
// package fault, names of things in the catalogue, numbers and dates are written by package text. This package imports nothing of ours but the reader of our own tables.
package words

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"nhipso/internal/tabular/record"
)

// Book is the words of one room.
type Book struct{ byID map[string][2]string }

// MustRead reads a words.csv; the text is embedded at build time, so anything wrong with it is a defect and panics.
func MustRead(text string) Book {
	b, err := Read(record.MustExactly(text, "id", "vi", "en"))
	if err != nil {
		panic("words: " + err.Error())
	}
	return b
}

// Read makes a book of rows with the columns id, vi, en.
func Read(rows []record.Row) (Book, error) {
	b := Book{map[string][2]string{}}
	for _, row := range rows {
		id, vi, en := row.Cells[0], row.Cells[1], row.Cells[2]
		if _, twice := b.byID[id]; twice || vi == "" || en == "" {
			return Book{}, errors.New(id + " appears twice or lacks a language")
		}
		if Breaks(vi) || Breaks(en) {
			return Book{}, errors.New(id + " has a percent sign that may begin a line; the space before it is U+00A0")
		}
		b.byID[id] = [2]string{vi, en}
	}
	return b, nil
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
	if len(pairs) == 0 || !strings.Contains(s, "{") {
		return s
	}
	return fill(s, pairs)
}

// fill puts facts in the place of their names in braces, in one pass: a fact that holds braces stays as it is, and so does a name without a fact.
func fill(s string, pairs []any) string {
	var out strings.Builder
	out.Grow(len(s) + 16)
	for {
		before, after, opened := strings.Cut(s, "{")
		out.WriteString(before)
		if !opened {
			return out.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		value, known := fact(pairs, name)
		if closed && known {
			out.WriteString(value)
			s = rest
		} else {
			out.WriteByte('{')
			s = after
		}
	}
}

// fact gives the value that follows a name.
func fact(pairs []any, name string) (string, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == any(name) {
			if s, plain := pairs[i+1].(string); plain {
				return s, true
			}
			return fmt.Sprint(pairs[i+1]), true
		}
	}
	return "", false
}
