// Command assets builds the front end: static/src (TypeScript and CSS) into static/dist, with esbuild as a Go library, so that
// nobody needs node. Run it from the root of the repository after every change in static/src and commit its output; the test
// of this package fails when the output is stale.
//
//	go run ./devtools/assets                              build static/dist
//	go run ./devtools/assets -vendor …/node_modules       rebuild static/vendor/echarts from an npm folder first
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	modules := flag.String("vendor", "", "node_modules folder that holds echarts and zrender")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := run(*root, *modules); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(root, modules string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if modules != "" {
		if modules, err = filepath.Abs(modules); err != nil {
			return err
		}
		if err := vendor(root, modules); err != nil {
			return err
		}
	}
	files, err := build(root)
	if err != nil {
		return err
	}
	return write(root, files)
}
