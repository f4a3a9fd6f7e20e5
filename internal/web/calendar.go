package web

import (
	"bytes"
	"net/http"
	"strings"

	"nhipso/internal/export"
	"nhipso/internal/publish"
)

// Addresses of the calendar and the feeds.
const (
	calendarPath = "/lich"
	calendarFile = "/lich.ics"
	feedPath     = "/phat-hanh.atom"
)

// calendarPage tells what is to come out in the next twelve months.
type calendarPage struct {
	Frame
	Coming   []coming
	Calendar *Figure
	File     string
	Feed     string
}

// coming is a release to come.
type coming struct {
	ID, Title, At, State string
	Cancelled            bool
	Waits                []string
}

func (v *visit) calendar() (page, error) {
	now := v.site.now()
	events, err := v.current.Calendar(v.r.Context(), v.site.publications, now)
	if err != nil {
		return nil, err
	}
	p := &calendarPage{Frame: v.newFrame("data", v.say("calendar.title")), File: v.link(calendarFile), Feed: v.link(feedPath)}
	p.Description = v.say("calendar.description")
	p.Crumbs = []Crumb{{v.say("data.title"), v.link("/so-lieu")}}
	t := newTable("calendar", both("calendar.title"), export.Column{ID: "release", Name: both("calendar.release"), Kind: export.Code}, col("title", both("calendar.what")),
		export.Column{ID: "at", Name: both("calendar.at"), Kind: export.Code}, col("state", both("calendar.state")))
	for _, e := range publish.Upcoming(events, now) {
		x := coming{ID: e.ID, Title: e.Title.In(v.lang), At: v.minute(e.At), State: e.State.In(v.lang), Cancelled: e.State == publish.Withdrawn}
		for _, w := range e.Waits {
			x.Waits = append(x.Waits, w.Name.In(v.lang))
		}
		p.Coming = append(p.Coming, x)
		t.add(same(e.ID), label(e.Title), same(e.At.In(v.zone()).Format("2006-01-02T15:04Z07:00")), same(x.State))
	}
	p.Calendar = p.show(&Figure{ID: "lich", Title: t.Title, Table: t})
	return p, nil
}

// calendarFeed gives the calendar as an iCalendar file.
func (s *Site) calendarFeed(w http.ResponseWriter, r *http.Request) {
	s.feed(w, r, "text/calendar; charset=utf-8", func(v *visit, out *bytes.Buffer) error {
		events, err := v.current.Calendar(r.Context(), s.publications, s.now())
		if err != nil {
			return err
		}
		return publish.WriteCalendar(out, v.lang, s.origin(r)+v.link(calendarPath), events)
	})
}

// releaseFeed gives the releases and corrections as an Atom feed.
func (s *Site) releaseFeed(w http.ResponseWriter, r *http.Request) {
	s.feed(w, r, "application/atom+xml; charset=utf-8", func(v *visit, out *bytes.Buffer) error {
		all, err := v.current.Releases(r.Context())
		if err != nil {
			return err
		}
		return publish.WriteFeed(out, v.lang, s.origin(r)+v.link(feedPath), s.origin(r)+v.link("/lich-su"), all, s.now())
	})
}

// feed answers a program that asks again and again. The language is that of the address alone: a feed has one for all its readers.
func (s *Site) feed(w http.ResponseWriter, r *http.Request, kind string, write func(*visit, *bytes.Buffer) error) {
	v, err := s.visit(r)
	v.lang = "vi"
	if strings.EqualFold(r.URL.Query().Get("lang"), "en") {
		v.lang = "en"
	}
	var out bytes.Buffer
	if err == nil {
		err = write(v, &out)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Language", v.lang)
	w.Header().Set("Cache-Control", "public, no-cache")
	w.Write(out.Bytes()) //nolint:errcheck // the client may have gone
}
