package shell

import (
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/view"
	"nhipso/static"
)

// Frame is what every page has: its title and place, the language, the release it shows. Page structs embed it, and the
// layout reads nothing else.
type Frame struct {
	v *Visit

	Lang        string
	Section     string // the entry of the menu that is marked
	Title       string // heading and title of the window
	Short       string // what the window is called where the title is too long for it, which leaves out what can be; "" where it never is
	Description string // one sentence for search engines
	Crumbs      []Crumb
	Figures     []*Figure // the first one answers to the page's address with a format
	Status      int       // 200 when left 0
	NoIndex     bool
	Dateless    bool          // it is the same on every day, so there is no day to choose
	Data        *Dataset      // schema.org description, on pages of data
	Script      string        // a script of the page's own, which only adds to it
	Subject     catalog.Label // what the page is about, where titles of its figures leave that out
	Alone       *Figure       // the figure that stands alone, on a page of somebody else
	Following   *Crumb        // the feed of what comes new to what the page shows
	Lasting     string        // what on the page is of today whatever day is viewed; "" where everything follows the day

	// Days gives the days on which something of the page was published; nil where it shows anything and everything.
	Days func(*publish.View) []stat.Date
}

// Crumb is a step of the way back.
type Crumb struct{ Name, URL string }

// Page is a page's struct: it embeds a Frame.
type Page interface{ Base() *Frame }

// NewFrame starts a page.
func (v *Visit) NewFrame(section, title string) Frame {
	return Frame{v: v, Lang: v.Lang, Section: section, Title: title}
}

// T gives a text.
func (f *Frame) T(id string, pairs ...any) string { return f.v.Say(id, pairs...) }

// H gives a text with marked-up values in it.
func (f *Frame) H(id string, pairs ...any) template.HTML { return f.v.Words.HTML(f.Lang, id, pairs...) }

// Own gives a text that only the country may have; "" where it has none.
func (f *Frame) Own(id string) string { return f.v.Words.Own(f.Lang, id) }

// Preview reports that what is shown is not out yet.
func (f *Frame) Preview() bool { return f.v.Site.preview }

// Demo reports that people and what they do are made up, to try the program.
func (f *Frame) Demo() bool { return f.v.Site.demo }

// Synthetic reports that there is no such country and every figure is made up.
func (f *Frame) Synthetic() bool {
	return f.v.Current != nil && f.v.Current.Catalog.Country().Synthetic
}

// Credits lists what every page must say about something that it may show.
func (f *Frame) Credits() []string {
	var out []string
	for _, m := range f.v.Site.modules {
		if m.Credit != nil {
			out = append(out, m.Credit(f.Lang))
		}
	}
	return out
}

// longestWindow bounds the title of a window, in characters: lists of windows and of hits of search engines cut longer ones anywhere.
const longestWindow = 90

// Window is the title of the window: that of the page, or of the figure that stands alone, as far as it fits, and the site.
func (f *Frame) Window() string {
	site := " – " + f.T("common.site")
	title, other := f.Title, f.Short
	if f.Alone != nil {
		title, other = f.Alone.FullName(), f.Alone.Name()
	}
	return view.Within(title, longestWindow-utf8.RuneCountInString(site), other) + site
}

// Link makes an address inside the portal.
func (f *Frame) Link(path string, pairs ...string) string { return f.v.Link(path, pairs...) }

// Here is the present address with parameters changed.
func (f *Frame) Here(pairs ...string) string { return f.v.Here(pairs...) }

// Path is the present path.
func (f *Frame) Path() string { return f.v.Path }

// Asset gives the address of a style or script.
func (f *Frame) Asset(name string) string { return static.URL(name) }

// Publisher is the agency that publishes, "" when nobody said.
func (f *Frame) Publisher() string { return f.v.Site.publisher }

// Contact is where readers ask: the address of a link and its text. Both are empty when nobody said.
func (f *Frame) Contact() Crumb {
	to := f.v.Site.contact
	if strings.HasPrefix(to, "https://") || to == "" {
		return Crumb{to, to}
	}
	return Crumb{to, "mailto:" + to}
}

// Menu is the main navigation.
func (f *Frame) Menu() []MenuItem {
	var out []MenuItem
	for _, m := range f.v.Site.Menu() {
		out = append(out, MenuItem{ID: m.ID, Name: m.Name.In(f.Lang), URL: f.Link(m.URL), Here: current(f.v.Path == m.URL, f.Section == m.ID)})
	}
	return out
}

