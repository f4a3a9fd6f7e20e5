package shell

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/cube"
	"nhipso/internal/export"
	"nhipso/internal/fault"
)

// Figure is a drawing with its table: title, unit, source and vintage, and the ways to take it along.
type Figure struct {
	v    *Visit
	page *Frame

	ID       string // anchor on the page; "hinh" in the address of its files
	Title    catalog.Label
	Note     string                // a sentence under the title: unit, how to read it
	Source   Credit                // what the line under the drawing says, and its files: sources and vintage
	Table    *Table                // what the page shows
	Long     func() *Table         // what its files hold, when that is more than the page shows; made only when asked for
	Stream   func() *export.Table  // the same, of any size: its rows are made as they are written
	Chart    *chart.Spec           // nil when there is nothing to draw
	Why      string                // address of the explanation of its newest or main figure
	Workbook func(io.Writer) error // writes the XLSX file, when it is more than the table
	Open     bool                  // the table is shown, not folded away
	Height   [2]int                // of the drawing for a desk and for a phone; 0 for its natural height
	Lead     *cube.Version         // the figure that it is about, when it is about one
	Side     bool                  // the table stands beside the drawing where there is room
	late     bool                  // a drawing of it could not be had in time
	first    bool                  // its files are those of the page
	same     int                   // how many figures before it on the page have its name
}

// T gives a text.
func (f *Figure) T(id string, pairs ...any) string { return f.v.Say(id, pairs...) }

// Name is the title in the visitor's language.
func (f *Figure) Name() string { return f.Title.In(f.v.Lang) }

// Says is the sentence that says what the drawing shows, or "".
func (f *Figure) Says() string {
	if f.Chart == nil {
		return ""
	}
	return f.Chart.Says.In(f.v.Lang)
}

// Sub is what stands under the title: how to read the drawing, in the words that its picture has too, and the note of the page; what the one says,
// the other does not say again.
func (f *Figure) Sub() string {
	if !f.drawn() {
		return f.Note
	}
	reading, unit := f.Chart.Reading(f.v.Lang), f.Chart.Unit.In(f.v.Lang)
	if f.Note == "" || f.Note == unit || strings.HasPrefix(reading, f.Note) {
		return reading
	}
	return reading + " " + f.Note
}

// View is the table of the figure.
func (f *Figure) View() *TableView {
	out := f.v.View(f.Table)
	// A table is a region, which readers of a screen tell apart by name.
	if out.Caption = f.Name(); f.same > 0 {
		out.Caption += " (" + strconv.Itoa(f.same+1) + ")"
	}
	return out
}

// File is the address of the figure in a format.
func (f *Figure) File(format string) string {
	if f.first {
		return f.v.File(format)
	}
	return f.v.File(format, "hinh", f.ID)
}

// Files lists the downloads.
func (f *Figure) Files() []Download {
	var out []Download
	list := tableFormats
	if f.Chart != nil {
		list = append(append([]string(nil), tableFormats...), drawingFormats...)
	}
	for _, x := range list {
		out = append(out, Download{strings.ToUpper(x), f.File(x)})
		if x != "csv" {
			continue
		}
		out = append(out, Download{f.v.Say("common.csv-spreadsheet"), f.with(x, "bom")})
		if f.Stream != nil {
			out = append(out, Download{f.v.Say("common.csv-codes"), f.with(x, "ma")})
		}
	}
	return out
}

// with is the address of the figure in a format with a choice of how it is written.
func (f *Figure) with(format, choice string) string {
	if f.first {
		return f.v.File(format, choice, "1")
	}
	return f.v.File(format, "hinh", f.ID, choice, "1")
}

// Permalink is the address of the figure on its page.
func (f *Figure) Permalink() string { return f.v.Here() + "#" + f.ID }

// Download is a file of a figure.
type Download struct{ Name, URL string }

// Show puts a figure on the page.
func (f *Frame) Show(fig *Figure) *Figure {
	fig.v, fig.page = f.v, f
	if fig.Chart != nil {
		f.v.Word(fig.Chart)
	}
	fig.first = len(f.Figures) == 0
	for _, x := range f.Figures {
		if x.Name() == fig.Name() {
			fig.same++
		}
	}
	f.Figures = append(f.Figures, fig)
	return fig
}

