package view

import (
	"strconv"
	"strings"
	"unicode"

	"nhipso/internal/catalog"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Citation is all that a reader needs to say where a figure comes from, so that the next reader finds the same figure.
type Citation struct {
	Title     catalog.Label // of the figure
	Publisher string        // the agency that publishes; "" when nobody said, and then the system speaks
	Release   catalog.Label
	ReleaseID string
	Day       stat.Date // on which the release came out
	AsOf      stat.Date // the day viewed, if another one than that of the release
	Sources   []string  // the original documents
	URL       string    // of the figure, pinned to the release
	Synthetic bool      // every figure is made up
	Demo      bool      // of an installation to try the program with
}

// system is the name under which figures are published where no agency is named.
const system = "Nhịp Số"

// author is who answers for the figure.
func (c Citation) author() string {
	if c.Publisher != "" {
		return c.Publisher
	}
	return system
}

// title says what was looked at, with the day when it was not the newest one.
func (c Citation) title(lang string) string {
	if c.AsOf.IsZero() {
		return c.Title.In(lang)
	}
	return book.Say(lang, "cite-as-of", "title", c.Title.In(lang), "date", text.FormatDate(lang, c.AsOf))
}

// kind says what is cited.
func (c Citation) kind(lang string) string {
	switch {
	case c.Demo:
		return book.Say(lang, "cite-kind-demo")
	case c.Synthetic:
		return book.Say(lang, "cite-kind-synthetic")
	}
	return book.Say(lang, "cite-kind")
}

// Text is the citation as a reader writes it under a text. The address ends it, with nothing after that could be taken for a part of it.
func (c Citation) Text(lang string) string {
	out := book.Say(lang, "cite", "author", c.author(), "year", c.Day.Year(), "title", c.title(lang), "kind", c.kind(lang),
		"system", system, "release", c.Release.In(lang), "date", text.FormatDate(lang, c.Day))
	if names := strings.Join(c.Sources, "; "); names != "" { // all of them, however many: who checks a figure needs each
		out += " " + book.Say(lang, "cite-sources", "sources", names)
	}
	return out + " " + c.URL
}

// note says in a file of citation which release it is and which documents stand behind it.
func (c Citation) note(lang string) string {
	note := book.Say(lang, "cite-release", "kind", c.kind(lang), "release", c.Release.In(lang), "date", text.FormatDate(lang, c.Day))
	if len(c.Sources) > 0 {
		note += " " + book.Say(lang, "cite-sources", "sources", strings.Join(c.Sources, "; "))
	}
	return note
}

// languages are how programs of citation name ours.
var languages = map[string]string{"vi": "vietnamese", "en": "english"}

// BibTeX is the citation for BibTeX, in UTF-8. key tells it from others.
func (c Citation) BibTeX(lang, key string) string {
	var b strings.Builder
	b.WriteString("@misc{" + bibKey(key+"-"+c.ReleaseID))
	field := func(name, value string) {
		if value != "" {
			b.WriteString(",\n  " + name + " = {" + value + "}")
		}
	}
	field("author", "{"+bibText(c.author())+"}") // in braces: an agency has no first name
	field("title", "{"+bibText(c.title(lang))+"}")
	field("year", strconv.Itoa(c.Day.Year()))
	field("date", c.Day.String())
	field("publisher", system)
	field("version", bibText(c.ReleaseID))
	field("howpublished", `\url{`+c.URL+"}")
	field("url", c.URL)
	field("language", languages[lang])
	field("note", bibText(c.note(lang)))
	b.WriteString("\n}\n")
	return b.String()
}

// bibEscapes are the characters that mean something to TeX.
var bibEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "%", `\%`, "&", `\&`, "$", `\$`, "#", `\#`, "_", `\_`, "~", `\textasciitilde{}`, "^", `\textasciicircum{}`)

func bibText(s string) string { return bibEscapes.Replace(line(s)) }

// bibKey keeps of a name what may stand in the key of an entry.
func bibKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.:", r)) {
			return r
		}
		return '-'
	}, s)
}

// RIS is the citation in the format of reference managers, in UTF-8.
func (c Citation) RIS(lang string) string {
	var b strings.Builder
	tag := func(name, value string) {
		if value = line(value); value != "" || name == "ER" {
			b.WriteString(name + "  - " + value + "\r\n")
		}
	}
	tag("TY", "DATA")
	tag("AU", c.author())
	tag("TI", c.title(lang))
	tag("PY", strconv.Itoa(c.Day.Year()))
	tag("DA", strings.ReplaceAll(c.Day.String(), "-", "/"))
	tag("PB", system)
	tag("ET", c.ReleaseID)
	tag("LA", lang)
	tag("UR", c.URL)
	tag("N1", c.note(lang))
	tag("ER", "")
	return b.String()
}

// line is a text on one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
