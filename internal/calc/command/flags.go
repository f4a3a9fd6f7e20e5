package command

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"nhipso/internal/fault"
	"nhipso/internal/tabular"
)

// The flags of a calculation are the fields of a struct. The name of a flag is that of its field, written as flags are (MaxIterations is
// --max-iterations); its tags are the default and the key of its help. A further tag, named after a flag that chooses what is done, lists the
// choices that read this flag: `what:"allocate restate"`. With any other choice the flag is refused, see Mode.

// shared are the flags of every calculation.
type shared struct {
	JSON      bool   `help:"json"`
	Explain   bool   `help:"explain"`
	Sheet     string `help:"sheet"`
	Separator string `help:"separator"`
	Encoding  string `help:"encoding"`
	Decimal   string `help:"decimal"`
	Help      bool   `hidden:"" short:"h"`
}

// commandLine is one that was read.
type commandLine struct {
	shared
	command string
	flags   map[string]*kong.Flag
	given   map[string]bool // flags that stand on it, be it with their default
}

// format is how the files are written, as far as the command line says.
func (l *commandLine) format() tabular.Options {
	return tabular.Options{Sheet: l.Sheet, Separator: l.Separator, Encoding: l.Encoding, Decimal: l.Decimal}
}

// Parse reads the command line of a calculation into flags, a pointer to its struct. Asking for help prints it and gives ErrHelp; an argument
// that no flag takes is refused.
func (e *Env) Parse(name string, flags any, args []string) error {
	e.line, e.used = commandLine{command: name, flags: map[string]*kong.Flag{}, given: map[string]bool{}}, map[string]bool{}
	bad := func(err error) error { return fault.New("calc.bad-flag", "command", name, "reason", err.Error()) }
	k, err := kong.New(flags, kong.Name(name), kong.Embed(&e.line.shared), kong.NoDefaultHelp())
	if err != nil {
		return bad(err)
	}
	for _, f := range k.Model.Flags {
		e.line.flags[f.Name] = f
	}
	if args, err = e.line.joined(args); err != nil {
		return bad(err)
	}
	at, err := k.Parse(args)
	if half := (*kong.ParseError)(nil); errors.As(err, &half) { // help is given beside a flag that is none, too
		at = half.Context
	}
	if at != nil {
		for _, step := range at.Path {
			if step.Flag != nil {
				e.line.given[step.Flag.Name] = true
			}
		}
	}
	switch {
	case e.line.given["help"]:
		e.help()
		return ErrHelp
	case err != nil:
		return bad(err)
	}
	format := e.line.format()
	return format.Check("--")
}

// joined writes every flag in one way: -name value and --name value as --name=value, so that a value may begin with a dash.
func (l *commandLine) joined(args []string) ([]string, error) {
	var out []string
	for i := 0; i < len(args); i++ {
		name, _, inline := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		f := l.flags[name]
		switch {
		case f == nil || !strings.HasPrefix(args[i], "-"):
			out = append(out, args[i])
		case inline || f.IsBool():
			out = append(out, "--"+strings.TrimLeft(args[i], "-"))
		case i+1 == len(args):
			return nil, fmt.Errorf("flag needs an argument: --%s", name)
		default:
			out = append(out, "--"+name+"="+args[i+1])
			i++
		}
	}
	return out, nil
}

// help prints what a calculation is for and what flags it has.
func (e *Env) help() {
	fmt.Fprintln(e.Out, e.Word(e.line.command+".usage"))
	fmt.Fprintln(e.Out)
	fmt.Fprintln(e.Out, e.Word(e.line.command+".long"))
	fmt.Fprintln(e.Out)
	for _, f := range slices.SortedFunc(maps.Values(e.line.flags), func(a, b *kong.Flag) int { return cmp.Compare(a.Name, b.Name) }) {
		if f.Hidden {
			continue
		}
		text := e.Word("flag." + f.Help)
		if f.Default != "" {
			text += " (" + e.Word("default", "value", f.Default) + ")"
		}
		fmt.Fprintf(e.Out, "  --%-18s %s\n", f.Name, text)
	}
}

// JSON says whether JSON is asked for.
func (e *Env) JSON() bool { return e.line.JSON }

// Explains says whether the working is asked for.
func (e *Env) Explains() bool { return e.line.Explain }

// Given says whether a flag stands on the command line.
func (e *Env) Given(name string) bool { return e.line.given[name] }

// Changed says whether a flag stands on the command line with another value than its default.
func (e *Env) Changed(name string) bool {
	f := e.line.flags[name]
	return e.Given(name) && fmt.Sprint(f.Target) != f.Default && !(f.Default == "" && f.Target.IsZero())
}

// Need refuses a calculation whose flag is empty.
func (e *Env) Need(names ...string) error {
	for _, n := range names {
		if f := e.line.flags[n]; f == nil || f.Target.IsZero() {
			return e.Missing(n)
		}
	}
	return nil
}

// Missing is the fault of a flag that is not there.
func (e *Env) Missing(name string) error {
	return fault.New("calc.missing", "command", e.line.command, "flag", "--"+name)
}

// Mode gives the value of the choice that a flag makes, and refuses a flag that the choice does not read: a result that left an input out
// looks like one that took it in. A flag that is given with its own default changes nothing and passes.
func Mode[T any](e *Env, flagName, word string, choices []Choice[T]) (T, error) {
	value, err := OneOf(flagName, word, choices)
	if err != nil {
		return value, err
	}
	for _, name := range slices.Sorted(maps.Keys(e.line.given)) {
		tag := e.line.flags[name].Tag
		if tag.Has(flagName) && !slices.Contains(strings.Fields(tag.Get(flagName)), word) {
			if err := e.NoEffect(word, name); err != nil {
				return value, err
			}
		}
	}
	return value, nil
}

// NoEffect refuses flags that a method does not read, where the tags of mode cannot tell.
func (e *Env) NoEffect(method string, flags ...string) error {
	for _, name := range flags {
		if e.Changed(name) {
			return fault.New("calc.no-effect", "flag", "--"+name, "method", method)
		}
	}
	return nil
}

// OnlyWith refuses flags that are read only where another one is given, which is not there.
func (e *Env) OnlyWith(other string, flags ...string) error {
	for _, name := range flags {
		if e.Changed(name) {
			return fault.New("calc.only-with", "flag", "--"+name, "other", other)
		}
	}
	return nil
}

// OneOf gives the value of a choice, or refuses a word that is none of them.
func OneOf[T any](flagName, word string, choices []Choice[T]) (T, error) {
	var names []string
	for _, c := range choices {
		if c.Name == word {
			return c.Value, nil
		}
		names = append(names, c.Name)
	}
	var none T
	return none, fault.New("calc.bad-choice", "flag", "--"+flagName, "given", word, "allowed", strings.Join(names, ", "))
}

// Choice is one word that a flag takes, and what it stands for.
type Choice[T any] = struct {
	Name  string
	Value T
}

// Named gives the choices of a flag whose words are the values themselves.
func Named[T ~string](values ...T) []Choice[T] {
	out := make([]Choice[T], len(values))
	for i, v := range values {
		out[i] = Choice[T]{string(v), v}
	}
	return out
}
