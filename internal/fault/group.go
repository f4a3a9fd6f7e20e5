package fault

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// Go runs do beside the caller. A panic in it ends do and nothing else: without this, one in any goroutine ends the whole
// program, and every reader with it. caught is told of it, with where it happened. It is the only place that starts one.
func Go(do func(), caught func(p any, stack []byte)) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				caught(p, debug.Stack())
			}
		}()
		do()
	}()
}

// Group runs functions beside each other and waits for them all. A panic in one is raised again in whoever waits, where the
// recovery of that request or command finds it. The zero Group is ready.
type Group struct {
	wait sync.WaitGroup
	once sync.Once
	died error
}

// Go runs do beside the others.
func (g *Group) Go(do func()) {
	g.wait.Add(1)
	Go(func() {
		defer g.wait.Done()
		defer func() {
			if p := recover(); p != nil {
				g.once.Do(func() { g.died = fmt.Errorf("%v\n%s", p, debug.Stack()) })
			}
		}()
		do()
	}, func(any, []byte) {})
}

// Wait waits until all have ended.
func (g *Group) Wait() {
	g.wait.Wait()
	if g.died != nil {
		panic(g.died)
	}
}
