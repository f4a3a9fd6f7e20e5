// Command outlines makes the outlines of provinces that maps show: it simplifies the source drawing, dissolves the 63 provinces into
// the 34 and into the whole country, and writes data/geo/outlines.csv. Run it from the root of the repository when the drawing
// or devtools/outlines/provinces.csv changes, and commit its output; the test of this package fails when the output is stale.
//
//	go run ./devtools/outlines
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// output is where the outlines are kept, from the root of the repository.
var output = filepath.Join("data", "geo", "outlines.csv")

func main() {
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "outlines:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	s, err := read(root)
	if err != nil {
		return err
	}
	b, err := s.table()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, output), b, 0o644)
}
