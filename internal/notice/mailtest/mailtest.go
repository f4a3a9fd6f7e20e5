// Package mailtest is a mail server for tests: it takes letters on a port of this machine, may be down, may refuse. Only tests import it.
package mailtest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"nhipso/internal/fault"
)

// Letter is one that was taken.
type Letter struct {
	To, Raw string
	*mail.Message
}

// Server is a mail server.
type Server struct {
	Addr    string
	Refuses map[string]*smtp.SMTPError // by receiver
	User    string                     // who must sign in; "" for anybody
	Pass    string
	At      func(stage string) // called at "rcpt" when a receiver is named, and at "taken" when a letter was taken and nobody was told; nil for nothing

	mu      sync.Mutex
	down    bool
	letters []Letter
	tries   int
}

// New starts a server, which ends with the test. With a certificate it offers STARTTLS.
func New(t testing.TB, secured *tls.Config) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: l.Addr().String(), Refuses: map[string]*smtp.SMTPError{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tries++
		if s.down {
			return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "down"}
		}
		return &session{server: s}, nil
	}))
	server.Domain, server.ReadTimeout, server.WriteTimeout, server.TLSConfig = "localhost", 10*time.Second, 10*time.Second, secured
	server.ErrorLog = silence{}
	fault.Go(func() { server.Serve(l) }, func(p any, _ []byte) { t.Error("the mail server of the test:", p) })
	t.Cleanup(func() { server.Close() })
	return s
}

type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

// Down says whether the server takes nothing.
func (s *Server) Down(down bool) { s.mu.Lock(); s.down = down; s.mu.Unlock() }

// Letters gives what was taken.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Letter(nil), s.letters...)
}

// Forget forgets what was taken.
func (s *Server) Forget() { s.mu.Lock(); s.letters, s.tries = nil, 0; s.mu.Unlock() }

// Tries counts who came.
func (s *Server) Tries() int { s.mu.Lock(); defer s.mu.Unlock(); return s.tries }

type session struct {
	server *Server
	to     []string
	known  bool
}

// AuthMechanisms implements smtp.AuthSession.
func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if x.known = user == x.server.User && pass == x.server.Pass; !x.known {
			return errors.New("no")
		}
		return nil
	}), nil
}

func (x *session) Reset()        { x.to = nil }
func (x *session) Logout() error { return nil }

func (x *session) Mail(string, *smtp.MailOptions) error {
	if x.server.User != "" && !x.known {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.server.at("rcpt")
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	if err := x.server.Refuses[to]; err != nil {
		return err
	}
	x.to = append(x.to, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(strings.NewReader(string(b)))
	if err != nil {
		return err
	}
	x.server.mu.Lock()
	for _, to := range x.to {
		x.server.letters = append(x.server.letters, Letter{to, string(b), m})
	}
	x.server.mu.Unlock()
	x.server.at("taken")
	return nil
}

func (s *Server) at(stage string) {
	if s.At != nil {
		s.At(stage)
	}
}
