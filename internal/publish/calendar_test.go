package publish

import (
	"bytes"
	"context"
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nhipso/internal/cube"
)

// hanoi is the zone of the country of these tests.
var hanoi = time.FixedZone("+07:00", 7*3600)

func names(events []Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.ID+" "+string(e.State)+" "+e.At.In(hanoi).Format("2006-01-02T15:04"))
	}
	return out
}

func TestCalendarTellsWhatWasAnnouncedAndNothingOfADraft(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	_, publications := national(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("GDP", 2026, "1", 2, "")
	at := func(s string) time.Time {
		x, err := time.ParseInLocation("2006-01-02T15:04", s, hanoi)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	events := func() []Event {
		all, _ := o.s.Releases(ctx)
		return Calendar(publications, all, o.now)
	}
	rule := []string{"2026-Q4 planned 2027-01-12T09:00", "2027-Q1 planned 2027-04-12T09:00", "2027-Q2 planned 2027-07-12T09:00", "2027-Q3 planned 2027-10-12T09:00"}
	if got := names(events()); !slices.Equal(got, rule) {
		t.Errorf("by the rule: %v", got)
	}
	o.done(o.Open(ctx, "2026-M11", both("BÍ MẬT", "SECRET"), both("BÍ MẬT", "SECRET"), "an"))
	o.done(o.Open(ctx, "2026-Q4", both("BÍ MẬT", "SECRET"), both("BÍ MẬT", "SECRET"), "an"))
	if got := events(); !slices.Equal(names(got), rule) || strings.Contains(got[0].Title.Vi, "MẬT") {
		t.Errorf("a draft shows: %v", got)
	}
	o.done(o.Plan(ctx, "2026-Q4", both("Quý IV", "Q4"), "an", at("2027-01-13T09:00")))
	if got := events(); names(got)[0] != "2026-Q4 planned 2027-01-13T09:00" || got[0].Title.En != "Q4" || got[0].Sequence != 1 {
		t.Errorf("a plan moves it: %+v", got[0])
	}
	o.done(o.Add(ctx, "2026-Q4", Selection{Messages: cube.NewMessages(1)}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	if got := events(); got[0].State != Planned || got[0].Title.En != "Q4" {
		t.Errorf("a checked one shows: %+v", got[0])
	}
	o.done(o.Approve(ctx, "2026-Q4", "bình", at("2027-01-14T09:00")))
	if got := events(); names(got)[0] != "2026-Q4 embargoed 2027-01-14T09:00" || got[0].Sequence != 2 {
		t.Errorf("approved: %+v", got[0])
	}
	o.done(o.Postpone(ctx, "2026-Q4", "bình", "chờ", at("2027-01-15T09:00")))
	o.done(o.Withdraw(ctx, "2026-Q4", "bình", "sai"))
	if got := events(); names(got)[0] != "2026-Q4 withdrawn 2027-01-15T09:00" || got[0].Sequence != 4 || len(Upcoming(got, o.now)) != 4 {
		t.Errorf("withdrawn: %+v", got[0])
	}
	o.done(o.Withdraw(ctx, "2026-M11", "an", "thôi"))
	if got := names(events()); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "M11") }) {
		t.Errorf("a draft that was never announced shows when it is withdrawn: %v", got)
	}
	o.released("2026-Q3", 1)
	if got := events(); names(got)[0] != "2026-Q3 published 2026-11-30T09:00" || len(Upcoming(got, o.now)) != 4 {
		t.Errorf("published: %v", names(got))
	}
	o.now = o.now.AddDate(1, 1, 0)
	if got := names(events()); slices.Contains(got, "2026-Q3 published 2026-11-30T09:00") {
		t.Errorf("what came out over a year ago: %v", got)
	}
}

// TestCalendarFileIsWhatTheStandardAsks reads the file as RFC 5545 says.
func TestCalendarFileIsWhatTheStandardAsks(t *testing.T) {
	title := both("Kinh tế số; quý IV, 2026 \\ "+strings.Repeat("đ", 80)+"\nhai dòng", "Digital economy")
	events := []Event{{ID: "2026-Q4", Title: title, At: monday, State: Embargoed, Sequence: 3, ChangedAt: monday.Add(-time.Hour)},
		{ID: "2027-Q1", Title: title, At: monday.Add(time.Hour), State: Withdrawn, Sequence: 4, ChangedAt: monday}, {ID: "2027-Q2", Title: title, At: monday, State: Planned}}
	for _, lang := range []string{"vi", "en"} {
		var b bytes.Buffer
		if err := WriteCalendar(&b, lang, "https://x/lich", events); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.Count(text, "\n") != strings.Count(text, "\r\n") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
			t.Error("lines end in CRLF")
		}
		for _, line := range strings.Split(text, "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) {
				t.Errorf("%d bytes: %q", len(line), line)
			}
		}
		lines := strings.Split(strings.ReplaceAll(text, "\r\n ", ""), "\r\n")
		for _, want := range []string{"UID:release-2026-Q4@nhipso", "SEQUENCE:3", "DTSTART:20261130T020000Z", "STATUS:CONFIRMED", "STATUS:CANCELLED", "STATUS:TENTATIVE",
			"DTSTAMP:20261130T010000Z", "SUMMARY:" + escape(title.In(lang))} {
			if !slices.Contains(lines, want) {
				t.Errorf("%s lacks %q", lang, want)
			}
		}
		if lang == "vi" && !strings.Contains(text, `Kinh tế số\; quý IV\, 2026 \\ `) {
			t.Errorf("marks are escaped: %s", text)
		}
	}
}

