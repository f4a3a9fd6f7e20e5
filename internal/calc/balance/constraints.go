package balance

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/calc/command"
	"nhipso/internal/calc/identity"
	"nhipso/internal/fault"
	"nhipso/internal/measure/balance"
)

var totalWords = []string{"total", "rhs", "h", "value", "target", "sum", "tổng", "tong", "=", "b"}

// constraints reads G x = h in one of four layouts: wide (a row a constraint, columns by code, the last one total or rhs, perhaps se after
// it), long (constraint,code,coefficient with a line constraint,,rhs or a column rhs), equations (a + 2*b - c = 40, perhaps with a name
// before them), or bare numbers in the order of the values with the total last. The codes are those of the file that of names.
func constraints(c *command.Cells, codes []string, of string) (out []balance.Constraint, err error) {
	h, position := c.Rows[0], command.Positions(codes)
	switch {
	case areEquations(c, codes) && !command.Among(h[len(h)-1], totalWords):
		return readEquations(c, position)
	case len(h) >= 3 && command.Among(h[0], []string{"constraint", "ràng buộc", "rang_buoc", "row", "name"}) && command.Among(h[1], []string{"code", "mã", "ma", "cell", "variable", "column", "col"}):
		r := &longReader{Cells: c, position: position, of: of, total: -1, se: -1, at: map[string]int{}, given: map[string]bool{}, sure: map[string]bool{}, used: map[[2]string]bool{}}
		out, err = r.read()
	default:
		r := &wideReader{Cells: c, at: make([]int, len(h))}
		out, err = r.read(codes, position, of)
	}
	if err == nil && len(out) == 0 {
		err = fault.New("calc.empty", "file", c.Name)
	}
	return out, err
}

// areEquations says whether every line has a sign of equality, but for headings without codes.
func areEquations(c *command.Cells, codes []string) bool {
	for i, r := range c.Rows {
		headed := i == 0 && len(c.Rows) > 1 && len(r) <= 2 && !slices.ContainsFunc(r, func(code string) bool { return slices.Contains(codes, code) })
		if !headed && !strings.Contains(strings.Join(r, ","), "=") {
			return false
		}
	}
	return len(c.Rows) > 0
}

// What a column of the wide layout is that is no cell.
const nameColumn, totalColumn, seColumn = -1, -2, -3

// wideReader reads a row a constraint.
type wideReader struct {
	*command.Cells
	at    []int // what each column is: a cell, or one of the marks above
	first int   // the row where constraints begin
}

