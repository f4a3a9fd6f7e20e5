package chart

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// Colour names what a series is, not how it looks: the same category has the same colour everywhere.
type Colour string

// Colours. The categories follow Okabe and Ito (2008), which people with colour-blindness can tell apart.
const (
	Accent      Colour = "accent" // what the reader should look at
	Context     Colour = "context"
	NSO         Colour = "nso"
	MIC         Colour = "mic"
	Core        Colour = "core"
	Digitalised Colour = "digitalised"
	ICT         Colour = "ict"
	Platform    Colour = "platform"
	Sector      Colour = "sector"
)

// swatch is a colour in the light and the dark scheme, with a variant that has enough contrast for text (≥ 4.5 : 1).
// Every light value is unique, so that a drawing is turned dark by replacing one value by the other.
type swatch struct{ light, dark, textLight, textDark string }

var swatches = map[Colour]swatch{
	NSO:         {"#22272E", "#E2E6EA", "#22272E", "#E2E6EA"},
	MIC:         {"#D55E00", "#F0843C", "#B34F00", "#F59A5C"},
	Core:        {"#0072B2", "#4AA3E0", "#00639B", "#6BB7EC"},
	Digitalised: {"#E69F00", "#EBAA1A", "#8A5F00", "#F0B93F"},
	ICT:         {"#009E73", "#2EB88C", "#00765A", "#4CC9A0"},
	Platform:    {"#CC79A7", "#DC93BB", "#9C4677", "#E6A9CA"},
	Sector:      {"#56B4E9", "#8CCDF3", "#1C6E9E", "#9AD3F5"},
	Context:     {"#AAB2BA", "#7A858F", "#59636D", "#A9B2BB"},
}

// swatch finds the colour; an accent is the blue of the core, and a series without colour is an accent.
func (c Colour) swatch() (swatch, bool) {
	if c == "" || c == Accent {
		c = Core
	}
	s, ok := swatches[c]
	return s, ok
}

func (c Colour) fill() string { s, _ := c.swatch(); return s.light }
func (c Colour) text() string { s, _ := c.swatch(); return s.textLight }

// Colours of everything that is not a series.
const (
	paper  = "#FFFFFF"
	ink    = "#1B1F24"
	muted  = "#56606A"
	hair   = "#E4E7EA"
	axis   = "#8E98A2"
	ghost  = "#949DA6"
	noData = "#F3F4F6"
	hatch  = "#B9C0C7"
	border = "#6F7B87" // between areas of a map: seen beside the palest class and the darkest, and on a hatch
	sea    = "#7C8791" // outline of islands too small to fill
	onDark = "#FDFDFD" // text on a fill that is dark in the light scheme, and bright in the dark one
	onHue  = "#0C0E11" // text on a fill that is bright in both
)

// sequence is even in OKLCH lightness, hue 245: the lowest class first.
var sequence = []string{"#D8EBFB", "#9BC6EC", "#5D9FD5", "#2B77B0", "#0B517F"}

// diverging has two classes below the middle, the middle, and two above.
var diverging = []string{"#A35A10", "#E9B082", "#E9EBEE", "#92C0E8", "#2C78B1"}

// darkOf gives the dark value of every light one.
var darkOf = func() map[string]string {
	m := map[string]string{
		paper: "#15181C", ink: "#ECEEF1", muted: "#A3ACB5", hair: "#2B3138", axis: "#6B757F", ghost: "#737D87",
		noData: "#22272D", hatch: "#525B64", border: "#8A959F", sea: "#8C96A0", onDark: "#101418", onHue: "#0B0D10",
	}
	for _, s := range swatches {
		m[s.light], m[s.textLight] = s.dark, s.textDark
	}
	for i, d := range []string{"#203B50", "#2D5C82", "#37699A", "#6DABDF", "#ABD7FD"} {
		m[sequence[i]] = d
	}
	for i, d := range []string{"#E59B5B", "#8F5C2F", "#313335", "#356890", "#73B1E6"} {
		m[diverging[i]] = d
	}
	return m
}()

// lightColours lists the light values, sorted, so that output made from them is stable.
var lightColours = func() []string {
	out := make([]string, 0, len(darkOf))
	for c := range darkOf {
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}()

// Scheme chooses the colours of a drawing.
type Scheme string

// Schemes.
const (
	Light Scheme = "light" // for paper and documents
	Dark  Scheme = "dark"
	Auto  Scheme = "auto" // a file by itself: carries the style that turns it dark where the reader prefers that
	Page  Scheme = "page" // inside a page that carries SchemeCSS
)

// SchemeCSS gives the style rules that turn drawings dark where the reader prefers that; printing stays light.
func SchemeCSS() string {
	var b strings.Builder
	b.WriteString("@media screen and (prefers-color-scheme: dark) {\n")
	for _, c := range lightColours {
		for _, attr := range []string{"fill", "stroke"} {
			b.WriteString(".ns-chart [" + attr + `="` + c + `"] { ` + attr + ": " + darkOf[c] + "; }\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// bright reports whether a fill needs dark text on it.
func bright(hex string) bool {
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "#%02X%02X%02X", &r, &g, &b); err != nil {
		return true
	}
	return contrast(luminance(r, g, b), 1) < 4.5
}

// luminance is the relative luminance of WCAG 2.
func luminance(r, g, b int) float64 {
	f := func(c int) float64 {
		x := float64(c) / 255
		if x <= 0.03928 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*f(r) + 0.7152*f(g) + 0.0722*f(b)
}

// contrast is the contrast ratio of WCAG 2 of two relative luminances.
func contrast(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return (a + 0.05) / (b + 0.05)
}
