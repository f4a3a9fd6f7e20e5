package portal

import (
	"bytes"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"nhipso/internal/export"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// methodsPage lists the methods.
type methodsPage struct {
	shell.Frame
	Methods []methodEntry
}

type methodEntry struct {
	Slug, Title, URL, Lead string
	Flows                  []shell.Crumb
}

// document is a page of doc/methods in one language.
type document struct {
	title, lead string
	body        template.HTML
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Footnote, formulas{}), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// scrolling makes what is wider than a phone, and so scrolls in its own box, reachable by keyboard.
var scrolling = strings.NewReplacer("<pre>", `<pre tabindex="0">`, "<table>", `<table tabindex="0">`)

var heading = regexp.MustCompile(`(?m)^# +(.+?)\s*$`)

// slugs lists the methods that have a page. A file is <slug>.<lang>.md, or <slug>.md when it is in one language only.
func (p *Portal) slugs() []string {
	var out []string
	files, _ := fs.Glob(p.methodFiles, "*.md")
	for _, f := range files {
		slug, _, _ := strings.Cut(path.Base(f), ".")
		if slug != "README" && !slices.Contains(out, slug) {
			out = append(out, slug)
		}
	}
	return out
}

// document reads a method in a language, or in the other when there is no such text.
func (p *Portal) document(slug, lang string) (d document, in string, ok bool) {
	other := map[string]string{"vi": "en", "en": "vi"}[lang]
	for _, try := range []struct{ file, lang string }{{slug + "." + lang + ".md", lang}, {slug + ".md", "en"}, {slug + "." + other + ".md", other}} {
		b, err := fs.ReadFile(p.methodFiles, try.file)
		if err != nil {
			continue
		}
		source := string(b)
		if m := heading.FindStringSubmatchIndex(source); m != nil {
			d.title = source[m[2]:m[3]]
			source = source[:m[0]] + source[m[1]:]
		}
		var out bytes.Buffer
		if err := markdown.Convert([]byte(source), &out); err != nil {
			return d, "", false
		}
		d.body = template.HTML(scrolling.Replace(out.String())) // raw HTML in the source is left out by goldmark
		for _, part := range strings.Split(source, "\n\n") {
			if part = strings.TrimSpace(part); part != "" && !strings.HasPrefix(part, "#") && !strings.HasPrefix(part, "|") && !strings.HasPrefix(part, "```") {
				d.lead = plain(part)
				break
			}
		}
		return d, try.lang, true
	}
	return d, "", false
}

var marks = regexp.MustCompile("[*_`]|\\[([^\\]]*)\\]\\([^)]*\\)")

// plain takes the marks of Markdown off a paragraph.
func plain(s string) string {
	return strings.Join(strings.Fields(marks.ReplaceAllString(s, "$1")), " ")
}

// methodLink is the address of a method's page, or "" when there is no such page.
func (v *visit) methodLink(slug string) string {
	if slug == "" || !slices.Contains(v.portal.slugs(), slug) {
		return ""
	}
	return v.Link("/phuong-phap/" + slug)
}

// flowsOf lists the dataflows that a method explains.
func (v *visit) flowsOf(slug string) []shell.Crumb {
	var out []shell.Crumb
	for _, f := range v.Snap.Catalog.Dataflows() {
		if f.Method == slug {
			out = append(out, shell.Crumb{Name: f.Name.In(v.Lang), URL: v.Link("/so-lieu/" + f.ID)})
		}
	}
	return out
}

// demoPrefix begins the pages of methods shown on a foreign table.
const demoPrefix = "demo-"

func (v *visit) methods() (shell.Page, error) {
	p := &methodsPage{Frame: v.NewFrame("methods", v.Say("methods.title"))}
	p.Description = v.Say("methods.description")
	t := shell.NewTable("methods", both("methods.title"), export.Column{ID: "slug", Name: both("data.code"), Kind: export.Code}, shell.Text("title", both("data.name")))
	// What gives the figures of the country comes first, then the methods of the engine, then the demonstrations.
	slugs := v.portal.slugs()
	position := func(slug string) int {
		switch {
		case strings.HasPrefix(slug, demoPrefix):
			return 2
		case len(v.flowsOf(slug)) == 0:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(slugs, func(a, b string) int { return position(a) - position(b) })
	for _, slug := range slugs {
		d, _, ok := v.portal.document(slug, v.Lang)
		if !ok {
			continue
		}
		p.Methods = append(p.Methods, methodEntry{slug, d.title, v.Link("/phuong-phap/" + slug), d.lead, v.flowsOf(slug)})
		t.Add(shell.Same(slug), shell.Same(d.title))
	}
	p.Show(&shell.Figure{ID: "danh-muc", Title: t.Title, Table: t})
	return p, nil
}

// slugOf makes a word for addresses out of a text.
func slugOf(s string) string { return strings.ReplaceAll(text.Fold(s), " ", "-") }
