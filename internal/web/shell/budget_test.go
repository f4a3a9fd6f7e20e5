package shell

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/publish"
)

func TestHeavyWorkHasABudget(t *testing.T) {
	s := newTestSite(t)
	for address, want := range map[string]string{
		"/": "", "/so-lieu/DE_SHARE": "", "/so-lieu/DE_SHARE.csv": "", "/trang-chu.svg": "", "/so-lieu/NA_VA.xlsx": WorkbookWork, "/vi-sao.xlsx?o=x": WorkbookWork, "/api/v1/data/NA_VA?format=xlsx": WorkbookWork,
		"/trang-chu.png": BitmapWork, "/?asof=2025-01-01": EarlierWork, "/api/v1/data/NA_VA?asof=2025-01-01": EarlierWork, "/find?q=x": SearchWork, "/api/v1/search?q=x": SearchWork,
	} {
		if got := s.classOf(httptest.NewRequest(http.MethodGet, address, nil)); got != want {
			t.Errorf("%s is work of class %q, want %q", address, got, want)
		}
		if b, has := budgets[want]; want != "" && (!has || b.Slots < 1 || b.Queue < b.Slots || b.Wait <= 0) {
			t.Errorf("the budget of %s is %+v", want, b)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/data/NA_VA", nil)
	r.Header.Set("Accept", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if s.classOf(r) != WorkbookWork {
		t.Error("a workbook asked for by its type has no budget")
	}
}

// shown is a library with one view.
type shown struct{ view *publish.View }

// View implements Library.
func (s shown) View(context.Context, publish.Audience) (*publish.View, error) { return s.view, nil }

func (s shown) Past(context.Context, string) (*publish.View, error) { return s.view, nil }

func TestFewAnswersAreMadeAtOnceAndThoseInMemoryDoNotWait(t *testing.T) {
	s := newTestSite(t)
	c, err := catalog.New("T", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.library = shown{publish.NewView(publish.Parts{Release: publish.Release{ID: "2026-Q3"}, Audience: publish.Everybody(), Catalog: c})}
	begun, release := make(chan string, 100), make(chan struct{})
	h := s.answering(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			begun <- r.URL.Path
			<-release
		}
		w.Write([]byte("made"))
	}))
	ask := func(path string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Body.String()
	}
	ask("/")
	slots := making[pageWork].Slots
	var all sync.WaitGroup
	for i := range slots + 5 {
		all.Go(func() {
			if got := ask(fmt.Sprint("/so-lieu/F", i)); got != "made" {
				t.Errorf("answered %q", got)
			}
		})
	}
	for range slots {
		<-begun
	}
	if got := ask("/"); got != "made" { // would wait for ever if it needed a turn
		t.Errorf("what is in memory is answered %q", got)
	}
	select {
	case path := <-begun:
		t.Error(path, "is made beside all the others")
	case <-time.After(20 * time.Millisecond):
	}
	all.Go(func() { ask("/so-lieu/F.xlsx") })
	if path := <-begun; path != "/so-lieu/F.xlsx" { // it has a place among its own
		t.Error(path, "is made before heavy work that has its own budget")
	}
	close(release)
	all.Wait()
	if left := len(begun); left != 5 {
		t.Errorf("%d were made after the first, not 5", left)
	}
}
