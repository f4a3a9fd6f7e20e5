// Package cube is the contract of the one vintaged store of figures: how a message of observations gets in,
// and how figures are read as of a day, with their whole history.
//
// Figures are only ever added. A correction is a new vintage; a message is one transaction, all of it or none of it.
// This package decides what may enter; it holds no SQL (package store does) and computes no statistics.
package cube

import (
	"context"
	"strconv"

	"nhipso/internal/stat"
)

// Cell names one place in the cube: a dataflow, a series and a period.
type Cell struct {
	Dataflow string      `json:"dataflow"`
	Key      stat.Key    `json:"key"`
	Period   stat.Period `json:"period"`
}

// String gives "DATAFLOW/KEY/PERIOD".
func (c Cell) String() string { return c.Dataflow + "/" + string(c.Key) + "/" + c.Period.String() }

// Version is an observation as stored: with its dataflow and the number of the message that brought it.
type Version struct {
	Dataflow string `json:"dataflow"`
	stat.Observation
	Message int64 `json:"message"`
}

// Cell gives the place of the version.
func (v Version) Cell() Cell { return Cell{v.Dataflow, v.Key, v.Period} }

// AsOf bounds a read. The zero AsOf reads everything known now.
type AsOf struct {
	Vintage stat.Date `json:"vintage"`        // figures published on or before this day; zero for no bound
	Message int64     `json:"message"`        // figures brought by this message or an earlier one; zero for no bound
	Only    Messages  `json:"only,omitempty"` // figures brought by one of these messages; nil for no bound
	Act     int64     `json:"act,omitempty"`  // records of the register as they were known after this act; zero for no bound. No figure depends on it
}

// Writer adds to the cube.
type Writer interface {
	// Append stores a delivery in one transaction. Entries equal to the latest version of their cell under the same vintage are left out; a
	// reported figure that differs from a reported one of the same cell and vintage day is refused with cube.two-numbers, and nothing is stored.
	// Where the delivery bears a key, the same sender's same key gives the receipt of before and stores nothing; with other content it is refused
	// with cube.other-content. Where figures of a dataflow that the review read came in since, it is refused with cube.moved.
	Append(ctx context.Context, d *Delivery) (Receipt, error)
}

// Store keeps the cube. Its implementations are bound by the conformance suite of package store.
//
// Order of versions of one cell: by vintage day, then by message number. Which of them is the figure as of now, Supersedes decides.
type Store interface {
	Reader
	Writer
}

// Supersedes reports whether a version stands in place of another one of its cell. Reported figures are ordered by the day on which they
// were published, and by message within a day: an old yearbook loaded late does not replace a newer one. Derived figures are ordered by
// message alone: their day is that of their run, and a clock may have been wrong. A reported figure outranks a derived one.
func (v Version) Supersedes(other Version) bool {
	if a, b := Reported(v.Observation), Reported(other.Observation); a != b {
		return a
	} else if !a {
		return v.Message > other.Message
	}
	if c := v.Vintage.Date.Compare(other.Vintage.Date); c != 0 {
		return c > 0
	}
	return v.Message > other.Message
}

// Allows reports whether a version lies within the bound.
func (a AsOf) Allows(v Version) bool {
	if !a.Vintage.IsZero() && v.Vintage.Date.After(a.Vintage) {
		return false
	}
	return a.Holds(v.Message)
}

// String writes the bound, the same text for the same bound.
func (a AsOf) String() string {
	s := a.Vintage.String() + "/" + strconv.FormatInt(a.Message, 10) + "/" + a.Only.String()
	if a.Act != 0 { // what was named before there was a register keeps its name
		s += "/" + strconv.FormatInt(a.Act, 10)
	}
	return s
}

// Holds reports whether a message lies within the bound, whatever the day of its figures.
func (a AsOf) Holds(message int64) bool {
	return (a.Message == 0 || message <= a.Message) && (a.Only == nil || a.Only.Has(message))
}

// Messages gives the messages within the bound, of those up to the number given as the newest.
func (a AsOf) Messages(newest int64) Messages {
	if a.Message != 0 && a.Message < newest {
		newest = a.Message
	}
	all := UpTo(newest)
	if a.Only == nil {
		return all
	}
	return a.Only.Without(a.Only.Without(all))
}

// Reported reports whether an observation is a reported figure: one that names a document, not a run of ours.
func Reported(o stat.Observation) bool { return o.Attributes[stat.AttrRun] == "" }
