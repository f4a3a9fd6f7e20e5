package web

import (
	"net/http"
	"strings"
	"time"

	"nhipso/internal/middleware"
)

// Classes of heavy work. A page in memory, a table as text and a drawing as SVG cost little and have none.
const (
	workbookWork = "workbook"
	bitmapWork   = "bitmap"
	earlierWork  = "earlier" // a view of an earlier day is made for the first reader of it
	searchWork   = "search"
)

// budgets bound the heavy work of all readers together, on pages and on the API: what one reader asks for again and again takes a few processors for
// a while, and never all of them or all the memory.
var budgets = map[string]middleware.Budget{
	workbookWork: {Slots: 2, Queue: 12, Wait: 20 * time.Second},
	bitmapWork:   {Slots: 2, Queue: 24, Wait: 10 * time.Second},
	earlierWork:  {Slots: 4, Queue: 48, Wait: 20 * time.Second},
	searchWork:   {Slots: 4, Queue: 48, Wait: 5 * time.Second},
}

// classOf says which work an address asks for.
func classOf(r *http.Request) string {
	q := r.URL.Query()
	_, format := split(r.URL.Path)
	switch {
	case format == "xlsx", q.Get("format") == "xlsx", strings.Contains(r.Header.Get("Accept"), "spreadsheetml"):
		return workbookWork
	case format == "png":
		return bitmapWork
	case q.Get("asof") != "":
		return earlierWork
	case r.URL.Path == "/tim", strings.HasSuffix(r.URL.Path, "/search"):
		return searchWork
	}
	return ""
}
