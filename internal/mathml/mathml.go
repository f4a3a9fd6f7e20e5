// Package mathml sets formulas that are written in one line as people write them in a text, "s_t/s_{t−1} = (1 + g_D)/(1 + g)", as MathML. Words in a
// formula stay words, so that a line breaks between them on a narrow screen, and each piece carries what was written as its alternative text.
//
// It knows fractions (a/b), scripts (_ and ^, a run of letters or {…}, superscript and subscript digits), roots (√), bars (|x|), sums (Σ_{…}), hats and
// primes. It may not change what a formula says: whatever it does not know stands as it was written.
package mathml

import (
	"html"
	"strings"
	"unicode"
)

// Line sets one line: pieces of MathML and words, with blanks between them where the line may break.
func Line(s string) string {
	var out []string
	var words []string
	flush := func() {
		if len(words) > 0 {
			out = append(out, `<span class="words">`+html.EscapeString(strings.Join(words, " "))+`</span>`)
			words = nil
		}
	}
	for _, piece := range pieces(scan(s)) {
		if text, is := prose(piece); is {
			words = append(words, text)
			continue
		}
		flush()
		p := &parser{tokens: piece}
		out = append(out, `<math alttext="`+html.EscapeString(written(piece))+`"><mrow>`+p.all()+`</mrow></math>`)
	}
	flush()
	return strings.Join(out, " ")
}

// kind of a token.
type kind int

const (
	name   kind = iota // one letter, or a Greek one
	word               // several letters: words of a language
	number             //
	sign               // an operator, a bracket, anything else
	script             // superscript or subscript digits: ² ⁻¹ ₀
)

type token struct {
	kind   kind
	text   string
	spaced bool // a blank stands before it
}

const (
	superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
	subscripts   = "₀₁₂₃₄₅₆₇₈₉"
)

// plainDigits reads superscript and subscript digits.
var plainDigits = strings.NewReplacer("⁰", "0", "¹", "1", "²", "2", "³", "3", "⁴", "4", "⁵", "5", "⁶", "6", "⁷", "7", "⁸", "8", "⁹", "9", "⁺", "+", "⁻", "−",
	"₀", "0", "₁", "1", "₂", "2", "₃", "3", "₄", "4", "₅", "5", "₆", "6", "₇", "7", "₈", "8", "₉", "9")

// scan divides a line into tokens.
func scan(s string) []token {
	var out []token
	r := []rune(s)
	spaced := false
	for i := 0; i < len(r); {
		if unicode.IsSpace(r[i]) {
			spaced = true
			i++
			continue
		}
		k, j := next(r, i)
		out = append(out, token{k, string(r[i:j]), spaced})
		spaced, i = false, j
	}
	return out
}

// next tells of what kind the token is that begins at a place, and where it ends.
func next(r []rune, i int) (kind, int) {
	switch c := r[i]; {
	case strings.ContainsRune(superscripts, c):
		return script, run(r, i, func(c rune) bool { return strings.ContainsRune(superscripts, c) })
	case strings.ContainsRune(subscripts, c):
		return script, run(r, i, func(c rune) bool { return strings.ContainsRune(subscripts, c) })
	case unicode.IsDigit(c):
		return digits(r, i)
	case greek(c):
		return name, run(r, i+1, unicode.IsMark)
	case unicode.IsLetter(c) && c != 'Σ':
		return lettersAt(r, i)
	}
	return sign, i + 1
}

// run gives where letters of a kind end that begin at a place.
func run(r []rune, i int, of func(rune) bool) int {
	for i < len(r) && of(r[i]) {
		i++
	}
	return i
}

// digits reads a number, or a span of years, which is words.
func digits(r []rune, i int) (kind, int) {
	for i < len(r) && (unicode.IsDigit(r[i]) || (r[i] == ',' || r[i] == '.') && i+1 < len(r) && unicode.IsDigit(r[i+1])) {
		i++
	}
	if i+1 < len(r) && r[i] == '–' && unicode.IsDigit(r[i+1]) {
		return word, run(r, i+1, unicode.IsDigit)
	}
	return number, i
}

// lettersAt reads a name of one letter, or a word; digits may end a word, as in log2.
func lettersAt(r []rune, i int) (kind, int) {
	j := i
	for j < len(r) {
		letter := unicode.IsLetter(r[j]) && !greek(r[j]) && r[j] != 'Σ' || unicode.IsMark(r[j])
		if digit := unicode.IsDigit(r[j]) && j > i+1; !letter && !digit {
			break
		}
		j++
	}
	if letters(r[i:j]) > 1 || r[i] > 0x24F && !unicode.IsMark(r[i]) || aWord(r, i, j) {
		return word, j
	}
	return name, j
}

