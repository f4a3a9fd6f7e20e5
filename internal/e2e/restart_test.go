package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// balancer is a small proxy that asks its servers whether they are ready, as those in deploy/ do, and never asks twice for a reader.
type balancer struct {
	servers []*url.URL
	ready   []atomic.Bool
	next    atomic.Int64
	stop    chan struct{}
	done    sync.WaitGroup
	said    lines // what the proxy has to say about requests that fail
}

func (b *balancer) Write(p []byte) (int, error) { return b.said.Write(p) }

func balance(t *testing.T, every time.Duration, addresses ...string) *balancer {
	t.Helper()
	b := &balancer{ready: make([]atomic.Bool, len(addresses)), stop: make(chan struct{})}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for i, a := range addresses {
		u, err := url.Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		b.servers = append(b.servers, u)
		b.done.Go(func() {
			for {
				res, err := client.Get(a + "/readyz")
				b.ready[i].Store(err == nil && res.StatusCode == 200)
				if err == nil {
					res.Body.Close()
				}
				select {
				case <-b.stop:
					return
				case <-time.After(every):
				}
			}
		})
	}
	t.Cleanup(func() { close(b.stop); b.done.Wait() })
	return b
}

func (b *balancer) handler() http.Handler {
	return &httputil.ReverseProxy{ErrorLog: log.New(b, "", 0), Rewrite: func(r *httputil.ProxyRequest) {
		first := int(b.next.Add(1))
		for n := range b.servers {
			i := (first + n) % len(b.servers)
			if b.ready[i].Load() {
				r.SetURL(b.servers[i])
				break
			}
		}
		r.SetXForwarded()
	}}
}

func (b *balancer) wait(t *testing.T, i int, want bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); b.ready[i].Load() != want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("server %d does not become %t", i, want)
		}
	}
}

// Two servers over one database, each restarted in turn, twice: no reader sees an end.
func TestNoRequestFailsWhileServersAreRestarted(t *testing.T) {
	dir := firstRelease(t)
	args := []string{"--data", dir, "--drain", "1s", "--trusted-proxies", "127.0.0.1", "--rate-limit", "0"}
	servers := make([]*server, 2)
	for i := range servers {
		s, err := start(args...)
		if err != nil {
			t.Fatal(err)
		}
		servers[i] = s
	}
	defer func() {
		for _, s := range servers {
			s.end()
		}
	}()
	b := balance(t, 100*time.Millisecond, servers[0].url, servers[1].url)
	b.wait(t, 0, true)
	b.wait(t, 1, true)
	front := httptest.NewServer(b.handler())
	defer front.Close()

	var asked, failed atomic.Int64
	var first sync.Once
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for n := range 4 {
		paths := []string{"/so-lieu/DE_SHARE.csv", "/api/v1/data/DE_SHARE", "/gioi-thieu", "/robots.txt"}
		if n == 0 {
			paths = []string{"/", "/tinh?lang=en"} // they take long when a server is new: what was begun is finished
		}
		readers.Go(func() {
			for i := n; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				res, err := http.Get(front.URL + paths[i%len(paths)])
				asked.Add(1)
				if err == nil {
					_, err = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				if err != nil || res.StatusCode != 200 {
					failed.Add(1)
					first.Do(func() { t.Errorf("%s: %v %v", paths[i%len(paths)], res, err) })
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for _, i := range []int{0, 1, 0, 1} {
		began := asked.Load()
		if err := servers[i].end(); err != nil {
			t.Fatalf("%v: %s", err, servers[i].log)
		}
		again, err := start(append(args, "--addr", strings.TrimPrefix(servers[i].url, "http://"))...)
		if err != nil {
			t.Fatal(err)
		}
		servers[i] = again
		b.wait(t, i, true)
		if asked.Load() == began {
			t.Error("nobody asked meanwhile")
		}
	}
	close(stop)
	readers.Wait()
	t.Logf("%d requests, %d failed", asked.Load(), failed.Load())
	if failed.Load() > 0 || asked.Load() < 100 {
		t.Errorf("%d of %d requests failed: %s", failed.Load(), asked.Load(), b.said.String())
	}
}

func TestAServerSaysThatItStopsBeforeItDoes(t *testing.T) {
	dir := firstRelease(t)
	s, err := start("--data", dir, "--drain", "2s")
	if err != nil {
		t.Fatal(err)
	}
	if res, body := s.get(t, "/readyz"); res.StatusCode != 200 || !strings.Contains(body, `"ready":true`) {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.end() }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if res, body := s.get(t, "/readyz"); res.StatusCode == 503 && strings.Contains(body, "draining") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not say so")
		}
	}
	if res, _ := s.get(t, "/"); res.StatusCode != 200 || !res.Close {
		t.Errorf("a reader who comes late gets %d, closing %t", res.StatusCode, res.Close)
	}
	if res, _ := s.get(t, "/healthz"); res.StatusCode != 200 {
		t.Errorf("a server that drains is alive: %d", res.StatusCode)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	t.Run("and does not wait when nobody watches", func(t *testing.T) {
		s, err := start("--data", dir, "--drain", "20s")
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := s.end(); err != nil || time.Since(began) > 10*time.Second {
			t.Error(err, time.Since(began))
		}
	})
	t.Run("and leaves a database that is one file", func(t *testing.T) {
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range left {
			if strings.HasSuffix(f.Name(), "-wal") || strings.HasSuffix(f.Name(), "-turn") {
				t.Errorf("%s is left", f.Name())
			}
		}
	})
}
