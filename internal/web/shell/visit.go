package shell

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// TableFormats are the formats in which a page's main table is given.
func TableFormats() []string { return slices.Clone(tableFormats) }

// Formats in which a page's main table or drawing is given under the page's own address.
var (
	tableFormats   = []string{"csv", "json", "xlsx"}
	drawingFormats = []string{"svg", "png"}
)

// endings are all formats that end an address; of two that end alike, the longer one comes first.
var endings = slices.Concat([]string{shareFormat, optionFormat}, tableFormats, drawingFormats, citationFormats)

// releaseParameter names a release: the page is as that release showed it, for ever.
const releaseParameter = "dot"

// optionFormat ends the address of the object from which the browser draws.
const optionFormat = "option"

// Visit is one request, read once: its language, the snapshot it sees and the format it asks for.
type Visit struct {
	R         *http.Request
	Site      *Site
	Words     *Words
	Lang      string
	Path      string // without the suffix of the format; "/" for the home page
	Query     url.Values
	Format    string // "" for a page, else one of the formats
	AsOf      stat.Date
	AsOfView  *publish.View     // what the reader may know, as of the day viewed
	Snap      *publish.Snapshot // its figures
	Current   *publish.View     // as of now, or as the release in the address showed it
	Release   string            // the release that the address names, or ""
	newest    publish.Release
	public    *publish.View   // as of now and the newest release, whatever the address names; nil while nothing is published
	explained map[string]bool // words that the page has explained
	late      bool            // a drawing is missing from the page, which is not to be kept
}

