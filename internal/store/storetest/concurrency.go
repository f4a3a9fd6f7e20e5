package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/stat"
	"nhipso/internal/store"
)

// op is what a writer saw of one append: what the last message was before and after it, and what it was told.
type op struct {
	message       cube.Message
	before, after int64
	receipt       cube.Receipt
	code          string
}

// testConcurrency has many writers and readers, in several programs, at work on one database.
func testConcurrency(t *testing.T, at Database) {
	testOneOrder(t, at)
	testReadersBesideWriters(t, at)
	testProgramsTogether(t, at)
}

// testOneOrder has many writers, in two programs, fight over few cells, and then looks for one order of all of it that
// explains what each was told: the numbers of the messages give the order of those stored, and whoever was refused or
// changed nothing must have a place in that order between the moments at which it began and ended (linearisability).
func testOneOrder(t *testing.T, at Database) {
	t.Run("there is one order of messages that explains every answer", func(t *testing.T) {
		url := at(t)
		wait := store.Options{Wait: time.Minute} // the machine may be slow; waiting is tested elsewhere
		programs := []*store.Store{OpenWith(t, url, wait), OpenWith(t, url, wait)}
		const writers, rounds = 8, 12
		var mu sync.Mutex
		var ops []op
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				s := programs[w%2]
				for i := range rounds {
					day := stat.MustDate("2026-01-01").AddDays(i / 3).String()
					m := message(
						figure("A", "2020", day, fmt.Sprint(w%3), ""),                           // writers disagree: the first one wins
						figure("B", "2020", day, fmt.Sprint((w+i)%4), fmt.Sprintf("r#%d", w+1)), // the newest one wins
						figure(fmt.Sprint("C", w), stat.Year(2000+i).String(), day, "1", ""),    // nobody else's
					)
					o := op{message: m, before: lastOrFail(t, s)}
					r, err := cube.Append(background, s, m)
					o.receipt, o.code, o.after = r, fault.CodeOf(err), lastOrFail(t, s)
					if err != nil && o.code != "cube.two-numbers" {
						t.Errorf("append: %v", err)
					}
					mu.Lock()
					ops = append(ops, o)
					mu.Unlock()
				}
			})
		}
		wg.Wait()

		stored := map[int64]op{}
		for _, o := range ops {
			if o.receipt.Message == 0 {
				continue
			}
			if _, twice := stored[o.receipt.Message]; twice {
				t.Fatalf("two messages have number %d", o.receipt.Message)
			}
			if o.receipt.Message <= o.before || o.receipt.Message > o.after {
				t.Fatalf("message %d was acknowledged outside its time (%d to %d)", o.receipt.Message, o.before, o.after)
			}
			stored[o.receipt.Message] = o
		}
		same(t, mustLast(t, programs[0]), int64(len(stored)))

		explained := make([]bool, len(ops))
		var m model
		for {
			for i, o := range ops {
				if o.receipt.Message == 0 && o.before <= m.last && m.last <= o.after && !explained[i] {
					try := model{versions: m.versions, last: m.last}
					r, code := try.append(o.message)
					explained[i] = r == o.receipt && code == o.code
				}
			}
			next, ok := stored[m.last+1]
			if !ok {
				break
			}
			r, code := m.append(next.message)
			same(t, r, next.receipt)
			same(t, code, "")
		}
		refused := 0
		for i, o := range ops {
			if o.receipt.Message == 0 {
				refused++
				if !explained[i] {
					t.Errorf("nothing explains the answer %+v %q between %d and %d", o.receipt, o.code, o.before, o.after)
				}
			}
		}
		if refused == 0 || len(stored) < writers {
			t.Errorf("the writers did not meet: %d stored, %d not", len(stored), refused)
		}
		same(t, mustHistory(t, programs[1], cube.Query{Dataflow: "FLOW"}), m.history(cube.Query{Dataflow: "FLOW"}))
	})
}

// testReadersBesideWriters reads as of every message while others are being stored.
func testReadersBesideWriters(t *testing.T, at Database) {
	t.Run("what is read as of a message never changes while others write", func(t *testing.T) {
		url := at(t)
		s := OpenWith(t, url, store.Options{Wait: time.Minute})
		mustAppend(t, s, message(figure("A", "2020", "2026-01-01", "0", "r#0")))
		done := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 15 {
					if _, err := cube.Append(background, s, message(figure("A", "2020", "2026-01-01", fmt.Sprint(i+1), fmt.Sprintf("r%d#%d", w, i)),
						figure(fmt.Sprint("W", w), stat.Year(2000+i).String(), "2026-01-01", "1", ""))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		first := map[int64][]string{}
		var readers sync.WaitGroup
		readers.Go(func() {
			for {
				n := lastOrFail(t, s)
				got, err := cube.Read(background, s, cube.Query{Dataflow: "FLOW", AsOf: cube.AsOf{Message: n}})
				if err != nil {
					t.Error(err)
				}
				if known, seen := first[n]; !seen {
					first[n] = values(got)
				} else if fmt.Sprint(known) != fmt.Sprint(values(got)) {
					t.Errorf("as of message %d changed", n)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
		wg.Wait()
		close(done)
		readers.Wait()
		for n, known := range first {
			same(t, values(mustRead(t, s, cube.Query{Dataflow: "FLOW", AsOf: cube.AsOf{Message: n}})), known)
		}
	})
}

// testProgramsTogether starts programs together, and has them wait for their turn to be alone.
func testProgramsTogether(t *testing.T, at Database) {
	t.Run("programs that start together on a new database all find it ready", func(t *testing.T) {
		url := at(t)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				s, err := store.Open(background, url)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				lastOrFail(t, s)
			})
		}
		wg.Wait()
	})
	t.Run("programs that must be alone are, one after another, and keep nobody from reading or writing", func(t *testing.T) {
		url := at(t)
		var wg sync.WaitGroup
		var inside, entered atomic.Int64
		for i := range 4 {
			wg.Go(func() {
				s, err := store.Open(background, url)
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				if err := s.Alone(background, "test", func() error {
					if inside.Add(1) != 1 {
						t.Error("two are alone at once")
					}
					entered.Add(1)
					mustAppend(t, s, message(figure(fmt.Sprint("D", i), "2025", "2026-01-01", "1", "")))
					time.Sleep(30 * time.Millisecond)
					inside.Add(-1)
					return nil
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if entered.Load() != 4 {
			t.Errorf("%d of 4 had their turn", entered.Load())
		}
	})
	t.Run("who waits to be alone stops waiting when its work is called off", func(t *testing.T) {
		s := Open(t, at(t))
		stopped, cancel := context.WithTimeout(background, 300*time.Millisecond)
		defer cancel()
		if err := s.Alone(background, "test", func() error {
			return s.Alone(stopped, "test", func() error { t.Error("two are alone at once"); return nil })
		}); fault.CodeOf(err) != "store.cancelled" {
			t.Error(err)
		}
		if err := s.Alone(background, "test", func() error { return s.Alone(background, "other", func() error { return nil }) }); err != nil {
			t.Errorf("another name, and afterwards: %v", err)
		}
	})
}

func lastOrFail(t testing.TB, s cube.Store) int64 {
	n, err := s.LastMessage(background)
	if err != nil {
		t.Error(err)
	}
	return n
}
