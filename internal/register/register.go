// Package register is the contract of the second kernel: everything that is not a figure is a record of a declared type, and a record changes
// only by acts. It says what an act may do, how records stand on a day as far as was known at an act, and how lists of them are asked for.
//
// A record is only ever added to: an act states from which day it holds, and what it replaces stays readable. A batch of acts is one transaction:
// all of it or none. This package decides whether an act fits the declaration of its type and what was known; it holds no SQL (package store does),
// and not who may act or see (package people does).
package register

import (
	"context"
	"io"
	"time"

	"nhipso/internal/stat"
)

// At bounds what is read of the register: how records stand on a day, as far as was known after an act.
type At struct {
	Day stat.Date
	Act int64 // 0 for everything that is known
}

// Version is how a record stands from a day on, until another.
type Version struct {
	Type   string
	ID     string
	From   stat.Date         // the first day
	Until  stat.Date         // the first day on which it is no more so; zero when that is not known
	Act    int64             // that made it so
	Values map[string]string // by column; empty ones are left out
}

// On reports whether the version is that of a day.
func (v Version) On(day stat.Date) bool {
	return !day.Before(v.From) && (v.Until.IsZero() || day.Before(v.Until))
}

// Timeline is how a record stands at each time, as far as is known now.
type Timeline struct {
	Newest   int64 // the newest act on the record; 0 when there never was one
	Versions []Version
}

// On gives the version of a day, or false.
func (l Timeline) On(day stat.Date) (Version, bool) {
	for _, v := range l.Versions {
		if v.On(day) {
			return v, true
		}
	}
	return Version{}, false
}

// Kind is what an act does: one of those below, or a transition of the record's type.
type Kind string

// Kinds of act that every type has.
const (
	Added     Kind = "added"
	Changed   Kind = "changed"
	Ended     Kind = "ended"     // from its day on there is no such record
	Commented Kind = "commented" // the record stays as it is
	Attached  Kind = "attached"  // a file comes to the record, which stays as it is
	Detached  Kind = "detached"  // a file is the record's no more; what was known of it stays
	Moved     Kind = "moved"     // an organisation has ended: the record is its heir's
	Erased    Kind = "erased"    // personal data is gone for all time; the acts stay without it
)

// Change is what an act does to a column of a record.
type Change struct {
	Column string `json:"column"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Gone says that the texts were personal data, which was erased since.
	Gone bool `json:"gone,omitempty"`
}

// Follows, as the base of an act, says that it follows what the same batch did to the record before.
const Follows int64 = -1

// Act is one thing that somebody did to one record.
type Act struct {
	Number      int64 // given by the store; acts are known in this order
	Batch       int64
	Kind        Kind
	Type        string
	TypeVersion string // of the declaration that it was held to
	Record      string
	From        stat.Date // the day from which it holds
	Base        int64     // the newest act on the record that its author had seen; 0 for a new one
	Note        string    // the text of a comment
	Changes     []Change
	Personal    []string // columns among the changes that hold personal data
}

// Batch is acts that are made at once: all of them or none.
type Batch struct {
	Number       int64
	Key          string // by which its sender names it, so that sending it again does nothing; "" for none
	Person       string // identifier of who acts
	Organisation string // identifier of the organisation for which they act
	At           time.Time
	Reason       string
	Acts         []Act
	Contents     []Content // of the files that acts attach
}

// Operator tells how a filter compares.
type Operator string

// Operators of a filter.
const (
	Is      Operator = "is"    // has the value; one of several values where the field has several
	IsNot   Operator = "isnot" // has another value, or none
	AtLeast Operator = "from"
	AtMost  Operator = "to"
	Given   Operator = "given"
	Empty   Operator = "empty"
)

// Filter is a condition on the values of a column.
type Filter struct {
	Column   string
	Operator Operator
	Value    string
}

// Query asks for a page of records of a type.
type Query struct {
	Type       string
	At         At
	Where      []Filter
	Words      string // each must begin a word of the record, whatever its diacritics
	Sort       string // column by which the list is sorted; "" for the identifier
	Descending bool
	After      string // where the page before ended
	Limit      int
}

// Page is a part of a list.
type Page struct {
	Records []Version
	Next    string // what to ask for to go on; "" at the end
}

// Group is how many records have a value.
type Group struct {
	Value string
	Count int64
}

// Reader reads the register.
type Reader interface {
	// Timeline gives a record as far as is known now; an empty one for none.
	Timeline(ctx context.Context, kind, id string) (Timeline, error)
	// Timelines gives all records of a type as far as is known now, for types of few records.
	Timelines(ctx context.Context, kind string) (map[string][]Version, error)
	// NewestOf gives the newest act on records of some types; 0 for none.
	NewestOf(ctx context.Context, kinds ...string) (int64, error)
	// Record gives a record as it stands, or false.
	Record(ctx context.Context, kind, id string, at At) (Version, bool, error)
	// Records gives a page of a list that was made ready by Lists.
	Records(ctx context.Context, q Lookup) (Page, error)
	// Count says how many records a list has, counting no further than a bound.
	Count(ctx context.Context, q Lookup, most int64) (int64, error)
	// Groups counts the records of a list by the values of a column, the most frequent first.
	Groups(ctx context.Context, q Lookup, column string, most int) ([]Group, error)
	// Content writes what a file holds that some record has or had; false for none.
	Content(ctx context.Context, sha256 string, to io.Writer) (bool, error)
	// Holders gives records of a type that have a value at some time between two days; a zero day is no bound.
	Holders(ctx context.Context, kind, column, value string, from, until stat.Date) ([]string, error)
	// Acts gives the acts on a record with their batches, the oldest first, after one of a number.
	Acts(ctx context.Context, kind, id string, after int64, most int) ([]Batch, error)
	// ActsSince gives the acts on all records after one of a number, the oldest first.
	ActsSince(ctx context.Context, after int64, most int) ([]Batch, error)
}

// Judge decides on an act, which it may complete, by what the register holds before it.
type Judge func(ctx context.Context, now Reader, a *Act) (Outcome, error)

// Outcome is what an act leads to.
type Outcome struct {
	Before, After []Version // the timeline of the record
	Terms         func(Version) []Term
}

// Store keeps the register.
type Store interface {
	Reader
	// Act stores a batch whole, or nothing of it, with its entry in the audit log. A batch that was stored before under the same key is given back
	// as it was stored.
	Act(ctx context.Context, b *Batch, judge Judge) error
	// Try does what Act does and undoes it: it tells what is wrong with a batch.
	Try(ctx context.Context, b *Batch, judge Judge) error
	// Indexed gives the declaration by which the records of a type were last made ready for lists; "" where they never were.
	Indexed(ctx context.Context, kind string) (string, error)
	// Reindex makes the records of a type ready for lists by other terms. Acts go on meanwhile.
	Reindex(ctx context.Context, kind, declaration string, terms func(Version) []Term) error
	// Batch gives a stored batch.
	Batch(ctx context.Context, number int64) (Batch, bool, error)
}
