package house

import (
	"go/ast"
	"path/filepath"
	"strings"
	"testing"
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
