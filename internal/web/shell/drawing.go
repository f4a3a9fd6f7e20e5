package shell

import (
	"encoding/json"
	"html/template"
	"io"
	"log/slog"
	"strconv"

	"nhipso/internal/chart"
	"nhipso/internal/fault"
)

// Widths of drawings inside pages: for a desk and for a phone. The page carries both and shows one, so that the text of a
// drawing keeps its size and no script is needed.
const (
	wideDrawing   = 1024
	sideDrawing   = 600
	narrowDrawing = 340
	aloneDrawing  = 720
)

// drawn reports whether the figure has a drawing.
func (f *Figure) drawn() bool { return f.Chart != nil && f.Chart.Check() == nil }

// Mapped reports whether the drawing is a map, whose outlines somebody else made.
func (f *Figure) Mapped() bool {
	return f.drawn() && (f.Chart.Kind == chart.Map || f.Chart.Kind == chart.Tiles)
}

// Wide is the drawing for a desk.
func (f *Figure) Wide() (template.HTML, error) {
	if f.page.Alone == f { // most pages that embed it have a column of text
		return f.inline("", aloneDrawing, 0)
	}
	if f.Side {
		return f.inline("", sideDrawing, 0)
	}
	return f.inline("", wideDrawing, f.Height[0])
}

// Narrow is the drawing for a phone.
func (f *Figure) Narrow() (template.HTML, error) { return f.inline("-hep", narrowDrawing, f.Height[1]) }

func (f *Figure) inline(suffix string, width, height int) (template.HTML, error) {
	if !f.drawn() {
		return "", nil
	}
	s := *f.Chart
	s.ID += suffix // both drawings are in the page, and identifiers must differ
	s.URL = ""     // not drawn here, and it would make the same drawing another one under another host
	ctx := f.v.R.Context()
	svg, err := f.v.Site.renderer.SVG(ctx, &s, chart.Options{Lang: f.v.Lang, Width: width, Height: height, Scheme: chart.Page, Bare: true})
	if err != nil { // a drawing that fails does not take the page along: the table says the same
		f.late, f.v.late = true, true
		f.v.Site.log.LogAttrs(ctx, slog.LevelWarn, "drawing", slog.String("id", f.ID), slog.String("path", f.v.Path), slog.String("error", err.Error()))
		return template.HTML(`<p class="notice">` + template.HTMLEscapeString(f.T("common.drawing-late")) + `</p>`), nil
	}
	return template.HTML(svg), nil
}

// Late reports, once the drawings were asked for, that one is not there; then the table is shown open.
func (f *Figure) Late() bool { return f.late }

// draw writes the drawing as a file.
func (f *Figure) draw(w io.Writer, format string) error {
	if !f.drawn() {
		return fault.New("web.no-drawing", "path", f.v.Path)
	}
	ctx, o := f.v.R.Context(), chart.Options{Lang: f.v.Lang, Width: wideDrawing, Height: f.Height[0], Scheme: chart.Auto}
	if format == "svg" {
		svg, err := f.v.Site.renderer.SVG(ctx, f.Chart, o)
		if err == nil {
			_, err = io.WriteString(w, svg)
		}
		return err
	}
	o.Scheme = chart.Light
	png, err := f.v.Site.renderer.PNG(ctx, f.Chart, o, 2)
	if err == nil {
		_, err = w.Write(png)
	}
	return err
}

// OptionURL is the address of the object that the browser draws from when the pointer comes near. Maps need none.
func (f *Figure) OptionURL() string {
	if !f.drawn() || f.Chart.Kind.Still() {
		return ""
	}
	return f.File(optionFormat)
}

// option writes the drawing as the object that ECharts takes, at the size the browser shows.
func (f *Figure) option(w io.Writer) error {
	if !f.drawn() || f.Chart.Kind.Still() { // maps are drawn on the server only
		return fault.New("web.no-drawing", "path", f.v.Path)
	}
	var wrong error
	size := func(name string, least, most, otherwise int) int {
		asked := f.v.Query.Get(name)
		if asked == "" {
			return otherwise
		}
		n, err := strconv.Atoi(asked)
		if err != nil {
			wrong = fault.New("web.no-code", "code", asked, "dimension", name)
		}
		return min(max(n, least), most)
	}
	width := size("w", 200, 2000, wideDrawing)
	height := size("h", 100, 2000, f.Chart.Height(width))
	if wrong != nil {
		return wrong
	}
	o, err := f.Chart.Option(f.v.Lang, width, height)
	if err != nil {
		return err
	}
	body, err := json.Marshal(o)
	if err == nil {
		_, err = w.Write(append(body, '\n'))
	}
	return err
}
