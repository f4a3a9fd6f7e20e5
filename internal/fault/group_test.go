package fault

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAPanicBesideEndsOnlyItself(t *testing.T) {
	told := make(chan string, 1)
	Go(func() { panic("defect") }, func(p any, stack []byte) { told <- fmt.Sprint(p) + string(stack) })
	if text := <-told; !strings.HasPrefix(text, "defect") || !strings.Contains(text, "group_test.go") {
		t.Error(text)
	}
}

func TestAGroupRunsAllAndRaisesAPanicWhereItIsWaitedFor(t *testing.T) {
	var done atomic.Int64
	var g Group
	for range 20 {
		g.Go(func() { done.Add(1) })
	}
	g.Wait()
	g.Go(func() { panic("defect") })
	g.Go(func() { done.Add(1) })
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "defect") || done.Load() != 21 {
			t.Errorf("%v after %d", p, done.Load())
		}
	}()
	g.Wait()
}
