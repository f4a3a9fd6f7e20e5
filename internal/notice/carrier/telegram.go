package carrier

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"nhipso/internal/notice"
)

// Telegram writes to chats as a bot (Bot API, method sendMessage).
type Telegram struct {
	api, token string
	client     *http.Client
}

// NewTelegram makes the channel of a bot. api is where the Bot API is: Telegram's own, or a server of the house.
func NewTelegram(api, token string) *Telegram {
	return &Telegram{strings.TrimSuffix(api, "/"), token, &http.Client{Timeout: timeout}}
}

// Name implements notice.Channel.
func (t *Telegram) Name() string { return notice.Telegram }

// maxTelegram is the longest text of a message there.
const maxTelegram = 4096

// Send implements notice.Channel.
func (t *Telegram) Send(ctx context.Context, m notice.Message) error {
	body, err := json.Marshal(map[string]any{"chat_id": m.To, "text": shortened(m.Text, maxTelegram), "link_preview_options": map[string]bool{"is_disabled": true}})
	if err != nil {
		return notice.Never(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.api+"/bot"+t.token+"/sendMessage", bytes.NewReader(body))
	if err != nil {
		return notice.Down(plainError(err))
	}
	r.Header.Set("Content-Type", "application/json")
	var said struct {
		OK          bool   `json:"ok"`
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	status, after, err := answered(t.client, r, &said)
	if err != nil {
		return err
	}
	no := refused(status, said.Description)
	switch {
	case status == http.StatusOK && said.OK:
		return nil
	case status == http.StatusBadRequest, status == http.StatusForbidden: // no such chat, or its owner does not want to hear from the bot
		return notice.Never(no)
	case status == http.StatusTooManyRequests:
		return notice.Later(max(after, time.Duration(said.Parameters.RetryAfter)*time.Second), no)
	}
	return notice.Down(no) // the token is wrong, or their server is ill
}
