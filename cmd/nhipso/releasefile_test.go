package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nhipso/internal/catalog"
	"nhipso/internal/config"
	"nhipso/internal/fault"
	"nhipso/internal/pack"
	"nhipso/internal/publish"
	"nhipso/internal/releasefile"
)

// fileOf writes the file of the vault's release.
func (v *vault) fileOf(t *testing.T, id string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), id+releasefile.Extension)
	if err := v.writeReleaseFile(t.Context(), v.e, releaseOptions{id: id, out: name}); err != nil {
		t.Fatal(fault.In(err, "en"))
	}
	return name
}

// everything gives all that a SQLite file holds as text.
func everything(t *testing.T, name string) string {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var out strings.Builder
	for _, table := range []string{"meta", "pack", "text", "series", "period", "figure", "closed", "run", "lineage", "record"} {
		rows, err := db.Query("SELECT * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, _ := rows.Columns()
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			for _, x := range values {
				if b, ok := x.([]byte); ok {
					x = unpacked(t, string(b))
				}
				fmt.Fprintln(&out, x)
			}
		}
		if rows.Err() != nil || rows.Close() != nil {
			t.Fatal(rows.Err())
		}
	}
	return out.String()
}

func TestTheFileOfAReleaseHoldsNothingHidden(t *testing.T) {
	v := newVault(t)
	name := v.fileOf(t, "2026-Q3")
	body := everything(t, name)
	for _, s := range []string{"DE_SHARE", "12.87", "digital-annual#"} {
		if !strings.Contains(body, s) {
			t.Errorf("the file does not hold %q: is it read at all?", s)
		}
	}
	v.tell(t, "the file", body)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	v.tell(t, "the bytes of the file", string(raw)) // also what a database leaves in its free pages
}

// TestAFileOfBeforePacksIsReadWithThePackOfTheProgram: a file is readable for ever, where the program knows what its figures mean; where it does
// not, the refusal says what to do.
func TestAFileOfBeforePacksIsReadWithThePackOfTheProgram(t *testing.T) {
	v, _ := shown(t)
	ctx := t.Context()
	with, err := v.fileOptions()
	if err != nil {
		t.Fatal(err)
	}
	files := maps.Clone(v.pack.Files)
	delete(files, catalog.Manifest)
	files["catalog/codelists/CL_AREA_SET.csv"] = "id,parent,name_vi,name_en,from,to\n" // as it was then
	if with.Pack, err = pack.Archive(files); err != nil {
		t.Fatal(err)
	}
	c, err := v.gate().Content(ctx, "2026-Q3", v.now())
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ country, change, want string }{
		"of the same country":        {"VN", "", ""},
		"of another country":         {"XM", "", "releasefile.no-pack"},
		"with a code that went away": {"VN", "UPDATE series SET key = replace(key, '.VN.', '.VN77.') WHERE dataflow = 'DE_SHARE'", "releasefile.no-pack"},
		"with a dataflow no more":    {"VN", "UPDATE series SET dataflow = 'DE_GONE' WHERE dataflow = 'DE_SHARE'", "releasefile.no-pack"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "old"+releasefile.Extension)
			o := with
			o.Country = x.country
			if err := releasefile.Write(ctx, path, c, o); err != nil {
				t.Fatal(err)
			}
			if x.change != "" {
				if err := os.Chmod(path, 0o600); err != nil {
					t.Fatal(err)
				}
				db, err := sql.Open("sqlite", path)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := db.ExecContext(ctx, x.change); err != nil {
					t.Fatal(err)
				}
				db.Close()
			}
			f, err := releasefile.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			m, err := mirrored(ctx, f, v.now)
			if fault.CodeOf(err) != x.want {
				t.Fatalf("%v", err)
			}
			if err != nil {
				if text := fault.In(err, "en"); !strings.Contains(text, "nhipso release file --id 2026-Q3") {
					t.Error(text)
				}
				return
			}
			view, err := m.gate().View(ctx, publish.Everybody())
			if err != nil || len(view.Read("DE_SHARE", "")) == 0 {
				t.Error(err)
			}
		})
	}
}

