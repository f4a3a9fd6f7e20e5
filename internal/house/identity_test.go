package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// A function that gives back what it was given says nothing: its callers can use the value itself.
func TestNoFunctionGivesBackWhatItWasGiven(t *testing.T) {
	everyFile(t, func(path string, set *token.FileSet, f *ast.File, _ []byte) {
		if strings.HasSuffix(path, "_test.go") { // a test may hand one in where the program takes a function
			return
		}
		for _, fn := range identities(f) {
			t.Errorf("%s:%d: %s gives back what it was given", path, set.Position(fn.Pos()).Line, fn.Name.Name)
		}
	})
}

// identities gives the functions of a file that do nothing but return a parameter of the same type. Methods may: an interface asks for them.
func identities(f *ast.File) (out []*ast.FuncDecl) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Body == nil || len(fn.Body.List) != 1 || fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
			continue
		}
		back, ok := fn.Body.List[0].(*ast.ReturnStmt)
		if !ok || len(back.Results) != 1 {
			continue
		}
		name, ok := back.Results[0].(*ast.Ident)
		if !ok {
			continue
		}
		for _, p := range fn.Type.Params.List {
			if _, variadic := p.Type.(*ast.Ellipsis); variadic { // it makes a list
				continue
			}
			for _, n := range p.Names {
				if n.Name == name.Name {
					out = append(out, fn)
				}
			}
		}
	}
	return out
}

func TestIdentitiesAreSeen(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
func classCode(class string) string { return class }
func second(a, b int) int { return b }
func list(values ...any) []any { return values }
func twice(a int) int { return 2 * a }
func (m mine) self() mine { return m }
func nothing(string) string { return empty }`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(identities(f)); got != 2 {
		t.Errorf("%d were seen, want 2", got)
	}
}
