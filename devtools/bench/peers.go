package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var (
	//go:embed peers.py
	peersPython []byte
	//go:embed peers.R
	peersR []byte
)

// peers are programs of others, which do a task on files and say how long it took them.
type peers struct {
	python, r *peer
	about     string // which versions they are
}

// peer is a process that is asked by a line and answers by a line.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// reply is a peer's answer.
type reply struct {
	Seconds float64 // for one task
	Check   float64 // a number of the result, to compare
	Missing string  // why there is no answer
	About   string
}

// notInstalled is what the column of a peer says that is not there.
const notInstalled = "not installed"

func startPeers(ctx context.Context, python, dir string) *peers {
	p := &peers{python: startPeer(ctx, dir, "peers.py", peersPython, python), r: startPeer(ctx, dir, "peers.R", peersR, "Rscript", "--vanilla")}
	var about []string
	for _, name := range []string{"about", "about.R"} {
		if a := p.ask(name, "."); a.About != "" {
			about = append(about, a.About)
		}
	}
	p.about = "Peers: " + strings.Join(about, "; ") + "."
	if len(about) == 0 {
		p.about = "No peers are installed (devtools/bench/peers.sh)."
	}
	return p
}

func startPeer(ctx context.Context, dir, file string, script []byte, program string, args ...string) *peer {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil
	}
	file = filepath.Join(dir, file)
	if os.WriteFile(file, script, 0o600) != nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, path, append(args, file)...)
	// Where these are set, it is to keep old builds of OpenBLAS from errors; a current one chooses the kernel of the processor itself, and
	// is faster without them.
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "OPENBLAS_CORETYPE=") && !strings.HasPrefix(e, "OPENBLAS_L2_SIZE=") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil
	}
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return nil
	}
	return &peer{cmd, in, bufio.NewScanner(out)}
}

// ask has a task done on the files of a folder. A task whose name ends in .R goes to R.
func (p *peers) ask(task, dir string) reply {
	to := p.python
	if name, ok := strings.CutSuffix(task, ".R"); ok {
		task, to = name, p.r
	}
	if to == nil {
		return reply{Missing: notInstalled}
	}
	if _, err := io.WriteString(to.in, task+" "+dir+"\n"); err != nil || !to.out.Scan() {
		return reply{Missing: notInstalled}
	}
	var a reply
	if err := json.Unmarshal(to.out.Bytes(), &a); err != nil {
		return reply{Missing: "answers " + to.out.Text()}
	}
	return a
}

func (p *peers) stop() {
	for _, x := range []*peer{p.python, p.r} {
		if x != nil {
			x.in.Close()
			x.cmd.Wait() //nolint:errcheck // it is only asked to go
		}
	}
}
