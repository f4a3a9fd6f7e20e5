package house

import (
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nhipso/internal/monitor"
)

func TestEveryPackageAndExportedNameSaysWhatItIsFor(t *testing.T) {
	documented := map[string]bool{}
	folders := map[string]bool{}
	eachFile(t, func(path string, f *ast.File) {
		dir := filepath.Dir(path)
		folders[dir] = true
		if f.Doc != nil {
			documented[dir] = true
		}
		if strings.Contains(path, "/cmd/") || strings.Contains(path, "/devtools/") {
			return
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
					t.Errorf("%s: %s has no comment", path, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
							t.Errorf("%s: type %s has no comment", path, s.Name.Name)
						}
					case *ast.ValueSpec:
						for _, n := range s.Names {
							if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
								t.Errorf("%s: %s has no comment", path, n.Name)
							}
						}
					}
				}
			}
		}
	})
	for dir := range folders {
		if !documented[dir] {
			t.Errorf("%s: the package does not say what it is for", dir)
		}
	}
}

// A reader of a class looks up its reason in one place: every branch of the rule for targets stands on the page of its part, and in the list
// that the tests of pages, explanations and the interface for programs walk.
func TestEveryReasonOfAStandingIsWrittenDown(t *testing.T) {
	page, err := os.ReadFile("../../doc/parts/monitor.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := monitor.Reasons()
	found := 0
	eachFile(t, func(path string, f *ast.File) {
		if filepath.Base(filepath.Dir(path)) != "monitor" {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			if kind, ok := v.Type.(*ast.Ident); !ok || kind.Name != "Reason" {
				return true
			}
			found++
			reason, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil || !strings.Contains(string(page), "| `"+reason+"` |") {
				t.Errorf("doc/parts/monitor.md does not say when a target stands where it does because of %q", reason)
			}
			if !slices.Contains(listed, monitor.Reason(reason)) {
				t.Errorf("monitor.Reasons leaves out %q", reason)
			}
			return true
		})
	})
	if found != len(listed) || found < 19 {
		t.Errorf("%d reasons are declared and %d listed", found, len(listed))
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
