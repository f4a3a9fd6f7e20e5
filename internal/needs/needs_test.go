package needs

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// watched notes how a test ends instead of ending.
type watched struct {
	testing.TB
	said string
}

func (*watched) Helper() {}
func (w *watched) Fatalf(format string, args ...any) {
	w.said = "fatal: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}
func (w *watched) Skipf(format string, args ...any) {
	w.said = "skip: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func ends(ask func(testing.TB)) string {
	w := &watched{}
	done := make(chan struct{})
	go func() { defer close(done); ask(w); w.said = "goes on" }()
	<-done
	return w.said
}

func TestWhatIsMissingIsSkippedAndFailsInCI(t *testing.T) {
	for name, c := range map[string]struct {
		ask  func(testing.TB)
		what string
	}{
		"a fact":    {func(t testing.TB) { Here(t, false, "a crane") }, "a crane"},
		"a program": {func(t testing.TB) { Program(t, "no-such-program", "nor-this") }, "no-such-program or nor-this"},
		"a file":    {func(t testing.TB) { Shared(t, "no/such/file.csv") }, "shared/no/such/file.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CI", "")
			if got := ends(c.ask); got != "skip: "+c.what+" is not here" {
				t.Error(got)
			}
			for _, ci := range []string{"true", "1"} {
				t.Setenv("CI", ci)
				if got := ends(c.ask); got != "fatal: CI must have "+c.what {
					t.Error(got)
				}
			}
		})
	}
}

func TestWhatIsThereIsGiven(t *testing.T) {
	if got := ends(func(t testing.TB) { Here(t, true, "") }); got != "goes on" {
		t.Error(got)
	}
	if got := Program(t, "no-such-program", "go"); !strings.Contains(filepath.Base(got), "go") {
		t.Error(got)
	}
}
