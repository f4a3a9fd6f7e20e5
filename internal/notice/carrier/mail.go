package carrier

import (
	"context"
	"crypto/tls"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
)

// Mail hands messages to a mail server (SMTP), which brings them on.
type Mail struct {
	server *url.URL
	from   string
	site   string // name under which letters are sent
	host   string // after the @ of message identifiers
	tls    *tls.Config
}

// ports of the ways to a mail server.
var ports = map[string]int{"smtp": 587, "smtps": 465, "smtp+plain": 25}

// NewMail reads the address of a mail server: smtp://user:password@host:port with STARTTLS, smtps:// with TLS from the start, smtp+plain:// without,
// for a server on the same machine. from is the sender's address, origin the site's.
func NewMail(address, from, site, origin string) (*Mail, error) {
	u, err := url.Parse(address)
	if err != nil || ports[u.Scheme] == 0 || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New("notice.mail-server")
	}
	if _, has := u.User.Password(); has && u.Scheme == "smtp+plain" {
		return nil, fault.New("notice.mail-open")
	}
	o, err := url.Parse(origin)
	if err != nil || o.Hostname() == "" {
		return nil, fault.New("notice.mail-origin")
	}
	return &Mail{server: u, from: from, site: site, host: o.Hostname()}, nil
}

// Trusting is the channel with another trust in certificates, for servers whose certificate is of the house.
func (m *Mail) Trusting(c *tls.Config) *Mail {
	out := *m
	out.tls = c
	return &out
}

// Name implements notice.Channel.
func (m *Mail) Name() string { return notice.Mail }

func (m *Mail) client() (*mail.Client, error) {
	port := ports[m.server.Scheme]
	if p, err := strconv.Atoi(m.server.Port()); err == nil {
		port = p
	}
	o := []mail.Option{mail.WithPort(port), mail.WithTimeout(timeout), mail.WithHELO(m.host)}
	switch m.server.Scheme {
	case "smtp":
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory))
	case "smtps":
		o = append(o, mail.WithSSL())
	default:
		o = append(o, mail.WithTLSPolicy(mail.NoTLS))
	}
	if m.tls != nil {
		o = append(o, mail.WithTLSConfig(m.tls))
	}
	if password, has := m.server.User.Password(); has {
		o = append(o, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.server.User.Username()), mail.WithPassword(password))
	}
	return mail.NewClient(m.server.Hostname(), o...)
}

// letter writes a message as mail. The library encodes what is not plain, and nothing of a message can begin a header: it stands on one line.
func (m *Mail) letter(x notice.Message) (*mail.Msg, error) {
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := out.FromFormat(m.site, m.from); err != nil {
		return nil, err
	}
	if err := out.To(x.To); err != nil {
		return nil, err
	}
	out.Subject(notice.Line(x.Subject))
	out.SetMessageIDWithValue(x.ID + "@" + m.host)
	out.SetDateWithValue(x.At)
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers of absent people
	out.SetGenHeader("Content-Language", x.Lang)
	if x.End != "" {
		out.SetGenHeader("List-Unsubscribe", "<"+x.End+">")
		out.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	out.SetBodyString(mail.TypeTextPlain, x.Text)
	if x.HTML != "" {
		out.AddAlternativeString(mail.TypeTextHTML, x.HTML)
	}
	return out, nil
}

// Send implements notice.Channel.
func (m *Mail) Send(ctx context.Context, x notice.Message) error {
	letter, err := m.letter(x)
	if err != nil {
		return notice.Never(fault.New("notice.address").Because(err))
	}
	c, err := m.client()
	if err != nil {
		return notice.Down(fault.New("notice.mail-server").Because(err))
	}
	err = c.DialAndSendWithContext(ctx, letter)
	if err == nil || letter.IsDelivered() { // that the server could not say goodbye changes nothing
		return nil
	}
	var refusal *mail.SendError
	if !errors.As(err, &refusal) {
		return notice.Down(plainError(err))
	}
	code := refusal.ErrorCode()
	said := refused(code, refusal.Error())
	switch {
	case code == 0 || code == 421 || refusal.Reason == mail.ErrSMTPMailFrom: // the way broke off, or the server takes nothing from us
		return notice.Down(said)
	case code >= 500:
		return notice.Never(said)
	}
	return notice.Later(0, said)
}
