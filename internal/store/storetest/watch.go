package storetest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// testTalk holds a store on which servers can talk to hearing within a second what another one tells, to the letter.
func testTalk(t *testing.T, at Database) {
	url := at(t)
	s, other := Open(t, url), Open(t, url)
	if !s.Talks() {
		return // one machine, one server: nobody to tell
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, said := make(chan struct{}), make(chan string, 100)
	go func() { defer close(ended); s.Hear(ctx, func(m string) { said <- m }) }()
	want := strings.Repeat("“đ”'", 800)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) { // until it hears
		if err := other.Tell(ctx, want); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-said:
			if got != want {
				t.Errorf("it hears %.40q", got)
			}
			stop()
			<-ended
			return
		default:
		}
		if time.Now().After(end) {
			t.Fatal("nothing is heard")
		}
	}
}

// testWatch holds a store to telling of what another program stored, within a second, and of nothing while nothing is.
func testWatch(t *testing.T, at Database) {
	url := at(t)
	s, other := Open(t, url), Open(t, url)
	var told atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.Watch(ctx, func() { told.Add(1) }) }()
	more := func(than int64, within time.Duration) bool {
		for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if told.Load() > than {
				return true
			}
		}
		return false
	}
	if !more(0, 5*time.Second) {
		t.Fatal("it is not told at once")
	}
	time.Sleep(time.Second) // by now it watches
	for _, vintage := range []string{"2026-01-01", "2026-01-02", "2026-01-03"} {
		before := told.Load()
		if more(before, 600*time.Millisecond) {
			t.Error("told although nothing was stored")
		}
		before = told.Load()
		mustAppend(t, other, message(figure("A.x", "2020", vintage, "1", "")))
		if !more(before, time.Second) {
			t.Error("not told within a second of what another program stored")
		}
	}
	stop()
	<-ended
}
