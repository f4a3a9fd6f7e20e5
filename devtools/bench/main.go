// Command bench measures how fast the program is and prints each figure beside its peer or physical limit, both measured in the same
// run: a machine shared with others is slow for both. Run it from the root of the repository (make bench).
//
//	go run ./devtools/bench                              print the table
//	go run ./devtools/bench -only engine                 only the sections whose name contains "engine"
//	go run ./devtools/bench -only scale -figures 1000000 large releases of one size
//	go run ./devtools/bench -out doc/benchmarks.md       also write the page
//	go run ./devtools/bench -python /some/venv/bin/python
//
// Peers (numpy and scipy on OpenBLAS, pymrio, the Python package tempdisagg, base R) run by peers.py and peers.R. They are not needed:
// devtools/bench/peers.sh installs the Python ones into a folder of its own, and where one is missing its column says so.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	only := flag.String("only", "", "sections to run")
	out := flag.String("out", "", "page to write")
	figures := flag.String("figures", "1000000,10000000", "sizes of large releases, in published observations")
	keep := flag.String("dir", "", "folder in which the large releases stay for the next run; without it they go at the end")
	python := flag.String("python", defaultPython(), "Python that has the peers")
	bare := flag.String("bare", "", "serve the bytes of this file and nothing else (used by the measurement itself)")
	flag.Parse()
	if *bare != "" {
		if err := serveBare(*bare); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *only, *out, *python, *figures, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// section is a group of measurements.
type section struct {
	name, title string
	measure     func(*bench) error
}

var sections = []section{
	{"recompute", "Recompute: figures in, figures out", recompute},
	{"cube", "The cube: SQLite in a file, every message one transaction", figuresInAndOut},
	{"pages", "Start and home page", pages},
	{"scale", "Large releases: a server that has nothing but the file", scale},
	{"writers", "Intake: many figures, many writers, both databases", writers},
	{"permissions", "The register: who may do what", permissions},
	{"engine", "Measurement engine", engine},
}

// bench is one run of the program.
type bench struct {
	ctx    context.Context
	dir    string // for files of this run
	peers  *peers
	report report

	figures []int  // sizes of large releases
	keep    string // folder in which they lie
}

func run(ctx context.Context, only, out, python, figures, keep string) error {
	var sizes []int
	for _, text := range strings.Split(figures, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1000 {
			return fmt.Errorf("-figures %s: numbers from 1000 on, with commas between them", figures)
		}
		sizes = append(sizes, n)
	}
	dir, err := os.MkdirTemp("", "nhipso-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{ctx: ctx, dir: dir, peers: startPeers(ctx, python, dir), figures: sizes, keep: keep}
	if keep == "" {
		b.keep = dir
	}
	defer b.peers.stop()
	b.report.machine = machine() + " " + b.peers.about
	fmt.Println(b.report.machine)
	chosen := slices.DeleteFunc(slices.Clone(sections), func(s section) bool { return !strings.Contains(s.name, only) })
	if len(chosen) == 0 {
		return fmt.Errorf("-only %s: there is no such section", only)
	}
	for _, s := range chosen {
		b.report.begin(s.title)
		if err := s.measure(b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if out == "" {
		return nil
	}
	return os.WriteFile(out, []byte(b.report.page()), 0o644)
}

// defaultPython is the one that peers.sh installs, where it is there.
func defaultPython() string {
	cache, err := os.UserCacheDir()
	if err == nil {
		p := filepath.Join(cache, "nhipso-bench", "bin", "python")
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return "python3"
}
