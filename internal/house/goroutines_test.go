package house

import (
	"go/ast"
	"strings"
	"testing"
)

// A panic in a goroutine that nobody recovers ends the whole program. So goroutines are started in one place, which recovers:
// fault.Go, and fault.Group and middleware.Go made of it.
func TestNoGoroutineWithoutRecovery(t *testing.T) {
	found := 0
	eachFile(t, func(path string, f *ast.File) {
		if strings.Contains(path, "/devtools/") || strings.Contains(path, "/storetest/") { // no part of the program
			return
		}
		for _, at := range goroutines(f) {
			if strings.HasSuffix(path, "internal/fault/group.go") {
				found++
				continue
			}
			t.Errorf("%s: %s starts a goroutine that nobody recovers; use fault.Go, fault.Group or middleware.Go", path, at)
		}
	})
	if found < 1 {
		t.Errorf("fault.Go starts %d goroutines, want 1: does this test still see them?", found)
	}
}

// goroutines names what in a file starts goroutines: go statements, timers and contexts that call back, and groups of package sync.
func goroutines(f *ast.File) []string {
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			out = append(out, "go")
		case *ast.SelectorExpr:
			if on, ok := n.X.(*ast.Ident); ok {
				switch name := on.Name + "." + n.Sel.Name; name {
				case "time.AfterFunc", "context.AfterFunc", "sync.WaitGroup", "errgroup.Group", "errgroup.WithContext":
					out = append(out, name)
				}
			}
		}
		return true
	})
	return out
}
