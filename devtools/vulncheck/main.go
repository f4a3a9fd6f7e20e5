// Command vulncheck asks the Go vulnerability database about the modules of the program, for make lint. Where the database cannot be
// had it falls back, and says so, to the dated list of pins in doc/pins.md, which a house test holds to go.mod.
//
// It changes nothing.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// tool is pinned, so that a check means the same everywhere.
const tool = "golang.org/x/vuln/cmd/govulncheck@v1.9.0"

// patience bounds the check: the database may be behind a network that answers nothing.
const patience = 5 * time.Minute

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	os.Exit(check(ctx, ask, os.ReadFile, time.Now(), os.Stdout))
}

// ask runs the tool and gives what it said.
func ask(ctx context.Context) ([]byte, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "run", tool, "./...")
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	return said.Bytes(), err
}

// check gives the exit status: 0 when nothing is known against the modules, or nothing could be asked and the list is in order.
func check(ctx context.Context, ask func(context.Context) ([]byte, error), read func(string) ([]byte, error), now time.Time, out io.Writer) int {
	said, err := ask(ctx)
	if err == nil {
		fmt.Fprintln(out, "vulncheck: nothing is known against the modules in use")
		return 0
	}
	if !unreachable(ctx, said) {
		fmt.Fprintf(out, "%s\nvulncheck: %v\n", said, err)
		return 1
	}
	pins, err := read("doc/pins.md")
	if err != nil {
		fmt.Fprintln(out, "vulncheck: the vulnerability database cannot be had, nor the list of pins:", err)
		return 1
	}
	n, old := stale(string(pins), now)
	fmt.Fprintf(out, "vulncheck: the vulnerability database cannot be had from here; what remains is doc/pins.md, %d modules\n", n)
	for _, line := range old {
		fmt.Fprintln(out, "vulncheck: looked at more than half a year ago:", line)
	}
	if n == 0 || len(old) > 0 {
		return 1
	}
	return 0
}

// unreachable tells a database out of reach from a finding and from a program that does not build.
func unreachable(ctx context.Context, said []byte) bool {
	text := string(said)
	return strings.Contains(text, "fetching vulnerabilities") || errors.Is(ctx.Err(), context.DeadlineExceeded) ||
		strings.Contains(text, tool) && (strings.Contains(text, "no such host") || strings.Contains(text, "dial tcp") || strings.Contains(text, "Forbidden"))
}

// stale counts the modules of the list, and names those that nobody looked at for half a year.
func stale(pins string, now time.Time) (n int, old []string) {
	for _, line := range strings.Split(pins, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || !strings.Contains(cells[1], ".") {
			continue
		}
		n++
		day, err := time.Parse("2006-01-02", strings.TrimSpace(cells[3]))
		if err != nil || now.Sub(day) > 183*24*time.Hour {
			old = append(old, strings.TrimSpace(cells[1]))
		}
	}
	return n, old
}