func TestFeedHoldsWhatIsOutNewestFirst(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	o.s.figure("GDP", 2025, "1", 1, "")
	o.s.figure("GDP", 2025, "1.5", 2, "")
	o.s.figure("GDP", 2026, "7", 3, "")
	o.released("2026-Q3", 1)
	o.now = o.now.Add(time.Hour)
	o.released("2026-Q3.1", 2)
	o.done(o.Open(ctx, "2026-Q4", both("BÍ MẬT", "SECRET"), both("BÍ MẬT", "SECRET"), "an"))
	o.done(o.Add(ctx, "2026-Q4", Selection{All: true}, "an"))
	o.done(o.Check(ctx, "2026-Q4", "an"))
	o.done(o.Approve(ctx, "2026-Q4", "bình", o.now.Add(time.Hour)))
	all, _ := o.s.Releases(ctx)
	var b bytes.Buffer
	if err := WriteFeed(&b, "en", "https://x/f.atom", "https://x/lich-su", all, o.now); err != nil {
		t.Fatal(err)
	}
	var feed struct {
		ID      string `xml:"id"`
		Updated string `xml:"updated"`
		Entries []struct {
			ID       string `xml:"id"`
			Summary  string `xml:"summary"`
			Category struct {
				Term string `xml:"term,attr"`
			} `xml:"category"`
			Link struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(b.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Entries) != 2 || feed.Entries[0].ID != "urn:nhipso:release:2026-Q3.1" || feed.Entries[0].Category.Term != "correction" || feed.Entries[1].Category.Term != "release" ||
		feed.Entries[0].Link.Href != "https://x/lich-su#dot-2026-Q3-1" || feed.Updated != "2026-11-30T03:00:00Z" {
		t.Errorf("%+v", feed)
	}
	if !strings.Contains(feed.Entries[0].Summary, "revised: 1") || strings.Contains(b.String(), "SECRET") {
		t.Errorf("%s", b.String())
	}
}

// drafts is a source with nothing but releases.
type drafts struct {
	Source
	s *shelf
}

func (d drafts) Releases(ctx context.Context) ([]Release, error) { return d.s.Releases(ctx) }

func TestPublicCalendarWaitsForWhatThePublicDoesNotSee(t *testing.T) {
	ctx, o := t.Context(), newOffice(t)
	c, publications := national(t)
	o.s.reported("NA_GROWTH/Q.VN.B1GQ/2027-Q1", "8", "A", "S", 1) // loaded, and not out
	v := NewView(Parts{Release: Release{ID: "2026-Q3", State: Published, PublishAt: monday, AsOf: cube.AsOf{Only: cube.Messages{}}}, Audience: Everybody(), Moment: o.now, Catalog: c,
		Source: drafts{s: o.s}, Figures: o.s.figures})
	events, err := v.Calendar(ctx, publications, o.now)
	if err != nil || len(events) != 4 || len(events[0].Waits) != 4 || len(events[1].Waits) != 1 {
		t.Errorf("%+v (%v)", events, err)
	}
}

func TestChangesCountEveryKind(t *testing.T) {
	s := newOffice(t).s
	s.figure("A", 2020, "1", 1, "")
	s.figure("A", 2021, "2", 1, "")
	s.figure("A", 2022, "3", 1, "")
	s.figure("B", 2020, "4", 1, "")
	before := slices.Clone(s.figures)
	s = newOffice(t).s
	s.figure("A", 2020, "1.0", 2, "") // other digits are another figure as printed
	s.figure("A", 2021, "2", 2, "")
	s.figure("A", 2023, "9", 2, "")
	s.figure("A", 2022, "3", 2, "")
	s.figures[2].Value = nil
	got := Compare(before, s.figures)
	want := []Change{{Dataflow: "A", Added: 1, Revised: 1, Withdrawn: 1, Cells: []Revision{{"A", "2020", "1", "1.0"}, {"A", "2022", "3", ""}}}, {Dataflow: "B", Withdrawn: 1}}
	if len(got) != 2 || got[0].Added != 1 || got[0].Revised != 1 || got[0].Withdrawn != 1 || !slices.Equal(got[0].Cells, want[0].Cells) || got[1].Withdrawn != 1 {
		t.Errorf("%+v", got)
	}
	if len(Compare(before, before)) != 0 {
		t.Error("the same changes nothing")
	}
}
