package config_test

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
)

func resolve(t *testing.T, file string, environ []string, args ...string) (config.Settings, error) {
	t.Helper()
	if file != "" {
		name := filepath.Join(t.TempDir(), "nhipso.yaml")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		environ = append(environ, "NHIPSO_CONFIG="+name)
	}
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	config.Bind(f, true)
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	return config.Resolve(f, environ, "NHIPSO_LANG")
}

func TestTheNearestPlaceWins(t *testing.T) {
	const file = "addr: 127.0.0.1:1\nlog-level: warn\n"
	env := []string{"NHIPSO_ADDR=127.0.0.1:2", "NHIPSO_LANG=en", "NHIPSO_TEST_X=1", "OTHER=1", "NHIPSO_DATA="}
	for _, c := range []struct {
		what, file string
		env, args  []string
		want, from string
	}{
		{"the default", "", nil, nil, "localhost:8080", "default"},
		{"the file before the default", file, nil, nil, "127.0.0.1:1", "row 1"},
		{"the environment before the file", file, env, nil, "127.0.0.1:2", "environment NHIPSO_ADDR"},
		{"the flag before the environment", file, env, []string{"--addr", "127.0.0.1:3"}, "127.0.0.1:3", "flag"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s, err := resolve(t, c.file, c.env, c.args...)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Text("addr"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			for _, v := range s.Values() {
				if v.Option.Name == "addr" && !strings.Contains(v.From.In("en"), c.from) {
					t.Errorf("said to be from %q", v.From.In("en"))
				}
			}
			if s.Text("data") != "nhipso-data" {
				t.Error("an empty variable counts as set")
			}
		})
	}
}

func TestWhatIsNotKnownIsRefusedWithTheNearestName(t *testing.T) {
	for _, c := range []struct {
		file      string
		env, args []string
		code, say string
	}{
		{"base_url: https://a.vn\n", nil, nil, "config.unknown-key", "base-url"},
		{"contact: tổng đài\n", nil, nil, "config.bad-value", "contact"},
		{"contact: http://so.example.vn\n", nil, nil, "config.bad-value", "contact"},
		{"adr: :80\n", nil, nil, "config.unknown-key", "addr"},
		{"", []string{"NHIPSO_BASEURL=x"}, nil, "config.unknown-variable", "NHIPSO_BASE_URL"},
		{"addr: :1\naddr: :2\n", nil, nil, "config.bad-file", ""}, // YAML itself refuses it, or we do
		{"addr: {host: x}\n", nil, nil, "config.not-plain", "addr"},
		{"- addr\n", nil, nil, "config.bad-file", ""},
		{"addr: :1\n---\naddr: :2\n", nil, nil, "config.bad-file", ""},
		{"addr: [\n", nil, nil, "config.bad-file", ""},
		{"", []string{"NHIPSO_CONFIG=/not/there"}, nil, "config.no-file", "/not/there"},
		{"", nil, []string{"--base-url", "so.example.vn"}, "config.bad-value", "https://"},
		{"", nil, []string{"--base-url", "https://so.example.vn/path"}, "config.bad-value", "https://"},
		{"", nil, []string{"--base-url", "https://u:p@so.example.vn"}, "config.bad-value", "https://"},
		{"", nil, []string{"--trusted-proxies", "10.0.0.0/8,proxy"}, "config.bad-value", "10.0.0.0/8"},
		{"", nil, []string{"--drain", "-1s"}, "config.bad-value", "30s"},
		{"", nil, []string{"--drain", "5"}, "config.bad-value", "30s"},
		{"", nil, []string{"--rate-limit", "many"}, "config.bad-value", "50"},
		{"", nil, []string{"--rate-limit", "NaN"}, "config.bad-value", "50"},
		{"", nil, []string{"--rate-burst", "0"}, "config.bad-value", "200"},
		{"", nil, []string{"--log-format", "xml"}, "config.bad-value", "json"},
		{"", nil, []string{"--addr", ""}, "config.bad-value", "8080"},
		{"", nil, []string{"--metrics-addr", "9090"}, "config.bad-value", "8080"},
		{"", nil, []string{"--tls-cert", "c.pem"}, "config.half-tls", ""},
		{"", nil, []string{"--rate-limit", "0", "--rate-burst", "3"}, "config.no-effect", "rate-limit"},
	} {
		_, err := resolve(t, c.file, c.env, c.args...)
		if code := fault.CodeOf(err); code != c.code && !(code == "config.twice" && strings.Contains(c.file, "addr: :2")) {
			t.Errorf("%q %v %v: %v, want %s", c.file, c.env, c.args, err, c.code)
			continue
		}
		for _, lang := range []string{"vi", "en"} {
			if say := fault.In(err, lang); !strings.Contains(say, c.say) || strings.Contains(say, "{") && !strings.Contains(c.file, "{") {
				t.Errorf("in %s: %s", lang, say)
			}
		}
	}
}

