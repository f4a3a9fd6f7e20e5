package notice

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"nhipso/internal/fault"
)

// Channel is a way by which people are reached outside the program: the one contract of every connector.
type Channel interface {
	// Name is one of those that preferences know.
	Name() string
	// Send hands a message over. Nil says that it was taken. Whoever is handed one again under the same identifier must be able to tell.
	Send(ctx context.Context, m Message) error
}

// Message is what a channel hands over.
type Message struct {
	ID      string    // the same at every try
	At      time.Time // of this try
	To      string    // an address of the channel
	Lang    string
	Subject string // one line
	Text    string
	HTML    string
	End     string // address by which its receiver ends such messages with one request (RFC 8058); "" for none
	Secret  string // by which a webhook is signed
	Items   []Item
}

// Item is one thing that a message tells, for programs.
type Item struct {
	Act    int64     `json:"act,omitempty"`
	Kind   string    `json:"kind,omitempty"`
	Type   string    `json:"type,omitempty"`
	Record string    `json:"record,omitempty"`
	Title  string    `json:"title"`
	At     time.Time `json:"at,omitzero"`
	URL    string    `json:"url"`
}

// class is what follows from a failure.
type class int

const (
	later class = iota // this message may be taken another time
	never              // it will not be taken
	down               // nothing will be taken for some time
)

// failure is why a message was not taken, with what follows.
type failure struct {
	class class
	after time.Duration
	err   error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Later says that a message may be taken another time; after at least so long, where the channel has said it.
func Later(after time.Duration, err error) error { return &failure{later, after, err} }

// Never says that a message will not be taken, whatever happens.
func Never(err error) error { return &failure{never, 0, err} }

// Down says that the channel takes nothing at all for now.
func Down(err error) error { return &failure{down, 0, err} }

// classOf gives what follows from an error; one that says nothing is worth another try.
func classOf(err error) (class, time.Duration) {
	var f *failure
	if errors.As(err, &f) {
		return f.class, f.after
	}
	return later, 0
}

// ClassName names what follows from an error of a channel: "later", "never" or "down"; "" for none.
func ClassName(err error) string {
	if err == nil {
		return ""
	}
	c, _ := classOf(err)
	return [...]string{later: "later", never: "never", down: "down"}[c]
}

// faultOf gives the sentences of an error. What is no fault of ours is told as what the other side said, in one line.
func faultOf(err error) Fault {
	if fault.CodeOf(err) == "" {
		err = fault.New("notice.not-taken", "text", Line(err.Error()))
	}
	return Fault{Vi: fault.In(err, "vi"), En: fault.In(err, "en")}
}

// maxLine bounds what is put on one line: a title may be as long as a page.
const maxLine = 200

// Line writes a text on one line, without signs that nobody sees: what somebody wrote must not begin a header of a letter.
func Line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > maxLine {
		s = strings.TrimSpace(string(runes[:maxLine-1])) + "…"
	}
	return s
}