// split parts an address from the format that it ends in.
func split(path string) (plain, format string) {
	if p, is := embedded(path); is {
		return p, embedFormat
	}
	for _, f := range endings {
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

// language gives the language of a request: that of its address, so that whoever keeps an answer can give it to every reader of that address.
func language(r *http.Request) string { return text.Language(r.URL.Query().Get("lang")) }

// Visit reads a request. An error of the day asked for, or that nothing is published, comes with a visit that can still render
// the page that says so.
func (s *Site) Visit(r *http.Request, words *Words) (*Visit, error) {
	v := &Visit{R: r, Site: s, Words: words, Lang: language(r), Query: r.URL.Query()}
	v.Path, v.Format = split(r.URL.Path)
	if f, taken := r.Context().Value(formatKey{}).(string); taken {
		v.Path, v.Format = r.URL.Path, f
	}
	v.Query.Del("lang")
	var err error
	if v.Format == "csv" {
		for _, name := range []string{"bom", "ma"} {
			if _, err := v.OneOf(name, "1"); err != nil {
				return v, err
			}
		}
	}
	if v.Current, err = s.View(r); err != nil {
		return v, err
	}
	v.newest, v.public = v.Current.Release, v.Current
	if v.Release = v.Query.Get(releaseParameter); v.Release != "" {
		past, err := s.library.Past(r.Context(), v.Release)
		if err != nil {
			v.Release = ""
			v.Query.Del(releaseParameter)
			v.AsOfView, v.Snap = v.Current, v.Current.Snapshot
			return v, err
		}
		v.Current = past
	} else {
		v.Query.Del(releaseParameter)
	}
	v.AsOfView, v.Snap = v.Current, v.Current.Snapshot
	if day := v.Query.Get("asof"); day != "" {
		if v.AsOf, err = text.ParseDate(day); err != nil {
			v.Query.Del("asof")
			return v, fault.New("web.bad-day", "text", day)
		}
		if v.AsOf.Year() < 1900 || v.AsOf.Year() > 9999 {
			v.Query.Del("asof")
			v.AsOf = stat.Date{}
			return v, fault.New("web.bad-day", "text", day)
		}
		if today := v.Current.Catalog.Day(s.Now()); v.AsOf.After(today) {
			v.Query.Del("asof")
			day := v.AsOf
			v.AsOf = stat.Date{}
			return v, fault.New("web.future-day", "day", text.FormatDate(v.Lang, day), "today", text.FormatDate(v.Lang, today), Nearest, today)
		}
		v.AsOfView = v.Current.On(v.AsOf)
		v.Snap = v.AsOfView.Snapshot
	} else {
		v.Query.Del("asof")
	}
	return v, nil
}

// OneOf reads a parameter that takes one of a few values, or is left out. Any other value is refused: it would say nothing and change nothing.
func (v *Visit) OneOf(name string, allowed ...string) (string, error) {
	value := v.Query.Get(name)
	if value != "" && !slices.Contains(allowed, value) {
		return "", fault.New("web.no-code", "code", value, "dimension", name)
	}
	return value, nil
}

// Say gives a text in the visitor's language.
func (v *Visit) Say(key string, pairs ...any) string { return v.Words.Say(v.Lang, key, pairs...) }

// Link makes an address inside the portal that keeps the language and the day viewed. Pairs of name and value follow; empty
// values are left out.
func (v *Visit) Link(path string, pairs ...string) string {
	if !strings.Contains(path, "?") && len(pairs) <= 4 {
		return v.short(path, pairs)
	}
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
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	if !v.AsOf.IsZero() && q.Get("asof") == "" {
		q.Set("asof", v.AsOf.String())
	}
	if v.Release != "" && q.Get(releaseParameter) == "" {
		q.Set(releaseParameter, v.Release)
	}
	return address(path, q)
}

// short is Link for a path with few parameters of different names: most cells of most tables have such a one.
func (v *Visit) short(path string, pairs []string) string {
	var room [5]Field
	fields, dated, pinned := room[:0], false, false
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fields = append(fields, Field{pairs[i], pairs[i+1]})
			dated = dated || pairs[i] == "asof"
			pinned = pinned || pairs[i] == releaseParameter
		}
	}
	if v.Lang == "en" {
		fields = append(fields, Field{"lang", "en"})
	}
	if !pinned && v.Release != "" {
		fields = append(fields, Field{releaseParameter, v.Release})
	}
	if !dated && !v.AsOf.IsZero() {
		fields = append(fields, Field{"asof", v.AsOf.String()})
	}
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	var out strings.Builder
	out.Grow(len(path) + 64)
	out.WriteString(path)
	for i, f := range fields {
		sign := byte('&')
		if i == 0 {
			sign = '?'
		}
		out.WriteByte(sign)
		out.WriteString(url.QueryEscape(f.Name))
		out.WriteByte('=')
		out.WriteString(url.QueryEscape(f.Value))
	}
	return out.String()
}

// Here is the present address with some parameters changed; an empty value removes one. It is that of the page, also where a file of it is asked
// for: what only a file takes has no effect there.
func (v *Visit) Here(pairs ...string) string {
	q := clone(v.Query)
	for _, name := range formatParameters[v.Format] {
		q.Del(name)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			q.Del(pairs[i])
		} else {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if v.Lang == "en" && q.Get("lang") == "" {
		q.Set("lang", "en")
	}
	return address(v.Path, q)
}

// address is the present view in no language of its own, as a file in both names it, whichever way it was asked for.
func (v *Visit) address() string {
	q := clone(v.Query)
	q.Del("bom")
	q.Del("ma")
	return address(v.Path, q)
}

// File is the present view as a file of a format.
func (v *Visit) File(format string, pairs ...string) string {
	q := clone(v.Query)
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	return address(suffixed(v.Path, format), q)
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

// Explain writes a text with the words in it that readers may not know explained.
func (v *Visit) Explain(s string) template.HTML {
	if v.explained == nil {
		v.explained = map[string]bool{}
	}
	for _, m := range v.Site.modules {
		if m.Explain != nil {
			return m.Explain(v, s, v.explained)
		}
	}
	return template.HTML(template.HTMLEscapeString(s))
}

// Explain is that of the visit, for templates.
func (f *Frame) Explain(s string) template.HTML { return f.v.Explain(s) }

// Explain is that of the visit, for templates.
func (f *Figure) Explain(s string) template.HTML { return f.v.Explain(s) }
