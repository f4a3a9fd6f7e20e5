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
	judged := machine
	if machine.Sub(server).Abs() > store.ClockSkew+took {
		judged = server.Add(took / 2)
		err = fault.New("store.clock-apart", "machine", machine.UTC().Format(time.RFC3339), "server", server.UTC().Format(time.RFC3339))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judged, c.at = judged, time.Now()
	return err
}