// TestAMirrorAnswersAsTheInstallationDoes asks the installation and a server that has nothing but the file of its release the same.
func TestAMirrorAnswersAsTheInstallationDoes(t *testing.T) {
	v, _ := shown(t)
	ctx := t.Context()
	written, err := filepath.Glob(filepath.Join(v.dir, releaseFolder, "2026-Q3-*"+releasefile.Extension))
	if err != nil || len(written) != 1 {
		t.Fatal(written, err)
	}
	f, err := releasefile.Open(written[0]) // the one that the installation offers too
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := mirrored(ctx, f, v.now)
	if err != nil {
		t.Fatal(err)
	}
	gate := v.gate()
	handlers := [2]http.Handler{}
	for i, a := range []*app{v.app, m} {
		if handlers[i], err = a.site(a.gate(), slog.New(slog.DiscardHandler), watched(t, a, config.Defaults())); err != nil {
			t.Fatal(err)
		}
	}
	addresses := []string{"/", "/?asof=2025-06-01", "/muc-tieu", "/muc-tieu/KTS-1", "/tinh", "/tinh/VN34-01", "/nhiem-vu", "/lich-su", "/lich", "/tai-lieu", "/phat-hien", "/so-lieu", "/so-lieu/DE_SHARE.csv",
		"/so-lieu/DE_VA?asof=2024-06-01", "/phuong-phap/digital-quarterly", "/tim?q=kinh+te", "/api/v1/releases", "/api/v1/calendar", "/api/v1/runs?limit=1000", "/api/v1/findings?limit=1000&offset=1", "/phat-hien.csv", "/api/v1/data/DE_SHARE?history=true",
		"/api/v1/targets", "/phat-hanh.atom", "/lich.ics", "/sitemap.xml", "/vi-sao?o=" + url.QueryEscape("DE_QUARTERLY/Q.VN.NSO.CORE.DENTON.VA/2025-Q4")}
	for i, c := range v.cells(t, gate) {
		if i < 40 {
			addresses = append(addresses, "/vi-sao?o="+url.QueryEscape(c.String()), "/api/v1/explain?cell="+url.QueryEscape(c.String()))
		}
	}
	view, err := gate.View(ctx, publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	for _, flow := range []string{"DE_PROVINCE", "DE_CONCENTRATION", "TARGET_STATUS", "GRDP_EST", "DE_QUARTERLY"} {
		for i, o := range view.Read(flow, "") {
			if i%9 == 0 {
				addresses = append(addresses, "/vi-sao?o="+url.QueryEscape(o.Cell().String()))
			}
		}
	}
	for _, a := range addresses {
		var bodies [2]string
		var codes [2]int
		for i, h := range handlers {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, a, nil))
			bodies[i], codes[i] = w.Body.String(), w.Code
		}
		if codes[0] == http.StatusServiceUnavailable || codes[1] == http.StatusServiceUnavailable {
			continue // late on a busy machine
		}
		if codes[0] != codes[1] || bodies[0] != bodies[1] {
			at := 0
			for at < min(len(bodies[0]), len(bodies[1])) && bodies[0][at] == bodies[1][at] {
				at++
			}
			from := max(0, at-100)
			t.Errorf("%s: %d against %d\n…%s…\n…%s…", a, codes[0], codes[1], bodies[0][from:min(at+100, len(bodies[0]))], bodies[1][from:min(at+100, len(bodies[1]))])
		}
	}
}

