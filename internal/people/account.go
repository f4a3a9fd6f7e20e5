package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/argon2"

	"nhipso/internal/fault"
	"nhipso/internal/register"
	"nhipso/internal/text"
)

// Account is how a person proves who they are. It is no record: it changes, and nobody reads it but this room.
type Account struct {
	Person   string
	Password string // argon2id with its parameters and salt; "" for none
	Tries
	Secret string    // of the one-time codes (TOTP, RFC 6238); "" for none
	Proven bool      // the secret was proven by a code; before that it asks for nothing
	Step   int64     // the time step of the last code that was taken: a code is taken once
	Locked time.Time // since when nobody signs in as this person; zero while somebody may
}

// LinkKind is what a link lets its bearer do, once.
type LinkKind string

// Kinds of link.
const (
	FirstLink    LinkKind = "first"      // become the first administrator
	InviteLink   LinkKind = "invitation" // set a first password
	RecoveryLink LinkKind = "recovery"   // set a new password
)

// Link is a secret that was sent to somebody, and is good once. Only its hash is kept.
type Link struct {
	Hash   string
	Kind   LinkKind
	Person string // "" for the first administrator, who is no person yet
	Ends   time.Time
	Used   time.Time
}

// AccountStore keeps accounts and links.
type AccountStore interface {
	Account(ctx context.Context, person string) (Account, bool, error)
	// KeepAccount stores an account as change leaves it, alone among all who change it: no try is lost that somebody makes at the same time.
	KeepAccount(ctx context.Context, person string, change func(*Account) error) error
	AddLink(ctx context.Context, l Link) error
	// TakeLink marks a link as used and gives it, or false when there is none that is good at a time.
	TakeLink(ctx context.Context, hash string, kind LinkKind, at time.Time) (Link, bool, error)
	Link(ctx context.Context, hash string, kind LinkKind, at time.Time) (Link, bool, error)
	LockStore
	TokenStore
	BrowserStore
	ChallengeStore
	IdentityStore
	PasskeyStore
}

// Accounts decides who somebody is.
type Accounts struct {
	Store    AccountStore
	Register *register.Register
	Now      func() time.Time

	strangers strangers
}

// Cost of a password: as RFC 9106 recommends for servers with little memory to spare, and no less.
const (
	hashTime    = 3
	hashMemory  = 64 << 10 // KiB
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// hashing bounds how many passwords are tried at once, each takes 64 MiB; and waiting how many wait for that: whoever comes after them is told to
// come again, so that a flood of tries holds up nothing but itself.
var (
	hashing = make(chan struct{}, 2)
	waiting atomic.Int32
)

const mostWaiting = 32

// MinPassword is the least length of a password, in characters. What it is made of is left to its owner (NIST SP 800-63B).
const MinPassword, maxPassword = 12, 200

// hashOf writes a password as it is kept.
func hashOf(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	key, err := derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

func derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	if waiting.Add(1) > mostWaiting {
		waiting.Add(-1)
		return nil, fault.New("people.busy")
	}
	defer waiting.Add(-1)
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, fault.New("people.busy").Because(ctx.Err())
	}
	return argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashLength), nil
}

// fits reports whether a password is that of a hash. The hash of nobody fits nothing and takes as long.
func fits(ctx context.Context, password, hash string) (bool, error) {
	parts := strings.Split(hash, "$")
	salt, want := make([]byte, saltLength), []byte(nil)
	if len(parts) == 6 {
		var err1, err2 error
		salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
		want, err2 = base64.RawStdEncoding.DecodeString(parts[5])
		if err1 != nil || err2 != nil {
			want = nil
		}
	}
	key, err := derive(ctx, password, salt)
	return err == nil && len(want) > 0 && subtle.ConstantTimeCompare(key, want) == 1, err
}

