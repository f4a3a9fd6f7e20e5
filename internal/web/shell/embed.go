package shell

import (
	"net/http"
	"strings"

	"nhipso/internal/middleware"
)

// A figure may stand alone on a page of somebody else: under the address of its page with a prefix it comes without menu and foot, and is the only
// thing here that other sites may frame.

// embedPrefix begins the addresses of figures that stand alone.
const embedPrefix = "/nhung"

// embedFormat is what such an address asks for, as an ending asks for a file.
const embedFormat = "nhung"

// embedded parts the address of a page from the prefix.
func embedded(path string) (plain string, is bool) {
	plain, is = strings.CutPrefix(path, embedPrefix+"/")
	if !is || plain == "" {
		return path, false
	}
	if plain = "/" + plain; plain == homeFile {
		plain = "/"
	}
	return plain, true
}

// suffixed is the address of a page in a format.
func suffixed(path, format string) string {
	if path == "/" {
		path = homeFile
	}
	if format == embedFormat {
		return embedPrefix + path
	}
	return path + "." + format
}

// embedAddress is the address of a figure of the page alone.
func (v *Visit) embedAddress(pairs ...string) string {
	q := clone(v.Query)
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	return address(suffixed(v.Path, embedFormat), q)
}

// framed lets other sites frame figures that stand alone, and nothing else. All else that a page may not do, they may not do either.
func framed(next http.Handler) http.Handler {
	alone := middleware.Security(middleware.Policy{Framed: true})(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, is := embedded(r.URL.Path); is {
			alone.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// embed shows the figure asked for alone.
func (s *Site) embed(w http.ResponseWriter, r *http.Request, v *Visit, p Page) error {
	f := p.Base()
	fig, err := v.figure(f)
	if err != nil {
		return err
	}
	v.Query.Del(figureParameter) // the page itself shows all of its figures
	f.Alone = fig
	s.Render(w, r, "failure", p)
	return nil
}

// Heights, in pixels, of what stands around a drawing that stands alone, where it needs most: title, note, the fold of the table, source and link.
const (
	aloneFrame = 250
	aloneRow   = 34
	aloneTable = 640 // a table longer than that is scrolled
)

// embedHeight is the height in which a figure that stands alone fits at the widths of a phone and of a desk.
func (f *Figure) embedHeight() int {
	if f.drawn() {
		wide, narrow := f.Chart.Height(aloneDrawing), f.Height[1]
		if narrow == 0 {
			narrow = f.Chart.Height(narrowDrawing)
		}
		return max(wide, narrow) + aloneFrame
	}
	return min(aloneFrame+aloneRow*(len(f.Table.Rows)+1), aloneTable)
}