func greek(c rune) bool { return unicode.Is(unicode.Greek, c) && c != 'Σ' }

// letters counts the letters of a run, without the marks upon them.
func letters(run []rune) (n int) {
	for _, c := range run {
		if !unicode.IsMark(c) {
			n++
		}
	}
	return n
}

// aWord reports whether one Latin letter is the English article or a word of one vowel: words stand behind it, and no script.
func aWord(r []rune, i, j int) bool {
	return (r[i] == 'a' || r[i] > 0x7F) && j+1 < len(r) && r[j] == ' ' && unicode.IsLetter(r[j+1]) && j+2 < len(r) && unicode.IsLetter(r[j+2]) && !greek(r[j+1])
}

// relations may begin a new line, and so do signs between terms that have a blank before them.
const relations = "=≤≥<>~≈"

// pieces cuts a line outside brackets: at words, before relations and before signs that stand free.
func pieces(list []token) [][]token {
	var out [][]token
	var now []token
	depth, bars := 0, 0
	cut := func() {
		if len(now) > 0 {
			out, now = append(out, now), nil
		}
	}
	for i, t := range list {
		if outside := depth == 0 && bars%2 == 0; outside && freeWord(list, i, now) {
			cut()
			out = append(out, []token{t})
			continue
		} else if outside && t.spaced && (strings.Contains(relations+"+−×·÷±", t.text) || len(now) > 0 && strings.Contains(",;", now[len(now)-1].text)) {
			cut()
		}
		switch t.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case "|":
			bars++
		}
		now = append(now, t)
	}
	cut()
	return out
}

// freeWord reports whether a token is a word of the sentence: nothing is attached to it, and it is no part of a fraction or a script.
func freeWord(list []token, i int, before []token) bool {
	t := list[i]
	if t.kind != word || i > 0 && !t.spaced && list[i-1].text != "(" {
		return false
	}
	if i+1 < len(list) {
		if after := list[i+1]; after.text == "/" || !after.spaced && (after.kind == script || strings.ContainsAny(after.text[:1], "_^('")) {
			return false
		}
	}
	return len(before) == 0 || before[len(before)-1].text != "/" && before[len(before)-1].text != "_"
}

// prose gives the text of a piece that is nothing but words and numbers.
func prose(list []token) (string, bool) {
	for _, t := range list {
		if t.kind != word {
			return "", false
		}
	}
	return written(list), true
}

