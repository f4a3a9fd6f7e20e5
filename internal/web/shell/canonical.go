package shell

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/text"
)

// Every page has one address for what it shows: the parameters that it knows, each once and with a value, in the order of their names. Another
// address of it – with parameters that something on the way has added, with empty fields of a form – leads there. So no reader can ask for one
// page under ever new names, each of which would have to be made and kept anew.

// Parameters says which parameters a page takes beside the language and the day.
type Parameters func(r *http.Request) []string

// Takes are parameters of fixed names.
func Takes(names ...string) Parameters {
	return func(*http.Request) []string { return names }
}

// Parameters that go with a format: which drawing or table, how the text of a CSV is written, and the size of a drawing in the browser.
var formatParameters = map[string][]string{"csv": {"hinh", "bom", "ma"}, "json": {"hinh"}, "xlsx": {"hinh"}, "svg": {"hinh"}, "png": {"hinh"}, optionFormat: {"hinh", "w", "h"}}

// canonical gives the query of the one address of a page, and whether the request has it. Parameters may come in any order.
func canonical(q url.Values, names []string) (out url.Values, same bool) {
	out, same = url.Values{}, true
	if slices.Contains(names, asofParameter) {
		defer func() { same = moment(out) && same }()
	}
	for name, values := range q {
		value := values[0]
		fits := slices.Contains(names, name) && value != "" && (name != "lang" || slices.Contains(text.Languages, value))
		if fits {
			out.Set(name, value)
		}
		same = same && fits && len(values) == 1
	}
	return out, same
}

// only leads a request with other parameters than those of an answer to its own address.
func (s *Site) only(takes Parameters, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.spoken(w, r) && !lead(w, r, r.URL.Path, takes(r)) {
			next.ServeHTTP(w, r)
		}
	})
}

// spoken answers a request for a language that there is not, and reports whether it did: who asks for French is told which there are, and not given
// Vietnamese without a word.
func (s *Site) spoken(w http.ResponseWriter, r *http.Request) bool {
	asked := r.URL.Query().Get("lang")
	if asked == "" || slices.Contains(text.Languages, asked) {
		return false
	}
	s.Fail(w, r, fault.New("web.no-language"))
	return true
}

// bare leads an address that ends in a slash to that without it, when there is something, and reports whether it did.
func (s *Site) bare(w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimRight(r.URL.Path, "/")
	if path == "" || path == r.URL.Path || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	to := r.Clone(r.Context())
	to.URL.Path, to.URL.RawPath = path, ""
	if s.Route(to) == "" {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, (&url.URL{Path: path, RawQuery: r.URL.RawQuery}).String(), http.StatusMovedPermanently)
	return true
}

// lead sends a request with other parameters than these to the address without them, and reports whether it did.
func lead(w http.ResponseWriter, r *http.Request, path string, names []string) bool {
	q, same := canonical(r.URL.Query(), names)
	if !same {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, (&url.URL{Path: path, RawQuery: q.Encode()}).String(), http.StatusFound)
	}
	return !same
}

// onlyAccepted leads a request with other parameters than its page takes to the page's own address.
func (s *Site) onlyAccepted(takes Parameters, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		names := append([]string{"lang", "asof", releaseParameter}, takes(r)...)
		path := r.URL.Path
		if format, taken := r.Context().Value(formatKey{}).(string); taken {
			names = append(names, formatParameters[format]...)
			if path == "/" {
				path = homeFile
			}
			path += "." + format
		}
		if !s.spoken(w, r) && !lead(w, r, path, names) {
			next.ServeHTTP(w, r)
		}
	})
}
