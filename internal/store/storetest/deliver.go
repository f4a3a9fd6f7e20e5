package storetest

import (
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

// keyed is a message with a key.
func keyed(sender, key string, entries ...cube.Entry) cube.Message {
	m := message(entries...)
	m.Sender, m.Key = sender, key
	return m
}

// testDeliver holds writing to what it says of keys and of messages that are too large to hold.
func testDeliver(t *testing.T, at Database) {
	a, b := figure("A", "2020", "2021-01-01", "1", ""), figure("B", "2020", "2021-01-01", "1", "")

	t.Run("the same key again gives the same receipt and stores nothing, whatever came between", func(t *testing.T) {
		s := Open(t, at(t))
		first := mustAppend(t, s, keyed("lan", "k1", a, b))
		same(t, first, cube.Receipt{Message: 1, Added: 2})
		mustAppend(t, s, message(with(a, stat.AttrComment, "a later note"))) // sent again without its key, the message would take this back
		late := keyed("lan", "k1", a, b)
		late.SentAt = late.SentAt.Add(time.Hour)
		same(t, mustAppend(t, s, late), first)
		same(t, mustLast(t, s), int64(2))
		same(t, mustRead(t, s, cube.Query{Dataflow: "FLOW", Key: "A"})[0].Attributes[stat.AttrComment], "a later note")
	})
	t.Run("the same key with other content is refused, and nothing is stored", func(t *testing.T) {
		s := Open(t, at(t))
		mustAppend(t, s, keyed("lan", "k1", a))
		_, err := cube.Append(t.Context(), s, keyed("lan", "k1", a, b))
		wantCode(t, err, "cube.other-content")
		same(t, mustLast(t, s), int64(1))
		other := keyed("lan", "k2", b)
		other.Digest = "x"
		mustAppend(t, s, other)
		other.Entries = []cube.Entry{figure("C", "2020", "2021-01-01", "1", "")} // the digest speaks for the content
		same(t, mustAppend(t, s, other).Message, int64(2))
		other.Digest = "y"
		_, err = cube.Append(t.Context(), s, other)
		wantCode(t, err, "cube.other-content")
	})
	t.Run("a key is that of its sender", func(t *testing.T) {
		s := Open(t, at(t))
		mustAppend(t, s, keyed("lan", "k", a))
		same(t, mustAppend(t, s, keyed("minh", "k", b)), cube.Receipt{Message: 2, Added: 1})
	})
	t.Run("a message that changes nothing is remembered too, and one that was refused is not", func(t *testing.T) {
		s := Open(t, at(t))
		mustAppend(t, s, message(a))
		same(t, mustAppend(t, s, keyed("lan", "k", a)), cube.Receipt{Unchanged: 1})
		mustAppend(t, s, message(with(a, stat.AttrComment, "new")))
		same(t, mustAppend(t, s, keyed("lan", "k", a)), cube.Receipt{Unchanged: 1})
		_, err := cube.Append(t.Context(), s, keyed("lan", "r", figure("A", "2020", "2021-01-01", "7", "")))
		wantCode(t, err, "cube.two-numbers")
		same(t, mustAppend(t, s, keyed("lan", "r", b)), cube.Receipt{Message: 3, Added: 1})
	})
	t.Run("a key sent many times at once, by two programs, is stored once", func(t *testing.T) {
		url := at(t)
		o := store.Options{Wait: time.Minute}
		programs := []*store.Store{OpenWith(t, url, o), OpenWith(t, url, o)}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				r, err := cube.Append(background, programs[i%2], keyed("lan", "k", a))
				if err != nil || r != (cube.Receipt{Message: 1, Added: 1}) {
					t.Errorf("%+v (%v)", r, err)
				}
			})
		}
		wg.Wait()
		same(t, mustLast(t, programs[0]), int64(1))
	})
	t.Run("a message that does not fit into memory is stored whole, and tells how far it is", func(t *testing.T) {
		s := Open(t, at(t))
		const n = 40_000
		m := wide(n, "1")
		d := ready(t, m)
		defer d.Close()
		told := 0
		d.Progress = func(p cube.Progress) {
			if p.Step != cube.Storing || p.Of != n || p.Done <= told {
				t.Errorf("%+v after %d", p, told)
			}
			told = p.Done
		}
		same(t, must[cube.Receipt](t)(s.Append(background, d)), cube.Receipt{Message: 1, Added: n})
		if told < n/2 {
			t.Errorf("nothing was told beyond %d", told)
		}
		rows, last := 0, cube.Version{}
		for v, err := range s.Versions(background, cube.Query{Dataflow: "FLOW"}) {
			if err != nil {
				t.Fatal(err)
			}
			if rows > 0 && cube.InOrder(last, v) >= 0 {
				t.Fatal("out of order")
			}
			rows, last = rows+1, v
		}
		same(t, rows, n)
		same(t, must[cube.Receipt](t)(s.Append(background, d)), cube.Receipt{Unchanged: n})
		twice := wide(n, "1")
		twice.Entries[n-1] = twice.Entries[5]
		twice.Entries[n-1].Row = n + 1
		_, err := twice.Ready()
		same(t, wantCode(t, err, "cube.duplicate").Where, fault.Where{File: "figures.csv", Row: n + 1})
		r := must[store.Report](t)(s.Integrity(background))
		same(t, len(r.Problems), 0)
	})
	t.Run("writers of one and of several dataflows all store", func(t *testing.T) {
		s := OpenWith(t, at(t), store.Options{Wait: time.Minute})
		var stored atomic.Int64
		var wg sync.WaitGroup
		for w := range 12 {
			wg.Go(func() {
				for i := range 5 {
					m := wide(200, fmt.Sprint(i+1))
					for k := range m.Entries {
						m.Entries[k].Dataflow = fmt.Sprint("FLOW", w%4)
						m.Entries[k].Vintage.Date = stat.MustDate("2021-01-01").AddDays(w*5 + i)
					}
					d := ready(t, m)
					if _, err := s.Append(background, d); err != nil {
						t.Error(err)
					}
					stored.Add(1)
				}
			})
		}
		wg.Wait()
		same(t, mustLast(t, s), stored.Load())
	})
}
