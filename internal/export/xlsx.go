package export

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/workbook"
)

// MaxRows is how many rows a workbook has at most. A worksheet could hold 1,048,576; programs that open one of that size take minutes.
const MaxRows = 100_000

// headRow is the row of the headings, under the title and the line of sources.
const headRow = 3

// WriteXLSX writes a workbook: a sheet in Vietnamese, one in English, and in both languages one with all documents where there are any, one with notes and what signs
// mean, one about the file. Numbers are numbers with a format, days are days, years numbers; periods are text as SDMX writes them, with their
// first day beside them. Headings are frozen, repeated on paper and those of a table; a status and a mark stand in columns beside their figure.
//
// Rows go to the file as they come. A table of more than MaxRows is refused before anything is written: the CSV has all of it.
func (t *Table) WriteXLSX(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	f := workbook.New()
	defer f.Close()
	b := &writer{f: f, until: w, formats: map[int]int{}}
	names := [...]string{book.Say("vi", "sheet-vi"), book.Say("en", "sheet-en"), book.Say("vi", "sheet-sources"), book.Say("vi", "sheet-notes"), book.Say("vi", "sheet-about")}
	b.try(f.SetSheetName("Sheet1", names[0]))
	b.styles()
	t.dataSheet(b, names[0], "vi", "so_lieu")
	b.sheet(names[1])
	t.dataSheet(b, names[1], "en", "data")
	t.sourcesSheet(b, names[2])
	t.notesSheet(b, names[3])
	t.aboutSheet(b, names[4])
	if b.gone() {
		return b.err
	}
	return workbook.Write(f, w, workbook.Properties{Title: t.Title.Vi, Creator: t.Publisher, Address: t.URL, Created: t.Release.At})
}

// writer keeps the first error, so that the layout below reads without one check a line.
type writer struct {
	f                            *excelize.File
	until                        io.Writer
	err                          error
	title, head, grey, wrap, day int
	formats                      map[int]int // number style by decimals; -1 for a year
	statuses                     []stat.Status
	marks                        []stat.Mark
}

func (b *writer) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// gone reports that there is nothing more to do: something failed, or nobody waits.
func (b *writer) gone() bool { b.try(ended(b.until)); return b.err != nil }

func (b *writer) sheet(name string) { _, err := b.f.NewSheet(name); b.try(err) }

func (b *writer) style(s *excelize.Style) int { id, err := b.f.NewStyle(s); b.try(err); return id }

func (b *writer) styles() {
	b.title = b.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 13}})
	b.head = b.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "bottom"},
		Border: []excelize.Border{{Type: "bottom", Color: "444444", Style: 1}}})
	b.grey = b.style(&excelize.Style{Font: &excelize.Font{Color: "666666", Size: 9}})
	b.wrap = b.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	format := workbook.DayFormat
	b.day = b.style(&excelize.Style{CustomNumFmt: &format, Alignment: &excelize.Alignment{Horizontal: "left", Vertical: "top"}})
}

// year is the style of a year: a number without a mark between thousands.
const year = -1

// number gives the style of numbers with n digits after the point.
func (b *writer) number(n int) int {
	if id, ok := b.formats[n]; ok {
		return id
	}
	format := "#,##0"
	switch {
	case n == year:
		format = "0"
	case n > 0:
		format += "." + strings.Repeat("0", n)
	}
	style := &excelize.Style{CustomNumFmt: &format}
	if n == year {
		style.Alignment = &excelize.Alignment{Horizontal: "left"}
	}
	b.formats[n] = b.style(style)
	return b.formats[n]
}

// sheetColumn is a column of a sheet: one of the file, or the first day of the periods of one.
type sheetColumn struct {
	head
	start bool
}

// layout lists the columns of a sheet. Periods that are no years have their first day beside them, to sort and to draw by.
func (t *Table) layout(lang string) []sheetColumn {
	var out []sheetColumn
	for _, h := range t.heads(lang, false) {
		out = append(out, sheetColumn{head: h})
		if t.Columns[h.at].Kind == Period && t.parted(h.at) {
			out = append(out, sheetColumn{head{h.at, "", book.Say(lang, "period-start", "name", h.name)}, true})
		}
	}
	return out
}

// parted reports whether column i holds, or may hold, periods other than years.
func (t *Table) parted(i int) bool {
	return t.Stream != nil || slices.ContainsFunc(t.Rows, func(row []Cell) bool {
		return !row[i].Period.IsZero() && row[i].Period.Frequency() != stat.Annual
	})
}

func (t *Table) dataSheet(b *writer, sheet, lang, name string) {
	if b.gone() {
		return
	}
	b.try(workbook.Printable(b.f, sheet, headRow))
	out, err := b.f.NewStreamWriter(sheet)
	if b.try(err); b.err != nil {
		return
	}
	columns := t.layout(lang)
	var head []any
	for i, c := range columns {
		b.try(out.SetColWidth(i+1, i+1, t.width(c, lang)))
		head = append(head, excelize.Cell{StyleID: b.head, Value: c.name})
	}
	b.try(out.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: headRow, TopLeftCell: "B4", ActivePane: "bottomRight"}))
	b.try(out.SetRow("A1", []any{excelize.Cell{StyleID: b.title, Value: t.Title.In(lang)}}))
	b.try(out.SetRow("A2", []any{excelize.Cell{StyleID: b.grey, Value: t.sourceLine(lang)}}))
	b.try(out.SetRow("A3", head))
	n, values := 0, make([]any, 0, len(head))
	b.try(t.each(b.until, func(row []Cell) error {
		if n++; n > MaxRows {
			return fault.New("export.too-many-rows", "id", t.ID, "max", MaxRows)
		}
		values = values[:0]
		for _, c := range columns {
			values = append(values, b.cell(row[c.at], t.Columns[c.at], c, lang))
		}
		for i := range row {
			b.seen(row[i])
		}
		return out.SetRow("A"+strconv.Itoa(headRow+n), values)
	}))
	b.table(out, columns, name, n)
	b.try(out.Flush())
}

