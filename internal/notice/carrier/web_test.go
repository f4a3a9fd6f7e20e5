package carrier_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
)

// double is a server that notes what it is asked and answers as it is told.
type double struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []*http.Request
	bodies  []string
	answers []answer
}

type answer struct {
	status int
	body   string
	header string // of Retry-After
}

func newDouble(t *testing.T, answers ...answer) *double {
	d := &double{answers: answers}
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.asked, d.bodies = append(d.asked, r), append(d.bodies, string(b))
		a := d.answers[0]
		if len(d.answers) > 1 {
			d.answers = d.answers[1:]
		}
		if a.header != "" {
			w.Header().Set("Retry-After", a.header)
		}
		if a.status == http.StatusFound {
			w.Header().Set("Location", "http://169.254.169.254/")
		}
		w.WriteHeader(a.status)
		io.WriteString(w, a.body)
	}))
	t.Cleanup(d.Close)
	return d
}

func now() time.Time { return monday }

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func TestAWebhookIsSigned(t *testing.T) {
	d := newDouble(t, answer{204, "", ""})
	m := message(d.URL + "/nhan")
	if err := carrier.NewWebhook(loopback, now).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r, body := d.asked[0], d.bodies[0]
	if r.Header.Get("Webhook-Id") != m.ID || r.Header.Get("Webhook-Timestamp") != "1796004000" || r.URL.Path != "/nhan" {
		t.Error(r.Header, r.URL)
	}
	h := hmac.New(sha256.New, []byte("secret"))
	io.WriteString(h, m.ID+".1796004000."+body)
	if want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)); r.Header.Get("Webhook-Signature") != want {
		t.Errorf("signed %s, want %s", r.Header.Get("Webhook-Signature"), want)
	}
	var told struct {
		ID    string
		Items []notice.Item
	}
	if err := json.Unmarshal([]byte(body), &told); err != nil || told.ID != m.ID || len(told.Items) != 1 || told.Items[0].Record != "T-1" {
		t.Error(body, err)
	}
	if s := carrier.NewWebhookSecret(); !strings.HasPrefix(s, "whsec_") || s == carrier.NewWebhookSecret() {
		t.Error(s)
	}
}

