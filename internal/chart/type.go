package chart

import (
	"strings"
	"sync"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"nhipso/static"
)

// family is what drawings ask for; the page carries the first, everything else has one of the others.
const family = "'Be Vietnam Pro', 'Segoe UI', Roboto, 'Noto Sans', sans-serif"

// face is a font with the widths of its glyphs, measured once.
type face struct {
	font   *sfnt.Font
	mu     sync.Mutex
	buf    sfnt.Buffer
	widths map[rune]float64 // in ems
}

var (
	regular  = sync.OnceValue(func() *face { return load(static.FontRegular) })
	semibold = sync.OnceValue(func() *face { return load(static.FontSemiBold) })
)

func load(b []byte) *face {
	f, err := sfnt.Parse(b)
	if err != nil {
		panic(err) // embedded at build time
	}
	return &face{font: f, widths: map[rune]float64{}}
}

func faceFor(bold bool) *face {
	if bold {
		return semibold()
	}
	return regular()
}

// advance gives the width of a letter in ems.
func (f *face) advance(r rune) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w, ok := f.widths[r]; ok {
		return w
	}
	w := 0.55 // a letter that the font lacks is drawn by another font
	if i, err := f.font.GlyphIndex(&f.buf, r); err == nil && i != 0 {
		if a, err := f.font.GlyphAdvance(&f.buf, i, fixed.I(1000), 0); err == nil {
			w = float64(a) / 64 / 1000
		}
	}
	f.widths[r] = w
	return w
}

// textWidth measures a line of text in pixels.
func textWidth(s string, size float64, bold bool) float64 {
	f, w := faceFor(bold), 0.0
	for _, r := range norm.NFC.String(s) {
		w += f.advance(r)
	}
	return w * size
}

// wrap breaks a text into lines no wider than width, at spaces; a word that is too wide stands alone.
func wrap(s string, size float64, bold bool, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if line != "" && textWidth(longer, size, bold) > width {
			lines = append(lines, line)
			line = word
		} else {
			line = longer
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// clip shortens a text to a width, with an ellipsis where something is cut.
func clip(s string, size float64, bold bool, width float64) string {
	if textWidth(s, size, bold) <= width {
		return s
	}
	r := []rune(norm.NFC.String(s))
	for len(r) > 1 {
		r = r[:len(r)-1]
		if short := strings.TrimRight(string(r), " ,.–-") + "…"; textWidth(short, size, bold) <= width {
			return short
		}
	}
	return "…"
}

// widest gives the width of the widest of the texts.
func widest(texts []string, size float64, bold bool) float64 {
	w := 0.0
	for _, s := range texts {
		w = max(w, textWidth(s, size, bold))
	}
	return w
}
