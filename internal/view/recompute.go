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
	"nhipso/internal/workbook"
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
	b.try(workbook.Printable(b.f, sheet, treeHead))
	b.text(sheet, 1, 1, s.Heading(n), b.title)
	b.text(sheet, 1, 2, sentence.Text, 0)
	l := &layout{sheets: b, sheet: sheet, speech: s.speech(n), row: 5, at: map[string]string{}, steps: map[*pipeline.Step]string{}, systems: map[*pipeline.System]solved{}}
	l.values.Scratch = pipeline.NewScratch()
	v := n.Versions[0]
	f, note := l.written(n, v)
	b.text(sheet, 1, 3, s.say(note, "recipe", recipeOf(n), "cell", v.Cell().String()), b.grey)
	for i, id := range []string{"input", "value", "unit", "document"} {
		b.text(sheet, i+1, treeHead, s.say("col-"+id), b.head)
	}
	b.widths(sheet, 70, 22, 20, 60)
	if f != nil {
		l.arithmetic(f, v)
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

// written gives the formula that computes a figure from what is shown, with the words that say what the sheet is: its arithmetic as it is kept,
// or the working of its method. It is nil where there is none that gives the figure.
func (l *layout) written(n pipeline.Node, v cube.Version) (*pipeline.Formula, string) {
	if v.Value == nil {
		return nil, "inputs-only"
	}
	if got, ok := n.Formula.Eval(l.values); ok && got.Cmp(*v.Value) == 0 {
		return n.Formula, "change-inputs"
	}
	for _, r := range l.Recipes {
		if n.Run == nil || r.ID != n.Run.Recipe {
			continue
		}
		f, err := n.Working(l.ctx, r)
		l.try(err)
		if got, ok := f.Eval(l.values); ok && near(got, *v.Value) {
			return f, "change-inputs-rounded"
		}
	}
	return nil, "inputs-only"
}

// near reports whether a working gives a figure but for its last digit: quarters are rounded together, so that they add to their year.
func near(got, stored stat.Decimal) bool {
	unit := stat.MustDecimal("0.000101")
	return got.Sub(stored).Abs().Cmp(unit.Add(stored.Abs().Mul(stat.MustDecimal("0.000000001")))) <= 0
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
	sheet   string
	row     int
	at      map[string]string         // the cell of a figure or a parameter, by what it is
	steps   map[*pipeline.Step]string // the cell of a step
	systems map[*pipeline.System]solved
	below   int  // the last row of the systems
	dense   bool // coefficients of a system are being written: their sums stand in one cell
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
func (l *layout) arithmetic(f *pipeline.Formula, v cube.Version) {
	l.gather(*f.Term, map[any]bool{})
	l.row++
	formula := l.excel(*f.Term)
	if f.Digits != nil {
		formula = fmt.Sprintf("ROUND(%s,%d)", formula, *f.Digits)
	}
	got, _ := f.Eval(l.values)
	l.row++
	digits := l.decimals(v)
	flow, _ := l.Dataflow(v.Dataflow)
	l.sheets.text(l.sheet, colName, l.row, l.say("result"), l.head)
	l.formula(l.sheet, colValue, l.row, formula, got, digits)
	l.sheets.text(l.sheet, colUnit, l.row, l.Unit(flow, v).In(l.Lang), 0)
	result := cellName(colValue, l.row)
	l.row++
	stored := l.stored(v)
	l.sheets.text(l.sheet, colName, l.row, l.say("difference"), 0)
	l.formula(l.sheet, colValue, l.row, result+"-"+stored, got.Sub(*v.Value), max(digits, min(v.Value.Decimals(), 8)))
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
		l.gather(x.Term, map[any]bool{})
		formula := l.excel(x.Term)
		q := l.quantity(x.Term)
		l.sheets.text(l.sheet, colName, l.row, l.say("fact-"+x.Name), 0)
		l.formula(l.sheet, colValue, l.row, formula, q.value, min(q.decimals, 8))
		l.sheets.text(l.sheet, colUnit, l.row, l.unitText(q.unit, q.mult), 0)
		l.row++
	}
}

// listed reports whether a fact has a value and words.
func (l *layout) listed(x pipeline.Fact) bool {
	_, ok := x.Term.Eval(l.values)
	return ok && book.Has("fact-"+x.Name)
}

// gather writes the inputs of a term, from left to right, and its parameters. seen holds the steps and systems that are done.
func (l *layout) gather(t pipeline.Term, seen map[any]bool) {
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
	case pipeline.OpStep:
		if !seen[t.Step] {
			seen[t.Step] = true
			l.gather(t.Step.Term, seen)
		}
	case pipeline.OpSolve:
		if !seen[t.System] {
			seen[t.System] = true
			for _, x := range t.System.Terms() {
				l.gather(x, seen)
			}
		}
	}
	for _, x := range t.Of {
		l.gather(x, seen)
	}
}

