// Package cube is the contract of the one vintaged store of figures: how a message of observations gets in,
// and how figures are read as of a day, with their whole history.
//
// Figures are only ever added. A correction is a new vintage; a message is one transaction, all of it or none of it.
// This package decides what may enter; it holds no SQL (package store does) and computes no statistics.
package cube

import (
	"context"
	"time"

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

// Entry is an observation on its way in, with the row of the file it came from (0 when it comes from no file).
type Entry struct {
	Dataflow string
	stat.Observation
	Row int
}

// Message is what one sender brings at one time. It is stored whole or not at all.
type Message struct {
	Sender  string // "reference", "recipe/<id>@<version>", or a user
	File    string // name of the file read, for messages about rows
	SentAt  time.Time
	Entries []Entry
}

// Receipt says what became of a message.
type Receipt struct {
	Message   int64 // its number; 0 when it changed nothing and so was not stored
	Added     int   // cells seen for the first time
	Revised   int   // cells that had an earlier vintage
	Unchanged int   // entries already stored word for word
}

// AsOf bounds a read. The zero AsOf reads everything known now.
type AsOf struct {
	Vintage stat.Date // figures published on or before this day; zero for no bound
	Message int64     // figures brought by this message or an earlier one; zero for no bound
}

// Query selects series of a dataflow. An empty Key matches all; codes may be left empty or joined with "+".
type Query struct {
	Dataflow string
	Key      string
	AsOf     AsOf
}

// Store keeps the cube. Its implementations are bound by the conformance suite of package store.
//
// Order of versions of one cell: by vintage day, then by message number; the last one is the figure as of now.
type Store interface {
	// Append stores a checked message in one transaction. Entries equal to the latest version of their cell under the
	// same vintage are left out; a reported figure that differs from a reported one of the same cell and vintage day is
	// refused with cube.two-numbers, and nothing is stored.
	Append(ctx context.Context, m Message) (Receipt, error)
	// Read gives the newest version of every matching cell as of the bound, ordered by key, then period.
	Read(ctx context.Context, q Query) ([]Version, error)
	// History gives every matching version within the bound, ordered by key, period, vintage, message.
	History(ctx context.Context, q Query) ([]Version, error)
	// LastMessage gives the number of the newest message, 0 when there is none.
	LastMessage(ctx context.Context) (int64, error)
}

// Newest reduces a history ordered as Store.History gives it to the newest version of each cell within the bound.
func Newest(history []Version, at AsOf) []Version {
	out := make([]Version, 0, len(history))
	for _, v := range history {
		if !at.Allows(v) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Cell() == v.Cell() {
			out[n-1] = v
			continue
		}
		out = append(out, v)
	}
	return out
}

// Allows reports whether a version lies within the bound.
func (a AsOf) Allows(v Version) bool {
	if !a.Vintage.IsZero() && v.Vintage.Date.After(a.Vintage) {
		return false
	}
	return a.Message == 0 || v.Message <= a.Message
}

// Reported reports whether an observation is a reported figure: one that names a document, not a run of ours.
func Reported(o stat.Observation) bool { return o.Attributes[stat.AttrRun] == "" }
