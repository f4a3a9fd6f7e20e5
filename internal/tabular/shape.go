package tabular

import "strings"

// shape is what a text could be as a number: its digits apart from sign, brackets, per cent and flags, and which marks may be read how.
type shape struct {
	digits       string // with the marks as printed, without blanks between thousands
	exponent     string // with its e
	negative     bool
	percent      bool
	flags        []mark
	point, comma bool // may be read with that mark before the decimals
	marked       bool // has a point or a comma at all
}

// number says whether the text is a number in any reading.
func (s shape) number() bool { return s.point || s.comma }

// undecided says whether it is a number in both readings, and another one in each.
func (s shape) undecided() bool { return s.point && s.comma && s.marked }

// shapeOf takes a text apart.
func shapeOf(t string) shape {
	var s shape
	if digitsOnly(t) {
		s.digits, s.point, s.comma = t, true, true
		return s
	}
	if t == "" || strings.IndexByte("0123456789.,+-(", t[0]) < 0 && t[0] != "−"[0] { // of the minus signs beyond ASCII, the first byte
		return s
	}
	t, s.flags = cutFlags(t)
	if inner, ok := strings.CutPrefix(t, "("); ok { // accountants write (1,234) for −1,234
		if inner, ok = strings.CutSuffix(inner, ")"); !ok {
			return shape{}
		}
		s.negative, t = true, trim(inner)
	}
	if rest, ok := strings.CutSuffix(t, "%"); ok {
		s.percent, t = true, trim(rest)
	}
	signed := false
	for _, m := range []string{"-", "−", "–", "+"} {
		if rest, ok := strings.CutPrefix(t, m); ok {
			if s.negative {
				return shape{} // a minus inside brackets
			}
			s.negative, signed, t = m != "+", true, trim(rest)
			break
		}
	}
	if signed && t == "" {
		return shape{}
	}
	t, s.exponent = cutExponent(t)
	spaced := false
	if s.digits, spaced = joinThousands(t); s.digits == "" {
		return shape{}
	}
	s.marked = strings.ContainsAny(s.digits, ".,")
	bare := spaced || s.exponent != "" // no further sign between thousands
	s.point, s.comma = reads(s.digits, '.', ',', bare), reads(s.digits, ',', '.', bare)
	return s
}

func digitsOnly(t string) bool {
	for i := 0; i < len(t); i++ {
		if t[i] < '0' || t[i] > '9' {
			return false
		}
	}
	return t != ""
}

// cutExponent splits 1.5E-03 before its E.
func cutExponent(t string) (mantissa, exponent string) {
	at := strings.IndexAny(t, "eE")
	if at <= 0 {
		return t, ""
	}
	digits := strings.TrimLeft(t[at+1:], "+-")
	if !digitsOnly(digits) || len(t)-at-1-len(digits) > 1 || len(digits) > 4 {
		return t, ""
	}
	return t[:at], "e" + t[at+1:]
}

// joinThousands takes the blanks between thousands out: groups of three digits behind one of up to three. Nothing where blanks stand
// elsewhere.
func joinThousands(t string) (joined string, spaced bool) {
	if !strings.ContainsFunc(t, blank) {
		return t, false
	}
	end := strings.IndexAny(t, ".,")
	if end < 0 {
		end = len(t)
	}
	groups := strings.FieldsFunc(t[:end], blank)
	for i, g := range groups {
		if !digitsOnly(g) || i > 0 && len(g) != 3 || len(g) > 3 {
			return "", false
		}
	}
	if strings.ContainsFunc(t[end:], blank) || len(groups) < 2 || strings.HasPrefix(t, " ") {
		return "", false
	}
	return strings.Join(groups, "") + t[end:], true
}

// reads says whether digits are a number when mark stands before the decimals and group between thousands.
func reads(digits string, mark, group byte, bare bool) bool {
	whole, fraction, decimal := strings.Cut(digits, string(mark))
	if decimal && fraction != "" && !digitsOnly(fraction) || decimal && fraction == "" && whole == "" {
		return false
	}
	if strings.IndexByte(whole, group) < 0 {
		return whole == "" && decimal || digitsOnly(whole)
	}
	groups := strings.Split(whole, string(group))
	for i, g := range groups {
		if !digitsOnly(g) || i > 0 && len(g) != 3 || len(g) > 3 {
			return false
		}
	}
	return !bare && groups[0][0] != '0'
}

// plain writes the number with a point and nothing between thousands.
func (s shape) plain(comma bool) string {
	d := s.digits
	switch {
	case !s.marked:
	case comma:
		d = strings.Replace(strings.ReplaceAll(d, ".", ""), ",", ".", 1)
	default:
		d = strings.ReplaceAll(d, ",", "")
	}
	if s.negative {
		d = "-" + d
	}
	return strings.TrimSuffix(d, ".") + s.exponent
}
