package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
)

// Formats in which a page's main table or drawing is given under the page's own address.
var (
	tableFormats   = []string{"csv", "json", "xlsx"}
	drawingFormats = []string{"svg", "png"}
)

// optionFormat ends the address of the object from which the browser draws.
const optionFormat = "option"

// langCookie remembers the language chosen.
const langCookie = "lang"

// visit is one request, read once: its language, the snapshot it sees and the format it asks for.
type visit struct {
	r       *http.Request
	site    *Site
	lang    string
	path    string // without the suffix of the format; "/" for the home page
	query   url.Values
	format  string // "" for a page, else one of the formats
	asOf    stat.Date
	known   *publish.View     // what the reader may know, as of the day viewed
	snap    *publish.Snapshot // its figures
	current *publish.View     // as of now
	late    bool              // a drawing is missing from the page, which is not to be kept
}

// split parts an address from the format that it ends in.
func split(path string) (plain, format string) {
	for _, f := range slices.Concat(tableFormats, drawingFormats, []string{optionFormat}) {
		if p, ok := strings.CutSuffix(path, "."+f); ok && p != "" && !strings.HasSuffix(p, "/") {
			if p == homeFile {
				p = "/"
			}
			return p, f
		}
	}
	return path, ""
}

// homeFile stands for the home page where a format must be appended to its address.
const homeFile = "/trang-chu"

// language reads the language of a request: the address first, then the cookie, else Vietnamese.
func language(r *http.Request) string {
	switch r.URL.Query().Get("lang") {
	case "en":
		return "en"
	case "vi":
		return "vi"
	}
	if c, err := r.Cookie(langCookie); err == nil && c.Value == "en" {
		return "en"
	}
	return "vi"
}

// visit reads a request. An error of the day asked for, or that nothing is published, comes with a visit that can still render
// the page that says so.
func (s *Site) visit(r *http.Request) (*visit, error) {
	v := &visit{r: r, site: s, lang: language(r), query: r.URL.Query()}
	v.path, v.format = split(r.URL.Path)
	if f, taken := r.Context().Value(formatKey{}).(string); taken {
		v.path, v.format = r.URL.Path, f
	}
	v.query.Del("lang")
	var err error
	if v.current, err = s.view(r); err != nil {
		return v, err
	}
	v.known, v.snap = v.current, v.current.Snapshot
	if text := v.query.Get("asof"); text != "" {
		if v.asOf, err = stat.ParseDate(text); err != nil {
			v.query.Del("asof")
			return v, err
		}
		if v.asOf.Year() < 1900 || v.asOf.Year() > 9999 {
			v.query.Del("asof")
			v.asOf = stat.Date{}
			return v, fault.New("web.bad-day", "text", text)
		}
		if today := v.current.Catalog.Day(s.now()); v.asOf.After(today) {
			v.query.Del("asof")
			day := v.asOf
			v.asOf = stat.Date{}
			return v, fault.New("web.future-day", "day", day.String(), "today", today.String())
		}
		v.known = v.current.On(v.asOf)
		v.snap = v.known.Snapshot
	} else {
		v.query.Del("asof")
	}
	return v, nil
}

// say gives a text in the visitor's language.
func (v *visit) say(key string, pairs ...any) string { return say(v.lang, key, pairs...) }

// link makes an address inside the portal that keeps the language and the day viewed. Pairs of name and value follow; empty
// values are left out.
func (v *visit) link(path string, pairs ...string) string {
	q := url.Values{}
	if i := strings.IndexByte(path, '?'); i >= 0 {
		q, _ = url.ParseQuery(path[i+1:])
		path = path[:i]
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		} else {
			q.Del(pairs[i])
		}
	}
	if v.lang == "en" {
		q.Set("lang", "en")
	}
	if !v.asOf.IsZero() && q.Get("asof") == "" {
		q.Set("asof", v.asOf.String())
	}
	return address(path, q)
}

// here is the present address with some parameters changed; an empty value removes one.
func (v *visit) here(pairs ...string) string {
	q := clone(v.query)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if v.lang == "en" && q.Get("lang") == "" {
		q.Set("lang", "en")
	}
	return address(v.path, q)
}

// file is the present view as a file of a format.
func (v *visit) file(format string, pairs ...string) string {
	path := v.path
	if path == "/" {
		path = homeFile
	}
	q := clone(v.query)
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if v.lang == "en" {
		q.Set("lang", "en")
	}
	return address(path+"."+format, q)
}

func clone(q url.Values) url.Values {
	out := url.Values{}
	for k, v := range q {
		out[k] = append([]string(nil), v...)
	}
	return out
}

func address(path string, q url.Values) string {
	for k, v := range q {
		if len(v) == 0 || (len(v) == 1 && v[0] == "") {
			q.Del(k)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
