package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"nhipso/internal/text"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the parsed templates: layout.html and the parts that begin with an underscore are shared by all.
var pageTemplates = sync.OnceValue(func() map[string]*template.Template {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic(err)
	}
	base := template.New("layout.html").Funcs(template.FuncMap{"args": args, "seal": sealOf, "unit": text.AfterNumber})
	var own []string
	for _, f := range files {
		if name := path.Base(f); name == "layout.html" || strings.HasPrefix(name, "_") {
			template.Must(base.ParseFS(templateFiles, f))
		} else {
			own = append(own, f)
		}
	}
	out := map[string]*template.Template{}
	for _, f := range own {
		t := template.Must(template.Must(base.Clone()).ParseFS(templateFiles, f))
		out[strings.TrimSuffix(path.Base(f), ".html")] = t
	}
	return out
})

// execute runs the template of a page.
func execute(name string, p page) ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplates()[name].ExecuteTemplate(&b, "layout.html", p)
	return b.Bytes(), err
}

// args gathers the arguments of a part of a template: {{template "x" (args . .Other)}}.
func args(values ...any) []any { return values }
