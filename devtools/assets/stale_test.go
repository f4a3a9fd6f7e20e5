package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestCommittedFrontEnd(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := build(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is what its sources build to", func(t *testing.T) {
		for name, want := range fresh {
			got, err := os.ReadFile(filepath.Join(root, "static", "dist", name))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("static/dist/%s is stale: run `go run ./devtools/assets` and commit", name)
			}
		}
	})
	t.Run("holds nothing else", func(t *testing.T) {
		files, err := os.ReadDir(filepath.Join(root, "static", "dist"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if _, ok := fresh[f.Name()]; !ok {
				t.Errorf("static/dist/%s is built by nothing: run `go run ./devtools/assets` and commit", f.Name())
			}
		}
	})
}
