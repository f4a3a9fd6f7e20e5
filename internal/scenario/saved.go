package scenario

import (
	"context"
	"encoding/base32"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"nhipso/internal/fault"
)

// Bounds of what is saved.
const (
	MaxName  = 120 // characters
	MaxBy    = 80
	MaxSaved = 100_000 // scenarios in one installation
)

// Saved is a scenario that somebody named and kept. It never changes.
type Saved struct {
	ID      string // unguessable: who has the address may look, nobody else
	Name    string
	By      string // as the person stated it; nobody checked it
	At      time.Time
	Release string // the release that was public when it was saved
	Assumptions
}

// Store keeps saved scenarios, and only ever adds to them.
type Store interface {
	// AppendScenario stores a scenario; beyond MaxSaved it is refused with scenario.full.
	AppendScenario(ctx context.Context, s Saved) error
	// ScenarioByID gives a scenario, or scenario.not-found.
	ScenarioByID(ctx context.Context, id string) (Saved, error)
}

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

var idShape = regexp.MustCompile(`^[a-z2-7]{26}$`)

// NewID makes an identifier of 128 random bits.
func NewID(random io.Reader) (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return letters.EncodeToString(b), nil
}

// IsID reports whether a text has the shape of an identifier.
func IsID(s string) bool { return idShape.MatchString(s) }

// Check refuses a scenario without a name, with texts too long or not plain, or whose assumptions are out of bounds.
func (s Saved) Check() []*fault.Error {
	var out []*fault.Error
	for _, x := range []struct {
		field, text string
		most        int
	}{{"ten", s.Name, MaxName}, {"nguoi", s.By, MaxBy}} {
		switch {
		case strings.TrimSpace(x.text) == "":
			out = append(out, fault.New("scenario.empty").At("", 0, x.field))
		case utf8.RuneCountInString(x.text) > x.most:
			out = append(out, fault.New("scenario.too-long", "most", x.most).At("", 0, x.field))
		case !utf8.ValidString(x.text) || strings.ContainsFunc(x.text, control):
			out = append(out, fault.New("scenario.bad-text").At("", 0, x.field))
		}
	}
	return append(out, s.Assumptions.Check()...)
}

// control reports whether a character has no place in a line of text: it would break lines or reverse the reading order.
func control(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}
