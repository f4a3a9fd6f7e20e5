package publish

import (
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhipso/internal/stat"
	"nhipso/internal/text"
)

// maxLine is the longest line of an iCalendar file, in bytes without its end (RFC 5545, 3.1).
const maxLine = 75

// WriteCalendar writes events as an iCalendar file (RFC 5545) in "vi" or "en". Every release keeps its identifier when its minute moves, and
// its sequence number grows; one that was withdrawn is cancelled. Page is the address of the calendar for people.
func WriteCalendar(w io.Writer, lang, page string, events []Event) error {
	var b strings.Builder
	line := func(name, value string) { fold(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Nhip So//Releases//"+strings.ToUpper(lang))
	line("METHOD", "PUBLISH")
	line("NAME", escape(book.Say(lang, "calendar")))
	line("X-WR-CALNAME", escape(book.Say(lang, "calendar")))
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	for _, e := range events {
		line("BEGIN", "VEVENT")
		line("UID", "release-"+e.ID+"@nhipso")
		line("DTSTAMP", stamp(e.ChangedAt))
		line("LAST-MODIFIED", stamp(e.ChangedAt))
		line("DTSTART", stamp(e.At))
		line("DTEND", stamp(e.At.Add(time.Minute)))
		line("SEQUENCE", fmt.Sprint(e.Sequence))
		line("STATUS", map[State]string{Planned: "TENTATIVE", Withdrawn: "CANCELLED"}[e.State]+map[State]string{Embargoed: "CONFIRMED", Published: "CONFIRMED"}[e.State])
		line("SUMMARY", escape(e.Title.In(lang)))
		line("DESCRIPTION", escape(book.Say(lang, "event", "id", e.ID, "state", e.State.In(lang))))
		line("URL", page)
		line("TRANSP", "TRANSPARENT")
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	_, err := io.WriteString(w, b.String())
	return err
}

// fold writes a content line, broken so that no line is longer than maxLine and no letter is cut.
func fold(b *strings.Builder, s string) {
	for room := maxLine; len(s) > room; room = maxLine - 1 { // the space that begins a further line counts
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	b.WriteString(s + "\r\n")
}

// escape writes a text value.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`).Replace(s)
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
	Content    *atomContent   `xml:"content"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomCategory struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

// WriteFeed writes the releases that are out as an Atom feed (RFC 4287), newest first, corrections marked as such. Self is the address of the
// feed and page that of the list for people, where each release has its identifier as anchor.
func WriteFeed(w io.Writer, lang, self, page string, releases []Release, now time.Time) error {
	out := slices.DeleteFunc(slices.Clone(releases), func(r Release) bool { return !r.Public(now) })
	slices.SortStableFunc(out, func(a, b Release) int {
		if b.earlier(a) {
			return -1
		}
		return 1
	})
	f := atomFeed{Lang: lang, ID: "urn:nhipso:releases", Title: book.Say(lang, "feed"), Author: atomAuthor{"Nhịp Số"}, Updated: time.Time{}.UTC().Format(time.RFC3339),
		Links: []atomLink{{"self", "application/atom+xml", self}, {"alternate", "text/html", page}}}
	for i, r := range out {
		at := r.PublishAt.UTC().Format(time.RFC3339)
		if i == 0 {
			f.Updated = at
		}
		e := atomEntry{ID: "urn:nhipso:release:" + r.ID, Title: r.Title.In(lang), Published: at, Updated: at,
			Links: []atomLink{{"alternate", "text/html", page + "#" + Anchor(r.ID)}}, Categories: []atomCategory{r.category(lang)}, Summary: Summary(lang, r, now)}
		f.Entries = append(f.Entries, e)
	}
	return f.write(w)
}

func (f atomFeed) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(f)
}

// Following is a feed of what releases brought to something that a reader follows.
type Following struct {
	ID         string // that never changes: a dataflow with a key, an area, a target
	Name       string // for people
	Self, Page string // addresses of the feed and of the page for people
	// Say tells one figure and gives the address of its page.
	Say func(Piece) (text, address string)
}

// WriteNews writes news as an Atom feed (RFC 4287) in "vi" or "en": an entry each, with the figures that it tells as a list.
func WriteNews(w io.Writer, lang string, of Following, news []News) error {
	f := atomFeed{Lang: lang, ID: "urn:nhipso:news:" + of.ID, Title: book.Say(lang, "news", "name", of.Name), Author: atomAuthor{"Nhịp Số"}, Updated: time.Time{}.UTC().Format(time.RFC3339),
		Links: []atomLink{{"self", "application/atom+xml", of.Self}, {"alternate", "text/html", of.Page}}}
	for i, n := range news {
		at := n.At.UTC().Format(time.RFC3339)
		if i == 0 {
			f.Updated = at
		}
		e := atomEntry{ID: "urn:nhipso:news:" + of.ID + ":" + n.Release.ID, Title: n.Release.Title.In(lang), Published: at, Updated: at, Links: []atomLink{{"alternate", "text/html", of.Page}},
			Categories: []atomCategory{n.Release.category(lang)},
			Summary:    book.Say(lang, "changes", "added", count(lang, n.Added), "revised", count(lang, n.Revised), "withdrawn", count(lang, n.Withdrawn))}
		if n.At.After(n.Release.PublishAt) { // one release has an entry for each of its minutes
			e.ID += ":" + at
		}
		e.Content = &atomContent{"html", listed(lang, of, n)}
		f.Entries = append(f.Entries, e)
	}
	return f.write(w)
}

// Entry is one entry of a feed.
type Entry struct {
	ID, Title, Summary, URL string
	At                      time.Time
}

// WriteEntries writes entries as an Atom feed (RFC 4287), in the order given. Page is the address of the list for people.
func WriteEntries(w io.Writer, lang, id, title, page string, entries []Entry) error {
	f := atomFeed{Lang: lang, ID: id, Title: title, Author: atomAuthor{"Nhịp Số"}, Updated: time.Time{}.UTC().Format(time.RFC3339), Links: []atomLink{{"alternate", "text/html", page}}}
	for i, e := range entries {
		at := e.At.UTC().Format(time.RFC3339)
		if i == 0 {
			f.Updated = at
		}
		f.Entries = append(f.Entries, atomEntry{ID: e.ID, Title: e.Title, Published: at, Updated: at, Links: []atomLink{{"alternate", "text/html", e.URL}}, Summary: e.Summary})
	}
	return f.write(w)
}

// listed writes the figures of news as a list in HTML.
func listed(lang string, of Following, n News) string {
	var b strings.Builder
	b.WriteString("<ul>")
	for _, p := range n.Newest {
		text, address := of.Say(p)
		fmt.Fprintf(&b, `<li><a href="%s">%s</a></li>`, html.EscapeString(address), html.EscapeString(text))
	}
	if more := n.Added + n.Revised + n.Withdrawn - len(n.Newest); more > 0 {
		fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(book.Say(lang, "news-more", "n", count(lang, more))))
	}
	b.WriteString("</ul>")
	return b.String()
}

// category tells a correction from another release.
func (r Release) category(lang string) atomCategory {
	kind := "release"
	if r.Corrects != "" {
		kind = "correction"
	}
	return atomCategory{kind, book.Say(lang, kind)}
}

// Anchor is the name of a release inside the page that lists them.
func Anchor(id string) string { return "dot-" + strings.ReplaceAll(id, ".", "-") }

// count writes a whole number as people of a language do.
func count(lang string, n int) string { return text.FormatNumber(lang, stat.Int(int64(n)), 0) }

// Summary says what a release brought: its own words, then how many figures it added, revised and took back. What waits under an embargo of
// its own is not counted.
func Summary(lang string, r Release, now time.Time) string {
	parts := []string{}
	if r.Notes.In(lang) != "" {
		parts = append(parts, r.Notes.In(lang))
	}
	waits := r.Withheld(now)
	var added, revised, withdrawn int
	for _, c := range r.Changes {
		if _, held := waits[c.Dataflow]; !held {
			added, revised, withdrawn = added+c.Added, revised+c.Revised, withdrawn+c.Withdrawn
		}
	}
	if len(waits) > 0 {
		parts = append(parts, book.Say(lang, "changes-wait", "n", len(waits)))
	}
	if added+revised+withdrawn > 0 {
		parts = append(parts, book.Say(lang, "changes", "added", count(lang, added), "revised", count(lang, revised), "withdrawn", count(lang, withdrawn)))
	}
	return strings.Join(parts, " ")
}
