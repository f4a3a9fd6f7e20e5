package web

import (
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"sync"

	"nhipso/internal/catalog"
	"nhipso/internal/words"
)

//go:embed words/*.csv
var wordFiles embed.FS

// books are the texts of the portal, one book a file; the first part of a word's id is the name of its file.
var books = sync.OnceValue(func() map[string]words.Book {
	out := map[string]words.Book{}
	files, err := wordFiles.ReadDir("words")
	if err != nil {
		panic(err) // embedded at build time
	}
	for _, f := range files {
		b, err := wordFiles.ReadFile("words/" + f.Name())
		if err != nil {
			panic(err)
		}
		out[strings.TrimSuffix(f.Name(), ".csv")] = words.MustRead(string(b))
	}
	return out
})

// say gives a text with {name} replaced by the values that follow as pairs.
func say(lang, id string, pairs ...any) string {
	room, _, _ := strings.Cut(id, ".")
	return books()[room].Say(lang, id, pairs...)
}

// both gives a text in the two languages, for tables and drawings, which carry both.
func both(id string, pairs ...any) catalog.Label {
	return catalog.Label{Vi: say("vi", id, pairs...), En: say("en", id, pairs...)}
}

var blank = regexp.MustCompile(`\{\w+\}`)

// sayHTML is say for sentences that hold marked-up values: what is template.HTML goes in as it is, everything else is escaped.
func sayHTML(lang, id string, pairs ...any) template.HTML {
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v, marked := pairs[i+1].(template.HTML)
		if !marked {
			v = template.HTML(template.HTMLEscapeString(fmt.Sprint(pairs[i+1])))
		}
		values["{"+fmt.Sprint(pairs[i])+"}"] = string(v)
	}
	s := template.HTMLEscapeString(say(lang, id))
	return template.HTML(blank.ReplaceAllStringFunc(s, func(name string) string {
		if v, ok := values[name]; ok {
			return v
		}
		return name
	}))
}

// hasWord reports whether there is a text of an id, for ids that come from data.
func hasWord(id string) bool {
	room, _, _ := strings.Cut(id, ".")
	return books()[room].Has(id)
}
