package house

import (
	"go/ast"
	"testing"
)

// TestOnePlaceTakesCSVApart: whoever reads CSV goes through tabular, or tabular/record for tables of ours.
func TestOnePlaceTakesCSVApart(t *testing.T) {
	const home = "../../internal/tabular/record/record.go"
	found := false
	eachFile(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "csv" && sel.Sel.Name == "NewReader" {
				if path != home {
					t.Errorf("%s reads CSV by itself", path)
				}
				found = true
			}
			return true
		})
	})
	if !found {
		t.Error("nobody reads CSV: this test looks in the wrong place")
	}
}

// TestTheBoundOfNamedFaultsIsOne: how many faults of one input are named is said in package fault and nowhere else.
func TestTheBoundOfNamedFaultsIsOne(t *testing.T) {
	eachFile(t, func(path string, f *ast.File) {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range g.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					for _, n := range v.Names {
						if n.Name == "maxFaults" {
							t.Errorf("%s has a bound of its own", path)
						}
					}
				}
			}
		}
	})
}
