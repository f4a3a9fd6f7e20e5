// Command nhipso measures, monitors, governs and publishes a country's digital economy.
//
// It is the composition root: the one place where rooms are put together. It holds no statistics, no SQL and no page; each
// subcommand has a file of its own, and all its words are in words.csv.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/config"
	"nhipso/internal/fault"
)

// Exit statuses.
const (
	exitOK          = 0
	exitFailed      = 1 // a defect, or a check of doctor that does not pass
	exitUsage       = 2 // the command line is wrong, or what it names does not exist
	exitInput       = 3 // the input was refused; nothing was stored
	exitUnavailable = 4 // a file, disk, database or port is out of reach
)

// command is a subcommand: its name, what runs it, and the key of its help in words.csv.
type command struct {
	name string
	run  func(ctx context.Context, e *env, args []string) error
}

func commands() []command {
	return []command{
		{"serve", untilStopped(serve)},
		{"worker", untilStopped(workJobs)},
		{"jobs", jobsCommand},
		{"load", load},
		{"catalog", catalogue},
		{"finding", finding},
		{"run", runRecipes},
		{"release", release},
		{"message", messages},
		{"export", exportData},
		{"explain", explain},
		{"calc", calculate},
		{"override", override},
		{"token", tokens},
		{"user", users},
		{"audit", auditing},
		{"doctor", doctor},
		{"backup", backUp},
		{"restore", restore},
		{"config", showConfig},
		{"version", showVersion},
	}
}

// env is what a subcommand may touch of the world.
type env struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	environ  func() []string // nil in tests that give single variables
	now      func() time.Time
	judged   *judgedClock // that now reads; nil in tests that say what time it is
	lang     string
	country  catalog.Label                  // whose installation is open
	settle   map[*flag.FlagSet]func() error // settings that wait for the flags to be parsed
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once: whoever sends it does not want to wait for what the first one began.
	fault.Go(func() { <-ctx.Done(); stop() }, func(any, []byte) {})
	clock := &judgedClock{machine: time.Now}
	e := &env{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, environ: os.Environ, now: clock.Now, judged: clock}
	status := dispatch(ctx, e, os.Args[1:])
	stop()
	os.Exit(status)
}

// dispatch finds the subcommand, runs it and turns its error into a sentence and an exit status.
func dispatch(ctx context.Context, e *env, args []string) int {
	args, err := e.takeLanguage(args)
	if err != nil {
		return e.finish(err)
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		if len(args) > 1 {
			for _, c := range commands() {
				if c.name == args[1] {
					return e.finish(c.run(ctx, e, []string{"--help"}))
				}
			}
		}
		e.usage(e.out)
		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return e.finish(c.run(ctx, e, args[1:]))
		}
	}
	fmt.Fprintln(e.err, e.w("unknown-command", "name", args[0]))
	e.usage(e.err)
	return exitUsage
}

// untilStopped makes a command that goes on until it is told to stop, at whatever it is then: one that is still beginning ends as one that has begun.
func untilStopped(run func(context.Context, *env, []string) error) func(context.Context, *env, []string) error {
	return func(ctx context.Context, e *env, args []string) error {
		err := run(ctx, e, args)
		if ctx.Err() != nil && (errors.Is(err, context.Canceled) || fault.CodeOf(err) == "store.cancelled") {
			fmt.Fprintln(e.err, e.w("serve.stopped"))
			return nil
		}
		return err
	}
}

// takeLanguage reads --lang anywhere on the command line, or NHIPSO_LANG; Vietnamese is the default.
func (e *env) takeLanguage(args []string) ([]string, error) {
	e.lang = e.getenv("NHIPSO_LANG")
	var rest []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case (a == "--lang" || a == "-lang") && i+1 < len(args):
			i++
			e.lang = args[i]
		case strings.HasPrefix(a, "--lang="):
			e.lang = strings.TrimPrefix(a, "--lang=")
		default:
			rest = append(rest, a)
		}
	}
	asked := e.lang
	if e.lang != "en" {
		e.lang = "vi"
	}
	if len(rest) < len(args) && asked != e.lang { // what stands on the command line was meant for this program
		return nil, fault.New("cli.bad-language", "lang", asked)
	}
	return rest, nil
}

func (e *env) usage(w io.Writer) {
	fmt.Fprintln(w, e.w("usage"))
	fmt.Fprintln(w)
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, e.w(c.name+".short"))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, e.w("usage.more"))
}

// flags makes the flag set of a subcommand, whose help is in the language in use.
func (e *env) flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// parse reads the flags; asking for help prints it and gives errHelp. Flags may stand before or after other arguments.
func (e *env) parse(f *flag.FlagSet, args []string) ([]string, error) {
	rest, err := e.parseFlags(f, args)
	if settle := e.settle[f]; settle != nil {
		delete(e.settle, f)
		if err == nil {
			err = settle()
		}
	}
	return rest, err
}

func (e *env) parseFlags(f *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		err := f.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			e.help(f)
			return nil, errHelp
		}
		if name, unknown := strings.CutPrefix(fmt.Sprint(err), "flag provided but not defined: -"); unknown {
			var known []string
			f.VisitAll(func(x *flag.Flag) { known = append(known, x.Name) })
			if len(known) == 0 {
				return nil, fault.New("cli.flag-unused", "flag", name, "command", f.Name())
			}
			return nil, fault.New("cli.unknown-flag", "command", f.Name(), "flag", name, "near", config.Near(strings.TrimLeft(name, "-"), known))
		}
		if err != nil {
			return nil, fault.New("cli.bad-flag", "command", f.Name(), "reason", err.Error())
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		if seen := len(args) - f.NArg(); seen > 0 && args[seen-1] == "--" {
			return append(rest, f.Args()...), nil
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
}

func (e *env) help(f *flag.FlagSet) {
	fmt.Fprintln(e.out, e.w(f.Name()+".usage"))
	fmt.Fprintln(e.out)
	fmt.Fprintln(e.out, e.w(f.Name()+".long"))
	first := true
	f.VisitAll(func(x *flag.Flag) {
		if first {
			fmt.Fprintln(e.out)
			first = false
		}
		text := e.w("flag." + x.Usage)
		if x.DefValue != "" && x.DefValue != "false" {
			text += " (" + e.w("default", "value", x.DefValue) + ")"
		}
		fmt.Fprintf(e.out, "  --%-12s %s\n", x.Name, text)
	})
}

var errHelp = errors.New("help")

// finish prints an error as sentences, one a line, and gives the exit status of its kind.
func (e *env) finish(err error) int {
	if err == nil || errors.Is(err, errHelp) {
		return exitOK
	}
	fmt.Fprintln(e.err, fault.In(err, e.lang))
	kind := fault.KindOf(err)
	code := fault.CodeOf(err)
	if room, _, _ := strings.Cut(code, "."); (room == "cli" || room == "config" || code == "cube.bad-cell") && kind == fault.Invalid {
		return exitUsage // the command line or the settings, not the data
	}
	switch kind {
	case fault.Invalid, fault.Conflict:
		return exitInput
	case fault.NotFound, fault.Forbidden:
		return exitUsage
	case fault.Unavailable:
		return exitUnavailable
	}
	return exitFailed
}
