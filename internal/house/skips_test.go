package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// mayBeSkipped lists what is skipped though nothing is missing, with the reason.
var mayBeSkipped = map[string]string{
	root + "/internal/chart/look_test.go":      "draws for a person who wants to look; it holds nothing to a rule",
	root + "/internal/store/storetest/seal.go": "asks something that only PostgreSQL has",
	root + "/internal/api/fuzz_test.go":        "a fuzzer drops inputs that are none",
	root + "/internal/needs/needs.go":          "the one place that skips",
}

// What nobody tested must not pass for what works: whoever needs a program, a right or the collection beside the repository asks package
// needs, which skips at a desk and fails in CI; only sweeps over the collection are skipped where the whole collection is not. Only short runs, and draws that a property test turns down, are skipped otherwise.
func TestOnlyOnePlaceSkipsTests(t *testing.T) {
	used := map[string]bool{}
	everyFile(t, func(path string, set *token.FileSet, f *ast.File, _ []byte) {
		for _, at := range skips(f) {
			if mayBeSkipped[path] != "" {
				used[path] = true
				continue
			}
			t.Errorf("%s:%d: skips a test by itself: ask package needs", path, set.Position(at).Line)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && !strings.Contains(path, "/house/") &&
				(strings.Contains(lit.Value, "../shared") || strings.Contains(lit.Value, `"shared"`) && !strings.Contains(path, "/needs/")) {
				t.Errorf("%s:%d: names the folder beside the repository: ask needs.Shared", path, set.Position(n.Pos()).Line)
			}
			return true
		})
	})
	for path := range mayBeSkipped {
		if !used[path] {
			t.Errorf("%s may skip and does not", path)
		}
	}
}

// Nothing of the program asks what only tests need.
func TestOnlyTestsAskForWhatIsNotInTheRepository(t *testing.T) {
	asked := 0
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "nhipso/internal/needs") && p.ImportPath != "nhipso/internal/store/storetest" {
			t.Errorf("%s imports package needs, which is for tests", p.ImportPath)
		}
		if slices.Contains(append(p.TestImports, p.XTestImports...), "nhipso/internal/needs") {
			asked++
		}
	}
	if asked < 8 {
		t.Errorf("the tests of only %d packages ask package needs", asked)
	}
}

// skips gives the places where a file skips a test: not those of short runs, nor those of a property test, whose t is a *rapid.T.
func skips(f *ast.File) []token.Pos {
	var out []token.Pos
	var walk func(n ast.Node, excused bool)
	walk = func(n ast.Node, excused bool) {
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n {
				return true
			}
			switch m := m.(type) {
			case *ast.FuncLit:
				walk(m.Body, excused || property(m.Type))
				return false
			case *ast.FuncDecl:
				if m.Body != nil {
					walk(m.Body, property(m.Type))
				}
				return false
			case *ast.IfStmt:
				if short(m.Cond) {
					return false
				}
			case *ast.CallExpr:
				if sel, ok := m.Fun.(*ast.SelectorExpr); ok && !excused && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
					out = append(out, m.Pos())
				}
			}
			return true
		})
	}
	walk(f, false)
	return out
}

// property says that a function draws its input: it takes a *rapid.T.
func property(f *ast.FuncType) bool {
	for _, p := range f.Params.List {
		if star, ok := p.Type.(*ast.StarExpr); ok {
			if sel, ok := star.X.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "rapid" {
					return true
				}
			}
		}
	}
	return false
}

// short says that a condition is testing.Short().
func short(cond ast.Expr) bool {
	call, ok := cond.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Short"
}

func TestSkipsAreSeen(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x_test.go", `package x
func TestA(t *testing.T) {
	if testing.Short() { t.Skip("slow") }
	if missing { t.Skip("not here") }
	t.Run("b", func(t *testing.T) { t.Skipf("%d", 1) })
	rapid.Check(t, func(t *rapid.T) { t.Skip("not this draw") })
}
func draw(t *rapid.T) { t.SkipNow() }
func help(t testing.TB) { t.SkipNow() }`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(skips(f)); got != 3 {
		t.Errorf("%d skips were seen, want 3", got)
	}
}
