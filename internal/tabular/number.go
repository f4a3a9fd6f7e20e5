package tabular

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/tabular/record"
)

//go:embed marks.csv
var marksFile string

// mark is a sign that publishers put in place of a figure, or behind one.
type mark struct {
	text   string
	status stat.Status // what it says of the figure; "" where it says nothing of its status
}

// The marks of marks.csv, by how they are written; flags with the longest first.
var marks = sync.OnceValues(func() (missing map[string]mark, flags []mark) {
	missing = map[string]mark{}
	for _, r := range record.MustExactly(marksFile, "mark", "sort", "status", "vi", "en") {
		m := mark{r.Get("mark"), stat.Status(r.Get("status"))}
		if r.Get("sort") == "missing" {
			missing[m.text] = m
		} else {
			flags = append(flags, m)
		}
	}
	slices.SortStableFunc(flags, func(a, b mark) int { return len(b.text) - len(a.text) })
	return missing, flags
})

// cutFlags takes the flags of publishers from the end of a figure: 14,02 p, 14,02*, 14,02 (sơ bộ).
func cutFlags(t string) (rest string, cut []mark) {
	_, flags := marks()
next:
	for {
		last, _ := utf8.DecodeLastRuneInString(t)
		if t == "" || last >= '0' && last <= '9' || last == '%' {
			return t, cut
		}
		for _, f := range flags {
			n := len(t) - len(f.text)
			if n <= 0 || !strings.EqualFold(t[n:], f.text) {
				continue
			}
			t, cut = trim(t[:n]), append(cut, f)
			continue next
		}
		return t, cut
	}
}

// IsMissing says whether a text is a mark that publishers put in place of a figure.
func IsMissing(s string) bool {
	missing, _ := marks()
	_, ok := missing[strings.ToLower(s)]
	return ok
}

// Figure is what stands in a cell where a number belongs.
type Figure struct {
	Plain   string      // 1234.5, with a point and an exponent where the file has one; "" where there is no number
	Percent bool        // a percent sign stands behind it, or the cell of a workbook is shown so
	Status  stat.Status // what a mark in its place, or a flag behind it, says; "" where there is none
	Mark    string      // the mark in place of a number, or the flags behind one
}

// Known says whether there is a number.
func (f Figure) Known() bool { return f.Plain != "" }

// Convention is how a file writes its numbers. The zero Convention has a point before the decimals.
type Convention struct{ comma bool }

// Comma says whether a comma stands before the decimals.
func (c Convention) Comma() bool { return c.comma }

// Figure reads a cell where a number belongs. A refusal has no place in the file yet.
func (c Convention) Figure(cell Cell) (Figure, error) {
	switch cell.Type {
	case Empty:
		return Figure{}, nil
	case Error:
		return Figure{}, fault.New("tabular.error-cell", "text", cell.Text)
	case Date:
		return Figure{}, fault.New("tabular.date-cell", "text", cell.Text)
	case Bool:
		return Figure{}, fault.New("tabular.not-a-number", "text", cell.Text)
	case Number:
		plain, percent := strings.CutSuffix(cell.Text, "%")
		return Figure{Plain: plain, Percent: percent}, nil
	}
	missing, _ := marks()
	if m, ok := missing[cell.Text]; ok {
		return Figure{Status: m.status, Mark: m.text}, nil
	}
	if m, ok := missing[strings.ToLower(cell.Text)]; ok {
		return Figure{Status: m.status, Mark: cell.Text}, nil
	}
	s := shapeOf(cell.Text)
	if c.comma && !s.comma || !c.comma && !s.point {
		code := "tabular.not-a-number"
		if s.number() {
			code = "tabular.other-convention"
		}
		return Figure{}, fault.New(code, "text", shortened(cell.Text))
	}
	f := Figure{Plain: s.plain(c.comma), Percent: s.percent}
	for _, m := range s.flags {
		f.Mark += m.text
		if m.status != "" {
			f.Status = m.status
		}
	}
	return f, nil
}

