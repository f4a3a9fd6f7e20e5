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
func constraints(c *command.Cells, codes []string, of string) ([]balance.Constraint, error) {
	file, h, position := c.Name, c.Rows[0], command.Positions(codes)
	equations := len(c.Rows) > 0
	for i, r := range c.Rows {
		headed := i == 0 && len(c.Rows) > 1 && len(r) <= 2 && !slices.ContainsFunc(r, func(code string) bool { return slices.Contains(codes, code) })
		equations = equations && (headed || strings.Contains(strings.Join(r, ","), "="))
	}
	switch {
	case equations && !command.Among(h[len(h)-1], totalWords):
		return readEquations(c, position)
	case len(h) >= 3 && command.Among(h[0], []string{"constraint", "ràng buộc", "rang_buoc", "row", "name"}) && command.Among(h[1], []string{"code", "mã", "ma", "cell", "variable", "column", "col"}):
		return longConstraints(c, position, of)
	}
	at := make([]int, len(h)) // what each column is: a cell, or one of the marks below
	const name, total, se, none = -1, -2, -3, -4
	first, seen := 1, false
	if !c.Words(h) { // bare numbers
		first = 0
		if len(h) != len(codes)+1 {
			return nil, fault.New("calc.ragged", "want", len(codes)+1, "got", len(h)).At(file, c.Lines[0], "")
		}
		for j := range codes {
			at[j] = j
		}
		at[len(codes)], seen = total, true
	}
	used := map[string]bool{}
	for j, code := range h {
		if first == 0 {
			break
		}
		k, ok := position[code]
		switch {
		case used[code] && code != "":
			return nil, fault.New("calc.twice", "code", code).At(file, c.Lines[0], code)
		case ok:
			at[j] = k
		case command.Among(code, command.ErrorWords):
			at[j] = se
		case command.Among(code, totalWords):
			at[j], seen = total, true
		case j == 0 && (command.Among(code, command.CodeWords) || c.Words(firstCells(c.Rows[1:]))):
			at[j] = name
		case code == "" && j == len(h)-1:
			at[j], seen = total, true
		default:
			return nil, fault.New("calc.no-code-in", "code", code, "file", of, "of", file).At(file, c.Lines[0], code)
		}
		used[code] = true
	}
	if !seen {
		return nil, fault.New("calc.no-column", "column", "total", "file", file, "have", strings.Join(h, ", "))
	}
	var out []balance.Constraint
	for i := first; i < len(c.Rows); i++ {
		r := c.Rows[i]
		if len(r) > len(h) {
			return nil, fault.New("calc.ragged", "want", len(h), "got", len(r)).At(file, c.Lines[i], "")
		}
		q := balance.Constraint{Name: strconv.Itoa(i - first + 1)}
		for j := range h {
			if at[j] == name {
				if len(r) > j && r[j] != "" {
					q.Name = r[j]
				}
				continue
			}
			v, known, err := c.Number(i, j, h[j])
			if err != nil {
				return nil, err
			}
			switch {
			case at[j] == total && !known:
				return nil, fault.New("calc.blank").At(file, c.Lines[i], h[j])
			case at[j] == total:
				q.Value = v
			case at[j] == se:
				q.SE = v
			case v != 0: // a blank coefficient is a cell that is not in the sum
				q.Terms = append(q.Terms, balance.Term{Cell: at[j], Coefficient: v})
			}
		}
		out = append(out, q)
	}
	if len(out) == 0 {
		return nil, fault.New("calc.empty", "file", file)
	}
	return out, nil
}

func firstCells(rows [][]string) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r[0]
	}
	return out
}

// longConstraints reads one coefficient a line. The total of a constraint, and its standard error, stand on lines of their own, marked in
// the place of the code, or in columns of their own on any of its lines.
func longConstraints(c *command.Cells, position map[string]int, of string) ([]balance.Constraint, error) {
	h := c.Rows[0]
	total, se := -1, -1
	for j := 3; j < len(h); j++ {
		switch {
		case command.Among(h[j], totalWords) && total < 0:
			total = j
		case command.Among(h[j], command.ErrorWords) && se < 0:
			se = j
		default:
			return nil, fault.New("calc.no-code-in", "code", h[j], "file", of, "of", c.Name).At(c.Name, c.Lines[0], h[j])
		}
	}
	var out []balance.Constraint
	at := map[string]int{}
	given, sure, used := map[string]bool{}, map[string]bool{}, map[[2]string]bool{}
	for i := 1; i < len(c.Rows); i++ {
		r := c.Rows[i]
		if r[0] == "" || len(r) < 3 && total < 0 {
			return nil, fault.New("calc.no-code").At(c.Name, c.Lines[i], h[0])
		}
		if _, ok := at[r[0]]; !ok {
			at[r[0]] = len(out)
			out = append(out, balance.Constraint{Name: r[0]})
		}
		q := &out[at[r[0]]]
		settle := func(to *float64, known map[string]bool, v float64) error {
			if known[r[0]] && *to != v {
				return fault.New("calc.twice", "code", r[0]).At(c.Name, c.Lines[i], "")
			}
			*to, known[r[0]] = v, true
			return nil
		}
		for _, j := range []int{total, se} {
			if j < 0 {
				continue
			}
			v, known, err := c.Number(i, j, h[j])
			if err != nil {
				return nil, err
			}
			switch {
			case !known:
			case j == se:
				err = settle(&q.SE, sure, v)
			default:
				err = settle(&q.Value, given, v)
			}
			if err != nil {
				return nil, err
			}
		}
		code := ""
		if len(r) > 1 {
			code = r[1]
		}
		v, known, err := c.Number(i, 2, h[2])
		if err != nil {
			return nil, err
		}
		if !known {
			if code == "" && total >= 0 { // a line of the total only
				continue
			}
			return nil, fault.New("calc.blank").At(c.Name, c.Lines[i], h[2])
		}
		k, ok := position[code]
		switch {
		case ok:
			if used[[2]string{r[0], code}] {
				return nil, fault.New("calc.twice", "code", r[0]+","+code).At(c.Name, c.Lines[i], "")
			}
			used[[2]string{r[0], code}] = true
			q.Terms = append(q.Terms, balance.Term{Cell: k, Coefficient: v})
		case command.Among(code, command.ErrorWords):
			if err := settle(&q.SE, sure, v); err != nil {
				return nil, err
			}
		case code == "" || command.Among(code, totalWords):
			if given[r[0]] {
				return nil, fault.New("calc.twice", "code", r[0]).At(c.Name, c.Lines[i], "")
			}
			if err := settle(&q.Value, given, v); err != nil {
				return nil, err
			}
		default:
			return nil, fault.New("calc.no-code-in", "code", code, "file", of, "of", c.Name).At(c.Name, c.Lines[i], h[1])
		}
	}
	for _, q := range out {
		if !given[q.Name] {
			return nil, fault.New("calc.no-total", "name", q.Name, "file", c.Name)
		}
	}
	if len(out) == 0 {
		return nil, fault.New("calc.empty", "file", c.Name)
	}
	return out, nil
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
