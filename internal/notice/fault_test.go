package notice_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"nhipso/internal/notice"
	"nhipso/internal/people"
	"nhipso/internal/register"
)

func TestEachPersonWhomAnActConcernsIsToldOnce(t *testing.T) {
	x := newTown(t)
	first := x.change(people.Program, "cost", "10")
	x.change("east", "cost", "20")
	var all sync.WaitGroup
	for range 4 { // as several servers do
		all.Go(func() {
			if err := x.post.Make(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for person, want := range map[string]string{"east": "0", "east2": "1 0", "west": "", "minister": "", "root": ""} { // who did it knows; other organisations are told nothing
		if got := x.inbox(person, first); got != want {
			t.Errorf("%s is told of %q, want %q", person, got, want)
		}
	}
	b := &register.Batch{Person: "east", Acts: []register.Act{{Kind: register.Commented, Type: "station", Record: "CS-1", Note: "Cần xem lại"}}}
	x.must(x.office.Register.Do(t.Context(), b))
	x.must(x.post.Make(t.Context()))
	if got := x.inbox("minister", first); got != "2" {
		t.Errorf("the superior is told of %q, want the comment", got)
	}
}

// TestAMailServerThatIsDownForADayLosesNothing, and nothing comes twice.
func TestAMailServerThatIsDownForADayLosesNothing(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{})
	x.choose("east2", notice.AtOnce, notice.Quiet{})
	x.server.Down(true)
	const acts = 6
	for i := range 30 * 6 { // a day and six hours, in steps of ten minutes
		if i%24 == 0 && i/24 < acts {
			x.change(people.Program, "cost", string(rune('1'+i/24)))
		}
		x.deliver()
		x.clock.forward(10 * time.Minute)
	}
	if n := len(x.server.Letters()); n != 0 {
		t.Fatalf("%d letters were taken", n)
	}
	if n := x.server.Tries(); n > 400 {
		t.Errorf("a server that is down was asked %d times", n)
	}
	x.server.Down(false)
	for range 12 {
		x.clock.forward(10 * time.Minute)
		x.deliver()
	}
	ids := map[string]int{}
	for _, l := range x.server.Letters() {
		ids[l.Header.Get("Message-Id")]++
	}
	if got := x.got(); len(ids) != 2*acts || got["east@gov.example"] != acts || got["east2@gov.example"] != acts {
		t.Errorf("%d messages, %v", len(ids), got)
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	counts, err := x.post.Store.Counts(t.Context(), x.clock.now())
	if err != nil || counts.Waiting != 0 || counts.Dead != 0 {
		t.Errorf("%+v %v", counts, err)
	}
}

// forgetful is a store of a program that dies after a message was taken and before it could note that.
type forgetful struct {
	notice.Store
	dies bool
}

func (f *forgetful) Settle(ctx context.Context, s notice.Settlement) error {
	if f.dies && s.State == notice.Sent {
		return errors.New("killed")
	}
	return f.Store.Settle(ctx, s)
}

func TestAMessageThatIsHandedOverAgainHasTheSameIdentifier(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{})
	x.change(people.Program, "cost", "10")
	x.must(x.post.Make(t.Context()))
	store := x.post.Store
	x.post.Store = &forgetful{store, true}
	if err := x.post.Deliver(t.Context()); err == nil {
		t.Fatal("it was noted")
	}
	x.post.Store = store
	x.must(x.post.Deliver(t.Context()))
	if n := len(x.server.Letters()); n != 1 {
		t.Fatalf("%d letters while another program may be at work on it", n)
	}
	next, some, err := x.post.NextDue(t.Context())
	if err != nil || !some || !next.Due.After(x.clock.now()) {
		t.Errorf("it may be taken up at %v %v %v", next.Due, some, err)
	}
	x.clock.forward(6 * time.Minute)
	x.change(people.Program, "cost", "11") // what came meanwhile goes out apart
	x.deliver()
	list := x.server.Letters()
	if len(list) != 3 {
		t.Fatalf("%d letters", len(list))
	}
	same := 0
	for _, l := range list {
		if l.Header.Get("Message-Id") == list[0].Header.Get("Message-Id") {
			same++
		}
	}
	if same != 2 {
		t.Errorf("%d of three have the identifier of the first", same)
	}
}

func TestSeveralProgramsHandOverEachMessageOnce(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{})
	for i := range 8 {
		x.change(people.Program, "cost", string(rune('1'+i)))
	}
	x.must(x.post.Make(t.Context()))
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := x.post.Deliver(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := x.got()["east@gov.example"]; n != 8 {
		t.Errorf("%d letters, want 8", n)
	}
}

// TestWhoMayNotSeeItAnyMoreIsNotTold when the letter goes out, nor in the inbox.
func TestWhoMayNotSeeItAnyMoreIsNotTold(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{})
	x.choose("east2", notice.AtOnce, notice.Quiet{})
	x.change(people.Program, "cost", "10")
	x.must(x.post.Make(t.Context()))
	line, err := x.office.Register.Timeline(t.Context(), people.RoleType, "r-east")
	x.must(err)
	x.must(x.office.Register.Do(t.Context(), &register.Batch{Person: "root", Acts: []register.Act{{Kind: register.Ended, Type: people.RoleType, Record: "r-east", Base: line.Newest}}}))
	x.must(x.post.Deliver(t.Context()))
	if got := x.got(); got["east@gov.example"] != 0 || got["east2@gov.example"] != 1 {
		t.Errorf("written to: %v", got)
	}
	d, err := x.office.Directory(t.Context())
	x.must(err)
	me, err := d.Actor("east", "")
	x.must(err)
	if list, err := x.post.Inbox(t.Context(), me, notice.Filter{}, 100); err != nil || len(list) != 0 {
		t.Errorf("the inbox has %v %v", list, err)
	}
}

// TestAnErasedPersonIsForgotten: nothing is kept for who has left, and no letter is left that would go to them.
func TestAnErasedPersonIsForgotten(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{From: 60, Until: 120})
	x.must(x.post.Store.SetFeed(t.Context(), "east", "hash"))
	x.change(people.Program, "cost", "10")
	x.must(x.post.Make(t.Context()))
	line, err := x.office.Register.Timeline(t.Context(), people.PersonType, "east")
	x.must(err)
	x.must(x.office.Register.Do(t.Context(), &register.Batch{Person: "root", Acts: []register.Act{{Kind: register.Erased, Type: people.PersonType, Record: "east", Base: line.Newest,
		Changes: []register.Change{{Column: "name"}, {Column: "email"}}}}}))
	x.deliver()
	if got := x.got(); got["east@gov.example"] != 0 {
		t.Error("somebody without a name was written to")
	}
	pref, err := x.post.Store.Preference(t.Context(), "east")
	if err != nil || pref.Quiet != (notice.Quiet{}) {
		t.Errorf("kept: %+v %v", pref, err)
	}
	if _, found, err := x.post.Store.FeedOf(t.Context(), "hash"); found || err != nil {
		t.Error("their feed is there still", err)
	}
}

// words decodes the text of a letter.
func text(t *testing.T, raw io.Reader, kind string) string {
	t.Helper()
	_, p, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	part, err := multipart.NewReader(raw, p["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestWhatSomebodyWroteBeginsNoHeader, and is no page.
func TestWhatSomebodyWroteBeginsNoHeader(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{})
	x.change(people.Program, "name_vi", "Trạm Bcc: evil@example.com <script>alert(1)</script>")
	x.deliver()
	list := x.server.Letters()
	if len(list) != 1 {
		t.Fatalf("%d letters", len(list))
	}
	l := list[0]
	subject, err := new(mime.WordDecoder).DecodeHeader(l.Header.Get("Subject"))
	if err != nil || !strings.Contains(subject, "Trạm Bcc: evil@example.com") || !strings.Contains(subject, "thay đổi") {
		t.Errorf("subject %q %v", subject, err)
	}
	if l.Header.Get("Bcc") != "" || l.To != "east@gov.example" || !strings.HasSuffix(l.Header.Get("Message-Id"), "@so.example>") {
		t.Errorf("headers %v", l.Header)
	}
	if _, html, is := strings.Cut(l.Raw, "text/html"); !is || strings.Contains(html, "<script>") {
		t.Error("a script stands in the letter")
	}
	if body := text(t, l.Body, l.Header.Get("Content-Type")); !strings.Contains(body, "https://so.example/lam-viec/ho-so/station/CS-1") || strings.Contains(body, "Ông Kín") {
		t.Error(body)
	}
}

// TestALetterThatIsRefusedIsShown, until somebody has it tried again.
func TestALetterThatIsRefusedIsShown(t *testing.T) {
	x := newTown(t)
	x.choose("east", notice.AtOnce, notice.Quiet{})
	x.server.Refuses["east@gov.example"] = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	x.change(people.Program, "cost", "10")
	x.deliver()
	dead, err := x.post.Store.DeadLetters(t.Context(), 10)
	if err != nil || len(dead) != 1 || dead[0].Tries != 1 || !strings.Contains(dead[0].Fault.In("en"), "no such user") || dead[0].Fault.In("vi") == dead[0].Fault.In("en") {
		t.Fatalf("%+v %v", dead, err)
	}
	delete(x.server.Refuses, "east@gov.example")
	x.must(x.post.Revive(t.Context(), ""))
	x.must(x.post.Deliver(t.Context()))
	if x.got()["east@gov.example"] != 1 {
		t.Error("it was not tried again")
	}
	// One that is put off is tried again by itself, and dies when it was worth nothing for days.
	x.server.Refuses["east@gov.example"] = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "later"}
	x.change(people.Program, "cost", "11")
	for range 80 {
		x.deliver()
		x.clock.forward(time.Hour)
	}
	if dead, err = x.post.Store.DeadLetters(t.Context(), 10); err != nil || len(dead) != 1 || dead[0].Tries < 24 {
		t.Errorf("%+v %v", dead, err)
	}
}

// TestWhoForgotTheirPasswordIsWrittenTo, and nobody can tell whether an address is somebody's.
func TestWhoForgotTheirPasswordIsWrittenTo(t *testing.T) {
	x := newTown(t)
	for _, address := range []string{"east@gov.example", "nobody@gov.example", "east@gov.example", "EAST@gov.example"} {
		x.must(x.post.Recover(t.Context(), address, "vi"))
		next, some, err := x.post.NextDue(t.Context())
		if err != nil || !some || next.Person != "" || len(next.Facts) != 0 {
			t.Fatalf("what waits tells who it is for: %+v %v %v", next, some, err)
		}
	}
	counts, err := x.post.Store.Counts(t.Context(), x.clock.now())
	if err != nil || counts.Waiting != 2 {
		t.Errorf("%+v %v: of an address that is asked for again and again one letter waits", counts, err)
	}
	x.must(x.post.Deliver(t.Context()))
	list := x.server.Letters()
	if len(list) != 1 || list[0].To != "east@gov.example" {
		t.Fatalf("%v", x.got())
	}
	_, secret, found := strings.Cut(text(t, list[0].Body, list[0].Header.Get("Content-Type")), "/lam-viec/mat-khau?ma=")
	if !found {
		t.Fatal("no link")
	}
	secret, _, _ = strings.Cut(secret, "\r")
	who, err := x.office.Accounts.Redeem(t.Context(), people.RecoveryLink, strings.TrimSpace(secret), "một con ngựa đau cả tàu bỏ cỏ")
	if err != nil || who != "east" {
		t.Errorf("%s %v", who, err)
	}
	// After an hour the link would be worth nothing.
	x.server.Down(true)
	x.clock.forward(time.Hour)
	x.must(x.post.Recover(t.Context(), "east@gov.example", "vi"))
	x.must(x.post.Deliver(t.Context()))
	x.clock.forward(2 * time.Hour)
	x.server.Down(false)
	x.must(x.post.Deliver(t.Context()))
	if n := x.got()["east@gov.example"]; n != 1 {
		t.Errorf("%d letters", n)
	}
}

func TestANewcomerIsInvited(t *testing.T) {
	x := newTown(t)
	x.must(x.post.Invite(t.Context(), "west", "en"))
	x.must(x.post.Deliver(t.Context()))
	list := x.server.Letters()
	if len(list) != 1 || list[0].To != "west@gov.example" || !strings.Contains(text(t, list[0].Body, list[0].Header.Get("Content-Type")), "https://so.example/lam-viec/mat-khau?lang=en&moi=") {
		t.Errorf("%v", x.got())
	}
}
