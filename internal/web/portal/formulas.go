package portal

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"nhipso/internal/mathml"
)

// formulas set what a page of methods writes as a formula: a fenced block of the language math, and a span of code between two dollars.
type formulas struct{}

// Extend implements goldmark.Extender.
func (formulas) Extend(m goldmark.Markdown) {
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(formulas{}, 100)))
}

// RegisterFuncs implements renderer.NodeRenderer.
func (formulas) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, block)
	r.Register(ast.KindCodeSpan, span)
}

// columns parts formulas that stand beside each other on one line.
var columns = regexp.MustCompile(`\s{2,}`)

func block(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var text bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		text.Write(line.Value(source))
	}
	if fenced, ok := n.(*ast.FencedCodeBlock); !ok || string(fenced.Language(source)) != "math" {
		_, err := w.WriteString("<pre><code>" + html.EscapeString(text.String()) + "</code></pre>\n")
		return ast.WalkSkipChildren, err
	}
	w.WriteString(`<div class="formula">`) //nolint:errcheck // kept by the writer until its end
	for line := range strings.Lines(text.String()) {
		w.WriteString("<p>") //nolint:errcheck // as above
		for _, x := range columns.Split(strings.TrimSpace(line), -1) {
			w.WriteString("<span>" + mathml.Line(x) + "</span> ") //nolint:errcheck // as above
		}
		w.WriteString("</p>\n") //nolint:errcheck // as above
	}
	_, err := w.WriteString("</div>\n")
	return ast.WalkSkipChildren, err
}

func span(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var text strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			text.Write(t.Segment.Value(source))
		}
	}
	s := strings.ReplaceAll(text.String(), "\n", " ")
	if inner, ok := strings.CutPrefix(s, "$"); ok && strings.HasSuffix(inner, "$") && len(inner) > 1 {
		_, err := w.WriteString(`<span class="formula">` + mathml.Line(strings.TrimSuffix(inner, "$")) + "</span>")
		return ast.WalkSkipChildren, err
	}
	_, err := w.WriteString("<code>" + html.EscapeString(s) + "</code>")
	return ast.WalkSkipChildren, err
}
