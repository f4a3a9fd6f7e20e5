package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/jobs"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

// TestAReaderTakesAReleaseAsCSV: the archive holds what is public and nothing else, is linked with its size and hash, and is given in parts.
func TestAReaderTakesAReleaseAsCSV(t *testing.T) {
	v, _ := shown(t)
	r, err := v.store.ReleaseByID(t.Context(), "2026-Q3")
	if err != nil {
		t.Fatal(err)
	}
	kept := newFiles(v.app)
	defer kept.shut()
	gate := v.gate()
	gate.Files = kept.source
	name := archiveOf(releaseFileName(r, r.PublishAt))
	at := filepath.Join(v.dir, releaseFolder, name)
	site, err := v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	if page := taken(site, "/lich-su?lang=en"); strings.Contains(page.Body.String(), archiveExtension) || page.Code != http.StatusOK {
		t.Errorf("%d: the page leads to an archive that there is not", page.Code)
	}
	var last string
	if err := kept.archive(t.Context(), releaseArgs{r.ID, r.PublishAt}, name, func(done, of int, _ string) { last = plural(done, of) }); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	if last != "all" {
		t.Error("its progress ends at ", last)
	}
	stored, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	held := unpacked(t, string(stored))
	for _, s := range []string{"DE_SHARE", "12.87", "CL_DEFINITION", "CC BY 4.0"} {
		if !strings.Contains(held, s) {
			t.Errorf("the archive does not hold %q: is it read at all?", s)
		}
	}
	v.tell(t, "the archive", string(stored))

	if site, err = v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults())); err != nil {
		t.Fatal(err)
	}
	address := "/lich-su/tep/" + name
	sum := sha256.Sum256(stored)
	page := taken(site, "/lich-su?lang=en").Body.String()
	for _, s := range []string{`href="` + address + `"`, hex.EncodeToString(sum[:]), address + ".sha256.sig", "B)"} {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not say %q", s)
		}
	}
	t.Run("whole and in parts", func(t *testing.T) { givenAsFile(t, site, address, stored) })
	line := taken(site, address+".sha256").Body.Bytes()
	key, err := v.downloads(gate).key()
	if err != nil || string(line) != hex.EncodeToString(sum[:])+"  "+name+"\n" || !ed25519.Verify(key, line, taken(site, address+".sha256.sig").Body.Bytes()) {
		t.Errorf("the signature does not hold: %q (%v)", line, err)
	}
	if !releasefile.Vouched(at, key) {
		t.Error("it is not vouched for")
	} else if err := os.WriteFile(at, append(bytes.Clone(stored), 0), 0o600); err != nil || releasefile.Vouched(at, key) {
		t.Error("a byte more is vouched for too", err)
	}
	// One that waits for its minute lies in the same folder.
	waiting := strings.Replace(name, "2026-Q3-", "2099-Q1-", 1)
	if err := os.WriteFile(filepath.Join(v.dir, releaseFolder, waiting), stored, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, a := range []string{waiting, "." + name + ".half", name + ".x"} {
		if w := taken(site, "/lich-su/tep/"+a); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", a, w.Code)
		}
	}
}

// givenAsFile asks for a file whole, in parts, again, and for its headings alone.
func givenAsFile(t *testing.T, site http.Handler, address string, stored []byte) {
	t.Helper()
	w := taken(site, address)
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), stored) || w.Header().Get("Content-Type") != "application/zip" {
		t.Errorf("%d: %d bytes of %d, %s", w.Code, w.Body.Len(), len(stored), w.Header().Get("Content-Type"))
	}
	if part := taken(site, address, "Range", "bytes=100-199"); part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), stored[100:200]) {
		t.Errorf("a part: %d, %d bytes", part.Code, part.Body.Len())
	}
	if again := taken(site, address, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("%d to who has it", again.Code)
	}
	if head := get(site, http.MethodHead, address); head.Code != http.StatusOK || head.Body.Len() != 0 {
		t.Errorf("HEAD: %d, %d bytes", head.Code, head.Body.Len())
	}
}

func plural(done, of int) string {
	if done == of {
		return "all"
	}
	return "some"
}

