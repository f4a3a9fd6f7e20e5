package main

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

// TestADraftIsLookedAtAheadFromItsFile: the file of a draft opens as the whole portal for whoever sits at the machine, says so on every page, and
// is shown to nobody otherwise.
func TestADraftIsLookedAtAheadFromItsFile(t *testing.T) {
	v := newVault(t)
	title := catalog.Label{Vi: "Bản thảo", En: "A draft"}
	if _, err := v.desk().Open(t.Context(), "2031-Q1", title, title, "lan"); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	t.Cleanup(func() {
		if _, err := v.desk().Withdraw(context.Background(), "2031-Q1", "a test is over", "lan"); err != nil {
			t.Error(fault.In(err, "en"))
		}
	})
	name := filepath.Join(t.TempDir(), "draft"+releasefile.Extension)
	if err := v.writeReleaseFile(t.Context(), v.e, releaseOptions{id: "2031-Q1", out: name}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	log := slog.New(slog.DiscardHandler)
	for _, c := range []struct {
		preview bool
		code    string
	}{{false, "releasefile.draft"}, {true, "cli.preview-near"}} {
		if err := v.e.mirror(t.Context(), log, ports{main: afar{}}, config.Defaults(), name, c.preview); fault.CodeOf(err) != c.code {
			t.Errorf("preview %v: %v", c.preview, err)
		}
	}
	f, err := releasefile.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mirrored(t.Context(), f, func() time.Time { return v.now().Add(time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.gate().View(t.Context(), publish.Everybody()); err == nil {
		if view, _ := m.gate().View(t.Context(), publish.Everybody()); view.Release.ID == "2031-Q1" {
			t.Error("a mirror shows a draft")
		}
	}
	m.ahead = true
	site, err := m.site(m.gate(), log, watched(t, m, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/?lang=en", "/so-lieu/DE_SHARE?lang=en", "/tim?lang=en&q=x"} {
		page := taken(site, address).Body.String()
		if !strings.Contains(page, "Preview: this release is not out") || !strings.Contains(page, `content="noindex"`) {
			t.Errorf("%s does not say that it is a preview", address)
		}
	}
	if !strings.Contains(taken(site, "/?lang=en").Body.String(), "A draft") {
		t.Error("the draft is not what is shown")
	}
}

// afar is a port that other machines reach.
type afar struct{ net.Listener }

// Addr implements net.Listener.
func (afar) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 80} }
