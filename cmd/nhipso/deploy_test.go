package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"nhipso/internal/config"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// settled gives the settings of a server with a file and an environment.
func settled(t *testing.T, file string, environ ...string) config.Settings {
	t.Helper()
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	config.Bind(f, true)
	if file != "" {
		environ = append(environ, "NHIPSO_CONFIG="+file)
	}
	s, err := config.Resolve(f, environ, "NHIPSO_LANG")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stopsWithin holds the time that a supervisor gives to a server to what the server takes.
func stopsWithin(t *testing.T, given string, s config.Settings) {
	t.Helper()
	d, err := time.ParseDuration(given)
	if needs := s.Duration("drain") + s.Duration("stop-timeout"); err != nil || d <= needs {
		t.Errorf("%s are given to stop, %s are needed (%v)", given, needs, err)
	}
}

// entries are the "name=value" lines of a unit.
func entries(unit string) map[string][]string {
	out := map[string][]string{}
	for _, line := range strings.Split(unit, "\n") {
		if name, value, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") {
			out[name] = append(out[name], value)
		}
	}
	return out
}

func TestTheUnitsStartWhatThereIs(t *testing.T) {
	sample := settled(t, "../../deploy/nhipso.yaml")
	for _, name := range []string{"nhipso.service", "nhipso-worker.service", "nhipso-backup.service"} {
		t.Run(name, func(t *testing.T) {
			unit := entries(read(t, "deploy/"+name))
			args := strings.Fields(unit["ExecStart"][0])
			if args[0] != "/usr/local/bin/nhipso" || !slices.ContainsFunc(commands(), func(c command) bool { return c.name == args[1] }) {
				t.Errorf("starts %v", args)
			}
			f := flag.NewFlagSet(args[1], flag.ContinueOnError)
			config.Bind(f, args[1] != "backup")
			if err := f.Parse(slices.DeleteFunc(args[2:], func(a string) bool { return strings.HasPrefix(a, "/var/backups") })); err != nil {
				t.Error(err)
			}
			if args[1] == "worker" {
				if err := onlyFlags(f, "worker", workerNames); err != nil {
					t.Error(err)
				}
				if at := f.Lookup("metrics-addr").Value.String(); at == sample.Text("metrics-addr") {
					t.Errorf("server and worker both listen on %s", at)
				}
			}
			for _, want := range []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "User=nhipso", "CapabilityBoundingSet="} {
				key, value, _ := strings.Cut(want, "=")
				if !slices.Contains(unit[key], value) {
					t.Errorf("lacks %s", want)
				}
			}
			if "/var/lib/"+unit["StateDirectory"][0] != sample.Text("data") {
				t.Errorf("may write /var/lib/%s, the data lie in %s", unit["StateDirectory"][0], sample.Text("data"))
			}
			if stop := unit["TimeoutStopSec"]; stop != nil {
				stopsWithin(t, stop[0]+"s", sample)
			}
			verifyUnit(t, name)
		})
	}
	if timer := entries(read(t, "deploy/nhipso-backup.timer")); timer["OnCalendar"] == nil {
		t.Error("the timer never comes")
	}
}

