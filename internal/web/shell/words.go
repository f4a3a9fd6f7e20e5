package shell

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"nhipso/internal/catalog"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

//go:embed words/*.csv
var wordFiles embed.FS

// common are the words of the frame, which every module has beside its own.
var common = sync.OnceValue(func() *Words { return readWords(wordFiles) })

// Words are the texts of a module, one book a file; the first part of a word's id is the name of its file.
type Words struct {
	books map[string]words.Book
	own   words.Book       // of a country: in place of the module's, or beside them
	facts map[string][]any // that any text may name, by language: names and what they say in pairs
}

// For gives the words as one country has them: its own texts in place of those of the module, and facts that any text may name in braces.
func (w *Words) For(own words.Book, facts map[string]catalog.Label) *Words {
	out := &Words{books: w.books, own: own, facts: map[string][]any{}}
	for _, lang := range text.Languages {
		for _, name := range slices.Sorted(maps.Keys(facts)) {
			out.facts[lang] = append(out.facts[lang], name, facts[name].In(lang))
		}
	}
	return out
}

// withFacts adds what any text may name.
func (w *Words) withFacts(lang string, pairs []any) []any {
	if len(pairs) == 0 {
		return w.facts[lang]
	}
	return append(pairs[:len(pairs):len(pairs)], w.facts[lang]...)
}

// Own gives a text that only the country may have; "" where it has none.
func (w *Words) Own(lang, id string) string {
	if !w.own.Has(id) {
		return ""
	}
	return w.Say(lang, id)
}

// NewWords reads the words of a module, words/*.csv of what it embeds, and adds those of the frame. A file that the frame has is a defect of
// the program, as is one that cannot be read.
func NewWords(files fs.FS) *Words {
	out := readWords(files)
	for room, book := range common().books {
		if _, twice := out.books[room]; twice {
			panic("shell: the words of the frame given again: " + room)
		}
		out.books[room] = book
	}
	return out
}

func readWords(files fs.FS) *Words {
	out := &Words{books: map[string]words.Book{}}
	list, err := fs.Glob(files, "words/*.csv")
	if err != nil {
		panic(err) // embedded at build time
	}
	for _, f := range list {
		b, err := fs.ReadFile(files, f)
		if err != nil {
			panic(err)
		}
		out.books[strings.TrimSuffix(path.Base(f), ".csv")] = words.MustRead(string(b))
	}
	return out
}

// Rooms lists the books.
func (w *Words) Rooms() map[string]words.Book { return maps.Clone(w.books) }

// Say gives a text with {name} replaced by the values that follow as pairs.
func (w *Words) Say(lang, id string, pairs ...any) string {
	return w.bookOf(id).Say(lang, id, w.withFacts(lang, pairs)...)
}

// bookOf gives the book that has a text: the country's where it words it itself.
func (w *Words) bookOf(id string) words.Book {
	if w.own.Has(id) {
		return w.own
	}
	room, _, _ := strings.Cut(id, ".")
	return w.books[room]
}

// Both gives a text in the two languages, for tables and drawings, which carry both.
func (w *Words) Both(id string, pairs ...any) catalog.Label {
	return catalog.Label{Vi: w.Say("vi", id, pairs...), En: w.Say("en", id, pairs...)}
}

var blank = regexp.MustCompile(`\{\w+\}`)

// HTML is Say for sentences that hold marked-up values: what is template.HTML goes in as it is, everything else is escaped.
func (w *Words) HTML(lang, id string, pairs ...any) template.HTML {
	pairs = w.withFacts(lang, pairs)
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v, marked := pairs[i+1].(template.HTML)
		if !marked {
			v = template.HTML(template.HTMLEscapeString(fmt.Sprint(pairs[i+1])))
		}
		values["{"+fmt.Sprint(pairs[i])+"}"] = string(v)
	}
	s := template.HTMLEscapeString(w.bookOf(id).Say(lang, id))
	return template.HTML(blank.ReplaceAllStringFunc(s, func(name string) string {
		if v, ok := values[name]; ok {
			return v
		}
		return name
	}))
}

// Has reports whether there is a text of an id, for ids that come from data.
func (w *Words) Has(id string) bool {
	return w.bookOf(id).Has(id)
}
