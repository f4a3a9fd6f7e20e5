// Package notice tells people what happened. From every act on a record it makes the notices that the record's type declares, each in the inbox of
// each person whom it concerns; and it puts letters out: of notices by the channels that a person has chosen, of accounts, and to readers who follow
// figures.
//
// Nothing is lost and nothing is told twice: notices and letters are derived from what is stored, behind a cursor that moves in the same transaction.
// A letter is tried until it is taken, refused for good, or no longer worth sending; each try carries the same identifier, since a channel that took
// it may fail to say so. Whoever may no longer see a record when a letter about it goes out is not told.
//
// It holds no SQL (package store does) and no page, and decides nothing about who may see what (package people does). How a channel works is in its
// room carrier.
package notice

import (
	"context"
	"time"

	"nhipso/internal/register"
)

// Notice is one line of a person's inbox: an act that concerns them.
type Notice struct {
	Person string
	Act    int64
	Kind   register.Kind
	Type   string
	Record string
	At     time.Time
	Read   time.Time // zero while it is not
}

// Filter bounds an inbox.
type Filter struct {
	Type   string // of records; "" for all
	Unread bool
	Before int64 // only of acts before one of a number; 0 for all
}

// About is what a letter tells.
type About string

// Kinds of letter.
const (
	OfAct        About = "act"        // something happened to a record
	Invitation   About = "invitation" // a first password may be set
	Recovery     About = "recovery"   // a new password may be set, if the address is somebody's
	Confirmation About = "confirm"    // a reader is asked whether they want to follow
	News         About = "news"       // a release changed what a reader follows
	Proof        About = "proof"      // a code shows that a chat is a person's own
)

// State is where a letter stands.
type State string

// States of a letter.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	Dropped State = "dropped" // there was nothing to tell any more, or nobody to tell it
	Dead    State = "dead"    // it could not be delivered; somebody has to look
)

// Letter is something to tell somebody by a channel. What it says is written when it goes out, so that it holds no secret and nothing that was
// erased meanwhile.
type Letter struct {
	ID      string // the same for the same thing told to the same person by the same channel
	Channel string
	About   About
	Person  string            // to whom; "" for a reader
	Address string            // of a reader, or of whoever says that it is theirs
	Subject string            // what it is about: the number of an act, a page, a subscription
	Facts   map[string]string // what is known of it only when it is put out; nothing that lets anybody in, and gone once it has ended
	Lang    string
	Bundle  string // what has the same goes out as one message
	Message string // identifier of the message in which it went out first; "" before
	Made    time.Time
	Due     time.Time // not before
	Until   time.Time // not worth sending after
	Tries   int
	State   State
	Ended   time.Time
	Fault   Fault // of the last try
}

// Fault is why a letter was not taken, in both languages.
type Fault struct {
	Vi string `json:"vi,omitempty"`
	En string `json:"en,omitempty"`
}

// In gives the sentence in "vi" or "en".
func (f Fault) In(lang string) string {
	if lang == "en" {
		return f.En
	}
	return f.Vi
}

// Step is what follows from acts up to one of a number: stored whole, with the cursor, or not at all.
type Step struct {
	From, To int64 // the acts behind which the cursor stands, and will stand
	Notices  []Notice
	Letters  []Letter
	Forget   []string // persons who have left or were erased: what is kept for them goes
}

// Settlement is what becomes of a message that was claimed.
type Settlement struct {
	IDs   []string
	State State
	Due   time.Time // of the next try, while it waits
	At    time.Time
	Fault Fault
	// Tried says that the channel was asked: else the letters only wait longer.
	Tried bool
}

// Counts is how many letters wait, since when, and how many are dead.
type Counts struct {
	Waiting int64
	Oldest  time.Time // when the oldest that waits and is due was made; zero for none
	Dead    int64
}

// Store keeps notices, letters, and what people and readers have chosen.
type Store interface {
	// Cursor gives the newest act of which the notices are made.
	Cursor(ctx context.Context) (int64, error)
	// Advance stores a step, or reports false and stores nothing where the cursor stands elsewhere by now.
	Advance(ctx context.Context, s Step) (bool, error)

	// Inbox gives notices of a person, the newest first.
	Inbox(ctx context.Context, person string, f Filter, most int) ([]Notice, error)
	// MarkRead marks notices of a person as read: one act, or with 0 all up to an act.
	MarkRead(ctx context.Context, person string, act, upTo int64, at time.Time) error

	Preference(ctx context.Context, person string) (Preference, error)
	KeepPreference(ctx context.Context, person string, p Preference) error
	// SetFeed gives a person a feed of which the address has a secret of this hash; it takes the place of the one before. "" takes it away.
	SetFeed(ctx context.Context, person, hash string) error
	FeedOf(ctx context.Context, hash string) (person string, found bool, err error)

	// PutOut adds letters. One that is there already stays as it is.
	PutOut(ctx context.Context, letters ...Letter) error
	// Claim takes what goes out as the next message, for as long as a lease. Letters that were in one message stay in it. It gives nothing where
	// nothing is due.
	Claim(ctx context.Context, now time.Time, lease time.Duration, channels []string) ([]Letter, error)
	Settle(ctx context.Context, s Settlement) error
	// PutOff lets everything of a channel that is due wait until a time: it cannot be reached.
	PutOff(ctx context.Context, channel string, now, until time.Time) error
	// NextDue gives the letter of these channels that can be claimed first, due when it can, or false.
	NextDue(ctx context.Context, channels []string) (Letter, bool, error)
	Counts(ctx context.Context, now time.Time) (Counts, error)
	DeadLetters(ctx context.Context, most int) ([]Letter, error)
	// Revive lets dead letters be tried again, until a time: one, or with "" all.
	Revive(ctx context.Context, id string, now, until time.Time) error
	// SentTo counts the letters of a kind that were put out for an address and went out since a time.
	SentTo(ctx context.Context, about About, address string, since time.Time) (int64, error)
	// Purge removes letters that ended before a time, with their addresses, and questions that nobody answered by then.
	Purge(ctx context.Context, before time.Time) error

	SubscriptionStore
	// Token gives what a channel keeps from one use to the next, such as a token that it is given anew; KeepToken stores it where it is still
	// what it was, so that of two programs one is right.
	Token(ctx context.Context, channel string) (string, error)
	KeepToken(ctx context.Context, channel, before, after string) (bool, error)
}
