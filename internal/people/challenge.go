package people

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"nhipso/internal/fault"
)

// ChallengeStore keeps what is asked of a browser and must come back once.
type ChallengeStore interface {
	AddChallenge(ctx context.Context, hash, kind, data string, ends time.Time) error
	// TakeChallenge gives what was kept and forgets it, or false when there is none of that kind that is good at a time.
	TakeChallenge(ctx context.Context, hash, kind string, at time.Time) (data string, good bool, err error)
}

// Kinds of challenge.
const (
	toProvider   = "provider"        // sent to a provider of sign-in
	registering  = "passkey-new"     // a new passkey
	discovering  = "passkey-sign-in" // a passkey in place of address and password
	secondFactor = "passkey-too"     // a passkey beside the password
)

// challengeLasts is how long somebody may take to answer.
const challengeLasts = 10 * time.Minute

// challengeKey is where a session has the secret of what was asked of its browser last: what is asked of one is answered by no other.
const challengeKey = "challenge"

// challenge keeps what is asked of the browser of a session.
func (s *Sessions) challenge(ctx context.Context, a *Accounts, kind string, what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return fault.New("people.session").Because(err)
	}
	secret := rand.Text() + rand.Text()
	if err := a.Store.AddChallenge(ctx, secretHash(secret), kind, string(text), a.Now().Add(challengeLasts)); err != nil {
		return err
	}
	s.manager.Put(ctx, challengeKey, secret)
	return nil
}

// answered gives what was asked of the browser of a session, once.
func (s *Sessions) answered(ctx context.Context, a *Accounts, kind string, into any) error {
	secret := s.manager.PopString(ctx, challengeKey)
	text, good, err := a.Store.TakeChallenge(ctx, secretHash(secret), kind, a.Now())
	if err == nil && (!good || secret == "") {
		err = fault.New("people.challenge")
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), into)
	}
	return err
}
