// Package identity reads sums of codes, "a + 2*b - c + 4", of which constraints and identities between series are made.
package identity

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"nhipso/internal/fault"
)

// Sum collects a sum of codes, "a + 2*b - c + 4": coefficients by position, and what is left, a plain number. A code may hold signs,
// digits and spaces (2020-Q1, Đà Nẵng, 26): the longest one that fits is taken, and only where none fits is it a number.
type Sum struct {
	position map[string]int
	longest  int
	Weight   map[int]float64 // of the codes, by position
	Rest     float64
}

// New makes an empty sum of the codes that have a position.
func New(position map[string]int) *Sum {
	l := &Sum{position: position, Weight: map[int]float64{}}
	for c := range position {
		l.longest = max(l.longest, len(c))
	}
	return l
}

// Clear makes the sum empty for the next identity.
func (l *Sum) Clear() {
	clear(l.Weight)
	l.Rest = 0
}

// word is a piece of a sum: an operator, a number, a code, or a number that is a code too.
type word struct {
	operator     byte
	code         int // -1 for none
	number       float64
	isCode, isNo bool
}

// Add takes a side of an identity, of which everything counts sign times.
func (l *Sum) Add(side string, sign float64) error {
	words, err := l.words(side)
	if err != nil {
		return err
	}
	bad := fault.New("calc.no-series", "name", strings.TrimSpace(side), "file", side)
	for at := 0; at < len(words) || at == 0; {
		s, from := sign, at
		for ; at < len(words) && (words[at].operator == '+' || words[at].operator == '-'); at++ {
			if words[at].operator == '-' {
				s = -s
			}
		}
		if at == from && at > 0 || at == len(words) { // two terms side by side, or a sign without a term
			return bad
		}
		code := -1
		for factor := true; factor; {
			if at == len(words) || words[at].operator != 0 {
				return bad
			}
			w := words[at]
			at++
			factor = at < len(words) && words[at].operator == '*'
			switch {
			case w.isCode && code < 0 && (!w.isNo || !factor): // the last of a product of numbers is the code, if it can be
				code = w.code
			case w.isNo:
				s *= w.number
			default: // a product of two codes
				return bad
			}
			if factor {
				at++
			}
		}
		if code < 0 {
			l.Rest += s
		} else {
			l.Weight[code] += s
		}
	}
	return nil
}

var plainNumber = regexp.MustCompile(`^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`)

// words cuts a side into pieces.
func (l *Sum) words(side string) ([]word, error) {
	var out []word
	text := strings.TrimSpace(strings.NewReplacer("−", "-", "×", "*", "·", "*").Replace(side))
	for text != "" {
		w := word{code: -1}
		length := l.code(text)
		if length > 0 {
			w.code, w.isCode = l.position[text[:length]], true
		}
		if n := plainNumber.FindString(text); n != "" && ends(text[len(n):]) && len(n) >= length {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil || math.IsInf(v, 0) {
				return nil, fault.New("calc.no-series", "name", n, "file", side)
			}
			w.number, w.isNo, length = v, true, len(n)
		}
		if length == 0 {
			if !strings.ContainsRune("+-*", rune(text[0])) {
				unknown := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("+* \t", r) })
				return nil, fault.New("calc.no-series", "name", append(unknown, text)[0], "file", side)
			}
			w.operator, length = text[0], 1
		}
		out = append(out, w)
		text = strings.TrimSpace(text[length:])
	}
	return out, nil
}

// code gives the length of the longest code at the start of text, 0 without one.
func (l *Sum) code(text string) int {
	for n := min(l.longest, len(text)); n > 0; n-- {
		if _, known := l.position[text[:n]]; known && ends(text[n:]) {
			return n
		}
	}
	return 0
}

// ends reports whether a code or a number may end before rest.
func ends(rest string) bool { return rest == "" || strings.ContainsRune("+-* \t", rune(rest[0])) }
