package people

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"nhipso/internal/fault"
)

// How long a session lasts: without a request, and at most.
const (
	sessionIdle = time.Hour
	sessionEnds = 12 * time.Hour
)

// Names of what a session holds.
const (
	personKey       = "person"
	organisationKey = "organisation"
	sinceKey        = "since"
	fromKey         = "from"
	provenKey       = "proven"
	halfKey         = "half"
	linkingKey      = "linking"
)

// SessionStore keeps sessions, as scs writes them.
type SessionStore interface {
	scs.CtxStore
	scs.IterableCtxStore
}

// Sessions are those of people at work, kept by the server: a browser has a token only, of which the hash is stored.
type Sessions struct {
	manager *scs.SessionManager
	store   SessionStore
	now     func() time.Time
}

// NewSessions makes the sessions of pages under a path. Over TLS the cookie goes back over TLS only.
func NewSessions(store SessionStore, path string, secure bool, now func() time.Time) *Sessions {
	m := scs.New()
	m.Store, m.HashTokenInStore = store, true
	m.IdleTimeout, m.Lifetime = sessionIdle, sessionEnds
	m.Cookie.Name, m.Cookie.Path, m.Cookie.Secure, m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Persist = "nhipso_session", path, secure, true, http.SameSiteLaxMode, false
	return &Sessions{m, store, now}
}

// Wrap reads the session of each request and keeps what it leaves.
func (s *Sessions) Wrap(next http.Handler) http.Handler { return s.manager.LoadAndSave(next) }

// Begin makes the session that of a person, under a new token: one that was known before is worth nothing after.
func (s *Sessions) Begin(ctx context.Context, person, from string) error {
	if err := s.Proven(ctx); err != nil {
		return err
	}
	s.manager.Put(ctx, personKey, person)
	s.manager.Put(ctx, organisationKey, "")
	s.manager.Put(ctx, sinceKey, s.now().UTC().Format(time.RFC3339))
	s.manager.Put(ctx, fromKey, from)
	s.manager.Remove(ctx, halfKey)
	return nil
}

// Halfway notes that somebody has given the right password of a person, and that something else is still asked for.
func (s *Sessions) Halfway(ctx context.Context, person string) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fault.New("people.session").Because(err)
	}
	s.manager.Put(ctx, halfKey, person+" "+s.now().UTC().Format(time.RFC3339))
	return nil
}

// Half gives whose right password the browser has given a short while ago; "" for nobody's.
func (s *Sessions) Half(ctx context.Context) string {
	person, at, _ := strings.Cut(s.manager.GetString(ctx, halfKey), " ")
	since, err := time.Parse(time.RFC3339, at)
	if err != nil || s.now().Sub(since) > challengeLasts {
		return ""
	}
	return person
}

// Linking notes that the person of the session wants to link an identity; Linked takes the note away and reports whether there was one. Without it another
// site could send the browser off to link an identity of its own.
func (s *Sessions) Linking(ctx context.Context) { s.manager.Put(ctx, linkingKey, true) }

// Linked is told with Linking.
func (s *Sessions) Linked(ctx context.Context) bool { return s.manager.PopBool(ctx, linkingKey) }

// freshFor is for how long somebody who has just proven who they are is not asked again.
const freshFor = 10 * time.Minute

// Proven notes that the person of the session has just proven who they are, and gives the session a new token.
func (s *Sessions) Proven(ctx context.Context) error {
	if err := s.manager.RenewToken(ctx); err != nil {
		return fault.New("people.session").Because(err)
	}
	s.manager.Put(ctx, provenKey, s.now().UTC().Format(time.RFC3339))
	return nil
}

// Fresh reports whether the person has proven only just who they are: else whoever sits down at a browser that was left alone could make the account
// their own.
func (s *Sessions) Fresh(ctx context.Context) bool {
	at, err := time.Parse(time.RFC3339, s.manager.GetString(ctx, provenKey))
	return err == nil && s.now().Sub(at) < freshFor
}

// RevokeAll ends every session of a person.
func (s *Sessions) RevokeAll(ctx context.Context, person string) error {
	list, err := s.Of(ctx, person)
	for _, x := range list {
		if err == nil {
			err = s.store.DeleteCtx(ctx, x.hash)
		}
	}
	return err
}

// Person gives whose session it is, and the organisation for which they act; "" for a guest.
func (s *Sessions) Person(ctx context.Context) (person, organisation string) {
	return s.manager.GetString(ctx, personKey), s.manager.GetString(ctx, organisationKey)
}

// ActFor sets the organisation for which the person acts from now on.
func (s *Sessions) ActFor(ctx context.Context, organisation string) {
	s.manager.Put(ctx, organisationKey, organisation)
}

// End ends the session.
func (s *Sessions) End(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fault.New("people.session").Because(err)
	}
	return nil
}

// Session is one of a person's sessions, as they see it.
type Session struct {
	ID    string // of its hash; no secret
	Since time.Time
	From  string // address and program of the browser that began it
	Ends  time.Time
	This  bool
	hash  string
}

// Of lists the sessions of a person, the newest first.
func (s *Sessions) Of(ctx context.Context, person string) ([]Session, error) {
	kept, err := s.store.AllCtx(ctx)
	if err != nil {
		return nil, err
	}
	this := tokenHash(s.manager.Token(ctx))
	var out []Session
	for hash, data := range kept {
		ends, values, err := s.manager.Codec.Decode(data)
		if err != nil || values[personKey] != person {
			continue
		}
		since, _ := values[sinceKey].(string)
		from, _ := values[fromKey].(string)
		began, _ := time.Parse(time.RFC3339, since)
		id := sha256.Sum256([]byte(hash))
		out = append(out, Session{ID: hex.EncodeToString(id[:8]), Since: began, From: from, Ends: ends, This: hash == this, hash: hash})
	}
	return out, nil
}

// Revoke ends one of a person's sessions, or with "" all but the one that asks.
func (s *Sessions) Revoke(ctx context.Context, person, id string) error {
	list, err := s.Of(ctx, person)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.ID == id || id == "" && !x.This {
			if err := s.store.DeleteCtx(ctx, x.hash); err != nil {
				return err
			}
		}
	}
	return nil
}

// tokenHash is what scs keeps of a token.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// secretHash is what is kept of a secret of 256 bits: nobody guesses it, so a plain hash will do.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
