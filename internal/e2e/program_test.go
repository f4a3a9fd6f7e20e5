package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the path of the built program.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "nhipso-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "nhipso")
	build := exec.Command("go", "build", "-o", program, "nhipso/cmd/nhipso")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		os.Exit(1)
	}
	status := m.Run()
	chromium.stop()
	shared.stop()
	os.RemoveAll(template.dir)
	os.RemoveAll(dir)
	os.Exit(status)
}

// outcome is what a command left behind.
type outcome struct {
	status   int
	out, err string
}

// run runs the program to its end. The environment carries nothing of ours unless given.
func run(t *testing.T, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// server is a running program.
type server struct {
	url  string
	cmd  *exec.Cmd
	log  *lines
	done chan error
}

// lines collects output and tells of the address that it names.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	addr chan string
}

var listening = regexp.MustCompile(`https?://([0-9.:\[\]a-z]+) `)

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if m := listening.FindSubmatch(l.text.Bytes()); m != nil && l.addr != nil {
		l.addr <- string(m[1])
		l.addr = nil
	}
	return len(p), nil
}

func (l *lines) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.text.String() }

// start runs "serve" on a free port and waits until it listens.
func start(args ...string) (*server, error) {
	l := &lines{addr: make(chan string, 1)}
	addr := l.addr
	cmd := exec.Command(program, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Stderr = l
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, log: l, done: make(chan error, 1)}
	go func() { s.done <- cmd.Wait() }()
	select {
	case a := <-addr:
		s.url = "http://" + a
		return s, nil
	case err := <-s.done:
		return nil, fmt.Errorf("ended with %v: %s", err, l)
	case <-time.After(time.Minute):
		cmd.Process.Kill()
		return nil, fmt.Errorf("does not listen: %s", l)
	}
}

// end asks the server to stop and gives how it ended.
func (s *server) end() error {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-s.done:
		return err
	case <-time.After(30 * time.Second):
		s.cmd.Process.Kill()
		return errors.New("did not stop")
	}
}

func (s *server) get(t *testing.T, path string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// shared is one server for the tests that only read.
var shared sharedServer

type sharedServer struct {
	once   sync.Once
	dir    string
	server *server
	err    error
}

func (s *sharedServer) get(t *testing.T) *server {
	t.Helper()
	s.once.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "nhipso-e2e-data-"); s.err == nil {
			if s.err = os.CopyFS(s.dir, os.DirFS(firstReleased(t))); s.err == nil {
				s.server, s.err = start("--data", s.dir)
			}
		}
	})
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.server
}

func (s *sharedServer) stop() {
	if s.server != nil {
		s.server.end()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

func TestFromNothingToThePage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	s, err := start("--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	if res, body := s.get(t, "/"); res.StatusCode != 200 || !strings.Contains(body, "14,02") {
		t.Errorf("home answers %d without the headline share", res.StatusCode)
	}
	if res, body := s.get(t, "/?lang=en"); res.StatusCode != 200 || !strings.Contains(body, "14.02") {
		t.Errorf("home in English answers %d without the headline share", res.StatusCode)
	}
	if err := s.end(); err != nil {
		t.Errorf("SIGTERM ends it with %v: %s", err, s.log)
	}
	before := run(t, "export", "DE_QUARTERLY", "--data", dir).out
	s, err = start("--data", dir)
	if err != nil {
		t.Fatalf("second start: %v", err)
	}
	if strings.Contains(s.log.String(), "[1/") {
		t.Errorf("a second start loads or computes again: %s", s.log)
	}
	s.end()
	if after := run(t, "export", "DE_QUARTERLY", "--data", dir).out; after != before || before == "" {
		t.Error("a second start changed figures")
	}
	if o := run(t, "doctor", "--data", dir, "--lang", "en"); o.status != 0 || strings.Contains(o.out, "✗") {
		t.Errorf("doctor finds fault: %d\n%s%s", o.status, o.out, o.err)
	}
}

func TestTheSixSharesWithTheirVintages(t *testing.T) {
	s := shared.get(t)
	_, body := s.get(t, "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL?lang=en")
	for _, figure := range []string{"12.66", "12.87", "12.83", "13.17", "14.02", "12.67", "12.63", "12.33", "12.88"} {
		if !strings.Contains(body, figure) {
			t.Errorf("the page of the series does not show %s", figure)
		}
	}
	o := run(t, "export", "DE_SHARE", "--data", shared.dir, "--key", "A.VN.NSO.TOTAL", "--history")
	for _, row := range []string{",2022,12.67,", ",2022,12.63,", ",2022,12.83,", ",2023,12.33,", ",2023,12.87,", ",2025,14.02,"} {
		if !strings.Contains(o.out, row) {
			t.Errorf("the history does not have %s", row)
		}
	}
}

func TestHelpInBothLanguages(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		all := run(t, "--lang", lang, "help")
		if all.status != 0 {
			t.Errorf("help ends with %d", all.status)
		}
		for _, c := range []string{"serve", "load", "run", "release", "message", "export", "explain", "calc", "override", "doctor", "config", "backup", "restore", "version"} {
			o := run(t, "--lang", lang, c, "--help")
			if o.status != 0 || len(o.out) < 60 || strings.Contains(o.out, "flag.") || strings.Contains(o.out, c+".long") {
				t.Errorf("%s in %s: status %d, %q", c, lang, o.status, o.out)
			}
			if !strings.Contains(all.out, c) {
				t.Errorf("help in %s does not name %s", lang, c)
			}
		}
	}
	if o := run(t, "--lang", "en", "frobnicate"); o.status != 2 || !strings.Contains(o.err, "frobnicate") {
		t.Errorf("an unknown command: %d %q", o.status, o.err)
	}
	if o := run(t, "export", "--nonsense"); o.status != 2 {
		t.Errorf("an unknown flag: %d %q", o.status, o.err)
	}
}

func TestExplainReachesTheDocuments(t *testing.T) {
	shared.get(t)
	o := run(t, "--lang", "en", "explain", "DE_QUARTERLY/Q.VN.NSO.TOTAL.DENTON.SHARE/2026-Q3", "--data", shared.dir)
	if o.status != 0 || !strings.Contains(o.out, "Denton–Cholette") || !strings.Contains(o.out, "(5 January 2026)") {
		t.Errorf("%d: %s%s", o.status, o.out, o.err)
	}
	for cell, status := range map[string]int{"DE_SHARE/A.VN.NSO.TOTAL/1999": 2, "DE_SHARE/A.VN.XXX.TOTAL/2025": 3, "NOPE/A/2025": 2, "rubbish": 2} {
		if o := run(t, "explain", cell, "--data", shared.dir); o.status != status || o.err == "" {
			t.Errorf("%s: %d %q, want %d", cell, o.status, o.err, status)
		}
	}
}

func TestWhatIsExportedCanBeLoadedAgain(t *testing.T) {
	shared.get(t)
	file := filepath.Join(t.TempDir(), "share.csv")
	if o := run(t, "export", "DE_SHARE", "--data", shared.dir, "--history", "--out", file); o.status != 0 {
		t.Fatal(o.err)
	}
	o := run(t, "--lang", "en", "load", file, "--data", shared.dir)
	if o.status != 0 || !strings.Contains(o.out, ": 0 new, 0 revised") {
		t.Errorf("%d: %s%s", o.status, o.out, o.err)
	}
}
