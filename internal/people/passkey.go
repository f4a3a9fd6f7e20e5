package people

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"nhipso/internal/fault"
)

// Passkey is a key that a device keeps for a person, and proves that it has.
type Passkey struct {
	ID         string // of the credential, base64url
	Person     string
	Name       string // by which the person knows it
	Credential string // JSON: its public key, its counter
	Made, Used time.Time
}

// PasskeyStore keeps passkeys.
type PasskeyStore interface {
	// AddPasskey refuses one that is there already.
	AddPasskey(ctx context.Context, k Passkey) error
	Passkeys(ctx context.Context, person string) ([]Passkey, error)
	// UsePasskey stores a passkey as its use leaves it, alone among all who use it; a use that is refused changes nothing.
	UsePasskey(ctx context.Context, id string, at time.Time, use func(*Passkey) error) error
	DropPasskey(ctx context.Context, person, id string) error
}

// Passkeys registers the keys of devices and signs people in by them, at the public address of the installation and nowhere else.
type Passkeys struct {
	office *Office
	web    *webauthn.WebAuthn
}

// mostPasskeys bounds how many a person has.
const mostPasskeys = 20

// NewPasskeys makes the passkeys of an installation at an address.
func NewPasskeys(o *Office, base, name string) (*Passkeys, error) {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return nil, fault.New("people.passkey-address", "address", base)
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred}})
	if err != nil {
		return nil, fault.New("people.passkey-address", "address", base).Because(err)
	}
	return &Passkeys{o, w}, nil
}

// holder is a person as the library asks for one. What a device keeps of them says nothing of who they are.
type holder struct {
	person, name string
	keys         []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (h holder) WebAuthnID() []byte { return []byte(h.person) }

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holder gives a person with their keys.
func (p *Passkeys) holder(ctx context.Context, person, name string) (holder, error) {
	list, err := p.office.Accounts.Store.Passkeys(ctx, person)
	h := holder{person: person, name: name}
	for _, k := range list {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Credential), &c); err != nil {
			return h, fault.New("people.passkey").Because(err)
		}
		h.keys = append(h.keys, c)
	}
	return h, err
}

// Register gives what a browser asks its device for, so that it makes a new key of a person.
func (p *Passkeys) Register(ctx context.Context, s *Sessions, person, name string) (any, error) {
	h, err := p.holder(ctx, person, name)
	if err != nil {
		return nil, err
	}
	if len(h.keys) >= mostPasskeys {
		return nil, fault.New("people.many-passkeys", "most", mostPasskeys)
	}
	options, asked, err := p.web.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, fault.New("people.passkey").Because(err)
	}
	return options, s.challenge(ctx, p.office.Accounts, registering, asked)
}

// Registered keeps the key that a device has made for a person, under a name.
func (p *Passkeys) Registered(ctx context.Context, s *Sessions, person, name string, answer []byte) error {
	var asked webauthn.SessionData
	if err := s.answered(ctx, p.office.Accounts, registering, &asked); err != nil {
		return err
	}
	name, err := named(name)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return fault.New("people.passkey").Because(err)
	}
	c, err := p.web.CreateCredential(holder{person: person}, asked, parsed)
	if err != nil {
		return fault.New("people.passkey").Because(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		return fault.New("people.passkey").Because(err)
	}
	return p.office.Accounts.Store.AddPasskey(ctx, Passkey{ID: keyID(c.ID), Person: person, Name: name, Credential: string(text), Made: p.office.Accounts.Now()})
}

func keyID(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// Ask gives what a browser asks its device for, so that somebody signs in: without a person by a key that knows whose it is and has its owner verified,
// for a person who has given their password by any of their keys.
func (p *Passkeys) Ask(ctx context.Context, s *Sessions, person string) (any, error) {
	if person == "" {
		options, asked, err := p.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return nil, fault.New("people.passkey").Because(err)
		}
		return options, s.challenge(ctx, p.office.Accounts, discovering, asked)
	}
	h, err := p.holder(ctx, person, "")
	if err != nil {
		return nil, err
	}
	if len(h.keys) == 0 {
		return nil, fault.New("people.no-passkey")
	}
	options, asked, err := p.web.BeginLogin(h)
	if err != nil {
		return nil, fault.New("people.passkey").Because(err)
	}
	return options, s.challenge(ctx, p.office.Accounts, secondFactor, asked)
}

// SignIn gives whose key a device has proven to have: without a person whoever it is, else it must be that person's.
func (p *Passkeys) SignIn(ctx context.Context, s *Sessions, person string, answer []byte) (string, error) {
	kind := discovering
	if person != "" {
		kind = secondFactor
	}
	accounts := p.office.Accounts
	var asked webauthn.SessionData
	if err := s.answered(ctx, accounts, kind, &asked); err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", fault.New("people.passkey").Because(err)
	}
	err = accounts.Store.UsePasskey(ctx, keyID(parsed.RawID), accounts.Now(), func(k *Passkey) error {
		if person != "" && k.Person != person {
			return fault.New("people.passkey")
		}
		c, err := p.proven(asked, parsed, *k, kind)
		if err != nil {
			return fault.New("people.passkey").Because(err)
		}
		if c.Authenticator.CloneWarning { // its counter went back: there are two devices with one key
			return fault.New("people.passkey-copied")
		}
		text, err := json.Marshal(c)
		person, k.Credential = k.Person, string(text)
		return err
	})
	if err != nil {
		return "", err
	}
	return person, p.office.admit(ctx, person)
}

// proven holds an answer to what was asked, and to the key that was kept.
func (p *Passkeys) proven(asked webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData, k Passkey, kind string) (*webauthn.Credential, error) {
	var c webauthn.Credential
	if err := json.Unmarshal([]byte(k.Credential), &c); err != nil {
		return nil, err
	}
	h := holder{person: k.Person, keys: []webauthn.Credential{c}}
	if kind == discovering {
		_, used, err := p.web.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			if !bytes.Equal(handle, h.WebAuthnID()) {
				return nil, fault.New("people.passkey")
			}
			return h, nil
		}, asked, answer)
		return used, err
	}
	asked.AllowedCredentialIDs = [][]byte{c.ID} // those of the person's other keys are not asked about; the store knows whose this one is
	return p.web.ValidateLogin(h, asked, answer)
}

// DropPasskey takes a key away from a person.
func (p *Passkeys) DropPasskey(ctx context.Context, person, id string) error {
	return p.office.Accounts.Store.DropPasskey(ctx, person, id)
}
