package portal

import (
	"bytes"
	"net/http"

	"nhipso/internal/catalog"
	"nhipso/internal/export"
	"nhipso/internal/middleware"
	"nhipso/internal/publish"
	"nhipso/internal/web/shell"
)

// Addresses of the calendar and the feeds.
const (
	calendarPath = "/lich"
	calendarFile = "/lich.ics"
	feedPath     = "/phat-hanh.atom"
)

// calendarPage tells what is to come out in the next twelve months.
type calendarPage struct {
	shell.Frame
	Coming   []coming
	Calendar *shell.Figure
	File     string
	Feed     string
}

// coming is a release to come.
type coming struct {
	ID, Title, At, State string
	Cancelled            bool
	Waits                []string
}

func (v *visit) calendar() (shell.Page, error) {
	now := v.Site.Now()
	events, err := v.Current.Calendar(v.R.Context(), v.portal.publications, now)
	if err != nil {
		return nil, err
	}
	p := &calendarPage{Frame: v.NewFrame("data", v.Say("calendar.title")), File: v.Link(calendarFile), Feed: v.Link(feedPath)}
	p.Description = v.Say("calendar.description")
	p.Crumbs = []shell.Crumb{{Name: v.Say("data.title"), URL: v.Link("/so-lieu")}}
	t := shell.NewTable("calendar", both("calendar.title"), export.Column{ID: "release", Name: both("calendar.release"), Kind: export.Code}, shell.Text("title", both("calendar.what")),
		export.Column{ID: "at", Name: both("calendar.at"), Kind: export.Code}, shell.Text("state", both("calendar.state")))
	for _, e := range publish.Upcoming(events, now) {
		x := coming{ID: e.ID, Title: e.Title.In(v.Lang), At: v.Minute(e.At), State: e.State.In(v.Lang), Cancelled: e.State == publish.Withdrawn}
		for _, w := range e.Waits {
			x.Waits = append(x.Waits, w.Name.In(v.Lang))
		}
		p.Coming = append(p.Coming, x)
		t.Add(shell.Same(e.ID), shell.Label(e.Title), shell.Same(e.At.In(v.Zone()).Format("2006-01-02T15:04Z07:00")), shell.Label(catalog.Label{Vi: e.State.In("vi"), En: e.State.In("en")}))
	}
	p.Calendar = p.Show(&shell.Figure{ID: "lich", Title: t.Title, Table: t})
	return p, nil
}

// calendarFeed gives the calendar as an iCalendar file.
func (p *Portal) calendarFeed(w http.ResponseWriter, r *http.Request) {
	p.feed(w, r, "text/calendar; charset=utf-8", func(v *visit, out *bytes.Buffer) error {
		events, err := v.Current.Calendar(r.Context(), p.publications, p.site.Now())
		if err != nil {
			return err
		}
		return publish.WriteCalendar(out, v.Lang, p.site.Origin(r)+v.Link(calendarPath), events)
	})
}

// releaseFeed gives the releases and corrections as an Atom feed.
func (p *Portal) releaseFeed(w http.ResponseWriter, r *http.Request) {
	p.feed(w, r, "application/atom+xml; charset=utf-8", func(v *visit, out *bytes.Buffer) error {
		all, err := v.Current.Releases(r.Context())
		if err != nil {
			return err
		}
		return publish.WriteFeed(out, v.Lang, p.site.Origin(r)+v.Link(feedPath), p.site.Origin(r)+v.Link("/lich-su"), all, p.site.Now())
	})
}

// feed answers a program that asks again and again.
func (p *Portal) feed(w http.ResponseWriter, r *http.Request, kind string, write func(*visit, *bytes.Buffer) error) {
	v, err := p.visit(r)
	var out bytes.Buffer
	if err == nil {
		err = write(v, &out)
	}
	if err != nil {
		p.site.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Language", v.Lang)
	w.Header().Set("Cache-Control", middleware.Public)
	w.Write(out.Bytes()) //nolint:errcheck // the client may have gone
}