// excel writes a term as a formula of a spreadsheet over the cells of its figures.
func (l *layout) excel(t pipeline.Term) string {
	switch t.Op {
	case pipeline.OpFigure, pipeline.OpBeside:
		o, _ := l.find(t)
		return l.input(o)
	case pipeline.OpNumber:
		if t.Number.Sign() < 0 {
			return "(" + t.Number.String() + ")"
		}
		return t.Number.String()
	case pipeline.OpParam:
		return l.at["param "+t.Param]
	case pipeline.OpStep:
		return l.named(t.Step)
	case pipeline.OpSolve:
		return l.solution(t.System, t.Unknown)
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
		return of[0] + "/" + alone(of[1]) + "*100"
	case pipeline.OpRatio:
		return of[0] + "/" + alone(of[1])
	case pipeline.OpSquare:
		return alone(of[0]) + "^2"
	case pipeline.OpPower:
		return alone(of[0]) + "^" + alone(of[1])
	}
	return functions[t.Op] + "(" + strings.Join(of, ",") + ")"
}

// functions of a spreadsheet that are operations.
var functions = map[pipeline.Op]string{pipeline.OpRoot: "SQRT", pipeline.OpAbs: "ABS", pipeline.OpNormal: "NORMSDIST", pipeline.OpLeast: "MIN", pipeline.OpLargest: "MAX",
	pipeline.OpMean: "AVERAGE", pipeline.OpCount: "COUNT", pipeline.OpProduct: "PRODUCT", pipeline.OpSum: "SUM"}

// alone gives what binds an operation more strongly than its neighbours as one thing: a cell, a number, a function or brackets.
func alone(formula string) string {
	if one.MatchString(formula) {
		return formula
	}
	return "(" + formula + ")"
}

// one is a cell, here or on another sheet, a number, or a call of a function on a range or a cell.
var one = regexp.MustCompile(`^(('[^']+'!)?\$?[A-Z]+\$?[0-9]+|[0-9.]+|[A-Z]+\([A-Z0-9:]+\))$`)

// step writes the formula of a term into a row of its own and gives the cell.
func (l *layout) step(label string, t pipeline.Term, formula string, style int) string {
	now, _ := t.Eval(l.values)
	l.sheets.text(l.sheet, colName, l.row, label, style)
	l.formula(l.sheet, colValue, l.row, formula, now, min(max(now.Decimals(), 0), 8))
	l.row++
	return cellName(colValue, l.row-1)
}

// named gives the cell of a step of a working, writing it when it is first asked for.
func (l *layout) named(x *pipeline.Step) string {
	at, done := l.steps[x]
	if !done {
		formula := l.excel(x.Term) // may write rows of its own
		at = l.step(l.label("step-"+x.Name, x.Period, x.Code, x.Number), x.Term, formula, 0)
		l.steps[x] = at
	}
	return at
}

// label names a step, a system or an unknown, with its code, its period and its number where it has them.
func (l *layout) label(id string, p stat.Period, code string, number int) string {
	out := l.say(id)
	if code != "" {
		out += " (" + l.Code("CL_IO_CODE", code).In(l.Lang) + ")"
	}
	if !p.IsZero() {
		out += ", " + text.FormatPeriodInline(l.Lang, p)
	}
	if number > 0 {
		out += " (" + l.count(number) + ")"
	}
	return out
}

// aggregate writes an operation on any number of terms. Few are written out; many stand in cells under one another.
func (l *layout) aggregate(t pipeline.Term) string {
	if sign, ok := map[pipeline.Op]string{pipeline.OpSum: "+", pipeline.OpProduct: "*"}[t.Op]; ok && len(t.Of) <= few {
		of := make([]string, len(t.Of))
		for i, x := range t.Of {
			of[i] = l.excel(x)
		}
		if t.Op == pipeline.OpSum {
			return "(" + strings.Join(of, sign) + ")"
		}
		return strings.Join(of, sign)
	}
	if t.Op == pipeline.OpSum && l.dense {
		of := make([]string, len(t.Of))
		for i, x := range t.Of {
			of[i] = l.excel(x)
		}
		if sum := "(" + strings.Join(of, "+") + ")"; len(sum) < longest {
			return sum
		}
	}
	if squared := squares(t); squared != nil {
		return "SUMSQ(" + l.span(squared) + ")"
	}
	span := l.span(t.Of)
	if t.Op == pipeline.OpPositive {
		return "COUNTIF(" + span + `,">0")`
	}
	return functions[t.Op] + "(" + span + ")"
}

// longest is how long a formula may be so that what stands around it still fits into a cell, which holds 8,192 characters.
const longest = 7000

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
	for i, t := range terms { // all of them before the first row: each may write rows of its own
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
	for i, t := range terms {
		l.step(l.say("step", "n", l.count(i+1)), t, cells[i], l.grey)
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
