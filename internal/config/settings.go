package config

import (
	_ "embed"
	"flag"
	"maps"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/text"
	"nhipso/internal/words"
)

//go:embed words.csv
var wordsFile string

var book = words.MustRead(wordsFile)

// Value is the value of a setting and where it comes from.
type Value struct {
	Option Option
	Text   string
	From   Origin
}

// Shown is the value as it may be seen by others: passwords are masked.
func (v Value) Shown() string {
	switch {
	case v.Option.Kind == Password && v.Text != "":
		return hidden
	case !v.Option.Secret:
		return v.Text
	}
	if v.Option.Whole && v.Text != "" {
		return hidden
	}
	return masked(v.Text)
}

// masked hides the password of an address: between user and host, or as a parameter.
func masked(address string) string {
	if !strings.Contains(address, "://") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return hidden // what cannot be read may hold anything
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), hidden)
	}
	q := u.Query()
	for k := range q {
		if strings.Contains(k, "password") {
			q.Set(k, hidden)
			u.RawQuery = q.Encode()
		}
	}
	return strings.ReplaceAll(u.String(), url.QueryEscape(hidden), hidden)
}

// hidden stands where a password was.
const hidden = "***"

// Origin says where a value comes from.
type Origin struct {
	Kind string // "flag", "environment", "file" or "default"
	Name string // of the variable or file
	Row  int    // in the file
}

// In names the origin in "vi" or "en".
func (o Origin) In(lang string) string {
	return book.Say(lang, "from-"+o.Kind, "name", o.Name, "file", o.Name, "row", o.Row)
}

// Settings are the values of all settings.
type Settings struct{ values map[string]Value }

// Defaults are the settings that nobody has chosen anything of.
func Defaults() Settings {
	s := Settings{map[string]Value{}}
	for _, o := range options {
		s.values[o.Name] = Value{o, o.Default, Origin{Kind: "default"}}
	}
	return s
}

// Values lists every setting in order.
func (s Settings) Values() []Value {
	var out []Value
	for _, o := range options {
		out = append(out, s.value(o.Name))
	}
	return out
}

// value gives a value. A name that is not there is a defect of the program.
func (s Settings) value(name string) Value {
	v, ok := s.values[name]
	if !ok {
		panic("config: there is no setting " + name)
	}
	return v
}

// Text gives a value as written.
func (s Settings) Text(name string) string { return s.value(name).Text }

// Given reports whether a value was chosen by somebody.
func (s Settings) Given(name string) bool { return s.value(name).From.Kind != "default" }

// Duration gives a duration.
func (s Settings) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(s.value(name).Text) // checked when it was read, as are the others
	return d
}

// Number gives a number.
func (s Settings) Number(name string) float64 {
	n, _ := strconv.ParseFloat(s.value(name).Text, 64)
	return n
}

// Count gives a whole number.
func (s Settings) Count(name string) int {
	n, _ := strconv.Atoi(s.value(name).Text)
	return n
}

// Networks gives a list of networks; an address is a network of one.
func (s Settings) Networks(name string) []netip.Prefix {
	list, _ := networks(s.value(name).Text)
	return list
}

func networks(text string) ([]netip.Prefix, bool) {
	var out []netip.Prefix
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		if a, err := netip.ParseAddr(part); err == nil {
			a = a.Unmap()
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, false
		}
		out = append(out, p.Masked())
	}
	return out, true
}

// wanted is what a value of a setting may be, as a sentence names it.
type wanted Option

// In says it in "vi" or "en".
func (w wanted) In(lang string) string {
	return book.Say(lang, "kind-"+string(w.Kind), "choices", strings.Join(w.Choices, ", "))
}

// ok reports whether a setting may have a value. An empty one is as if there were none.
func (o Option) ok(text string) bool {
	if text == "" {
		return o.Default == ""
	}
	switch o.Kind {
	case Address:
		_, port, err := net.SplitHostPort(text)
		return err == nil && port != ""
	case URL:
		u, err := url.Parse(text)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
	case Contact:
		return reaches(text)
	case Mailbox:
		at, err := mail.ParseAddress(text)
		return err == nil && at.Address == text
	case Networks:
		_, ok := networks(text)
		return ok
	case Duration:
		d, err := time.ParseDuration(text)
		return err == nil && d >= 0
	case Rate:
		n, err := strconv.ParseFloat(text, 64)
		return err == nil && n >= 0 && n < 1e9
	case Count:
		n, err := strconv.Atoi(text)
		return err == nil && n > 0
	case Choice:
		return slices.Contains(o.Choices, text)
	}
	return true
}

