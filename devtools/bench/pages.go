package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// patience is how long a client waits for an answer.
const patience = 10 * time.Second

// The load on the home page: as many requests a second as the design names.
const (
	perSecond = 500
	seconds   = 10
	clients   = 20 // the server lets one address make 50 requests a second; each client has an address of its own in the loopback network
)

// pages starts the program as a newcomer does and asks for the home page.
func pages(b *bench) error {
	program, err := b.program()
	if err != nil {
		return err
	}
	nothing, err := repeat(5, func() error { return exec.CommandContext(b.ctx, program, "version").Run() })
	if err != nil {
		return err
	}
	folder := filepath.Join(b.dir, "data")
	first, s, err := b.start(program, "serve", "--addr", "127.0.0.1:0", "--data", folder)
	if err != nil {
		return err
	}
	if err := s.stop(); err != nil {
		return err
	}
	b.report.add(line{what: "first start on an empty folder to the first answer: load, compute, publish", ours: short(first)})
	var again spread
	for i := range 5 {
		took, next, err := b.start(program, "serve", "--addr", "127.0.0.1:0", "--data", folder)
		if err != nil {
			return err
		}
		again, s = append(again, took), next
		if i < 4 {
			if err := s.stop(); err != nil {
				return err
			}
		}
	}
	defer s.stop() //nolint:errcheck // at the end of a measurement that succeeded or failed for another reason
	b.report.add(under(line{what: "second start to the first answer", ours: short(again.median()), other: "starting the program for its version: " + short(nothing.median()),
		ratio: times(again.median(), nothing.median())}, again.median(), 2*time.Second))

	answer, err := get(b.ctx, http.DefaultClient, s.url, http.Header{"Accept-Encoding": {"br"}})
	if err != nil {
		return err
	}
	bare, err := b.bareServer(answer.body)
	if err != nil {
		return err
	}
	defer bare.stop() //nolint:errcheck // as above
	tag := http.Header{"Accept-Encoding": {"br"}, "If-None-Match": {answer.tag}}
	for _, k := range []struct {
		what   string
		header http.Header
		status int
		bound  time.Duration
	}{
		{"home page, 200", http.Header{"Accept-Encoding": {"br"}}, http.StatusOK, 50 * time.Millisecond},
		{"home page, 304", tag, http.StatusNotModified, 50 * time.Millisecond},
	} {
		var floor, ours spread
		for range seconds { // in turn, so that a bad second of the machine is likely to meet both
			part, err := b.load(same(bare.url), http.Header{}, http.StatusOK)
			if err != nil {
				return err
			}
			floor = append(floor, part...)
			if part, err = b.load(same(s.url), k.header, k.status); err != nil {
				return err
			}
			ours = append(ours, part...)
		}
		for _, p := range []struct {
			name string
			at   float64
		}{{"p50", 0.5}, {"p99", 0.99}, {"max", 1}} {
			l := line{what: fmt.Sprintf("%s at %d requests a second for %d s: %s", k.what, perSecond, seconds, p.name), ours: short(ours.at(p.at)),
				other: "a server that only sends the same bytes: " + short(floor.at(p.at)), ratio: times(ours.at(p.at), floor.at(p.at))}
			if p.name == "p99" {
				l = under(l, ours.at(p.at), k.bound)
			}
			b.report.add(l)
		}
	}
	b.report.note("The home page is %d bytes packed with brotli. Times run from the moment at which a request was due, so that a request that had to wait for others counts its waiting; the load generator, the server and everything else share the processors.", len(answer.body))

	// A day asked for the first time is not in memory: the page is made from the release.
	var made spread
	for i := range 40 {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 5*i).Format("2006-01-02")
		start := time.Now()
		if _, err := get(b.ctx, http.DefaultClient, s.url+"?asof="+at, http.Header{"Accept-Encoding": {"br"}}); err != nil {
			return err
		}
		made = append(made, time.Since(start))
		time.Sleep(25 * time.Millisecond)
	}
	b.report.add(line{what: "home page as of a day, made anew: p50", ours: short(made.median()), other: "the same from memory: " + short(first50(b, s.url)), ratio: ""})
	b.report.add(line{what: "home page as of a day, made anew: p99 of 40", ours: short(made.at(0.99))})
	return nil
}

