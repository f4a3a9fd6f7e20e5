package catalog

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"nhipso/internal/stat"
)

// Expr is an expression over figures, as an identity declares it:
//
//	100 * (NA_VA[PRICES=Q] / NA_VA[PRICES=Q, t-1y] - 1)
//
// A reference names a dataflow (left out: that of the rule) and, in brackets, the codes in which it differs from the figure
// that the rule stands at; several codes joined by "+" are added, and "X-*" stands for all codes that begin with "X-". The time is
// that of the figure, or t-1y (as many years before), t=2020, t:Q (every quarter within, added), t:last (the newest period
// that has not begun later). "this" is the figure itself, mean(…) divides a sum by the number of figures in it, and
// "a else b" is b where a figure of a is missing.
type Expr struct {
	Op   byte // one of + - * / for sums and products, 'e' for else, 'm' for mean, 'n' for a number, 'r' for a reference
	L, R *Expr
	N    stat.Decimal
	Ref  *Ref
}

// Ref is a reference to figures.
type Ref struct {
	Flow   *Dataflow
	Codes  map[string][]string // by dimension; what is not here is copied from the figure that the rule stands at
	Years  int                 // added to the period
	Fixed  *stat.Period        // in place of the period
	Within stat.Frequency      // every period of this frequency within; 0 for none
	Last   bool
	This   bool
}

const (
	this     = "this"
	maxDepth = 40 // of nesting, so that no text makes a reader run away
	maxCells = 400
)

// Refs gives all references of an expression.
func (e *Expr) Refs() []*Ref {
	if e == nil {
		return nil
	}
	if e.Op == 'r' {
		return []*Ref{e.Ref}
	}
	return append(e.L.Refs(), e.R.Refs()...)
}

type exprReader struct {
	c    *Catalog
	flow *Dataflow
	s    string
	at   int
}

var errExpr = errors.New("?")

// parseExpr reads an expression whose references are checked against the catalogue.
func (c *Catalog) parseExpr(flow *Dataflow, text string) (*Expr, error) {
	p := &exprReader{c: c, flow: flow, s: text}
	e, err := p.alternatives(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.s) {
		return nil, p.wrong()
	}
	return e, nil
}

// wrong points at the rest of the text.
func (p *exprReader) wrong() error {
	return errors.New("“" + strings.ToValidUTF8(p.s[min(p.at, len(p.s)):], "�") + "”")
}

func (p *exprReader) space() {
	for p.at < len(p.s) && strings.ContainsRune(" \n\t", rune(p.s[p.at])) {
		p.at++
	}
}

func (p *exprReader) take(token string) bool {
	p.space()
	if strings.HasPrefix(p.s[p.at:], token) {
		p.at += len(token)
		return true
	}
	return false
}

func (p *exprReader) alternatives(depth int) (*Expr, error) {
	return p.chain(depth, p.sum, map[string]byte{"else ": 'e'})
}

func (p *exprReader) sum(depth int) (*Expr, error) {
	return p.chain(depth, p.product, map[string]byte{"+": '+', "-": '-'})
}

func (p *exprReader) product(depth int) (*Expr, error) {
	return p.chain(depth, p.factor, map[string]byte{"*": '*', "/": '/'})
}

// chain reads terms joined by operators of one rank, from the left.
func (p *exprReader) chain(depth int, term func(int) (*Expr, error), operators map[string]byte) (*Expr, error) {
	left, err := term(depth)
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		var op byte
		for token, o := range operators {
			if p.take(token) {
				op = o
				break
			}
		}
		if op == 0 {
			return left, nil
		}
		if n > maxCells {
			return nil, p.wrong()
		}
		right, err := term(depth)
		if err != nil {
			return nil, err
		}
		left = &Expr{Op: op, L: left, R: right}
	}
}

