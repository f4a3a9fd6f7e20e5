package middleware

import (
	"container/list"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// Memory keeps rendered responses by key, the least recently used going first when it is full. Two requests for one key that
// is not there render it once.
type Memory struct {
	max int

	mu    sync.Mutex
	size  int
	byKey map[string]*slot
	order *list.List // newest first; values are *slot

	hits, misses atomic.Int64
	making       atomic.Int64 // pages that are being made, or wait for it
}

// rush reports whether pages are being made.
func (m *Memory) rush() bool { return m.making.Load() > 0 }

// Kept says how a memory does.
type Kept struct {
	Hits, Misses int64 // answered from memory, and rendered to be kept
	Bytes        int
}

type slot struct {
	key    string
	at     *list.Element // its place in Memory.order
	once   sync.Once
	entity *Entity
	size   int // as counted in Memory.size; guarded by its mu
}

// NewMemory makes a memory of at most max bytes of response bodies.
func NewMemory(max int) *Memory {
	return &Memory{max: max, byKey: map[string]*slot{}, order: list.New()}
}

// Kept gives how the memory does.
func (m *Memory) Kept() Kept { return Kept{m.hits.Load(), m.misses.Load(), m.Size()} }

// Size gives the bytes kept.
func (m *Memory) Size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.size
}

// Remember answers GET and HEAD requests from memory, compressed and under an entity tag as Whole does. key gives the name
// under which a response is kept, or false when it is to be made anew. Only responses of status 200 are kept that set no cookie,
// since a cookie is one reader's, and do not forbid it.
func (m *Memory) Remember(key func(*http.Request) (string, bool)) Wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				next.ServeHTTP(w, r)
				return
			}
			k, ok := key(r)
			if !ok {
				record(next, r).entity().ServeHTTP(w, r)
				return
			}
			m.get(k, func() *Entity {
				m.making.Add(1)
				defer m.making.Add(-1)
				e := record(next, r).entity()
				e.rush = m.rush
				return e
			}).ServeHTTP(w, r)
		})
	}
}

func (m *Memory) get(key string, render func() *Entity) *Entity {
	m.mu.Lock()
	s := m.byKey[key]
	if s == nil {
		s = &slot{key: key}
		s.at = m.order.PushFront(s)
		m.byKey[key] = s
	} else {
		m.order.MoveToFront(s.at)
	}
	m.mu.Unlock()

	fresh := false
	func() {
		defer func() {
			// A panic while rendering must not leave an empty slot for those who wait on it.
			if s.entity == nil {
				m.forget(s)
			}
		}()
		s.once.Do(func() { s.entity = render(); fresh = true })
	}()
	// Who waited for what is not to be kept, such as the failure of a request whose reader hung up, asks for itself.
	if s.entity == nil || !fresh && !keepable(s.entity) {
		return render()
	}
	if fresh {
		m.misses.Add(1)
		m.settle(s)
	} else {
		m.hits.Add(1)
	}
	return s.entity
}

// settle counts a new entity, or forgets it when it is not to be kept, and makes room.
func (m *Memory) settle(s *slot) {
	if !keepable(s.entity) || s.entity.Size() > m.max/4 {
		m.forget(s)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byKey[s.key] != s {
		return
	}
	s.size = s.entity.Size()
	m.size += s.size
	for m.size > m.max {
		last := m.order.Back()
		if last == nil || last == s.at {
			return
		}
		old, ok := last.Value.(*slot)
		m.order.Remove(last)
		if !ok { // nothing else is ever put there
			continue
		}
		delete(m.byKey, old.key)
		m.size -= old.size
	}
}

// keepable reports whether a response may be given to other readers: it is whole, not meant for the one reader who asked, and
// does not forbid it.
func keepable(e *Entity) bool {
	return e.Status == http.StatusOK && e.Header.Get("Set-Cookie") == "" && !strings.Contains(e.Header.Get("Cache-Control"), "no-store")
}

func (m *Memory) forget(s *slot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byKey[s.key] == s {
		delete(m.byKey, s.key)
		m.order.Remove(s.at)
	}
}
