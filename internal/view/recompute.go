package view

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// Columns of the second sheet.
const (
	colName = 1 + iota
	colValue
	colUnit
	colSource
)

// recompute lays out the inputs of a figure and the formula over them. The result stands under the inputs, beside what is stored.
func (b *sheets) recompute(sheet string, n pipeline.Node, sentence Sentence) {
	s := b.s
	_, err := b.f.NewSheet(sheet)
	b.try(err)
	b.text(sheet, 1, 1, s.Heading(n), b.title)
	b.text(sheet, 1, 2, sentence.Text, 0)
	l := &layout{sheets: b, sheet: sheet, speech: s.speech(n), row: 5, at: map[string]string{}}
	v := n.Versions[0]
	arithmetic := n.Formula != nil && n.Formula.Term != nil && v.Value != nil
	if arithmetic {
		got, ok := n.Formula.Eval(l.values)
		arithmetic = ok && got.Cmp(*v.Value) == 0
	}
	b.text(sheet, 1, 3, s.say(map[bool]string{true: "change-inputs", false: "inputs-only"}[arithmetic], "recipe", recipeOf(n), "cell", v.Cell().String()), b.grey)
	for i, id := range []string{"input", "value", "unit", "document"} {
		b.text(sheet, i+1, 4, s.say("col-"+id), b.head)
	}
	b.widths(sheet, 70, 22, 20, 60)
	if arithmetic {
		l.arithmetic(n, v)
		return
	}
	for _, c := range n.From {
		if c.Condition {
			continue
		}
		for _, o := range c.Versions {
			l.input(o)
		}
	}
	if n.Formula != nil && len(n.Formula.Facts) > 0 {
		l.facts(n)
	}
	l.row++
	l.stored(v)
}

func recipeOf(n pipeline.Node) string {
	if n.Run == nil {
		return ""
	}
	return n.Run.Recipe
}

// layout puts the figures of a formula into cells.
type layout struct {
	*sheets
	*speech
	sheet string
	row   int
	at    map[string]string // the cell of a figure or a parameter, by what it is
}

func (l *layout) say(id string, pairs ...any) string { return l.Speaker.say(id, pairs...) }

// input writes a figure into the next row and gives its cell; a figure that is there already is not written twice.
func (l *layout) input(o cube.Version) string {
	id := fmt.Sprint(o.Cell(), o.Message, o.Vintage.Date)
	if at, ok := l.at[id]; ok {
		return at
	}
	f, err := l.Dataflow(o.Dataflow)
	if err != nil {
		return ""
	}
	l.sheets.text(l.sheet, colName, l.row, l.name(f, o.Key)+", "+text.FormatPeriodInline(l.Lang, o.Period), 0)
	if o.Value != nil {
		l.value(l.sheet, colValue, l.row, *o.Value, max(l.Decimals(f, o), min(o.Value.Decimals(), 8)), true)
	} else {
		l.sheets.text(l.sheet, colValue, l.row, l.Missing(o), 0)
	}
	l.sheets.text(l.sheet, colUnit, l.row, l.Unit(f, o).In(l.Lang), 0)
	l.sheets.text(l.sheet, colSource, l.row, l.Document(o), 0)
	l.at[id] = cellName(colValue, l.row)
	l.row++
	return l.at[id]
}

// arithmetic writes inputs, steps and the result of a formula.
func (l *layout) arithmetic(n pipeline.Node, v cube.Version) {
	l.gather(*n.Formula.Term)
	l.row++
	formula := l.excel(*n.Formula.Term)
	if n.Formula.Digits != nil {
		formula = fmt.Sprintf("ROUND(%s,%d)", formula, *n.Formula.Digits)
	}
	l.row++
	digits := l.decimals(v)
	f, _ := l.Dataflow(v.Dataflow)
	l.sheets.text(l.sheet, colName, l.row, l.say("result"), l.head)
	l.formula(l.sheet, colValue, l.row, formula, digits)
	l.sheets.text(l.sheet, colUnit, l.row, l.Unit(f, v).In(l.Lang), 0)
	result := cellName(colValue, l.row)
	l.row++
	stored := l.stored(v)
	l.sheets.text(l.sheet, colName, l.row, l.say("difference"), 0)
	l.formula(l.sheet, colValue, l.row, result+"-"+stored, digits)
}

