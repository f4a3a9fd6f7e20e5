package middleware

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limit bounds how many requests one client may make: a bucket of Burst requests that refills at Rate a second. An IPv6
// client is its /64 network, since one subscriber holds all of it. An infinite Rate bounds nothing.
type Limit struct {
	Rate    float64
	Burst   int
	Now     func() time.Time
	Trusted []netip.Prefix // proxies whose X-Forwarded-For is believed
	Exempt  func(*http.Request) bool
	Shared  *Shared // with the servers that answer beside this one; nil for a server of its own
	Name    string  // of the limit among those shared
}

// maxClients bounds the memory of the limit; when it is reached, full buckets are dropped, which loses nothing.
const maxClients = 100_000

// Wrap refuses, with 429 and Retry-After, what goes beyond the limit; refuse writes the words.
func (l Limit) Wrap(refuse http.Handler) Wrap {
	buckets := &buckets{Limit: l, clients: map[string]*rate.Limiter{}}
	if l.Shared != nil {
		l.Shared.add(l.Name, buckets)
	}
	return func(next http.Handler) http.Handler {
		if math.IsInf(l.Rate, 1) {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if l.Exempt == nil || !l.Exempt(r) {
				if wait := buckets.take(Client(r, l.Trusted), l.Now()); wait > 0 {
					w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
					refuse.ServeHTTP(w, r)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// buckets are what clients have left of a limit.
type buckets struct {
	Limit
	mu      sync.Mutex
	clients map[string]*rate.Limiter
	spent   map[string]int // by each client since the other servers were told; nil where there are none
}

// take takes a request from what a client has left, and gives how long it has to wait when there is nothing.
func (b *buckets) take(client string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	bucket := b.of(client, now)
	turn := bucket.ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now) // who is refused takes nobody's turn
		return wait
	}
	if b.spent != nil && (len(b.spent) < maxClients || b.spent[client] > 0) {
		b.spent[client]++
	}
	return 0
}

// less takes from a client what another server let through. It may leave less than nothing, as much as a burst.
func (b *buckets) less(client string, n int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(client, now).ReserveN(now, min(n, b.Burst))
}

func (b *buckets) of(client string, now time.Time) *rate.Limiter {
	bucket := b.clients[client]
	if bucket == nil {
		if len(b.clients) >= maxClients {
			for k, old := range b.clients {
				if old.TokensAt(now) >= float64(b.Burst) {
					delete(b.clients, k)
				}
			}
		}
		bucket = rate.NewLimiter(rate.Limit(b.Rate), b.Burst)
		b.clients[client] = bucket
	}
	return bucket
}
