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
}

// maxClients bounds the memory of the limit; when it is reached, full buckets are dropped, which loses nothing.
const maxClients = 100_000

// Wrap refuses, with 429 and Retry-After, what goes beyond the limit; refuse writes the words.
func (l Limit) Wrap(refuse http.Handler) Wrap {
	var mu sync.Mutex
	clients := map[string]*rate.Limiter{}
	bucket := func(client string, now time.Time) *rate.Limiter {
		mu.Lock()
		defer mu.Unlock()
		b := clients[client]
		if b == nil {
			if len(clients) >= maxClients {
				for k, old := range clients {
					if old.TokensAt(now) >= float64(l.Burst) {
						delete(clients, k)
					}
				}
			}
			b = rate.NewLimiter(rate.Limit(l.Rate), l.Burst)
			clients[client] = b
		}
		return b
	}
	return func(next http.Handler) http.Handler {
		if math.IsInf(l.Rate, 1) {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if l.Exempt == nil || !l.Exempt(r) {
				now := l.Now()
				turn := bucket(Client(r, l.Trusted), now).ReserveN(now, 1)
				if wait := turn.DelayFrom(now); wait > 0 {
					turn.CancelAt(now) // who is refused takes nobody's turn
					w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
					refuse.ServeHTTP(w, r)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}
