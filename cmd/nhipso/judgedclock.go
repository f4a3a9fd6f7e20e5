package main

import (
	"context"
	"sync"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store"
)

// judgedClock is the clock of this machine as long as it agrees with that of the database server, else the latter: what comes out at a minute comes
// out for all, and one of several servers whose clock is a year ahead would publish whatever is approved. Between two comparisons it goes by the time
// that passed, so that a clock that is set meanwhile moves nothing. Where the database has no clock of its own it is that of the machine.
type judgedClock struct {
	machine func() time.Time

	mu     sync.Mutex
	judged time.Time // when it was last compared, by whichever clock was right
	at     time.Time // the same moment, to know how much time has passed since
	apart  error     // what was said of the two last, the same as long as they differ by the same
	off    time.Duration
}

// Now gives the time.
func (c *judgedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return c.machine()
	}
	return c.judged.Add(time.Since(c.at))
}

// compare looks whether the clock agrees with that of the database server, within what servers may differ by. When it does not, the time is that of
// the server from now on, and the fault says so.
func (c *judgedClock) compare(ctx context.Context, s *store.Store) error {
	asked := time.Now()
	server, err := s.ServerTime(ctx)
	if err != nil || server.IsZero() {
		return err
	}
	took := time.Since(asked)
	machine := c.machine().Round(0)
	off := machine.Sub(server)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case off.Abs() <= store.ClockSkew+took:
		c.judged, c.at, c.apart = machine, time.Now(), nil
		return nil
	case c.apart == nil || (off-c.off).Abs() > store.ClockSkew:
		c.off = off
		c.apart = fault.New("store.clock-apart", "machine", machine.UTC().Format(time.RFC3339), "server", server.UTC().Format(time.RFC3339))
	}
	c.judged, c.at = server.Add(took/2), time.Now()
	return c.apart
}
