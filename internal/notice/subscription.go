package notice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// Subscription is a reader who follows figures by letters: those that stand on a page. Of the reader nothing is known but an address.
type Subscription struct {
	ID      string
	Address string
	Topic   string // path of the page
	Lang    string
	Confirm string // hash of the link that takes it into use; "" once that was followed
	End     string // secret by which it is ended: it stands in every letter
	Made    time.Time
	On      time.Time // since when letters go out; zero before the reader has said yes
	Told    time.Time // the minute of the newest release of which they were told
}

// SubscriptionStore keeps what readers follow.
type SubscriptionStore interface {
	// Ask keeps a subscription that waits for its reader's word, in place of one of the same address and page that waits. One that is on stays, and
	// false is given.
	Ask(ctx context.Context, s Subscription) (bool, error)
	// Asked gives the subscription that a link takes into use, or false.
	Asked(ctx context.Context, hash string, since time.Time) (Subscription, bool, error)
	// Confirm takes it into use: once.
	Confirm(ctx context.Context, hash string, since, at time.Time) (Subscription, bool, error)
	// Ending gives the subscription that a secret ends, or false.
	Ending(ctx context.Context, secret string) (Subscription, bool, error)
	// End removes it, with its address.
	End(ctx context.Context, secret string) error
	// Subscription gives one that is on.
	Subscription(ctx context.Context, id string) (Subscription, bool, error)
	// Followers gives those that are on, by page.
	Followers(ctx context.Context) ([]Subscription, error)
	// Tell puts letters out and notes of which release the reader was told; false where somebody else did.
	Tell(ctx context.Context, id string, was, told time.Time, letters ...Letter) (bool, error)
	// ForgetAddress removes everything that is kept of an address, and says how many subscriptions and letters that were.
	ForgetAddress(ctx context.Context, address string) (int64, error)
}

// Change is what a release changed of what stands on a page.
type Change struct {
	Release                   string
	At                        time.Time // when it could be seen
	Added, Revised, Withdrawn int       // figures
}

// Figures says what can be followed, and what changed.
type Figures interface {
	// Topic names a page that can be followed, or refuses it.
	Topic(ctx context.Context, path, lang string) (name string, err error)
	// Changes gives what releases changed of a page that were out after a time, the oldest first.
	Changes(ctx context.Context, path string, since time.Time) ([]Change, error)
	// Newest gives the minute of the newest release that is out; zero for none.
	Newest(ctx context.Context) (time.Time, error)
}

const (
	askedFor   = 3 * 24 * time.Hour // as long is a link good that asks a reader for their word
	asksADay   = 5                  // letters of that kind to one address within a day: nobody is flooded by a stranger
	maxAddress = 254                // RFC 5321
)

// Reader reads an address as a reader writes it, or refuses it.
func Reader(address string) (string, error) {
	address = strings.TrimSpace(address)
	at, err := mail.ParseAddress(address)
	if err != nil || at.Address != address || len(address) > maxAddress || Line(address) != address || strings.ContainsAny(address, "\"\\ ") {
		return "", fault.New("notice.address")
	}
	_, host, _ := strings.Cut(address, "@")
	if !strings.Contains(host, ".") {
		return "", fault.New("notice.address")
	}
	return strings.ToLower(address), nil
}

// Follow lets the reader of an address be asked whether they want to follow a page. Whatever is known of the address, the answer is the same, after
// the same work: what follows from it is decided when the letter would go out.
func (p *Post) Follow(ctx context.Context, address, topic, lang string) error {
	address, err := Reader(address)
	if err != nil {
		return err
	}
	if _, err := p.Figures.Topic(ctx, topic, lang); err != nil {
		return err
	}
	now := p.Now()
	return p.Store.PutOut(ctx, Letter{ID: letterID(string(Confirmation), strings.ToLower(address), topic, now.UTC().Format(time.DateOnly)), Channel: Mail, About: Confirmation, Address: address,
		Subject: topic, Lang: lang, Made: now, Due: now, Until: now.Add(askedFor)})
}

// Follows says what a link of a letter would take into use, without using it up: programs look at addresses in letters.
func (p *Post) Follows(ctx context.Context, secret, lang string) (Subscription, string, error) {
	s, found, err := p.Store.Asked(ctx, HashOf(secret), p.Now().Add(-askedFor))
	if err == nil && !found {
		err = fault.New("notice.link")
	}
	if err != nil {
		return s, "", err
	}
	name, err := p.Figures.Topic(ctx, s.Topic, lang)
	return s, name, err
}

// Confirm takes a subscription into use: once.
func (p *Post) Confirm(ctx context.Context, secret string) (Subscription, error) {
	now := p.Now()
	s, found, err := p.Store.Confirm(ctx, HashOf(secret), now.Add(-askedFor), now)
	if err == nil && !found {
		err = fault.New("notice.link")
	}
	return s, err
}

// Tell puts out a letter for each release of which a reader was not told yet.
func (p *Post) Tell(ctx context.Context) error {
	list, err := p.Store.Followers(ctx)
	if err != nil {
		return err
	}
	changes, known := map[string][]Change{}, map[string]time.Time{}
	for _, s := range list {
		since, read := known[s.Topic]
		if !read || s.Told.Before(since) {
			found, err := p.Figures.Changes(ctx, s.Topic, s.Told)
			if err != nil {
				if fault.KindOf(err) == fault.NotFound { // the page is no more: nothing can change there
					found = nil
				} else {
					return err
				}
			}
			changes[s.Topic], known[s.Topic] = found, s.Told
		}
		if err := p.tell(ctx, s, changes[s.Topic]); err != nil {
			return err
		}
	}
	return nil
}

// tell puts out what is new to one reader.
func (p *Post) tell(ctx context.Context, s Subscription, changes []Change) error {
	now, told := p.Now(), s.Told
	var letters []Letter
	for _, c := range changes {
		if !c.At.After(s.Told) {
			continue
		}
		if c.At.After(told) {
			told = c.At
		}
		letters = append(letters, Letter{ID: letterID(string(News), s.ID, c.Release, c.At.UTC().Format(time.RFC3339)), Channel: Mail, About: News, Subject: s.ID, Lang: s.Lang,
			Facts: map[string]string{"release": c.Release, "added": number(c.Added), "revised": number(c.Revised), "withdrawn": number(c.Withdrawn), "at": c.At.UTC().Format(time.RFC3339)},
			Made:  now, Due: now, Until: now.Add(patience)})
	}
	if len(letters) == 0 {
		return nil
	}
	_, err := p.Store.Tell(ctx, s.ID, s.Told, told, letters...)
	return err
}

// letterID names a letter by what it is, so that the same is never put out twice.
func letterID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// HashOf is what is kept of a secret that nobody can guess.
func HashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// NewSecret makes one.
func NewSecret() string { return rand.Text() + rand.Text() }
