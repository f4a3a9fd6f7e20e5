// Package needs is where a test asks for what is not in the repository: a program of the machine, a right, the collection beside it. Where
// a program or a right is missing a test is skipped, and in CI it fails, so that what nobody tested never passes for what works. The
// collection is different: what a room promises is held by files in its testdata, so only sweeps over the whole collection ask for it, and
// a machine without it skips them. Only tests import this package, and it imports nothing of ours.
package needs

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Here skips a test where something that it needs is not at hand, and fails it where the environment sets CI.
func Here(t testing.TB, ok bool, what string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("CI") != "":
		t.Fatalf("CI must have %s", what)
	default:
		t.Skipf("%s is not here", what)
	}
}

// Program gives the path of the first of some programs that the machine has.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Here(t, false, strings.Join(names, " or "))
	return ""
}

// Browser gives the path of a Chromium.
func Browser(t testing.TB) string {
	t.Helper()
	return Program(t, "chromium", "chromium-browser", "google-chrome")
}

// Shared gives the path of a file or folder of the collection that lies beside the repository while the program is built. Where the whole
// collection is not there the test is skipped, in CI too: everything that a room promises is held by files of the repository, and what asks
// here only goes through more of the same. Where the collection is there and the file is not, the test asks for something that does not
// exist, which CI must show.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the folder of the test")
		}
		dir = filepath.Dir(dir)
	}
	collection := filepath.Join(filepath.Dir(dir), "shared")
	if _, err := os.Stat(collection); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the collection beside the repository is not here")
	}
	path := filepath.Join(collection, filepath.FromSlash(name))
	_, err = os.Stat(path)
	Here(t, err == nil, "shared/"+name)
	return path
}
