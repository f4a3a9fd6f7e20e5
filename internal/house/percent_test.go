package house

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/words"
)

// gluing are templates that put an ordinary space between a number and its unit, which may be a percent sign.
var gluing = regexp.MustCompile(`\}\}(</[a-z]+>)* (\{\{\.Unit|%)|\{\{with \.Unit\}\} \{\{\.\}\}`)

// A reader never meets a line that begins with "%": what is written beside the code, the names of the catalogue and the code itself put a
// space before it that does not break (text.WithUnit, text.FormatPercent).
func TestNoLineMayBreakBeforeAPercentSign(t *testing.T) {
	seen := 0
	for _, root := range []string{"../../internal", "../../cmd", "../../data/catalog"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			kind := filepath.Ext(path)
			if kind != ".csv" && kind != ".yaml" && kind != ".html" {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			seen++
			for i, line := range strings.Split(string(b), "\n") {
				if kind == ".html" && gluing.MatchString(line) || kind != ".html" && words.Breaks(line) {
					t.Errorf("%s:%d: an ordinary space before %%: %.80s", path, i+1, line)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 60 {
		t.Errorf("only %d files were read", seen)
	}
	eachFile(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && !strings.Contains(path, "devtools") {
				if s, err := strconv.Unquote(lit.Value); err == nil && words.Breaks(s) {
					t.Errorf("%s: %q has an ordinary space before %%", path, s)
				}
			}
			return true
		})
	})
}
