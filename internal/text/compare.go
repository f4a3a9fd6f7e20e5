package text

import (
	"encoding/hex"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// A collator keeps buffers and may serve one caller at a time.
var collators sync.Pool

// Compare orders two texts as a Vietnamese dictionary does (a ă â b c d đ e ê …; ngang, huyền, hỏi, ngã, sắc, nặng),
// giving -1, 0 or 1. Texts that the dictionary does not tell apart are ordered by their bytes, so that the order is total.
func Compare(a, b string) int {
	c, ok := collators.Get().(*collate.Collator)
	if !ok { // all are at work
		c = collate.New(language.Vietnamese)
	}
	defer collators.Put(c)
	if order := c.CompareString(NormalizeTone(a), NormalizeTone(b)); order != 0 {
		return order
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// SortKey writes a text so that the bytes of keys are ordered as Compare orders the texts, but for those that the dictionary does not tell apart.
// A database sorts by it.
func SortKey(s string) string {
	c, ok := collators.Get().(*collate.Collator)
	if !ok {
		c = collate.New(language.Vietnamese)
	}
	defer collators.Put(c)
	var b collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&b, NormalizeTone(s)))
}
