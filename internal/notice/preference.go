package notice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// Mode is when a channel tells a person.
type Mode string

// Modes.
const (
	AtOnce Mode = "at-once"
	Digest Mode = "digest" // once a day, all together
	Off    Mode = "off"
)

// Modes lists them.
func Modes() []Mode { return []Mode{AtOnce, Digest, Off} }

// Names of channels.
const (
	Mail     = "mail"
	Webhook  = "webhook"
	Telegram = "telegram"
	Zalo     = "zalo"
)

// Preference is what a person wants to be told, how and when. The inbox has everything, whatever they choose.
type Preference struct {
	Modes     map[string]Mode    `json:"modes,omitempty"`     // by channel
	Addresses map[string]string  `json:"addresses,omitempty"` // by channel, where it is not the person's own address
	Pending   map[string]Pending `json:"pending,omitempty"`   // chats that are not proven yet
	Secret    string             `json:"secret,omitempty"`    // by which messages to the webhook are signed
	Quiet     Quiet              `json:"quiet,omitzero"`
	Mute      []string           `json:"mute,omitempty"` // types of records of which only the inbox tells
	Lang      string             `json:"lang,omitempty"`
}

// Mode gives when a channel tells. Nobody is written to by a channel that they did not choose, but for mail: once a day.
func (p Preference) Mode(channel string) Mode {
	if m, chosen := p.Modes[channel]; chosen {
		return m
	}
	if channel == Mail {
		return Digest
	}
	return Off
}

// Language gives the language in which a person is written to.
func (p Preference) Language() string {
	if p.Lang == "en" {
		return "en"
	}
	return "vi"
}

// Mutes reports whether only the inbox tells of a type of records.
func (p Preference) Mutes(kind string) bool { return slices.Contains(p.Mute, kind) }

// Quiet is the time of the day in which nothing is sent to a person: from a minute, before another; over midnight where it ends earlier than it
// begins. None where both are the same.
type Quiet struct {
	From  int `json:"from"` // minutes since midnight
	Until int `json:"until"`
}

const day = 24 * 60

// ParseQuiet reads hours as people write them: "22:00" and "6:30"; two empty texts are none.
func ParseQuiet(from, until string) (q Quiet, err error) {
	if strings.TrimSpace(from) == "" && strings.TrimSpace(until) == "" {
		return q, nil
	}
	if q.From, err = minuteOf(from); err == nil {
		q.Until, err = minuteOf(until)
	}
	if err == nil && q.From == q.Until {
		err = fault.New("notice.quiet-all-day")
	}
	return q, err
}

func minuteOf(s string) (int, error) {
	h, m, parted := strings.Cut(strings.TrimSpace(s), ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !parted || err1 != nil || err2 != nil || hour < 0 || hour > 23 || minute < 0 || minute > 59 || len(m) != 2 {
		return 0, fault.New("notice.hour", "text", s)
	}
	return hour*60 + minute, nil
}

// Texts writes the hours; empty where there are none.
func (q Quiet) Texts() (from, until string) {
	if q.From == q.Until {
		return "", ""
	}
	return fmt.Sprintf("%02d:%02d", q.From/60, q.From%60), fmt.Sprintf("%02d:%02d", q.Until/60, q.Until%60)
}

// After gives the first moment from a time on that is not quiet, by the clock of a zone.
func (q Quiet) After(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	now := local.Hour()*60 + local.Minute()
	since := (now - q.From + day) % day
	lasts := (q.Until - q.From + day) % day
	if since >= lasts {
		return t
	}
	ends := time.Date(local.Year(), local.Month(), local.Day(), q.Until/60, q.Until%60, 0, 0, zone)
	if !ends.After(t) {
		ends = time.Date(local.Year(), local.Month(), local.Day()+1, q.Until/60, q.Until%60, 0, 0, zone)
	}
	return ends
}

// digestHour is when what a day brought is told, by the clock of the country: before the day's work begins.
const digestHour = 7

// nextDigest gives the next time at which a day's notices are told, after a time.
func nextDigest(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	at := time.Date(local.Year(), local.Month(), local.Day(), digestHour, 0, 0, 0, zone)
	if !at.After(t) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, digestHour, 0, 0, 0, zone)
	}
	return at
}
