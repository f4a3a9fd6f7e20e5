package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"nhipso/internal/fault"
)

// eachFile parses every Go file of ours that is not a test.
func eachFile(t *testing.T, visit func(path string, f *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err == nil {
			visit(path, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// codes gives the codes given to fault.New as literals, and every literal that has the shape of a code: some are chosen before they
// are given to New.
func codes(t *testing.T) (called, written map[string]string) {
	called, written = map[string]string{}, map[string]string{}
	eachFile(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && isCode(s) {
					written[s] = path
				}
			case *ast.CallExpr:
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if !ok || sel.Sel.Name != "New" || len(n.Args) == 0 {
					return true
				}
				x, isName := sel.X.(*ast.Ident)
				lit, isLiteral := n.Args[0].(*ast.BasicLit)
				if isName && x.Name == "fault" && isLiteral {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						called[s] = path
					}
				}
			}
			return true
		})
	})
	return called, written
}

func isCode(s string) bool {
	room, rest, ok := strings.Cut(s, ".")
	if !ok || room == "" || rest == "" {
		return false
	}
	for _, r := range room + rest {
		if !unicode.IsLower(r) && !unicode.IsDigit(r) && r != '-' {
			return false
		}
	}
	return true
}

func TestEveryFaultHasItsSentenceAndEverySentenceItsUse(t *testing.T) {
	known := map[string]bool{}
	for _, c := range fault.Codes() {
		known[c] = true
	}
	called, used := codes(t)
	for code, path := range called {
		if !known[code] {
			t.Errorf("%s uses %s, which has no sentence", path, code)
		}
	}
	for code := range known {
		if used[code] == "" {
			t.Errorf("the sentence of %s is used nowhere", code)
		}
	}
}

func TestFaultsSpeakBothLanguagesAndNameTheirFacts(t *testing.T) {
	kinds := map[fault.Kind]bool{fault.Invalid: true, fault.NotFound: true, fault.Conflict: true, fault.Forbidden: true, fault.Unavailable: true, fault.Internal: true}
	for _, code := range fault.Codes() {
		e := fault.New(code)
		vi, en := e.In("vi"), e.In("en")
		if !kinds[e.Kind()] {
			t.Errorf("%s has kind %q", code, e.Kind())
		}
		if vi == "" || en == "" || vi == en {
			t.Errorf("%s lacks a language: %q, %q", code, vi, en)
		}
		if facts(vi) != facts(en) {
			t.Errorf("%s names %s in Vietnamese and %s in English", code, facts(vi), facts(en))
		}
		for _, s := range []string{vi, en} {
			if strings.Contains(s, "!") {
				t.Errorf("%s exclaims: %s", code, s)
			}
		}
	}
}

// facts gives the set of {names} in a sentence, as text.
func facts(s string) string {
	seen := map[string]bool{}
	var out []string
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			break
		}
		j := strings.IndexByte(s[i:], '}')
		if j < 0 {
			break
		}
		name := s[i : i+j+1]
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
		s = s[i+j+1:]
	}
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return strings.Join(out, "")
}
