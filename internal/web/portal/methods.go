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

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/text"
	"nhipso/internal/web/shell"
)

// methodsPage lists the methods.
type methodsPage struct {
	shell.Frame
	Groups []methodGroup
	Engine string // the page for developers; "" on it
}

type methodGroup struct {
	Name    string
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

var marks = regexp.MustCompile("`\\$|\\$`|[*_`]|\\[([^\\]]*)\\]\\([^)]*\\)")

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

// enginePath lists the documentation of the computing engine, which is for developers.
const enginePath = "/phuong-phap/ky-thuat"

// methodKind says for whom a page of methods is.
type methodKind int

// Kinds of pages of methods.
const (
	ofFigures methodKind = iota // how a figure of the country comes about
	ofDemos                     // the same on tables of another country
	ofEngine                    // a package of the engine
)

// kindOf tells for whom a page is: what answers no question of readers is for developers.
func kindOf(slug string) methodKind {
	switch {
	case strings.HasPrefix(slug, demoPrefix):
		return ofDemos
	case hasWord("methods.what-" + slug):
		return ofFigures
	}
	return ofEngine
}

func (v *visit) methods() (shell.Page, error) {
	p := &methodsPage{Frame: v.NewFrame("methods", v.Say("methods.title")), Engine: v.Link(enginePath)}
	p.Description = v.Say("methods.description")
	p.Show(v.methodList(&p.Groups, both("methods.title"), ofFigures, ofDemos))
	return p, nil
}

// engine lists what is for developers.
func (v *visit) engine() (shell.Page, error) {
	p := &methodsPage{Frame: v.NewFrame("methods", v.Say("methods.engine"))}
	p.Description = v.Say("methods.engine-lead")
	p.Crumbs = []shell.Crumb{{Name: v.Say("methods.title"), URL: v.Link("/phuong-phap")}}
	p.Show(v.methodList(&p.Groups, both("methods.engine"), ofEngine))
	return p, nil
}

// methodList lists the pages of some kinds, a group each, and gives the table of them.
func (v *visit) methodList(groups *[]methodGroup, title catalog.Label, kinds ...methodKind) *shell.Figure {
	t := shell.NewTable("methods", title, export.Column{ID: "slug", Name: both("data.code"), Kind: export.Code}, shell.Text("title", both("data.name")))
	for _, k := range kinds {
		g := methodGroup{Name: v.Say([]string{"methods.figures", "methods.demos", "methods.engine"}[k])}
		for _, slug := range v.portal.slugs() {
			d, _, ok := v.portal.document(slug, v.Lang)
			if !ok || kindOf(slug) != k {
				continue
			}
			e := methodEntry{slug, d.title, v.Link("/phuong-phap/" + slug), d.lead, v.flowsOf(slug)}
			if id := "methods.what-" + slug; v.Words.Has(id) {
				e.Lead = v.Say(id)
			}
			g.Methods = append(g.Methods, e)
			t.Add(shell.Same(slug), shell.Same(d.title))
		}
		if len(g.Methods) > 0 {
			*groups = append(*groups, g)
		}
	}
	return &shell.Figure{ID: "danh-muc", Title: t.Title, Table: t}
}

// slugOf makes a word for addresses out of a text.
func slugOf(s string) string { return strings.ReplaceAll(text.Fold(s), " ", "-") }
