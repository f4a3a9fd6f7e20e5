package shell

import (
	"math"
	"net/http"
	"strings"
	"unicode/utf8"

	"nhipso/internal/middleware"
)

// A figure may stand alone on a page of somebody else: under the address of its page with a prefix it comes without menu and foot, and is the only
// thing here that other sites may frame.

// embedPrefix begins the addresses of figures that stand alone.
const embedPrefix = "/nhung"

// embedFormat is what such an address asks for, as an ending asks for a file.
const embedFormat = "nhung"

// embedded parts the address of a page from the prefix.
func embedded(path string) (plain string, is bool) {
	plain, is = strings.CutPrefix(path, embedPrefix+"/")
	if !is || plain == "" {
		return path, false
	}
	if plain = "/" + plain; plain == homeFile {
		plain = "/"
	}
	return plain, true
}

// suffixed is the address of a page in a format.
func suffixed(path, format string) string {
	if path == "/" {
		path = homeFile
	}
	if format == embedFormat {
		return embedPrefix + path
	}
	return path + "." + format
}

// embedAddress is the address of a figure of the page alone.
func (v *Visit) embedAddress(pairs ...string) string {
	q := clone(v.Query)
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if v.Lang == "en" {
		q.Set("lang", "en")
	}
	return address(suffixed(v.Path, embedFormat), q)
}

// framed lets other sites frame figures that stand alone, and nothing else. All else that a page may not do, they may not do either.
func framed(next http.Handler) http.Handler {
	alone := middleware.Security(middleware.Policy{Framed: true})(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, is := embedded(r.URL.Path); is {
			alone.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// embed shows the figure asked for alone.
func (s *Site) embed(w http.ResponseWriter, r *http.Request, v *Visit, p Page) error {
	f := p.Base()
	fig, err := v.figure(f)
	if err != nil {
		return err
	}
	v.Query.Del(figureParameter) // the page itself shows all of its figures
	f.Alone = fig
	s.Render(w, r, "failure", p)
	return nil
}

// A frame must be as high as what it shows where that is highest, since nobody can ask it. Text is measured by its length.
const (
	aloneEdge   = 24  // margins left and right
	aloneRest   = 120 // margins, the fold of the table, the link back
	aloneFold   = 36  // the fold of the list of sources
	aloneTable  = 640 // a table longer than that is scrolled
	aloneMargin = 60  // of a table, around its rows
)

// aloneWidths are the widths at which a figure that stands alone must fit.
var aloneWidths = []int{320, 390, 700, 1000}

// phoneWidth is the width from which the drawing for a desk is shown.
const phoneWidth = 640

// textHeight is the height of a text of a size in a column, with lines of 1.5 of its size.
func textHeight(s string, width, size float64) float64 {
	const letter = 0.54 // the mean width of a letter, with what lines lose to whole words
	return math.Ceil(float64(utf8.RuneCountInString(s))*size*letter/width) * size * 1.5
}

// embedHeight is the height in which a figure that stands alone fits at the widths of a phone and of a desk.
func (f *Figure) embedHeight() int {
	high := 0.0
	for _, w := range aloneWidths {
		width := float64(w - aloneEdge)
		words := textHeight(f.FullName(), width, 18) + textHeight(f.Says(), min(width, 560), 16) + textHeight(f.Sub(), min(width, 560), 14) + textHeight(f.Source.Line(), width, 13)
		if f.Source.All() != nil {
			words += aloneFold
		}
		if f.Mapped() {
			for _, c := range f.page.Credits() {
				words += textHeight(c, width, 13)
			}
		}
		high = max(high, aloneRest+words+f.bodyHeight(w))
	}
	if !f.drawn() {
		high = min(high, aloneTable)
	}
	return int(high)
}

// bodyHeight is the height of the drawing or the table at a width of window.
func (f *Figure) bodyHeight(w int) float64 {
	width := float64(w - aloneEdge)
	if !f.drawn() {
		return f.tableHeight(width)
	}
	if w >= phoneWidth {
		return float64(f.Chart.Height(aloneDrawing)) * min(1, width/aloneDrawing)
	}
	narrow := f.Height[1]
	if narrow == 0 {
		narrow = f.Chart.Height(narrowDrawing)
	}
	return float64(narrow) * min(1, width/narrowDrawing)
}

// tableHeight is the height of the table, each column of which has its part of the width, and no less than a word takes. It ends where a table is
// long enough to be scrolled.
func (f *Figure) tableHeight(width float64) float64 {
	if len(f.Table.Rows) > aloneTable/20 {
		return aloneTable
	}
	view := f.View()
	column := max(75, width/float64(max(1, len(view.Heads))))
	high := float64(aloneMargin)
	row := func(texts []string) {
		most := 0.0
		for _, s := range texts {
			most = max(most, textHeight(s, column, 15))
		}
		high += most + 9
	}
	var texts []string
	for _, h := range view.Heads {
		texts = append(texts, h.Name+" "+h.Unit)
	}
	row(texts)
	for _, r := range view.Rows {
		texts = texts[:0]
		flags := 0.0
		for _, c := range r.Cells {
			texts = append(texts, c.Text)
			if len(c.Flags) > 0 {
				flags = 16
			}
		}
		row(texts)
		high += flags
	}
	for _, x := range view.Flags {
		high += textHeight(x.Symbol+" "+x.Meaning, width, 13)
	}
	return high
}