// figure is the one that an address asks for: the first of the page, or for a drawing the first that has one, unless another is named. A name that
// the page has not is told, so that nobody takes the figures of one thing for those of another.
func (v *Visit) figure(f *Frame) (*Figure, error) {
	asked := v.Query.Get(figureParameter)
	drawing := slices.Contains(drawingFormats, v.Format) || v.Format == optionFormat
	var fig *Figure
	var names []string
	for _, x := range f.Figures {
		if asked == "" && (fig == nil || drawing && fig.Chart == nil) || asked != "" && x.ID == asked {
			fig = x
		}
		names = append(names, x.ID)
	}
	switch {
	case fig != nil:
		return fig, nil
	case asked != "" && len(names) > 0:
		return nil, fault.New("web.no-figure", "names", strings.Join(names, ", "))
	}
	return nil, fault.New("web.no-file", "path", v.Path, "format", v.Format)
}

// send gives the page's figure as a file.
func (s *Site) send(w http.ResponseWriter, v *Visit, f *Frame) error {
	fig, err := v.figure(f)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Content-Type", kinds[v.Format])
	disposition := "attachment"
	if v.Format == "svg" || v.Format == "png" || v.Format == shareFormat || v.Format == "json" || v.Format == optionFormat {
		disposition = "inline"
	}
	h.Set("Content-Disposition", disposition+`; filename="`+fig.Table.ID+"."+v.Format+`"`)
	if v.Format == "csv" { // a file of rows has no room for its documents, licence and release
		h.Set("Link", "<"+fig.File("json")+`>; rel="describedby"; type="application/json"`)
	}
	out := &counted{w: w}
	err = fig.write(export.Until(v.R.Context(), out))
	if err != nil && out.n > 0 {
		panic(http.ErrAbortHandler) // a part was sent: cut the connection, so that nobody takes it for the whole
	}
	if err != nil {
		h.Del("Content-Disposition")
	}
	return err
}

// kinds are the media types of formats.
var kinds = map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"svg": "image/svg+xml; charset=utf-8", "png": "image/png", shareFormat: "image/png", bibFormat: "application/x-bibtex; charset=utf-8", risFormat: "application/x-research-info-systems; charset=utf-8",
	optionFormat: "application/json; charset=utf-8"}

// counted counts what was written.
type counted struct {
	w http.ResponseWriter
	n int
}

// Write writes on.
func (c *counted) Write(b []byte) (int, error) { c.n += len(b); return c.w.Write(b) }

// write writes the figure in the format asked for.
func (f *Figure) write(w io.Writer) error {
	v := f.v
	switch v.Format {
	case "csv":
		return f.file().WriteCSV(w, export.CSVOptions{Lang: v.Lang, BOM: v.Query.Get("bom") == "1", Codes: v.Query.Get("ma") == "1"})
	case "json":
		return f.file().WriteJSON(w)
	case "xlsx":
		if f.Workbook != nil {
			return f.Workbook(w)
		}
		return f.file().WriteXLSX(w)
	case optionFormat:
		return f.option(w)
	case bibFormat, risFormat:
		return f.cite(w, v.Format)
	case shareFormat:
		return f.share(w)
	}
	return f.draw(w, v.Format)
}

// file is the table of the figure with its source and address.
func (f *Figure) file() *export.Table {
	t := f.Table.Table
	if f.Long != nil {
		t = f.Long().Table
	}
	if f.Stream != nil {
		t = *f.Stream()
	}
	if f.Chart != nil && f.Chart.Says.Vi != "" {
		t.Notes = append([]catalog.Label{f.Chart.Says}, t.Notes...)
	}
	t.URL = f.v.Site.Origin(f.v.R) + f.v.address()
	if said := f.Source.words(); said.Vi != "" && f.Stream == nil {
		t.Source = said
	}
	if t.Documents == nil {
		t.Documents = f.Source.documents
	}
	if t.Licence == "" {
		t.Licence = f.v.Say("common.licence-short")
	}
	t.Shows(f.v.Current.Release, f.v.Snap.Catalog, f.v.AsOf, f.v.Site.publisher)
	return &t
}
