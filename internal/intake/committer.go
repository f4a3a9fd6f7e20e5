package intake

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"slices"
	"time"

	"nhipso/internal/cube"
	"nhipso/internal/fault"
	"nhipso/internal/store"
	"nhipso/internal/territory"
)

// Committer stores accepted submissions in their order. Of several servers one does so at a time.
type Committer struct {
	Store   Keeper
	Intake  cube.Intake
	Edition int64 // of the catalogue by which submissions are read; 0 for one that no other follows
	Areas   *territory.Registry
	Log     *slog.Logger
	Door    *Door // tells when something was accepted here; nil where nothing is

	behind time.Time // since when the store has a newer edition; zero when it has none that is known
}

// Keeper is what the committer needs of a store.
type Keeper interface {
	Alone(ctx context.Context, name string, do func() error) error
	Waiting(ctx context.Context, behind int64, most store.Backlog) ([]store.Submission, error)
	Settle(ctx context.Context, list []*store.Settlement) error
	LastEdition(ctx context.Context) (number int64, at time.Time, err error)
}

// Bounds of one transaction: what else is written waits for it.
const (
	maxRows  = 2000 // figures, but for one submission that has more
	maxBatch = 64   // submissions
)

// Run stores what is accepted, here or by another server, until the context ends. Whatever fails is told and tried again.
func (c *Committer) Run(ctx context.Context) {
	told := ""
	for ctx.Err() == nil {
		err := c.Store.Alone(ctx, "intake", func() error {
			for {
				n, err := c.Round(ctx)
				if err != nil {
					return err
				}
				if told = ""; n == 0 && !c.pause(ctx, quiet) {
					return ctx.Err()
				}
			}
		})
		if ctx.Err() != nil {
			return
		}
		if text := fault.In(err, "en"); text != told {
			told = text
			c.Log.Warn("submissions wait", "error", text)
		}
		c.pause(ctx, time.Second)
	}
}

// pause waits a while, or until something is accepted; false when the context ended.
func (c *Committer) pause(ctx context.Context, long time.Duration) bool {
	var wake chan struct{}
	if c.Door != nil {
		wake = c.Door.wake
	}
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-time.After(long):
	}
	return true
}

// batch is what goes into one transaction.
type batch struct {
	list  []*store.Settlement
	flows []string // that it writes
	rows  int
}

// Round stores some of what waits, and gives how many submissions it settled.
func (c *Committer) Round(ctx context.Context) (settled int, err error) {
	waiting, err := c.Store.Waiting(ctx, 0, store.Backlog{Messages: maxBatch, Bytes: 2 * MaxBody})
	if err != nil {
		return 0, err
	}
	var b batch
	flush := func() error {
		n, err := c.settle(ctx, &b)
		settled += n
		return err
	}
	defer func() { b.close() }()
	patience := time.Now().Add(giveWay)
	for _, x := range waiting {
		c.letIn(ctx, patience)
		s := &store.Settlement{Submission: x}
		s.Delivery, s.Refusal = c.prepare(x)
		if s.Refusal == nil && b.overlaps(s.Delivery.Flows()) { // the rules must see what is stored before it
			if err := flush(); err != nil {
				s.Delivery.Close()
				return settled, err
			}
		}
		for again := true; again && s.Refusal == nil; {
			again = false
			if err := c.examine(ctx, s.Delivery); err != nil && fault.KindOf(err) == fault.Unavailable {
				s.Delivery.Close()
				return settled, err
			} else if err != nil {
				s.Refusal = err
			} else if b.overlaps(s.Delivery.Read) {
				again = true
				if err := flush(); err != nil {
					s.Delivery.Close()
					return settled, err
				}
			}
		}
		if s.Refusal != nil {
			if err := c.current(ctx); err != nil {
				s.Delivery.Close()
				return settled, cmp.Or(flush(), err)
			}
		}
		b.add(s)
		if b.rows >= maxRows || len(b.list) >= maxBatch {
			if err := flush(); err != nil {
				return settled, err
			}
		}
	}
	return settled, flush()
}

// catchUp is how long nothing is refused by an edition of the catalogue that is no longer the newest: the server takes up the newer one within
// seconds, or another server does the work. One that cannot be taken up keeps nobody waiting for longer.
const catchUp = 30 * time.Second

// current refuses to refuse: a code that this server does not know may be in an edition that another one has stored.
func (c *Committer) current(ctx context.Context) error {
	if c.Edition == 0 {
		return nil
	}
	newest, _, err := c.Store.LastEdition(ctx)
	if err != nil || newest <= c.Edition {
		return err
	}
	if c.behind.IsZero() {
		c.behind = time.Now()
	}
	if time.Since(c.behind) > catchUp {
		return nil
	}
	return fault.New("intake.behind", "edition", newest)
}

// giveWay is how long a round lets those go first who wait to be accepted: they want an answer now, and what is accepted can wait.
const giveWay = 100 * time.Millisecond

// letIn waits until nobody is at the door, or patience is over.
func (c *Committer) letIn(ctx context.Context, patience time.Time) {
	for c.Door != nil && c.Door.here.Load() > 0 && ctx.Err() == nil && time.Now().Before(patience) {
		time.Sleep(time.Millisecond)
	}
}

func (b *batch) overlaps(flows []string) bool {
	return slices.ContainsFunc(flows, func(id string) bool { return slices.Contains(b.flows, id) })
}

func (b *batch) add(s *store.Settlement) {
	b.list = append(b.list, s)
	if s.Delivery != nil {
		b.flows, b.rows = append(b.flows, s.Delivery.Flows()...), b.rows+s.Delivery.Len()
	}
}

func (b *batch) close() {
	for _, s := range b.list {
		s.Delivery.Close()
	}
	*b = batch{}
}

// settle stores a batch and empties it.
func (c *Committer) settle(ctx context.Context, b *batch) (n int, err error) {
	if len(b.list) == 0 {
		return 0, nil
	}
	defer b.close()
	if err := c.Store.Settle(ctx, b.list); err != nil {
		return 0, err
	}
	for _, s := range b.list {
		if !s.Moved {
			n++
		}
	}
	return n, nil
}

// prepare reads a submission. Whatever happens over it is its own fate.
func (c *Committer) prepare(x store.Submission) (d *cube.Delivery, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("a submission broke the reader", "id", x.ID, "panic", p)
			d, err = nil, fault.New("intake.broken")
		}
	}()
	f, err := open(x, c.Intake.Catalog, c.Areas)
	if err != nil {
		return nil, err
	}
	return c.Intake.Prepare(f.Header, only(x.Flows, x.File, f.Entries()), nil)
}

func (c *Committer) examine(ctx context.Context, d *cube.Delivery) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("a submission broke the rules", "sender", d.Sender, "key", d.Key, "panic", p)
			err = fault.New("intake.broken")
		}
	}()
	return c.Intake.Examine(ctx, d, cube.AsOf{})
}

// only refuses figures of dataflows that were not named when the submission was sent.
func only(flows []string, file string, entries iter.Seq2[cube.Entry, error]) iter.Seq2[cube.Entry, error] {
	return func(yield func(cube.Entry, error) bool) {
		for e, err := range entries {
			if err == nil && !slices.Contains(flows, e.Dataflow) {
				yield(cube.Entry{}, otherFlow(e.Dataflow, flows).At(file, e.Row, "DATAFLOW"))
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
