package chart

import (
	"context"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"nhipso/internal/catalog"
)

// FuzzWords draws words that may be anything: they stay words, and the drawing stays a drawing.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"Tỷ trọng", `<script>alert(1)</script> & "x" 'y'`, "]]>", "\x00\x1b", "\xff", "a\nb", "url(#x)", "\u202e"} {
		f.Add(s)
	}
	r := NewRenderer(0)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 || strings.TrimSpace(s) == "" {
			return
		}
		word := catalog.Label{Vi: s, En: s}
		line, country := sampleShort(), sampleMap("34", Map)
		for _, x := range []*Spec{line, country} {
			x.Title, x.Subtitle, x.Unit, x.Source, x.Alt, x.URL = word, word, word, word, word, s
		}
		line.Series[0].Name, line.Targets = word, []Target{{Name: word, Value: *line.Series[0].Values[2].V}}
		line.Events = []Event{{Period: line.Periods[1], Name: word}}
		country.Items[0].Name, country.Items[0].Href = word, s
		for _, x := range []*Spec{line, country} {
			svg, err := r.SVG(context.Background(), x, Options{})
			if err != nil {
				t.Fatal(err)
			}
			d := xml.NewDecoder(strings.NewReader(svg))
			for {
				token, err := d.Token()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatalf("%q: %v", s, err)
				}
				if e, ok := token.(xml.StartElement); ok && !strings.Contains(" svg title desc g a rect path circle text defs pattern ", " "+e.Name.Local+" ") {
					t.Fatalf("%q becomes an element %s", s, e.Name.Local)
				}
			}
		}
	})
}
