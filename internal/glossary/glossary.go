// Package glossary holds the words of the product: what each means in both languages, and where in a text one of them stands, so that it can be
// explained in place.
//
// Its source is one table, doc/glossary.csv. It may not write a page or hold a figure; who shows a word says where its page is.
package glossary

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"nhipso/doc"
	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
	"nhipso/internal/text"
)

// Ours is the glossary of the program. A test reads it, so that it can be read.
var Ours = sync.OnceValue(func() *Glossary {
	g, err := Read(doc.Glossary)
	if err != nil {
		panic(err) // embedded at build time, and tested
	}
	return g
})

// Term is a word of the product.
type Term struct {
	ID      string // as in an address: lan-cong-bo
	Name    catalog.Label
	Means   catalog.Label
	Avoid   string // words that are not to be used for it, in English
	inPlace bool
}

// Glossary is all terms. It does not change.
type Glossary struct {
	terms []Term
	byID  map[string]int
	words map[string][]word // by language, the longest first
}

// word is one form of a term that is looked for in texts.
type word struct {
	lower string
	term  int
}

// Read reads the table. A term without an identifier, a name or a meaning in both languages refuses all.
func Read(table string) (*Glossary, error) {
	g := &Glossary{byID: map[string]int{}, words: map[string][]word{}}
	for _, row := range record.MustExactly(table, "id", "en", "vi", "means_en", "means_vi", "avoid", "in_place") {
		c := row.Cells
		t := Term{ID: c[0], Name: catalog.Label{Vi: c[2], En: c[1]}, Means: catalog.Label{Vi: c[4], En: c[3]}, Avoid: c[5], inPlace: c[6] == "yes"}
		if _, twice := g.byID[t.ID]; twice || t.ID == "" || slices.Contains([]string{t.Name.Vi, t.Name.En, t.Means.Vi, t.Means.En}, "") {
			return nil, fault.New("catalog.nameless", "code", t.ID, "codelist", "glossary.csv")
		}
		g.byID[t.ID] = len(g.terms)
		g.terms = append(g.terms, t)
		if !t.inPlace {
			continue
		}
		for lang, name := range map[string]string{"vi": t.Name.Vi, "en": t.Name.En} {
			for _, form := range forms(name) {
				g.words[lang] = append(g.words[lang], word{strings.ToLower(form), len(g.terms) - 1})
			}
		}
	}
	for _, list := range g.words {
		slices.SortStableFunc(list, func(a, b word) int { return cmp.Compare(len(b.lower), len(a.lower)) })
	}
	return g, nil
}

// forms gives what is looked for of a name: each of several, without what stands in brackets.
func forms(name string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == ',' || r == '·' }) {
		before, _, _ := strings.Cut(part, "(")
		if before = strings.TrimSpace(before); before != "" && !strings.Contains(before, "…") {
			out = append(out, before)
		}
	}
	return out
}

// Term finds a term.
func (g *Glossary) Term(id string) (Term, bool) {
	i, ok := g.byID[id]
	if !ok {
		return Term{}, false
	}
	return g.terms[i], true
}

// Terms lists the terms in the order of the alphabet of a language.
func (g *Glossary) Terms(lang string) []Term {
	out := slices.Clone(g.terms)
	slices.SortStableFunc(out, func(a, b Term) int { return text.Compare(a.Name.In(lang), b.Name.In(lang)) })
	return out
}

// Piece is a part of a text: words as they stand, or with the term that they are.
type Piece struct {
	Text string
	Term *Term
}

// Mark divides a text where terms stand that are explained in place. Each is marked where it stands first: seen tells which were before, and
// learns the new ones. A term inside a longer word or a longer term is not marked.
func (g *Glossary) Mark(lang, s string, seen map[string]bool) []Piece {
	lower := strings.ToLower(s)
	if len(lower) != len(s) { // a letter that changes its length: places would not agree
		return []Piece{{Text: s}}
	}
	var out []Piece
	done := 0
	for i := 0; i < len(s); {
		w, ok := g.at(lang, lower, i)
		if !ok {
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		t := &g.terms[w.term]
		if end := i + len(w.lower); !seen[t.ID] {
			seen[t.ID] = true
			if i > done {
				out = append(out, Piece{Text: s[done:i]})
			}
			out = append(out, Piece{Text: s[i:end], Term: t})
			done = end
		}
		i += len(w.lower)
	}
	if done < len(s) {
		out = append(out, Piece{Text: s[done:]})
	}
	return out
}

// at finds the longest word that stands at a place, whole.
func (g *Glossary) at(lang, lower string, i int) (word, bool) {
	if before, _ := utf8.DecodeLastRuneInString(lower[:i]); i > 0 && letter(before) {
		return word{}, false
	}
	for _, w := range g.words[lang] {
		if !strings.HasPrefix(lower[i:], w.lower) {
			continue
		}
		if after, _ := utf8.DecodeRuneInString(lower[i+len(w.lower):]); i+len(w.lower) == len(lower) || !letter(after) {
			return w, true
		}
	}
	return word{}, false
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
