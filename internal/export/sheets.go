package export

import (
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/stat"
	"nhipso/internal/view"
	"nhipso/internal/workbook"
)

// plainSheet writes a sheet of rows under one row of headings, each heading in both languages.
func (b *writer) plainSheet(sheet string, widths []float64, heads []string, rows [][]any) {
	if b.gone() {
		return
	}
	b.sheet(sheet)
	b.try(workbook.Printable(b.f, sheet, min(len(heads), 1)))
	out, err := b.f.NewStreamWriter(sheet)
	if b.try(err); b.err != nil {
		return
	}
	for i, w := range widths {
		b.try(out.SetColWidth(i+1, i+1, w))
	}
	first := 1
	if len(heads) > 0 {
		var head []any
		for _, id := range heads {
			head = append(head, excelize.Cell{StyleID: b.head, Value: bilingual(id)})
		}
		b.try(out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
		b.try(out.SetRow("A1", head))
		first = 2
	}
	for i, row := range rows {
		b.try(out.SetRow("A"+strconv.Itoa(first+i), row))
	}
	b.try(out.Flush())
}

// bilingual is a heading of a sheet that stands in both languages.
func bilingual(id string) string {
	vi, en := book.Say("vi", id), book.Say("en", id)
	if vi == en {
		return vi
	}
	return vi + " / " + en
}

// wrapped is a text that may take several lines.
func (b *writer) wrapped(s string) any {
	if s == "" {
		return nil
	}
	return excelize.Cell{StyleID: b.wrap, Value: s}
}

// sourcesSheet lists every document, whole.
func (t *Table) sourcesSheet(b *writer, sheet string) {
	var rows [][]any
	for _, d := range t.documents() {
		marks := make([]string, len(d.Marks))
		for i, m := range d.Marks {
			marks[i] = string(m)
			b.seen(Cell{Mark: m})
		}
		rows = append(rows, []any{b.wrapped(d.ID), b.wrapped(d.Title.In("vi")), b.wrapped(d.Title.In("en")), b.wrapped(d.Publisher.In("vi")), b.wrapped(d.Publisher.In("en")),
			b.written(d.Date), b.wrapped(d.Address), b.wrapped(strings.Join(marks, ", ")), b.wrapped(d.Note.In("vi")), b.wrapped(d.Note.In("en"))})
	}
	if len(rows) == 0 {
		return
	}
	b.plainSheet(sheet, []float64{18, 48, 48, 30, 30, 13, 48, 12, 36, 36},
		[]string{"source-id", "source-title-vi", "source-title-en", "source-publisher-vi", "source-publisher-en", "source-day", "source-address", "source-mark", "source-note-vi", "source-note-en"}, rows)
}

// notesSheet says what a reader of the figures must know: notes, columns with their units, and what each status and mark in the table means.
func (t *Table) notesSheet(b *writer, sheet string) {
	var rows [][]any
	line := func(kind, code, vi, en string) {
		rows = append(rows, []any{b.wrapped(bilingual(kind)), b.wrapped(code), b.wrapped(vi), b.wrapped(en)})
	}
	for _, n := range t.Notes {
		line("note", "", n.In("vi"), n.In("en"))
	}
	for _, c := range t.Columns {
		if !c.Machine {
			line("note-column", c.ID, c.Head("vi"), c.Head("en"))
		}
	}
	slices.Sort(b.statuses)
	for _, s := range b.statuses {
		line("note-status", string(s), view.StatusFlag(s).Name.Vi, view.StatusFlag(s).Name.En)
	}
	for _, m := range stat.Marks() {
		if slices.Contains(b.marks, m) {
			line("note-mark", string(m), view.MarkFlag(m).Name.Vi, view.MarkFlag(m).Name.En)
		}
	}
	b.plainSheet(sheet, []float64{26, 18, 60, 60}, []string{"col-kind", "col-code", "col-vi", "col-en"}, rows)
}

// aboutSheet says what the file is: release, day, address, licence, how to cite it.
func (t *Table) aboutSheet(b *writer, sheet string) {
	var rows [][]any
	line := func(id, vi, en string) {
		if vi != "" {
			rows = append(rows, []any{excelize.Cell{StyleID: b.head, Value: bilingual(id)}, b.wrapped(vi), b.wrapped(en)})
		}
	}
	line("about-title", t.Title.In("vi"), t.Title.In("en"))
	line("about-source", t.Source.In("vi"), t.Source.In("en"))
	line("about-vintage", t.Vintage.In("vi"), t.Vintage.In("en"))
	if !t.Release.At.IsZero() {
		rows = append(rows, []any{excelize.Cell{StyleID: b.head, Value: bilingual("about-day")}, b.date(stat.DateOf(t.Release.At), "")})
	}
	line("about-publisher", t.Publisher, t.Publisher)
	line("about-url", t.URL, t.URL)
	line("about-licence", t.Licence, t.Licence)
	cite := t.citation()
	line("about-citation", cite.In("vi"), cite.In("en"))
	b.plainSheet(sheet, []float64{34, 60, 60}, nil, rows)
}

// StatusName gives the words for a status code; "" for a normal figure.
func StatusName(lang string, s stat.Status) string {
	if s == "" || s == stat.Normal {
		return ""
	}
	return view.StatusFlag(s).Short.In(lang)
}