func TestValuesAreReadAsWhatTheyAre(t *testing.T) {
	s, err := resolve(t, "# a file\ntrusted-proxies:\n  - 10.1.2.3/8\n  - ::1\nrate-limit: 2.5\ndrain: 90s\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Networks("trusted-proxies"), []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}; !slices.Equal(got, want) {
		t.Error(got)
	}
	if s.Number("rate-limit") != 2.5 || s.Duration("drain") != 90*time.Second || s.Count("rate-burst") != 200 {
		t.Error(s.Number("rate-limit"), s.Duration("drain"), s.Count("rate-burst"))
	}
	if s.Given("rate-burst") || !s.Given("drain") {
		t.Error("it is not known what was given")
	}
	if _, err := resolve(t, "# nothing\n", nil); err != nil {
		t.Error(err)
	}
}

func TestPasswordsAreNeverShown(t *testing.T) {
	for _, c := range [][2]string{
		{"postgres://an:geheim@db:5432/nhipso?sslmode=disable", "postgres://an:***@db:5432/nhipso?sslmode=disable"},
		{"postgres://db/nhipso?password=geheim&sslpassword=geheim", "postgres://db/nhipso?password=***&sslpassword=***"},
		{"postgres://an@db/nhipso", "postgres://an@db/nhipso"},
		{"postgres://an:geheim@db:port/%zz", "***"},
		{"sqlite:/srv/a.db", "sqlite:/srv/a.db"},
	} {
		s, err := resolve(t, "", []string{"NHIPSO_DATABASE=" + c[0]})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range s.Values() {
			if v.Option.Name == "database" && v.Shown() != c[1] {
				t.Errorf("%s is shown as %s", c[0], v.Shown())
			}
			if strings.Contains(v.Shown(), "geheim") {
				t.Error(v.Shown())
			}
		}
	}
}

// Half of what a channel takes is refused, and no secret is shown.
func TestHalfAChannelIsRefused(t *testing.T) {
	base := "NHIPSO_BASE_URL=https://so.example.vn"
	for _, c := range []struct {
		env  []string
		code string
	}{
		{[]string{base, "NHIPSO_MAIL=smtp://u:geheim@h", "NHIPSO_MAIL_FROM=a@so.example.vn"}, ""},
		{[]string{base, "NHIPSO_MAIL=smtp://h"}, "config.needs"},
		{[]string{base, "NHIPSO_MAIL_FROM=a@so.example.vn"}, "config.needs"},
		{[]string{"NHIPSO_MAIL=smtp://h", "NHIPSO_MAIL_FROM=a@so.example.vn"}, "config.needs"},
		{[]string{base, "NHIPSO_MAIL=smtp://h", "NHIPSO_MAIL_FROM=https://so.example.vn"}, "config.bad-value"},
		{[]string{base, "NHIPSO_WEBHOOKS=on", "NHIPSO_WEBHOOK_NETWORKS=10.0.0.0/8"}, ""},
		{[]string{base, "NHIPSO_WEBHOOK_NETWORKS=10.0.0.0/8"}, "config.needs"},
		{[]string{"NHIPSO_WEBHOOKS=on"}, "config.needs"},
		{[]string{base, "NHIPSO_TELEGRAM_TOKEN=5:geheim"}, ""},
		{[]string{base, "NHIPSO_TELEGRAM_API=https://bot.example.vn"}, "config.needs"},
		{[]string{"NHIPSO_TELEGRAM_TOKEN=5:geheim"}, "config.needs"},
		{[]string{base, "NHIPSO_ZALO_APP=1", "NHIPSO_ZALO_KEY=geheim", "NHIPSO_ZALO_REFRESH=geheim"}, ""},
		{[]string{base, "NHIPSO_ZALO_APP=1", "NHIPSO_ZALO_KEY=geheim"}, "config.needs"},
		{[]string{base, "NHIPSO_ZALO_APP=1", "NHIPSO_ZALO_REFRESH=geheim"}, "config.needs"},
		{[]string{base, "NHIPSO_ZALO_OAUTH=https://x.vn"}, "config.needs"},
	} {
		f := flag.NewFlagSet("serve", flag.ContinueOnError)
		config.Bind(f, true)
		s, err := config.Resolve(f, c.env)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%v: %v", c.env, err)
		}
		if err != nil && strings.Contains(fault.In(err, "en"), "geheim") {
			t.Errorf("%v: the sentence tells a secret", c.env)
		}
		for _, v := range s.Values() {
			if strings.Contains(v.Shown(), "geheim") {
				t.Errorf("%s is shown as %s", v.Option.Name, v.Shown())
			}
		}
	}
}
