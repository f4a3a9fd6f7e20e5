package main

import (
	"bytes"
	"context"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"nhipso/internal/jobs"
	"nhipso/internal/notice"
	"nhipso/internal/notice/carrier"
	"nhipso/internal/notice/mailtest"
	"nhipso/internal/people"
)

// TestTwoServersTellOfAReleaseAndOfActs: readers and people at work are written to once, whichever server does it; on both databases.
func TestTwoServersTellOfAReleaseAndOfActs(t *testing.T) {
	for name, at := range databases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &office{dir: t.TempDir(), url: at(t), now: time.Now}
			desk := o.prepared(t)
			if err := desk.enroll(t.Context()); err != nil {
				t.Fatal(err)
			}
			mail := mailtest.New(t, nil)
			m, err := carrier.NewMail("smtp+plain://"+mail.Addr, "nhipso@so.example", "Nhịp Số", "https://so.example")
			if err != nil {
				t.Fatal(err)
			}
			o.reach = reach{channels: []notice.Channel{m}, origin: "https://so.example"}
			servers := []*testServer{o.serve(t), o.serve(t)}
			got := func(to, holds string) func() bool {
				return func() bool {
					n := 0
					for _, l := range mail.Letters() {
						b, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Raw)))
						if l.To == to && strings.Contains(string(b), holds) {
							n++
						}
					}
					return n == 1
				}
			}
			// A reader follows a series, and says so.
			post := servers[0].app.post(servers[0].gate)
			if err := post.Follow(t.Context(), "doc@example.org", "/so-lieu/DE_SHARE/A.VN.NSO.TOTAL", "vi"); err != nil {
				t.Fatal(err)
			}
			within(t, 30*time.Second, "asked", got("doc@example.org", "/theo-doi/xac-nhan?ma="))
			raw, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(mail.Letters()[0].Raw)))
			_, secret, _ := strings.Cut(string(raw), "xac-nhan?ma=")
			if _, err := post.Confirm(t.Context(), strings.Fields(secret)[0]); err != nil {
				t.Fatal(err)
			}
			load1(t, desk, "14.9", "2026-11-01")
			within(t, 30*time.Second, "recomputed after the load", func() bool { runs, err := desk.store.Runs(t.Context()); return err == nil && len(runs) > 1 })
			approve(t, desk, "2027-Q1", time.Now().Add(3*time.Second).Truncate(time.Second))
			within(t, 60*time.Second, "told of the release", got("doc@example.org", "/theo-doi/thoi?ma="))

			// The first administrator brings somebody in, who is invited.
			staff := servers[1].app.office()
			link, err := staff.FirstLink(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			root, err := staff.Begin(t.Context(), link, people.Newcomer{Name: "Nguyễn An", Email: "an@gov.example", Organisation: "BKHCN"}, "một con ngựa đau cả tàu bỏ cỏ", "đầu tiên")
			if err != nil {
				t.Fatal(err)
			}
			if err := post.Store.KeepPreference(t.Context(), root, notice.Preference{Modes: map[string]notice.Mode{notice.Mail: notice.AtOnce}}); err != nil {
				t.Fatal(err)
			}
			person, _, err := staff.Add(t.Context(), people.Program, "", people.Newcomer{Name: "Trần Bình", Email: "binh@gov.example", Organisation: "BKHCN", Roles: []people.Role{people.Steward}}, "mới")
			if err != nil {
				t.Fatal(err)
			}
			if err := post.Invite(t.Context(), person, "vi"); err != nil {
				t.Fatal(err)
			}
			within(t, 30*time.Second, "invited", got("binh@gov.example", "/lam-viec/mat-khau?moi="))
			within(t, 30*time.Second, "told of the newcomer", got("an@gov.example", "/lam-viec/ho-so/person/"+person))
			time.Sleep(3 * time.Second) // for a second letter, if there were one
			if !got("doc@example.org", "/theo-doi/thoi?ma=")() || !got("an@gov.example", "/lam-viec/ho-so/person/"+person)() {
				t.Error("told twice")
			}
		})
	}
}

// TestWhatIsDueOfLettersFollowsFromWhatIsStored: the queue may be lost, and a job that failed is not there for ever.
func TestWhatIsDueOfLettersFollowsFromWhatIsStored(t *testing.T) {
	now := time.Date(2026, 12, 1, 3, 4, 0, 0, time.UTC)
	o := &office{dir: t.TempDir(), now: func() time.Time { return now }}
	a := o.opened(t)
	a.reach.channels = []notice.Channel{taking{}}
	p := a.post(a.gate())
	due := func(kind string) (out []jobs.Job) {
		list, err := a.dueNotices(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range list {
			if j.Kind == kind {
				out = append(out, j)
			}
		}
		return out
	}
	if got := due(lettersJob); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if err := p.Recover(t.Context(), "an@gov.example", "vi"); err != nil {
		t.Fatal(err)
	}
	first := due(lettersJob)
	if again := due(lettersJob); len(first) != 1 || again[0].Key != first[0].Key || first[0].At.After(now) {
		t.Fatalf("%+v, then %+v", first, again)
	}
	now = now.Add(anew)
	if later := due(lettersJob); len(later) != 1 || later[0].Key == first[0].Key {
		t.Errorf("%+v, then %+v", first, later)
	}
	if err := p.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := due(lettersJob); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if err := a.enroll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := due(noticesJob); len(got) != 1 || got[0].Serial == 0 {
		t.Errorf("%+v", got)
	}
	if err := p.Make(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := due(noticesJob); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// taking is a channel that takes everything.
type taking struct{}

func (taking) Name() string                               { return notice.Mail }
func (taking) Send(context.Context, notice.Message) error { return nil }

// TestDoctorTellsOfLetters that could not be delivered, and of those that nobody puts out.
func TestDoctorTellsOfLetters(t *testing.T) {
	now := time.Date(2026, 12, 1, 3, 4, 0, 0, time.UTC)
	o := &office{dir: t.TempDir(), now: func() time.Time { return now }}
	a := o.opened(t)
	says := func() (string, bool) {
		var out bytes.Buffer
		x := &examination{env: &env{out: &out, err: &out, lang: "en", now: o.now}}
		if err := x.lettersOf(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		return out.String(), x.failed == 0
	}
	if out, ok := says(); !ok {
		t.Error(out)
	}
	n := a.store.Notices()
	if err := n.PutOut(t.Context(), notice.Letter{ID: "a", Channel: notice.Mail, Made: now, Due: now, Until: now.Add(time.Hour)}, notice.Letter{ID: "b", Channel: notice.Mail, Made: now, Due: now, Until: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if out, ok := says(); !ok {
		t.Error(out)
	}
	now = now.Add(2 * waitsLong)
	if out, ok := says(); ok || !strings.Contains(out, "2 waiting") {
		t.Error(out)
	}
	if err := n.Settle(t.Context(), notice.Settlement{IDs: []string{"a", "b"}, State: notice.Dead, At: now, Tried: true, Fault: notice.Fault{Vi: "không", En: "mailbox full"}}); err != nil {
		t.Fatal(err)
	}
	if out, ok := says(); ok || !strings.Contains(out, "2 that could not") || !strings.Contains(out, "mailbox full") || !strings.Contains(out, "/lam-viec/thu-loi") {
		t.Error(out)
	}
}
