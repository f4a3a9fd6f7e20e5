package carrier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
)

// Webhook posts messages to addresses that people have given, signed as Standard Webhooks has it. Only public addresses over HTTPS are asked, but for
// networks that the operator opens: what lies inside the house must not be reached by whoever may write an address into a form.
type Webhook struct {
	open   []netip.Prefix
	now    func() time.Time
	client *http.Client
}

// NewWebhook makes the channel. Addresses within the networks that are open may be private, and may be asked without TLS.
func NewWebhook(open []netip.Prefix, now func() time.Time) *Webhook {
	w := &Webhook{open: open, now: now}
	dialer := &net.Dialer{Timeout: timeout, Control: w.control}
	w.client = &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, DisableKeepAlives: true, MaxResponseHeaderBytes: maxAnswer}}
	return w
}

// Name implements notice.Channel.
func (w *Webhook) Name() string { return notice.Webhook }

// NewWebhookSecret makes a secret by which messages are signed.
func NewWebhookSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return "whsec_" + base64.StdEncoding.EncodeToString(b)
}

// Address reads the address of a webhook, or refuses it. What it leads to is looked at when it is asked, each time.
func (w *Webhook) Address(s string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || len(w.open) == 0) || len(s) > 2000 {
		return "", fault.New("notice.webhook-address")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !w.may(ip) {
		return "", fault.New("notice.webhook-private")
	}
	return u.String(), nil
}

// opened reports whether an address lies in a network that the operator has opened.
func (w *Webhook) opened(ip netip.Addr) bool {
	return slices.ContainsFunc(w.open, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// special are networks that are no part of the public internet, beside those that the standard library knows.
var special = func() (out []netip.Prefix) {
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
		"2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10"} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// may reports whether an address may be asked.
func (w *Webhook) may(ip netip.Addr) bool {
	ip = ip.Unmap()
	if w.opened(ip) {
		return true
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && ip.Zone() == "" && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// control looks at the very address that is about to be asked: a name may have led elsewhere a moment ago.
func (w *Webhook) control(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !w.may(a.Addr()) {
		return fault.New("notice.webhook-private")
	}
	return nil
}

// signature signs a body as Standard Webhooks has it.
func signature(secret, id, at string, body []byte) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		key = []byte(secret)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + at + "."))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// plainly reports whether an address without TLS may be asked: only where its host is in an open network by its number.
func (w *Webhook) plainly(ctx context.Context, u *url.URL) bool {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	return err == nil && len(ips) > 0 && !slices.ContainsFunc(ips, func(ip netip.Addr) bool { return !w.opened(ip) })
}

// Send implements notice.Channel.
func (w *Webhook) Send(ctx context.Context, m notice.Message) error {
	u, err := url.Parse(m.To)
	if err != nil || u.Scheme != "https" && !(u.Scheme == "http" && w.plainly(ctx, u)) {
		return notice.Never(fault.New("notice.webhook-address"))
	}
	body, err := json.Marshal(struct {
		ID      string        `json:"id"`
		At      time.Time     `json:"at"`
		Lang    string        `json:"lang"`
		Subject string        `json:"subject"`
		Items   []notice.Item `json:"items"`
	}{m.ID, m.At, m.Lang, m.Subject, m.Items})
	if err != nil {
		return notice.Never(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.To, bytes.NewReader(body))
	if err != nil {
		return notice.Never(fault.New("notice.webhook-address"))
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "nhipso")
	r.Header.Set("Webhook-Id", m.ID)
	r.Header.Set("Webhook-Timestamp", at)
	r.Header.Set("Webhook-Signature", signature(m.Secret, m.ID, at, body))
	status, after, err := answered(w.client, r, nil)
	switch {
	case fault.CodeOf(err) == "notice.webhook-private":
		return notice.Never(err)
	case err != nil: // one address that cannot be reached says nothing of the others
		return notice.Later(0, err)
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusGone:
		return notice.Never(refused(status, http.StatusText(status)))
	}
	return notice.Later(after, refused(status, http.StatusText(status)))
}