// Foot is the navigation at the end of every page.
func (f *Frame) Foot() []MenuItem {
	var out []MenuItem
	for _, m := range f.v.Site.modules {
		for _, e := range m.Foot {
			out = append(out, MenuItem{ID: e.ID, Name: e.Name.In(f.Lang), URL: f.Link(e.URL) + e.Part})
		}
	}
	return out
}

// Search is the address of the page of searches, or "" when no module has one.
func (f *Frame) Search() string {
	for _, m := range f.v.Site.modules {
		if m.Search != "" {
			return m.Search
		}
	}
	return ""
}

// Subscribe is where a reader asks to be written to of what this page shows, or nil where nobody writes, or of what has no news.
func (f *Frame) Subscribe() *Crumb {
	for _, m := range f.v.Site.modules {
		if m.Subscribe != "" && f.Following != nil {
			page, _, _ := strings.Cut(f.Following.URL, "?")
			return &Crumb{Name: page[:strings.LastIndex(page, "/")], URL: f.Link(m.Subscribe)}
		}
	}
	return nil
}

// Feeds are what a program may ask for again and again.
func (f *Frame) Feeds() []Crumb {
	var out []Crumb
	if f.Following != nil {
		out = append(out, *f.Following)
	}
	for _, m := range f.v.Site.modules {
		for _, e := range m.Feeds {
			link := Crumb{e.Name.In(f.Lang), e.URL}
			if f.Lang == "en" {
				link.URL += "?lang=en"
			}
			out = append(out, link)
		}
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
	q := clone(f.v.Query)
	q.Del("asof")
	q.Del(releaseParameter)
	q.Del("lang")
	if lang == "en" {
		q.Set("lang", "en")
	}
	return f.v.Site.Origin(f.v.R) + address(f.v.Path, q)
}

// Self is the canonical address in the page's own language.
func (f *Frame) Self() string { return f.Canonical(f.Lang) }

// AsOf is the day viewed, or "".
func (f *Frame) AsOf() string { return f.v.AsOf.String() }

// Replayed reports whether estimates on the page were computed again for the day viewed.
func (f *Frame) Replayed() bool { return f.v.Snap != nil && f.v.Snap.AnyReplayed() }

// Earlier tells of the release that the address names when a newer one is out; else nil.
func (f *Frame) Earlier() *Earlier {
	if f.v.Release == "" || f.v.newest.ID == f.v.Release {
		return nil
	}
	return &Earlier{Title: f.Release().Title.In(f.Lang), Newest: f.v.newest.Title.In(f.Lang), URL: f.Here(releaseParameter, "")}
}

// Earlier names an earlier release and the newest one, with the address of the page as that has it.
type Earlier struct{ Title, Newest, URL string }

// AsOfText is the day viewed as people write it.
func (f *Frame) AsOfText() string { return text.FormatDate(f.Lang, f.v.AsOf) }

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
	for _, k := range slices.Sorted(maps.Keys(f.v.Query)) {
		if !skip[k] && k != "trang" {
			out = append(out, Field{k, f.v.Query.Get(k)})
		}
	}
	return out
}

// KeepBeside is Keep for a form of filters.
func (f *Frame) KeepBeside(list []Filter) []Field {
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
	if !f.v.Site.api {
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
	if f.v.Current == nil {
		return nil
	}
	return &f.v.Current.Release
}

// Published is when the release became public.
func (f *Frame) Published() string {
	if r := f.Release(); r != nil && !r.PublishAt.IsZero() {
		return f.v.Minute(r.PublishAt)
	}
	return ""
}

// Dated reads a day.
func (f *Frame) Dated(d stat.Date) string { return text.FormatDate(f.Lang, d) }

// Minute writes a moment in the time of the country.
func (v *Visit) Minute(t time.Time) string {
	local := t.In(v.Zone())
	return v.Say("common.minute", "time", local.Format("15:04"), "date", text.FormatDate(v.Lang, stat.DateOf(local)))
}

// Zone is the country's.
func (v *Visit) Zone() *time.Location {
	if v.Current == nil {
		return time.UTC // nothing is published, so there is nothing to date
	}
	return v.Current.Catalog.Zone()
}

// Filter is the choice of a code of one dimension.
type Filter struct {
	ID, Name string
	Options  []Option
	Typed    bool   // there are too many codes for a list: one is written
	Code     string // the one written
}

// Long is the name of the code chosen where a list on a narrow screen would cut it.
func (f Filter) Long() string {
	for _, o := range f.Options {
		if o.Selected && utf8.RuneCountInString(o.Name) > 28 {
			return o.Name
		}
	}
	return ""
}

// Option is a code that may be chosen.
type Option struct {
	Value, Name string
	Selected    bool
	URL         string
}
