package notice_test

import (
	"mime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nhipso/internal/fault"
	"nhipso/internal/notice"
	"nhipso/internal/people"
)

// here is the clock of Cloudland, which is half an hour off as some countries are.
var here = time.FixedZone("+0530", 5*3600+1800)

func local(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, here)
	if err != nil {
		panic(err)
	}
	return t
}

func TestQuietHours(t *testing.T) {
	for _, c := range []struct{ from, until, at, want string }{
		{"22:00", "06:30", "2026-11-30 21:59", "2026-11-30 21:59"},
		{"22:00", "06:30", "2026-11-30 22:00", "2026-12-01 06:30"},
		{"22:00", "06:30", "2026-11-30 23:59", "2026-12-01 06:30"},
		{"22:00", "06:30", "2026-12-01 00:00", "2026-12-01 06:30"},
		{"22:00", "06:30", "2026-12-01 06:29", "2026-12-01 06:30"},
		{"22:00", "06:30", "2026-12-01 06:30", "2026-12-01 06:30"},
		{"12:00", "13:30", "2026-12-01 12:30", "2026-12-01 13:30"},
		{"12:00", "13:30", "2026-12-01 11:59", "2026-12-01 11:59"},
		{"00:00", "23:59", "2026-12-31 08:00", "2026-12-31 23:59"},
		{"", "", "2026-12-01 03:00", "2026-12-01 03:00"},
	} {
		q, err := notice.ParseQuiet(c.from, c.until)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.After(local(c.at).UTC(), here); !got.Equal(local(c.want)) {
			t.Errorf("%s–%s at %s: %s, want %s", c.from, c.until, c.at, got.In(here), c.want)
		}
		if from, until := q.Texts(); from != c.from || until != c.until {
			t.Errorf("%q %q are written as %q %q", c.from, c.until, from, until)
		}
	}
	for _, bad := range [][2]string{{"22", "6:00"}, {"24:00", "6:00"}, {"22:00", ""}, {"22:60", "6:00"}, {"7:00", "07:00"}, {"-1:00", "6:00"}, {"1:5", "6:00"}} {
		if _, err := notice.ParseQuiet(bad[0], bad[1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// TestQuietHoursEnd: what is put off is put off to a time that is not quiet, by less than a day.
func TestQuietHoursEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := notice.Quiet{From: rapid.IntRange(0, 1439).Draw(t, "from"), Until: rapid.IntRange(0, 1439).Draw(t, "until")}
		at := morning.Add(time.Duration(rapid.Int64Range(0, 400*24*3600).Draw(t, "at")) * time.Second)
		then := q.After(at, here)
		if then.Before(at) || then.Sub(at) >= 24*time.Hour || !q.After(then, here).Equal(then) {
			t.Fatalf("%v at %v: %v", q, at, then)
		}
	})
}

// TestQuietHoursPutOff what would go out within them, a retry too.
func TestQuietHoursPutOff(t *testing.T) {
	x := newTown(t)
	quiet, _ := notice.ParseQuiet("22:00", "06:30")
	x.choose("east", notice.AtOnce, quiet)
	x.clock.forward(local("2026-12-01 23:00").Sub(x.clock.now()))
	x.change(people.Program, "cost", "10")
	x.deliver()
	x.clock.forward(7 * time.Hour)
	x.deliver()
	if n := x.got()["east@gov.example"]; n != 0 {
		t.Fatal("somebody was woken up")
	}
	x.clock.forward(31 * time.Minute)
	x.deliver()
	if n := x.got()["east@gov.example"]; n != 1 {
		t.Fatalf("%d letters in the morning", n)
	}
	x.server.Down(true)
	x.clock.forward(local("2026-12-02 21:50").Sub(x.clock.now()))
	x.change(people.Program, "cost", "11")
	x.deliver()
	x.server.Down(false)
	for range 50 {
		x.clock.forward(10 * time.Minute)
		x.deliver()
		if at := x.clock.now().In(here); x.got()["east@gov.example"] > 1 && (at.Hour() >= 22 || at.Hour() < 6) {
			t.Fatalf("tried again at %s", at)
		}
	}
	x.clock.forward(2 * time.Hour)
	x.deliver()
	if n := x.got()["east@gov.example"]; n != 2 {
		t.Errorf("%d letters", n)
	}
}

// TestADigestTellsADay in one letter at seven, for who chose nothing else.
func TestADigestTellsADay(t *testing.T) {
	x := newTown(t)
	for _, cost := range []string{"10", "11", "12"} {
		x.change(people.Program, "cost", cost)
		x.deliver()
		x.clock.forward(time.Hour)
	}
	x.clock.forward(local("2026-12-02 06:59").Sub(x.clock.now()))
	x.deliver()
	if n := len(x.server.Letters()); n != 0 {
		t.Fatalf("%d letters before seven", n)
	}
	x.clock.forward(time.Minute)
	x.change(people.Program, "cost", "13") // tomorrow's
	x.deliver()
	list := x.server.Letters()
	if got := x.got(); len(list) != 2 || got["east@gov.example"] != 1 || got["east2@gov.example"] != 1 {
		t.Fatalf("%v", got)
	}
	if date, err := list[0].Header.Date(); err != nil || !date.Equal(x.clock.now()) {
		t.Errorf("it is dated %s, %v", date, err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(list[0].Header.Get("Subject"))
	if body := text(t, list[0].Body, list[0].Header.Get("Content-Type")); !strings.HasPrefix(subject, "3 ") || strings.Count(body, "/ho-so/station/CS-1") != 3 {
		t.Errorf("%s\n%s", subject, body)
	}
	x.clock.forward(24 * time.Hour)
	x.deliver()
	if got := x.got(); got["east@gov.example"] != 2 {
		t.Errorf("%v", got)
	}
}

// TestWhatIsMutedIsInTheInboxOnly, and so is everything of who wants no letters.
func TestWhatIsMutedIsInTheInboxOnly(t *testing.T) {
	x := newTown(t)
	x.must(x.post.Store.KeepPreference(t.Context(), "east", notice.Preference{Modes: map[string]notice.Mode{notice.Mail: notice.AtOnce}, Mute: []string{"station"}}))
	x.choose("east2", notice.Off, notice.Quiet{})
	n := x.change(people.Program, "cost", "10")
	x.deliver()
	if got := x.got(); len(got) != 0 || x.inbox("east", n) != "0" || x.inbox("east2", n) != "0" {
		t.Errorf("%v", got)
	}
}

func TestALineIsOneLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := notice.Line(rapid.String().Draw(t, "text"))
		if strings.ContainsAny(s, "\r\n\x00\u2028\u0085") || len([]rune(s)) > 200 {
			t.Fatalf("%q", s)
		}
	})
}
