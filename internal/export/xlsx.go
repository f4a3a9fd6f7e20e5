package export

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/stat"
)

// WriteXLSX writes a workbook: a sheet in Vietnamese, one in English, and one with source, vintage, notes, columns and status
// codes in both. Numbers are numbers with a format; headings are frozen; a status stands in a narrow column beside its figure.
func (t *Table) WriteXLSX(w io.Writer) error {
	if err := t.Check(); err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close()
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

func (t *Table) dataSheet(b *workbook, sheet, lang string) {
	const headRow = 3
	b.put(sheet, 1, 1, t.Title.In(lang), b.title)
	b.put(sheet, 1, 2, sourceLine(t, lang), b.grey)
	col := 0
	for i, c := range t.Columns {
		col++
		widest := utf8.RuneCountInString(c.Name.In(lang))/2 + 4
		b.put(sheet, col, headRow, c.Head(lang), b.head)
		for r, row := range t.Rows {
			if b.gone() {
				return
			}
			cell := row[i]
			if c.Kind != Number {
				s := cell.plain(c.Kind, lang)
				widest = max(widest, utf8.RuneCountInString(s)+1)
				b.put(sheet, col, headRow+1+r, s, 0)
				continue
			}
			if cell.Number != nil {
				digits := c.Decimals
				if digits < 0 {
					digits = cell.Number.Decimals()
				}
				b.put(sheet, col, headRow+1+r, cell.Number.Float64(), b.number(digits))
			}
		}
		b.width(sheet, col, float64(min(max(widest, 10), 48)))
		if c.Kind == Number && t.worded(i) {
			col++
			b.put(sheet, col, headRow, book.Say(lang, "printed-of", "name", c.Name.In(lang)), b.head)
			b.width(sheet, col, 20)
			for r, row := range t.Rows {
				if words := row[i].Label.In(lang); words != "" {
					b.put(sheet, col, headRow+1+r, words, b.grey)
				}
			}
		}
		if c.Kind == Number && t.flagged(i) {
			col++
			b.put(sheet, col, headRow, "", b.head)
			b.width(sheet, col, 3)
			for r, row := range t.Rows {
				if s := row[i].Status; s != "" && s != stat.Normal {
					b.put(sheet, col, headRow+1+r, string(s), b.grey)
				}
			}
		}
	}
	b.try(b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: headRow, TopLeftCell: "B4", ActivePane: "bottomRight"}))
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
	for _, s := range t.statuses() {
		line("about-statuses", string(s)+" = "+book.Say("vi", "status-"+string(s)), string(s)+" = "+book.Say("en", "status-"+string(s)))
	}
	b.width(sheet, 1, 34)
	b.width(sheet, 2, 60)
	b.width(sheet, 3, 60)
}

// statuses lists the status codes that occur, in order of code.
func (t *Table) statuses() []stat.Status {
	var out []stat.Status
	for _, s := range stat.Statuses() {
		found := false
		for _, row := range t.Rows {
			for _, c := range row {
				found = found || c.Status == s && s != stat.Normal
			}
		}
		if found {
			out = append(out, s)
		}
	}
	return out
}

// StatusName gives the words for a status code; "" for a normal figure.
func StatusName(lang string, s stat.Status) string {
	if s == "" || s == stat.Normal {
		return ""
	}
	return book.Say(lang, "status-"+string(s))
}
