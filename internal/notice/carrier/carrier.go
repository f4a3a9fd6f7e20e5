// Package carrier hands messages over: by mail (SMTP), to webhooks, and to the chats Telegram and Zalo. Each connector keeps the one contract of
// notice.Channel: a message that was taken, one that may be taken later, one that never will be, or a channel that takes nothing for now.
//
// It knows neither people nor records, decides nothing about who is told what, and prints no secret: neither the address of a bot, which holds its
// token, nor a password is in any error.
package carrier

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
)

// Bounds of what another server may take of ours.
const (
	timeout   = 20 * time.Second
	maxAnswer = 64 << 10
)

// plainError is what went wrong with a request, without the address that was asked: it may hold a secret.
func plainError(err error) error {
	var ours *fault.Error
	if errors.As(err, &ours) {
		return ours
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New("notice.slow", "seconds", int(timeout/time.Second))
	}
	return fault.New("notice.not-reached", "text", notice.Line(err.Error()))
}

// answered asks and reads an answer in JSON, of bounded length. An answer that is none of JSON leaves what it is read into as it is.
func answered(c *http.Client, r *http.Request, into any) (status int, after time.Duration, err error) {
	res, err := c.Do(r)
	if err != nil {
		return 0, 0, notice.Down(plainError(err))
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return res.StatusCode, 0, notice.Down(plainError(err))
	}
	if into != nil {
		json.Unmarshal(body, into) //nolint:errcheck // what it says is looked at, not that it says nothing
	}
	return res.StatusCode, retryAfter(res.Header), nil
}

// retryAfter is how long a server asks to be left alone.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 24*3600)) * time.Second
}

// shortened cuts a text to what a chat takes.
func shortened(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}

// refused says what a server answered.
func refused(status int, said string) error {
	return fault.New("notice.refused", "status", status, "text", notice.Line(said))
}
