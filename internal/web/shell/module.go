package shell

import (
	"html/template"
	"io/fs"
	"net/http"
	"net/url"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
)

// Module is a part of the site with pages of its own: the portal of readers is one, the desk of people at work another. It brings its words,
// its templates and its routes; the frame around its pages, the way from a request to a page and the memory of pages are the shell's.
type Module struct {
	Words     *Words
	Templates fs.FS // templates/*.html, one file a page; what begins with an underscore is shared
	Menu      []MenuEntry
	Foot      []MenuEntry              // the navigation at the end of every page
	Feeds     []MenuEntry              // what programs may ask for again and again
	Credit    func(lang string) string // what every page must say about something that it may show; nil for nothing
	// Explain writes a text with the words in it that readers may not know explained, each where the page has it first; nil explains none.
	Explain func(v *Visit, text string, seen map[string]bool) template.HTML
	Search  string // the page that takes a search as q; "" for none
	// Subscribe is the address that takes the e-mail address ("thu") of a reader who wants to be told of what a page shows ("trang"); "" for none.
	Subscribe string
	Pages     []Route
	Answers   []Answer
	// Paths lists the pages of the sitemap, beside those of the menu, of what everybody may know. It may be nil.
	Paths func(*publish.View) []string
	// Disallow lists the beginnings of addresses that crawlers are asked to leave alone.
	Disallow []string
}

// MenuEntry is an entry of a navigation.
type MenuEntry struct {
	ID, URL string
	Part    string // "#part" of the page; only at the foot
	Name    catalog.Label
}

// Route is a page under an address. The address with a format (.csv, .json, .xlsx, .svg, .png) gives the page's main table or drawing.
type Route struct {
	Path     string // as http.ServeMux takes it, without the method
	Template string
	Read     func(*Visit) (Page, error)
	Takes    Parameters
	// Tidy writes what the form of a page sends as the page's own address says it: several values of one name as one list, a choice as what
	// it chose. What it gives is held to Takes. It may be nil.
	Tidy    func(*http.Request) url.Values
	Keep    Keeping
	Work    string // class of heavy work of which a budget is taken, or ""
	Streams bool   // its tables have any size: files of them are written as they are read
	Secret  bool   // who has the address may look, nobody else: logs name the pattern in its place
}

// Answer is a route that gives no page: a feed, a form that is sent.
type Answer struct {
	Pattern string // as http.ServeMux takes it
	Handler http.Handler
	Rate    float64 // times a second that one client may ask, beside the limit of all requests; 0 for no further limit
	Burst   int     // times at once
	Work    string  // class of heavy work of which a budget is taken, or ""
	// Takes are all parameters of a GET, the language and the day among them where they matter; nil for one that looks after itself.
	Takes Parameters
}

// Maker makes a module for the site that it becomes a part of.
type Maker func(*Site) Module

// Keeping says which answers of a route are kept in memory.
type Keeping int

// Kinds of Keeping: all; only of the address without parameters of its own, where those are as many as visitors; none.
const (
	KeepAll Keeping = iota
	KeepBare
	KeepNone
)

// keeps reports whether the answer to a query is kept.
func (k Keeping) keeps(q url.Values) bool {
	switch k {
	case KeepAll:
		return true
	case KeepBare:
		for name := range q {
			if name != "lang" {
				return false
			}
		}
		return true
	}
	return false
}
