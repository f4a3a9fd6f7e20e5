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
	"nhipso/internal/view"
)

// MaxRows is how many rows a workbook has at most. A worksheet could hold 1,048,576; programs that open one of that size take minutes.
const MaxRows = 100_000

// WriteXLSX writes a workbook: a sheet in Vietnamese, one in English, and one with source, vintage, notes, columns and status
// codes in both. Numbers are numbers with a format; headings are frozen; a status stands in a narrow column beside its figure.
//
// Rows go to the file as they come. A table of more than MaxRows is refused before anything is written: the CSV has all of it.
func (t *Table) WriteXLSX(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close()
	f.SetZipWriter(newSortedZip)
	b := &workbook{f: f, until: w, formats: map[int]int{}}
	vi, en, about := book.Say("vi", "sheet-vi"), book.Say("en", "sheet-en"), book.Say("vi", "sheet-about")
	b.try(f.SetSheetName("Sheet1", vi))
	b.sheet(en)
	b.sheet(about)
	b.title = b.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 13}})
	b.head = b.style(&excelize.Style{Font: &excelize.Font{Bold: true},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "bottom"},
		Border:    []excelize.Border{{Type: "bottom", Color: "444444", Style: 1}}})
	b.grey = b.style(&excelize.Style{Font: &excelize.Font{Color: "666666", Size: 9}})
	b.wrap = b.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	t.dataSheet(b, vi, "vi")
	t.dataSheet(b, en, "en")
	t.aboutSheet(b, about)
	if b.gone() {
		return b.err
	}
	return f.Write(w)
}

// workbook keeps the first error, so that the layout below reads without one check a line.
type workbook struct {
	f                       *excelize.File
	until                   io.Writer
	err                     error
	title, head, grey, wrap int
	formats                 map[int]int // number style by decimals
	statuses                []stat.Status
}

func (b *workbook) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// gone reports that there is nothing more to do: something failed, or nobody waits.
func (b *workbook) gone() bool { b.try(ended(b.until)); return b.err != nil }

func (b *workbook) sheet(name string) { _, err := b.f.NewSheet(name); b.try(err) }

func (b *workbook) style(s *excelize.Style) int { id, err := b.f.NewStyle(s); b.try(err); return id }

// number gives the style of numbers with n digits after the point.
func (b *workbook) number(n int) int {
	if id, ok := b.formats[n]; ok {
		return id
	}
	format := "#,##0"
	if n > 0 {
		format += "." + strings.Repeat("0", n)
	}
	b.formats[n] = b.style(&excelize.Style{CustomNumFmt: &format})
	return b.formats[n]
}

func (b *workbook) put(sheet string, col, row int, v any, style int) {
	cell, err := excelize.CoordinatesToCellName(col, row)
	b.try(err)
	if s, ok := v.(string); ok {
		b.try(b.f.SetCellStr(sheet, cell, s)) // a text cell: never evaluated, whatever it starts with
	} else {
		b.try(b.f.SetCellValue(sheet, cell, v))
	}
	if style != 0 {
		b.try(b.f.SetCellStyle(sheet, cell, cell, style))
	}
}

func (b *workbook) width(sheet string, col int, w float64) {
	name, err := excelize.ColumnNumberToName(col)
	b.try(err)
	b.try(b.f.SetColWidth(sheet, name, name, w))
}

// extra is a narrow column beside a column of numbers: the words that are printed, or the codes of statuses.
type extra struct{ words, status bool }

