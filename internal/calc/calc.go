// Package calc is for a statistician at a desk: every method of package measure on files, without a server or a database. A command reads
// CSV or XLSX files (or standard input, "-"), calls one method, and writes CSV, or JSON with everything that the method knows about its
// result.
//
// It computes nothing itself. It may open only the files named on the command line, and may not reach the cube, a clock or the network;
// what became of which province is part of the program.
// Layouts of the files: doc/calc.md.
package calc

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

// Env is what a command may touch of the world.
type Env struct {
	In   io.Reader
	Out  io.Writer
	Err  io.Writer
	Open func(name string) (io.ReadCloser, error)
	Lang string // "vi" or "en"

	line commandLine
	used map[string]bool // flags of the layout of files that some file had a use for
}

// command is one calculation.
type command struct {
	name string
	run  func(ctx context.Context, e *Env, args []string) error
}

// commands lists the calculations in the order of the help.
func commands() []command {
	return []command{
		{"disaggregate", disaggregate},
		{"benchmark", benchmark},
		{"io", inputOutput},
		{"digital", digital},
		{"balance", balancing},
		{"reconcile", reconcile},
		{"lq", quotients},
		{"chain", chained},
		{"smallarea", smallAreas},
		{"index", index},
		{"seasonal", season},
		{"nowcast", nowcast},
		{"growth", growth},
		{"provinces", provinces},
	}
}

// ErrHelp is given when help was asked for and printed.
var ErrHelp = errors.New("help")

// Run runs "calc NAME …". Without a name, or with help, it prints the list of calculations.
func Run(ctx context.Context, e *Env, args []string) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		if len(args) > 1 {
			return Run(ctx, e, []string{args[1], "--help"})
		}
		fmt.Fprintln(e.Out, e.w("calc.usage"))
		fmt.Fprintln(e.Out)
		for _, c := range commands() {
			fmt.Fprintf(e.Out, "  %-13s %s\n", c.name, e.w(c.name+".short"))
		}
		fmt.Fprintln(e.Out)
		fmt.Fprintln(e.Out, e.w("calc.more"))
		return ErrHelp
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, e, args[1:])
		}
	}
	return fault.New("calc.unknown", "name", args[0])
}

// writeCSV writes rows of cells.
func (e *Env) writeCSV(rows ...[]string) error {
	if err := e.idle(); err != nil {
		return err
	}
	w := csv.NewWriter(e.Out)
	if err := w.WriteAll(rows); err != nil {
		return fault.New("calc.write").Because(err)
	}
	return nil
}

// warn prints coded remarks on a result, which stands all the same.
func (e *Env) warn(list []*fault.Error) {
	for _, w := range list {
		fmt.Fprintln(e.Err, e.w("calc.note")+": "+w.In(e.Lang))
	}
}

// remarks gives remarks for JSON.
func (e *Env) remarks(list []*fault.Error) []map[string]string {
	out := []map[string]string{}
	for _, w := range list {
		out = append(out, map[string]string{"code": w.Code, "text": w.In(e.Lang)})
	}
	return out
}

//go:embed words.csv
var wordsFile string

var words = sync.OnceValue(func() map[string][2]string {
	out := map[string][2]string{}
	for _, r := range record.MustExactly(wordsFile, "key", "vi", "en") {
		out[r.Cells[0]] = [2]string{r.Cells[1], r.Cells[2]}
	}
	return out
})

// w gives a text in the language in use.
func (e *Env) w(key string, pairs ...any) string {
	both, ok := words()[key]
	if !ok {
		return key
	}
	text := both[0]
	if e.Lang == "en" {
		text = both[1]
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i].(string)+"}", fmt.Sprint(pairs[i+1]))
	}
	return text
}
