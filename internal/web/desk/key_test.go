package desk_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/pquerna/otp/totp"

	"nhipso/internal/people"
	"nhipso/internal/web/desk"
)

const publicAddress = "https://so.example.vn"

// device keeps one passkey, as a phone would.
type device struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32
	origin string
	flags  byte // user present, user verified
}

func newDevice(t *testing.T) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d := &device{t: t, key: key, id: []byte(rand.Text()), origin: publicAddress, flags: 0x05}
	return d
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// data is what a device says of itself, with its key where that is new.
func (d *device) data(fresh bool) []byte {
	rp := sha256.Sum256([]byte("so.example.vn"))
	flags := d.flags
	if fresh {
		flags |= 0x40
	}
	d.count++
	out := binary.BigEndian.AppendUint32(append(rp[:], flags), d.count)
	if !fresh {
		return out
	}
	out = append(out, make([]byte, 16)...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(d.id)))
	out = append(out, d.id...)
	x, y := make([]byte, 32), make([]byte, 32)
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.t.Fatal(err)
	}
	copy(x, point[1:33])
	copy(y, point[33:])
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y})
	if err != nil {
		d.t.Fatal(err)
	}
	return append(out, public...)
}

func (d *device) client(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin})
	return b
}

func (d *device) answer(response map[string]any) string {
	b, _ := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(b)
}

// register makes the key that was asked for.
func (d *device) register(asked map[string]any) string {
	o := asked["publicKey"].(map[string]any)
	handle, err := base64.RawURLEncoding.DecodeString(o["user"].(map[string]any)["id"].(string))
	if err != nil {
		d.t.Fatal(err)
	}
	d.handle = handle
	attestation, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.data(true)})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64(d.client("webauthn.create", o["challenge"].(string))), "attestationObject": b64(attestation)})
}

// sign proves that the device has the key.
func (d *device) sign(asked map[string]any) string {
	client := d.client("webauthn.get", asked["publicKey"].(map[string]any)["challenge"].(string))
	data, hash := d.data(false), sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.handle)})
}

// asks asks as a browser what its device is to be asked for.
func (p *place) asks(who, kind string) map[string]any {
	p.Helper()
	w := p.sends(who, desk.Path+"/khoa/hoi", url.Values{"_hoi": {kind}})
	var out map[string]any
	if err := json.Unmarshal([]byte(p.body(w)), &out); err != nil || w.StatusCode != http.StatusOK {
		p.Fatalf("%d %v %v", w.StatusCode, out, err)
	}
	return out
}

// sends sends a form as a browser that keeps its session.
func (p *place) sends(who, path string, form url.Values) *http.Response {
	w := p.ask(who, http.MethodPost, path, form)
	for _, c := range w.Cookies() {
		if c.Name == "nhipso_session" {
			p.cookies[who] = c
		}
	}
	return w
}

// in signs in by a device, and gives the status.
func (p *place) in(who, kind, answer string) int {
	return p.sends(who, desk.Path+"/khoa", url.Values{"_hoi": {kind}, "_tra-loi": {answer}}).StatusCode
}

// withKeys is a desk where east has registered a device.
func withKeys(t *testing.T) (*place, *device) {
	t.Helper()
	p := newPlaceWith(t, func(c *desk.Config) {
		keys, err := people.NewPasskeys(c.Office, publicAddress, "Nhịp Số")
		if err != nil {
			t.Fatal(err)
		}
		c.Passkeys = keys
	})
	d := newDevice(t)
	answer := d.register(p.asks("east", "new"))
	if w := p.sends("east", desk.Path+"/tai-khoan", url.Values{"_viec": {"khoa-moi"}, "ten": {"Điện thoại"}, "_tra-loi": {answer}}); w.StatusCode != http.StatusSeeOther {
		t.Fatalf("not registered: %s", p.body(w))
	}
	return p, d
}

