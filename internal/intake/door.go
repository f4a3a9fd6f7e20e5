package intake

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/store"
)

// Bounds of what is taken.
const (
	MaxBody    = 8 << 20   // bytes of a submission
	maxHeld    = 128 << 20 // bytes of submissions that are being accepted
	maxLine    = 2000      // submissions that are being accepted
	maxAtOnce  = 512       // of them in one transaction
	maxBytes   = 32 << 20  // and their bytes
	maxWaiting = 20_000    // submissions that wait to be stored
	maxStored  = 1 << 30   // bytes that wait to be stored
)

// Line is what the door needs of a store.
type Line interface {
	Accept(ctx context.Context, list []*store.Submission, most store.Backlog) ([]error, error)
	SubmissionByID(ctx context.Context, sender, id string) (store.Submission, error)
	TokensBySecret(ctx context.Context, secrets []string) (map[string]store.Token, error)
}

// Door accepts submissions. Those that come at the same time are written together.
type Door struct {
	line Line
	wake chan struct{}
	in   chan *caller
	held atomic.Int64
	here atomic.Int64 // callers that were not answered yet
	keys bearers
}

// caller waits for its submission to be accepted.
type caller struct {
	submission *store.Submission
	answer     chan error
}

// NewDoor makes the door of a store. Run lets callers in.
func NewDoor(line Line) *Door {
	return &Door{line: line, wake: make(chan struct{}, 1), in: make(chan *caller, maxLine), keys: bearers{line: line, turn: make(chan struct{}, 1)}}
}

// Run accepts what comes until the context ends.
func (d *Door) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-d.in:
			d.let(context.WithoutCancel(ctx), d.together(first)) // whoever is in the door is not sent away
		}
	}
}

// together takes whoever else waits.
func (d *Door) together(first *caller) []*caller {
	list, bytes := []*caller{first}, len(first.submission.Body)
	for len(list) < maxAtOnce && bytes < maxBytes {
		select {
		case next := <-d.in:
			list, bytes = append(list, next), bytes+len(next.submission.Body)
		default:
			return list
		}
	}
	return list
}

func (d *Door) let(ctx context.Context, list []*caller) {
	submissions := make([]*store.Submission, len(list))
	for i, c := range list {
		submissions[i] = c.submission
	}
	faults, err := d.line.Accept(ctx, submissions, store.Backlog{Messages: maxWaiting, Bytes: maxStored})
	for i, c := range list {
		if err != nil {
			c.answer <- err
			continue
		}
		c.answer <- faults[i]
	}
	select {
	case d.wake <- struct{}{}:
	default: // it is told already
	}
}

// counted is a body that takes its room as it arrives: one that only says how much it will be, and comes slowly, takes none from others.
type counted struct {
	io.Reader
	door *Door
	held int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.held += int64(n)
	if c.door.held.Add(int64(n)) > maxHeld {
		return n, fault.New("intake.full", "n", len(c.door.in))
	}
	return n, err
}

// done gives the room back.
func (c *counted) done() { c.door.held.Add(-c.held) }

// accept waits until a submission is kept.
func (d *Door) accept(ctx context.Context, x *store.Submission) error {
	c := &caller{x, make(chan error, 1)}
	select {
	case d.in <- c:
	default:
		return fault.New("intake.full", "n", len(d.in))
	}
	select {
	case err := <-c.answer:
		return err
	case <-ctx.Done(): // it may be accepted yet; whoever sends it again under its key learns so
		return fault.New("intake.full", "n", len(d.in)).Because(ctx.Err())
	}
}

// quiet is how long the committer waits before it looks whether another server has accepted something.
const quiet = 500 * time.Millisecond