func (t *Table) dataSheet(b *workbook, sheet, lang string) {
	if b.gone() {
		return
	}
	out, err := b.f.NewStreamWriter(sheet)
	if b.try(err); b.err != nil {
		return
	}
	beside := make([]extra, len(t.Columns))
	col := 0
	var head []any
	for i, c := range t.Columns {
		beside[i] = extra{c.Kind == Number && t.worded(i), c.Kind == Number && t.flagged(i)}
		col++
		b.try(out.SetColWidth(col, col, t.width(i, lang)))
		head = append(head, excelize.Cell{StyleID: b.head, Value: c.Head(lang)})
		if beside[i].words {
			col++
			b.try(out.SetColWidth(col, col, 20))
			head = append(head, excelize.Cell{StyleID: b.head, Value: book.Say(lang, "printed-of", "name", c.Name.In(lang))})
		}
		if beside[i].status {
			col++
			b.try(out.SetColWidth(col, col, 3))
			head = append(head, excelize.Cell{StyleID: b.head, Value: ""})
		}
	}
	const headRow = 3
	b.try(out.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: headRow, TopLeftCell: "B4", ActivePane: "bottomRight"}))
	b.try(out.SetRow("A1", []any{excelize.Cell{StyleID: b.title, Value: t.Title.In(lang)}}))
	b.try(out.SetRow("A2", []any{excelize.Cell{StyleID: b.grey, Value: sourceLine(t, lang)}}))
	b.try(out.SetRow("A3", head))
	n, values := 0, make([]any, 0, len(head))
	b.try(t.each(b.until, func(row []Cell) error {
		if n++; n > MaxRows {
			return fault.New("export.too-many-rows", "id", t.ID, "max", MaxRows)
		}
		values = values[:0]
		for i, c := range t.Columns {
			values = append(values, b.cell(row[i], c, lang))
			if beside[i].words {
				values = append(values, b.small(row[i].Label.In(lang)))
			}
			if beside[i].status {
				s := row[i].Status
				if s == stat.Normal {
					s = ""
				}
				values = append(values, b.small(string(s)))
			}
			b.seen(row[i].Status)
		}
		return out.SetRow("A"+strconv.Itoa(headRow+n), values)
	}))
	b.try(out.Flush())
}

// width gives the width of a column: that of its longest text, where the rows are held.
func (t *Table) width(i int, lang string) float64 {
	c := t.Columns[i]
	widest := utf8.RuneCountInString(c.Name.In(lang))/2 + 4
	if t.Stream != nil && c.Kind == Text {
		widest = max(widest, 28)
	}
	for _, row := range t.Rows {
		if c.Kind != Number {
			widest = max(widest, utf8.RuneCountInString(row[i].plain(c.Kind, lang))+1)
		}
	}
	return float64(min(max(widest, 10), 48))
}

// cell is a cell as a worksheet takes it. A text is a text cell: never evaluated, whatever it starts with.
func (b *workbook) cell(x Cell, c Column, lang string) any {
	switch {
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

// small is a cell in small grey letters.
func (b *workbook) small(s string) any {
	if s == "" {
		return nil
	}
	return excelize.Cell{StyleID: b.grey, Value: s}
}

// seen notes a status, to be explained on the last sheet.
func (b *workbook) seen(s stat.Status) {
	if s != stat.Normal && slices.Contains(stat.Statuses(), s) && !slices.Contains(b.statuses, s) {
		b.statuses = append(b.statuses, s)
	}
}

func sourceLine(t *Table, lang string) string {
	s := book.Say(lang, "about-source") + ": " + t.Source.In(lang)
	if t.Vintage != "" {
		s += " · " + book.Say(lang, "about-vintage") + ": " + t.Vintage
	}
	return s
}

func (t *Table) aboutSheet(b *workbook, sheet string) {
	row := 0
	line := func(word, vi, en string) {
		row++
		b.put(sheet, 1, row, book.Say("vi", word)+" / "+book.Say("en", word), b.head)
		b.put(sheet, 2, row, vi, b.wrap)
		b.put(sheet, 3, row, en, b.wrap)
	}
	line("about-title", t.Title.In("vi"), t.Title.In("en"))
	line("about-source", t.Source.In("vi"), t.Source.In("en"))
	for _, x := range []struct{ word, s string }{{"about-vintage", t.Vintage}, {"about-url", t.URL}, {"about-licence", t.Licence}} {
		if x.s != "" {
			line(x.word, x.s, x.s)
		}
	}
	for _, n := range t.Notes {
		line("about-note", n.In("vi"), n.In("en"))
	}
	for _, c := range t.Columns {
		line("about-columns", c.Head("vi"), c.Head("en"))
	}
	slices.Sort(b.statuses)
	for _, s := range b.statuses {
		line("about-statuses", string(s)+" = "+view.StatusFlag(s).Name.Vi, string(s)+" = "+view.StatusFlag(s).Name.En)
	}
	b.width(sheet, 1, 34)
	b.width(sheet, 2, 60)
	b.width(sheet, 3, 60)
}

// StatusName gives the words for a status code; "" for a normal figure.
func StatusName(lang string, s stat.Status) string {
	if s == "" || s == stat.Normal {
		return ""
	}
	return view.StatusFlag(s).Short.In(lang)
}
