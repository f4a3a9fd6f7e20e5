package web

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
	"nhipso/internal/fault"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// methodsPage lists the methods.
type methodsPage struct {
	Frame
	Methods []methodEntry
}

type methodEntry struct {
	Slug, Title, URL, Lead string
	Flows                  []Crumb
}

// methodPage is one method: its text, what it gives, and what its last run found about itself.
type methodPage struct {
	Frame
	Slug      string
	Body      template.HTML
	OnlyIn    string // the language of the text, when it is not the visitor's
	Flows     []Crumb
	Runs      []runEntry
	Checks    []*Figure
	HaveCheck bool
}

type runEntry struct{ ID, Title, Version, At, Took, Figures string }

// document is a page of doc/methods in one language.
type document struct {
	title, lead string
	body        template.HTML
}

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Footnote), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// scrolling makes what is wider than a phone, and so scrolls in its own box, reachable by keyboard.
var scrolling = strings.NewReplacer("<pre>", `<pre tabindex="0">`, "<table>", `<table tabindex="0">`)

var heading = regexp.MustCompile(`(?m)^# +(.+?)\s*$`)

// slugs lists the methods that have a page. A file is <slug>.<lang>.md, or <slug>.md when it is in one language only.
func (s *Site) slugs() []string {
	var out []string
	files, _ := fs.Glob(s.methodFiles, "*.md")
	for _, f := range files {
		slug, _, _ := strings.Cut(path.Base(f), ".")
		if slug != "README" && !slices.Contains(out, slug) {
			out = append(out, slug)
		}
	}
	return out
}

