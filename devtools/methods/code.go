package main

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// packageDoc is what a package of internal/measure says of itself.
type packageDoc struct {
	Name  string    `json:"name"`
	Doc   string    `json:"doc"`
	Items []itemDoc `json:"items"`
}

// itemDoc is an exported function, method or type.
type itemDoc struct {
	Name      string `json:"name"`
	Signature string `json:"signature"`
	Doc       string `json:"doc"`
}

// document reads the documentation of every package of internal/measure.
func document(root string) ([]packageDoc, error) {
	folders, err := filepath.Glob(filepath.Join(root, "internal", "measure", "*"))
	if err != nil {
		return nil, err
	}
	sort.Strings(folders)
	var out []packageDoc
	for _, folder := range folders {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			continue
		}
		p, err := documentPackage(folder)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func documentPackage(folder string) (packageDoc, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return packageDoc{}, err
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return packageDoc{}, err
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(set, files, "nhipso/internal/measure/"+filepath.Base(folder))
	if err != nil {
		return packageDoc{}, err
	}
	out := packageDoc{Name: p.Name, Doc: p.Doc}
	function := func(f *doc.Func) {
		decl := *f.Decl
		decl.Body, decl.Doc = nil, nil
		out.Items = append(out.Items, itemDoc{Name: f.Name, Signature: source(set, &decl), Doc: f.Doc})
	}
	for _, f := range p.Funcs {
		function(f)
	}
	for _, t := range p.Types {
		out.Items = append(out.Items, itemDoc{Name: t.Name, Signature: "type " + t.Name, Doc: t.Doc})
		for _, f := range append(append([]*doc.Func(nil), t.Funcs...), t.Methods...) {
			function(f)
		}
	}
	return out, nil
}

func source(set *token.FileSet, node any) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, set, node); err != nil {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
