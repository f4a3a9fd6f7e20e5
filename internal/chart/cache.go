package chart

import "sync"

// cache remembers drawings by the hash of everything they depend on. When it is full it forgets an older half, which is
// simple and good enough: drawings are cheap, and a release asks for the same few hundred.
type cache struct {
	mu       sync.Mutex
	limit    int
	young    map[[32]byte][]byte
	old      map[[32]byte][]byte
	hit, all int
}

func newCache(limit int) *cache {
	return &cache{limit: max(limit, 2), young: map[[32]byte][]byte{}}
}

func (c *cache) get(key [32]byte) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all++
	b, ok := c.young[key]
	if !ok {
		if b, ok = c.old[key]; ok {
			c.keep(key, b)
		}
	}
	if ok {
		c.hit++
	}
	return b, ok
}

func (c *cache) put(key [32]byte, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, b)
}

func (c *cache) keep(key [32]byte, b []byte) {
	if len(c.young) >= c.limit/2 {
		c.old, c.young = c.young, map[[32]byte][]byte{}
	}
	c.young[key] = b
}
