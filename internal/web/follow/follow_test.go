package follow_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/people"
	"nhipso/internal/publish"
	"nhipso/internal/register"
	"nhipso/internal/stat"
	"nhipso/internal/store/storetest"
	"nhipso/internal/testpack"
	"nhipso/internal/web/follow"
	"nhipso/internal/web/shell"
)

// nothing is a library of an installation that has published nothing.
type nothing struct{}

func (nothing) View(context.Context, publish.Audience) (*publish.View, error) {
	return nil, fault.New("publish.none")
}

func (nothing) Past(context.Context, string) (*publish.View, error) {
	return nil, fault.New("publish.none")
}

// figures are one page.
type figures struct{}

func (figures) Topic(_ context.Context, path, _ string) (string, error) {
	if path != "/tinh/A" {
		return "", fault.New("web.no-topic", "path", path)
	}
	return "Tỉnh A", nil
}

func (figures) Changes(context.Context, string, time.Time) ([]notice.Change, error) { return nil, nil }
func (figures) Newest(context.Context) (time.Time, error)                           { return time.Time{}, nil }

// box keeps the messages that go out.
type box struct{ list []notice.Message }

func (b *box) Name() string { return notice.Mail }

func (b *box) Send(_ context.Context, m notice.Message) error { b.list = append(b.list, m); return nil }

func newSite(t *testing.T) (*shell.Site, *notice.Post, *box) {
	t.Helper()
	c, err := catalog.Load(testpack.Cloudland())
	if err != nil {
		t.Fatal(err)
	}
	s, b := storetest.SQLite(t), &box{}
	r := &register.Register{Store: s.Register(), Types: func() *catalog.Catalog { return c }, Today: func() stat.Date { return stat.MustDate("2026-11-30") }, Now: time.Now}
	post := &notice.Post{Store: s.Notices(), Office: people.NewOffice(r, s, time.Now), Channels: []notice.Channel{b}, Figures: figures{}, Now: time.Now, Origin: "https://so.example", Desk: "/lam-viec"}
	return shell.New(shell.Config{Library: nothing{}, Rate: 1e6, Burst: 1e6}, follow.New(follow.Config{Post: post, Catalog: c})), post, b
}

func ask(s *shell.Site, method, path string, form url.Values) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(b)
}

// path is that of a link in a message.
func path(t *testing.T, m notice.Message, to string) string {
	t.Helper()
	i := strings.Index(m.Text, "https://so.example"+to)
	if i < 0 {
		t.Fatal(m.Text)
	}
	return strings.TrimPrefix(strings.Fields(m.Text[i:])[0], "https://so.example")
}

// wants asks and demands a status.
func wants(t *testing.T, s *shell.Site, method, path string, form url.Values, code int) string {
	t.Helper()
	got, body := ask(s, method, path, form)
	if got != code {
		t.Fatalf("%s %s: %d, want %d\n%s", method, path, got, code, body)
	}
	return body
}

// holds demands texts of a page.
func holds(t *testing.T, body string, texts ...string) {
	t.Helper()
	for _, x := range texts {
		if !strings.Contains(body, x) {
			t.Errorf("%q is not on the page:\n%s", x, body)
		}
	}
	if strings.Contains(body, "{country}") {
		t.Error("the country has no name")
	}
}

// followers lists who follows.
func followers(t *testing.T, post *notice.Post) []notice.Subscription {
	t.Helper()
	list, err := post.Store.Followers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAReaderIsAsked(t *testing.T) {
	s, _, _ := newSite(t)
	for _, lang := range []string{"vi", "en"} {
		holds(t, wants(t, s, "GET", "/theo-doi?trang=/tinh/A&lang="+lang, nil, 200), `name="thu"`, `value="/tinh/A"`, "noindex")
	}
	wants(t, s, "GET", "/theo-doi?trang=/x", nil, 404)
	wants(t, s, "POST", "/theo-doi", url.Values{"trang": {"/x"}, "thu": {"an@example.org"}}, 404)
	holds(t, wants(t, s, "POST", "/theo-doi", url.Values{"trang": {"/tinh/A"}, "thu": {"<b>"}}, 422), "&lt;b&gt;", `role="alert"`)
}

func TestAReaderFollowsAndEndsIt(t *testing.T) {
	s, post, b := newSite(t)
	form := url.Values{"trang": {"/tinh/A"}, "thu": {"an@example.org"}}
	first := wants(t, s, "POST", "/theo-doi", form, 200)
	if err := post.Deliver(t.Context()); err != nil || len(b.list) != 1 {
		t.Fatal(err, b.list)
	}
	confirm := path(t, b.list[0], "/theo-doi/xac-nhan")
	_, secret, _ := strings.Cut(confirm, "ma=")
	for range 2 { // a program that looks at addresses uses nothing up
		holds(t, wants(t, s, "GET", confirm, nil, 200), "Tỉnh A")
	}
	if len(followers(t, post)) != 0 {
		t.Fatal("looking at a link is a word")
	}
	holds(t, wants(t, s, "POST", "/theo-doi/xac-nhan", url.Values{"ma": {secret}}, 200), `href="/tinh/A"`)
	wants(t, s, "GET", confirm, nil, 403) // it is good once
	wants(t, s, "POST", "/theo-doi/xac-nhan", url.Values{"ma": {secret}}, 403)
	if again := wants(t, s, "POST", "/theo-doi", form, 200); again != first {
		t.Error("the answer tells who follows")
	}
	end := "/theo-doi/thoi?ma=" + followers(t, post)[0].End
	holds(t, wants(t, s, "GET", end, nil, 200), "<button", "Tỉnh A")
	if len(followers(t, post)) != 1 {
		t.Error("looking at a link ends it")
	}
	for range 2 {
		wants(t, s, "POST", end, url.Values{"List-Unsubscribe": {"One-Click"}}, 200) // as a mail program sends it (RFC 8058)
	}
	if len(followers(t, post)) != 0 {
		t.Error("it was not ended")
	}
	holds(t, wants(t, s, "GET", end, nil, 200), "không còn nhận")
}

// TestOneClientMayNotAskAgainAndAgain.
func TestOneClientMayNotAskAgainAndAgain(t *testing.T) {
	s, _, _ := newSite(t)
	last := 0
	for range 10 {
		last, _ = ask(s, "POST", "/theo-doi", url.Values{"trang": {"/tinh/A"}, "thu": {"an@example.org"}})
	}
	if last != 429 {
		t.Error(last)
	}
}

// TestWithoutMailThereIsNothing to follow by.
func TestWithoutMailThereIsNothing(t *testing.T) {
	for _, post := range []*notice.Post{nil, {Figures: figures{}}} {
		s := shell.New(shell.Config{Library: nothing{}}, follow.New(follow.Config{Post: post}))
		if code, _ := ask(s, "GET", "/theo-doi?trang=/tinh/A", nil); code != 404 {
			t.Error(code)
		}
	}
}
