package view

import (
	"context"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
	"nhipso/internal/workbook"
)

// WriteWorkbook writes an explanation as a workbook. The first sheet is the tree, one figure a row. On the second a reader computes the figure
// again: inputs stand in cells that may be changed, and live formulas follow them. Equations that a method solves stand on a third. A method
// that does not fit into cells has its inputs laid out, with what recomputes it.
//
// An explanation with an input that the reader may not see has no second sheet, and the first names no other input of that step: whoever has
// the result and all inputs but one has that one too. Its title and language are its own, whatever the properties say.
func (s *Speaker) WriteWorkbook(ctx context.Context, w io.Writer, n pipeline.Node, p workbook.Properties) error {
	b := &sheets{ctx: ctx, f: workbook.New(), s: s, formats: map[int]int{}}
	defer b.f.Close()
	tree := s.say("sheet-tree")
	b.try(b.f.SetSheetName("Sheet1", tree))
	b.try(workbook.Printable(b.f, tree, treeHead))
	b.styles()
	sentence, _ := s.Sentence(n)
	b.tree(tree, n, sentence)
	if sentence.Kind != Withheld && sentence.Kind != Reported && sentence.Kind != "" {
		b.recompute(s.say("sheet-recompute"), n, sentence)
	}
	if b.err != nil {
		return b.err
	}
	p.Title, p.Language = s.Heading(n), s.Lang
	return workbook.Write(b.f, w, p)
}

// sheets is a workbook being written; it keeps the first error.
type sheets struct {
	ctx                          context.Context
	f                            *excelize.File
	s                            *Speaker
	err                          error
	title, head, grey, wrap, day int
	formats                      map[int]int // number style by digits
}

func (b *sheets) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *sheets) style(x *excelize.Style) int { id, err := b.f.NewStyle(x); b.try(err); return id }

func (b *sheets) styles() {
	b.title = b.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 13}})
	b.head = b.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "bottom"}, Border: []excelize.Border{{Type: "bottom", Color: "444444", Style: 1}}})
	b.grey = b.style(&excelize.Style{Font: &excelize.Font{Color: "666666", Size: 9}})
	b.wrap = b.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	format := workbook.DayFormat
	b.day = b.style(&excelize.Style{CustomNumFmt: &format, Alignment: &excelize.Alignment{Horizontal: "left"}})
}

// number gives the style of numbers with n digits after the point; a cell that may be changed has a ground of its own.
func (b *sheets) number(n int, input bool) int {
	id := n * 2
	if input {
		id++
	}
	if x, ok := b.formats[id]; ok {
		return x
	}
	format := "#,##0"
	if n > 0 {
		format += "." + strings.Repeat("0", n)
	}
	x := &excelize.Style{CustomNumFmt: &format}
	if input {
		x.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFF6D6"}}
	}
	b.formats[id] = b.style(x)
	return b.formats[id]
}

func cellName(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic("view: " + err.Error()) // columns and rows are counted here, from 1
	}
	return name
}

// text writes words. The cell is a text cell: whatever the words begin with, nothing evaluates them.
func (b *sheets) text(sheet string, col, row int, words string, style int) {
	at := cellName(col, row)
	b.try(b.f.SetCellStr(sheet, at, words))
	if style != 0 {
		b.try(b.f.SetCellStyle(sheet, at, at, style))
	}
}

// value writes a number with the digits that it has.
func (b *sheets) value(sheet string, col, row int, d stat.Decimal, digits int, input bool) {
	at := cellName(col, row)
	b.try(b.f.SetCellFloat(sheet, at, d.Float64(), -1, 64))
	style := b.number(digits, input)
	b.try(b.f.SetCellStyle(sheet, at, at, style))
}

// formula writes a live formula with the value that it has now, for a program that does not calculate.
func (b *sheets) formula(sheet string, col, row int, formula string, now stat.Decimal, digits int) {
	at := cellName(col, row)
	b.try(b.f.SetCellFloat(sheet, at, now.Float64(), -1, 64))
	b.try(b.f.SetCellFormula(sheet, at, formula))
	style := b.number(digits, false)
	b.try(b.f.SetCellStyle(sheet, at, at, style))
}

