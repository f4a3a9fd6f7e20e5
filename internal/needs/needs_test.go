package needs

import (
	"fmt"
	"os"
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
		"a fact":                               {func(t testing.TB) { Here(t, false, "a crane") }, "a crane"},
		"a program":                            {func(t testing.TB) { Program(t, "no-such-program", "nor-this") }, "no-such-program or nor-this"},
		"a file of a collection that is there": {func(t testing.TB) { Shared(t, "no/such/file.csv") }, "shared/no/such/file.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			beside(t, "shared/a.csv")
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

// beside makes a repository in a folder of the test, with files beside it, and goes into a folder of the repository.
func beside(t *testing.T, files ...string) (above string) {
	t.Helper()
	above = t.TempDir()
	for _, name := range append(files, "repository/go.mod", "repository/internal/x/x.go") {
		path := filepath.Join(above, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(above, "repository/internal/x"))
	return above
}

func TestASweepIsSkippedEverywhereWithoutTheCollection(t *testing.T) {
	beside(t)
	for _, ci := range []string{"", "true"} {
		t.Setenv("CI", ci)
		if got := ends(func(t testing.TB) { Shared(t, "a.csv") }); got != "skip: the collection beside the repository is not here" {
			t.Errorf("CI=%q: %s", ci, got)
		}
	}
}

func TestAFileOfTheCollectionIsGiven(t *testing.T) {
	above := beside(t, "shared/data/a.csv")
	for name, want := range map[string]string{"data/a.csv": "shared/data/a.csv", "data": "shared/data"} {
		got := ""
		if end := ends(func(t testing.TB) { got = Shared(t, name) }); end != "goes on" {
			t.Fatal(end)
		}
		a, err := os.Stat(filepath.Join(above, want))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.Stat(got); err != nil || !os.SameFile(a, b) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
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
