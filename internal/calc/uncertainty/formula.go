package uncertainty

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"nhipso/internal/fault"
)

// formula is one line of a recipe given on the command line: what it makes, and how from the values before it.
type formula struct {
	name string
	eval func(x []float64) float64
}

// formulas reads "share = D/(D+N); rest = 1 - share": expressions of the given names and of the results before them. There are + - * / ^,
// brackets, and the functions of operators; a code that is no word stands in square brackets, [26]. A formula without a name of its own is called
// "result".
func formulas(flagName, text string, names []string) ([]formula, error) {
	names = slices.Clone(names)
	var out []formula
	for _, line := range strings.Split(text, ";") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, body := "result", line
		if left, right, ok := strings.Cut(line, "="); ok {
			name, body = strings.TrimSpace(left), right
		}
		p := &formulaReader{text: []rune(body), names: names}
		eval := p.sum(0)
		if p.skip(); p.wrong == "" && p.at < len(p.text) {
			p.wrong = string(p.text[p.at:])
		}
		if p.wrong != "" || name == "" {
			return nil, fault.New("calc.bad-formula", "flag", "--"+flagName, "formula", strings.TrimSpace(line), "at", p.wrong, "names", strings.Join(names, ", "))
		}
		if slices.Contains(names, name) {
			return nil, fault.New("calc.twice", "code", name)
		}
		names = append(names, name)
		out = append(out, formula{name, eval})
	}
	if out == nil {
		return nil, fault.New("calc.bad-formula", "flag", "--"+flagName, "formula", text, "at", "", "names", strings.Join(names, ", "))
	}
	return out, nil
}

type evaluator = func(x []float64) float64

// operators are the functions of a formula; those of two values take any number of them.
var (
	ofOne = map[string]func(float64) float64{"exp": math.Exp, "ln": math.Log, "log": math.Log, "sqrt": math.Sqrt, "abs": math.Abs}
	ofTwo = map[string]func(a, b float64) float64{"min": math.Min, "max": math.Max, "sum": func(a, b float64) float64 { return a + b }}
)

// formulaReader reads an expression by recursive descent. The first thing that it cannot read is kept in wrong, and stops it.
type formulaReader struct {
	text  []rune
	at    int
	names []string
	wrong string
}

func (p *formulaReader) skip() {
	for p.at < len(p.text) && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
}

// take reads one of the given signs, if it is next.
func (p *formulaReader) take(signs string) rune {
	if p.skip(); p.at < len(p.text) && strings.ContainsRune(signs, p.text[p.at]) {
		p.at++
		return p.text[p.at-1]
	}
	return 0
}

func (p *formulaReader) refuse() evaluator {
	if p.wrong == "" {
		if p.wrong = strings.TrimSpace(string(p.text[min(p.at, len(p.text)):])); p.wrong == "" {
			p.wrong = "…"
		}
	}
	return func([]float64) float64 { return math.NaN() }
}

// sum reads terms joined by + and −. Depth bounds brackets within brackets.
func (p *formulaReader) sum(depth int) evaluator {
	if depth > 200 {
		return p.refuse()
	}
	left := p.product(depth)
	for p.wrong == "" {
		a, sign := left, p.take("+-")
		if sign == 0 {
			break
		}
		b := p.product(depth)
		if sign == '+' {
			left = func(x []float64) float64 { return a(x) + b(x) }
		} else {
			left = func(x []float64) float64 { return a(x) - b(x) }
		}
	}
	return left
}

func (p *formulaReader) product(depth int) evaluator {
	left := p.signed(depth)
	for p.wrong == "" {
		a, sign := left, p.take("*/")
		if sign == 0 {
			break
		}
		b := p.signed(depth)
		if sign == '*' {
			left = func(x []float64) float64 { return a(x) * b(x) }
		} else {
			left = func(x []float64) float64 { return a(x) / b(x) }
		}
	}
	return left
}

// signed reads a sign, which binds less than a power: −2^2 is −4.
func (p *formulaReader) signed(depth int) evaluator {
	if depth > 200 {
		return p.refuse()
	}
	switch p.take("+-") {
	case '-':
		a := p.signed(depth + 1)
		return func(x []float64) float64 { return -a(x) }
	case '+':
		return p.signed(depth + 1)
	}
	base := p.atom(depth)
	if p.wrong == "" && p.take("^") != 0 {
		power := p.signed(depth + 1)
		return func(x []float64) float64 { return math.Pow(base(x), power(x)) }
	}
	return base
}

// atom reads what has no sign and no operator: an expression in brackets, a name, a function, a number.
func (p *formulaReader) atom(depth int) evaluator {
	if p.take("(") != 0 {
		inner := p.sum(depth + 1)
		if p.wrong == "" && p.take(")") == 0 {
			return p.refuse()
		}
		return inner
	}
	start := p.at // after blanks, which take has passed
	if p.take("[") != 0 {
		p.pass(func(r rune) bool { return r != ']' })
		if p.at == len(p.text) {
			p.at = start
			return p.refuse()
		}
		p.at++
		return p.named(strings.TrimSpace(string(p.text[start+1:p.at-1])), start)
	}
	p.pass(func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsMark(r) || r == '_' || p.at > start && wordRune(r)
	})
	if p.at == start {
		return p.number()
	}
	word := string(p.text[start:p.at])
	if !slices.Contains(p.names, word) && p.take("(") != 0 {
		return p.call(word, start, depth)
	}
	return p.named(word, start)
}

// pass goes on as long as runes are wanted.
func (p *formulaReader) pass(wanted func(rune) bool) {
	for p.at < len(p.text) && wanted(p.text[p.at]) {
		p.at++
	}
}

// number reads a number.
func (p *formulaReader) number() evaluator {
	start := p.at
	p.pass(func(r rune) bool {
		switch {
		case r >= '0' && r <= '9' || r == '.':
			return true
		case p.at == start:
			return false
		case r == 'e' || r == 'E':
			return true
		}
		before := p.text[p.at-1]
		return (r == '+' || r == '-') && (before == 'e' || before == 'E')
	})
	v, err := strconv.ParseFloat(string(p.text[start:p.at]), 64)
	if err != nil {
		p.at = start
		return p.refuse()
	}
	return func([]float64) float64 { return v }
}

func wordRune(r rune) bool { return r >= '0' && r <= '9' || r == '.' }

// named gives the value of a name.
func (p *formulaReader) named(name string, start int) evaluator {
	i := slices.Index(p.names, name)
	if i < 0 {
		p.at = start
		return p.refuse()
	}
	return func(x []float64) float64 { return x[i] }
}

// call reads the arguments of a function, whose bracket is open.
func (p *formulaReader) call(word string, start, depth int) evaluator {
	var args []evaluator
	for p.wrong == "" {
		args = append(args, p.sum(depth+1))
		if p.take(",") == 0 {
			break
		}
	}
	if p.wrong == "" && p.take(")") == 0 {
		return p.refuse()
	}
	if f := ofOne[word]; f != nil && len(args) == 1 {
		return func(x []float64) float64 { return f(args[0](x)) }
	}
	f := ofTwo[word]
	if f == nil {
		p.at = start
		return p.refuse()
	}
	return func(x []float64) float64 {
		v := args[0](x)
		for _, a := range args[1:] {
			v = f(v, a(x))
		}
		return v
	}
}
