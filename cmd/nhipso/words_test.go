package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// said finds the words that the code asks for by a literal: e.w("…"), book.Say(lang, "…"), and the usage of flags.
func said(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	word := func(prefix string, x ast.Expr) {
		if lit, ok := x.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				out = append(out, prefix+s)
			}
		}
	}
	visit := func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		on, _ := sel.X.(*ast.Ident)
		switch name := sel.Sel.Name; {
		case name == "w":
			word("", call.Args[0])
		case name == "said" || name == "Say":
			word("", call.Args[1])
		case on != nil && on.Name == "f" && (strings.HasPrefix(name, "String") || strings.HasPrefix(name, "Bool") || strings.HasPrefix(name, "Int")):
			word("flag.", call.Args[len(call.Args)-1])
		}
		return true
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, visit)
	}
	return out
}

func TestEveryWordThatTheCodeSaysIsInTheBook(t *testing.T) {
	ids := said(t)
	if len(ids) < 40 {
		t.Fatalf("found only %d words", len(ids))
	}
	for _, id := range ids {
		if !book.Has(id) {
			t.Errorf("words.csv lacks %q", id)
		}
	}
}

func TestEveryWordFillsTheSamePlacesInBothLanguages(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(wordsFile)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	blank := regexp.MustCompile(`\{[a-zA-Z]+\}`)
	for _, r := range rows[1:] {
		places := func(s string) map[string]bool {
			out := map[string]bool{}
			for _, p := range blank.FindAllString(s, -1) {
				out[p] = true
			}
			return out
		}
		vi, en := places(r[1]), places(r[2])
		for p := range vi {
			if !en[p] {
				t.Errorf("%s: %s is missing in English", r[0], p)
			}
		}
		if len(vi) != len(en) {
			t.Errorf("%s fills %d places in Vietnamese and %d in English", r[0], len(vi), len(en))
		}
	}
}

func TestEveryCommandHelpsInBothLanguages(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		for _, c := range commands() {
			t.Run(c.name+" in "+lang, func(t *testing.T) {
				var out, errs bytes.Buffer
				e := &env{in: strings.NewReader(""), out: &out, err: &errs, getenv: func(string) string { return "" }}
				if status := dispatch(context.Background(), e, []string{"--lang", lang, "help", c.name}); status != exitOK || out.Len() < 40 || errs.Len() > 0 {
					t.Errorf("status %d\n%s\n%s", status, out.String(), errs.String())
				}
			})
		}
	}
}
