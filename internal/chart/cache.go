package chart

import "sync"

// cache remembers drawings by the hash of everything they depend on, up to a number of bytes. When it is full it forgets an
// older half, which is simple and good enough: drawings are cheap, and a release asks for the same few hundred.
type cache struct {
	mu         sync.Mutex
	limit      int // bytes
	size       int // of the young half
	young, old map[[32]byte][]byte
}

func newCache(limit int) *cache { return &cache{limit: limit, young: map[[32]byte][]byte{}} }

func (c *cache) get(key [32]byte) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.young[key]
	if !ok {
		if b, ok = c.old[key]; ok {
			c.keep(key, b)
		}
	}
	return b, ok
}

func (c *cache) put(key [32]byte, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, b)
}

// keep puts a drawing into the young half; each half stays within half of the limit, and what is larger is not remembered.
func (c *cache) keep(key [32]byte, b []byte) {
	if len(b) > c.limit/2 {
		return
	}
	if prior, ok := c.young[key]; ok {
		c.size -= len(prior)
		delete(c.young, key)
	}
	if c.size+len(b) > c.limit/2 {
		c.old, c.young, c.size = c.young, map[[32]byte][]byte{}, 0
	}
	c.young[key] = b
	c.size += len(b)
}
