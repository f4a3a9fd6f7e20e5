package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nhipso/internal/jobs"
)

// opened opens the queue of a database with a lease and a clock of its own.
func opened(t *testing.T, link string, c *clock) jobs.Queue {
	t.Helper()
	q, err := jobs.Open(t.Context(), link, jobs.Options{Lease: lease, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return q
}

const year = 365 * 24 * time.Hour

// A worker whose clock is a year behind or ahead keeps its job as long as it lives: clocks are not compared.
func TestALeaseFollowsNoClock(t *testing.T) {
	for name, database := range databases {
		for skew, by := range map[string]time.Duration{"behind": -year, "ahead": year} {
			t.Run(name+" "+skew, func(t *testing.T) {
				t.Parallel()
				link, odd := database(t), &clock{}
				odd.forward(by)
				q, other := opened(t, link, odd), opened(t, link, &clock{})
				i := add(t, q, jobs.Job{Kind: "write"})
				var begun atomic.Int64
				let := make(chan bool)
				do := map[string]jobs.Handler{"write": func(ctx context.Context, _ *jobs.Task) error {
					begun.Add(1)
					select {
					case <-let:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				}}
				work(t, q, jobs.Workers{Name: "odd", Handlers: do})
				eventually(t, q, i.ID, "running", inState(jobs.Running))
				work(t, other, jobs.Workers{Name: "right", Handlers: do})
				time.Sleep(3 * lease)
				odd.forward(-by) // and it is set right meanwhile
				time.Sleep(2 * lease)
				close(let)
				if end := eventually(t, other, i.ID, "done", inState(jobs.Done)); begun.Load() != 1 || end.Worker != "odd" || len(end.Faults) > 0 {
					t.Errorf("begun %d times, done by %s: %+v", begun.Load(), end.Worker, end.Faults)
				}
			})
		}
	}
}

// asleep is a worker that hears nothing of the world, as one that was stopped: its context ends, but it does not look.
func asleep(begun chan<- bool, wake <-chan bool, end error) jobs.Handler {
	return func(context.Context, *jobs.Task) error {
		begun <- true
		<-wake
		return end
	}
}

// A worker that wakes up after its job was given on does not end the work of the one that has it now.
func TestAWorkerThatWakesUpEndsOnlyItsOwnAttempt(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link := database(t)
			first, second := opened(t, link, &clock{}), opened(t, link, &clock{})
			i := add(t, first, jobs.Job{Kind: "write"})
			begun, wake := make(chan bool, 1), make(chan bool)
			work(t, first, jobs.Workers{Name: "first", Handlers: map[string]jobs.Handler{"write": asleep(begun, wake, errors.New("its connection is gone"))}})
			<-begun
			if _, err := first.Retry(t.Context(), i.ID); err == nil {
				t.Error("a job that runs is begun again")
			}
			giveOn(t, link, i.ID)
			let := make(chan bool)
			work(t, second, jobs.Workers{Name: "second", Handlers: map[string]jobs.Handler{"write": func(ctx context.Context, _ *jobs.Task) error {
				select {
				case <-let:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}}})
			eventually(t, second, i.ID, "at work again", func(i jobs.Info) bool { return i.State == jobs.Running && i.Worker == "second" })
			close(wake)
			time.Sleep(2 * time.Second) // longer than River takes to write down an end, and a worker to see that it lost its job
			if now := eventually(t, second, i.ID, "at work", func(jobs.Info) bool { return true }); now.State != jobs.Running || now.Attempt != 2 {
				t.Errorf("the first one ended it: %+v", now)
			}
			close(let)
			if end := eventually(t, second, i.ID, "done", inState(jobs.Done)); end.Worker != "second" || len(end.Faults) > 0 {
				t.Errorf("%+v", end)
			}
		})
	}
}

// A clock that was ahead leaves nothing that waits for years: neither the lead of a program that died, nor a job that is wanted.
func TestWhatAClockAheadWroteHoldsNothingUp(t *testing.T) {
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link, c := database(t), &clock{}
			c.forward(year)
			ahead := opened(t, link, c)
			due := add(t, ahead, jobs.Job{Kind: "aa", Key: "due"})
			later := add(t, ahead, jobs.Job{Kind: "aa", Key: "later", At: c.now().Add(time.Minute)})
			lead(t, link, c.now().Add(15*time.Second))
			right := opened(t, link, &clock{})
			work(t, right, jobs.Workers{Handlers: map[string]jobs.Handler{"aa": func(context.Context, *jobs.Task) error { return nil }}})
			for _, i := range []jobs.Info{due, later} {
				if _, fresh, err := right.Add(t.Context(), jobs.Job{Kind: "aa", Key: i.Key, At: time.Now()}); fresh || err != nil {
					t.Error(fresh, err)
				}
				eventually(t, right, i.ID, "done", inState(jobs.Done))
			}
			led := add(t, right, jobs.Job{Kind: "aa", At: time.Now().Add(time.Second)}) // nobody adds it again: its wait is ended by a leader alone
			eventually(t, right, led.ID, "done", inState(jobs.Done))
		})
	}
}

// raw does a statement on the tables of the queue of a database, which stand for {s}.
func raw(t *testing.T, link, statement string, values ...any) {
	t.Helper()
	if file, ok := strings.CutPrefix(link, "sqlite:"); ok {
		db, err := sql.Open("sqlite", file+"-jobs?_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for n, v := range values {
			if at, is := v.(time.Time); is {
				values[n] = at.UTC().Format("2006-01-02 15:04:05.000")
			}
		}
		if _, err := db.ExecContext(t.Context(), strings.ReplaceAll(statement, "{s}.", ""), values...); err != nil {
			t.Fatal(err)
		}
		return
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), strings.ReplaceAll(statement, "{s}", u.Query().Get("search_path")+"_jobs"), values...); err != nil {
		t.Fatal(err)
	}
}

// giveOn takes a job from its worker, as another one does when the lease ran out.
func giveOn(t *testing.T, link string, id int64) {
	t.Helper()
	raw(t, link, "UPDATE {s}.river_job SET state = 'available' WHERE id = $1", id)
}

// lead leaves the lead with a program that is no more.
func lead(t *testing.T, link string, to time.Time) {
	t.Helper()
	raw(t, link, "INSERT INTO {s}.river_leader (name, leader_id, elected_at, expires_at) VALUES ('default', 'dead', $1, $2)", to.Add(-15*time.Second), to)
}

// A clock is set back: what is added again begins, whichever kind of queue it is.
func TestAJobThatWouldWaitForYearsBeginsWhenItIsWanted(t *testing.T) {
	each(t, func(t *testing.T, open maker, c *clock) {
		q := open(jobs.Options{})
		c.forward(year)
		i := add(t, q, jobs.Job{Kind: "aa", Key: "x", At: c.now().Add(time.Hour)})
		c.forward(-year)
		work(t, q, jobs.Workers{Handlers: map[string]jobs.Handler{"aa": func(context.Context, *jobs.Task) error { return nil }}})
		if again, _, err := q.Add(t.Context(), jobs.Job{Kind: "aa", Key: "x", At: c.now().Add(year)}); err != nil || again.State != jobs.Scheduled {
			t.Errorf("one that is wanted in a year begins: %s (%v)", again.State, err)
		}
		if _, _, err := q.Add(t.Context(), jobs.Job{Kind: "aa", Key: "x", At: c.now()}); err != nil {
			t.Fatal(err)
		}
		eventually(t, q, i.ID, "done", inState(jobs.Done))
	})
}
