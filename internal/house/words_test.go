package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"testing"
)

// meanings holds words that once meant several things to the one that doc/glossary.md leaves them: the types that what is declared under the
// word may have. A reader who knows the word from one room then knows it in all.
var meanings = map[string]*regexp.Regexp{
	"known": regexp.MustCompile(`(bool|Maybe)$`),                             // a value is there
	"place": regexp.MustCompile(`^struct\{Row, Column int\}$`),               // a row and a column
	"label": regexp.MustCompile(`(string|[lL]abel|Cell)$|^struct\{(Vi|x)\b`), // words for a reader
	"pick":  regexp.MustCompile(`^$`),                                        // nothing
}

func TestWordsMeanOneThing(t *testing.T) {
	seen := 0
	everyFile(t, func(path string, set *token.FileSet, f *ast.File, _ []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, d := range declarations(f) {
			meaning, told := meanings[wordOf(d.name.Name)]
			if told {
				seen++
			}
			if told && !meaning.MatchString(d.kind) {
				t.Errorf("%s:%d: %s is %s here; the words of the code in doc/glossary.md say what it means, and what to say instead",
					path, set.Position(d.name.Pos()).Line, d.name.Name, d.kind)
			}
		}
	})
	if seen < 20 {
		t.Errorf("only %d of these words were read: does this test look in the right place?", seen)
	}
}

// wordOf gives the word that a name is, of whatever case, one or several.
func wordOf(name string) string { return strings.TrimSuffix(strings.ToLower(name), "s") }

// declaration is a name that a file declares for its room, with its type as written; of a function, with what it gives.
type declaration struct {
	name *ast.Ident
	kind string
}

func declarations(f *ast.File) (out []declaration) {
	add := func(kind ast.Expr, names ...*ast.Ident) {
		text := ""
		if kind != nil {
			text = types.ExprString(kind)
		}
		for _, n := range names {
			out = append(out, declaration{n, text})
		}
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			add(fn.Type, fn.Name)
			continue
		}
		group, ok := d.(*ast.GenDecl)
		for i := 0; ok && i < len(group.Specs); i++ {
			switch s := group.Specs[i].(type) {
			case *ast.ValueSpec:
				add(s.Type, s.Names...)
			case *ast.TypeSpec:
				add(s.Type, s.Name)
				fields, ok := s.Type.(*ast.StructType)
				for i := 0; ok && i < len(fields.Fields.List); i++ {
					add(fields.Fields.List[i].Type, fields.Fields.List[i].Names...)
				}
			}
		}
	}
	return out
}

func TestASecondMeaningIsSeen(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
type Visit struct { Known *View; known []bool }
type Places struct{ Row, Column int }
type place struct{ url string }
func pick(a, b int) int { return b }
func (o one) label(k int) string { return "" }
var known, other int`, 0)
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, d := range declarations(f) {
		if m, told := meanings[wordOf(d.name.Name)]; told && !m.MatchString(d.kind) {
			refused = append(refused, d.name.Name)
		}
	}
	if got := strings.Join(refused, " "); got != "Known place pick known" {
		t.Errorf("refused: %s", got)
	}
}
