package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// effects lists runs of the commands with the flags that have an effect on each, beside those that say where the installation is. Every
// other flag that the command has is refused: a flag that changes nothing is one that somebody believes to have been obeyed.
var effects = []struct{ run, flags string }{
	{"run --list", "list"},
	{"load --check FILE", "check sheet separator encoding decimal reference"},
	{"load FILE FILE", "by check sheet separator encoding decimal reference"},
	{"load --reference", "reference by reason check"},
	{"serve --release FILE", "- release preview addr base-url publisher contact trusted-proxies tls-cert tls-key rate-limit rate-burst log-format log-level metrics-addr request-timeout read-timeout write-timeout idle-timeout drain stop-timeout"},
	{"worker", "log-format log-level metrics-addr stop-timeout base-url " + strings.Join(channelNames, " ")},
	{"jobs list", "state"},
	{"jobs show", "id"},
	{"jobs cancel", "id"},
	{"jobs retry", "id"},
	{"catalog show", "as-of"},
	{"catalog history", ""},
	{"catalog diff 1", ""},
	{"catalog load --check", "check"},
	{"catalog load", "by reason check"},
	{"finding list", "open"},
	{"finding answer", "id reason by"},
	{"release list", ""},
	{"release show", "id"},
	{"release plan", "id by at vi en"},
	{"release open", "id by vi en all"},
	{"release add --id 2099-Q1", "id by messages dataflow to all"},
	{"release publish", ""},
	{"release calendar", ""},
	{"release file", "id out"},
	{"release verify FILE", "- key"},
	{"token list", ""},
	{"token add", "sender dataflow by"},
	{"token revoke T", "by"},
	{"user list", ""},
	{"user link P", ""},
	{"user lock P", "by"},
	{"user token list", ""},
	{"user token end T", "by"},
	{"audit verify", "since-last"},
	{"audit find", "by organisation record what from until format out"},
	{"doctor", "since-last accept-head accept-clock"},
	{"restore FILE", "check replace accept-head"},
	{"restore --check FILE", "- check"},
}

// proper are values of flags that are checked before anything else is.
var proper = map[string]string{"format": "json", "addr": "localhost:0", "metrics-addr": "localhost:0", "base-url": "http://example.org", "publisher": "X", "contact": "a@example.org", "oidc-issuer": "https://example.org", "oidc-client": "X", "oidc-secret": "X", "oidc-name": "X", "trusted-proxies": "10.0.0.0/8", "log-format": "json",
	"log-level": "debug", "jobs": "off", "attachment-size": "3", "request-timeout": "1m", "read-timeout": "1m", "write-timeout": "1m", "idle-timeout": "1m", "drain": "1m", "stop-timeout": "1m",
	"mail-from": "a@example.org", "webhooks": "on", "webhook-networks": "10.0.0.0/8", "telegram-api": "http://example.org", "zalo-api": "http://example.org", "zalo-oauth": "http://example.org"}

var (
	flagOfHelp = regexp.MustCompile(`(?m)^  --(\S+)`)
	saysIdle   = regexp.MustCompile(`has no effect|goes with .* only`)
)

func TestAFlagWithoutEffectIsRefused(t *testing.T) {
	d := keeper{t, filepath.Join(t.TempDir(), "data")}
	file := d.file()
	for _, x := range effects {
		command, _, _ := strings.Cut(x.run, " ")
		_, help := d.do("help", command)
		with := strings.Fields(x.flags)
		if !slices.Contains(with, "-") { // the run opens an installation
			with = append(with, strings.Fields(installationNames)...)
		}
		tried := 0
		for _, m := range flagOfHelp.FindAllStringSubmatch(help, -1) {
			name := m[1]
			if slices.Contains(with, name) || name == "config" || name == "tls-cert" || name == "tls-key" {
				continue
			}
			value := "1"
			if proper[name] != "" {
				value = proper[name]
			}
			tried++
			args := strings.Fields(strings.ReplaceAll(x.run, "FILE", file))
			if status, out := d.do(append(args, "--"+name+"="+value)...); status == exitOK || !saysIdle.MatchString(out) {
				t.Errorf("%s --%s=%s: %d %s", x.run, name, value, status, out)
			}
		}
		if tried == 0 && command != "token" {
			t.Errorf("%s: no flag was tried; what does its help say?\n%s", x.run, help)
		}
	}
	for _, line := range []string{"run --list digital-annual", "version now", "release add --id 2099-Q1 --to 3 --messages 1", "serve --preview", "serve --release X --demo", "doctor now"} {
		if status, out := d.do(strings.Fields(line)...); status == exitOK || !saysIdle.MatchString(out) {
			t.Errorf("%s: %d %s", line, status, out)
		}
	}
	if status, out := d.do("version", "--lang", "fr"); status != exitUsage || !strings.Contains(out, "fr") {
		t.Errorf("a language that there is not: %d %s", status, out)
	}
	if left, err := os.ReadDir(filepath.Dir(d.data)); err != nil || len(left) > 1 { // one at most: release add looks into it
		t.Errorf("%v, %v", left, err)
	}
}