// stored writes the figure as it is published.
func (l *layout) stored(v cube.Version) string {
	f, _ := l.Dataflow(v.Dataflow)
	l.sheets.text(l.sheet, colName, l.row, l.say("stored"), 0)
	if v.Value != nil {
		l.value(l.sheet, colValue, l.row, *v.Value, l.decimals(v), false)
	} else {
		l.sheets.text(l.sheet, colValue, l.row, l.Missing(v), 0)
	}
	l.sheets.text(l.sheet, colUnit, l.row, l.Unit(f, v).In(l.Lang), 0)
	l.row++
	return cellName(colValue, l.row-1)
}

// facts writes the numbers that matter in a method, each by a live formula over the inputs.
func (l *layout) facts(n pipeline.Node) {
	if !slices.ContainsFunc(n.Formula.Facts, l.listed) {
		return
	}
	l.row++
	l.sheets.text(l.sheet, colName, l.row, l.say("facts"), l.head)
	l.row++
	for _, x := range n.Formula.Facts {
		if !l.listed(x) {
			continue
		}
		l.gather(x.Term)
		formula := l.excel(x.Term)
		q := l.quantity(x.Term)
		l.sheets.text(l.sheet, colName, l.row, l.say("fact-"+x.Name), 0)
		l.formula(l.sheet, colValue, l.row, formula, min(q.decimals, 8))
		l.sheets.text(l.sheet, colUnit, l.row, l.unitText(q.unit, q.mult), 0)
		l.row++
	}
}

// listed reports whether a fact has a value and words.
func (l *layout) listed(x pipeline.Fact) bool {
	_, ok := x.Term.Eval(l.values)
	return ok && book.Has("fact-"+x.Name)
}

// gather writes the inputs of a term, from left to right, and its parameters.
func (l *layout) gather(t pipeline.Term) {
	switch t.Op {
	case pipeline.OpFigure, pipeline.OpBeside:
		if o, ok := l.find(t); ok {
			l.input(o)
		}
	case pipeline.OpParam:
		if _, done := l.at["param "+t.Param]; done {
			return
		}
		d, _ := t.Eval(l.values)
		l.sheets.text(l.sheet, colName, l.row, l.say("assumption"), 0)
		l.value(l.sheet, colValue, l.row, d, d.Decimals(), true)
		l.at["param "+t.Param] = cellName(colValue, l.row)
		l.row++
	}
	for _, x := range t.Of {
		l.gather(x)
	}
}

// excel writes a term as a formula of a spreadsheet over the cells of its figures.
func (l *layout) excel(t pipeline.Term) string {
	switch t.Op {
	case pipeline.OpFigure, pipeline.OpBeside:
		o, _ := l.find(t)
		return l.input(o)
	case pipeline.OpNumber:
		return t.Number.String()
	case pipeline.OpParam:
		return l.at["param "+t.Param]
	case pipeline.OpRank:
		return "1+COUNTIF(" + l.span(t.Of[1:]) + `,">"&` + l.excel(t.Of[0]) + ")"
	case pipeline.OpSum, pipeline.OpMean, pipeline.OpCount, pipeline.OpPositive, pipeline.OpProduct:
		return l.aggregate(t)
	}
	of := make([]string, len(t.Of))
	for i, x := range t.Of {
		of[i] = l.excel(x)
	}
	switch t.Op {
	case pipeline.OpDifference:
		return "(" + of[0] + "-" + of[1] + ")"
	case pipeline.OpPart:
		return of[0] + "*" + of[1] + "/100"
	case pipeline.OpPercent:
		return of[0] + "/" + l.alone(of[1]) + "*100"
	case pipeline.OpRatio:
		return of[0] + "/" + l.alone(of[1])
	case pipeline.OpSquare:
		return of[0] + "^2"
	case pipeline.OpRoot:
		return "SQRT(" + of[0] + ")"
	}
	return "ABS(" + of[0] + ")"
}

