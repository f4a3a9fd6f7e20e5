package house

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// doc/pins.md is what stands between us and a vulnerable module where the vulnerability database cannot be had.
func TestEveryModuleThatGoModAsksForIsOnTheListOfPins(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json", "../../go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path, Version string
			Indirect      bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../../doc/pins.md")
	if err != nil {
		t.Fatal(err)
	}
	type pin struct{ version, day, why string }
	pins := map[string]pin{}
	for _, line := range strings.Split(string(b), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) == 6 && strings.Contains(cells[1], ".") {
			trim := strings.TrimSpace
			pins[trim(cells[1])] = pin{trim(cells[2]), trim(cells[3]), trim(cells[4])}
		}
	}
	for _, r := range mod.Require {
		if r.Indirect {
			continue
		}
		p, listed := pins[r.Path]
		delete(pins, r.Path)
		switch _, err := time.Parse("2006-01-02", p.day); {
		case !listed:
			t.Errorf("doc/pins.md lacks %s", r.Path)
		case p.version != r.Version:
			t.Errorf("doc/pins.md has %s at %s, go.mod at %s: look at it again", r.Path, p.version, r.Version)
		case err != nil || p.why == "":
			t.Errorf("doc/pins.md does not say when and why for %s", r.Path)
		}
	}
	for path := range pins {
		t.Errorf("doc/pins.md lists %s, which go.mod does not ask for", path)
	}
}