// Fresh refuses a password that is too short, too long, or easily guessed from whose it is.
func Fresh(password string, about ...string) error {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || n > maxPassword {
		return fault.New("people.password-length", "least", MinPassword, "most", maxPassword)
	}
	seen := map[rune]bool{}
	for _, r := range password {
		seen[r] = true
	}
	left := strings.ReplaceAll(text.Fold(password), " ", "")
	whole := len(left)
	for _, known := range append(about, "matkhau", "password", "nhipso", "123456", "qwerty") {
		if known = strings.ReplaceAll(text.Fold(known), " ", ""); len(known) >= 4 {
			left = strings.ReplaceAll(left, known, "")
		}
	}
	if len(left) < whole && len(left) < 6 {
		return fault.New("people.password-guessed")
	}
	if len(seen) < 5 {
		return fault.New("people.password-guessed")
	}
	return nil
}

// ByEmail finds the person of an address, or "".
func (a *Accounts) ByEmail(ctx context.Context, email string) (string, error) {
	t, err := a.Register.Types().RecordType(PersonType)
	if err != nil {
		return "", err
	}
	today := a.Register.Today()
	for _, written := range []string{strings.ToLower(strings.TrimSpace(email)), strings.TrimSpace(email)} {
		for _, x := range t.Identities(map[string]string{"email": written}) {
			who, err := a.Register.Holders(ctx, PersonType, register.IdentityColumn, register.IdentityOf(x), today, today.AddDays(1))
			if err != nil {
				return "", err
			}
			if len(who) == 1 {
				return who[0], nil
			}
		}
	}
	return "", nil
}

// Try is what somebody enters to sign in.
type Try struct {
	Email, Password, Code string
	Browser               string // what the browser is recognised by; "" for none
}

// SignIn gives the person of an address and a password, with a one-time code where they have set one up: where only the code is missing, the person
// comes with the refusal. Who is nobody is told the same, after the same time, as whose password is wrong.
func (a *Accounts) SignIn(ctx context.Context, t Try) (string, error) {
	person, err := a.ByEmail(ctx, t.Email)
	if err != nil {
		return "", err
	}
	account, known, err := a.Store.Account(ctx, person)
	if err != nil {
		return "", err
	}
	if !known {
		return "", a.stranger(ctx, t)
	}
	trusted, err := a.reserve(ctx, t.Browser, person)
	if err != nil {
		return "", err
	}
	now := a.Now()
	if err := account.wait(now); err != nil && !trusted {
		return "", err
	}
	right, err := fits(ctx, t.Password, account.Password)
	if err != nil {
		return "", err
	}
	var refused error
	err = a.Store.KeepAccount(ctx, person, func(x *Account) error {
		refused = x.judge(right && x.Password == account.Password, t.Code, trusted, now) // it may be tried again from its start
		return nil
	})
	if err != nil {
		return "", err
	}
	if trusted && fault.CodeOf(refused) != "people.wrong" {
		_, err = a.Store.KeepBrowser(ctx, secretHash(t.Browser), person, now, func(b *Browser) error { b.Tries = Tries{}; return nil })
	}
	switch {
	case err != nil:
		return "", err
	case refused == nil, fault.CodeOf(refused) == "people.code-needed":
		return person, refused
	}
	return "", refused
}

// judge decides on a try whose password is right or wrong, and counts it, where it comes from a browser that is not counted by itself.
func (x *Account) judge(right bool, code string, trusted bool, now time.Time) error {
	if !trusted {
		if err := x.wait(now); err != nil { // somebody else has tried meanwhile
			return err
		}
	}
	if right && !x.Locked.IsZero() {
		return fault.New("people.locked")
	}
	if right && x.Proven {
		if code == "" {
			return fault.New("people.code-needed")
		}
		right = x.take(code, now)
	}
	switch {
	case right && !trusted:
		x.Tries = Tries{}
	case !right && !trusted:
		x.fail(now)
	}
	if !right {
		return fault.New("people.wrong")
	}
	return nil
}

// stranger refuses a try at an address of nobody as one of somebody would be.
func (a *Accounts) stranger(ctx context.Context, t Try) error {
	tries, done := a.strangers.of(t.Email)
	err := tries.wait(a.Now())
	done()
	if err == nil {
		_, err = fits(ctx, t.Password, "")
	}
	if err != nil {
		return err
	}
	tries, done = a.strangers.of(t.Email)
	defer done()
	tries.fail(a.Now())
	return fault.New("people.wrong")
}

