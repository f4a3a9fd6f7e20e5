package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"nhipso/internal/needs"
)

// template is a data folder with figures, runs and a release, whose server has stopped. Making one takes a minute on a busy machine.
var template struct {
	once sync.Once
	dir  string
	err  error
}

// firstReleased gives the template, which nobody changes: whatever a server or a command does, it does to a copy.
func firstReleased(t *testing.T) string {
	t.Helper()
	template.once.Do(func() {
		var s *server
		if template.dir, template.err = os.MkdirTemp("", "nhipso-e2e-template-"); template.err == nil {
			if s, template.err = start("--data", template.dir); template.err == nil {
				template.err = s.end()
			}
		}
	})
	if template.err != nil {
		t.Fatal(template.err)
	}
	return template.dir
}

// firstRelease gives a copy of the template that is the test's own.
func firstRelease(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	copyOf(t, firstReleased(t), dir)
	return dir
}

// auditHead finds the line of the audit log's head in what a command says.
func auditHead(t *testing.T, o outcome) string {
	t.Helper()
	for _, line := range strings.Split(o.out, "\n") {
		if strings.HasPrefix(line, "Audit log: ") {
			return line
		}
	}
	t.Fatalf("%d: %s%s", o.status, o.out, o.err)
	return ""
}

func TestABackupTakenWhileTheServerWorksComesBackAsItWas(t *testing.T) {
	dir := firstRelease(t)
	s, err := start("--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	file := filepath.Join(t.TempDir(), "b.zip")
	made := run(t, "--lang", "en", "backup", file, "--data", dir)
	if o := run(t, "--lang", "en", "backup", file, "--data", dir); o.status != 3 {
		t.Errorf("written over: %d %s", o.status, o.err)
	}
	_, want := s.get(t, "/so-lieu/DE_SHARE.csv")
	there := filepath.Join(t.TempDir(), "restored")
	if o := run(t, "--lang", "en", "restore", file, "--data", there); auditHead(t, o) != auditHead(t, made) {
		t.Errorf("%s\n%s", made.out, o.out)
	}
	if o := run(t, "doctor", "--data", there, "--lang", "en"); o.status != 0 {
		t.Errorf("%s%s", o.out, o.err)
	}
	again, err := start("--data", there)
	if err != nil {
		t.Fatal(err)
	}
	defer again.end()
	if _, got := again.get(t, "/so-lieu/DE_SHARE.csv"); got != want || got == "" {
		t.Error("what is restored serves other figures")
	}
	t.Run("and the database file alone does not pass for one", func(t *testing.T) {
		copied := filepath.Join(t.TempDir(), "copied")
		b, err := os.ReadFile(filepath.Join(dir, "nhipso.db"))
		if err == nil {
			err = os.MkdirAll(copied, 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, "nhipso.db"), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if o := run(t, "doctor", "--data", copied, "--lang", "en"); o.status == 0 || !strings.Contains(o.out, "was copied while in use") {
				t.Errorf("%d: %s", o.status, o.out)
			}
		}
		if o := run(t, "serve", "--addr", "127.0.0.1:0", "--data", copied, "--lang", "en"); o.status != 3 || !strings.Contains(o.err, "nhipso restore") {
			t.Errorf("%d: %s", o.status, o.err)
		}
	})
}

// A backup that is ended without warning leaves nothing under its name, or all of it.
func TestKillDuringBackup(t *testing.T) {
	dir := firstRelease(t)
	whole, none := 0, 0
	out := t.TempDir()
	for i := range 40 {
		file := filepath.Join(out, fmt.Sprintf("b%d.zip", i))
		cmd := exec.Command(program, "backup", file, "--data", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*23) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		if _, err := os.Stat(file); err != nil {
			none++
			continue
		}
		whole++
		if o := run(t, "restore", "--check", file); o.status != 0 {
			t.Fatalf("after kill %d: %s", i, o.err)
		}
	}
	t.Logf("killed 40 times: %d whole, %d not at all", whole, none)
	// What was cut short has no index and is refused. A file that was killed between its last byte and its name is whole, and may be used.
	left, _ := filepath.Glob(filepath.Join(out, ".*.part"))
	refused := 0
	for _, part := range left {
		if o := run(t, "restore", "--check", part, "--lang", "en"); o.status != 0 {
			if refused++; !strings.Contains(o.err, "not a whole backup") {
				t.Errorf("%s: %d %s", part, o.status, o.err)
			}
		} else if !strings.Contains(o.out, "rows fit") {
			t.Error(o.out)
		}
	}
	t.Logf("of %d files without a name, %d are refused", len(left), refused)
	if len(left) > 0 && refused == 0 {
		t.Error("none of them is refused")
	}
	if o := run(t, "doctor", "--data", dir, "--lang", "en"); o.status != 0 {
		t.Error(o.out)
	}
}

// A restoration that is ended without warning leaves the target as it was, or as it is to be.
func TestKillDuringRestore(t *testing.T) {
	dir := firstRelease(t)
	file := filepath.Join(t.TempDir(), "b.zip")
	if o := run(t, "backup", file, "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	for i := range 12 {
		there := filepath.Join(t.TempDir(), "there")
		cmd := exec.Command(program, "restore", file, "--data", there)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*170) * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		o := run(t, "--lang", "en", "restore", file, "--data", there)
		if o.status != 0 && !strings.Contains(o.err, "already holds something") {
			t.Fatalf("after kill %d: %d %s", i, o.status, o.err)
		}
		if o := run(t, "doctor", "--data", there, "--lang", "en"); o.status != 0 {
			t.Errorf("after kill %d: %s", i, o.out)
		}
	}
}

