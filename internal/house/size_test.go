package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fzipp/gocyclo"
)

// What one person can hold in the head at once: paths through a function, and lines of a file.
const (
	mostPaths = 25
	mostLines = 500
)

// everyFile parses every Go file of the repository, tests too. It leaves comments out: gocyclo would obey one that asks to be ignored.
func everyFile(t *testing.T, visit func(path string, set *token.FileSet, f *ast.File, text []byte)) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, text, parser.SkipObjectResolution)
		if err == nil {
			seen++
			visit(path, set, f, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 700 {
		t.Errorf("only %d files were read: does this test look in the right place?", seen)
	}
}

func TestNoFunctionTakesTooManyPaths(t *testing.T) {
	measured := 0
	everyFile(t, func(path string, set *token.FileSet, f *ast.File, _ []byte) {
		for _, s := range gocyclo.AnalyzeASTFile(f, set, nil) {
			measured++
			if s.Complexity > mostPaths {
				t.Errorf("%s:%d: %s has a cyclomatic complexity of %d, more than %d: give names to its parts", path, s.Pos.Line, s.FuncName, s.Complexity, mostPaths)
			}
		}
	})
	if measured < 4000 {
		t.Errorf("only %d functions were measured", measured)
	}
}

func TestNoFileIsTooLong(t *testing.T) {
	everyFile(t, func(path string, _ *token.FileSet, _ *ast.File, text []byte) {
		if n := strings.Count(string(text), "\n"); n > mostLines {
			t.Errorf("%s has %d lines, more than %d: split it by topic", path, n, mostLines)
		}
	})
}
