package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"nhipso/internal/needs"
)

// chromium is one browser for all tests that need one; each test opens tabs of its own in it.
var chromium sharedBrowser

type sharedBrowser struct {
	once   sync.Once
	dir    string
	ctx    context.Context
	cancel context.CancelFunc
	err    error
}

func (b *sharedBrowser) get(t *testing.T) context.Context {
	t.Helper()
	path := needs.Browser(t)
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", "nhipso-e2e-chromium-"); b.err != nil {
			return
		}
		alloc, stop := chromedp.NewExecAllocator(context.Background(),
			chromedp.ExecPath(path), chromedp.UserDataDir(b.dir), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
			chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
			chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
			chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("hide-scrollbars", true),
			chromedp.WSURLReadTimeout(time.Minute))
		ctx, cancel := chromedp.NewContext(alloc)
		b.ctx, b.cancel = ctx, func() { cancel(); stop() }
		b.err = chromedp.Run(ctx)
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.ctx
}

func (b *sharedBrowser) stop() {
	if b.cancel != nil {
		b.cancel()
	}
	if b.dir != "" {
		os.RemoveAll(b.dir)
	}
}

// tab is a tab with cookies and cache of its own. It notes everything that the browser complains of.
type tab struct {
	ctx    context.Context
	server *server

	mu         sync.Mutex
	complaints []string
}

// open opens a tab at a width of window. It ends with the test.
func open(t *testing.T, width, height int64) *tab {
	t.Helper()
	s := shared.get(t)
	parent := chromium.get(t)
	// A browser that shows windows opens no tab in a new context, only a window.
	var id target.ID
	if err := chromedp.Run(parent, chromedp.ActionFunc(func(ctx context.Context) error {
		browser := cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser)
		own, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(browser)
		if err == nil {
			id, err = target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(browser)
		}
		return err
	})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithTargetID(id))
	t.Cleanup(cancel)
	b := &tab{ctx: ctx, server: s}
	chromedp.ListenTarget(ctx, b.listen)
	b.run(t, audits.Enable(), cdplog.Enable(), network.Enable(), runtime.Enable(), size(width, height))
	return b
}

func size(width, height int64) chromedp.Action {
	return emulation.SetDeviceMetricsOverride(width, height, 1, false)
}

// listen notes errors of scripts, of the console, of the security policy and of the network.
func (b *tab) listen(event any) {
	note := func(format string, args ...any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.complaints = append(b.complaints, fmt.Sprintf(format, args...))
	}
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		note("script fails: %s", e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			var parts []string
			for _, a := range e.Args {
				parts = append(parts, string(a.Value)+a.Description)
			}
			note("console: %s", strings.Join(parts, " "))
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.LevelError || e.Entry.Source == cdplog.SourceSecurity {
			note("browser: %s %s", e.Entry.Text, e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details; d != nil && d.ContentSecurityPolicyIssueDetails != nil {
			note("security policy: %s refuses %s", d.ContentSecurityPolicyIssueDetails.ViolatedDirective, d.ContentSecurityPolicyIssueDetails.BlockedURL)
		}
	}
}

// complained gives what the browser complained of since it was last asked.
func (b *tab) complained() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := slices.DeleteFunc(b.complaints, func(s string) bool {
		return strings.Contains(s, "404") && slices.ContainsFunc(absent, func(path string) bool { return strings.Contains(s, path) })
	})
	b.complaints = nil
	return out
}

// do runs actions, each within a minute, so that a page that hangs fails a test instead of stopping all.
func (b *tab) do(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// run is do for a test that cannot go on without. The first run of a tab must not have the deadline, which would end the tab.
func (b *tab) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if chromedp.FromContext(b.ctx).Target == nil {
		if err := chromedp.Run(b.ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.do(actions...); err != nil {
		t.Fatal(err)
	}
}

// visit opens a page of the portal and waits until it is loaded whole.
func (b *tab) visit(t *testing.T, path string) {
	t.Helper()
	b.run(t, chromedp.Navigate(b.server.url+path))
}

// eval gives the value of an expression on the page; a promise is waited for.
func eval[T any](t *testing.T, b *tab, expression string) T {
	t.Helper()
	var out T
	b.run(t, evaluate(expression, &out))
	return out
}

func evaluate(expression string, out any) chromedp.Action {
	return chromedp.Evaluate(expression, out, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) })
}

// path is where the tab now is, without scheme and host.
func (b *tab) path(t *testing.T) string {
	t.Helper()
	return eval[string](t, b, "location.pathname + location.search")
}

// seek searches for text as a person would see it on the page.
func (b *tab) shows(t *testing.T, text string) bool {
	t.Helper()
	quoted, _ := json.Marshal(text)
	return eval[bool](t, b, "document.body.innerText.includes("+string(quoted)+")")
}

// press presses a key as a keyboard does.
func press(key string) chromedp.Action { return chromedp.KeyEvent(key) }

// withoutScripts opens a tab in which scripts of pages do not run; expressions of the tests still do.
func withoutScripts(t *testing.T, width, height int64) *tab {
	t.Helper()
	b := open(t, width, height)
	b.run(t, emulation.SetScriptExecutionDisabled(true))
	return b
}

// printed gives the page as a PDF with headings as its outline.
func (b *tab) printed(t *testing.T) []byte {
	t.Helper()
	var pdf []byte
	b.run(t, chromedp.ActionFunc(func(ctx context.Context) error {
		var err error
		pdf, _, err = page.PrintToPDF().WithGenerateTaggedPDF(true).WithGenerateDocumentOutline(true).WithPreferCSSPageSize(true).Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Target))
		return err
	}))
	return pdf
}

// until waits for the tab to have come to an address that begins so.
func (b *tab) until(t *testing.T, address string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var at string
		if b.do(evaluate(`document.readyState === "complete" ? location.pathname + location.search : ""`, &at)) == nil && strings.HasPrefix(at, address) {
			return
		}
	}
	t.Fatalf("the tab is at %s, not at %s", b.path(t), address)
}