// reaches reports whether a text is an e-mail address or the address of a page.
func reaches(text string) bool {
	if at, err := mail.ParseAddress(text); err == nil {
		return at.Address == text
	}
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// Bind adds the settings as flags: all of them for a server, else those that say where the installation is. The usage of each flag is its name.
func Bind(f *flag.FlagSet, server bool) {
	f.String(FileOption, "", FileOption)
	for _, o := range options {
		if server || !o.Server {
			f.String(o.Name, o.Default, o.Name)
		}
	}
}

// Resolve settles every value, after the flags were parsed. environ is the environment as "NAME=value"; variables that begin with NHIPSO_ and
// are no setting are refused, but for those in beside.
func Resolve(f *flag.FlagSet, environ []string, beside ...string) (Settings, error) {
	s := Defaults()
	env, err := readEnvironment(environ, beside)
	if err != nil {
		return s, err
	}
	given := map[string]string{}
	f.Visit(func(x *flag.Flag) { given[x.Name] = x.Value.String() })
	file, ok := given[FileOption]
	if !ok {
		file = env[FileOption]
	}
	rows := map[string]fileValue{}
	if file != "" {
		if rows, err = readFile(file); err != nil {
			return s, err
		}
	}
	for _, o := range options {
		v := s.values[o.Name]
		if x, ok := rows[o.Name]; ok && x.text != "" {
			v.Text, v.From = x.text, Origin{"file", file, x.row}
		}
		if x := env[o.Name]; x != "" {
			v.Text, v.From = x, Origin{Kind: "environment", Name: o.Env()}
		}
		if x, ok := given[o.Name]; ok {
			v.Text, v.From = x, Origin{Kind: "flag"}
		}
		if !o.ok(v.Text) {
			return s, fault.New("config.bad-value", "name", o.Name, "value", v.Shown(), "from", v.From, "wanted", wanted(o))
		}
		s.values[o.Name] = v
	}
	return s, s.together()
}

// together refuses settings that do not go with each other.
func (s Settings) together() error {
	if cert, key := s.Text("tls-cert"), s.Text("tls-key"); (cert == "") != (key == "") {
		return fault.New("config.half-tls")
	}
	if s.Given("rate-burst") && s.Number("rate-limit") == 0 {
		return fault.New("config.no-effect", "name", "rate-burst", "from", s.value("rate-burst").From, "with", "rate-limit")
	}
	return s.channels()
}

// needs lists the settings by which letters go out that mean nothing without others, or are not enough without them.
var needs = []struct{ name, with string }{
	{"mail", "mail-from"}, {"mail-from", "mail"}, {"telegram-api", "telegram-token"}, {"zalo-app", "zalo-key"}, {"zalo-key", "zalo-refresh"}, {"zalo-refresh", "zalo-app"},
	{"zalo-api", "zalo-app"}, {"zalo-oauth", "zalo-app"}, {"mail", "base-url"}, {"telegram-token", "base-url"}, {"zalo-app", "base-url"},
}

// channels refuses half of what a channel takes.
func (s Settings) channels() error {
	for _, n := range needs {
		if s.Given(n.name) && s.Text(n.name) != "" && s.Text(n.with) == "" {
			return fault.New("config.needs", "name", n.name, "from", s.value(n.name).From, "with", n.with)
		}
	}
	if on := s.Text("webhooks") == "on"; !on && s.Text("webhook-networks") != "" {
		return fault.New("config.needs", "name", "webhook-networks", "from", s.value("webhook-networks").From, "with", "webhooks: on")
	} else if on && s.Text("base-url") == "" {
		return fault.New("config.needs", "name", "webhooks", "from", s.value("webhooks").From, "with", "base-url")
	}
	return nil
}

// readEnvironment finds the variables of ours. An empty one is as if it were not set.
func readEnvironment(environ, beside []string) (map[string]string, error) {
	out := map[string]string{}
	byEnv := map[string]string{envPrefix + strings.ToUpper(FileOption): FileOption}
	for _, o := range options {
		byEnv[o.Env()] = o.Name
	}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" || slices.Contains(beside, name) || strings.HasPrefix(name, envPrefix+"TEST_") {
			continue
		}
		id, known := byEnv[name]
		if !known {
			return nil, fault.New("config.unknown-variable", "name", name, "near", Near(name, slices.Sorted(maps.Keys(byEnv))))
		}
		out[id] = value
	}
	return out, nil
}

// Hint asks whether a name was meant.
type Hint string

// Near is a hint to the known name that is most like one that is not known.
func Near(name string, names []string) Hint { return Hint(text.Nearest(name, names)[0]) }

// In asks in "vi" or "en".
func (h Hint) In(lang string) string { return book.Say(lang, "meant", "name", string(h)) }
