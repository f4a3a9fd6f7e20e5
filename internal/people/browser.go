package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"nhipso/internal/fault"
)

// Tries counts wrong tries, after which the next one has to wait: ever longer, never for long.
type Tries struct {
	Failures int       // wrong ones since the last right one
	Retry    time.Time // nothing is tried before
}

// free tries, after which each wrong one doubles the wait.
const (
	freeTries = 5
	firstWait = 2 * time.Second
	longest   = 15 * time.Minute
)

// fail counts a wrong try, and makes the next one wait.
func (x *Tries) fail(now time.Time) {
	x.Failures++
	if over := x.Failures - freeTries; over >= 0 {
		x.Retry = now.Add(min(firstWait<<min(over, 20), longest))
	}
}

// wait refuses a try that comes too early.
func (x *Tries) wait(now time.Time) error {
	if !now.Before(x.Retry) {
		return nil
	}
	return fault.New("people.wait", "seconds", int(x.Retry.Sub(now)/time.Second)+1)
}

// Browser is one that was let in before as a person. Its tries are counted by themselves: who tries passwords of somebody elsewhere makes everybody
// wait but this browser, so that nobody is kept out by others for ever.
type Browser struct {
	Hash   string // of what the browser has
	Person string
	Tries
	Ends time.Time
}

// BrowserStore keeps browsers.
type BrowserStore interface {
	AddBrowser(ctx context.Context, b Browser) error
	// KeepBrowser stores a browser of a person as change leaves it; false where there is none that is good at a time.
	KeepBrowser(ctx context.Context, hash, person string, at time.Time, change func(*Browser) error) (bool, error)
}

// browserLasts is for how long a browser is remembered.
const browserLasts = 365 * 24 * time.Hour

// browserCookie is what a browser has to be recognised by.
const browserCookie = "nhipso_browser"

// Recognise gives what a request has of a browser that was let in before, "" for nothing.
func Recognise(r *http.Request) string {
	if c, err := r.Cookie(browserCookie); err == nil {
		return c.Value
	}
	return ""
}

// Remember recognises the browser of a request from now on as one that was let in as a person.
func (s *Sessions) Remember(ctx context.Context, a *Accounts, w http.ResponseWriter, r *http.Request, person string) error {
	if known := Recognise(r); known != "" {
		is, err := a.Store.KeepBrowser(ctx, secretHash(known), person, a.Now(), func(*Browser) error { return nil })
		if err != nil || is {
			return err
		}
	}
	secret := rand.Text() + rand.Text()
	if err := a.Store.AddBrowser(ctx, Browser{Hash: secretHash(secret), Person: person, Ends: a.Now().Add(browserLasts)}); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: browserCookie, Value: secret, Path: s.manager.Cookie.Path, Secure: s.manager.Cookie.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(browserLasts / time.Second)})
	return nil
}

// reserve counts a try of a browser that is known, before it is made; it is no wrong one where it turns out right. False for an unknown browser.
func (a *Accounts) reserve(ctx context.Context, browser, person string) (bool, error) {
	if browser == "" || person == "" {
		return false, nil
	}
	now := a.Now()
	return a.Store.KeepBrowser(ctx, secretHash(browser), person, now, func(b *Browser) error {
		if err := b.wait(now); err != nil {
			return err
		}
		b.fail(now)
		return nil
	})
}

// strangers counts tries at addresses of nobody, so that they are answered as those of somebody are.
type strangers struct {
	mu    sync.Mutex
	tries map[[sha256.Size]byte]*Tries
}

// mostStrangers bounds what is remembered of them.
const mostStrangers = 10_000

// of gives the tries at an address; they are changed under the lock that it returns.
func (s *strangers) of(address string) (t *Tries, done func()) {
	s.mu.Lock()
	key := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(address))))
	if s.tries[key] == nil {
		if len(s.tries) >= mostStrangers || s.tries == nil {
			s.tries = map[[sha256.Size]byte]*Tries{}
		}
		s.tries[key] = &Tries{}
	}
	return s.tries[key], s.mu.Unlock
}
