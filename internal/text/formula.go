package text

import "strings"

// formula holds what a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection").
const formula = "=+-@\t\r\n"

// Disarm gives a text as a CSV file may hold it: one that a spreadsheet would run as a formula gets an apostrophe in front. So does one
// that already has the apostrophe, so that Rearm always gives the text back. A sign alone, as the comparator of a target, has nothing to run and
// stays as it is.
func Disarm(s string) string {
	if len(s) < 2 || s[0] != '\'' && strings.IndexByte(formula, s[0]) < 0 { // nearly all texts
		return s
	}
	if strings.IndexAny(strings.TrimLeft(s, "'"), formula) == 0 {
		return "'" + s
	}
	return s
}

// Rearm undoes Disarm, for files that come back. Files of earlier days have the apostrophe before a sign alone too.
func Rearm(s string) string {
	rest, ok := strings.CutPrefix(s, "'")
	if ok && (Disarm(rest) == s || len(rest) == 1 && strings.Contains(formula, rest)) {
		return rest
	}
	return s
}
