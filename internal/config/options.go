package config

import (
	"slices"
	"strings"
)

// Kind says what the value of a setting may be.
type Kind string

// The kinds of values.
const (
	Text     Kind = "text"
	Address  Kind = "address"  // host and port to listen on
	URL      Kind = "url"      // of a site, without a path
	Networks Kind = "networks" // addresses or networks, separated by commas
	Duration Kind = "duration"
	Rate     Kind = "rate"  // a number a second
	Count    Kind = "count" // a whole number above zero
	Choice   Kind = "choice"
	Contact  Kind = "contact"  // an e-mail address, or the address of a page (https)
	Mailbox  Kind = "mailbox"  // an e-mail address
	Password Kind = "password" // never shown
)

// Option is one setting.
type Option struct {
	Name    string
	Default string
	Kind    Kind
	Choices []string // of a Choice
	Server  bool     // taken as a flag by servers only; the others by every command that opens the installation
	Secret  bool     // may hold a password, which is never shown
	Whole   bool     // all of it is one
}

// Env names the environment variable of a setting.
func (o Option) Env() string {
	return envPrefix + strings.ReplaceAll(strings.ToUpper(o.Name), "-", "_")
}

// envPrefix begins the name of every environment variable of ours.
const envPrefix = "NHIPSO_"

// FileOption is the flag, and with its prefix the environment variable, that names the file of settings. It is no setting itself.
const FileOption = "config"

// options are all settings, in the order in which they are shown. doc/operations.md has the same table; a test holds one to the other.
var options = []Option{
	{Name: "data", Default: "nhipso-data", Kind: Text},
	{Name: "database", Kind: Text, Secret: true},
	{Name: "head-note", Kind: Text},
	{Name: "pack", Kind: Text},
	{Name: "addr", Default: "localhost:8080", Kind: Address, Server: true},
	{Name: "base-url", Kind: URL, Server: true},
	{Name: "publisher", Kind: Text, Server: true},
	{Name: "contact", Kind: Contact, Server: true},
	{Name: "oidc-issuer", Kind: Text, Server: true},
	{Name: "oidc-client", Kind: Text, Server: true},
	{Name: "oidc-secret", Kind: Text, Server: true, Secret: true, Whole: true},
	{Name: "oidc-name", Kind: Text, Server: true},
	{Name: "trusted-proxies", Kind: Networks, Server: true},
	{Name: "tls-cert", Kind: Text, Server: true},
	{Name: "tls-key", Kind: Text, Server: true},
	{Name: "rate-limit", Default: "50", Kind: Rate, Server: true},
	{Name: "rate-burst", Default: "200", Kind: Count, Server: true},
	{Name: "log-format", Default: "text", Kind: Choice, Choices: []string{"text", "json"}, Server: true},
	{Name: "log-level", Default: "info", Kind: Choice, Choices: []string{"debug", "info", "warn", "error"}, Server: true},
	{Name: "metrics-addr", Kind: Address, Server: true},
	{Name: "request-timeout", Default: "1m", Kind: Duration, Server: true},
	{Name: "read-timeout", Default: "1m", Kind: Duration, Server: true},
	{Name: "write-timeout", Default: "2m", Kind: Duration, Server: true},
	{Name: "idle-timeout", Default: "2m", Kind: Duration, Server: true},
	{Name: "jobs", Default: "on", Kind: Choice, Choices: []string{"on", "off"}, Server: true},
	{Name: "attachment-size", Default: "25", Kind: Count, Server: true},
	{Name: "drain", Default: "5s", Kind: Duration, Server: true},
	{Name: "stop-timeout", Default: "30s", Kind: Duration, Server: true},
	{Name: "mail", Kind: Text, Server: true, Secret: true},
	{Name: "mail-from", Kind: Mailbox, Server: true},
	{Name: "webhooks", Default: "off", Kind: Choice, Choices: []string{"on", "off"}, Server: true},
	{Name: "webhook-networks", Kind: Networks, Server: true},
	{Name: "telegram-token", Kind: Password, Server: true},
	{Name: "telegram-api", Default: "https://api.telegram.org", Kind: URL, Server: true},
	{Name: "zalo-app", Kind: Text, Server: true},
	{Name: "zalo-key", Kind: Password, Server: true},
	{Name: "zalo-refresh", Kind: Password, Server: true},
	{Name: "zalo-api", Default: "https://openapi.zalo.me", Kind: URL, Server: true},
	{Name: "zalo-oauth", Default: "https://oauth.zaloapp.com", Kind: URL, Server: true},
}

// Options lists all settings.
func Options() []Option { return slices.Clone(options) }

func option(name string) (Option, bool) {
	for _, o := range options {
		if o.Name == name {
			return o, true
		}
	}
	return Option{}, false
}