// verifyUnit asks systemd itself, where it is.
func verifyUnit(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		return
	}
	copied := filepath.Join(t.TempDir(), name)
	unit := strings.ReplaceAll(read(t, "deploy/"+name), "/usr/local/bin/nhipso", "/bin/true")
	if err := os.WriteFile(copied, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", copied).CombinedOutput(); err != nil || strings.Contains(string(out), "Unknown") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestTheImageHoldsTheProgramAndNothingElse(t *testing.T) {
	text := read(t, "deploy/Containerfile")
	_, final, _ := strings.Cut(text, "FROM scratch")
	for _, want := range []string{"CGO_ENABLED=0", "./cmd/nhipso", "STOPSIGNAL SIGTERM"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if !regexp.MustCompile(`\nUSER [1-9]\d*:[1-9]\d*\n`).MatchString(final) || strings.Contains(final, "RUN") {
		t.Error("the image runs something, or runs as root")
	}
	version := regexp.MustCompile(`\ngo (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	if !strings.Contains(text, "golang:"+version+" ") {
		t.Errorf("is not built with Go %s, which go.mod asks for", version)
	}
	env := regexp.MustCompile(`\nENV (.*)\n`).FindStringSubmatch(final)[1]
	if s := settled(t, "", strings.Fields(env)...); s.Text("data") != "/data" || !strings.Contains(final, `VOLUME ["/data"]`) {
		t.Error("the data do not lie in the volume")
	}
}

// composed is what the test reads of compose.yaml.
type composed struct {
	Services map[string]struct {
		Build struct {
			Context, Dockerfile string
		}
		Command     []string
		User        string
		ReadOnly    bool `yaml:"read_only"`
		Environment map[string]string
		Volumes     []string
		Networks    any
		Grace       string         `yaml:"stop_grace_period"`
		DependsOn   map[string]any `yaml:"depends_on"`
	}
	Volumes map[string]any
}

// mounts holds the volumes of a service to the files and volumes that there are.
func (c composed) mounts(t *testing.T, service string, volumes []string) {
	t.Helper()
	for _, v := range volumes {
		from, _, _ := strings.Cut(v, ":")
		if file, isFile := strings.CutPrefix(from, "./"); isFile {
			read(t, "deploy/"+file)
		} else if _, named := c.Volumes[from]; !named {
			t.Errorf("%s: there is no volume %s", service, from)
		}
	}
}

// heeds holds the environment of a worker to the settings that it takes.
func heeds(t *testing.T, service string, environment map[string]string) {
	t.Helper()
	for k := range environment {
		option := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(k, "NHIPSO_")), "_", "-")
		if strings.HasPrefix(k, "NHIPSO_") && !slices.Contains(strings.Fields(workerNames), option) {
			t.Errorf("%s is told %s, of which it takes no notice", service, k)
		}
	}
}

func TestTheCompositionFitsTogether(t *testing.T) {
	var c composed
	if err := yaml.Unmarshal([]byte(read(t, "deploy/compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	caddy := read(t, "deploy/Caddyfile")
	backends := regexp.MustCompile(`reverse_proxy (.*) \{`).FindStringSubmatch(caddy)[1]
	servers, doers := 0, 0
	for name, x := range c.Services {
		c.mounts(t, name, x.Volumes)
		if !strings.HasPrefix(name, "nhipso") {
			continue
		}
		read(t, filepath.Join("deploy", x.Build.Context, x.Build.Dockerfile))
		if !x.ReadOnly || x.User == "" || strings.HasPrefix(x.User, "0") || len(x.Command) != 1 {
			t.Errorf("%s: %+v", name, x)
		}
		var environ []string
		for k, v := range x.Environment {
			environ = append(environ, k+"="+regexp.MustCompile(`\$\{NHIPSO_SITE[^}]*\}`).ReplaceAllString(v, "so.example.vn"))
		}
		s := settled(t, "", environ...)
		stopsWithin(t, x.Grace, s)
		if !strings.HasPrefix(s.Text("database"), "postgres://nhipso@db:") || x.DependsOn["db"] == nil {
			t.Errorf("%s reads %s", name, s.Text("database"))
		}
		if x.Command[0] == "worker" || s.Text("jobs") != "off" {
			doers++
		}
		if x.Command[0] == "worker" {
			heeds(t, name, x.Environment)
			continue
		}
		if servers++; x.Command[0] != "serve" {
			t.Errorf("%s runs %v", name, x.Command)
		}
		if proxies := s.Networks("trusted-proxies"); len(proxies) != 1 || !strings.Contains(read(t, "deploy/compose.yaml"), "ipv4_address: "+proxies[0].Addr().String()) {
			t.Errorf("%s trusts %v", name, proxies)
		}
		if !strings.Contains(backends, name+":8080") {
			t.Errorf("the proxy does not know %s", name)
		}
		every, err := time.ParseDuration(regexp.MustCompile(`health_interval (\S+)`).FindStringSubmatch(caddy)[1])
		if err != nil || 2*every > s.Duration("drain") {
			t.Errorf("the proxy asks every %s, a server says for %s that it stops", every, s.Duration("drain"))
		}
	}
	if doers == 0 {
		t.Error("nobody does the jobs")
	}
	if servers != 2 || len(strings.Fields(backends)) != servers || !strings.Contains(caddy, "health_uri /readyz") || !strings.Contains(caddy, "/metrics") {
		t.Errorf("%d servers, proxied are %s", servers, backends)
	}
}

func TestThePagesOnOperationsHaveEverySettingAndMetric(t *testing.T) {
	sources := read(t, "internal/ops/metrics.go") + read(t, "cmd/nhipso/facts.go")
	metrics := map[string]bool{}
	for _, m := range regexp.MustCompile(`"(nhipso_[a-z_]+[a-z])"|(?:add\()"([a-z_]+)"`).FindAllStringSubmatch(sources, -1) {
		metrics[strings.TrimPrefix(m[1], "nhipso_")+m[2]] = true
	}
	if len(metrics) < 10 {
		t.Fatal(metrics)
	}
	for _, page := range []string{"doc/operations.md", "doc/operations.vi.md"} {
		text := read(t, page)
		rows := 0
		for _, line := range strings.Split(text, "\n") {
			if strings.HasPrefix(line, "| `") && strings.Contains(line, "| `NHIPSO_") {
				rows++
			}
		}
		for _, o := range config.Options() {
			value := " "
			if o.Default != "" {
				value = " `" + o.Default + "` "
			}
			if row := "\n| `" + o.Name + "` | `" + o.Env() + "` |" + value + "|"; !strings.Contains(text, row) {
				t.Errorf("%s lacks %s", page, row)
			}
			if !book.Has("flag." + o.Name) {
				t.Errorf("words.csv lacks flag.%s", o.Name)
			}
		}
		if rows != len(config.Options()) {
			t.Errorf("%s has %d settings, the program %d", page, rows, len(config.Options()))
		}
		for _, m := range regexp.MustCompile("\n\\| `nhipso_([a-z_]+)`").FindAllStringSubmatch(text, -1) {
			if !metrics[m[1]] {
				t.Errorf("%s tells of nhipso_%s, which there is not", page, m[1])
			}
		}
		for m := range metrics {
			if !strings.Contains(text, "`nhipso_"+m+"`") {
				t.Errorf("%s lacks nhipso_%s", page, m)
			}
		}
	}
}
