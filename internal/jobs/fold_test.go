package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"nhipso/internal/jobs"
)

// TestJobsThatDoTheSameFold: of those of a kind with a serial the newest waits alone, in place of those that have not begun.
func TestJobsThatDoTheSameFold(t *testing.T) {
	each(t, func(t *testing.T, open maker, c *clock) {
		q, other := open(jobs.Options{}), open(jobs.Options{})
		at := func(serial int64) jobs.Job {
			return jobs.Job{Kind: "sum", Key: fmt.Sprint("load ", serial), Serial: serial, At: c.now().Add(2 * time.Second)}
		}
		person := add(t, q, jobs.Job{Kind: "sum", At: c.now().Add(time.Hour)})
		elsewhere := add(t, q, jobs.Job{Kind: "count", Serial: 1, At: c.now().Add(time.Hour)})
		first := c.now()
		add(t, q, at(1))
		var last jobs.Info
		for n := int64(2); n <= 40; n++ {
			last = add(t, []jobs.Queue{q, other}[n%2], at(n))
		}
		if i, fresh, err := other.Add(t.Context(), at(7)); err != nil || fresh || i.ID != last.ID {
			t.Errorf("an older one was added beside a newer one: %+v %v %v", i, fresh, err)
		}
		ids := func(want ...int64) {
			t.Helper()
			list, err := q.List(t.Context(), 100)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, i := range list {
				got = append(got, i.ID)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("in the queue are %v, want %v", got, want)
			}
		}
		ids(last.ID, elsewhere.ID, person.ID)

		c.forward(jobs.PutOff - time.Second) // a stream that never ends does not put it off for ever
		late := add(t, other, at(41))
		if latest := first.Add(jobs.PutOff + time.Second); late.At.After(latest) {
			t.Errorf("put off to %s, at the latest to %s", late.At, latest)
		}
		ids(late.ID, elsewhere.ID, person.ID)

		begun, let := make(chan bool, 1), make(chan bool) // one that is running goes on beside the next
		work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"sum": func(context.Context, *jobs.Task) error {
			begun <- true
			<-let
			return nil
		}}})
		c.forward(2 * time.Second)
		if _, _, err := q.Add(t.Context(), at(41)); err != nil { // as whoever plans does
			t.Fatal(err)
		}
		<-begun
		next := add(t, q, at(42))
		ids(next.ID, late.ID, elsewhere.ID, person.ID)
		close(let)
		eventually(t, q, late.ID, "done", inState(jobs.Done))
	})
}

// TestJobsFoldWhenManyAddAtOnce leaves the newest, whoever was first.
func TestJobsFoldWhenManyAddAtOnce(t *testing.T) {
	each(t, func(t *testing.T, open maker, c *clock) {
		q := open(jobs.Options{})
		queues := []jobs.Queue{q, open(jobs.Options{}), open(jobs.Options{})}
		var all sync.WaitGroup
		for n := range 30 {
			all.Go(func() {
				if _, _, err := queues[n%3].Add(t.Context(), jobs.Job{Kind: "sum", Key: fmt.Sprint(n), Serial: int64(n + 1), At: c.now().Add(time.Hour)}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		list, err := q.List(t.Context(), 100)
		if err != nil || len(list) != 1 || list[0].Key != "29" {
			t.Errorf("%+v %v", list, err)
		}
	})
}
