package calc_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/calc/calctest"
	"nhipso/internal/fault"
)

// trials are values with which a flag is tried: of a text, a number, a number between 0 and 1, a switch.
var trials = []string{"=no-such", "=3", "=0.37", ""}

// someData lists the flags that bear on some data only, with the reason. All others have to change something, or be refused.
var someData = map[string]string{
	"blank-is-zero":      "where a cell is blank",
	"non-negative":       "where a figure would be below zero",
	"posterior":          "where there are so many figures that their errors are left out",
	"threads":            "how long it takes; what comes out may not depend on it",
	"digital details":    "rows of the table that are no industries",
	"digital final":      "columns of the table that are no industries",
	"digital imports":    "rows of the table that are no industries",
	"digital taxes":      "rows of the table that are no industries",
	"digital physical":   "rows of the table that are no industries",
	"benchmark partial":  "where the indicator ends within the last total",
	"chain fallback":     "where double deflation gives a value below zero",
	"provinces decimals": "where a figure has that many",
	"seasonal always":    "where the tests find no season",
	"seasonal periodic":  "nothing by itself, for it is the window that is usual; beside another one it is refused",
}

var flagLine = regexp.MustCompile(`(?m)^  --(\S+)`)

// Every run of the pages is made again with every other flag of its command. A flag that is taken and changes nothing is one that somebody
// believes to have been obeyed.
func TestNoFlagIsWithoutEffect(t *testing.T) {
	tried := 0
	for _, c := range calc.Names() {
		b, err := os.ReadFile(filepath.Join(docs, c+".md"))
		if err != nil {
			t.Fatal(err)
		}
		help, err := example("$ nhipso calc " + c + " --help")
		if err != nil {
			t.Fatal(err)
		}
		flags := flagLine.FindAllStringSubmatch(help, -1)
		for _, block := range console.FindAllStringSubmatch(string(b), -1) {
			for _, line := range calctest.Lines(block[1]) {
				if !strings.HasPrefix(line, "$ ") || strings.Contains(line, "--help") {
					continue
				}
				words := slices.DeleteFunc(strings.Fields(line), func(w string) bool { return w == "--json" })
				for _, f := range flags {
					name := "--" + f[1]
					if name == "--json" || someData[f[1]] != "" || someData[c+" "+f[1]] != "" || slices.ContainsFunc(words, func(w string) bool { return w == name || strings.HasPrefix(w, name+"=") }) {
						continue
					}
					tried++
					if !changes(strings.Join(words, " "), name) {
						t.Errorf("%s: %s changes nothing and is taken", strings.Join(words, " "), name)
					}
				}
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d flags were tried: does this test look in the right place?", tried)
	}
}

// changes says whether some value of a flag changes what a run prints, as a table or as JSON, or is refused for what it says.
func changes(line, flag string) bool {
	for _, form := range []string{line, line + " --json"} {
		plain, err := attempt(form)
		if err != nil {
			return true // the page shows a refusal
		}
		for _, value := range trials {
			got, err := attempt(form + " " + flag + value)
			if fault.CodeOf(err) != "calc.bad-flag" && (err != nil || got != plain) {
				return true
			}
		}
	}
	return false
}
