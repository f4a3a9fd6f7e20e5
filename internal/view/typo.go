package view

import (
	"slices"
	"strings"
	"sync"
)

// close1 reports whether two words differ by one letter: one too many, one too few, another one, or two that changed places. Of short words every
// letter counts.
func close1(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 4 || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	switch {
	case i == len(a):
		return true
	case a[i+1:] == b[i+1:]:
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// spelling is the words and names that a finder knows, each once, made when a query first finds nothing.
type spelling struct {
	once  sync.Once
	words []string // of names
	whole []string // names without blanks
}

// Bounds of what is looked at to read a misspelt query.
const (
	mostSpellings = 200_000
	mostRespelt   = 8
	mostWords     = 12
	longestWhole  = 32
)

// respell gives readings of a query that differ from it by one letter of a word, or of the whole without blanks.
func (f *Finder) respell(query string) []string {
	f.spelling.once.Do(func() {
		f.spelling.words = distinct(func(yield func(string)) {
			for i, head := range f.heads {
				for w := range strings.FieldsSeq(f.words.at(i)[:head]) {
					yield(w)
				}
			}
		})
		f.spelling.whole = distinct(func(yield func(string)) {
			for i := range f.things {
				for w := range strings.FieldsSeq(f.names.at(i)) {
					if len(w) <= longestWhole {
						yield(w)
					}
				}
			}
		})
	})
	words := strings.Fields(plain(query))
	if len(words) == 0 || len(words) > mostWords {
		return nil
	}
	var out []string
	for i, w := range words {
		if len(w) < 4 || strings.Contains(f.words.all, " "+w) {
			continue
		}
		for _, known := range f.spelling.words {
			if close1(w, known) && len(out) < mostRespelt {
				out = append(out, strings.Join(slices.Concat(words[:i], []string{known}, words[i+1:]), " "))
			}
		}
	}
	whole := squeeze(query)
	for _, known := range f.spelling.whole {
		if len(whole) <= longestWhole && close1(whole, known) && len(out) < mostRespelt {
			out = append(out, known)
		}
	}
	return out
}

func distinct(each func(yield func(string))) []string {
	seen := map[string]bool{}
	var out []string
	each(func(s string) {
		if len(s) >= 4 && !seen[s] && len(out) < mostSpellings {
			seen[s] = true
			out = append(out, s)
		}
	})
	return out
}
