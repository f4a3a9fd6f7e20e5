package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"nhipso/internal/config"
	"nhipso/internal/cube"
)

func TestNoSurfaceTellsWhatIsHidden(t *testing.T) {
	v := newVault(t)
	gate := v.gate()
	handler, err := v.site(gate, slog.New(slog.DiscardHandler), watched(t, v.app, config.Defaults()))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(address string) string {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, address, nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable { // an answer that is late on a busy machine tells nothing
			t.Errorf("%s answers %d", address, w.Code)
		}
		body := w.Body.String()
		v.tell(t, address, body)
		return body
	}
	cells := v.cells(t, gate)
	t.Run("pages and their files", func(t *testing.T) { pagesTellNothing(t, v, handler, cells, ask) })
	t.Run("operations of the API", func(t *testing.T) { operationsTellNothing(t, v, cells, ask) })
	t.Run("commands", func(t *testing.T) { commandsTellNothing(t, v, cells) })
	t.Run("and whoever keeps the installation can see it", func(t *testing.T) {
		v.out.Reset()
		dispatch(context.Background(), v.e, []string{"export", "DE_SHARE", "--draft", "--data", v.dir})
		for _, s := range []string{"37.9173", "14.8371"} {
			if !strings.Contains(v.out.String(), s) {
				t.Errorf("%s is not in a draft export", s)
			}
		}
	})
}

func pagesTellNothing(t *testing.T, v *vault, handler interface{ Routes() []string }, cells []cube.Cell, ask func(string) string) {
	t.Helper()
	for _, pattern := range handler.Routes() {
		if ofTheDesk(pattern) {
			continue
		}
		addresses, known := pagesAsked[pattern]
		if !known {
			t.Errorf("the route %q is not asked for secrets: add it to pagesAsked", pattern)
		}
		addresses = append(addresses, v.hiddenAt(pattern, cells)...)
		for _, a := range addresses {
			path, query, _ := strings.Cut(a, "?")
			for _, format := range []string{"", ".csv", ".json", ".xlsx", ".option"} { // drawings are made from the object that .option gives
				if format != "" && (path == "/" || strings.HasPrefix(pattern, "/") || strings.Contains(path, ".")) {
					continue
				}
				for _, lang := range []string{"", "lang=en"} {
					if lang != "" && (format != "" || pattern == "GET /vi-sao" || strings.HasPrefix(pattern, "GET /so-lieu/{")) {
						continue
					}
					ask(path + format + "?" + strings.Trim(query+"&"+lang, "&"))
				}
			}
			if !strings.HasPrefix(pattern, "GET /so-lieu/{") {
				ask(path + "?" + strings.Trim(query+"&asof=2026-11-27", "&"))
			}
		}
	}
}

// hiddenAt gives the addresses of a route that could show what is hidden.
func (v *vault) hiddenAt(pattern string, cells []cube.Cell) (out []string) {
	if page, feed := strings.CutSuffix(pattern, "/tin.atom"); feed {
		for _, a := range v.hiddenAt(page, cells) {
			out = append(out, a+"/tin.atom")
		}
		return out
	}
	switch pattern {
	case "GET /so-lieu/{dataflow}":
		for _, f := range v.catalog.Dataflows() {
			if slices.ContainsFunc(v.hidden, func(o cube.Version) bool { return o.Dataflow == f.ID }) {
				out = append(out, "/so-lieu/"+f.ID)
			}
		}
	case "GET /so-lieu/{dataflow}/{key}":
		seen := map[string]bool{}
		for _, c := range cells {
			if a := "/so-lieu/" + c.Dataflow + "/" + string(c.Key); !seen[a] && len(seen) < 12 {
				seen[a] = true
				out = append(out, a)
			}
		}
	case "GET /vi-sao":
		for _, c := range cells {
			out = append(out, "/vi-sao?o="+url.QueryEscape(c.String()))
		}
	}
	return out
}

func operationsTellNothing(t *testing.T, v *vault, cells []cube.Cell, ask func(string) string) {
	t.Helper()
	var doc struct {
		Paths map[string]any `json:"paths"`
	}
	if err := json.Unmarshal([]byte(ask("/api/v1/openapi.json")), &doc); err != nil {
		t.Fatal(err)
	}
	for path := range doc.Paths {
		asked, known := operationsAsked[path]
		if !known {
			t.Errorf("the operation %q is not asked for secrets: add it to operationsAsked", path)
		}
		head, _, _ := strings.Cut(path, "/{")
		for _, a := range asked {
			if strings.Contains(path, "{") {
				tail := ""
				if _, after, ok := strings.Cut(path, "}/"); ok {
					tail = "/" + after
				}
				a = "/" + a + tail
			}
			ask("/api/v1" + head + a)
		}
	}
	for _, f := range v.catalog.Dataflows() {
		for _, q := range []string{"limit=50000", "limit=50000&history=true", "limit=50000&format=csv", "limit=50000&history=true&format=xlsx", "limit=50000&asof=2026-11-27"} {
			ask("/api/v1/data/" + f.ID + "?" + q)
		}
	}
	for _, c := range cells {
		ask("/api/v1/observation?cell=" + url.QueryEscape(c.String()))
		ask("/api/v1/explain?cell=" + url.QueryEscape(c.String()))
		ask("/api/v1/series/" + c.Dataflow + "/" + string(c.Key) + "?history=true")
	}
	ask("/api/v1/restate/GRDP?period=2025")
	runs, err := v.store.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		ask("/api/v1/runs/" + url.PathEscape(r.ID))
	}
}

func commandsTellNothing(t *testing.T, v *vault, cells []cube.Cell) {
	t.Helper()
	command := func(args ...string) {
		t.Helper()
		v.out.Reset()
		dispatch(context.Background(), v.e, append(args, "--data", v.dir))
		v.tell(t, strings.Join(args, " "), v.out.String())
	}
	for _, c := range commands() {
		asked, known := commandsAsked[c.name]
		if !known {
			t.Errorf("the command %q is not asked for secrets: add it to commandsAsked", c.name)
		}
		for _, args := range asked {
			command(append([]string{c.name}, args...)...)
		}
	}
	for _, f := range v.catalog.Dataflows() {
		if slices.Contains([]string{"DE_SHARE", "DE_VA", "GRDP", "TARGET_STATUS", "DE_PROVINCE"}, f.ID) {
			command("export", f.ID)
			command("export", f.ID, "--history", "--format", "json", "--asof", "2026-11-27")
			file := filepath.Join(t.TempDir(), "x.xlsx")
			command("export", f.ID, "--format", "xlsx", "--out", file)
			if b, err := os.ReadFile(file); err == nil {
				v.tell(t, file, string(b))
			}
		}
	}
	for _, c := range cells[:8] {
		command("explain", c.String())
		command("explain", c.String(), "--json")
	}
}