// written gives tokens as they were written.
func written(list []token) string {
	var b strings.Builder
	for i, t := range list {
		if t.spaced && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// parser sets the tokens of a piece.
type parser struct {
	tokens []token
	at     int
}

func (p *parser) peek() (token, bool) {
	if p.at < len(p.tokens) {
		return p.tokens[p.at], true
	}
	return token{}, false
}

// all sets what is left.
func (p *parser) all() string {
	var b strings.Builder
	for p.at < len(p.tokens) {
		b.WriteString(p.quotient())
	}
	return b.String()
}

// until sets what stands before a closing sign, and takes the sign; false where it does not come.
func (p *parser) until(end string) (string, bool) {
	var b strings.Builder
	for {
		t, ok := p.peek()
		if !ok {
			return b.String(), false
		}
		if t.text == end {
			p.at++
			return b.String(), true
		}
		b.WriteString(p.quotient())
	}
}

// quotient sets a primary, and a fraction where a stroke follows.
func (p *parser) quotient() string {
	over, bare := p.primary()
	for {
		t, ok := p.peek()
		if !ok || t.text != "/" || p.at+1 == len(p.tokens) {
			return over
		}
		p.at++
		_, bareUnder := p.primary()
		over = "<mfrac>" + row(bare) + row(bareUnder) + "</mfrac>"
		bare = over
	}
}

func row(s string) string { return "<mrow>" + s + "</mrow>" }

// brackets that may stand around a group, with what closes them.
var brackets = map[string]string{"(": ")", "[": "]"}

// primary sets one thing with its scripts. bare is the same without the brackets that a fraction makes needless.
func (p *parser) primary() (set, bare string) {
	t, _ := p.peek()
	p.at++
	switch {
	case brackets[t.text] != "":
		inner, closed := p.until(brackets[t.text])
		group := row(fenced(t.text, inner, brackets[t.text], closed))
		if set = p.scripts(group); set == group && closed {
			return set, inner
		}
		return set, set
	case t.text == "|":
		inner, closed := p.until("|")
		set = p.scripts(row(fenced("|", inner, "|", closed)))
	case t.text == "√":
		_, under := p.primary()
		set = "<msqrt>" + under + "</msqrt>"
	case t.text == "Σ":
		set = p.sum()
	case t.kind == sign && t.text != "%" && t.text != "…":
		set = "<mo>" + html.EscapeString(t.text) + "</mo>"
	default:
		set = p.scripts(p.called(t, p.plain(t)))
	}
	return set, set
}

// fenced puts brackets around what is set; one that is never closed stands alone.
func fenced(open, inner, end string, closed bool) string {
	set := "<mo>" + open + "</mo>" + inner
	if closed {
		set += "<mo>" + end + "</mo>"
	}
	return set
}

// sum sets a sum with what it runs over and what is added, or the matrix that bears the same letter where there is nothing to be added up.
func (p *parser) sum() string {
	sum := "<mo>∑</mo>"
	if t, ok := p.peek(); ok && t.text == "_" {
		p.at++
		sum = "<munder>" + sum + row(p.argument()) + "</munder>"
	}
	t, ok := p.peek()
	switch {
	case !ok && sum != "<mo>∑</mo>":
		return sum
	case !ok || t.kind == script && !t.spaced || t.kind == sign && brackets[t.text] == "" && !strings.Contains("Σ|√", t.text):
		return p.scripts("<mi>Σ</mi>")
	}
	of, _ := p.primary()
	return sum + of
}

// plain sets a token by itself; words side by side are one text.
func (p *parser) plain(t token) string {
	text := html.EscapeString(t.text)
	switch t.kind {
	case number:
		return "<mn>" + text + "</mn>"
	case name:
		return "<mi>" + text + "</mi>"
	case script:
		return "<mn>" + plainDigits.Replace(t.text) + "</mn>"
	}
	text = blank(t) + text
	for t.kind == word {
		after, ok := p.peek()
		if !ok || after.kind != word || !after.spaced {
			break
		}
		p.at++
		text += " " + html.EscapeString(after.text)
	}
	return "<mtext>" + text + "</mtext>"
}

// called sets the arguments of a name that is a function.
func (p *parser) called(t token, set string) string {
	after, ok := p.peek()
	if !ok || t.kind != name && t.kind != word || after.text != "(" || after.spaced {
		return set
	}
	p.at++
	inner, closed := p.until(")")
	return row(set + fenced("(", inner, ")", closed))
}

// blank is the space before a word within a formula.
func blank(t token) string {
	if t.spaced {
		return "\u00a0"
	}
	return ""
}

// scripts sets what is attached to a base: primes, digits above and below, _ and ^.
func (p *parser) scripts(base string) string {
	var below, above string
	for {
		t, ok := p.peek()
		switch {
		case ok && !t.spaced && t.kind == script:
			p.at++
			if set := "<mn>" + plainDigits.Replace(t.text) + "</mn>"; strings.ContainsAny(t.text, subscripts) {
				below += set
			} else {
				above += set
			}
		case ok && !t.spaced && (t.text == "'" || t.text == "′"):
			p.at++
			above += "<mo>′</mo>"
		case ok && !t.spaced && (t.text == "_" || t.text == "^") && p.at+1 < len(p.tokens):
			p.at++
			if t.text == "_" {
				below += p.argument()
			} else {
				above += p.argument()
			}
		default:
			switch {
			case below != "" && above != "":
				return "<msubsup>" + base + row(below) + row(above) + "</msubsup>"
			case below != "":
				return "<msub>" + base + row(below) + "</msub>"
			case above != "":
				return "<msup>" + base + row(above) + "</msup>"
			}
			return base
		}
		if strings.HasPrefix(base, "<mtext>") && !strings.HasSuffix(base, "</mtext>") {
			base = row(base)
		}
	}
}

// argument sets what is a script: {…}, (…) without its brackets, or one token.
func (p *parser) argument() string {
	t, _ := p.peek()
	if end := map[string]string{"{": "}", "(": ")", "|": "|"}[t.text]; end != "" {
		p.at++
		inner, closed := p.until(end)
		if end == "|" {
			inner = "<mo>|</mo>" + inner
			if closed {
				inner += "<mo>|</mo>"
			}
		}
		return inner
	}
	p.at++
	switch t.kind {
	case number:
		return "<mn>" + html.EscapeString(t.text) + "</mn>"
	case word:
		return "<mtext>" + html.EscapeString(t.text) + "</mtext>"
	case name:
		return "<mi>" + html.EscapeString(t.text) + "</mi>"
	case script:
		return "<mn>" + plainDigits.Replace(t.text) + "</mn>"
	}
	return "<mo>" + html.EscapeString(t.text) + "</mo>"
}
