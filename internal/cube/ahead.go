package cube

import (
	"iter"

	"nhipso/internal/fault"
)

// Bounds of what is made ahead: so many elements are handed over together, and so many such parts lie ready.
const (
	aheadPart  = 256
	aheadParts = 4
)

// Ahead gives the elements of a sequence that another goroutine runs, some ahead of who takes them, so that making them and using them take
// two processors. An element must stay as it is once it was given. A panic of the sequence strikes who takes from it, as it would without; and
// when nobody takes any more, the sequence has ended before Ahead returns. The two run at the same time, so a sequence may not use what its
// taker uses: no transaction, no cache.
func Ahead[T any](s iter.Seq2[T, error]) iter.Seq2[T, error] {
	type part struct {
		list []T
		err  error // behind the list
	}
	return func(yield func(T, error) bool) {
		parts, stop := make(chan part, aheadParts), make(chan struct{})
		var making fault.Group
		making.Go(func() {
			defer close(parts)
			var p part
			give := func() bool {
				select {
				case parts <- p:
					p = part{}
					return true
				case <-stop:
					p = part{}
					return false
				}
			}
			defer func() {
				if len(p.list) > 0 { // also those before a panic
					give()
				}
			}()
			for x, err := range s {
				if p.err = err; err == nil {
					if p.list == nil {
						p.list = make([]T, 0, aheadPart)
					}
					if p.list = append(p.list, x); len(p.list) < aheadPart {
						continue
					}
				}
				if !give() {
					return
				}
			}
		})
		defer func() {
			close(stop)
			for range parts { // it may read what the caller closes next
			}
			making.Wait()
		}()
		for p := range parts {
			for _, x := range p.list {
				if !yield(x, nil) {
					return
				}
			}
			if p.err != nil {
				var none T
				if !yield(none, p.err) {
					return
				}
			}
		}
	}
}