func TestAWebhookReachesNothingOfTheHouse(t *testing.T) {
	d := newDouble(t, answer{200, "", ""})
	shut := carrier.NewWebhook(nil, now)
	for _, address := range []string{d.URL, "http://example.org/", "ftp://example.org/", "https://user:pass@example.org/", "https://", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/", "https://192.168.0.1/", "https://172.16.5.5/",
		"https://169.254.169.254/latest", "https://[fd00::1]/", "https://[fe80::1%25eth0]/", "https://100.64.1.1/", "https://0.0.0.0/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://224.0.0.1/", "https://[2002:7f00:1::]/", "https://x/#a"} {
		if got, err := shut.Address(address); err == nil {
			t.Errorf("%s is taken as %s", address, got)
		}
	}
	for _, address := range []string{"https://localhost:" + d.URL[strings.LastIndex(d.URL, ":")+1:], "https://127.0.0.1:1/", d.URL} { // whatever a name leads to
		if err := shut.Send(t.Context(), message(address)); notice.ClassName(err) != "never" {
			t.Errorf("%s: %v", address, err)
		}
	}
	if len(d.asked) != 0 {
		t.Error("a server of the house was asked")
	}
	if got, err := shut.Address(" https://example.org/nhan?x=1 "); err != nil || got != "https://example.org/nhan?x=1" {
		t.Error(got, err)
	}
	open := carrier.NewWebhook([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, now)
	if _, err := open.Address("http://10.1.2.3/"); err != nil {
		t.Error(err)
	}
	if err := open.Send(t.Context(), message(d.URL)); notice.ClassName(err) != "never" {
		t.Error("an address outside the open network is asked without TLS:", err)
	}
}

func TestWhatFollowsFromTheAnswerOfAWebhook(t *testing.T) {
	for _, c := range []struct {
		answer
		want string
	}{{answer{200, "", ""}, ""}, {answer{410, "", ""}, "never"}, {answer{500, "", ""}, "later"}, {answer{404, "", ""}, "later"}, {answer{429, "", "120"}, "later"}, {answer{302, "", ""}, "later"}} {
		d := newDouble(t, c.answer)
		err := carrier.NewWebhook(loopback, now).Send(t.Context(), message(d.URL))
		if notice.ClassName(err) != c.want || len(d.asked) != 1 {
			t.Errorf("%d: %v, asked %d times", c.status, err, len(d.asked))
		}
	}
}

func TestTelegram(t *testing.T) {
	for _, c := range []struct {
		answer
		want string
	}{
		{answer{200, `{"ok":true,"result":{"message_id":1}}`, ""}, ""}, {answer{403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`, ""}, "never"},
		{answer{400, `{"ok":false,"description":"Bad Request: chat not found"}`, ""}, "never"}, {answer{429, `{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":30}}`, ""}, "later"},
		{answer{401, `{"ok":false,"description":"Unauthorized"}`, ""}, "down"}, {answer{502, `<html>`, ""}, "down"}, {answer{200, `{"ok":false}`, ""}, "down"},
	} {
		d := newDouble(t, c.answer)
		m := message("-100123")
		m.Text = strings.Repeat("số ", 3000)
		err := carrier.NewTelegram(d.URL+"/", "5:TOKEN").Send(t.Context(), m)
		if notice.ClassName(err) != c.want {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
		var told struct {
			Chat string `json:"chat_id"`
			Text string
		}
		if err := json.Unmarshal([]byte(d.bodies[0]), &told); err != nil || told.Chat != "-100123" || len([]rune(told.Text)) != 4096 || d.asked[0].URL.Path != "/bot5:TOKEN/sendMessage" {
			t.Error(d.asked[0].URL.Path, told.Chat, err)
		}
	}
	d := newDouble(t, answer{200, "", ""})
	d.Close()
	if err := carrier.NewTelegram(d.URL, "5:TOKEN").Send(t.Context(), message("1")); notice.ClassName(err) != "down" || strings.Contains(err.Error()+fault.In(err, "en"), "TOKEN") {
		t.Error("the token is told:", err)
	}
}

// drawer keeps tokens in memory.
type drawer struct {
	mu    sync.Mutex
	value string
}

func (d *drawer) Token(context.Context, string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.value, nil
}

func (d *drawer) KeepToken(_ context.Context, _, before, after string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.value != before {
		return false, nil
	}
	d.value = after
	return true, nil
}

const zaloTaken = `{"error":0,"message":"Success","data":{"message_id":"1"}}`

func TestZaloRenewsItsToken(t *testing.T) {
	oauth := newDouble(t, answer{200, `{"access_token":"A1","refresh_token":"R2","expires_in":"90000"}`, ""}, answer{200, `{"access_token":"A2","refresh_token":"R3","expires_in":90000}`, ""}, answer{200, `{"error":-14014,"error_name":"Invalid refresh token."}`, ""})
	api := newDouble(t, answer{200, zaloTaken, ""}, answer{200, zaloTaken, ""}, answer{200, `{"error":-216,"message":"Access token is invalid"}`, ""}, answer{200, zaloTaken, ""}, answer{200, `{"error":-124,"message":"old"}`, ""})
	keep, at := &drawer{}, monday
	z := carrier.NewZalo(api.URL, oauth.URL, "app", "key", "R1", keep, func() time.Time { return at })
	for range 2 {
		if err := z.Send(t.Context(), message("456")); err != nil {
			t.Fatal(err)
		}
	}
	if len(oauth.asked) != 1 || !strings.Contains(oauth.bodies[0], "refresh_token=R1") || oauth.asked[0].Header.Get("secret_key") != "key" || oauth.asked[0].URL.Path != "/v4/oa/access_token" {
		t.Error(oauth.bodies)
	}
	if r := api.asked[0]; r.Header.Get("access_token") != "A1" || r.URL.Path != "/v3.0/oa/message/cs" || !strings.Contains(api.bodies[0], `"user_id":"456"`) {
		t.Error(r.URL, api.bodies[0])
	}
	if err := z.Send(t.Context(), message("456")); err != nil { // the token was taken back: another one is asked for, once
		t.Fatal(err)
	}
	if len(oauth.asked) != 2 || !strings.Contains(oauth.bodies[1], "refresh_token=R2") || api.asked[3].Header.Get("access_token") != "A2" {
		t.Error(oauth.bodies)
	}
	err := z.Send(t.Context(), message("456"))
	if notice.ClassName(err) != "down" || strings.Contains(err.Error()+fault.In(err, "en"), "R3") {
		t.Error(err)
	}
	at = at.Add(26 * time.Hour) // and when it is old
	if err := z.Send(t.Context(), message("456")); notice.ClassName(err) != "down" || !strings.Contains(oauth.bodies[len(oauth.bodies)-1], "R3") {
		t.Error(err)
	}
	// An operator's new token takes the place of what was kept.
	fresh := newDouble(t, answer{200, `{"access_token":"B1","refresh_token":"S2","expires_in":"90000"}`, ""})
	ok := newDouble(t, answer{200, zaloTaken, ""})
	if err := carrier.NewZalo(ok.URL, fresh.URL, "app", "key", "S1", keep, now).Send(t.Context(), message("456")); err != nil || !strings.Contains(fresh.bodies[0], "refresh_token=S1") {
		t.Error(err)
	}
}

func TestWhatFollowsFromTheAnswerOfZalo(t *testing.T) {
	for _, c := range []struct {
		answer
		want string
	}{{answer{200, `{"error":-213,"message":"User has not followed OA"}`, ""}, "never"}, {answer{200, `{"error":-32,"message":"limit"}`, ""}, "later"}, {answer{500, `x`, ""}, "down"}, {answer{200, `x`, ""}, "down"}, {answer{429, ``, "60"}, "later"}} {
		oauth := newDouble(t, answer{200, `{"access_token":"A1","refresh_token":"R2","expires_in":"90000"}`, ""})
		api := newDouble(t, c.answer)
		if err := carrier.NewZalo(api.URL, oauth.URL, "app", "key", "R1", &drawer{}, now).Send(t.Context(), message("456")); notice.ClassName(err) != c.want {
			t.Errorf("%s: %v", c.body, err)
		}
	}
}
