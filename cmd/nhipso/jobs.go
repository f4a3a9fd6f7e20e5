package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/jobs"
)

var jobsOrder = []string{"list", "show", "cancel", "retry"}

// jobsCommand shows the queue of work and lets a person step in.
func jobsCommand(ctx context.Context, e *env, args []string) error {
	f := e.flags("jobs")
	p := e.installationFlags(f)
	id := f.Int64("id", 0, "job-id")
	state := f.String("state", "", "job-state")
	rest, err := e.parse(f, args)
	if err != nil {
		return err
	}
	action := "list"
	if len(rest) > 0 {
		action = rest[0]
	}
	known := map[string]string{"list": "state", "show": "id", "cancel": "id", "retry": "id"}
	if _, ok := known[action]; !ok || len(rest) > 1 {
		return fault.New("cli.bad-jobs-action", "action", rest[len(rest)-1], "known", strings.Join(jobsOrder, ", "))
	}
	if err := onlyFlags(f, "jobs "+action, installationNames+known[action]); err != nil {
		return err
	}
	if action != "list" && *id == 0 {
		return fault.New("cli.missing", "command", "jobs "+action, "what", "--id")
	}
	a, err := e.open(ctx, p)
	if err != nil {
		return err
	}
	defer a.close()
	if a.store.ReadOnly() {
		return fault.New("store.read-only", "database", a.store.Database())
	}
	q, err := a.openQueue(ctx)
	if err != nil {
		return err
	}
	defer q.Close()
	switch action {
	case "list":
		return a.listJobs(ctx, e, q, *state)
	case "cancel":
		return a.stepIn(ctx, e, *id, "jobs.cancelled", q.Cancel)
	case "retry":
		return a.stepIn(ctx, e, *id, "jobs.retried", q.Retry)
	}
	i, err := q.Get(ctx, *id)
	if err == nil {
		a.showJob(e.out, e, i)
	}
	return err
}

// stepIn does something to a job and says what became of it.
func (a *app) stepIn(ctx context.Context, e *env, id int64, word string, do func(context.Context, int64) (jobs.Info, error)) error {
	i, err := do(ctx, id)
	if err == nil {
		fmt.Fprintln(e.out, e.w(word, "id", id, "what", a.kindOf(e, i)))
		fmt.Fprintln(e.out, a.jobLine(e, i))
	}
	return err
}

// maxJobs bounds how many jobs are listed.
const maxJobs = 200

func (a *app) listJobs(ctx context.Context, e *env, q jobs.Queue, state string) error {
	var states []jobs.State
	if state != "" {
		var known []string
		for _, s := range jobs.States() {
			if known = append(known, string(s)); string(s) == state {
				states = []jobs.State{s}
			}
		}
		if states == nil {
			return fault.New("cli.bad-state", "state", state, "known", strings.Join(known, ", "))
		}
	}
	list, err := q.List(ctx, maxJobs, states...)
	if err != nil {
		return err
	}
	for _, i := range list {
		fmt.Fprintln(e.out, a.jobLine(e, i))
		if last, some := i.Last(); some && i.State != jobs.Done && i.State != jobs.Cancelled {
			fmt.Fprintln(e.out, "      "+last.In(e.lang))
		}
	}
	counts, err := q.Counts(ctx)
	if err != nil {
		return err
	}
	var parts []string
	for _, s := range jobs.States() {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, e.w("jobs.state-"+string(s))))
		}
	}
	if len(parts) == 0 {
		parts = []string{e.w("jobs.none")}
	}
	fmt.Fprintln(e.out, strings.Join(parts, "; "))
	return nil
}

// jobLine is a job in one line.
func (a *app) jobLine(e *env, i jobs.Info) string {
	line := fmt.Sprintf("%5d %-12s %-22s %s", i.ID, i.Kind, e.w("jobs.state-"+string(i.State)), a.clock(i.At))
	if i.Key != "" {
		line += "  " + i.Key
	}
	if i.State == jobs.Running && i.Progress.Of > 0 {
		line += fmt.Sprintf("  %d/%d %s", i.Progress.Done, i.Progress.Of, i.Progress.What)
	}
	return line
}

