package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"nhipso/internal/store/storetest"
)

// behind is a server that takes up no edition by itself, with what changes the catalogue beside it as another server does.
func behind(t *testing.T, url string) (f *front, change func()) {
	t.Helper()
	dir, p := copyOf(t), installation{data: t.TempDir(), database: url}
	e, out := clerk(t)
	e.now = time.Now
	prepared1(t, e, installation{data: p.data, database: url, pack: dir})
	a, err := e.open(t.Context(), &p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	a.log = slog.New(slog.DiscardHandler)
	if f, err = newFront(a); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	if err := f.open(f.serving(settled(t, "", "NHIPSO_RATE_LIMIT=1000000", "NHIPSO_RATE_BURST=1000000"))); err != nil {
		t.Fatal(err)
	}
	at := []string{"--data", p.data}
	if url != "" {
		at = append(at, "--database", url)
	}
	return f, func() {
		rewrite(t, filepath.Join(dir, "catalog", "codelists", "CL_ACTIVITY.csv"), "\nTAX,", "\nX9,B1GQ,Dệt mây,Weaving of clouds\nTAX,")
		typed(t, e, out, exitOK, append([]string{"catalog", "load", "--pack", dir, "--by", "lan", "--reason", "a new industry"}, at...)...)
	}
}

// answered asks a front for an address.
func answered(f *front, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

// The new code, and one that no edition has.
const (
	newCode = "/api/v1/data/NA_GROWTH?key=A.XM.X9&lang=en"
	noCode  = "/api/v1/data/NA_GROWTH?key=A.XM.X8&lang=en"
)

// TestAServerBehindWaitsForTheEditionBeforeItRefusesACode: one answer comes, by the newer edition; a code that this one lacks too is refused by it.
func TestAServerBehindWaitsForTheEditionBeforeItRefusesACode(t *testing.T) {
	for name, url := range map[string]storetest.Database{"sqlite": func(testing.TB) string { return "" }, "postgres": storetest.EmptyPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, change := behind(t, url(t))
			if w := answered(f, newCode); w.Code != http.StatusUnprocessableEntity || f.newer.looked.IsZero() {
				t.Fatalf("before there is an edition: %d, looked for one at %s", w.Code, f.newer.looked)
			}
			change()
			time.Sleep(lookAgain)
			renewed := make(chan error, 1)
			go func() {
				time.Sleep(300 * time.Millisecond) // it has much to make anew
				_, err := f.renew(context.WithoutCancel(t.Context()))
				renewed <- err
			}()
			w := answered(f, newCode)
			if err := <-renewed; err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("while the server takes it up: %d %v %s (%v)", w.Code, w.Header(), w.Body, err)
			}
			if w := answered(f, noCode); w.Code != http.StatusUnprocessableEntity || f.newer.vain != 0 {
				t.Errorf("a code of no edition: %d, waited for edition %d", w.Code, f.newer.vain)
			}
		})
	}
}

// TestAnEditionThatDoesNotComeIsWaitedForOnce: codes that nobody knows keep no server busy, and make it read no edition.
func TestAnEditionThatDoesNotComeIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	f, change := behind(t, "")
	change()
	for n := range 2 {
		if w := answered(f, noCode); w.Code != http.StatusUnprocessableEntity || f.newer.vain != 2 {
			t.Errorf("answer %d: %d, waited in vain for edition %d", n, w.Code, f.newer.vain)
		}
		if again := f.newer.than(t.Context(), f.now.Load()); again != 0 {
			t.Errorf("edition %d would be waited for once more", again)
		}
	}
	if n := f.now.Load().number; n != 1 {
		t.Errorf("whoever asked had edition %d read", n)
	}
}
