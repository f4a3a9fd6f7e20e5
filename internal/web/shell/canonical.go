package shell

import (
	"maps"
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
var formatParameters = map[string][]string{"csv": {"hinh", "bom", "ma"}, "json": {"hinh"}, "xlsx": {"hinh"}, "svg": {"hinh"}, "png": {"hinh"}, optionFormat: {"hinh", "w", "h"},
	bibFormat: {"hinh"}, risFormat: {"hinh"}, embedFormat: {"hinh"}}

// canonical gives the query of the one address of a page. Parameters may come in any order.
func canonical(q url.Values, names []string) url.Values {
	out := url.Values{}
	for name, values := range q {
		if len(values) > 0 && values[0] != "" && slices.Contains(names, name) && (name != "lang" || slices.Contains(text.Languages, values[0])) {
			out.Set(name, values[0])
		}
	}
	if slices.Contains(names, asofParameter) {
		moment(out)
	}
	return out
}

// List reads a parameter that holds several codes: in an address they are joined by blanks, which read there as "+", as in a query of SDMX; a
// form sends the parameter once for each. Each code counts once, in the order of the alphabet, so that one choice has one address.
func List(values []string) []string {
	out := strings.FieldsFunc(strings.Join(values, " "), func(r rune) bool { return r == ' ' || r == ',' || r == '+' })
	slices.Sort(out)
	return slices.Compact(out)
}

// Joined writes several codes as one parameter; List reads it.
func Joined(codes []string) string { return strings.Join(codes, " ") }

// Lists gives a query in which each of these parameters is one list.
func Lists(q url.Values, names ...string) url.Values {
	out := maps.Clone(q)
	for _, name := range names {
		if q.Has(name) {
			out[name] = []string{Joined(List(q[name]))}
		}
	}
	return out
}

// only leads a request with other parameters than those of an answer to its own address.
func (s *Site) only(takes Parameters, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.spoken(w, r) && !lead(w, r, r.URL.Path, r.URL.Query(), takes(r)) {
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

// lead sends a request whose query is not the canonical form of what it asks for to the address that has it, and reports whether it did.
func lead(w http.ResponseWriter, r *http.Request, path string, asked url.Values, names []string) bool {
	q := canonical(asked, names)
	same := maps.EqualFunc(q, r.URL.Query(), slices.Equal[[]string])
	if !same {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, (&url.URL{Path: path, RawQuery: q.Encode()}).String(), http.StatusFound)
	}
	return !same
}

// onlyAccepted leads a request with other parameters than its page takes to the page's own address.
func (s *Site) onlyAccepted(route Route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		names, asked := append([]string{"lang", asofParameter, releaseParameter, movedParameter}, route.Takes(r)...), r.URL.Query()
		if route.Tidy != nil {
			asked = route.Tidy(r)
		}
		path := r.URL.Path
		if format, taken := r.Context().Value(formatKey{}).(string); taken {
			names = append(names, formatParameters[format]...)
			path = suffixed(path, format)
		}
		if !s.spoken(w, r) && !lead(w, r, path, asked, names) {
			next.ServeHTTP(w, r)
		}
	})
}
