package notice_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/notice"
	"nhipso/internal/people"
	"nhipso/internal/store"
	"nhipso/internal/testpack"
)

// A test needs another program that hands letters over, to kill it. It is this test binary again, told by the environment where it works.
func TestMain(m *testing.M) {
	url := os.Getenv("NOTICE_TEST_URL")
	if url == "" {
		os.Exit(m.Run())
	}
	if err := handOver(url, os.Getenv("NOTICE_TEST_MAIL"), os.Getenv("NOTICE_TEST_NOW")); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func handOver(url, mail, at string) error {
	now, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return err
	}
	clock := func() time.Time { return now }
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		return err
	}
	s, err := store.OpenWith(context.Background(), url, store.Options{Now: clock})
	if err != nil {
		return err
	}
	defer s.Close()
	post, err := postOf(s, officeOf(s, c, clock), mail, clock)
	if err != nil {
		return err
	}
	if err := post.Make(context.Background()); err != nil {
		return err
	}
	return post.Deliver(context.Background())
}

// TestAProgramThatIsKilledLosesNoLetter: killed before a letter is taken it is handed over once, killed right after it is handed over again under the
// same identifier.
func TestAProgramThatIsKilledLosesNoLetter(t *testing.T) {
	for stage, times := range map[string]int{"rcpt": 1, "taken": 2} {
		t.Run(stage, func(t *testing.T) {
			x := newTown(t)
			x.choose("east", notice.AtOnce, notice.Quiet{})
			act := x.change(people.Program, "cost", "10")
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "NOTICE_TEST_URL="+x.url, "NOTICE_TEST_MAIL="+x.server.Addr, "NOTICE_TEST_NOW="+x.clock.now().Format(time.RFC3339Nano))
			killed := make(chan bool)
			kill := sync.OnceFunc(func() {
				if err := child.Process.Kill(); err != nil {
					t.Error(err)
				}
				child.Wait() //nolint:errcheck // it was killed
				close(killed)
			})
			x.server.At = func(at string) {
				if at == stage {
					kill()
				}
			}
			x.must(child.Start())
			select {
			case <-killed:
			case <-time.After(60 * time.Second):
				child.Process.Kill()
				t.Fatal("it handed nothing over")
			}
			x.server.At = nil
			x.deliver() // its lease is not over
			if n := x.got()["east@gov.example"]; n != times-1 {
				t.Fatalf("%d letters while its lease lasts, want %d", n, times-1)
			}
			x.clock.forward(6 * time.Minute)
			x.deliver()
			ids := map[string]bool{}
			for _, l := range x.server.Letters() {
				ids[l.Header.Get("Message-Id")] = true
			}
			if n := x.got()["east@gov.example"]; n != times || len(ids) != 1 || x.inbox("east", act) != "0" {
				t.Errorf("%d letters of %d identifiers, want %d of one; the inbox has %q", n, len(ids), times, x.inbox("east", act))
			}
		})
	}
}
