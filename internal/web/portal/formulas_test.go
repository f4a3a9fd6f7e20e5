package portal

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"nhipso/doc"
)

var (
	mathAlone = regexp.MustCompile(`(?s)<math.*?</math>|<code>.*?</code>|<span class="words">.*?</span>`)
	marked    = regexp.MustCompile(`<[^>]*>`)
	ascii     = regexp.MustCompile(`[\pL\d)|]_[{\pL\d]|[\pL\d)|]\^`) // s_t, x^r
	codesOf   = regexp.MustCompile(`[A-Z]{2,}(_[A-Z\d]+)+`)          // DE_SPLIT
	preformed = regexp.MustCompile(`(?s)<pre><code>(.*?)</code></pre>`)
)

// TestNoFormulaIsLeftAsCharacters sets every page of methods in both languages: no index or power is left as _ or ^ in its text, and no block of
// preformatted text holds a formula.
func TestNoFormulaIsLeftAsCharacters(t *testing.T) {
	set := 0
	names, err := fs.Glob(doc.Methods, "methods/*.md")
	if err != nil || len(names) < 50 {
		t.Fatal(len(names), err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(doc.Methods, name)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := markdown.Convert(b, &out); err != nil {
			t.Fatal(err)
		}
		body := out.String()
		set += strings.Count(body, `<math alttext="`)
		if strings.Count(body, "<math") != strings.Count(body, `<math alttext="`) {
			t.Errorf("%s: a formula without an alternative text", name)
		}
		for _, m := range preformed.FindAllStringSubmatch(body, -1) {
			if strings.ContainsAny(m[1], "Σ√÷×≤≥") {
				t.Errorf("%s: a formula is preformatted text: %s", name, m[1])
			}
		}
		words := marked.ReplaceAllString(mathAlone.ReplaceAllString(body, " "), "")
		words = codesOf.ReplaceAllString(words, " ")
		if m := ascii.FindString(words); m != "" {
			t.Errorf("%s: %q is left in the text", name, m)
		}
	}
	if set < 300 {
		t.Errorf("only %d formulas", set)
	}
}
