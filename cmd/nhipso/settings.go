package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"

	"nhipso/internal/config"
	"nhipso/internal/fault"
)

// bind adds the settings to a command's flags. They are settled when the flags are parsed, and handed to use.
func (e *env) bind(f *flag.FlagSet, server bool, use func(config.Settings)) {
	config.Bind(f, server)
	if e.settle == nil {
		e.settle = map[*flag.FlagSet]func() error{}
	}
	e.settle[f] = func() error {
		s, err := config.Resolve(f, e.environment(), "NHIPSO_LANG")
		if err == nil {
			use(s)
		}
		return err
	}
}

// environment is the environment of the program; a test that gives single variables only is asked for those that are settings.
func (e *env) environment() []string {
	if e.environ != nil {
		return e.environ()
	}
	out := []string{"NHIPSO_CONFIG=" + e.getenv("NHIPSO_CONFIG")}
	for _, o := range config.Options() {
		out = append(out, o.Env()+"="+e.getenv(o.Env()))
	}
	return out
}

// installationFlags adds what says where the installation is; every command that opens one takes it.
func (e *env) installationFlags(f *flag.FlagSet) *installation {
	p := &installation{}
	e.bind(f, false, func(s config.Settings) { *p = installationOf(s) })
	return p
}

// installationNames are the flags of installationFlags, for commands that say which of their flags have an effect.
const installationNames = "config data database head-note pack "

func installationOf(s config.Settings) installation {
	return installation{data: s.Text("data"), database: s.Text("database"), note: s.Text("head-note"), pack: s.Text("pack"), publisher: s.Text("publisher")}
}

// showConfig prints every setting as a server with the same flags, environment and file would have it, and where it comes from.
func showConfig(_ context.Context, e *env, args []string) error {
	f := e.flags("config")
	var s config.Settings
	e.bind(f, true, func(x config.Settings) { s = x })
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fault.New("cli.bad-flag", "command", "config", "reason", rest[0])
	}
	for _, v := range s.Values() {
		fmt.Fprintf(e.out, "%-16s %-40s # %s\n", v.Option.Name+":", shownValue(v.Shown()), v.From.In(e.lang))
	}
	return nil
}

// shownValue writes a value so that the output is itself a file of settings.
func shownValue(s string) string {
	if s == "" {
		return `""`
	}
	return fmt.Sprintf("%q", s)
}

// serverNames are the flags that only servers take, but for those that one kind of server has no use for.
func serverNames(but ...string) string {
	var out []string
	for _, o := range config.Options() {
		if o.Server && !slices.Contains(but, o.Name) {
			out = append(out, o.Name)
		}
	}
	return strings.Join(out, " ")
}