// published writes when a figure was published: a day as a day where it is known, else the words for as much as is known.
func (b *sheets) published(sheet string, col, row int, v stat.Vintage) {
	n, ok := workbook.Day(v.Date)
	if !ok || v.Written != v.Date.String() {
		b.text(sheet, col, row, Vintage(b.s.Lang, v), 0)
		return
	}
	at := cellName(col, row)
	b.try(b.f.SetCellInt(sheet, at, int64(n)))
	b.try(b.f.SetCellStyle(sheet, at, at, b.day))
}

func (b *sheets) widths(sheet string, widths ...float64) {
	for i, w := range widths {
		name, err := excelize.ColumnNumberToName(i + 1)
		b.try(err)
		b.try(b.f.SetColWidth(sheet, name, name, w))
	}
}

// fewHeld is how many figures of a condition the tree lists.
const fewHeld = 60

// treeHead is the row of the headings of the tree.
const treeHead = 4

// columns of the tree.
var treeColumns = []string{"depth", "role-head", "dataflow", "series", "period", "value", "unit", "status", "evidence", "vintage", "document", "how"}

func (b *sheets) tree(sheet string, n pipeline.Node, sentence Sentence) {
	b.text(sheet, 1, 1, b.s.Heading(n), b.title)
	b.text(sheet, 1, 2, sentence.Text, 0)
	for i, id := range treeColumns {
		b.text(sheet, i+1, treeHead, b.s.say("col-"+id), b.head)
	}
	row := treeHead + 1
	b.branch(sheet, n, 0, &row)
	b.widths(sheet, 6, 18, 36, 40, 16, 18, 18, 20, 22, 16, 50, 60)
	b.try(b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: treeHead, TopLeftCell: "A5", ActivePane: "bottomLeft"}))
}

// branch writes the figures of a node and then those of its inputs.
func (b *sheets) branch(sheet string, n pipeline.Node, depth int, row *int) {
	s := b.s
	f, err := s.Dataflow(n.Cell.Dataflow)
	if err != nil {
		return
	}
	said, _ := s.Sentence(n)
	list := n.Versions
	switch {
	case n.Seen && depth > 1: // its figures stand further up
		return
	case n.Condition: // nothing was computed from it
		list, _ = Shown(n, fewHeld)
	}
	for _, v := range list {
		b.try(b.f.SetCellInt(sheet, cellName(1, *row), int64(depth)))
		// In the order of the columns: the library numbers texts as they come, and the same explanation is to give the same bytes.
		for col, words := range []string{Role(n.Role).In(s.Lang), f.Called(v.Key).In(s.Lang), s.Series(f, v.Key, nil).In(s.Lang), text.FormatPeriod(s.Lang, v.Period), "", s.Unit(f, v).In(s.Lang),
			s.Status(v).In(s.Lang), MarkFlag(v.Mark()).Name.In(s.Lang), "", s.Document(v)} {
			if words != "" {
				b.text(sheet, col+2, *row, words, 0)
			}
		}
		b.published(sheet, 10, *row, v.Vintage)
		if v.Value != nil {
			b.value(sheet, 6, *row, *v.Value, min(s.Decimals(f, v), 10), false)
		} else {
			b.text(sheet, 6, *row, s.Missing(v), 0)
		}
		b.text(sheet, 12, *row, said.Text, 0)
		*row++
	}
	if said.Kind == Withheld {
		return
	}
	for _, g := range s.Records(n) {
		for _, r := range g.Records {
			b.try(b.f.SetCellInt(sheet, cellName(1, *row), int64(depth+1)))
			b.text(sheet, 2, *row, g.Role.In(s.Lang), 0)
			b.text(sheet, 3, *row, r.ID+": "+r.Name.In(s.Lang), 0)
			*row++
		}
	}
	for _, c := range n.From {
		b.branch(sheet, c, depth+1, row)
	}
}

// Heading names the figure of a node.
func (s *Speaker) Heading(n pipeline.Node) string {
	f, err := s.Dataflow(n.Cell.Dataflow)
	if err != nil {
		return ""
	}
	out := s.name(f, n.Cell.Key)
	if !n.Cell.Period.IsZero() {
		out += ", " + text.FormatPeriodInline(s.Lang, n.Cell.Period)
	}
	return out
}
