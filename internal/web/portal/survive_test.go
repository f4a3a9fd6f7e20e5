package portal

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipso/internal/chart"
	"nhipso/internal/middleware"
	"nhipso/internal/web/shell"
)

// artist draws as a test wants it to.
type artist struct {
	mu   sync.Mutex
	draw func(ctx context.Context, s *chart.Spec) (string, error)
}

func (a *artist) SVG(ctx context.Context, s *chart.Spec, _ chart.Options) (string, error) {
	a.mu.Lock()
	draw := a.draw
	a.mu.Unlock()
	return draw(ctx, s)
}

func (a *artist) PNG(ctx context.Context, s *chart.Spec, o chart.Options, _ float64) ([]byte, error) {
	svg, err := a.SVG(ctx, s, o)
	return []byte(svg), err
}

func (a *artist) Card(ctx context.Context, c chart.Card) ([]byte, error) {
	return []byte("card of " + c.Title), ctx.Err()
}

func (a *artist) now(draw func(ctx context.Context, s *chart.Spec) (string, error)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.draw = draw
}

func quick(context.Context, *chart.Spec) (string, error) { return "<svg>drawn</svg>", nil }

// slow never ends by itself.
func slow(ctx context.Context, _ *chart.Spec) (string, error) { <-ctx.Done(); return "", ctx.Err() }

func drawnBy(t *testing.T, a *artist) *shell.Site {
	t.Helper()
	lib, reg := newShelf(t)
	return shell.New(shell.Config{Library: lib, Rate: 1e6, Burst: 1e6, Renderer: a, Log: slog.New(slog.DiscardHandler)}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords()}))
}

func TestADrawingThatFailsIsNotFatal(t *testing.T) {
	a := &artist{draw: func(context.Context, *chart.Spec) (string, error) { return "", errors.New("defect") }}
	site := drawnBy(t, a)
	for lang, sentence := range map[string]string{"": "Hình vẽ chưa kịp hoàn thành", "?lang=en": "The drawing is not ready yet"} {
		w := get(site, "/"+lang)
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, sentence) || !strings.Contains(body, "<details open>") || !strings.Contains(body, "14,02") && lang == "" {
			t.Errorf("%d without its table or sentence", w.Code)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Error("a page without its drawing may be kept: ", w.Header())
		}
	}
	a.now(quick)
	if body := get(site, "/").Body.String(); !strings.Contains(body, "<svg>drawn</svg>") || strings.Contains(body, "chưa kịp") {
		t.Error("once drawings come, the page shows them")
	}
}

func TestAFileOfALateDrawingSaysSo(t *testing.T) {
	lib, reg := newShelf(t)
	site := shell.New(shell.Config{Library: lib, Rate: 1e6, Burst: 1e6, Renderer: &artist{draw: slow}, Deadline: 5 * time.Millisecond}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords()}))
	for _, address := range []string{"/trang-chu.svg", "/trang-chu.png"} {
		if w := get(site, address); w.Code < 500 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", address, w.Code, w.Header())
		}
	}
}

func TestAPanicWhileWarmingEndsNeitherTheProgramNorTheWarming(t *testing.T) {
	var drawn atomic.Int64
	a := &artist{draw: func(context.Context, *chart.Spec) (string, error) {
		if drawn.Add(1) == 1 {
			panic("defect")
		}
		return "<svg>drawn</svg>", nil
	}}
	site := drawnBy(t, a)
	site.Warm(t.Context(), "localhost") // a panic that came through would end this test
	if drawn.Load() < 4 {
		t.Errorf("only %d drawings were asked for", drawn.Load())
	}
	if w := get(site, "/"); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}

func TestWorkStopsWhenTheReaderHangsUp(t *testing.T) {
	began, ended := make(chan bool, 100), make(chan error, 100)
	a := &artist{draw: func(ctx context.Context, _ *chart.Spec) (string, error) {
		began <- true
		<-ctx.Done()
		ended <- ctx.Err()
		return "", ctx.Err()
	}}
	lib, reg := newShelf(t)
	site := shell.New(shell.Config{Library: lib, Rate: 1e6, Burst: 1e6, Renderer: a, Log: slog.New(slog.DiscardHandler)}, New(Config{Territory: reg, Catalog: builtIn(), Maps: outlines(), Words: countryWords()}))
	ctx, hangUp := context.WithCancel(t.Context())
	done := make(chan bool)
	middleware.Go(slog.Default(), "reader", func() {
		site.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(ctx))
		close(done)
	})
	<-began
	hangUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-done
	a.now(quick)
	if body := get(site, "/").Body.String(); !strings.Contains(body, "<svg>drawn</svg>") {
		t.Error("what the reader who hung up left behind is served to the next one")
	}
}
