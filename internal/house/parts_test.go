package house

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	root  = "../.."
	parts = root + "/doc/parts"
)

// outside lists the parts that are no room of internal/, with their folders.
var outside = map[string]string{"nhipso": "cmd/nhipso", "data": "data", "static": "static", "doc": "doc", "devtools": "devtools"}

// folders gives the folder of every part: the rooms of internal/ and what stands beside it.
func folders(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for part, dir := range outside {
		out[part] = dir
	}
	rooms, err := os.ReadDir(root + "/internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		if r.IsDir() {
			out[r.Name()] = "internal/" + r.Name()
		}
	}
	return out
}

// page is the text of a part's page, its code blocks taken out; nothing where there is no page, which a test of its own says.
func page(t *testing.T, part string) (prose string, examples []string) {
	t.Helper()
	b, err := os.ReadFile(parts + "/" + part + ".md")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for i, piece := range strings.Split(string(b), "\n```") {
		if i%2 == 0 {
			prose += piece + "\n"
		} else if code, isGo := strings.CutPrefix(piece, "go\n"); isGo {
			examples = append(examples, code)
		}
	}
	return prose, examples
}

func TestEveryPartHasAPageAndAPlaceInTheIndex(t *testing.T) {
	all := folders(t)
	index, _ := page(t, "README")
	for part := range all {
		if _, err := os.Stat(parts + "/" + part + ".md"); err != nil {
			t.Errorf("doc/parts/%s.md is missing", part)
		}
		if !strings.Contains(index, "]("+part+".md)") {
			t.Errorf("doc/parts/README.md does not lead to %s.md", part)
		}
	}
	pages, err := filepath.Glob(parts + "/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if part := strings.TrimSuffix(filepath.Base(p), ".md"); part != "README" && all[part] == "" {
			t.Errorf("doc/parts/%s.md is a page of nothing", part)
		}
	}
}

var (
	inline = regexp.MustCompile("`([^`\n]+)`")
	link   = regexp.MustCompile(`\]\(([^)#:]+)\)`)
	path   = regexp.MustCompile(`^(internal|data|static|doc|devtools|cmd)(/[\w.*-]+)+/?$`)
	file   = regexp.MustCompile(`^[\w*-]+\.(go|csv|yaml|md|sql|html|ts|css|svg|json)$`)
	name   = regexp.MustCompile(`^([a-z0-9]+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?$`)
)

func TestPagesOfPartsNameOnlyWhatExists(t *testing.T) {
	known, packages := exported(t)
	for part, dir := range folders(t) {
		prose, _ := page(t, part)
		for _, m := range inline.FindAllStringSubmatch(prose, -1) {
			switch code := m[1]; {
			case path.MatchString(code):
				if found, _ := filepath.Glob(root + "/" + code); len(found) == 0 {
					t.Errorf("%s.md: there is no %s", part, code)
				}
			case file.MatchString(code):
				if !below(root+"/"+dir, code) && !below(root+"/internal/fault/messages", code) {
					t.Errorf("%s.md: there is no %s in %s", part, code, dir)
				}
			case name.MatchString(code):
				if pkg, _, _ := strings.Cut(code, "."); packages[pkg] && !known[code] {
					t.Errorf("%s.md: there is no %s", part, code)
				}
			}
		}
		for _, m := range link.FindAllStringSubmatch(prose, -1) {
			if _, err := os.Stat(filepath.Join(parts, m[1])); err != nil {
				t.Errorf("%s.md leads to %s, which is not there", part, m[1])
			}
		}
	}
}

// below reports whether a file of a name lies in a folder or below it.
func below(dir, pattern string) bool {
	found := false
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ok, _ := filepath.Match(pattern, d.Name()); ok {
			found = true
			return filepath.SkipAll
		}
		return nil
	})
	return found
}

// exported gives every exported name of ours as "package.Name" and "package.Type.Member", and the names of our packages.
func exported(t *testing.T) (names, packages map[string]bool) {
	names, packages = map[string]bool{}, map[string]bool{}
	eachFile(t, func(_ string, f *ast.File) {
		pkg := f.Name.Name
		packages[pkg] = true
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names[pkg+"."+d.Name.Name] = true
				} else if on := receiver(d.Recv.List[0].Type); on != "" {
					names[pkg+"."+on+"."+d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[pkg+"."+s.Name.Name] = true
						for _, m := range members(s.Type) {
							names[pkg+"."+s.Name.Name+"."+m] = true
						}
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[pkg+"."+n.Name] = true
						}
					}
				}
			}
		}
	})
	return names, packages
}

// receiver gives the name of a receiver's type.
func receiver(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	}
	return ""
}

// members gives the names of the fields of a struct or the methods of an interface.
func members(x ast.Expr) []string {
	var list *ast.FieldList
	switch x := x.(type) {
	case *ast.StructType:
		list = x.Fields
	case *ast.InterfaceType:
		list = x.Methods
	default:
		return nil
	}
	var out []string
	for _, f := range list.List {
		for _, n := range f.Names {
			out = append(out, n.Name)
		}
	}
	return out
}

// TestExamplesOfPartsGiveWhatTheySay runs every Go example of the pages as an Example of package testing: what stands behind
// "// Output:" must be what it prints. Imports are found by the names of packages.
func TestExamplesOfPartsGiveWhatTheySay(t *testing.T) {
	imports := map[string]string{"fmt": "fmt", "flag": "flag", "context": "context", "os": "os", "strings": "strings", "time": "time", "http": "net/http", "httptest": "net/http/httptest", "mat": "gonum.org/v1/gonum/mat"}
	for _, p := range packages(t) {
		if base := p.ImportPath[strings.LastIndex(p.ImportPath, "/")+1:]; strings.HasPrefix(p.ImportPath, "nhipso/") && base != "nhipso" {
			imports[base] = p.ImportPath
		}
	}
	dir, err := filepath.Abs("examples") // in the overlay alone
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	var all []string
	for part := range folders(t) {
		_, examples := page(t, part)
		for i, code := range examples {
			if !strings.Contains(code, "// Output:") {
				t.Errorf("%s.md: an example does not say what it prints", part)
			}
			name := fmt.Sprintf("%s_%d", part, i+1)
			all = append(all, name)
			files[filepath.Join(dir, name+"_test.go")] = example(t, name, code, imports)
		}
	}
	if len(all) < 15 {
		t.Fatalf("only %d examples were found", len(all))
	}
	overlay := map[string]map[string]string{"Replace": {}}
	for at, text := range files {
		real := filepath.Join(t.TempDir(), filepath.Base(at))
		if err := os.WriteFile(real, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay["Replace"][at] = real
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(list, b, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "examples")
	if out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", binary, "nhipso/internal/house/examples").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(binary, "-test.v")
	run.Dir = t.TempDir()
	out, err := run.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, name := range all {
		if !strings.Contains(string(out), "--- PASS: Example_"+name) {
			t.Errorf("the example %s did not run", name)
		}
	}
}

// example writes an example as a test file.
func example(t *testing.T, name, code string, imports map[string]string) string {
	t.Helper()
	body := "func Example_" + name + "() {\n" + code + "\n}\n"
	f, err := parser.ParseFile(token.NewFileSet(), name, "package examples\n"+body, 0)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var used []string
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && imports[x.Name] != "" && x.Obj == nil && !slices.Contains(used, x.Name) {
				used = append(used, x.Name)
			}
		}
		return true
	})
	head := "package examples\n\nimport (\n"
	for _, x := range used {
		head += fmt.Sprintf("\t%q\n", imports[x])
	}
	return head + ")\n\n" + body
}
