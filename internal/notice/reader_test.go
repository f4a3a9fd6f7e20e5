package notice_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
)

// figures are two pages, with what releases changed.
type figures struct{ changes map[string][]notice.Change }

func (f *figures) Topic(_ context.Context, path, lang string) (string, error) {
	if _, is := f.changes[path]; !is {
		return "", fault.New("web.no-topic", "path", path)
	}
	return "Bắc Ninh " + lang, nil
}

func (f *figures) Changes(_ context.Context, path string, since time.Time) (out []notice.Change, err error) {
	for _, c := range f.changes[path] {
		if c.At.After(since) {
			out = append(out, c)
		}
	}
	return out, nil
}

func (f *figures) Newest(context.Context) (time.Time, error) { return time.Time{}, nil }

func newReaders(t *testing.T) (*town, *figures) {
	x := newTown(t)
	f := &figures{map[string][]notice.Change{"/tinh/A": nil, "/tinh/B": nil}}
	x.post.Figures = f
	return x, f
}

// link finds the secret of a link in the last letter.
func (x *town) link(path string) string {
	x.Helper()
	list := x.server.Letters()
	if len(list) == 0 {
		x.Fatal("no letter")
	}
	l := list[len(list)-1]
	_, rest, found := strings.Cut(text(x.T, l.Body, l.Header.Get("Content-Type")), path)
	if !found {
		x.Fatalf("no link to %s", path)
	}
	_, secret, _ := strings.Cut(rest, "ma=")
	return strings.TrimSpace(strings.FieldsFunc(secret, func(r rune) bool { return r == '\r' || r == '\n' || r == '&' })[0])
}

func (x *town) follow(address, topic string) {
	x.Helper()
	x.must(x.post.Follow(x.Context(), address, topic, "vi"))
	x.must(x.post.Deliver(x.Context()))
}

func TestAReaderIsWrittenToAfterTheySaidYes(t *testing.T) {
	x, f := newReaders(t)
	x.follow("Doc@Example.org", "/tinh/A")
	f.changes["/tinh/A"] = append(f.changes["/tinh/A"], notice.Change{Release: "R1", At: x.clock.now(), Added: 3})
	x.must(x.post.Tell(t.Context()))
	x.must(x.post.Deliver(t.Context()))
	if got := x.got(); len(got) != 1 || got["doc@example.org"] != 1 {
		t.Fatalf("before they said yes: %v", got)
	}
	secret := x.link(notice.ConfirmPath)
	if _, name, err := x.post.Follows(t.Context(), secret, "en"); err != nil || name != "Bắc Ninh en" {
		t.Error(name, err) // which uses nothing up
	}
	x.clock.forward(time.Hour)
	if _, err := x.post.Confirm(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if _, err := x.post.Confirm(t.Context(), secret); fault.CodeOf(err) != "notice.link" {
		t.Errorf("the link is good twice: %v", err)
	}
	x.must(x.post.Tell(t.Context()))
	x.must(x.post.Deliver(t.Context()))
	if got := x.got(); got["doc@example.org"] != 1 {
		t.Error("told of a release from before they followed")
	}
	x.clock.forward(time.Hour)
	for i := range 2 {
		f.changes["/tinh/A"] = append(f.changes["/tinh/A"], notice.Change{Release: fmt.Sprint("R", i+2), At: x.clock.now().Add(time.Duration(i) * time.Minute), Revised: 2, Withdrawn: 1})
	}
	x.clock.forward(time.Hour)
	for range 3 { // as several servers do, and again the next day
		x.must(x.post.Tell(t.Context()))
		x.must(x.post.Deliver(t.Context()))
	}
	if got := x.got(); got["doc@example.org"] != 3 {
		t.Fatalf("%v, want a letter for each of two releases", got)
	}
	list := x.server.Letters()
	l := list[len(list)-1]
	end := x.link(notice.EndPath)
	if want := "<https://so.example/theo-doi/thoi?ma=" + end + ">"; l.Header.Get("List-Unsubscribe") != want || l.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("%v", l.Header)
	}
	x.server.Down(true)
	f.changes["/tinh/A"] = append(f.changes["/tinh/A"], notice.Change{Release: "R9", At: x.clock.now(), Added: 1})
	x.must(x.post.Tell(t.Context()))
	x.must(x.post.Deliver(t.Context()))
	x.must(x.post.Store.End(t.Context(), end)) // while a letter waits
	x.server.Down(false)
	x.clock.forward(time.Hour)
	x.must(x.post.Deliver(t.Context()))
	if got := x.got(); got["doc@example.org"] != 3 {
		t.Error("written to after they ended it")
	}
}

// TestNobodyIsFlooded by a stranger, and nobody learns who follows.
func TestNobodyIsFlooded(t *testing.T) {
	x, f := newReaders(t)
	for i := range 20 {
		f.changes[fmt.Sprint("/muc-tieu/", i)] = nil
		x.follow("an@example.org", fmt.Sprint("/muc-tieu/", i))
		x.follow("an@example.org", "/tinh/A")
	}
	if got := x.got(); got["an@example.org"] != 5 {
		t.Errorf("%v letters within a day", got)
	}
	x.clock.forward(25 * time.Hour)
	x.follow("an@example.org", "/tinh/B")
	first := x.link(notice.ConfirmPath)
	x.clock.forward(25 * time.Hour)
	x.follow("an@example.org", "/tinh/B") // asked again: the newer link is the good one
	if _, err := x.post.Confirm(t.Context(), first); fault.CodeOf(err) != "notice.link" {
		t.Error(err)
	}
	if _, err := x.post.Confirm(t.Context(), x.link(notice.ConfirmPath)); err != nil {
		t.Error(err)
	}
	before := len(x.server.Letters())
	x.clock.forward(25 * time.Hour)
	x.follow("an@example.org", "/tinh/B") // they follow: the answer is the same, and no letter goes
	if n := len(x.server.Letters()); n != before {
		t.Error("somebody who follows was asked again")
	}
	x.clock.forward(25 * time.Hour)
	x.follow("binh@example.org", "/tinh/A")
	late := x.link(notice.ConfirmPath)
	x.clock.forward(4 * 24 * time.Hour)
	if _, err := x.post.Confirm(t.Context(), late); fault.CodeOf(err) != "notice.link" {
		t.Errorf("a link is good for ever: %v", err)
	}
	x.clock.forward(4 * 24 * time.Hour)
	x.must(x.post.Tidy(t.Context()))
	if gone, err := x.post.Store.ForgetAddress(t.Context(), "binh@example.org"); err != nil || gone != 0 {
		t.Errorf("%d things are kept of who never said yes, %v", gone, err)
	}
	for _, bad := range []string{"", "an", "an@", "an@localhost", "An <an@example.org>", "an@example.org\r\nBcc: x@y.z", "an@example.org, b@example.org", strings.Repeat("a", 250) + "@example.org", `"a b"@example.org`, "an@exa mple.org"} {
		if err := x.post.Follow(t.Context(), bad, "/tinh/A", "vi"); fault.CodeOf(err) != "notice.address" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := x.post.Follow(t.Context(), "an@example.org", "https://evil.example/", "vi"); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}
