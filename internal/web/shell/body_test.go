package shell

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestATextOfACellIsNothingButText puts what means something in HTML into every text of a cell, and reads the row back.
func TestATextOfACellIsNothingButText(t *testing.T) {
	const evil = `"><script>x</script>&amp;'<b a="`
	v := &TableView{Rows: []RowView{{Total: true, Cells: []CellView{
		{Head: true, Text: evil},
		{Number: true, Missing: true, Text: evil, Sort: evil, URL: "/vi-sao?o=" + evil, Seal: evil, Flags: []FlagView{{Symbol: evil, Meaning: evil}}},
		{Text: "x", URL: "javascript:alert(1)"}, {Text: "x", URL: "https://nso.example/a"},
	}}}}
	root, err := html.Parse(strings.NewReader("<table><tbody>" + string(v.Body()) + "</tbody></table>"))
	if err != nil {
		t.Fatal(err)
	}
	var elements, texts, values []string
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			elements = append(elements, n.Data)
			for _, a := range n.Attr {
				values = append(values, a.Key+"="+a.Val)
			}
		case html.TextNode:
			texts = append(texts, strings.TrimSpace(n.Data))
		}
	}
	if got := strings.Join(elements, " "); got != "html head body table tbody tr th td span a small td td a" {
		t.Error("elements", got)
	}
	if got := strings.Join(texts, "|"); got != strings.Join([]string{evil, "○", "", evil, evil, "x", "x", ""}, "|") {
		t.Error("texts", got)
	}
	want := []string{"class=total", "scope=row", "class=n gap", "data-v=" + evil, "class=seal seal-" + evil, "aria-hidden=true", "href=/vi-sao?o=" + evil, "class=flags", "title=" + evil, "href=https://nso.example/a"}
	if got := strings.Join(values, "|"); got != strings.Join(want, "|") {
		t.Error("attributes", got)
	}
}
