package calc_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"nhipso/data"
	"nhipso/internal/territory"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/calc"
	"nhipso/internal/calc/calctest"
)

var update = flag.Bool("update", false, "write the output of the runs into the pages")

const docs, examples = "../../doc/calc", "../../doc/calc/examples"

// console is a fenced block of a page: commands after "$ ", each followed by what it prints. A line "…" stands for any lines.
var console = regexp.MustCompile("(?s)```console\n(.*?)```\n")

// attempt runs one command of a page in the folder of the examples, with what it prints and its remarks.
func attempt(line string) (string, error) {
	var out bytes.Buffer
	e := &calc.Env{In: strings.NewReader(""), Out: &out, Err: &out, Lang: "en", Areas: func() (*territory.Registry, error) { return territory.Load(data.FS) }, Open: func(name string) (io.ReadCloser, error) {
		if rest, ok := strings.CutPrefix(name, "data/"); ok { // files of the system itself, as seen from its root
			return os.Open("../../data/" + rest)
		}
		return os.Open(filepath.Join(examples, name))
	}}
	err := calc.Run(context.Background(), e, strings.Fields(strings.TrimPrefix(line, "$ nhipso calc ")))
	return out.String(), err
}

// example is attempt with what a refusal says.
func example(line string) (string, error) {
	out, err := attempt(line)
	if err != nil && !errors.Is(err, calc.ErrHelp) {
		out += fmt.Sprintln(err)
	}
	return out, nil
}

var figure = regexp.MustCompile(`-?\d+(\.\d+)?(e[+-]?\d+)?`)

// same compares two lines: their words exactly, their numbers to nine digits, so that another processor may round the last ones otherwise.
func same(got, want string) bool {
	if figure.ReplaceAllString(got, "#") != figure.ReplaceAllString(want, "#") {
		return false
	}
	a, b := figure.FindAllString(got, -1), figure.FindAllString(want, -1)
	for i := range a {
		x, _ := strconv.ParseFloat(a[i], 64)
		y, _ := strconv.ParseFloat(b[i], 64)
		if math.Abs(x-y) > 1e-9*math.Max(math.Abs(y), 1e-3) {
			return false
		}
	}
	return true
}

// matches holds output against what a page shows.
func matches(got, want []string) bool {
	for len(want) > 0 && len(got) > 0 && want[0] != "…" {
		if !same(got[0], want[0]) {
			return false
		}
		got, want = got[1:], want[1:]
	}
	if len(want) > 0 && want[0] == "…" {
		for k := range len(got) + 1 {
			if matches(got[k:], want[1:]) {
				return true
			}
		}
	}
	return len(got) == 0 && len(want) == 0
}

// shorten leaves of a long output what the page showed before: as many lines from its head and its tail.
func shorten(got, before []string) []string {
	for i, l := range before {
		if l == "…" {
			tail := len(before) - i - 1
			if i+tail < len(got) {
				return append(append(append([]string{}, got[:i]...), "…"), got[len(got)-tail:]...)
			}
		}
	}
	return got
}

func TestPagesShowWhatTheProgramPrints(t *testing.T) {
	for _, c := range calc.Names() {
		page := filepath.Join(docs, c+".md")
		b, err := os.ReadFile(page)
		if err != nil {
			t.Errorf("calculation %s has no page", c)
			continue
		}
		runs := 0
		text := console.ReplaceAllStringFunc(string(b), func(block string) string {
			var out []string
			body := calctest.Lines(console.FindStringSubmatch(block)[1])
			for i := 0; i < len(body); {
				command := body[i]
				if !strings.HasPrefix(command, "$ nhipso calc "+c) {
					t.Errorf("%s: %q is no run of %s", page, command, c)
					return block
				}
				end := i + 1
				for end < len(body) && !strings.HasPrefix(body[end], "$ ") {
					end++
				}
				printed, err := example(command)
				if err != nil {
					t.Fatal(err)
				}
				got, want := calctest.Lines(printed), body[i+1:end]
				if !*update && !matches(got, want) {
					t.Errorf("%s: %s\nprints\n%s\nnot\n%s", page, command, printed, strings.Join(want, "\n"))
				}
				out = append(append(out, command), shorten(got, want)...)
				runs++
				i = end
			}
			return "```console\n" + strings.Join(out, "\n") + "\n```\n"
		})
		if runs == 0 {
			t.Errorf("%s shows no run", page)
		}
		if *update && text != string(b) {
			if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestEveryExampleFileIsUsedAndItsOriginGiven(t *testing.T) {
	pages := ""
	names, err := filepath.Glob(docs + "/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		pages += calctest.Read(t, n)
	}
	origins := calctest.Read(t, examples+"/README.md")
	entries, err := os.ReadDir(examples)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "README.md" {
			continue
		}
		if !strings.Contains(pages, e.Name()) {
			t.Errorf("no page uses %s", e.Name())
		}
		if !strings.Contains(origins, e.Name()) {
			t.Errorf("the origin of %s is not given", e.Name())
		}
	}
}