// TestAnArchiveIsWrittenWholeOrNotAtAll: by two at once, on a full disk, after one that was killed, and not for a minute that is no more.
func TestAnArchiveIsWrittenWholeOrNotAtAll(t *testing.T) {
	o := &office{dir: t.TempDir(), now: time.Now}
	a := o.prepared(t)
	minute := time.Now().Add(time.Hour).Truncate(time.Second)
	load1(t, a, "14.9", "2026-11-01")
	if err := a.runStale(t.Context(), &env{err: io.Discard, lang: "en"}, a.recipes); err != nil {
		t.Fatal(err)
	}
	r := approve(t, a, "2027-Q1", minute)
	to := releaseArgs{r.ID, minute}
	name := archiveOf(releaseFileName(r, minute))
	at := filepath.Join(o.dir, releaseFolder, name)
	half := filepath.Join(o.dir, releaseFolder, "."+name+".half")
	kept := newFiles(a)
	defer kept.shut()
	nothing := func(what string) {
		t.Helper()
		for _, path := range []string{at, half} {
			if _, err := os.Lstat(path); err == nil {
				t.Errorf("%s: %s is there", what, filepath.Base(path))
			}
		}
	}

	if err := kept.archive(t.Context(), to, archiveOf(releaseFileName(r, minute.Add(time.Minute))), nil); err != nil {
		t.Error(err)
	}
	nothing("for another minute")
	ctx, stop := context.WithCancel(t.Context())
	err := kept.archive(ctx, to, name, func(int, int, string) { stop() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	nothing("cancelled")
	if err := os.Symlink("/dev/full", half); err != nil {
		t.Fatal(err)
	}
	if err := kept.archive(t.Context(), to, name, nil); fault.CodeOf(err) != "cli.write-file" || !strings.Contains(fault.In(err, "en"), fault.In(fault.New("cli.disk-full"), "en")) {
		t.Errorf("on a full disk: %v", err)
	}
	nothing("on a full disk")

	if err := os.WriteFile(half, bytes.Repeat([]byte("killed"), 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	for range 2 {
		other := newFiles(o.opened(t))
		both.Go(func() {
			if err := other.archive(t.Context(), to, name, nil); err != nil {
				t.Error(fault.In(err, "en"))
			}
		})
	}
	both.Wait()
	first, err := os.ReadFile(at)
	if err != nil || !strings.Contains(unpacked(t, string(first)), "14.9") {
		t.Fatalf("it does not hold what comes out: %v", err)
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("what the killed one left is still there")
	}
	for _, lost := range []string{releasefile.SignatureExtension, ""} {
		if err := os.Remove(at + lost); err != nil {
			t.Fatal(err)
		}
		if err := kept.archive(t.Context(), to, name, nil); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		if again, err := os.ReadFile(at); err != nil || !whole(at) || !bytes.Equal(again, first) {
			t.Errorf("after the loss of %q it is another one (%v)", lost, err)
		}
	}
	// Before the minute nobody is told of it.
	names, err := a.downloads(a.gate()).Names(t.Context())
	if _, told := names["2027-Q1"]; err != nil || told {
		t.Errorf("told before its minute: %v (%v)", names, err)
	}
	if f, _, err := a.downloads(a.gate()).Open(t.Context(), name); err == nil {
		f.Close()
		t.Error("given before its minute")
	}
}

// TestEachFolderGetsTheArchive: one server does the job, and one that shares the database without the folder writes its own, which is the same.
func TestEachFolderGetsTheArchive(t *testing.T) {
	for name, at := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := at(t)
			here, there := &office{dir: t.TempDir(), url: url, now: time.Now}, &office{dir: t.TempDir(), url: url, now: time.Now}
			a := here.prepared(t)
			r, err := a.desk().Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			archive := archiveOf(releaseFileName(r, r.PublishAt))
			path := func(o *office) string { return filepath.Join(o.dir, releaseFolder, archive) }
			far := newFiles(there.opened(t))
			defer far.shut()
			if err := far.haveArchive(t.Context()); err != nil || whole(path(there)) {
				t.Fatalf("written before the job was done (%v)", err)
			}
			s := here.serve(t)
			within(t, 60*time.Second, "done", func() bool {
				list, err := s.at.queue.List(t.Context(), 100, jobs.Done)
				for _, i := range list {
					if err == nil && i.Kind == exportJob {
						return i.Progress.Done == i.Progress.Of && i.Progress.Of > 0
					}
				}
				return false
			})
			if err := far.haveArchive(t.Context()); err != nil {
				t.Fatal(fault.In(err, "en"))
			}
			one, err := os.ReadFile(path(here))
			if err != nil {
				t.Fatal(err)
			}
			other, err := os.ReadFile(path(there))
			if err != nil || !bytes.Equal(one, other) || !whole(path(there)) {
				t.Errorf("%d bytes here, %d there (%v)", len(one), len(other), err)
			}
			names, err := far.downloads(far.gate()).Names(t.Context())
			if err != nil || names[r.ID].Archive == nil || names[r.ID].Archive.Size != int64(len(one)) {
				t.Errorf("%+v (%v)", names, err)
			}
		})
	}
}

// TestAMirrorGivesTheArchiveBesideItsFile, and has no link where there is none.
func TestAMirrorGivesTheArchiveBesideItsFile(t *testing.T) {
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
	own := func() *publish.Gate { return m.gate() }
	names, err := m.downloads(own()).Names(t.Context())
	if err != nil || names["2026-Q3"].Name == "" || names["2026-Q3"].Archive != nil {
		t.Errorf("%+v (%v)", names, err)
	}
	if err := writeArchive(t.Context(), name, archiveOf(name), f.From, nil); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	with, err := v.fileOptions()
	if err != nil {
		t.Fatal(err)
	}
	if err := releasefile.WriteBeside(archiveOf(name), with.Key); err != nil {
		t.Fatal(err)
	}
	names, err = m.downloads(own()).Names(t.Context())
	if z := names["2026-Q3"].Archive; err != nil || z == nil || z.Name != filepath.Base(archiveOf(name)) || len(z.SHA256) != 64 {
		t.Errorf("%+v (%v)", z, err)
	}
}
