package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

// shown is a server of an installation whose release has its file.
func shown(t *testing.T) (*vault, http.Handler) {
	t.Helper()
	v := newVault(t)
	kept := newFiles(v.app)
	t.Cleanup(func() {
		kept.shut()
		os.RemoveAll(filepath.Join(v.dir, releaseFolder)) //nolint:errcheck // others share the vault
	})
	gate := v.gate()
	gate.Files = kept.source
	if _, err := gate.View(t.Context(), publish.Everybody()); err != nil {
		t.Fatal(err)
	}
	site, err := v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	return v, site
}

func taken(h http.Handler, address string, heading ...string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest(http.MethodGet, address, nil), httptest.NewRecorder()
	for i := 0; i+1 < len(heading); i += 2 {
		r.Header.Set(heading[i], heading[i+1])
	}
	h.ServeHTTP(w, r)
	return w
}

func TestAReaderTakesTheFileOfAReleaseAlong(t *testing.T) {
	v, site := shown(t)
	page := taken(site, "/lich-su?lang=en").Body.String()
	link := regexp.MustCompile(`href="(/lich-su/tep/[^"]+\.nhipso)"`).FindStringSubmatch(page)
	if link == nil {
		t.Fatal("the page of releases leads to no file")
	}
	w := taken(site, link[1])
	name := filepath.Base(link[1])
	stored, err := os.ReadFile(filepath.Join(v.dir, releaseFolder, name))
	if err != nil || w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), stored) {
		t.Fatalf("%d: %d bytes of %d (%v)", w.Code, w.Body.Len(), len(stored), err)
	}
	t.Run("with its hash, the signature of the hash and the key", func(t *testing.T) {
		line := taken(site, link[1]+".sha256").Body.Bytes()
		sum := sha256.Sum256(stored)
		if string(line) != hex.EncodeToString(sum[:])+"  "+name+"\n" {
			t.Errorf("the hash reads %q", line)
		}
		at := filepath.Join(t.TempDir(), "key.pem")
		if err := os.WriteFile(at, taken(site, "/lich-su/tep/release-key.pub.pem").Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := releasefile.ReadPublicKey(at)
		if err != nil || !ed25519.Verify(key, line, taken(site, link[1]+".sha256.sig").Body.Bytes()) {
			t.Errorf("the signature does not hold (%v)", err)
		}
	})
	t.Run("in parts", func(t *testing.T) {
		part := taken(site, link[1], "Range", "bytes=100-199")
		if part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), stored[100:200]) {
			t.Errorf("%d, %d bytes", part.Code, part.Body.Len())
		}
		if again := taken(site, link[1], "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%d to who has it", again.Code)
		}
		goesOn(t, site, link[1], stored, w.Header().Get("ETag"))
	})
	t.Run("under one address", func(t *testing.T) {
		for _, address := range []string{link[1], "/phat-hanh.atom", "/lich.ics"} {
			if w := taken(site, address+"?x=1"); w.Code != http.StatusFound || w.Header().Get("Location") != address {
				t.Errorf("%s with a parameter of its own: %d to %q", address, w.Code, w.Header().Get("Location"))
			}
		}
	})
	t.Run("and nothing else of the folder", func(t *testing.T) {
		// A file that waits for its minute lies beside it, and the private key one folder up.
		waiting := strings.Replace(name, "2026-Q3-", "2099-Q1-", 1)
		if err := os.WriteFile(filepath.Join(v.dir, releaseFolder, waiting), stored, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"/lich-su/tep/" + waiting, "/lich-su/tep/..%2Frelease-key.pem", "/lich-su/tep/release-key.pem", "/lich-su/tep/", "/lich-su/tep/.", "/lich-su/tep/" + name + ".x", "/lich-su/tep/" + strings.ToUpper(name)} {
			if w := taken(site, address); w.Code == http.StatusOK || w.Code >= 500 || bytes.Contains(w.Body.Bytes(), []byte("SQLite format")) || bytes.Contains(w.Body.Bytes(), []byte("PRIVATE")) {
				t.Errorf("%s: %d", address, w.Code)
			}
		}
		if strings.Contains(taken(site, "/lich-su").Body.String(), waiting) {
			t.Error("the page tells of a file that waits")
		}
	})
}

func TestAMirrorGivesItsOwnFile(t *testing.T) {
	v := newVault(t)
	name := v.fileOf(t, "2026-Q3")
	f, err := releasefile.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mirrored(t.Context(), f, v.now)
	if err != nil {
		t.Fatal(err)
	}
	d := m.downloads(m.gate())
	names, err := d.Names(t.Context())
	if err != nil || names["2026-Q3"].Name != filepath.Base(name) || len(names) != 1 {
		t.Fatalf("%v (%v)", names, err)
	}
	got, _, err := d.Open(t.Context(), filepath.Base(name))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	own, _ := os.ReadFile(name)
	if b, err := io.ReadAll(got); err != nil || !bytes.Equal(b, own) {
		t.Errorf("%d bytes of %d (%v)", len(b), len(own), err)
	}
}

func TestDoctorSeesADamagedFile(t *testing.T) {
	v, _ := shown(t)
	examine := func() (string, int) {
		x := &examination{env: v.e}
		v.out.Reset()
		if err := x.filesOf(context.Background(), v.app); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		return v.out.String(), x.failed
	}
	if said, failed := examine(); failed != 0 || !strings.Contains(said, "✓") {
		t.Fatalf("a whole file: %s", said)
	}
	names, _ := filepath.Glob(filepath.Join(v.dir, releaseFolder, "*"+releasefile.Extension))
	b, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte("KTS-1"))
	b[at] = 'X'
	if err := os.WriteFile(names[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, failed := examine(); failed != 1 || !strings.Contains(said, filepath.Base(names[0])) {
		t.Errorf("a damaged file: %s", said)
	}
}

// goesOn holds the tag of a file to its bytes, so that whoever goes on with a download gets the rest of the same bytes, or all of others.
func goesOn(t *testing.T, site http.Handler, address string, stored []byte, tag string) {
	t.Helper()
	sum := sha256.Sum256(stored)
	if tag != `"`+hex.EncodeToString(sum[:])+`"` { // of the bytes: another server may have signed the edition with a key of its own
		t.Errorf("the tag is %s", tag)
	}
	if own := taken(site, address+".sha256").Header().Get("ETag"); own == "" || own == tag {
		t.Errorf("the tag of the hash is %q", own)
	}
	if on := taken(site, address, "Range", "bytes=100-199", "If-Range", tag); on.Code != http.StatusPartialContent {
		t.Errorf("%d to who goes on with these bytes", on.Code)
	}
	if whole := taken(site, address, "Range", "bytes=100-199", "If-Range", `"those of another server"`); whole.Code != http.StatusOK || whole.Body.Len() != len(stored) {
		t.Errorf("%d, %d bytes to who began with others", whole.Code, whole.Body.Len())
	}
}
