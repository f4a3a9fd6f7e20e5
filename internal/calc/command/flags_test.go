package command

import (
	"errors"
	"strings"
	"testing"

	"nhipso/internal/fault"
)

// plan has a flag of every kind, one that every choice reads and one that only one does.
type plan struct {
	What          string  `default:"one" help:"what"`
	MaxIterations int     `default:"10" help:"max-iterations"`
	Tolerance     float64 `default:"1e-10" help:"tolerance" what:"two"`
	Blank         bool    `help:"blank" what:"two"`
	Codes         string  `help:"codes" what:"two"`
}

func planned(args ...string) (plan, *Env, error) {
	var p plan
	var out strings.Builder
	e := &Env{Out: &out, Lang: "en"}
	err := e.Parse("chain", &p, args)
	return p, e, err
}

func TestACommandLineIsReadIntoAStruct(t *testing.T) {
	for name, args := range map[string][]string{
		"two dashes":            {"--what", "two", "--max-iterations", "3", "--codes", "-a + b", "--blank"},
		"one dash":              {"-what", "two", "-max-iterations=3", "-codes", "-a + b", "-blank"},
		"equals":                {"--what=two", "--max-iterations=3", "--codes=-a + b", "--blank=true"},
		"the last of two holds": {"--what", "one", "--what", "two", "--max-iterations", "3", "--codes", "-a + b", "--blank"},
	} {
		if p, _, err := planned(args...); err != nil || p != (plan{"two", 3, 1e-10, true, "-a + b"}) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	for _, args := range [][]string{{"--whatever", "x"}, {"--max-iterations", "x"}, {"--tolerance", "small"}, {"surplus"}, {"--codes"}, {"--encoding", "ebcdic"}} {
		if _, _, err := planned(args...); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	for _, help := range []string{"--help", "-h", "-help"} {
		if _, _, err := planned("--what", "two", help); !errors.Is(err, ErrHelp) {
			t.Errorf("%s gives %v", help, err)
		}
	}
}

func TestAFlagThatAChoiceDoesNotReadIsRefused(t *testing.T) {
	choices := []Choice[int]{{"one", 1}, {"two", 2}}
	for _, c := range []struct {
		args string
		code string
	}{
		{"--what two --blank --codes x --tolerance 1", ""},
		{"--what one --max-iterations 3", ""},
		{"--what one --tolerance 1e-10", ""}, // as it is anyway
		{"--what one --tolerance 1", "calc.no-effect"},
		{"--blank", "calc.no-effect"},
		{"--codes x", "calc.no-effect"},
		{"--what three --blank", "calc.bad-choice"}, // the choice itself is told first
	} {
		p, e, err := planned(strings.Fields(c.args)...)
		if err == nil {
			_, err = Mode(e, "what", p.What, choices)
		}
		if got := fault.CodeOf(err); got != c.code {
			t.Errorf("%s: %q, want %q", c.args, got, c.code)
		}
	}
}
