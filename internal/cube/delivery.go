package cube

import (
	"context"
	"iter"
	"slices"
	"time"

	"nhipso/internal/stat"
)

// Entry is an observation on its way in, with the row of the file it came from (0 when it comes from no file).
type Entry struct {
	Dataflow string
	stat.Observation
	Row int
}

// Cell gives the place of the entry.
func (e Entry) Cell() Cell { return Cell{e.Dataflow, e.Key, e.Period} }

// Header says what a message is, whatever its figures.
type Header struct {
	Sender string // "reference", "recipe/<id>@<version>", or a user
	File   string // name of the file read, for messages about rows
	SentAt time.Time
	// Key names the message among those of its sender, so that it may be sent again when its fate is not known; "" names none.
	Key string
	// Digest tells the content of a message with a key from that of another one; "" takes that of its figures.
	Digest string
	Given  bool // by people, in a file: none of its figures was computed here, though some may be as they are stored
}

// Message is what one sender brings at one time, where it is small enough to hold. It is stored whole or not at all.
type Message struct {
	Header
	Entries []Entry
}

// All gives the entries one after another.
func (m Message) All() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range m.Entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Ready makes a delivery of a message that nobody has to check.
func (m Message) Ready() (*Delivery, error) { return gather(m.Header, m.All(), nil) }

// Append stores a message that nobody has to check.
func Append(ctx context.Context, w Writer, m Message) (Receipt, error) {
	d, err := m.Ready()
	if err != nil {
		return Receipt{}, err
	}
	defer d.Close()
	return w.Append(ctx, d)
}

// Receipt says what became of a message.
type Receipt struct {
	Message   int64 `json:"message"`   // its number; 0 when it changed nothing and so was not stored
	Added     int   `json:"added"`     // cells seen for the first time
	Revised   int   `json:"revised"`   // cells that had an earlier vintage
	Unchanged int   `json:"unchanged"` // entries already stored word for word
	Findings  int   `json:"findings"`  // findings stored with it; those stored before, by their identity, are not counted
}

// Step is what is being done with a message.
type Step string

// The steps, in their order.
const (
	Reading   Step = "read"
	Reviewing Step = "review"
	Storing   Step = "store"
)

// Progress says how far a message is.
type Progress struct {
	Step Step
	Done int // entries
	Of   int // 0 while it is not known
}

// tick is after how many entries progress is told.
const tick = 5000

// Delivery is a message ready to be stored, of any size: its entries are held outside memory where they are many, in the order of Reader, and
// each cell once under a vintage day.
type Delivery struct {
	Header
	// Findings are what Intake.Examine found; they are stored in the message's transaction, or the message is not.
	Findings []Finding
	Tested   []Tally // identities that figures of the message took part in
	// Upon is the newest message that the review saw, and Read the dataflows that it looked at beside those of the message; nil asks nothing.
	Upon *int64
	Read []string
	// Progress, when set, is told how far the message is.
	Progress func(Progress)

	spool *spool
}

// Gather makes a delivery of any size that nobody has to check. A cell that comes twice under one vintage day is refused with cube.duplicate.
func Gather(h Header, entries iter.Seq2[Entry, error]) (*Delivery, error) {
	return gather(h, entries, nil)
}

func gather(h Header, entries iter.Seq2[Entry, error], progress func(Progress)) (*Delivery, error) {
	d := &Delivery{Header: h, Progress: progress, spool: newSpool()}
	for e, err := range entries {
		if err == nil {
			err = d.spool.add(e)
		}
		if err != nil {
			d.Close()
			return nil, err
		}
		if d.spool.n%tick == 0 {
			d.tell(Reading, d.spool.n, 0)
		}
	}
	if err := d.spool.finish(h.File); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Tell says how far the message is, to whoever asked.
func (d *Delivery) tell(s Step, done, of int) {
	if d.Progress != nil {
		d.Progress(Progress{s, done, of})
	}
}

// Entries gives the entries in the order of Reader. It may be asked for again. The attributes of an entry may be those of others too, and are
// not to be changed.
func (d *Delivery) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for r, err := range d.spool.all() {
			if !yield(r.Entry, err) || err != nil {
				return
			}
		}
	}
}

// Stored is Entries for who stores them, which tells progress.
func (d *Delivery) Stored() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		n := 0
		for e, err := range d.Entries() {
			if n++; n%tick == 0 {
				d.tell(Storing, n, d.Len())
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// Len is how many entries there are.
func (d *Delivery) Len() int { return d.spool.n }

// Flows lists the dataflows of the entries, in the order of their identifiers.
func (d *Delivery) Flows() []string { return slices.Sorted(slices.Values(d.spool.flows)) }

// Content tells the content from that of another message: Digest, or a hash of the entries.
func (d *Delivery) Content() (string, error) {
	if d.Digest != "" {
		return d.Digest, nil
	}
	return d.spool.hash()
}

// Close lets go of what is held outside memory.
func (d *Delivery) Close() {
	if d != nil {
		d.spool.close()
	}
}
