package shell

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"

	"nhipso/internal/catalog"
	"nhipso/internal/chart"
	"nhipso/internal/export"
	"nhipso/internal/fault"
)

// Figure is a drawing with its table: title, unit, source and vintage, and the ways to take it along.
type Figure struct {
	v *Visit

	ID       string // anchor on the page; "hinh" in the address of its files
	Title    catalog.Label
	Note     string                // a sentence under the title: unit, how to read it
	Source   string                // what the line under the drawing says: sources and vintage
	Table    *Table                // what the page shows
	Long     func() *Table         // what its files hold, when that is more than the page shows; made only when asked for
	Chart    *chart.Spec           // nil when there is nothing to draw
	Why      string                // address of the explanation of its newest or main figure
	Workbook func(io.Writer) error // writes the XLSX file, when it is more than the table
	Open     bool                  // the table is shown, not folded away
	Height   [2]int                // of the drawing for a desk and for a phone; 0 for its natural height
	Side     bool                  // the table stands beside the drawing where there is room
	late     bool                  // a drawing of it could not be had in time
	first    bool                  // its files are those of the page
}

// T gives a text.
func (f *Figure) T(id string, pairs ...any) string { return f.v.Say(id, pairs...) }

// Name is the title in the visitor's language.
func (f *Figure) Name() string { return f.Title.In(f.v.Lang) }

// View is the table of the figure.
func (f *Figure) View() *TableView {
	return f.v.View(f.Table)
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
	}
	return out
}

// Permalink is the address of the figure on its page.
func (f *Figure) Permalink() string { return f.v.Here() + "#" + f.ID }

// Download is a file of a figure.
type Download struct{ Name, URL string }

// Show puts a figure on the page.
func (f *Frame) Show(fig *Figure) *Figure {
	fig.v = f.v
	if fig.Chart != nil {
		f.v.Word(fig.Chart)
	}
	fig.first = len(f.Figures) == 0
	f.Figures = append(f.Figures, fig)
	return fig
}

// send gives the page's figure as a file.
func (s *Site) send(w http.ResponseWriter, v *Visit, f *Frame) error {
	var fig *Figure
	for _, x := range f.Figures {
		// The first figure answers, or for a drawing the first that has one, unless another is asked for.
		drawing := slices.Contains(drawingFormats, v.Format) || v.Format == optionFormat
		if fig == nil || x.ID == v.Query.Get("hinh") || drawing && fig.Chart == nil && v.Query.Get("hinh") == "" {
			fig = x
		}
	}
	if fig == nil {
		return fault.New("web.no-file", "path", v.Path, "format", v.Format)
	}
	var b bytes.Buffer
	until := export.Until(v.R.Context(), &b)
	var kind string
	var err error
	switch v.Format {
	case "csv":
		kind = "text/csv; charset=utf-8"
		err = fig.file().WriteCSV(until, export.CSVOptions{Lang: v.Lang, BOM: v.Query.Get("bom") == "1", Codes: v.Query.Get("ma") == "1"})
	case "json":
		kind = "application/json; charset=utf-8"
		err = fig.file().WriteJSON(until)
	case "xlsx":
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		write := fig.file().WriteXLSX
		if fig.Workbook != nil {
			write = fig.Workbook
		}
		err = write(until)
	case optionFormat:
		kind = "application/json; charset=utf-8"
		err = fig.option(&b)
	default:
		kind, err = fig.draw(&b, v.Format)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Access-Control-Allow-Origin", "*")
	disposition := "attachment"
	if v.Format == "svg" || v.Format == "png" || v.Format == "json" || v.Format == optionFormat {
		disposition = "inline"
	}
	h.Set("Content-Disposition", disposition+`; filename="`+fig.Table.ID+"."+v.Format+`"`)
	w.Write(b.Bytes()) //nolint:errcheck
	return nil
}

// file is the table of the figure with its source and address.
func (f *Figure) file() *export.Table {
	t := f.Table.Table
	if f.Long != nil {
		t = f.Long().Table
	}
	if t.URL == "" {
		t.URL = f.v.Site.Origin(f.v.R) + f.v.Here("lang", "")
	}
	if t.Source.Vi == "" {
		t.Source = catalog.Label{Vi: f.Source, En: f.Source}
	}
	if t.Licence == "" {
		t.Licence = f.v.Say("common.licence-short")
	}
	if t.Vintage == "" {
		t.Vintage = f.v.VintageLine()
	}
	return &t
}
