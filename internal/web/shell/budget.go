package shell

import (
	"net/http"
	"runtime"
	"strings"
	"time"

	"nhipso/internal/middleware"
)

// Classes of heavy work. A page in memory, a table as text and a drawing as SVG cost little and have none.
const (
	WorkbookWork = "workbook"
	BitmapWork   = "bitmap"
	EarlierWork  = "earlier" // a view of an earlier day is made for the first reader of it
	SearchWork   = "search"
	FileWork     = "file" // a dataflow of any size, written as it is read
)

// budgets bound the heavy work of all readers together, on pages and on the API: what one reader asks for again and again takes a few processors for
// a while, and never all of them or all the memory.
var budgets = map[string]middleware.Budget{
	WorkbookWork: {Slots: 2, Queue: 12, Wait: 20 * time.Second},
	BitmapWork:   {Slots: 2, Queue: 24, Wait: 10 * time.Second},
	EarlierWork:  {Slots: 4, Queue: 48, Wait: 20 * time.Second},
	SearchWork:   {Slots: 4, Queue: 48, Wait: 5 * time.Second},
	FileWork:     {Slots: 16, Queue: 32, Wait: 10 * time.Second}, // most of the time they wait for their readers
}

// making bounds how many pages are made at once that are neither in memory nor heavy work. They wait for nothing but processors, so more of them would be
// no sooner done: they would share the processors, each with its memory, and those whose answer lies ready would wait among them.
var making = map[string]middleware.Budget{pageWork: {Slots: 2 * runtime.GOMAXPROCS(0), Queue: 1000, Wait: 10 * time.Second}}

const pageWork = "page"

// classOf says which work an address asks for.
func (s *Site) classOf(r *http.Request) string {
	q := r.URL.Query()
	_, format := split(r.URL.Path)
	switch {
	case format == "xlsx", q.Get("format") == "xlsx", strings.Contains(r.Header.Get("Accept"), "spreadsheetml"):
		return WorkbookWork
	case format == "png", format == shareFormat:
		return BitmapWork
	case q.Get("asof") != "", q.Get(releaseParameter) != "":
		return EarlierWork
	case strings.HasSuffix(r.URL.Path, "/search"): // of the API
		return SearchWork
	case q.Get("format") == "csv", strings.Contains(r.Header.Get("Accept"), "text/csv"):
		return FileWork
	}
	pattern := s.Route(r)
	if work := s.works[pattern]; work != "" {
		return work
	}
	route := s.routes[pattern]
	if route.Streams && (format == "csv" || format == "json") {
		return FileWork
	}
	return route.Work
}
