package e2e

import (
	"database/sql"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	_ "modernc.org/sqlite"

	"nhipso/internal/needs"
)

// copyOf copies the files of a data folder.
func copyOf(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func tamper(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "nhipso.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(q, err)
		}
	}
}

func doctor(t *testing.T, dir string, more ...string) outcome {
	return run(t, append([]string{"--lang", "en", "doctor", "--data", dir}, more...)...)
}

func TestTamperingIsNoticedAndNothingIsPublishedOverALoss(t *testing.T) {
	good := firstRelease(t)
	fresh := func(t *testing.T) string { dir := t.TempDir(); copyOf(t, good, dir); return dir }
	t.Run("what serve made is sound, whole and since the last check", func(t *testing.T) {
		dir := fresh(t)
		for _, o := range []outcome{doctor(t, dir), doctor(t, dir, "--since-last")} {
			if o.status != 0 || strings.Contains(o.out, "✗") {
				t.Error(o.status, o.out)
			}
		}
	})
	t.Run("a dropped trigger and an altered figure are both named", func(t *testing.T) {
		dir := fresh(t)
		tamper(t, dir, "DROP TRIGGER observation_no_update", "UPDATE observation SET value = '99' WHERE dataflow = 'DE_SHARE' AND series = 'A.VN.NSO.TOTAL' AND period = '2025'")
		o := doctor(t, dir)
		if o.status == 0 || !strings.Contains(o.out, "observation_no_update") || !strings.Contains(o.out, "DE_SHARE/A.VN.NSO.TOTAL/2025") {
			t.Error(o.status, o.out)
		}
	})
	// Whatever is lost, nothing is loaded, run or published until a person says so.
	for what, lose := range map[string]func(t *testing.T, dir string){
		"an emptied log": func(t *testing.T, dir string) { tamper(t, dir, "DROP TRIGGER audit_no_delete", "DELETE FROM audit") },
		"a cut log": func(t *testing.T, dir string) {
			tamper(t, dir, "DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE number > 40")
		},
		"a lost database": func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "nhipso.db")) },
		"an empty file":   func(t *testing.T, dir string) { os.WriteFile(filepath.Join(dir, "nhipso.db"), nil, 0o600) },
		"another database": func(t *testing.T, dir string) {
			other := t.TempDir()
			if o := run(t, "load", "--reference", "--data", other); o.status != 0 {
				t.Fatal(o.err)
			}
			b, err := os.ReadFile(filepath.Join(other, "nhipso.db"))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "nhipso.db"), b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(what+" is refused", func(t *testing.T) {
			dir := fresh(t)
			lose(t, dir)
			nothingGoesOn(t, dir)
		})
	}
	t.Run("a loss that was accepted is still no new installation", func(t *testing.T) {
		dir := fresh(t)
		if err := os.Remove(filepath.Join(dir, "nhipso.db")); err != nil {
			t.Fatal(err)
		}
		if o := doctor(t, dir, "--accept-head", "--reason", "the disk died"); !strings.Contains(o.out, "✓ Note outside") {
			t.Error(o.out)
		}
		if o := run(t, "--lang", "en", "serve", "--addr", "127.0.0.1:0", "--data", dir); o.status == 0 || !strings.Contains(o.err, "by itself") {
			t.Error(o.status, o.err)
		}
		if o := run(t, "--lang", "en", "release", "list", "--data", dir); strings.Contains(o.out, "2026") {
			t.Error(o.out)
		}
	})
	t.Run("flags without effect are refused", func(t *testing.T) {
		dir := fresh(t)
		for _, more := range [][]string{{"--reason", "x"}, {"--accept-head", "--reason", "x"}, {"--accept-clock", "--reason", "x"}, {"everything"}} {
			if o := doctor(t, dir, more...); o.status == 0 {
				t.Errorf("%v: %s", more, o.out)
			}
		}
	})
}

// nothingGoesOn wants every command that would store or tell something refused, and the loss accepted with a reason only.
func nothingGoesOn(t *testing.T, dir string) {
	t.Helper()
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"load", "--reference"}, {"run"}, {"release", "list"}, {"release", "publish"}, {"export", "GDP"}} {
		o := run(t, append(append([]string{"--lang", "en"}, args...), "--data", dir)...)
		if o.status == 0 || !strings.Contains(o.err, "--accept-head") || !strings.Contains(o.err, "Nothing was stored") {
			t.Errorf("%v: %d %s", args, o.status, o.err)
		}
	}
	if o := doctor(t, dir); o.status == 0 || !strings.Contains(o.out, "audit-head.json") {
		t.Error(o.out)
	}
	if o := doctor(t, dir, "--accept-head"); o.status == 0 || !strings.Contains(o.out, "reason") {
		t.Error("accepted without a reason: ", o.out)
	}
}

func TestReadOnlyMediaServeWhatOnlyReads(t *testing.T) {
	good, dir := firstRelease(t), t.TempDir()
	// A release is out whose publication nobody could record.
	news := filepath.Join(t.TempDir(), "news.csv")
	if err := os.WriteFile(news, []byte("DATAFLOW,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,VINTAGE,EVIDENCE,SOURCE\nGRDP_GROWTH,A,VN34-08,2025,4.5,A,2026-02-01,S2,NSO-GRDP-2026-10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"load", news}, {"release", "open", "--id", "2027-Q1", "--all", "--by", "lan"}, {"release", "run", "--id", "2027-Q1", "--by", "lan"},
		{"release", "check", "--id", "2027-Q1", "--by", "lan"}, {"release", "approve", "--id", "2027-Q1", "--by", "minh"}} {
		if o := run(t, append(args, "--data", good)...); o.status != 0 {
			t.Fatal(o.err)
		}
	}
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m")
	needs.Here(t, err == nil, "the right to mount a small file system")
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	copyOf(t, good, dir)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"export", "DE_SHARE"}, {"explain", "DE_SHARE/A.VN.NSO.TOTAL/2025"}, {"run", "--list"}, {"release", "list"}, {"doctor"}, {"doctor", "--since-last"}} {
		if o := run(t, append(append([]string{"--lang", "en"}, args...), "--data", dir)...); o.status != 0 || o.out == "" {
			t.Errorf("%v: %d %s%s", args, o.status, o.out, o.err)
		}
	}
	for _, args := range [][]string{{"run", "--force"}, {"release", "open", "--id", "2031-Q1"}, {"override", "KTS-1@2025", "--class", "FOCUS", "--reason", "known to us for long", "--by", "lan"}} {
		if o := run(t, append(append([]string{"--lang", "en"}, args...), "--data", dir)...); o.status != exitUnavailable || !strings.Contains(o.err, "can only be read") {
			t.Errorf("%v: %d %s", args, o.status, o.err)
		}
	}
	s, err := start("--data", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.end()
	if res, err := http.Get(s.url + "/api/v1/releases"); err != nil {
		t.Error(err)
	} else if body, _ := io.ReadAll(res.Body); !strings.Contains(string(body), "2027-Q1") {
		t.Errorf("what is out is not shown where it cannot be recorded: %s", body)
	}
	for _, path := range []string{"/", "/so-lieu/DE_SHARE", "/so-lieu/DE_SHARE.csv", "/muc-tieu", "/healthz", "/api/v1/dataflows"} {
		res, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

const exitUnavailable = 4
