package shell

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"nhipso/internal/text"
	"nhipso/internal/view"
)

//go:embed templates/*.html
var templateFiles embed.FS

// parse reads the templates of the frame – layout.html, and the parts that begin with an underscore, which every page shares – and those of the
// pages of modules, one file a page. A template that cannot be read is a defect of the program.
func parse(modules []Module) map[string]*template.Template {
	base := template.New("layout.html").Funcs(template.FuncMap{"args": args, "seal": sealOf, "symbol": view.Symbol, "flagWords": flagWords, "meanings": meanings, "unit": text.AfterNumber})
	out := map[string]*template.Template{}
	pages := map[string]fs.FS{}
	sources := []fs.FS{templateFiles}
	for _, m := range modules {
		if m.Templates != nil {
			sources = append(sources, m.Templates)
		}
	}
	for _, source := range sources {
		files, err := fs.Glob(source, "templates/*.html")
		if err != nil {
			panic(err)
		}
		for _, f := range files {
			if name := path.Base(f); name == "layout.html" || strings.HasPrefix(name, "_") {
				template.Must(base.ParseFS(source, f))
			} else {
				pages[f] = source
			}
		}
	}
	for f, source := range pages {
		t := template.Must(template.Must(base.Clone()).ParseFS(source, f))
		out[strings.TrimSuffix(path.Base(f), ".html")] = t
	}
	return out
}

// likelyPage is room for most pages: one that grows by doubling is written several times. The room of a page that is much larger is not kept.
const likelyPage = 96 << 10

// sheets are rooms in which pages are written.
var sheets = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, likelyPage)) }}

// execute runs the template of a page and hands what it wrote to use, which must not keep it.
func (s *Site) execute(name string, p Page, use func(body []byte)) error {
	b, ok := sheets.Get().(*bytes.Buffer)
	if !ok { // nothing else is ever put there
		panic("shell: the room for a page is something else")
	}
	defer func() {
		if b.Cap() <= 4*likelyPage {
			b.Reset()
			sheets.Put(b)
		}
	}()
	if err := s.templates[name].ExecuteTemplate(b, "layout.html", p); err != nil {
		return err
	}
	use(b.Bytes())
	return nil
}

// args gathers the arguments of a part of a template: {{template "x" (args . .Other)}}.
func args(values ...any) []any { return values }