// alone gives what is divided by as one thing: a cell or a function as it is, anything else as a step of its own.
func (l *layout) alone(formula string) string {
	if _, plain := rowOf(formula); plain || function.MatchString(formula) {
		return formula
	}
	return l.step(1, formula)
}

// function is a call of one function of a spreadsheet on a range or a cell.
var function = regexp.MustCompile(`^[A-Z]+\([A-Z0-9:]+\)$`)

// step writes a formula into a row of its own and gives the cell.
func (l *layout) step(n int, formula string) string {
	l.sheets.text(l.sheet, colName, l.row, l.say("step", "n", text.FormatNumber(l.Lang, stat.Int(int64(n)), 0)), l.grey)
	l.formula(l.sheet, colValue, l.row, formula, 8)
	l.row++
	return cellName(colValue, l.row-1)
}

// aggregate writes an operation on any number of terms. Few are written out; many stand in cells under one another.
func (l *layout) aggregate(t pipeline.Term) string {
	if len(t.Of) <= few && (t.Op == pipeline.OpSum || t.Op == pipeline.OpProduct) {
		of := make([]string, len(t.Of))
		for i, x := range t.Of {
			of[i] = l.excel(x)
		}
		if t.Op == pipeline.OpSum {
			return "(" + strings.Join(of, "+") + ")"
		}
		return strings.Join(of, "*")
	}
	if squared := squares(t); squared != nil {
		return "SUMSQ(" + l.span(squared) + ")"
	}
	span := l.span(t.Of)
	switch t.Op {
	case pipeline.OpMean:
		return "AVERAGE(" + span + ")"
	case pipeline.OpCount:
		return "COUNT(" + span + ")"
	case pipeline.OpPositive:
		return "COUNTIF(" + span + `,">0")`
	case pipeline.OpProduct:
		return "PRODUCT(" + span + ")"
	}
	return "SUM(" + span + ")"
}

// squares gives what a sum of squares squares, or nil for any other term.
func squares(t pipeline.Term) (out []pipeline.Term) {
	for _, x := range t.Of {
		if t.Op != pipeline.OpSum || x.Op != pipeline.OpSquare {
			return nil
		}
		out = append(out, x.Of...)
	}
	return out
}

// span gives the range in which terms stand under one another, writing them as steps where they do not yet.
func (l *layout) span(terms []pipeline.Term) string {
	cells := make([]string, len(terms))
	for i, t := range terms {
		cells[i] = l.excel(t)
	}
	if first, ok := rowOf(cells[0]); ok {
		together := true
		for i, c := range cells {
			row, plain := rowOf(c)
			together = together && plain && row == first+i
		}
		if together {
			return cells[0] + ":" + cells[len(cells)-1]
		}
	}
	first := l.row
	for i, c := range cells {
		l.step(i+1, c)
	}
	return cellName(colValue, first) + ":" + cellName(colValue, l.row-1)
}

// rowOf gives the row of a plain cell of the values.
func rowOf(cell string) (int, bool) {
	var row int
	n, err := fmt.Sscanf(cell, "B%d", &row)
	return row, n == 1 && err == nil && cell == cellName(colValue, row)
}

// Document names what a figure rests on: its document, or that it was computed here.
func (s *Speaker) Document(o cube.Version) string {
	if !cube.Reported(o.Observation) {
		return s.say("own")
	}
	return s.Code("CL_SOURCE", o.Attributes[stat.AttrSource]).In(s.Lang)
}
