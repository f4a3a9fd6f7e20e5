package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Bounds of what is done for a request that is refused: codes that nobody knows cost next to nothing, however many ask for them.
const (
	lookAgain  = 250 * time.Millisecond // the store is asked for its newest edition at most as often
	lookLong   = time.Second            // and for as long
	followLong = 5 * time.Second        // a newer one is waited for; the server takes it up by itself
	followLook = 25 * time.Millisecond  // how often whoever waits looks
)

// newer knows which edition of the catalogue is the newest in the store.
type newer struct {
	mu     sync.Mutex
	looked time.Time
	number int64
	vain   int64 // the edition that was waited for and did not come: it cannot be taken up
}

// follows waits for the edition that follows the one of a face, where the store has one. It makes nothing itself: whoever asks for what there is not
// has nothing done.
func (f *front) follows(ctx context.Context, s *face) bool {
	number := f.newer.than(ctx, s)
	deadline := time.Now().Add(followLong)
	for number > f.now.Load().number {
		if time.Now().After(deadline) {
			f.newer.inVain(number)
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(followLook):
		}
	}
	return f.now.Load().number > s.number
}

// than gives the number of an edition that is newer than that of a face and can be waited for, or 0.
func (n *newer) than(ctx context.Context, s *face) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	if time.Since(n.looked) >= lookAgain {
		bounded, cancel := context.WithTimeout(ctx, lookLong)
		defer cancel()
		if number, _, err := s.store.LastEdition(bounded); err == nil { // what cannot be asked stays as it was
			n.number = number
		}
		n.looked = time.Now()
	}
	if n.number <= s.number || n.number == n.vain {
		return 0
	}
	return n.number
}

func (n *newer) inVain(number int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.vain = number
}

// ofCodes are the statuses of what is refused for a code, a dataflow or a page that is not known.
var ofCodes = []int{http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity}

// firstAnswer is an answer that is dropped when it refuses what a newer edition may know.
type firstAnswer struct {
	http.ResponseWriter
	before  http.Header // as they were, for the second answer
	again   func() bool
	begun   bool
	dropped bool
}

// Unwrap lets http.ResponseController find the answer beneath.
func (a *firstAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (a *firstAnswer) WriteHeader(status int) {
	if a.dropped {
		return
	}
	if !a.begun && slices.Contains(ofCodes, status) && a.again() {
		a.dropped = true
		clear(a.Header())
		maps.Copy(a.Header(), a.before)
		return
	}
	a.begun = a.begun || status >= 200
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *firstAnswer) Write(p []byte) (int, error) {
	if a.dropped {
		return len(p), nil
	}
	a.begun = true
	return a.ResponseWriter.Write(p)
}