// kindOf names the kind of a job: by what the module that does it says, or by its identifier where no module of this program does it.
func (a *app) kindOf(e *env, i jobs.Info) string {
	if list, err := a.modules(a.gate(), newFiles(a)); err == nil {
		if k, found := list.Kind(i.Kind); found {
			return k.Name.In(e.lang)
		}
	}
	return i.Kind
}

// clock writes a moment in the country's zone.
func (a *app) clock(t time.Time) string {
	return t.In(a.catalog.Zone()).Format("2006-01-02 15:04:05")
}

// showJob prints all there is to know of a job.
func (a *app) showJob(out io.Writer, e *env, i jobs.Info) {
	say := func(key string, value any) { fmt.Fprintf(out, "%-22s %v\n", e.w("jobs."+key), value) }
	say("id", i.ID)
	say("what", a.kindOf(e, i))
	say("key", i.Key)
	state := e.w("jobs.state-" + string(i.State))
	if i.Cancelling {
		state += " — " + e.w("jobs.cancelling")
	}
	say("state", state)
	say("attempts", fmt.Sprintf("%d/%d", i.Attempt, i.Attempts))
	say("created", a.clock(i.Created))
	say("at", a.clock(i.At))
	for _, t := range []struct {
		key string
		at  time.Time
	}{{"begun", i.Begun}, {"heard", i.Heard}, {"ended", i.Ended}} {
		if !t.at.IsZero() {
			say(t.key, a.clock(t.at))
		}
	}
	if i.Worker != "" {
		say("worker", i.Worker)
	}
	if i.Progress.Of > 0 {
		say("progress", strings.TrimSpace(fmt.Sprintf("%d/%d %s", i.Progress.Done, i.Progress.Of, i.Progress.What)))
	}
	for _, f := range i.Faults {
		say("fault", fmt.Sprintf("%s (%d): %s", a.clock(f.At), f.Attempt, f.In(e.lang)))
	}
}

// When doctor asks whether something is wrong with a job that has not failed.
const (
	lateAfter = 5 * time.Minute // past its time: does anybody do jobs?
	longAfter = 3 * time.Hour   // at work: does it hang?
)

// trouble is what is wrong in the queue.
type trouble struct {
	failed     []error // each with its fault
	late, long int     // done by nobody, and at work for very long
}

// troubleOf looks through jobs. One that waits while another of its kind is at work waits its turn.
func troubleOf(list []jobs.Info, now time.Time) (out trouble) {
	atWork := map[string]bool{}
	for _, i := range list {
		atWork[i.Kind] = atWork[i.Kind] || i.State == jobs.Running && now.Sub(i.Heard) <= lateAfter
	}
	for _, i := range list {
		switch last, _ := i.Last(); {
		case i.State == jobs.Failed:
			out.failed = append(out.failed, fault.New("jobs.failed", "id", i.ID, "fault", last))
		case i.State.Ended():
		case !atWork[i.Kind] && now.Sub(i.At) > lateAfter:
			out.late++
		case i.State == jobs.Running && now.Sub(i.Begun) > longAfter:
			out.long++
		}
	}
	return out
}

// maxFailed bounds how many failed jobs doctor tells of; `nhipso jobs` has them all.
const maxFailed = 5

// jobsOf checks the queue.
func (x *examination) jobsOf(ctx context.Context, a *app) error {
	q, err := a.openQueue(ctx)
	if err != nil {
		return err
	}
	defer q.Close()
	list, err := q.List(ctx, maxJobs, jobs.Failed, jobs.Waiting, jobs.Scheduled, jobs.Retrying, jobs.Running)
	if err != nil {
		return err
	}
	found := troubleOf(list, a.now())
	x.line(len(found.failed)+found.late+found.long == 0, "jobs", x.w("doctor.jobs-found", "failed", len(found.failed), "late", found.late, "long", found.long, "hours", int(longAfter.Hours())), x.w("doctor.jobs-todo"))
	x.list(found.failed[:min(len(found.failed), maxFailed)])
	return nil
}