// TestADeviceSignsItsOwnerIn, without address and password, by an answer that is good once, from the right page, of a key that nobody has copied.
func TestADeviceSignsItsOwnerIn(t *testing.T) {
	p, d := withKeys(t)
	if got := p.body(p.ask("east", http.MethodGet, desk.Path+"/tai-khoan", nil)); !strings.Contains(got, "Điện thoại") {
		t.Error("the passkey is not listed")
	}
	answer := d.sign(p.asks("a", "in"))
	before := p.cookies["a"].Value
	if got := p.in("a", "in", answer); got != http.StatusSeeOther || p.cookies["a"].Value == before {
		t.Fatalf("not let in, or the session keeps its token: %d", got)
	}
	if got := p.body(p.ask("a", http.MethodGet, desk.Path+"/tai-khoan", nil)); !strings.Contains(got, "east@gov.example") {
		t.Error("somebody else is in")
	}
	no := func(what string, got int) {
		t.Helper()
		if got != http.StatusForbidden {
			t.Errorf("%s: %d", what, got)
		}
	}
	no("an answer twice", p.in("b", "in", answer))
	p.asks("c", "in")
	no("an answer to another browser's question", p.in("c", "in", d.sign(p.asks("d", "in"))))
	d.origin = "https://so-example.vn"
	no("from another page", p.in("d", "in", d.sign(p.asks("d", "in"))))
	d.origin = publicAddress
	d.flags = 0x01
	no("without its owner being verified", p.in("e", "in", d.sign(p.asks("e", "in"))))
	d.flags = 0x05
	other := newDevice(t)
	other.id, other.handle = d.id, d.handle
	no("by another key under the same name", p.in("f", "in", other.sign(p.asks("f", "in"))))
	no("by a key that nobody knows", p.in("f", "in", newDevice(t).sign(p.asks("f", "in"))))
	d.handle = []byte("root")
	no("as somebody else", p.in("g", "in", d.sign(p.asks("g", "in"))))
	d.handle = []byte("east")
	d.count = 0
	no("by a copy, whose counter lies behind", p.in("h", "in", d.sign(p.asks("h", "in"))))
	no("nothing", p.in("i", "in", ""))
	no("a question for the password's sake", p.in("i", "too", d.sign(p.asks("i", "in"))))
	d.count = 50
	if got := p.in("j", "in", d.sign(p.asks("j", "in"))); got != http.StatusSeeOther {
		t.Errorf("after all that its owner is kept out: %d", got)
	}
	if err := p.office.Accounts.Store.LockAccount(t.Context(), "east", "root", true); err != nil {
		t.Fatal(err)
	}
	no("whose account is locked", p.in("k", "in", d.sign(p.asks("k", "in"))))
}

// TestAKeyIsRegisteredByItsOwnerOnly, once, and removed by them.
func TestAKeyIsRegisteredByItsOwnerOnly(t *testing.T) {
	p, d := withKeys(t)
	if w := p.ask("", http.MethodPost, desk.Path+"/khoa/hoi", url.Values{"_hoi": {"new"}}); w.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a guest is asked for a new key: %d", w.StatusCode)
	}
	register := func(who string, asked map[string]any) int {
		return p.sends(who, desk.Path+"/tai-khoan", url.Values{"_viec": {"khoa-moi"}, "ten": {"x"}, "_tra-loi": {d.register(asked)}}).StatusCode
	}
	if got := register("west", p.asks("west", "new")); got != http.StatusForbidden && got != http.StatusConflict {
		t.Errorf("one key is registered for two: %d", got)
	}
	mine := p.asks("east", "new")
	p.asks("west", "new")
	if got := register("west", mine); got != http.StatusForbidden {
		t.Errorf("the question to another is answered: %d", got)
	}
	list, err := p.office.Accounts.Store.Passkeys(t.Context(), "east")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	drop := url.Values{"_viec": {"khoa-bo"}, "_khoa": {list[0].ID}}
	p.sends("west", desk.Path+"/tai-khoan", drop)
	d.handle = []byte("east")
	if got := p.in("a", "in", d.sign(p.asks("a", "in"))); got != http.StatusSeeOther {
		t.Errorf("another person removes a key: %d", got)
	}
	p.sends("east", desk.Path+"/tai-khoan", drop)
	if got := p.in("b", "in", d.sign(p.asks("b", "in"))); got != http.StatusForbidden {
		t.Errorf("a key that was removed is good: %d", got)
	}
}

// TestAKeyStandsInForTheCode, after the right password and for its owner only.
func TestAKeyStandsInForTheCode(t *testing.T) {
	p, d := withKeys(t)
	d.flags = 0x01 // a key without a way to verify its owner
	accounts := p.office.Accounts
	if _, err := accounts.NewCode(t.Context(), "east", "x", "x"); err != nil {
		t.Fatal(err)
	}
	kept, _, err := accounts.Store.Account(t.Context(), "east")
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(kept.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.ProveCode(t.Context(), "east", code); err != nil {
		t.Fatal(err)
	}
	if w := p.sends("a", desk.Path+"/khoa/hoi", url.Values{"_hoi": {"too"}}); w.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("asked without a password: %d", w.StatusCode)
	}
	w := p.sends("a", desk.Path+"/dang-nhap", url.Values{"thu": {"east@gov.example"}, "mat-khau": {password}})
	if body := p.body(w); w.StatusCode != http.StatusForbidden || !strings.Contains(body, `data-passkey="too"`) {
		t.Fatalf("the page offers no key: %d", w.StatusCode)
	}
	if got := p.in("a", "too", d.sign(p.asks("a", "too"))); got != http.StatusSeeOther {
		t.Errorf("password and key: %d", got)
	}
	if got := p.in("a2", "too", d.sign(p.asks("a2", "in"))); got != http.StatusForbidden {
		t.Errorf("the key without the password: %d", got)
	}
}