func TestAFileIsVerifiedAtTheCommandLine(t *testing.T) {
	v := newVault(t)
	name := v.fileOf(t, "2026-Q3")
	public := filepath.Join(filepath.Dir(name), "release-key.pub.pem")
	ask := func(args ...string) (string, error) {
		v.out.Reset()
		err := release(context.Background(), v.e, append([]string{"verify"}, args...))
		return v.out.String(), err
	}
	if out, err := ask(name, "--key", public); err != nil || !strings.Contains(out, "2026-Q3") {
		t.Errorf("%q (%v)", out, err)
	}
	for code, args := range map[string][]string{"cli.missing": {}, "cli.flag-unused": {name, "--id", "2026-Q3"}, "releasefile.bad-key": {name, "--key", name}, "releasefile.not-there": {name + "x"}} {
		if _, err := ask(args...); fault.CodeOf(err) != code {
			t.Errorf("%v: %v, want %s", args, err, code)
		}
	}
	if err := v.writeReleaseFile(t.Context(), v.e, releaseOptions{id: "2026-Q3", out: name}); fault.CodeOf(err) != "releasefile.exists" {
		t.Errorf("a second time: %v", err)
	}
	if err := v.writeReleaseFile(t.Context(), v.e, releaseOptions{id: "2029-Q3", out: name + "y"}); fault.CodeOf(err) != "publish.no-release" {
		t.Errorf("of no release: %v", err)
	}
}

// TestAServerReadsTheFileOfItsRelease: the public view of a server reads the file, shows the same as one in memory, and keeps the file.
func TestAServerReadsTheFileOfItsRelease(t *testing.T) {
	v := newVault(t)
	ctx := t.Context()
	kept := newFiles(v.app)
	defer kept.shut()
	t.Cleanup(func() { os.RemoveAll(filepath.Join(v.dir, releaseFolder)) }) //nolint:errcheck // others share the vault
	gate := v.gate()
	gate.Files = kept.source
	gate.Warn = func(err error) { t.Error(fault.In(err, "en")) }
	memory, err := v.gate().View(ctx, publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	view, err := gate.View(ctx, publish.Everybody())
	if err != nil {
		t.Fatal(err)
	}
	written, err := filepath.Glob(filepath.Join(v.dir, releaseFolder, "2026-Q3-*"+releasefile.Extension))
	if err != nil || len(written) != 1 {
		t.Fatalf("files %v (%v)", written, err)
	}
	for _, f := range v.catalog.Dataflows() {
		a, b := memory.History(f.ID, ""), view.History(f.ID, "")
		if len(a) != len(b) {
			t.Fatalf("%s: %d versions in memory, %d in the file", f.ID, len(a), len(b))
		}
		for i := range a {
			if a[i].Message != b[i].Message || !a[i].Same(b[i].Observation) {
				t.Fatalf("%s: %+v in memory, %+v in the file", f.ID, a[i], b[i])
			}
		}
		if x, y := memory.Read(f.ID, ""), view.Read(f.ID, ""); len(x) != len(y) {
			t.Errorf("%s: %d cells in memory, %d in the file", f.ID, len(x), len(y))
		}
	}
	before, _ := os.ReadFile(written[0])
	another := newFiles(v.app)
	defer another.shut()
	second := v.gate()
	second.Files = another.source
	if _, err := second.View(ctx, publish.Everybody()); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(written[0]); len(before) == 0 || string(before) != string(after) {
		t.Error("the file was written again")
	}
	t.Run("where no file can be had the figures are held in memory", func(t *testing.T) {
		folder := filepath.Join(v.dir, releaseFolder)
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folder, []byte("no folder"), 0o600); err != nil {
			t.Fatal(err)
		}
		third, warned := v.gate(), ""
		damaged := newFiles(v.app)
		third.Files, third.Warn = damaged.source, func(err error) { warned = fault.CodeOf(err) }
		view, err := third.View(ctx, publish.Everybody())
		if err != nil || warned != "releasefile.cannot-write" || len(view.Read("DE_SHARE", "")) == 0 {
			t.Errorf("warned of %q (%v)", warned, err)
		}
	})
}
