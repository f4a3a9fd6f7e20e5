package middleware

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Shared makes the limits of several servers one. Once a second each server tells the others what it let through of the clients that ask most,
// and takes from what a client has left what the others let through. So a client may do once with every server what it may do at once, and in the
// long run with all of them no more than with one.
type Shared struct {
	Server string                                          // tells this server from the others
	Tell   func(ctx context.Context, message string) error // the other servers
	Now    func() time.Time

	mu     sync.Mutex
	limits map[string]*buckets
}

// Bounds of a message: those who ask little need no telling, and a message of the database is 8,000 bytes at most.
const (
	toldClients = 60
	toldFrom    = 5 // requests in the second gone by
)

// spending is what a server tells the others.
type spending struct {
	Server string                    `json:"server"`
	Spent  map[string]map[string]int `json:"spent"` // by limit and client
}

func (s *Shared) add(name string, b *buckets) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limits == nil {
		s.limits = map[string]*buckets{}
	}
	b.spent = map[string]int{}
	s.limits[name] = b
}

// Exchange tells the other servers what was let through since it was told last. What cannot be told is forgotten: a limit is no account.
func (s *Shared) Exchange(ctx context.Context) error {
	s.mu.Lock()
	out := spending{Server: s.Server, Spent: map[string]map[string]int{}}
	for name, b := range s.limits {
		if most := b.most(); len(most) > 0 {
			out.Spent[name] = most
		}
	}
	s.mu.Unlock()
	if len(out.Spent) == 0 {
		return nil
	}
	message, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return s.Tell(ctx, string(message))
}

// most gives the clients that spent most, and begins to count anew.
func (b *buckets) most() map[string]int {
	b.mu.Lock()
	spent := b.spent
	b.spent = map[string]int{}
	b.mu.Unlock()
	maps.DeleteFunc(spent, func(_ string, n int) bool { return n < toldFrom })
	names := slices.SortedFunc(maps.Keys(spent), func(x, y string) int { return cmp.Or(cmp.Compare(spent[y], spent[x]), strings.Compare(x, y)) })
	for _, name := range names[min(len(names), toldClients):] {
		delete(spent, name)
	}
	return spent
}

// Heard takes what another server told. What is no message of ours, and what this server told itself, changes nothing.
func (s *Shared) Heard(message string) {
	var in spending
	if json.Unmarshal([]byte(message), &in) != nil || in.Server == s.Server {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	for name, clients := range in.Spent {
		b := s.limits[name]
		if b == nil {
			continue
		}
		for client, n := range clients {
			if n > 0 {
				b.less(client, n, now)
			}
		}
	}
}

// Run exchanges once a second until the context ends; what fails is told to warn.
func (s *Shared) Run(ctx context.Context, warn func(error)) {
	for tick := time.NewTicker(time.Second); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
			if err := s.Exchange(ctx); err != nil && ctx.Err() == nil {
				warn(err)
			}
		}
	}
}