// period of a one-time code, and how many of them a clock may be off.
const codePeriod, codeSkew = 30, 1

// take reports whether a code is right and was not taken before.
func (x *Account) take(code string, now time.Time) bool {
	code = strings.ReplaceAll(code, " ", "")
	step := now.Unix() / codePeriod
	for s := step - codeSkew; s <= step+codeSkew; s++ {
		want, err := totp.GenerateCode(x.Secret, time.Unix(s*codePeriod, 0))
		if err == nil && s > x.Step && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			x.Step = s
			return true
		}
	}
	return false
}

// SetPassword gives a person a password.
func (a *Accounts) SetPassword(ctx context.Context, person, password string) error {
	v, is, err := a.Register.Record(ctx, PersonType, person, register.At{Day: a.Register.Today()})
	if err != nil {
		return err
	}
	if !is {
		return fault.New("people.no-person", "id", person)
	}
	name, _, _ := strings.Cut(v.Values["email"], "@")
	if err := Fresh(password, v.Values["name"], name); err != nil {
		return err
	}
	hash, err := hashOf(ctx, password)
	if err != nil {
		return err
	}
	return a.Store.KeepAccount(ctx, person, func(x *Account) error {
		x.Password, x.Tries = hash, Tries{}
		return nil
	})
}

// NewCode gives a person a new secret for one-time codes, as an address that authenticator programs read. It asks for nothing until it is proven.
func (a *Accounts) NewCode(ctx context.Context, person, issuer, name string) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: name})
	if err != nil {
		return "", fault.New("people.no-code").Because(err)
	}
	err = a.Store.KeepAccount(ctx, person, func(x *Account) error {
		if x.Proven {
			return fault.New("people.code-there")
		}
		x.Secret, x.Step = key.Secret(), 0
		return nil
	})
	return key.URL(), err
}

// ProveCode takes the secret into use once a code shows that the person has it.
func (a *Accounts) ProveCode(ctx context.Context, person, code string) error {
	return a.Store.KeepAccount(ctx, person, func(x *Account) error {
		if x.Secret == "" || !x.take(code, a.Now()) {
			return fault.New("people.wrong-code")
		}
		x.Proven = true
		return nil
	})
}

// DropCode takes one-time codes away from a person, who lost the device.
func (a *Accounts) DropCode(ctx context.Context, person string) error {
	return a.Store.KeepAccount(ctx, person, func(x *Account) error {
		x.Secret, x.Proven, x.Step = "", false, 0
		return nil
	})
}

// NewLink makes a link for somebody, and gives the secret that is in it.
func (a *Accounts) NewLink(ctx context.Context, kind LinkKind, person string, lasts time.Duration) (string, error) {
	secret := rand.Text() + rand.Text()
	return secret, a.Store.AddLink(ctx, Link{Hash: secretHash(secret), Kind: kind, Person: person, Ends: a.Now().Add(lasts)})
}

// Follow gives whose link a secret is of, without using it up: a program that looks at addresses in mails must not spoil them.
func (a *Accounts) Follow(ctx context.Context, kind LinkKind, secret string) (Link, error) {
	l, good, err := a.Store.Link(ctx, secretHash(secret), kind, a.Now())
	if err == nil && !good {
		err = fault.New("people.link")
	}
	return l, err
}

// Redeem sets the password of whom a link belongs to. The link is good no more, whatever comes of it later.
func (a *Accounts) Redeem(ctx context.Context, kind LinkKind, secret, password string) (string, error) {
	l, err := a.Follow(ctx, kind, secret)
	if err != nil {
		return "", err
	}
	if err := Fresh(password); err != nil { // a password that is refused costs no link
		return "", err
	}
	l, good, err := a.Store.TakeLink(ctx, l.Hash, kind, a.Now())
	if err != nil {
		return "", err
	}
	if !good {
		return "", fault.New("people.link")
	}
	return l.Person, a.SetPassword(ctx, l.Person, password)
}
