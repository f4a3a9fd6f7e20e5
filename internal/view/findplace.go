package view

import (
	"slices"
	"strings"
)

// The syllables of a Vietnamese name are common words: "Hồ Chí Minh" shares them with "minh họa" and "chi phí". Words of a query that together name a
// place therefore stand for the place, and are looked for as one of its names and not one by one.

// placeNames are the names of places, by each way in which people write them: folded, and without blanks.
type placeNames map[string][]string

// add takes the names of one place. A code of digits is no word for it.
func (p placeNames) add(names []string) {
	var folded []string
	for _, n := range names {
		if s := strings.Join(strings.Fields(plain(n)), " "); len(s) > 2 && strings.ContainsFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' }) && !slices.Contains(folded, s) {
			folded = append(folded, s)
		}
	}
	for _, s := range folded {
		keys := []string{s}
		if bare := squeeze(s); bare != s {
			keys = append(keys, bare)
		}
		for _, key := range keys {
			for _, name := range folded {
				if !slices.Contains(p[key], name) {
					p[key] = append(p[key], name)
				}
			}
		}
	}
}

// words reads a query: each of its words, or the names of a place where several words or one name it, the longest run first. It says whether there
// is a place in it.
func (p placeNames) words(query []string) (out []wanted, named bool) {
	for i := 0; i < len(query); {
		n := min(longestName, len(query)-i)
		for ; n > 0; n-- {
			if names := p[strings.Join(query[i:i+n], " ")]; names != nil {
				out, named = append(out, wanted{names: names}), true
				break
			}
		}
		if n == 0 {
			out, n = append(out, wanted{word: " " + query[i]}), 1
		}
		i += n
	}
	return out, named
}

// wanted is what a query asks for at one place of it: a word, behind a blank, or one of the names of a place.
type wanted struct {
	word  string
	names []string
	only  bool // some thing has a word that begins so: what has it in the middle of a word has it by accident
}

// score says how well words bear it, of which the first are names; 0 is not at all.
func (w wanted) score(words string, head int) int {
	if w.names == nil {
		switch {
		case strings.HasPrefix(words, w.word):
			return 8
		case strings.Contains(words[:head], w.word):
			return 5
		case strings.Contains(words, w.word):
			return 2
		case !w.only && strings.Contains(words, w.word[1:]):
			return 1
		}
		return 0
	}
	best := 0
	for _, name := range w.names {
		switch at := phrase(words, name); {
		case at == 0:
			return 8
		case at > 0 && at < head:
			best = 5
		case at > 0:
			best = max(best, 2)
		}
	}
	return best
}

// phrase gives where words have a name, from the beginning of a word to the end of one; -1 where they do not.
func phrase(words, name string) int {
	for from := 0; ; {
		at := strings.Index(words[from:], " "+name)
		if at < 0 {
			return -1
		}
		at += from
		if end := at + 1 + len(name); end == len(words) || words[end] == ' ' {
			return at
		}
		from = at + 1
	}
}
