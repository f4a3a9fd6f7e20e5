package web

import (
	"html/template"
	"time"

	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/static"
)

// Frame is what every page has: its title and place, the language, the release it shows. Page structs embed it, and the
// layout reads nothing else.
type Frame struct {
	v *visit

	Lang        string
	Section     string // the entry of the menu that is marked
	Title       string // heading and title of the window
	Description string // one sentence for search engines
	Crumbs      []Crumb
	Figures     []*Figure // the first one answers to the page's address with a format
	Status      int       // 200 when left 0
	NoIndex     bool
	Data        *Dataset // schema.org description, on pages of data
	Script      string   // a script of the page's own, which only adds to it
}

// Crumb is a step of the way back.
type Crumb struct{ Name, URL string }

// page is a page's struct: it embeds a Frame.
type page interface{ frame() *Frame }

func (f *Frame) frame() *Frame { return f }

// newFrame starts a page.
func (v *visit) newFrame(section, title string) Frame {
	return Frame{v: v, Lang: v.lang, Section: section, Title: title}
}

// T gives a text.
func (f *Frame) T(id string, pairs ...any) string { return f.v.say(id, pairs...) }

// H gives a text with marked-up values in it.
func (f *Frame) H(id string, pairs ...any) template.HTML { return sayHTML(f.Lang, id, pairs...) }

// Link makes an address inside the portal.
func (f *Frame) Link(path string, pairs ...string) string { return f.v.link(path, pairs...) }

// Here is the present address with parameters changed.
func (f *Frame) Here(pairs ...string) string { return f.v.here(pairs...) }

// Path is the present path.
func (f *Frame) Path() string { return f.v.path }

// Asset gives the address of a style or script.
func (f *Frame) Asset(name string) string { return static.URL(name) }

// Menu is the main navigation.
func (f *Frame) Menu() []MenuItem {
	var out []MenuItem
	for _, m := range menu {
		out = append(out, MenuItem{ID: m.ID, Name: f.T("common.menu-" + m.ID), URL: f.Link(m.URL), Here: current(f.v.path == m.URL, f.Section == m.ID)})
	}
	return out
}

// MenuItem is an entry of the main navigation.
type MenuItem struct {
	ID, Name, URL string
	Here          string // aria-current: "page", "true" for a page below it, or ""
}

func current(exactly, within bool) string {
	switch {
	case exactly:
		return "page"
	case within:
		return "true"
	}
	return ""
}

var menu = []MenuItem{{ID: "home", URL: "/"}, {ID: "provinces", URL: "/tinh"}, {ID: "targets", URL: "/muc-tieu"},
	{ID: "tasks", URL: "/nhiem-vu"}, {ID: "scenario", URL: scenarioPath}, {ID: "data", URL: "/so-lieu"}, {ID: "methods", URL: "/phuong-phap"}, {ID: "about", URL: "/gioi-thieu"}}

// Other is the other language.
func (f *Frame) Other() string {
	if f.Lang == "en" {
		return "vi"
	}
	return "en"
}

// Switch is the present page in the other language.
func (f *Frame) Switch() string { return f.Here("lang", f.Other()) }

// Canonical is the address of the page in one language, for search engines: without the day viewed.
func (f *Frame) Canonical(lang string) string {
	q := clone(f.v.query)
	q.Del("asof")
	q.Del("lang")
	if lang == "en" {
		q.Set("lang", "en")
	}
	return f.v.site.origin(f.v.r) + address(f.v.path, q)
}

// Self is the canonical address in the page's own language.
func (f *Frame) Self() string { return f.Canonical(f.Lang) }

// AsOf is the day viewed, or "".
func (f *Frame) AsOf() string { return f.v.asOf.String() }

// Replayed reports whether estimates on the page were computed again for the day viewed.
func (f *Frame) Replayed() bool { return f.v.snap != nil && f.v.snap.AnyReplayed() }

// Since is the first day with figures, as people write it, when the day viewed lies before it; else "".
func (f *Frame) Since() string {
	if f.v.snap == nil || f.v.asOf.IsZero() || !f.v.asOf.Before(f.v.snap.First()) {
		return ""
	}
	return text.FormatDate(f.Lang, f.v.snap.First())
}

// AsOfText is the day viewed as people write it.
func (f *Frame) AsOfText() string { return text.FormatDate(f.Lang, f.v.asOf) }

// Keep lists the parameters that a form must send along besides its own fields.
func (f *Frame) Keep(except ...string) []Field {
	var out []Field
	skip := map[string]bool{}
	for _, e := range except {
		skip[e] = true
	}
	if f.Lang == "en" && !skip["lang"] {
		out = append(out, Field{"lang", "en"})
	}
	for _, k := range sortedKeys(f.v.query) {
		if !skip[k] && k != "trang" {
			out = append(out, Field{k, f.v.query.Get(k)})
		}
	}
	return out
}

// KeepBeside is Keep for a form of filters.
func (f *Frame) KeepBeside(list []filter) []Field {
	var own []string
	for _, x := range list {
		own = append(own, x.ID)
	}
	return f.Keep(own...)
}

// Base is the frame itself, for parts of templates that need it beside other data.
func (f *Frame) Base() *Frame { return f }

// Fonts are those that every page needs at once.
func (f *Frame) Fonts() []string { return static.Fonts("400") }

// API is the address of the page of the API, or "".
func (f *Frame) API() string {
	if !f.v.site.api {
		return ""
	}
	if f.Lang == "en" {
		return apiPage + "?lang=en"
	}
	return apiPage
}

// Drawn reports whether the page has a drawing.
func (f *Frame) Drawn() bool {
	for _, x := range f.Figures {
		if x.drawn() {
			return true
		}
	}
	return false
}

// Field is a hidden field of a form.
type Field struct{ Name, Value string }

// Release is the release shown, or nil when nothing is published.
func (f *Frame) Release() *publish.Release {
	if f.v.current == nil {
		return nil
	}
	return &f.v.current.Release
}

// Published is when the release became public.
func (f *Frame) Published() string {
	if r := f.Release(); r != nil && !r.PublishAt.IsZero() {
		return f.v.minute(r.PublishAt)
	}
	return ""
}

// Dated reads a day.
func (f *Frame) Dated(d stat.Date) string { return text.FormatDate(f.Lang, d) }

// minute writes a moment in the time of the country.
func (v *visit) minute(t time.Time) string {
	local := t.In(v.zone())
	return v.say("common.minute", "time", local.Format("15:04"), "date", text.FormatDate(v.lang, stat.DateOf(local)))
}

// zone is the country's.
func (v *visit) zone() *time.Location {
	if v.current == nil {
		return time.UTC // nothing is published, so there is nothing to date
	}
	return v.current.Catalog.Zone()
}
