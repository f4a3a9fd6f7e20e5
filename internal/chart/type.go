package chart

import (
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"nhipso/static"
)

// family is what drawings ask for; the page carries the first, everything else has one of the others.
const family = "'Be Vietnam Pro', 'Segoe UI', Roboto, 'Noto Sans', sans-serif"

// face is a font with the widths of its letters, measured once, so that many drawings can ask for them at the same time.
type face struct {
	font   *sfnt.Font
	widths []float64  // in ems, of the letters before `measured`
	middle float64    // how far below the centre of a line its baseline is, in ems
	mu     sync.Mutex // of what follows
	buf    sfnt.Buffer
}

// measured ends the letters that are measured beforehand: Latin with its Vietnamese letters, punctuation, currencies, arrows
// and signs of mathematics.
const measured = 0x2300

// missing is the width, in ems, of a letter that the font lacks: another font draws it.
const missing = 0.55

var (
	regular  = sync.OnceValue(func() *face { return load(static.FontRegular) })
	semibold = sync.OnceValue(func() *face { return load(static.FontSemiBold) })
)

func load(b []byte) *face {
	f := &face{widths: make([]float64, measured)}
	var err error
	if f.font, err = sfnt.Parse(b); err != nil {
		panic(err) // embedded at build time
	}
	for r := range f.widths {
		f.widths[r] = f.measure(rune(r))
	}
	m, err := f.font.Metrics(&f.buf, fixed.I(1000), font.HintingNone)
	if err != nil {
		panic(err)
	}
	f.middle = (float64(m.Ascent) - float64(m.Descent)) / 2 / 64000
	return f
}

func faceFor(bold bool) *face {
	if bold {
		return semibold()
	}
	return regular()
}

// measure asks the font for the width of a letter.
func (f *face) measure(r rune) float64 {
	if i, err := f.font.GlyphIndex(&f.buf, r); err == nil && i != 0 {
		if a, err := f.font.GlyphAdvance(&f.buf, i, fixed.I(1000), font.HintingNone); err == nil {
			return float64(a) / 64 / 1000
		}
	}
	return missing
}

// advance gives the width of a letter in ems.
func (f *face) advance(r rune) float64 {
	if r >= 0 && r < measured {
		return f.widths[r]
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.measure(r)
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
