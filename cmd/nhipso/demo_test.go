package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/people"
	"nhipso/internal/store"
)

// begun opens a new installation in a folder, real or to try the program with.
func begun(t *testing.T, dir string, demo bool) *app {
	t.Helper()
	said := &bytes.Buffer{}
	e := &env{in: strings.NewReader(""), out: said, err: said, getenv: func(string) string { return "" }, now: func() time.Time { return time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC) }, lang: "en"}
	a, err := e.open(t.Context(), &installation{data: dir, pack: cloudland, demo: demo})
	if err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	t.Cleanup(a.close)
	if marked := strings.Contains(said.String(), "DEMO DATA"); marked != demo {
		t.Errorf("demo %v, and the program says: %s", demo, said)
	}
	return a
}

// TestADemonstrationAndARealInstallationAreKeptApart: neither is served as the other, whoever asks and however often.
func TestADemonstrationAndARealInstallationAreKeptApart(t *testing.T) {
	for _, x := range []struct {
		demo bool
		args []string
		want string
	}{{true, nil, "holds demo data"}, {false, []string{"--demo"}, "holds a real installation"}} {
		d := keeper{t, filepath.Join(t.TempDir(), "data")}
		begun(t, d.data, x.demo).close()
		for range 2 {
			if status, out := d.do(append([]string{"serve", "--addr", "localhost:0"}, x.args...)...); status != exitInput || !strings.Contains(out, x.want) || !strings.Contains(out, d.data) {
				t.Errorf("demo %v: %d %s", x.demo, status, out)
			}
		}
	}
}

// TestWhatWasStoredBeforeCataloguesIsNoDemonstration: a database with anything in it is somebody's.
func TestWhatWasStoredBeforeCataloguesIsNoDemonstration(t *testing.T) {
	dir := t.TempDir()
	s, err := store.OpenWith(t.Context(), "sqlite:"+filepath.Join(dir, "nhipso.db"), store.Options{HeadNote: filepath.Join(dir, "note")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Audit(t.Context(), store.AuditEntry{By: "an", What: "something"}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	d := keeper{t, dir}
	if status, out := d.do("serve", "--addr", "localhost:0", "--demo"); status != exitInput || !strings.Contains(out, "real installation") {
		t.Errorf("%d %s", status, out)
	}
}

// TestADemonstrationHasAFolderOfItsOwn unless somebody names another.
func TestADemonstrationHasAFolderOfItsOwn(t *testing.T) {
	s := config.Defaults()
	if got := demoOf(installationOf(s), s); !got.demo || got.data != demoFolder || got.data == installationOf(s).data {
		t.Errorf("%+v", got)
	}
}

// TestADemonstrationIsMarked in each answer's heading and in the name of each file; a real installation is not.
func TestADemonstrationIsMarked(t *testing.T) {
	for _, demo := range []bool{true, false} {
		a := begun(t, t.TempDir(), demo)
		if demo != a.catalog.Country().Demo {
			t.Fatal(demo)
		}
		w := httptest.NewRecorder()
		answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", `attachment; filename="x.csv"`)
			w.Write([]byte("x"))
		})
		marking(func() bool { return a.catalog.Country().Demo }, answer).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		name := w.Header().Get("Content-Disposition")
		if demo != (w.Header().Get(demoHeading) != "") || demo != strings.Contains(name, `"DEMO-x.csv"`) || !demo && !strings.Contains(name, `"x.csv"`) {
			t.Errorf("demo %v: %v", demo, w.Header())
		}
	}
}

// TestTheCastPlaysInADemonstrationOnly: people are made up where the installation is, and the mark stays when another catalogue is taken.
func TestTheCastPlaysInADemonstrationOnly(t *testing.T) {
	for _, demo := range []bool{true, false} {
		a := begun(t, t.TempDir(), demo)
		if err := a.enroll(t.Context()); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		if err := a.play(t.Context()); err != nil {
			t.Fatal(fault.In(err, "en"))
		}
		if got := len(a.cast.Players); demo && got != 6 || !demo && got != 0 {
			t.Errorf("demo %v: %d", demo, got)
		}
		dir, err := a.office().Directory(t.Context())
		if err != nil || demo != (len(dir.People()) > 0) {
			t.Errorf("demo %v: %d people, %v", demo, len(dir.People()), err)
		}
		for _, p := range dir.People() {
			if p.Type != people.PersonType || !strings.HasPrefix(p.Values["name"], "Người thử ") {
				t.Errorf("%v", p)
			}
		}
	}
}
