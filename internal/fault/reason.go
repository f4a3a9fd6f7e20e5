package fault

import (
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strconv"

	"nhipso/internal/tabular/record"
)

// What a library says of a YAML text, taken apart to be said in both languages.
var (
	yamlLine    = regexp.MustCompile(`line (\d+):`)
	yamlUnknown = regexp.MustCompile(`line (\d+): field (\S+) not found in type`)
	yamlTwice   = regexp.MustCompile(`line (\d+): mapping key "(.*)" already defined`)
)

// Unread is a fault with a fact "reason": why a file could not be read, in the language of the sentence, with the row where it is known. Libraries
// say it in English and in words of their own; what they say of anything else is given as it is.
func Unread(code, file string, err error) *Error {
	reason, row := reasonOf(err)
	return New(code, "reason", reason).At(file, row, "")
}

func reasonOf(err error) (reason any, row int) {
	var table *record.TableError
	var syntax *record.SyntaxError
	var ours *Error
	switch {
	case errors.As(err, &ours):
		return ours, 0
	case errors.As(err, &table):
		return New(tableCodes[table.Wrong], "got", table.Got, "want", table.Want), table.Line
	case errors.As(err, &syntax):
		return New("file.quote"), syntax.Line
	case errors.Is(err, fs.ErrNotExist):
		return New("file.missing"), 0
	case errors.Is(err, io.EOF):
		return New("file.empty"), 0
	}
	text := err.Error()
	for code, shape := range map[string]*regexp.Regexp{"file.unknown-key": yamlUnknown, "file.twice-key": yamlTwice} {
		if m := shape.FindStringSubmatch(text); m != nil {
			return New(code, "key", m[2]), number(m[1])
		}
	}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		row = number(m[1])
	}
	return text, row
}

var tableCodes = map[record.Wrong]string{record.NotText: "file.not-text", record.NoHeading: "file.empty", record.Length: "file.row-length", record.Name: "file.column-name", record.Columns: "file.columns"}

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