// Plain gives the text of a cell where a number may stand, a number plainly: with a point, nothing between thousands, per cent as
// hundredths (5% is 5e-2). A cell that says that there is no figure is empty; text that is no number stays as it is. The error of a
// spreadsheet, and a date, are refused.
func (c Convention) Plain(cell Cell) (string, error) {
	if cell.Type == Empty || cell.Type == Text && digitsOnly(cell.Text) {
		return cell.Text, nil
	}
	f, err := c.Figure(cell)
	switch code := fault.CodeOf(err); {
	case code == "tabular.not-a-number":
		return cell.Text, nil
	case err != nil:
		return "", err
	case f.Percent:
		return percentless(f.Plain), nil
	}
	return f.Plain, nil
}

// percentless gives a hundredth of a plain number, with the same digits.
func percentless(s string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	n, _ := strconv.Atoi(exponent)
	return mantissa + "e" + strconv.Itoa(n-2)
}

// shortened cuts a text that is too long for a sentence.
func shortened(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// IsNumber says whether a cell holds a number in any reading, or a mark in place of one.
func IsNumber(c Cell) bool {
	switch c.Type {
	case Number:
		return true
	case Text:
		missing, _ := marks()
		_, marked := missing[strings.ToLower(c.Text)]
		return marked || shapeOf(c.Text).number()
	}
	return false
}

// Judge decides the Convention of a file from its numbers, all of them.
type Judge struct {
	point, comma, both seen // the first number that only one reading fits, and the first that both fit in different ways
	texts              bool // a number stood there as text at all
}

type seen struct {
	text, column string
	line         int
}

// See takes a cell into account.
func (j *Judge) See(c Cell, line, column int) {
	if c.Type != Text {
		return
	}
	s := shapeOf(c.Text)
	var into *seen
	switch {
	case !s.number():
		return
	case s.undecided():
		into = &j.both
	case !s.marked:
	case s.point:
		into = &j.point
	default:
		into = &j.comma
	}
	j.texts = true
	if into != nil && into.line == 0 {
		*into = seen{strings.Clone(c.Text), Letters(column), line}
	}
}

// Told says whether the numbers seen tell the convention, without anyone declaring it.
func (j *Judge) Told() bool { return j.point.line > 0 || j.comma.line > 0 }

// Decide gives the convention that every number fits. Numbers that contradict each other, or what was declared, are refused with their
// places; so are numbers that both readings fit where nobody declared which.
func (j *Judge) Decide(f *File) (Convention, error) {
	refuse := func(code string, at, other seen, pairs ...any) (Convention, error) {
		pairs = append(pairs, "text", shortened(at.text))
		if other.line > 0 {
			pairs = append(pairs, "other", shortened(other.text), "line", other.line, "column", other.column)
		}
		return Convention{}, fault.New(code, pairs...).At(f.Name, at.line, at.column)
	}
	declared := f.options.Decimal
	if declared != "" && f.Kind == XLSX && !j.texts {
		return Convention{}, fault.New("tabular.no-text-numbers").At(f.Name, 0, "")
	}
	switch {
	case j.point.line > 0 && j.comma.line > 0:
		late, early := j.point, j.comma
		if late.line < early.line {
			late, early = early, late
		}
		return refuse("tabular.mixed-numbers", late, early)
	case declared == "comma" && j.point.line > 0:
		return refuse("tabular.against-declared", j.point, seen{}, "declared", declared)
	case declared == "point" && j.comma.line > 0:
		return refuse("tabular.against-declared", j.comma, seen{}, "declared", declared)
	case declared == "" && !j.Told() && j.both.line > 0:
		s := shapeOf(j.both.text)
		return refuse("tabular.two-readings", j.both, seen{}, "one", s.plain(false), "two", s.plain(true))
	}
	return Convention{comma: declared == "comma" || j.comma.line > 0}, nil
}

// Means says whether a text is a number in either convention, and this one.
func Means(s string, d stat.Decimal) bool {
	for _, c := range []Convention{{}, {comma: true}} {
		f, err := c.Figure(Cell{Text, s})
		if err != nil || !f.Known() {
			continue
		}
		if n, err := stat.ParseDecimal(f.Plain); err == nil && n.Cmp(d) == 0 {
			return true
		}
	}
	return false
}