func (w *wideReader) read(codes []string, position map[string]int, of string) ([]balance.Constraint, error) {
	settle := func() error { return w.headed(position, of) }
	if !w.Words(w.Rows[0]) {
		settle = func() error { return w.bare(len(codes)) }
	}
	if err := settle(); err != nil {
		return nil, err
	}
	var out []balance.Constraint
	for i := w.first; i < len(w.Rows); i++ {
		q, err := w.constraint(i)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// bare takes the columns for the n values in their order, with the total last.
func (w *wideReader) bare(n int) error {
	if len(w.at) != n+1 {
		return fault.New("calc.ragged", "want", n+1, "got", len(w.at)).At(w.Name, w.Lines[0], "")
	}
	for j := range w.at {
		w.at[j] = j
	}
	w.at[n] = totalColumn
	return nil
}

// headed takes what the headings say of the columns.
func (w *wideReader) headed(position map[string]int, of string) error {
	h := w.Rows[0]
	w.first = 1
	used := map[string]bool{}
	for j, code := range h {
		k, ok := position[code]
		switch {
		case used[code] && code != "":
			return fault.New("calc.twice", "code", code).At(w.Name, w.Lines[0], code)
		case ok:
			w.at[j] = k
		case command.Among(code, command.ErrorWords):
			w.at[j] = seColumn
		case command.Among(code, totalWords):
			w.at[j] = totalColumn
		case j == 0 && (command.Among(code, command.CodeWords) || w.Words(firstCells(w.Rows[1:]))):
			w.at[j] = nameColumn
		case code == "" && j == len(h)-1:
			w.at[j] = totalColumn
		default:
			return fault.New("calc.no-code-in", "code", code, "file", of, "of", w.Name).At(w.Name, w.Lines[0], code)
		}
		used[code] = true
	}
	if !slices.Contains(w.at, totalColumn) {
		return fault.New("calc.no-column", "column", "total", "file", w.Name, "have", strings.Join(h, ", "))
	}
	return nil
}

// constraint reads that of a row.
func (w *wideReader) constraint(i int) (balance.Constraint, error) {
	h, r := w.Rows[0], w.Rows[i]
	q := balance.Constraint{Name: strconv.Itoa(i - w.first + 1)}
	if len(r) > len(h) {
		return q, fault.New("calc.ragged", "want", len(h), "got", len(r)).At(w.Name, w.Lines[i], "")
	}
	for j, what := range w.at {
		if what == nameColumn {
			if len(r) > j && r[j] != "" {
				q.Name = r[j]
			}
			continue
		}
		v, known, err := w.Number(i, j, h[j])
		if err != nil {
			return q, err
		}
		switch {
		case what == totalColumn && !known:
			return q, fault.New("calc.blank").At(w.Name, w.Lines[i], h[j])
		case what == totalColumn:
			q.Value = v
		case what == seColumn:
			q.SE = v
		case v != 0: // a blank coefficient is a cell that is not in the sum
			q.Terms = append(q.Terms, balance.Term{Cell: what, Coefficient: v})
		}
	}
	return q, nil
}

func firstCells(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r[0]
	}
	return out
}

// longReader reads one coefficient a line. The total of a constraint, and its standard error, stand on lines of their own, marked in
// the place of the code, or in columns of their own on any of its lines.
type longReader struct {
	*command.Cells
	position    map[string]int // of the codes
	of          string         // the file whose codes they are
	total, se   int            // columns; -1 for none
	out         []balance.Constraint
	at          map[string]int // where a constraint stands in out
	given, sure map[string]bool
	used        map[[2]string]bool
}

func (l *longReader) read() ([]balance.Constraint, error) {
	h := l.Rows[0]
	for j := 3; j < len(h); j++ {
		switch {
		case command.Among(h[j], totalWords) && l.total < 0:
			l.total = j
		case command.Among(h[j], command.ErrorWords) && l.se < 0:
			l.se = j
		default:
			return nil, fault.New("calc.no-code-in", "code", h[j], "file", l.of, "of", l.Name).At(l.Name, l.Lines[0], h[j])
		}
	}
	for i := 1; i < len(l.Rows); i++ {
		r := l.Rows[i]
		if r[0] == "" || len(r) < 3 && l.total < 0 {
			return nil, fault.New("calc.no-code").At(l.Name, l.Lines[i], h[0])
		}
		if _, ok := l.at[r[0]]; !ok {
			l.at[r[0]] = len(l.out)
			l.out = append(l.out, balance.Constraint{Name: r[0]})
		}
		q := &l.out[l.at[r[0]]]
		if err := l.columns(i, q); err != nil {
			return nil, err
		}
		if err := l.line(i, q); err != nil {
			return nil, err
		}
	}
	for _, q := range l.out {
		if !l.given[q.Name] {
			return nil, fault.New("calc.no-total", "name", q.Name, "file", l.Name)
		}
	}
	return l.out, nil
}

// settle takes a value of a constraint that may be repeated, but not changed.
func (l *longReader) settle(i int, name string, to *float64, known map[string]bool, v float64) error {
	if known[name] && *to != v {
		return fault.New("calc.twice", "code", name).At(l.Name, l.Lines[i], "")
	}
	*to, known[name] = v, true
	return nil
}

// columns reads the total and the standard error where they have columns of their own.
func (l *longReader) columns(i int, q *balance.Constraint) error {
	for _, x := range []struct {
		column int
		to     *float64
		known  map[string]bool
	}{{l.total, &q.Value, l.given}, {l.se, &q.SE, l.sure}} {
		if x.column < 0 {
			continue
		}
		v, known, err := l.Number(i, x.column, l.Rows[0][x.column])
		if err == nil && known {
			err = l.settle(i, q.Name, x.to, x.known, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// line reads the coefficient of a line, or what stands in its place.
func (l *longReader) line(i int, q *balance.Constraint) error {
	h, code := l.Rows[0], ""
	if r := l.Rows[i]; len(r) > 1 {
		code = r[1]
	}
	v, known, err := l.Number(i, 2, h[2])
	if err != nil {
		return err
	}
	k, ok := l.position[code]
	switch {
	case !known && code == "" && l.total >= 0: // a line of the total only
		return nil
	case !known:
		return fault.New("calc.blank").At(l.Name, l.Lines[i], h[2])
	case ok && l.used[[2]string{q.Name, code}]:
		return fault.New("calc.twice", "code", q.Name+","+code).At(l.Name, l.Lines[i], "")
	case ok:
		l.used[[2]string{q.Name, code}] = true
		q.Terms = append(q.Terms, balance.Term{Cell: k, Coefficient: v})
		return nil
	case command.Among(code, command.ErrorWords):
		return l.settle(i, q.Name, &q.SE, l.sure, v)
	case code != "" && !command.Among(code, totalWords):
		return fault.New("calc.no-code-in", "code", code, "file", l.of, "of", l.Name).At(l.Name, l.Lines[i], h[1])
	case l.given[q.Name]:
		return fault.New("calc.twice", "code", q.Name).At(l.Name, l.Lines[i], "")
	}
	return l.settle(i, q.Name, &q.Value, l.given, v)
}

// readEquations reads one constraint a line, "a + 2*b - c = 40"; codes may also stand on the right. A name may stand before it, in a cell of
// its own or with a colon.
func readEquations(c *command.Cells, position map[string]int) ([]balance.Constraint, error) {
	sum := identity.New(position)
	var out []balance.Constraint
	for i, r := range c.Rows {
		line, name := strings.Join(r, ","), ""
		if i == 0 && !strings.Contains(line, "=") {
			continue // headings
		}
		if len(r) > 1 && !strings.Contains(r[0], "=") && strings.Contains(r[1], "=") {
			name, line = r[0], strings.Join(r[1:], ",")
		} else if before, after, ok := strings.Cut(line, ": "); ok && !strings.Contains(before, "=") {
			name, line = strings.TrimSpace(before), after
		}
		bad := fault.New("calc.bad-equation", "equation", line, "file", c.Name).At(c.Name, c.Lines[i], "")
		left, right, _ := strings.Cut(line, "=")
		q := balance.Constraint{Name: name}
		if name == "" {
			q.Name = line
		}
		sum.Clear()
		if err := cmp.Or(sum.Add(left, 1), sum.Add(right, -1)); err != nil {
			return nil, bad.Because(err)
		}
		q.Value = -sum.Rest
		for _, k := range slices.Sorted(maps.Keys(sum.Weight)) {
			if v := sum.Weight[k]; v != 0 {
				q.Terms = append(q.Terms, balance.Term{Cell: k, Coefficient: v})
			}
		}
		if len(q.Terms) == 0 {
			return nil, bad
		}
		out = append(out, q)
	}
	return out, nil
}
