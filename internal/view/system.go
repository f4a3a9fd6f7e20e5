package view

import (
	"fmt"
	"regexp"

	"github.com/xuri/excelize/v2"

	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/workbook"
)

// solution gives the cell of an unknown on the sheet of equations, writing the system when it is first asked for: coefficients over the cells of
// the sheet before, what each row comes to, and the unknowns as the inverse matrix times it.
func (l *layout) solution(s *pipeline.System, unknown int) string {
	at, done := l.systems[s]
	if !done {
		at = l.write(s)
		l.systems[s] = at
	}
	return fmt.Sprintf("'%s'!$%s$%d", l.say("sheet-systems"), at.column, at.row+unknown)
}

// solved is where a system stands: the rows of its unknowns, the column of their values, and the range of its coefficients.
type solved struct {
	column       string
	row          int
	coefficients string
}

// write writes a system under those that stand on the sheet. One that shares its coefficients with another has only its right-hand side.
func (l *layout) write(s *pipeline.System) solved {
	sheet, n := l.say("sheet-systems"), len(s.Unknowns)
	var out solved
	if s.Of != nil {
		if _, done := l.systems[s.Of]; !done {
			l.systems[s.Of] = l.write(s.Of)
		}
		out.coefficients = l.systems[s.Of].coefficients
	}
	if l.below == 0 {
		_, err := l.f.NewSheet(sheet)
		l.try(err)
		l.try(workbook.Printable(l.f, sheet, 0))
		l.sheets.text(sheet, 1, 1, l.say("systems-note"), l.grey)
		l.try(l.f.SetColWidth(sheet, "A", "A", 44))
		l.below = 1
	}
	top := l.below + 2
	l.below, out.row = top+1+n, top+2
	l.sheets.text(sheet, 1, top, l.label("system-"+s.Name, stat.Period{}, s.Code, s.Number), l.title)
	for i, u := range s.Unknowns {
		l.sheets.text(sheet, 1, out.row+i, l.label("unknown-"+u.Name, u.Period, u.Code, 0), 0)
	}
	right := 2
	if s.Of == nil {
		right = n + 2
		out.coefficients = cellName(2, out.row) + ":" + cellName(n+1, out.row+n-1)
		for j, u := range s.Unknowns {
			l.sheets.text(sheet, j+2, top+1, l.label("unknown-"+u.Name, u.Period, u.Code, 0), l.head)
			for i := range n {
				l.coefficient(sheet, j+2, out.row+i, s.Left[pipeline.Place{Row: i, Column: j}])
			}
		}
	}
	l.sheets.text(sheet, right, top+1, l.say("col-right"), l.head)
	l.sheets.text(sheet, right+1, top+1, l.say("col-solution"), l.head)
	x, _ := s.Solve(l.values)
	for i, d := range x {
		l.coefficient(sheet, right, out.row+i, s.Right[i])
		at := cellName(right+1, out.row+i)
		l.try(l.f.SetCellFloat(sheet, at, d.Float64(), -1, 64))
		l.try(l.f.SetCellStyle(sheet, at, at, l.number(8, false)))
	}
	from, to := cellName(right+1, out.row), cellName(right+1, out.row+n-1)
	kind, ref := excelize.STCellFormulaTypeArray, from+":"+to
	l.try(l.f.SetCellFormula(sheet, from, fmt.Sprintf("MMULT(MINVERSE(%s),%s:%s)", out.coefficients, cellName(right, out.row), cellName(right, out.row+n-1)),
		excelize.FormulaOpts{Type: &kind, Ref: &ref}))
	column, err := excelize.ColumnNumberToName(right + 1)
	l.try(err)
	out.column = column
	return out
}

// coefficient writes a number as it is, and anything else as a formula over the sheet of inputs. A term that is not there is zero.
func (l *layout) coefficient(sheet string, col, row int, t pipeline.Term) {
	if t.Op == "" || t.Fixed() {
		now, _ := t.Eval(l.values)
		at := cellName(col, row)
		l.try(l.f.SetCellFloat(sheet, at, now.Float64(), -1, 64))
		return
	}
	now, _ := t.Eval(l.values)
	l.dense = true
	formula := plainCell.ReplaceAllString(l.excel(t), "${1}'"+l.sheet+"'!$2")
	l.dense = false
	l.formula(sheet, col, row, formula, now, 8)
}

// plainCell is a cell or the beginning of a range on the sheet of inputs.
var plainCell = regexp.MustCompile(`(^|[^A-Za-z!$:])(B[0-9]+)`)
