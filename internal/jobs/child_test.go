package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/jobs"
	"nhipso/internal/store/storetest"
)

// Some tests need another program at work on the queue. It is this test binary again, told by the environment what to be.
func TestMain(m *testing.M) {
	url, file := os.Getenv("JOBS_TEST_URL"), os.Getenv("JOBS_TEST_FILE")
	switch os.Getenv("JOBS_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "halfway":
		must(workAs(url, func(ctx context.Context, _ *jobs.Task) error {
			if err := os.WriteFile(file+".part", []byte("half"), 0o600); err != nil {
				return err
			}
			fmt.Println("halfway")
			<-ctx.Done()
			return ctx.Err()
		}))
	case "opener":
		q, err := jobs.Open(context.Background(), url, jobs.Options{})
		must(err)
		fmt.Println("open")
		io.Copy(io.Discard, os.Stdin)
		must(q.Close())
	}
}

// lease is short, so that a test need not wait.
const lease = 1500 * time.Millisecond

func workAs(url string, do jobs.Handler) error {
	q, err := jobs.Open(context.Background(), url, jobs.Options{Lease: lease})
	if err != nil {
		return err
	}
	return q.Work(context.Background(), jobs.Workers{Name: "the one that dies", Handlers: map[string]jobs.Handler{"write": do}})
}

func must(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// startChild starts the other program and gives its lines.
func startChild(t *testing.T, role, url, file string) (*exec.Cmd, io.WriteCloser, *bufio.Scanner) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "JOBS_TEST_CHILD="+role, "JOBS_TEST_URL="+url, "JOBS_TEST_FILE="+file)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return c, in, bufio.NewScanner(out)
}

var databases = map[string]storetest.Database{"sqlite": storetest.EmptySQLite, "postgres": storetest.EmptyPostgres}

// A worker that is killed is heard of no more; its job goes to another one when the lease has run out, and not before.
func TestAJobOfAWorkerThatIsKilledGoesToAnotherOne(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, file := database(t), filepath.Join(t.TempDir(), "result")
			q, err := jobs.Open(t.Context(), url, jobs.Options{Lease: lease})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { q.Close() })
			i := add(t, q, jobs.Job{Kind: "write", Key: "it", Attempts: 2})
			child, _, lines := startChild(t, "halfway", url, file)
			if !lines.Scan() || lines.Text() != "halfway" {
				t.Fatal(lines.Text())
			}
			var mu sync.Mutex
			var begun []time.Time
			stop := work(t, q, jobs.Workers{Name: "the one that lives", Handlers: map[string]jobs.Handler{"write": func(context.Context, *jobs.Task) error {
				mu.Lock()
				begun = append(begun, time.Now())
				mu.Unlock()
				if err := os.WriteFile(file+".part", []byte("whole"), 0o600); err != nil {
					return err
				}
				return os.Rename(file+".part", file)
			}}})
			time.Sleep(2 * lease) // it renews its lease
			mu.Lock()
			if len(begun) != 0 {
				t.Fatal("the job was taken from a worker that lives")
			}
			mu.Unlock()
			child.Process.Kill()
			killed := time.Now()
			end := eventually(t, q, i.ID, "done", inState(jobs.Done))
			stop()
			if len(begun) != 1 || end.Worker != "the one that lives" || end.Attempt != 2 {
				t.Errorf("begun %v by %s, attempt %d", begun, end.Worker, end.Attempt)
			}
			if after := begun[0].Sub(killed); after > 2*lease+2*time.Second {
				t.Errorf("taken %s after the kill", after)
			}
			if last, _ := end.Last(); last.Code != "jobs.lease-lost" {
				t.Errorf("told as %+v", last)
			}
			if b, err := os.ReadFile(file); err != nil || string(b) != "whole" {
				t.Errorf("the file holds %q (%v)", b, err)
			}
			if again, fresh, _ := q.Add(t.Context(), jobs.Job{Kind: "write", Key: "it"}); fresh || again.State != jobs.Done {
				t.Error("the key is free again")
			}
		})
	}
}

// A job that kills every worker does not go on for ever.
func TestAJobThatKillsItsWorkersFails(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := database(t)
			q, err := jobs.Open(t.Context(), url, jobs.Options{Lease: lease})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { q.Close() })
			i := add(t, q, jobs.Job{Kind: "write", Attempts: 1})
			child, _, lines := startChild(t, "halfway", url, filepath.Join(t.TempDir(), "result"))
			if !lines.Scan() {
				t.Fatal("it does not begin")
			}
			child.Process.Kill()
			work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"write": func(context.Context, *jobs.Task) error { return nil }}})
			end := eventually(t, q, i.ID, "failed", inState(jobs.Failed))
			if last, _ := end.Last(); last.Code != "jobs.worker-lost" || !strings.Contains(last.En, fmt.Sprint("retry --id ", i.ID)) {
				t.Errorf("told as %+v", last)
			}
		})
	}
}

// Several programs may open the queue of a new database at once.
func TestSeveralProgramsOpenANewQueueAtOnce(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := database(t)
			s := storetest.Open(t, url)
			q := make(chan error, 3)
			for range cap(q) {
				go func() {
					x, err := jobs.Open(t.Context(), url, jobs.Options{Alone: s.Alone})
					if err == nil {
						_, _, err = x.Add(t.Context(), jobs.Job{Kind: "aa"})
						x.Close()
					}
					q <- err
				}()
			}
			for range cap(q) {
				if err := <-q; err != nil {
					t.Error(err)
				}
			}
			_, in, lines := startChild(t, "opener", url, "")
			if !lines.Scan() || strings.Contains(lines.Text(), "error") {
				t.Error(lines.Text())
			}
			in.Close()
		})
	}
}
