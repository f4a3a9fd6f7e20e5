package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"nhipso/internal/fault"
)

// Identity is who somebody is at a provider of sign-in.
type Identity struct {
	Issuer, Subject string
	Person          string
	Made            time.Time
}

// IdentityStore keeps who is who at providers.
type IdentityStore interface {
	Identity(ctx context.Context, issuer, subject string) (Identity, bool, error)
	Identities(ctx context.Context, person string) ([]Identity, error)
	// AddIdentity refuses one that is somebody's already.
	AddIdentity(ctx context.Context, i Identity) error
	DropIdentity(ctx context.Context, person, issuer string) error
	// TakeInvitation marks the invitations of a person as used, and reports whether there was one that is good at a time.
	TakeInvitation(ctx context.Context, person string, at time.Time) (bool, error)
}

// Provider signs people in elsewhere, by OpenID Connect: their identity there is one that they have linked to their account, or, for who was invited
// and has never been in, one with their address, which the provider has verified. Nobody comes into being by it.
type Provider struct {
	Issuer string
	Client string
	Secret string
	Name   string // as people know it
	Return string // where the provider sends the browser back to
	Now    func() time.Time

	mu    sync.Mutex
	found *oidc.Provider // what it says of itself; nil until it has answered
}

// providerTimeout bounds how long a provider may take: a browser waits for it.
const providerTimeout = 10 * time.Second

// NewProvider refuses settings by which nobody could sign in.
func NewProvider(p *Provider) (*Provider, error) {
	u, err := url.Parse(p.Issuer)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(local && u.Scheme == "http"):
		return nil, fault.New("people.provider-issuer", "issuer", p.Issuer)
	case p.Client == "" || p.Secret == "" || !strings.HasPrefix(p.Return, "http"):
		return nil, fault.New("people.provider-settings")
	}
	if p.Name == "" {
		p.Name = u.Hostname()
	}
	return p, nil
}

// way is what is remembered of a browser that was sent to a provider.
type way struct {
	State, Nonce, Verifier string
	Link                   string // the person who links their identity; "" for signing in
	To                     string // where they wanted to go
}

// client asks the provider, within a bound of time.
func (p *Provider) client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerTimeout})
}

// ask gives what the provider says of itself. It is asked when somebody wants to sign in, and again until it has answered.
func (p *Provider) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(p.client(context.WithoutCancel(ctx)), p.Issuer)
		if err != nil {
			return nil, nil, fault.New("people.provider-down", "name", p.Name).Because(err)
		}
		p.found = found
	}
	return p.found, &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: p.found.Endpoint(), RedirectURL: p.Return, Scopes: []string{oidc.ScopeOpenID, "email"}}, nil
}

// Send gives the address to which a browser is sent to sign in, or to link the identity of a person.
func (p *Provider) Send(ctx context.Context, s *Sessions, a *Accounts, link, to string) (string, error) {
	_, how, err := p.ask(ctx)
	if err != nil {
		return "", err
	}
	w := way{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Link: link, To: to}
	if err := s.challenge(ctx, a, toProvider, w); err != nil {
		return "", err
	}
	return how.AuthCodeURL(w.State, oidc.Nonce(w.Nonce), oauth2.S256ChallengeOption(w.Verifier)), nil
}

// claims are what is read of an identity.
type claims struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// back reads what a browser brings back from the provider: who it is there, for which way. The way is good no more, whatever comes of it.
func (p *Provider) back(ctx context.Context, s *Sessions, a *Accounts, q url.Values) (w way, subject string, c claims, err error) {
	if err := s.answered(ctx, a, toProvider, &w); err != nil {
		return w, "", c, err
	}
	if subtle.ConstantTimeCompare([]byte(w.State), []byte(q.Get("state"))) != 1 {
		return w, "", c, fault.New("people.challenge")
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return w, "", c, fault.New("people.provider-refused", "name", p.Name)
	}
	at, how, err := p.ask(ctx)
	if err != nil {
		return w, "", c, err
	}
	ctx = p.client(ctx)
	token, err := how.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(w.Verifier))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode < http.StatusInternalServerError:
		return w, "", c, fault.New("people.provider-refused", "name", p.Name).Because(err)
	case err != nil:
		return w, "", c, fault.New("people.provider-down", "name", p.Name).Because(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := at.VerifierContext(ctx, &oidc.Config{ClientID: p.Client, Now: p.Now}).Verify(ctx, raw)
	if err != nil || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(w.Nonce)) != 1 || id.Subject == "" {
		return w, "", c, fault.New("people.provider-token", "name", p.Name).Because(err)
	}
	if err := id.Claims(&c); err != nil {
		return w, "", c, fault.New("people.provider-token", "name", p.Name).Because(err)
	}
	return w, id.Subject, c, nil
}

// Arrived is somebody who came back from a provider.
type Arrived struct {
	Person string
	Linked bool   // they have linked their identity; they were in already
	To     string // where they wanted to go
}

// Arrive gives whose identity a browser brings back from the provider. Of whoever links their identity, in says who they are.
func (o *Office) Arrive(ctx context.Context, p *Provider, s *Sessions, in string, q url.Values) (Arrived, error) {
	w, subject, c, err := p.back(ctx, s, o.Accounts, q)
	if err != nil {
		return Arrived{}, err
	}
	if w.Link != "" {
		if w.Link != in {
			return Arrived{}, fault.New("people.challenge")
		}
		err := o.Accounts.Store.AddIdentity(ctx, Identity{p.Issuer, subject, in, o.Accounts.Now()})
		return Arrived{Person: in, Linked: true, To: w.To}, err
	}
	known, found, err := o.Accounts.Store.Identity(ctx, p.Issuer, subject)
	if err != nil {
		return Arrived{}, err
	}
	person := known.Person
	if !found {
		if person, err = o.invited(ctx, c); err != nil || person == "" {
			if err == nil {
				err = fault.New("people.no-identity", "name", p.Name)
			}
			return Arrived{}, err
		}
		if err := o.Accounts.Store.AddIdentity(ctx, Identity{p.Issuer, subject, person, o.Accounts.Now()}); err != nil {
			return Arrived{}, err
		}
	}
	return Arrived{Person: person, To: w.To}, o.admit(ctx, person)
}

// admit refuses whoever may not be in.
func (o *Office) admit(ctx context.Context, person string) error {
	d, err := o.Directory(ctx)
	if err != nil {
		return err
	}
	admitted, err := o.Admits(ctx, d, person)
	if err == nil && !admitted {
		err = fault.New("people.locked")
	}
	return err
}

// invited gives the person of an address that a provider has verified, who was invited and has never set a password nor linked an identity; "" for nobody.
// The invitation is used up by it.
func (o *Office) invited(ctx context.Context, c claims) (string, error) {
	if !c.Verified || c.Email == "" {
		return "", nil
	}
	person, err := o.Accounts.ByEmail(ctx, c.Email)
	if err != nil || person == "" {
		return "", err
	}
	account, _, err := o.Accounts.Store.Account(ctx, person)
	if err != nil || account.Password != "" {
		return "", err
	}
	have, err := o.Accounts.Store.Identities(ctx, person)
	if err != nil || len(have) > 0 {
		return "", err
	}
	good, err := o.Accounts.Store.TakeInvitation(ctx, person, o.Accounts.Now())
	if err != nil || !good {
		return "", err
	}
	return person, nil
}
