package shell

import (
	"errors"
	"net/http"
	"net/url"
)

// A page with choices – a year, a definition – may not have had them at another time. Who goes through time by its control asks for the page as of
// then with what of the choices there was then: such an address has a parameter of its own and leads to the one that keeps what exists. Who writes an
// address gets what it says, or is told that there is none.

// movedParameter marks an address to which the control of time leads from a page with choices.
const movedParameter = "giu"

// chosen reports whether the address of the page chooses anything but the moment.
func (v *Visit) chosen() bool {
	for name := range v.Query {
		if name != asofParameter && name != releaseParameter {
			return true
		}
	}
	return false
}

// then is the page at another moment, with what of its choices there was.
func (f *Frame) then(pairs ...string) string {
	if f.v.chosen() {
		pairs = append(pairs, movedParameter, "1")
	}
	return f.Here(pairs...)
}

// KeepThen is Keep for the forms that lead to another moment.
func (f *Frame) KeepThen() []Field {
	out := f.Keep(asofParameter, releaseParameter)
	if f.v.chosen() {
		out = append(out, Field{movedParameter, "1"})
	}
	return out
}

// moved leads an address to which the control of time leads to the one that keeps the choices that exist at that moment, and reports whether it did.
// Choices count in the order in which the page takes them: what comes first decides what later ones can be.
func (s *Site) moved(w http.ResponseWriter, r *http.Request, m Module, route Route) bool {
	all := r.URL.Query()
	if !all.Has(movedParameter) {
		return false
	}
	all.Del(movedParameter)
	to := all
	if !s.there(r, m, route, all) {
		kept, found := clone(all), false
		names := route.Takes(r)
		for _, name := range names {
			kept.Del(name)
		}
		found = s.there(r, m, route, kept)
		for _, name := range names {
			if !all.Has(name) {
				continue
			}
			more := clone(kept)
			more[name] = all[name]
			if s.there(r, m, route, more) {
				kept, found = more, true
			}
		}
		if found {
			to = kept
		}
	}
	path := r.URL.Path
	if format, taken := r.Context().Value(formatKey{}).(string); taken {
		path = suffixed(path, format)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, (&url.URL{Path: path, RawQuery: to.Encode()}).String(), http.StatusFound)
	return true
}

// there reports whether a page answers to a query.
func (s *Site) there(r *http.Request, m Module, route Route, q url.Values) bool {
	asked := r.Clone(r.Context())
	asked.URL.RawQuery = q.Encode()
	v, err := s.Visit(asked, m.Words)
	if err != nil {
		return false
	}
	p, err := route.Read(v)
	if err != nil {
		return errors.As(err, new(Elsewhere))
	}
	status := p.Base().Status
	return status == 0 || status == http.StatusOK
}
