package people

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/register"
)

// Token lets a program act as a person, within bounds, until a day. Only the hash of its secret is kept.
type Token struct {
	ID      string // names it; no secret
	Person  string
	Name    string // by which the person knows it
	Bounds  Bounds
	Made    time.Time
	Ends    time.Time
	Used    time.Time // about when it was used last; zero for never
	Ended   time.Time // zero while it is good
	EndedBy string
}

// Good reports whether a token lets anybody do anything at a time, as far as it says itself.
func (t Token) Good(at time.Time) bool { return t.Ended.IsZero() && at.Before(t.Ends) }

// Bounds are what a token lets its bearer do, of what its person may.
type Bounds struct {
	Types         []string // of records; none for all
	Acts          bool     // it may change something; else it reads
	Organisations []string // at which the roles of the person count; none for all
}

// allow reports whether bounds let through what somebody wants to do with records of a type. Nil lets everything through.
func (b *Bounds) allow(do Verb, t *catalog.RecordType) bool {
	return b == nil || (b.Acts || do == See || do == SeePublic) && b.Covers(t.ID)
}

// Covers reports whether bounds have a type of records in them.
func (b *Bounds) Covers(kind string) bool { return len(b.Types) == 0 || slices.Contains(b.Types, kind) }

// TokenStore keeps the tokens of people. What is done to one is told in the audit log.
type TokenStore interface {
	AddPersonToken(ctx context.Context, t Token, hash string) error
	// PersonTokens lists the tokens of a person, the newest first; of everybody where none is named.
	PersonTokens(ctx context.Context, person string) ([]Token, error)
	PersonTokenOf(ctx context.Context, hash string) (Token, bool, error)
	// TokenUsed notes about when a token was used.
	TokenUsed(ctx context.Context, id string, at time.Time) error
	// EndPersonToken makes a token worthless; one that is not the person's is not found.
	EndPersonToken(ctx context.Context, person, id, by string) error
}

// Bounds of tokens: the longest time for which one is good, how many good ones a person has, the length of a name.
const (
	tokenDays  = 365
	mostTokens = 50
	maxName    = 80
)

// tokenPrefix begins every secret, so that one that lies somewhere it should not is recognised.
const tokenPrefix = "nhipso_"

// usedSlack is by how much the note of the last use may lie behind: else every request would be a write.
const usedSlack = 5 * time.Minute

// named refuses a name of a token or a passkey that nobody could tell from others.
func named(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
		return "", fault.New("people.name", "most", maxName)
	}
	return name, nil
}

// NewToken makes a token for a person, and gives the secret by which its bearer is known. It is kept nowhere.
func (o *Office) NewToken(ctx context.Context, t Token) (made Token, secret string, err error) {
	now := o.Accounts.Now()
	if t.Name, err = named(t.Name); err != nil {
		return t, "", err
	}
	if !t.Ends.After(now) || t.Ends.After(now.AddDate(0, 0, tokenDays+1)) {
		return t, "", fault.New("people.token-end", "days", tokenDays)
	}
	for _, kind := range t.Bounds.Types {
		if _, err := o.Register.Types().RecordType(kind); err != nil {
			return t, "", err
		}
	}
	d, err := o.Directory(ctx)
	if err != nil {
		return t, "", err
	}
	if _, err := d.Within(t.Person, t.Bounds); err != nil {
		return t, "", err
	}
	for _, organisation := range t.Bounds.Organisations {
		if _, err := d.Actor(t.Person, organisation); err != nil {
			return t, "", err
		}
	}
	kept, err := o.Accounts.Store.PersonTokens(ctx, t.Person)
	if err != nil {
		return t, "", err
	}
	if n := len(slices.DeleteFunc(kept, func(x Token) bool { return !x.Good(now) })); n >= mostTokens {
		return t, "", fault.New("people.many-tokens", "most", mostTokens)
	}
	secret = tokenPrefix + rand.Text() + rand.Text()
	t.ID, t.Made = newID("t"), now
	return t, secret, o.Accounts.Store.AddPersonToken(ctx, t, secretHash(secret))
}

// Within gives what a person may do within the bounds of a token. Whoever has left, was erased, or holds no role within them is refused.
func (d *Directory) Within(person string, b Bounds) (Actor, error) {
	a, err := d.Actor(person, "")
	if err != nil {
		return a, err
	}
	if len(b.Organisations) > 0 {
		a.held = slices.DeleteFunc(slices.Clone(a.held), func(h Held) bool { return !slices.Contains(b.Organisations, h.Organisation) })
	}
	if len(a.held) == 0 {
		return Actor{}, fault.New("people.no-role")
	}
	a.bounds = &b
	return a, nil
}

// Bearer gives who a secret lets act, as far as its token and its person go today. A token whose person has left, was erased or locked, or lost the
// roles for which it was made, is ended for good when somebody uses it.
func (o *Office) Bearer(ctx context.Context, secret string) (Actor, Token, error) {
	refused := fault.New("people.token")
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Actor{}, Token{}, refused
	}
	store, now := o.Accounts.Store, o.Accounts.Now()
	t, found, err := store.PersonTokenOf(ctx, secretHash(secret))
	if err != nil {
		return Actor{}, t, err
	}
	if !found || !t.Good(now) {
		return Actor{}, Token{}, refused
	}
	d, err := o.Directory(ctx)
	if err != nil {
		return Actor{}, t, err
	}
	admitted, err := o.Admits(ctx, d, t.Person)
	if err != nil {
		return Actor{}, t, err
	}
	a, dead := d.Within(t.Person, t.Bounds)
	if !admitted || dead != nil {
		if err := store.EndPersonToken(ctx, t.Person, t.ID, Program); err != nil && fault.CodeOf(err) != "people.no-token" {
			return Actor{}, t, err
		}
		return Actor{}, Token{}, refused
	}
	if now.Sub(t.Used) > usedSlack {
		err = store.TokenUsed(ctx, t.ID, now)
	}
	return a, t, err
}

// ActAs gives the organisation for which acts by a token count, or refuses them: of the types that it covers, and for an organisation within its
// bounds. What the person may do otherwise, the office decides.
func (t Token) ActAs(organisation string, acts []register.Act) (string, error) {
	b := &t.Bounds
	if !b.Acts {
		return "", fault.New("people.token-reads")
	}
	for i, a := range acts {
		if !b.Covers(a.Type) {
			return "", fault.New("people.token-type", "type", a.Type, "known", strings.Join(b.Types, ", ")).At("", i+1, "")
		}
	}
	switch within := b.Organisations; {
	case len(within) == 0:
	case organisation == "" && len(within) == 1:
		return within[0], nil
	case !slices.Contains(within, organisation):
		return "", fault.New("people.token-organisation", "organisation", organisation, "known", strings.Join(within, ", "))
	}
	return organisation, nil
}

// EndToken ends a token of a person, in the name of somebody.
func (o *Office) EndToken(ctx context.Context, person, id, by string) error {
	return o.Accounts.Store.EndPersonToken(ctx, person, id, by)
}
