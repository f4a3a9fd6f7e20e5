package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// A map from true and false is an if in disguise: it works out both sides, and an answer that is left out is silently nothing.
func TestNoMapOfTrueAndFalse(t *testing.T) {
	everyFile(t, func(path string, set *token.FileSet, f *ast.File, _ []byte) {
		ast.Inspect(f, func(n ast.Node) bool {
			if m, ok := n.(*ast.MapType); ok {
				if key, ok := m.Key.(*ast.Ident); ok && key.Name == "bool" {
					t.Errorf("%s:%d: map[bool]: say it with an if, or keep two values", path, set.Position(n.Pos()).Line)
				}
			}
			return true
		})
	})
}

// A type assertion that is not checked ends the work with a panic that tells a user nothing. The program asks whether it holds.
func TestEveryTypeAssertionIsChecked(t *testing.T) {
	checked := 0
	everyFile(t, func(path string, set *token.FileSet, f *ast.File, _ []byte) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/storetest/") || strings.Contains(path, "/devtools/") { // no part of the program
			return
		}
		asked, bare := assertions(f)
		checked += asked
		for _, at := range bare {
			t.Errorf("%s:%d: a type assertion that is not checked", path, set.Position(at).Line)
		}
	})
	if checked < 15 {
		t.Errorf("only %d checked assertions were found: does this test still see them?", checked)
	}
}

// assertions counts the assertions of a file whose answer is asked for, and gives the places of the others. A type switch asks.
func assertions(f *ast.File) (asked int, bare []token.Pos) {
	safe := map[ast.Expr]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				safe[ast.Unparen(n.Rhs[0])] = true
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 && len(n.Values) == 1 {
				safe[ast.Unparen(n.Values[0])] = true
			}
		case *ast.TypeAssertExpr:
			switch {
			case n.Type == nil: // x.(type)
			case safe[n]:
				asked++
			default:
				bare = append(bare, n.Pos())
			}
		}
		return true
	})
	return asked, bare
}

func TestAssertionsAreToldApart(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
func f(v any) {
	a, ok := v.(int)
	b, _ := (v.(string))
	var c, isC = v.(error)
	if d, ok := v.(bool); ok {}
	switch v.(type) {}
	_ = v.(int)
	g(v.(int), 1)
	e, h := v.(int), v.(string)
}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if asked, bare := assertions(f); asked != 4 || len(bare) != 4 {
		t.Errorf("%d checked and %d bare, want 4 and 4", asked, len(bare))
	}
}
