package ops

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"nhipso/internal/fault"
)

// Check is something that must hold for readers to be sent to a server.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// Health says whether a server is alive and ready. The zero Health is both.
type Health struct {
	Checks  []Check
	Release func(ctx context.Context) string // identifier of the release being served; "" when there is none
	Now     func() time.Time                 // nil means the system's clock

	mu       sync.Mutex
	draining bool
	watched  time.Time // when somebody last asked whether it is ready
	last     Readiness
	looked   time.Time
}

// Readiness is the answer to whether readers may be sent here.
type Readiness struct {
	Ready   bool              `json:"ready"`
	Reason  string            `json:"reason,omitempty"` // name of the first check that does not hold, or "draining"
	Release string            `json:"release,omitempty"`
	Checks  map[string]string `json:"checks,omitempty"` // "ok", or the code of what is wrong
}

const (
	patience = 2 * time.Second        // for all checks together: who asks waits for them
	fresh    = 500 * time.Millisecond // as long an answer is given again, so that asking costs the database little
	watching = time.Minute            // as long somebody who asked is taken to be asking still
)

// Draining is the reason of a server that is about to stop.
const Draining = "draining"

// Live answers that the process runs and serves; it asks nothing of anything else.
func (h *Health) Live(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, "ok\n") //nolint:errcheck // who asked may have gone
}

// Ready answers 200 when readers may be sent here, else 503 with the reason.
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	x := h.look(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !x.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(x) //nolint:errcheck // who asked may have gone
}

// Drain makes the server say from now on that it is not ready, and reports whether anybody is there to notice.
func (h *Health) Drain() (noticed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draining = true
	return !h.watched.IsZero() && h.now().Sub(h.watched) < watching
}

// IsDraining reports whether the server is about to stop.
func (h *Health) IsDraining() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.draining
}

func (h *Health) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

func (h *Health) look(ctx context.Context) Readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	h.watched = now
	if h.draining {
		return Readiness{Reason: Draining}
	}
	if !h.looked.IsZero() && now.Sub(h.looked) < fresh {
		return h.last
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	x := Readiness{Ready: true, Checks: map[string]string{}}
	if h.Release != nil {
		x.Release = h.Release(ctx)
	}
	for _, c := range h.Checks {
		said := "ok"
		if err := c.Run(ctx); err != nil {
			if said = fault.CodeOf(err); said == "" {
				said = "failed"
			}
			if x.Ready {
				x.Ready, x.Reason = false, c.Name
			}
		}
		x.Checks[c.Name] = said
	}
	if ctx.Err() != context.Canceled { // an answer spoiled by somebody who hung up is nobody else's
		h.last, h.looked = x, now
	}
	return x
}

// Closing makes every answer close its connection while the server is draining, so that a proxy does not send its next request down a
// connection that is about to end.
func (h *Health) Closing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.IsDraining() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