// first50 is the median of pages that are in memory, asked for one after another.
func first50(b *bench, url string) time.Duration {
	took, err := repeat(40, func() error {
		_, err := get(b.ctx, http.DefaultClient, url, http.Header{"Accept-Encoding": {"br"}})
		return err
	})
	if err != nil {
		return 0
	}
	return took.median()
}

// server is a running program.
type server struct {
	cmd *exec.Cmd
	url string
}

func (s *server) stop() error {
	if s.cmd.ProcessState != nil {
		return nil
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// start runs a program that names its address, and asks for its page as soon as it has; it gives the time to the first whole answer.
func (b *bench) start(program string, args ...string) (time.Duration, *server, error) {
	began := time.Now()
	cmd := exec.CommandContext(b.ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	read, write, err := os.Pipe()
	if err != nil {
		return 0, nil, err
	}
	cmd.Stderr = write
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	write.Close()
	said := make(chan string, 1)
	go func() {
		var all bytes.Buffer
		buf := make([]byte, 4096)
		for {
			n, err := read.Read(buf)
			if all.Len() < 1<<20 {
				all.Write(buf[:n])
				if m := address.Find(all.Bytes()); m != nil && len(said) == 0 {
					said <- string(m)
					all.Grow(1 << 20)
					all.Write(make([]byte, 1<<20)) // enough was read: the rest goes unread into nothing
				}
			}
			if err != nil {
				return
			}
		}
	}()
	select {
	case url := <-said:
		s := &server{cmd, url + "/"}
		_, err := get(b.ctx, http.DefaultClient, s.url, nil)
		return time.Since(began), s, err
	case <-time.After(time.Minute):
		cmd.Process.Kill() //nolint:errcheck
		return 0, nil, errors.New("the program does not listen")
	}
}

// bareServer is another process that sends the bytes given and does nothing else: the least that an HTTP server can do.
func (b *bench) bareServer(body []byte) (*server, error) {
	file := filepath.Join(b.dir, "bare")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	_, s, err := b.start(self, "-bare", file)
	return s, err
}

func serveBare(file string) error {
	body, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "http://"+l.Addr().String())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Write(body) //nolint:errcheck
	}))
}

// refusal is an answer that says no.
type refusal int

func (r refusal) Error() string { return fmt.Sprintf("answers %d", int(r)) }

type answer struct {
	status int
	tag    string
	body   []byte
}

func get(ctx context.Context, c *http.Client, url string, header http.Header) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	for k, v := range header {
		req.Header[k] = v
	}
	res, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 400 {
		err = fmt.Errorf("%s: %w", url, refusal(res.StatusCode))
	}
	return answer{res.StatusCode, res.Header.Get("ETag"), body}, err
}

// same asks for one address again and again.
func same(url string) func(int) string { return func(int) string { return url } }

// load asks for pages at a steady rate, for a second, over connections that are kept. Requests are sent when they are due, whether or not earlier ones
// have been answered. Another status than the one wanted is an error.
func (b *bench) load(url func(i int) string, header http.Header, status int) (spread, error) {
	callers := make([]*http.Client, clients)
	for i := range callers {
		dial := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(1+i))}}
		callers[i] = &http.Client{Transport: &http.Transport{DialContext: dial.DialContext, MaxIdleConnsPerHost: 50, DisableCompression: true}, Timeout: patience}
		defer callers[i].CloseIdleConnections()
		if _, err := get(b.ctx, callers[i], url(0), header); err != nil { // opens the connection
			return nil, err
		}
	}
	took, errs := make(spread, perSecond), make([]error, perSecond)
	var group sync.WaitGroup
	start := time.Now().Add(50 * time.Millisecond)
	for i := range perSecond {
		due := start.Add(time.Duration(i) * time.Second / perSecond)
		time.Sleep(time.Until(due))
		if err := b.ctx.Err(); err != nil {
			return nil, err
		}
		group.Go(func() {
			a, err := get(b.ctx, callers[i%clients], url(i), header)
			if err == nil && a.status != status {
				err = fmt.Errorf("answers %d, not %d", a.status, status)
			}
			took[i], errs[i] = time.Since(due), err
			if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
				errs[i] = nil // it was not answered in time: what counts is how long it has waited
			} else if busy, ok := errors.AsType[refusal](err); ok && busy == http.StatusServiceUnavailable {
				took[i], errs[i] = patience, nil // a server that is too busy to answer is as bad as one that does not
			}
		})
	}
	group.Wait()
	return took, cmp.Or(errs...)
}