func TestABackupOnAFullDiskIsRefusedAndLeavesNothing(t *testing.T) {
	dir := firstRelease(t)
	small := t.TempDir()
	err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=200k")
	needs.Here(t, err == nil, "the right to mount a small file system")
	defer syscall.Unmount(small, syscall.MNT_DETACH)
	o := run(t, "--lang", "en", "backup", small, "--data", dir)
	if o.status != 4 || !strings.Contains(o.err, "disk became full") || strings.Count(strings.TrimSpace(o.err), "\n") > 0 {
		t.Errorf("%d: %s", o.status, o.err)
	}
	if left, err := os.ReadDir(small); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
	file := filepath.Join(t.TempDir(), "b.zip")
	if o := run(t, "backup", file, "--data", dir); o.status != 0 {
		t.Fatal(o.err)
	}
	if o := run(t, "--lang", "en", "restore", file, "--data", small); o.status != 4 || !strings.Contains(strings.ToLower(o.err), "full") {
		t.Errorf("%d: %s", o.status, o.err)
	}
	if left, err := os.ReadDir(small); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestABackupGoesFromSQLiteToPostgreSQLAndBack(t *testing.T) {
	address := os.Getenv("NHIPSO_TEST_POSTGRES")
	needs.Here(t, address != "", "PostgreSQL (NHIPSO_TEST_POSTGRES)")
	dir := firstRelease(t)
	own := newDatabase(t, address, fmt.Sprintf("nhipso_e2e_restore_%d", os.Getpid()))
	file, back := filepath.Join(t.TempDir(), "b.zip"), filepath.Join(t.TempDir(), "back.zip")
	made := run(t, "--lang", "en", "backup", file, "--data", dir)
	notes := t.TempDir()
	if o := run(t, "--lang", "en", "restore", file, "--database", own, "--data", notes); auditHead(t, o) != auditHead(t, made) {
		t.Errorf("%s\n%s%s", made.out, o.out, o.err)
	}
	if o := run(t, "doctor", "--database", own, "--data", notes, "--lang", "en"); o.status != 0 {
		t.Errorf("%s%s", o.out, o.err)
	}
	if o := run(t, "--lang", "en", "backup", back, "--database", own, "--data", notes); auditHead(t, o) != auditHead(t, made) {
		t.Errorf("%s%s", o.out, o.err)
	}
	there := t.TempDir()
	if o := run(t, "--lang", "en", "restore", back, "--data", there); auditHead(t, o) != auditHead(t, made) {
		t.Errorf("%s%s", o.out, o.err)
	}
	if a, b := run(t, "export", "DE_SHARE", "--data", dir).out, run(t, "export", "DE_SHARE", "--data", there).out; a != b || a == "" {
		t.Error("the figures are others")
	}
}