func (p *exprReader) factor(depth int) (*Expr, error) {
	if depth > maxDepth {
		return nil, p.wrong()
	}
	mean := p.take("mean(")
	if mean || p.take("(") {
		e, err := p.alternatives(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.take(")") || mean && e.Op != 'r' {
			return nil, p.wrong()
		}
		if mean {
			e = &Expr{Op: 'm', L: e}
		}
		return e, nil
	}
	p.space()
	if n := p.word("0123456789."); n != "" {
		d, err := stat.ParseDecimal(n)
		if err != nil {
			return nil, p.wrong()
		}
		return &Expr{Op: 'n', N: d}, nil
	}
	return p.reference()
}

const nameSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

func (p *exprReader) word(signs string) string {
	from := p.at
	for p.at < len(p.s) && strings.IndexByte(signs, p.s[p.at]) >= 0 {
		p.at++
	}
	return p.s[from:p.at]
}

func (p *exprReader) reference() (*Expr, error) {
	if p.take(this) {
		return &Expr{Op: 'r', Ref: &Ref{Flow: p.flow, This: true}}, nil
	}
	r := &Ref{Flow: p.flow, Codes: map[string][]string{}}
	if name := p.word(nameSigns); name != "" {
		if r.Flow = p.c.flowByID[name]; r.Flow == nil {
			return nil, errors.New("“" + name + "”")
		}
	}
	if !p.take("[") {
		return nil, p.wrong()
	}
	for {
		p.space()
		end := strings.IndexAny(p.s[p.at:], ",]")
		if end < 0 {
			return nil, p.wrong()
		}
		item := strings.TrimSpace(p.s[p.at : p.at+end])
		if item == "" && len(r.Codes) == 0 && p.s[p.at+end] == ']' {
			p.at += end + 1
			break // the same codes in another dataflow
		}
		if err := p.item(r, item); err != nil {
			return nil, errors.New("“" + strings.ToValidUTF8(item, "�") + "”")
		}
		p.at += end + 1
		if p.s[p.at-1] == ']' {
			break
		}
	}
	cells := 1
	for _, d := range r.Flow.Dimensions {
		if codes, ok := r.Codes[d.ID]; ok {
			if cells *= len(codes); cells > maxCells {
				return nil, p.wrong()
			}
		} else if p.flow.Position(d.ID) < 0 {
			return nil, errors.New("“" + d.ID + "”") // nothing to copy it from
		}
	}
	return &Expr{Op: 'r', Ref: r}, nil
}

// item reads one piece within brackets: a code, or the time.
func (p *exprReader) item(r *Ref, item string) error {
	if t, ok := strings.CutPrefix(item, "t"); ok {
		return r.time(t)
	}
	dimension, given, ok := strings.Cut(item, "=")
	i := r.Flow.Position(dimension)
	if !ok || i < 0 || r.Codes[dimension] != nil {
		return errExpr
	}
	list := p.c.codelists[r.Flow.Dimensions[i].Codelist]
	for code := range strings.SplitSeq(given, "+") {
		found := []string{code}
		if head, all := strings.CutSuffix(code, "*"); all {
			found = nil
			for _, x := range list.Codes {
				if head != "" && strings.HasPrefix(x.ID, head) {
					found = append(found, x.ID)
				}
			}
		} else if _, known := list.Code(code); !known {
			return errExpr
		}
		if len(found) == 0 || slices.ContainsFunc(found, func(x string) bool { return slices.Contains(r.Codes[dimension], x) }) {
			return errExpr
		}
		r.Codes[dimension] = append(r.Codes[dimension], found...)
	}
	return nil
}

// time reads what follows "t" in a reference.
func (r *Ref) time(t string) error {
	if r.Years != 0 || r.Fixed != nil || r.Within != 0 || r.Last || len(t) < 2 {
		return errExpr
	}
	switch {
	case t == ":last":
		r.Last = true
	case t[0] == ':' && len(t) == 2 && strings.Contains("ASQM", t[1:]):
		r.Within = stat.Frequency(t[1])
	case t[0] == '=':
		at, err := stat.ParsePeriod(t[1:])
		if err != nil {
			return errExpr
		}
		r.Fixed = &at
	case t[0] == '-' && strings.HasSuffix(t, "y"):
		n, err := strconv.Atoi(t[1 : len(t)-1])
		if err != nil || n < 1 || n > 100 {
			return errExpr
		}
		r.Years = -n
	default:
		return errExpr
	}
	return nil
}
