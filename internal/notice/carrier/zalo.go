package carrier

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
)

// Tokens keeps what a channel is given for its next use.
type Tokens interface {
	Token(ctx context.Context, channel string) (string, error)
	KeepToken(ctx context.Context, channel, before, after string) (bool, error)
}

// Zalo writes to people as an Official Account (OA Open API v3.0, a message of consultation). Its access tokens last a day; each is given with the
// token for the next one, which is good once and has to be kept.
type Zalo struct {
	api, oauth    string
	app, key      string
	first         string // the token for the first access token, as the operator was given it
	tokens        Tokens
	now           func() time.Time
	client        *http.Client
	accessTooSoon time.Duration
}

// NewZalo makes the channel of an Official Account. api and oauth are where its interfaces are.
func NewZalo(api, oauth, app, key, refresh string, tokens Tokens, now func() time.Time) *Zalo {
	return &Zalo{api: strings.TrimSuffix(api, "/"), oauth: strings.TrimSuffix(oauth, "/"), app: app, key: key, first: refresh, tokens: tokens, now: now, client: &http.Client{Timeout: timeout}, accessTooSoon: 5 * time.Minute}
}

// Name implements notice.Channel.
func (z *Zalo) Name() string { return notice.Zalo }

// zaloTokens are what is kept between two uses.
type zaloTokens struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Ends    time.Time `json:"ends"`
	First   string    `json:"first"` // hash of the operator's token from which they came: a new one takes their place
}

// Codes of errors of the OA API.
const (
	zaloBadToken = -216 // also -124 in older answers
	zaloOldToken = -124
	zaloTooMany  = -32
	zaloNothing  = -1 << 31 // of ours: the answer says nothing
)

// access gives a token that is good now.
func (z *Zalo) access(ctx context.Context, renew bool) (string, error) {
	kept, err := z.tokens.Token(ctx, notice.Zalo)
	if err != nil {
		return "", err
	}
	var t zaloTokens
	if kept == "" || json.Unmarshal([]byte(kept), &t) != nil || t.First != notice.HashOf(z.first) {
		t = zaloTokens{Refresh: z.first, First: notice.HashOf(z.first)}
	}
	if !renew && t.Access != "" && z.now().Before(t.Ends.Add(-z.accessTooSoon)) {
		return t.Access, nil
	}
	form := url.Values{"app_id": {z.app}, "grant_type": {"refresh_token"}, "refresh_token": {t.Refresh}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, z.oauth+"/v4/oa/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", notice.Down(plainError(err))
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("secret_key", z.key)
	var said struct {
		Access  string          `json:"access_token"`
		Refresh string          `json:"refresh_token"`
		Expires json.RawMessage `json:"expires_in"` // a text in their answers, a number in their documentation
		Name    string          `json:"error_name"`
	}
	status, _, err := answered(z.client, r, &said)
	if err != nil {
		return "", err
	}
	if said.Access == "" || said.Refresh == "" {
		return "", notice.Down(refused(status, said.Name))
	}
	seconds, err := strconv.Atoi(strings.Trim(string(said.Expires), `"`))
	if err != nil || seconds <= 0 {
		seconds = 3600
	}
	t.Access, t.Refresh, t.Ends = said.Access, said.Refresh, z.now().Add(time.Duration(seconds)*time.Second)
	b, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	if won, err := z.tokens.KeepToken(ctx, notice.Zalo, kept, string(b)); err != nil || !won {
		if err == nil {
			err = fault.New("notice.token-race")
		}
		return "", notice.Later(0, err)
	}
	return t.Access, nil
}

// maxZalo is the longest text of a message there.
const maxZalo = 2000

// Send implements notice.Channel.
func (z *Zalo) Send(ctx context.Context, m notice.Message) error {
	code, said, err := z.try(ctx, m, false)
	if err == nil && (code == zaloBadToken || code == zaloOldToken) { // somebody took the token back
		code, said, err = z.try(ctx, m, true)
	}
	switch {
	case err != nil:
		return err
	case code == 0:
		return nil
	case code == zaloBadToken, code == zaloOldToken:
		return notice.Down(refused(code, said))
	case code == zaloTooMany:
		return notice.Later(time.Minute, refused(code, said))
	}
	return notice.Never(refused(code, said)) // no such user, or they do not follow the account, or not of late
}

func (z *Zalo) try(ctx context.Context, m notice.Message, renew bool) (int, string, error) {
	token, err := z.access(ctx, renew)
	if err != nil {
		return 0, "", err
	}
	body, err := json.Marshal(map[string]any{"recipient": map[string]string{"user_id": m.To}, "message": map[string]string{"text": shortened(m.Text, maxZalo)}})
	if err != nil {
		return 0, "", notice.Never(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, z.api+"/v3.0/oa/message/cs", bytes.NewReader(body))
	if err != nil {
		return 0, "", notice.Down(plainError(err))
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("access_token", token)
	said := struct {
		Error   int    `json:"error"`
		Message string `json:"message"`
	}{Error: zaloNothing}
	status, after, err := answered(z.client, r, &said)
	switch {
	case err != nil:
		return 0, "", err
	case status == http.StatusTooManyRequests:
		return 0, "", notice.Later(after, refused(status, said.Message))
	case status != http.StatusOK || said.Error == zaloNothing:
		return 0, "", notice.Down(refused(status, said.Message))
	}
	return said.Error, said.Message, nil
}
