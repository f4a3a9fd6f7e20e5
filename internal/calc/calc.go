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
	"fmt"

	"nhipso/internal/calc/balance"
	"nhipso/internal/calc/chain"
	"nhipso/internal/calc/command"
	"nhipso/internal/calc/composite"
	"nhipso/internal/calc/growth"
	"nhipso/internal/calc/inputoutput"
	"nhipso/internal/calc/nowcast"
	"nhipso/internal/calc/provinces"
	"nhipso/internal/calc/regional"
	"nhipso/internal/calc/satellite"
	"nhipso/internal/calc/seasonal"
	"nhipso/internal/calc/smallarea"
	"nhipso/internal/calc/temporal"
	"nhipso/internal/fault"
)

// Env is what a calculation may touch of the world.
type Env = command.Env

// ErrHelp is given when help was asked for and printed.
var ErrHelp = command.ErrHelp

// calculation is one command of calc.
type calculation struct {
	name string
	run  func(ctx context.Context, e *Env, args []string) error
}

// commands lists the calculations in the order of the help.
func commands() []calculation {
	return []calculation{
		{"disaggregate", temporal.Disaggregate},
		{"benchmark", temporal.Benchmark},
		{"io", inputoutput.Run},
		{"digital", satellite.Run},
		{"balance", balance.Run},
		{"reconcile", balance.Reconcile},
		{"lq", regional.Quotients},
		{"chain", chain.Run},
		{"smallarea", smallarea.Run},
		{"index", composite.Run},
		{"seasonal", seasonal.Run},
		{"nowcast", nowcast.Run},
		{"growth", growth.Run},
		{"provinces", provinces.Run},
	}
}

// Run runs "calc NAME …". Without a name, or with help, it prints the list of calculations.
func Run(ctx context.Context, e *Env, args []string) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "--help" || args[0] == "-h" {
		if len(args) > 1 {
			return Run(ctx, e, []string{args[1], "--help"})
		}
		fmt.Fprintln(e.Out, e.Word("calc.usage"))
		fmt.Fprintln(e.Out)
		for _, c := range commands() {
			fmt.Fprintf(e.Out, "  %-13s %s\n", c.name, e.Word(c.name+".short"))
		}
		fmt.Fprintln(e.Out)
		fmt.Fprintln(e.Out, e.Word("calc.more"))
		return ErrHelp
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, e, args[1:])
		}
	}
	return fault.New("calc.unknown", "name", args[0])
}
