package middleware

import (
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limit bounds how many requests one client may make: a bucket of Burst requests that refills at Rate a second. An IPv6
// client is its /64 network, since one subscriber holds all of it.
type Limit struct {
	Rate    float64
	Burst   int
	Now     func() time.Time
	Trusted []netip.Prefix // proxies whose X-Forwarded-For is believed
	Exempt  func(*http.Request) bool
}

type bucket struct {
	left float64
	at   time.Time
}

// maxClients bounds the memory of the limit; when it is reached, full buckets are dropped, which loses nothing.
const maxClients = 100_000

// Wrap refuses, with 429 and Retry-After, what goes beyond the limit; refuse writes the words.
func (l Limit) Wrap(refuse http.Handler) Wrap {
	var mu sync.Mutex
	clients := map[string]*bucket{}
	take := func(client string) (wait float64, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		now := l.Now()
		b := clients[client]
		if b == nil {
			if len(clients) >= maxClients {
				for k, old := range clients {
					if old.left+now.Sub(old.at).Seconds()*l.Rate >= float64(l.Burst) {
						delete(clients, k)
					}
				}
			}
			b = &bucket{left: float64(l.Burst), at: now}
			clients[client] = b
		}
		b.left = math.Min(float64(l.Burst), b.left+now.Sub(b.at).Seconds()*l.Rate)
		b.at = now
		if b.left < 1 {
			return (1 - b.left) / l.Rate, false
		}
		b.left--
		return 0, true
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if l.Exempt == nil || !l.Exempt(r) {
				if wait, ok := take(Client(r, l.Trusted)); !ok {
					w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait))))
					refuse.ServeHTTP(w, r)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Client names who asks: the address of the connection, or behind a trusted proxy the last address it forwarded that is not
// itself a trusted proxy.
func Client(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if within(addr, trusted) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			addr = hop
			if !within(hop, trusted) {
				break
			}
		}
	}
	addr = addr.Unmap()
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

func within(a netip.Addr, list []netip.Prefix) bool {
	for _, p := range list {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
