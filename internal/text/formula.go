package text

import "strings"

// formula holds what a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection").
const formula = "=+-@\t\r\n"

// Disarm gives a text as a CSV file may hold it: one that a spreadsheet would run as a formula gets an apostrophe in front. So does one
// that already has the apostrophe, so that Rearm always gives the text back.
func Disarm(s string) string {
	if s == "" || s[0] != '\'' && strings.IndexByte(formula, s[0]) < 0 { // nearly all texts
		return s
	}
	if strings.IndexAny(strings.TrimLeft(s, "'"), formula) == 0 {
		return "'" + s
	}
	return s
}

// Rearm undoes Disarm, for files that come back.
func Rearm(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && Disarm(rest) == s {
		return rest
	}
	return s
}
