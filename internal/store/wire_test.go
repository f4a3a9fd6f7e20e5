package store_test

import (
	"io"
	"net"
	neturl "net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/store/storetest"
)

func TestAServerLostInTheMiddleHalfStoresNothing(t *testing.T) {
	url := storetest.EmptyPostgres(t)
	direct := storetest.Open(t, url)
	wire := newWire(t, url)
	append1(t, direct, 1)
	stored := int64(1)
	outcomes := map[string]int{}
	// The connection is cut after ever more bytes of the conversation, so that the cut falls into every part of it.
	for after := int64(0); after < 40_000; after += 1_700 {
		s, err := store.OpenWith(t.Context(), wire.url, store.Options{Wait: 2 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		wire.cutAfter(after)
		r, err := cube.Append(t.Context(), s, delivery(stored+1))
		wire.heal()
		s.Close()
		switch {
		case err == nil:
			stored = r.Message
		default:
			refused(t, err, "store.unreachable", "store.unknown-outcome")
			last, e := direct.LastMessage(t.Context())
			if e != nil {
				t.Fatal(e)
			}
			if fault.CodeOf(err) == "store.unreachable" && last != stored {
				t.Fatal("it said that nothing was stored, but it was")
			}
			stored = last
		}
		outcomes[fault.CodeOf(err)]++
		wantWhole(t, direct, stored)
	}
	if outcomes["store.unreachable"] == 0 || outcomes[""] == 0 {
		t.Errorf("the cuts did not fall where they should: %v", outcomes)
	}
	t.Run("the same store works again once the server is back", func(t *testing.T) {
		s := storetest.Open(t, wire.url)
		wire.cutAfter(0)
		_, err := s.LastMessage(t.Context())
		refused(t, err, "store.unreachable")
		wire.heal()
		append1(t, s, stored+1)
	})
	t.Run("a commit whose answer is lost is reported as not known", func(t *testing.T) {
		s := storetest.Open(t, wire.url)
		wire.cutAtAnswerTo("commit")
		_, err := cube.Append(t.Context(), s, delivery(stored+2))
		wire.heal()
		refused(t, err, "store.unknown-outcome")
		// Sending it again is harmless, as the sentence promises.
		r, err := cube.Append(t.Context(), s, delivery(stored+2))
		if err != nil || r.Unchanged != batch && r.Added+r.Revised != batch {
			t.Fatal(r, err)
		}
		wantWhole(t, direct, stored+2)
	})
}

// wire is a connection to the server that can be cut.
type wire struct {
	url    string
	down   atomic.Bool
	budget atomic.Int64 // bytes to the server before the cut; negative: no cut
	word   atomic.Value // cut the answer to a statement that holds this
}

func newWire(t *testing.T, url string) *wire {
	u, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable") // so that the wire can see the words
	u.RawQuery = q.Encode()
	w := &wire{url: u.String()}
	w.heal()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if w.down.Load() {
				c.Close()
				continue
			}
			s, err := net.Dial("tcp", server)
			if err != nil {
				c.Close()
				continue
			}
			go w.carry(s, c)
			go func() { io.Copy(c, s); c.Close() }()
		}
	}()
	return w
}

func (w *wire) carry(server, client net.Conn) {
	defer server.Close()
	defer client.Close()
	buf := make([]byte, 512)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if word := w.word.Load().(string); word != "" && strings.Contains(string(buf[:n]), word) {
			w.down.Store(true)
			client.Close() // the server hears it; nobody hears the server
			server.Write(buf[:n])
			time.Sleep(50 * time.Millisecond)
			return
		}
		if left := w.budget.Load(); left >= 0 {
			if int64(n) > left {
				server.Write(buf[:left])
				w.down.Store(true)
				return
			}
			w.budget.Store(left - int64(n))
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (w *wire) cutAfter(bytes int64)      { w.budget.Store(bytes) }
func (w *wire) cutAtAnswerTo(word string) { w.word.Store(word) }
func (w *wire) heal()                     { w.budget.Store(-1); w.word.Store(""); w.down.Store(false) }
