package notice

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// Pending is a chat that a person says is theirs, until they enter the code that was written there: nobody else must be told what concerns them.
type Pending struct {
	Address string    `json:"address"`
	Hash    string    `json:"hash"` // of the code
	Until   time.Time `json:"until"`
	Tries   int       `json:"tries,omitempty"`
}

const (
	proofLasts = time.Hour
	proofTries = 5
	proofEvery = time.Minute // between two codes for one person: a bot must not pester whoever they name
)

// codeHash is what is kept of a code.
func codeHash(person, channel, code string) string {
	return HashOf(person + "\x00" + channel + "\x00" + code)
}

// AskProof lets a code be written to a chat that a person says is theirs. What is chosen so is kept by whoever keeps the preference.
func (p *Post) AskProof(ctx context.Context, person, channel, address string, pref *Preference) error {
	now := p.Now()
	if was, asked := pref.Pending[channel]; asked && now.Before(was.Until.Add(proofEvery-proofLasts)) {
		return fault.New("notice.proof-wait")
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fault.New("notice.proof-wait").Because(err)
	}
	code := fmt.Sprintf("%06d", n)
	if pref.Pending == nil {
		pref.Pending = map[string]Pending{}
	}
	pref.Pending[channel] = Pending{Address: address, Hash: codeHash(person, channel, code), Until: now.Add(proofLasts)}
	return p.Store.PutOut(ctx, Letter{ID: letterID(string(Proof), person, channel, now.UTC().Format(time.RFC3339Nano)), Channel: channel, About: Proof, Person: person, Subject: address, Lang: pref.Language(),
		Facts: map[string]string{"code": code}, Made: now, Due: now, Until: now.Add(proofLasts)})
}

// Prove takes a chat into use once its code was entered. After a few wrong ones there is a new one to ask for.
func (pref *Preference) Prove(person, channel, code string, now time.Time) error {
	x, asked := pref.Pending[channel]
	if !asked || !now.Before(x.Until) {
		delete(pref.Pending, channel)
		return fault.New("notice.no-proof")
	}
	if subtle.ConstantTimeCompare([]byte(codeHash(person, channel, strings.TrimSpace(code))), []byte(x.Hash)) != 1 {
		if x.Tries++; x.Tries >= proofTries {
			delete(pref.Pending, channel)
			return fault.New("notice.no-proof")
		}
		pref.Pending[channel] = x
		return fault.New("notice.wrong-code")
	}
	delete(pref.Pending, channel)
	if pref.Addresses == nil {
		pref.Addresses = map[string]string{}
	}
	pref.Addresses[channel] = x.Address
	return nil
}

// ofProof writes the code to the chat that is to be proven, if the person still waits for it.
func (p *Post) ofProof(ctx context.Context, m *Message, l Letter) ([]Letter, error) {
	pref, err := p.Store.Preference(ctx, l.Person)
	if err != nil || pref.Pending[l.Channel].Address != l.Subject || pref.Pending[l.Channel].Hash != codeHash(l.Person, l.Channel, l.Facts["code"]) {
		return nil, err
	}
	m.To, m.Subject = l.Subject, book.Say(m.Lang, "proof-subject")
	m.paragraphs(book.Say(m.Lang, "proof-letter", "code", l.Facts["code"]), book.Say(m.Lang, "proof-rest"))
	return []Letter{l}, nil
}
