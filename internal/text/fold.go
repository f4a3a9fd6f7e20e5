package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a text to what a search compares: lower case, without diacritics, đ as d, and every run of blanks or
// punctuation as one space. "Bà Rịa - Vũng Tàu" and "ba ria vung tau" fold alike, as do "Hoá" and "Hòa".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			r = unicode.ToLower(r)
			if r == 'đ' || r == 'ð' { // ð is how some keyboards and old converters write đ
				r = 'd'
			}
			b.WriteRune(r)
		default:
			gap = true
		}
	}
	return b.String()
}

// tones are the five combining tone marks of Vietnamese: huyền, sắc, ngã, hỏi, nặng.
const tones = "\u0300\u0301\u0303\u0309\u0323"

// NormalizeTone composes a text (Unicode NFC) and puts the tone mark of open oa, oe and uy on the first vowel, as the
// official lists of place names do: "Thanh Hoá" becomes "Thanh Hóa", "thuỷ sản" becomes "thủy sản". The u of "qu" belongs
// to the consonant, so "quý" stays.
func NormalizeTone(s string) string {
	r := []rune(norm.NFD.String(s))
	for i := 0; i+2 < len(r); i++ {
		first, second := unicode.ToLower(r[i]), unicode.ToLower(r[i+1])
		glide := first == 'o' && (second == 'a' || second == 'e') || first == 'u' && second == 'y'
		if !glide || !strings.ContainsRune(tones, r[i+2]) || i > 0 && unicode.ToLower(r[i-1]) == 'q' {
			continue
		}
		if i+3 < len(r) && (unicode.IsLetter(r[i+3]) || unicode.Is(unicode.Mn, r[i+3])) {
			continue
		}
		r[i+1], r[i+2] = r[i+2], r[i+1]
	}
	return norm.NFC.String(string(r))
}
