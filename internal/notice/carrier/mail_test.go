package carrier_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"mime"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/notice/mailtest"
)

var monday = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)

func message(to string) notice.Message {
	return notice.Message{ID: "0123456789abcdef", At: monday, To: to, Lang: "vi", Subject: "Mục tiêu mới: kinh tế số", Text: "Chào bạn\n", HTML: "<p>Chào bạn</p>", Secret: "whsec_c2VjcmV0",
		Items: []notice.Item{{Act: 5, Kind: "changed", Type: "target", Record: "T-1", Title: "Mục tiêu", URL: "https://so.example/x"}}}
}

// certificate is one of this machine, with who trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

func port(s *mailtest.Server) string { _, p, _ := net.SplitHostPort(s.Addr); return p }

func newMail(t *testing.T, address string) *carrier.Mail {
	t.Helper()
	m, err := carrier.NewMail(address, "nhipso@so.example", "Nhịp Số", "https://so.example")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestALetterIsMail(t *testing.T) {
	s := mailtest.New(t, nil)
	m := message("an@gov.example")
	m.End = "https://so.example/theo-doi/thoi?ma=x"
	m.Subject = "Trạm\r\nBcc: evil@example.com"
	if err := newMail(t, "smtp+plain://"+s.Addr).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	list := s.Letters()
	if len(list) != 1 {
		t.Fatal(len(list))
	}
	h := list[0].Header
	if subject, _ := new(mime.WordDecoder).DecodeHeader(h.Get("Subject")); subject != "Trạm Bcc: evil@example.com" || h.Get("Bcc") != "" {
		t.Errorf("%q %v", subject, h)
	}
	for name, want := range map[string]string{"Message-Id": "<0123456789abcdef@so.example>", "List-Unsubscribe": "<https://so.example/theo-doi/thoi?ma=x>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted": "auto-generated", "To": "<an@gov.example>", "Date": "Mon, 30 Nov 2026 02:00:00 +0000"} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, h.Get(name), want)
		}
	}
	if from, _ := new(mime.WordDecoder).DecodeHeader(h.Get("From")); !strings.Contains(from, "Nhịp Số") || !strings.Contains(from, "nhipso@so.example") {
		t.Error(from)
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "multipart/alternative") {
		t.Error(h.Get("Content-Type"))
	}
}

// TestAPasswordGoesOverTLSOnly: a server that offers none is sent nothing.
func TestAPasswordGoesOverTLSOnly(t *testing.T) {
	server, client := certificate(t)
	s := mailtest.New(t, server)
	s.User, s.Pass = "nhipso", "bí mật"
	good := "smtp://nhipso:b%C3%AD%20m%E1%BA%ADt@localhost:" + port(s)
	if err := newMail(t, good).Trusting(client).Send(t.Context(), message("an@gov.example")); err != nil {
		t.Fatal(err)
	}
	bare := mailtest.New(t, nil)
	for name, m := range map[string]*carrier.Mail{
		"a wrong password":            newMail(t, "smtp://nhipso:sai@localhost:"+port(s)).Trusting(client),
		"a certificate of nobody":     newMail(t, good),
		"a server without TLS":        newMail(t, "smtp://localhost:"+port(bare)),
		"a server that speaks no TLS": newMail(t, "smtps://localhost:"+port(bare)),
	} {
		err := m.Send(t.Context(), message("an@gov.example"))
		if err == nil || notice.ClassName(err) != "down" {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "sai") || strings.Contains(err.Error(), "bí mật")) {
			t.Errorf("%s: a password is told: %v", name, err)
		}
	}
	if len(s.Letters()) != 1 || len(bare.Letters()) != 0 {
		t.Error("a letter went out all the same")
	}
	for _, bad := range []string{"smtp+plain://a:b@localhost", "http://localhost", "smtp://", "smtp://h/path", "localhost:25"} {
		if _, err := carrier.NewMail(bad, "a@b.vn", "x", "https://so.example"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := carrier.NewMail("smtp://h", "a@b.vn", "x", ""); fault.CodeOf(err) != "notice.mail-origin" {
		t.Error(err)
	}
}

func TestWhatFollowsFromARefusal(t *testing.T) {
	s := mailtest.New(t, nil)
	m := newMail(t, "smtp+plain://"+s.Addr)
	for to, e := range map[string]*smtp.SMTPError{"gone@x.vn": {Code: 550, Message: "gone"}, "busy@x.vn": {Code: 450, Message: "busy"}, "away@x.vn": {Code: 421, Message: "away"}} {
		s.Refuses[to] = e
	}
	for to, want := range map[string]string{"gone@x.vn": "never", "busy@x.vn": "later", "away@x.vn": "down", "not an address": "never"} {
		if err := m.Send(t.Context(), message(to)); notice.ClassName(err) != want {
			t.Errorf("%s: %v is %s, want %s", to, err, notice.ClassName(err), want)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := newMail(t, "smtp+plain://"+l.Addr().String()).Send(context.Background(), message("a@x.vn")); notice.ClassName(err) != "down" {
		t.Error(err)
	}
}
