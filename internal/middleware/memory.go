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
	byKey map[string]*list.Element
	order *list.List // newest first; values are *slot

	hits, misses atomic.Int64
}

// Kept says how a memory does.
type Kept struct {
	Hits, Misses int64 // answered from memory, and rendered to be kept
	Bytes        int
}

type slot struct {
	key    string
	once   sync.Once
	entity *Entity
	size   int // as counted in Memory.size; guarded by its mu
}

// NewMemory makes a memory of at most max bytes of response bodies.
func NewMemory(max int) *Memory {
	return &Memory{max: max, byKey: map[string]*list.Element{}, order: list.New()}
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
			m.get(k, func() *Entity { return record(next, r).entity() }).ServeHTTP(w, r)
		})
	}
}

func (m *Memory) get(key string, render func() *Entity) *Entity {
	m.mu.Lock()
	el := m.byKey[key]
	if el == nil {
		el = m.order.PushFront(&slot{key: key})
		m.byKey[key] = el
	} else {
		m.order.MoveToFront(el)
	}
	m.mu.Unlock()

	s := el.Value.(*slot)
	fresh := false
	func() {
		defer func() {
			// A panic while rendering must not leave an empty slot for those who wait on it.
			if s.entity == nil {
				m.forget(key, el)
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
		m.settle(el, s)
	} else {
		m.hits.Add(1)
	}
	return s.entity
}

// settle counts a new entity, or forgets it when it is not to be kept, and makes room.
func (m *Memory) settle(el *list.Element, s *slot) {
	if !keepable(s.entity) || s.entity.Size() > m.max/4 {
		m.forget(s.key, el)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byKey[s.key] != el {
		return
	}
	s.size = s.entity.Size()
	m.size += s.size
	for m.size > m.max {
		last := m.order.Back()
		if last == nil || last == el {
			return
		}
		old := last.Value.(*slot)
		m.order.Remove(last)
		delete(m.byKey, old.key)
		m.size -= old.size
	}
}

// keepable reports whether a response may be given to other readers: it is whole, not meant for the one reader who asked, and
// does not forbid it.
func keepable(e *Entity) bool {
	return e.Status == http.StatusOK && e.Header.Get("Set-Cookie") == "" && !strings.Contains(e.Header.Get("Cache-Control"), "no-store")
}

func (m *Memory) forget(key string, el *list.Element) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byKey[key] == el {
		delete(m.byKey, key)
		m.order.Remove(el)
	}
}