// document reads a method in a language, or in the other when there is no such text.
func (s *Site) document(slug, lang string) (d document, in string, ok bool) {
	other := map[string]string{"vi": "en", "en": "vi"}[lang]
	for _, try := range []struct{ file, lang string }{{slug + "." + lang + ".md", lang}, {slug + ".md", "en"}, {slug + "." + other + ".md", other}} {
		b, err := fs.ReadFile(s.methodFiles, try.file)
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
	if slug == "" || !slices.Contains(v.site.slugs(), slug) {
		return ""
	}
	return v.link("/phuong-phap/" + slug)
}

// flowsOf lists the dataflows that a method explains.
func (v *visit) flowsOf(slug string) []Crumb {
	var out []Crumb
	for _, f := range v.snap.Catalog.Dataflows() {
		if f.Method == slug {
			out = append(out, Crumb{f.Name.In(v.lang), v.link("/so-lieu/" + f.ID)})
		}
	}
	return out
}

func (v *visit) methods() (page, error) {
	p := &methodsPage{Frame: v.newFrame("methods", v.say("methods.title"))}
	p.Description = v.say("methods.description")
	t := newTable("methods", both("methods.title"), export.Column{ID: "slug", Name: both("data.code"), Kind: export.Code}, col("title", both("data.name")))
	for _, slug := range v.site.slugs() {
		d, _, ok := v.site.document(slug, v.lang)
		if !ok {
			continue
		}
		p.Methods = append(p.Methods, methodEntry{slug, d.title, v.link("/phuong-phap/" + slug), d.lead, v.flowsOf(slug)})
		t.add(same(slug), same(d.title))
	}
	p.show(&Figure{ID: "danh-muc", Title: t.Title, Table: t})
	return p, nil
}

func (v *visit) method() (page, error) {
	slug := v.r.PathValue("slug")
	d, in, ok := v.site.document(slug, v.lang)
	if !ok || !slices.Contains(v.site.slugs(), slug) {
		return nil, fault.New("web.no-method", "slug", slug)
	}
	p := &methodPage{Frame: v.newFrame("methods", d.title), Slug: slug, Body: d.body, Flows: v.flowsOf(slug)}
	p.Description = d.lead
	p.Crumbs = []Crumb{{v.say("methods.title"), v.link("/phuong-phap")}}
	if in != v.lang {
		p.OnlyIn = in
	}
	runs, err := v.site.library.Runs(v.r.Context())
	if err != nil {
		return nil, err
	}
	for _, r := range v.site.library.Recipes() {
		if r.Method != slug {
			continue
		}
		// Only a run that the release could see belongs to it.
		var last *pipeline.Run
		for i := range runs {
			if runs[i].Recipe == r.ID && (v.current.AsOf.Message == 0 || runs[i].Message <= v.current.AsOf.Message) {
				last = &runs[i]
			}
		}
		if last == nil {
			continue
		}
		p.Runs = append(p.Runs, runEntry{ID: last.ID, Title: r.Title.In(v.lang), Version: last.Version, At: v.minute(last.FinishedAt),
			Took: v.say("methods.took", "ms", last.FinishedAt.Sub(last.StartedAt).Milliseconds()), Figures: v.count(last.Outputs)})
		for _, fig := range v.diagnostics(last) {
			p.Checks = append(p.Checks, p.show(fig))
		}
	}
	p.HaveCheck = len(p.Checks) > 0
	return p, nil
}

// diagnostics makes a table of each kind of fact that a run recorded about itself.
func (v *visit) diagnostics(run *pipeline.Run) []*Figure {
	var out []*Figure
	byName := map[string]*Table{}
	for _, d := range run.Diagnostics {
		t := byName[d.Table]
		if t == nil {
			id := "kiem-tra-" + slugOf(d.Table)
			t = newTable(id, v.diagnosticWord(d.Table))
			byName[d.Table] = t
			for _, k := range diagnosticColumns(run.Diagnostics, d.Table) {
				kind := export.Number
				for _, x := range run.Diagnostics {
					if _, err := stat.ParseDecimal(x.Row[k]); x.Table == d.Table && x.Row[k] != "" && err != nil {
						kind = export.Text
					}
				}
				if k == "year" || k == "start" {
					kind = export.Text
				}
				t.Columns = append(t.Columns, export.Column{ID: slugOf(k), Name: v.diagnosticWord(k), Kind: kind, Decimals: -1})
			}
			out = append(out, &Figure{ID: id, Title: t.Title, Table: t, Source: v.say("methods.run-source", "run", run.ID), Open: true})
		}
		var row []cell
		for i, k := range diagnosticColumns(run.Diagnostics, d.Table) {
			if t.Columns[i].Kind == export.Number {
				if n, err := stat.ParseDecimal(d.Row[k]); err == nil {
					row = append(row, number(n))
				} else {
					row = append(row, none(blankStatus))
				}
				continue
			}
			row = append(row, label(v.diagnosticValue(d.Row[k])))
		}
		t.add(row...)
	}
	return out
}

// columnOrder puts the columns of diagnostics that every table shares in the order in which they are read.
var columnOrder = []string{"scenario", "definition", "component", "start", "year", "kind", "method", "estimate", "published", "error-points", "error-percent", "half-width", "covered",
	"SHARE_START", "SHARE_TARGET", "G_NOM", "G_REAL", "MULT", "MULT_NOM", "GDP_NOM", "GDP_REAL", "DEFLATOR", "holds-current", "holds-real", "multiple-current-over-real", "holds-current-over-real"}

// diagnosticColumns lists the columns of a table of diagnostics: those that are known in their order, then those that are text,
// then the rest by name.
func diagnosticColumns(list []pipeline.Diagnostic, table string) []string {
	seen := map[string]bool{}
	isText := map[string]bool{}
	for _, d := range list {
		if d.Table != table {
			continue
		}
		for k, x := range d.Row {
			seen[k] = true
			if _, err := stat.ParseDecimal(x); err != nil || k == "year" || k == "start" {
				isText[k] = true
			}
		}
	}
	out := sortedKeys(seen)
	place := func(k string) int {
		if i := slices.Index(columnOrder, k); i >= 0 {
			return i
		}
		return len(columnOrder) + 1 - btoi(isText[k])
	}
	slices.SortStableFunc(out, func(a, b string) int { return place(a) - place(b) })
	return out
}

// diagnosticValue reads a value of a diagnostic: a period as people write it, a code by its name, else as it stands.
func (v *visit) diagnosticValue(s string) catalog.Label {
	if id := "common.def-" + s; s != "" && hasWord(id) {
		return both(id)
	}
	if p, err := stat.ParsePeriod(s); err == nil {
		return catalog.Label{Vi: text.FormatPeriod("vi", p), En: text.FormatPeriod("en", p)}
	}
	if w := "methods.val-" + slugOf(s); s != "" && hasWord(w) {
		return both(w)
	}
	for _, list := range []string{"CL_COMPONENT", "CL_METHOD", "CL_DEFINITION", "CL_SCENARIO", "CL_TARGET_CLASS", "CL_PROGRAMME", "CL_START"} {
		if l := nameOf(v.snap, list, s); l.Vi != s {
			return l
		}
	}
	return catalog.Label{Vi: s, En: s}
}

// diagnosticWord names a table or column of diagnostics: by the words of this package when they know it, else by itself.
func (v *visit) diagnosticWord(id string) catalog.Label {
	if w := "methods.diag-" + slugOf(id); hasWord(w) {
		return both(w)
	}
	if l := nameOf(v.snap, "CL_REQUIRED", id); l.Vi != id {
		return l
	}
	return catalog.Label{Vi: id, En: id}
}

// slugOf makes a word for addresses out of a text.
func slugOf(s string) string { return strings.ReplaceAll(text.Fold(s), " ", "-") }
