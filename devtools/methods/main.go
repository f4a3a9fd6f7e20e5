// Command methods writes what the method pages show beside their own text: the documentation of the packages in internal/measure
// (doc/methods/code.json) and the results of holding them against their oracles (doc/methods/oracles.json). Run it from the root of the
// repository after a change of a method or its documentation and commit its output; the test of this package runs every oracle again and fails
// when one does not hold or a file is stale.
//
//	go run ./devtools/methods
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := write(*root, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "methods:", err)
		os.Exit(1)
	}
}

// write makes both files.
func write(root string, now time.Time) error {
	results, err := run(root)
	if err != nil {
		return err
	}
	results.Date = now.UTC().Format("2006-01-02")
	for _, c := range results.Checks {
		if !c.Holds {
			return fmt.Errorf("%s does not hold: expected %v, got %v", c.ID, c.Expected, c.Got)
		}
	}
	packages, err := document(root)
	if err != nil {
		return err
	}
	for name, content := range map[string]any{"oracles.json": results, "code.json": packages} {
		b, err := json.MarshalIndent(content, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(root, "doc", "methods", name), append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}