// longestHead is what a table takes as the name of a column.
const longestHead = 255

// table makes the headings those of a table, so that it can be filtered and named in formulas.
func (b *writer) table(out *excelize.StreamWriter, columns []sheetColumn, name string, rows int) {
	if b.err != nil || rows == 0 || slices.ContainsFunc(columns, func(c sheetColumn) bool {
		return c.name == "" || utf8.RuneCountInString(c.name) > longestHead || strings.ContainsAny(c.name, "\r\n\t")
	}) {
		return
	}
	to, err := excelize.CoordinatesToCellName(len(columns), headRow+rows)
	b.try(err)
	plain := false
	b.try(out.AddTable(&excelize.Table{Range: "A" + strconv.Itoa(headRow) + ":" + to, Name: name, StyleName: "TableStyleLight1", ShowRowStripes: &plain}))
}

// width gives the width of a column: that of its longest text, where the rows are held.
func (t *Table) width(at sheetColumn, lang string) float64 {
	c := t.Columns[at.at]
	if at.beside != "" || at.start {
		return 14
	}
	widest := utf8.RuneCountInString(at.name)/2 + 4
	if t.Stream != nil && c.Kind == Text {
		widest = max(widest, 28)
	}
	for _, row := range t.Rows {
		if c.Kind != Number {
			widest = max(widest, utf8.RuneCountInString(row[at.at].plain(c.Kind, lang))+1)
		}
	}
	return float64(min(max(widest, 10), 48))
}

// cell is a cell as a worksheet takes it. A text is a text cell: never evaluated, whatever it starts with.
func (b *writer) cell(x Cell, c Column, at sheetColumn, lang string) any {
	switch {
	case at.start:
		return b.date(x.Period.From(), "")
	case at.beside != "":
		return b.small(x.besideOf(at.beside, lang))
	case c.Kind == Day:
		return b.written(x.day(lang))
	case c.Kind == Period:
		return b.period(x.Period)
	case c.Kind != Number:
		if s := x.plain(c.Kind, lang); s != "" {
			return s
		}
		return nil
	case x.Number == nil:
		return nil
	}
	digits := c.Decimals
	switch {
	case x.Digits > 0:
		digits = x.Digits - 1
	case digits < 0:
		digits = x.Number.Decimals()
	}
	return excelize.Cell{StyleID: b.number(digits), Value: x.Number.Float64()}
}

// period is a year as a number, a day as a day, anything else as SDMX writes it.
func (b *writer) period(p stat.Period) any {
	switch {
	case p.IsZero():
		return nil
	case p.Frequency() == stat.Annual:
		return excelize.Cell{StyleID: b.number(year), Value: p.Year()}
	case p.Frequency() == stat.Daily:
		return b.date(p.From(), p.String())
	}
	return p.String()
}

// written is a day as far as it is known: a day as one, a year as a number, a month as it is written.
func (b *writer) written(day string) any {
	if day == "" {
		return nil
	}
	p, err := stat.ParsePeriod(day)
	if err != nil || p.Frequency() != stat.Annual && p.Frequency() != stat.Daily {
		return day
	}
	return b.period(p)
}

// date is a day, or the words for one that no worksheet can write.
func (b *writer) date(d stat.Date, words string) any {
	if d.IsZero() {
		return nil
	}
	n, ok := workbook.Day(d)
	if !ok && words == "" {
		words = d.String()
	}
	if !ok {
		return words
	}
	return excelize.Cell{StyleID: b.day, Value: n}
}

// small is a cell in small grey letters.
func (b *writer) small(s string) any {
	if s == "" {
		return nil
	}
	return excelize.Cell{StyleID: b.grey, Value: s}
}

// seen notes the status and the mark of a cell, to be explained on the sheet of notes.
func (b *writer) seen(c Cell) {
	if s := stat.Status(c.status()); s != "" && s != stat.Normal && !slices.Contains(b.statuses, s) {
		b.statuses = append(b.statuses, s)
	}
	if c.Mark != "" && !slices.Contains(b.marks, c.Mark) {
		b.marks = append(b.marks, c.Mark)
	}
}

// sourceLine is what stands under the title: sources, the release, and where all of it is.
func (t *Table) sourceLine(lang string) string {
	var said []string
	if t.Source.In(lang) != "" {
		said = append(said, book.Say(lang, "about-source")+": "+t.Source.In(lang))
	}
	if t.Vintage.In(lang) != "" {
		said = append(said, book.Say(lang, "about-vintage")+": "+t.Vintage.In(lang))
	}
	return strings.Join(said, " · ")
}
