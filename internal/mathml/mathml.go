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
		j := i
		t := token{kind: sign, spaced: spaced}
		spaced = false
		switch c := r[i]; {
		case unicode.IsSpace(c):
			spaced = true
			i++
			continue
		case strings.ContainsRune(superscripts, c):
			for j < len(r) && strings.ContainsRune(superscripts, r[j]) {
				j++
			}
			t.kind = script
		case strings.ContainsRune(subscripts, c):
			for j < len(r) && strings.ContainsRune(subscripts, r[j]) {
				j++
			}
			t.kind = script
		case unicode.IsDigit(c):
			for j < len(r) && (unicode.IsDigit(r[j]) || (r[j] == ',' || r[j] == '.') && j+1 < len(r) && unicode.IsDigit(r[j+1])) {
				j++
			}
			t.kind = number
			if j+1 < len(r) && r[j] == '–' && unicode.IsDigit(r[j+1]) { // a span of years is words
				for j++; j < len(r) && unicode.IsDigit(r[j]); j++ {
				}
				t.kind = word
			}
		case c == 'Σ':
			j++
		case greek(c):
			for j++; j < len(r) && unicode.IsMark(r[j]); j++ {
			}
			t.kind = name
		case unicode.IsLetter(c):
			for j < len(r) && (unicode.IsLetter(r[j]) && !greek(r[j]) && r[j] != 'Σ' || unicode.IsMark(r[j]) || j > i && unicode.IsDigit(r[j]) && i+1 < j) {
				j++
			}
			if t.kind = name; letters(r[i:j]) > 1 || c > 0x24F && !unicode.IsMark(c) || aWord(r, i, j) {
				t.kind = word
			}
		default:
			j++
		}
		t.text = string(r[i:j])
		out = append(out, t)
		i = j
	}
	return out
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
	isWord := func(i int) bool { // a word that nothing is attached to
		t := list[i]
		attached := i+1 < len(list) && !list[i+1].spaced && (list[i+1].kind == script || strings.ContainsAny(list[i+1].text[:1], "_^('") || list[i+1].text == "/")
		return t.kind == word && !attached && (i == 0 || t.spaced || list[i-1].text == "(")
	}
	for i, t := range list {
		switch {
		case depth == 0 && bars%2 == 0 && isWord(i) && !(len(now) > 0 && (now[len(now)-1].text == "/" || now[len(now)-1].text == "_")) && !(i+1 < len(list) && list[i+1].text == "/"):
			cut()
			out = append(out, []token{t})
			continue
		case depth == 0 && bars%2 == 0 && t.spaced && (strings.Contains(relations+"+−×·÷±", t.text)):
			cut()
		case depth == 0 && bars%2 == 0 && t.spaced && len(now) > 0 && strings.Contains(",;", now[len(now)-1].text):
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
		set = "<mo>" + t.text + "</mo>" + inner
		if closed {
			set += "<mo>" + brackets[t.text] + "</mo>"
		}
		scripted := p.scripts(row(set))
		if scripted == row(set) && closed {
			return scripted, inner
		}
		return scripted, scripted
	case t.text == "|":
		inner, closed := p.until("|")
		set = "<mo>|</mo>" + inner
		if closed {
			set += "<mo>|</mo>"
		}
	case t.text == "√":
		_, under := p.primary()
		set = "<msqrt>" + under + "</msqrt>"
		return set, set
	case t.text == "Σ":
		sum := "<mo>∑</mo>"
		if next, ok := p.peek(); ok && next.text == "_" {
			p.at++
			sum = "<munder>" + sum + row(p.argument()) + "</munder>"
		}
		switch next, ok := p.peek(); {
		case strings.HasPrefix(sum, "<munder>") && !ok:
			return sum, sum
		case !ok || next.kind == script && !next.spaced || next.kind == sign && brackets[next.text] == "" && next.text != "Σ" && next.text != "|" && next.text != "√":
			set = p.scripts("<mi>Σ</mi>") // a matrix of that name: there is nothing to be added up
			return set, set
		}
		of, _ := p.primary()
		return sum + of, sum + of
	case t.kind == number:
		set = "<mn>" + html.EscapeString(t.text) + "</mn>"
	case t.kind == name:
		set = "<mi>" + html.EscapeString(t.text) + "</mi>"
	case t.kind == word:
		set = "<mtext>" + html.EscapeString(blank(t)+t.text) + "</mtext>"
		for { // words side by side
			next, ok := p.peek()
			if !ok || next.kind != word || !next.spaced {
				break
			}
			p.at++
			set = strings.TrimSuffix(set, "</mtext>") + " " + html.EscapeString(next.text) + "</mtext>"
		}
	case t.kind == script:
		set = "<mn>" + plainDigits.Replace(t.text) + "</mn>"
	case t.text == "%" || t.text == "…":
		set = "<mtext>" + blank(t) + t.text + "</mtext>"
	default:
		set = "<mo>" + html.EscapeString(t.text) + "</mo>"
		return set, set
	}
	if next, ok := p.peek(); ok && (t.kind == name || t.kind == word) && next.text == "(" && !next.spaced {
		p.at++
		inner, closed := p.until(")")
		set += "<mo>(</mo>" + inner
		if closed {
			set += "<mo>)</mo>"
		}
		set = row(set)
	}
	set = p.scripts(set)
	return set, set
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
